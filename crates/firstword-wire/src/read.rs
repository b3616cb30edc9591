//! Events in: one line of a log, or the value of one record, to one event or to the reason why it is none
//! (EVENTS.md).
//!
//! Two readers find the fields of an object: `quick` for the common shape, which gives up on anything odd, and
//! `strict`, which settles what is JSON at all. What the fields mean is settled once, in `event`, for both.

mod event;
pub(crate) mod fields;
mod flaw;
pub(crate) mod quick;
mod salvage;
mod strict;
pub(crate) mod time;
mod walk;

use firstword_rules::{Event, Policy};

pub use fields::Field;
use fields::Fields;
pub use flaw::{Flaw, locate};
pub use salvage::{Salvage, id_of, person_of_key, salvage};
pub use time::parse_time;

use crate::scan::Keywords;

/// The largest event, in bytes, the end of the line not counted.
pub const LARGEST: usize = 256 * 1024;

/// Why something is no event, in the order in which reasons are tried.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum RejectReason {
    /// More than 256 KiB.
    TooLarge,
    /// Not one JSON object in UTF-8, nested too deep, or a field twice.
    NotJson,
    /// A `type` that is none.
    UnknownType,
    /// A needed field that is not there.
    MissingField,
    /// A field of the wrong form.
    BadField,
    /// `from` equals `to`.
    SameParty,
    /// A business writes to a business.
    NoPerson,
    /// On a stream only: `at` is too far past the record's own timestamp.
    FromTheFuture,
}

/// What is no event: why, and which field shows it. It holds nothing of what was read.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Reject {
    /// The reason.
    pub reason: RejectReason,
    /// The field that is missing or of the wrong form, where it is one field.
    pub field: Option<Field>,
}

impl RejectReason {
    /// Every reason, in the order of EVENTS.md.
    pub const ALL: [RejectReason; 8] = [
        RejectReason::TooLarge,
        RejectReason::NotJson,
        RejectReason::UnknownType,
        RejectReason::MissingField,
        RejectReason::BadField,
        RejectReason::SameParty,
        RejectReason::NoPerson,
        RejectReason::FromTheFuture,
    ];

    /// The word that dead letters, metrics and people use.
    pub fn as_str(self) -> &'static str {
        match self {
            RejectReason::TooLarge => "too_large",
            RejectReason::NotJson => "not_json",
            RejectReason::UnknownType => "unknown_type",
            RejectReason::MissingField => "missing_field",
            RejectReason::BadField => "bad_field",
            RejectReason::SameParty => "same_party",
            RejectReason::NoPerson => "no_person",
            RejectReason::FromTheFuture => "from_the_future",
        }
    }

    /// The reason alone.
    pub(crate) fn alone(self) -> Reject {
        Reject { reason: self, field: None }
    }

    /// The reason and the field that shows it.
    pub(crate) fn of(self, field: Field) -> Reject {
        Reject { reason: self, field: Some(field) }
    }
}

impl std::fmt::Display for Reject {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.field {
            Some(field) => write!(f, "{} (`{}`)", self.reason.as_str(), field.as_str()),
            None => f.write_str(self.reason.as_str()),
        }
    }
}

/// Reads events for one policy: the words by which people opt out and in are the policy's.
#[derive(Clone, Debug)]
pub struct Reader {
    keywords: Keywords,
}

impl Reader {
    /// A reader for events that are decided under a policy.
    pub fn new(policy: &Policy) -> Reader {
        let words = &policy.keywords;
        Reader {
            keywords: Keywords::new(
                words.opt_out.iter().map(|word| &**word),
                words.opt_in.iter().map(|word| &**word),
            ),
        }
    }

    /// A reader of events that carry no text, such as those within decisions.
    pub fn without_keywords() -> Reader {
        Reader { keywords: Keywords::new([], []) }
    }

    /// Reads one event from the bytes of one line or one record's value.
    ///
    /// Strings without an escape are borrowed from `bytes`.
    ///
    /// # Errors
    /// The first reason of EVENTS.md, in its order, why this is no event.
    pub fn event<'a>(&self, bytes: &'a [u8]) -> Result<Event<'a>, Reject> {
        if bytes.len() > LARGEST {
            return Err(RejectReason::TooLarge.alone());
        }
        self.event_of_any_size(bytes)
    }

    /// The same where the event stands within something larger: the decision on an event of the largest size has
    /// further fields.
    pub(crate) fn event_of_any_size<'a>(&self, bytes: &'a [u8]) -> Result<Event<'a>, Reject> {
        let text = std::str::from_utf8(bytes).map_err(|_| RejectReason::NotJson.alone())?;
        let mut fields = Fields::new();
        match quick::fields(text, &mut fields) {
            Some(()) => self.event_of(&mut fields),
            None => self.event_by(strict::fields(text)),
        }
    }

    /// The same by the strict reader alone, to hold the quick one against.
    #[doc(hidden)]
    pub fn event_strictly<'a>(&self, bytes: &'a [u8]) -> Result<Event<'a>, Reject> {
        if bytes.len() > LARGEST {
            return Err(RejectReason::TooLarge.alone());
        }
        self.event_by(std::str::from_utf8(bytes).ok().and_then(strict::fields))
    }

    fn event_by<'a>(&self, fields: Option<Fields<'a>>) -> Result<Event<'a>, Reject> {
        self.event_of(&mut fields.ok_or(RejectReason::NotJson.alone())?)
    }

    /// The event of fields that were found before.
    pub(crate) fn event_of<'a>(&self, fields: &mut Fields<'a>) -> Result<Event<'a>, Reject> {
        event::event(fields, &self.keywords)
    }
}

/// A line of a log without its end (LF or CRLF), or nothing where it is blanks and tabs alone, which is no event
/// and no error.
pub fn trim_line(line: &[u8]) -> Option<&[u8]> {
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    line.iter().any(|byte| !matches!(byte, b' ' | b'\t')).then_some(line)
}
