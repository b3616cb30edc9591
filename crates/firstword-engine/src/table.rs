//! A hash table of places: where each name stands, found by the name's hash.
//!
//! Open addressing and nothing else, so that the first slot of a hash is known without looking, and can be brought
//! near before it is needed. The hashes come from a secret key (see `names.rs`): nobody can choose names that crowd.

/// Where a name stands among the names: the number of its block, and the step where it begins there.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Place(pub(crate) u32);

/// What the table holds of a name. The whole hash is kept, so that the table grows without reading names.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Entry {
    pub(crate) hash: u32,
    pub(crate) place: Place,
}

const VACANT: Entry = Entry { hash: 0, place: Place(u32::MAX) };

/// The lower bits of a hash choose a table, the upper ones the slot in it.
const SHIFT: u32 = 8;

/// Names by hash.
#[derive(Clone, Default, Debug)]
pub(crate) struct Table {
    /// A power of two, or none.
    slots: Box<[Entry]>,
    taken: usize,
}

impl Table {
    /// The first slot of a hash.
    pub(crate) fn first(&self, hash: u32) -> Option<&Entry> {
        self.slots.get(self.slot(hash))
    }

    /// The place with this hash that is the one.
    pub(crate) fn find(&self, hash: u32, is_it: impl Fn(Place) -> bool) -> Option<Place> {
        let mut slot = self.slot(hash);
        // There is always a free slot.
        while let Some(entry) = self.slots.get(slot).filter(|entry| entry.is_taken()) {
            if entry.hash == hash && is_it(entry.place) {
                return Some(entry.place);
            }
            slot = (slot + 1) & (self.slots.len() - 1);
        }
        None
    }

    /// Puts a place in that is not there yet.
    pub(crate) fn insert(&mut self, entry: Entry) {
        if self.slots.len() * 3 <= self.taken * 4 {
            let more = vec![VACANT; (self.slots.len() * 2).max(8)].into_boxed_slice();
            let all = std::mem::replace(&mut self.slots, more);
            all.iter().filter(|entry| entry.is_taken()).for_each(|entry| self.settle(*entry));
        }
        self.settle(entry);
        self.taken += 1;
    }

    fn settle(&mut self, entry: Entry) {
        let slot = self.slot(entry.hash);
        if let Some((before, from)) = self.slots.split_at_mut_checked(slot)
            && let Some(free) = from.iter_mut().chain(before).find(|slot| !slot.is_taken())
        {
            *free = entry;
        }
    }

    fn slot(&self, hash: u32) -> usize {
        (hash >> SHIFT) as usize & self.slots.len().wrapping_sub(1)
    }

    pub(crate) fn heap_bytes(&self) -> usize {
        size_of_val(&*self.slots)
    }
}

impl Entry {
    fn is_taken(&self) -> bool {
        self.place != VACANT.place
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_found_among_hashes_that_crowd() {
        let mut table = Table::default();
        // Some have the hash of another, and all want the same few slots.
        let hash = |n: u32| ((n % 5) << SHIFT) | (n / 7);
        assert_eq!((table.first(0).is_none(), table.find(0, |_| true)), (true, None));
        for n in 0..2_000 {
            table.insert(Entry { hash: hash(n), place: Place(n) });
            assert_eq!(table.find(hash(n), |place| place == Place(n)), Some(Place(n)));
        }
        for n in 0..2_000 {
            assert_eq!(table.find(hash(n), |place| place == Place(n)), Some(Place(n)));
            assert_eq!(table.find(hash(n), |place| place == Place(2_000 + n)), None);
        }
        assert!(table.slots.len() * 3 >= table.taken * 4 && table.taken == 2_000);
    }
}
