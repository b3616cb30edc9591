//! What exactly once costs bare: records in, the same records out, in transactions of 20,000, by the same client on
//! the same settings, with nothing decided.

use std::collections::{BTreeMap, HashMap};
use std::thread::sleep;
use std::time::{Duration, Instant};

use firstword_stream::Settings;
use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use rdkafka::producer::{BaseRecord, DefaultProducerContext, Producer, ThreadedProducer};
use rdkafka::{ClientConfig, Message, Offset, TopicPartitionList};

const BATCH: usize = 20_000;
const WAIT: Duration = Duration::from_secs(30);

struct Loop {
    consumer: BaseConsumer,
    producer: ThreadedProducer<DefaultProducerContext>,
}

/// Every record of `events` to `decisions`.
pub fn pass_through(settings: &Settings, events: u64) -> anyhow::Result<()> {
    let topics = &settings.topics;
    run(settings, &[&topics.events], events, |_, key, value, out| {
        out(&topics.decisions, key, value)
    })
}

/// Every record of `events` to `relay`, by its other party, and from there to `decisions`; each hop reads and writes a
/// map of the people.
pub fn two_hops(settings: &Settings, events: u64) -> anyhow::Result<()> {
    let topics = &settings.topics;
    let mut people: HashMap<Vec<u8>, [u64; 4]> = HashMap::new();
    run(settings, &[&topics.events, &topics.relay], 2 * events, |topic, key, value, out| {
        let state = people.entry(key.to_vec()).or_default();
        state[0] += 1;
        if topic == topics.relay {
            return out(&topics.decisions, key, value);
        }
        let to = value.windows(6).position(|window| window == b"\"to\":\"").unwrap_or(0) + 6;
        let rest = value.get(to..).unwrap_or_default();
        let other = rest.split(|byte| *byte == b'"').next().unwrap_or_default();
        out(&topics.decisions, key, value)?;
        out(&topics.relay, other, value)
    })
}

type Out<'o> = dyn FnMut(&str, &[u8], &[u8]) -> Result<(), KafkaError> + 'o;

fn run(
    settings: &Settings,
    inputs: &[&str],
    until: u64,
    mut each: impl FnMut(&str, &[u8], &[u8], &mut Out<'_>) -> Result<(), KafkaError>,
) -> anyhow::Result<()> {
    let mut config = ClientConfig::new();
    config.set("bootstrap.servers", &settings.bootstrap_servers);
    let consumer: BaseConsumer = config
        .clone()
        .set("group.id", &settings.group)
        .set("enable.auto.commit", "false")
        .set("enable.auto.offset.store", "false")
        .set("isolation.level", "read_committed")
        .set("auto.offset.reset", "earliest")
        .set("queued.max.messages.kbytes", "16384")
        .set("fetch.queue.backoff.ms", "5")
        .create()?;
    consumer.subscribe(inputs)?;
    let producer: ThreadedProducer<DefaultProducerContext> = config
        .set("transactional.id", &settings.group)
        .set("linger.ms", "2")
        .set("compression.codec", "lz4")
        .set("queue.buffering.max.messages", "1000000")
        .set("partitioner", "murmur2_random")
        .create()?;
    producer.init_transactions(WAIT)?;
    let side = Loop { consumer, producer };
    let mut done = 0;
    while done < until {
        done += side.step(&mut each)?;
    }
    Ok(())
}

impl Loop {
    fn step(
        &self,
        each: &mut impl FnMut(&str, &[u8], &[u8], &mut Out<'_>) -> Result<(), KafkaError>,
    ) -> anyhow::Result<u64> {
        let (mut ends, mut count, begun) = (BTreeMap::new(), 0, Instant::now());
        while (count as usize) < BATCH && begun.elapsed() < Duration::from_millis(100) {
            let Some(message) = self.consumer.poll(Duration::from_millis(1)) else {
                match count {
                    0 => continue,
                    _ => break,
                }
            };
            let message = message?;
            if count == 0 {
                self.producer.begin_transaction()?;
            }
            let (key, value) = (message.key().unwrap_or(b""), message.payload().unwrap_or(b""));
            each(message.topic(), key, value, &mut |topic, key, value| {
                self.send(topic, key, value)
            })?;
            ends.insert((message.topic().to_owned(), message.partition()), message.offset() + 1);
            count += 1;
        }
        if count == 0 {
            return Ok(0);
        }
        while self.producer.in_flight_count() > 0 {
            sleep(Duration::from_micros(100));
        }
        let mut offsets = TopicPartitionList::new();
        for ((topic, partition), end) in &ends {
            offsets.add_partition_offset(topic, *partition, Offset::Offset(*end))?;
        }
        let group = self.consumer.group_metadata().ok_or(KafkaError::Canceled)?;
        self.producer.send_offsets_to_transaction(&offsets, &group, WAIT)?;
        self.producer.commit_transaction(WAIT)?;
        Ok(count)
    }

    fn send(&self, topic: &str, key: &[u8], value: &[u8]) -> Result<(), KafkaError> {
        let mut record = BaseRecord::to(topic).key(key).payload(value);
        while let Err((error, same)) = self.producer.send(record) {
            if error != KafkaError::MessageProduction(RDKafkaErrorCode::QueueFull) {
                return Err(error);
            }
            record = same;
            sleep(Duration::from_millis(1));
        }
        Ok(())
    }
}
