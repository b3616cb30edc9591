//! The last 16 events that a machine allowed, forwarded or recorded (RULES.md, section 8).

use crate::Mark;

/// How many events a machine knows again.
pub const REMEMBERED: usize = 16;

/// Memory grows by so many marks, so that people of few words stay small.
const STEP: usize = 4;

/// A ring of marks.
#[derive(Clone, Default, Debug)]
pub struct Seen {
    marks: Box<[Mark]>,
    /// Where the next mark goes; behind it the oldest, once the ring is full.
    next: u8,
}

impl Seen {
    /// Whether an event of this mark is remembered.
    pub fn contains(&self, mark: Mark) -> bool {
        self.marks.contains(&mark)
    }

    /// The marks, oldest first.
    pub fn iter(&self) -> impl Iterator<Item = Mark> {
        let (newer, older) = self.marks.split_at_checked(self.next.into()).unwrap_or_default();
        older.iter().chain(newer).copied().filter(|mark| *mark != Mark::default())
    }

    pub(crate) fn remember(&mut self, mark: Mark) {
        let mut place = usize::from(self.next);
        if place == self.marks.len() {
            if place < REMEMBERED {
                let mut marks = std::mem::take(&mut self.marks).into_vec();
                marks.reserve_exact(STEP);
                marks.resize(place + STEP, Mark::default());
                self.marks = marks.into_boxed_slice();
            } else {
                place = 0;
            }
        }
        if let Some(oldest) = self.marks.get_mut(place) {
            *oldest = mark;
        }
        self.next = (place + 1) as u8;
    }

    /// As if these had been remembered one by one, oldest first, in the memory that they need.
    pub(crate) fn from_items(mut marks: Vec<Mark>) -> Seen {
        marks.drain(..marks.len().saturating_sub(REMEMBERED));
        let next = marks.len();
        marks.resize(next.next_multiple_of(STEP), Mark::default());
        Seen { marks: marks.into_boxed_slice(), next: next as u8 }
    }

    /// Reads a mark of each line of a processor's cache.
    pub(super) fn touch(&self) -> u64 {
        self.marks.iter().step_by(5).fold(0, |all, mark| all ^ u64::from(mark.0[0]))
    }

    pub(crate) fn heap_bytes(&self) -> usize {
        size_of_val(&*self.marks)
    }
}

/// Two memories are equal when they hold the same marks in the same order, wherever the ring begins.
impl PartialEq for Seen {
    fn eq(&self, other: &Seen) -> bool {
        self.iter().eq(other.iter())
    }
}

impl Eq for Seen {}

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
