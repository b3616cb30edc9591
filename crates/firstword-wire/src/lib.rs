//! Bytes to values and back: events in, decisions and dead letters out, machines to snapshots.
//!
//! It knows JSON and the scan of text; it knows no file, no topic and no rule. Text is read here once, to find
//! content kinds, and goes no further than [`Reader::event`].

mod decision;
mod json;
pub mod read;
mod reject;
pub mod scan;
mod snapshot;

pub use decision::{BadDecision, Recorded, read_decision, write_decision, write_event};
pub use read::{
    LARGEST, Reader, Reject, RejectReason, Salvage, parse_time, person_of_key, salvage, trim_line,
};
pub use reject::write_reject;
pub use snapshot::{DamagedSnapshot, SNAPSHOT_VERSION, read_machine, write_machine};
