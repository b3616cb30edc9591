//! One log under two policies: what is counted, and that it is what the engine says.
#![expect(clippy::expect_used, reason = "a test fails by panicking")]

mod day;
mod laws;
mod log;
mod readings;
#[path = "../../../firstword-rules/tests/shared/recording.rs"]
mod recording;
