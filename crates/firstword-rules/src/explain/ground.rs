//! What a row rests on: the facts of the machine that it looked at, each as the machine holds it.
//!
//! A machine holds what events stated and when, and not which events these were: who has the log can find the earlier
//! event behind each ground, by the person, the other party, the type and the time.

use compact_str::CompactString;

use crate::{Answer, Dated, Grant, Kind, Millis, Party, Reach, Region, Scope};

/// A fact of the machine that was looked at. Q is the other party of the event, where nothing else is said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ground {
    /// The event is one of those that are remembered (section 8).
    Seen,
    /// P's account is closed.
    Closed,
    /// P's block of Q: set, or unset again.
    Block(Dated<bool>),
    /// P's answer to a version of the terms.
    Answer(CompactString, Dated<Answer>),
    /// Where P is, where that bears on it.
    Region(Dated<Region>),
    /// P's reach, where it was set.
    Reach(Dated<Reach>),
    /// The newest utterance of Q that P's recipient gate allowed.
    Heard(Kind, Millis),
    /// The newest utterance of P to Q that P's sender gate let through, or for a message the newest `call.answered`.
    Spoke(Kind, Millis),
    /// The people whose unanswered starts are counted, each with the newest time at which P spoke to them.
    UnansweredStarts(Vec<(Party, Millis)>),
    /// The calls of Q that are counted as unanswered.
    UnansweredCalls(u8),
    /// What P said of a scope to Q.
    Grant(Scope, Dated<Grant>),
    /// The newest erasure of the contact that Q, a business, stated.
    Erased(Millis),
    /// Doubt: set, or cleared again.
    Doubt(Dated<bool>),
    /// The marketing starts that are counted, in the order of the log.
    MarketingStarts(Vec<Millis>),
}

/// What was looked at: in a phrase, and the facts of the machine behind it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sight {
    /// The phrase.
    pub saw: String,
    /// The facts; none where nothing of the kind ever happened, or where the event and the policy alone tell.
    pub rests_on: Vec<Ground>,
}

impl Sight {
    /// Seen in the event, in the policy, or in that something never happened.
    pub(crate) fn of(saw: impl Into<String>) -> Sight {
        Sight { saw: saw.into(), rests_on: Vec::new() }
    }

    /// The same with a word more, where there is one.
    pub(crate) fn and(mut self, more: Option<String>) -> Sight {
        self.saw.extend(more);
        self
    }

    /// The same, resting on a fact of the machine too, where there is one.
    pub(crate) fn on(mut self, ground: impl IntoIterator<Item = Ground>) -> Sight {
        self.rests_on.extend(ground);
        self
    }
}
