//! Decisions out, and in again: one JSON object each (DECISIONS.md).
//!
//! What is written today every later version reads: fields may be added, none taken away. `tests/releases` holds
//! a log of each release.

use std::borrow::Cow;
use std::fmt;
use std::sync::LazyLock;

use memchr::memmem::Finder;
use serde::Deserialize;

use firstword_rules::{
    Basis, Decision, EDITION, Event, Fact, Millis, Name, Reason, Role, Row, Scopes, Standing,
    Utterance, Verdict, What,
};

use crate::read::parse_time;
use crate::{Reader, json};

/// Appends an event as one JSON line, as it travels: without its text, whose findings it holds.
pub fn write_event(out: &mut Vec<u8>, event: &Event<'_>) {
    write_fields(out, event);
    out.extend(b"}\n");
}

/// Appends a decision as one JSON line; `policy` is the label of the policy that it was made under.
pub fn write_decision(out: &mut Vec<u8>, decision: &Decision<'_>, policy: &str) {
    write_fields(out, decision.visit.event);
    if let Some(side) = decision.visit.role.side() {
        word(out, "gate", Some(side.as_str()));
        out.extend(b",\"person\":");
        json::party(out, decision.visit.person());
    }
    out.extend(b",\"seq\":");
    json::number(out, decision.seq);
    word(out, "verdict", Some(decision.verdict.as_str()));
    word(out, "reason", decision.verdict.reason().map(Reason::as_str));
    word(out, "row", decision.row);
    word(out, "as", decision.verdict.basis().map(Basis::as_str));
    if let Role::Recipient(said) = decision.visit.role {
        word(out, "said", said.map(Basis::as_str));
    }
    word(out, "standing", decision.standing.map(Standing::as_str));
    flag(out, "shares_data", decision.shares_data);
    flag(out, "unlisted", decision.unlisted.then_some(true));
    time(out, "erase_by", decision.erase_by);
    flag(out, "late", decision.late);
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
    word(out, "category", category.map(firstword_rules::Category::as_str));
    text(out, "purpose", utterance.purpose.as_deref());
    text(out, "sector", utterance.sector.as_deref());
    if !utterance.findings.is_empty() {
        out.extend(b",\"findings\":");
        json::strings(out, utterance.findings.iter().map(|finding| &**finding));
    }
}

fn write_fact(out: &mut Vec<u8>, fact: &Fact<'_>) {
    match fact {
        Fact::Terms(_, version) => text(out, "version", Some(version)),
        Fact::OptedIn { scopes, until, .. } => {
            write_scopes(out, *scopes);
            time(out, "until", *until);
        }
        Fact::OptedOut { scopes, .. } => write_scopes(out, *scopes),
        Fact::ReachSet(reach) => word(out, "reach", Some(reach.as_str())),
        Fact::Located(region) => word(out, "region", Some(region.as_str())),
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

fn name(out: &mut Vec<u8>, field: &str) {
    out.extend(b",\"");
    out.extend(field.as_bytes());
    out.extend(b"\":");
}

/// A word of ours, which needs no escape.
fn word(out: &mut Vec<u8>, field: &str, value: Option<&str>) {
    if let Some(value) = value {
        name(out, field);
        out.push(b'"');
        out.extend(value.as_bytes());
        out.push(b'"');
    }
}

fn text(out: &mut Vec<u8>, field: &str, value: Option<&str>) {
    if let Some(value) = value {
        name(out, field);
        json::string(out, value);
    }
}

fn flag(out: &mut Vec<u8>, field: &str, value: Option<bool>) {
    if let Some(value) = value {
        name(out, field);
        out.extend(if value { &b"true"[..] } else { b"false" });
    }
}

fn time(out: &mut Vec<u8>, field: &str, value: Option<Millis>) {
    if let Some(value) = value {
        name(out, field);
        json::time(out, value);
    }
}

/// A decision as it was recorded.
#[derive(Clone, Debug, PartialEq)]
pub struct Recorded<'a> {
    /// The event, without its text.
    pub event: Event<'a>,
    /// The part of the person whose machine decided.
    pub role: Role,
    /// Its number among the person's decisions.
    pub seq: u64,
    /// What was decided.
    pub verdict: Verdict,
    /// The row that decided.
    pub row: Option<&'static str>,
    /// The person's standing after the event.
    pub standing: Option<Standing>,
    /// Whether the person's data might be shared then.
    pub shares_data: Option<bool>,
    /// The policy did not list the version.
    pub unlisted: bool,
    /// When the business must have erased the contact.
    pub erase_by: Option<Millis>,
    /// Whether the deadline had passed.
    pub late: Option<bool>,
    /// The policy that it was made under.
    pub policy: Cow<'a, str>,
    /// The edition of the rules that it was made under.
    pub rules: u32,
}

impl<'a> Recorded<'a> {
    /// The person whose machine decided.
    pub fn person(&self) -> &Name<'a> {
        match (&self.event.what, self.role) {
            (What::Utterance(utterance), Role::Recipient(_)) => &utterance.to,
            (What::Utterance(utterance), _) => &utterance.from,
            (What::Fact { person, .. }, _) => person,
        }
    }
}

/// Why a line is no decision: a field that is missing or of the wrong form, or no event in it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct BadDecision(&'static str);

impl fmt::Display for BadDecision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "not a decision: {}", self.0)
    }
}

impl std::error::Error for BadDecision {}

#[derive(Deserialize)]
struct Line<'a> {
    #[serde(borrow)]
    gate: Option<Text<'a>>,
    #[serde(borrow)]
    person: Cow<'a, str>,
    seq: u64,
    #[serde(borrow)]
    verdict: Cow<'a, str>,
    #[serde(borrow)]
    reason: Option<Text<'a>>,
    #[serde(borrow)]
    row: Option<Text<'a>>,
    #[serde(rename = "as", borrow)]
    basis: Option<Text<'a>>,
    #[serde(borrow)]
    said: Option<Text<'a>>,
    #[serde(borrow)]
    standing: Option<Text<'a>>,
    shares_data: Option<bool>,
    #[serde(default)]
    unlisted: bool,
    #[serde(borrow)]
    erase_by: Option<Text<'a>>,
    late: Option<bool>,
    #[serde(borrow)]
    policy: Cow<'a, str>,
    rules: u32,
}

/// Whether a line may be a decision: a quick look for the word that every decision holds, and few events do.
/// [`read_decision`] settles it.
pub fn may_be_decision(bytes: &[u8]) -> bool {
    static VERDICT: LazyLock<Finder<'_>> = LazyLock::new(|| Finder::new(br#""verdict""#));
    VERDICT.find(bytes).is_some()
}
/// A text that may not be there: serde copies an optional `Cow`, but borrows one within a type.
#[derive(Deserialize)]
#[serde(transparent)]
struct Text<'a>(#[serde(borrow)] Cow<'a, str>);

/// Reads one decision from the bytes of one line or one record's value.
///
/// # Errors
/// [`BadDecision`] names the first field that is not as DECISIONS.md has it.
pub fn read_decision(bytes: &[u8]) -> Result<Recorded<'_>, BadDecision> {
    let line = std::str::from_utf8(bytes).ok().and_then(|text| serde_json::from_str(text).ok());
    let line: Line<'_> = line.ok_or(BadDecision("its fields"))?;
    let event = Reader::without_keywords().event_of_any_size(bytes);
    let event = event.map_err(|_| BadDecision("its event"))?;
    let said = word_of(line.said, Basis::parse, "said")?;
    let (role, person) = match (line.gate.as_ref().map(|gate| &*gate.0), &event.what) {
        (Some("sender"), What::Utterance(spoken)) => (Role::Sender, &spoken.from),
        (Some("recipient"), What::Utterance(spoken)) => {
            if said.is_some() != spoken.from.is_person() {
                return Err(BadDecision("said"));
            }
            (Role::Recipient(said), &spoken.to)
        }
        (None, What::Fact { person, .. }) => (Role::Subject, person),
        _ => return Err(BadDecision("gate")),
    };
    // A business has no machine, and nobody decides on another's: a journal that says so would be folded wrongly.
    if !person.is_person() || line.person.strip_prefix(person.kind.prefix()) != Some(&*person.text)
    {
        return Err(BadDecision("person"));
    }
    // Numbers go on from 1.
    if line.seq == 0 {
        return Err(BadDecision("seq"));
    }
    let reason = word_of(line.reason, Reason::parse, "reason")?;
    let basis = word_of(line.basis, Basis::parse, "as")?;
    let is_fact = role == Role::Subject;
    let verdict = match (&*line.verdict, basis, reason) {
        ("allowed", Some(basis), None) if !is_fact => Verdict::Allowed(basis),
        ("forwarded", Some(basis), None) if role == Role::Sender => Verdict::Forwarded(basis),
        ("denied", None, Some(reason)) if !is_fact => Verdict::Denied(reason),
        ("ignored", None, Some(reason)) if is_fact => Verdict::Ignored(reason),
        ("recorded", None, None) if is_fact => Verdict::Recorded,
        ("duplicate", None, None) => Verdict::Duplicate,
        _ => return Err(BadDecision("verdict")),
    };
    Ok(Recorded {
        event,
        role,
        seq: line.seq,
        verdict,
        row: word_of(line.row, |id| Row::named(id).map(|row| row.id), "row")?,
        standing: word_of(line.standing, Standing::parse, "standing")?,
        shares_data: line.shares_data,
        unlisted: line.unlisted,
        erase_by: word_of(line.erase_by, parse_time, "erase_by")?,
        late: line.late,
        policy: line.policy,
        rules: line.rules,
    })
}

/// The edition of the rules that a decision names, also where the rest of it is of a form that this edition does not
/// know; nothing if it names none.
pub fn read_edition(bytes: &[u8]) -> Option<u32> {
    #[derive(Deserialize)]
    struct Line {
        rules: u32,
    }
    serde_json::from_slice::<Line>(bytes).ok().map(|line| line.rules)
}

/// Reads what a `forwarded` decision passes on to the recipient's gate: the event, and as what it goes on; nothing
/// if it is no such decision. This is what a stream reads of its own decisions all the time, so it is not read whole.
pub fn read_forwarded(bytes: &[u8]) -> Option<(Event<'_>, Basis)> {
    // No string can hold these: a quote within one has a backslash before it.
    static FORWARDED: LazyLock<Finder<'_>> =
        LazyLock::new(|| Finder::new(br#""verdict":"forwarded","#));
    static BASIS: LazyLock<Finder<'_>> = LazyLock::new(|| Finder::new(br#","as":""#));
    static READER: LazyLock<Reader> = LazyLock::new(Reader::without_keywords);
    let own = bytes.get(FORWARDED.find(bytes)?..)?;
    let basis = own.get(BASIS.find(own)? + BASIS.needle().len()..)?;
    let basis = basis.split(|byte| *byte == b'"').next()?;
    let basis = Basis::parse(std::str::from_utf8(basis).ok()?)?;
    Some((READER.event_of_any_size(bytes).ok()?, basis))
}

fn word_of<T>(
    text: Option<Text<'_>>,
    parse: impl FnOnce(&str) -> Option<T>,
    field: &'static str,
) -> Result<Option<T>, BadDecision> {
    match text {
        None => Ok(None),
        Some(Text(text)) => parse(&text).map(Some).ok_or(BadDecision(field)),
    }
}
