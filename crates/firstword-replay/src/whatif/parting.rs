//! Where two decisions on an event first differ, and which machines part by them.

use firstword_engine::Decisions;
use firstword_rules::{Decision, Name, Role, Verdict, What};

/// The decision of the first gate.
fn first<'d, 'e>(decisions: &'d Decisions<'e>) -> &'d Decision<'e> {
    decisions.forwarded.as_ref().unwrap_or(&decisions.last)
}

/// The decision, under the policy that held, of the gate at which two first differ.
pub(super) fn differs_at<'d, 'e>(
    held: &'d Decisions<'e>,
    other: &Decisions<'e>,
) -> Option<&'d Decision<'e>> {
    // Gates whose verdicts are alike lead to the same next one.
    let differ = |a: &Decision<'_>, b: &Decision<'_>| {
        a.verdict != b.verdict || a.row != b.row || opts_in(a) != opts_in(b)
    };
    match differ(first(held), first(other)) {
        true => Some(first(held)),
        false => Some(&held.last).filter(|last| differ(last, &other.last)),
    }
}

/// What a decision does to its machine besides being counted; nothing where it changes nothing. The event is the same
/// under both policies but for its findings, so the verdict and an opt-in by its words tell effects apart.
fn effect(decision: &Decision<'_>) -> Option<(Verdict, bool)> {
    match decision.verdict {
        Verdict::Allowed(_) | Verdict::Forwarded(_) | Verdict::Recorded => {
            Some((decision.verdict, opts_in(decision)))
        }
        Verdict::Denied(_) | Verdict::Ignored(_) | Verdict::Duplicate => None,
    }
}

/// Whether the words of what was let through opt the person in (RULES.md, section 4).
pub(super) fn opts_in(decision: &Decision<'_>) -> bool {
    decision.verdict.basis().is_some()
        && decision.visit.role == Role::Sender
        && matches!(&decision.visit.event.what, What::Utterance(utterance) if utterance.opts_in())
}

/// The people whose machines part: those at which the two decisions have different effects. What did not get to a gate
/// has no effect there.
pub(super) fn parts<'e>(
    held: &Decisions<'e>,
    other: &Decisions<'e>,
) -> impl Iterator<Item = &'e Name<'e>> {
    let second = |decisions: &Decisions<'e>| decisions.forwarded.map(|_| decisions.last);
    let effects = |held: Option<&Decision<'e>>, other: Option<&Decision<'e>>| {
        let differ = held.and_then(effect) != other.and_then(effect);
        held.or(other).filter(|_| differ).map(|decision| decision.visit.person())
    };
    let at_first = effects(Some(first(held)), Some(first(other)));
    let at_second = effects(second(held).as_ref(), second(other).as_ref());
    at_first.into_iter().chain(at_second)
}

/// One bit a number; unset where none was set yet.
#[derive(Clone, Debug, Default)]
pub(super) struct Bits(Vec<u64>);

impl Bits {
    pub(super) fn get(&self, number: u32) -> bool {
        self.0.get(number as usize / 64).is_some_and(|word| word >> (number % 64) & 1 == 1)
    }

    pub(super) fn set(&mut self, number: u32) {
        let place = number as usize / 64;
        if self.0.len() <= place {
            self.0.resize(place + 1, 0);
        }
        if let Some(word) = self.0.get_mut(place) {
            *word |= 1 << (number % 64);
        }
    }
}
