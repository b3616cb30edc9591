//! Whether a log holds events or decisions, which is seen from its first line that is either.

use serde::Deserialize;
use serde::de::IgnoredAny;

use super::lines::Chunks;
use super::source::Input;

/// How many chunks of other things may come before it.
const LOOKED_AT: usize = 64;

/// What a log holds.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// Events.
    Events,
    /// Decisions.
    Decisions,
}

impl Kind {
    /// What this log holds; nothing where no line tells.
    ///
    /// # Errors
    /// What cannot be read, where nothing before it tells.
    pub fn of(
        chunks: &mut Chunks<impl Iterator<Item = anyhow::Result<Input>>>,
    ) -> anyhow::Result<Option<Kind>> {
        for _ in 0..LOOKED_AT {
            let Some(chunk) = chunks.look_ahead()? else { break };
            let kind = chunk.lines().find_map(|(_, line)| of_line(line));
            if kind.is_some() {
                return Ok(kind);
            }
        }
        Ok(None)
    }
}

/// A decision has a number and a verdict, and all that its event has; an event has a type.
fn of_line(line: &[u8]) -> Option<Kind> {
    #[derive(Deserialize)]
    struct Shape {
        seq: Option<IgnoredAny>,
        verdict: Option<IgnoredAny>,
        r#type: Option<IgnoredAny>,
    }
    let shape: Shape = serde_json::from_slice(line).ok()?;
    match shape {
        Shape { seq: Some(_), verdict: Some(_), .. } => Some(Kind::Decisions),
        Shape { r#type: Some(_), .. } => Some(Kind::Events),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_decision_is_known_by_its_number_and_verdict_an_event_by_its_type() {
        for (line, kind) in [
            (r#"{"id":"a","type":"message","seq":1,"verdict":"denied"}"#, Some(Kind::Decisions)),
            (r#"{"seq":"of another form","verdict":{}}"#, Some(Kind::Decisions)),
            (r#"{"id":"a","type":"message","seq":1}"#, Some(Kind::Events)),
            (r#"{"id":"a"}"#, None),
            (r#"{"seq":1,"verdict":"den"#, None),
            ("[]", None),
        ] {
            assert_eq!(of_line(line.as_bytes()), kind, "{line}");
        }
    }
}
