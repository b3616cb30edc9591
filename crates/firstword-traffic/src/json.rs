//! Writes JSON by hand, appended to a buffer: strings, numbers, nothing else.

/// Appends `text` as a JSON string, quotes included.
pub(crate) fn string(out: &mut Vec<u8>, text: &str) {
    out.push(b'"');
    let mut rest = text;
    // All that needs an escape is ASCII, so a cut there is a cut between characters.
    while let Some(at) = rest.bytes().position(needs_escape) {
        let (plain, tail) = rest.split_at(at);
        out.extend_from_slice(plain.as_bytes());
        let mut tail = tail.chars();
        if let Some(special) = tail.next() {
            escape(out, special);
        }
        rest = tail.as_str();
    }
    out.extend_from_slice(rest.as_bytes());
    out.push(b'"');
}

fn needs_escape(byte: u8) -> bool {
    byte < 0x20 || byte == b'"' || byte == b'\\'
}

fn escape(out: &mut Vec<u8>, special: char) {
    match special {
        '"' => out.extend_from_slice(b"\\\""),
        '\\' => out.extend_from_slice(b"\\\\"),
        '\n' => out.extend_from_slice(b"\\n"),
        '\r' => out.extend_from_slice(b"\\r"),
        '\t' => out.extend_from_slice(b"\\t"),
        other => {
            out.extend_from_slice(b"\\u");
            hex(out, u64::from(u32::from(other)), 4);
        }
    }
}

/// Appends a whole number.
pub(crate) fn integer(out: &mut Vec<u8>, number: u64) {
    out.extend_from_slice(itoa::Buffer::new().format(number).as_bytes());
}

/// Appends the low `digits` hexadecimal digits of a number.
pub(crate) fn hex(out: &mut Vec<u8>, number: u64, digits: u32) {
    for place in (0..digits).rev() {
        let nibble = u8::try_from((number >> (place * 4)) & 0xf).unwrap_or(0);
        out.push(if nibble < 10 { b'0' + nibble } else { b'a' + nibble - 10 });
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use proptest::prelude::*;

    proptest! {
        /// Whatever the text, a JSON reader gets it back.
        #[test]
        fn strings_are_read_back(text in any::<String>()) {
            let mut out = Vec::new();
            super::string(&mut out, &text);
            prop_assert_eq!(serde_json::from_slice::<String>(&out).unwrap(), text);
        }
    }

    #[test]
    fn control_characters_are_read_back() {
        let text: String = (0..=0x2f_u8).map(char::from).collect();
        let mut out = Vec::new();
        super::string(&mut out, &text);
        assert_eq!(serde_json::from_slice::<String>(&out).unwrap(), text);
    }
}
