//! What the tests of several crates share: implementations of the rules, and what they are held against.
//!
//! - [`Implementation`] is whatever decides a log: the engine in this process, the program, the stream.
//!   Nothing below it knows which one it is, so all are held against the same corpus.
//! - [`Log`] is a recorded log with the decisions that must come of it.
//! - [`Story`] is a log that a person can read and write, with what must come of each line beside it.
//! - [`who_may_speak`] asks the rules for everything at a glance.
//! - [`measuring`] is for benches: what a process took, and where what was measured is kept.
//!
//! Only tests and benches depend on this crate. It prints nothing and decides nothing by itself.
#![forbid(unsafe_code)]

#[cfg(feature = "broker")]
pub mod broker;
mod implementation;
mod in_process;
mod log;
mod matrix;
pub mod measuring;
mod program;
mod story;
#[cfg(feature = "stream")]
pub mod stream;

pub use implementation::{Implementation, Outcome, Steps, Written};
pub use in_process::InProcess;
pub use log::{Log, logs_in};
pub use matrix::who_may_speak;
pub use program::Program;
pub use story::{Story, stories_in};
