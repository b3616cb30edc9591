//! Where something lies in a log, and how bytes are read from anywhere in it.

use std::fmt;
use std::io;
use std::sync::Arc;

/// Where a line or a record lies: `day.jsonl:17`, or `firstword.decisions:3:1042`. Displayed so.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Place {
    /// A file's name, or a topic's name and a partition.
    pub source: Arc<str>,
    /// The number of the line, from 1, or the record's offset.
    pub number: u64,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.source, self.number)
    }
}

/// Bytes that can be read from anywhere, such as a file's.
pub trait ReadAt {
    /// How many there are.
    fn length(&self) -> u64;

    /// Fills the buffer with the bytes from `offset` on.
    ///
    /// # Errors
    /// Bytes that cannot be read, or that end before the buffer is full.
    fn read_at(&self, offset: u64, into: &mut [u8]) -> io::Result<()>;
}

/// Bytes in memory.
impl ReadAt for Vec<u8> {
    fn length(&self) -> u64 {
        self.len() as u64
    }

    fn read_at(&self, offset: u64, into: &mut [u8]) -> io::Result<()> {
        let start = usize::try_from(offset).unwrap_or(usize::MAX);
        let bytes = self.get(start..).and_then(|rest| rest.get(..into.len()));
        into.copy_from_slice(bytes.ok_or(io::ErrorKind::UnexpectedEof)?);
        Ok(())
    }
}
