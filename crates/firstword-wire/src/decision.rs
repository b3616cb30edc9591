//! Decisions out, and in again: one JSON object each (DECISIONS.md).
//!
//! What is written today every later version reads: fields may be added, none taken away. `tests/releases` holds
//! a log of each release.

mod read;

use firstword_rules::{
    Basis, Decision, EDITION, Event, Fact, Millis, Reason, Role, Scopes, Standing, Utterance, What,
};

pub use read::{
    BadDecision, Recorded, may_be_decision, read_decision, read_decision_strictly, read_edition,
    read_forwarded,
};

use crate::json;

/// What stands before the value of a field that is not the first.
macro_rules! field {
    ($name:literal) => {
        concat!(",\"", $name, "\":")
    };
}

/// Appends an event as one JSON line, as it travels: without its text, whose findings it holds.
pub fn write_event(out: &mut Vec<u8>, event: &Event<'_>) {
    write_fields(out, event);
    out.extend(b"}\n");
}

/// Appends a decision as one JSON line; `policy` is the label of the policy that it was made under.
pub fn write_decision(out: &mut Vec<u8>, decision: &Decision<'_>, policy: &str) {
    write_fields(out, decision.visit.event);
    if let Some(side) = decision.visit.role.side() {
        word(out, field!("gate"), Some(side.as_str()));
        out.extend(b",\"person\":");
        json::party(out, decision.visit.person());
    }
    out.extend(b",\"seq\":");
    json::number(out, decision.seq);
    word(out, field!("verdict"), Some(decision.verdict.as_str()));
    word(out, field!("reason"), decision.verdict.reason().map(Reason::as_str));
    word(out, field!("row"), decision.row);
    word(out, field!("as"), decision.verdict.basis().map(Basis::as_str));
    if let Role::Recipient(said) = decision.visit.role {
        word(out, field!("said"), said.map(Basis::as_str));
    }
    word(out, field!("standing"), decision.standing.map(Standing::as_str));
    flag(out, field!("shares_data"), decision.shares_data);
    flag(out, field!("unlisted"), decision.unlisted.then_some(true));
    time(out, field!("erase_by"), decision.erase_by);
    flag(out, field!("late"), decision.late);
    out.extend(b",\"policy\":");
    json::string(out, policy);
    out.extend(b",\"rules\":");
    json::number(out, EDITION.into());
    out.extend(b"}\n");
}

/// The event's own fields, the object left open.
fn write_fields(out: &mut Vec<u8>, event: &Event<'_>) {
    out.extend(b"{\"id\":");
    json::string(out, &event.id);
    out.extend(b",\"type\":\"");
    out.extend(event.type_name().as_bytes());
    out.extend(b"\",\"at\":");
    json::time(out, event.at);
    match &event.what {
        What::Utterance(utterance) => write_utterance(out, utterance),
        What::Fact { person, fact } => {
            out.extend(b",\"person\":");
            json::party(out, person);
            write_fact(out, fact);
        }
    }
}

fn write_utterance(out: &mut Vec<u8>, utterance: &Utterance<'_>) {
    out.extend(b",\"from\":");
    json::party(out, &utterance.from);
    out.extend(b",\"to\":");
    json::party(out, &utterance.to);
    // A default is filled in where a business sends a message, for that is where it is read.
    let category = match utterance.kind {
        firstword_rules::Kind::Message if !utterance.from.is_person() => Some(utterance.category()),
        _ => utterance.category,
    };
    word(out, field!("category"), category.map(firstword_rules::Category::as_str));
    text(out, field!("purpose"), utterance.purpose.as_deref());
    text(out, field!("sector"), utterance.sector.as_deref());
    if !utterance.findings.is_empty() {
        out.extend(b",\"findings\":");
        json::strings(out, utterance.findings.iter().map(|finding| &**finding));
    }
}

fn write_fact(out: &mut Vec<u8>, fact: &Fact<'_>) {
    match fact {
        Fact::Terms(_, version) => text(out, field!("version"), Some(version)),
        Fact::OptedIn { scopes, until, .. } => {
            write_scopes(out, *scopes);
            time(out, field!("until"), *until);
        }
        Fact::OptedOut { scopes, .. } => write_scopes(out, *scopes),
        Fact::ReachSet(reach) => word(out, field!("reach"), Some(reach.as_str())),
        Fact::Located(region) => word(out, field!("region"), Some(region.as_str())),
        Fact::ContactErased { .. }
        | Fact::CallAnswered { .. }
        | Fact::Blocked(_)
        | Fact::Unblocked(_)
        | Fact::PersonErased
        | Fact::Unreadable
        | Fact::DoubtCleared => (),
    }
    if let Some(other) = fact.other() {
        let field = match fact {
            Fact::Blocked(_) | Fact::Unblocked(_) => &b",\"party\":"[..],
            _ => b",\"business\":",
        };
        out.extend(field);
        json::party(out, other);
    }
}

fn write_scopes(out: &mut Vec<u8>, scopes: Option<Scopes>) {
    if let Some(scopes) = scopes {
        out.extend(b",\"scopes\":");
        json::strings(out, scopes.iter().map(firstword_rules::Scope::as_str));
    }
}

/// A word of ours, which needs no escape.
#[inline]
fn word(out: &mut Vec<u8>, field: &str, value: Option<&str>) {
    if let Some(value) = value {
        out.extend(field.as_bytes());
        out.push(b'"');
        out.extend(value.as_bytes());
        out.push(b'"');
    }
}

#[inline]
fn text(out: &mut Vec<u8>, field: &str, value: Option<&str>) {
    if let Some(value) = value {
        out.extend(field.as_bytes());
        json::string(out, value);
    }
}

#[inline]
fn flag(out: &mut Vec<u8>, field: &str, value: Option<bool>) {
    if let Some(value) = value {
        out.extend(field.as_bytes());
        out.extend(if value { &b"true"[..] } else { b"false" });
    }
}

#[inline]
fn time(out: &mut Vec<u8>, field: &str, value: Option<Millis>) {
    if let Some(value) = value {
        out.extend(field.as_bytes());
        json::time(out, value);
    }
}
