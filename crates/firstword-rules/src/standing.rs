//! Terms, standing, and the sharing of data (RULES.md, section 3).

use crate::machine::Answered;
use crate::{
    Answer, Dated, Machine, Millis, Policy, Reason, Region, Standing, Terms, orders, permission,
};

/// A person's standing, and because of what it is so.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Stand {
    /// The standing.
    pub standing: Standing,
    /// The answer behind it; nothing where nothing is in force, an order holds, or the person accepted.
    pub because: Option<Reason>,
}

impl Stand {
    const FULL: Stand = Stand { standing: Standing::Full, because: None };

    /// The standing at `at` of a person with these answers: the table of section 3, from the top.
    pub(crate) fn of(
        policy: &Policy,
        closed: bool,
        answers: &[Answered],
        region: Option<Region>,
        at: Millis,
    ) -> Stand {
        if closed {
            return Stand { standing: Standing::Closed, because: None };
        }
        let Some((index, version)) = in_force(policy, region, at) else { return Stand::FULL };
        if orders::holding(policy, region, at).any(|order| order.standing_full) {
            return Stand::FULL;
        }
        let later = policy.terms.iter().skip(index);
        if later.clone().any(|terms| answer(answers, terms).is_some_and(accepts)) {
            return Stand::FULL;
        }
        let effective = version.effective(region);
        let (consequence, reason) = match answer(answers, version).map(|answer| answer.value) {
            Some(Answer::Declined) => (version.on_declined(region), Reason::TermsDeclined),
            Some(Answer::Withdrawn) => (version.on_declined(region), Reason::TermsWithdrawn),
            Some(Answer::Accepted) | None => (version.on_silence(region), Reason::TermsUnanswered),
        };
        Stand { standing: consequence.standing(effective, at), because: Some(reason) }
    }
}

/// "**In force** at t for a person is the last version in the list with `effective` <= t", an exempt one skipped.
pub(crate) fn in_force(
    policy: &Policy,
    region: Option<Region>,
    at: Millis,
) -> Option<(usize, &Terms)> {
    let listed = policy.terms.iter().enumerate();
    listed.rev().find(|(_, terms)| in_effect(terms, region, at))
}

fn in_effect(terms: &Terms, region: Option<Region>, at: Millis) -> bool {
    terms.effective(region) <= at && !terms.exempt(region)
}

fn answer(answers: &[Answered], terms: &Terms) -> Option<Dated<Answer>> {
    let held = answers.iter().find(|held| held.version.as_str() == &*terms.version);
    held.map(|held| held.answer)
}

fn accepts(answer: Dated<Answer>) -> bool {
    answer.value == Answer::Accepted
}

/// Whether a person's data may be shared with partners at a time.
pub(crate) struct Sharing<'a> {
    pub(crate) policy: &'a Policy,
    pub(crate) machine: &'a Machine,
    /// The person's answers, those that the event brings included.
    pub(crate) answers: &'a [Answered],
    pub(crate) region: Option<Region>,
    pub(crate) at: Millis,
}

impl Sharing<'_> {
    /// "`shares_data` at t is true when there is one [that governs], it has `data_sharing = true`, no `declined`
    /// or `withdrawn` of P to any version is as new as that acceptance or newer, no order with
    /// `data_sharing = false` holds, and P's machine is neither in doubt nor closed."
    pub(crate) fn holds(&self) -> bool {
        let Sharing { policy, machine, answers, region, at } = *self;
        let mut latest_first =
            policy.terms.iter().rev().filter(|terms| in_effect(terms, region, at));
        let governing = latest_first.find_map(|terms| {
            answer(answers, terms).filter(|answer| accepts(*answer)).map(|answer| (terms, answer))
        });
        governing.is_some_and(|(terms, acceptance)| {
            terms.data_sharing(region)
                && !answers.iter().any(|held| {
                    held.answer.value != Answer::Accepted && held.answer.at >= acceptance.at
                })
                && !orders::forbid_sharing(policy, region, at)
                && !permission::in_doubt(policy, machine, at)
                && !machine.is_closed()
        })
    }
}
