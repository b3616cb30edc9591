//! What the fields mean: from the fields of an object to one event, or to the first reason why it is none.

use std::borrow::Cow;

use firstword_rules::{
    Answer, Category, Event, Fact, Kind, Millis, Name, Reach, Region, Scope, Scopes, Utterance,
    What,
};

use super::fields::{Field, Fields, Value};
use super::time::{in_range, parse_time};
use super::{Reject, RejectReason};
use crate::scan::{Keywords, scan};

/// The longest identifier, in bytes.
const LONGEST: usize = 128;

/// Gives the fields their meaning.
pub(crate) fn event<'a>(mut fields: Fields<'a>, keywords: &Keywords) -> Result<Event<'a>, Reject> {
    let kind = match fields.take(Field::Type) {
        Value::Absent => return Err(RejectReason::MissingField.of(Field::Type)),
        Value::Text(name) => Type::parse(&name),
        _ => None,
    };
    let kind = kind.ok_or(RejectReason::UnknownType.of(Field::Type))?;
    // "When several reasons hold, the first of this table is given": what is missing, before what is wrong.
    for needed in [Field::Id, Field::At].iter().chain(kind.needs()) {
        if !fields.has(*needed) {
            return Err(RejectReason::MissingField.of(*needed));
        }
    }
    let id = fields.identifier(Field::Id)?;
    let at = fields.time(Field::At)?;
    let what = match kind {
        Type::Utterance(kind) => What::Utterance(utterance(&mut fields, kind, keywords)?),
        _ => {
            let person = fields.party(Field::Person, Some("person:"))?;
            What::Fact { person, fact: fact(&mut fields, kind)? }
        }
    };
    Ok(Event { id, at, what })
}

/// The types of events.md, as far as they differ in their fields.
#[derive(Clone, Copy)]
enum Type {
    Utterance(Kind),
    Terms(Answer),
    OptedIn,
    OptedOut,
    ContactErased,
    CallAnswered,
    Blocked,
    Unblocked,
    ReachSet,
    Located,
    PersonErased,
    Unreadable,
    DoubtCleared,
}

impl Type {
    fn parse(name: &str) -> Option<Type> {
        Some(match name {
            "message" => Type::Utterance(Kind::Message),
            "call" => Type::Utterance(Kind::Call),
            "call.answered" => Type::CallAnswered,
            "terms.accepted" => Type::Terms(Answer::Accepted),
            "terms.declined" => Type::Terms(Answer::Declined),
            "terms.withdrawn" => Type::Terms(Answer::Withdrawn),
            "contact.opted_in" => Type::OptedIn,
            "contact.opted_out" => Type::OptedOut,
            "contact.erased" => Type::ContactErased,
            "contact.blocked" => Type::Blocked,
            "contact.unblocked" => Type::Unblocked,
            "reach.set" => Type::ReachSet,
            "person.located" => Type::Located,
            "person.erased" => Type::PersonErased,
            "event.unreadable" => Type::Unreadable,
            "doubt.cleared" => Type::DoubtCleared,
            _ => return None,
        })
    }

    /// The fields that it needs besides `id` and `at`.
    fn needs(self) -> &'static [Field] {
        match self {
            Type::Utterance(_) => &[Field::From, Field::To],
            Type::Terms(_) => &[Field::Person, Field::Version],
            Type::OptedIn | Type::OptedOut | Type::ContactErased | Type::CallAnswered => {
                &[Field::Person, Field::Business]
            }
            Type::Blocked | Type::Unblocked => &[Field::Person, Field::Party],
            Type::ReachSet => &[Field::Person, Field::Reach],
            Type::Located => &[Field::Person, Field::Region],
            Type::PersonErased | Type::Unreadable | Type::DoubtCleared => &[Field::Person],
        }
    }
}

fn utterance<'a>(
    fields: &mut Fields<'a>,
    kind: Kind,
    keywords: &Keywords,
) -> Result<Utterance<'a>, Reject> {
    let from = fields.party(Field::From, None)?;
    let to = fields.party(Field::To, None)?;
    let purpose = fields.optional(Field::Purpose, Fields::identifier)?;
    let sector = fields.optional(Field::Sector, Fields::identifier)?;
    let findings = fields.optional(Field::Findings, Fields::identifiers)?.unwrap_or_default();
    let (mut category, mut text) = (None, None);
    if kind == Kind::Message {
        category = fields.optional(Field::Category, |fields, field| {
            let category = fields.word(field, Category::parse)?;
            // A message is never of the category of calls.
            if category == Category::Calls {
                Err(RejectReason::BadField.of(field))
            } else {
                Ok(category)
            }
        })?;
        text = fields.optional(Field::Text, Fields::text)?;
    }
    if from == to {
        return Err(RejectReason::SameParty.of(Field::To));
    }
    if !from.is_person() && !to.is_person() {
        return Err(RejectReason::NoPerson.alone());
    }
    let mut utterance = Utterance { kind, from, to, category, purpose, sector, findings };
    if let Some(text) = text {
        join_findings(&mut utterance, &text, keywords);
    }
    Ok(utterance)
}

/// Joins what the scan finds in a text with what the producer found. The text goes no further.
fn join_findings(utterance: &mut Utterance<'_>, text: &str, keywords: &Keywords) {
    let mut join = |kind: &'static str| {
        if !utterance.finds(kind) {
            utterance.findings.push(Cow::Borrowed(kind));
        }
    };
    for kind in scan(text).iter() {
        join(kind.as_str());
    }
    // "They are looked for only in what a person writes to a business."
    if utterance.from.is_person() && !utterance.to.is_person() {
        let (opt_out, opt_in) = keywords.find(text);
        for kind in [opt_out.then_some("opt_out"), opt_in.then_some("opt_in")].into_iter().flatten()
        {
            if !utterance.finds(kind) {
                utterance.findings.push(Cow::Borrowed(kind));
            }
        }
    }
}

fn fact<'a>(fields: &mut Fields<'a>, kind: Type) -> Result<Fact<'a>, Reject> {
    let business = |fields: &mut Fields<'a>| fields.party(Field::Business, Some("business:"));
    Ok(match kind {
        Type::Terms(answer) => Fact::Terms(answer, fields.identifier(Field::Version)?),
        Type::OptedIn => Fact::OptedIn {
            business: business(fields)?,
            scopes: fields.optional(Field::Scopes, Fields::scopes)?,
            until: fields.optional(Field::Until, Fields::time)?,
        },
        Type::OptedOut => Fact::OptedOut {
            business: business(fields)?,
            scopes: fields.optional(Field::Scopes, Fields::scopes)?,
        },
        Type::ContactErased => Fact::ContactErased { business: business(fields)? },
        Type::CallAnswered => Fact::CallAnswered { business: business(fields)? },
        Type::Blocked => Fact::Blocked(fields.other_party()?),
        Type::Unblocked => Fact::Unblocked(fields.other_party()?),
        Type::ReachSet => Fact::ReachSet(fields.word(Field::Reach, Reach::parse)?),
        Type::Located => Fact::Located(fields.word(Field::Region, Region::parse)?),
        Type::PersonErased => Fact::PersonErased,
        Type::Unreadable => Fact::Unreadable,
        Type::DoubtCleared | Type::Utterance(_) => Fact::DoubtCleared,
    })
}

/// What each form of field holds; `bad_field` where it is not of its form.
impl<'a> Fields<'a> {
    fn optional<T>(
        &mut self,
        field: Field,
        read: impl FnOnce(&mut Fields<'a>, Field) -> Result<T, Reject>,
    ) -> Result<Option<T>, Reject> {
        if self.has(field) { read(self, field).map(Some) } else { Ok(None) }
    }

    fn text(&mut self, field: Field) -> Result<Cow<'a, str>, Reject> {
        match self.take(field) {
            Value::Text(text) => Ok(text),
            _ => Err(RejectReason::BadField.of(field)),
        }
    }

    fn identifier(&mut self, field: Field) -> Result<Cow<'a, str>, Reject> {
        let text = self.text(field)?;
        if is_identifier(&text) { Ok(text) } else { Err(RejectReason::BadField.of(field)) }
    }

    fn identifiers(&mut self, field: Field) -> Result<Vec<Cow<'a, str>>, Reject> {
        match self.take(field) {
            Value::Texts(texts) if texts.iter().all(|text| is_identifier(text)) => Ok(texts),
            _ => Err(RejectReason::BadField.of(field)),
        }
    }

    fn word<T>(
        &mut self,
        field: Field,
        parse: impl FnOnce(&str) -> Option<T>,
    ) -> Result<T, Reject> {
        parse(&self.text(field)?).ok_or(RejectReason::BadField.of(field))
    }

    fn time(&mut self, field: Field) -> Result<Millis, Reject> {
        let time = match self.take(field) {
            Value::Text(text) => parse_time(&text).and_then(in_range),
            Value::Whole(millis) => in_range(Millis(millis)),
            _ => None,
        };
        time.ok_or(RejectReason::BadField.of(field))
    }

    /// A party, of the kind of this prefix if one is asked for.
    fn party(&mut self, field: Field, prefix: Option<&str>) -> Result<Name<'a>, Reject> {
        let bad = RejectReason::BadField.of(field);
        let name = match self.text(field)? {
            Cow::Borrowed(text) => Name::parse(text),
            Cow::Owned(text) => Name::parse(&text)
                .map(|name| Name { kind: name.kind, text: Cow::Owned(name.text.into_owned()) }),
        };
        let name = name.filter(|name| is_identifier(&name.text)).ok_or(bad)?;
        if prefix.is_none_or(|prefix| prefix == name.kind.prefix()) { Ok(name) } else { Err(bad) }
    }

    fn other_party(&mut self) -> Result<Name<'a>, Reject> {
        self.party(Field::Party, None)
    }

    fn scopes(&mut self, field: Field) -> Result<Scopes, Reject> {
        let bad = RejectReason::BadField.of(field);
        let Value::Texts(texts) = self.take(field) else { return Err(bad) };
        let scopes = texts.iter().try_fold(Scopes::default(), |scopes, text| {
            Scope::parse(text).map(|scope| scopes.with(scope))
        });
        scopes.filter(|scopes| !scopes.is_empty()).ok_or(bad)
    }
}

/// "An identifier is 1 to 128 bytes of UTF-8 without white space and control characters."
fn is_identifier(text: &str) -> bool {
    let plain = |byte: &u8| (0x21..=0x7E).contains(byte);
    (1..=LONGEST).contains(&text.len())
        && (text.as_bytes().iter().all(plain)
            || !text.chars().any(|c| c.is_whitespace() || c.is_control()))
}
