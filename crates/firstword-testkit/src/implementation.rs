//! The one question that every implementation of the rules answers: what comes of this log under this policy?

use anyhow::{Context, Result, bail};
use serde_json::{Map, Value};

/// A decision as it was written: the fields of one JSON object.
pub type Written = Map<String, Value>;

/// Whatever decides a log.
pub trait Implementation {
    /// What it is called where it disagrees.
    fn name(&self) -> &str;

    /// Decides a log from its first line to its last, with no machine known before.
    ///
    /// `policy` is the text of a policy file, `log` the lines of a `.jsonl` file.
    ///
    /// # Errors
    /// Where it could not be run at all: a policy that is none, a program that failed. A line that is no event is
    /// no error but one of [`Outcome::rejects`].
    fn decide_log(&mut self, policy: &str, log: &[u8]) -> Result<Outcome>;
}

/// What an implementation made of a log.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    /// Every decision as one JSON line, the forwarded ones too: event by event in the order of the log, and
    /// within an event gate by gate.
    pub decisions: Vec<u8>,
    /// The lines that were rejected, from 1, each with its reason.
    pub rejects: Vec<(u64, String)>,
}

/// The decisions of one event, in the order of the gates; the last one is final.
pub type Steps = Vec<Written>;

impl Outcome {
    /// The decisions, read, and gathered event by event.
    ///
    /// # Errors
    /// Where a line is no JSON object, or the last event has no final decision.
    pub fn steps(&self) -> Result<Vec<Steps>> {
        let (mut events, mut event) = (Vec::new(), Steps::new());
        for written in read_lines(&self.decisions).context("the decisions")? {
            let is_final = written.get("verdict").is_none_or(|verdict| verdict != "forwarded");
            event.push(written);
            if is_final {
                events.push(std::mem::take(&mut event));
            }
        }
        if !event.is_empty() {
            bail!("the last event was forwarded and went no further");
        }
        Ok(events)
    }
}

/// The objects of a `.jsonl` file.
pub(crate) fn read_lines(bytes: &[u8]) -> Result<Vec<Written>> {
    let lines = bytes.split(|byte| *byte == b'\n').enumerate();
    let filled = lines.filter(|(_, line)| !line.is_empty());
    filled
        .map(|(number, line)| {
            serde_json::from_slice(line).with_context(|| format!("line {}", number + 1))
        })
        .collect()
}
