//! A task: one partition, its two inputs, and the machines of the people who belong to it.

use std::path::Path;
use std::time::{Duration, Instant};

use firstword_engine::{Draft, Engine, first_role};
use firstword_rules::{Decision, Event, Name, Party, Policy, Role, Verdict};
use firstword_wire::{
    Reader, Reject, RejectReason, read_forwarded, salvage, write_decision, write_event,
    write_machine,
};

use crate::board::Tally;
use crate::checkpoint::{self, Kept, Last};
use crate::clock::now;
use crate::inbox::Input;
use crate::outbox::Consumed;
use crate::partition::partition_of;
use crate::record::{Incoming, Outgoing, Parcel, Span, To};
use crate::restore::{Identity, Restored};
use crate::snapshots::{Due, Line, stretch};
use crate::{FIRST_TIMESTAMP, Halt, TopicNames};

/// What all tasks of a worker share.
pub(crate) struct Frame {
    pub(crate) reader: Reader,
    pub(crate) policy: Policy,
    pub(crate) topics: TopicNames,
    pub(crate) partitions: i32,
    pub(crate) max_wait: Duration,
    pub(crate) snapshot_after: u64,
    pub(crate) snapshot_age: Duration,
}

/// One partition at work.
pub(crate) struct Task {
    pub(crate) partition: i32,
    pub(crate) engine: Engine,
    /// An offset after the last decision that this task knows of, before those that will come.
    pub(crate) decisions_end: i64,
    pub(crate) line: Line,
    /// Which of the worker's assignments this is: a task that went and came back is another one.
    pub(crate) assignment: u64,
    identity: Identity,
    /// The last decision before `decisions_end`, if it is known.
    last: Option<Last>,
    /// The offsets that the group has committed: events, relay.
    committed: [i64; 2],
    inputs: [Input; 2],
    /// Since when one input has records and the other might still give older ones.
    waiting: Option<Instant>,
}

/// What a task makes of the records of one step.
#[derive(Default)]
pub(crate) struct Work {
    pub(crate) draft: Draft,
    pub(crate) tally: Tally,
    /// How many of the line's head were written as snapshots.
    pub(crate) snapshots: usize,
    /// The last decision, whose offset is told when it is published.
    last: Option<Last>,
    /// The oldest timestamp of what it took, in milliseconds since 1970.
    at: Option<i64>,
}

impl Work {
    /// Whether nothing was decided.
    pub(crate) fn is_quiet(&self) -> bool {
        self.last.is_none()
    }

    /// Notes the last decision of a partition, if a parcel has one.
    pub(crate) fn note_last(&mut self, partition: i32, parcel: &Parcel) {
        let of_it =
            |record: &&Outgoing| record.to == To::Decisions && record.partition == Some(partition);
        if let Some(last) = parcel.records.iter().rev().find(of_it) {
            self.last = Some(Last::new(-1, parcel.bytes(last.value), last.timestamp));
        }
    }
}

/// A record that a step took, and from which input.
pub(crate) struct Taken {
    pub(crate) relay: bool,
    pub(crate) record: Incoming,
}

impl Task {
    pub(crate) fn new(restored: Restored, assignment: u64, inputs: [Input; 2]) -> Task {
        let Restored { identity, engine, decisions_end, committed, last, line, .. } = restored;
        Task {
            partition: identity.partition,
            identity,
            engine,
            decisions_end,
            last,
            committed,
            line,
            assignment,
            inputs,
            waiting: None,
        }
    }

    /// Begins a turn of taking records: what its inputs do not have by now counts as coming later.
    pub(crate) fn look_again(&mut self) {
        self.inputs.iter_mut().for_each(Input::look_again);
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

    /// Whether one of its inputs holds a record.
    pub(crate) fn holds(&self) -> bool {
        self.inputs.iter().any(Input::holds)
    }

    /// Has the machines brought near of the people by whom these records are keyed: theirs decide, as a rule.
    pub(crate) fn bring_near(&self, some: &[Taken]) {
        let keys = some.iter().filter_map(|taken| str::from_utf8(taken.record.key()?).ok());
        let people: Vec<_> = keys.filter_map(Name::parse).collect();
        self.engine.bring_near(people.iter());
    }

    /// Decides a record into the work of a step, and what is to be published into its parcel.
    pub(crate) fn decide(
        &mut self,
        work: &mut Work,
        parcel: &mut Parcel,
        taken: &Taken,
        frame: &Frame,
    ) {
        let record = &taken.record;
        work.at = Some(work.at.map_or(record.timestamp, |at| at.min(record.timestamp)));
        let topic = if taken.relay { &frame.topics.relay } else { &frame.topics.events };
        // Where the event came from: on its way through `relay` that stays what it was.
        let source = match record.header("source").filter(|_| taken.relay) {
            Some(source) => parcel.write(|bytes| bytes.extend_from_slice(source)),
            None => parcel.show(format_args!("{topic}:{}:{}", self.partition, record.offset)),
        };
        let trace = record.header("traceparent").map(|trace| {
            let name = parcel.text("traceparent");
            (name, Some(parcel.write(|bytes| bytes.extend_from_slice(trace))))
        });
        let source = (parcel.text("source"), Some(source));
        let mut desk = Desk { task: self, work, parcel, record, topic, source, trace, frame };
        if taken.relay
            && let Some((event, basis)) = read_forwarded(record.value())
        {
            desk.gate(&event, Role::Recipient(Some(basis)));
            return;
        }
        match frame.reader.event(record.value()) {
            Ok(event) => match desk.too_early(&event) {
                Some(reject) => desk.reject(reject),
                None => desk.event(&event),
            },
            Err(reject) => desk.reject(reject),
        }
    }

    /// Adds the snapshots that are due to a parcel: never many more than the step decided, so that none is long.
    pub(crate) fn snapshot(
        &self,
        work: &mut Work,
        parcel: &mut Parcel,
        frame: &Frame,
        taken: &[Taken],
    ) {
        let most = if taken.is_empty() { 1_000 } else { 2 * taken.len() + 100 };
        let due = self.due(frame, most);
        work.snapshots = due.len();
        if due.is_empty() {
            return;
        }
        let newest = taken.iter().map(|taken| taken.record.timestamp).max();
        let timestamp = newest.unwrap_or_else(now);
        let from = parcel.show(self.line.restore_from(due.len(), self.decisions_end));
        let header = [(parcel.text("restore-from"), Some(from))];
        for person in due {
            let machine = work
                .draft
                .machine(person)
                .or(self.engine.named(person).map(|(_, machine)| machine));
            let Some(machine) = machine else { continue };
            let value = parcel
                .write(|bytes| write_machine(bytes, machine, |party| self.engine.name(party)));
            let key = parcel.name(&self.engine.name(person));
            parcel.add(To::Snapshots, Some(self.partition), Some(key), value, timestamp, &header);
        }
    }

    fn due(&self, frame: &Frame, most: usize) -> Vec<Party> {
        let due = Due {
            end: self.decisions_end,
            after: stretch(self.engine.machine_count(), frame.snapshot_after),
            before: now() - frame.snapshot_age.as_millis() as i64,
        };
        self.line.due(due, most)
    }

    /// Whether somebody's snapshot is due.
    pub(crate) fn is_due(&self, frame: &Frame) -> bool {
        !self.due(frame, 1).is_empty()
    }

    /// Whether somebody waits for longer than `snapshot_age` to be written.
    pub(crate) fn is_overdue(&self, frame: &Frame) -> bool {
        let before = now() - frame.snapshot_age.as_millis() as i64;
        self.line.oldest().is_some_and(|oldest| oldest < before)
    }

    /// The stable part of the topic of decisions ends here: behind the mark of the last transaction, which a restore
    /// need not find any more; or before it while it is not written, then this is false.
    pub(crate) fn pass_marks(&mut self, end: i64) -> bool {
        let passed = end >= self.decisions_end;
        if passed {
            self.decisions_end = end;
        }
        passed
    }

    /// The input offset that the group has committed last, to be committed again.
    pub(crate) fn standing(&self) -> Option<Consumed> {
        let both = self.committed.into_iter().zip([false, true]);
        let mut known = both.filter(|(next, _)| *next >= 0);
        known.next().map(|(next, relay)| Consumed { relay, partition: self.partition, next })
    }

    /// The work was published, and the machines are as it had them; what that was, counted.
    pub(crate) fn merge(&mut self, work: Work, decisions_end: Option<i64>) -> Tally {
        let moved = work.draft.moved().map(|(person, _)| person);
        self.line.advance(work.snapshots, moved, self.decisions_end, work.at.unwrap_or(0));
        if let Some(end) = decisions_end {
            self.decisions_end = end;
            self.last = work.last.map(|last| last.at(end - 1));
        }
        work.tally
    }

    /// The group has committed that the task goes on from this offset of an input.
    pub(crate) fn consumed(&mut self, relay: bool, next: i64) {
        let [events, relays] = &mut self.committed;
        *(if relay { relays } else { events }) = next;
    }

    /// Writes the task's checkpoint below a folder.
    pub(crate) fn keep(&self, folder: &Path) -> std::io::Result<()> {
        let Task { identity, decisions_end, last, committed, .. } = self;
        let kept =
            Kept { identity, decisions_end: *decisions_end, last: *last, committed: *committed };
        checkpoint::write(folder, &kept, &self.engine, &self.line)
    }
}

/// One record on the desk.
struct Desk<'d> {
    task: &'d mut Task,
    work: &'d mut Work,
    parcel: &'d mut Parcel,
    record: &'d Incoming,
    /// The topic that it was read from.
    topic: &'d str,
    /// Headers of all that comes of it.
    source: Header,
    trace: Option<Header>,
    frame: &'d Frame,
}

type Header = (Span, Option<Span>);

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
            let value = self.parcel.write(|bytes| write_event(bytes, event));
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

    fn publish(&mut self, decision: &Decision<'_>) -> Span {
        self.work.tally.decision(decision, self.record.timestamp);
        let policy = &self.frame.policy.label;
        let value = self.parcel.write(|bytes| {
            write_decision(bytes, decision, policy);
            bytes.pop(); // the end of the line
        });
        let key = self.parcel.name(decision.visit.person());
        let verdict = self.parcel.text(decision.verdict.as_str());
        let verdict = (self.parcel.text("verdict"), Some(verdict));
        self.add(To::Decisions, self.task.partition, key, value, Some(verdict));
        value
    }

    fn relay(&mut self, person: &Name<'_>, partition: i32, value: Span) {
        let key = self.parcel.name(person);
        self.add(To::Relay, partition, key, value, None);
    }

    fn add(&mut self, to: To, partition: i32, key: Span, value: Span, own: Option<Header>) {
        let headers = [Some(self.source), self.trace, own];
        let mut given = headers.into_iter().flatten();
        let timestamp = self.record.timestamp;
        let (partition, key) = (Some(partition), Some(key));
        match [given.next(), given.next(), given.next()] {
            [Some(a), Some(b), Some(c)] => {
                self.parcel.add(to, partition, key, value, timestamp, &[a, b, c]);
            }
            [Some(a), Some(b), _] => {
                self.parcel.add(to, partition, key, value, timestamp, &[a, b]);
            }
            [a, ..] => self.parcel.add(to, partition, key, value, timestamp, a.as_slice()),
        }
    }

    /// A dead letter, and the person in doubt.
    fn reject(&mut self, reject: Reject) {
        self.work.tally.dead_letter(reject.reason);
        let (source, record) = (self.source, self.record);
        let parcel = &mut *self.parcel;
        let mut headers = vec![source];
        for (name, value) in [
            ("reason", reject.reason.as_str()),
            ("__streams.errors.topic", self.topic),
            ("__streams.errors.partition", &self.task.partition.to_string()),
            ("__streams.errors.offset", &record.offset.to_string()),
            ("__streams.errors.message", &reject.to_string()),
        ] {
            headers.push((parcel.text(name), Some(parcel.text(value))));
        }
        let ours = headers.len();
        for (name, value) in record.headers() {
            let known = headers.iter().take(ours).any(|(our, _)| parcel.bytes(*our) == name);
            if !known {
                let name = parcel.write(|bytes| bytes.extend_from_slice(name));
                let value = value.map(|value| parcel.write(|bytes| bytes.extend_from_slice(value)));
                headers.push((name, value));
            }
        }
        let key = record.key().map(|key| parcel.write(|bytes| bytes.extend_from_slice(key)));
        let value = parcel.write(|bytes| bytes.extend_from_slice(record.value()));
        parcel.add(To::DeadLetters, None, key, value, record.timestamp, &headers);
        let rest = salvage(record.value());
        let person = rest.person.or_else(|| firstword_wire::person_of_key(record.key()?));
        if let Some(person) = person.filter(|_| !rest.harmless) {
            let id = source.1.map(|source| self.parcel.bytes(source).to_vec()).unwrap_or_default();
            // What was sent back is in doubt since it first came: an opt-in given meanwhile stays given. The worker's
            // clock only ever makes doubt older than a record pretends to be.
            let first = record.header(FIRST_TIMESTAMP).and_then(|first| str::from_utf8(first).ok());
            let first = first.and_then(|first| first.parse().ok()).unwrap_or(i64::MAX);
            let at = firstword_rules::Millis(record.timestamp.min(now()).min(first));
            let fact = firstword_rules::Fact::Unreadable;
            let what = firstword_rules::What::Fact { person, fact };
            let id = String::from_utf8_lossy(&id).into_owned().into();
            self.event(&Event { id, at, what });
        }
    }
}
