//! The quick reader: the fields of an object in the common shape, in one pass.
//!
//! The common shape is one object in which no string has an escape. On anything else, be it odd or no JSON at all, it
//! gives up and says nothing; the strict reader then decides.
//! Invariant: what it does return is what the strict reader returns.

use std::borrow::Cow;

use super::fields::{DEEPEST, Field, Fields, Value};
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
    take: impl FnMut(&'a str, Value<'a>) -> Option<()>,
) -> Option<()> {
    let mut input = Input { text, at: 0 };
    input.skip_blanks();
    input.object(1, take)?;
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

    /// A value of an object at this depth, the outermost being 1.
    fn value(&mut self, depth: usize) -> Option<Value<'a>> {
        match self.peek()? {
            b'"' => self.string().map(|text| Value::Text(Cow::Borrowed(text))),
            b'[' => self.array(depth + 1),
            b'{' => self.object(depth + 1, |_, _| Some(())).map(|()| Value::Other),
            // What a negative number means is for the strict readers to say: `-0` is one thing to an event and
            // another to a decision.
            b'-' if depth == 1 => None,
            b'-' | b'0'..=b'9' => {
                self.number().map(|raw| raw.parse().map_or(Value::Other, Value::Whole))
            }
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

    /// A number as it is written.
    fn number(&mut self) -> Option<&'a str> {
        let start = self.at;
        self.skip(|byte| byte == b'-', 1);
        match self.next()? {
            b'0' => (),
            b'1'..=b'9' => _ = self.digits(),
            _ => return None,
        }
        if self.skip(|byte| byte == b'.', 1) {
            self.digits().then_some(())?;
        }
        if self.skip(|byte| matches!(byte, b'e' | b'E'), 1) {
            self.skip(|byte| matches!(byte, b'+' | b'-'), 1);
            self.digits().then_some(())?;
        }
        self.text.get(start..self.at)
    }

    /// Skips digits; whether there were any.
    fn digits(&mut self) -> bool {
        self.skip(|byte| byte.is_ascii_digit(), usize::MAX)
    }

    /// Skips at most so many bytes of a kind; whether there were any.
    fn skip(&mut self, kind: impl Fn(u8) -> bool, most: usize) -> bool {
        let start = self.at;
        while self.at - start < most && self.peek().is_some_and(&kind) {
            self.at += 1;
        }
        self.at > start
    }

    /// An array: of strings alone, or of anything else.
    fn array(&mut self, depth: usize) -> Option<Value<'a>> {
        (depth <= DEEPEST).then_some(())?;
        self.expect(b'[')?;
        let (mut strings, mut others) = (Vec::new(), false);
        self.skip_blanks();
        if self.skip(|byte| byte == b']', 1) {
            return Some(Value::Texts(strings));
        }
        loop {
            self.skip_blanks();
            match self.value(depth)? {
                Value::Text(text) => strings.push(text),
                _ => others = true,
            }
            self.skip_blanks();
            match self.next()? {
                b',' => (),
                b']' if others => return Some(Value::Other),
                b']' => return Some(Value::Texts(strings)),
                _ => return None,
            }
        }
    }

    /// An object at this depth; its fields, until `take` gives up.
    fn object(
        &mut self,
        depth: usize,
        mut take: impl FnMut(&'a str, Value<'a>) -> Option<()>,
    ) -> Option<()> {
        (depth <= DEEPEST).then_some(())?;
        self.expect(b'{')?;
        self.skip_blanks();
        if self.skip(|byte| byte == b'}', 1) {
            return Some(());
        }
        loop {
            self.skip_blanks();
            let name = self.string()?;
            self.skip_blanks();
            self.expect(b':')?;
            self.skip_blanks();
            take(name, self.value(depth)?)?;
            self.skip_blanks();
            match self.next()? {
                b',' => (),
                b'}' => return Some(()),
                _ => return None,
            }
        }
    }
}
