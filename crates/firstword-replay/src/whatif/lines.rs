//! Lines of a log, read for two policies.
//!
//! A line that can be read as a decision is one, any other is an event or rejected, so logs of both kinds can follow
//! one another. Text is scanned here and goes no further.

use firstword_rules::{Event, Policy, What};
use firstword_wire::{Reader, Recorded, Reject, may_be_decision, read_decision};

/// Reads lines for two policies.
#[derive(Clone, Debug)]
pub struct Lines {
    held: Reader,
    /// Where the words of the other policy differ.
    other: Option<Reader>,
}

/// A line that was read.
#[derive(Debug)]
pub enum Line<'l> {
    /// An event, and as the other policy reads it, where that may differ.
    Event(Event<'l>, Option<Box<Event<'l>>>),
    /// A decision.
    Decision(Box<Recorded<'l>>),
}

impl Lines {
    /// A reader for the policy that held and another.
    pub fn new(held: &Policy, other: &Policy) -> Lines {
        Lines {
            held: Reader::new(held),
            other: (held.keywords != other.keywords).then(|| Reader::new(other)),
        }
    }

    /// Reads a line without its end.
    ///
    /// # Errors
    /// The first reason of EVENTS.md why it is no event, where it is no decision either.
    pub fn read<'l>(&self, line: &'l [u8]) -> Result<Line<'l>, Reject> {
        if may_be_decision(line)
            && let Ok(recorded) = read_decision(line)
        {
            return Ok(Line::Decision(Box::new(recorded)));
        }
        let event = self.held.event(line)?;
        // Only in what a person writes to a business are words looked for.
        let other = match (&self.other, &event.what) {
            (Some(other), What::Utterance(said)) if !said.to.is_person() => {
                Some(Box::new(other.event(line)?))
            }
            _ => None,
        };
        Ok(Line::Event(event, other))
    }
}

impl<'l> Line<'l> {
    /// The event, as the policy that held reads it and as the other does.
    pub fn events(&'l self) -> (&'l Event<'l>, &'l Event<'l>) {
        match self {
            Line::Event(event, other) => (event, other.as_deref().unwrap_or(event)),
            Line::Decision(recorded) => (&recorded.event, &recorded.event),
        }
    }
}
