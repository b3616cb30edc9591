//! What is looked at of the talk between P and Q: the words that give a right, those that keep the pair live, the
//! starts that nobody answered, and what the sender's gate said.

use crate::case::Case;
use crate::explain::{Ground, Sight};
use crate::machine::CONVERSATIONS;
use crate::{Grant, Kind, Millis, Role, Scopes, limits, permission, rights};

const KINDS: [Kind; 2] = [Kind::Message, Kind::Call];

/// The words that give the right to reply, and until when they do.
pub(super) fn right(case: &Case<'_, '_>) -> Sight {
    let recipient = matches!(case.visit.role, Role::Recipient(_));
    let words = KINDS.into_iter().zip(rights::words_to_reply_to(case));
    if let Some((at, kind)) = newest(words) {
        let until = at + case.policy.reply_window;
        let (who, ground) = match recipient {
            true => ("P spoke to Q", Ground::Spoke(kind, at)),
            false => ("P heard Q", Ground::Heard(kind, at)),
        };
        let sight = Sight::of(format!(
            "{who} at {at}, which gives the right to reply until {until}{}",
            over(until, case)
        ));
        let (yet, grounds) = if recipient { not_cut_off(case, at) } else { (None, Vec::new()) };
        return sight.and(yet).on([ground]).on(grounds);
    }
    let usable: &[Kind] = if case.kind() == Kind::Call { &[Kind::Call] } else { &KINDS };
    let cut_off = if recipient { cut_off(case, usable) } else { None };
    cut_off.unwrap_or_else(|| nothing_to_reply_to(case, recipient))
}

/// The newest words of P to a business of these kinds that count no more: P opted out since, or came into doubt.
fn cut_off(case: &Case<'_, '_>, kinds: &[Kind]) -> Option<Sight> {
    let floor = permission::floor(case).filter(|_| !case.peer_is_person())?;
    let spoke = |kind: &Kind| (*kind, case.conversation.and_then(|talk| talk.spoke(*kind)));
    let (spoke, kind) = newest(kinds.iter().map(spoke)).filter(|(spoke, _)| *spoke <= floor)?;
    let (did, behind) = behind(floor, case);
    let saw = format!("P spoke to Q at {spoke}, but {did} at {floor}");
    Some(Sight::of(saw).on([Ground::Spoke(kind, spoke)]).on(behind))
}

/// Why words of P to a business count though P opted out or came into doubt: they came after it, or it was not of
/// everything, or was cleared.
fn not_cut_off(case: &Case<'_, '_>, spoke: Millis) -> (Option<String>, Vec<Ground>) {
    if case.peer_is_person() {
        return (None, Vec::new());
    }
    if let Some(floor) = permission::floor(case) {
        let (did, behind) = behind(floor, case);
        return (Some(format!("; that was after P {did} at {floor}")), behind);
    }
    let newer = |scope| {
        let grant = case.contact?.scope(scope).filter(|grant| grant.at > spoke)?;
        Some(Ground::Grant(scope, grant))
    };
    let since: Vec<_> = Scopes::MESSAGES.iter().filter_map(newer).collect();
    let is_out =
        |ground: &Ground| matches!(ground, Ground::Grant(_, grant) if grant.value == Grant::Out);
    if since.iter().any(is_out) {
        return (Some("; P opted out since, but not of all messages".to_owned()), since);
    }
    match case.machine.doubt().filter(|doubt| !doubt.value && doubt.at > spoke) {
        Some(cleared) => {
            (Some(format!("; doubt was cleared at {}", cleared.at)), vec![Ground::Doubt(cleared)])
        }
        None => (None, Vec::new()),
    }
}

/// There are no words to reply to; by a call there may be a message.
fn nothing_to_reply_to(case: &Case<'_, '_>, recipient: bool) -> Sight {
    let message = match recipient {
        true => rights::spoke(case, Kind::Message),
        false => rights::heard(case, Kind::Message),
    };
    let ground = if recipient { Ground::Spoke } else { Ground::Heard };
    match (message.filter(|_| case.kind() == Kind::Call), recipient) {
        (Some(at), _) => {
            let rang = rights::heard(case, Kind::Call).is_some_and(|call| call <= at);
            Sight::of(match (recipient, rang && !case.peer_is_person()) {
                // Whoever picks up a call has as good as written.
                (true, true) => format!(
                    "P wrote to Q, or answered its call, at {at}, but neither gives a right to call"
                ),
                (true, false) => {
                    format!("P wrote to Q at {at}, but a message gives no right to call")
                }
                (false, _) => format!("Q wrote to P at {at}, but a message gives no right to call"),
            })
            .on([ground(Kind::Message, at)])
        }
        (None, true) => {
            Sight::of("P said nothing to Q that gives the right to reply").and(forgotten(case))
        }
        (None, false) => {
            Sight::of("P heard nothing from Q that gives the right to reply").and(forgotten(case))
        }
    }
}

/// That words with Q may have been forgotten, where nothing of Q is remembered and there are more than can be.
fn forgotten(case: &Case<'_, '_>) -> Option<String> {
    let full = case.machine.conversations().len() >= CONVERSATIONS;
    (full && case.conversation.is_none())
        .then(|| format!(", as far as the {CONVERSATIONS} conversations that are remembered tell"))
}

/// What P did that set the floor, and the facts of it: an opt-out from what is needed or from all messages, or doubt.
fn behind(floor: Millis, case: &Case<'_, '_>) -> (&'static str, Vec<Ground>) {
    let out = |scope| {
        let grant = case.contact.and_then(|contact| contact.scope(scope))?;
        (grant.value == Grant::Out).then_some(Ground::Grant(scope, grant))
    };
    let at_floor = |ground: &Ground| matches!(ground, Ground::Grant(_, grant) if grant.at == floor);
    if let Some(needed) = case.needed_scope().and_then(out).filter(at_floor) {
        return ("opted out", vec![needed]);
    }
    if case.contact.and_then(|contact| contact.all_out_since()) == Some(floor) {
        return ("opted out", Scopes::MESSAGES.iter().filter_map(out).collect());
    }
    ("came into doubt", case.machine.doubt().map(Ground::Doubt).into_iter().collect())
}

/// The words that keep the pair live, and until when they do.
pub(super) fn liveness(case: &Case<'_, '_>) -> Sight {
    let [heard_message, heard_call, spoke_message, spoke_call] = rights::words(case);
    let heard = newest(KINDS.into_iter().zip([heard_message, heard_call]));
    let spoke = newest(KINDS.into_iter().zip([spoke_message, spoke_call]));
    let (at, ground) = match (heard, spoke) {
        (None, None) => {
            let nothing = || Sight::of("nothing between P and Q keeps the pair live");
            return cut_off(case, &KINDS).unwrap_or_else(|| nothing().and(forgotten(case)));
        }
        (Some((at, kind)), spoke) if spoke.is_none_or(|(spoke, _)| spoke <= at) => {
            (at, Ground::Heard(kind, at))
        }
        (_, Some((at, kind))) | (Some((at, kind)), None) => (at, Ground::Spoke(kind, at)),
    };
    let until = at + case.policy.idle;
    Sight::of(format!(
        "P and Q spoke at {at}, which keeps the pair live until {until}{}",
        over(until, case)
    ))
    .on([ground])
}

/// The newest of some times, with its kind; of two as old that of the message.
fn newest(times: impl Iterator<Item = (Kind, Option<Millis>)>) -> Option<(Millis, Kind)> {
    let known = times.filter_map(|(kind, time)| time.map(|time| (time, kind)));
    known.reduce(|newest, next| if next.0 > newest.0 { next } else { newest })
}

fn over(until: Millis, case: &Case<'_, '_>) -> &'static str {
    if until <= case.at() { ": over" } else { "" }
}

pub(super) fn starts(case: &Case<'_, '_>) -> Sight {
    match case.policy.limits.unanswered_starts {
        None => Sight::of("the policy has no cap on unanswered starts"),
        Some(cap) => {
            let counted: Vec<_> = limits::unanswered_starts(case, cap.per).collect();
            let (count, max, per) = (counted.len(), cap.max, cap.per);
            Sight::of(format!("{count} of {max} unanswered starts in {per}"))
                .on((count > 0).then_some(Ground::UnansweredStarts(counted)))
        }
    }
}

pub(super) fn said(case: &Case<'_, '_>) -> Sight {
    match case.said() {
        Some(said) => Sight::of(format!("the sender's gate said `{said}`")),
        None => Sight::of("Q is a business"),
    }
}
