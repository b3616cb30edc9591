//! A gate told over a world's own terms, and the tally of where the tables and the tale were compared.

use std::collections::BTreeSet;
use std::fmt::Debug;

use firstword_rules::{Decision, Machine, Policy, Reason, Verdict, Visit, decide};

/// One row: its id, when it applies, what it decides.
pub type Row<W> = (&'static str, fn(&W) -> bool, fn(&W) -> Verdict);

/// What was seen so far.
#[derive(Default)]
pub struct Tally {
    /// The rows that decided a case.
    pub decided: BTreeSet<&'static str>,
    /// The rows without which a case would have had another verdict or reason.
    pub mattered: BTreeSet<&'static str>,
    /// The reasons that were given.
    pub reasons: BTreeSet<Reason>,
    /// The first cases where table and tale part, each with what both say.
    pub disagreements: Vec<String>,
}

impl Tally {
    /// Decides a case by the tables and by the tale.
    pub fn compare<W: Debug>(
        &mut self,
        tale: &[Row<W>],
        world: &W,
        policy: &Policy,
        machine: &Machine,
        visit: Visit<'_>,
    ) {
        let Decision { verdict, row, .. } = decide(policy, machine, visit);
        let mut applying = tale.iter().filter(|(_, applies, _)| applies(world));
        let told = applying.next().map(|(id, _, then)| (*id, then(world)));
        if row.map(|row| (row, verdict)) != told {
            if self.disagreements.len() < 3 {
                self.disagreements.push(format!("{world:?}: {row:?} {verdict:?}, told {told:?}"));
            }
            return;
        }
        self.decided.extend(row);
        self.reasons.extend(verdict.reason());
        let without = applying.next().map(|(_, _, then)| then(world));
        if without != Some(verdict) {
            self.mattered.extend(row);
        }
    }
}
