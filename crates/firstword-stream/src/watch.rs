//! What a process looks after beside its workers: are the topics as they were, do all of the group decide under one
//! law, and what of `relay` has been consumed and can go.
//!
//! It reads the group's offsets and never commits any. A look that fails is no more than a look that came too late:
//! whatever it would have found, the next one finds.

use std::time::{Duration, Instant};

use rdkafka::admin::{AdminClient, AdminOptions};
use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::error::{KafkaError, KafkaResult, RDKafkaErrorCode};
use rdkafka::{Offset, TopicPartitionList};
use tokio::runtime::Handle;

use crate::context::{self, Context};
use crate::{Board, Halt, Settings, Stop, topics};

/// How often it looks at the topics and the group.
const LOOK: Duration = Duration::from_secs(5);
/// How often it deletes what all have consumed.
const DELETE: Duration = Duration::from_secs(60);
/// How long a request may take.
const PATIENCE: Duration = Duration::from_secs(5);

/// The head of the client id by which the workers of a group know each other's law.
const CLIENT: &str = "firstword-";

/// The client id of a worker: what its decisions rest on.
pub(crate) fn client_id(policy: &str) -> String {
    format!("{CLIENT}{}-{policy}", firstword_rules::EDITION)
}

/// Looks until asked to stop, or until something is wrong that nobody can heal. Blocks; for a thread of its own.
///
/// # Errors
/// Topics that are gone or have other partitions than at the start.
pub(crate) fn watch(
    settings: &Settings,
    policy: &str,
    board: &Board,
    stop: &Stop,
    runtime: &Handle,
) -> Result<(), Halt> {
    let partitions = topics::check(settings, stop)?;
    let mut config = settings.client();
    config.set("group.id", &settings.group);
    let client = context::consumer(settings, &config)
        .map_err(|error| Halt::of("make a client to watch with", error))?;
    let admin: AdminClient<Context> = settings
        .client()
        .create_with_context(Context::new(settings))
        .map_err(|error| Halt::of("make an admin client", error))?;
    let mut watch =
        Watch { settings, client, admin, partitions, may_delete: true, doubtful: false };
    let (mut looked, mut deleted) = (Instant::now(), Instant::now());
    while !stop.asked() {
        std::thread::sleep(Duration::from_millis(100));
        if looked.elapsed() >= LOOK {
            watch.topics(stop)?;
            board.policies_differ(watch.others(policy));
            looked = Instant::now();
        }
        if deleted.elapsed() >= DELETE {
            watch.delete(runtime);
            deleted = Instant::now();
        }
    }
    Ok(())
}

struct Watch<'w> {
    settings: &'w Settings,
    client: BaseConsumer<Context>,
    admin: AdminClient<Context>,
    partitions: i32,
    /// Whether the broker lets us delete; without the right to, `relay` grows, and that is all.
    may_delete: bool,
    /// Whether the last look found something wrong with the topics.
    doubtful: bool,
}

impl Watch<'_> {
    /// More partitions would send people to other machines than those that know them.
    fn topics(&mut self, stop: &Stop) -> Result<(), Halt> {
        let looked = match topics::check(self.settings, stop) {
            Ok(now) if now == self.partitions => Ok(()),
            Ok(now) => Err(Halt::PartitionsAdded {
                topic: self.settings.topics.events.clone(),
                before: self.partitions,
                now,
            }),
            Err(halt @ (Halt::TopicMissing(_) | Halt::PartitionsDiffer { .. })) => Err(halt),
            Err(_) => Ok(()), // a broker that is away: the workers know best
        };
        // A broker that has just come back may not know the topics yet: two looks must agree.
        match looked {
            Err(halt) if std::mem::replace(&mut self.doubtful, true) => Err(halt),
            Err(_) => Ok(()),
            Ok(()) => {
                self.doubtful = false;
                Ok(())
            }
        }
    }

    /// Whether a worker of the group decides under another law than ours.
    fn others(&self, policy: &str) -> bool {
        let Ok(groups) = self.client.fetch_group_list(Some(&self.settings.group), PATIENCE) else {
            return false;
        };
        let ours = client_id(policy);
        let members = groups.groups().iter().flat_map(|group| group.members());
        let other = members
            .map(|member| member.client_id())
            .find(|id| id.starts_with(CLIENT) && *id != ours);
        if let Some(other) = other {
            let other = other.trim_start_matches(CLIENT);
            tracing::warn!(
                other,
                ours = ours.trim_start_matches(CLIENT),
                "workers of one group decide under different laws; only a rolling restart is a good reason"
            );
        }
        other.is_some()
    }

    /// Deletes from `relay` what the group has consumed.
    fn delete(&mut self, runtime: &Handle) {
        if !self.may_delete {
            return;
        }
        let Ok(consumed) = self.consumed() else { return };
        if consumed.count() == 0 {
            return;
        }
        let options =
            AdminOptions::new().request_timeout(Some(PATIENCE)).operation_timeout(Some(PATIENCE));
        let refused = match runtime.block_on(self.admin.delete_records(&consumed, &options)) {
            Err(KafkaError::AdminOp(RDKafkaErrorCode::TopicAuthorizationFailed)) => true,
            Ok(outcome) => outcome.elements().iter().any(|element| {
                let error = element.error().err().and_then(|error| error.rdkafka_error_code());
                error == Some(RDKafkaErrorCode::TopicAuthorizationFailed)
            }),
            Err(_) => false,
        };
        if refused {
            self.may_delete = false;
            let topic = &self.settings.topics.relay;
            tracing::warn!(topic, "may not delete what was consumed from it: it grows without end");
        }
    }

    /// Up to where each partition of `relay` was consumed.
    fn consumed(&self) -> KafkaResult<TopicPartitionList> {
        let mut wanted = TopicPartitionList::new();
        for partition in 0..self.partitions {
            wanted.add_partition(&self.settings.topics.relay, partition);
        }
        let known = self.client.committed_offsets(wanted, PATIENCE)?;
        let mut consumed = TopicPartitionList::new();
        for element in known.elements() {
            if let Offset::Offset(1..) = element.offset() {
                consumed.add_partition_offset(
                    element.topic(),
                    element.partition(),
                    element.offset(),
                )?;
            }
        }
        Ok(consumed)
    }
}
