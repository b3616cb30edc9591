//! A person's machine at a time, as data and in words: what the person has and may do, by the chapters of the rules.
//!
//! A machine is the same for ever; what follows from it depends on the policy and the time. So both are asked for.

mod look;
mod words;

use firstword_engine::Engine;
use firstword_rules::{
    Answer, Dated, Grant, Machine, Millis, Name, Reach, Region, Scope, Span, Stand,
};

use crate::Duty;

/// A person's machine at a time.
#[derive(Clone, PartialEq, Debug)]
pub struct Portrait<'n> {
    /// Whose machine.
    pub person: Name<'n>,
    /// The time.
    pub at: Millis,
    /// How many decisions the machine has made.
    pub decisions: u64,
    /// The standing (section 3).
    pub stand: Stand,
    /// What the standing follows from.
    pub because: Because<'n>,
    /// Whether data may be shared with partners.
    pub shares_data: bool,
    /// The answers to terms, the newest first, and whether the policy lists the version.
    pub answers: Vec<(&'n str, Dated<Answer>, bool)>,
    /// The region, where it is known.
    pub region: Option<Dated<Region>>,
    /// The reach, where it was set.
    pub reach: Option<Dated<Reach>>,
    /// Doubt, where it was ever set.
    pub doubt: Option<Doubt>,
    /// The conversations, those that were spoken in last first.
    pub conversations: Vec<Talk<'n>>,
    /// The businesses of which something is known, by name.
    pub businesses: Vec<Business<'n>>,
    /// The parties that are or were blocked, by name.
    pub blocks: Vec<(Name<'n>, Dated<bool>)>,
    /// The duties to erase that run, the earliest deadline first.
    pub duties: Vec<Duty<'n>>,
    /// The persons written to first who have not answered.
    pub unanswered_starts: Starts<'n>,
    /// The marketing starts that count.
    pub marketing_starts: Counted,
}

/// What a standing follows from.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Because<'n> {
    /// The account is closed.
    Closed,
    /// No terms are in force.
    NoTerms,
    /// An order says that everybody stands in full.
    Order,
    /// The person accepted the terms in force, or later ones.
    Accepted {
        /// These.
        version: &'n str,
    },
    /// The person declined the terms in force, or withdrew from them.
    Refused {
        /// These.
        version: &'n str,
        /// What the person said, and when.
        answer: Dated<Answer>,
    },
    /// The person did not answer the terms in force.
    Silent {
        /// These.
        version: &'n str,
        /// Since when they are in force for the person.
        since: Millis,
    },
}

/// Doubt (section 4).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Doubt {
    /// What was stated, and when.
    pub stated: Dated<bool>,
    /// Until when it holds, where it is set and the policy lets it hold.
    pub until: Option<Millis>,
}

/// A conversation (section 2): until when who may do what, exclusive; nothing where it may not, or no longer may.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Talk<'n> {
    /// With whom.
    pub with: Name<'n>,
    /// Until when the person may reply by a message.
    pub may_reply: Option<Millis>,
    /// Until when the person may reply by a call.
    pub may_call_back: Option<Millis>,
    /// Until when the other one, a business, may reply by a message. A person's right is on that person's machine.
    pub may_be_replied: Option<Millis>,
    /// The categories for which that does not hold, because the person opted out of them later.
    pub except: Vec<Scope>,
    /// Until when a business may reply by a call.
    pub may_be_called_back: Option<Millis>,
    /// Until when the pair is live.
    pub live: Option<Millis>,
    /// Whether the person began and has not heard the other one since.
    pub unanswered: bool,
    /// The newest time at which one of the two spoke.
    pub newest: Millis,
}

/// What is known of a business (section 4).
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Business<'n> {
    /// The business.
    pub business: Name<'n>,
    /// What was stated of each scope of which anything was, and whether that has ended.
    pub scopes: Vec<(Scope, Dated<Grant>, bool)>,
    /// Its newest `contact.erased`.
    pub erased: Option<Millis>,
    /// Its calls since one was answered, and the policy's cap.
    pub unanswered_calls: (u8, Option<u8>),
}

/// Unanswered starts that count (section 6).
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Starts<'n> {
    /// To whom, by name; where the policy has no cap all that are unanswered.
    pub to: Vec<Name<'n>>,
    /// The policy's cap: how many, in which time.
    pub cap: Option<(u16, Span)>,
}

/// Marketing starts (section 6).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Counted {
    /// How many are remembered.
    pub remembered: usize,
    /// How many count, of how many, in which time; nothing where no cap holds for the person.
    pub counted: Option<(usize, u8, Span)>,
}

/// A part of a portrait in words.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Section {
    /// What it is about.
    pub heading: &'static str,
    /// A line for each thing; none where there is nothing.
    pub lines: Vec<String>,
    /// How many more things there are than lines.
    pub more: usize,
}

/// A person's machine at a time, as the engine has it; nothing where the engine never met the person.
pub fn portrait<'n>(engine: &'n Engine, person: &Name<'_>, at: Millis) -> Option<Portrait<'n>> {
    let machine = engine.machine(person)?;
    let person = engine.name(engine.find(person)?);
    Some(portrait_of(engine, person, machine, at))
}

/// A machine of this engine at a time, such as one that the engine held before.
pub fn portrait_of<'n>(
    engine: &'n Engine,
    person: Name<'n>,
    machine: &'n Machine,
    at: Millis,
) -> Portrait<'n> {
    look::Looked { engine, machine, at }.portrait(person)
}
