//! Recorded logs: a folder with a policy, the events, and the decisions and rejects that must come of them.
//!
//! Of a decision only the normative fields count (DECISIONS.md), and a field that is absent must be absent.

use std::fmt::Write;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result, anyhow, bail};

use crate::Implementation;
use crate::implementation::{Written, read_lines};
use crate::in_process::{explain_line, numbered};
use crate::story::trail_told;

/// The fields on which two implementations agree for the same log.
const NORMATIVE: [&str; 14] = [
    "id",
    "gate",
    "person",
    "seq",
    "verdict",
    "reason",
    "row",
    "as",
    "said",
    "standing",
    "shares_data",
    "unlisted",
    "erase_by",
    "late",
];

/// One recorded log.
#[derive(Clone, Debug)]
pub struct Log {
    /// The folder's name.
    pub name: String,
    /// `policy.toml`
    pub policy: String,
    /// `events.jsonl`
    pub events: Vec<u8>,
    /// `expected.jsonl`: the final decision of each event, in order.
    pub expected: Vec<Written>,
    /// `rejected.jsonl`: the line of each reject, from 1, and its reason.
    pub rejected: Vec<(u64, String)>,
}

/// The recorded logs in a folder, by the names of their folders.
///
/// # Errors
/// Where a file is missing or of the wrong form.
pub fn logs_in(folder: &Path) -> Result<Vec<Log>> {
    let mut folders = Vec::new();
    for entry in fs::read_dir(folder).with_context(|| folder.display().to_string())? {
        let path = entry?.path();
        if path.is_dir() {
            folders.push(path);
        }
    }
    folders.sort();
    folders.iter().map(|folder| Log::read(folder)).collect()
}

impl Log {
    /// Reads the four files of a folder.
    ///
    /// # Errors
    /// Where a file is missing or of the wrong form.
    pub fn read(folder: &Path) -> Result<Log> {
        let file = |name: &str| {
            let path = folder.join(name);
            fs::read(&path).with_context(|| path.display().to_string())
        };
        let objects = |name: &str| read_lines(&file(name)?).with_context(|| name.to_owned());
        let rejected = objects("rejected.jsonl")?.into_iter().map(|written| {
            let line = written.get("line").and_then(|line| line.as_u64())?;
            Some((line, written.get("reason")?.as_str()?.to_owned()))
        });
        let name = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
        Ok(Log {
            policy: String::from_utf8(file("policy.toml")?)?,
            events: file("events.jsonl")?,
            expected: objects("expected.jsonl")?,
            rejected: rejected
                .collect::<Option<_>>()
                .ok_or_else(|| anyhow!("a reject of {name} without line or reason"))?,
            name,
        })
    }

    /// Holds an implementation against the log; how many decisions were compared.
    ///
    /// # Errors
    /// The first difference, with what the engine at hand makes of that event.
    pub fn check(&self, implementation: &mut dyn Implementation) -> Result<usize> {
        let heading = format!("log {}, {}", self.name, implementation.name());
        self.compare(implementation).context(heading)
    }

    fn compare(&self, implementation: &mut dyn Implementation) -> Result<usize> {
        let outcome = implementation.decide_log(&self.policy, &self.events)?;
        let pairs = outcome.rejects.iter().zip(&self.rejected);
        if let Some((got, expected)) = pairs.clone().find(|(got, expected)| got != expected) {
            bail!("rejects differ: expected {expected:?}, got {got:?}");
        }
        if outcome.rejects.len() != self.rejected.len() {
            let next = pairs.len();
            bail!(
                "rejects differ: expected {:?}, got {:?}",
                self.rejected.get(next),
                outcome.rejects.get(next)
            );
        }
        let mut rejected = self.rejected.iter().map(|(line, _)| *line).peekable();
        let lines = numbered(&self.events).map(|(number, _)| number);
        let events = lines.filter(|number| rejected.next_if_eq(number).is_none());
        let finals = outcome.steps()?;
        let mut compared = 0;
        for ((steps, expected), line) in finals.iter().zip(&self.expected).zip(events) {
            let got = steps.last().ok_or_else(|| anyhow!("an event without a decision"))?;
            if let Some(difference) = difference(expected, got) {
                bail!("line {line}, {difference}\n{}", self.explained(line));
            }
            compared += 1;
        }
        if finals.len() != self.expected.len() {
            bail!("{} final decisions expected, {} made", self.expected.len(), finals.len());
        }
        Ok(compared)
    }

    /// The event on a line and the rows that it meets, for who reads a failure.
    fn explained(&self, line: u64) -> String {
        let mut told = String::new();
        let event = numbered(&self.events).find(|(number, _)| *number == line);
        let event = event.map(|(_, bytes)| String::from_utf8_lossy(bytes)).unwrap_or_default();
        _ = writeln!(told, "  event: {}", event.trim());
        match explain_line(&self.policy, &self.events, line) {
            Ok(trails) => {
                for trail in trails {
                    told.push_str(&trail_told(&trail));
                    _ = writeln!(told, "    = {:?}", trail.verdict);
                }
            }
            Err(error) => _ = writeln!(told, "  not explained: {error:#}"),
        }
        told
    }
}

/// The normative fields in which two decisions differ.
fn difference(expected: &Written, got: &Written) -> Option<String> {
    let shown = |value: Option<&serde_json::Value>| match value {
        Some(value) => value.to_string(),
        None => "absent".to_owned(),
    };
    let differing = NORMATIVE.iter().filter(|field| expected.get(**field) != got.get(**field));
    let told: Vec<String> = differing
        .map(|field| {
            let (expected, got) = (shown(expected.get(*field)), shown(got.get(*field)));
            format!("`{field}`: expected {expected}, got {got}")
        })
        .collect();
    let id = shown(expected.get("id"));
    (!told.is_empty()).then(|| format!("event {id}: {}", told.join("; ")))
}
