//! What a plan multiplies with: the constants that `cargo xtask compare` measures, and the built-in ones for what no
//! file says.
//!
//! It reads the text of such a file, and tells everything that is wrong with it by line and column. It knows no path.

use firstword_policy::{Position, Value, What, did_you_mean, one_of, wrong_type};
use toml::de::{DeTable, DeValue};

/// Where the built-in constants were measured, and how.
pub const BUILT_IN_ON: &str = "two cores of a virtual machine, November 2026";

/// A number, and whether it was measured by whoever plans.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Constant {
    /// The number, above 0.
    pub value: f64,
    /// Whether a file said it.
    pub measured: bool,
}

/// Everything that is measured.
#[derive(Clone, PartialEq, Debug)]
pub struct Constants {
    /// `firstword decide`, a whole process, from file to file: events a second.
    pub decide_events: Constant,
    /// The cores of the machine that all of it was measured on.
    pub cores: Constant,
    /// The memory of a person's machine and name, with three peers, all in one process.
    pub person_bytes: Constant,
    /// One worker beside its broker on one machine: events a second, from businesses to people.
    pub business_events: Constant,
    /// The same with events between people.
    pub people_events: Constant,
    /// CPU seconds of the worker for a million events from businesses.
    pub business_cpu: Constant,
    /// The same with events between people.
    pub people_cpu: Constant,
    /// The bytes of an event, key included.
    pub bytes_in: Constant,
    /// What a worker writes for an event between people, in bytes, not packed: decisions, a relay, snapshots.
    pub bytes_out: Constant,
    /// Machines a second restored from snapshots, on all cores.
    pub restore_snapshots: Constant,
    /// Machines a second restored from checkpoints, on all cores.
    pub restore_checkpoint: Constant,
}

/// A key of the file: its table, its name, what it is measured in, and its place in [`Constants`].
pub struct Key {
    /// The table that it stands in.
    pub table: &'static str,
    /// Its name there.
    pub name: &'static str,
    /// What it says, in a few words.
    pub about: &'static str,
    of: fn(&mut Constants) -> &mut Constant,
}

/// Every key, in the order of the file.
#[rustfmt::skip]
pub const KEYS: [Key; 11] = [
    Key { table: "decide", name: "events_per_second", about: "firstword decide, file to file", of: |all| &mut all.decide_events },
    Key { table: "decide", name: "cores", about: "of the machine that was measured", of: |all| &mut all.cores },
    Key { table: "decide", name: "bytes_per_person", about: "a machine and its name, three peers", of: |all| &mut all.person_bytes },
    Key { table: "stream", name: "business_events_per_second", about: "one worker, broker beside it, one gate", of: |all| &mut all.business_events },
    Key { table: "stream", name: "people_events_per_second", about: "the same, two gates", of: |all| &mut all.people_events },
    Key { table: "stream", name: "business_cpu_seconds_per_million", about: "of the worker, one gate", of: |all| &mut all.business_cpu },
    Key { table: "stream", name: "people_cpu_seconds_per_million", about: "of the worker, two gates", of: |all| &mut all.people_cpu },
    Key { table: "stream", name: "bytes_in_per_event", about: "an event and its key", of: |all| &mut all.bytes_in },
    Key { table: "stream", name: "bytes_out_per_event", about: "written for two gates, not packed", of: |all| &mut all.bytes_out },
    Key { table: "restore", name: "machines_per_second_snapshots", about: "on all cores", of: |all| &mut all.restore_snapshots },
    Key { table: "restore", name: "machines_per_second_checkpoint", about: "on all cores", of: |all| &mut all.restore_checkpoint },
];

const TABLES: [&str; 3] = ["decide", "stream", "restore"];

const fn built_in(value: f64) -> Constant {
    Constant { value, measured: false }
}

/// Measured where [`BUILT_IN_ON`] says, by `cargo xtask compare` and the benches that it runs, one worker beside its
/// broker on both cores, and rounded. They are of generated traffic: bytes are those of its names and texts, and a
/// person's those of a machine that has answered terms and remembers as many events as it can.
pub const BUILT_IN: Constants = Constants {
    decide_events: built_in(750_000.0),
    cores: built_in(2.0),
    person_bytes: built_in(500.0),
    business_events: built_in(120_000.0),
    people_events: built_in(65_000.0),
    business_cpu: built_in(6.0),
    people_cpu: built_in(14.0),
    bytes_in: built_in(175.0),
    bytes_out: built_in(1_100.0),
    restore_snapshots: built_in(550_000.0),
    restore_checkpoint: built_in(1_000_000.0),
};

impl Key {
    /// The constant of this key.
    pub fn of(&self, constants: &Constants) -> Constant {
        *(self.of)(&mut constants.clone())
    }

    /// The key with its table: `decide.cores`.
    pub fn dotted(&self) -> String {
        format!("{}.{}", self.table, self.name)
    }
}

impl Constants {
    /// Reads a file; what it does not say is built in.
    ///
    /// # Errors
    /// Everything that is wrong, in the order of the file, each in one line that begins with the line and the column.
    pub fn read(text: &str) -> Result<Constants, Vec<String>> {
        let (file, errors) = DeTable::parse_recoverable(text);
        let mut problems: Vec<(usize, String)> = Vec::new();
        for error in errors {
            let start = error.span().map_or(0, |span| span.start);
            problems.push((start, told(text, start, error.message(), None)));
        }
        let mut constants = BUILT_IN;
        if problems.is_empty() {
            for (table, value) in file.get_ref() {
                let name = table.get_ref().as_ref();
                let wrong = match (TABLES.contains(&name), value.get_ref()) {
                    (true, DeValue::Table(keys)) => {
                        constants.take(name, keys, text, &mut problems);
                        continue;
                    }
                    (true, _) => (wrong_type("a table", value), format!("[{name}] begins it")),
                    (false, _) => unknown(name, &TABLES),
                };
                let start = table.span().start;
                problems.push((start, told(text, start, wrong.0, Some(&wrong.1))));
            }
        }
        problems.sort();
        match problems.is_empty() {
            true => Ok(constants),
            false => Err(problems.into_iter().map(|(_, told)| told).collect()),
        }
    }

    fn take(
        &mut self,
        table: &str,
        keys: &DeTable<'_>,
        text: &str,
        problems: &mut Vec<(usize, String)>,
    ) {
        let known = || KEYS.iter().filter(|key| key.table == table);
        for (name, value) in keys {
            let key = known().find(|key| key.name == name.get_ref().as_ref());
            let (start, wrong) = match (key, key.and_then(|_| number(value))) {
                (Some(key), Some(value)) => {
                    *(key.of)(self) = Constant { value, measured: true };
                    continue;
                }
                (Some(_), None) => (value.span().start, not_a_number(value)),
                (None, _) => {
                    let names: Vec<&str> = known().map(|key| key.name).collect();
                    (name.span().start, unknown(name.get_ref(), &names))
                }
            };
            problems.push((start, told(text, start, wrong.0, Some(&wrong.1))));
        }
    }
}

/// A number above 0, whole or not.
fn number(value: &Value<'_>) -> Option<f64> {
    let number = match value.get_ref() {
        DeValue::Integer(integer) => {
            i64::from_str_radix(integer.as_str(), integer.radix()).ok()? as f64
        }
        DeValue::Float(float) => float.as_str().parse().ok()?,
        _ => return None,
    };
    (1e-6..=1e15).contains(&number).then_some(number)
}

fn not_a_number(value: &Value<'_>) -> (What, String) {
    let hint = "what was measured, such as 75000 or 12.5".to_owned();
    let shown = match value.get_ref() {
        DeValue::Integer(integer) => integer.to_string(),
        DeValue::Float(float) => float.to_string(),
        _ => return (wrong_type("a number", value), hint),
    };
    (What::NotA { value: shown, expected: "a number above 0" }, hint)
}

fn unknown(name: &str, known: &[&str]) -> (What, String) {
    let hint = did_you_mean(name, known.iter().copied())
        .unwrap_or_else(|| one_of("known here", known.iter().copied()));
    (What::UnknownKey(name.to_owned()), hint)
}

fn told(text: &str, start: usize, what: impl std::fmt::Display, hint: Option<&str>) -> String {
    let at = Position::of(text, start);
    let hint = hint.map_or(String::new(), |hint| format!("; {hint}"));
    format!("{}:{}: {what}{hint}", at.line, at.column)
}
