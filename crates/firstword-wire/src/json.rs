//! Pieces of JSON, by hand: the shape of what goes out is fixed, so only values are worth a thought.

use firstword_rules::{Millis, Name};

/// Writes a string, quoted.
pub(crate) fn string(out: &mut Vec<u8>, text: &str) {
    out.push(b'"');
    escaped(out, text);
    out.push(b'"');
}

/// Writes what stands between the quotes.
pub(crate) fn escaped(out: &mut Vec<u8>, text: &str) {
    let (plain, rest) = text.as_bytes().split_at(plain_length(text.as_bytes()));
    out.extend_from_slice(plain);
    for byte in rest.iter().copied() {
        match byte {
            b'"' | b'\\' => out.extend([b'\\', byte]),
            b'\n' => out.extend(b"\\n"),
            b'\r' => out.extend(b"\\r"),
            b'\t' => out.extend(b"\\t"),
            0..=0x1F => {
                let hex = |nibble: u8| b"0123456789abcdef".get(usize::from(nibble)).copied();
                out.extend(b"\\u00");
                out.extend(hex(byte >> 4).into_iter().chain(hex(byte & 15)));
            }
            _ => out.push(byte),
        }
    }
}

/// Writes `"person:alice"`.
pub(crate) fn party(out: &mut Vec<u8>, name: &Name<'_>) {
    out.push(b'"');
    out.extend_from_slice(name.kind.prefix().as_bytes());
    escaped(out, &name.text);
    out.push(b'"');
}

/// Writes a time as RFC 3339, quoted.
pub(crate) fn time(out: &mut Vec<u8>, at: Millis) {
    out.push(b'"');
    out.extend_from_slice(&at.to_rfc3339());
    out.push(b'"');
}

/// Writes a whole number.
pub(crate) fn number(out: &mut Vec<u8>, number: u64) {
    out.extend_from_slice(itoa::Buffer::new().format(number).as_bytes());
}

/// Writes an array of strings.
pub(crate) fn strings<'a>(out: &mut Vec<u8>, texts: impl IntoIterator<Item = &'a str>) {
    out.push(b'[');
    for (place, text) in texts.into_iter().enumerate() {
        if place > 0 {
            out.push(b',');
        }
        string(out, text);
    }
    out.push(b']');
}

/// How many bytes stand before the first quote, backslash or control character; eight at a time.
pub(crate) fn plain_length(bytes: &[u8]) -> usize {
    const ONES: u64 = u64::from_ne_bytes([0x01; 8]);
    const TOPS: u64 = u64::from_ne_bytes([0x80; 8]);
    let zero_bytes = |word: u64| word.wrapping_sub(ONES) & !word & TOPS;
    let (words, _) = bytes.as_chunks::<8>();
    let mut length = 0;
    for word in words {
        let word = u64::from_le_bytes(*word);
        let quotes = zero_bytes(word ^ (ONES * b'"' as u64));
        let backslashes = zero_bytes(word ^ (ONES * b'\\' as u64));
        let controls = word.wrapping_sub(ONES * 0x20) & !word & TOPS;
        let odd = quotes | backslashes | controls;
        if odd != 0 {
            return length + odd.trailing_zeros() as usize / 8;
        }
        length += 8;
    }
    let tail = bytes.get(length..).unwrap_or_default();
    let odd = tail.iter().position(|byte| matches!(byte, b'"' | b'\\' | 0..=0x1F));
    length + odd.unwrap_or(tail.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_odd_byte_is_found_wherever_it_stands() {
        for length in 0..40 {
            for odd in [b'"', b'\\', 0x00, 0x1F, b'\n'] {
                let mut bytes = vec![b'\x7f'; length];
                bytes.extend([odd, b'"', b'x', 0xC3, 0xA9, b'x', b'x', b'x', b'x', b'x']);
                assert_eq!(plain_length(&bytes), length, "{odd:#x} after {length}");
            }
        }
        assert_eq!(plain_length("žluťoučký kůň \u{80}".as_bytes()), 22);
    }
}
