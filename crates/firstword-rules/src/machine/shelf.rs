//! A small set of things, each with a party's number, in exactly the memory that it needs.

use crate::Party;

/// What stands on a shelf knows its party.
pub(crate) trait Item {
    fn party(&self) -> Party;
}

impl<T> Item for (Party, T) {
    fn party(&self) -> Party {
        self.0
    }
}

/// Things in the order of their party's number: what is found does not depend on the order of arrival, and two
/// shelves with the same things are equal.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Shelf<T>(Box<[T]>);

impl<T> Default for Shelf<T> {
    fn default() -> Shelf<T> {
        Shelf(Box::new([]))
    }
}

impl<T: Item> Shelf<T> {
    pub(crate) fn from_items(mut items: Vec<T>) -> Shelf<T> {
        items.sort_by_key(|item| item.party());
        items.dedup_by_key(|item| item.party());
        Shelf(items.into_boxed_slice())
    }

    pub(crate) fn all(&self) -> &[T] {
        &self.0
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    pub(crate) fn heap_bytes(&self) -> usize {
        size_of_val(&*self.0)
    }

    pub(crate) fn find(&self, party: Party) -> Option<&T> {
        self.0.get(self.place(party).ok()?)
    }

    pub(crate) fn find_or_insert(&mut self, party: Party, new: impl FnOnce(Party) -> T) -> &mut T {
        let place = self.place(party).unwrap_or_else(|place| {
            self.resize(1, |items| items.insert(place, new(party)));
            place
        });
        #[expect(clippy::indexing_slicing, reason = "the place was just found or filled")]
        &mut self.0[place]
    }

    pub(crate) fn remove(&mut self, party: Party) {
        if let Ok(place) = self.place(party) {
            self.resize(0, |items| drop(items.remove(place)));
        }
    }

    /// Keeps what `keep` leaves, changed as it likes.
    pub(crate) fn retain(&mut self, keep: impl FnMut(&mut T) -> bool) {
        self.resize(0, |items| items.retain_mut(keep));
    }

    fn place(&self, party: Party) -> Result<usize, usize> {
        self.0.binary_search_by_key(&party, |item| item.party())
    }

    fn resize(&mut self, more: usize, change: impl FnOnce(&mut Vec<T>)) {
        let mut items = std::mem::take(&mut self.0).into_vec();
        items.reserve_exact(more);
        change(&mut items);
        self.0 = items.into_boxed_slice();
    }
}
