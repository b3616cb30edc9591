//! May it be said, and if not, from when: `firstword_replay::may` by examples, one for each kind of moment, and over
//! random policies, histories and questions.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod answers;
mod draws;
mod laws;
mod moments;
#[path = "../../../firstword-rules/tests/shared/recording.rs"]
mod recording;
mod world;
