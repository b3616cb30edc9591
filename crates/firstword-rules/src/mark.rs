//! Marks: what a machine remembers of an event to know it again (RULES.md, section 8).

use sha2::block_api::compress256;
use sha2::{Digest, Sha256};

use crate::Event;

/// What a machine remembers of an event to know it again: the first 96 bits of the SHA-256 of its type, its
/// `id` and its parties (section 8). Two events with one mark cannot be found, by chance or on purpose, for less
/// than some 2^48 trials of both, and none for a given one: a stranger cannot make another's event a duplicate.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Mark(pub(crate) [u32; 3]);

impl Mark {
    /// The mark of an event.
    pub fn of(event: &Event<'_>) -> Mark {
        let (one, other) = event.parties();
        // Neither types nor identifiers hold a blank, so the parts cannot run into each other.
        let person = [event.type_name(), " ", &event.id, " ", one.kind.prefix(), &one.text];
        let peer = other.map(|other| [" ", other.kind.prefix(), &other.text]);
        let parts = person.iter().chain(peer.iter().flatten()).map(|part| part.as_bytes());
        let [one, two, three, ..] = match gathered(parts.clone()) {
            Some((bytes, length)) => digest(bytes, length),
            None => {
                let hash = parts.fold(Sha256::new(), |hash, part| hash.chain_update(part));
                let bytes: [u8; 32] = hash.finalize().into();
                let mut words = [0; 8];
                for (word, bytes) in words.iter_mut().zip(bytes.as_chunks::<4>().0) {
                    *word = u32::from_be_bytes(*bytes);
                }
                words
            }
        };
        Mark([one, two, three])
    }

    /// The mark as 12 bytes, and back.
    pub fn to_bytes(self) -> [u8; 12] {
        let mut bytes = [0; 12];
        for (to, word) in bytes.as_chunks_mut::<4>().0.iter_mut().zip(self.0) {
            *to = word.to_be_bytes();
        }
        bytes
    }

    /// The mark that [`Mark::to_bytes`] gave these bytes for.
    pub fn from_bytes(bytes: [u8; 12]) -> Mark {
        let mut words = [0; 3];
        for (word, from) in words.iter_mut().zip(bytes.as_chunks::<4>().0) {
            *word = u32::from_be_bytes(*from);
        }
        Mark(words)
    }
}

/// As many blocks of SHA-256 as three identifiers and their end take.
const BLOCKS: usize = 7;

/// Parts side by side, where they fit with the end of a message behind them: hashing many small pieces costs more than
/// one copy, and three identifiers of an event that was read always fit.
fn gathered<'p>(parts: impl Iterator<Item = &'p [u8]>) -> Option<([[u8; 64]; BLOCKS], usize)> {
    let (mut blocks, mut length) = ([[0; 64]; BLOCKS], 0);
    let bytes = blocks.as_flattened_mut();
    for part in parts {
        let end = length + part.len();
        bytes.get_mut(length..end)?.copy_from_slice(part);
        length = end;
    }
    (length + END <= bytes.len()).then_some((blocks, length))
}

/// A one bit behind the message, and its length in eight bytes.
const END: usize = 9;

/// SHA-256 of the first bytes of these blocks, the rest of which is zero. The general way copies them once more, which
/// takes as long as hashing so few.
fn digest(mut blocks: [[u8; 64]; BLOCKS], length: usize) -> [u32; 8] {
    let used = (length + END).div_ceil(64);
    let bytes = blocks.as_flattened_mut();
    if let Some(end) = bytes.get_mut(length) {
        *end = 0x80;
    }
    let bits = (length as u64 * 8).to_be_bytes();
    if let Some((_, last)) = bytes.get_mut(..used * 64).and_then(<[u8]>::split_last_chunk_mut) {
        *last = bits;
    }
    let mut state = INITIAL;
    compress256(&mut state, blocks.get(..used).unwrap_or_default());
    state
}

/// What SHA-256 begins with.
const INITIAL: [u32; 8] = [
    0x6a09_e667,
    0xbb67_ae85,
    0x3c6e_f372,
    0xa54f_f53a,
    0x510e_527f,
    0x9b05_688c,
    0x1f83_d9ab,
    0x5be0_cd19,
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Fact, Millis, Name, PartyKind, What};

    #[test]
    fn a_mark_is_the_head_of_sha_256_whatever_the_length() {
        for length in 0..BLOCKS * 64 + 70 {
            let (id, party) = ("i".repeat(length.min(128)), "p".repeat(length));
            let name = Name { kind: PartyKind::Person, text: party.as_str().into() };
            let what = What::Fact { person: name, fact: Fact::PersonErased };
            let event = Event { id: id.as_str().into(), at: Millis(0), what };
            let whole = format!("person.erased {id} person:{party}");
            let expected: [u8; 32] = Sha256::digest(whole.as_bytes()).into();
            assert_eq!(Some(&Mark::of(&event).to_bytes()), expected.first_chunk(), "{length}");
        }
    }
}
