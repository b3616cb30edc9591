//! Laws that hold for many machines, whatever the policy and the log.
//!
//! What one machine obeys by itself is in `firstword-rules/tests/laws`.

#[path = "../../../firstword-rules/tests/shared/cast.rs"]
mod cast;
#[path = "../../../firstword-rules/tests/shared/events.rs"]
mod events;
mod log;
mod order;
#[path = "../../../firstword-rules/tests/shared/policies.rs"]
mod policies;
#[path = "../../../firstword-rules/tests/shared/recording.rs"]
mod recording;
mod replay;
