//! What the quick reader and the strict one say of a line, which must be the same.

use std::fmt::{Debug, Display};

use firstword_rules::Event;
use firstword_wire::{
    BadDecision, Reader, Recorded, Reject, read_decision, read_decision_strictly,
};

/// Both readers of events; `of` says of which line, where they differ.
pub fn event<'a>(reader: &Reader, line: &'a [u8], of: &dyn Display) -> Result<Event<'a>, Reject> {
    same(reader.event(line), reader.event_strictly(line), line, of)
}

/// Both readers of decisions.
pub fn decision<'a>(line: &'a [u8], of: &dyn Display) -> Result<Recorded<'a>, BadDecision> {
    same(read_decision(line), read_decision_strictly(line), line, of)
}

fn same<T: PartialEq + Debug>(quickly: T, strictly: T, line: &[u8], of: &dyn Display) -> T {
    assert!(
        quickly == strictly,
        "{of}: quickly {quickly:?}, strictly {strictly:?}: {}",
        line.escape_ascii()
    );
    quickly
}
