//! The transaction: what a step publishes, all of it or nothing.
//!
//! A producer whose last transaction did not end cleanly and quickly is not used again: a new one of the same
//! transactional id fences whatever of the old one is still on its way (KIP-890 does not reach this client).

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::thread::sleep;
use std::time::{Duration, Instant};

use rdkafka::client::ClientContext;
use rdkafka::consumer::ConsumerGroupMetadata;
use rdkafka::error::{KafkaError, KafkaResult, RDKafkaErrorCode};
use rdkafka::message::{Header, OwnedHeaders};
use rdkafka::producer::{BaseRecord, DeliveryResult, Producer, ProducerContext, ThreadedProducer};
use rdkafka::{Message, Offset, TopicPartitionList};

use crate::board::{Board, Outcome};
use crate::clock::now;
use crate::context::{Context, as_its_context_does};
use crate::lock::lock;
use crate::record::{Outgoing, Parcel, To};
use crate::send::{drain, push};
use crate::{Halt, Settings, TopicNames};

/// A commit that took longer may have been sent twice, and the second may still be on its way.
const CLEAN: Duration = Duration::from_millis(500);
/// For how long a transaction is tried before it is undecided.
const PATIENCE: Duration = Duration::from_secs(10);

/// How a transaction ended.
#[derive(Debug)]
pub(crate) enum Committed {
    /// All of it was published. The offset after the last decision of each partition.
    Yes(BTreeMap<i32, i64>),
    /// Nothing of it was published.
    No,
    /// The answer was lost; the committed offsets tell, once a new producer has fenced this one.
    Unknown,
}

/// One worker's producer.
pub(crate) struct Outbox {
    settings: Settings,
    board: Board,
    transactional_id: String,
    /// When the transaction that is open was begun.
    begun: Instant,
    /// Whether there was a producer before.
    again: bool,
    /// None after one that is not to be used again.
    producer: Option<ThreadedProducer<Reports>>,
}

/// The next offset of an input that a step has read from.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Consumed {
    pub(crate) relay: bool,
    pub(crate) partition: i32,
    pub(crate) next: i64,
}

struct Reports {
    context: Context,
    /// Why the first record that did not arrive did not.
    failed: Mutex<Option<RDKafkaErrorCode>>,
    decisions: String,
    ends: Mutex<BTreeMap<i32, i64>>,
}

impl Outbox {
    pub(crate) fn new(settings: &Settings, board: &Board, transactional_id: String) -> Outbox {
        Outbox {
            settings: settings.clone(),
            board: board.clone(),
            transactional_id,
            begun: Instant::now(),
            again: false,
            producer: None,
        }
    }

    /// Begins a transaction; false where that has to be tried again.
    ///
    /// # Errors
    /// What Kafka cannot heal.
    pub(crate) fn begin(&mut self) -> Result<bool, Halt> {
        if self.producer.is_none() {
            self.producer = self.incarnate()?;
        }
        let Some(producer) = &self.producer else { return Ok(false) };
        let reports = producer.context();
        *lock(&reports.failed) = None;
        lock(&reports.ends).clear();
        self.begun = Instant::now();
        let begun = producer.begin_transaction();
        self.went(begun)
    }

    /// Sends the records of a parcel within the transaction; false where the transaction failed and was aborted.
    ///
    /// # Errors
    /// What Kafka cannot heal.
    pub(crate) fn send(&mut self, parcel: &Parcel) -> Result<bool, Halt> {
        let Some(producer) = &self.producer else { return Ok(false) };
        let topics = &self.settings.topics;
        let mut records = parcel.records.iter();
        let sent = records.try_for_each(|record| send(producer, parcel, record, topics));
        self.went(sent)
    }

    /// Ends the transaction, with the next offset of each input that its records were read from, for the group as
    /// it was when they were read.
    ///
    /// # Errors
    /// What Kafka cannot heal.
    pub(crate) fn commit(
        &mut self,
        consumed: &[Consumed],
        group: &ConsumerGroupMetadata,
    ) -> Result<Committed, Halt> {
        let Some(producer) = &self.producer else { return Ok(Committed::No) };
        let asked = Instant::now();
        match finish(producer, consumed, &self.settings.topics, group) {
            Ok(ends) => {
                if asked.elapsed() > CLEAN {
                    self.producer = None;
                }
                self.board.transaction(Outcome::Committed, self.begun.elapsed());
                Ok(Committed::Yes(ends))
            }
            Err(Failure::Before(error)) => self.went(Err(error)).map(|_| Committed::No),
            Err(Failure::Committing(error)) => {
                self.producer = None;
                self.board.transaction(Outcome::Unknown, self.begun.elapsed());
                tracing::warn!(%error, "whether a transaction was committed is not known; the group's offsets will tell");
                refused(&error)?;
                Ok(Committed::Unknown)
            }
        }
    }

    /// Gives up a transaction that failed before its commit was asked for; its producer is not used again.
    fn went(&mut self, outcome: KafkaResult<()>) -> Result<bool, Halt> {
        let Err(error) = outcome else { return Ok(true) };
        self.board.transaction(Outcome::Aborted, self.begun.elapsed());
        tracing::warn!(%error, "a transaction was aborted; its step is decided again");
        if let Some(producer) = self.producer.take() {
            // This tells the broker at once; if even that fails, the next incarnation does.
            let _ = producer.abort_transaction(Duration::from_secs(2));
        }
        refused(&error).map(|()| false)
    }

    /// Makes sure that `policies` holds the policy that decisions will name; false where that has to be tried again.
    ///
    /// # Errors
    /// What Kafka cannot heal.
    pub(crate) fn publish_policy(&mut self, label: &str, canonical: &str) -> Result<bool, Halt> {
        if self.producer.is_none() && !self.settle()? {
            return Ok(false);
        }
        let Some(producer) = &self.producer else { return Ok(false) };
        let mut parcel = Parcel::default();
        let (key, value) = (parcel.show(label), parcel.show(canonical));
        parcel.add(To::Policies, Some(0), Some(key), value, now(), &[]);
        let topics = &self.settings.topics;
        let published = producer
            .begin_transaction()
            .and_then(|()| {
                parcel.records.iter().try_for_each(|record| send(producer, &parcel, record, topics))
            })
            .map_err(Failure::Before)
            .and_then(|()| arrived(producer))
            .and_then(|()| producer.commit_transaction(PATIENCE).map_err(Failure::Committing));
        match published {
            Ok(()) => Ok(true),
            Err(Failure::Before(error) | Failure::Committing(error)) => {
                self.producer = None;
                refused(&error).map(|()| false)
            }
        }
    }

    /// Makes sure that nothing of an earlier producer is on its way any more; false where that has to be tried again.
    ///
    /// # Errors
    /// What Kafka cannot heal.
    pub(crate) fn settle(&mut self) -> Result<bool, Halt> {
        self.producer = None;
        self.producer = self.incarnate()?;
        Ok(self.producer.is_some())
    }

    fn incarnate(&mut self) -> Result<Option<ThreadedProducer<Reports>>, Halt> {
        if std::mem::replace(&mut self.again, true) {
            self.board.producer_recycled();
        }
        let mut config = self.settings.client();
        config
            .set("transactional.id", &self.transactional_id)
            .set("transaction.timeout.ms", "8000")
            .set("message.timeout.ms", "8000")
            // A dead letter is as large as what was rejected, and more; how large that may be, the topics say.
            .set("message.max.bytes", "100000000")
            .set("enable.idempotence", "true")
            .set("partitioner", "murmur2_random")
            // A step sends its records in one go: waiting longer for more would only be waiting.
            .set("linger.ms", "0.5")
            .set("compression.codec", "lz4")
            .set("queue.buffering.max.messages", "1000000");
        self.settings.properties.tune(&mut config);
        let reports = Reports {
            context: Context::new(&self.settings),
            failed: Mutex::default(),
            decisions: self.settings.topics.decisions.clone(),
            ends: Mutex::default(),
        };
        let producer: ThreadedProducer<Reports> = config
            .create_with_context(reports)
            .map_err(|error| Halt::of("make a producer", error))?;
        match producer.init_transactions(PATIENCE) {
            Ok(()) => Ok(Some(producer)),
            Err(error) => {
                tracing::warn!(%error, "cannot begin with transactions yet");
                refused(&error)?;
                sleep(Duration::from_millis(100));
                Ok(None)
            }
        }
    }
}

/// Where a transaction failed: before its commit was asked for, so that it cannot have happened, or while.
enum Failure {
    Before(KafkaError),
    Committing(KafkaError),
}

fn finish(
    producer: &ThreadedProducer<Reports>,
    consumed: &[Consumed],
    topics: &TopicNames,
    group: &ConsumerGroupMetadata,
) -> Result<BTreeMap<i32, i64>, Failure> {
    // Before the offsets: where these go out while records are still on their way, some transactions take 100 to 400 ms
    // longer (measured).
    arrived(producer)?;
    let mut offsets = TopicPartitionList::new();
    for Consumed { relay, partition, next } in consumed {
        let topic = if *relay { &topics.relay } else { &topics.events };
        offsets
            .add_partition_offset(topic, *partition, Offset::Offset(*next))
            .map_err(Failure::Before)?;
    }
    producer.send_offsets_to_transaction(&offsets, group, PATIENCE).map_err(Failure::Before)?;
    match producer.commit_transaction(PATIENCE) {
        Ok(()) => Ok(std::mem::take(&mut *lock(&producer.context().ends))),
        // Even an error that asks for an abort may follow a commit whose answer was lost.
        Err(error) => Err(Failure::Committing(error)),
    }
}

/// Waits until every record is acknowledged. Without this a commit takes 100 ms (rdkafka 0.39 flushes in such steps).
fn arrived(producer: &ThreadedProducer<Reports>) -> Result<(), Failure> {
    if drain(producer, PATIENCE) > 0 {
        return Err(Failure::Before(KafkaError::Flush(RDKafkaErrorCode::MessageTimedOut)));
    }
    match *lock(&producer.context().failed) {
        Some(code) => Err(Failure::Before(KafkaError::MessageProduction(code))),
        None => Ok(()),
    }
}

fn send(
    producer: &ThreadedProducer<Reports>,
    parcel: &Parcel,
    record: &Outgoing,
    topics: &TopicNames,
) -> KafkaResult<()> {
    let topic = match record.to {
        To::Relay => &topics.relay,
        To::Decisions => &topics.decisions,
        To::Snapshots => &topics.snapshots,
        To::DeadLetters => &topics.dead_letters,
        To::Policies => &topics.policies,
    };
    let mut message: BaseRecord<'_, [u8], [u8]> =
        BaseRecord::to(topic).payload(parcel.bytes(record.value)).timestamp(record.timestamp);
    let given = parcel.headers(record);
    if given.len() > 0 {
        let mut headers = OwnedHeaders::new_with_capacity(given.len());
        for (key, value) in given {
            headers = headers.insert(Header { key, value });
        }
        message = message.headers(headers);
    }
    if let Some(key) = record.key {
        message = message.key(parcel.bytes(key));
    }
    if let Some(partition) = record.partition {
        message = message.partition(partition);
    }
    push(producer, message)
}

/// Lets through what Kafka can heal.
fn refused(error: &KafkaError) -> Result<(), Halt> {
    use RDKafkaErrorCode as Code;
    match error.rdkafka_error_code() {
        Some(Code::MessageSizeTooLarge) => Err(Halt::TooLarge),
        Some(Code::Fenced | Code::ProducerFenced | Code::InvalidProducerEpoch) => {
            tracing::warn!(
                "another producer has taken our transactional id: if this goes on, two processes have the same \
                 `stream.instance`"
            );
            Ok(())
        }
        Some(
            Code::TopicAuthorizationFailed
            | Code::GroupAuthorizationFailed
            | Code::ClusterAuthorizationFailed
            | Code::TransactionalIdAuthorizationFailed
            | Code::SaslAuthenticationFailed
            | Code::UnknownTopicOrPartition
            | Code::UnknownTopic
            | Code::UnknownPartition
            // Nothing of these passes by waiting: the topics, or the broker, must be set otherwise.
            | Code::InvalidTimestamp
            | Code::InvalidRecord
            | Code::PolicyViolation
            | Code::InvalidTopic
            | Code::InvalidTransactionTimeout
            | Code::UnsupportedFeature,
        ) => Err(Halt::of("publish", error.clone())),
        _ => Ok(()),
    }
}

/// Milliseconds since 1970: what is written to `policies` is caused by no record.
impl ClientContext for Reports {
    as_its_context_does!();
}

impl ProducerContext for Reports {
    type DeliveryOpaque = ();

    fn delivery(&self, result: &DeliveryResult<'_>, _: ()) {
        match result {
            // Of a record that it sent twice the client knows no offset.
            Ok(message) if message.topic() == self.decisions && message.offset() >= 0 => {
                let mut ends = lock(&self.ends);
                let end = ends.entry(message.partition()).or_insert(0);
                *end = (*end).max(message.offset() + 1);
            }
            Ok(_) => (),
            Err((error, _)) => {
                lock(&self.failed).get_or_insert(
                    error.rdkafka_error_code().unwrap_or(RDKafkaErrorCode::PurgeInflight),
                );
            }
        }
    }
}
