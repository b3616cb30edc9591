//! What is kept of the first log: enough to see whether a decision differs, in what, and where it lies.

use firstword_rules::{Millis, Role, Standing, Verdict};
use firstword_wire::Recorded;

use super::{Divergence, Told};
use crate::outcome::{Outcome, said};
use crate::rows::{place_of, row_at};

/// A decision of the first log.
#[derive(Clone, Copy, Debug)]
pub(super) struct Kept {
    /// The number of its line.
    pub(super) line: u64,
    /// Where the event's id lies.
    pub(super) id: u64,
    pub(super) brief: Brief,
}

/// What it says, but for `erase_by`, which is large and rare: a byte or two a field.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Brief {
    /// The gate, and what it was told.
    role: Role,
    verdict: Verdict,
    /// Where the row stands among all rows.
    row: Option<RowPlace>,
    standing: Option<Standing>,
    shares_data: Option<bool>,
    late: Option<bool>,
    unlisted: bool,
}

/// The place of a row, plus one.
type RowPlace = std::num::NonZero<u8>;

const _: () = assert!(size_of::<Kept>() == 24, "a decision takes more than was promised");

impl Brief {
    pub(super) fn of(read: &Recorded<'_>) -> Brief {
        let row = read.row.and_then(place_of).and_then(|place| u8::try_from(place + 1).ok());
        Brief {
            role: read.role,
            verdict: read.verdict,
            row: row.and_then(RowPlace::new),
            standing: read.standing,
            shares_data: read.shares_data,
            late: read.late,
            unlisted: read.unlisted,
        }
    }
}

impl Kept {
    /// What the first log says there.
    pub(super) fn told(&self, ids: &Ids, erase_by: Option<Millis>) -> Told {
        let Brief { role, verdict, row, standing, shares_data, late, unlisted } = self.brief;
        let outcome = Outcome {
            gate: role.side(),
            verdict,
            row: row.and_then(|place| row_at(usize::from(place.get()) - 1)),
            said: said(role),
            standing,
            shares_data,
            unlisted,
            erase_by,
            late,
        };
        Told { line: self.line, id: ids.get(self.id).to_owned(), outcome }
    }
}

/// The ids of the first log's events, one behind the other: each ends with a character that no id holds.
#[derive(Debug, Default)]
pub(super) struct Ids(String);

impl Ids {
    /// Where the id now lies.
    pub(super) fn keep(&mut self, id: &str) -> u64 {
        let place = self.0.len();
        self.0.push_str(id);
        self.0.push('\n');
        place as u64
    }

    pub(super) fn get(&self, place: u64) -> &str {
        let from = self.0.get(place as usize..).unwrap_or_default();
        from.split_once('\n').map_or("", |(id, _)| id)
    }
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
    /// The first difference, as far as the second log tells: not what only the first has.
    pub(super) first: Option<Box<Divergence>>,
}

impl Person {
    /// Keeps a decision of the first log; `false` if there is one of this number.
    pub(super) fn keep(
        &mut self,
        seq: u64,
        erase_by: Option<Millis>,
        kept: impl FnOnce() -> Kept,
    ) -> bool {
        let is_new = self.firsts.put(seq);
        if is_new {
            self.erase_by.extend(erase_by.map(|at| (self.kept.len(), at)));
            self.kept.push(kept());
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

    /// Where the two logs first differ, both of them read.
    pub(super) fn diverges(&self, ids: &Ids) -> Option<Divergence> {
        let missing = self.firsts.lowest_not_in(&self.seconds);
        let told = self.first.as_deref();
        let first = match (missing, told) {
            (Some(seq), told) if told.is_none_or(|told| seq < told.seq) => {
                let (kept, erase_by) = self.find(seq)?;
                Divergence::new(seq, Some(kept.told(ids, erase_by)), None)
            }
            (_, told) => told?.clone(),
        };
        let lacking = match (&first.first, &first.second) {
            (None, _) => Some(&self.firsts),
            (_, None) => Some(&self.seconds),
            _ => None,
        };
        Some(Divergence {
            ended: lacking.is_some_and(|numbers| numbers.highest() < Some(first.seq)),
            follow: self.differing - u64::from(lacking.is_none()),
            ..first
        })
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
    /// At least one.
    count: usize,
}

impl Run {
    fn last(&self) -> u64 {
        self.first + (self.count as u64 - 1)
    }
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
        let run = self.run_of(number)?;
        usize::try_from(number - run.first).ok().map(|within| run.start + within)
    }

    /// The run that a number is in.
    fn run_of(&self, number: u64) -> Option<&Run> {
        let place = self.runs.partition_point(|run| run.first <= number);
        self.runs.get(place.checked_sub(1)?).filter(|run| number <= run.last())
    }

    /// The lowest number that others lack.
    fn lowest_not_in(&self, others: &Numbers) -> Option<u64> {
        self.runs.iter().find_map(|run| {
            let mut number = run.first;
            while let Some(other) = others.run_of(number) {
                if other.last() >= run.last() {
                    return None;
                }
                number = other.last() + 1;
            }
            Some(number)
        })
    }

    fn highest(&self) -> Option<u64> {
        self.runs.last().map(Run::last)
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

    #[test]
    fn what_others_lack_is_found_at_its_lowest() {
        let numbers = |of: &[u64]| {
            let mut numbers = Numbers::default();
            assert!(of.iter().all(|number| numbers.put(*number)));
            numbers
        };
        let max = u64::MAX;
        for (these, others, lowest) in [
            (&[1, 2, 3, 4][..], &[1, 3, 2, 4][..], None),
            (&[1, 2, 3, 4], &[4, 3, 1], Some(2)),
            (&[4, 3, 2, 1], &[1, 2, 3], Some(4)),
            (&[7, 1], &[7], Some(1)),
            (&[1, 7], &[1, 2, 3], Some(7)),
            (&[max - 1, max], &[max - 1, max], None),
            (&[max], &[max - 1], Some(max)),
            (&[], &[1], None),
            (&[1], &[], Some(1)),
        ] {
            let found = numbers(these).lowest_not_in(&numbers(others));
            assert_eq!(found, lowest, "{these:?} {others:?}");
        }
    }
}
