//! Laws that hold for one machine, whatever the policy and whatever happens to it.
//!
//! The machine is that of `p0`. What needs several machines is in `firstword-engine/tests/laws`.

#[path = "../shared/cast.rs"]
mod cast;
#[path = "../shared/events.rs"]
mod events;
mod facts;
mod gates;
mod grounds;
mod journal;
#[path = "../shared/lines.rs"]
mod lines;
#[path = "../shared/meeting.rs"]
mod meeting;
#[path = "../shared/policies.rs"]
mod policies;
#[path = "../shared/recording.rs"]
mod recording;
mod talk;
