//! What was held of the thing that a fact is about: why it was recorded, or why it was ignored.

use super::look::business::said_of;
use super::look::person::{account, block, memory, reach};
use super::{Ground, Sight};
use crate::case::Case;
use crate::machine::Contact;
use crate::{
    Dated, Fact, Grant, Kind, Millis, Reason, Scope, Scopes, Verdict, machine, record, rights,
};

pub(super) fn held(case: &Case<'_, '_>, fact: &Fact<'_>, verdict: Verdict) -> Sight {
    match verdict {
        // Of a closed account only an erasure that is owed can still be stated.
        Verdict::Ignored(Reason::Closed) if matches!(fact, Fact::ContactErased { .. }) => {
            let (closed, erased) = (account(case), erased(case));
            let saw = format!("{}; {}", closed.saw, erased.saw);
            return Sight { saw, ..closed }.on(erased.rests_on);
        }
        Verdict::Ignored(Reason::Closed) => return account(case),
        Verdict::Duplicate => return memory(case),
        _ => (),
    }
    let stale = verdict == Verdict::Ignored(Reason::Stale);
    let why = |held: Option<Millis>| held.filter(|_| stale).map(|held| against(held, case.at()));
    match fact {
        Fact::OptedIn { until: Some(until), .. }
            if verdict == Verdict::Ignored(Reason::Expired) =>
        {
            Sight::of(format!("it ends at {until}, and begins at {}", case.at()))
        }
        Fact::Terms(_, version) => {
            let answers = case.machine.answers().iter();
            let held = answers.clone().find(|held| held.version == **version);
            answered(case, version, verdict).and(why(held.map(|held| held.answer().at)))
        }
        Fact::OptedIn { .. } | Fact::OptedOut { .. } => {
            let stated = record::grant(fact, case.at());
            stated.map_or(scopes(case, Scopes::ALL), |(asked, new)| {
                scopes(case, asked).and(what_changes(case, asked, new))
            })
        }
        Fact::ContactErased { .. } => erased(case),
        Fact::CallAnswered { .. } => rang(case),
        Fact::Blocked(_) | Fact::Unblocked(_) => {
            let held = case.visit.peer.and_then(|peer| case.machine.block(peer));
            block(case).and(why(held.map(|held| held.at)))
        }
        Fact::ReachSet(_) => reach(case).and(why(case.machine.reach().map(|held| held.at))),
        Fact::Located(_) => match case.machine.region() {
            None => Sight::of("P's region was not known"),
            Some(region) => Sight::of(format!("P was in {}, since {}", region.value, region.at))
                .on([Ground::Region(region)])
                .and(why(Some(region.at))),
        },
        Fact::Unreadable | Fact::DoubtCleared => match case.machine.doubt() {
            None => Sight::of("P's machine was never in doubt"),
            Some(doubt) => {
                let what = if doubt.value { "set" } else { "cleared" };
                Sight::of(format!("doubt was {what} at {}", doubt.at))
                    .on([Ground::Doubt(doubt)])
                    .and(why(Some(doubt.at)))
            }
        },
        Fact::PersonErased => account(case),
    }
}

/// Why what is held stands against a fact of this time that changes nothing.
fn against(held: Millis, at: Millis) -> String {
    match held > at {
        true => ", which is newer".to_owned(),
        // "Of two as old, the more protective": a fact that is held and is older yields.
        false => ", which is as old, and says the same or protects P more".to_owned(),
    }
}

/// For which scopes an opt-in or an opt-out holds, where for others something newer is held.
fn what_changes(case: &Case<'_, '_>, asked: Scopes, new: Dated<Grant>) -> Option<String> {
    let changed = case.contact.copied().unwrap_or_default().changed_by(asked, new);
    let left: Vec<_> = asked.iter().filter(|scope| !changed.contains(*scope)).collect();
    if left.is_empty() {
        return None;
    }
    let named = left.iter().map(|scope| format!("`{scope}`")).collect::<Vec<_>>().join(", ");
    Some(match changed.is_empty() {
        true => {
            "; what is held is newer, or as old and says the same or protects P more".to_owned()
        }
        false => format!("; so it changes nothing for {named}"),
    })
}

fn answered(case: &Case<'_, '_>, version: &str, verdict: Verdict) -> Sight {
    let answers = case.machine.answers();
    let ground = |held: &machine::Answered| Ground::Answer(held.version.clone(), held.answer());
    let oldest = answers.iter().min_by_key(|held| held.answer().at);
    match (answers.iter().find(|held| held.version == version), oldest) {
        (Some(held), _) => {
            let Dated { at, value } = held.answer();
            Sight::of(format!("P {value} terms `{version}` at {at}")).on([ground(held)])
        }
        (None, Some(oldest)) if verdict != Verdict::Recorded => {
            let count = answers.len();
            Sight::of(format!(
                "P's {count} answers that are kept are newer, the oldest of {}",
                oldest.answer().at
            ))
            .on([ground(oldest)])
        }
        (None, _) => Sight::of(format!("P had not answered terms `{version}`")),
    }
}

/// What P said of some scopes, those of one event in one phrase.
fn scopes(case: &Case<'_, '_>, asked: Scopes) -> Sight {
    let held = |scope: Scope| Some((scope, case.contact?.scope(scope)?));
    let held: Vec<(Scope, Dated<Grant>)> = asked.iter().filter_map(held).collect();
    if held.is_empty() {
        return Sight::of("P had said nothing of it to Q");
    }
    let phrases = held.chunk_by(|(_, one), (_, next)| one == next).filter_map(|group| {
        let named: Vec<_> = group.iter().map(|(scope, _)| format!("`{scope}`")).collect();
        group.first().map(|(_, grant)| said_of(&named.join(", "), *grant, case))
    });
    let phrases: Vec<_> = phrases.collect();
    Sight::of(phrases.join("; "))
        .on(held.into_iter().map(|(scope, grant)| Ground::Grant(scope, grant)))
}

fn erased(case: &Case<'_, '_>) -> Sight {
    let newest = case.contact.and_then(Contact::erased);
    let duty = case.contact.and_then(Contact::duty_since);
    let erasure = |at: Millis| format!("Q erased the contact at {at}");
    match (duty, newest) {
        (Some(since), _) => {
            let by = since + case.policy.erase_within;
            let out = scopes(case, Scopes::MESSAGES);
            Sight { saw: format!("Q owed the erasure by {by}: {}", out.saw), ..out }
        }
        (None, Some(at)) => Sight::of(erasure(at)).on([Ground::Erased(at)]),
        (None, None) => Sight::of("Q owed no erasure, and had stated none"),
    }
}

fn rang(case: &Case<'_, '_>) -> Sight {
    match rights::heard(case, Kind::Call) {
        None => Sight::of("P heard no call of Q"),
        Some(call) => {
            let until = call + case.policy.reply_window;
            let when = match case.at() {
                at if at < call => ", which is later",
                at if at >= until => ": over",
                _ => "",
            };
            Sight::of(format!("P heard a call of Q at {call}, to be answered until {until}{when}"))
                .on([Ground::Heard(Kind::Call, call)])
        }
    }
}
