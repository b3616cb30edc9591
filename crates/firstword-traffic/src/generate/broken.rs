//! Lines that are no events: every way in which a producer, a disk or an attacker breaks one.
//!
//! Each template bears the reason for which the page of events rejects it, so that a reader can be
//! checked against the counts of a log. A `$` begins a place to fill in: an identifier, fields that
//! many templates share, or bytes that a Rust string or a file of readable length cannot hold
//! (see `fill`). A `$cut` at the end cuts what stands before it short.

use super::cast::Cast;
use super::draw::Draw;
use super::line::Id;
use crate::json;
use crate::time::Clerk;

/// Why a line is no event: the reasons of the page of events, in its order, without the one for
/// streams.
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
    (NotJson, r#"{$message}$cut"#),
    (NotJson, r#"{$message,"text":"été 🙂 naïve"}$cut"#),
    (NotJson, r#"{$message"#),
    (NotJson, r#"{$message}}"#),
    (NotJson, r#"{$message}{"id":"$id-2"}"#),
    (NotJson, r#"{$message} // sent"#),
    (NotJson, r#"{$message,}"#),
    (NotJson, r#"{$head "at":"$at",$parties}"#),
    (NotJson, r#"{$head,"at":"$at","from":"$from","to"}"#),
    (NotJson, r#"{'id':'$id','type':'message','at':'$at','from':'$from','to':'$to'}"#),
    (NotJson, r#"{id:"$id",type:"message",at:"$at",from:"$from",to:"$to"}"#),
    // JSON, but no object.
    (NotJson, r#"[{$message}]"#),
    (NotJson, r#""$id""#),
    (NotJson, "null"),
    (NotJson, "42"),
    (NotJson, "$at $from wrote to $to"),
    // Values that JSON has not.
    (NotJson, r#"{$head,"at":NaN,$parties}"#),
    (NotJson, r#"{$head,"at":0162103680000,$parties}"#),
    (NotJson, r#"{$message,"size":+1}"#),
    (NotJson, r#"{$message,"size":.5}"#),
    (NotJson, r#"{$message,"new":True}"#),
    (NotJson, r#"{$message,"text":"\x41"}"#),
    (NotJson, r#"{$message,"text":"\u00g0"}"#),
    // Surrogates without their other half.
    (NotJson, r#"{$message,"text":"\ud83d"}"#),
    (NotJson, r#"{$message,"text":"\ude00\ud83d"}"#),
    (NotJson, r#"{$message,"note":{"\udfff":1}}"#),
    // Bytes.
    (NotJson, r#"$bom{$message}"#),
    (NotJson, r#"{$message,"text":"caf$latin1"}"#),
    (NotJson, r#"{$message,"text":"$overlong"}"#),
    (NotJson, r#"{$message,"text":"$cesu"}"#),
    (NotJson, r#"{$message,"text":"a$nul"}"#),
    (NotJson, r#"{$message,"text":"a$tab"}"#),
    (NotJson, "$nul$nul$nul$nul$nul$nul$nul$nul"),
    // Depth.
    (NotJson, r#"{$message,"note":$deep}"#),
    (NotJson, r#"{$message,"note":$abyss"#),
    // A field twice.
    (NotJson, r#"{$message,"id":"$id"}"#),
    (NotJson, r#"{$message,"t\u006f":"$from"}"#),
    (NotJson, r#"{$message,"text":null,"text":null}"#),
    (NotJson, r#"{"region":"FR",$message,"region":"DE"}"#),
    // Types.
    (UnknownType, r#"{"id":"$id","type":"mesage","at":"$at",$parties}"#),
    (UnknownType, r#"{"id":"$id","type":"Message","at":"$at",$parties}"#),
    (UnknownType, r#"{"id":"$id","type":"","at":"$at",$parties}"#),
    (UnknownType, r#"{"id":"$id","type":7,"at":"$at",$parties}"#),
    (UnknownType, r#"{"id":"$id","type":["message"],"at":"$at",$parties}"#),
    (UnknownType, r#"{"type":"message.read"}"#),
    (UnknownType, r#"{"id":"$id","type":"terms.ignored",$fact,"version":"2021-05"}"#),
    // Fields that are not there.
    (MissingField, "{}"),
    (MissingField, r#"{"id":"$id","at":"$at",$parties}"#),
    (MissingField, r#"{"id":"$id","type":null,"at":"$at",$parties}"#),
    (MissingField, r#"{"type":"message","at":"$at",$parties}"#),
    (MissingField, r#"{$head,"at":null,$parties}"#),
    (MissingField, r#"{"id":"$id","type":"call","at":"$at","from":"$from"}"#),
    (MissingField, r#"{$head,$fact}"#),
    (MissingField, r#"{"id":"$id","type":"terms.declined",$fact}"#),
    (MissingField, r#"{"id":"$id","type":"contact.blocked",$fact}"#),
    (MissingField, r#"{"id":"$id","type":"contact.opted_out",$fact}"#),
    (MissingField, r#"{"id":7,"type":"message","at":"$at","from":"$from"}"#),
    // Times.
    (BadField, r#"{$head,"at":"yesterday",$parties}"#),
    (BadField, r#"{$head,"at":"2021-02-30T09:00:00Z",$parties}"#),
    (BadField, r#"{$head,"at":"2021-05-15T25:00:00Z",$parties}"#),
    (BadField, r#"{$head,"at":"2016-12-31T23:59:60Z",$parties}"#),
    (BadField, r#"{$head,"at":"2021-05-15T09:00:00",$parties}"#),
    (BadField, r#"{$head,"at":"2021-05-15",$parties}"#),
    (BadField, r#"{$head,"at":"1999-12-31T23:59:59.999Z",$parties}"#),
    (BadField, r#"{$head,"at":"2100-01-01T00:00:00Z",$parties}"#),
    (BadField, r#"{$head,"at":1621069200,$parties}"#),
    (BadField, r#"{$head,"at":1621069200000.5,$parties}"#),
    (BadField, r#"{$head,"at":1.6e12,$parties}"#),
    (BadField, r#"{$head,"at":1e400,$parties}"#),
    (BadField, r#"{$head,"at":99999999999999999999999,$parties}"#),
    (BadField, r#"{$head,"at":"1621069200000",$parties}"#),
    (BadField, r#"{$optin,"until":"never"}"#),
    // Identifiers.
    (BadField, r#"{"id":"","type":"message","at":"$at",$parties}"#),
    (BadField, r#"{"id":17,"type":"message","at":"$at",$parties}"#),
    (BadField, r#"{"id":"$id 2","type":"message","at":"$at",$parties}"#),
    (BadField, r#"{"id":"$id\u0000","type":"message","at":"$at",$parties}"#),
    (BadField, r#"{"id":"$id$id$id$id$id$id$id$id$id","type":"message","at":"$at",$parties}"#),
    (BadField, r#"{$head,"at":"$at","from":"$name","to":"$to"}"#),
    (BadField, r#"{$head,"at":"$at","from":"person:","to":"$to"}"#),
    (BadField, r#"{$head,"at":"$at","from":"group:$name","to":"$to"}"#),
    (BadField, r#"{$head,"at":"$at","from":{"person":"$name"},"to":"$to"}"#),
    (BadField, r#"{$head,"at":"$at","from":"$from\u2003","to":"$to"}"#),
    (BadField, r#"{"id":"$id","type":"person.erased","at":"$at","person":"business:shop"}"#),
    (BadField, r#"{"id":"$id","type":"contact.erased",$fact,"business":"$to"}"#),
    (BadField, r#"{"id":"$id","type":"terms.accepted",$fact,"version":2021}"#),
    // The rest of the fields.
    (BadField, r#"{$message,"category":"promo"}"#),
    (BadField, r#"{$message,"text":7}"#),
    (BadField, r#"{$message,"findings":"iban"}"#),
    (BadField, r#"{$message,"findings":["iban",7]}"#),
    (BadField, r#"{"id":"$id","type":"call","at":"$at",$parties,"purpose":"a visit"}"#),
    (BadField, r#"{$optin,"scopes":[]}"#),
    (BadField, r#"{$optin,"scopes":["service"]}"#),
    (BadField, r#"{"id":"$id","type":"person.located",$fact,"region":"fr"}"#),
    (BadField, r#"{"id":"$id","type":"person.located",$fact,"region":"FR-"}"#),
    (BadField, r#"{"id":"$id","type":"reach.set",$fact,"reach":"friends"}"#),
    // Parties.
    (SameParty, r#"{$head,"at":"$at","from":"$from","to":"$from"}"#),
    (SameParty, r#"{"id":"$id","type":"call","at":"$at",$shops}"#),
    (NoPerson, r#"{$head,"at":"$at","from":"business:shop","to":"business:bakery"}"#),
    (NoPerson, r#"{"id":"$id","type":"call","at":"$at",$firms}"#),
];

/// One in so many broken lines is one of more than 256 KiB, lest these fill the disk.
const LARGE_EVERY: u64 = 400;

const LARGE: &str =
    r#"{"id":"$id","type":"message","at":"$at","from":"$from","to":"$to","text":"$large"}"#;

/// What the places of a template are filled in with.
struct Filling {
    id: Id,
    at: i64,
    from: u32,
    to: u32,
}

/// Writes one broken line, without an end of line, and says why it is no event.
pub(super) fn write(
    out: &mut Vec<u8>,
    draw: &mut Draw,
    id: Id,
    at: i64,
    (from, to): (u32, u32),
) -> Reason {
    let (reason, template) =
        if draw.below(LARGE_EVERY) == 0 { (TooLarge, LARGE) } else { draw.one_of(TEMPLATES) };
    let begin = out.len();
    let whole = template.strip_suffix("$cut");
    fill(out, whole.unwrap_or(template), &Filling { id, at, from, to });
    if whole.is_some() {
        let length = (out.len() - begin) as u64;
        let keep = 1 + draw.below(length.saturating_sub(1));
        out.truncate(begin + usize::try_from(keep).unwrap_or(1));
    }
    reason
}

fn fill(out: &mut Vec<u8>, template: &str, with: &Filling) {
    let mut rest = template;
    while let Some((plain, tail)) = rest.split_once('$') {
        out.extend_from_slice(plain.as_bytes());
        let end = tail.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(tail.len());
        let (place, tail) = tail.split_at(end);
        match place {
            "message" => fill(out, r#"$head,"at":"$at",$parties"#, with),
            "head" => fill(out, r#""id":"$id","type":"message""#, with),
            "parties" => fill(out, r#""from":"$from","to":"$to""#, with),
            "fact" => fill(out, r#""at":"$at","person":"$from""#, with),
            "optin" => {
                let head =
                    r#""id":"$id","type":"contact.opted_in",$fact,"business":"business:shop""#;
                fill(out, head, with);
            }
            "firms" => {
                fill(out, r#""from":"business:bank","to":"business:shop","sector":"bank""#, with);
            }
            "shops" => fill(out, r#""from":"business:shop","to":"business:shop""#, with),
            "id" => with.id.write(out),
            "at" => Clerk::default().write(out, with.at),
            "from" => Cast::write_person(out, with.from),
            "to" => Cast::write_person(out, with.to),
            "name" => json::integer(out, u64::from(with.from)),
            "large" => out.extend(std::iter::repeat_n(b'x', 256 * 1024)),
            "deep" => nest(out, 32),
            "abyss" => out.extend(std::iter::repeat_n(b'[', 5_000)),
            "bom" => out.extend_from_slice(b"\xef\xbb\xbf"),
            "latin1" => out.push(0xe9),
            "overlong" => out.extend_from_slice(b"\xc0\xaf"),
            "cesu" => out.extend_from_slice(b"\xed\xa0\xbd"),
            "nul" => out.push(0),
            "tab" => out.push(b'\t'),
            // A place with a wrong name stays as it is, and a test finds it.
            _ => {
                out.push(b'$');
                out.extend_from_slice(place.as_bytes());
            }
        }
        rest = tail;
    }
    out.extend_from_slice(rest.as_bytes());
}

/// Appends that many arrays within each other; within an event's object they are one level too
/// deep.
fn nest(out: &mut Vec<u8>, levels: usize) {
    out.extend(std::iter::repeat_n(b'[', levels));
    out.extend(std::iter::repeat_n(b']', levels));
}

#[cfg(test)]
mod tests {
    use super::{Draw, Filling, Id, NotJson, Reason, TEMPLATES, fill, write};
    use std::collections::BTreeMap;

    fn lines(seed: u64, count: usize) -> Vec<(Reason, Vec<u8>)> {
        let mut draw = Draw::new(seed);
        (0..count)
            .map(|n| {
                let (id, mut out) = (Id { number: n as u64, long: false }, Vec::new());
                (write(&mut out, &mut draw, id, 1_621_069_200_000, (17, 4)), out)
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

    /// What is said to be JSON is; what is not is refused by a JSON reader too, but for what the
    /// events' page forbids beyond JSON.
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
    fn every_place_of_every_template_is_filled_in() {
        let with = Filling { id: Id { number: 1, long: false }, at: 0, from: 17, to: 4 };
        for (_, template) in TEMPLATES {
            let mut out = Vec::new();
            fill(&mut out, template.strip_suffix("$cut").unwrap_or(template), &with);
            assert!(!out.contains(&b'$'), "{template}");
        }
    }
}
