//! The machines of some people at a time, from a log: of events, which are decided again, or of decisions, which are
//! folded.

use std::path::PathBuf;

use anyhow::bail;
use firstword_engine::Engine;
use firstword_rules::{Machine, Millis, Name, Policy, Role, Verdict};
use firstword_wire::{Reader, Recorded, read_decision, trim_line};

use crate::exit::usage_error;
use crate::io::lines::{Chunk, Chunks};
use crate::io::source::Inputs;
use crate::terminal::Progress;

/// Machines at a time.
pub struct At {
    /// Holds the machines of the people asked about, and perhaps of others.
    pub engine: Engine,
    /// The time of the last event that was read; nothing where none was.
    pub last: Option<Millis>,
    /// How many lines were read that are not what the log is made of, events or decisions.
    pub rejected: u64,
    /// The policies that decisions were made under, where they are others than the engine's, in their order.
    pub policies: Vec<String>,
}

/// The machines of these people after everything of a log that comes before its first event later than `at`; after
/// all of it where there is no `at`. What the first line is, an event or a decision, the log is of.
///
/// # Errors
/// A log that cannot be read, and decisions that are not all there: machines folded from those would be wrong.
pub fn machines_at(
    policy: Policy,
    log: &[PathBuf],
    at: Option<Millis>,
    names: &[&Name<'_>],
) -> anyhow::Result<At> {
    if log.iter().filter(|file| file.as_os_str() == "-").count() > 1 {
        return Err(usage_error("standard input (`-`) is named twice"));
    }
    let inputs = Inputs::new(log)?;
    let progress = Progress::bytes("reading", inputs.size());
    let reader = Reader::new(&policy);
    let engine = Engine::new(policy);
    let found = At { engine, last: None, rejected: 0, policies: Vec::new() };
    let mut reading =
        Reading { found, reader, of: None, until: at, names, folded: Folded::default() };
    let (mut chunks, mut chunk) = (Chunks::of(inputs, progress.clone()), Chunk::default());
    let mut more = true;
    while more && chunks.next(&mut chunk)? {
        let numbered = (chunk.first_line..).zip(chunk.bytes.split_inclusive(|byte| *byte == b'\n'));
        for (number, line) in numbered {
            let Some(line) = trim_line(line) else { continue };
            match reading.line(line) {
                Ok(Step::On) => (),
                Ok(Step::Later) => {
                    more = false;
                    break;
                }
                Err(Gap { after, comes }) => bail!(
                    "{}:{number}: decision {comes} of a person follows decision {after}; a machine needs all of them, \
                     from the first on: `firstword decide --all` writes them",
                    chunk.input
                ),
            }
        }
    }
    progress.finish();
    let Folded { forwarded, relayed } = reading.folded;
    if relayed > 0 && forwarded == 0 {
        bail!(
            "the log holds final decisions alone, and people's machines rest on the forwarded ones too: \
             `firstword decide --all` writes them"
        );
    }
    Ok(reading.found)
}

/// What a log holds.
#[derive(Clone, Copy, PartialEq)]
enum Of {
    Events,
    Decisions,
}

/// What came of a line.
enum Step {
    /// It was before the time, or is not of the log.
    On,
    /// It is later: the log is read.
    Later,
}

/// Decisions are missing.
struct Gap {
    after: u64,
    comes: u64,
}

/// What tells whether a log of decisions has those of both gates.
#[derive(Default)]
struct Folded {
    /// Of a sender's gate that let go on.
    forwarded: u64,
    /// Of a recipient's gate where one before had.
    relayed: u64,
}

struct Reading<'n> {
    found: At,
    reader: Reader,
    of: Option<Of>,
    until: Option<Millis>,
    names: &'n [&'n Name<'n>],
    folded: Folded,
}

impl Reading<'_> {
    fn line(&mut self, line: &[u8]) -> Result<Step, Gap> {
        // A decision holds its event, so it must be tried first: it would pass for one.
        if self.of != Some(Of::Events)
            && let Ok(recorded) = read_decision(line)
        {
            self.of = Some(Of::Decisions);
            return self.decision(&recorded);
        }
        if self.of != Some(Of::Decisions)
            && let Ok(event) = self.reader.event(line)
        {
            self.of = Some(Of::Events);
            if self.is_later(event.at) {
                return Ok(Step::Later);
            }
            self.found.last = Some(event.at);
            self.found.engine.step(&event);
            return Ok(Step::On);
        }
        self.found.rejected += 1;
        Ok(Step::On)
    }

    fn decision(&mut self, recorded: &Recorded<'_>) -> Result<Step, Gap> {
        let event = &recorded.event;
        if self.is_later(event.at) {
            return Ok(Step::Later);
        }
        let At { engine, last, policies, .. } = &mut self.found;
        *last = Some(event.at);
        self.folded.forwarded += u64::from(matches!(recorded.verdict, Verdict::Forwarded(_)));
        self.folded.relayed += u64::from(matches!(recorded.role, Role::Recipient(Some(_))));
        let (one, other) = event.parties();
        let person = other.filter(|_| matches!(recorded.role, Role::Recipient(_))).unwrap_or(one);
        if !self.names.contains(&person) {
            return Ok(Step::On);
        }
        let after = engine.machine(person).map_or(0, Machine::seq);
        if recorded.seq != after + 1 {
            return Err(Gap { after, comes: recorded.seq });
        }
        let made_under = &*recorded.policy;
        if made_under != &*engine.policy().label && policies.iter().all(|it| it != made_under) {
            policies.push(made_under.to_owned());
        }
        engine.replay(event, recorded.role, recorded.seq, recorded.verdict);
        Ok(Step::On)
    }

    fn is_later(&self, at: Millis) -> bool {
        self.until.is_some_and(|until| until < at)
    }
}
