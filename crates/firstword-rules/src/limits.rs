//! The caps: unanswered starts, unanswered calls, marketing starts (RULES.md, section 6).

use crate::case::Case;
use crate::{Conversation, Kind, Machine, Millis, Party, Span};

/// The unanswered starts of P, each with the time that counts.
pub(crate) fn unanswered_starts(
    case: &Case<'_, '_>,
    per: Span,
) -> impl Iterator<Item = (Party, Millis)> {
    let starts = case.machine.unanswered_starts(case.at(), per);
    starts.filter_map(|held| Some((held.party(), newest(held)?)))
}

/// The calls of the business since one was answered.
pub(crate) fn unanswered_calls(case: &Case<'_, '_>) -> u8 {
    case.contact.map_or(0, |contact| contact.unanswered_calls())
}

/// The marketing starts of P.
pub(crate) fn marketing_starts(case: &Case<'_, '_>, per: Span) -> impl Iterator<Item = Millis> {
    case.machine.marketing_starts_in(case.at(), per)
}

fn newest(held: &Conversation) -> Option<Millis> {
    held.spoke(Kind::Message).max(held.spoke(Kind::Call))
}

/// What is counted, at a time when nobody speaks as well.
impl Machine {
    /// "The unanswered starts of P at t are the persons, Q among them, whose `unanswered` is set and whose newest
    /// `spoke_*` time u has t < u + per."
    pub fn unanswered_starts(&self, at: Millis, per: Span) -> impl Iterator<Item = &Conversation> {
        let unanswered = |held: &&Conversation| held.party().is_person() && held.unanswered();
        let starts = self.conversations().iter().filter(unanswered);
        starts.filter(move |held| newest(held).is_some_and(|newest| at < newest + per))
    }

    /// "**Marketing starts** of P at t: the number of marketing messages to P allowed as `start` or `continue`, from
    /// any business, with t - per < `at`", of those remembered.
    pub fn marketing_starts_in(&self, at: Millis, per: Span) -> impl Iterator<Item = Millis> {
        self.marketing_starts().filter(move |start| at - per < *start)
    }
}
