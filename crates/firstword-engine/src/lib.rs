//! Many machines in memory, from gate to gate, in the order of one log.
//!
//! The engine numbers the parties, brings each event before the machines that it concerns, and lets them advance.
//! It knows the rules and nothing else: no bytes, no files, no clock.
//!
//! Invariant: every event gets one final decision, and each person's decisions are numbered from 1 without gap.

mod draft;
mod engine;
mod machines;
mod names;
mod near;
mod pages;
mod table;

pub use draft::Draft;
pub use engine::{AHEAD, Decisions, Engine, first_role};
pub use names::Names;
