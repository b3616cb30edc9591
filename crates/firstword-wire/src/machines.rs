//! Many machines as one stream of bytes: what `decide --state-dir` keeps, and a checkpoint of the stream.
//!
//! ```text
//! "firstword state\n" · format: u8 · policy: text
//! machine*: the length of its snapshot: u32 · name: text · snapshot
//! 0: u32 · number of machines: u64 · crc32 of all before it: u32
//! ```
//! Whole numbers are little end first; a text is its length, u32, and its bytes. A person's name has no prefix. Nothing
//! is guessed: a stream that is not whole, to its last byte, is an error.

use std::fmt;
use std::io::{self, Read, Write};

use firstword_rules::{Machine, Name, Party, PartyKind};

use crate::{DamagedSnapshot, read_machine, write_machine};

const MAGIC: &[u8] = b"firstword state\n";
const FORMAT: u8 = 1;
/// No machine's snapshot, and no name, is nearly as long; a longer one is damage.
const LONGEST: usize = 64 * 1024 * 1024;
/// How much is read at a time, and summed up at once.
const CHUNK: usize = 1 << 20;

/// Why bytes are no machines.
#[derive(Debug)]
pub enum BadMachines {
    /// They cannot be read.
    Unreadable(io::Error),
    /// They begin as something else does.
    Foreign,
    /// Of a format that this program does not know.
    Format(u8),
    /// They end too early.
    CutOff,
    /// A text that is none, or far too long.
    Text,
    /// A length that no snapshot has, after so many machines.
    Length(u64),
    /// The machine of this number, from 1, is damaged.
    Machine(u64, DamagedSnapshot),
    /// The number of machines or the checksum does not fit.
    Checksum,
    /// They go on after their end.
    TooLong,
}

impl fmt::Display for BadMachines {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            BadMachines::Unreadable(error) => write!(f, "it cannot be read: {error}"),
            BadMachines::Foreign => f.write_str("it is no state of firstword"),
            BadMachines::Format(format) => {
                write!(f, "it has format {format}; this program knows formats up to {FORMAT}")
            }
            BadMachines::CutOff => f.write_str("it ends too early"),
            BadMachines::Text => f.write_str("a text in it is damaged"),
            BadMachines::Length(after) => write!(f, "it is damaged after machine {after}"),
            BadMachines::Machine(number, damage) => write!(f, "machine {number}: {damage}"),
            BadMachines::Checksum => f.write_str("it is damaged: its checksum does not fit"),
            BadMachines::TooLong => f.write_str("it goes on after its end"),
        }
    }
}

impl std::error::Error for BadMachines {}

/// Writes machines, one after another.
#[derive(Debug)]
pub struct MachinesOut<W> {
    to: W,
    sum: crc32fast::Hasher,
    count: u64,
    /// One machine with its name, kept for its memory.
    buffer: Vec<u8>,
}

impl<W: Write> MachinesOut<W> {
    /// Begins; `policy` is the label of the policy that the machines were last decided under.
    ///
    /// # Errors
    /// Those of `to`.
    pub fn begin(to: W, policy: &str) -> io::Result<MachinesOut<W>> {
        let sum = crc32fast::Hasher::new();
        let mut out = MachinesOut { to, sum, count: 0, buffer: MAGIC.to_vec() };
        out.buffer.push(FORMAT);
        write_text(&mut out.buffer, policy);
        out.pass()?;
        Ok(out)
    }

    /// Adds a person's machine; `name` gives each party's name.
    ///
    /// # Errors
    /// Those of `to`.
    pub fn machine<'n>(
        &mut self,
        person: &str,
        machine: &Machine,
        name: impl Fn(Party) -> Name<'n>,
    ) -> io::Result<()> {
        self.buffer.clear();
        self.buffer.extend([0; 4]);
        write_text(&mut self.buffer, person);
        let before = self.buffer.len();
        write_machine(&mut self.buffer, machine, name);
        let length = (self.buffer.len() - before) as u32;
        if let Some(head) = self.buffer.first_chunk_mut() {
            *head = length.to_le_bytes();
        }
        self.count += 1;
        self.pass()
    }

    /// Ends, and gives back what was written to.
    ///
    /// # Errors
    /// Those of `to`.
    pub fn finish(mut self) -> io::Result<W> {
        self.buffer.clear();
        self.buffer.extend(0_u32.to_le_bytes());
        self.buffer.extend(self.count.to_le_bytes());
        self.pass()?;
        self.to.write_all(&self.sum.finalize().to_le_bytes())?;
        Ok(self.to)
    }

    fn pass(&mut self) -> io::Result<()> {
        self.sum.update(&self.buffer);
        self.to.write_all(&self.buffer)
    }
}

fn write_text(to: &mut Vec<u8>, text: &str) {
    to.extend((text.len() as u32).to_le_bytes());
    to.extend_from_slice(text.as_bytes());
}

/// Reads machines, one after another, each from where it lies in one buffer.
#[derive(Debug)]
pub struct MachinesIn<R> {
    from: R,
    sum: crc32fast::Hasher,
    policy: String,
    count: u64,
    buffer: Vec<u8>,
    /// How much of the buffer is summed up, and how much of it was taken.
    summed: usize,
    taken: usize,
}

impl<R: Read> MachinesIn<R> {
    /// Begins. What is read is read in large pieces: `from` needs no buffer of its own.
    ///
    /// # Errors
    /// Bytes that begin as no machines do.
    pub fn begin(from: R) -> Result<MachinesIn<R>, BadMachines> {
        let sum = crc32fast::Hasher::new();
        let (policy, buffer) = (String::new(), Vec::with_capacity(CHUNK));
        let mut reader = MachinesIn { from, sum, policy, count: 0, buffer, summed: 0, taken: 0 };
        if reader.take(MAGIC.len())? != MAGIC {
            return Err(BadMachines::Foreign);
        }
        match reader.take(1)? {
            [FORMAT] => (),
            other => return Err(BadMachines::Format(other.first().copied().unwrap_or(0))),
        }
        let length = reader.length(BadMachines::Text)?;
        reader.policy = text(reader.take(length)?)?.to_owned();
        Ok(reader)
    }

    /// The label of the policy that the machines were last decided under.
    pub fn policy(&self) -> &str {
        &self.policy
    }

    /// How many machines were read so far.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// The next machine and its person; nothing once all were read and everything fits together. `number` gives each
    /// name in it its party.
    ///
    /// # Errors
    /// What is damaged: then no machine that was read before is to be used either.
    pub fn next(
        &mut self,
        number: impl FnMut(&Name<'_>) -> Party,
    ) -> Result<Option<(Name<'_>, Machine)>, BadMachines> {
        let length = self.length(BadMachines::Length(self.count))?;
        if length == 0 {
            return self.end().map(|()| None);
        }
        let name = self.length(BadMachines::Text)?;
        self.count += 1;
        let count = self.count;
        let (name, snapshot) =
            self.take(name + length)?.split_at_checked(name).ok_or(BadMachines::CutOff)?;
        let person = Name { kind: PartyKind::Person, text: text(name)?.into() };
        let machine = read_machine(snapshot, number);
        let machine = machine.map_err(|damage| BadMachines::Machine(count, damage))?;
        Ok(Some((person, machine)))
    }

    fn end(&mut self) -> Result<(), BadMachines> {
        let written = self.take(8)?.try_into().map_or(0, u64::from_le_bytes);
        self.sum_up();
        let sum = self.sum.clone().finalize();
        let written_sum = self.take(4)?.try_into().map_or(0, u32::from_le_bytes);
        if (written, written_sum) != (self.count, sum) {
            return Err(BadMachines::Checksum);
        }
        match self.take(1) {
            Err(BadMachines::CutOff) => Ok(()),
            Ok(_) => Err(BadMachines::TooLong),
            Err(error) => Err(error),
        }
    }

    fn length(&mut self, too_long: BadMachines) -> Result<usize, BadMachines> {
        let length = self.take(4)?.try_into().map_or(0, u32::from_le_bytes) as usize;
        if length > LONGEST { Err(too_long) } else { Ok(length) }
    }

    fn take(&mut self, length: usize) -> Result<&[u8], BadMachines> {
        if self.buffer.len() - self.taken < length {
            self.fill(length)?;
        }
        let start = self.taken;
        self.taken += length;
        self.buffer.get(start..self.taken).ok_or(BadMachines::CutOff)
    }

    /// Reads on until so much is there that was not taken.
    fn fill(&mut self, length: usize) -> Result<(), BadMachines> {
        self.sum_up();
        self.buffer.drain(..self.taken);
        (self.summed, self.taken) = (0, 0);
        while self.buffer.len() < length {
            let more = CHUNK.max(length).saturating_sub(self.buffer.len()).min(CHUNK);
            let read = self.from.by_ref().take(more as u64).read_to_end(&mut self.buffer);
            if read.map_err(BadMachines::Unreadable)? == 0 {
                return Err(BadMachines::CutOff);
            }
        }
        Ok(())
    }

    fn sum_up(&mut self) {
        self.sum.update(self.buffer.get(self.summed..self.taken).unwrap_or_default());
        self.summed = self.taken;
    }
}

fn text(bytes: &[u8]) -> Result<&str, BadMachines> {
    std::str::from_utf8(bytes).map_err(|_| BadMachines::Text)
}
