//! What can still be read of something that is no event: whom it may be about, and whether it can have mattered
//! and what it may have been.

use std::borrow::Cow;
use std::fmt;

use firstword_rules::{Name, PartyKind};
use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::event::is_identifier;
use super::fields::Field;
use super::walk::walk;

/// What is left of a rejected record.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Salvage {
    /// The person in it: `person`, else a person in `from`.
    pub person: Option<Name<'static>>,
    /// Whether it can still be read as a call, or as a message other than from a person to a business: such a thing
    /// can have been no opt-out.
    pub harmless: bool,
}

/// Reads what can still be read.
pub fn salvage(bytes: &[u8]) -> Salvage {
    let Ok(text) = std::str::from_utf8(bytes) else { return Salvage::default() };
    let mut json = serde_json::Deserializer::from_str(text.trim_start_matches('\u{feff}'));
    let Ok(rest) = json.deserialize_map(Rest::default()) else { return Salvage::default() };
    let party = |text: &Option<String>| text.as_deref().and_then(party);
    let (from, to) = (party(&rest.from), party(&rest.to));
    let harmless = match rest.kind.as_deref() {
        Some("call") => true,
        Some("message") => match (&from, &to) {
            (Some(from), Some(to)) => !from.is_person() || to.is_person(),
            (Some(from), None) => !from.is_person(),
            (None, Some(to)) => to.is_person(),
            (None, None) => false,
        },
        _ => false,
    };
    let person = party(&rest.person).or(from).filter(Name::is_person);
    Salvage { person, harmless }
}

/// The id that can still be read in something that is no event, or is damaged further on; of two, the first that is an
/// identifier.
pub fn id_of(bytes: &[u8]) -> Option<String> {
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => std::str::from_utf8(bytes.get(..error.valid_up_to())?).ok()?,
    };
    let (met, _) = walk(text.trim_start_matches('\u{feff}'));
    let ids = met.iter().filter(|stands| stands.field == Field::Id);
    ids.filter_map(|stands| serde_json::from_str(stands.value).ok())
        .find(|id: &String| is_identifier(id))
}

/// The person that a record's key names, if it is one.
pub fn person_of_key(key: &[u8]) -> Option<Name<'static>> {
    std::str::from_utf8(key).ok().and_then(party).filter(Name::is_person)
}

fn party(text: &str) -> Option<Name<'static>> {
    let name = Name::parse(text).filter(|name| is_identifier(&name.text))?;
    let kind: PartyKind = name.kind;
    Some(Name { kind, text: Cow::Owned(name.text.into_owned()) })
}

#[derive(Default)]
struct Rest {
    kind: Option<String>,
    person: Option<String>,
    from: Option<String>,
    to: Option<String>,
}

impl<'a> Visitor<'a> for Rest {
    type Value = Rest;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("what is left of an event")
    }

    fn visit_map<A: MapAccess<'a>>(mut self, mut object: A) -> Result<Rest, A::Error> {
        while let Some(name) = object.next_key::<String>()? {
            let raw = object.next_value::<&'a RawValue>()?;
            let slot = match name.as_str() {
                "type" => &mut self.kind,
                "person" => &mut self.person,
                "from" => &mut self.from,
                "to" => &mut self.to,
                _ => continue,
            };
            // Of a field that stands there twice the first that is a text counts.
            if slot.is_none() {
                *slot = serde_json::from_str(raw.get()).ok();
            }
        }
        Ok(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_person_is_read_where_one_can_be() {
        for (line, person, harmless) in [
            (r#"{"type":"contact.opted_out","person":"person:a"}"#, Some("person:a"), false),
            (r#"{"type":"nonsense","from":"person:b","person":7}"#, Some("person:b"), false),
            (r#"{"person":"person:a","person":"person:b"}"#, Some("person:a"), false),
            (r#"{"type":"call","from":"person:a","to":7}"#, Some("person:a"), true),
            (r#"{"type":"message","from":"person:a","to":"person:b"}"#, Some("person:a"), true),
            (r#"{"type":"message","from":"person:a","to":"business:b"}"#, Some("person:a"), false),
            (r#"{"type":"message","from":"business:b","to":"person:a"}"#, None, true),
            (r#"{"type":"message","from":"person:a"}"#, Some("person:a"), false),
            (r#"{"type":"message","person":"person:a b"}"#, None, false),
            (r#"{"type":"message","from":"person:a""#, None, false),
            ("\u{feff}{\"person\":\"person:a\"}", Some("person:a"), false),
            ("", None, false),
        ] {
            let rest = salvage(line.as_bytes());
            let read = (rest.person.map(|person| person.to_string()), rest.harmless);
            assert_eq!(read, (person.map(str::to_owned), harmless), "{line}");
        }
    }

    #[test]
    fn the_id_is_read_where_one_can_be() {
        for (line, id) in [
            (&br#"{"id":"m-1","type":"nonsense"}"#[..], Some("m-1")),
            (br#"{"id":"m-1","type":"mess"#, Some("m-1")),
            (br#"{"id":"m-1"} {"id":"m-2"}"#, Some("m-1")),
            (br#"{"id":7,"id":"m-1"}"#, Some("m-1")),
            (br#"{"id":"m 1","id":null}"#, None),
            (br#"{"\u0069d":"m\u002d1"}"#, Some("m-1")),
            (b"{\"id\":\"m-1\",\"text\":\"\xff\"}", Some("m-1")),
            (b"\xef\xbb\xbf{\"id\":\"m-1\"}", Some("m-1")),
            (br#"{"type":"mess","id":"m-1"#, None),
            (br#"{"to":{"id":"m-1"}}"#, None),
            (br#"["id","m-1"]"#, None),
            (b"", None),
        ] {
            assert_eq!(id_of(line).as_deref(), id, "{}", line.escape_ascii());
        }
    }

    #[test]
    fn a_key_is_a_person_or_nothing() {
        assert_eq!(
            person_of_key(b"person:a").map(|name| name.to_string()).as_deref(),
            Some("person:a")
        );
        for key in [&b"business:a"[..], b"a", b"person:", b"person:a b", b"person:\xff"] {
            assert_eq!(person_of_key(key), None);
        }
    }
}
