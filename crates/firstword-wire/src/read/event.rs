//! What the fields mean: from the fields of an object to one event, or to the first reason why it is none.

use std::borrow::Cow;

use firstword_rules::{
    Answer, Category, Event, Fact, Kind, Millis, Name, PartyKind, Reach, Region, Scope, Scopes,
    Utterance, What,
};

use super::fields::{Field, Fields, Value};
use super::time::{in_range, parse_time};
use super::{Reject, RejectReason};
use crate::scan::{Keywords, scan};

/// The longest identifier, in bytes.
const LONGEST: usize = 128;

/// Gives the fields their meaning.
pub(crate) fn event<'a>(fields: &mut Fields<'a>, keywords: &Keywords) -> Result<Event<'a>, Reject> {
    let kind = match fields.take(Field::Type) {
        Value::Absent => return Err(RejectReason::MissingField.of(Field::Type)),
        Value::Text(name) => Type::parse(&name),
        _ => None,
    };
    let kind = kind.ok_or(RejectReason::UnknownType.of(Field::Type))?;
    // "When several reasons hold, the first of this table is given": what is missing, before what is wrong.
    if let Some(missing) = kind.needs().iter().find(|needed| !fields.has(**needed)) {
        return Err(RejectReason::MissingField.of(*missing));
    }
    let id = fields.identifier(Field::Id)?;
    let at = fields.time(Field::At)?;
    let what = match kind {
        Type::Utterance(kind) => What::Utterance(utterance(fields, kind, keywords)?),
        Type::Fact(kind) => {
            let person = fields.party(Field::Person, Some(PartyKind::Person))?;
            What::Fact { person, fact: fact(fields, kind)? }
        }
    };
    Ok(Event { id, at, what })
}

/// The types of EVENTS.md, as far as they differ in their fields.
#[derive(Clone, Copy)]
enum Type {
    Utterance(Kind),
    Fact(FactType),
}

#[derive(Clone, Copy)]
enum FactType {
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
        Some(Type::Fact(match name {
            "message" => return Some(Type::Utterance(Kind::Message)),
            "call" => return Some(Type::Utterance(Kind::Call)),
            "call.answered" => FactType::CallAnswered,
            "terms.accepted" => FactType::Terms(Answer::Accepted),
            "terms.declined" => FactType::Terms(Answer::Declined),
            "terms.withdrawn" => FactType::Terms(Answer::Withdrawn),
            "contact.opted_in" => FactType::OptedIn,
            "contact.opted_out" => FactType::OptedOut,
            "contact.erased" => FactType::ContactErased,
            "contact.blocked" => FactType::Blocked,
            "contact.unblocked" => FactType::Unblocked,
            "reach.set" => FactType::ReachSet,
            "person.located" => FactType::Located,
            "person.erased" => FactType::PersonErased,
            "event.unreadable" => FactType::Unreadable,
            "doubt.cleared" => FactType::DoubtCleared,
            _ => return None,
        }))
    }

    /// The fields that it needs, in the order in which they are missed.
    fn needs(self) -> &'static [Field] {
        use Field::{At, Business, From, Id, Party, Person, Reach, Region, To, Version};
        match self {
            Type::Utterance(_) => &[Id, At, From, To],
            Type::Fact(fact) => match fact {
                FactType::Terms(_) => &[Id, At, Person, Version],
                FactType::OptedIn
                | FactType::OptedOut
                | FactType::ContactErased
                | FactType::CallAnswered => &[Id, At, Person, Business],
                FactType::Blocked | FactType::Unblocked => &[Id, At, Person, Party],
                FactType::ReachSet => &[Id, At, Person, Reach],
                FactType::Located => &[Id, At, Person, Region],
                FactType::PersonErased | FactType::Unreadable | FactType::DoubtCleared => {
                    &[Id, At, Person]
                }
            },
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
    // "They are looked for only in what a person writes to a business."
    let (opt_out, opt_in) = match utterance.from.is_person() && !utterance.to.is_person() {
        true => keywords.find(text),
        false => (false, false),
    };
    let words = [opt_out.then_some("opt_out"), opt_in.then_some("opt_in")].into_iter().flatten();
    for kind in scan(text).iter().map(|kind| kind.as_str()).chain(words) {
        if !utterance.finds(kind) {
            utterance.findings.push(Cow::Borrowed(kind));
        }
    }
}

fn fact<'a>(fields: &mut Fields<'a>, kind: FactType) -> Result<Fact<'a>, Reject> {
    let business =
        |fields: &mut Fields<'a>| fields.party(Field::Business, Some(PartyKind::Business));
    Ok(match kind {
        FactType::Terms(answer) => Fact::Terms(answer, fields.identifier(Field::Version)?),
        FactType::OptedIn => Fact::OptedIn {
            business: business(fields)?,
            scopes: fields.optional(Field::Scopes, Fields::scopes)?,
            until: fields.optional(Field::Until, Fields::time)?,
        },
        FactType::OptedOut => Fact::OptedOut {
            business: business(fields)?,
            scopes: fields.optional(Field::Scopes, Fields::scopes)?,
        },
        FactType::ContactErased => Fact::ContactErased { business: business(fields)? },
        FactType::CallAnswered => Fact::CallAnswered { business: business(fields)? },
        FactType::Blocked => Fact::Blocked(fields.other_party()?),
        FactType::Unblocked => Fact::Unblocked(fields.other_party()?),
        FactType::ReachSet => Fact::ReachSet(fields.word(Field::Reach, Reach::parse)?),
        FactType::Located => Fact::Located(fields.word(Field::Region, Region::parse)?),
        FactType::PersonErased => Fact::PersonErased,
        FactType::Unreadable => Fact::Unreadable,
        FactType::DoubtCleared => Fact::DoubtCleared,
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

    /// A party, of this kind if one is asked for.
    fn party(&mut self, field: Field, kind: Option<PartyKind>) -> Result<Name<'a>, Reject> {
        let bad = RejectReason::BadField.of(field);
        let name = match self.text(field)? {
            Cow::Borrowed(text) => Name::parse(text),
            Cow::Owned(text) => Name::parse(&text)
                .map(|name| Name { kind: name.kind, text: Cow::Owned(name.text.into_owned()) }),
        };
        let name = name.filter(|name| is_identifier(&name.text)).ok_or(bad)?;
        if kind.is_none_or(|kind| kind == name.kind) { Ok(name) } else { Err(bad) }
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
pub(super) fn is_identifier(text: &str) -> bool {
    // No byte ends the loop: so many can be looked at together.
    let plain = text.bytes().fold(true, |all, byte| all & (0x21..=0x7E).contains(&byte));
    (1..=LONGEST).contains(&text.len())
        && (plain || !text.chars().any(|c| c.is_whitespace() || c.is_control()))
}
