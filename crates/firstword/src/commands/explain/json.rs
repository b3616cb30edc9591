//! An explanation as JSON, for tools.

use firstword_replay::Place;
use firstword_replay::explain::{
    Cause, Caused, Chapter, Explanation, Happening, Held, Later, Row, Told,
};
use firstword_rules::{Dated, Grant, Ground, Kind, Millis, Side, Verdict};
use serde::Serialize;

/// What became of one line.
#[derive(Serialize)]
#[serde(untagged)]
pub enum Line<'e> {
    /// An event that was decided.
    Decided {
        /// Its id, type and time, where it lies and what it says.
        #[serde(flatten)]
        event: Event<'e>,
        /// Each machine that it met.
        gates: Vec<Gate<'e>>,
    },
    /// No event.
    Rejected {
        #[serde(skip_serializing_if = "Option::is_none")]
        id: Option<&'e str>,
        place: Where<'e>,
        rejected: &'static str,
        #[serde(skip_serializing_if = "Option::is_none")]
        field: Option<&'static str>,
        #[serde(skip_serializing_if = "Option::is_none")]
        column: Option<usize>,
        what: String,
        /// Whom it may be about, as far as that can still be read.
        #[serde(skip_serializing_if = "Option::is_none")]
        person: Option<String>,
    },
}

#[derive(Serialize)]
pub struct Event<'e> {
    id: &'e str,
    #[serde(rename = "type")]
    type_name: &'static str,
    at: String,
    place: Where<'e>,
    what: &'e str,
    /// The rows that saw what it set; only where it is a cause.
    #[serde(skip_serializing_if = "Option::is_none")]
    rows: Option<Vec<&'static str>>,
}

#[derive(Serialize)]
pub struct Where<'e> {
    source: &'e str,
    number: u64,
}

#[derive(Serialize)]
pub struct Gate<'e> {
    #[serde(skip_serializing_if = "Option::is_none")]
    gate: Option<&'static str>,
    person: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    peer: Option<String>,
    seq: u64,
    #[serde(flatten)]
    verdict: Decided<'e>,
    #[serde(skip_serializing_if = "Option::is_none")]
    recorded: Option<Decided<'e>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason_says: Option<ReasonSays>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    rows: Vec<Tried<'e>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    held: Option<Saw<'e>>,
    because: Vec<Event<'e>>,
    /// The newest words that were refused and so gave no right, where none did.
    #[serde(skip_serializing_if = "Option::is_none")]
    refused: Option<Event<'e>>,
    /// From when what was denied would be let through with nothing else happening.
    #[serde(skip_serializing_if = "Option::is_none")]
    later: Option<LetThrough>,
    /// How many of the person's earlier decisions are not in this log.
    #[serde(skip_serializing_if = "is_zero")]
    missing: u64,
}

#[derive(Serialize)]
pub struct Decided<'e> {
    verdict: &'static str,
    #[serde(rename = "as", skip_serializing_if = "Option::is_none")]
    basis: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    row: Option<&'static str>,
    policy: &'e str,
}

#[derive(Serialize)]
pub struct ReasonSays {
    meaning: &'static str,
    comes_from: &'static str,
    ends: &'static str,
    to_do: &'static str,
}

#[derive(Serialize)]
pub struct Tried<'e> {
    row: &'static str,
    #[serde(rename = "if")]
    words: &'static str,
    applied: bool,
    matters: bool,
    saw: &'e [String],
    grounds: Vec<GroundLine<'e>>,
}

/// From when something would be let through, and as what; null is never.
#[derive(Serialize)]
pub struct LetThrough {
    when: Option<String>,
    #[serde(rename = "as", skip_serializing_if = "Option::is_none")]
    basis: Option<&'static str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    rows: Vec<&'static str>,
}

#[derive(Serialize)]
pub struct Saw<'e> {
    saw: &'e str,
    grounds: Vec<GroundLine<'e>>,
}

/// A fact that a machine held, and the events that set it.
#[derive(Serialize, Default)]
pub struct GroundLine<'e> {
    ground: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    of: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    value: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    until: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    count: Option<usize>,
    set_by: Vec<Event<'e>>,
}

/// What became of a line.
pub fn of(explanation: &Explanation) -> Line<'_> {
    let place = place(&explanation.place);
    match &explanation.told {
        Told::Decided(happening, chapters) => {
            let gates = chapters.iter().map(gate).collect();
            Line::Decided { event: event(happening), gates }
        }
        Told::Rejected(reject, flaw, rest) => Line::Rejected {
            id: explanation.id.as_deref(),
            place,
            rejected: reject.reason.as_str(),
            field: reject.field.map(|field| field.as_str()),
            column: flaw.column,
            what: flaw.what.clone(),
            person: rest.person.as_ref().map(|person| person.to_string()),
        },
        Told::BadDecision(bad, flaw) => Line::Rejected {
            id: explanation.id.as_deref(),
            place,
            rejected: "bad_decision",
            field: None,
            column: flaw.as_ref().and_then(|flaw| flaw.column),
            what: flaw.as_ref().map_or(bad.to_string(), |flaw| format!("{bad}: {}", flaw.what)),
            person: None,
        },
    }
}

fn is_zero(missing: &u64) -> bool {
    *missing == 0
}

fn place(place: &Place) -> Where<'_> {
    Where { source: &place.source, number: place.number }
}

fn event(happening: &Happening) -> Event<'_> {
    let Happening { id, at, type_name, what, .. } = happening;
    let place = place(&happening.place);
    Event { id, type_name, at: at.to_string(), place, what, rows: None }
}

fn gate(chapter: &Chapter) -> Gate<'_> {
    let reason_says = chapter.verdict.reason().map(|reason| ReasonSays {
        meaning: reason.meaning(),
        comes_from: reason.comes_from(),
        ends: reason.ends(),
        to_do: reason.to_do(),
    });
    let recorded = chapter.recorded.as_ref();
    let because = chapter.causes(false).into_iter();
    Gate {
        gate: chapter.role.side().map(Side::as_str),
        person: chapter.person.to_string(),
        peer: chapter.peer.as_ref().map(ToString::to_string),
        seq: chapter.seq,
        verdict: decided(chapter.verdict, chapter.row(), &chapter.under),
        recorded: recorded.map(|made| decided(made.verdict, made.row, &made.policy)),
        reason_says,
        rows: chapter.rows.iter().map(tried).collect(),
        held: chapter
            .held
            .as_ref()
            .map(|Held { saw, grounds: held }| Saw { saw, grounds: grounds(held) }),
        because: because
            .map(|Cause { happening, rows }| Event { rows: Some(rows), ..event(happening) })
            .collect(),
        refused: chapter.refused.as_ref().map(event),
        later: chapter.later.map(let_through),
        missing: chapter.missing,
    }
}

fn let_through(later: Later) -> LetThrough {
    match later {
        Later::Never => LetThrough { when: None, basis: None, rows: Vec::new() },
        Later::From(when, outcome) => LetThrough {
            when: Some(when.to_string()),
            basis: outcome.verdict.basis().map(|basis| basis.as_str()),
            rows: outcome.rows().collect(),
        },
    }
}

fn decided<'e>(verdict: Verdict, row: Option<&'static str>, policy: &'e str) -> Decided<'e> {
    Decided {
        verdict: verdict.as_str(),
        basis: verdict.basis().map(|basis| basis.as_str()),
        reason: verdict.reason().map(|reason| reason.as_str()),
        row,
        policy,
    }
}

fn tried(row: &Row) -> Tried<'_> {
    Tried {
        row: row.tried.row,
        words: row.tried.words,
        applied: row.tried.applied,
        matters: row.tried.matters,
        saw: &row.tried.saw,
        grounds: grounds(&row.grounds),
    }
}

fn grounds(caused: &[Caused]) -> Vec<GroundLine<'_>> {
    let line = |caused: &Caused| ground(&caused.ground);
    caused
        .iter()
        .map(|of| GroundLine { set_by: of.by.iter().map(event).collect(), ..line(of) })
        .collect()
}

/// What a ground says, without its events.
fn ground<'e>(ground: &Ground) -> GroundLine<'e> {
    let named = |ground| GroundLine { ground, ..GroundLine::default() };
    let at = |at: &Millis| Some(at.to_string());
    let value = |value: &dyn ToString| Some(value.to_string());
    match ground {
        Ground::Seen => named("seen"),
        Ground::Closed => named("closed"),
        Ground::Block(Dated { at: of, value: blocked }) => GroundLine {
            value: value(if *blocked { &"blocked" } else { &"unblocked" }),
            at: at(of),
            ..named("block")
        },
        Ground::Answer(version, answer) => GroundLine {
            of: value(version),
            value: value(&answer.value),
            at: at(&answer.at),
            ..named("answer")
        },
        Ground::Region(region) => {
            GroundLine { value: value(&region.value), at: at(&region.at), ..named("region") }
        }
        Ground::Reach(reach) => {
            GroundLine { value: value(&reach.value), at: at(&reach.at), ..named("reach") }
        }
        Ground::Heard(kind, of) => {
            GroundLine { of: value(&name(*kind)), at: at(of), ..named("heard") }
        }
        Ground::Spoke(kind, of) => {
            GroundLine { of: value(&name(*kind)), at: at(of), ..named("spoke") }
        }
        Ground::UnansweredStarts(starts) => {
            GroundLine { count: Some(starts.len()), ..named("unanswered_starts") }
        }
        Ground::UnansweredCalls(count) => {
            GroundLine { count: Some((*count).into()), ..named("unanswered_calls") }
        }
        Ground::Grant(scope, grant) => {
            let (word, until) = match grant.value {
                Grant::Out => ("out", None),
                Grant::In { until } => ("in", until),
            };
            GroundLine {
                of: value(scope),
                value: value(&word),
                at: at(&grant.at),
                until: until.map(|until| until.to_string()),
                ..named("grant")
            }
        }
        Ground::Erased(of) => GroundLine { at: at(of), ..named("erased") },
        Ground::Doubt(Dated { at: of, value: set }) => GroundLine {
            value: value(if *set { &"set" } else { &"cleared" }),
            at: at(of),
            ..named("doubt")
        },
        Ground::MarketingStarts(starts) => {
            GroundLine { count: Some(starts.len()), ..named("marketing_starts") }
        }
    }
}

fn name(kind: Kind) -> &'static str {
    match kind {
        Kind::Message => "message",
        Kind::Call => "call",
    }
}
