//! `decide`: one event, one machine, one decision. Reads everything, changes nothing.

use std::borrow::Cow;

use crate::case::Case;
use crate::machine::Contact;
use crate::standing::Bearings;
use crate::{
    Basis, Dated, Decision, Fact, Gate, Grant, Machine, Millis, Policy, SENDER_GATE, Scopes,
    Standing, Verdict, Visit, What, record,
};

/// Decides one event at one machine: the same three arguments give the same decision on every computer, in
/// every year.
pub fn decide<'e>(policy: &Policy, machine: &Machine, visit: Visit<'e>) -> Decision<'e> {
    let case = Case::new(policy, machine, visit);
    let decision = Decision::recorded(visit, machine.seq() + 1, Verdict::Duplicate);
    match &visit.event.what {
        What::Fact { fact, .. } => of_fact(decision, &case, fact),
        // Whose utterance it is, if nobody says: the speaker's.
        What::Utterance(_) => {
            of_utterance(decision, &case, Gate::of(visit.role).unwrap_or(&SENDER_GATE))
        }
    }
}

fn of_utterance<'e>(
    decision: Decision<'e>,
    case: &Case<'_, 'e>,
    gate: &'static Gate,
) -> Decision<'e> {
    let row = gate.decisive(case);
    let verdict = row.verdict(case);
    // No utterance changes an answer, a region or doubt: the standing after it is that before.
    let erase_by = match verdict {
        Verdict::Allowed(Basis::OptOut) => erase_by(case, Scopes::ALL),
        _ => None,
    };
    Decision {
        verdict,
        row: Some(row.id),
        standing: Some(case.stand.standing),
        shares_data: Some(case.shares_data),
        erase_by,
        ..decision
    }
}

fn of_fact<'e>(decision: Decision<'e>, case: &Case<'_, 'e>, fact: &Fact<'_>) -> Decision<'e> {
    let verdict = record::verdict(case, fact);
    let recorded = verdict == Verdict::Recorded;
    let mut decision = Decision { verdict, ..decision };
    if let Some((standing, shares_data)) = after(case, fact, recorded) {
        (decision.standing, decision.shares_data) = (Some(standing), Some(shares_data));
    }
    if recorded {
        match fact {
            Fact::Terms(_, version) => decision.unlisted = case.policy.listed(version).is_none(),
            Fact::OptedOut { scopes, .. } => {
                decision.erase_by = erase_by(case, scopes.unwrap_or(Scopes::ALL));
            }
            Fact::ContactErased { .. } => decision.late = late(case),
            _ => (),
        }
    }
    decision
}

/// The standing and the sharing of data after a fact about terms or the region.
fn after(case: &Case<'_, '_>, fact: &Fact<'_>, recorded: bool) -> Option<(Standing, bool)> {
    let (policy, machine, at) = (case.policy, case.machine, case.at());
    let mut answers = Cow::Borrowed(machine.answers());
    let mut region = case.region();
    match fact {
        Fact::Terms(answer, version) if recorded => {
            // Kept as the machine will keep them: the seventeenth answer drops one.
            let mut after = machine.answers.clone();
            after.state(version, Dated { at, value: *answer });
            answers = Cow::Owned(after.into_items());
        }
        Fact::Located(new) if recorded => region = Some(*new),
        Fact::Terms(..) | Fact::Located(_) => (),
        _ => return None,
    }
    let bearings = Bearings { policy, machine, answers: &answers, region, at };
    Some((bearings.stand().standing, bearings.shares_data()))
}

/// When the contact must be erased after an opt-out from these scopes, where a duty runs then.
fn erase_by(case: &Case<'_, '_>, scopes: Scopes) -> Option<Millis> {
    let mut contact = case.contact.copied().unwrap_or_default();
    contact.state(scopes, Dated { at: case.at(), value: Grant::Out });
    contact.duty_since().map(|since| since + case.policy.erase_within)
}

/// Whether a `contact.erased` that ends a duty is past the deadline.
fn late(case: &Case<'_, '_>) -> Option<bool> {
    let since = case.contact.and_then(Contact::duty_since)?;
    (case.at() >= since).then(|| case.at() > since + case.policy.erase_within)
}
