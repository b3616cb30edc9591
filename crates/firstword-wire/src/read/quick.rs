//! The quick reader: the fields of an object in the common shape, in one pass.
//!
//! The common shape is one object on one line, in which no string has an escape. On anything else, be it odd or no JSON
//! at all, it gives up and says nothing; the strict reader then decides.
//! Invariant: what it does return is what the strict reader returns.

use std::borrow::Cow;

use super::fields::{DEEPEST, Field, Fields, Value};
use crate::bytes;

/// The fields of an event in the common shape; `None` says nothing about the text.
pub(crate) fn fields<'a>(text: &'a str, fields: &mut Fields<'a>) -> Option<()> {
    each(text, |name, input| match Field::parse(name) {
        Some(field) => input.value(fields.place(field)?),
        None => input.skip_value(1),
    })
}

/// Every field of an object in the common shape, in their order, until `take` gives up: it takes the value of each from
/// the input. `None` says nothing about the text.
pub(crate) fn each<'a>(
    text: &'a str,
    take: impl FnMut(&'a str, &mut Input<'a>) -> Option<()>,
) -> Option<()> {
    // With this known of the whole, a string ends at the next quote.
    bytes::have_no_escape(text.as_bytes()).then_some(())?;
    let mut input = Input { text, at: 0 };
    input.take(b'{')?;
    input.object(1, take)?;
    input.skip_blanks();
    (input.at == text.len()).then_some(())
}

/// What stands before a value, or behind it.
pub(crate) struct Input<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Input<'a> {
    /// Reads the value of a field of the outermost object to its place.
    pub(crate) fn value(&mut self, place: &mut Value<'a>) -> Option<()> {
        *place = match self.next()? {
            b'"' => Value::Text(Cow::Borrowed(self.string()?)),
            b'[' => self.texts()?,
            b'{' => self.skip_object(2).map(|()| Value::Other)?,
            first @ b'0'..=b'9' => self.number(first)?.parse().map_or(Value::Other, Value::Whole),
            // What a negative number means is for the strict readers to say: `-0` is one thing to an event and
            // another to a decision.
            b'-' => return None,
            b'n' => self.word("ull").map(|()| Value::Absent)?,
            b't' => self.word("rue").map(|()| Value::Flag(true))?,
            b'f' => self.word("alse").map(|()| Value::Flag(false))?,
            _ => return None,
        };
        Some(())
    }

    /// Passes over a value within something of this depth, the outermost object being 1.
    pub(crate) fn skip_value(&mut self, depth: usize) -> Option<()> {
        match self.next()? {
            b'"' => self.string().map(|_| ()),
            b'[' => self.array(depth + 1, |input| input.skip_value(depth + 1)),
            b'{' => self.skip_object(depth + 1),
            first @ (b'-' | b'0'..=b'9') => self.number(first).map(|_| ()),
            b'n' => self.word("ull"),
            b't' => self.word("rue"),
            b'f' => self.word("alse"),
            _ => None,
        }
    }

    fn skip_object(&mut self, depth: usize) -> Option<()> {
        self.object(depth, |_, input| input.skip_value(depth))
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn skip_blanks(&mut self) {
        while self.peek() == Some(b' ') {
            self.at += 1;
        }
    }

    /// The next byte that is no blank.
    fn next(&mut self) -> Option<u8> {
        self.skip_blanks();
        self.byte()
    }

    fn byte(&mut self) -> Option<u8> {
        let byte = self.peek()?;
        self.at += 1;
        Some(byte)
    }

    fn take(&mut self, wanted: u8) -> Option<()> {
        (self.next()? == wanted).then_some(())
    }

    /// A string, behind its first quote.
    fn string(&mut self) -> Option<&'a str> {
        let rest = self.text.get(self.at..)?;
        let length = bytes::before_quote(rest.as_bytes());
        self.at += length + 1;
        // Where there is no other quote the rest is too short, and what is asked next finds nothing.
        rest.get(..length)
    }

    /// The rest of a word.
    fn word(&mut self, rest: &str) -> Option<()> {
        self.text.get(self.at..)?.starts_with(rest).then_some(())?;
        self.at += rest.len();
        Some(())
    }

    /// A number as it is written, behind its first byte.
    fn number(&mut self, first: u8) -> Option<&'a str> {
        let start = self.at - 1;
        // A blank is nothing that may stand behind a sign.
        let digit = if first == b'-' { self.byte()? } else { first };
        match digit {
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

    /// An array that is the value of a field of the outermost object: of strings alone, or of anything else.
    fn texts(&mut self) -> Option<Value<'a>> {
        let (mut texts, mut others) = (Vec::new(), false);
        self.array(2, |input| {
            input.skip_blanks();
            if input.peek() != Some(b'"') {
                others = true;
                return input.skip_value(2);
            }
            input.at += 1;
            texts.push(Cow::Borrowed(input.string()?));
            Some(())
        })?;
        Some(if others { Value::Other } else { Value::Texts(texts) })
    }

    /// An array of this depth, behind its bracket; `take` takes each of its values.
    fn array(
        &mut self,
        depth: usize,
        mut take: impl FnMut(&mut Input<'a>) -> Option<()>,
    ) -> Option<()> {
        (depth <= DEEPEST).then_some(())?;
        self.skip_blanks();
        if self.skip(|byte| byte == b']', 1) {
            return Some(());
        }
        loop {
            take(self)?;
            match self.next()? {
                b',' => (),
                b']' => return Some(()),
                _ => return None,
            }
        }
    }

    /// An object of this depth, behind its brace; `take` takes the value of each of its fields.
    fn object(
        &mut self,
        depth: usize,
        mut take: impl FnMut(&'a str, &mut Input<'a>) -> Option<()>,
    ) -> Option<()> {
        (depth <= DEEPEST).then_some(())?;
        self.skip_blanks();
        if self.skip(|byte| byte == b'}', 1) {
            return Some(());
        }
        loop {
            self.take(b'"')?;
            let name = self.string()?;
            self.take(b':')?;
            take(name, self)?;
            match self.next()? {
                b',' => (),
                b'}' => return Some(()),
                _ => return None,
            }
        }
    }
}
