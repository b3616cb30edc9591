//! The quick reader: the fields of an object in the common shape, in one pass.
//!
//! The common shape is one object of names and plain values: strings without escapes, integers, `true`, `false`,
//! `null`, arrays of such strings. On anything else it gives up and says nothing; the strict reader then decides.
//! Invariant: what it does return is what the strict reader returns.

use std::borrow::Cow;

use super::fields::{Field, Fields, Value};
use crate::json::plain_length;

/// The fields of an event in the common shape; `None` says nothing about the text.
pub(crate) fn fields<'a>(text: &'a str, fields: &mut Fields<'a>) -> Option<()> {
    each(text, |name, value| match Field::parse(name) {
        Some(field) => fields.put(field, value),
        None => Some(()),
    })
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
