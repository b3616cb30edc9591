//! The input: generated traffic of one sort, keyed by the person whose gate comes first.

use std::io::Write;
use std::thread::sleep;
use std::time::Duration;

use anyhow::ensure;
use firstword_stream::Settings;
use firstword_traffic::generate::{Generator, Traffic};
use rdkafka::ClientConfig;
use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use rdkafka::producer::{BaseRecord, DefaultProducerContext, Producer, ThreadedProducer};

/// What was sent.
pub struct Sent {
    /// How many events.
    pub events: u64,
    /// Their bytes, keys and values.
    pub bytes: u64,
}

/// Sends about so many events, from businesses to people or among people.
pub fn send(settings: &Settings, traffic: &str, events: u64) -> anyhow::Result<Sent> {
    let producer: ThreadedProducer<DefaultProducerContext> = ClientConfig::new()
        .set("bootstrap.servers", &settings.bootstrap_servers)
        .set("partitioner", "murmur2_random")
        .set("compression.codec", "lz4")
        .set("linger.ms", "20")
        .create()?;
    let businesses = if traffic == "business" { 2_000 } else { 0 };
    let people = 100_000;
    let wanted = Traffic { people, businesses, events: events * 3, days: 7, ..Traffic::default() };
    let sent = Sent { events: 0, bytes: 0 };
    let mut sink = Sink { producer, settings, traffic, left: events, sent, rest: Vec::new() };
    Generator::new(&wanted)?.write(&mut sink)?;
    sink.producer.flush(Duration::from_secs(60))?;
    ensure!(sink.sent.events > 0, "the traffic has no such events");
    Ok(sink.sent)
}

struct Sink<'s> {
    producer: ThreadedProducer<DefaultProducerContext>,
    settings: &'s Settings,
    traffic: &'s str,
    left: u64,
    sent: Sent,
    rest: Vec<u8>,
}

impl Write for Sink<'_> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.rest.extend_from_slice(bytes);
        let mut rest = std::mem::take(&mut self.rest);
        let end = rest.iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end + 1);
        for line in rest.get(..end).unwrap_or_default().split(|byte| *byte == b'\n') {
            if self.left > 0 {
                self.line(line).map_err(std::io::Error::other)?;
            }
        }
        rest.drain(..end);
        self.rest = rest;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl Sink<'_> {
    fn line(&mut self, line: &[u8]) -> Result<(), KafkaError> {
        let Ok(event) = serde_json::from_slice::<serde_json::Value>(line) else { return Ok(()) };
        let text = |field: &str| event.get(field).and_then(|value| value.as_str());
        let (Some(from), Some(to)) = (text("from"), text("to")) else { return Ok(()) };
        let wanted = match self.traffic {
            "business" => from.starts_with("business:"),
            _ => from.starts_with("person:") && to.starts_with("person:"),
        };
        if !wanted {
            return Ok(());
        }
        let key = if from.starts_with("person:") { from } else { to };
        let mut record = BaseRecord::to(&self.settings.topics.events).payload(line).key(key);
        while let Err((error, same)) = self.producer.send(record) {
            if error != KafkaError::MessageProduction(RDKafkaErrorCode::QueueFull) {
                return Err(error);
            }
            record = same;
            sleep(Duration::from_millis(5));
        }
        self.sent.events += 1;
        self.sent.bytes += (line.len() + key.len()) as u64;
        self.left -= 1;
        Ok(())
    }
}
