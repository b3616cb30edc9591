//! The stream put to the proof: workers on a real Kafka, what breaks them, and the ledger that finds what they did
//! wrong.
//!
//! - [`Ledger`] knows what was sent, is shown all that came of it, and says what does not follow from the rules.
//! - [`Fleet`] is a group of processes of the real program, [`Feed`] the platform, [`Witness`] a consumer.
//! - [`InStream`] tells a log to the stream as to any other implementation of the rules.
//! - [`Course`] puts them together: traffic, faults in the meantime, two ledgers at the end, and a [`Report`].
//!
//! What is read and written here goes through the public side of `firstword-stream`, as anyone's would.

mod course;
mod dice;
mod feed;
mod fleet;
mod in_stream;
mod ledger;
mod scenario;
mod under_way;
mod witness;

pub use course::{Course, Fault, Report, recordings};
pub use dice::seed;
pub use feed::Feed;
pub use fleet::Fleet;
pub use in_stream::InStream;
pub use ledger::{Counts, Ledger, Violation};
pub use scenario::{SCENARIOS, Size, courses, mixed};
pub use witness::{Progress, Witness};
