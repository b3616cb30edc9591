//! The replay debugger without its faces: what a log says about a moment, a person, an event, and another policy.
//!
//! It reads logs of events and logs of decisions through what it is given ([`ReadAt`], or lines one by one) and does no
//! IO of its own, prints nothing, and knows no clock and no topic.
#![forbid(unsafe_code)]

pub mod explain;
pub mod fixture;
mod index;
mod log;
mod pieces;
pub mod may;
mod place;
mod timeline;
mod unfit;
pub mod whatif;

pub use index::{Counts, Entry, Hint, IndexBuilder, Met, Scratch};
pub use log::{Line, Lines, LogKind};
pub use place::{Place, ReadAt};
pub use timeline::{History, Timeline};
pub use unfit::Unfit;
