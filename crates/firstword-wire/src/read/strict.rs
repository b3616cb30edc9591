//! The strict reader: is this one JSON object, and what do the listed fields hold?
//!
//! `serde_json` settles the grammar. Two things that RFC 8259 leaves open are settled here: a lone surrogate in
//! any string, and nesting deeper than 32.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::fields::{DEEPEST, Field, Fields, Value};

/// The fields of one JSON object; `None` where it is none by EVENTS.md.
pub(crate) fn fields(text: &str) -> Option<Fields<'_>> {
    let mut json = serde_json::Deserializer::from_str(text);
    let fields = json.deserialize_map(Object).ok()?;
    json.end().ok()?;
    unsound(text.as_bytes()).is_none().then_some(fields)
}

struct Object;

impl<'a> Visitor<'a> for Object {
    type Value = Fields<'a>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an event")
    }

    fn visit_map<A: MapAccess<'a>>(self, mut object: A) -> Result<Fields<'a>, A::Error> {
        let mut fields = Fields::new();
        while let Some(name) = object.next_key::<String>()? {
            let raw = object.next_value::<&'a RawValue>()?;
            if let Some(field) = Field::parse(&name) {
                let twice = || serde::de::Error::custom("a field twice");
                *fields.place(field).ok_or_else(twice)? = value(raw.get());
            }
        }
        Ok(fields)
    }
}

/// What a piece of well-formed JSON holds.
fn value(raw: &str) -> Value<'_> {
    match raw.as_bytes().first() {
        Some(b'"') => string(raw).map_or(Value::Other, Value::Text),
        Some(b'n') => Value::Absent,
        Some(b't') => Value::Flag(true),
        Some(b'f') => Value::Flag(false),
        Some(b'[') => serde_json::from_str::<Vec<&RawValue>>(raw)
            .ok()
            .and_then(|items| items.into_iter().map(|item| string(item.get())).collect())
            .map_or(Value::Other, Value::Texts),
        Some(b'-' | b'0'..=b'9') => raw.parse().map_or(Value::Other, Value::Whole),
        _ => Value::Other,
    }
}

fn string(raw: &str) -> Option<Cow<'_, str>> {
    let inner = raw.strip_prefix('"')?.strip_suffix('"')?;
    match inner.contains('\\') {
        false => Some(Cow::Borrowed(inner)),
        true => serde_json::from_str(raw).ok().map(Cow::Owned),
    }
}

/// The first place at which well-formed JSON is nested deeper than 32 or holds a lone surrogate, and which of the two.
pub(super) fn unsound(text: &[u8]) -> Option<(usize, &'static str)> {
    let (mut depth, mut in_string) = (0_usize, false);
    let mut rest = text;
    loop {
        let at = text.len() - rest.len();
        let lone = Some((at, "half of a surrogate pair"));
        rest = match rest {
            [] => return None,
            [b'"', tail @ ..] => {
                in_string = !in_string;
                tail
            }
            [b'\\', b'u', tail @ ..] => match (code_unit(tail), tail.get(4..)) {
                (Some(0xDC00..=0xDFFF), _) | (None, _) | (_, None) => return lone,
                (Some(0xD800..=0xDBFF), Some([b'\\', b'u', low @ ..])) => {
                    match (code_unit(low), low.get(4..)) {
                        (Some(0xDC00..=0xDFFF), Some(tail)) => tail,
                        _ => return lone,
                    }
                }
                (Some(0xD800..=0xDBFF), _) => return lone,
                (Some(_), Some(tail)) => tail,
            },
            [b'\\', _, tail @ ..] => tail,
            [b'{' | b'[', tail @ ..] if !in_string => {
                depth += 1;
                if depth > DEEPEST {
                    return Some((at, "nested deeper than 32"));
                }
                tail
            }
            [b'}' | b']', tail @ ..] if !in_string => {
                depth = depth.saturating_sub(1);
                tail
            }
            [_, tail @ ..] => tail,
        }
    }
}

fn code_unit(hex: &[u8]) -> Option<u16> {
    let digits = std::str::from_utf8(hex.get(..4)?).ok()?;
    u16::from_str_radix(digits, 16).ok()
}
