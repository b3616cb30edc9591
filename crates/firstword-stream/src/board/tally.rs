//! What one step decided, counted where it is decided: no lock, no allocation per record.

use firstword_rules::{Decision, Gate, RECIPIENT_GATE, SENDER_GATE, Side, Verdict};
use firstword_wire::RejectReason;

/// The verdicts, in the order in which they are counted.
const VERDICTS: [&str; 6] = ["allowed", "forwarded", "denied", "recorded", "ignored", "duplicate"];
/// The gates, in that order; a fact meets none.
const GATES: [&str; 3] = ["none", Side::Sender.as_str(), Side::Recipient.as_str()];
/// More than the highest number of a row; 0 is for a decision without one.
const ROWS: usize = 32;

/// The decisions and dead letters of one step of one task.
///
/// It counts for nobody before it is given to [`Seat::decided`](crate::Seat::decided): a step that is not published
/// is decided again, with a tally of its own.
#[derive(Debug)]
pub struct Tally {
    pub(super) decisions: Decisions,
    pub(super) dead_letters: DeadLetters,
    /// The timestamps of the records that led to decisions, each with how many in a row had it.
    pub(super) timestamps: Vec<(i64, u64)>,
}

/// Decisions by gate, row and verdict.
#[derive(Debug)]
pub(super) struct Decisions(Vec<u64>);

/// Dead letters by reason, in the order of [`RejectReason::ALL`].
#[derive(Default, Debug)]
pub(super) struct DeadLetters([u64; RejectReason::ALL.len()]);

impl Default for Tally {
    fn default() -> Tally {
        let (decisions, dead_letters) = (Decisions::default(), DeadLetters::default());
        Tally { decisions, dead_letters, timestamps: Vec::new() }
    }
}

impl Tally {
    /// Counts a decision about a record with this timestamp (milliseconds since 1970; 0 or less where it has none).
    pub fn decision(&mut self, decision: &Decision<'_>, timestamp: i64) {
        let gate = match decision.visit.role.side() {
            None => 0,
            Some(Side::Sender) => 1,
            Some(Side::Recipient) => 2,
        };
        let verdict = match decision.verdict {
            Verdict::Allowed(_) => 0,
            Verdict::Forwarded(_) => 1,
            Verdict::Denied(_) => 2,
            Verdict::Recorded => 3,
            Verdict::Ignored(_) => 4,
            Verdict::Duplicate => 5,
        };
        let cell = place(gate, decision.row.map_or(0, number), verdict);
        if let Some(count) = self.decisions.0.get_mut(cell) {
            *count += 1;
        }
        match self.timestamps.last_mut() {
            _ if timestamp <= 0 => (),
            Some((same, count)) if *same == timestamp => *count += 1,
            _ => self.timestamps.push((timestamp, 1)),
        }
    }

    /// Counts a dead letter.
    pub fn dead_letter(&mut self, reason: RejectReason) {
        let counts = RejectReason::ALL.iter().zip(&mut self.dead_letters.0);
        counts.filter(|(known, _)| **known == reason).for_each(|(_, count)| *count += 1);
    }
}

impl Default for Decisions {
    fn default() -> Decisions {
        Decisions(vec![0; GATES.len() * ROWS * VERDICTS.len()])
    }
}

impl Decisions {
    pub(super) fn add(&mut self, other: &Decisions) {
        self.0.iter_mut().zip(&other.0).for_each(|(sum, count)| *sum += count);
    }

    /// What was decided at least once: the labels gate, row and verdict, and how often.
    pub(super) fn counts(&self) -> impl Iterator<Item = ([(&'static str, &'static str); 3], u64)> {
        let gates = [None, Some(&SENDER_GATE), Some(&RECIPIENT_GATE)];
        let rows = gates.into_iter().zip(GATES).enumerate().flat_map(|(at, (gate, name))| {
            let named = gate.into_iter().flat_map(Gate::all_rows).map(|row| row.id);
            ["none"].into_iter().chain(named).map(move |row| (at, name, row))
        });
        let cells = rows.flat_map(|row| VERDICTS.iter().enumerate().map(move |of| (row, of)));
        cells.filter_map(|((at, gate, row), (which, verdict))| {
            let count = *self.0.get(place(at, number(row), which))?;
            let labels = [("gate", gate), ("verdict", *verdict), ("row", row)];
            (count > 0).then_some((labels, count))
        })
    }
}

impl DeadLetters {
    pub(super) fn add(&mut self, other: &DeadLetters) {
        self.0.iter_mut().zip(other.0).for_each(|(sum, count)| *sum += count);
    }

    /// Every reason with its count.
    pub(super) fn counts(&self) -> impl Iterator<Item = ([(&'static str, &'static str); 1], u64)> {
        RejectReason::ALL.iter().zip(self.0).map(|(reason, n)| ([("reason", reason.as_str())], n))
    }
}

fn place(gate: usize, row: usize, verdict: usize) -> usize {
    (gate * ROWS + row) * VERDICTS.len() + verdict
}

/// The number in a row's id: 8 of `S8`, 0 of what is no row.
fn number(row: &str) -> usize {
    let digits = row.bytes().skip(1).map(|byte| usize::from(byte.wrapping_sub(b'0')));
    let of = digits.fold(0, |number, digit| if digit < 10 { number * 10 + digit } else { ROWS });
    if of < ROWS { of } else { 0 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use firstword_rules::{Basis, Reason};

    #[test]
    fn verdicts_are_called_as_in_a_decision() {
        let reason = Reason::SenderClosed;
        let verdicts = [
            Verdict::Allowed(Basis::Reply),
            Verdict::Forwarded(Basis::Reply),
            Verdict::Denied(reason),
            Verdict::Recorded,
            Verdict::Ignored(reason),
            Verdict::Duplicate,
        ];
        assert_eq!(verdicts.map(Verdict::as_str), VERDICTS);
        let sides: Vec<_> = Side::ALL.iter().map(|side| side.as_str()).collect();
        assert_eq!(sides, GATES.iter().skip(1).copied().collect::<Vec<_>>());
    }

    #[test]
    fn every_row_has_a_place_of_its_own() {
        for gate in [&SENDER_GATE, &RECIPIENT_GATE] {
            let numbers: Vec<_> = gate.all_rows().map(|row| number(row.id)).collect();
            let mut apart = numbers.clone();
            apart.sort_unstable();
            apart.dedup();
            assert_eq!(apart.len(), numbers.len());
            assert!(apart.iter().all(|number| (1..ROWS).contains(number)), "{numbers:?}");
        }
        assert_eq!(["none", "S8", "R20", "X32", "X9999999", ""].map(number), [0, 8, 20, 0, 0, 0]);
    }
}
