//! Why an index is of no use for a log.

use std::fmt;
use std::io;

/// Why an index does not fit: whoever has one of these makes a new index, or says what is wrong with the log.
#[derive(Debug)]
pub enum Unfit {
    /// It is none, or of another version.
    Foreign,
    /// It is damaged.
    Damaged,
    /// It was made of another log: the length differs.
    OtherLog,
    /// It was made under another policy, or another edition of the rules.
    OtherPolicy,
    /// The log has changed since: not its length, but its bytes, somewhere after so many.
    Changed(u64),
    /// The log or the index cannot be read.
    Unreadable(io::Error),
}

impl fmt::Display for Unfit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Unfit::Foreign => f.write_str("the index is none, or of another version"),
            Unfit::Damaged => f.write_str("the index is damaged"),
            Unfit::OtherLog => f.write_str("the index was made of another log"),
            Unfit::OtherPolicy => {
                f.write_str("the index was made under another policy or another edition")
            }
            Unfit::Changed(offset) => {
                write!(f, "the log was changed after byte {offset} since its index was made")
            }
            Unfit::Unreadable(error) => write!(f, "it cannot be read: {error}"),
        }
    }
}

impl std::error::Error for Unfit {}
