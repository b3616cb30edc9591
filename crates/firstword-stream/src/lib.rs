//! The Kafka shell: a group of workers that decides a topic of events exactly once (STREAM.md).
//!
//! One worker is one thread that owns a consumer, a transactional producer and the machines of its tasks; a task is
//! one partition. A step collects records, decides them into a draft, and publishes decisions, relays, dead letters,
//! snapshots and consumed offsets in one transaction. While that is committed, on a thread beside, the next step is
//! decided on the machines as this one has them; if it was not committed they go back, and both are decided again.
//!
//! This is the only crate that knows rdkafka, and each of Kafka's hard edges has one file: `outbox` the
//! transaction, `inbox` the group, `restore` the way back after a crash, `partition` who belongs where.
#![forbid(unsafe_code)]

mod board;
mod checkpoint;
mod clock;
mod context;
mod halt;
mod http;
mod inbox;
mod lock;
mod oauth;
mod outbox;
mod partition;
mod process;
mod properties;
mod range;
mod record;
mod redrive;
mod restore;
mod send;
mod settings;
mod snapshots;
mod stable;
mod task;
mod topics;
mod watch;
mod worker;

pub use board::{Board, Check, Outcome, Restore, Seat, Tally};
pub use checkpoint::Refused;
pub use halt::Halt;
pub use http::Port;
pub use partition::{murmur2, partition_of};
pub use process::{Process, run};
pub use properties::{Properties, TLS, check_property, check_settings, is_secret_property};
pub use range::{Bound, Range, RangeReader, Record, RecordHeader, partitions_of};
pub use redrive::{FIRST_TIMESTAMP, Letters, REDRIVES, Selection, Survey, redrive, survey};
pub use restore::{Assignment, Identity, Restored, Watch, restore, restore_all};
pub use send::{Sender, Sent, key_of};
pub use settings::{Settings, TopicNames};
pub use stable::open_transactions;
pub use topics::{check_topics, create_topics};
pub use worker::{Law, Stop, Worker};
