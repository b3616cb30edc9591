//! Where the fields of an object stand in its text, as far as the text can be read.

use std::fmt;

use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::fields::Field;

/// A listed field that was met, as it stands in the text; offsets are in bytes, from 0.
#[derive(Clone, Copy, Debug)]
pub(super) struct Stands<'a> {
    pub(super) field: Field,
    /// Where its name begins, with the quote.
    pub(super) name_at: usize,
    /// Where its value begins.
    pub(super) value_at: usize,
    /// The value as it is written.
    pub(super) value: &'a str,
}

/// The listed fields of an object in their order, and what ended the reading early, if anything did.
pub(super) fn walk(text: &str) -> (Vec<Stands<'_>>, Option<serde_json::Error>) {
    let mut met = Vec::new();
    let mut json = serde_json::Deserializer::from_str(text);
    let ended = json.deserialize_map(Walk { text, met: &mut met }).and_then(|()| json.end());
    (met, ended.err())
}

struct Walk<'a, 'w> {
    text: &'a str,
    met: &'w mut Vec<Stands<'a>>,
}

impl<'a> Visitor<'a> for Walk<'a, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'a>>(self, mut object: A) -> Result<(), A::Error> {
        // What is borrowed lies within the text.
        let at = |raw: &RawValue| raw.get().as_ptr().addr() - self.text.as_ptr().addr();
        while let Some(name) = object.next_key::<&'a RawValue>()? {
            let value = object.next_value::<&'a RawValue>()?;
            let field = serde_json::from_str::<String>(name.get()).ok();
            if let Some(field) = field.and_then(|name| Field::parse(&name)) {
                let (name_at, value_at) = (at(name), at(value));
                self.met.push(Stands { field, name_at, value_at, value: value.get() });
            }
        }
        Ok(())
    }
}
