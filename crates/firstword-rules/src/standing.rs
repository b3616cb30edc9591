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

/// What bears on a person's standing, and on the sharing of their data, at a time.
pub(crate) struct Bearings<'a> {
    pub(crate) policy: &'a Policy,
    pub(crate) machine: &'a Machine,
    /// The person's answers, one that the event brings included.
    pub(crate) answers: &'a [Answered],
    /// The person's region, one that the event brings included.
    pub(crate) region: Option<Region>,
    pub(crate) at: Millis,
}

impl<'a> Bearings<'a> {
    /// As they are on a machine.
    pub(crate) fn of(policy: &'a Policy, machine: &'a Machine, at: Millis) -> Bearings<'a> {
        let region = machine.region().map(|region| region.value);
        Bearings { policy, machine, answers: machine.answers(), region, at }
    }

    /// The person's standing: the table of section 3, from the top.
    pub(crate) fn stand(&self) -> Stand {
        let Bearings { policy, machine, answers, region, at } = *self;
        let full = Stand { standing: Standing::Full, because: None };
        if machine.is_closed() {
            return Stand { standing: Standing::Closed, because: None };
        }
        let Some((index, version)) = in_force(policy, region, at) else { return full };
        if orders::holding(policy, region, at).any(|order| order.standing_full) {
            return full;
        }
        let mut it_or_later = policy.terms.iter().skip(index);
        if it_or_later.any(|terms| answer(answers, terms).is_some_and(accepts)) {
            return full;
        }
        let (consequence, reason) = match answer(answers, version).map(|answer| answer.value) {
            Some(Answer::Declined) => (version.on_declined(region), Reason::TermsDeclined),
            Some(Answer::Withdrawn) => (version.on_declined(region), Reason::TermsWithdrawn),
            Some(Answer::Accepted) | None => (version.on_silence(region), Reason::TermsUnanswered),
        };
        let standing = consequence.standing(version.effective(region), at);
        Stand { standing, because: Some(reason) }
    }

    /// "`shares_data` at t is true when there is one [that governs], it has `data_sharing = true`, no `declined`
    /// or `withdrawn` of P to any version is as new as that acceptance or newer, no order with
    /// `data_sharing = false` holds, and P's machine is neither in doubt nor closed."
    pub(crate) fn shares_data(&self) -> bool {
        let Bearings { policy, machine, answers, region, at } = *self;
        let mut latest_first =
            policy.terms.iter().rev().filter(|terms| in_effect(terms, region, at));
        let governing = latest_first.find_map(|terms| {
            answer(answers, terms).filter(|answer| accepts(*answer)).map(|answer| (terms, answer))
        });
        governing.is_some_and(|(terms, acceptance)| {
            terms.data_sharing(region)
                && !answers.iter().any(|held| {
                    held.answer().value != Answer::Accepted && held.answer().at >= acceptance.at
                })
                && !orders::forbid_sharing(policy, region, at)
                && !permission::in_doubt(policy, machine, at)
                && !machine.is_closed()
        })
    }
}

/// What follows from the terms for a person at a time when nothing happens.
impl Machine {
    /// The person's standing at a time, and because of what it is so.
    pub fn stand(&self, policy: &Policy, at: Millis) -> Stand {
        Bearings::of(policy, self, at).stand()
    }

    /// Whether the person's data may be shared with partners at a time.
    pub fn shares_data(&self, policy: &Policy, at: Millis) -> bool {
        Bearings::of(policy, self, at).shares_data()
    }
}

impl Policy {
    /// The terms that are in force for a person of this region at a time.
    pub fn in_force(&self, region: Option<Region>, at: Millis) -> Option<&Terms> {
        in_force(self, region, at).map(|(_, terms)| terms)
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

/// The answer to a version, where it is among these.
pub(crate) fn answer(answers: &[Answered], terms: &Terms) -> Option<Dated<Answer>> {
    let held = answers.iter().find(|held| held.version.as_str() == &*terms.version);
    held.map(|held| held.answer())
}

pub(crate) fn accepts(answer: Dated<Answer>) -> bool {
    answer.value == Answer::Accepted
}
