//! Pieces of JSON, by hand: the shape of what goes out is fixed, so only values are worth a thought.

use firstword_rules::{Millis, Name};

use crate::bytes::plain_length;

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
