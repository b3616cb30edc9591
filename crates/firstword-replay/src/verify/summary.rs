//! What was verified, what was not and why, and how many differences there were.

use std::collections::BTreeMap;

use firstword_wire::Recorded;

use super::{Difference, Fault, Who};
use crate::Place;

/// What came of a log.
#[derive(Clone, Debug, Default)]
pub struct Summary {
    /// Lines that were not empty.
    pub lines: u64,
    /// Decisions that were decided again.
    pub verified: u64,
    /// People who decided anything.
    pub people: u64,
    /// Decisions that were not decided again for want of their policy, by its label.
    pub policies: BTreeMap<Box<str>, Unverified>,
    /// How many decisions were decided under the stand-in of their policy, by its label and that of the stand-in.
    pub stand_ins: BTreeMap<(Box<str>, Box<str>), u64>,
    /// Decisions of another edition of the rules, or lines that could not even be read for that, by edition.
    pub editions: BTreeMap<u32, Unverified>,
    /// People who began in the middle of a range.
    pub begun_in_the_middle: u64,
    /// Their decisions, which were not decided again.
    pub in_the_middle: u64,
    /// How many decisions forwarded something that the log tells no more of: it may just end, or be cut.
    pub unanswered: u64,
    /// The first of these: the sender, the number of the decision, and where it lies.
    pub first_unanswered: Option<(String, u64, Place)>,
    /// People whose decisions from 1 on are missing, as all of them are in a range that nobody called one.
    pub gaps_at_the_beginning: u64,
    differences: [u64; Fault::WORDS.len()],
}

/// Decisions that were followed but not decided again.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Unverified {
    /// How many.
    pub decisions: u64,
    /// Where the first one lies.
    pub place: Place,
    /// Whose it is, where it could be read.
    pub who: Option<Who>,
}

impl Summary {
    /// How many differences there were of each kind, by its word, those that there were.
    pub fn differences(&self) -> impl Iterator<Item = (&'static str, u64)> {
        Fault::WORDS.into_iter().zip(self.differences).filter(|(_, count)| *count > 0)
    }

    /// Whether every decision that could be decided again was decided as recorded, and none waits for a policy or for
    /// another edition.
    pub fn is_clean(&self) -> bool {
        self.differences().next().is_none() && self.policies.is_empty() && self.editions.is_empty()
    }

    pub(super) fn count(&mut self, found: &[Difference]) {
        for difference in found {
            let from_the_first = matches!(difference.fault, Fault::Gap { first: 1, .. });
            self.gaps_at_the_beginning += u64::from(from_the_first);
            let word = difference.fault.as_str();
            let place = Fault::WORDS.iter().position(|known| *known == word);
            if let Some(count) = place.and_then(|place| self.differences.get_mut(place)) {
                *count += 1;
            }
        }
    }

    pub(super) fn no_policy(&mut self, place: &Place, read: &Recorded<'_>) {
        match self.policies.get_mut(&*read.policy) {
            Some(waiting) => waiting.decisions += 1,
            None => {
                let first = Unverified::first(place, Some(read));
                self.policies.insert(read.policy.as_ref().into(), first);
            }
        }
    }

    pub(super) fn stood_in(&mut self, label: &str, stand_in: &str) {
        let of_both = self
            .stand_ins
            .iter_mut()
            .find(|((one, other), _)| **one == *label && **other == *stand_in);
        match of_both {
            Some((_, decisions)) => *decisions += 1,
            None => _ = self.stand_ins.insert((label.into(), stand_in.into()), 1),
        }
    }

    pub(super) fn other_edition(
        &mut self,
        edition: u32,
        place: &Place,
        read: Option<&Recorded<'_>>,
    ) {
        let of_edition = self.editions.entry(edition);
        let first = || Unverified { decisions: 0, ..Unverified::first(place, read) };
        of_edition.or_insert_with(first).decisions += 1;
    }
}

impl Unverified {
    fn first(place: &Place, read: Option<&Recorded<'_>>) -> Unverified {
        Unverified { decisions: 1, place: place.clone(), who: read.map(Who::of) }
    }
}
