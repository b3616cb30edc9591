//! What an event came to under one policy, short enough to be counted and told.

use std::fmt;

use firstword_engine::Decisions;
use firstword_rules::Verdict;

use super::parting::opts_in;

/// The final verdict of an event, and the rows that decided on the way there.
///
/// Displayed as `denied terms_declined S8`, `allowed start S10 R6`, `ignored stale`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Fate {
    /// The verdict of the last gate.
    pub verdict: Verdict,
    /// The row that forwarded, and the one that decided in the end; none for a fact.
    pub rows: [Option<&'static str>; 2],
    /// Whether the words of what was let through opt the person in.
    pub opts_in: bool,
}

impl Fate {
    /// What these decisions came to.
    pub fn of(decisions: &Decisions<'_>) -> Fate {
        Fate {
            verdict: decisions.last.verdict,
            rows: [decisions.forwarded.and_then(|forwarded| forwarded.row), decisions.last.row],
            opts_in: decisions.iter().any(opts_in),
        }
    }

    /// The rows that decided, in order.
    pub fn rows(&self) -> impl Iterator<Item = &'static str> {
        self.rows.into_iter().flatten()
    }
}

impl fmt::Display for Fate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.verdict.as_str())?;
        let basis = self.verdict.basis().map(|basis| basis.as_str());
        let reason = self.verdict.reason().map(|reason| reason.as_str());
        for word in basis.or(reason).into_iter().chain(self.rows()) {
            write!(f, " {word}")?;
        }
        f.write_str(if self.opts_in { ", an opt-in" } else { "" })
    }
}
