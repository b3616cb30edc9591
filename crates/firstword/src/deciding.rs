//! Deciding a log: events in, decisions out, and what came of it counted.

use std::cmp::Reverse;
use std::num::NonZero;

use firstword_engine::{Decisions, Engine};
use firstword_rules::{Decision, Event, Fact, Mark, Reason, What};
use firstword_wire::{Reader, Reject, RejectReason, write_decision, write_reject};

use crate::io::lines::{Chunk, Chunks};
use crate::io::source::Input;
use crate::pipeline::{self, Work};

/// How decisions of one event become bytes.
pub type WriteEvent = fn(&mut Vec<u8>, &Decisions<'_>, &str);

/// What a run does besides deciding.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// How many threads take part.
    pub threads: NonZero<usize>,
    /// How an event's decisions are written.
    pub write: WriteEvent,
    /// Whether dead letters are written.
    pub rejects: bool,
}

/// What came of a chunk, in the order of the log.
#[derive(Debug, Default)]
pub struct Output {
    /// The decisions.
    pub decisions: Vec<u8>,
    /// The dead letters.
    pub rejects: Vec<u8>,
    /// What was decided.
    pub tally: Tally,
}

/// How many events came to what.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Tally {
    /// Final decisions by verdict: allowed, denied, recorded, ignored, duplicate.
    pub verdicts: [u64; 5],
    /// Denied and ignored by reason, in the order of `Reason::ALL`.
    pub reasons: Vec<u64>,
    /// Answers to terms versions, and how many of them the policy does not list.
    pub answers: u64,
    /// See `answers`.
    pub unlisted: u64,
    /// Rejected lines by reason, in the order of `RejectReason::ALL`.
    pub rejects: [u64; RejectReason::ALL.len()],
}

impl Tally {
    /// The verdicts of final decisions, in the order in which they are counted.
    pub const VERDICTS: [&'static str; 5] =
        ["allowed", "denied", "recorded", "ignored", "duplicate"];

    /// Counts a final decision.
    pub fn decided(&mut self, decision: &Decision<'_>) {
        let name = decision.verdict.as_str();
        self.answers += u64::from(matches!(
            &decision.visit.event.what,
            What::Fact { fact: Fact::Terms(..), .. }
        ));
        self.unlisted += u64::from(decision.unlisted);
        if let Some(place) = Tally::VERDICTS.iter().position(|known| *known == name)
            && let Some(count) = self.verdicts.get_mut(place)
        {
            *count += 1;
        }
        if let Some(reason) = decision.verdict.reason() {
            self.reasons.resize(Reason::ALL.len(), 0);
            if let Some(count) = self.reasons.get_mut(reason as usize) {
                *count += 1;
            }
        }
    }

    fn rejected(&mut self, reject: Reject) {
        if let Some(count) = self.rejects.get_mut(reject.reason as usize) {
            *count += 1;
        }
    }

    /// Adds what another counted.
    pub fn add(&mut self, other: &Tally) {
        self.answers += other.answers;
        self.unlisted += other.unlisted;
        self.reasons.resize(Reason::ALL.len(), 0);
        let pairs = self.verdicts.iter_mut().zip(&other.verdicts);
        let pairs = pairs.chain(self.rejects.iter_mut().zip(&other.rejects));
        pairs
            .chain(self.reasons.iter_mut().zip(&other.reasons))
            .for_each(|(sum, more)| *sum += more);
    }

    /// Why events were denied or ignored, the most frequent reason first.
    pub fn by_reason(&self) -> Vec<(Reason, u64)> {
        let counted = Reason::ALL.iter().copied().zip(self.reasons.iter().copied());
        let mut met: Vec<_> = counted.filter(|(_, count)| *count > 0).collect();
        met.sort_by_key(|(_, count)| Reverse(*count));
        met
    }

    /// How many events were decided.
    pub fn decisions(&self) -> u64 {
        self.verdicts.iter().sum()
    }

    /// How many lines were rejected.
    pub fn rejections(&self) -> u64 {
        self.rejects.iter().sum()
    }
}

/// Decides a log. `take` gets what comes out, in the order of the log, one call at a time.
///
/// # Errors
/// As [`pipeline::run`].
pub fn run(
    chunks: Chunks<impl Iterator<Item = anyhow::Result<Input>> + Send>,
    engine: &mut Engine,
    options: Options,
    take: impl FnMut(&Output) -> anyhow::Result<()> + Send,
) -> anyhow::Result<()> {
    let (reader, policy) = (Reader::new(engine.policy()), engine.policy().label.clone());
    let deciding = Deciding { reader, policy, options };
    pipeline::run(chunks, &deciding, engine, options.threads, take)
}

struct Deciding {
    reader: Reader,
    /// The label of the policy.
    policy: Box<str>,
    options: Options,
}

impl Work for Deciding {
    type State = Engine;
    type Lines<'c> = Vec<Line<'c>>;
    type Came<'l> = Decided<'l>;
    type Output = Output;

    fn read<'c>(&self, chunk: &'c Chunk) -> Vec<Line<'c>> {
        read(&self.reader, chunk)
    }

    fn step<'l>(&self, engine: &mut Engine, lines: &'l Vec<Line<'_>>) -> Decided<'l> {
        decide(engine, lines)
    }

    fn write(&self, chunk: &Chunk, decided: &Decided<'_>, output: &mut Output) {
        write(output, chunk, decided, &self.policy, self.options);
    }
}

/// A line of a chunk: its number, its bytes, and what they were read as.
type Line<'c> = (u64, &'c [u8], Result<(Event<'c>, Mark), Reject>);

fn read<'c>(reader: &Reader, chunk: &'c Chunk) -> Vec<Line<'c>> {
    let mut lines = Vec::with_capacity(chunk.bytes.len() / 128);
    lines.extend(chunk.lines().map(|(number, line)| {
        let event = reader.event(line).map(|event| {
            let mark = Mark::of(&event);
            (event, mark)
        });
        (number, line, event)
    }));
    lines
}

/// The lines of a chunk, and what was decided of those that are events, in their order.
struct Decided<'l> {
    lines: &'l [Line<'l>],
    decisions: Vec<Decisions<'l>>,
}

fn decide<'l>(engine: &mut Engine, lines: &'l [Line<'l>]) -> Decided<'l> {
    let events = lines.iter().filter_map(|(_, _, read)| read.as_ref().ok());
    let mut decisions = Vec::with_capacity(lines.len());
    engine.step_all(events.map(|(event, mark)| (event, *mark)), |made| decisions.push(made));
    Decided { lines, decisions }
}

fn write(
    output: &mut Output,
    chunk: &Chunk,
    decided: &Decided<'_>,
    policy: &str,
    options: Options,
) {
    output.decisions.clear();
    output.rejects.clear();
    output.tally = Tally::default();
    for decisions in &decided.decisions {
        output.tally.decided(&decisions.last);
        (options.write)(&mut output.decisions, decisions, policy);
    }
    for (number, line, read) in decided.lines {
        let Err(reject) = read else { continue };
        output.tally.rejected(*reject);
        if options.rejects {
            write_reject(&mut output.rejects, *reject, Some(&chunk.input), *number, line);
        }
    }
}

/// Writes the final decision of an event.
pub fn write_final(out: &mut Vec<u8>, decisions: &Decisions<'_>, policy: &str) {
    write_decision(out, &decisions.last, policy);
}

/// Writes the decisions of all gates.
pub fn write_all(out: &mut Vec<u8>, decisions: &Decisions<'_>, policy: &str) {
    decisions.iter().for_each(|decision| write_decision(out, decision, policy));
}
