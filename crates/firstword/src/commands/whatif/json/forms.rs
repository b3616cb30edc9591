//! What the report looks like in JSON, field by field. The names stay: programs read them.

use firstword_replay::whatif::{Count, Explanation, Fate, Gated, Seen};
use firstword_rules::{Basis, Reason, Role, Verdict};
use serde::Serialize;

/// The whole report.
#[derive(Serialize)]
pub struct Document<'r> {
    pub policy: &'r str,
    pub against: &'r str,
    pub mode: &'static str,
    pub events: u64,
    #[serde(flatten)]
    pub count: Counted,
    /// Events with the same verdicts that say something else of standing, data sharing or erasure.
    pub restated: u64,
    /// Events that were taken from decisions.
    pub from_decisions: u64,
    /// Decisions that were made under another policy than the one that is said to have held.
    pub under_another: u64,
    pub rejected: Vec<Rejected>,
    /// The first event that changed.
    pub parting: Option<Parting<'r>>,
    pub matrix: Vec<Transition<'r>>,
    pub days: Vec<Day>,
    pub regions: Vec<Region>,
    pub sectors: Vec<Sector<'r>>,
    pub people: Vec<Person>,
    pub explained: Vec<Explained<'r>>,
}

/// How many events changed.
#[derive(Serialize)]
pub struct Counted {
    pub changed: u64,
    pub first: u64,
    pub follows: u64,
}

/// Lines that were no events, by reason.
#[derive(Serialize)]
pub struct Rejected {
    pub reason: &'static str,
    pub lines: u64,
}

/// The first event that changed.
#[derive(Serialize)]
pub struct Parting<'r> {
    #[serde(flatten)]
    pub event: Event<'r>,
    pub policy: Came,
    pub against: Came,
}

/// From one fate to another.
#[derive(Serialize)]
pub struct Transition<'r> {
    pub policy: Came,
    pub against: Came,
    #[serde(flatten)]
    pub count: Counted,
    pub example: Event<'r>,
}

/// A day in UTC.
#[derive(Serialize)]
pub struct Day {
    pub day: String,
    pub events: u64,
    #[serde(flatten)]
    pub count: Counted,
}

/// A region of deciding people; null where it is not known.
#[derive(Serialize)]
pub struct Region {
    pub region: Option<String>,
    #[serde(flatten)]
    pub count: Counted,
}

/// A sector of businesses; null where the event names none.
#[derive(Serialize)]
pub struct Sector<'r> {
    pub sector: Option<&'r str>,
    #[serde(flatten)]
    pub count: Counted,
}

/// A deciding person.
#[derive(Serialize)]
pub struct Person {
    pub person: String,
    pub changed: u32,
}

/// An event, by what is kept of it.
#[derive(Serialize)]
pub struct Event<'r> {
    pub id: &'r str,
    pub place: String,
    pub at: String,
    pub r#type: &'static str,
    pub parties: Vec<&'r str>,
}

/// What an event came to under one policy.
#[derive(Serialize)]
pub struct Came {
    pub verdict: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<&'static str>,
    #[serde(rename = "as", skip_serializing_if = "Option::is_none")]
    pub basis: Option<&'static str>,
    pub rows: Vec<&'static str>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub opts_in: bool,
}

/// A changed event, as a line.
#[derive(Serialize)]
pub struct Changed<'e> {
    pub id: &'e str,
    pub place: String,
    pub at: String,
    pub r#type: &'static str,
    /// The deciding person.
    pub person: String,
    pub change: &'static str,
    pub policy: Came,
    pub against: Came,
}

/// An event under both policies, gate by gate.
#[derive(Serialize)]
pub struct Explained<'r> {
    #[serde(flatten)]
    pub event: Event<'r>,
    pub policy: Vec<Gate<'r>>,
    pub against: Vec<Gate<'r>>,
}

/// What was tried at one gate.
#[derive(Serialize)]
pub struct Gate<'r> {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gate: Option<&'static str>,
    pub person: &'r str,
    pub verdict: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<&'static str>,
    #[serde(rename = "as", skip_serializing_if = "Option::is_none")]
    pub basis: Option<&'static str>,
    pub tried: Vec<Tried<'r>>,
}

/// A row that was tried.
#[derive(Serialize)]
pub struct Tried<'r> {
    pub row: &'static str,
    pub words: &'static str,
    pub applied: bool,
    pub saw: &'r [String],
}

/// What a part in an event is called where it has a gate.
fn gate(role: Role) -> Option<&'static str> {
    role.side().map(|side| side.as_str())
}

fn words(verdict: Verdict) -> (&'static str, Option<&'static str>, Option<&'static str>) {
    let reason = verdict.reason().map(Reason::as_str);
    (verdict.as_str(), reason, verdict.basis().map(Basis::as_str))
}

impl Counted {
    pub fn of(count: Count) -> Counted {
        Counted { changed: count.changed, first: count.first, follows: count.follows() }
    }
}

impl Came {
    pub fn of(fate: &Fate) -> Came {
        let (verdict, reason, basis) = words(fate.verdict);
        Came { verdict, reason, basis, rows: fate.rows().collect(), opts_in: fate.opts_in }
    }
}

impl<'r> Event<'r> {
    pub fn of(seen: &'r Seen) -> Event<'r> {
        Event {
            id: &seen.id,
            place: seen.place.to_string(),
            at: seen.at.to_string(),
            r#type: seen.kind,
            parties: [&*seen.one].into_iter().chain(seen.other.as_deref()).collect(),
        }
    }
}

impl<'r> Explained<'r> {
    pub fn of((seen, explanation): &'r (Seen, Explanation)) -> Explained<'r> {
        let gates = |gates: &'r [Gated]| gates.iter().map(|it| Gate::of(seen, it)).collect();
        Explained {
            event: Event::of(seen),
            policy: gates(&explanation.held),
            against: gates(&explanation.other),
        }
    }
}

impl<'r> Gate<'r> {
    pub fn of(seen: &'r Seen, gated: &'r Gated) -> Gate<'r> {
        let (verdict, reason, basis) = words(gated.trail.verdict);
        let tried = gated.trail.tried.iter().map(|tried| Tried {
            row: tried.row,
            words: tried.words,
            applied: tried.applied,
            saw: &tried.saw,
        });
        Gate {
            gate: gate(gated.role),
            person: seen.person(gated.role),
            verdict,
            reason,
            basis,
            tried: tried.collect(),
        }
    }
}
