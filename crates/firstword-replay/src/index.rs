//! An index of a log: who visited which machine where, which line has which id, and machines now and then, so that any
//! moment of any person is a few reads away.
//!
//! It is made once, in one pass, by deciding the log's events or folding its decisions, and lies beside the log. It
//! holds the length of each file, when that was last written, and a checksum for each piece, so that it is never
//! believed about another log; and checksums of its own pieces, so that it is not believed where it is damaged.
//!
//! ```text
//! machines*   a snapshot of a person's machine after each 64th visit: length u32, bytes
//! names       of all parties, one after another
//! parties     by the hash of the name: hash, place and length of the name, number, first visit, visits, first
//!             snapshot, first `seq`, whether a business
//! visits      of each person in the order of the log, 16 bytes each (`entry`)
//! snapshots   of each person in order: where each lies
//! ids         by the hash of the id: hash, offset of the line
//! pieces      crc32 of each 64 KiB of the log
//! lines       each 1,024th line: offset, file, number in the file, the newest `at` before it
//! sums        crc32 of each 64 KiB of all this
//! foot        (`layout`), its crc32, its length, "fwindex3"
//! ```
//! Whole numbers are little end first.

mod build;
mod entry;
mod layout;
mod spill;
mod sums;

pub(crate) use build::CHECK;
pub use build::IndexBuilder;
pub(crate) use entry::ENTRY;
pub use entry::{Entry, Hint, Met};
pub use layout::Counts;
pub(crate) use layout::{
    FileRow, Foot, LINE, LINES_APART, LineMark, PARTY, PIECE, PartyRow, Section, VISITS_APART,
};
pub use spill::Scratch;

use std::hash::BuildHasher;

use foldhash::fast::FixedState;

/// A hash of a name or an id under the index's own key: strangers choose both, and cannot choose what collides.
pub(crate) fn hash(key: u64, text: &str) -> u64 {
    FixedState::with_seed(key).hash_one(text)
}
