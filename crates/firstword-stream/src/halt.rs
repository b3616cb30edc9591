//! Why a worker cannot go on, and what a person must do.
//!
//! What Kafka can heal never becomes a halt. At a halt nothing of the last step was published.

use rdkafka::error::{KafkaError, RDKafkaErrorCode};

/// Why a worker stopped.
#[derive(Debug, thiserror::Error)]
pub enum Halt {
    /// A topic is not there.
    #[error("topic `{0}` does not exist; create it, or run once with --create-topics")]
    TopicMissing(String),
    /// Topics that go together differ in their partitions.
    #[error(
        "topic `{topic}` has {found} partitions and `{events}` has {expected}; they must be equal, since a person \
         lives in the partition of the same number in each"
    )]
    PartitionsDiffer {
        /// The topic.
        topic: String,
        /// Its partitions.
        found: usize,
        /// The topic of events.
        events: String,
        /// Its partitions.
        expected: usize,
    },
    /// A topic got other partitions than it had when the worker started.
    #[error(
        "topic `{topic}` had {before} partitions and has {now}: people would go to partitions that do not know them. \
         Move to new topics, or restore the old number; nothing was decided since"
    )]
    PartitionsAdded {
        /// The topic.
        topic: String,
        /// Its partitions at the start.
        before: i32,
        /// Its partitions now.
        now: i32,
    },
    /// What was restored does not fit together.
    #[error(
        "torn state: {what}, at {topic} partition {partition} offset {offset}; nothing was decided on it. \
         Check the retention of `decisions` and whether a topic was made anew"
    )]
    TornState {
        /// What does not fit.
        what: &'static str,
        /// The topic.
        topic: String,
        /// The partition.
        partition: i32,
        /// The offset.
        offset: i64,
    },
    /// The consumed offset is no longer, or not yet, in the topic.
    #[error(
        "the committed offset of {topic} partition {partition} is out of range: records were deleted before they \
         were decided, or the topic was made anew. Nothing is skipped by itself: to go on with what is left, stop the \
         workers and set the group's offset to the earliest"
    )]
    OffsetOutOfRange {
        /// The topic.
        topic: String,
        /// The partition.
        partition: i32,
    },
    /// No broker answers.
    #[error(
        "cannot reach Kafka at {servers}: {code}; is it running there, and is the address right?"
    )]
    Unreachable {
        /// Where it should be: host and port, several with commas.
        servers: String,
        /// What its client said.
        code: RDKafkaErrorCode,
    },
    /// Records outside the group were deleted before they were read.
    #[error(
        "records of topic `{topic}` were deleted while they were read, or it was made anew; read it again"
    )]
    Deleted {
        /// The topic.
        topic: String,
    },
    /// A partition that was named is not there.
    #[error("topic `{topic}` has no partition {partition}, but {all}, from 0")]
    PartitionMissing {
        /// The topic.
        topic: String,
        /// The partition.
        partition: i32,
        /// How many it has.
        all: i32,
    },
    /// Records that were sent did not arrive.
    #[error("{count} records did not arrive, and some after them were not sent: {error}")]
    Undelivered {
        /// How many.
        count: u64,
        /// What the first of them failed with.
        error: KafkaError,
    },
    /// The group that notes which dead letters were sent back can note no more.
    #[error(
        "too many different selections were sent back from {topic} partition {partition} to note another; \
         nothing was sent. Select all that is left, or fewer at a time"
    )]
    TooManySelections {
        /// The topic.
        topic: String,
        /// The partition.
        partition: i32,
    },
    /// Somebody else wrote the notes of which dead letters were sent back.
    #[error(
        "what the redrive's group has noted for {topic} partition {partition} is not of this program's making; \
         reset its offset, to 0 if nothing was sent back"
    )]
    ForeignNotes {
        /// The topic.
        topic: String,
        /// The partition.
        partition: i32,
    },
    /// Kafka refuses the credentials or a right.
    #[error("Kafka does not let us {what}: {code}; check the credentials and the ACLs")]
    NotAuthorized {
        /// What was tried.
        what: &'static str,
        /// Its error.
        code: RDKafkaErrorCode,
    },
    /// The address to answer HTTP at is in use, or not ours.
    #[error(
        "cannot answer HTTP at {address}: {source}; free it, or choose another one with --http"
    )]
    Http {
        /// The address.
        address: std::net::SocketAddr,
        /// Why not.
        source: std::io::Error,
    },
    /// A topic takes smaller records than `events` does.
    #[error(
        "a record is too large for its topic: `max.message.bytes` of relay, decisions and dead-letters must be larger \
         than that of events, since a dead letter is the record and its headers. Nothing of its step was published"
    )]
    TooLarge,
    /// A defect of ours.
    #[error(
        "a worker panicked, which is a defect; nothing of its step was published. What it said stands above"
    )]
    Panicked,
    /// The machine has no thread left to give.
    #[error("cannot start a worker: {0}")]
    Thread(#[source] std::io::Error),
    /// Anything else that Kafka cannot heal.
    #[error("cannot {what}: {error}")]
    Kafka {
        /// What was tried.
        what: &'static str,
        /// What Kafka, or its client, said.
        error: KafkaError,
    },
}

impl Halt {
    /// A halt for an error of Kafka's, by its code.
    pub(crate) fn of(what: &'static str, error: KafkaError) -> Halt {
        use RDKafkaErrorCode as Code;
        match error.rdkafka_error_code() {
            Some(
                code @ (Code::TopicAuthorizationFailed
                | Code::GroupAuthorizationFailed
                | Code::ClusterAuthorizationFailed
                | Code::TransactionalIdAuthorizationFailed
                | Code::SaslAuthenticationFailed
                | Code::Authentication),
            ) => Halt::NotAuthorized { what, code },
            _ => Halt::Kafka { what, error },
        }
    }
    /// Nothing for an error of reading that is Kafka's to heal, as most are; a halt for one that is for a person.
    /// `deleted` is what it means where the next record is no longer there.
    pub(crate) fn unless_healed(
        error: KafkaError,
        what: &'static str,
        topic: &str,
        deleted: impl FnOnce() -> Halt,
    ) -> Result<(), Halt> {
        use RDKafkaErrorCode as Code;
        match error.rdkafka_error_code() {
            Some(Code::OffsetOutOfRange | Code::AutoOffsetReset | Code::NoOffset) => Err(deleted()),
            Some(Code::UnknownTopicOrPartition | Code::UnknownTopic | Code::UnknownPartition) => {
                Err(Halt::TopicMissing(topic.to_owned()))
            }
            Some(
                Code::TopicAuthorizationFailed
                | Code::ClusterAuthorizationFailed
                | Code::SaslAuthenticationFailed
                | Code::Authentication,
            ) => Err(Halt::of(what, error)),
            _ if matches!(error, KafkaError::MessageConsumptionFatal(_)) => {
                Err(Halt::of(what, error))
            }
            _ => Ok(()),
        }
    }
}
