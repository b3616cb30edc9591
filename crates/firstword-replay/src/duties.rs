//! The erasures that businesses owe (RULES.md, section 4, "Duty to erase"), of one person or of everybody.
//!
//! A duty is on the machine, its deadline is the policy's: under another policy the same machines owe by another time.

use firstword_engine::Engine;
use firstword_rules::{Machine, Millis, Name};

/// A business owes the erasure of a person's contact.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Duty<'n> {
    /// Whose contact.
    pub person: Name<'n>,
    /// Who owes it.
    pub business: Name<'n>,
    /// D: since when all three message scopes are `out`.
    pub since: Millis,
    /// The deadline: D + `business.erase_within`.
    pub by: Millis,
}

impl Duty<'_> {
    /// Whether the deadline has passed at a time: a `contact.erased` of that time would be `late`.
    pub fn is_overdue(&self, at: Millis) -> bool {
        at > self.by
    }
}

/// The duties that run for everybody, the earliest deadline first, and of several as early by person and business in
/// byte order.
pub fn duties(engine: &Engine) -> Vec<Duty<'_>> {
    let of_everybody =
        engine.machines().flat_map(|(person, machine)| running(engine, person, machine));
    sorted(of_everybody.collect())
}

/// The duties that run for one person, in the same order; the machine is one of the engine's.
pub fn duties_of<'n>(engine: &'n Engine, person: &Name<'n>, machine: &Machine) -> Vec<Duty<'n>> {
    sorted(running(engine, person.clone(), machine).collect())
}

fn running<'n>(
    engine: &'n Engine,
    person: Name<'n>,
    machine: &Machine,
) -> impl Iterator<Item = Duty<'n>> {
    machine.contacts().iter().filter_map(move |(business, contact)| {
        let since = contact.duty_since()?;
        let by = since + engine.policy().erase_within;
        Some(Duty { person: person.clone(), business: engine.name(*business), since, by })
    })
}

fn sorted(mut duties: Vec<Duty<'_>>) -> Vec<Duty<'_>> {
    duties.sort_by(|one, other| {
        let deadlines = one.by.cmp(&other.by);
        let people = || one.person.text.cmp(&other.person.text);
        let businesses = || one.business.text.cmp(&other.business.text);
        deadlines.then_with(people).then_with(businesses)
    });
    duties
}
