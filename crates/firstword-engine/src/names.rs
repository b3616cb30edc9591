//! Names to numbers and back: each party gets one number for good, so that machines stay small.
//!
//! Names are chosen by strangers. The table hashes them with a key drawn at random per table, so that nobody can
//! prepare names that collide; what the table gives out does not depend on the key.

use std::hash::{BuildHasher, RandomState as StdRandom};

use firstword_rules::{Name, Party, PartyKind};
use foldhash::fast::FixedState;
use hashbrown::HashTable;

/// The names of one kind of party.
#[derive(Clone, Debug)]
pub struct Names {
    kind: PartyKind,
    key: FixedState,
    table: HashTable<Entry>,
    bytes: String,
    ends: Vec<u64>,
}

/// A number, and half of its name's hash, so that the table grows without reading the names again.
#[derive(Clone, Copy, Debug)]
struct Entry {
    hash: u32,
    number: u32,
}

impl Names {
    /// No names yet.
    pub fn new(kind: PartyKind) -> Names {
        let key = FixedState::with_seed(StdRandom::new().hash_one("firstword"));
        Names { kind, key, table: HashTable::new(), bytes: String::new(), ends: Vec::new() }
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// The name of a number, without its prefix; empty for a number that was never given.
    pub fn text(&self, number: u32) -> &str {
        text(&self.bytes, &self.ends, number)
    }

    /// The party of a name, where it has a number.
    pub fn find(&self, name: &str) -> Option<Party> {
        let hash = self.hash(name);
        let entry = self
            .table
            .find(spread(hash), |entry| entry.hash == hash && self.text(entry.number) == name);
        entry.map(|entry| Party::new(self.kind, entry.number))
    }

    /// The party of a name, with the next number if it is new.
    pub fn number(&mut self, name: &str) -> Party {
        let hash = self.hash(name);
        let Names { table, bytes, ends, .. } = self;
        let same = |entry: &Entry| entry.hash == hash && text(bytes, ends, entry.number) == name;
        let number = match table.entry(spread(hash), same, |entry| spread(entry.hash)) {
            hashbrown::hash_table::Entry::Occupied(known) => known.get().number,
            hashbrown::hash_table::Entry::Vacant(free) => {
                let number = ends.len() as u32;
                bytes.push_str(name);
                ends.push(bytes.len() as u64);
                free.insert(Entry { hash, number });
                number
            }
        };
        Party::new(self.kind, number)
    }

    /// Every party, in the order of their numbers.
    pub fn parties(&self) -> impl Iterator<Item = (Party, &str)> {
        (0..self.ends.len() as u32).map(|number| (Party::new(self.kind, number), self.text(number)))
    }

    /// The name of a number as events write it.
    pub fn name(&self, number: u32) -> Name<'_> {
        Name { kind: self.kind, text: self.text(number).into() }
    }

    /// The bytes that the names take.
    pub fn heap_bytes(&self) -> usize {
        self.bytes.capacity()
            + self.ends.capacity() * size_of::<u64>()
            + self.table.allocation_size()
    }

    fn hash(&self, name: &str) -> u32 {
        let hash = self.key.hash_one(name);
        (hash ^ hash >> 32) as u32
    }
}

/// The table wants 64 bits, the upper ones as tags: two odd multiples of what is kept serve.
fn spread(hash: u32) -> u64 {
    u64::from(hash).wrapping_mul(0x9e37_79b9_7f4a_7c15)
}

fn text<'n>(bytes: &'n str, ends: &[u64], number: u32) -> &'n str {
    let number = number as usize;
    let start = number.checked_sub(1).and_then(|before| ends.get(before)).copied().unwrap_or(0);
    let end = ends.get(number).copied().unwrap_or(start);
    bytes.get(start as usize..end as usize).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_keeps_its_number() {
        let mut names = Names::new(PartyKind::Person);
        let numbers: Vec<_> = (0..5_000).map(|n| names.number(&format!("p{n}"))).collect();
        for (n, party) in numbers.iter().enumerate() {
            let name = format!("p{n}");
            assert_eq!((names.number(&name), names.find(&name)), (*party, Some(*party)));
            assert_eq!(names.text(party.number()), name);
        }
        assert_eq!((names.len(), names.find("nobody")), (5_000, None));
    }
}
