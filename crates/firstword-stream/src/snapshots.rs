//! When a machine is written to `snapshots`, so that a restore stays short and the topic small.
//!
//! A machine that moved waits in line; it is written when so many decisions of its task have passed since the first
//! that its last snapshot lacks, and the line is as long as the task has machines, or longer. So a restore reads
//! each machine once and a bounded stretch of `decisions`, and machines that move often are written rarely.

use std::collections::{BTreeSet, VecDeque};

use firstword_rules::Party;

/// The people of a task whose newest snapshot, if any, is older than their machine.
#[derive(Debug, Default)]
pub(crate) struct Line {
    /// With an offset of `decisions` at or before the first decision that the snapshot lacks, the oldest first.
    waiting: VecDeque<(i64, Party)>,
    people: BTreeSet<Party>,
}

impl Line {
    /// How many at the head of the line are due when the task's decisions end at this offset.
    pub(crate) fn due(&self, end: i64, after: u64) -> Vec<Party> {
        let due = |(since, _): &&(i64, Party)| end - since > after as i64;
        self.waiting.iter().take_while(due).map(|(_, person)| *person).collect()
    }

    /// These were written; those moved, by decisions from this offset on.
    pub(crate) fn advance(
        &mut self,
        written: usize,
        moved: impl Iterator<Item = Party>,
        since: i64,
    ) {
        for (_, person) in self.waiting.drain(..written.min(self.waiting.len())) {
            self.people.remove(&person);
        }
        for person in moved {
            if self.people.insert(person) {
                self.waiting.push_back((since, person));
            }
        }
    }

    /// The offset of `decisions` from which a restore must read, once so many were written, if the next moves are
    /// from `since` on.
    pub(crate) fn restore_from(&self, written: usize, since: i64) -> i64 {
        self.waiting.get(written).map_or(since, |(first, _)| (*first).min(since))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use firstword_rules::PartyKind;

    fn person(number: u32) -> Party {
        Party::new(PartyKind::Person, number)
    }

    #[test]
    fn who_moved_first_is_written_first_and_once() {
        let mut line = Line::default();
        line.advance(0, [person(1), person(2)].into_iter(), 100);
        line.advance(0, [person(2), person(3)].into_iter(), 150);
        assert_eq!(line.due(199, 100), []);
        assert_eq!(line.due(201, 100), [person(1), person(2)]);
        assert_eq!((line.restore_from(0, 201), line.restore_from(2, 201)), (100, 150));
        line.advance(2, [person(1)].into_iter(), 201);
        assert_eq!(line.due(400, 100), [person(3), person(1)]);
        assert_eq!(line.restore_from(2, 400), 400);
    }
}
