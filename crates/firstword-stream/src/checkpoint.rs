//! A checkpoint: one task's machines in a file of this host, so that a worker that stopped and starts again need not
//! read them from Kafka.
//!
//! ```text
//! "firstword task\n" · format: u8 · length of the head: u32 · head: JSON · crc32 of all before it: u32 · machines
//! ```
//! The machines are as `firstword_wire` has them; those who wait for a snapshot come first, in the order of their line,
//! and the head says when they joined it. Without them nobody would write those who moved after their last snapshot
//! and before the checkpoint, and the next snapshot would say that they need not be read.
//!
//! A checkpoint only ever saves time: one that is damaged, stale or of something else is refused, and the task comes
//! from Kafka.

use std::fs::{self, File};
use std::io::{self, BufWriter, ErrorKind, Read, Write};
use std::path::{Path, PathBuf};

use firstword_engine::Engine;
use firstword_rules::Party;
use firstword_wire::file::{lock, replace};
use firstword_wire::{BadMachines, MachinesIn, MachinesOut};
use rdkafka::Message;
use rdkafka::message::{BorrowedMessage, Timestamp};
use serde::{Deserialize, Serialize};

use crate::restore::Identity;
use crate::snapshots::{Joined, Line};

const MAGIC: &[u8] = b"firstword task\n";
const FORMAT: u8 = 1;
/// No head is nearly as long.
const LONGEST_HEAD: usize = 64 * 1024 * 1024;

/// A task's last decision, to be known again.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub(crate) struct Last {
    offset: i64,
    /// The crc32 of its value.
    value: u32,
    /// Its record's timestamp.
    timestamp: i64,
}

impl Last {
    /// The decision of a record.
    pub(crate) fn new(offset: i64, value: &[u8], timestamp: i64) -> Last {
        Last { offset, value: crc32fast::hash(value), timestamp }
    }

    /// The decision of a record as it was read.
    pub(crate) fn of(message: &BorrowedMessage<'_>) -> Last {
        let timestamp = message.timestamp().to_millis().unwrap_or(0);
        Last::new(message.offset(), message.payload().unwrap_or_default(), timestamp)
    }

    /// The same decision, at the offset that it was given.
    pub(crate) fn at(self, offset: i64) -> Last {
        Last { offset, ..self }
    }

    /// Where it lies.
    pub(crate) fn offset(&self) -> i64 {
        self.offset
    }

    /// Whether a record is this decision. A topic may be told to put its own times in place of the records'.
    pub(crate) fn is(&self, message: &BorrowedMessage<'_>) -> bool {
        let read = Last::of(message);
        let timed = matches!(message.timestamp(), Timestamp::CreateTime(_));
        (self.offset, self.value) == (read.offset, read.value)
            && (!timed || self.timestamp == read.timestamp)
    }
}

/// Where a task stands, besides its machines and its line.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Kept<'t> {
    pub(crate) identity: &'t Identity,
    /// An offset after its last decision, before those that will come.
    pub(crate) decisions_end: i64,
    /// That decision, if it is still there.
    pub(crate) last: Option<Last>,
    /// The offsets that the group has committed: events, relay.
    pub(crate) committed: [i64; 2],
}

#[derive(Debug, Serialize, Deserialize)]
struct Head {
    identity: Identity,
    decisions_end: i64,
    last: Last,
    committed: [i64; 2],
    machines: u64,
    line: Vec<Joined>,
}

/// Why a checkpoint is not used.
#[derive(Debug, thiserror::Error)]
pub enum Refused {
    /// Its file cannot be read.
    #[error("it cannot be read: {0}")]
    Unreadable(#[from] io::Error),
    /// It is damaged before its machines, or no checkpoint.
    #[error("it is damaged at its head")]
    Head,
    /// It is of a format that this program does not know.
    #[error("it has format {0}; this program knows formats up to {FORMAT}")]
    Format(u8),
    /// It is of another cluster, group, topic or partition.
    #[error("it is of another {0}")]
    Foreign(&'static str),
    /// It knows more than the group has committed.
    #[error("the group has gone back behind it")]
    AheadOfGroup,
    /// The snapshots are newer.
    #[error("it ends at decision {end}, and the snapshots hold everything before {held}")]
    Stale {
        /// The offset after its last decision.
        end: i64,
        /// The offset before which the snapshots hold everything.
        held: i64,
    },
    /// Its last decision is not in the topic, or not any more.
    #[error("it ends at decision {end}, and the topic of decisions goes from {low} to {high}")]
    OutOfRange {
        /// The offset after its last decision.
        end: i64,
        /// Where the topic begins.
        low: i64,
        /// Where the topic ends.
        high: i64,
    },
    /// Its last decision is another than the topic has: the topic was made anew.
    #[error("the decision before {end} is another than the one that it ends with")]
    OtherDecisions {
        /// The offset after its last decision.
        end: i64,
    },
    /// Its machines are damaged.
    #[error("{0}")]
    Machines(#[from] BadMachines),
    /// Its machines are whole, but not those that its head tells of.
    #[error("its machines are not those that its head tells of")]
    Line,
}

/// Writes a task's checkpoint, whole or not at all. There is none of a task whose last decision is not there to be
/// known again.
///
/// # Errors
/// A file that cannot be written, or that another worker writes just now: one of the two lost the task long ago.
pub(crate) fn write(
    state_dir: &Path,
    kept: &Kept<'_>,
    engine: &Engine,
    line: &Line,
) -> io::Result<()> {
    let Some(last) = kept.last else { return Ok(()) };
    let path = path(state_dir, kept.identity);
    path.parent().map_or(Ok(()), fs::create_dir_all)?;
    let Some(_lock) = lock(&path.with_extension("lock"))? else {
        return Err(io::Error::new(ErrorKind::WouldBlock, "another worker writes it"));
    };
    let head = Head {
        identity: kept.identity.clone(),
        decisions_end: kept.decisions_end,
        last,
        committed: kept.committed,
        machines: engine.machine_count() as u64,
        line: line.joined(),
    };
    let head = serde_json::to_vec(&head)?;
    let mut bytes = MAGIC.to_vec();
    bytes.push(FORMAT);
    bytes.extend((head.len() as u32).to_le_bytes());
    bytes.extend(head);
    let sum = crc32fast::hash(&bytes);
    bytes.extend(sum.to_le_bytes());
    replace(&path, |file| {
        let mut to = BufWriter::with_capacity(1 << 20, file);
        to.write_all(&bytes)?;
        let mut machines = MachinesOut::begin(to, &engine.policy().label)?;
        let waiting = line.waiting().filter_map(|person| engine.named(person));
        let others = engine
            .machines()
            .filter(|(name, _)| engine.find(name).is_none_or(|person| !line.holds(person)));
        for (name, machine) in waiting.chain(others) {
            machines.machine(&name.text, machine, |party| engine.name(party))?;
        }
        machines.finish()?.flush()
    })
}

/// A checkpoint whose head is whole and fits.
#[derive(Debug)]
pub(crate) struct Found {
    head: Head,
    file: File,
}

impl Found {
    /// Looks for the checkpoint of a task whose group has committed these offsets.
    pub(crate) fn open(
        state_dir: &Path,
        identity: &Identity,
        committed: [i64; 2],
    ) -> Result<Option<Found>, Refused> {
        let mut file = match File::open(path(state_dir, identity)) {
            Ok(file) => file,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error.into()),
        };
        let head = read_head(&mut file)?;
        let (one, other) = (&head.identity, identity);
        let same = [
            ("cluster", one.cluster == other.cluster),
            ("group", one.group == other.group),
            ("topic of events", one.events == other.events),
            ("topic of relay", one.relay == other.relay),
            ("topic of decisions", one.decisions == other.decisions),
            ("topic of snapshots", one.snapshots == other.snapshots),
            ("partition", one.partition == other.partition),
            ("number of partitions", one.partitions == other.partitions),
        ];
        if let Some((what, _)) = same.iter().find(|(_, same)| !same) {
            return Err(Refused::Foreign(what));
        }
        if head.committed.iter().zip(committed).any(|(then, now)| *then > now) {
            return Err(Refused::AheadOfGroup);
        }
        Ok(Some(Found { head, file }))
    }

    /// An offset after its last decision, before those that came since.
    pub(crate) fn decisions_end(&self) -> i64 {
        self.head.decisions_end
    }

    /// Its last decision.
    pub(crate) fn last(&self) -> Last {
        self.head.last
    }

    /// How many machines it says that it has.
    pub(crate) fn machines(&self) -> u64 {
        self.head.machines
    }

    /// Puts its machines into an engine without any; the line of those whose snapshots lack something, where these
    /// hold everything before the offset `held`. It is asked now and then, with how many there are by then, whether
    /// to go on; nothing if not.
    pub(crate) fn load(
        self,
        engine: &mut Engine,
        held: i64,
        mut go_on: impl FnMut(u64) -> bool,
    ) -> Result<Option<Line>, Refused> {
        let in_line: u64 = self.head.line.iter().map(|joined| joined.people).sum();
        let mut waiting: Vec<Party> = Vec::new();
        let mut machines = MachinesIn::begin(self.file)?;
        while let Some((person, machine)) = machines.next(|name| engine.number(name))? {
            let person = engine.restore(&person, machine);
            let count = machines.count();
            if count <= in_line {
                waiting.push(person);
            }
            if count % 1_024 == 0 && !go_on(count) {
                return Ok(None);
            }
        }
        go_on(machines.count());
        let count = engine.machine_count() as u64;
        if count != self.head.machines || count != machines.count() || count < in_line {
            return Err(Refused::Line);
        }
        Ok(Some(Line::again(&waiting, &self.head.line, held)))
    }
}

fn read_head(file: &mut File) -> Result<Head, Refused> {
    let mut begin = [0; MAGIC.len() + 5];
    let whole = |read: io::Result<()>| {
        read.map_err(|error| match error.kind() {
            ErrorKind::UnexpectedEof => Refused::Head,
            _ => Refused::Unreadable(error),
        })
    };
    whole(file.read_exact(&mut begin))?;
    let Some((b"firstword task\n", [format, length @ ..])) = begin.split_first_chunk() else {
        return Err(Refused::Head);
    };
    if *format != FORMAT {
        return Err(Refused::Format(*format));
    }
    let length = <[u8; 4]>::try_from(length).map_or(0, u32::from_le_bytes) as usize;
    if length > LONGEST_HEAD {
        return Err(Refused::Head);
    }
    let mut rest = vec![0; length + 4];
    whole(file.read_exact(&mut rest))?;
    let (json, sum) = rest.split_last_chunk().ok_or(Refused::Head)?;
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(&begin);
    hasher.update(json);
    if hasher.finalize() != u32::from_le_bytes(*sum) {
        return Err(Refused::Head);
    }
    serde_json::from_slice(json).map_err(|_| Refused::Head)
}

/// Where the checkpoint of a task lies: a folder for each group, a file for each partition.
fn path(state_dir: &Path, identity: &Identity) -> PathBuf {
    // Any text names a group, and not every one names a folder.
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    let mut folder = String::new();
    for byte in identity.group.bytes() {
        match plain(byte) {
            true => folder.push(byte.into()),
            false => folder += &format!("%{byte:02X}"),
        }
    }
    state_dir.join(folder).join(format!("{}.machines", identity.partition))
}

#[cfg(test)]
mod tests;
