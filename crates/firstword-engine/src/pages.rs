//! A list that grows by pages: what is in it never moves, so that growing never makes anybody wait for a copy of all.

/// How many things a page holds.
const PAGE: usize = 4_096;

/// Things by number, from 0.
#[derive(Clone, Debug)]
pub(crate) struct Pages<T>(Vec<Vec<T>>);

impl<T> Pages<T> {
    pub(crate) const fn new() -> Pages<T> {
        Pages(Vec::new())
    }

    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.0.last().map_or(0, |last| (self.0.len() - 1) * PAGE + last.len())
    }

    pub(crate) fn get(&self, number: u32) -> Option<&T> {
        let number = number as usize;
        self.0.get(number / PAGE)?.get(number % PAGE)
    }

    pub(crate) fn push(&mut self, thing: T) {
        match self.0.last_mut() {
            Some(last) if last.len() < PAGE => last.push(thing),
            _ => {
                let mut page = Vec::with_capacity(PAGE);
                page.push(thing);
                self.0.push(page);
            }
        }
    }

    /// The thing of this number; those that lack up to it are made.
    #[expect(clippy::indexing_slicing, reason = "the pages were just made to reach so far")]
    pub(crate) fn reach(&mut self, number: u32, new: impl Fn() -> T) -> &mut T {
        let (page, inside) = (number as usize / PAGE, number as usize % PAGE);
        while self.0.get(page).is_none_or(|page| page.len() <= inside) {
            self.push(new());
        }
        &mut self.0[page][inside]
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &T> {
        self.0.iter().flatten()
    }

    /// The bytes of the pages.
    pub(crate) fn heap_bytes(&self) -> usize {
        self.0.len() * PAGE * size_of::<T>()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_in_it_is_found_across_pages() {
        let mut pages = Pages::new();
        for number in 0..2 * PAGE + 3 {
            assert_eq!(pages.len(), number);
            pages.push(number);
        }
        *pages.reach(3 * PAGE as u32, || 7) += 1;
        assert_eq!((pages.len(), pages.get(3 * PAGE as u32)), (3 * PAGE + 1, Some(&8)));
        assert_eq!(pages.get(3 * PAGE as u32 + 1), None);
        let expected = (0..2 * PAGE + 3).chain(std::iter::repeat_n(7, PAGE - 3)).chain([8]);
        assert!(pages.iter().copied().eq(expected));
    }
}
