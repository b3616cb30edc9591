//! What a machine remembers of the talk with one party: four times, and whether a start is unanswered
//! (RULES.md, sections 2 and 6).

use super::dated::Stamp;
use super::shelf::Item;
use crate::{Kind, Millis, Party};

/// The conversation of P with Q.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Conversation {
    party: [u16; 2],
    /// The number of the decision that let the last utterance through; its flag is `unanswered`.
    last: Stamp,
    heard_message: Stamp,
    heard_call: Stamp,
    spoke_message: Stamp,
    spoke_call: Stamp,
}

impl Item for Conversation {
    fn party(&self) -> Party {
        Conversation::party(self)
    }
}

impl Conversation {
    pub(crate) fn new(party: Party) -> Conversation {
        let unset = Stamp::default();
        let bits = party.to_bits();
        Conversation {
            party: [(bits >> 16) as u16, bits as u16],
            last: unset,
            heard_message: unset,
            heard_call: unset,
            spoke_message: unset,
            spoke_call: unset,
        }
    }

    /// A conversation from its parts, as a snapshot holds them: the times in the order heard message, heard
    /// call, spoke message, spoke call.
    pub fn restored(
        party: Party,
        last: u64,
        unanswered: bool,
        times: [Option<Millis>; 4],
    ) -> Conversation {
        let [heard_message, heard_call, spoke_message, spoke_call] = times.map(Stamp::from);
        let new = Conversation::new(party);
        let mut restored =
            Conversation { heard_message, heard_call, spoke_message, spoke_call, ..new };
        restored.last.set(last);
        restored.set_unanswered(unanswered);
        restored
    }

    /// Q.
    pub fn party(&self) -> Party {
        let [high, low] = self.party;
        Party::from_bits(u32::from(high) << 16 | u32::from(low))
    }

    /// `heard_message` or `heard_call`: the newest utterance of Q that P's recipient gate allowed.
    pub fn heard(&self, kind: Kind) -> Option<Millis> {
        match kind {
            Kind::Message => self.heard_message.get(),
            Kind::Call => self.heard_call.get(),
        }
    }

    /// `spoke_message` or `spoke_call`: the newest utterance of P to Q that P's sender gate let through.
    pub fn spoke(&self, kind: Kind) -> Option<Millis> {
        match kind {
            Kind::Message => self.spoke_message.get(),
            Kind::Call => self.spoke_call.get(),
        }
    }

    /// Whether P began and Q has not been heard since (section 6).
    pub fn unanswered(&self) -> bool {
        self.last.flag()
    }

    /// The number of P's decision by which the last utterance was let through.
    pub fn last_let_through(&self) -> u64 {
        self.last.value()
    }

    pub(crate) fn hear(&mut self, kind: Kind, at: Millis) {
        match kind {
            Kind::Message => self.heard_message.raise(at),
            Kind::Call => self.heard_call.raise(at),
        }
    }

    pub(crate) fn speak(&mut self, kind: Kind, at: Millis) {
        match kind {
            Kind::Message => self.spoke_message.raise(at),
            Kind::Call => self.spoke_call.raise(at),
        }
    }

    pub(crate) fn set_unanswered(&mut self, unanswered: bool) {
        self.last.set_flag(unanswered);
    }

    pub(crate) fn set_last_let_through(&mut self, seq: u64) {
        self.last.set(seq);
    }
}
