//! Where the pieces of a machine lie in memory. Nothing here has a meaning for the rules.
//!
//! A machine is in pieces, and each piece is known only when the one before it has come from memory. Who decides many
//! events asks for all their machines at one depth, then at the next: memory brings many pieces in the time of one.

use std::slice;

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

/// So many bytes come from memory together.
const LINE: usize = 64;

impl Machine {
    /// Gives an address in each line of memory that deciding will read at this depth, as a rule.
    pub fn lines(&self, depth: Depth, mut each: impl FnMut(*const u8)) {
        match depth {
            Depth::Machine => lines(slice::from_ref(self), &mut each),
            Depth::Pieces => {
                lines(self.seen.all(), &mut each);
                let talks = self.conversations.all();
                for talk in [talks.first(), talks.get(talks.len() / 2), talks.last()] {
                    lines(talk.map(slice::from_ref).unwrap_or_default(), &mut each);
                }
                lines(self.answers.all().get(..1).unwrap_or_default(), &mut each);
                lines(self.rest.as_deref().map(slice::from_ref).unwrap_or_default(), &mut each);
            }
            Depth::Ends => lines(self.contacts().get(..1).unwrap_or_default(), &mut each),
        }
    }
}

fn lines<T>(things: &[T], each: &mut impl FnMut(*const u8)) {
    let bytes = things.as_ptr_range();
    let (start, end) = (bytes.start.cast::<u8>(), bytes.end.cast::<u8>());
    let mut at = start;
    while at < end {
        each(at);
        at = at.wrapping_add(LINE);
    }
    if start < end {
        each(end.wrapping_sub(1));
    }
}
