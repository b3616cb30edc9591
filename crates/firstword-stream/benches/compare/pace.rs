//! A record every now and then: how long it takes from record in to decision readable.
//!
//! What the bare loop waits for is the broker, the disk and the host; so both are measured in turns, and the ratio is
//! the figure.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::thread::{self, sleep};
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use firstword_stream::{Settings, create_topics};
use firstword_testkit::measuring::median;
use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::error::KafkaResult;
use rdkafka::producer::{BaseRecord, DefaultProducerContext, ThreadedProducer};
use rdkafka::{ClientConfig, Message, Offset, TopicPartitionList};
use tokio::runtime::Runtime;

use crate::{PARTITIONS, WARMING, bare, in_a_process, ours, settings};

/// How often a record is sent.
const PACE: Duration = Duration::from_millis(20);

/// How many are sent to a side at a time.
const RECORDS: u64 = 1_000;

const SIDES: [&str; 2] = ["bare", "firstword"];

/// Both sides in turns, and a table of the medians.
pub fn compare(bootstrap: &str, runtime: &Runtime, rounds: usize) -> anyhow::Result<()> {
    let one = |run: &str, side: &str| -> anyhow::Result<[f64; 2]> {
        runtime.block_on(create_topics(&settings(bootstrap, run, run), PARTITIONS, 1))?;
        let said = in_a_process(side, bootstrap, run, RECORDS)?;
        let (half, late) = said.trim().split_once(' ').context("a side said nothing")?;
        progress(&format!("{run}: half within {half} ms, 99% within {late} ms"));
        Ok([half.parse()?, late.parse()?])
    };
    for warming in 0..WARMING {
        one(&format!("paced2-warming-{warming}"), "firstword")?;
    }
    println!(
        "\nA record every {PACE:?}, from record in to decision readable, medians of {rounds}:\n"
    );
    println!("| gates | side | p50 ms | to bare | p99 ms | to bare |");
    println!("|---|---|---|---|---|---|");
    for hops in ["1", "2"] {
        let mut took = SIDES.map(|_| [Vec::new(), Vec::new()]);
        for round in 0..rounds {
            for (side, took) in SIDES.iter().zip(&mut took) {
                let figures = one(&format!("paced{hops}-{side}-{round}"), side)?;
                took.iter_mut().zip(figures).for_each(|(all, figure)| all.push(figure));
            }
        }
        let [bare, ours] = took.map(|figures| figures.map(median));
        for (side, [half, late]) in SIDES.iter().zip([bare, ours]) {
            let [to_half, to_late] = [half / bare[0], late / bare[1]];
            println!("| {hops} | {side} | {half:.1} | {to_half:.2} | {late:.1} | {to_late:.2} |");
        }
    }
    Ok(())
}

/// Runs a side on a paced trickle of so many records, and prints the median and the 99th percentile in milliseconds.
/// The first second is for starting.
pub fn run(settings: &Settings, side: &str, hops: u64, records: u64) -> anyhow::Result<()> {
    let sent: Arc<Mutex<HashMap<String, Instant>>> = Arc::default();
    let sender = send(settings, hops, records, Arc::clone(&sent))?;
    let read = {
        let settings = settings.clone();
        thread::spawn(move || receive(&settings, hops, records, &sent))
    };
    match (side, hops) {
        ("bare", 1) => bare::pass_through(settings, records)?,
        ("bare", _) => bare::two_hops(settings, records)?,
        _ => ours::run_until(settings, 1, || Ok(read.is_finished()))?,
    }
    sender.join().map_err(|_| anyhow::anyhow!("the sender panicked"))??;
    let mut took = read.join().map_err(|_| anyhow::anyhow!("the reader panicked"))??;
    ensure!(!took.is_empty(), "nothing was timed");
    took.sort_by(f64::total_cmp);
    let at =
        |share: f64| took.get((took.len() as f64 * share) as usize).copied().unwrap_or(f64::NAN);
    println!("{} {}", at(0.5), at(0.99));
    Ok(())
}

type Sending = thread::JoinHandle<anyhow::Result<()>>;

fn send(
    settings: &Settings,
    hops: u64,
    records: u64,
    sent: Arc<Mutex<HashMap<String, Instant>>>,
) -> anyhow::Result<Sending> {
    let topic = settings.topics.events.clone();
    let producer: ThreadedProducer<DefaultProducerContext> = ClientConfig::new()
        .set("bootstrap.servers", &settings.bootstrap_servers)
        .set("partitioner", "murmur2_random")
        .set("linger.ms", "0")
        .create()?;
    Ok(thread::spawn(move || {
        // Time for the side to join its group.
        sleep(Duration::from_secs(4));
        for number in 0..records {
            let from =
                if hops == 1 { "business:shop".to_owned() } else { format!("person:a{number}") };
            let (id, to) = (format!("p{number}"), format!("person:b{number}"));
            let at = "2021-05-01T09:00:00.000Z";
            let value = format!(
                r#"{{"id":"{id}","type":"message","at":"{at}","from":"{from}","to":"{to}"}}"#
            );
            let key = if hops == 1 { &to } else { &from };
            if let Ok(mut sent) = sent.lock() {
                sent.insert(id, Instant::now());
            }
            let record = BaseRecord::to(&topic).key(key).payload(&value);
            producer.send(record).map_err(|(error, _)| error)?;
            sleep(PACE);
        }
        Ok(())
    }))
}

/// Milliseconds from sent to readable, of each record but the first fifty.
fn receive(
    settings: &Settings,
    hops: u64,
    records: u64,
    sent: &Mutex<HashMap<String, Instant>>,
) -> anyhow::Result<Vec<f64>> {
    let consumer = reader(settings, |_, _| Ok(Offset::Beginning))?;
    let (mut took, mut seen, begun) = (Vec::new(), HashMap::<String, u64>::new(), Instant::now());
    let mut done = 0;
    while done < records && begun.elapsed() < Duration::from_secs(120) {
        let Some(message) = consumer.poll(Duration::from_millis(100)) else { continue };
        let message = message?;
        let value: serde_json::Value = serde_json::from_slice(message.payload().unwrap_or(b"{}"))?;
        let id = value.get("id").and_then(|id| id.as_str()).unwrap_or_default().to_owned();
        let hop = seen.entry(id.clone()).or_insert(0);
        *hop += 1;
        if *hop < hops {
            continue;
        }
        done += 1;
        let since = sent.lock().ok().and_then(|sent| sent.get(&id).copied());
        took.extend(since.map(|since| since.elapsed().as_secs_f64() * 1000.0));
    }
    Ok(took.split_off(took.len().min(50)))
}

/// Reads decisions as soon as they can be read, each partition from the offset that it is asked for.
pub fn reader(
    settings: &Settings,
    from: impl Fn(&BaseConsumer, i32) -> KafkaResult<Offset>,
) -> anyhow::Result<BaseConsumer> {
    let consumer: BaseConsumer = ClientConfig::new()
        .set("bootstrap.servers", &settings.bootstrap_servers)
        .set("group.id", "reader")
        .set("isolation.level", "read_committed")
        .set("fetch.queue.backoff.ms", "5")
        .create()?;
    let mut list = TopicPartitionList::new();
    for partition in 0..PARTITIONS {
        let offset = from(&consumer, partition)?;
        list.add_partition_offset(&settings.topics.decisions, partition, offset)?;
    }
    consumer.assign(&list)?;
    Ok(consumer)
}
