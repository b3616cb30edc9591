//! The replay debugger without its faces: what a log says about a moment, a person, an event, and another policy.
//!
//! It reads logs of events and logs of decisions through what it is given ([`ReadAt`], or lines one by one) and does no
//! IO of its own, prints nothing, and knows no clock and no topic.
#![forbid(unsafe_code)]

pub mod compare;
mod outcome;
mod place;
pub mod rows;
pub mod verify;

pub use outcome::{Outcome, Part};
pub use place::{Place, ReadAt};
