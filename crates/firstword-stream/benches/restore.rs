//! How long a restart takes: a million machines from `snapshots` on a real broker of this machine, and from
//! checkpoints.
//!
//! `cargo xtask compare restore` runs it; `--events-each N` makes another number of events a person than four. The
//! machines are those of generated traffic, the topics have 8 partitions, and each machine has one snapshot, as after a
//! compaction. Whoever has more cores restores more tasks at a time: `taskset -c 0,1` shows two.
#![expect(clippy::print_stdout, reason = "a table is what it is for")]

use std::collections::BTreeMap;
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, bail, ensure};
use firstword_engine::Engine;
use firstword_stream::{
    Assignment, Restored, Sender, Settings, TopicNames, create_topics, partition_of, restore_all,
};
use firstword_testkit::broker::{Broker, Options};
use firstword_testkit::measuring::{keep, median};
use firstword_traffic::generate::{Generator, Traffic};
use firstword_wire::{Reader, trim_line, write_decision, write_machine};

/// As the program has it.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const PARTITIONS: i32 = 8;

fn main() -> anyhow::Result<()> {
    let (mut people, mut rounds, mut events) = (1_000_000_u32, 3_u32, 4_u32);
    let mut words = std::env::args().skip(1).filter(|word| word != "--bench");
    while let (Some(word), value) = (words.next(), words.next()) {
        let value = value.with_context(|| format!("{word} needs a value"))?;
        match word.as_str() {
            "--people" => people = value.parse()?,
            "--rounds" => rounds = value.parse()?,
            "--events-each" => events = value.parse()?,
            // There is one part.
            "--only" => ensure!(value == "restore", "no part `{value}`"),
            _ => bail!("what is {word}? `cargo xtask compare --help` says what there is"),
        }
    }
    ensure!(rounds > 0, "--rounds begins at 1");
    let broker = Broker::start(1, &Options::default()).context("a broker")?;
    let mut settings = Settings::new(&broker.bootstrap());
    settings.topics = TopicNames::under("bench");
    tokio::runtime::Builder::new_current_thread()
        .build()?
        .block_on(create_topics(&settings, PARTITIONS, 1))?;
    let policy = firstword_policy::builtin("whatsapp-business-2026").context("a policy")?;
    let (machines, bytes) = fill(&settings, &Engine::new(policy.clone()), people, events)?;
    println!("{machines} machines, {:.0} bytes a snapshot", bytes as f64 / machines as f64);

    // The group has committed the one event that the decision of each partition came of.
    let task = |partition| Assignment { partition, partitions: PARTITIONS, committed: [1, -1] };
    let tasks: Vec<_> = (0..PARTITIONS).map(task).collect();
    let folder = tempfile::tempdir()?;
    let target =
        Path::new(env!("CARGO_TARGET_TMPDIR")).parent().context("no folder to build in")?;
    for (by_checkpoint, figure) in
        [(false, "machines_per_second_snapshots"), (true, "machines_per_second_checkpoint")]
    {
        let mut speeds = Vec::new();
        for _ in 0..rounds {
            let begun = Instant::now();
            let restored = restore_all(&settings, &policy, &tasks)?;
            let took = begun.elapsed();
            ensure!(
                restored.iter().all(|task| task.by_checkpoint == by_checkpoint),
                "the wrong way"
            );
            let found: usize = restored.iter().map(|task| task.engine.machine_count()).sum();
            ensure!(found == machines, "{found} machines came back");
            let way = if by_checkpoint { "from checkpoints" } else { "from snapshots" };
            show(way, machines, took);
            speeds.push(machines as f64 / took.as_secs_f64());
            if settings.state_dir.is_none() {
                keep_checkpoints(&restored, folder.path())?;
            }
        }
        keep(target, "restore", &[(figure, median(speeds))])?;
        settings.state_dir = Some(folder.path().to_owned());
    }
    Ok(())
}

fn show(what: &str, machines: usize, took: Duration) {
    let seconds = took.as_secs_f64();
    println!("{what}: {seconds:.2} s, {:.0} machines a second", machines as f64 / seconds);
}

fn keep_checkpoints(restored: &[Restored], folder: &Path) -> anyhow::Result<()> {
    let begun = Instant::now();
    restored.iter().try_for_each(|task| task.keep(folder))?;
    let machines = restored.iter().map(|task| task.engine.machine_count()).sum();
    show("checkpoints written", machines, begun.elapsed());
    Ok(())
}

/// Fills `snapshots` with the machines of generated traffic, and `decisions` with the last one of each partition; how
/// many machines, and bytes.
fn fill(
    settings: &Settings,
    empty: &Engine,
    people: u32,
    each: u32,
) -> anyhow::Result<(usize, usize)> {
    let events = u64::from(each) * u64::from(people);
    let businesses = 2_000.min(people);
    let traffic = Traffic { people, businesses, events, days: 7, seed: 3, ..Traffic::default() };
    let mut log = Vec::new();
    Generator::new(&traffic)?.write(&mut log)?;
    let (mut engine, label) = (empty.clone(), empty.policy().label.clone());
    let reader = Reader::new(empty.policy());
    let mut last = BTreeMap::new();
    for line in log.split_inclusive(|byte| *byte == b'\n').filter_map(trim_line) {
        let Ok(event) = reader.event(line) else { continue };
        for decision in engine.step(&event).iter() {
            let person = decision.visit.person();
            let mut line = Vec::new();
            write_decision(&mut line, decision, &label);
            last.insert(partition_of(person, PARTITIONS), (person.to_string(), line));
        }
    }
    let topics = &settings.topics;
    let sender = Sender::new(settings, &[&topics.snapshots, &topics.decisions])?;
    for (partition, (person, line)) in &last {
        let source = format!("{}:{partition}:0", topics.events).into_bytes();
        let headers = [("source".to_owned(), Some(source))];
        sender.send(&topics.decisions, Some(person.as_bytes()), line, &headers, None)?;
    }
    ensure!(last.len() == PARTITIONS as usize, "a partition without decisions");
    let header = [("restore-from".to_owned(), Some(b"1".to_vec()))];
    let (mut value, mut bytes) = (Vec::new(), 0);
    for (person, machine) in engine.machines() {
        value.clear();
        write_machine(&mut value, machine, |party| engine.name(party));
        bytes += value.len();
        let key = person.to_string();
        sender.send(&topics.snapshots, Some(key.as_bytes()), &value, &header, None)?;
    }
    sender.finish()?;
    Ok((engine.machine_count(), bytes))
}
