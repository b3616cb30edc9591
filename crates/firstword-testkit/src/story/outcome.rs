//! The right-hand side of a story's line: what must come of it.
//!
//! ```text
//! allowed   as reply             S7 R6
//! denied    terms_declined       S8
//! recorded                                -> standing reply_only, shares_data false
//! recorded                                -> erase_by 2021-06-15 09:00
//! ```

use std::fmt;

use firstword_rules::{Reason, Row};
use serde_json::Value;

use super::Fault;
use super::page::short_time;
use super::token::Token;
use crate::Steps;

/// What must come of a line, or what came of it.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct Expected {
    /// The verdict of the last gate.
    pub(crate) verdict: String,
    /// `as …`, or the reason.
    pub(crate) why: Option<String>,
    /// The row that decided at each gate.
    pub(crate) rows: Vec<String>,
    /// Fields of the last decision, in the order of [`DETAILS`].
    pub(crate) details: Vec<(&'static str, String)>,
}

/// The fields that may follow the arrow, and whether they must, where the decision has them.
const DETAILS: [(&str, bool); 7] = [
    ("said", false),
    ("standing", false),
    ("shares_data", false),
    ("unlisted", true),
    ("erase_by", true),
    ("late", true),
    ("seq", false),
];

const VERDICTS: [&str; 5] = ["allowed", "denied", "duplicate", "recorded", "ignored"];

/// Whether a word begins a right-hand side.
pub(crate) fn is_verdict(word: &str) -> bool {
    VERDICTS.contains(&word)
}

impl Expected {
    /// Reads a right-hand side.
    pub(crate) fn parse(tokens: &[Token]) -> Result<Expected, Fault> {
        let mut words = tokens.iter().peekable();
        let mut expected = Expected::default();
        if let Some(verdict) = words.next() {
            expected.verdict = verdict.text.clone();
        }
        if words.next_if(|token| token.text == "as").is_some() {
            expected.why = words.next().map(|token| format!("as {}", token.text));
        } else if let Some(reason) = words.next_if(|token| Reason::parse(&token.text).is_some()) {
            expected.why = Some(reason.text.clone());
        }
        while let Some(row) = words.next_if(|token| Row::named(&token.text).is_some()) {
            expected.rows.push(row.text.clone());
        }
        if words.next_if(|token| token.text == "->").is_some() {
            while let Some(field) = words.next() {
                expected.detail(field, &mut words)?;
            }
        }
        match words.next() {
            Some(odd) => {
                Err(Fault::at(odd.column, format!("`{}` is no reason, row or `->`", odd.text)))
            }
            None => Ok(expected),
        }
    }

    fn detail<'t>(
        &mut self,
        field: &Token,
        words: &mut impl Iterator<Item = &'t Token>,
    ) -> Result<(), Fault> {
        let Some((name, _)) = DETAILS.iter().find(|(name, _)| *name == field.text) else {
            let known = DETAILS.map(|(name, _)| name).join(", ");
            return Err(Fault::at(field.column, format!("after the arrow stand {known}")));
        };
        let mut next = || {
            let missing = || Fault::at(field.end, format!("`{name}` of what?"));
            words.next().map(|token| token.text.as_str()).ok_or_else(missing)
        };
        let value = match *name {
            "unlisted" => String::new(),
            "erase_by" => {
                let (date, time) = (next()?, next()?);
                format!("{date} {time}")
            }
            _ => next()?.to_owned(),
        };
        self.details.push((name, value));
        let order = |name: &str| DETAILS.iter().position(|(other, _)| *other == name);
        self.details.sort_by_key(|(name, _)| order(name));
        Ok(())
    }

    /// What came of one event, with the details that `asked` asks for.
    pub(crate) fn made(steps: &Steps, asked: &Expected) -> Expected {
        let text = |step: &serde_json::Map<String, Value>, field: &str| {
            step.get(field).and_then(Value::as_str).map(str::to_owned)
        };
        let rows = steps.iter().filter_map(|step| text(step, "row")).collect();
        let Some(last) = steps.last() else { return Expected::default() };
        let basis = text(last, "as").map(|basis| format!("as {basis}"));
        let asks = |name: &str| asked.details.iter().any(|(asked, _)| *asked == name);
        let details = DETAILS.iter().filter_map(|(name, always)| {
            let value = last.get(*name);
            let shown = match (value, *name) {
                (Some(_), "unlisted") => String::new(),
                (Some(Value::String(time)), "erase_by") => short_time(time),
                (Some(Value::String(word)), _) => word.clone(),
                (Some(value), _) => value.to_string(),
                (None, _) => "absent".to_owned(),
            };
            let shows = asks(name) || *always && value.is_some();
            shows.then_some((*name, shown))
        });
        Expected {
            verdict: text(last, "verdict").unwrap_or_default(),
            why: basis.or_else(|| text(last, "reason")),
            rows,
            details: details.collect(),
        }
    }

    /// The reason of a denied or ignored one.
    pub(crate) fn reason(&self) -> Option<&str> {
        self.why.as_deref().filter(|why| Reason::parse(why).is_some())
    }
}

impl fmt::Display for Expected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Expected { verdict, why, rows, details } = self;
        let why = why.as_deref().unwrap_or_default();
        let rows = rows.join(" ");
        let details: Vec<String> = details
            .iter()
            .map(|(name, value)| format!("{name} {value}").trim_end().to_owned())
            .collect();
        let told = match details.is_empty() {
            true => format!("{verdict:<10}{why:<19} {rows}"),
            false => format!("{verdict:<10}{why:<19} {rows:<7} -> {}", details.join(", ")),
        };
        f.write_str(told.trim_end())
    }
}
