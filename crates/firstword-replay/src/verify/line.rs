//! A line of a log, read and with the mark of its event: what can be done before its turn comes, on any thread.

use firstword_rules::Mark;
use firstword_wire::{BadDecision, Recorded, read_decision, read_edition};

/// A line of a log of decisions.
#[derive(Debug)]
pub struct Line<'l> {
    pub(super) bytes: &'l [u8],
    pub(super) read: Result<(Recorded<'l>, Mark), Unread>,
}

/// A line that is no decision.
#[derive(Debug)]
pub(super) struct Unread {
    pub(super) bad: BadDecision,
    /// The edition that it names. A later one may have words that this one does not know.
    pub(super) edition: Option<u32>,
}

impl<'l> Line<'l> {
    /// Reads a line, without its end.
    pub fn read(bytes: &'l [u8]) -> Line<'l> {
        let read = read_decision(bytes);
        let read = read.map(|recorded| {
            let mark = Mark::of(&recorded.event);
            (recorded, mark)
        });
        Line { bytes, read: read.map_err(|bad| Unread { bad, edition: read_edition(bytes) }) }
    }
}
