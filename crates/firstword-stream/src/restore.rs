//! The way back: a task's machines from a checkpoint or from `snapshots`, and the `decisions` since, all of it
//! checked on the way.
//!
//! It reads and decides nothing, writes nothing and commits nothing. Several tasks are restored at a time (`queue`),
//! each on a thread that may wait for Kafka (`reader`) on its `way`, and none for longer than somebody wants it.

mod queue;
mod reader;
mod way;

use firstword_engine::Engine;
use firstword_rules::Policy;

use crate::checkpoint::{self, Kept, Last, Refused};
use crate::snapshots::Line;
use crate::{Halt, Settings};
pub(crate) use queue::Restorer;
use reader::Reader;

/// Which task of which group this is; what a checkpoint of it names.
#[derive(Clone, PartialEq, Eq, Debug, serde::Serialize, serde::Deserialize)]
#[expect(missing_docs, reason = "the names say it")]
pub struct Identity {
    pub cluster: String,
    pub group: String,
    pub events: String,
    pub relay: String,
    pub decisions: String,
    pub snapshots: String,
    pub partition: i32,
    /// How many partitions each of the topics has.
    pub partitions: i32,
}

/// A task's machines as they were after its last committed decision.
pub struct Restored {
    /// Which task.
    pub identity: Identity,
    /// Its machines.
    pub engine: Engine,
    /// An offset after its last decision, before those that will come.
    pub decisions_end: i64,
    /// The offsets that the group has committed: events, relay.
    pub committed: [i64; 2],
    /// Whether a checkpoint was used.
    pub by_checkpoint: bool,
    /// Why one that was there was not.
    pub refused: Option<Refused>,
    /// The last decision, if there is one.
    pub(crate) last: Option<Last>,
    pub(crate) line: Line,
}

/// What the group gave: a task, and where to go on with it.
#[derive(Clone, Copy, Debug)]
pub struct Assignment {
    /// Its partition.
    pub partition: i32,
    /// How many there are.
    pub partitions: i32,
    /// The offsets that the group has committed: events, relay; -1 where it has none.
    pub committed: [i64; 2],
}

/// Whoever waits for a task: told how far it is, and asked whether it is still wanted.
pub trait Watch {
    /// So many records more are to be read, at most: offsets are counted, and compaction leaves some of them empty.
    fn expect(&self, _records: u64) {}

    /// So many of them more were read.
    fn read(&self, _records: u64) {}

    /// The task has so many machines by now.
    fn machines(&self, _machines: usize) {}

    /// Whether to go on: not if the task was taken away, or the worker stops.
    fn wanted(&self) -> bool {
        true
    }
}

/// Nobody watches.
impl Watch for () {}

/// Why a restore ended without machines.
enum Stopped {
    NotWanted,
    Halt(Halt),
}

impl From<Halt> for Stopped {
    fn from(halt: Halt) -> Stopped {
        Stopped::Halt(halt)
    }
}

/// Restores one task; nothing if it is not wanted any more.
///
/// # Errors
/// Torn state: a gap in a person's decisions, a snapshot that is damaged, a decision about something that was not
/// committed, decisions that were deleted before a snapshot held them; and what Kafka cannot heal. A checkpoint that
/// does not fit is no error: it is said why, and the task is restored from Kafka alone.
pub fn restore(
    settings: &Settings,
    policy: &Policy,
    task: Assignment,
    watch: &dyn Watch,
) -> Result<Option<Restored>, Halt> {
    Reader::new(settings)?.restore(settings, policy, task, watch)
}

/// Restores tasks, a few at a time, with two threads at least; they come in the order in which they are done.
///
/// # Errors
/// As [`restore`]: the first task that cannot be restored ends it.
pub fn restore_all(
    settings: &Settings,
    policy: &Policy,
    tasks: &[Assignment],
) -> Result<Vec<Restored>, Halt> {
    let restorer = Restorer::new(settings, policy);
    for (number, task) in tasks.iter().enumerate() {
        restorer.begin(number as u64, *task, Box::new(()))?;
    }
    tasks.iter().filter_map(|_| restorer.wait()).map(|(_, outcome)| outcome).collect()
}

impl Reader {
    fn restore(
        &self,
        settings: &Settings,
        policy: &Policy,
        task: Assignment,
        watch: &dyn Watch,
    ) -> Result<Option<Restored>, Halt> {
        match way::go(self, settings, policy, task, watch) {
            Ok(restored) => Ok(Some(restored)),
            Err(Stopped::NotWanted) => Ok(None),
            Err(Stopped::Halt(halt)) => Err(halt),
        }
    }
}

impl Restored {
    /// Writes the task's checkpoint below a folder, to be restored from there while nobody decides for it.
    ///
    /// # Errors
    /// A file that cannot be written, or that somebody else writes just now.
    pub fn keep(&self, state_dir: &std::path::Path) -> std::io::Result<()> {
        let Restored { identity, engine, decisions_end, committed, last, line, .. } = self;
        let kept =
            Kept { identity, decisions_end: *decisions_end, last: *last, committed: *committed };
        checkpoint::write(state_dir, &kept, engine, line)
    }
}
