//! Walks a spanned TOML tree and goes on after every problem.
//!
//! Nothing here knows what a policy says; it knows how to open a table, look up a key and note a
//! problem.

use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::problem::{Position, Problem, Severity, What};

/// A TOML value and the bytes that it stands in.
pub type Value<'t> = Spanned<DeValue<'t>>;

/// What was found so far, in the order of finding.
#[derive(Default)]
pub(crate) struct Notes(pub(crate) Vec<Problem>);

impl Notes {
    /// Notes an error.
    pub(crate) fn error(&mut self, span: Range<usize>, what: What, hint: Option<String>) {
        self.note(Severity::Error, span, what, hint);
    }

    /// Notes what can never apply.
    pub(crate) fn warning(&mut self, span: Range<usize>, what: What, hint: Option<String>) {
        self.note(Severity::Warning, span, what, hint);
    }

    fn note(&mut self, severity: Severity, span: Range<usize>, what: What, hint: Option<String>) {
        self.0.push(Problem { severity, at: Position::default(), span, what, hint });
    }

    /// Whether there is an error among them.
    pub(crate) fn has_errors(&self) -> bool {
        self.0.iter().any(|problem| problem.severity == Severity::Error)
    }
}

/// A table whose keys have been checked.
pub(crate) struct Table<'t> {
    entries: &'t DeTable<'t>,
    span: Range<usize>,
}

impl<'t> Table<'t> {
    /// Opens the whole file.
    pub(crate) fn root(
        file: &'t DeTable<'t>,
        known: &[&'static str],
        notes: &mut Notes,
    ) -> Table<'t> {
        Table { entries: file, span: 0..0 }.with_known_keys(known, notes)
    }

    /// Opens a value that must be a table, and notes every key that is not among `known`. `example`
    /// is a table that could stand here.
    pub(crate) fn open(
        value: &'t Value<'t>,
        known: &[&'static str],
        example: &str,
        notes: &mut Notes,
    ) -> Option<Table<'t>> {
        Table::any(value, example, notes).map(|table| table.with_known_keys(known, notes))
    }

    /// Opens a value that must be a table of whatever keys.
    pub(crate) fn any(value: &'t Value<'t>, example: &str, notes: &mut Notes) -> Option<Table<'t>> {
        Table::or_hint(value, || format!("such as {example}"), notes)
    }

    fn or_hint(
        value: &'t Value<'t>,
        hint: impl FnOnce() -> String,
        notes: &mut Notes,
    ) -> Option<Table<'t>> {
        match value.get_ref() {
            DeValue::Table(entries) => Some(Table { entries, span: value.span() }),
            _ => {
                notes.error(value.span(), wrong_type("a table", value), Some(hint()));
                None
            }
        }
    }

    fn with_known_keys(self, known: &[&'static str], notes: &mut Notes) -> Table<'t> {
        for key in self.entries.keys() {
            let name = key.get_ref();
            if !known.contains(&&**name) {
                let hint = did_you_mean(name, known.iter().copied())
                    .unwrap_or_else(|| one_of("known here", known.iter().copied()));
                notes.error(key.span(), What::UnknownKey(name.to_string()), Some(hint));
            }
        }
        self
    }

    /// Where the table's header is.
    pub(crate) fn span(&self) -> Range<usize> {
        self.span.clone()
    }

    /// The value of a key.
    pub(crate) fn value(&self, key: &str) -> Option<&'t Value<'t>> {
        self.entries.get(key)
    }

    /// The keys with their places, and the values.
    pub(crate) fn entries(&self) -> impl Iterator<Item = (&'t str, Range<usize>, &'t Value<'t>)> {
        self.entries.iter().map(|(key, value)| (&**key.get_ref(), key.span(), value))
    }

    /// Reads the value of a key in a form; `None` where the key is absent or the value was noted as
    /// wrong.
    pub(crate) fn read<T>(
        &self,
        key: &str,
        notes: &mut Notes,
        form: impl FnOnce(&'t Value<'t>, &mut Notes) -> Option<T>,
    ) -> Option<T> {
        self.value(key).and_then(|value| form(value, notes))
    }

    /// As [`Table::read`]; notes where the key is absent.
    pub(crate) fn need<T>(
        &self,
        key: &'static str,
        notes: &mut Notes,
        form: impl FnOnce(&'t Value<'t>, &mut Notes) -> Option<T>,
    ) -> Option<T> {
        if self.value(key).is_none() {
            notes.error(self.span(), What::MissingKey(key), None);
        }
        self.read(key, notes, form)
    }

    /// Opens the tables of `[[key]]`.
    pub(crate) fn tables(
        &self,
        key: &'static str,
        known: &[&'static str],
        notes: &mut Notes,
    ) -> Vec<Table<'t>> {
        let Some(value) = self.value(key) else { return Vec::new() };
        let hint = || format!("write its header with two brackets: [[{key}]]");
        let DeValue::Array(items) = value.get_ref() else {
            notes.error(value.span(), wrong_type("an array of tables", value), Some(hint()));
            return Vec::new();
        };
        let tables = items.iter().filter_map(|item| {
            Table::or_hint(item, hint, notes).map(|table| table.with_known_keys(known, notes))
        });
        tables.collect()
    }
}

/// A value of another type than `expected`.
pub fn wrong_type(expected: &'static str, value: &Value<'_>) -> What {
    let found = match value.get_ref() {
        DeValue::String(_) => "a string",
        DeValue::Integer(_) => "an integer",
        DeValue::Float(_) => "a float",
        DeValue::Boolean(_) => "a boolean",
        DeValue::Datetime(datetime) => match (datetime.date, datetime.time, datetime.offset) {
            (Some(_), Some(_), Some(_)) => "a time",
            (Some(_), Some(_), None) => "a date-time without an offset",
            (Some(_), None, _) => "a date without a time",
            _ => "a bare local time",
        },
        DeValue::Array(_) => "an array",
        DeValue::Table(_) => "a table",
    };
    What::WrongType { expected, found }
}

/// The word that was probably meant, as a hint.
pub fn did_you_mean<'w>(written: &str, words: impl IntoIterator<Item = &'w str>) -> Option<String> {
    // A text far longer than any word is no slip of the finger, and comparing it takes long.
    let written = (written.len() <= 128).then(|| written.to_lowercase())?;
    let distance = |word: &str| strsim::osa_distance(&written, &word.to_lowercase());
    words
        .into_iter()
        .map(|word| (distance(word), word))
        .filter(|(distance, word)| *distance <= (word.len() / 3).max(1))
        .min()
        .map(|(_, word)| format!("did you mean `{word}`?"))
}

/// The words that are allowed, as a hint.
pub fn one_of<'w>(label: &str, words: impl IntoIterator<Item = &'w str>) -> String {
    let words: Vec<_> = words.into_iter().map(|word| format!("`{word}`")).collect();
    format!("{label}: {}", words.join(", "))
}
