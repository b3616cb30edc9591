//! How often each row of the two gates decided, which never did, and why things were refused or ignored, by month.
//!
//! It counts what it is given; whether that was recorded or has just been decided is the caller's matter.

use std::collections::BTreeMap;

use firstword_rules::{Millis, RECIPIENT_GATE, Reason, Row, SENDER_GATE, Side, Verdict};

/// A calendar month in UTC: `2021-05`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Month([u8; 7]);

impl Month {
    /// The month of an instant.
    pub fn of(at: Millis) -> Month {
        let mut month = [0; 7];
        month.iter_mut().zip(at.to_rfc3339()).for_each(|(to, from)| *to = from);
        Month(month)
    }

    /// As it is written.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

/// How many rows there are.
const ROWS: usize = 30;

/// Every row, those of the sender's gate first, with its gate.
pub fn all_rows() -> impl Iterator<Item = (Side, &'static Row)> {
    let sender = SENDER_GATE.all_rows().map(|row| (Side::Sender, row));
    sender.chain(RECIPIENT_GATE.all_rows().map(|row| (Side::Recipient, row)))
}

/// Where a row stands among all of them.
pub(crate) fn place_of(id: &str) -> Option<usize> {
    all_rows().position(|(_, row)| row.id == id)
}

/// The row that stands there.
pub(crate) fn row_at(place: usize) -> Option<&'static str> {
    all_rows().nth(place).map(|(_, row)| row.id)
}

/// What was counted of one month, or of all.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Counts {
    /// By row, in the order of [`all_rows`].
    rows: [u64; ROWS],
    /// By reason, in the order of [`Reason::ALL`].
    reasons: [u64; Reason::ALL.len()],
    /// Facts that were recorded, ignored, and seen before: no row decides these.
    pub facts: [u64; 3],
    /// Decisions that a sender's gate forwarded.
    pub forwarded: u64,
}

impl Default for Counts {
    fn default() -> Counts {
        Counts { rows: [0; ROWS], reasons: [0; Reason::ALL.len()], facts: [0; 3], forwarded: 0 }
    }
}

impl Counts {
    /// The verdicts on facts, in the order in which they are counted.
    pub const FACTS: [&'static str; 3] = ["recorded", "ignored", "duplicate"];

    /// How often each row decided.
    pub fn rows(&self) -> impl Iterator<Item = (Side, &'static Row, u64)> {
        all_rows().zip(self.rows).map(|((side, row), count)| (side, row, count))
    }

    /// How often something was denied or ignored for each reason.
    pub fn reasons(&self) -> impl Iterator<Item = (Reason, u64)> {
        Reason::ALL.iter().copied().zip(self.reasons)
    }

    /// How many decisions there were.
    pub fn decisions(&self) -> u64 {
        self.rows.iter().chain(&self.facts).sum()
    }

    fn count(&mut self, row: Option<&str>, verdict: Verdict) {
        let place = row.and_then(place_of).and_then(|place| self.rows.get_mut(place));
        let fact = match verdict {
            Verdict::Recorded => self.facts.get_mut(0),
            Verdict::Ignored(_) => self.facts.get_mut(1),
            Verdict::Duplicate => self.facts.get_mut(2),
            Verdict::Allowed(_) | Verdict::Denied(_) | Verdict::Forwarded(_) => None,
        };
        if let Some(count) = place.or(fact) {
            *count += 1;
        }
        let reason = verdict.reason().map(|reason| reason as usize);
        if let Some(count) = reason.and_then(|reason| self.reasons.get_mut(reason)) {
            *count += 1;
        }
        self.forwarded += u64::from(matches!(verdict, Verdict::Forwarded(_)));
    }

    fn add(&mut self, more: &Counts) {
        let rows = self.rows.iter_mut().zip(more.rows);
        let reasons = self.reasons.iter_mut().zip(more.reasons);
        let facts = self.facts.iter_mut().zip(more.facts);
        rows.chain(reasons).chain(facts).for_each(|(sum, more)| *sum += more);
        self.forwarded += more.forwarded;
    }
}

/// What was counted, by month.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Rows {
    months: BTreeMap<Month, Counts>,
}

impl Rows {
    /// Counts a decision on an event of this time: the row that decided, none for a fact, and the verdict.
    pub fn count(&mut self, at: Millis, row: Option<&str>, verdict: Verdict) {
        self.months.entry(Month::of(at)).or_default().count(row, verdict);
    }

    /// Adds what another counted.
    pub fn add(&mut self, more: &Rows) {
        for (month, counts) in &more.months {
            self.months.entry(*month).or_default().add(counts);
        }
    }

    /// Each month in which something was decided, in order.
    pub fn months(&self) -> impl Iterator<Item = (Month, &Counts)> {
        self.months.iter().map(|(month, counts)| (*month, counts))
    }

    /// All months together.
    pub fn total(&self) -> Counts {
        let mut total = Counts::default();
        self.months.values().for_each(|counts| total.add(counts));
        total
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_has_a_place_of_its_own() {
        assert_eq!(all_rows().count(), ROWS);
        for (place, (_, row)) in all_rows().enumerate() {
            assert_eq!((place_of(row.id), row_at(place)), (Some(place), Some(row.id)));
        }
        assert_eq!((place_of("X1"), row_at(ROWS)), (None, None));
    }

    #[test]
    fn months_are_counted_apart_and_together() {
        let mut rows = Rows::default();
        // The last millisecond of May 2021, and the first of June.
        rows.count(Millis(1_622_505_599_999), Some("S8"), Verdict::Denied(Reason::TermsDeclined));
        rows.count(Millis(1_622_505_600_000), None, Verdict::Ignored(Reason::Stale));
        let mut twice = rows.clone();
        twice.add(&rows);
        let months: Vec<_> = twice.months().map(|(month, counts)| (month, *counts)).collect();
        let names: Vec<_> = months.iter().map(|(month, _)| month.as_str()).collect();
        assert_eq!(names, ["2021-05", "2021-06"]);
        let total = twice.total();
        assert_eq!((total.decisions(), total.facts), (4, [0, 2, 0]));
        let decided: Vec<_> = total.rows().filter(|(.., count)| *count > 0).collect();
        assert!(matches!(*decided, [(Side::Sender, Row { id: "S8", .. }, 2)]));
        let why: Vec<_> = total.reasons().filter(|(_, count)| *count > 0).collect();
        assert_eq!(why, [(Reason::TermsDeclined, 2), (Reason::Stale, 2)]);
    }
}
