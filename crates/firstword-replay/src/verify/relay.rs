//! What sender's gates forwarded, until the recipient's gate says what it was told.
//!
//! A recipient's decision that comes before the sender's, or whose sender's the log lacks, is not accused: a log may be
//! one partition of a stream.

use firstword_rules::{Basis, Mark, Millis, Party};
use hashbrown::HashTable;

/// Decisions that wait for their recipient's.
#[derive(Debug, Default)]
pub(super) struct Relay {
    waiting: HashTable<Forwarded>,
    /// How many decisions forwarded something.
    forwarded: u64,
    /// How many say what a sender's gate said.
    told: u64,
}

/// What a sender's gate forwarded.
#[derive(Clone, Copy, Debug)]
pub(super) struct Forwarded {
    pub(super) mark: Mark,
    pub(super) at: Millis,
    /// `as` of the decision.
    pub(super) basis: Basis,
    /// Whose decision it is, and its number.
    pub(super) sender: (Party, u64),
}

impl Relay {
    /// A sender's gate forwarded something.
    pub(super) fn forwarded(&mut self, forwarded: Forwarded) {
        self.forwarded += 1;
        let hash = |forwarded: &Forwarded| head(forwarded.mark);
        self.waiting.insert_unique(hash(&forwarded), forwarded, hash);
    }

    /// A recipient's gate was told something: what was forwarded, if that was something else.
    pub(super) fn received(&mut self, mark: Mark, at: Millis, said: Basis) -> Option<Forwarded> {
        self.told += 1;
        let same = |waits: &Forwarded| waits.mark == mark;
        let as_told = |waits: &Forwarded| same(waits) && waits.at == at && waits.basis == said;
        if let Ok(found) = self.waiting.find_entry(head(mark), as_told) {
            found.remove();
            return None;
        }
        self.waiting.find_entry(head(mark), same).ok().map(|found| found.remove().0)
    }

    /// Whether recipients were told something, and nobody forwarded anything.
    pub(super) fn has_no_sender(&self) -> bool {
        self.forwarded == 0 && self.told > 0
    }

    /// How many wait in the end, and the first of them by the sender's number, then the decision's.
    pub(super) fn waiting(&self) -> (u64, Option<(Party, u64)>) {
        let first = self.waiting.iter().map(|waits| waits.sender).min();
        (self.waiting.len() as u64, first)
    }
}

/// A mark is the head of a SHA-256: any part of it is spread well.
fn head(mark: Mark) -> u64 {
    let [a, b, c, d, e, f, g, h, ..] = mark.to_bytes();
    u64::from_ne_bytes([a, b, c, d, e, f, g, h])
}
