//! `explain`: the rows that were tried, in order, what each of them saw, and on which facts of the machine that rests.
//!
//! The rows are those of the tables; what a row looks at stands beside it there. P is the person whose machine
//! decides, Q the other party: who they are is for the reader to say.

mod fact;
mod ground;
mod look;

pub use ground::{Ground, Sight};
pub(crate) use look::Look;

use crate::case::Case;
use crate::{Gate, Machine, Policy, Row, Verdict, Visit, What, decide};

/// How one event got its verdict at one machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trail {
    /// The rows from the top to the one that decided; none for a fact, which meets no gate.
    pub tried: Vec<Tried>,
    /// What was held of the thing that a fact is about, or why it was not looked at; nothing for an utterance.
    pub held: Option<Sight>,
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
    /// Whether the verdict hangs on it: the row that decided does; a row above it where it would have let through
    /// what was denied, or denied what was let through; any row above one that lets through what is left.
    pub matters: bool,
    /// What it saw, one phrase for each thing that it looked at.
    pub saw: Vec<String>,
    /// The facts of the machine that it saw.
    pub rests_on: Vec<Ground>,
}

/// Decides an event again and tells the rows that were tried.
pub fn explain(policy: &Policy, machine: &Machine, visit: Visit<'_>) -> Trail {
    let case = Case::new(policy, machine, visit);
    let verdict = decide(policy, machine, visit).verdict;
    let held = match &visit.event.what {
        What::Fact { fact, .. } => Some(fact::held(&case, fact, verdict)),
        What::Utterance(_) => None,
    };
    let Some(gate) = Gate::of(visit.role) else {
        return Trail { tried: Vec::new(), held, verdict };
    };
    let decisive = gate.decisive(&case);
    let above = gate.all_rows().take_while(|row| row.id != decisive.id);
    let tried = above.chain([decisive]).map(|row| tried(row, decisive, &case));
    Trail { tried: tried.collect(), held, verdict }
}

fn tried(row: &Row, decisive: &Row, case: &Case<'_, '_>) -> Tried {
    let applied = row.id == decisive.id;
    let hangs = match decisive.denies() {
        true => row.lets_through(),
        false => row.denies() || decisive.is_what_is_left(),
    };
    let sights: Vec<Sight> = row.looks_at.iter().map(|look| look.sight(case)).collect();
    Tried {
        row: row.id,
        words: row.words,
        applied,
        matters: applied || hangs,
        saw: sights.iter().map(|sight| sight.saw.clone()).collect(),
        rests_on: sights.into_iter().flat_map(|sight| sight.rests_on).collect(),
    }
}
