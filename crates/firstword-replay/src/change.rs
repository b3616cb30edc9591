//! What one step changed: a machine before and after one visit, compared in the words of the rules.
//!
//! Three things change at nearly every step and are left out, since no rule speaks of them as of something that
//! somebody has or may do: the number of the decision, the memory of events (section 8), and which conversation was the
//! last to be spoken in (section 2, "Memory"). All else that is different between two machines is a change.
//!
//! It compares and names; it decides nothing and knows no event.

mod compare;
pub(crate) mod words;

use firstword_engine::Engine;
use firstword_rules::{
    Answer, Dated, Grant, Kind, Machine, Millis, Name, Party, Reach, Region, Scope, Span, Stand,
};

use crate::Duty;

/// One thing that is otherwise after a visit. Displayed in the words of the rules; the person whose machine it is is
/// not named.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Change<'n> {
    /// The account was closed and everything dropped but the duties that run; nothing else is told of such a step.
    Closed {
        /// Those duties.
        duties: Vec<Duty<'n>>,
    },
    /// The standing at the visit's time, where it would have been another without the visit.
    Standing {
        /// Without the visit.
        was: Stand,
        /// With it.
        now: Stand,
    },
    /// Whether data may be shared, where it is otherwise than without the visit.
    SharesData(bool),
    /// An answer to a terms version.
    Answered {
        /// The version.
        version: &'n str,
        /// The answer before.
        was: Option<Answer>,
        /// The answer now.
        now: Dated<Answer>,
    },
    /// An answer that is no longer kept, because there are 16 newer ones.
    AnswerForgotten {
        /// The version.
        version: &'n str,
    },
    /// The region.
    Located {
        /// The region before.
        was: Option<Region>,
        /// The region now.
        now: Dated<Region>,
    },
    /// The reach.
    Reach {
        /// The reach before, as stated.
        was: Option<Reach>,
        /// The reach now.
        now: Dated<Reach>,
    },
    /// Doubt was set or cleared, or set anew.
    Doubt {
        /// Whether it was set before.
        was: bool,
        /// Whether it is now, and since when.
        now: Dated<bool>,
        /// Until when it holds, where the policy lets it hold at all.
        until: Option<Millis>,
    },
    /// What the person lets a business do: the scopes of which the same was stated at once.
    Permission {
        /// The business.
        business: Name<'n>,
        /// The scopes.
        scopes: Vec<Scope>,
        /// What was stated of them.
        now: Dated<Grant>,
    },
    /// A business stated that it erased the contact.
    Erased {
        /// The business.
        business: Name<'n>,
        /// When.
        at: Millis,
    },
    /// A duty to erase began, or a new term of it.
    Owes(Duty<'n>),
    /// A duty to erase is no more.
    OwesNoMore {
        /// The duty.
        duty: Duty<'n>,
        /// Whether an erasure ended it, and then whether that was late; else an opt-in did.
        late: Option<bool>,
    },
    /// How often a business called without an answer.
    UnansweredCalls {
        /// The business.
        business: Name<'n>,
        /// How often now.
        count: u8,
    },
    /// A block of a party, or the end of one.
    Block {
        /// The party.
        party: Name<'n>,
        /// What was stated before.
        was: Option<bool>,
        /// What is stated now.
        now: Dated<bool>,
    },
    /// The person heard a party, later than ever before in this way.
    Heard {
        /// The party.
        from: Name<'n>,
        /// A message or a call.
        kind: Kind,
        /// When.
        at: Millis,
        /// Until when the person may reply in this way; an earlier call may reach further than this message.
        until: Millis,
    },
    /// The person spoke to a party, later than ever before in this way, or picked up its call.
    Spoke {
        /// The party.
        to: Name<'n>,
        /// A message or a call.
        kind: Kind,
        /// When.
        at: Millis,
        /// What that gives the other one.
        gives: Gives,
    },
    /// A start of this person is not answered yet.
    Unanswered {
        /// To whom.
        to: Name<'n>,
        /// How many starts are unanswered now, and the policy's cap, where that counts them.
        count: Option<(usize, u16, Span)>,
    },
    /// The party to whom the person began was heard.
    AnsweredStart {
        /// Who it is.
        by: Name<'n>,
    },
    /// The marketing starts that are remembered: how many count now, and the policy's cap, where it has one.
    MarketingStarts {
        /// How many are remembered.
        remembered: usize,
        /// How many count, of how many, in which time.
        counted: Option<(usize, u8, Span)>,
    },
    /// The conversation is forgotten, because there are 1,024 newer ones.
    Forgotten {
        /// With whom.
        with: Name<'n>,
    },
}

/// What the words of a person give to the one who hears them.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Gives {
    /// To a person: the pair is live until then. The right to reply is on the other's machine.
    Life {
        /// Exclusive.
        until: Millis,
    },
    /// To a business: the right to reply.
    Reply {
        /// Exclusive.
        until: Millis,
        /// The categories for which it does not hold, because the person opted out of their scope later.
        except: Vec<Scope>,
    },
    /// To a business, nothing: the person opted out, or came into doubt, later.
    Nothing,
}

/// What is otherwise on a machine after a visit, the most important first; nothing where all is as it was.
///
/// Both machines are of this engine, whose policy says what follows from them at the visit's time `at`.
pub fn changes<'n>(
    engine: &'n Engine,
    at: Millis,
    person: &Name<'_>,
    before: &'n Machine,
    after: &'n Machine,
) -> Vec<Change<'n>> {
    // Whose machine it is, the engine has met.
    let party = engine.find(person).unwrap_or(Party::stranger(person.kind));
    let person = engine.name(party);
    compare::compare(&compare::Step { engine, at, person, before, after })
}
