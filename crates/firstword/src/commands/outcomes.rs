//! How what a decision says is shown: in a few words, or field by field.

use firstword_replay::Outcome;
use firstword_rules::Verdict;
use serde::{Serialize, Serializer};

use crate::terminal::{Colours, thousands};

/// What a decision says, as an object of the fields that it has.
pub struct Fields<'o>(pub &'o Outcome);

impl Serialize for Fields<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let fields = self.0.fields().into_iter();
        serializer.collect_map(fields.filter_map(|(field, value)| Some((field, Value::of(value?)))))
    }
}

/// A field's value as DECISIONS.md has it: a flag, or a text.
#[derive(Serialize)]
#[serde(untagged)]
enum Value {
    Flag(bool),
    Text(String),
}

impl Value {
    fn of(text: String) -> Value {
        text.parse().map_or(Value::Text(text), Value::Flag)
    }
}

/// So many people.
pub fn people(number: u64) -> String {
    if number == 1 { "1 person".to_owned() } else { format!("{} people", thousands(number)) }
}

/// `denied terms_declined S8`, `allowed as reply R6`.
pub fn in_words(verdict: Verdict, row: Option<&str>, colours: Colours) -> String {
    let words = match (verdict.basis(), verdict.reason()) {
        (Some(basis), _) => format!("{} as {basis}", verdict.as_str()),
        (None, Some(reason)) => format!("{} {reason}", verdict.as_str()),
        (None, None) => verdict.as_str().to_owned(),
    };
    let words = match verdict {
        Verdict::Allowed(_) | Verdict::Forwarded(_) | Verdict::Recorded => colours.good(&words),
        Verdict::Denied(_) => colours.bad(&words),
        Verdict::Ignored(_) | Verdict::Duplicate => colours.odd(&words),
    };
    match row {
        Some(row) => format!("{words} {row}"),
        None => words,
    }
}

/// What [`in_words`] tells already.
pub const IN_WORDS: [&str; 4] = ["verdict", "reason", "row", "as"];
