//! A worker: one thread that owns a consumer, a transactional producer and the machines of its tasks.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;
use std::time::{Duration, Instant};

use firstword_rules::Policy;
use firstword_wire::Reader;

use crate::inbox::{Change, Inbox, Input};
use crate::outbox::{Committed, Outbox, Parcel};
use crate::restore::{Restored, restore};
use crate::task::{Frame, Taken, Task, Work};
use crate::{Halt, Settings, check_topics};

/// Asks workers to stop after the step that they are in.
#[derive(Clone, Debug, Default)]
pub struct Stop(Arc<AtomicBool>);

impl Stop {
    /// Asks.
    pub fn ask(&self) {
        self.0.store(true, Ordering::SeqCst);
    }

    fn asked(&self) -> bool {
        self.0.load(Ordering::SeqCst)
    }
}

/// What a worker decides under: a policy, and its canonical text for whoever reads the decisions.
#[derive(Clone, Debug)]
pub struct Law {
    /// The policy.
    pub policy: Policy,
    /// Its canonical text.
    pub canonical: String,
}

/// One worker of a group.
pub struct Worker {
    settings: Settings,
    frame: Frame,
    inbox: Inbox,
    outbox: Outbox,
    tasks: BTreeMap<i32, Task>,
    restoring: BTreeMap<i32, Restoring>,
    restored: (Sender<Outcome>, Receiver<Outcome>),
    /// How many tasks were ever assigned: the number of the latest.
    assignments: u64,
    stop: Stop,
}

/// What came of restoring the task of an assignment.
type Outcome = (u64, Result<Restored, Halt>);

/// A task that is ours and not at work yet.
struct Restoring {
    assignment: u64,
    inputs: [Input; 2],
}

/// What a step took, by task, in the order in which it is decided.
type Batch = BTreeMap<i32, Vec<Taken>>;

impl Worker {
    /// Joins the group. `slot` tells this worker from the others that run at the same time, and stays the same when
    /// it is started again.
    ///
    /// # Errors
    /// Topics that are missing or do not fit, a broker that refuses.
    pub fn join(settings: Settings, law: Law, slot: &str, stop: Stop) -> Result<Worker, Halt> {
        let partitions = check_topics(&settings)?;
        let mut outbox = Outbox::new(&settings, format!("{}-{slot}", settings.group));
        while !stop.asked() && !outbox.explain_journal(&law.policy.label, &law.canonical)? {}
        let inbox = Inbox::join(&settings)?;
        let frame = Frame {
            reader: Reader::new(&law.policy),
            policy: law.policy,
            topics: settings.topics.clone(),
            partitions,
            max_wait: settings.max_wait,
            snapshot_after: settings.snapshot_after,
        };
        Ok(Worker {
            settings,
            frame,
            inbox,
            outbox,
            tasks: BTreeMap::new(),
            restoring: BTreeMap::new(),
            restored: channel(),
            assignments: 0,
            stop,
        })
    }

    /// Works until it is asked to stop; then leaves the group.
    ///
    /// # Errors
    /// What neither this worker nor Kafka can heal. Nothing of the last step was published then.
    pub fn run(mut self) -> Result<(), Halt> {
        while !self.stop.asked() {
            self.follow_the_group()?;
            if !self.step()? {
                self.inbox.wait(Duration::from_millis(20));
            }
        }
        self.tasks.clear();
        self.restoring.clear();
        self.inbox.leave();
        Ok(())
    }

    /// One step: records in, one transaction out; whether there was anything to do. Between the lease and the
    /// commit nothing polls the group, so no rebalance can slip in.
    fn step(&mut self) -> Result<bool, Halt> {
        let mut batch = self.collect()?;
        let worked = !batch.is_empty();
        while !batch.is_empty() && !self.stop.asked() {
            let Some(lease) = self.inbox.lease() else { break };
            let (parcel, works) = self.decide(&batch);
            match self.outbox.commit(&parcel, &lease)? {
                Committed::Yes(ends) => {
                    self.merge(works, &ends);
                    break;
                }
                Committed::No => self.keep_what_is_ours(&mut batch)?,
                Committed::Unknown => self.settle(&mut batch, &parcel, works)?,
            }
        }
        Ok(worked)
    }

    /// Takes records until there are none, the batch is full, or it is time to commit.
    fn collect(&mut self) -> Result<Batch, Halt> {
        const TURN: usize = 256;
        let (mut batch, mut count, began) = (Batch::new(), 0, Instant::now());
        loop {
            let before = count;
            for (partition, task) in &mut self.tasks {
                for _ in 0..TURN {
                    let Some(taken) = task.next(&self.frame)? else { break };
                    batch.entry(*partition).or_default().push(taken);
                    count += 1;
                }
            }
            let full = count >= self.settings.batch;
            if count == before || full || began.elapsed() >= self.settings.commit_interval {
                return Ok(batch);
            }
        }
    }

    /// Decides a batch. The machines have not moved when this returns.
    fn decide(&mut self, batch: &Batch) -> (Parcel, BTreeMap<i32, Work>) {
        let (mut parcel, mut works) = (Parcel::default(), BTreeMap::new());
        for (partition, taken) in batch {
            let Some(task) = self.tasks.get_mut(partition) else { continue };
            let mut work = Work::default();
            taken.iter().for_each(|taken| task.decide(&mut work, taken, &self.frame));
            let newest = taken.iter().map(|taken| taken.record.timestamp).max().unwrap_or(0);
            task.snapshot(&mut work, &self.frame, newest);
            parcel.records.append(&mut work.records);
            for relay in [false, true] {
                let last = taken.iter().rev().find(|taken| taken.relay == relay);
                parcel
                    .consumed
                    .extend(last.map(|last| (relay, *partition, last.record.offset + 1)));
            }
            works.insert(*partition, work);
        }
        (parcel, works)
    }

    fn merge(&mut self, works: BTreeMap<i32, Work>, ends: &BTreeMap<i32, i64>) {
        for (partition, work) in works {
            if let Some(task) = self.tasks.get_mut(&partition) {
                task.merge(work, ends.get(&partition).copied());
            }
        }
    }

    /// Nothing was published. Perhaps the group has moved on: what is not ours any more is not ours to decide again.
    fn keep_what_is_ours(&mut self, batch: &mut Batch) -> Result<(), Halt> {
        let ours: BTreeMap<i32, u64> =
            self.tasks.iter().map(|(partition, task)| (*partition, task.assignment)).collect();
        thread::sleep(Duration::from_millis(20));
        self.follow_the_group()?;
        batch.retain(|partition, _| {
            let still = self.tasks.get(partition).map(|task| task.assignment);
            still.is_some() && still == ours.get(partition).copied()
        });
        Ok(())
    }

    /// Whether a transaction happened is not known: once a new producer has fenced the old one, the group's offsets
    /// tell.
    fn settle(
        &mut self,
        batch: &mut Batch,
        parcel: &Parcel,
        mut works: BTreeMap<i32, Work>,
    ) -> Result<(), Halt> {
        while !self.outbox.settle()? {
            if self.stop.asked() {
                return Ok(());
            }
        }
        let partitions: Vec<i32> = batch.keys().copied().collect();
        let committed = loop {
            match self.inbox.committed(&partitions) {
                Ok(committed) => break committed,
                Err(_) if !self.stop.asked() => thread::sleep(Duration::from_millis(100)),
                Err(_) => return Ok(()),
            }
        };
        let happened = parcel.consumed.iter().all(|(relay, partition, next)| {
            committed.iter().any(|(of, offsets)| {
                of == partition && offsets.get(usize::from(*relay)) == Some(next)
            })
        });
        if happened {
            self.merge(std::mem::take(&mut works), &BTreeMap::new());
            batch.clear();
            return Ok(());
        }
        self.keep_what_is_ours(batch)
    }

    /// Follows what the group gave and took, and puts restored tasks to work.
    fn follow_the_group(&mut self) -> Result<(), Halt> {
        for change in self.inbox.changes()? {
            match change {
                Change::Assigned(tasks) => {
                    for (partition, committed) in tasks {
                        self.restore(partition, committed)?;
                    }
                }
                Change::Revoked(partitions) => {
                    for partition in partitions {
                        self.tasks.remove(&partition);
                        self.restoring.remove(&partition);
                    }
                }
                Change::Failed(halt) => return Err(halt),
            }
        }
        while let Ok((assignment, outcome)) = self.restored.1.try_recv() {
            let restored = match outcome {
                Ok(restored) => restored,
                // A task that was taken away while it was restored may well not have been whole.
                Err(_) if !self.restoring.values().any(|task| task.assignment == assignment) => {
                    continue;
                }
                Err(halt) => return Err(halt),
            };
            let partition = restored.partition;
            match self.restoring.remove(&partition) {
                Some(task) if task.assignment == assignment => {
                    self.tasks.insert(partition, Task::new(restored, assignment, task.inputs));
                    self.inbox.resume(partition)?;
                }
                Some(other) => {
                    self.restoring.insert(partition, other);
                }
                None => (),
            }
        }
        Ok(())
    }

    /// Restores a task on a thread of its own, while those that are restored work.
    fn restore(&mut self, partition: i32, committed: [i64; 2]) -> Result<(), Halt> {
        self.assignments += 1;
        let (assignment, sender) = (self.assignments, self.restored.0.clone());
        let inputs = self.inbox.inputs(partition)?;
        self.restoring.insert(partition, Restoring { assignment, inputs });
        let (settings, policy) = (self.settings.clone(), self.frame.policy.clone());
        thread::spawn(move || {
            let outcome = restore(&settings, &policy, partition, committed);
            // Nobody listens any more if the worker is gone.
            let _ = sender.send((assignment, outcome));
        });
        Ok(())
    }
}
