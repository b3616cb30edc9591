//! A clean stop, and a start right after it: how long until something is decided again.
//!
//! Both sides have decided the same log and were told to stop. Ours is asked from outside, by a record that is sent
//! when the new process is started; Kafka Streams says itself when all its tasks are restored and it runs.

use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use firstword_stream::{Settings, create_topics};
use rdkafka::consumer::Consumer;
use rdkafka::producer::{BaseRecord, DefaultProducerContext, Producer, ThreadedProducer};
use rdkafka::{ClientConfig, Offset};
use tokio::runtime::Runtime;

use crate::{PARTITIONS, in_a_process, log, pace, peer, settings};

/// The longest that anybody waits.
const PATIENCE: Duration = Duration::from_secs(120);

/// Stops and starts both, and prints a table.
pub fn compare(
    bootstrap: &str,
    runtime: &Runtime,
    events: u64,
    folder: Option<&Path>,
) -> anyhow::Result<()> {
    let run = "people-restart";
    let ours = settings(bootstrap, run, "people");
    runtime.block_on(create_topics(&ours, PARTITIONS, 1))?;
    let sent = log::send(&ours, "people", events)?.events;
    in_a_process("firstword", bootstrap, run, sent)?;
    let seconds = start_again(&ours, run)?;
    println!("\nA stop after {sent} events, and a start right after it:\n");
    println!("| side | until it decides again | restored |");
    println!("|---|---|---|");
    println!("| firstword | {seconds:.1} s | all of it before that |");
    let built = tempfile::tempdir()?;
    let peer = match peer::Peer::of(folder, built.path()) {
        Ok(peer) => peer,
        Err(why) => {
            println!("| Kafka Streams | not run: {why:#} | |");
            return Ok(());
        }
    };
    let run = "people-restart-peer";
    let theirs = settings(bootstrap, run, "people");
    let topics = peer::Peer::topics(theirs.topics.clone());
    runtime.block_on(create_topics(&Settings { topics, ..theirs }, PARTITIONS, 1))?;
    peer.run(bootstrap, "mem", sent, run, &[])?;
    let said = peer.run(bootstrap, "mem", sent, run, &["restore"])?;
    let running = peer::after(&said, "start->RUNNING ")?;
    let (records, speed) = (peer::after(&said, "records=")?, peer::after(&said, " (")?);
    println!("| Kafka Streams | {running:.1} s | {records:.0} records, {speed:.0} a second |");
    Ok(())
}

/// Starts one worker and sends it a record: after how many seconds the decision on it can be read.
fn start_again(settings: &Settings, run: &str) -> anyhow::Result<f64> {
    let begun = Instant::now();
    let consumer = pace::reader(settings, |consumer, partition| {
        let (topic, patience) = (&settings.topics.decisions, Duration::from_secs(10));
        Ok(Offset::Offset(consumer.fetch_watermarks(topic, partition, patience)?.1))
    })?;
    let producer: ThreadedProducer<DefaultProducerContext> = ClientConfig::new()
        .set("bootstrap.servers", &settings.bootstrap_servers)
        .set("partitioner", "murmur2_random")
        .create()?;
    let value = concat!(
        r#"{"id":"again","type":"message","at":"2021-05-20T09:00:00.000Z","#,
        r#""from":"person:again","to":"person:other"}"#
    );
    let record = BaseRecord::to(&settings.topics.events).key("person:again").payload(value);
    producer.send(record).map_err(|(error, _)| error)?;
    producer.flush(PATIENCE)?;
    let (bootstrap, run) = (settings.bootstrap_servers.clone(), run.to_owned());
    let side = thread::spawn(move || in_a_process("firstword", &bootstrap, &run, 1));
    let first = loop {
        ensure!(begun.elapsed() < PATIENCE, "nothing was decided");
        if let Some(message) = consumer.poll(Duration::from_millis(10)) {
            message?;
            break begun.elapsed().as_secs_f64();
        }
    };
    side.join().ok().context("the starter panicked")??;
    Ok(first)
}
