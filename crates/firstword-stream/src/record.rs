//! Records in and records out, owned: what a step reads may be decided twice, what it writes may be sent twice.
//!
//! Both are many and short-lived, so a record in is one allocation, and all records out of a step share one.

use std::io::Write as _;
use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};

use firstword_rules::Name;
use rdkafka::Message;
use rdkafka::message::{BorrowedMessage, Header, Headers};

/// A record as it came.
#[derive(Clone, Debug)]
pub(crate) struct Incoming {
    pub(crate) offset: i64,
    /// Milliseconds since 1970.
    pub(crate) timestamp: i64,
    /// Key, value, and names and values of the headers, one after another.
    bytes: Vec<u8>,
    key: Option<usize>,
    value_end: usize,
    headers: Vec<HeaderAt>,
}

/// Where a header's name and value end; each begins where the one before it ends.
#[derive(Clone, Debug)]
struct HeaderAt {
    name_end: usize,
    value_end: Option<usize>,
}

impl Incoming {
    pub(crate) fn of(message: &BorrowedMessage<'_>) -> Incoming {
        let (key, value) = (message.key(), message.payload().unwrap_or_default());
        let mut bytes = Vec::with_capacity(key.map_or(0, <[u8]>::len) + value.len() + 64);
        bytes.extend_from_slice(key.unwrap_or_default());
        let key = key.map(<[u8]>::len);
        bytes.extend_from_slice(value);
        let value_end = bytes.len();
        let mut headers = Vec::new();
        for header in readable_headers(message) {
            bytes.extend_from_slice(header.key.as_bytes());
            let name_end = bytes.len();
            bytes.extend_from_slice(header.value.unwrap_or_default());
            headers.push(HeaderAt { name_end, value_end: header.value.map(|_| bytes.len()) });
        }
        let (offset, timestamp) = (message.offset(), message.timestamp().to_millis().unwrap_or(0));
        Incoming { offset, timestamp, bytes, key, value_end, headers }
    }

    pub(crate) fn key(&self) -> Option<&[u8]> {
        self.key.map(|end| self.slice(0..end))
    }

    pub(crate) fn value(&self) -> &[u8] {
        self.slice(self.key.unwrap_or(0)..self.value_end)
    }

    /// Names, which librdkafka has as text, and values.
    pub(crate) fn headers(&self) -> impl Iterator<Item = (&[u8], Option<&[u8]>)> {
        let mut begin = self.value_end;
        self.headers.iter().map(move |at| {
            let name = self.slice(begin..at.name_end);
            begin = at.value_end.unwrap_or(at.name_end);
            (name, at.value_end.map(|end| self.slice(at.name_end..end)))
        })
    }

    /// The value of a header, if there is one of that name.
    pub(crate) fn header(&self, name: &str) -> Option<&[u8]> {
        self.headers().find(|(key, _)| *key == name.as_bytes())?.1
    }

    /// How many bytes it holds.
    pub(crate) fn len(&self) -> usize {
        self.bytes.len()
    }

    fn slice(&self, range: Range<usize>) -> &[u8] {
        self.bytes.get(range).unwrap_or_default()
    }
}

/// The headers of a record, but for those whose name is no text: the client panics on such a name, and a stranger could
/// send one.
pub(crate) fn readable_headers<'m>(
    message: &'m BorrowedMessage<'_>,
) -> impl Iterator<Item = Header<'m, &'m [u8]>> {
    let all = message.headers().into_iter();
    all.flat_map(|all| (0..all.count()).map(move |at| (all, at)))
        .filter_map(|(all, at)| catch_unwind(AssertUnwindSafe(|| all.get(at))).ok())
}

/// The value of a record's header, if there is one of that name.
pub(crate) fn header<'m>(message: &'m BorrowedMessage<'_>, name: &str) -> Option<&'m [u8]> {
    readable_headers(message).find(|header| header.key == name)?.value
}

/// The topics that a worker writes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum To {
    Relay,
    Decisions,
    Snapshots,
    DeadLetters,
    Policies,
}

/// Bytes of a parcel that were written once and may be used by several records.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Span {
    begin: u32,
    end: u32,
}

/// A record as it goes; its bytes lie in the parcel.
#[derive(Clone, Debug)]
pub(crate) struct Outgoing {
    pub(crate) to: To,
    /// Chosen by us, except for dead letters, which go where their key says.
    pub(crate) partition: Option<i32>,
    pub(crate) key: Option<Span>,
    pub(crate) value: Span,
    /// That of the record that caused it.
    pub(crate) timestamp: i64,
    headers: Range<u32>,
}

/// Records that a step publishes together.
#[derive(Debug, Default)]
pub(crate) struct Parcel {
    pub(crate) records: Vec<Outgoing>,
    bytes: Vec<u8>,
    headers: Vec<(Span, Option<Span>)>,
}

impl Parcel {
    /// Empties it for further records; its memory stays.
    pub(crate) fn clear(&mut self) {
        self.records.clear();
        self.bytes.clear();
        self.headers.clear();
    }

    /// Writes bytes for records to use.
    pub(crate) fn write(&mut self, write: impl FnOnce(&mut Vec<u8>)) -> Span {
        let begin = self.bytes.len() as u32;
        write(&mut self.bytes);
        Span { begin, end: self.bytes.len() as u32 }
    }

    /// Writes words for records to use.
    pub(crate) fn text(&mut self, text: &str) -> Span {
        self.write(|bytes| bytes.extend_from_slice(text.as_bytes()))
    }

    /// Writes a party's name, as keys have it, for records to use.
    pub(crate) fn name(&mut self, name: &Name<'_>) -> Span {
        self.write(|bytes| {
            bytes.extend_from_slice(name.kind.prefix().as_bytes());
            bytes.extend_from_slice(name.text.as_bytes());
        })
    }

    /// Writes what is shown for records to use.
    pub(crate) fn show(&mut self, shown: impl std::fmt::Display) -> Span {
        self.write(|bytes| {
            // A vector takes all that is written to it.
            let _ = write!(bytes, "{shown}");
        })
    }

    /// Adds a record.
    pub(crate) fn add(
        &mut self,
        to: To,
        partition: Option<i32>,
        key: Option<Span>,
        value: Span,
        timestamp: i64,
        headers: &[(Span, Option<Span>)],
    ) {
        let begin = self.headers.len() as u32;
        self.headers.extend_from_slice(headers);
        let headers = begin..self.headers.len() as u32;
        self.records.push(Outgoing { to, partition, key, value, timestamp, headers });
    }

    pub(crate) fn bytes(&self, span: Span) -> &[u8] {
        self.bytes.get(span.begin as usize..span.end as usize).unwrap_or_default()
    }

    /// The headers of one of its records.
    pub(crate) fn headers(
        &self,
        record: &Outgoing,
    ) -> impl ExactSizeIterator<Item = (&str, Option<&[u8]>)> {
        let range = record.headers.start as usize..record.headers.end as usize;
        self.headers.get(range).unwrap_or_default().iter().map(|(name, value)| {
            let name = std::str::from_utf8(self.bytes(*name)).unwrap_or_default();
            (name, value.map(|value| self.bytes(value)))
        })
    }
}
