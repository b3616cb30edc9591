//! Decisions that are not published yet: machines advance in a draft, and the engine's own move when it is merged.

use std::collections::BTreeMap;

use firstword_rules::{Decision, Event, Machine, Mark, Name, Party, Role, decide, evolve};

use crate::Engine;

/// Machines as they would be. Dropped, it leaves no trace but numbers given to new names.
#[derive(Clone, Debug, Default)]
pub struct Draft {
    machines: BTreeMap<Party, Machine>,
}

impl Draft {
    /// The people whose machines moved, and the machines as they would be, by number.
    pub fn moved(&self) -> impl Iterator<Item = (Party, &Machine)> {
        self.machines.iter().map(|(person, machine)| (*person, machine))
    }

    /// A person's machine as it would be, if it moved.
    pub fn machine(&self, person: Party) -> Option<&Machine> {
        self.machines.get(&person)
    }
}

impl Engine {
    /// Decides an event at the machine of the person who has this part in it; the machine advances in the draft.
    pub fn draft<'e>(
        &mut self,
        draft: &mut Draft,
        event: &'e Event<'e>,
        role: Role,
    ) -> Decision<'e> {
        let (person, visit) = self.meet(event, Mark::of(event), role);
        let machine = draft
            .machines
            .entry(person)
            .or_insert_with(|| self.machine_of(person).cloned().unwrap_or_default());
        let decision = decide(self.policy(), machine, visit);
        evolve(machine, &decision);
        decision
    }

    /// Lets the machines be as the draft has them.
    pub fn merge(&mut self, draft: Draft) {
        for (person, machine) in draft.machines {
            *self.machine_mut(person) = machine;
        }
    }

    /// The machine of a person by number, with a name to know it by.
    pub fn named(&self, person: Party) -> Option<(Name<'_>, &Machine)> {
        self.machine_of(person).map(|machine| (self.name(person), machine))
    }
}
