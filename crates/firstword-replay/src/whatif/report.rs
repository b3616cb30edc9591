//! What came of a log under two policies, counted.
//!
//! What is kept does not grow with the log: counts by pairs of fates, days, regions and sectors, and one number a
//! person.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use firstword_rules::{Decision, Event, Millis, Party, PartyKind, Region, Role, What};

use super::{Change, Fate, Outcome};
use crate::Place;

/// What came of a log under two policies.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// How many events were decided.
    pub events: u64,
    /// How many of them changed.
    pub count: Count,
    /// How many did not change, and yet their decisions say something else of standing, of the sharing of data or of a
    /// duty to erase.
    pub restated: u64,
    /// How many events were taken from decisions, without their text.
    pub from_decisions: u64,
    /// How many of these decisions were not made under the policy that is said to have held.
    pub under_another: u64,
    /// The first event that changed.
    pub parting: Option<Parting>,
    /// What events came to under the policy that held and under the other.
    pub matrix: BTreeMap<(Fate, Fate), Transition>,
    /// By day in UTC, in days since 1970.
    pub days: BTreeMap<i64, Day>,
    /// By the deciding person's region, where one is known.
    pub regions: BTreeMap<Option<Region>, Count>,
    /// By the sector of the business, where the event names one.
    pub sectors: BTreeMap<Option<Box<str>>, Count>,
    /// How many changes were each person's to decide, by the person's number.
    people: Vec<u32>,
}

/// How many events changed.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Count {
    /// All of them.
    pub changed: u64,
    /// The first divergences among them; the others follow.
    pub first: u64,
}

/// What a day came to.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Day {
    /// How many events were decided.
    pub events: u64,
    /// How many of them changed.
    pub count: Count,
}

/// What became of events that came from one fate to another.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Transition {
    /// How many.
    pub count: Count,
    /// The first of them.
    pub example: Seen,
}

/// The first event that changed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Parting {
    /// The event.
    pub seen: Seen,
    /// What it came to under the policy that held.
    pub held: Fate,
    /// And under the other.
    pub other: Fate,
}

/// An event that is told of: what of it is kept when the log has moved on.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Seen {
    /// Where it lies.
    pub place: Place,
    /// Its id.
    pub id: Box<str>,
    /// Its type.
    pub kind: &'static str,
    /// Its time.
    pub at: Millis,
    /// Who speaks, or the person whom the fact is about.
    pub one: Box<str>,
    /// To whom, or the business or party that the fact names.
    pub other: Option<Box<str>>,
}

/// The deciding person of a change.
#[derive(Clone, Copy, Debug)]
pub(super) struct Met {
    /// By number.
    pub(super) person: Party,
    /// Where the person is.
    pub(super) region: Option<Region>,
}

impl Count {
    /// How many follow from an earlier divergence.
    pub fn follows(self) -> u64 {
        self.changed - self.first
    }

    /// This and another.
    #[must_use]
    pub fn with(self, other: Count) -> Count {
        Count { changed: self.changed + other.changed, first: self.first + other.first }
    }

    fn add(&mut self, first: bool) {
        self.changed += 1;
        self.first += u64::from(first);
    }
}

impl Report {
    /// From what to what, the most frequent first.
    pub fn transitions(&self) -> Vec<(&Fate, &Fate, &Transition)> {
        let all = self.matrix.iter().map(|((held, other), transition)| (held, other, transition));
        let mut transitions: Vec<_> = all.collect();
        transitions.sort_by_key(|(_, _, transition)| Reverse(transition.count.changed));
        transitions
    }

    /// The people with the most changes, the most first; of several with as many, who came first.
    pub(super) fn people(&self, most: usize) -> Vec<(Party, u32)> {
        let met = (0..).zip(&self.people).filter(|(_, changed)| **changed > 0);
        let mut met: Vec<(u32, u32)> = met.map(|(person, changed)| (person, *changed)).collect();
        met.sort_by_key(|(_, changed)| Reverse(*changed));
        met.truncate(most);
        let person = |number| Party::new(PartyKind::Person, number);
        met.into_iter().map(|(number, changed)| (person(number), changed)).collect()
    }

    pub(super) fn unchanged(&mut self, outcome: &Outcome<'_>) {
        self.day(outcome).events += 1;
        self.events += 1;
        let pairs = outcome.held.iter().zip(outcome.other.iter());
        self.restated += u64::from(pairs.into_iter().any(|(held, other)| says_else(held, other)));
    }

    pub(super) fn changed(
        &mut self,
        place: &Place,
        outcome: &Outcome<'_>,
        change: Change<'_>,
        met: Met,
    ) {
        let first = change.first;
        let day = self.day(outcome);
        day.events += 1;
        day.count.add(first);
        self.events += 1;
        self.count.add(first);
        let (held, other) = (Fate::of(&outcome.held), Fate::of(&outcome.other));
        let seen = || Seen::at(place, outcome.held.last.visit.event);
        let transition = || Transition { count: Count::default(), example: seen() };
        self.matrix.entry((held, other)).or_insert_with(transition).count.add(first);
        self.parting.get_or_insert_with(|| Parting { seen: seen(), held, other });
        self.regions.entry(met.region).or_default().add(first);
        let sector = match &outcome.held.last.visit.event.what {
            What::Utterance(utterance) => utterance.sector.as_deref(),
            What::Fact { .. } => None,
        };
        self.sectors.entry(sector.map(Box::from)).or_default().add(first);
        self.count_person(met.person);
    }

    fn count_person(&mut self, person: Party) {
        let place = person.number() as usize;
        if self.people.len() <= place {
            self.people.resize(place + 1, 0);
        }
        if let Some(changed) = self.people.get_mut(place) {
            *changed = changed.saturating_add(1);
        }
    }

    fn day(&mut self, outcome: &Outcome<'_>) -> &mut Day {
        let at = outcome.held.last.visit.event.at;
        self.days.entry(at.0.div_euclid(86_400_000)).or_default()
    }
}

impl Seen {
    /// What is kept of an event.
    pub fn at(place: &Place, event: &Event<'_>) -> Seen {
        let (one, other) = event.parties();
        Seen {
            place: place.clone(),
            id: Box::from(&*event.id),
            kind: event.type_name(),
            at: event.at,
            one: one.to_string().into(),
            other: other.map(|other| other.to_string().into()),
        }
    }

    /// The person who has this part in it.
    pub fn person(&self, role: Role) -> &str {
        match (role, &self.other) {
            (Role::Recipient(_), Some(other)) => other,
            _ => &self.one,
        }
    }
}

/// Whether two decisions with one verdict say something else of the person.
fn says_else(held: &Decision<'_>, other: &Decision<'_>) -> bool {
    let says = |it: &Decision<'_>| (it.standing, it.shares_data, it.unlisted, it.erase_by, it.late);
    says(held) != says(other)
}
