//! The way back on a real Kafka: by snapshots and by checkpoint a task gets the machines that its decisions make, and
//! what does not fit together is either refused or stops it.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use firstword_engine::Engine;
use firstword_rules::Verdict;
use firstword_stream::{
    Assignment, Board, Halt, Law, Range, RangeReader, Record, Refused, Restored, Sender, Settings,
    Stop, TopicNames, Watch, Worker, create_topics, key_of, restore,
};
use firstword_testkit::broker::Broker;
use firstword_traffic::generate::{Generator, Traffic};
use firstword_wire::{Reader, read_decision, write_decision, write_machine};
use rdkafka::admin::{AdminClient, AdminOptions};
use rdkafka::client::DefaultClientContext;
use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::{ClientConfig, Offset, TopicPartitionList};

const PARTITIONS: i32 = 4;
const PATIENCE: Duration = Duration::from_secs(90);

fn law() -> Law {
    let policy = firstword_policy::builtin("whatsapp-business-2026").unwrap();
    Law { canonical: firstword_policy::canonical(&policy), policy }
}

/// Topics and a group of these tests' own, on the broker that they share.
fn settings(name: &str, partitions: i32) -> anyhow::Result<Settings> {
    let broker = Broker::shared().context("a broker")?;
    let mut settings = Settings::new(&broker.bootstrap());
    settings.topics = TopicNames::under(&format!("restore-{name}"));
    settings.group = format!("restore-{name}");
    settings.snapshot_after = 500;
    // Snapshots are written between steps: many small ones.
    settings.batch = 200;
    wait_for(create_topics(&settings, partitions, 1))?;
    Ok(settings)
}

fn wait_for<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(future)
}

/// All that a topic holds, partition by partition.
fn all_of(settings: &Settings, topic: &str) -> anyhow::Result<BTreeMap<i32, Vec<Record>>> {
    let mut reader = RangeReader::open(settings, &[topic], &Range::default())?;
    let mut all = BTreeMap::<i32, Vec<Record>>::new();
    while !reader.ended() {
        if let Some(record) = reader.next(Duration::from_millis(100))? {
            all.entry(record.partition).or_default().push(record);
        }
    }
    Ok(all)
}

/// Whether a record is what comes of an event in the end: its last decision, or its dead letter.
fn settles(settings: &Settings, record: &Record) -> bool {
    if record.topic == settings.topics.dead_letters {
        return true;
    }
    let decision = read_decision(&record.value).unwrap();
    let source = record.headers.iter().find(|(name, _)| name == "source").unwrap();
    // A doubt of the engine's own making bears its source as its id.
    let of_ours = Some(decision.event.id.as_bytes()) == source.1.as_deref();
    !of_ours && !matches!(decision.verdict, Verdict::Forwarded(_))
}

/// Lets a worker decide generated traffic until each event is settled, and stops it.
fn decide(settings: &Settings, traffic: &Traffic, settled: &mut usize) -> anyhow::Result<()> {
    *settled += send(settings, traffic)?;
    let (stop, worker) = start(settings)?;
    wait_until_settled(settings, *settled)?;
    finish(&stop, worker)
}

/// Sends generated traffic; how many events.
fn send(settings: &Settings, traffic: &Traffic) -> anyhow::Result<usize> {
    let mut log = Vec::new();
    Generator::new(traffic)?.write(&mut log)?;
    let (topics, reader) = (&settings.topics, Reader::new(&law().policy));
    let sender = Sender::new(settings, &[&topics.events])?;
    for line in log.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
        let key = key_of(&reader, line);
        let key = key.as_deref().map(str::as_bytes);
        sender.send(&topics.events, key, line, &[], None)?;
    }
    Ok(sender.finish()? as usize)
}

fn wait_until_settled(settings: &Settings, settled: usize) -> anyhow::Result<()> {
    let topics = &settings.topics;
    let (begun, all) = (Instant::now(), Range { to: None, ..Range::default() });
    let mut reader = RangeReader::open(settings, &[&topics.decisions, &topics.dead_letters], &all)?;
    let mut left = settled;
    while left > 0 {
        let record = reader.next(Duration::from_millis(100))?;
        left -= usize::from(record.is_some_and(|record| settles(settings, &record)));
        ensure!(begun.elapsed() < PATIENCE, "{left} events are not settled");
    }
    Ok(())
}

type Running = thread::JoinHandle<Result<(), Halt>>;

fn start(settings: &Settings) -> anyhow::Result<(Stop, Running)> {
    let stop = Stop::default();
    let seat = Board::new(1, &settings.topics, &law().policy.label).seat(0);
    let worker = Worker::join(settings.clone(), law(), "a", seat, stop.clone())?;
    Ok((stop, thread::spawn(move || worker.run())))
}

fn finish(stop: &Stop, worker: Running) -> anyhow::Result<()> {
    stop.ask();
    worker.join().unwrap_or_else(|_| panic!("the worker panicked"))?;
    Ok(())
}

fn assignment(settings: &Settings, partition: i32, partitions: i32) -> anyhow::Result<Assignment> {
    let consumer: BaseConsumer = ClientConfig::new()
        .set("bootstrap.servers", &settings.bootstrap_servers)
        .set("group.id", &settings.group)
        .create()?;
    let inputs = [&settings.topics.events, &settings.topics.relay];
    let mut list = TopicPartitionList::new();
    for topic in inputs {
        list.add_partition(topic, partition);
    }
    let known = consumer.committed_offsets(list, PATIENCE)?;
    let offset = |topic: &str| match known.find_partition(topic, partition).unwrap().offset() {
        Offset::Offset(offset) => offset,
        _ => -1,
    };
    Ok(Assignment { partition, partitions, committed: inputs.map(|topic| offset(topic)) })
}

fn restored(settings: &Settings, partition: i32) -> anyhow::Result<Restored> {
    let task = assignment(settings, partition, PARTITIONS)?;
    restore(settings, &law().policy, task, &())?.context("it was wanted")
}

/// The machines by name, in a form that does not depend on numbers.
fn machines(engine: &Engine) -> BTreeMap<String, Vec<u8>> {
    let mut machines = BTreeMap::new();
    for (name, machine) in engine.machines() {
        let mut bytes = Vec::new();
        write_machine(&mut bytes, machine, |party| engine.name(party));
        machines.insert(name.to_string(), bytes);
    }
    machines
}

/// What the decisions of each partition make, from the first to the last.
fn folded(settings: &Settings) -> anyhow::Result<BTreeMap<i32, BTreeMap<String, Vec<u8>>>> {
    let decisions = all_of(settings, &settings.topics.decisions)?;
    let fold = |records: &Vec<Record>| {
        let mut engine = Engine::new(law().policy);
        for record in records {
            let read = read_decision(&record.value).unwrap();
            engine.replay(&read.event, read.role, read.seq, read.verdict);
        }
        machines(&engine)
    };
    Ok(decisions.iter().map(|(partition, records)| (*partition, fold(records))).collect())
}

/// Where the checkpoint of a partition lies.
fn file(settings: &Settings, folder: &Path, partition: i32) -> PathBuf {
    folder.join(&settings.group).join(format!("{partition}.machines"))
}

/// How many records a restore read.
#[derive(Default)]
struct Count(AtomicU64);

impl Watch for Count {
    fn read(&self, records: u64) {
        self.0.fetch_add(records, Relaxed);
    }
}

#[test]
fn machines_are_what_the_decisions_make() -> anyhow::Result<()> {
    let (mut settings, mut settled) = (settings("equal", PARTITIONS)?, 0);
    let many = Traffic { people: 400, events: 6_000, duplicates: 0.1, ..Traffic::default() };
    decide(&settings, &many, &mut settled)?;
    let (folder, old) = (tempfile::tempdir()?, tempfile::tempdir()?);
    let expected = folded(&settings)?;
    let snapshots = all_of(&settings, &settings.topics.snapshots)?;
    for partition in 0..PARTITIONS {
        let written = snapshots.get(&partition).map_or(0, Vec::len);
        assert!(written > 0, "partition {partition} has no snapshots: this would prove little");
        let restored = restored(&settings, partition)?;
        assert_eq!(Some(&machines(&restored.engine)), expected.get(&partition), "{partition}");
        restored.keep(folder.path())?;
        restored.keep(old.path())?;
    }

    // By checkpoint: the same, without reading more than the ends of things.
    settings.state_dir = Some(folder.path().to_owned());
    for partition in 0..PARTITIONS {
        let task = assignment(&settings, partition, PARTITIONS)?;
        let count = Count::default();
        let restored = restore(&settings, &law().policy, task, &count)?.context("wanted")?;
        assert!(restored.by_checkpoint, "{partition}: {:?}", restored.refused);
        assert_eq!(Some(&machines(&restored.engine)), expected.get(&partition), "{partition}");
        let read = count.0.load(Relaxed);
        assert!(read < 64 + 16 + 20 + restored.engine.machine_count() as u64, "{read} were read");
    }

    // On from there, few people moving: those of before are in line for their snapshots only by the checkpoints.
    let few = Traffic { people: 40, events: 6_000, seed: 7, ..Traffic::default() };
    decide(&settings, &few, &mut settled)?;
    let expected = folded(&settings)?;
    let by_worker = settings.state_dir.take();
    for partition in 0..PARTITIONS {
        let restored = restored(&settings, partition)?;
        assert!(!restored.by_checkpoint);
        assert_eq!(Some(&machines(&restored.engine)), expected.get(&partition), "{partition}");
    }

    // The worker left checkpoints when it stopped; those of before are behind the snapshots by now.
    for (folder, fresh) in [(by_worker, true), (Some(old.path().to_owned()), false)] {
        settings.state_dir = folder;
        for partition in 0..PARTITIONS {
            let restored = restored(&settings, partition)?;
            assert_eq!(restored.by_checkpoint, fresh, "{partition}: {:?}", restored.refused);
            assert!(fresh || matches!(restored.refused, Some(Refused::Stale { .. })));
            assert_eq!(Some(&machines(&restored.engine)), expected.get(&partition), "{partition}");
        }
    }
    refused_ones(&mut settings, folder.path(), expected.get(&0).context("decisions")?)
}

/// Decisions are deleted by and by. Whoever moved is in `snapshots` by then, though nothing happens any more.
#[test]
fn a_quiet_task_needs_no_decisions_in_the_end() -> anyhow::Result<()> {
    let mut settings = settings("quiet", PARTITIONS)?;
    settings.snapshot_after = 1_000_000;
    settings.snapshot_age = Duration::from_secs(2);
    let traffic = Traffic { people: 100, events: 1_000, ..Traffic::default() };
    let sent = send(&settings, &traffic)?;
    let (stop, worker) = start(&settings)?;
    wait_until_settled(&settings, sent)?;
    let expected = folded(&settings)?;

    let ends = all_of(&settings, &settings.topics.decisions)?;
    let held = |snapshots: BTreeMap<i32, Vec<Record>>| {
        let held = |(partition, decisions): (&i32, &Vec<Record>)| {
            let newest = snapshots.get(partition)?.last()?;
            let from = newest.headers.iter().find(|(name, _)| name == "restore-from")?;
            let from: i64 = std::str::from_utf8(from.1.as_deref()?).ok()?.parse().ok()?;
            Some(from > decisions.last()?.offset)
        };
        ends.iter().all(|one| held(one) == Some(true))
    };
    let begun = Instant::now();
    while !held(all_of(&settings, &settings.topics.snapshots)?) {
        ensure!(begun.elapsed() < PATIENCE, "not everyone is written");
        thread::sleep(Duration::from_millis(100));
    }
    finish(&stop, worker)?;

    let mut list = TopicPartitionList::new();
    for partition in 0..PARTITIONS {
        list.add_partition_offset(&settings.topics.decisions, partition, Offset::End)?;
    }
    wait_for(admin(&settings).delete_records(&list, &AdminOptions::new()))?;
    assert_eq!(all_of(&settings, &settings.topics.decisions)?, BTreeMap::new());
    for partition in 0..PARTITIONS {
        let restored = restored(&settings, partition)?;
        assert_eq!(Some(&machines(&restored.engine)), expected.get(&partition), "{partition}");
    }
    Ok(())
}

/// Checkpoints that are damaged or of something else: the machines are the same, from Kafka.
fn refused_ones(
    settings: &mut Settings,
    folder: &Path,
    expected: &BTreeMap<String, Vec<u8>>,
) -> anyhow::Result<()> {
    settings.state_dir = Some(folder.to_owned());
    let path = file(settings, folder, 0);
    let good = fs::read(&path)?;
    let mut flipped = good.clone();
    let middle = flipped.len() / 2;
    *flipped.get_mut(middle).context("a file")? ^= 0x10;
    let cut = good.get(..good.len() - 9).context("a file")?.to_vec();
    let other = fs::read(file(settings, folder, 1))?;
    for (what, bytes) in [("flipped", flipped), ("cut", cut), ("of another", other)] {
        fs::write(&path, bytes)?;
        let restored = restored(settings, 0)?;
        assert!(!restored.by_checkpoint && restored.refused.is_some(), "{what}");
        assert_eq!(&machines(&restored.engine), expected, "{what}");
    }
    fs::write(&path, good)?;
    assert!(restored(settings, 0)?.by_checkpoint);
    Ok(())
}

/// Decisions as a worker would write them, of one person who says something so many times.
fn decisions(count: u32, about: &str) -> Vec<Vec<u8>> {
    let (policy, mut made) = (law().policy, Vec::new());
    let (reader, mut engine) = (Reader::new(&policy), Engine::new(policy.clone()));
    for number in 0..count {
        let event = format!(
            r#"{{"id":"{about}-{number}","type":"message","at":"2026-05-16T09:00:00Z","from":"person:a","to":"business:b"}}"#
        );
        let event = reader.event(event.as_bytes()).unwrap();
        let mut line = Vec::new();
        write_decision(&mut line, &engine.step(&event).last, &policy.label);
        line.pop();
        made.push(line);
    }
    made
}

/// Puts decisions into the topic, each with an event of its own as its source.
fn put(settings: &Settings, decisions: &[Vec<u8>]) -> anyhow::Result<()> {
    let topics = &settings.topics;
    let sender = Sender::new(settings, &[&topics.decisions])?;
    for (number, value) in decisions.iter().enumerate() {
        let source = format!("{}:0:{number}", topics.events).into_bytes();
        let headers = [("source".to_owned(), Some(source))];
        sender.send(&topics.decisions, Some(b"person:a"), value, &headers, Some(1_000))?;
    }
    sender.finish()?;
    Ok(())
}

fn put_snapshot(settings: &Settings, value: &[u8], from: Option<&str>) -> anyhow::Result<()> {
    let topic = &settings.topics.snapshots;
    let sender = Sender::new(settings, &[topic])?;
    let header = from.map(|from| ("restore-from".to_owned(), Some(from.as_bytes().to_vec())));
    sender.send(topic, Some(b"person:a"), value, header.as_slice(), None)?;
    sender.finish()?;
    Ok(())
}

/// What stops the restore of the only task, of which the group has committed so many events.
fn halt(settings: &Settings, committed: i64) -> Halt {
    let task = Assignment { partition: 0, partitions: 1, committed: [committed, -1] };
    let outcome = restore(settings, &law().policy, task, &());
    outcome.map(|_| ()).unwrap_err()
}

#[track_caller]
fn is_torn(halt: &Halt, said: &str, at: (&str, i64)) {
    match halt {
        Halt::TornState { what, topic, partition: 0, offset } => {
            assert!(what.contains(said), "{halt}");
            assert_eq!((topic.as_str(), *offset), at, "{halt}");
        }
        other => panic!("{other}"),
    }
}

fn admin(settings: &Settings) -> AdminClient<DefaultClientContext> {
    let mut config = ClientConfig::new();
    config.set("bootstrap.servers", &settings.bootstrap_servers).create().unwrap()
}

#[test]
fn what_does_not_fit_together_is_torn() -> anyhow::Result<()> {
    let made = decisions(5, "m");
    let at = |settings: &Settings| settings.topics.decisions.clone();

    let gap = settings("gap", 1)?;
    let with_gap: Vec<_> = made.iter().take(2).chain(made.iter().skip(3)).cloned().collect();
    put(&gap, &with_gap)?;
    is_torn(&halt(&gap, 9), "gap", (&at(&gap), 2));

    let ahead = settings("ahead", 1)?;
    put(&ahead, &made)?;
    is_torn(&halt(&ahead, 3), "not committed", (&at(&ahead), 3));
    put(&ahead, &[b"{}".to_vec()])?;
    is_torn(&halt(&ahead, 9), "no decision", (&at(&ahead), 5));

    let damaged = settings("damaged", 1)?;
    put_snapshot(&damaged, b"no machine", Some("0"))?;
    is_torn(&halt(&damaged, 9), "damaged", (&damaged.topics.snapshots, 0));

    // Decisions that no snapshot holds, deleted.
    let deleted = settings("deleted", 1)?;
    put(&deleted, &made)?;
    let mut list = TopicPartitionList::new();
    list.add_partition_offset(&at(&deleted), 0, Offset::Offset(2))?;
    wait_for(admin(&deleted).delete_records(&list, &AdminOptions::new()))?;
    is_torn(&halt(&deleted, 9), "deleted", (&at(&deleted), 2));

    // Snapshots of decisions that are not there: the topic of decisions was made anew, that of snapshots not.
    let (anew, mut engine, mut machine) = (settings("anew", 1)?, Engine::new(law().policy), vec![]);
    let first = read_decision(made.first().context("a decision")?)?;
    engine.replay(&first.event, first.role, first.seq, first.verdict);
    let (_, held) = engine.machines().next().context("a machine")?;
    write_machine(&mut machine, held, |party| engine.name(party));
    put_snapshot(&anew, &machine, None)?;
    is_torn(&halt(&anew, 9), "where to go on", (&anew.topics.snapshots, 0));
    put_snapshot(&anew, &machine, Some("40"))?;
    is_torn(&halt(&anew, 9), "not there", (&at(&anew), 0));
    Ok(())
}

#[test]
fn a_checkpoint_of_another_topic_of_that_name_is_refused() -> anyhow::Result<()> {
    let (mut settings, folder) = (settings("again", 1)?, tempfile::tempdir()?);
    let task = Assignment { partition: 0, partitions: 1, committed: [9, -1] };
    put(&settings, &decisions(5, "m"))?;
    let first = restore(&settings, &law().policy, task, &())?.context("wanted")?;
    first.keep(folder.path())?;
    settings.state_dir = Some(folder.path().to_owned());
    let again = restore(&settings, &law().policy, task, &())?.context("wanted")?;
    assert!(again.by_checkpoint && again.decisions_end == 5, "{:?}", again.refused);

    let (admin, topic) = (admin(&settings), settings.topics.decisions.clone());
    let options = AdminOptions::new();
    for (decided, expected) in [(3, "goes from 0 to 3"), (6, "is another")] {
        wait_for(admin.delete_topics(&[&topic], &options))?;
        let begun = Instant::now();
        // For a moment the old one is still there.
        while put(&settings, &decisions(decided, "n")).is_err() {
            ensure!(begun.elapsed() < PATIENCE, "the topic does not come back");
            thread::sleep(Duration::from_millis(200));
            wait_for(create_topics(&settings, 1, 1))?;
        }
        let rebuilt = restore(&settings, &law().policy, task, &())?.context("wanted")?;
        let why = rebuilt.refused.context("the checkpoint was used")?.to_string();
        assert!(why.contains(expected), "{why}");
        assert_eq!(rebuilt.engine.machines().next().map(|(_, m)| m.seq()), Some(decided.into()));
    }
    Ok(())
}

#[test]
fn a_topic_that_is_missing_is_no_reason_to_wait() -> anyhow::Result<()> {
    let mut settings = settings("missing", 1)?;
    let topics = settings.topics.clone();
    settings.topics.snapshots.push('x');
    assert!(matches!(halt(&settings, 9), Halt::TopicMissing(topic) if topic.ends_with('x')));
    settings.topics = TopicNames { decisions: topics.decisions.clone() + "x", ..topics };
    assert!(matches!(halt(&settings, 9), Halt::TopicMissing(topic) if topic.ends_with('x')));
    Ok(())
}
