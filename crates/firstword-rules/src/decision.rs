//! Decisions: what a machine said to an event, with all that the machine needs to advance by it
//! (DECISIONS.md). How a decision is written is `firstword-wire`'s matter.

use crate::{Basis, Event, Mark, Millis, Name, Party, Reason, Side, Standing, What};

/// The edition of RULES.md that this code follows (section 10).
pub const EDITION: u32 = 1;

/// One event at one machine: in which part the machine's person meets it, and who the other party is there.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Visit<'e> {
    /// The event.
    pub event: &'e Event<'e>,
    /// What the event's mark is; the same at both gates.
    pub mark: Mark,
    /// The part of the machine's person.
    pub role: Role,
    /// The other party, by number, where the event names one.
    pub peer: Option<Party>,
}

/// The part that a machine's person has in an event.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Role {
    /// The person speaks: the sender's gate.
    Sender,
    /// The person is spoken to: the recipient's gate, with `as` of the sender's gate if a person speaks.
    Recipient(Option<Basis>),
    /// The event states a fact about the person.
    Subject,
}

/// What a machine decided. A basis without `allowed` or a reason without `denied` cannot be written.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Verdict {
    /// Delivered, as this.
    Allowed(Basis),
    /// Let through by the sender's gate, to the recipient's.
    Forwarded(Basis),
    /// Not delivered, for this reason.
    Denied(Reason),
    /// A fact that changed the machine.
    Recorded,
    /// A fact that did not, for this reason.
    Ignored(Reason),
    /// Seen before: nothing changes and it goes no further (section 8).
    Duplicate,
}

/// One decision of one machine.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Decision<'e> {
    /// The event, and whose decision this is.
    pub visit: Visit<'e>,
    /// The number of this decision among the person's, from 1, without gap or repeat.
    pub seq: u64,
    /// What was decided.
    pub verdict: Verdict,
    /// The row of RULES.md that decided; utterances only.
    pub row: Option<&'static str>,
    /// The person's standing at the event's time, after it; utterances, terms and regions only.
    pub standing: Option<Standing>,
    /// Whether the person's data may be shared with partners then; where `standing` is.
    pub shares_data: Option<bool>,
    /// The policy does not list the version; a recorded answer to terms only.
    pub unlisted: bool,
    /// When the business must have erased the contact; where an opt-out leaves a duty that runs.
    pub erase_by: Option<Millis>,
    /// Whether the deadline had passed; where `contact.erased` ends a duty.
    pub late: Option<bool>,
}

impl Verdict {
    /// The verdict as DECISIONS.md writes it.
    pub fn as_str(self) -> &'static str {
        match self {
            Verdict::Allowed(_) => "allowed",
            Verdict::Forwarded(_) => "forwarded",
            Verdict::Denied(_) => "denied",
            Verdict::Recorded => "recorded",
            Verdict::Ignored(_) => "ignored",
            Verdict::Duplicate => "duplicate",
        }
    }

    /// What the utterance was let through as.
    pub fn basis(self) -> Option<Basis> {
        match self {
            Verdict::Allowed(basis) | Verdict::Forwarded(basis) => Some(basis),
            _ => None,
        }
    }

    /// Why it was denied or ignored.
    pub fn reason(self) -> Option<Reason> {
        match self {
            Verdict::Denied(reason) | Verdict::Ignored(reason) => Some(reason),
            _ => None,
        }
    }
}

impl Role {
    /// The gate that the person's part leads to.
    pub fn side(self) -> Option<Side> {
        match self {
            Role::Sender => Some(Side::Sender),
            Role::Recipient(_) => Some(Side::Recipient),
            Role::Subject => None,
        }
    }
}

impl<'e> Visit<'e> {
    /// The person whose machine decides.
    pub fn person(&self) -> &'e Name<'e> {
        match (&self.event.what, self.role) {
            (What::Utterance(utterance), Role::Recipient(_)) => &utterance.to,
            (What::Utterance(utterance), _) => &utterance.from,
            (What::Fact { person, .. }, _) => person,
        }
    }
}

impl<'e> Decision<'e> {
    /// A decision with what its machine needs to advance, and no more.
    pub fn recorded(visit: Visit<'e>, seq: u64, verdict: Verdict) -> Decision<'e> {
        Decision {
            visit,
            seq,
            verdict,
            row: None,
            standing: None,
            shares_data: None,
            unlisted: false,
            erase_by: None,
            late: None,
        }
    }

    /// Whether the event goes on to another gate: a forwarded decision is an inner step.
    pub fn is_final(&self) -> bool {
        !matches!(self.verdict, Verdict::Forwarded(_))
    }
}
