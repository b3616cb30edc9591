//! The quick reader: the fields of an object in the common shape, in one pass.
//!
//! The common shape is one object of names and plain values: strings without escapes, integers, `true`, `false`,
//! `null`, arrays of such strings. On anything else it gives up and says nothing; the strict reader then decides.
//! Invariant: what it does return is what the strict reader returns.

use std::borrow::Cow;

use super::fields::{Field, Fields, Value};

/// The fields of an event in the common shape; `None` says nothing about the text.
pub(crate) fn fields(text: &str) -> Option<Fields<'_>> {
    let mut fields = Fields::new();
    each(text, |name, value| match Field::parse(name) {
        Some(field) => fields.put(field, value),
        None => Some(()),
    })?;
    Some(fields)
}

/// Every field of an object in the common shape, in their order, until `take` gives up; `None` says nothing about the
/// text.
pub(crate) fn each<'a>(
    text: &'a str,
    mut take: impl FnMut(&'a str, Value<'a>) -> Option<()>,
) -> Option<()> {
    let mut input = Input { text, at: 0 };
    input.skip_blanks();
    input.expect(b'{')?;
    loop {
        input.skip_blanks();
        let name = input.string()?;
        input.skip_blanks();
        input.expect(b':')?;
        input.skip_blanks();
        let value = input.value()?;
        take(name, value)?;
        input.skip_blanks();
        match input.next()? {
            b',' => (),
            b'}' => break,
            _ => return None,
        }
    }
    input.skip_blanks();
    (input.at == text.len()).then_some(())
}

struct Input<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Input<'a> {
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn next(&mut self) -> Option<u8> {
        let byte = self.peek()?;
        self.at += 1;
        Some(byte)
    }

    fn expect(&mut self, wanted: u8) -> Option<()> {
        (self.next()? == wanted).then_some(())
    }

    fn skip_blanks(&mut self) {
        while let Some(b' ' | b'\t' | b'\n' | b'\r') = self.peek() {
            self.at += 1;
        }
    }

    /// A string without escapes.
    fn string(&mut self) -> Option<&'a str> {
        self.expect(b'"')?;
        let start = self.at;
        let rest = self.text.as_bytes().get(start..)?;
        let end = start + plain_length(rest);
        self.at = end;
        self.expect(b'"')?;
        self.text.get(start..end)
    }

    fn value(&mut self) -> Option<Value<'a>> {
        match self.peek()? {
            b'"' => self.string().map(|text| Value::Text(Cow::Borrowed(text))),
            b'[' => self.strings().map(Value::Texts),
            b'1'..=b'9' => self.whole().map(Value::Whole),
            b'n' => self.word("null").map(|()| Value::Absent),
            b't' => self.word("true").map(|()| Value::Flag(true)),
            b'f' => self.word("false").map(|()| Value::Flag(false)),
            _ => None,
        }
    }

    fn word(&mut self, word: &str) -> Option<()> {
        self.text.get(self.at..)?.starts_with(word).then_some(())?;
        self.at += word.len();
        Some(())
    }

    /// A positive integer of at most 18 digits, which is enough for a time and cannot overflow.
    fn whole(&mut self) -> Option<i64> {
        let start = self.at;
        let mut value = 0;
        while let Some(digit @ b'0'..=b'9') = self.peek() {
            if self.at - start == 18 {
                return None;
            }
            value = value * 10 + i64::from(digit - b'0');
            self.at += 1;
        }
        (!matches!(self.peek(), Some(b'.' | b'e' | b'E'))).then_some(value)
    }

    fn strings(&mut self) -> Option<Vec<Cow<'a, str>>> {
        self.expect(b'[')?;
        let mut strings = Vec::new();
        self.skip_blanks();
        if self.peek()? == b']' {
            self.at += 1;
            return Some(strings);
        }
        loop {
            self.skip_blanks();
            strings.push(Cow::Borrowed(self.string()?));
            self.skip_blanks();
            match self.next()? {
                b',' => (),
                b']' => return Some(strings),
                _ => return None,
            }
        }
    }
}

/// How many bytes stand before the first quote, backslash or control character; eight at a time.
fn plain_length(bytes: &[u8]) -> usize {
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
