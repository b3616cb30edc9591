//! The layers of a configuration: defaults, a file, variables, flags, each over those before it.
//!
//! Each setting is asked for once, by its key, its form and its default; that is also how it is known. What nobody
//! asked for is unknown. Problems are gathered, so that all of them are told at once.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::ops::Range;
use std::path::PathBuf;

use firstword_policy::{Position, Value, What, did_you_mean};
use toml::de::{DeTable, DeValue};

use super::forms::{Form, Given, Place, Secret, Wrong};

/// What the names of variables begin with.
const PREFIX: &str = "FIRSTWORD_";

/// Where a value comes from.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Origin {
    /// It is built in.
    Default,
    /// It was made of this, which may differ elsewhere.
    Derived(&'static str),
    /// These bytes of the file.
    File(Range<usize>),
    /// A variable of this name.
    Variable(String),
    /// A flag of this name.
    Flag(&'static str),
}

/// A setting, as it is shown.
pub struct Line {
    /// Its key, with dots.
    pub key: String,
    /// Its value as TOML; nothing where it is not set.
    pub value: Option<String>,
    /// Whether the value was left out, since it is secret.
    pub secret: bool,
    /// Where the value comes from.
    pub origin: Origin,
    /// What it is; empty where that is not ours to say.
    pub about: &'static str,
}

/// A file that was read.
pub struct File<'t> {
    /// What it is called in messages.
    pub shown: &'t str,
    /// Its text.
    pub text: &'t str,
}

/// What was given, by layer, and what was asked for so far.
pub struct Layers<'t> {
    file: File<'t>,
    in_file: BTreeMap<String, (Range<usize>, &'t Value<'t>)>,
    variables: BTreeMap<String, (String, String)>,
    flags: BTreeMap<&'static str, (&'static str, String)>,
    lines: Vec<Line>,
    problems: Vec<(usize, String)>,
}

impl<'t> Layers<'t> {
    /// Takes what was given. Flags have a key and their own name with their value.
    pub fn new(
        file: File<'t>,
        table: &'t DeTable<'t>,
        variables: impl Iterator<Item = (OsString, OsString)>,
        flags: BTreeMap<&'static str, (&'static str, String)>,
    ) -> Layers<'t> {
        let mut layers = Layers {
            file,
            in_file: BTreeMap::new(),
            variables: BTreeMap::new(),
            flags,
            lines: Vec::new(),
            problems: Vec::new(),
        };
        layers.flatten("", table);
        for (name, value) in variables {
            let name = name.to_string_lossy().into_owned();
            let Some(key) = name.strip_prefix(PREFIX).filter(|key| !is_of_kubernetes(key)) else {
                continue;
            };
            let key = key.to_lowercase().replace("__", ".");
            match value.into_string() {
                Ok(value) => drop(layers.variables.insert(key, (name, value))),
                Err(_) => layers.problem(&Origin::Variable(name), "is not UTF-8", None),
            }
        }
        layers
    }

    /// Takes the values of a table by their keys with dots, however they were grouped.
    fn flatten(&mut self, prefix: &str, table: &'t DeTable<'t>) {
        for (key, value) in table {
            let dotted = format!("{prefix}{}", key.get_ref());
            match value.get_ref() {
                DeValue::Table(table) if !table.is_empty() => {
                    self.flatten(&format!("{dotted}."), table);
                }
                _ => {
                    let before = self.in_file.insert(dotted.clone(), (key.span(), value));
                    if let Some((before, _)) = before {
                        let second =
                            if before.start < key.span().start { key.span() } else { before };
                        let what = format!("`{dotted}` is set twice");
                        self.problem(&Origin::File(second), &what, None);
                    }
                }
            }
        }
    }

    /// A setting: what the last layer says that says anything, else its default.
    pub fn read<F: Form>(
        &mut self,
        key: &'static str,
        about: &'static str,
        form: &F,
        default: Option<F::Value>,
    ) -> Option<F::Value> {
        self.ask(key, about, form, default, false)
    }

    /// A secret: in place, or in a file that `<key>_file` names, whose last line end does not count.
    pub fn secret(
        &mut self,
        key: &'static str,
        key_of_file: &'static str,
        about: &'static str,
    ) -> Option<String> {
        let value = self.ask(key, about, &Secret, None, true);
        let of_value = self.rank(key);
        let file = self.read(key_of_file, "A file that holds it.", &Place, None);
        let of_file = self.rank(key_of_file);
        match (value, file) {
            (Some(_), Some(_)) if of_value == of_file => {
                let what = format!("`{key}` and `{key_of_file}` are both set");
                self.complain(key_of_file, &what, None);
                None
            }
            (Some(value), file) if file.is_none() || of_value > of_file => Some(value),
            (_, file) => file.and_then(|file| self.contents(key_of_file, &file)),
        }
    }

    /// In which layer a setting was made, from 0 for the default.
    fn rank(&self, key: &str) -> u8 {
        let line = self.lines.iter().find(|line| line.key == key);
        match line.map(|line| &line.origin) {
            None | Some(Origin::Default | Origin::Derived(_)) => 0,
            Some(Origin::File(_)) => 1,
            Some(Origin::Variable(_)) => 2,
            Some(Origin::Flag(_)) => 3,
        }
    }

    fn contents(&mut self, key: &str, file: &PathBuf) -> Option<String> {
        match std::fs::read_to_string(file) {
            Ok(text) => {
                Some(text.strip_suffix('\n').unwrap_or(&text).trim_end_matches('\r').into())
            }
            Err(error) => {
                let what = format!("cannot read {}: {error}", file.display());
                self.complain(key, &what, None);
                None
            }
        }
    }

    fn ask<F: Form>(
        &mut self,
        key: &'static str,
        about: &'static str,
        form: &F,
        default: Option<F::Value>,
        secret: bool,
    ) -> Option<F::Value> {
        let flag = self.flags.remove(key);
        let variable = self.variables.remove(key);
        let in_file = self.in_file.remove(key);
        let (origin, read) = match (flag, variable, in_file) {
            (Some((flag, text)), _, _) => (Origin::Flag(flag), Some(form.read(Given::Text(&text)))),
            (None, Some((name, text)), _) => {
                (Origin::Variable(name), Some(form.read(Given::Text(&text))))
            }
            (None, None, Some((_, value))) => {
                (Origin::File(value.span()), Some(form.read(Given::Toml(value))))
            }
            (None, None, None) => (Origin::Default, None),
        };
        let is_wrong = matches!(read, Some(Err(_)));
        let value = match read {
            None => default,
            Some(Ok(value)) => Some(value),
            Some(Err(wrong)) => {
                self.wrong(&origin, wrong);
                default
            }
        };
        let shown = if is_wrong { None } else { value.as_ref().map(|value| form.show(value)) };
        self.lines.push(Line { key: key.to_owned(), value: shown, secret, origin, about });
        value
    }

    /// Everything below a key: values of any type as text, each with where it comes from.
    pub fn rest(&mut self, under: &str) -> Vec<(String, String, Origin)> {
        let mut found: BTreeMap<String, (String, Origin)> = BTreeMap::new();
        let below = |key: &str| key.strip_prefix(under)?.strip_prefix('.').map(ToOwned::to_owned);
        for (key, (span, value)) in std::mem::take(&mut self.in_file) {
            let Some(name) = below(&key) else {
                self.in_file.insert(key, (span, value));
                continue;
            };
            let text = match value.get_ref() {
                DeValue::String(text) => text.to_string(),
                DeValue::Integer(number) => number.to_string(),
                DeValue::Boolean(flag) => flag.to_string(),
                _ => {
                    let what = firstword_policy::wrong_type("a string", value);
                    self.wrong(&Origin::File(value.span()), (what, None));
                    continue;
                }
            };
            found.insert(name, (text, Origin::File(value.span())));
        }
        for (key, (variable, text)) in std::mem::take(&mut self.variables) {
            match below(&key) {
                Some(name) => drop(found.insert(name, (text, Origin::Variable(variable)))),
                None => drop(self.variables.insert(key, (variable, text))),
            }
        }
        found.into_iter().map(|(name, (text, origin))| (name, text, origin)).collect()
    }

    /// Says of what the default of a setting was made that was asked for.
    pub fn derived(&mut self, key: &str, of: &'static str) {
        let line = self.lines.iter_mut().find(|line| line.key == key);
        if let Some(line) = line.filter(|line| line.origin == Origin::Default) {
            line.origin = Origin::Derived(of);
        }
    }

    /// Whether a setting that was asked for has a value, and not a wrong one.
    pub fn holds(&self, key: &str) -> bool {
        self.lines.iter().any(|line| line.key == key && line.value.is_some())
    }

    /// Notes a setting that nobody asked for by its key.
    pub fn show(&mut self, line: Line) {
        self.lines.push(line);
    }

    /// Notes a problem with a setting that was asked for, where its value comes from.
    pub fn complain(&mut self, key: &str, what: &str, hint: Option<&str>) {
        let line = self.lines.iter().find(|line| line.key == key);
        match line.map(|line| line.origin.clone()) {
            None | Some(Origin::Default) => self.problem(&Origin::Default, what, hint),
            Some(origin) => self.problem(&origin, what, hint),
        }
    }

    fn wrong(&mut self, origin: &Origin, (what, hint): Wrong) {
        self.problem(origin, &what.to_string(), hint.as_deref());
    }

    /// Notes a problem.
    pub fn problem(&mut self, origin: &Origin, what: &str, hint: Option<&str>) {
        let hint = hint.map_or(String::new(), |hint| format!("; {hint}"));
        // What is wrong in the file comes first, in its order.
        let (order, place) = match origin {
            Origin::Default | Origin::Derived(_) => (usize::MAX, String::new()),
            Origin::File(span) => {
                let at = Position::of(self.file.text, span.start);
                (span.start, format!("{}:{}:{}: ", self.file.shown, at.line, at.column))
            }
            Origin::Variable(name) => (usize::MAX, format!("{name}: ")),
            Origin::Flag(name) => (usize::MAX, format!("{name}: ")),
        };
        self.problems.push((order, format!("{place}{what}{hint}")));
    }

    /// Notes what is unknown.
    pub fn close(&mut self) {
        let known: Vec<String> = self.lines.iter().map(|line| line.key.clone()).collect();
        let in_file = std::mem::take(&mut self.in_file);
        for (key, (span, value)) in in_file {
            let below = format!("{key}.");
            let is_table =
                known.iter().any(|known| known.starts_with(&below)) || key == super::PROPERTIES;
            if is_table && matches!(value.get_ref(), DeValue::Table(_)) {
                continue; // and empty
            }
            if is_table {
                let what = firstword_policy::wrong_type("a table", value);
                self.wrong(&Origin::File(value.span()), (what, None));
                continue;
            }
            let hint = did_you_mean(&key, known.iter().map(String::as_str))
                .unwrap_or_else(|| "`--print-config` names all that are known".to_owned());
            self.wrong(&Origin::File(span), (What::UnknownKey(key), Some(hint)));
        }
        let names: Vec<String> = known.iter().map(|key| variable(key)).collect();
        for (_, (name, _)) in std::mem::take(&mut self.variables) {
            let hint = did_you_mean(&name, names.iter().map(String::as_str))
                .unwrap_or_else(|| format!("`{PREFIX}KAFKA__GROUP` is `kafka.group`"));
            self.problem(&Origin::Variable(name), "no setting has this name", Some(&hint));
        }
    }

    /// Whether nothing is wrong so far.
    pub fn is_fine(&self) -> bool {
        self.problems.is_empty()
    }

    /// All problems, those of the file first, each in one line; else the settings.
    ///
    /// # Errors
    /// The problems.
    pub fn finish(mut self) -> Result<Vec<Line>, Vec<String>> {
        if self.problems.is_empty() {
            return Ok(self.lines);
        }
        self.problems.sort_by_key(|(order, _)| *order);
        Err(self.problems.into_iter().map(|(_, line)| line).collect())
    }
}

/// The variable of a key.
fn variable(key: &str) -> String {
    format!("{PREFIX}{}", key.to_uppercase().replace('.', "__"))
}

/// Whether a name is one that Kubernetes gives every container where a service is named `firstword` or begins so:
/// nobody set it, so it is no slip.
fn is_of_kubernetes(name: &str) -> bool {
    let starts = |text: &str| {
        let after = text.strip_prefix("PORT");
        after.is_some_and(|after| {
            let number = after.strip_prefix('_').and_then(|number| number.chars().next());
            after.is_empty() || number.is_some_and(|first| first.is_ascii_digit())
        })
    };
    let is_port = starts(name)
        || name.match_indices('_').any(|(at, _)| name.get(at + 1..).is_some_and(starts));
    let is_service = name.contains("SERVICE_HOST") || name.contains("SERVICE_PORT");
    !name.contains("__") && (is_port || is_service)
}
