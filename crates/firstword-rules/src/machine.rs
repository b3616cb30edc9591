//! What the engine knows of one person (RULES.md, sections 1 and 2).
//!
//! Small on purpose: a platform keeps one for everybody. Only what the rules name is kept, parties by number,
//! times in six bytes, and nothing at all of what never happened. `evolve` is the only one who writes here.

mod answers;
mod contact;
mod conversation;
mod dated;
mod near;
mod seen;
mod shelf;

pub(crate) use answers::KEPT as ANSWERS;
pub use answers::{Answered, Answers};
pub use contact::{Contact, Grant};
pub use conversation::Conversation;
pub use dated::{Dated, Weighs};
pub use near::Depth;
pub use seen::Seen;
pub(crate) use shelf::Shelf;

pub(crate) use dated::{Held, Stamp, changes, state};

use crate::{Millis, Party, Reach, Region};

/// How many parties' conversations a machine remembers (section 2).
pub const CONVERSATIONS: usize = 1_024;
/// How many marketing starts it remembers (section 6).
pub const MARKETING_STARTS: usize = 16;
/// How many unanswered calls of a business it counts (section 4).
pub const UNANSWERED_CALLS: u8 = 16;

/// One person's machine.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Machine {
    pub(crate) seq: u64,
    pub(crate) closed: bool,
    pub(crate) seen: Seen,
    pub(crate) conversations: Shelf<Conversation>,
    pub(crate) answers: Answers,
    pub(crate) region: Option<Held<Region>>,
    /// What most people never have.
    pub(crate) rest: Option<Box<Rest>>,
}

#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub(crate) struct Rest {
    pub(crate) reach: Option<Held<Reach>>,
    pub(crate) doubt: Option<Held<bool>>,
    pub(crate) contacts: Shelf<(Party, Contact)>,
    pub(crate) blocks: Shelf<(Party, Dated<bool>)>,
    pub(crate) marketing_starts: Box<[Stamp]>,
}

impl Machine {
    /// How many decisions the machine has made.
    pub fn seq(&self) -> u64 {
        self.seq
    }

    /// Passes over decisions that changed nothing, or that are not at hand, up to the one of this number: for whoever
    /// folds a journal.
    pub fn pass(&mut self, seq: u64) {
        self.seq = seq;
    }

    /// Whether the person's account is closed (section 7).
    pub fn is_closed(&self) -> bool {
        self.closed
    }

    /// The events that it would know again (section 8).
    pub fn seen(&self) -> &Seen {
        &self.seen
    }

    /// The conversation with a party, if it is remembered.
    pub fn conversation(&self, party: Party) -> Option<&Conversation> {
        self.conversations.find(party)
    }

    /// All conversations that it remembers, by the party's number.
    pub fn conversations(&self) -> &[Conversation] {
        self.conversations.all()
    }

    /// What is known of a business: the scopes, its erasure, its unanswered calls.
    pub fn contact(&self, business: Party) -> Option<&Contact> {
        self.rest.as_deref()?.contacts.find(business).map(|(_, contact)| contact)
    }

    /// All businesses of which something is known, by number.
    pub fn contacts(&self) -> &[(Party, Contact)] {
        self.rest.as_deref().map_or(&[], |rest| rest.contacts.all())
    }

    /// Whether a party is blocked, or was.
    pub fn block(&self, party: Party) -> Option<Dated<bool>> {
        self.rest.as_deref()?.blocks.find(party).map(|(_, block)| *block)
    }

    /// All parties that are or were blocked, by number.
    pub fn blocks(&self) -> &[(Party, Dated<bool>)] {
        self.rest.as_deref().map_or(&[], |rest| rest.blocks.all())
    }

    /// The person's answers to terms.
    pub fn answers(&self) -> &[Answered] {
        self.answers.all()
    }

    /// The person's region.
    pub fn region(&self) -> Option<Dated<Region>> {
        self.region.map(Held::get)
    }

    /// The person's reach, where it was set.
    pub fn reach(&self) -> Option<Dated<Reach>> {
        self.rest.as_deref()?.reach.map(Held::get)
    }

    /// Whether doubt is set, or was cleared (section 4).
    pub fn doubt(&self) -> Option<Dated<bool>> {
        self.rest.as_deref()?.doubt.map(Held::get)
    }

    /// The last marketing starts, in the order of the log.
    pub fn marketing_starts(&self) -> impl ExactSizeIterator<Item = Millis> {
        let starts = self.rest.as_deref().map_or(&[][..], |rest| &rest.marketing_starts);
        starts.iter().map(|start| start.millis())
    }

    /// The bytes that the machine keeps outside itself.
    pub fn heap_bytes(&self) -> usize {
        let rest = self.rest.as_deref().map_or(0, |rest| {
            size_of::<Rest>()
                + rest.contacts.heap_bytes()
                + rest.blocks.heap_bytes()
                + size_of_val(&*rest.marketing_starts)
        });
        let answers = self.answers.heap_bytes();
        self.seen.heap_bytes() + self.conversations.heap_bytes() + answers + rest
    }

    pub(crate) fn rest_mut(&mut self) -> &mut Rest {
        self.rest.get_or_insert_default()
    }

    /// The conversation with a party, made if need be; the one whose last utterance is the oldest in the order
    /// of the log goes if there would be too many.
    pub(crate) fn conversation_mut(&mut self, party: Party) -> &mut Conversation {
        if self.conversations.find(party).is_none() && self.conversations.len() >= CONVERSATIONS {
            let oldest = self.conversations.all().iter().min_by_key(|held| held.last_let_through());
            if let Some(oldest) = oldest.map(|held| held.party()) {
                self.conversations.remove(oldest);
            }
        }
        self.conversations.find_or_insert(party, Conversation::new)
    }

    pub(crate) fn contact_mut(&mut self, business: Party) -> &mut Contact {
        let new = |party| (party, Contact::default());
        &mut self.rest_mut().contacts.find_or_insert(business, new).1
    }
}

/// A machine put together from its parts, as a snapshot holds them; for `firstword-wire`.
#[derive(Clone, Debug, Default)]
#[expect(missing_docs, reason = "each field is what the accessor of its name gives")]
pub struct Parts {
    pub seq: u64,
    pub closed: bool,
    /// Oldest first.
    pub seen: Vec<crate::Mark>,
    pub conversations: Vec<Conversation>,
    pub region: Option<Dated<Region>>,
    pub reach: Option<Dated<Reach>>,
    pub doubt: Option<Dated<bool>>,
    pub answers: Vec<Answered>,
    pub contacts: Vec<(Party, Contact)>,
    pub blocks: Vec<(Party, Dated<bool>)>,
    /// In the order of the log.
    pub marketing_starts: Vec<Millis>,
}

impl From<Parts> for Machine {
    fn from(parts: Parts) -> Machine {
        let seen = Seen::from_items(parts.seen);
        let conversations = Shelf::from_items(parts.conversations);
        let rest = Rest {
            reach: parts.reach.map(Held::from),
            doubt: parts.doubt.map(Held::from),
            contacts: Shelf::from_items(parts.contacts),
            blocks: Shelf::from_items(parts.blocks),
            marketing_starts: parts.marketing_starts.into_iter().map(Stamp::from).collect(),
        };
        let rest = (rest != Rest::default()).then(|| Box::new(rest));
        Machine {
            seq: parts.seq,
            closed: parts.closed,
            seen,
            conversations,
            answers: Answers::from_items(parts.answers),
            region: parts.region.map(Held::from),
            rest,
        }
    }
}
