//! Bytes to values and back: events in, decisions and dead letters out, machines to snapshots.
//!
//! It knows JSON and the scan of text; of files it knows only how one is replaced whole, and of topics and rules
//! nothing. Text is read here once, to find content kinds, and goes no further than [`Reader::event`].

mod bytes;
mod decision;
pub mod file;
mod json;
mod log_kind;
mod machines;
pub mod read;
mod reject;
pub mod scan;
mod snapshot;

#[doc(hidden)]
pub use decision::read_decision_strictly;
pub use decision::{
    BadDecision, Recorded, may_be_decision, read_decision, read_edition, read_forwarded,
    write_decision, write_event,
};
pub use log_kind::LogKind;
pub use machines::{BadMachines, MachinesIn, MachinesOut};
pub use read::{
    Flaw, LARGEST, Reader, Reject, RejectReason, Salvage, id_of, locate, parse_time, person_of_key,
    salvage, trim_line,
};
pub use reject::write_reject;
pub use snapshot::{DamagedSnapshot, SNAPSHOT_VERSION, read_machine, write_machine};
