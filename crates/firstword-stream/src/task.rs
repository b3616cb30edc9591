//! A task: one partition, its two inputs, and the machines of the people who belong to it.

use std::time::{Duration, Instant};

use firstword_engine::{Draft, Engine, first_role};
use firstword_rules::{Decision, Event, Name, Policy, Role, Verdict};
use firstword_wire::{
    Reader, Reject, RejectReason, read_decision, salvage, write_decision, write_event,
    write_machine,
};

use crate::inbox::Input;
use crate::partition::partition_of;
use crate::record::{Incoming, Outgoing, To};
use crate::restore::Restored;
use crate::snapshots::Line;
use crate::{Halt, TopicNames};

/// What all tasks of a worker share.
pub(crate) struct Frame {
    pub(crate) reader: Reader,
    pub(crate) policy: Policy,
    pub(crate) topics: TopicNames,
    pub(crate) partitions: i32,
    pub(crate) max_wait: Duration,
    pub(crate) snapshot_after: u64,
}

/// One partition at work.
pub(crate) struct Task {
    pub(crate) partition: i32,
    pub(crate) engine: Engine,
    /// The offset after the last decision that this task knows of.
    pub(crate) decisions_end: i64,
    pub(crate) line: Line,
    /// Which of the worker's assignments this is: a task that went and came back is another one.
    pub(crate) assignment: u64,
    inputs: [Input; 2],
    /// Since when one input has records and the other might still give older ones.
    waiting: Option<Instant>,
}

/// What a task makes of the records of one step.
#[derive(Default)]
pub(crate) struct Work {
    pub(crate) draft: Draft,
    pub(crate) records: Vec<Outgoing>,
    /// How many of the line's head were written as snapshots.
    pub(crate) snapshots: usize,
}

/// A record that a step took, and from which input.
pub(crate) struct Taken {
    pub(crate) relay: bool,
    pub(crate) record: Incoming,
}

impl Task {
    pub(crate) fn new(restored: Restored, assignment: u64, inputs: [Input; 2]) -> Task {
        let Restored { partition, engine, decisions_end, line } = restored;
        Task { partition, engine, decisions_end, line, assignment, inputs, waiting: None }
    }

    /// The next record of the two inputs by timestamp; nothing where there is none, or where the one that lags may
    /// still give an older one.
    pub(crate) fn next(&mut self, frame: &Frame) -> Result<Option<Taken>, Halt> {
        let [events, relay] = &mut self.inputs;
        let heads =
            (events.head()?.map(|head| head.timestamp), relay.head()?.map(|head| head.timestamp));
        let from_relay = match heads {
            (None, None) => return Ok(None),
            (Some(event), Some(relayed)) => relayed < event,
            (Some(_), None) if relay.drained() => false,
            (None, Some(_)) if events.drained() => true,
            (one, _) => {
                let since = *self.waiting.get_or_insert_with(Instant::now);
                if since.elapsed() < frame.max_wait {
                    return Ok(None);
                }
                one.is_none()
            }
        };
        self.waiting = None;
        let input = if from_relay { relay } else { events };
        Ok(input.take().map(|record| Taken { relay: from_relay, record }))
    }

    /// Decides a record into the work of a step.
    pub(crate) fn decide(&mut self, work: &mut Work, taken: &Taken, frame: &Frame) {
        let record = &taken.record;
        let topic = if taken.relay { &frame.topics.relay } else { &frame.topics.events };
        let position = format!("{topic}:{}:{}", self.partition, record.offset);
        let mut desk = Desk { task: self, work, record, position, frame };
        if taken.relay
            && let Ok(said) = read_decision(&record.value)
            && let Verdict::Forwarded(basis) = said.verdict
        {
            desk.gate(&said.event, Role::Recipient(Some(basis)));
            return;
        }
        match frame.reader.event(&record.value) {
            Ok(event) => match desk.too_early(&event) {
                Some(reject) => desk.reject(reject),
                None => desk.event(&event),
            },
            Err(reject) => desk.reject(reject),
        }
    }

    /// Adds the snapshots that are due to the work of a step.
    pub(crate) fn snapshot(&self, work: &mut Work, frame: &Frame, timestamp: i64) {
        let due = self
            .line
            .due(self.decisions_end, frame.snapshot_after.max(2 * self.engine.people() as u64));
        work.snapshots = due.len();
        let from = self.line.restore_from(due.len(), self.decisions_end).to_string();
        for person in due {
            let machine = work
                .draft
                .machine(person)
                .or(self.engine.named(person).map(|(_, machine)| machine));
            let Some(machine) = machine else { continue };
            let mut value = Vec::new();
            write_machine(&mut value, machine, |party| self.engine.name(party));
            work.records.push(Outgoing {
                to: To::Snapshots,
                partition: Some(self.partition),
                key: Some(self.engine.name(person).to_string().into_bytes()),
                value,
                timestamp,
                headers: vec![("restore-from".to_owned(), Some(from.clone().into_bytes()))],
            });
        }
    }

    /// Lets the machines be as the work has them, for it was published.
    pub(crate) fn merge(&mut self, work: Work, decisions_end: Option<i64>) {
        let since = self.decisions_end;
        self.line.advance(work.snapshots, work.draft.moved().map(|(person, _)| person), since);
        self.decisions_end = decisions_end.unwrap_or(since);
        self.engine.merge(work.draft);
    }
}

/// One record on the desk.
struct Desk<'d> {
    task: &'d mut Task,
    work: &'d mut Work,
    record: &'d Incoming,
    /// `<topic>:<partition>:<offset>` of the record itself.
    position: String,
    frame: &'d Frame,
}

impl Desk<'_> {
    /// "On a stream only: `at` is more than `stream.max_skew` past the record's own timestamp."
    fn too_early(&self, event: &Event<'_>) -> Option<Reject> {
        let latest = self.record.timestamp.saturating_add(self.frame.policy.max_skew.0);
        let reason = RejectReason::FromTheFuture;
        (event.at.0 > latest).then_some(Reject { reason, field: None })
    }

    /// An event that has met no gate yet: here, or on its way to the machine that it meets first.
    fn event(&mut self, event: &Event<'_>) {
        let role = first_role(event);
        let (one, other) = event.parties();
        let person = if role == Role::Recipient(None) { other.unwrap_or(one) } else { one };
        let partition = partition_of(person, self.frame.partitions);
        if partition == self.task.partition {
            self.gate(event, role);
        } else {
            let mut value = Vec::new();
            write_event(&mut value, event);
            self.relay(person, partition, value);
        }
    }

    /// One gate, and the other one if the other person belongs here too.
    fn gate(&mut self, event: &Event<'_>, role: Role) {
        let decision = self.task.engine.draft(&mut self.work.draft, event, role);
        let value = self.publish(&decision);
        let Verdict::Forwarded(basis) = decision.verdict else { return };
        let Some(recipient) = event.parties().1 else { return };
        let partition = partition_of(recipient, self.frame.partitions);
        if partition == self.task.partition {
            self.gate(event, Role::Recipient(Some(basis)));
        } else {
            self.relay(recipient, partition, value);
        }
    }

    fn publish(&mut self, decision: &Decision<'_>) -> Vec<u8> {
        let mut value = Vec::with_capacity(400);
        write_decision(&mut value, decision, &self.frame.policy.label);
        value.pop(); // the end of the line
        let mut headers = self.trace();
        headers.push(("verdict".to_owned(), Some(decision.verdict.as_str().into())));
        self.work.records.push(Outgoing {
            to: To::Decisions,
            partition: Some(self.task.partition),
            key: Some(decision.visit.person().to_string().into_bytes()),
            value: value.clone(),
            timestamp: self.record.timestamp,
            headers,
        });
        value
    }

    fn relay(&mut self, person: &Name<'_>, partition: i32, value: Vec<u8>) {
        let headers = self.trace();
        self.work.records.push(Outgoing {
            to: To::Relay,
            partition: Some(partition),
            key: Some(person.to_string().into_bytes()),
            value,
            timestamp: self.record.timestamp,
            headers,
        });
    }

    /// Where the event came from: on its way through `relay` that stays what it was.
    fn source(&self) -> String {
        self.record
            .header("source")
            .filter(|_| self.came_by_relay())
            .unwrap_or(&self.position)
            .to_owned()
    }

    fn came_by_relay(&self) -> bool {
        self.position
            .strip_prefix(&*self.frame.topics.relay)
            .is_some_and(|rest| rest.starts_with(':'))
    }

    fn trace(&self) -> Vec<(String, Option<Vec<u8>>)> {
        let traceparent = self.record.headers.iter().find(|(key, _)| key == "traceparent").cloned();
        let source = ("source".to_owned(), Some(self.source().into_bytes()));
        [source].into_iter().chain(traceparent).collect()
    }

    /// A dead letter, and the person in doubt.
    fn reject(&mut self, reject: Reject) {
        let (reason, source) = (reject.reason.as_str(), self.source());
        let topic =
            if self.came_by_relay() { &self.frame.topics.relay } else { &self.frame.topics.events };
        let ours = [
            ("reason", reason.to_owned()),
            ("source", source.clone()),
            ("__streams.errors.topic", topic.clone()),
            ("__streams.errors.partition", self.task.partition.to_string()),
            ("__streams.errors.offset", self.record.offset.to_string()),
            ("__streams.errors.message", reject.to_string()),
        ];
        let ours = ours.map(|(key, value)| (key.to_owned(), Some(value.into_bytes())));
        let incoming =
            self.record.headers.iter().filter(|(key, _)| !ours.iter().any(|(our, _)| our == key));
        let headers = ours.iter().chain(incoming).cloned().collect();
        self.work.records.push(Outgoing {
            to: To::DeadLetters,
            partition: None,
            key: self.record.key.clone(),
            value: self.record.value.clone(),
            timestamp: self.record.timestamp,
            headers,
        });
        let rest = salvage(&self.record.value);
        let person =
            rest.person.or_else(|| firstword_wire::person_of_key(self.record.key.as_deref()?));
        if let Some(person) = person.filter(|_| !rest.harmless) {
            let at = firstword_rules::Millis(self.record.timestamp.min(now()));
            let fact = firstword_rules::Fact::Unreadable;
            let what = firstword_rules::What::Fact { person, fact };
            self.event(&Event { id: source.into(), at, what });
        }
    }
}

/// The worker's clock: it only ever makes doubt older than a record pretends to be.
fn now() -> i64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    since.map_or(0, |since| since.as_millis() as i64)
}
