//! Reading and writing topics outside the group, on a real Kafka: ranges and their ends, loading, and dead letters that
//! go back exactly once.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use firstword_rules::{Millis, Name};
use firstword_stream::{
    Board, Bound, FIRST_TIMESTAMP, Halt, Law, REDRIVES, Range, RangeReader, Record, RecordHeader,
    Selection, Sender, Sent, Settings, Stop, TopicNames, Worker, create_topics, key_of,
    partition_of, redrive, survey,
};
use firstword_testkit::broker::{Broker, Shared};
use firstword_wire::Reader;
use rdkafka::ClientConfig;
use rdkafka::message::{Header, OwnedHeaders};
use rdkafka::producer::{BaseRecord, DefaultProducerContext, Producer, ThreadedProducer};

const PARTITIONS: i32 = 4;
/// Longer than anything here may take.
const PATIENCE: Duration = Duration::from_secs(60);

/// The topics of one test on the broker that all share.
fn topics(prefix: &str) -> anyhow::Result<(Shared, Settings)> {
    let broker = Broker::shared()?;
    let mut settings = Settings::new(&broker.bootstrap());
    settings.topics = TopicNames::under(prefix);
    settings.group = prefix.to_owned();
    tokio::runtime::Builder::new_current_thread()
        .build()?
        .block_on(create_topics(&settings, PARTITIONS, 1))?;
    Ok((broker, settings))
}

fn law() -> Law {
    let policy = firstword_policy::builtin("whatsapp-2021").unwrap();
    Law { canonical: firstword_policy::canonical(&policy), policy }
}

/// All of a range.
fn read(settings: &Settings, topic: &str, range: &Range) -> anyhow::Result<Vec<Record>> {
    let mut reader = RangeReader::open(settings, &[topic], range)?;
    let (mut records, begun) = (Vec::new(), Instant::now());
    while !reader.ended() {
        ensure!(begun.elapsed() < PATIENCE, "the end of {topic} did not come");
        records.extend(reader.next(Duration::from_millis(100))?);
    }
    Ok(records)
}

fn texts(records: &[Record]) -> Vec<String> {
    records.iter().map(|record| String::from_utf8(record.value.clone()).unwrap()).collect()
}

fn header(name: &str, value: &str) -> RecordHeader {
    (name.to_owned(), Some(value.as_bytes().to_vec()))
}

fn range(from: Bound, to: Bound) -> Range {
    Range { from, to: Some(to), partitions: None }
}

/// A producer whose transactions a test ends as it likes.
fn transactional(settings: &Settings) -> ThreadedProducer<DefaultProducerContext> {
    let producer: ThreadedProducer<DefaultProducerContext> = ClientConfig::new()
        .set("bootstrap.servers", &settings.bootstrap_servers)
        .set("transactional.id", format!("{}-redrive", settings.group))
        .create()
        .unwrap();
    producer.init_transactions(PATIENCE).unwrap();
    producer
}

fn put(producer: &ThreadedProducer<DefaultProducerContext>, topic: &str, values: &[&str]) {
    for value in values {
        producer.send(BaseRecord::to(topic).partition(0).key("k").payload(*value)).unwrap();
    }
    while producer.in_flight_count() > 0 {
        thread::sleep(Duration::from_millis(1));
    }
}

#[test]
fn what_is_sent_is_read_where_it_belongs() -> anyhow::Result<()> {
    let (_broker, settings) = topics("sent")?;
    let events = settings.topics.events.as_str();
    let sender = Sender::new(&settings, &[events])?;
    let headers = [header("traceparent", "00-1-2-01"), ("empty".to_owned(), None)];
    for number in 0..100 {
        let (key, value) = (format!("person:p{number}"), format!("{number}"));
        let time = Some(1_000 + number);
        let sent = sender.send(events, Some(key.as_bytes()), value.as_bytes(), &headers, time)?;
        assert_eq!(sent, Sent::Yes);
    }
    let huge = vec![b'x'; 2_000_000];
    assert_eq!(sender.send(events, None, &huge, &[], None)?, Sent::TooLarge);
    assert_eq!(sender.finish()?, 100);
    let records = read(&settings, events, &Range::default())?;
    assert_eq!(records.len(), 100);
    for record in records {
        let number: i64 = String::from_utf8(record.value)?.parse()?;
        let key = format!("person:p{number}");
        let person = Name::parse(&key).context("a name")?;
        assert_eq!(record.partition, partition_of(&person, PARTITIONS));
        assert_eq!((record.timestamp, record.key), (1_000 + number, Some(key.into_bytes())));
        assert_eq!((record.topic.as_str(), record.headers.as_slice()), (events, &headers[..]));
    }
    Ok(())
}

#[test]
#[expect(unsafe_code, reason = "only so can a client be given what a stranger's may send")]
fn a_header_whose_name_is_no_text_is_passed_over() -> anyhow::Result<()> {
    let (_broker, settings) = topics("headers")?;
    let events = settings.topics.events.as_str();
    let name = vec![0xff, 0xfe];
    let name = unsafe { str::from_utf8_unchecked(&name) };
    let headers = OwnedHeaders::new()
        .insert(Header { key: name, value: Some("1") })
        .insert(Header { key: "kept", value: Some("2") });
    let producer: ThreadedProducer<DefaultProducerContext> =
        ClientConfig::new().set("bootstrap.servers", &settings.bootstrap_servers).create()?;
    let record = BaseRecord::to(events).key("person:a").payload("{}").headers(headers);
    producer.send(record).map_err(|(error, _)| error)?;
    producer.flush(PATIENCE)?;
    let records = read(&settings, events, &Range::default())?;
    let [record] = records.as_slice() else { panic!("{records:?}") };
    assert_eq!(record.headers, [header("kept", "2")]);
    Ok(())
}

#[test]
fn a_range_is_by_offset_by_time_and_by_partition() -> anyhow::Result<()> {
    let (_broker, settings) = topics("ranges")?;
    let events = settings.topics.events.as_str();
    let sender = Sender::new(&settings, &[events])?;
    // One key: all in one partition, a second apart.
    for number in 0..10 {
        let (value, time) = (number.to_string(), 1_000_000 + 1_000 * number);
        sender.send(events, Some(b"person:a"), value.as_bytes(), &[], Some(time))?;
    }
    sender.finish()?;
    let all = read(&settings, events, &Range::default())?;
    let home = all.first().context("a record")?.partition;
    let time = |number: i64| Bound::Time(Millis(1_000_000 + 1_000 * number));
    for (from, to, expected) in [
        (Bound::Start, Bound::End, 0..10),
        (Bound::Offset(3), Bound::Offset(5), 3..5),
        (Bound::Offset(8), Bound::Offset(500), 8..10),
        (Bound::Offset(-7), Bound::Offset(2), 0..2),
        (time(4), time(7), 4..7),
        (Bound::Time(Millis(1_003_999)), Bound::Time(Millis(1_004_001)), 4..5),
        (time(9), time(99), 9..10),
        (time(-5_000), time(1), 0..1),
        (time(10), Bound::End, 10..10),
        (Bound::Offset(5), Bound::Offset(5), 5..5),
        (Bound::Offset(7), Bound::Offset(3), 7..7),
        (Bound::End, Bound::End, 10..10),
        (Bound::Start, Bound::Start, 0..0),
    ] {
        let found = texts(&read(&settings, events, &range(from, to))?);
        let expected: Vec<String> = expected.map(|number| number.to_string()).collect();
        assert_eq!(found, expected, "{from:?} to {to:?}");
    }
    let only = |partition| Range { partitions: Some(vec![partition]), ..Range::default() };
    assert_eq!(read(&settings, events, &only(home))?.len(), 10);
    assert_eq!(read(&settings, events, &only((home + 1) % PARTITIONS))?.len(), 0);
    let missing = RangeReader::open(&settings, &[events], &only(PARTITIONS)).err();
    assert!(matches!(missing, Some(Halt::PartitionMissing { partition: PARTITIONS, .. })));
    // Several topics end together.
    let names = &settings.topics;
    let mut both = RangeReader::open(&settings, &[events, &names.decisions], &Range::default())?;
    let mut count = 0;
    while !both.ended() {
        count += usize::from(both.next(Duration::from_secs(1))?.is_some());
    }
    assert_eq!(count, 10);
    Ok(())
}

#[test]
fn the_end_is_found_where_the_last_records_were_undone() -> anyhow::Result<()> {
    let (_broker, settings) = topics("undone")?;
    let events = settings.topics.events.as_str();
    let producer = transactional(&settings);
    producer.begin_transaction()?;
    put(&producer, events, &["a", "b"]);
    producer.commit_transaction(PATIENCE)?;
    producer.begin_transaction()?;
    put(&producer, events, &["undone", "undone"]);
    producer.abort_transaction(PATIENCE)?;
    assert_eq!(texts(&read(&settings, events, &Range::default())?), ["a", "b"]);
    // Only what was undone: offsets 3 and 4, after the mark of the commit.
    let undone = range(Bound::Offset(3), Bound::Offset(5));
    assert_eq!(read(&settings, events, &undone)?, []);
    // What is not committed yet is not there, and what comes later is not meant.
    producer.begin_transaction()?;
    put(&producer, events, &["c"]);
    let mut before = RangeReader::open(&settings, &[events], &Range::default())?;
    let follow = Range { to: None, ..Range::default() };
    let mut after = RangeReader::open(&settings, &[events], &follow)?;
    assert_eq!(texts(&read(&settings, events, &Range::default())?), ["a", "b"]);
    producer.commit_transaction(PATIENCE)?;
    let mut found = Vec::new();
    while !before.ended() {
        found.extend(before.next(Duration::from_secs(1))?);
    }
    assert_eq!(texts(&found), ["a", "b"]);
    let (mut found, begun) = (Vec::new(), Instant::now());
    while found.len() < 3 && begun.elapsed() < PATIENCE {
        found.extend(after.next(Duration::from_millis(100))?);
    }
    assert_eq!(texts(&found), ["a", "b", "c"]);
    assert!(!after.ended());
    Ok(())
}

#[test]
fn what_is_not_there_is_said_at_once() -> anyhow::Result<()> {
    let (_broker, mut settings) = topics("missing")?;
    let missing = RangeReader::open(&settings, &["nowhere"], &Range::default()).err();
    assert!(matches!(missing, Some(Halt::TopicMissing(topic)) if topic == "nowhere"));
    let missing = Sender::new(&settings, &["nowhere"]).err();
    assert!(matches!(missing, Some(Halt::TopicMissing(topic)) if topic == "nowhere"));
    // A port that nobody listens on.
    let free = std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?;
    settings.bootstrap_servers = free.to_string();
    let begun = Instant::now();
    assert!(RangeReader::open(&settings, &["nowhere"], &Range::default()).is_err());
    assert!(begun.elapsed() < Duration::from_secs(15));
    Ok(())
}

#[test]
fn the_key_is_the_person_whose_gate_comes_first() {
    let reader = Reader::new(&law().policy);
    let (head, alice) = (r#"{"id":"1","at":"2021-05-16T09:00:00Z","type":"#, Some("person:alice"));
    for (rest, key) in [
        (r#""message","from":"person:alice","to":"person:bob","text":"hi"}"#, alice),
        (r#""message","from":"person:alice","to":"business:acme","text":"hi"}"#, alice),
        (
            r#""message","from":"business:acme","to":"person:alice","category":"service","text":"hi"}"#,
            alice,
        ),
        (r#""contact.opted_out","person":"person:alice","business":"business:acme"}"#, alice),
        (r#""no such type","person":"person:alice"}"#, alice),
        (r#""message","from":"business:acme"}"#, None),
        ("", None),
    ] {
        let line = format!("{head}{rest}");
        assert_eq!(key_of(&reader, line.as_bytes()).as_deref(), key, "{line}");
    }
}

/// Dead letters as the engine writes them, `each` of each reason, none sent back before.
fn letters(settings: &Settings, reasons: &[&str], each: i64) -> anyhow::Result<()> {
    let topic = settings.topics.dead_letters.as_str();
    let sender = Sender::new(settings, &[topic])?;
    for number in 0..each {
        for reason in reasons {
            let headers = [header("reason", reason), header("source", "events:0:1")];
            let (key, value) = (format!("person:p{number}"), format!("{reason} {number}"));
            let time = Some(1_000 + number);
            sender.send(topic, Some(key.as_bytes()), value.as_bytes(), &headers, time)?;
        }
    }
    sender.finish()?;
    Ok(())
}

fn all() -> Selection {
    Selection { reasons: Vec::new(), range: Range::default(), below: 3, max: None }
}

fn only(reason: &str) -> Selection {
    Selection { reasons: vec![reason.to_owned()], ..all() }
}

/// How often each value is in `events`.
fn events(settings: &Settings) -> anyhow::Result<BTreeMap<String, usize>> {
    let mut counts = BTreeMap::new();
    for text in texts(&read(settings, &settings.topics.events, &Range::default())?) {
        *counts.entry(text).or_insert(0) += 1;
    }
    Ok(counts)
}

#[test]
fn letters_go_back_once_whatever_is_selected_when() -> anyhow::Result<()> {
    let (_broker, settings) = topics("selected")?;
    letters(&settings, &["not_json", "bad_field", "no_person"], 100)?;
    let sent = |selection: &Selection| -> anyhow::Result<u64> {
        let expected: u64 = survey(&settings, selection)?.values().map(|row| row.chosen).sum();
        let mut sent = 0;
        redrive(&settings, selection, |so_far| sent = so_far)?;
        assert_eq!(sent, expected.min(selection.max.unwrap_or(u64::MAX)));
        Ok(sent)
    };
    assert_eq!(sent(&Selection { max: Some(30), ..only("not_json") })?, 30);
    assert_eq!(sent(&only("not_json"))?, 70);
    let early = Selection { range: range(Bound::Start, Bound::Time(Millis(1_050))), ..all() };
    let late = Selection { range: range(Bound::Time(Millis(1_080)), Bound::End), ..all() };
    assert_eq!(sent(&late)?, 40);
    assert_eq!(sent(&early)?, 100);
    assert_eq!(sent(&only("no such reason"))?, 0);
    assert_eq!(sent(&all())?, 60);
    assert_eq!(sent(&all())?, 0);
    let rows = survey(&settings, &all())?;
    assert_eq!(rows.len(), 3);
    for row in rows.values() {
        assert_eq!((row.found, row.done, row.times), (100, 100, Some((1_000, 1_099))));
    }
    letters(&settings, &["not_json"], 5)?;
    assert_eq!(sent(&all())?, 5);
    let events = events(&settings)?;
    assert_eq!(events.len(), 300);
    let twice =
        |text: &str| text.strip_prefix("not_json ").is_some_and(|n| n.len() == 1 && n < "5");
    for (text, count) in events {
        assert_eq!(count, if twice(&text) { 2 } else { 1 }, "{text}");
    }
    Ok(())
}

#[test]
fn a_run_that_dies_is_taken_up_where_it_was() -> anyhow::Result<()> {
    let (_broker, settings) = topics("resumed")?;
    letters(&settings, &["not_json"], 5_000)?;
    // It dies after its first transaction, and again after its next two.
    for transactions in [1, 2] {
        let mut count = 0;
        let died = catch_unwind(AssertUnwindSafe(|| {
            redrive(&settings, &all(), |_| {
                count += 1;
                assert!(count < transactions, "the end of this run");
            })
        }));
        assert!(died.is_err());
    }
    let done: u64 = survey(&settings, &all())?.values().map(|row| row.done).sum();
    assert!((2..5_000).contains(&done), "{done}");
    // It dies within a transaction, which stays open.
    let producer = transactional(&settings);
    producer.begin_transaction()?;
    put(&producer, &settings.topics.events, &["never committed"]);
    // The next run ends it, and shuts out who has left it open, should that one be alive after all.
    redrive(&settings, &all(), |_| ())?;
    assert!(producer.commit_transaction(PATIENCE).is_err());
    let events = events(&settings)?;
    assert_eq!(events.len(), 5_000);
    assert!(events.values().all(|count| *count == 1));
    Ok(())
}

#[test]
fn an_offset_that_a_person_sets_is_what_is_done_with() -> anyhow::Result<()> {
    use rdkafka::consumer::{BaseConsumer, CommitMode, Consumer};
    use rdkafka::{Offset, TopicPartitionList};
    let (_broker, settings) = topics("reset")?;
    letters(&settings, &["not_json"], 100)?;
    let admin: BaseConsumer = ClientConfig::new()
        .set("bootstrap.servers", &settings.bootstrap_servers)
        .set("group.id", format!("{}-redrive", settings.group))
        .create()?;
    let commit = |offset, note: &str| -> anyhow::Result<()> {
        let mut offsets = TopicPartitionList::new();
        for partition in 0..PARTITIONS {
            let mut set = offsets.add_partition(&settings.topics.dead_letters, partition);
            set.set_metadata(note);
            set.set_offset(Offset::Offset(offset))?;
        }
        Ok(admin.commit(&offsets, CommitMode::Sync)?)
    };
    let chosen = || -> Result<u64, Halt> {
        Ok(survey(&settings, &all())?.values().map(|row| row.chosen).sum())
    };
    commit(3, "")?;
    assert_eq!(chosen()?, 100 - 3 * PARTITIONS as u64);
    commit(0, "")?;
    assert_eq!(chosen()?, 100);
    commit(3, "somebody else's")?;
    assert!(matches!(chosen(), Err(Halt::ForeignNotes { .. })));
    Ok(())
}

#[test]
fn a_letter_that_is_rejected_again_counts_and_stops() -> anyhow::Result<()> {
    let (_broker, settings) = topics("again")?;
    let names = &settings.topics;
    let sender = Sender::new(&settings, &[&names.events])?;
    let headers = [header("traceparent", "00-1-2-01"), ("empty".to_owned(), None)];
    sender.send(&names.events, Some(b"person:alice"), b"no event", &headers, Some(12_345))?;
    sender.finish()?;
    let stop = Stop::default();
    let seat = Board::new(1, names, "policy").seat(0);
    let worker = Worker::join(settings.clone(), law(), "a", seat, stop.clone())?;
    let worker = thread::spawn(move || worker.run());
    let mut dead = RangeReader::open(
        &settings,
        &[&names.dead_letters],
        &Range { to: None, ..Range::default() },
    )?;
    let mut next = || -> anyhow::Result<Record> {
        let begun = Instant::now();
        while begun.elapsed() < PATIENCE {
            if let Some(letter) = dead.next(Duration::from_secs(1))? {
                return Ok(letter);
            }
        }
        anyhow::bail!("no dead letter came")
    };
    let first = next()?;
    assert_eq!((first.timestamp, first.header(REDRIVES)), (12_345, None));
    for attempt in 1..=3 {
        let before = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH)?;
        let mut sent = 0;
        redrive(&settings, &all(), |so_far| sent = so_far)?;
        assert_eq!(sent, 1);
        let letter = next()?;
        assert_eq!(letter.header(REDRIVES), Some(attempt.to_string().as_str()));
        assert_eq!(letter.header(FIRST_TIMESTAMP), Some("12345"));
        assert!(letter.timestamp >= before.as_millis() as i64);
        assert_eq!((&letter.key, &letter.value), (&first.key, &first.value));
        let count = |name: &str| letter.headers.iter().filter(|(key, _)| key == name).count();
        for name in ["reason", "source", "__streams.errors.offset", REDRIVES, FIRST_TIMESTAMP] {
            assert_eq!(count(name), 1, "{name}");
        }
        assert!(headers.iter().all(|header| letter.headers.contains(header)));
        assert_ne!(letter.header("source"), first.header("source"));
    }
    let row = |below| -> anyhow::Result<_> {
        let selection = Selection { below, ..all() };
        survey(&settings, &selection)?.remove("not_json").context("a row")
    };
    let guarded = row(3)?;
    assert_eq!((guarded.found, guarded.done), (4, 3));
    assert_eq!((guarded.guarded, guarded.chosen), (1, 0));
    redrive(&settings, &all(), |_| panic!("a letter that was sent too often"))?;
    assert_eq!((row(4)?.guarded, row(4)?.chosen), (0, 1));
    stop.ask();
    worker.join().unwrap_or_else(|_| panic!("a worker panicked"))?;
    Ok(())
}

/// What was refused for its time is decided once that time has come: a letter goes back with the time of now.
#[test]
fn a_letter_from_the_future_is_decided_when_its_time_has_come() -> anyhow::Result<()> {
    let (_broker, settings) = topics("future")?;
    let names = &settings.topics;
    let now =
        std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH)?.as_millis() as i64;
    let (at, sent_at) = (Millis(now - 60_000), now - 3_600_000);
    let event = format!(
        r#"{{"id":"1","type":"terms.accepted","at":"{at}","person":"person:alice","version":"2021-05"}}"#
    );
    let sender = Sender::new(&settings, &[&names.events])?;
    sender.send(&names.events, Some(b"person:alice"), event.as_bytes(), &[], Some(sent_at))?;
    sender.finish()?;
    let stop = Stop::default();
    let seat = Board::new(1, names, "policy").seat(0);
    let worker = Worker::join(settings.clone(), law(), "a", seat, stop.clone())?;
    let worker = thread::spawn(move || worker.run());
    let follow = Range { to: None, ..Range::default() };
    let both = [names.dead_letters.as_str(), names.decisions.as_str()];
    let mut reader = RangeReader::open(&settings, &both, &follow)?;
    let mut next = |topic: &str| -> anyhow::Result<Record> {
        let begun = Instant::now();
        while begun.elapsed() < PATIENCE {
            match reader.next(Duration::from_secs(1))? {
                Some(record) if record.topic == topic => return Ok(record),
                _ => (),
            }
        }
        anyhow::bail!("nothing came in {topic}")
    };
    let letter = next(&names.dead_letters)?;
    assert_eq!((letter.header("reason"), letter.timestamp), (Some("from_the_future"), sent_at));
    redrive(&settings, &only("from_the_future"), |_| ())?;
    let decided = loop {
        let decision = next(&names.decisions)?;
        let text = String::from_utf8(decision.value.clone())?;
        if text.contains("terms.accepted") {
            break decision;
        }
    };
    assert_eq!(decided.header("verdict"), Some("recorded"));
    assert!(decided.timestamp >= now);
    stop.ask();
    worker.join().unwrap_or_else(|_| panic!("a worker panicked"))?;
    Ok(())
}
