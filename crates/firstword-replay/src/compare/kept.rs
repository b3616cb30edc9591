//! What is kept of the first log: enough to see whether a decision differs, in what, and where it lies.

use std::hash::{DefaultHasher, Hash, Hasher};

use firstword_rules::{Basis, Millis, Side, Standing, Verdict};

use super::Divergence;
use crate::Outcome;
use crate::rows::{place_of, row_at};

/// A decision of the first log.
#[derive(Clone, Copy, Debug)]
pub(super) struct Kept {
    /// The number of its line.
    line: u64,
    /// A hash of the event's id and the gate.
    event: u64,
    brief: Brief,
}

/// What it says, but for `erase_by`, which is large and rare: a byte or two a field.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Brief {
    verdict: Verdict,
    /// Where the row stands among all rows.
    row: Option<RowPlace>,
    said: Option<Basis>,
    standing: Option<Standing>,
    shares_data: Option<bool>,
    late: Option<bool>,
    unlisted: bool,
}

/// The place of a row, plus one.
type RowPlace = std::num::NonZero<u8>;

const _: () = assert!(size_of::<Kept>() == 24, "a decision takes more than was promised");

impl Kept {
    pub(super) fn new(line: u64, id: &str, outcome: &Outcome) -> Kept {
        let row = outcome.row.and_then(place_of).and_then(|place| u8::try_from(place + 1).ok());
        Kept {
            line,
            event: hash((id, outcome.gate)),
            brief: Brief {
                verdict: outcome.verdict,
                row: row.and_then(RowPlace::new),
                said: outcome.said,
                standing: outcome.standing,
                shares_data: outcome.shares_data,
                late: outcome.late,
                unlisted: outcome.unlisted,
            },
        }
    }

    /// Whether another decision of this person and number is on the same event.
    pub(super) fn same_event(&self, other: &Kept) -> bool {
        self.event == other.event
    }

    /// Whether it says the same of the same event, as far as it is kept here.
    pub(super) fn agrees(&self, other: &Kept) -> bool {
        self.same_event(other) && self.brief == other.brief
    }

    /// The number of its line.
    pub(super) fn line(&self) -> u64 {
        self.line
    }

    /// What it says; the gate is that of the decision that it is held against.
    pub(super) fn outcome(&self, gate: Option<Side>, erase_by: Option<Millis>) -> Outcome {
        let Brief { verdict, row, said, standing, shares_data, late, unlisted } = self.brief;
        let row = row.and_then(|place| row_at(usize::from(place.get()) - 1));
        Outcome { gate, verdict, row, said, standing, shares_data, unlisted, erase_by, late }
    }
}

/// Both logs are read by one program, so it may be any hash.
fn hash(value: impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}

/// A person's decisions of the first log, and what the second made of them.
#[derive(Debug, Default)]
pub(super) struct Person {
    /// The first log's, in its order.
    kept: Vec<Kept>,
    /// The `erase_by` of those that have one, by their place.
    erase_by: Vec<(usize, Millis)>,
    firsts: Numbers,
    /// The numbers of the second log.
    pub(super) seconds: Numbers,
    /// How many decisions both have.
    pub(super) matched: u64,
    /// How many of these differ.
    pub(super) differing: u64,
    /// The one of the lowest number.
    pub(super) first: Option<Box<Divergence>>,
}

impl Person {
    /// Keeps a decision of the first log; `false` if there is one of this number.
    pub(super) fn keep(&mut self, seq: u64, kept: Kept, erase_by: Option<Millis>) -> bool {
        let is_new = self.firsts.put(seq);
        if is_new {
            self.erase_by.extend(erase_by.map(|at| (self.kept.len(), at)));
            self.kept.push(kept);
        }
        is_new
    }

    /// The decision of a number in the first log, and its `erase_by`.
    pub(super) fn find(&self, seq: u64) -> Option<(Kept, Option<Millis>)> {
        let place = self.firsts.place(seq)?;
        let erase_by = self.erase_by.binary_search_by_key(&place, |(of, _)| *of).ok();
        let erase_by = erase_by.and_then(|found| self.erase_by.get(found)).map(|(_, at)| *at);
        self.kept.get(place).map(|kept| (*kept, erase_by))
    }

    /// How many decisions the first log has.
    pub(super) fn kept(&self) -> u64 {
        self.kept.len() as u64
    }
}

/// Numbers in the order in which they came: one run, where they came as they should.
#[derive(Debug, Default)]
pub(super) struct Numbers {
    /// By their first number.
    runs: Vec<Run>,
    count: usize,
}

/// Numbers that follow each other.
#[derive(Clone, Copy, Debug)]
struct Run {
    first: u64,
    /// How many numbers came before it.
    start: usize,
    count: usize,
}

impl Numbers {
    /// Puts a number in; `false` if it was there.
    pub(super) fn put(&mut self, number: u64) -> bool {
        if self.place(number).is_some() {
            return false;
        }
        let place = self.runs.partition_point(|run| run.first <= number);
        let before = place.checked_sub(1).and_then(|before| self.runs.get_mut(before));
        let follows = |run: &&mut Run| {
            number - run.first == run.count as u64 && run.start + run.count == self.count
        };
        match before.filter(follows) {
            Some(run) => run.count += 1,
            None => self.runs.insert(place, Run { first: number, start: self.count, count: 1 }),
        }
        self.count += 1;
        true
    }

    /// As the how many-th a number came, from 0.
    fn place(&self, number: u64) -> Option<usize> {
        let place = self.runs.partition_point(|run| run.first <= number);
        let run = self.runs.get(place.checked_sub(1)?)?;
        let within = usize::try_from(number - run.first).ok()?;
        (within < run.count).then_some(run.start + within)
    }

    /// How many there are.
    pub(super) fn count(&self) -> u64 {
        self.count as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_found_in_whatever_order_they_came() {
        let order = [5, 6, 7, 1, 3, 2, 9, 10, 4, 8, 12, u64::MAX];
        let mut numbers = Numbers::default();
        assert!(order.iter().all(|number| numbers.put(*number)));
        for (place, number) in order.iter().enumerate() {
            assert_eq!((numbers.place(*number), numbers.put(*number)), (Some(place), false));
        }
        assert!([0, 11, 13, u64::MAX - 1].iter().all(|number| numbers.place(*number).is_none()));
        assert_eq!(numbers.count(), 12);
    }

    #[test]
    fn numbers_in_order_are_one_run() {
        let mut numbers = Numbers::default();
        assert!((7..1_000).all(|number| numbers.put(number)));
        assert_eq!(numbers.runs.len(), 1);
    }
}
