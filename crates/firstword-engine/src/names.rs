//! Names to numbers and back: each party gets one number for good, so that machines stay small.
//!
//! Names are chosen by strangers. The tables hash them with a key drawn at random, so that nobody can prepare names
//! that collide; what is given out does not depend on the key.

use std::hash::{BuildHasher, RandomState as StdRandom};

use firstword_rules::{Name, Party, PartyKind};
use foldhash::fast::FixedState;

use crate::pages::Pages;
use crate::table::{Entry, Place, Table};

/// So many tables share the names: one of them grows at a time, so that no name waits until all have moved.
const TABLES: usize = 256;

/// The names of one kind of party.
#[derive(Clone, Debug)]
pub struct Names {
    kind: PartyKind,
    key: FixedState,
    tables: Box<[Table]>,
    texts: Texts,
    /// By number.
    places: Pages<Place>,
}

impl Names {
    /// No names yet.
    pub fn new(kind: PartyKind) -> Names {
        let key = FixedState::with_seed(StdRandom::new().hash_one("firstword"));
        let tables = (0..TABLES).map(|_| Table::default()).collect();
        Names { kind, key, tables, texts: Texts::default(), places: Pages::new() }
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.places.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The name of a number, without its prefix; empty for a number that was never given.
    pub fn text(&self, number: u32) -> &str {
        let text = self.places.get(number).map(|place| self.texts.get(*place).1);
        text.and_then(|text| str::from_utf8(text).ok()).unwrap_or_default()
    }

    /// The hash by which a name is looked up here.
    pub(crate) fn hash(&self, name: &str) -> u32 {
        let hash = self.key.hash_one(name);
        (hash ^ hash >> 32) as u32
    }

    /// Where finding a name looks first.
    pub(crate) fn slot(&self, hash: u32) -> Option<*const u8> {
        self.table(hash)?.first(hash).map(|entry| std::ptr::from_ref(entry).cast())
    }

    /// Where it looks after that.
    pub(crate) fn text_of(&self, hash: u32) -> Option<*const u8> {
        let place = self.table(hash)?.find(hash, |_| true)?;
        self.texts.from(place).map(<[u8]>::as_ptr)
    }

    /// The party of a name, where it has a number.
    pub fn find(&self, name: &str) -> Option<Party> {
        self.find_hashed(name, self.hash(name))
    }

    /// The same, where the name's hash is known.
    pub(crate) fn find_hashed(&self, name: &str, hash: u32) -> Option<Party> {
        let same = |place| self.texts.get(place).1 == name.as_bytes();
        let place = self.table(hash)?.find(hash, same)?;
        Some(Party::new(self.kind, self.texts.get(place).0))
    }

    /// The party of a name, with the next number if it is new.
    pub fn number(&mut self, name: &str) -> Party {
        let hash = self.hash(name);
        if let Some(known) = self.find_hashed(name, hash) {
            return known;
        }
        let number = self.len() as u32;
        let place = self.texts.put(number, name);
        self.places.push(place);
        if let Some(table) = self.tables.get_mut(hash as usize % TABLES) {
            table.insert(Entry { hash, place });
        }
        Party::new(self.kind, number)
    }

    fn table(&self, hash: u32) -> Option<&Table> {
        self.tables.get(hash as usize % TABLES)
    }

    /// Every party, in the order of their numbers.
    pub fn parties(&self) -> impl Iterator<Item = (Party, &str)> {
        (0..self.len() as u32).map(|number| (Party::new(self.kind, number), self.text(number)))
    }

    /// The name of a number as events write it.
    pub fn name(&self, number: u32) -> Name<'_> {
        Name { kind: self.kind, text: self.text(number).into() }
    }

    /// The bytes that the names take.
    pub fn heap_bytes(&self) -> usize {
        let tables: usize = self.tables.iter().map(Table::heap_bytes).sum();
        tables + size_of_val(&*self.tables) + self.texts.heap_bytes() + self.places.heap_bytes()
    }
}

/// Names behind each other, each with its number and its length before it. None of them ever moves.
#[derive(Clone, Debug, Default)]
struct Texts(Vec<Vec<u8>>);

/// Names are kept in blocks of so many bytes, of which each name begins a new step.
const BLOCK: usize = 1 << 16;
const STEP: usize = 4;
const STEPS: u32 = (BLOCK / STEP) as u32;

impl Texts {
    /// The rest of a block from a place on.
    fn from(&self, place: Place) -> Option<&[u8]> {
        self.0.get((place.0 / STEPS) as usize)?.get((place.0 % STEPS) as usize * STEP..)
    }

    /// A name and its number.
    fn get(&self, place: Place) -> (u32, &[u8]) {
        let here = self.from(place).and_then(<[u8]>::split_first_chunk);
        let Some(([n0, n1, n2, n3, l0, l1], text)) = here else {
            return (0, &[]);
        };
        let length = u16::from_le_bytes([*l0, *l1]).into();
        (u32::from_le_bytes([*n0, *n1, *n2, *n3]), text.get(..length).unwrap_or_default())
    }

    /// An identifier has at most 128 bytes (EVENTS.md): an empty block has room for it.
    fn put(&mut self, number: u32, name: &str) -> Place {
        let length = u16::try_from(name.len()).unwrap_or(u16::MAX);
        let needs = (size_of::<u32>() + size_of::<u16>() + name.len()).next_multiple_of(STEP);
        if self.0.last().is_none_or(|block| block.len() + needs > BLOCK) {
            self.0.push(Vec::with_capacity(BLOCK));
        }
        let before = self.0.len() as u32 - 1;
        let start = self.0.last_mut().map_or(0, |block| {
            let start = block.len();
            block.extend(number.to_le_bytes());
            block.extend(length.to_le_bytes());
            block.extend(name.as_bytes());
            block.resize(start + needs, 0);
            start
        });
        Place(before * STEPS + (start / STEP) as u32)
    }

    fn heap_bytes(&self) -> usize {
        self.0.iter().map(Vec::capacity).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_keeps_its_number() {
        let mut names = Names::new(PartyKind::Person);
        let numbers: Vec<_> = (0..50_000).map(|n| names.number(&format!("p{n}"))).collect();
        for (n, party) in numbers.iter().enumerate() {
            let name = format!("p{n}");
            assert_eq!((names.number(&name), names.find(&name)), (*party, Some(*party)));
            assert_eq!(names.text(party.number()), name);
        }
        assert_eq!((names.len(), names.find("nobody")), (50_000, None));
        assert!(names.heap_bytes() > 50_000 * (size_of::<Entry>() + size_of::<Place>()));
    }
}
