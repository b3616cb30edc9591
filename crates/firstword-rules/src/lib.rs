#![doc = include_str!("../RULES.md")]
#![forbid(unsafe_code)]
#![deny(clippy::disallowed_methods, clippy::disallowed_types, clippy::float_arithmetic)]

mod case;
mod decide;
mod decision;
mod event;
mod evolve;
mod explain;
mod facts;
mod gate;
mod limits;
mod machine;
mod mark;
mod orders;
mod party;
mod permission;
mod policy;
mod reasons;
mod record;
mod region;
mod rights;
mod standing;
mod time;
mod words;

pub use decide::decide;
pub use decision::*;
pub use event::*;
pub use evolve::evolve;
pub use explain::{Ground, Sight, Trail, Tried, explain};
pub use gate::{Gate, RECIPIENT_GATE, Row, SENDER_GATE};
pub use machine::*;
pub use mark::Mark;
pub use party::*;
pub use policy::*;
pub use region::*;
pub use standing::Stand;
pub use time::*;
pub use words::*;
