//! Events that are no utterance: is the fact recorded, and if not, why not? (RULES.md, sections 1, 3, 4, 7)

use crate::case::Case;
use crate::facts::{account_is_closed, was_seen};
use crate::machine::{Contact, changes};
use crate::{Dated, Fact, Grant, Kind, Millis, Reason, Scopes, Verdict, rights};

/// "Where several grounds to ignore an event hold, they are tried in this order: `closed`, seen, `expired` or
/// `no_call`, `stale`."
pub(crate) fn verdict(case: &Case<'_, '_>, fact: &Fact<'_>) -> Verdict {
    if account_is_closed(case) && !ends_a_duty_that_outlived_the_account(case, fact) {
        Verdict::Ignored(Reason::Closed)
    } else if was_seen(case) {
        Verdict::Duplicate
    } else if let Some(reason) = void(case, fact) {
        Verdict::Ignored(reason)
    } else if !would_change(case, fact) {
        Verdict::Ignored(Reason::Stale)
    } else {
        Verdict::Recorded
    }
}

/// What an opt-in or an opt-out of a business says of which scopes.
pub(crate) fn grant(fact: &Fact<'_>, at: Millis) -> Option<(Scopes, Dated<Grant>)> {
    let stated = |value| Dated { at, value };
    match fact {
        Fact::OptedIn { scopes, until, .. } => {
            Some((scopes.unwrap_or(Scopes::MESSAGES), stated(Grant::In { until: *until })))
        }
        Fact::OptedOut { scopes, .. } => Some((scopes.unwrap_or(Scopes::ALL), stated(Grant::Out))),
        _ => None,
    }
}

/// After `person.erased` every fact is ignored, "except `contact.erased` of a business whose duty runs".
fn ends_a_duty_that_outlived_the_account(case: &Case<'_, '_>, fact: &Fact<'_>) -> bool {
    matches!(fact, Fact::ContactErased { .. })
        && case.contact.and_then(Contact::duty_since).is_some()
}

/// Grounds that lie in the event itself.
fn void(case: &Case<'_, '_>, fact: &Fact<'_>) -> Option<Reason> {
    match fact {
        Fact::OptedIn { until: Some(until), .. } if *until <= case.at() => Some(Reason::Expired),
        Fact::CallAnswered { .. } if !a_call_rings(case) => Some(Reason::NoCall),
        _ => None,
    }
}

/// "`heard_call` <= t < `heard_call` + `conversation.reply_window`".
fn a_call_rings(case: &Case<'_, '_>) -> bool {
    let call = rights::heard(case, Kind::Call);
    call.is_some_and(|call| call <= case.at())
        && rights::open(call, case.at(), case.policy.reply_window)
}

/// "A first fact about a thing is always recorded; an event that changes nothing is ignored."
fn would_change(case: &Case<'_, '_>, fact: &Fact<'_>) -> bool {
    let (machine, at) = (case.machine, case.at());
    let contact = || case.contact.copied().unwrap_or_default();
    match fact {
        Fact::Terms(answer, version) => {
            let new = Dated { at, value: *answer };
            machine.answers.changed_by(version, new)
        }
        Fact::OptedIn { .. } | Fact::OptedOut { .. } => grant(fact, at)
            .is_some_and(|(scopes, new)| !contact().changed_by(scopes, new).is_empty()),
        Fact::ContactErased { .. } => contact().erased().is_none_or(|erased| erased < at),
        Fact::Blocked(_) | Fact::Unblocked(_) => {
            let value = matches!(fact, Fact::Blocked(_));
            let held = case.visit.peer.and_then(|peer| machine.block(peer));
            changes(held, &Dated { at, value })
        }
        Fact::ReachSet(value) => changes(machine.reach(), &Dated { at, value: *value }),
        Fact::Located(value) => changes(machine.region(), &Dated { at, value: *value }),
        Fact::Unreadable => changes(machine.doubt(), &Dated { at, value: true }),
        Fact::DoubtCleared => changes(machine.doubt(), &Dated { at, value: false }),
        // "It is recorded even if it changes neither" (section 4): a call that rang was answered.
        Fact::CallAnswered { .. } | Fact::PersonErased => true,
    }
}
