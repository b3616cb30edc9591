//! What people ask about, as arguments: a time, a person.

use std::borrow::Cow;
use std::time::{SystemTime, UNIX_EPOCH};

use firstword_rules::{Millis, Name, PartyKind};
use firstword_wire::parse_time;

/// Reads a time: as events have it, or shorter and in UTC, as we show it.
///
/// # Errors
/// What a time looks like.
pub fn time(text: &str) -> Result<Millis, String> {
    if text == "now" {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).ok();
        let now = now.and_then(|now| i64::try_from(now.as_millis()).ok());
        return now.map(Millis).ok_or_else(|| "the clock is wrong".to_owned());
    }
    let forms = ["", "Z", ":00Z", "T00:00:00Z"];
    let found = forms.iter().find_map(|rest| parse_time(&format!("{text}{rest}")));
    found.ok_or_else(|| {
        "not a time: write 2021-05-16T09:00:00Z, 2021-05-16T11:00:00+02:00, or in UTC 2021-05-16 09:00, \
         2021-05-16, or `now`"
            .to_owned()
    })
}

/// Reads the name of a person; a bare name is a person's.
///
/// # Errors
/// The name of a business, which has no machine, and no name at all.
pub fn person(text: &str) -> Result<Name<'static>, String> {
    let name = match Name::parse(text) {
        Some(name) if !name.is_person() => {
            return Err("a business has no machine: name a person".to_owned());
        }
        Some(name) => name.text.into_owned(),
        None => text.to_owned(),
    };
    named(PartyKind::Person, name)
}

/// Reads the name of a business; a bare name is a business's.
///
/// # Errors
/// The name of a person, and no name at all.
pub fn business(text: &str) -> Result<Name<'static>, String> {
    let name = match Name::parse(text) {
        Some(name) if name.is_person() => return Err("that is a person, no business".to_owned()),
        Some(name) => name.text.into_owned(),
        None => text.to_owned(),
    };
    named(PartyKind::Business, name)
}

fn named(kind: PartyKind, name: String) -> Result<Name<'static>, String> {
    let odd = |c: char| c.is_control() || c.is_whitespace();
    if name.is_empty() || name.len() > 128 || name.contains(odd) {
        return Err(format!(
            "not a name: 1 to 128 bytes without white space or control characters, such as {}alice",
            kind.prefix()
        ));
    }
    Ok(Name { kind, text: Cow::Owned(name) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_as_events_have_them_and_as_we_show_them() {
        let nine = Ok(Millis(1_621_155_600_000));
        for text in [
            "2021-05-16T09:00:00.000Z",
            "2021-05-16T11:00:00+02:00",
            "2021-05-16 09:00:00",
            "2021-05-16 09:00",
            "2021-05-16T09:00",
        ] {
            assert_eq!(time(text), nine, "{text}");
        }
        assert_eq!(time("2021-05-16"), Ok(Millis(1_621_123_200_000)));
        assert!(time("now").is_ok_and(|now| now > Millis(1_621_123_200_000)));
        for text in ["", "Z", "yesterday", "2021-05-16 9:00", "2021-05", "16.05.2021"] {
            assert!(time(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_bare_name_is_of_the_kind_that_is_asked_for() {
        let shown = |name: Result<Name<'_>, String>| name.map(|name| name.to_string()).ok();
        for (text, of_person, of_business) in [
            ("alice", Some("person:alice"), Some("business:alice")),
            ("person:alice", Some("person:alice"), None),
            ("business:acme", None, Some("business:acme")),
            ("", None, None),
            ("person:", None, None),
            ("al ice", None, None),
        ] {
            assert_eq!(shown(person(text)).as_deref(), of_person, "{text}");
            assert_eq!(shown(business(text)).as_deref(), of_business, "{text}");
        }
    }
}
