//! The caps: unanswered starts, unanswered calls, marketing starts (RULES.md, section 6).

use crate::case::Case;
use crate::{Kind, Millis, Span};

/// "The unanswered starts of P at t are the persons, Q among them, whose `unanswered` is set and whose newest
/// `spoke_*` time u has t < u + per."
pub(crate) fn unanswered_starts(case: &Case<'_, '_>, per: Span) -> usize {
    let conversations = case.machine.conversations().iter();
    let unanswered = conversations.filter(|held| held.party().is_person() && held.unanswered());
    unanswered
        .filter(|held| {
            let newest = held.spoke(Kind::Message).max(held.spoke(Kind::Call));
            newest.is_some_and(|newest| case.at() < newest + per)
        })
        .count()
}

/// The calls of the business since one was answered.
pub(crate) fn unanswered_calls(case: &Case<'_, '_>) -> u8 {
    case.contact.map_or(0, |contact| contact.unanswered_calls())
}

/// "**Marketing starts** of P at t: the number of marketing messages to P allowed as `start` or `continue`, from
/// any business, with t - per < `at`", of those remembered.
pub(crate) fn marketing_starts(case: &Case<'_, '_>, per: Span) -> usize {
    let since: Millis = case.at() - per;
    case.machine.marketing_starts().filter(|start| since < *start).count()
}
