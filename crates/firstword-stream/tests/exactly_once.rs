//! A log through workers on a real Kafka: each event one final decision or one dead letter, each person's decisions
//! numbered without gap, and every one of them what the rules say, also across a stop and a start.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use std::collections::BTreeSet;
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use firstword_engine::{Draft, Engine};
use firstword_rules::Verdict;
use firstword_stream::{Board, Halt, Law, Settings, Stop, TopicNames, Worker, create_topics};
use firstword_testkit::broker::{Broker, Options};
use firstword_traffic::generate::{Generator, Traffic};
use firstword_wire::read_decision;
use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use rdkafka::message::{BorrowedMessage, Headers};
use rdkafka::producer::{BaseRecord, DefaultProducerContext, Producer, ThreadedProducer};
use rdkafka::{ClientConfig, Message, Offset, TopicPartitionList};

const PARTITIONS: i32 = 8;
/// Longer than any step, any restore and any rebalance here may take.
const PATIENCE: Duration = Duration::from_secs(90);

fn law() -> Law {
    let policy = firstword_policy::builtin("whatsapp-business-2026").unwrap();
    Law { canonical: firstword_policy::canonical(&policy), policy }
}

/// Sends a generated log, most records by the person whose gate comes first, one in twenty by some other key; how
/// many records there were.
fn send(settings: &Settings, traffic: &Traffic) -> anyhow::Result<usize> {
    let mut log = Vec::new();
    Generator::new(traffic)?.write(&mut log)?;
    let producer: ThreadedProducer<DefaultProducerContext> = ClientConfig::new()
        .set("bootstrap.servers", &settings.bootstrap_servers)
        .set("partitioner", "murmur2_random")
        .create()?;
    let lines = log.split(|byte| *byte == b'\n').filter(|line| !line.trim_ascii().is_empty());
    let mut count = 0;
    for (number, line) in lines.enumerate() {
        let key = if number % 20 == 0 { format!("any-{number}") } else { person_in(line) };
        let mut record = BaseRecord::to(&settings.topics.events).payload(line).key(&key);
        while let Err((error, same)) = producer.send(record) {
            let full = KafkaError::MessageProduction(RDKafkaErrorCode::QueueFull);
            ensure!(error == full, "cannot send: {error}");
            record = same;
            thread::sleep(Duration::from_millis(5));
        }
        count += 1;
    }
    producer.flush(PATIENCE)?;
    Ok(count)
}

fn person_in(line: &[u8]) -> String {
    let event: serde_json::Value = serde_json::from_slice(line).unwrap_or_default();
    let text = |field: &str| event.get(field).and_then(|value| value.as_str()).unwrap_or_default();
    let parties = [text("person"), text("from"), text("to")];
    let person = parties.iter().find(|party| party.starts_with("person:"));
    person.map_or(String::new(), ToString::to_string)
}

/// Reads decisions and dead letters as downstream does, until `each` says that it has enough.
fn read(
    settings: &Settings,
    mut each: impl FnMut(&BorrowedMessage<'_>) -> anyhow::Result<bool>,
) -> anyhow::Result<()> {
    let consumer: BaseConsumer = ClientConfig::new()
        .set("bootstrap.servers", &settings.bootstrap_servers)
        .set("group.id", "downstream")
        .set("isolation.level", "read_committed")
        .set("enable.auto.commit", "false")
        .create()?;
    let mut list = TopicPartitionList::new();
    for topic in [&settings.topics.decisions, &settings.topics.dead_letters] {
        for partition in 0..PARTITIONS {
            list.add_partition_offset(topic, partition, Offset::Beginning)?;
        }
    }
    consumer.assign(&list)?;
    let begun = Instant::now();
    while begun.elapsed() < PATIENCE {
        if let Some(message) = consumer.poll(Duration::from_millis(100))
            && each(&message?)?
        {
            return Ok(());
        }
    }
    anyhow::bail!("what was expected did not come within {PATIENCE:?}")
}

fn source(message: &BorrowedMessage<'_>) -> anyhow::Result<String> {
    let headers = message.headers().context("a record without headers")?;
    let source = headers.iter().find(|header| header.key == "source").context("no source")?;
    Ok(String::from_utf8(source.value.unwrap_or_default().to_vec())?)
}

/// Reads until each of so many events has its decision or its dead letter, and holds every decision against the rules.
fn check(settings: &Settings, events: usize) -> anyhow::Result<()> {
    let (mut decided, mut dead) = (BTreeSet::new(), BTreeSet::new());
    let mut engine = Engine::new(law().policy);
    read(settings, |message| {
        let source = source(message)?;
        if message.topic() == settings.topics.dead_letters {
            ensure!(dead.insert(source.clone()), "{source} has two dead letters");
            return Ok(decided.len() + dead.len() == events);
        }
        let decision = read_decision(message.payload().unwrap_or_default())?;
        let mut draft = Draft::default();
        let again = engine.draft(&mut draft, &decision.event, decision.role);
        ensure!(
            (again.seq, again.verdict, again.row, again.standing)
                == (decision.seq, decision.verdict, decision.row, decision.standing),
            "the decision at partition {} offset {} is not what the rules say",
            message.partition(),
            message.offset()
        );
        engine.merge(draft);
        // The doubt of the engine's own making bears the place of the record that could not be read as its id.
        let of_our_making = *decision.event.id == source;
        if !of_our_making && !matches!(decision.verdict, Verdict::Forwarded(_)) {
            ensure!(decided.insert(source.clone()), "{source} has two final decisions");
        }
        Ok(decided.len() + dead.len() == events)
    })?;
    ensure!(decided.is_disjoint(&dead), "an event was decided and rejected");
    Ok(())
}

/// Starts a worker for each slot.
fn start(settings: &Settings, slots: &[&str]) -> (Stop, Vec<JoinHandle<Result<(), Halt>>>) {
    let stop = Stop::default();
    let work = |slot: &&str| {
        let worker = {
            let seat = Board::new(1, &settings.topics, "policy").seat(0);
            Worker::join(settings.clone(), law(), slot, seat, stop.clone()).unwrap()
        };
        thread::spawn(move || worker.run())
    };
    let workers = slots.iter().map(work).collect();
    (stop, workers)
}

fn finish(stop: &Stop, workers: Vec<JoinHandle<Result<(), Halt>>>) -> anyhow::Result<()> {
    stop.ask();
    for worker in workers {
        worker.join().unwrap_or_else(|_| panic!("a worker panicked"))?;
    }
    Ok(())
}

#[test]
fn each_event_is_decided_once() -> anyhow::Result<()> {
    let broker = Broker::start(1, &Options::default()).context("a broker")?;
    let mut settings = Settings::new(&broker.bootstrap());
    settings.topics = TopicNames::under("once");
    // So early that the restart goes by snapshots and by decisions.
    settings.snapshot_after = 500;
    tokio::runtime::Builder::new_current_thread()
        .build()?
        .block_on(create_topics(&settings, PARTITIONS, 1))?;
    let traffic = Traffic { people: 300, malformed: 0.03, duplicates: 0.1, ..Traffic::default() };
    let first = Traffic { events: 20_000, ..traffic.clone() };
    let sent = send(&settings, &first)?;
    let (stop, workers) = start(&settings, &["a", "b"]);
    check(&settings, sent)?;
    finish(&stop, workers)?;
    // On with another number of workers, restored.
    let sent = sent + send(&settings, &Traffic { events: 10_000, seed: 2, ..traffic })?;
    let (stop, workers) = start(&settings, &["a", "b", "c"]);
    check(&settings, sent)?;
    finish(&stop, workers)
}

#[test]
fn a_broker_that_dies_and_comes_back_is_survived() -> anyhow::Result<()> {
    let broker = Broker::start(1, &Options::default()).context("a broker")?;
    let mut settings = Settings::new(&broker.bootstrap());
    settings.topics = TopicNames::under("survived");
    // Many small transactions, so that the broker dies within one.
    settings.batch = 200;
    tokio::runtime::Builder::new_current_thread()
        .build()?
        .block_on(create_topics(&settings, PARTITIONS, 1))?;
    let traffic = Traffic { people: 500, events: 10_000, ..Traffic::default() };
    let sent = send(&settings, &traffic)?;
    let (stop, workers) = start(&settings, &["a", "b"]);
    for _ in 0..2 {
        thread::sleep(Duration::from_secs(4));
        broker.kill(1)?;
        broker.restart(1)?;
    }
    check(&settings, sent)?;
    finish(&stop, workers)
}
