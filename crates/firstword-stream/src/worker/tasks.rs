//! The tasks at work, and what they make of what they take. Nothing here waits for Kafka.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};

use firstword_engine::AHEAD;

use super::step::Step;
use crate::Halt;
use crate::task::{Frame, Task};

/// How much records a step holds at most, in bytes.
const BATCH_BYTES: usize = 32 << 20;
/// One part in so many of a step may be decided ahead: what comes of it lies in memory until the step may send it, and
/// more of it gained nothing (`cargo xtask compare people`).
const AHEAD_OF_STEP: usize = 4;

/// The tasks that are restored and ours, by partition.
pub(super) struct Tasks {
    pub(super) frame: Frame,
    pub(super) at_work: BTreeMap<i32, Task>,
    /// How many records a step takes before it is full.
    batch: usize,
}

impl Tasks {
    pub(super) fn new(frame: Frame, batch: usize) -> Tasks {
        Tasks { frame, at_work: BTreeMap::new(), batch }
    }

    /// Lets a task take part of which nothing was taken, but where people have waited too long for their snapshots:
    /// by and by `decisions` are deleted. One at a time, for the broker has to be asked something.
    pub(super) fn catch_up(&mut self, step: &mut Step) {
        let mut quiet = self.at_work.iter_mut().filter(|(of, _)| !step.batch.contains_key(*of));
        let Some((partition, task)) = quiet.find(|(_, task)| task.is_overdue(&self.frame)) else {
            return;
        };
        step.standing = task.standing();
        step.batch.insert(*partition, Vec::new());
    }

    /// Takes what there is, a round of the tasks; how many records.
    pub(super) fn collect(&mut self, step: &mut Step) -> Result<usize, Halt> {
        const TURN: usize = 256;
        let before = step.records;
        for (partition, task) in &mut self.at_work {
            task.look_again();
            for _ in 0..TURN {
                if step.bytes >= BATCH_BYTES {
                    break;
                }
                let Some(taken) = task.next(&self.frame)? else { break };
                step.bytes += taken.record.len();
                step.records += 1;
                step.batch.entry(*partition).or_default().push(taken);
            }
        }
        Ok(step.records - before)
    }

    /// Whether a step has taken as much as it may.
    pub(super) fn is_full(&self, step: &Step) -> bool {
        self.has_taken(step, 1)
    }

    /// Whether a step has taken one part in so many of what it may.
    fn has_taken(&self, step: &Step, parts: usize) -> bool {
        step.records >= self.batch / parts || step.bytes >= BATCH_BYTES / parts
    }

    /// Decides what a step took and has not decided yet, into its parcel.
    pub(super) fn decide(&mut self, step: &mut Step) {
        for (partition, taken) in &step.batch {
            let Some(task) = self.at_work.get_mut(partition) else { continue };
            let (decided, work) = step.works.entry(*partition).or_default();
            for some in taken.get(*decided..).unwrap_or_default().chunks(AHEAD) {
                task.bring_near(some);
                for taken in some {
                    task.decide(work, &mut step.parcel, taken, &self.frame);
                }
            }
            *decided = taken.len();
            work.note_last(*partition, &step.parcel);
        }
    }

    /// Takes and decides until something else is done, or the step has all that it may have ahead; `wait` where there
    /// is nothing to take.
    pub(super) fn decide_until(
        &mut self,
        done: &AtomicBool,
        step: &mut Step,
        wait: impl Fn(),
    ) -> Result<(), Halt> {
        self.decide(step);
        while !done.load(Ordering::Acquire) && !self.has_taken(step, AHEAD_OF_STEP) {
            match self.collect(step)? {
                0 => wait(),
                _ => self.decide(step),
            }
        }
        Ok(())
    }

    /// Exchanges the machines with those of a step: they become as the step has them, and the step keeps what they
    /// were. Twice, and nothing has happened.
    pub(super) fn exchange(&mut self, step: &mut Step) {
        for (partition, (_, work)) in &mut step.works {
            if let Some(task) = self.at_work.get_mut(partition) {
                task.engine.exchange(&mut work.draft);
            }
        }
    }
}
