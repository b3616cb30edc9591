//! The implementation at hand: the reader, the engine and the writer in this process.

use anyhow::{Result, anyhow};
use firstword_engine::Engine;
use firstword_policy::parse;
use firstword_rules::Trail;
use firstword_wire::{Reader, trim_line, write_decision};

use crate::{Implementation, Outcome};

/// Reader, engine and writer, one line after another.
#[derive(Clone, Copy, Debug, Default)]
pub struct InProcess;

impl Implementation for InProcess {
    fn name(&self) -> &str {
        "the engine"
    }

    fn decide_log(&mut self, policy: &str, log: &[u8]) -> Result<Outcome> {
        let (reader, mut engine) = ready(policy)?;
        let label = engine.policy().label.clone();
        let mut outcome = Outcome::default();
        for (number, line) in numbered(log) {
            match reader.event(line) {
                Ok(event) => {
                    let decisions = engine.step(&event);
                    let out = &mut outcome.decisions;
                    decisions.iter().for_each(|made| write_decision(out, made, &label));
                }
                Err(reject) => outcome.rejects.push((number, reject.reason.as_str().to_owned())),
            }
        }
        Ok(outcome)
    }
}

/// The rows that the event on a line of a log met, at each gate that it reached.
///
/// # Errors
/// Where the policy is none or the line no event.
pub(crate) fn explain_line(policy: &str, log: &[u8], line: u64) -> Result<Vec<Trail>> {
    let (reader, mut engine) = ready(policy)?;
    for (number, bytes) in numbered(log).take_while(|(number, _)| *number <= line) {
        let Ok(event) = reader.event(bytes) else { continue };
        let before = (number == line).then(|| engine.clone());
        let decisions = engine.step(&event);
        if let Some(before) = before {
            let roles = decisions.iter().map(|made| made.visit.role);
            return Ok(roles.map(|role| before.explain(&event, role)).collect());
        }
    }
    Err(anyhow!("line {line} is no event"))
}

fn ready(policy: &str) -> Result<(Reader, Engine)> {
    let checked = parse(policy).map_err(|problems| {
        let told = problems.0.iter().map(|problem| problem.in_file("policy.toml"));
        anyhow!("{}", told.collect::<Vec<_>>().join("\n"))
    })?;
    Ok((Reader::new(&checked.policy), Engine::new(checked.policy)))
}

/// The lines that are not blank, numbered from 1.
pub(crate) fn numbered(log: &[u8]) -> impl Iterator<Item = (u64, &[u8])> {
    let lines = log.split_inclusive(|byte| *byte == b'\n').zip(1..);
    lines.filter_map(|(line, number)| Some((number, trim_line(line)?)))
}
