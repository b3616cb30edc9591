//! `explain`: the rows that were tried, in order, and what each of them saw.
//!
//! The rows are those of the tables; what a row looks at stands beside it there. P is the person whose machine
//! decides, Q the other party: who they are is for the reader to say.

mod look;

pub(crate) use look::Look;

use crate::case::Case;
use crate::{Gate, Machine, Policy, Row, Verdict, Visit, decide};

/// How one event got its verdict at one machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trail {
    /// The rows from the top to the one that decided; none for a fact, which meets no gate.
    pub tried: Vec<Tried>,
    /// What was decided.
    pub verdict: Verdict,
}

/// One row that was tried.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tried {
    /// The row on the page.
    pub row: &'static str,
    /// Its condition in the page's words.
    pub words: &'static str,
    /// Whether it applied; only the last one did.
    pub applied: bool,
    /// What it saw, one phrase for each thing that it looked at.
    pub saw: Vec<String>,
}

/// Decides an event again and tells the rows that were tried.
pub fn explain(policy: &Policy, machine: &Machine, visit: Visit<'_>) -> Trail {
    let case = Case::new(policy, machine, visit);
    let mut rows = Vec::new();
    for row in Gate::of(visit.role).into_iter().flat_map(Gate::all_rows) {
        let tried = tried(row, &case);
        let decided = tried.applied;
        rows.push(tried);
        if decided {
            break;
        }
    }
    Trail { tried: rows, verdict: decide(policy, machine, visit).verdict }
}

fn tried(row: &Row, case: &Case<'_, '_>) -> Tried {
    Tried {
        row: row.id,
        words: row.words,
        applied: (row.applies)(case),
        saw: row.looks_at.iter().map(|look| look.saw(case)).collect(),
    }
}
