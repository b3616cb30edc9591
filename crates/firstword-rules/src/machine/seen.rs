//! The last 16 events that a machine allowed, forwarded or recorded (RULES.md, section 8).

use crate::Mark;

/// How many events a machine knows again.
pub const REMEMBERED: usize = 16;

/// Memory grows by so many marks, so that people of few words stay small.
const STEP: usize = 4;

/// Marks, oldest first; behind them blank ones up to the next step.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Seen(Box<[Mark]>);

impl Seen {
    /// Whether an event of this mark is remembered.
    pub fn contains(&self, mark: Mark) -> bool {
        self.0.contains(&mark)
    }

    /// The marks, oldest first.
    pub fn iter(&self) -> impl Iterator<Item = Mark> {
        self.0.iter().copied().take_while(|mark| *mark != Mark::default())
    }

    pub(crate) fn remember(&mut self, mark: Mark) {
        let is_full = self.0.last().is_none_or(|last| *last != Mark::default());
        let mut place = if is_full { self.0.len() } else { self.iter().count() };
        if place == REMEMBERED {
            self.0.copy_within(1.., 0);
            place -= 1;
        } else if is_full {
            let mut marks = std::mem::take(&mut self.0).into_vec();
            marks.reserve_exact(STEP);
            marks.resize(place + STEP, Mark::default());
            self.0 = marks.into_boxed_slice();
        }
        if let Some(next) = self.0.get_mut(place) {
            *next = mark;
        }
    }

    /// As if these had been remembered one by one, oldest first, in the memory that they need.
    pub(crate) fn from_items(mut marks: Vec<Mark>) -> Seen {
        marks.drain(..marks.len().saturating_sub(REMEMBERED));
        marks.resize(marks.len().next_multiple_of(STEP), Mark::default());
        Seen(marks.into_boxed_slice())
    }

    pub(super) fn all(&self) -> &[Mark] {
        &self.0
    }

    pub(crate) fn heap_bytes(&self) -> usize {
        size_of_val(&*self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sixteen_marks_are_remembered_and_the_oldest_goes() {
        let mut seen = Seen::default();
        for n in 1..=40 {
            seen.remember(Mark([n, 0, 0]));
            let expected = n.saturating_sub(15).max(1)..=n;
            assert!(seen.iter().eq(expected.map(|n| Mark([n, 0, 0]))), "after {n}");
            let again = Seen::from_items((1..=n).map(|n| Mark([n, 0, 0])).collect());
            assert_eq!((&again, again.heap_bytes()), (&seen, seen.heap_bytes()), "after {n}");
            assert!(!seen.contains(Mark([n.saturating_sub(16), 9, 9])));
        }
        assert_eq!(seen.heap_bytes(), REMEMBERED * 12);
    }
}
