//! The board: what a process of the stream shows of itself, for the HTTP faces of `http`.
//!
//! Workers write on it through a [`Seat`] each, restore threads through a [`Restore`], whoever asks over HTTP reads
//! it. A worker counts in a [`Tally`] of its own and comes to the board once per task and transaction, so that one
//! lock serves all and nothing is shared for each record.
//!
//! The board knows words of the rules, topics, partitions and numbers; a person, a business or an event it cannot
//! even be told. METRICS.md lists what it exposes.

mod histogram;
mod metrics;
mod own;
mod tally;
mod view;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, Instant};

use rdkafka::statistics::{Partition, Statistics};

use crate::TopicNames;
use crate::clock::now;
use crate::lock::lock;
use histogram::Histogram;
use tally::{DeadLetters, Decisions};

pub use tally::Tally;
pub use view::Check;

pub(crate) use metrics::OPEN_METRICS;

/// What a process shows of itself. A clone shows the same.
#[derive(Clone, Debug)]
pub struct Board(Arc<Shared>);

/// One worker's place at the board. When it is dropped, the worker and its tasks leave the board.
#[derive(Debug)]
pub struct Seat {
    board: Board,
    worker: u16,
    /// The latest turn of the worker's loop, in milliseconds since the board began; 0 before the first.
    turn: Arc<AtomicU64>,
}

/// How far a task's restore has come, told by the thread that restores it.
#[derive(Debug)]
pub struct Restore {
    board: Board,
    progress: Arc<Progress>,
}

/// How a transaction ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Outcome {
    /// All of it was published.
    Committed,
    /// Nothing of it was published; the step is decided again.
    Aborted,
    /// The answer was lost: the group's offsets tell.
    Unknown,
}

#[derive(Debug)]
struct Shared {
    /// How many workers the process should have.
    workers: u16,
    /// The topics of events and of relay.
    inputs: [String; 2],
    policy: String,
    began: Instant,
    restored_records: AtomicU64,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    decisions: Decisions,
    dead_letters: DeadLetters,
    /// By outcome.
    transactions: [u64; 3],
    commit: Histogram,
    delay: Histogram,
    restore: Histogram,
    producers_recycled: u64,
    policies_differ: bool,
    seats: BTreeMap<u16, SeatState>,
    tasks: BTreeMap<i32, Task>,
}

#[derive(Debug)]
struct SeatState {
    joined: bool,
    turn: Arc<AtomicU64>,
}

/// One task, as the worker that has it tells. Pairs are of events and of relay.
#[derive(Debug)]
struct Task {
    worker: u16,
    assigned: Instant,
    /// How long the restore took; none while it lasts.
    restored: Option<Duration>,
    progress: Arc<Progress>,
    /// The next offsets to consume; -1 where the group has none yet.
    next: [i64; 2],
    /// The offsets after the last records that there are to consume, where they are known.
    ends: [Option<i64>; 2],
    machines: u64,
    bytes: u64,
    /// Milliseconds since 1970.
    last_commit: Option<i64>,
}

#[derive(Default, Debug)]
struct Progress {
    expected: AtomicU64,
    records: AtomicU64,
    machines: AtomicU64,
}

impl Board {
    /// The board of a process of so many workers that decide under this policy (`name@fingerprint`).
    pub fn new(workers: u16, topics: &TopicNames, policy: &str) -> Board {
        let state = State {
            decisions: Decisions::default(),
            dead_letters: DeadLetters::default(),
            transactions: [0; 3],
            commit: Histogram::new(histogram::COMMIT),
            delay: Histogram::new(histogram::DELAY),
            restore: Histogram::new(histogram::RESTORE),
            producers_recycled: 0,
            policies_differ: false,
            seats: BTreeMap::new(),
            tasks: BTreeMap::new(),
        };
        Board(Arc::new(Shared {
            workers,
            inputs: [topics.events.clone(), topics.relay.clone()],
            policy: policy.to_owned(),
            began: Instant::now(),
            restored_records: AtomicU64::new(0),
            state: Mutex::new(state),
        }))
    }

    /// Gives a worker its place. It counts as hung only after its first turn: until then it may wait for Kafka.
    pub fn seat(&self, worker: u16) -> Seat {
        let turn = Arc::new(AtomicU64::new(0));
        let state = SeatState { joined: false, turn: turn.clone() };
        self.state().seats.insert(worker, state);
        Seat { board: self.clone(), worker, turn }
    }

    /// A transaction ended like this, this long after it began.
    pub fn transaction(&self, outcome: Outcome, took: Duration) {
        let mut state = self.state();
        if let Some(count) = state.transactions.get_mut(outcome as usize) {
            *count += 1;
        }
        if outcome == Outcome::Committed {
            state.commit.observe(took.as_secs_f64(), 1);
        }
    }

    /// A producer whose last transaction did not end cleanly and quickly was given up for a new one.
    pub fn producer_recycled(&self) {
        self.state().producers_recycled += 1;
    }

    /// Whether workers of the group were seen to decide under different policies.
    pub fn policies_differ(&self, differ: bool) {
        self.state().policies_differ = differ;
    }

    fn state(&self) -> MutexGuard<'_, State> {
        lock(&self.0.state)
    }
}

impl Seat {
    /// The board that it is at.
    pub fn board(&self) -> &Board {
        &self.board
    }

    /// The worker has made a turn of its loop: whatever it waits for, it waits with an end.
    pub fn turn(&self) {
        let since = self.board.0.began.elapsed().as_millis() as u64;
        self.turn.store(since.max(1), Relaxed);
    }

    /// The worker has joined the group, even if it was given no task.
    pub fn joined(&self) {
        if let Some(seat) = self.board.state().seats.get_mut(&self.worker) {
            seat.joined = true;
        }
    }

    /// A task became this worker's, to go on from these offsets (events, relay; -1 for the beginning) once it is
    /// restored.
    pub fn assigned(&self, partition: i32, next: [i64; 2]) -> Restore {
        let progress = Arc::<Progress>::default();
        let task = Task {
            worker: self.worker,
            assigned: Instant::now(),
            restored: None,
            progress: progress.clone(),
            next,
            ends: [None; 2],
            machines: 0,
            bytes: 0,
            last_commit: None,
        };
        self.board.state().tasks.insert(partition, task);
        Restore { board: self.board.clone(), progress }
    }

    /// A task is restored and works now.
    pub fn running(&self, partition: i32, machines: usize) {
        let mut state = self.board.state();
        let Some(task) = self.task(&mut state, partition) else { return };
        let took = task.assigned.elapsed();
        task.restored = Some(took);
        task.machines = machines as u64;
        state.restore.observe(took.as_secs_f64(), 1);
    }

    /// What a task decided in a step was published, and it has so many machines now.
    pub fn decided(&self, partition: i32, tally: &Tally, machines: usize) {
        self.decided_at(partition, tally, machines, now());
    }

    fn decided_at(&self, partition: i32, tally: &Tally, machines: usize, now: i64) {
        let mut state = self.board.state();
        state.decisions.add(&tally.decisions);
        state.dead_letters.add(&tally.dead_letters);
        for (timestamp, times) in &tally.timestamps {
            // Clocks differ: a record may come from the future.
            let delay = now.saturating_sub(*timestamp).max(0);
            state.delay.observe(delay as f64 / 1000.0, *times);
        }
        if let Some(task) = self.task(&mut state, partition) {
            task.machines = machines as u64;
            task.last_commit = Some(now);
        }
    }

    /// The group has committed that a task goes on from this offset of an input.
    pub fn consumed(&self, relay: bool, partition: i32, next: i64) {
        let mut state = self.board.state();
        let task = self.task(&mut state, partition);
        if let Some(place) = task.and_then(|task| task.next.get_mut(usize::from(relay))) {
            *place = next;
        }
    }

    /// The bytes that a task's machines take, allocations included. To count them is dear: now and then is enough.
    pub fn bytes(&self, partition: i32, bytes: usize) {
        if let Some(task) = self.task(&mut self.board.state(), partition) {
            task.bytes = bytes as u64;
        }
    }

    /// What the worker's consumer knows of the ends of its inputs. It knows nothing of one that it does not fetch
    /// yet, because the task is still restored. `idle` says that the worker holds no record of a step that is not
    /// committed yet.
    pub fn statistics(&self, statistics: &Statistics, idle: bool) {
        let mut state = self.board.state();
        for (relay, topic) in self.board.0.inputs.iter().enumerate() {
            let partitions = statistics.topics.get(topic).map(|topic| &topic.partitions);
            for (partition, known) in partitions.into_iter().flatten() {
                let Some(task) = self.task(&mut state, *partition) else { continue };
                let (next, end) = (task.next.get(relay), task.ends.get_mut(relay));
                if let (Some(next), Some(end)) = (next, end) {
                    *end = readable_end(known, *next, idle).or(*end);
                }
            }
        }
    }

    /// The offset after the last record that a task has to consume of an input.
    pub fn end(&self, relay: bool, partition: i32, end: i64) {
        let mut state = self.board.state();
        let task = self.task(&mut state, partition);
        if let Some(place) = task.and_then(|task| task.ends.get_mut(usize::from(relay))) {
            *place = Some(end);
        }
    }

    /// A task is not this worker's any more.
    pub fn revoked(&self, partition: i32) {
        let mut state = self.board.state();
        if self.task(&mut state, partition).is_some() {
            state.tasks.remove(&partition);
        }
    }

    /// The task, if it is still this worker's: another one of the process may have got it before this one saw it go.
    fn task<'s>(&self, state: &'s mut State, partition: i32) -> Option<&'s mut Task> {
        state.tasks.get_mut(&partition).filter(|task| task.worker == self.worker)
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut state = self.board.state();
        state.seats.remove(&self.worker);
        state.tasks.retain(|_, task| task.worker != self.worker);
    }
}

impl Restore {
    /// So many records more are to be read, at most: offsets are counted, and compaction leaves some of them empty.
    pub fn expect(&self, records: u64) {
        self.progress.expected.fetch_add(records, Relaxed);
    }

    /// So many records more were read.
    pub fn read(&self, records: u64) {
        self.progress.records.fetch_add(records, Relaxed);
        self.board.0.restored_records.fetch_add(records, Relaxed);
    }

    /// The task has so many machines by now.
    pub fn machines(&self, machines: usize) {
        self.progress.machines.store(machines as u64, Relaxed);
    }
}

/// The offset after the last record that there is to consume in a partition, where `next` is the next one.
///
/// The last stable offset is not it: the marks that end transactions have offsets too, and so has what was aborted,
/// so an input whose every record was consumed would seem to lag for ever. But when the client has come to the end,
/// has nothing queued, and the worker holds nothing either, all that there is was consumed.
fn readable_end(known: &Partition, next: i64, idle: bool) -> Option<i64> {
    let end = known.ls_offset;
    let consumed = idle && known.fetchq_cnt == 0 && known.eof_offset >= end;
    (end >= 0).then(|| if consumed { next.clamp(0, end) } else { end })
}
