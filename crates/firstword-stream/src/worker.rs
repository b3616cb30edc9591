//! A worker: one thread that owns a consumer, a transactional producer and the machines of its tasks.

mod step;
mod tasks;

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::channel;
use std::sync::{Arc, Weak};
use std::thread;
use std::time::{Duration, Instant};

use firstword_rules::Policy;
use firstword_wire::Reader;

use crate::board::{Restore, Seat};
use crate::inbox::{Change, Inbox, Input, Lease};
use crate::outbox::{Committed, Consumed, Outbox};
use crate::restore::{Assignment, Restorer, Watch};
use crate::task::{Frame, Task};
use crate::watch::client_id;
use crate::{Halt, Settings, topics};
use step::Step;
use tasks::Tasks;

/// Asks workers to stop after the step that they are in.
#[derive(Clone, Debug, Default)]
pub struct Stop(Arc<AtomicBool>);

impl Stop {
    /// Asks.
    pub fn ask(&self) {
        self.0.store(true, Ordering::SeqCst);
    }

    /// Whether it was asked.
    pub fn asked(&self) -> bool {
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
    inbox: Inbox,
    outbox: Outbox,
    tasks: Tasks,
    restoring: BTreeMap<i32, Restoring>,
    restorer: Restorer,
    /// What was taken while the last step was committed: the next step begins with it.
    ahead: Step,
    /// For how long a step may wait for more records once there are none.
    linger: Duration,
    /// How many tasks were ever assigned: the number of the latest.
    assignments: u64,
    seat: Arc<Seat>,
    /// When the bytes of the machines were last counted.
    counted: Instant,
    stop: Stop,
}

/// A task that is ours and not at work yet.
struct Restoring {
    assignment: u64,
    inputs: [Input; 2],
    _wanted: Arc<()>,
}

/// A task is wanted for as long as somebody holds what this points to; how far it is, the board shows.
struct Wanted(Weak<()>, Restore);

impl Watch for Wanted {
    fn expect(&self, records: u64) {
        self.1.expect(records);
    }

    fn read(&self, records: u64) {
        self.1.read(records);
    }

    fn machines(&self, machines: usize) {
        self.1.machines(machines);
    }

    fn wanted(&self) -> bool {
        self.0.strong_count() > 0
    }
}

/// For how long Kafka may keep a worker that leaves.
const LEAVING: Duration = Duration::from_secs(7);
/// How often the bytes of the machines are counted.
const COUNT: Duration = Duration::from_secs(30);
/// A step of so many records shows that there is a load: then the next may wait a little for more.
const LOAD: usize = 1_000;

impl Worker {
    /// Joins the group. `slot` tells this worker from the others that run at the same time, and stays the same when
    /// it is started again; the seat is its place at its process's board.
    ///
    /// # Errors
    /// Topics that are missing or do not fit, a broker that refuses.
    pub fn join(
        settings: Settings,
        law: Law,
        slot: &str,
        seat: Seat,
        stop: Stop,
    ) -> Result<Worker, Halt> {
        let partitions = topics::check(&settings, &stop)?;
        let transactional_id = format!("{}-{slot}", settings.group);
        let mut outbox = Outbox::new(&settings, seat.board(), transactional_id);
        while !stop.asked() && !outbox.publish_policy(&law.policy.label, &law.canonical)? {}
        let seat = Arc::new(seat);
        let inbox = Inbox::join(&settings, &client_id(&law.policy.label), &seat)?;
        let frame = Frame {
            reader: Reader::new(&law.policy),
            policy: law.policy,
            topics: settings.topics.clone(),
            partitions,
            max_wait: settings.max_wait,
            snapshot_after: settings.snapshot_after,
            snapshot_age: settings.snapshot_age,
        };
        let restorer = Restorer::new(&settings, &frame.policy);
        Ok(Worker {
            tasks: Tasks::new(frame, settings.batch),
            settings,
            inbox,
            outbox,
            restoring: BTreeMap::new(),
            restorer,
            ahead: Step::default(),
            linger: Duration::ZERO,
            assignments: 0,
            seat,
            counted: Instant::now(),
            stop,
        })
    }

    /// Works until it is asked to stop; then leaves the group.
    ///
    /// # Errors
    /// What neither this worker nor Kafka can heal. Nothing of the last step was published then.
    pub fn run(mut self) -> Result<(), Halt> {
        let worked = catch_unwind(AssertUnwindSafe(|| self.work()));
        let outcome = worked.unwrap_or(Err(Halt::Panicked));
        if outcome.is_ok() {
            self.keep();
        }
        // Whatever happened: Kafka must not keep a worker that has something to say.
        self.leave();
        outcome
    }

    fn work(&mut self) -> Result<(), Halt> {
        while !self.stop.asked() {
            self.seat.turn();
            self.follow_the_group()?;
            if !self.step()? {
                self.inbox.is_idle(!self.tasks.at_work.values().any(Task::holds));
                self.inbox.wait(Duration::from_millis(20));
            }
        }
        Ok(())
    }

    /// Leaves the group and lets go of Kafka. A coordinator that is away can keep the client for long: then it is
    /// left to itself, since all that matters was committed.
    fn leave(self) {
        let (done, wait) = channel();
        let leave = thread::spawn(move || {
            let Worker { tasks, restoring, inbox, outbox, .. } = self;
            drop((tasks, restoring));
            inbox.leave();
            drop((inbox, outbox));
            let _ = done.send(());
        });
        if wait.recv_timeout(LEAVING).is_ok() {
            let _ = leave.join();
        } else {
            tracing::warn!(
                "the group's coordinator does not answer; it will miss this worker by itself"
            );
        }
    }

    /// Keeps the machines on this host, if they are to be; without that they come from Kafka again.
    fn keep(&self) {
        let Some(folder) = &self.settings.state_dir else { return };
        for (partition, task) in &self.tasks.at_work {
            if let Err(error) = task.keep(folder) {
                tracing::warn!("partition {partition}: its checkpoint was not written: {error}");
            }
        }
    }

    /// One step: records in, one transaction out; whether there was anything to do. The lease is as the
    /// group was when it last gave or took a task: if it has moved on since, the transaction is refused.
    fn step(&mut self) -> Result<bool, Halt> {
        let mut step = std::mem::take(&mut self.ahead);
        self.tasks.collect(&mut step)?;
        self.tasks.catch_up(&mut step);
        let worked = step.records > 0;
        if worked {
            self.inbox.is_idle(false);
        }
        let mut again = false;
        while !step.batch.is_empty() && !self.stop.asked() {
            let Some(lease) = self.inbox.lease() else {
                self.keep_what_is_ours(&mut step)?;
                continue;
            };
            if again {
                step.forget_work();
            }
            let went = self.publish(&mut step, !std::mem::replace(&mut again, true))?;
            let asked = Instant::now();
            let committed = match went {
                true => self.commit(&mut step, &lease)?,
                false => Committed::No,
            };
            match committed {
                Committed::Yes(ends) => {
                    tracing::debug!(records = step.records, "committed");
                    self.linger = match step.records >= LOAD {
                        true => asked.elapsed().min(self.settings.commit_interval / 4),
                        false => Duration::ZERO,
                    };
                    self.merge(step, &ends)?;
                    break;
                }
                Committed::No => self.keep_what_is_ours(&mut step)?,
                Committed::Unknown => self.settle(&mut step)?,
            }
        }
        Ok(worked || self.ahead.records > 0)
    }

    /// Decides what the step took and has not decided yet, and while it grows what more there is to take, and sends
    /// what comes of it; whether that went well. The machines have not moved when this returns.
    fn publish(&mut self, step: &mut Step, grows: bool) -> Result<bool, Halt> {
        if !self.outbox.begin()? {
            return Ok(false);
        }
        let began = Instant::now();
        loop {
            self.tasks.decide(step);
            if !self.outbox.send(&step.parcel)? {
                return Ok(false);
            }
            step.parcel.clear();
            if !grows
                || self.tasks.is_full(step)
                || began.elapsed() >= self.settings.commit_interval
            {
                break;
            }
            if self.tasks.collect(step)? == 0 {
                // Small transactions are dear: under load it pays to wait for more as long as the last one took.
                if began.elapsed() >= self.linger {
                    break;
                }
                self.inbox.wait(Duration::from_millis(1));
            }
        }
        for (partition, (_, work)) in &mut step.works {
            let task = self.tasks.at_work.get_mut(partition);
            let (Some(task), Some(taken)) = (task, step.batch.get(partition)) else { continue };
            let frame = &self.tasks.frame;
            if work.is_quiet() && task.is_due(frame) {
                // Once all are written a restore must not look for marks that were deleted with the decisions.
                let end = self.inbox.decisions_end(*partition);
                if !end.is_some_and(|end| task.pass_marks(end)) {
                    continue;
                }
            }
            task.snapshot(work, &mut step.parcel, frame, taken);
        }
        let sent = self.outbox.send(&step.parcel);
        step.parcel.clear();
        sent
    }

    /// Commits a step's transaction. That is mostly waiting: meanwhile what there is to take is decided for the next
    /// step, on the machines as this one has them. They stay so if it was committed; if not, or if that is not known,
    /// nothing has moved, and what was taken meanwhile waits.
    fn commit(&mut self, step: &mut Step, lease: &Lease) -> Result<Committed, Halt> {
        let Worker { inbox, outbox, tasks, ahead, .. } = self;
        tasks.exchange(step);
        // Empty by now; its memory is used again.
        ahead.parcel = std::mem::take(&mut step.parcel);
        let (offsets, done) = (step.offsets(), AtomicBool::new(false));
        let (committed, decided) = thread::scope(|scope| {
            let commit = scope.spawn(|| {
                let committed = outbox.commit(&offsets, lease);
                done.store(true, Ordering::Release);
                inbox.ring();
                committed
            });
            let decided = tasks.decide_until(&done, ahead, || inbox.wait(Duration::from_millis(1)));
            (commit.join().unwrap_or_else(|panic| resume_unwind(panic)), decided)
        });
        decided?;
        let committed = committed?;
        if !matches!(committed, Committed::Yes(_)) {
            tasks.exchange(step);
            ahead.forget_work();
        }
        Ok(committed)
    }

    /// What a step came to was published, and the machines are as it has them.
    fn merge(&mut self, step: Step, ends: &BTreeMap<i32, i64>) -> Result<(), Halt> {
        let count = self.counted.elapsed() >= COUNT;
        for consumed in step.consumed() {
            let Consumed { relay, partition, next } = consumed;
            self.seat.consumed(relay, partition, next);
            if let Some(task) = self.tasks.at_work.get_mut(&partition) {
                task.consumed(relay, next);
            }
        }
        for (partition, (_, work)) in step.works {
            let Some(task) = self.tasks.at_work.get_mut(&partition) else { continue };
            let end = ends.get(&partition).copied();
            if end.is_some_and(|end| end <= task.decisions_end) {
                return Err(Halt::TornState {
                    what: "decisions were written before earlier ones: the topic was made anew",
                    topic: self.settings.topics.decisions.clone(),
                    partition,
                    offset: task.decisions_end,
                });
            }
            let tally = task.merge(work, end);
            self.seat.decided(partition, &tally, task.engine.machine_count());
            if count {
                self.seat.bytes(partition, task.engine.bytes());
            }
        }
        if count {
            self.counted = Instant::now();
        }
        Ok(())
    }

    /// Nothing was published. Perhaps the group has moved on: what is not ours any more is not ours to decide again.
    fn keep_what_is_ours(&mut self, step: &mut Step) -> Result<(), Halt> {
        let ours: BTreeMap<i32, u64> = self
            .tasks
            .at_work
            .iter()
            .map(|(partition, task)| (*partition, task.assignment))
            .collect();
        thread::sleep(Duration::from_millis(20));
        self.seat.turn();
        self.follow_the_group()?;
        step.retain(|partition| {
            let still = self.tasks.at_work.get(&partition).map(|task| task.assignment);
            still.is_some() && still == ours.get(&partition).copied()
        });
        Ok(())
    }

    /// Whether a transaction happened is not known: once a new producer has fenced the old one, the group's offsets
    /// tell. Those of a task that is another's by now may tell of that one's work, so they are not asked.
    fn settle(&mut self, step: &mut Step) -> Result<(), Halt> {
        while !self.outbox.settle()? {
            self.seat.turn();
            if self.stop.asked() {
                return Ok(());
            }
        }
        self.keep_what_is_ours(step)?;
        let partitions: Vec<i32> = step.batch.keys().copied().collect();
        let committed: BTreeMap<i32, [i64; 2]> = loop {
            match self.inbox.committed(&partitions) {
                Ok(committed) => break committed.into_iter().collect(),
                Err(_) if self.stop.asked() => return Ok(()),
                Err(error) => match Halt::of("ask the group where to go on", error) {
                    halt @ Halt::NotAuthorized { .. } => return Err(halt),
                    halt => tracing::warn!("{halt}"),
                },
            }
        };
        let at = |consumed: &Consumed| {
            let [events, relay] = committed.get(&consumed.partition)?;
            Some(if consumed.relay { *relay } else { *events })
        };
        let consumed = step.consumed();
        // Further than we came: it was taken away, and we do not know it yet.
        let lost = |partition| {
            let mut of_it = consumed.iter().filter(|consumed| consumed.partition == partition);
            of_it.any(|consumed| at(consumed).is_none_or(|at| at > consumed.next))
        };
        step.retain(|partition| !lost(partition));
        // All of it happened or nothing.
        let ours = consumed.iter().filter(|consumed| step.batch.contains_key(&consumed.partition));
        if ours.into_iter().any(|consumed| at(consumed) == Some(consumed.next)) {
            self.tasks.exchange(step);
            return self.merge(std::mem::take(step), &BTreeMap::new());
        }
        Ok(())
    }

    /// Follows what the group gave and took, and puts restored tasks to work.
    fn follow_the_group(&mut self) -> Result<(), Halt> {
        for change in self.inbox.changes()? {
            match change {
                Change::Assigned(tasks) => {
                    let partitions: Vec<i32> =
                        tasks.iter().map(|(partition, _)| *partition).collect();
                    tracing::info!(?partitions, "tasks assigned");
                    self.seat.joined();
                    for (partition, committed) in tasks {
                        self.restore(partition, committed)?;
                    }
                }
                Change::Revoked(partitions) => {
                    tracing::info!(?partitions, "tasks revoked");
                    for partition in partitions {
                        self.tasks.at_work.remove(&partition);
                        self.ahead.forget(partition);
                        self.restoring.remove(&partition);
                        self.seat.revoked(partition);
                    }
                }
                Change::Failed(halt) => return Err(halt),
            }
        }
        while let Some((assignment, outcome)) = self.restorer.done() {
            let restored = match outcome {
                Ok(restored) => restored,
                // A task that was taken away while it was restored may well not have been whole.
                Err(_) if !self.restoring.values().any(|task| task.assignment == assignment) => {
                    continue;
                }
                Err(halt) => return Err(halt),
            };
            let partition = restored.identity.partition;
            match self.restoring.remove(&partition) {
                Some(task) if task.assignment == assignment => {
                    let machines = restored.engine.machine_count();
                    tracing::info!(partition, machines, "task restored");
                    self.seat.running(partition, machines);
                    self.seat.bytes(partition, restored.engine.bytes());
                    let task = Task::new(restored, assignment, task.inputs);
                    self.tasks.at_work.insert(partition, task);
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

    /// Restores a task beside the work of those that are restored.
    fn restore(&mut self, partition: i32, committed: [i64; 2]) -> Result<(), Halt> {
        self.assignments += 1;
        let (assignment, inputs) = (self.assignments, self.inbox.inputs(partition, committed)?);
        let wanted = Arc::new(());
        let shown = self.seat.assigned(partition, committed);
        let watch = Box::new(Wanted(Arc::downgrade(&wanted), shown));
        self.restoring.insert(partition, Restoring { assignment, inputs, _wanted: wanted });
        let task = Assignment { partition, partitions: self.tasks.frame.partitions, committed };
        self.restorer.begin(assignment, task, watch)
    }
}
