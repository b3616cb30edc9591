//! The Kafka shell: a group of workers that decides a topic of events exactly once (STREAM.md).
//!
//! One worker is one thread that owns a consumer, a transactional producer and the machines of its tasks; a task is
//! one partition. A step collects records, decides them into a draft, and publishes decisions, relays, dead letters,
//! snapshots and consumed offsets in one transaction. Only then do the machines move.
//!
//! This is the only crate that knows rdkafka, and each of Kafka's hard edges has one file: `outbox` the
//! transaction, `inbox` the group, `restore` the way back after a crash, `partition` who belongs where.
#![forbid(unsafe_code)]

mod halt;
mod inbox;
mod outbox;
mod partition;
mod process;
mod record;
mod restore;
mod settings;
mod snapshots;
mod task;
mod topics;
mod worker;

pub use halt::Halt;
pub use partition::{murmur2, partition_of};
pub use process::{Process, run};
pub use settings::{Settings, TopicNames};
pub use topics::{check_topics, create_topics};
pub use worker::{Law, Stop, Worker};
