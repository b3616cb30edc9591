//! Reading topics outside the group: ranges of them, as downstream sees them, and nothing is committed.
//!
//! It knows no task and no machine. What a transaction has not committed yet, or has given up, is never shown.

mod limits;

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use firstword_rules::Millis;
use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use rdkafka::message::BorrowedMessage;
use rdkafka::{Message, Offset, TopicPartitionList};

pub(crate) use self::limits::partitions;

use self::limits::limits;
use crate::context::{self, Context};
use crate::record::readable_headers;
use crate::{Halt, Settings};

/// How long a broker may take to answer before it counts as out of reach.
pub(crate) const PATIENCE: Duration = Duration::from_secs(10);

/// For how long a range that has an end may give neither a record nor its end: a broker that restarts takes less.
const SILENCE: Duration = Duration::from_secs(30);

/// A header of a record: name and value.
pub type RecordHeader = (String, Option<Vec<u8>>);

/// A record of any topic.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Record {
    /// Its topic.
    pub topic: String,
    /// Its partition.
    pub partition: i32,
    /// Its offset.
    pub offset: i64,
    /// Its timestamp, in milliseconds since 1970.
    pub timestamp: i64,
    /// Its key.
    pub key: Option<Vec<u8>>,
    /// Its value; empty where there is none.
    pub value: Vec<u8>,
    /// Its headers, in their order.
    pub headers: Vec<RecordHeader>,
}

/// Where a range begins or ends in each partition.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Bound {
    /// The first record that is still there.
    Start,
    /// The first record whose timestamp is this or later. Timestamps are only nearly in order: one that came late may
    /// lie on the other side.
    Time(Millis),
    /// The record of this offset; where it was deleted, or never came, the nearest one that is there.
    Offset(i64),
    /// After the last record that is there when the range is opened.
    End,
}

/// Which records of a topic.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Range {
    /// The first.
    pub from: Bound,
    /// The first that is not meant any more, at the latest what is there when the range is opened; none to follow
    /// for ever.
    pub to: Option<Bound>,
    /// Only these partitions.
    pub partitions: Option<Vec<i32>>,
}

impl Default for Range {
    /// All that is there.
    fn default() -> Range {
        Range { from: Bound::Start, to: Some(Bound::End), partitions: None }
    }
}

/// Reads ranges of topics: the records of a partition in their order, those of several as they come.
pub struct RangeReader {
    topics: Vec<Topic>,
    /// Whose turn it is.
    turn: usize,
    /// For how long nothing has come, while there should be something.
    silence: Duration,
}

/// A topic has a consumer of its own, since the end of a partition is told without the name of its topic.
struct Topic {
    name: String,
    consumer: BaseConsumer<Context>,
    /// The partitions that are not at their end, and where that is.
    open: BTreeMap<i32, Option<i64>>,
}

impl RangeReader {
    /// Finds the ranges. The group is not joined, asked or changed.
    ///
    /// # Errors
    /// A broker that cannot be reached within ten seconds, a topic or partition that is not there, a refused right.
    pub fn open(settings: &Settings, topics: &[&str], range: &Range) -> Result<RangeReader, Halt> {
        let open = |name: &&str| Topic::open(settings, name, range);
        let topics = topics.iter().map(open).collect::<Result<_, _>>()?;
        Ok(RangeReader { topics, turn: 0, silence: Duration::ZERO })
    }

    /// The next record; nothing if none comes within `wait`, or at the end.
    ///
    /// # Errors
    /// A topic that is gone, records that were deleted before they were read, a refused right; and, unless it
    /// follows for ever, half a minute in which neither a record came nor an end, while its caller waited.
    pub fn next(&mut self, wait: Duration) -> Result<Option<Record>, Halt> {
        /// Topics are looked at in turn, none for longer than this.
        const TURN: Duration = Duration::from_millis(5);
        let began = Instant::now();
        let mut turn = Duration::ZERO;
        loop {
            for _ in 0..self.topics.len() {
                let count = self.topics.len();
                let Some(topic) = self.topics.get_mut(self.turn % count) else { continue };
                let open = topic.open.len();
                let record = topic.next(turn)?;
                if record.is_some() || topic.open.len() < open {
                    self.silence = Duration::ZERO;
                }
                if record.is_some() {
                    return Ok(record);
                }
                self.turn = (self.turn + 1) % count;
            }
            let left = wait.saturating_sub(began.elapsed());
            if self.ended() {
                return Ok(None);
            }
            if left.is_zero() {
                self.silence += began.elapsed();
                return if self.silence > SILENCE && !self.follows() {
                    Err(silent())
                } else {
                    Ok(None)
                };
            }
            turn = left.min(TURN);
        }
    }

    /// Whether every record of the range was given.
    pub fn ended(&self) -> bool {
        self.topics.iter().all(|topic| topic.open.is_empty())
    }

    fn follows(&self) -> bool {
        self.topics.iter().any(|topic| topic.open.values().any(Option::is_none))
    }
}

/// How many partitions a topic has.
///
/// # Errors
/// A broker that cannot be reached within ten seconds, a topic that is not there, a refused right.
pub fn partitions_of(settings: &Settings, topic: &str) -> Result<i32, Halt> {
    let consumer = context::consumer(settings, &settings.client())
        .map_err(|error| Halt::of("make a consumer", error))?;
    partitions(settings, &consumer, topic)
}

fn silent() -> Halt {
    let error = KafkaError::MessageConsumption(RDKafkaErrorCode::OperationTimedOut);
    Halt::of("read a topic to its end", error)
}

impl Topic {
    fn open(settings: &Settings, name: &str, range: &Range) -> Result<Topic, Halt> {
        let mut config = settings.client();
        config
            // The client wants a name for a group, also where none is joined.
            .set("group.id", format!("{}-reader", settings.group))
            .set("enable.auto.commit", "false")
            .set("enable.auto.offset.store", "false")
            .set("isolation.level", "read_committed")
            .set("enable.partition.eof", "true")
            .set("auto.offset.reset", "error")
            .set("allow.auto.create.topics", "false")
            .set("check.crcs", "true")
            .set("queued.max.messages.kbytes", "16384")
            .set("fetch.queue.backoff.ms", "5");
        let consumer = context::consumer(settings, &config)
            .map_err(|error| Halt::of("make a consumer", error))?;
        let all = partitions(settings, &consumer, name)?;
        let chosen = match &range.partitions {
            None => (0..all).collect(),
            Some(chosen) => match chosen.iter().find(|one| !(0..all).contains(*one)) {
                Some(&partition) => {
                    return Err(Halt::PartitionMissing { topic: name.to_owned(), partition, all });
                }
                None => chosen.clone(),
            },
        };
        let (from, to) = limits(&consumer, name, &chosen, range)?;
        let mut assignment = TopicPartitionList::new();
        let mut open = BTreeMap::new();
        for partition in chosen {
            let (Some(&from), to) = (from.get(&partition), to.get(&partition).copied()) else {
                continue;
            };
            if to.is_some_and(|to| to <= from) {
                continue;
            }
            open.insert(partition, to);
            assignment
                .add_partition_offset(name, partition, Offset::Offset(from))
                .map_err(|error| Halt::of("read a topic", error))?;
        }
        consumer.assign(&assignment).map_err(|error| Halt::of("read a topic", error))?;
        Ok(Topic { name: name.to_owned(), consumer, open })
    }

    fn next(&mut self, wait: Duration) -> Result<Option<Record>, Halt> {
        let deadline = Instant::now() + wait;
        while !self.open.is_empty() {
            let left = deadline.saturating_duration_since(Instant::now());
            match self.consumer.poll(left) {
                None => return Ok(None),
                Some(Ok(message)) => {
                    let Some(to) = self.open.get(&message.partition()) else { continue };
                    match to {
                        Some(to) if message.offset() >= *to => {
                            let partition = message.partition();
                            drop(message);
                            self.close(partition)?;
                        }
                        _ => {
                            let (record, to) = (Record::of(&message), *to);
                            drop(message);
                            if to == Some(record.offset + 1) {
                                self.close(record.partition)?;
                            }
                            return Ok(Some(record));
                        }
                    }
                }
                // This comes where a read_committed reader can get no further: beyond the last record that
                // committed, whatever marks and undone records lie after it.
                Some(Err(KafkaError::PartitionEOF(partition))) => {
                    if self.open.get(&partition).is_some_and(Option::is_some) {
                        self.close(partition)?;
                    }
                }
                Some(Err(error)) => {
                    let deleted = || Halt::Deleted { topic: self.name.clone() };
                    Halt::unless_healed(error, "read a topic", &self.name, deleted)?;
                }
            }
        }
        Ok(None)
    }

    /// A partition that was read to its end; what comes after it need not be fetched.
    fn close(&mut self, partition: i32) -> Result<(), Halt> {
        self.open.remove(&partition);
        let mut list = TopicPartitionList::new();
        list.add_partition(&self.name, partition);
        self.consumer.pause(&list).map_err(|error| Halt::of("read a topic", error))
    }
}

impl Record {
    fn of(message: &BorrowedMessage<'_>) -> Record {
        let owned = |header: rdkafka::message::Header<'_, &[u8]>| {
            (header.key.to_owned(), header.value.map(<[u8]>::to_vec))
        };
        Record {
            topic: message.topic().to_owned(),
            partition: message.partition(),
            offset: message.offset(),
            timestamp: message.timestamp().to_millis().unwrap_or(0),
            key: message.key().map(<[u8]>::to_vec),
            value: message.payload().unwrap_or_default().to_vec(),
            headers: readable_headers(message).map(owned).collect(),
        }
    }

    /// The value of a header, if there is one of that name and it is text.
    pub fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(key, _)| key == name);
        found.and_then(|(_, value)| std::str::from_utf8(value.as_deref()?).ok())
    }
}
