//! What a step changed, what a machine looks like, and who owes what: laws over random logs, and a story told line by
//! line.

#[path = "../../../firstword-rules/tests/shared/cast.rs"]
mod cast;
#[path = "../../../firstword-rules/tests/shared/events.rs"]
mod events;
mod laws;
#[path = "../../../firstword-rules/tests/shared/lines.rs"]
mod lines;
#[path = "../../../firstword-rules/tests/shared/policies.rs"]
mod policies;
#[path = "../../../firstword-rules/tests/shared/recording.rs"]
mod recording;
#[expect(clippy::disallowed_methods, reason = "the story lies in a file")]
mod told;
mod walks;
