//! Which phrases end at a word? Every phrase is followed at once, by bits.
//!
//! Each word of a phrase has one bit of the state, next to that of the word before. A word of the text keeps the bits
//! whose predecessors were set and that it may stand for ("shift and"); a linking word also keeps the bits after which
//! `~` allows it. Phrases of one word need no bit: the word has their roles itself.

use std::{collections::HashMap, sync::LazyLock};

use super::words::{PHRASES, Role};

/// How many blocks of 64 bits the phrases need.
pub(super) const BLOCKS: usize = 8;
/// How many words of phrases fit, those of one word apart.
#[cfg(test)]
pub(super) const PLACES: usize = BLOCKS * 64;
type Bits = [u64; BLOCKS];

/// The slots of the table of words: a power of two, several times the words.
const SLOTS: usize = 1 << 13;

/// The roles of the phrases that end at a word.
#[derive(Clone, Copy, Default)]
pub(super) struct Roles(u32);

impl Roles {
    pub(super) fn has(self, role: Role) -> bool {
        self.0 & bit(role) != 0
    }

    /// Whether there is nothing to weigh.
    pub(super) fn is_only_link(self) -> bool {
        self.0 & !bit(Role::Link) == 0
    }
}

const fn bit(role: Role) -> u32 {
    1 << role as u32
}

/// A word that occurs in some phrase.
pub(super) struct Word {
    text: Box<[u8]>,
    /// The places of phrases where it may stand.
    places: Bits,
    /// The roles it has by itself.
    roles: Roles,
}

/// The phrases, prepared.
#[derive(Default)]
pub(super) struct Vocabulary {
    words: Vec<Word>,
    /// For each slot the number of its word in `words`, from 1; a collision takes the next free slot.
    slots: Vec<u16>,
    longest: usize,
    /// The first places of all phrases, and those after which linking words may stand.
    starts: Bits,
    before_links: Bits,
    /// The last places, altogether and with their roles.
    ends: Bits,
    ends_by_role: Vec<(Role, Bits)>,
    objects: Bits,
    others: Bits,
}

pub(super) static VOCABULARY: LazyLock<Vocabulary> = LazyLock::new(Vocabulary::build);

/// How far each phrase has come.
#[derive(Clone, Copy, Default)]
pub(super) struct State(Bits);

impl State {
    /// Advances by one word; gives the roles of what ends there.
    pub(super) fn advance(&mut self, vocabulary: &Vocabulary, word: Option<&Word>) -> Roles {
        let Some(word) = word else {
            self.0 = [0; BLOCKS];
            return Roles::default();
        };
        let stays = if word.roles.has(Role::Link) { u64::MAX } else { 0 };
        let mut carried = 0;
        let mut ended = 0;
        let masks = vocabulary
            .starts
            .iter()
            .zip(&word.places)
            .zip(&vocabulary.before_links)
            .zip(&vocabulary.ends);
        for (block, (((starts, places), before_links), ends)) in self.0.iter_mut().zip(masks) {
            let moved = *block << 1 | carried | starts;
            carried = *block >> 63;
            *block = (moved & places) | (*block & before_links & stays);
            ended |= *block & places & ends;
        }
        let mut roles = word.roles;
        if ended != 0 {
            for (role, places) in &vocabulary.ends_by_role {
                let here = self.0.iter().zip(places).zip(&word.places);
                if here.fold(0, |any, ((block, ends), places)| any | (block & ends & places)) != 0 {
                    roles.0 |= bit(*role);
                }
            }
        }
        roles
    }

    /// Whether some phrase for an object is under way or just ended.
    pub(super) fn in_object(&self, vocabulary: &Vocabulary) -> bool {
        self.meets(&vocabulary.objects)
    }

    /// Whether some phrase for another thing is under way or just ended.
    pub(super) fn in_another(&self, vocabulary: &Vocabulary) -> bool {
        self.meets(&vocabulary.others)
    }

    fn meets(&self, bits: &Bits) -> bool {
        self.0.iter().zip(bits).fold(0, |any, (block, bits)| any | (block & bits)) != 0
    }
}

impl Vocabulary {
    /// The word of the vocabulary that equals a word of the text, in either case.
    pub(super) fn find(&self, word: &[u8]) -> Option<&Word> {
        if word.len() > self.longest {
            return None;
        }
        let mut slot = hash(word);
        loop {
            let number = *self.slots.get(slot % SLOTS)?;
            let found = self.words.get(usize::from(number.checked_sub(1)?))?;
            if found.text.eq_ignore_ascii_case(word) {
                return Some(found);
            }
            slot += 1;
        }
    }

    fn build() -> Self {
        let mut built = Self { slots: vec![0; SLOTS], ..Self::default() };
        let mut numbers = HashMap::new();
        let mut place = 0;
        for phrases in PHRASES {
            let mut ends = [0; BLOCKS];
            let mut all = [0; BLOCKS];
            for phrase in phrases.by_language.iter().flat_map(|(_, phrases)| *phrases) {
                let parts: Vec<&str> = phrase.split(' ').filter(|part| *part != "~").collect();
                if let [alone] = parts.as_slice() {
                    for text in alone.split('|') {
                        built.word(&mut numbers, text).roles.0 |= bit(phrases.role);
                    }
                    continue;
                }
                set(&mut built.starts, place);
                for part in phrase.split(' ') {
                    if part == "~" {
                        set(&mut built.before_links, place - 1);
                        continue;
                    }
                    for text in part.split('|') {
                        set(&mut built.word(&mut numbers, text).places, place);
                    }
                    set(&mut all, place);
                    place += 1;
                }
                set(&mut ends, place - 1);
            }
            for (sum, block) in built.ends.iter_mut().zip(ends) {
                *sum |= block;
            }
            match phrases.role {
                Role::Object => built.objects = all,
                Role::Another => built.others = all,
                _ => {}
            }
            built.ends_by_role.push((phrases.role, ends));
        }
        debug_assert!(place <= BLOCKS * 64, "{place} places do not fit");
        built.fill_slots();
        built
    }

    /// The word with this text, which is new or there already.
    fn word<'a>(
        &'a mut self,
        numbers: &mut HashMap<&'static str, usize>,
        text: &'static str,
    ) -> &'a mut Word {
        let number = *numbers.entry(text).or_insert_with(|| {
            self.words.push(Word {
                text: text.as_bytes().into(),
                places: [0; BLOCKS],
                roles: Roles(0),
            });
            self.words.len() - 1
        });
        #[expect(clippy::indexing_slicing, reason = "the number was given to a word that is there")]
        &mut self.words[number]
    }

    fn fill_slots(&mut self) {
        for (number, word) in (1..).zip(&self.words) {
            self.longest = self.longest.max(word.text.len());
            let mut slot = hash(&word.text);
            while let Some(taken) = self.slots.get_mut(slot % SLOTS) {
                if *taken == 0 {
                    *taken = number;
                    break;
                }
                slot += 1;
            }
        }
    }
}

fn set(bits: &mut Bits, place: usize) {
    if let Some(block) = bits.get_mut(place / 64) {
        *block |= 1 << (place % 64);
    }
}

/// A hash of a word in small letters; digits and letters differ in their low bits.
fn hash(word: &[u8]) -> usize {
    let mixed = word.iter().fold(0u32, |hash, &byte| {
        (hash ^ u32::from(byte | 0x20)).wrapping_mul(0x9e37_79b1).rotate_left(5)
    });
    (mixed ^ mixed >> 15) as usize
}
