//! Whether a log holds events or decisions, which is seen from its first line that is either.

use serde::Deserialize;
use serde::de::IgnoredAny;

use crate::trim_line;

/// What a log holds.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum LogKind {
    /// Events, which are decided under a policy.
    Events,
    /// Decisions, which were made before and are folded.
    Decisions,
}

impl LogKind {
    /// What a log of this line holds; nothing where the line is neither event nor decision.
    ///
    /// A decision has a number and a verdict, and all that its event has; an event has a type. What they are is not
    /// looked at: a first decision that is damaged, or of a later edition, does not make events of a journal.
    pub fn of(line: &[u8]) -> Option<LogKind> {
        #[derive(Deserialize)]
        struct Shape {
            seq: Option<IgnoredAny>,
            verdict: Option<IgnoredAny>,
            r#type: Option<IgnoredAny>,
        }
        let shape: Shape = serde_json::from_slice(trim_line(line)?).ok()?;
        match shape {
            Shape { seq: Some(_), verdict: Some(_), .. } => Some(LogKind::Decisions),
            Shape { r#type: Some(_), .. } => Some(LogKind::Events),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_decision_is_known_by_its_number_and_verdict_an_event_by_its_type() {
        for (line, kind) in [
            (r#"{"id":"a","type":"message","seq":1,"verdict":"denied"}"#, Some(LogKind::Decisions)),
            (r#"{"seq":"of another form","verdict":{}}"#, Some(LogKind::Decisions)),
            (r#"{"id":"a","type":"message","seq":1}"#, Some(LogKind::Events)),
            (r#"{"id":"a"}"#, None),
            (r#"{"seq":1,"verdict":"den"#, None),
            ("[]", None),
            ("", None),
        ] {
            assert_eq!(LogKind::of(line.as_bytes()), kind, "{line}");
        }
    }
}
