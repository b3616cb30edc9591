//! What is read off the board: whether the process lives, whether it is ready, how its tasks stand.

use std::sync::atomic::Ordering::Relaxed;
use std::time::{Duration, Instant};

use firstword_rules::Millis;
use serde::Serialize;

use super::{Board, Task};

/// A worker that has made no turn of its loop for longer hangs.
const HUNG: Duration = Duration::from_secs(60);

/// One thing that must hold.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Check {
    /// What must hold, in a word or two.
    pub name: &'static str,
    /// Why it does not.
    pub problem: Option<String>,
}

/// The tasks of a process, in the order of their partitions.
#[derive(Serialize, Debug)]
pub(crate) struct Tasks {
    tasks: Vec<TaskView>,
}

#[derive(Serialize, Debug)]
struct TaskView {
    partition: i32,
    worker: u16,
    state: &'static str,
    events: InputView,
    relay: InputView,
    machines: u64,
    bytes: u64,
    last_commit: Option<String>,
    restore: RestoreView,
}

#[derive(Serialize, Debug)]
struct InputView {
    next: Option<i64>,
    end: Option<i64>,
    lag: Option<i64>,
}

#[derive(Serialize, Debug)]
struct RestoreView {
    records: u64,
    of_at_most: u64,
    machines: u64,
    seconds: f64,
}

impl InputView {
    /// -1, and any other that is none, is left out.
    fn of(next: i64, end: Option<i64>, lag: Option<i64>) -> InputView {
        InputView { next: (next >= 0).then_some(next), end, lag }
    }
}

impl Board {
    /// What must hold for the process to be left alive. Nothing here asks Kafka or anything else outside.
    pub fn alive(&self) -> Vec<Check> {
        self.alive_at(Instant::now())
    }

    pub(super) fn alive_at(&self, now: Instant) -> Vec<Check> {
        let since = now.duration_since(self.0.began).as_millis() as u64;
        let state = self.state();
        let hung: Vec<_> = state
            .seats
            .iter()
            .map(|(worker, seat)| (worker, seat.turn.load(Relaxed)))
            .filter(|(_, turn)| *turn > 0 && since.saturating_sub(*turn) > HUNG.as_millis() as u64)
            .map(|(worker, turn)| format!("worker {worker} for {} s", (since - turn) / 1000))
            .collect();
        let problem = (!hung.is_empty()).then(|| format!("no turn of {}", hung.join(", ")));
        vec![Check { name: "workers-turn", problem }]
    }

    /// What must hold for the process to be ready: every worker has joined the group, every task that they were
    /// given is restored.
    pub fn ready(&self) -> Vec<Check> {
        let state = self.state();
        let joined = state.seats.values().filter(|seat| seat.joined).count();
        let workers = usize::from(self.0.workers);
        let outside =
            (joined < workers).then(|| format!("{joined} of {workers} workers in the group"));
        let (restored, tasks) = (
            state.tasks.values().filter(|task| task.restored.is_some()).count(),
            state.tasks.len(),
        );
        let restoring = (restored < tasks).then(|| format!("{restored} of {tasks} tasks restored"));
        vec![
            Check { name: "workers-joined", problem: outside },
            Check { name: "tasks-restored", problem: restoring },
        ]
    }

    pub(crate) fn tasks(&self) -> Tasks {
        let state = self.state();
        let view = |(partition, task): (&i32, &Task)| task.view(*partition);
        Tasks { tasks: state.tasks.iter().map(view).collect() }
    }
}

impl Task {
    pub(super) fn state(&self) -> &'static str {
        if self.restored.is_some() { "running" } else { "restoring" }
    }

    pub(super) fn machines(&self) -> u64 {
        self.restored.map_or_else(|| self.progress.machines.load(Relaxed), |_| self.machines)
    }

    /// What is still to be consumed of each input, where its end is known.
    pub(super) fn lags(&self) -> [Option<i64>; 2] {
        let ([events, relay], [to, until]) = (self.next, self.ends);
        [(events, to), (relay, until)].map(|(next, end)| Some((end? - next.max(0)).max(0)))
    }

    /// What is still to be read of a restore, at most.
    pub(super) fn to_restore(&self) -> u64 {
        let (read, expected) =
            (self.progress.records.load(Relaxed), self.progress.expected.load(Relaxed));
        if self.restored.is_some() { 0 } else { expected.saturating_sub(read) }
    }

    fn view(&self, partition: i32) -> TaskView {
        let ([events, relay], [to, until], [lag, backlog]) = (self.next, self.ends, self.lags());
        let took = self.restored.unwrap_or_else(|| self.assigned.elapsed());
        TaskView {
            partition,
            worker: self.worker,
            state: self.state(),
            events: InputView::of(events, to, lag),
            relay: InputView::of(relay, until, backlog),
            machines: self.machines(),
            bytes: self.bytes,
            last_commit: self.last_commit.map(|at| Millis(at).to_string()),
            restore: RestoreView {
                records: self.progress.records.load(Relaxed),
                of_at_most: self.progress.expected.load(Relaxed),
                machines: self.progress.machines.load(Relaxed),
                seconds: (took.as_secs_f64() * 1000.0).round() / 1000.0,
            },
        }
    }
}
