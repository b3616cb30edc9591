//! Events: what somebody said or what is the case, as the rules see it (EVENTS.md).
//!
//! How an event is written and read is `firstword-wire`'s matter. There is no text here: it was scanned on the
//! way in, and only the findings came along.

use std::borrow::Cow;

use crate::{Answer, Category, Millis, Name, Reach, Region, Scopes};

/// One event.
#[derive(Clone, Debug, PartialEq)]
pub struct Event<'a> {
    /// Given by the producer, who sends it again when it retries.
    pub id: Cow<'a, str>,
    /// The platform's time of receipt.
    pub at: Millis,
    /// What it says.
    pub what: What<'a>,
}

/// What an event says.
#[derive(Clone, Debug, PartialEq)]
pub enum What<'a> {
    /// A message or a call: passes one gate or two.
    Utterance(Utterance<'a>),
    /// A fact about a person: decided once, on that person's machine.
    Fact {
        /// Whose machine.
        person: Name<'a>,
        /// The fact.
        fact: Fact<'a>,
    },
}

/// A message or a call.
#[derive(Clone, Debug, PartialEq)]
pub struct Utterance<'a> {
    /// Which of the two.
    pub kind: Kind,
    /// Who speaks.
    pub from: Name<'a>,
    /// To whom.
    pub to: Name<'a>,
    /// As the event has it; see [`Utterance::category`].
    pub category: Option<Category>,
    /// What a business writes about.
    pub purpose: Option<Cow<'a, str>>,
    /// The business's sector.
    pub sector: Option<Cow<'a, str>>,
    /// Content kinds, those of the producer first, then those of the scan.
    pub findings: Vec<Cow<'a, str>>,
}

/// The two ways to speak.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Kind {
    /// `message`
    Message,
    /// `call`
    Call,
}

/// A fact about a person.
#[derive(Clone, Debug, PartialEq)]
pub enum Fact<'a> {
    /// `terms.accepted`, `terms.declined`, `terms.withdrawn`
    Terms(Answer, Cow<'a, str>),
    /// `contact.opted_in`
    OptedIn {
        /// Of which business.
        business: Name<'a>,
        /// `None` means [`Scopes::MESSAGES`].
        scopes: Option<Scopes>,
        /// Until when, exclusive.
        until: Option<Millis>,
    },
    /// `contact.opted_out`
    OptedOut {
        /// Of which business.
        business: Name<'a>,
        /// `None` means [`Scopes::ALL`].
        scopes: Option<Scopes>,
    },
    /// `contact.erased`: the business erased the contact.
    ContactErased {
        /// Which business.
        business: Name<'a>,
    },
    /// `call.answered`: the person picked up a call of the business.
    CallAnswered {
        /// Which business.
        business: Name<'a>,
    },
    /// `contact.blocked`
    Blocked(Name<'a>),
    /// `contact.unblocked`
    Unblocked(Name<'a>),
    /// `reach.set`
    ReachSet(Reach),
    /// `person.located`
    Located(Region),
    /// `person.erased`: the account is closed.
    PersonErased,
    /// `event.unreadable`: a record about the person was rejected.
    Unreadable,
    /// `doubt.cleared`
    DoubtCleared,
}

impl Event<'_> {
    /// The event's `type`, as EVENTS.md writes it.
    pub fn type_name(&self) -> &'static str {
        match &self.what {
            What::Utterance(utterance) => match utterance.kind {
                Kind::Message => "message",
                Kind::Call => "call",
            },
            What::Fact { fact, .. } => match fact {
                Fact::Terms(Answer::Accepted, _) => "terms.accepted",
                Fact::Terms(Answer::Declined, _) => "terms.declined",
                Fact::Terms(Answer::Withdrawn, _) => "terms.withdrawn",
                Fact::OptedIn { .. } => "contact.opted_in",
                Fact::OptedOut { .. } => "contact.opted_out",
                Fact::ContactErased { .. } => "contact.erased",
                Fact::CallAnswered { .. } => "call.answered",
                Fact::Blocked(_) => "contact.blocked",
                Fact::Unblocked(_) => "contact.unblocked",
                Fact::ReachSet(_) => "reach.set",
                Fact::Located(_) => "person.located",
                Fact::PersonErased => "person.erased",
                Fact::Unreadable => "event.unreadable",
                Fact::DoubtCleared => "doubt.cleared",
            },
        }
    }

    /// The parties that the event names, those that it does not left out: `from` and `to`, or the person and
    /// the business or other party.
    pub fn parties(&self) -> (&Name<'_>, Option<&Name<'_>>) {
        match &self.what {
            What::Utterance(utterance) => (&utterance.from, Some(&utterance.to)),
            What::Fact { person, fact } => (person, fact.other()),
        }
    }
}

impl Fact<'_> {
    /// The business or party that the fact is about, where there is one.
    pub fn other(&self) -> Option<&Name<'_>> {
        match self {
            Fact::OptedIn { business, .. }
            | Fact::OptedOut { business, .. }
            | Fact::ContactErased { business }
            | Fact::CallAnswered { business } => Some(business),
            Fact::Blocked(party) | Fact::Unblocked(party) => Some(party),
            Fact::Terms(..)
            | Fact::ReachSet(_)
            | Fact::Located(_)
            | Fact::PersonErased
            | Fact::Unreadable
            | Fact::DoubtCleared => None,
        }
    }
}

impl Utterance<'_> {
    /// "The category of a call is `calls`"; of a message, `service` where the event names none.
    pub fn category(&self) -> Category {
        match self.kind {
            Kind::Call => Category::Calls,
            Kind::Message => self.category.unwrap_or(Category::Service),
        }
    }

    /// Whether the findings name a content kind.
    pub fn finds(&self, kind: &str) -> bool {
        self.findings.iter().any(|finding| finding == kind)
    }

    /// "a message, Q is a business, and the findings name `opt_out`": a STOP.
    pub fn is_stop(&self) -> bool {
        self.kind == Kind::Message && !self.to.is_person() && self.finds("opt_out")
    }

    /// A message to a business whose findings name `opt_in`, and not `opt_out`.
    pub fn opts_in(&self) -> bool {
        self.kind == Kind::Message
            && !self.to.is_person()
            && self.finds("opt_in")
            && !self.finds("opt_out")
    }
}
