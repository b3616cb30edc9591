//! Decisions that are not published yet: machines advance in a draft, and the engine's own move when it is merged.

use hashbrown::HashTable;

use firstword_rules::{Decision, Event, Machine, Mark, Name, Party, Role, decide, evolve};

use crate::Engine;

/// Machines as they would be. Dropped, it leaves no trace but numbers given to new names.
#[derive(Clone, Debug, Default)]
pub struct Draft {
    /// In the order in which they first moved.
    machines: Vec<(Party, Machine)>,
    /// Where in the order a person's machine stands.
    places: HashTable<(Party, u32)>,
}

impl Draft {
    /// The people whose machines moved, and the machines as they would be, in the order in which they first moved.
    pub fn moved(&self) -> impl Iterator<Item = (Party, &Machine)> {
        self.machines.iter().map(|(person, machine)| (*person, machine))
    }

    /// A person's machine as it would be, if it moved.
    pub fn machine(&self, person: Party) -> Option<&Machine> {
        let (_, place) = self.places.find(spread(person), |(of, _)| *of == person)?;
        self.machines.get(*place as usize).map(|(_, machine)| machine)
    }

    /// A person's machine as it would be, a copy of the one that there is if it has not moved yet.
    fn machine_mut(&mut self, person: Party, now: impl FnOnce() -> Machine) -> &mut Machine {
        let Draft { machines, places } = self;
        let place = match places.find(spread(person), |(of, _)| *of == person) {
            Some((_, place)) => *place as usize,
            None => {
                let place = machines.len();
                machines.push((person, now()));
                places.insert_unique(spread(person), (person, place as u32), |(of, _)| spread(*of));
                place
            }
        };
        #[expect(clippy::indexing_slicing, reason = "every place that is given out is taken")]
        &mut machines[place].1
    }
}

/// A hash of a number that we gave out ourselves: nobody can choose numbers that collide.
fn spread(person: Party) -> u64 {
    u64::from(person.number()).wrapping_mul(0x9E37_79B9_7F4A_7C15)
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
        let machine =
            draft.machine_mut(person, || self.machine_of(person).cloned().unwrap_or_default());
        let decision = decide(self.policy(), machine, visit);
        evolve(machine, &decision);
        decision
    }

    /// Lets the machines be as the draft has them.
    pub fn merge(&mut self, mut draft: Draft) {
        self.exchange(&mut draft);
    }

    /// Lets the machines be as the draft has them, and the draft have what they were: done twice, nothing has happened.
    pub fn exchange(&mut self, draft: &mut Draft) {
        for (person, machine) in &mut draft.machines {
            self.exchange_one(*person, machine);
        }
    }

    /// The machine of a person by number, with a name to know it by.
    pub fn named(&self, person: Party) -> Option<(Name<'_>, &Machine)> {
        self.machine_of(person).map(|machine| (self.name(person), machine))
    }
}
