//! What a step holds: the records that it took, kept until their transaction is done, for it may be tried again.

use std::collections::BTreeMap;

use crate::outbox::Consumed;
use crate::record::Parcel;
use crate::task::{Taken, Work};

/// What a step took and what came of it.
#[derive(Default)]
pub(super) struct Step {
    /// By task, in the order in which it is decided.
    pub(super) batch: BTreeMap<i32, Vec<Taken>>,
    /// What each task made of the first so many of its records.
    pub(super) works: BTreeMap<i32, (usize, Work)>,
    /// What came of it and was not sent yet.
    pub(super) parcel: Parcel,
    /// Committed again for a task of which nothing was taken: a worker that lost it must not write for it.
    pub(super) standing: Option<Consumed>,
    pub(super) records: usize,
    pub(super) bytes: usize,
}

impl Step {
    /// Forgets a task, if anything was taken of it.
    pub(super) fn forget(&mut self, partition: i32) {
        if self.batch.remove(&partition).is_some() {
            // What came of it lies in one parcel with what came of the others.
            self.forget_work();
        }
    }

    /// Forgets what came of it: it will be decided again.
    pub(super) fn forget_work(&mut self) {
        self.works.clear();
        self.parcel.clear();
    }

    /// Forgets the tasks that are not to stay.
    pub(super) fn retain(&mut self, stay: impl Fn(i32) -> bool) {
        self.batch.retain(|partition, _| stay(*partition));
        self.works.retain(|partition, _| stay(*partition));
    }

    /// The offsets to commit.
    pub(super) fn offsets(&self) -> Vec<Consumed> {
        let mut offsets = self.consumed();
        let nothing_taken =
            |standing: &&Consumed| self.batch.get(&standing.partition).is_some_and(Vec::is_empty);
        offsets.extend(self.standing.iter().filter(nothing_taken).copied());
        offsets
    }

    /// How far it has read.
    pub(super) fn consumed(&self) -> Vec<Consumed> {
        let mut consumed = Vec::new();
        for (partition, taken) in &self.batch {
            for relay in [false, true] {
                let last = taken.iter().rev().find(|taken| taken.relay == relay);
                let partition = *partition;
                consumed.extend(last.map(|last| Consumed {
                    relay,
                    partition,
                    next: last.record.offset + 1,
                }));
            }
        }
        consumed
    }
}
