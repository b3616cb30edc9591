//! The ledger: what was sent, what came of it, and whether each follows from the other.
//!
//! It is shown every record of `decisions` and `dead-letters` in partition order, as downstream sees them, and every
//! record of `events`. From these alone it knows whether anything was lost, doubled or made up: each event has one
//! final decision or one dead letter; each person's decisions are numbered from 1, lie in the person's partition and
//! are the rules' answers in that order; and the machines that the decisions make, those that deciding again makes and
//! those in `snapshots` are the same.
//!
//! It knows no broker, no worker and no time. A violation names a place and no party.

mod machines;
mod sources;
#[cfg(test)]
#[expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]
mod tests;

use std::collections::BTreeMap;
use std::fmt;
use std::hash::{DefaultHasher, Hash, Hasher};

use firstword_rules::Policy;
use firstword_stream::{Record, TopicNames, partition_of};
use firstword_wire::{Reader, Recorded, RejectReason, person_of_key, read_decision, salvage};

use machines::Machines;
use sources::{Sources, Step};

/// How many violations are kept; all are counted.
const KEPT: usize = 40;

/// Something that cannot be if the stream is exactly once.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Violation {
    /// The topic of the record that shows it.
    pub topic: String,
    /// Its partition.
    pub partition: i32,
    /// Its offset.
    pub offset: i64,
    /// What is wrong with it.
    pub what: String,
}

/// What the ledger was shown.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub struct Counts {
    /// Records of `events`.
    pub events: u64,
    /// Decisions, forwarded ones included.
    pub decisions: u64,
    /// Decisions that went on to another gate.
    pub forwarded: u64,
    /// Doubts of the engine's own making.
    pub doubts: u64,
    /// Rejected records that put somebody in doubt.
    pub doubts_owed: u64,
    /// Dead letters.
    pub dead_letters: u64,
    /// Events with a final decision or a dead letter.
    pub settled: u64,
    /// Snapshots that were held against the decisions.
    pub snapshots: u64,
}

/// The ledger of one run.
#[derive(Debug)]
pub struct Ledger {
    topics: TopicNames,
    partitions: i32,
    max_skew: i64,
    reader: Reader,
    sources: Sources,
    machines: Machines,
    /// By topic and partition: the last offset, and a hash of all that was seen.
    seen: BTreeMap<(bool, i32), (i64, u64)>,
    counts: Counts,
    violations: Vec<Violation>,
    found: u64,
}

impl Ledger {
    /// A ledger for topics of so many partitions, decided under one policy.
    pub fn new(policy: &Policy, topics: &TopicNames, partitions: i32) -> Ledger {
        Ledger {
            topics: topics.clone(),
            partitions,
            max_skew: policy.max_skew.0,
            reader: Reader::new(policy),
            sources: Sources::new(&topics.events),
            machines: Machines::new(policy.clone()),
            seen: BTreeMap::new(),
            counts: Counts::default(),
            violations: Vec::new(),
            found: 0,
        }
    }

    /// Enters a record of any of the topics; those of each partition must come in the order of their offsets, and
    /// `snapshots` before `decisions`.
    pub fn enter(&mut self, seen: &Record) {
        if seen.topic == self.topics.events {
            self.sent(seen);
        } else if seen.topic == self.topics.snapshots {
            if let Err(what) = self.machines.snapshot(seen) {
                self.violated(seen, what);
            }
        } else if seen.topic == self.topics.decisions {
            self.follow(seen);
            self.decided(seen);
        } else if seen.topic == self.topics.dead_letters {
            self.follow(seen);
            self.rejected(seen);
        } else {
            self.violated(seen, "a record of a topic that is none of ours");
        }
    }

    fn sent(&mut self, seen: &Record) {
        self.counts.events += 1;
        let step = match self.reader.event(&seen.value) {
            Ok(event) if event.at.0 <= seen.timestamp.saturating_add(self.max_skew) => {
                Step::SentEvent { event: sources::hash_of_event(&event) }
            }
            _ => Step::SentOther { value: hash_of(&(&seen.key, &seen.value)) },
        };
        if let Err(what) = self.sources.enter((seen.partition, seen.offset), step) {
            self.violated(seen, what);
        }
    }

    fn decided(&mut self, seen: &Record) {
        self.counts.decisions += 1;
        let Ok(decision) = read_decision(&seen.value) else {
            return self.violated(seen, "a record of `decisions` that is none");
        };
        let person = machines::person_of(&decision);
        if partition_of(person, self.partitions) != seen.partition {
            self.violated(seen, "a decision in a partition that is not its person's");
        }
        if seen.key.as_deref() != Some(person.to_string().as_bytes()) {
            self.violated(seen, "a decision whose key is not its person");
        }
        if seen.header("verdict") != Some(decision.verdict.as_str()) {
            self.violated(seen, "a decision whose header tells another verdict");
        }
        self.trace(seen, &decision);
        if let Err(what) = self.machines.decided(seen, &decision) {
            self.violated(seen, what);
        }
    }

    /// Books a decision on the event that caused it.
    fn trace(&mut self, seen: &Record, decision: &Recorded<'_>) {
        let Some(source) = seen.header("source") else {
            return self.violated(seen, "a decision without a source");
        };
        let Some(place) = self.sources.place(source) else {
            return self.violated(seen, "a decision whose source is no place in `events`");
        };
        let step = Step::of(decision, source);
        match step {
            Step::Forwarded { .. } => self.counts.forwarded += 1,
            Step::Doubt { .. } => self.counts.doubts += 1,
            _ => (),
        }
        match self.sources.enter(place, step) {
            Ok(settles) => self.counts.settled += u64::from(settles),
            Err(what) => self.violated(seen, format!("{what}, {source}")),
        }
    }

    fn rejected(&mut self, seen: &Record) {
        self.counts.dead_letters += 1;
        let source = seen.header("source").unwrap_or_default();
        let Some(place) = self.sources.place(source) else {
            return self.violated(seen, "a dead letter whose source is no place in `events`");
        };
        let too_early = RejectReason::FromTheFuture;
        let reason =
            self.reader.event(&seen.value).map_or_else(|reject| reject.reason, |_| too_early);
        if seen.header("reason") != Some(reason.as_str()) {
            self.violated(seen, "a dead letter for another reason than the page gives");
        }
        let rest = salvage(&seen.value);
        let person = rest.person.or_else(|| person_of_key(seen.key.as_deref()?));
        let in_doubt = person.filter(|_| !rest.harmless);
        self.counts.doubts_owed += u64::from(in_doubt.is_some());
        let value = hash_of(&(&seen.key, &seen.value));
        let step =
            Step::Rejected { value, in_doubt: in_doubt.as_ref().map(|person| hash_of(&person)) };
        match self.sources.enter(place, step) {
            Ok(settles) => self.counts.settled += u64::from(settles),
            Err(what) => self.violated(seen, format!("{what}, {source}")),
        }
    }

    /// A consumer never goes back; and what it saw, in a number.
    fn follow(&mut self, seen: &Record) {
        let dead = seen.topic == self.topics.dead_letters;
        let (last, hash) = self.seen.entry((dead, seen.partition)).or_insert((-1, 0));
        let is_next = seen.offset > *last;
        *hash = hash_of(&(*hash, seen.offset, &seen.value));
        *last = seen.offset;
        if !is_next {
            self.violated(seen, "a record that comes before the one read last");
        }
    }

    /// Ends the ledger: what was sent must be settled, and the machines must be the same however they were made.
    pub fn close(&mut self) {
        let topic = self.topics.events.clone();
        for ((partition, offset), what) in self.sources.open() {
            self.found += 1;
            if self.violations.len() < KEPT {
                let topic = topic.clone();
                self.violations.push(Violation { topic, partition, offset, what: what.to_owned() });
            }
        }
        let (snapshots, differences) = self.machines.compare();
        self.counts.snapshots = snapshots;
        for (partition, offset, what) in differences {
            let topic = self.topics.decisions.clone();
            self.note(Violation { topic, partition, offset, what: what.to_owned() });
        }
    }

    /// What was seen so far.
    pub fn counts(&self) -> Counts {
        self.counts
    }

    /// How many violations were found.
    pub fn violated_times(&self) -> u64 {
        self.found
    }

    /// The first violations that were found.
    pub fn violations(&self) -> &[Violation] {
        &self.violations
    }

    /// What was seen of `decisions` and `dead-letters`, in a number: the same for whoever saw the same.
    pub fn digest(&self) -> u64 {
        hash_of(&self.seen)
    }

    /// How many people have a machine.
    pub fn people(&self) -> usize {
        self.machines.people()
    }

    fn violated(&mut self, seen: &Record, what: impl Into<String>) {
        let Record { ref topic, partition, offset, .. } = *seen;
        self.note(Violation { topic: topic.clone(), partition, offset, what: what.into() });
    }

    fn note(&mut self, violation: Violation) {
        self.found += 1;
        if self.violations.len() < KEPT {
            self.violations.push(violation);
        }
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Violation { topic, partition, offset, what } = self;
        write!(f, "{topic}:{partition}:{offset}: {what}")
    }
}

fn hash_of(what: &impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    what.hash(&mut hasher);
    hasher.finish()
}
