//! Records in and records out, owned: what a step reads may be decided twice, what it writes may be sent twice.

use rdkafka::Message;
use rdkafka::message::{BorrowedMessage, Headers};

/// A record as it came.
#[derive(Clone, Debug)]
pub(crate) struct Incoming {
    pub(crate) offset: i64,
    /// Milliseconds since 1970.
    pub(crate) timestamp: i64,
    pub(crate) key: Option<Vec<u8>>,
    pub(crate) value: Vec<u8>,
    pub(crate) headers: Vec<(String, Option<Vec<u8>>)>,
}

impl Incoming {
    pub(crate) fn of(message: &BorrowedMessage<'_>) -> Incoming {
        let headers = message.headers().map_or(Vec::new(), |headers| {
            let owned = |header: rdkafka::message::Header<'_, &[u8]>| {
                (header.key.to_owned(), header.value.map(<[u8]>::to_vec))
            };
            headers.iter().map(owned).collect()
        });
        Incoming {
            offset: message.offset(),
            timestamp: message.timestamp().to_millis().unwrap_or(0),
            key: message.key().map(<[u8]>::to_vec),
            value: message.payload().unwrap_or_default().to_vec(),
            headers,
        }
    }

    /// The value of a header, if there is one of that name and it is text.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(key, _)| key == name);
        found.and_then(|(_, value)| std::str::from_utf8(value.as_deref()?).ok())
    }
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

/// A record as it goes.
#[derive(Clone, Debug)]
pub(crate) struct Outgoing {
    pub(crate) to: To,
    /// Chosen by us, except for dead letters, which go where their key says.
    pub(crate) partition: Option<i32>,
    pub(crate) key: Option<Vec<u8>>,
    pub(crate) value: Vec<u8>,
    /// That of the record that caused it.
    pub(crate) timestamp: i64,
    pub(crate) headers: Vec<(String, Option<Vec<u8>>)>,
}
