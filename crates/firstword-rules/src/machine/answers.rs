//! A person's answers to terms versions: 16, the newest (RULES.md, section 3).

use std::cmp::Reverse;

use compact_str::CompactString;

use super::{Dated, Held};
use crate::Answer;

/// How many answers a machine keeps.
pub(crate) const KEPT: usize = 16;

/// The answer to one version.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Answered {
    /// The version, whether a policy lists it or not.
    pub version: CompactString,
    answer: Held<Answer>,
}

impl Answered {
    /// The answer to a version.
    pub fn new(version: CompactString, answer: Dated<Answer>) -> Answered {
        Answered { version, answer: answer.into() }
    }

    /// What the person said, and when.
    pub fn answer(&self) -> Dated<Answer> {
        self.answer.get()
    }
}

/// The answers that are kept, by version.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Answers(Box<[Answered]>);

impl Answers {
    pub(crate) fn from_items(items: Vec<Answered>) -> Answers {
        let mut answers = Answers::default();
        for item in items {
            answers.state(&item.version, item.answer());
        }
        answers
    }

    pub(crate) fn all(&self) -> &[Answered] {
        &self.0
    }

    pub(crate) fn into_items(self) -> Vec<Answered> {
        self.0.into_vec()
    }

    pub(crate) fn heap_bytes(&self) -> usize {
        let spilled = |answered: &Answered| match answered.version.is_heap_allocated() {
            true => answered.version.capacity(),
            false => 0,
        };
        size_of_val(&*self.0) + self.0.iter().map(spilled).sum::<usize>()
    }

    /// Whether an answer would change what is kept; one that is not kept is stale.
    pub(crate) fn changed_by(&self, version: &str, new: Dated<Answer>) -> bool {
        match self.place(version) {
            Ok(place) => self.0.get(place).is_some_and(|held| held.answer().yields_to(&new)),
            Err(_) => {
                self.0.len() < KEPT
                    || self.least().is_some_and(|(_, least)| least < rank(version, new))
            }
        }
    }

    /// States an answer.
    pub(crate) fn state(&mut self, version: &str, new: Dated<Answer>) {
        if !self.changed_by(version, new) {
            return;
        }
        if let Ok(place) = self.place(version) {
            if let Some(held) = self.0.get_mut(place) {
                held.answer = new.into();
            }
            return;
        }
        let least = self.least().map(|(least, _)| least).filter(|_| self.0.len() >= KEPT);
        let mut answers = std::mem::take(&mut self.0).into_vec();
        if let Some(least) = least {
            answers.remove(least);
        }
        answers.reserve_exact(1);
        let place = answers.partition_point(|held| held.version.as_str() < version);
        answers.insert(place, Answered::new(version.into(), new));
        self.0 = answers.into_boxed_slice();
    }

    fn place(&self, version: &str) -> Result<usize, usize> {
        self.0.binary_search_by(|held| held.version.as_str().cmp(version))
    }

    /// The answer that goes first: the oldest, and of several as old the last in byte order.
    fn least(&self) -> Option<(usize, Rank<'_>)> {
        let ranked = self.0.iter().enumerate();
        ranked
            .map(|(place, held)| (place, rank(&held.version, held.answer())))
            .min_by_key(|(_, rank)| *rank)
    }
}

type Rank<'a> = (crate::Millis, Reverse<&'a str>);

fn rank(version: &str, answer: Dated<Answer>) -> Rank<'_> {
    (answer.at, Reverse(version))
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;
    use crate::Millis;

    fn accepted(at: i64) -> Dated<Answer> {
        Dated { at: Millis(at), value: Answer::Accepted }
    }

    #[test]
    fn the_sixteen_newest_are_kept_in_whatever_order_they_come() {
        let mut items: Vec<_> =
            (0..20).map(|n| (format!("v{n:02}"), accepted(100 + n / 2))).collect();
        let mut forwards = Answers::default();
        items.iter().for_each(|(version, answer)| forwards.state(version, *answer));
        items.reverse();
        let mut backwards = Answers::default();
        items.iter().for_each(|(version, answer)| backwards.state(version, *answer));
        assert_eq!(forwards, backwards);
        let kept: Vec<_> = forwards.all().iter().map(|held| held.version.as_str()).collect();
        assert_eq!((kept.len(), *kept.first().unwrap()), (KEPT, "v04"));
    }

    #[test]
    fn of_several_as_old_those_whose_version_comes_first_are_kept() {
        let mut answers = Answers::default();
        for n in 0..16 {
            answers.state(&format!("v{n:02}"), accepted(100));
        }
        assert!(!answers.changed_by("v99", accepted(100)));
        assert!(answers.changed_by("a", accepted(100)));
        answers.state("a", accepted(100));
        assert!(answers.all().iter().all(|held| held.version != "v15"));
    }
}
