//! In which order one person's decisions come, and which of them are missing.
//!
//! Numbers go on from 1 without gap or repeat (DECISIONS.md). A line that comes too early waits for those before it,
//! for a while: two lines may have changed places, or a whole log may have come in the wrong order.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use super::{Extent, Fault, HELD_OF_A_PERSON};
use crate::Place;

/// One person's part of a log.
#[derive(Debug, Default)]
pub(super) struct Course {
    /// The number that comes next; 0 where nothing came yet.
    next: u64,
    /// What most people never have.
    odd: Option<Box<Odd>>,
}

#[derive(Debug, Default)]
struct Odd {
    in_the_middle: bool,
    /// Lines that came too early, by number.
    held: BTreeMap<u64, Held>,
    /// The first that came too early of those that are held, and its number.
    early: Option<(Place, u64)>,
    /// Whether a line was told to come after it.
    told: bool,
    /// What was counted as missing, in order.
    missing: Vec<RangeInclusive<u64>>,
    /// Where the machine first parted from the one that the rules make.
    parted: Option<(Place, u64)>,
}

/// A line that came too early.
#[derive(Debug)]
pub(super) struct Held {
    pub(super) place: Place,
    pub(super) bytes: Box<[u8]>,
}

/// Whether it is a decision's turn.
#[derive(Debug)]
pub(super) enum Turn {
    /// It is; where others should have come after it, what to say of that.
    Now { after: Option<Fault> },
    /// Others come before it.
    Early,
    /// It is not any more.
    Past(Fault),
}

impl Course {
    /// Whether it is the turn of the decision of this number; if so the next one's follows. `kept` is the number that
    /// the person's machine is at before the log.
    pub(super) fn turn(&mut self, seq: u64, kept: u64, extent: Extent) -> Turn {
        if self.next == 0 {
            self.next = kept + 1;
            if extent == Extent::Range && kept == 0 && seq > 1 {
                self.next = seq;
                let odd = self.odd.get_or_insert_default();
                odd.in_the_middle = true;
                odd.missing.push(1..=seq - 1);
            }
        }
        if seq > self.next {
            return Turn::Early;
        }
        if seq < self.next {
            return Turn::Past(if self.misses(seq) { Fault::TooLate } else { Fault::Repeat });
        }
        self.next = seq.saturating_add(1);
        let odd = self.odd.as_deref_mut().filter(|odd| !odd.told);
        let after = odd.and_then(|odd| {
            odd.told = odd.early.is_some();
            odd.early.clone().map(|after| Fault::Order { after })
        });
        Turn::Now { after }
    }

    fn misses(&self, seq: u64) -> bool {
        let missing = self.odd.as_deref().map_or(&[][..], |odd| &odd.missing);
        let before = missing.partition_point(|range| *range.end() < seq);
        missing.get(before).is_some_and(|range| range.contains(&seq))
    }

    /// Whether decisions were counted as missing.
    pub(super) fn lacks_any(&self) -> bool {
        self.odd.as_deref().is_some_and(|odd| !odd.missing.is_empty())
    }

    /// Keeps a line that came too early.
    pub(super) fn hold(&mut self, seq: u64, place: &Place, bytes: &[u8]) -> Result<(), Fault> {
        let odd = self.odd.get_or_insert_default();
        if odd.held.contains_key(&seq) {
            return Err(Fault::Repeat);
        }
        odd.early.get_or_insert_with(|| (place.clone(), seq));
        odd.held.insert(seq, Held { place: place.clone(), bytes: bytes.into() });
        Ok(())
    }

    /// Takes a line out whose turn it now is.
    pub(super) fn next_held(&mut self) -> Option<Held> {
        let odd = self.odd.as_deref_mut()?;
        let held = odd.held.remove(&self.next)?;
        self.next = self.next.saturating_add(1);
        odd.let_go();
        Some(held)
    }

    /// Takes out the first line that is held, and says which are missing before it.
    pub(super) fn skip_to_held(&mut self) -> Option<(Held, Fault)> {
        let odd = self.odd.as_deref_mut()?;
        let (seq, held) = odd.held.pop_first()?;
        let (first, last) = (self.next, seq.saturating_sub(1));
        odd.missing.push(first..=last);
        odd.let_go();
        self.next = seq.saturating_add(1);
        Some((held, Fault::Gap { first, last }))
    }

    /// Forgets what is held.
    pub(super) fn drop_held(&mut self) {
        if let Some(odd) = &mut self.odd {
            odd.held.clear();
        }
    }

    pub(super) fn holds_any(&self) -> bool {
        self.odd.as_deref().is_some_and(|odd| !odd.held.is_empty())
    }

    pub(super) fn is_full(&self) -> bool {
        self.odd.as_deref().is_some_and(|odd| odd.held.len() >= HELD_OF_A_PERSON)
    }

    pub(super) fn has_begun(&self) -> bool {
        self.next > 0
    }

    pub(super) fn began_in_the_middle(&self) -> bool {
        self.odd.as_deref().is_some_and(|odd| odd.in_the_middle)
    }

    /// Where the machine first parted from the one that the rules make.
    pub(super) fn parted(&self) -> Option<&(Place, u64)> {
        self.odd.as_deref()?.parted.as_ref()
    }

    /// Remembers that the machine parts here, if it has not before.
    pub(super) fn part(&mut self, place: &Place, seq: u64) {
        let odd = self.odd.get_or_insert_default();
        odd.parted.get_or_insert_with(|| (place.clone(), seq));
    }
}

impl Odd {
    /// With the last one that is held, what was out of order is in order again.
    fn let_go(&mut self) {
        if self.held.is_empty() {
            (self.early, self.told) = (None, false);
        }
    }
}
