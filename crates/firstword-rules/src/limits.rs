//! The caps: unanswered starts, unanswered calls, marketing starts (RULES.md, section 6).

use crate::case::Case;
use crate::{Kind, Millis, Party, Span};

/// "The unanswered starts of P at t are the persons, Q among them, whose `unanswered` is set and whose newest
/// `spoke_*` time u has t < u + per."
/// Each with that time.
pub(crate) fn unanswered_starts(
    case: &Case<'_, '_>,
    per: Span,
) -> impl Iterator<Item = (Party, Millis)> {
    let at = case.at();
    let conversations = case.machine.conversations().iter();
    let unanswered = conversations.filter(|held| held.party().is_person() && held.unanswered());
    unanswered.filter_map(move |held| {
        let newest = held.spoke(Kind::Message).max(held.spoke(Kind::Call))?;
        (at < newest + per).then_some((held.party(), newest))
    })
}

/// The calls of the business since one was answered.
pub(crate) fn unanswered_calls(case: &Case<'_, '_>) -> u8 {
    case.contact.map_or(0, |contact| contact.unanswered_calls())
}

/// "**Marketing starts** of P at t: the number of marketing messages to P allowed as `start` or `continue`, from
/// any business, with t - per < `at`", of those remembered.
pub(crate) fn marketing_starts(case: &Case<'_, '_>, per: Span) -> impl Iterator<Item = Millis> {
    let since: Millis = case.at() - per;
    case.machine.marketing_starts().filter(move |start| since < *start)
}
