//! What sender's gates forwarded, and what recipient's gates say that they were told.
//!
//! Of two partitions of a stream either may come first: what has no counterpart yet waits for it. In the end a
//! recipient's decision without one is accused only where the sender's decisions are there without a gap; a log may
//! also be one partition of a stream.

use firstword_rules::{Basis, Mark, Millis, Party};
use hashbrown::HashTable;

use super::{Case, Who};
use crate::Place;

/// Decisions that wait for those of the other gate.
#[derive(Debug, Default)]
pub(super) struct Relay {
    forwarded: HashTable<Forwarded>,
    told: HashTable<Told>,
    /// Whether a decision forwarded something.
    met_sender: bool,
    /// Whether one says what a sender's gate said.
    met_recipient: bool,
}

/// What a sender's gate forwarded.
#[derive(Clone, Debug)]
pub(super) struct Forwarded {
    pub(super) mark: Mark,
    pub(super) at: Millis,
    /// `as` of the decision.
    pub(super) basis: Basis,
    /// Whose decision it is, and its number.
    pub(super) sender: (Party, u64),
    pub(super) place: Place,
}

/// What a recipient's gate says that it was told.
#[derive(Clone, Debug)]
pub(super) struct Told {
    pub(super) mark: Mark,
    pub(super) at: Millis,
    /// `said` of the decision.
    pub(super) said: Basis,
    pub(super) sender: Option<Party>,
    pub(super) place: Place,
    pub(super) who: Who,
}

impl Relay {
    /// A sender's gate forwarded something: what a recipient's gate said of it before, if that is something else.
    pub(super) fn forwarded(&mut self, forwarded: Forwarded) -> Option<(Forwarded, Told)> {
        self.met_sender = true;
        let is_other = |told: &Told| told.mark == forwarded.mark;
        if let Ok(found) = self.told.find_entry(head(forwarded.mark), is_other) {
            let (told, _) = found.remove();
            return (told.said != forwarded.basis || told.at != forwarded.at)
                .then_some((forwarded, told));
        }
        let hash = |forwarded: &Forwarded| head(forwarded.mark);
        self.forwarded.insert_unique(hash(&forwarded), forwarded, hash);
        None
    }

    /// A recipient's gate was told something: what was forwarded, if that was something else.
    pub(super) fn received(&mut self, case: Case<'_>, said: Basis) -> Option<Forwarded> {
        self.met_recipient = true;
        let (mark, at) = (case.visit.mark, case.read.event.at);
        let same = |waits: &Forwarded| waits.mark == mark;
        let as_told = |waits: &Forwarded| same(waits) && waits.at == at && waits.basis == said;
        if let Ok(found) = self.forwarded.find_entry(head(mark), as_told) {
            found.remove();
            return None;
        }
        if let Ok(found) = self.forwarded.find_entry(head(mark), same) {
            return Some(found.remove().0);
        }
        let (place, who) = (case.place.clone(), Who::of(case.read));
        let told = Told { mark, at, said, sender: case.visit.peer, place, who };
        self.told.insert_unique(head(mark), told, |told| head(told.mark));
        None
    }

    /// Whether recipients were told something, and nobody forwarded anything.
    pub(super) fn has_no_sender(&self) -> bool {
        !self.met_sender && self.met_recipient
    }

    /// What was forwarded and no recipient's gate was told of: how many, and the first in the order of the log.
    pub(super) fn unanswered(&self) -> (u64, Option<&Forwarded>) {
        let first = self.forwarded.iter().min_by_key(|waits| order(&waits.place));
        (self.forwarded.len() as u64, first)
    }

    /// What recipients were told and nobody forwarded, in the order of the log.
    pub(super) fn not_forwarded(&mut self) -> Vec<Told> {
        let mut told: Vec<_> = self.told.drain().collect();
        told.sort_by(|one, other| order(&one.place).cmp(&order(&other.place)));
        told
    }
}

fn order(place: &Place) -> (&str, u64) {
    (&place.source, place.number)
}

/// A mark is the head of a SHA-256: any part of it is spread well.
fn head(mark: Mark) -> u64 {
    let [a, b, c, d, e, f, g, h, ..] = mark.to_bytes();
    u64::from_ne_bytes([a, b, c, d, e, f, g, h])
}
