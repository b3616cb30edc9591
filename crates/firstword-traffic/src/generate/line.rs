//! One event as a line of JSON, field by field, in a buffer that is used again and again.

use super::cast::Cast;
use super::draw::mix2;
use crate::json;
use crate::time::Clerk;

/// Somebody who speaks or is spoken to, by number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Who {
    Person(u32),
    Business(u32),
}

/// The line being written.
#[derive(Debug, Default)]
pub(super) struct Line {
    bytes: Vec<u8>,
    clerk: Clerk,
    /// Where in `bytes` the time stands, so that a retry can bear another.
    at: usize,
}

/// How long a written time is: `2021-05-15T00:00:00.000Z`.
const TIME: usize = 24;

impl Line {
    /// The line as it stands, without an end of line.
    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Begins an event.
    pub(super) fn begin(&mut self, id: Id, kind: &str, at: i64) {
        self.bytes.clear();
        self.bytes.extend_from_slice(b"{\"id\":\"");
        id.write(&mut self.bytes);
        self.bytes.extend_from_slice(b"\",\"type\":\"");
        self.bytes.extend_from_slice(kind.as_bytes());
        self.bytes.extend_from_slice(b"\",\"at\":\"");
        self.at = self.bytes.len();
        self.clerk.write(&mut self.bytes, at);
        self.bytes.push(b'"');
    }

    /// A field whose value needs no escape.
    pub(super) fn word(&mut self, field: &str, value: &str) {
        self.name(field);
        self.bytes.push(b'"');
        self.bytes.extend_from_slice(value.as_bytes());
        self.bytes.push(b'"');
    }

    /// A field whose value may be any text.
    pub(super) fn text(&mut self, field: &str, value: &str) {
        self.name(field);
        json::string(&mut self.bytes, value);
    }

    /// A field with an array of words.
    pub(super) fn words(&mut self, field: &str, values: &[&str]) {
        self.name(field);
        let mut before = b'[';
        for value in values {
            self.bytes.push(before);
            self.bytes.push(b'"');
            self.bytes.extend_from_slice(value.as_bytes());
            self.bytes.push(b'"');
            before = b',';
        }
        self.bytes.push(b']');
    }

    pub(super) fn who(&mut self, field: &str, who: Who) {
        self.name(field);
        self.bytes.push(b'"');
        match who {
            Who::Person(person) => Cast::write_person(&mut self.bytes, person),
            Who::Business(business) => Cast::write_business(&mut self.bytes, business),
        }
        self.bytes.push(b'"');
    }

    pub(super) fn time(&mut self, field: &str, at: i64) {
        self.name(field);
        self.bytes.push(b'"');
        self.clerk.write(&mut self.bytes, at);
        self.bytes.push(b'"');
    }

    /// Fields that no event has and every reader passes over, as producers add them.
    pub(super) fn luggage(&mut self, bits: u64) {
        self.name("trace");
        self.bytes.push(b'"');
        json::hex(&mut self.bytes, mix2(bits, 0), 16);
        json::hex(&mut self.bytes, mix2(bits, 1), 16);
        self.bytes.extend_from_slice(b"\",\"client\":{\"os\":\"android\",\"build\":");
        json::integer(&mut self.bytes, 21_000 + bits % 900);
        self.bytes.extend_from_slice(b",\"flags\":[true,null,0.25]},\"producer\":\"edge-");
        json::integer(&mut self.bytes, bits >> 60);
        self.bytes.extend_from_slice(b"\",\"schema\":3");
    }

    /// Ends the event.
    pub(super) fn end(&mut self) {
        self.bytes.push(b'}');
    }

    /// A copy of the line that bears another time.
    pub(super) fn again(&mut self, at: i64) -> Vec<u8> {
        let mut copy = Vec::with_capacity(self.bytes.len());
        let (before, rest) = self.bytes.split_at(self.at.min(self.bytes.len()));
        copy.extend_from_slice(before);
        self.clerk.write(&mut copy, at);
        copy.extend_from_slice(rest.get(TIME..).unwrap_or_default());
        copy
    }

    fn name(&mut self, field: &str) {
        self.bytes.extend_from_slice(b",\"");
        self.bytes.extend_from_slice(field.as_bytes());
        self.bytes.extend_from_slice(b"\":");
    }
}

/// An event's id: a number that no other event of the log has, in one of two forms.
#[derive(Debug, Clone, Copy)]
pub(super) struct Id {
    pub(super) number: u64,
    /// In the form of a UUID, otherwise 16 hexadecimal digits.
    pub(super) long: bool,
}

impl Id {
    pub(super) fn write(self, out: &mut Vec<u8>) {
        if !self.long {
            return json::hex(out, self.number, 16);
        }
        // The 64 bits of the number are all there, so that the long form tells events apart as
        // well.
        json::hex(out, self.number >> 32, 8);
        out.push(b'-');
        json::hex(out, self.number >> 16, 4);
        out.extend_from_slice(b"-4");
        let rest = mix2(self.number, 2);
        json::hex(out, rest >> 52, 3);
        out.extend_from_slice(b"-8");
        json::hex(out, rest >> 40, 3);
        out.push(b'-');
        json::hex(out, self.number, 4);
        json::hex(out, rest, 8);
    }
}
