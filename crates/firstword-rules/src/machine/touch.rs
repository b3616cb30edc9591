//! Bringing a machine near before it is needed. Nothing here has a meaning for the rules.
//!
//! A machine is in pieces, and each piece is known only when the one before it has come from memory. Who decides many
//! events touches all their machines at one depth, then at the next: memory brings many pieces in the time of one.

use super::Machine;

/// How far from the machine itself a piece is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Depth {
    /// The machine itself.
    Machine,
    /// What it points to.
    Pieces,
    /// What the pieces point to.
    Ends,
}

impl Depth {
    /// Each, the nearest first.
    pub const ALL: [Depth; 3] = [Depth::Machine, Depth::Pieces, Depth::Ends];
}

impl Machine {
    /// Reads a little of each piece at this depth; the number says nothing, but that it was read.
    pub fn touch(&self, depth: Depth) -> u64 {
        match (depth, self.rest.as_deref()) {
            (Depth::Machine, _) => self.seq,
            (Depth::Pieces, rest) => {
                let talks = self.conversations.all();
                let talks = [talks.first(), talks.get(talks.len() / 2), talks.last()];
                let talks = talks.into_iter().flatten().map(|talk| talk.last_let_through());
                let answer = self.answers.all().first();
                let answer = answer.map_or(0, |held| held.answer().at.0 as u64);
                let rest = rest.map_or(0, |rest| rest.contacts.len() as u64);
                talks.fold(self.seen.touch() ^ answer ^ rest, |all, talk| all ^ talk)
            }
            (Depth::Ends, rest) => {
                let contacts = rest.map_or(&[][..], |rest| rest.contacts.all());
                contacts.first().map_or(0, |(_, held)| held.touch())
            }
        }
    }
}
