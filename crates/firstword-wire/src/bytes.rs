//! Bytes looked at several at a time: where a string ends, and whether it must be escaped.

const ONES: u64 = u64::from_ne_bytes([0x01; 8]);
const TOPS: u64 = u64::from_ne_bytes([0x80; 8]);

/// How many bytes stand before the first quote, or all if there is none.
pub(crate) fn before_quote(bytes: &[u8]) -> usize {
    before(bytes, |word| equal(word, b'"'))
}

/// How many bytes stand before the first that no JSON string holds as it is, a quote, backslash or control character;
/// or all.
pub(crate) fn plain_length(bytes: &[u8]) -> usize {
    let below = |word: u64| word.wrapping_sub(ONES * 0x20) & !word & TOPS;
    before(bytes, |word| equal(word, b'"') | equal(word, b'\\') | below(word))
}

/// Whether there is no backslash and no control character.
pub(crate) fn have_no_escape(bytes: &[u8]) -> bool {
    let plain = |all: bool, byte: &u8| all & (*byte >= 0x20) & (*byte != b'\\');
    match bytes.last_chunk::<32>() {
        // The last 32 may have been looked at in part before: that is cheaper than one by one.
        Some(last) => {
            let (chunks, _) = bytes.as_chunks::<32>();
            chunks.iter().chain([last]).all(|chunk| chunk.iter().fold(true, plain))
        }
        None => bytes.iter().fold(true, plain),
    }
}

/// How many bytes stand before the first of eight that `found` marks by its top bit; of those behind it, it may mark
/// any.
#[inline]
fn before(bytes: &[u8], found: impl Fn(u64) -> u64) -> usize {
    let within = |word: u64| found(word).trailing_zeros() as usize / 8;
    let (words, _) = bytes.as_chunks::<8>();
    for (place, word) in words.iter().enumerate() {
        let length = within(u64::from_le_bytes(*word));
        if length < 8 {
            return place * 8 + length;
        }
    }
    match bytes.last_chunk::<8>() {
        Some(last) => bytes.len() - 8 + within(u64::from_le_bytes(*last)),
        None => {
            let word = bytes.iter().rev().fold(0, |word, byte| word << 8 | u64::from(*byte));
            within(word).min(bytes.len())
        }
    }
}

/// Marks the first byte of a word that is this one, by its top bit.
#[inline]
fn equal(word: u64, byte: u8) -> u64 {
    let zeros = word ^ (ONES * u64::from(byte));
    zeros.wrapping_sub(ONES) & !zeros & TOPS
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_odd_byte_is_found_wherever_it_stands() {
        for length in 0..80 {
            for odd in [b'"', b'\\', 0x00, 0x1F, b'\n'] {
                for rest in ["", "\"", "x", "\"x\u{e9}xxxxx", "xxxxxxxxx\n"] {
                    let mut bytes = vec![b'\x7f'; length];
                    assert_eq!(plain_length(&bytes), length);
                    assert!(have_no_escape(&bytes));
                    bytes.push(odd);
                    bytes.extend(rest.bytes());
                    assert_eq!(plain_length(&bytes), length, "{odd:#x} after {length}");
                    let quote = bytes.iter().position(|byte| *byte == b'"');
                    assert_eq!(before_quote(&bytes), quote.unwrap_or(bytes.len()));
                    let plain = bytes.iter().all(|byte| *byte >= 0x20 && *byte != b'\\');
                    assert_eq!(have_no_escape(&bytes), plain, "{odd:#x} after {length}");
                }
            }
        }
        assert_eq!(plain_length("žluťoučký kůň \u{80}".as_bytes()), 22);
    }
}
