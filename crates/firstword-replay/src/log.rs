//! What a line of a log is: an event, a decision, or neither.

use firstword_rules::{Event, Millis, Policy};
use firstword_wire::{BadDecision, LogKind, Reader, Recorded, Reject, read_decision, trim_line};

/// A line of a log, read.
#[derive(Debug)]
pub enum Line<'l> {
    /// Blanks and tabs alone, which is no event and no error.
    Blank,
    /// An event.
    Event(Event<'l>),
    /// A decision.
    Decision(Recorded<'l>),
    /// No event, where there should be one.
    Rejected(Reject),
    /// No decision, where there should be one.
    BadDecision(BadDecision),
}

/// Reads the lines of a log.
#[derive(Clone, Debug)]
pub struct Lines {
    kind: LogKind,
    reader: Reader,
}

impl Lines {
    /// A reader of a log of this kind; events are read for this policy, whose words opt people out and in.
    pub fn new(kind: LogKind, policy: &Policy) -> Lines {
        Lines { kind, reader: Reader::new(policy) }
    }

    /// What the log holds.
    pub fn kind(&self) -> LogKind {
        self.kind
    }

    /// Reads one line, with its end or without.
    pub fn read<'l>(&self, line: &'l [u8]) -> Line<'l> {
        let Some(line) = trim_line(line) else { return Line::Blank };
        match self.kind {
            LogKind::Events => match self.reader.event(line) {
                Ok(event) => Line::Event(event),
                Err(reject) => Line::Rejected(reject),
            },
            LogKind::Decisions => match read_decision(line) {
                Ok(recorded) => Line::Decision(recorded),
                Err(bad) => Line::BadDecision(bad),
            },
        }
    }
}

impl Line<'_> {
    /// The event, of an event or of a decision.
    pub fn event(&self) -> Option<&Event<'_>> {
        match self {
            Line::Event(event) => Some(event),
            Line::Decision(recorded) => Some(&recorded.event),
            Line::Blank | Line::Rejected(_) | Line::BadDecision(_) => None,
        }
    }

    /// The event's `at`.
    pub fn at(&self) -> Option<Millis> {
        self.event().map(|event| event.at)
    }

    /// The event's id.
    pub fn id(&self) -> Option<&str> {
        self.event().map(|event| &*event.id)
    }
}
