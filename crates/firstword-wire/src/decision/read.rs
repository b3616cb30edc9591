//! Decisions in, from the bytes of one line.
//!
//! As with events, a quick reader takes lines in the common shape, which is what we write, and a strict one all others;
//! what the fields mean is settled once, for both.

use std::borrow::Cow;
use std::fmt;
use std::sync::LazyLock;

use memchr::memmem::Finder;
use serde::Deserialize;

use firstword_rules::{Basis, Event, Millis, Name, Reason, Role, Row, Standing, Verdict, What};

use crate::Reader;
use crate::read::fields::{Field, Fields, Value};
use crate::read::{parse_time, quick};

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

/// A decision's own fields, as they stand in its line.
#[derive(Deserialize, Default)]
struct Own<'a> {
    #[serde(borrow)]
    gate: Option<Text<'a>>,
    #[serde(borrow)]
    person: Option<Text<'a>>,
    seq: Option<u64>,
    #[serde(borrow)]
    verdict: Option<Text<'a>>,
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
    unlisted: Option<bool>,
    #[serde(borrow)]
    erase_by: Option<Text<'a>>,
    late: Option<bool>,
    #[serde(borrow)]
    policy: Option<Text<'a>>,
    rules: Option<u32>,
}

/// A text that may not be there: serde copies an optional `Cow`, but borrows one within a type.
#[derive(Deserialize)]
#[serde(transparent)]
struct Text<'a>(#[serde(borrow)] Cow<'a, str>);

impl<'a> Own<'a> {
    /// Takes a field that may be a decision's own; `None` where it is not of its form, or there for the second time.
    fn take(&mut self, name: &str, value: &Value<'a>) -> Option<()> {
        let text = match name {
            "gate" => &mut self.gate,
            "person" => &mut self.person,
            "verdict" => &mut self.verdict,
            "reason" => &mut self.reason,
            "row" => &mut self.row,
            "as" => &mut self.basis,
            "said" => &mut self.said,
            "standing" => &mut self.standing,
            "erase_by" => &mut self.erase_by,
            "policy" => &mut self.policy,
            "shares_data" => return first(&mut self.shares_data, flag(value)?),
            "unlisted" => return first(&mut self.unlisted, flag(value)?),
            "late" => return first(&mut self.late, flag(value)?),
            "seq" => return first(&mut self.seq, whole(value)?),
            "rules" => return first(&mut self.rules, whole(value)?),
            _ => return Some(()),
        };
        match value {
            Value::Text(value) => first(text, Text(value.clone())),
            _ => None,
        }
    }
}

fn first<T>(place: &mut Option<T>, value: T) -> Option<()> {
    place.replace(value).is_none().then_some(())
}

fn flag(value: &Value<'_>) -> Option<bool> {
    match value {
        Value::Flag(flag) => Some(*flag),
        _ => None,
    }
}

fn whole<T: TryFrom<i64>>(value: &Value<'_>) -> Option<T> {
    match value {
        Value::Whole(number) => T::try_from(*number).ok(),
        _ => None,
    }
}

/// The fields of the event and the decision's own, of a line in the common shape; `None` says nothing about the line.
fn quickly(text: &str) -> Option<(Fields<'_>, Own<'_>)> {
    let (mut fields, mut own) = (Fields::new(), Own::default());
    quick::each(text, |name, input| {
        let mut value = Value::Absent;
        input.value(&mut value)?;
        own.take(name, &value)?;
        if let Some(field) = Field::parse(name) {
            *fields.place(field)? = value;
        }
        Some(())
    })?;
    Some((fields, own))
}

/// The same of any line.
fn strictly(text: &str) -> Result<(Event<'_>, Own<'_>), BadDecision> {
    let own = serde_json::from_str(text).map_err(|_| BadDecision("its fields"))?;
    let event = READER.event_of_any_size(text.as_bytes());
    Ok((event.map_err(|_| BadDecision("its event"))?, own))
}

/// Events within decisions carry no text.
static READER: LazyLock<Reader> = LazyLock::new(Reader::without_keywords);

/// Whether a line may be a decision: a quick look for the word that every decision holds, and few events do.
/// [`read_decision`] settles it.
pub fn may_be_decision(bytes: &[u8]) -> bool {
    static VERDICT: LazyLock<Finder<'_>> = LazyLock::new(|| Finder::new(br#""verdict""#));
    VERDICT.find(bytes).is_some()
}

/// Reads one decision from the bytes of one line or one record's value.
///
/// # Errors
/// [`BadDecision`] names the first field that is not as DECISIONS.md has it.
pub fn read_decision(bytes: &[u8]) -> Result<Recorded<'_>, BadDecision> {
    let text = std::str::from_utf8(bytes).map_err(|_| BadDecision("its fields"))?;
    match quickly(text) {
        Some((mut fields, own)) => {
            let event = READER.event_of(&mut fields).map_err(|_| BadDecision("its event"));
            recorded(event?, own)
        }
        None => strictly(text).and_then(|(event, own)| recorded(event, own)),
    }
}

/// The same by the strict reader alone, to hold the quick one against.
#[doc(hidden)]
pub fn read_decision_strictly(bytes: &[u8]) -> Result<Recorded<'_>, BadDecision> {
    let text = std::str::from_utf8(bytes).map_err(|_| BadDecision("its fields"))?;
    strictly(text).and_then(|(event, own)| recorded(event, own))
}

/// What the fields mean.
fn recorded<'a>(event: Event<'a>, own: Own<'a>) -> Result<Recorded<'a>, BadDecision> {
    let (Some(Text(name)), Some(seq), Some(Text(verdict)), Some(Text(policy)), Some(rules)) =
        (own.person, own.seq, own.verdict, own.policy, own.rules)
    else {
        return Err(BadDecision("its fields"));
    };
    let said = word_of(own.said, Basis::parse, "said")?;
    let (role, person) = match (own.gate.as_ref().map(|gate| &*gate.0), &event.what) {
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
    if !person.is_person() || name.strip_prefix(person.kind.prefix()) != Some(&*person.text) {
        return Err(BadDecision("person"));
    }
    // Numbers go on from 1.
    if seq == 0 {
        return Err(BadDecision("seq"));
    }
    let reason = word_of(own.reason, Reason::parse, "reason")?;
    let basis = word_of(own.basis, Basis::parse, "as")?;
    let is_fact = role == Role::Subject;
    let verdict = match (&*verdict, basis, reason) {
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
        seq,
        verdict,
        row: word_of(own.row, |id| Row::named(id).map(|row| row.id), "row")?,
        standing: word_of(own.standing, Standing::parse, "standing")?,
        shares_data: own.shares_data,
        unlisted: own.unlisted.unwrap_or(false),
        erase_by: word_of(own.erase_by, parse_time, "erase_by")?,
        late: own.late,
        policy,
        rules,
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
