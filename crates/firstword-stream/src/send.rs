//! Sending records to a topic from outside the group: each arrives once, or is told to have failed.

use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread::sleep;
use std::time::{Duration, Instant};

use firstword_engine::first_role;
use firstword_rules::Role;
use firstword_wire::{Reader, salvage};
use rdkafka::client::ClientContext;
use rdkafka::error::{KafkaError, KafkaResult, RDKafkaErrorCode};
use rdkafka::message::{Header, OwnedHeaders};
use rdkafka::producer::{BaseRecord, DeliveryResult, Producer, ProducerContext, ThreadedProducer};

use crate::context::{self, Context, as_its_context_does};
use crate::lock::lock;
use crate::range::{self, RecordHeader};
use crate::{Halt, Settings};

/// For how long a record is tried.
const PATIENCE: Duration = Duration::from_secs(60);

/// Sends records, each once and in their order within a partition.
pub struct Sender {
    producer: ThreadedProducer<Reports>,
}

/// What became of the records so far.
pub(crate) struct Reports {
    context: Context,
    failed: AtomicU64,
    first: Mutex<Option<KafkaError>>,
    acknowledged: AtomicU64,
}

/// What came of giving a record to the client.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Sent {
    /// It is on its way.
    Yes,
    /// It is larger than Kafka takes, and was left out.
    TooLarge,
}

impl Sender {
    /// A sender to topics that are there.
    ///
    /// # Errors
    /// A broker that cannot be reached within ten seconds, a topic that is not there, a refused right.
    pub fn new(settings: &Settings, topics: &[&str]) -> Result<Sender, Halt> {
        let client = context::consumer(settings, &settings.client())
            .map_err(|error| Halt::of("make a client", error))?;
        for topic in topics {
            range::partitions(settings, &client, topic)?;
        }
        let mut config = settings.client();
        config
            .set("enable.idempotence", "true")
            .set("message.timeout.ms", PATIENCE.as_millis().to_string())
            .set("linger.ms", "5")
            .set("compression.codec", "lz4")
            // As the Java client's, so that a person's events come to the person's own partition.
            .set("partitioner", "murmur2_random");
        let producer = config
            .create_with_context(Reports::new(settings))
            .map_err(|error| Halt::of("make a producer", error))?;
        Ok(Sender { producer })
    }

    /// Sends a record, and waits while too many are on their way. Its timestamp is in milliseconds since 1970, or
    /// the time at which it is sent.
    ///
    /// # Errors
    /// A record before this one that did not arrive, or anything that Kafka cannot heal.
    pub fn send(
        &self,
        topic: &str,
        key: Option<&[u8]>,
        value: &[u8],
        headers: &[RecordHeader],
        timestamp: Option<i64>,
    ) -> Result<Sent, Halt> {
        self.producer.context().check()?;
        match give(&self.producer, topic, key, value, headers, timestamp) {
            Ok(()) => Ok(Sent::Yes),
            Err(KafkaError::MessageProduction(RDKafkaErrorCode::MessageSizeTooLarge)) => {
                Ok(Sent::TooLarge)
            }
            Err(error) => Err(Halt::of("send a record", error)),
        }
    }

    /// How many records are known to have arrived.
    pub fn acknowledged(&self) -> u64 {
        self.producer.context().acknowledged.load(Ordering::Relaxed)
    }

    /// Waits until all have arrived; how many.
    ///
    /// # Errors
    /// Records that did not arrive, with their number.
    pub fn finish(self) -> Result<u64, Halt> {
        let left = drain(&self.producer, PATIENCE + Duration::from_secs(5));
        let reports = self.producer.context();
        if left > 0 {
            return Err(reports.undelivered(left));
        }
        reports.check().map(|()| self.acknowledged())
    }
}

/// Gives a record to a producer.
pub(crate) fn give<C: ProducerContext<DeliveryOpaque = ()>>(
    producer: &ThreadedProducer<C>,
    topic: &str,
    key: Option<&[u8]>,
    value: &[u8],
    headers: &[RecordHeader],
    timestamp: Option<i64>,
) -> KafkaResult<()> {
    let mut record: BaseRecord<'_, [u8], [u8]> = BaseRecord::to(topic).payload(value);
    record.key = key;
    record.timestamp = timestamp;
    if !headers.is_empty() {
        let mut owned = OwnedHeaders::new_with_capacity(headers.len());
        for (key, value) in headers {
            owned = owned.insert(Header { key, value: value.as_deref() });
        }
        record = record.headers(owned);
    }
    push(producer, record)
}

/// Gives a record to a producer, and waits while its queue is full.
pub(crate) fn push<C: ProducerContext<DeliveryOpaque = ()>>(
    producer: &ThreadedProducer<C>,
    mut record: BaseRecord<'_, [u8], [u8]>,
) -> KafkaResult<()> {
    loop {
        match producer.send(record) {
            Ok(()) => return Ok(()),
            Err((KafkaError::MessageProduction(RDKafkaErrorCode::QueueFull), same)) => {
                record = same;
                sleep(Duration::from_millis(1));
            }
            Err((error, _)) => return Err(error),
        }
    }
}

/// Waits until nothing of a producer's is on its way any more; how much still is, where that took too long.
pub(crate) fn drain<C: ProducerContext<DeliveryOpaque = ()>>(
    producer: &ThreadedProducer<C>,
    patience: Duration,
) -> i32 {
    let deadline = Instant::now() + patience;
    while producer.in_flight_count() > 0 && Instant::now() < deadline {
        sleep(Duration::from_micros(100));
    }
    producer.in_flight_count()
}

/// The key that brings a record to the machine that it meets first: the person's name. What is no event goes with the
/// person that can still be read in it, if one can.
pub fn key_of(reader: &Reader, line: &[u8]) -> Option<String> {
    let Ok(event) = reader.event(line) else {
        return salvage(line).person.map(|person| person.to_string());
    };
    let (one, other) = event.parties();
    let person = match first_role(&event) {
        Role::Recipient(_) => other.unwrap_or(one),
        _ => one,
    };
    Some(person.to_string())
}

impl Reports {
    pub(crate) fn new(settings: &Settings) -> Reports {
        Reports {
            context: Context::new(settings),
            failed: AtomicU64::new(0),
            first: Mutex::new(None),
            acknowledged: AtomicU64::new(0),
        }
    }

    /// Whether all that are not on their way any more have arrived.
    pub(crate) fn check(&self) -> Result<(), Halt> {
        match self.failed.load(Ordering::SeqCst) {
            0 => Ok(()),
            _ => Err(self.undelivered(0)),
        }
    }

    fn undelivered(&self, on_their_way: i32) -> Halt {
        let first = lock(&self.first).clone();
        Halt::Undelivered {
            count: self.failed.load(Ordering::SeqCst) + on_their_way.max(0) as u64,
            error: first.unwrap_or(KafkaError::Flush(RDKafkaErrorCode::MessageTimedOut)),
        }
    }
}

impl ClientContext for Reports {
    as_its_context_does!();
}

impl ProducerContext for Reports {
    type DeliveryOpaque = ();

    fn delivery(&self, result: &DeliveryResult<'_>, _: ()) {
        match result {
            Ok(_) => {
                self.acknowledged.fetch_add(1, Ordering::Relaxed);
            }
            Err((error, _)) => {
                self.failed.fetch_add(1, Ordering::SeqCst);
                let mut first = lock(&self.first);
                first.get_or_insert_with(|| error.clone());
            }
        }
    }
}
