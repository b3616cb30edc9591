//! Lines that are no events: every way in which a producer, a disk or an attacker breaks one.
//!
//! Each template bears the reason for which the page of events rejects it, so that a reader can be checked
//! against the counts of a log. A `$` begins a place to fill in: `$id`, `$at`, `$from`, `$to`, `$name` (a person's
//! name without its prefix) and the bytes that a Rust string, or a file of readable length, cannot hold.

use super::cast::Cast;
use super::draw::Draw;
use super::line::Id;
use crate::json;
use crate::time::Clerk;

/// Why a line is no event: the reasons of the page of events, in its order, without the one for streams.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Reason {
    /// More than 256 KiB.
    TooLarge,
    /// Not one JSON object in UTF-8, nested too deeply, or a field twice.
    #[default]
    NotJson,
    /// The type is none of the list.
    UnknownType,
    /// A field that the type needs is not there.
    MissingField,
    /// A field is of the wrong form.
    BadField,
    /// Somebody speaks to themself.
    SameParty,
    /// A business speaks to a business.
    NoPerson,
}

impl Reason {
    /// All reasons, in the order of the page.
    pub const ALL: [Self; 7] = [
        Self::TooLarge,
        Self::NotJson,
        Self::UnknownType,
        Self::MissingField,
        Self::BadField,
        Self::SameParty,
        Self::NoPerson,
    ];

    /// The word for it in dead letters, such as `not_json`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::TooLarge => "too_large",
            Self::NotJson => "not_json",
            Self::UnknownType => "unknown_type",
            Self::MissingField => "missing_field",
            Self::BadField => "bad_field",
            Self::SameParty => "same_party",
            Self::NoPerson => "no_person",
        }
    }
}

use Reason::*;

#[rustfmt::skip]
const TEMPLATES: &[(Reason, &str)] = &[
    // Not whole, or more than whole.
    (NotJson, r#"{"id":"$id","type":"message","at":"$at","from":"$from","to":"$to"}$cut"#),
    (NotJson, r#"{"id":"$id","type":"message","at":"$at","from":"$from","to":"$to","text":"été 🙂 naïve"}$cut"#),
    (NotJson, r#"{"id":"$id","type":"message","at":"$at","from":"$from","to":"$to""#),
    (NotJson, r#"{"id":"$id","type":"message","at":"$at","from":"$from","to":"$to"}}"#),
    (NotJson, r#"{"id":"$id","type":"message","at":"$at","from":"$from","to":"$to"}{"id":"$id-2"}"#),
    (NotJson, r#"{"id":"$id","type":"message","at":"$at","from":"$from","to":"$to"} // sent"#),
    (NotJson, r#"{"id":"$id","type":"message","at":"$at","from":"$from","to":"$to",}"#),
    (NotJson, r#"{"id":"$id","type":"message" "at":"$at","from":"$from","to":"$to"}"#),
    (NotJson, r#"{"id":"$id","type":"message","at":"$at","from":"$from","to"}"#),
    (NotJson, r#"{'id':'$id','type':'message','at':'$at','from':'$from','to':'$to'}"#),
    (NotJson, r#"{id:"$id",type:"message",at:"$at",from:"$from",to:"$to"}"#),
    // JSON, but no object.
    (NotJson, r#"[{"id":"$id","type":"message","at":"$at","from":"$from","to":"$to"}]"#),
    (NotJson, r#""$id""#),
    (NotJson, "null"),
    (NotJson, "42"),
    (NotJson, "$at $from wrote to $to"),
    // Values that JSON has not.
    (NotJson, r#"{"id":"$id","type":"message","at":NaN,"from":"$from","to":"$to"}"#),
    (NotJson, r#"{"id":"$id","type":"message","at":0162103680000,"from":"$from","to":"$to"}"#),
    (NotJson, r#"{"id":"$id","type":"message","at":"$at","from":"$from","to":"$to","size":+1}"#),
    (NotJson, r#"{"id":"$id","type":"message","at":"$at","from":"$from","to":"$to","size":.5}"#),
    (NotJson, r#"{"id":"$id","type":"message","at":"$at","from":"$from","to":"$to","new":True}"#),
    (NotJson, r#"{"id":"$id","type":"message","at":"$at","from":"$from","to":"$to","text":"\x41"}"#),
    (NotJson, r#"{"id":"$id","type":"message","at":"$at","from":"$from","to":"$to","text":"\u00g0"}"#),
    // Surrogates without their other half.
    (NotJson, r#"{"id":"$id","type":"message","at":"$at","from":"$from","to":"$to","text":"\ud83d"}"#),
    (NotJson, r#"{"id":"$id","type":"message","at":"$at","from":"$from","to":"$to","text":"\ude00\ud83d"}"#),
    (NotJson, r#"{"id":"$id","type":"message","at":"$at","from":"$from","to":"$to","note":{"\udfff":1}}"#),
    // Bytes.
    (NotJson, r#"$bom{"id":"$id","type":"message","at":"$at","from":"$from","to":"$to"}"#),
    (NotJson, r#"{"id":"$id","type":"message","at":"$at","from":"$from","to":"$to","text":"caf$latin1"}"#),
    (NotJson, r#"{"id":"$id","type":"message","at":"$at","from":"$from","to":"$to","text":"$overlong"}"#),
    (NotJson, r#"{"id":"$id","type":"message","at":"$at","from":"$from","to":"$to","text":"$cesu"}"#),
    (NotJson, r#"{"id":"$id","type":"message","at":"$at","from":"$from","to":"$to","text":"a$nul"}"#),
    (NotJson, r#"{"id":"$id","type":"message","at":"$at","from":"$from","to":"$to","text":"a$tab"}"#),
    (NotJson, "$nul$nul$nul$nul$nul$nul$nul$nul"),
    // Depth.
    (NotJson, r#"{"id":"$id","type":"message","at":"$at","from":"$from","to":"$to","note":$deep}"#),
    (NotJson, r#"{"id":"$id","type":"message","at":"$at","from":"$from","to":"$to","note":$abyss"#),
    // A field twice.
    (NotJson, r#"{"id":"$id","type":"message","at":"$at","from":"$from","to":"$to","id":"$id"}"#),
    (NotJson, r#"{"id":"$id","type":"message","at":"$at","from":"$from","to":"$to","t\u006f":"$from"}"#),
    (NotJson, r#"{"id":"$id","type":"message","at":"$at","from":"$from","to":"$to","text":null,"text":null}"#),
    (NotJson, r#"{"region":"FR","id":"$id","type":"message","at":"$at","from":"$from","to":"$to","region":"DE"}"#),
    // Types.
    (UnknownType, r#"{"id":"$id","type":"mesage","at":"$at","from":"$from","to":"$to"}"#),
    (UnknownType, r#"{"id":"$id","type":"Message","at":"$at","from":"$from","to":"$to"}"#),
    (UnknownType, r#"{"id":"$id","type":"","at":"$at","from":"$from","to":"$to"}"#),
    (UnknownType, r#"{"id":"$id","type":7,"at":"$at","from":"$from","to":"$to"}"#),
    (UnknownType, r#"{"id":"$id","type":["message"],"at":"$at","from":"$from","to":"$to"}"#),
    (UnknownType, r#"{"type":"message.read"}"#),
    (UnknownType, r#"{"id":"$id","type":"terms.ignored","at":"$at","person":"$from","version":"2021-05"}"#),
    // Fields that are not there.
    (MissingField, "{}"),
    (MissingField, r#"{"id":"$id","at":"$at","from":"$from","to":"$to"}"#),
    (MissingField, r#"{"id":"$id","type":null,"at":"$at","from":"$from","to":"$to"}"#),
    (MissingField, r#"{"type":"message","at":"$at","from":"$from","to":"$to"}"#),
    (MissingField, r#"{"id":"$id","type":"message","at":null,"from":"$from","to":"$to"}"#),
    (MissingField, r#"{"id":"$id","type":"call","at":"$at","from":"$from"}"#),
    (MissingField, r#"{"id":"$id","type":"message","at":"$at","person":"$from"}"#),
    (MissingField, r#"{"id":"$id","type":"terms.declined","at":"$at","person":"$from"}"#),
    (MissingField, r#"{"id":"$id","type":"contact.blocked","at":"$at","person":"$from"}"#),
    (MissingField, r#"{"id":"$id","type":"contact.opted_out","at":"$at","person":"$from"}"#),
    (MissingField, r#"{"id":7,"type":"message","at":"$at","from":"$from"}"#),
    // Times.
    (BadField, r#"{"id":"$id","type":"message","at":"yesterday","from":"$from","to":"$to"}"#),
    (BadField, r#"{"id":"$id","type":"message","at":"2021-02-30T09:00:00Z","from":"$from","to":"$to"}"#),
    (BadField, r#"{"id":"$id","type":"message","at":"2021-05-15T25:00:00Z","from":"$from","to":"$to"}"#),
    (BadField, r#"{"id":"$id","type":"message","at":"2016-12-31T23:59:60Z","from":"$from","to":"$to"}"#),
    (BadField, r#"{"id":"$id","type":"message","at":"2021-05-15T09:00:00","from":"$from","to":"$to"}"#),
    (BadField, r#"{"id":"$id","type":"message","at":"2021-05-15","from":"$from","to":"$to"}"#),
    (BadField, r#"{"id":"$id","type":"message","at":"1999-12-31T23:59:59.999Z","from":"$from","to":"$to"}"#),
    (BadField, r#"{"id":"$id","type":"message","at":"2100-01-01T00:00:00Z","from":"$from","to":"$to"}"#),
    (BadField, r#"{"id":"$id","type":"message","at":1621069200,"from":"$from","to":"$to"}"#),
    (BadField, r#"{"id":"$id","type":"message","at":1621069200000.5,"from":"$from","to":"$to"}"#),
    (BadField, r#"{"id":"$id","type":"message","at":1.6e12,"from":"$from","to":"$to"}"#),
    (BadField, r#"{"id":"$id","type":"message","at":1e400,"from":"$from","to":"$to"}"#),
    (BadField, r#"{"id":"$id","type":"message","at":99999999999999999999999,"from":"$from","to":"$to"}"#),
    (BadField, r#"{"id":"$id","type":"message","at":"1621069200000","from":"$from","to":"$to"}"#),
    (BadField, r#"{"id":"$id","type":"contact.opted_in","at":"$at","person":"$from","business":"business:shop","until":"never"}"#),
    // Identifiers.
    (BadField, r#"{"id":"","type":"message","at":"$at","from":"$from","to":"$to"}"#),
    (BadField, r#"{"id":17,"type":"message","at":"$at","from":"$from","to":"$to"}"#),
    (BadField, r#"{"id":"$id 2","type":"message","at":"$at","from":"$from","to":"$to"}"#),
    (BadField, r#"{"id":"$id\u0000","type":"message","at":"$at","from":"$from","to":"$to"}"#),
    (BadField, r#"{"id":"$id$id$id$id$id$id$id$id$id","type":"message","at":"$at","from":"$from","to":"$to"}"#),
    (BadField, r#"{"id":"$id","type":"message","at":"$at","from":"$name","to":"$to"}"#),
    (BadField, r#"{"id":"$id","type":"message","at":"$at","from":"person:","to":"$to"}"#),
    (BadField, r#"{"id":"$id","type":"message","at":"$at","from":"group:$name","to":"$to"}"#),
    (BadField, r#"{"id":"$id","type":"message","at":"$at","from":{"person":"$name"},"to":"$to"}"#),
    (BadField, r#"{"id":"$id","type":"message","at":"$at","from":"$from\u2003","to":"$to"}"#),
    (BadField, r#"{"id":"$id","type":"person.erased","at":"$at","person":"business:shop"}"#),
    (BadField, r#"{"id":"$id","type":"contact.erased","at":"$at","person":"$from","business":"$to"}"#),
    (BadField, r#"{"id":"$id","type":"terms.accepted","at":"$at","person":"$from","version":2021}"#),
    // The rest of the fields.
    (BadField, r#"{"id":"$id","type":"message","at":"$at","from":"$from","to":"$to","category":"promo"}"#),
    (BadField, r#"{"id":"$id","type":"message","at":"$at","from":"$from","to":"$to","text":7}"#),
    (BadField, r#"{"id":"$id","type":"message","at":"$at","from":"$from","to":"$to","findings":"iban"}"#),
    (BadField, r#"{"id":"$id","type":"message","at":"$at","from":"$from","to":"$to","findings":["iban",7]}"#),
    (BadField, r#"{"id":"$id","type":"call","at":"$at","from":"$from","to":"$to","purpose":"a visit"}"#),
    (BadField, r#"{"id":"$id","type":"contact.opted_in","at":"$at","person":"$from","business":"business:shop","scopes":[]}"#),
    (BadField, r#"{"id":"$id","type":"contact.opted_in","at":"$at","person":"$from","business":"business:shop","scopes":["service"]}"#),
    (BadField, r#"{"id":"$id","type":"person.located","at":"$at","person":"$from","region":"fr"}"#),
    (BadField, r#"{"id":"$id","type":"person.located","at":"$at","person":"$from","region":"FR-"}"#),
    (BadField, r#"{"id":"$id","type":"reach.set","at":"$at","person":"$from","reach":"friends"}"#),
    // Parties.
    (SameParty, r#"{"id":"$id","type":"message","at":"$at","from":"$from","to":"$from"}"#),
    (SameParty, r#"{"id":"$id","type":"call","at":"$at","from":"business:shop","to":"business:shop"}"#),
    (NoPerson, r#"{"id":"$id","type":"message","at":"$at","from":"business:shop","to":"business:bakery"}"#),
    (NoPerson, r#"{"id":"$id","type":"call","at":"$at","from":"business:bank","to":"business:shop","sector":"bank"}"#),
];

/// One in so many broken lines is one of more than 256 KiB, lest these fill the disk.
const LARGE_EVERY: u64 = 400;

const LARGE: &str =
    r#"{"id":"$id","type":"message","at":"$at","from":"$from","to":"$to","text":"$large"}"#;

/// Writes one broken line, without an end of line, and says why it is no event.
pub(super) fn write(
    out: &mut Vec<u8>,
    draw: &mut Draw,
    id: Id,
    at: i64,
    from: u32,
    to: u32,
) -> Reason {
    let (reason, template) =
        if draw.below(LARGE_EVERY) == 0 { (TooLarge, LARGE) } else { draw.one_of(TEMPLATES) };
    let begin = out.len();
    let mut rest = template;
    while let Some((plain, tail)) = rest.split_once('$') {
        out.extend_from_slice(plain.as_bytes());
        let end = tail.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(tail.len());
        let (place, tail) = tail.split_at(end);
        match place {
            "id" => id.write(out),
            "at" => Clerk::default().write(out, at),
            "from" => Cast::write_person(out, from),
            "to" => Cast::write_person(out, to),
            "name" => json::integer(out, u64::from(from)),
            "large" => out.extend(std::iter::repeat_n(b'x', 256 * 1024)),
            "deep" => nest(out, 32),
            "abyss" => out.extend(std::iter::repeat_n(b'[', 5_000)),
            "bom" => out.extend_from_slice(b"\xef\xbb\xbf"),
            "latin1" => out.push(0xe9),
            "overlong" => out.extend_from_slice(b"\xc0\xaf"),
            "cesu" => out.extend_from_slice(b"\xed\xa0\xbd"),
            "nul" => out.push(0),
            "tab" => out.push(b'\t'),
            "cut" => {
                let length = (out.len() - begin) as u64;
                let keep = 1 + draw.below(length.saturating_sub(1));
                out.truncate(begin + usize::try_from(keep).unwrap_or(1));
            }
            _ => (),
        }
        rest = tail;
    }
    out.extend_from_slice(rest.as_bytes());
    reason
}

/// Appends that many arrays within each other; within an event's object they are one level too deep.
fn nest(out: &mut Vec<u8>, levels: usize) {
    out.extend(std::iter::repeat_n(b'[', levels));
    out.extend(std::iter::repeat_n(b']', levels));
}

#[cfg(test)]
mod tests {
    use super::{Draw, Id, NotJson, Reason, TEMPLATES, write};
    use std::collections::BTreeMap;

    fn lines(seed: u64, count: usize) -> Vec<(Reason, Vec<u8>)> {
        let mut draw = Draw::new(seed);
        (0..count)
            .map(|n| {
                let (id, mut out) = (Id { number: n as u64, long: false }, Vec::new());
                (write(&mut out, &mut draw, id, 1_621_069_200_000, 17, 4), out)
            })
            .collect()
    }

    #[test]
    fn a_broken_line_is_one_line() {
        for (_, line) in lines(1, 5_000) {
            assert!(!line.is_empty());
            assert!(!line.contains(&b'\n') && !line.contains(&b'\r'));
            assert!(!line.contains(&b'$'), "a place was not filled in");
        }
    }

    #[test]
    fn every_reason_is_there() {
        let mut met = BTreeMap::new();
        for (reason, line) in lines(2, 5_000) {
            *met.entry(reason).or_insert(0) += 1;
            assert_eq!(reason == Reason::TooLarge, line.len() > 256 * 1024);
        }
        assert_eq!(met.len(), Reason::ALL.len(), "{met:?}");
    }

    /// What is said to be JSON is; what is not is refused by a JSON reader too, but for what the events' page
    /// forbids beyond JSON.
    #[test]
    fn what_is_no_json_is_refused_by_a_json_reader() {
        for (reason, line) in lines(3, 5_000) {
            let read = serde_json::from_slice::<BTreeMap<String, serde_json::Value>>(&line);
            if reason == NotJson && read.is_ok() {
                let text = String::from_utf8_lossy(&line);
                let twice = ["\"id\":", "\"text\":", "\"region\":"]
                    .iter()
                    .any(|name| text.matches(name).count() == 2);
                let deep = text.contains("[[[[");
                assert!(twice || deep || text.contains("t\\u006f"), "{text}");
            }
            if reason != NotJson {
                let text = String::from_utf8_lossy(&line);
                assert!(read.is_ok() || text.contains("1e400"), "{reason:?} {text}");
            }
        }
    }

    #[test]
    fn templates_name_only_places_that_are_filled_in() {
        for (_, template) in TEMPLATES {
            for place in template.split('$').skip(1) {
                let end = place.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(place.len());
                let (name, _) = place.split_at(end);
                assert!(
                    [
                        "id", "at", "from", "to", "name", "deep", "abyss", "bom", "latin1",
                        "overlong", "cesu", "nul", "tab", "cut"
                    ]
                    .contains(&name),
                    "{name}"
                );
            }
        }
    }
}
