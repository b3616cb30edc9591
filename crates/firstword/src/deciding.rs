//! Deciding a log: events in, decisions out, and what came of it counted.

use std::cmp::Reverse;
use std::num::NonZero;
use std::sync::Arc;

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
    /// The first of these: its input, and its number there.
    pub first_reject: Option<(Arc<str>, u64)>,
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

    fn rejected(&mut self, reject: Reject, input: &Arc<str>, line: u64) {
        self.first_reject.get_or_insert_with(|| (Arc::clone(input), line));
        if let Some(count) = self.rejects.get_mut(reject.reason as usize) {
            *count += 1;
        }
    }

    /// Adds what another counted of what comes after it.
    pub fn add(&mut self, other: &Tally) {
        if self.first_reject.is_none() {
            self.first_reject.clone_from(&other.first_reject);
        }
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

/// A line of a chunk.
struct Line<'c> {
    number: u64,
    bytes: &'c [u8],
    /// What it was read as, and its mark, blank where it is no event.
    event: Result<Event<'c>, Reject>,
    mark: Mark,
}

fn read<'c>(reader: &Reader, chunk: &'c Chunk) -> Vec<Line<'c>> {
    let mut lines = Vec::with_capacity(chunk.bytes.len() / 128);
    lines.extend(chunk.lines().map(|(number, bytes)| {
        let event = reader.event(bytes);
        let mark = event.as_ref().map_or(Mark::default(), Mark::of);
        Line { number, bytes, event, mark }
    }));
    lines
}

/// The lines of a chunk, and what was decided of those that are events, in their order.
struct Decided<'l> {
    lines: &'l [Line<'l>],
    decisions: Vec<Decisions<'l>>,
}

fn decide<'l>(engine: &mut Engine, lines: &'l [Line<'l>]) -> Decided<'l> {
    let events = lines.iter().filter_map(|line| Some((line.event.as_ref().ok()?, line.mark)));
    let mut decisions = Vec::with_capacity(lines.len());
    engine.step_all(events, |made| decisions.push(made));
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
    for Line { number, bytes, event, .. } in decided.lines {
        let Err(reject) = event else { continue };
        output.tally.rejected(*reject, &chunk.input, *number);
        if options.rejects {
            write_reject(&mut output.rejects, *reject, Some(&chunk.input), *number, bytes);
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
