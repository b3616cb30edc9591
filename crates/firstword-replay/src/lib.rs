//! The replay debugger without its faces: what a log says about a moment, a person, an event, and another policy.
//!
//! It reads logs of events and logs of decisions through what it is given ([`ReadAt`], or lines one by one) and does no
//! IO of its own, prints nothing, and knows no clock and no topic.
#![forbid(unsafe_code)]

mod change;
pub mod compare;
mod duties;
pub mod explain;
pub mod fixture;
mod index;
mod log;
pub mod may;
mod moment;
mod outcome;
mod pieces;
mod place;
pub mod rows;
mod show;
mod summary;
mod timeline;
mod unfit;
pub mod verify;
pub mod whatif;

pub use change::{Change, Gives, changes};
pub use duties::{Duty, duties, duties_of};
pub use index::{Counts, Entry, Hint, IndexBuilder, Met, Scratch};
pub use log::{Line, Lines};
pub use moment::Moment;
pub use outcome::{Outcome, Part};
pub use place::{Place, ReadAt};
pub use show::{
    Because, Business, Counted, Doubt, Portrait, Section, Starts, Talk, portrait, portrait_of,
};
pub use summary::{Summary, summary};
pub use timeline::{History, Timeline, Visited, Walk};
pub use unfit::Unfit;
