//! Where in a line it shows that it is no event, and what is wrong there: for people who have the line before them.
//!
//! It is asked about lines that were rejected, one at a time, and takes the time that it needs.

use serde_json::error::Category;

use super::fields::Field;
use super::strict::unsound;
use super::walk::{Stands, walk};
use super::{LARGEST, Reject, RejectReason};

/// What is wrong with a line that was rejected. It holds no part of the line.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Flaw {
    /// The column at which it shows, in bytes from 1; nothing where it is that something is missing.
    pub column: Option<usize>,
    /// What is wrong there, in a phrase.
    pub what: String,
}

/// Where in a line a reject lies, and what is wrong there.
pub fn locate(bytes: &[u8], reject: Reject) -> Flaw {
    let (at, what) = match (reject.reason, reject.field) {
        (RejectReason::TooLarge, _) => {
            (Some(LARGEST), format!("{} bytes, of {LARGEST} at most", bytes.len()))
        }
        (RejectReason::NotJson, _) => not_json(bytes),
        (RejectReason::MissingField, Some(field)) => {
            (value_of(bytes, field), format!("`{}` is not there", field.as_str()))
        }
        (RejectReason::UnknownType, _) => {
            (value_of(bytes, Field::Type), "not a type of EVENTS.md".to_owned())
        }
        (RejectReason::SameParty, _) => {
            (value_of(bytes, Field::To), "`to` is the same party as `from`".to_owned())
        }
        (RejectReason::NoPerson, _) => {
            (value_of(bytes, Field::From), "`from` and `to` are both businesses".to_owned())
        }
        (RejectReason::FromTheFuture, _) => (
            value_of(bytes, Field::At),
            "`at` is too far past the record's own timestamp".to_owned(),
        ),
        (RejectReason::BadField, Some(field)) => {
            (value_of(bytes, field), format!("`{}` is not {}", field.as_str(), form(field)))
        }
        (RejectReason::MissingField | RejectReason::BadField, None) => {
            (None, reject.reason.as_str().to_owned())
        }
    };
    Flaw { column: at.map(|at| at + 1), what }
}

/// Where the value of a field begins.
fn value_of(bytes: &[u8], field: Field) -> Option<usize> {
    let (met, _) = walk(std::str::from_utf8(bytes).ok()?);
    met.iter().find(|stands| stands.field == field).map(|stands| stands.value_at)
}

/// The first thing by which a text is not one sound JSON object.
fn not_json(bytes: &[u8]) -> (Option<usize>, String) {
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => return (Some(error.valid_up_to()), "not UTF-8".to_owned()),
    };
    if text.starts_with('\u{feff}') {
        return (Some(0), "a byte order mark".to_owned());
    }
    let (met, ended) = walk(text);
    let ended = ended.map(|error| (offset_of(text, &error), grammar(&error)));
    let readable = ended.as_ref().and_then(|(at, _)| text.as_bytes().get(..*at));
    let unsound =
        unsound(readable.unwrap_or(text.as_bytes())).map(|(at, what)| (at, what.to_owned()));
    let first = [twice(&met), unsound, ended].into_iter().flatten().min_by_key(|(at, _)| *at);
    first.map_or((None, "not JSON".to_owned()), |(at, what)| (Some(at), what))
}

/// The second of two fields of one name.
fn twice(met: &[Stands<'_>]) -> Option<(usize, String)> {
    let second = met
        .iter()
        .enumerate()
        .find(|(place, stands)| met.iter().take(*place).any(|before| before.field == stands.field));
    second.map(|(_, stands)| (stands.name_at, format!("`{}` a second time", stands.field.as_str())))
}

/// What the grammar has against a text. Errors about values quote them, so these are said in words of ours.
fn grammar(error: &serde_json::Error) -> String {
    let told = error.to_string();
    match error.classify() {
        Category::Syntax => told.split(" at line ").next().unwrap_or(&told).to_owned(),
        Category::Eof => "it ends here, in the middle".to_owned(),
        Category::Data | Category::Io => "not an object".to_owned(),
    }
}

/// The offset at which the reading ended. A record's value may have lines in it.
fn offset_of(text: &str, error: &serde_json::Error) -> usize {
    if error.is_data() {
        return text.len() - text.trim_start().len();
    }
    let lines = text.split_inclusive('\n').take(error.line().saturating_sub(1));
    let at = lines.map(str::len).sum::<usize>() + error.column().saturating_sub(1);
    // Before a control character the reading stops, and after anything else that is wrong.
    at + usize::from(grammar(error).starts_with("control character"))
}

/// The form of a field, as EVENTS.md has it.
fn form(field: Field) -> &'static str {
    match field {
        Field::Id | Field::Version | Field::Purpose | Field::Sector => {
            "an identifier: 1 to 128 bytes without white space and control characters"
        }
        Field::Type => "a type of EVENTS.md",
        Field::At | Field::Until => {
            "a time: RFC 3339 with an offset, or whole milliseconds, of the years 2000 to 2099"
        }
        Field::From | Field::To | Field::Party => "a party: `person:NAME` or `business:NAME`",
        Field::Person => "a person: `person:NAME`",
        Field::Business => "a business: `business:NAME`",
        Field::Scopes => {
            "an array, not empty, of `utility`, `authentication`, `marketing` and `calls`"
        }
        Field::Region => "a region in the form of `FR` or `DE-HH`",
        Field::Reach => "`everyone`, `known` or `nobody`",
        Field::Category => "`service`, `utility`, `authentication` or `marketing`",
        Field::Text => "a string",
        Field::Findings => "an array of identifiers",
    }
}
