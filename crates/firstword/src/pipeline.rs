//! A log through one engine on several threads: file order in, file order out.
//!
//! Each thread takes the next chunk, reads its events, waits for its turn to decide, decides, lets the next one,
//! writes its decisions to memory, and waits for its turn to hand them over. Reading and writing, which are most
//! of the work, run side by side; deciding, which must not, is the short step in between. So the bytes that come
//! out are the same whatever the number of threads.

use std::cmp::Reverse;
use std::num::NonZero;
use std::panic::resume_unwind;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;

use firstword_engine::{Decisions, Engine};
use firstword_rules::{Decision, Event, Fact, Reason, What};
use firstword_wire::{Reader, Reject, RejectReason, trim_line, write_decision, write_reject};

use crate::io::lines::{Chunk, Chunks};
use crate::io::source::Input;

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
/// The first trouble of reading, or of `take`; then nothing more is taken.
pub fn run(
    chunks: Chunks<impl Iterator<Item = anyhow::Result<Input>> + Send>,
    engine: &mut Engine,
    options: Options,
    take: impl FnMut(&Output) -> anyhow::Result<()> + Send,
) -> anyhow::Result<()> {
    let policy = engine.policy().clone();
    let stages = Stages {
        reading: Mutex::new(Reading { chunks, taken: 0, over: false }),
        deciding: Turn::new(engine),
        taking: Turn::new(take),
        failure: Mutex::new(None),
    };
    let reader = Reader::new(&policy);
    thread::scope(|scope| {
        let threads: Vec<_> = (0..options.threads.get())
            .map(|_| scope.spawn(|| stages.work(&reader, &policy.label, options)))
            .collect();
        for thread in threads {
            if let Err(panic) = thread.join() {
                resume_unwind(panic);
            }
        }
    });
    let failure = stages.failure.into_inner().unwrap_or_else(PoisonError::into_inner);
    failure.map_or(Ok(()), Err)
}

struct Reading<I> {
    chunks: Chunks<I>,
    /// How many chunks were taken: the number of the next one.
    taken: u64,
    over: bool,
}

struct Stages<'g, I, T> {
    reading: Mutex<Reading<I>>,
    deciding: Turn<&'g mut Engine>,
    taking: Turn<T>,
    failure: Mutex<Option<anyhow::Error>>,
}

impl<I, T> Stages<'_, I, T>
where
    I: Iterator<Item = anyhow::Result<Input>>,
    T: FnMut(&Output) -> anyhow::Result<()>,
{
    /// Works until there are no more chunks, or somebody failed.
    fn work(&self, reader: &Reader, policy: &str, options: Options) {
        // Whoever leaves, by an error or a panic, must not let the others wait for a turn that never comes.
        let _open = OpenOnPanic(|| self.stop());
        let (mut chunk, mut output) = (Chunk::default(), Output::default());
        loop {
            let number = match self.next_chunk(&mut chunk) {
                Ok(Some(number)) => number,
                Ok(None) => return,
                // What was read before the trouble is still decided and written; nothing after it.
                Err(error) => return self.fail(error),
            };
            let lines = read(reader, &chunk);
            let Some(decided) = self.deciding.take(number, |engine| decide(engine, &lines)) else {
                return;
            };
            write(&mut output, &chunk, &decided, policy, options);
            match self.taking.take(number, |take| take(&output)) {
                Some(Ok(())) => (),
                Some(Err(error)) => {
                    self.fail(error);
                    return self.stop();
                }
                None => return,
            }
        }
    }

    fn next_chunk(&self, chunk: &mut Chunk) -> anyhow::Result<Option<u64>> {
        let mut reading = lock(&self.reading);
        if reading.over {
            return Ok(None);
        }
        let more = reading.chunks.next(chunk);
        reading.over = !matches!(more, Ok(true));
        let number = reading.taken;
        reading.taken += 1;
        more.map(|more| more.then_some(number))
    }

    fn fail(&self, error: anyhow::Error) {
        lock(&self.failure).get_or_insert(error);
    }

    fn stop(&self) {
        lock(&self.reading).over = true;
        self.deciding.close();
        self.taking.close();
    }
}

/// A line of a chunk: its number and what it was read as.
type Line<'c> = (u64, &'c [u8], Result<Event<'c>, Reject>);

fn read<'c>(reader: &Reader, chunk: &'c Chunk) -> Vec<Line<'c>> {
    let mut lines = Vec::with_capacity(chunk.bytes.len() / 160);
    for (number, line) in
        (chunk.first_line..).zip(chunk.bytes.split_inclusive(|byte| *byte == b'\n'))
    {
        if let Some(line) = trim_line(line) {
            lines.push((number, line, reader.event(line)));
        }
    }
    lines
}

/// What was decided of a line, or why it was rejected, with its number and bytes.
type Decided<'l> = Vec<Result<Decisions<'l>, (u64, &'l [u8], Reject)>>;

fn decide<'l>(engine: &mut Engine, lines: &'l [Line<'_>]) -> Decided<'l> {
    let decided = lines.iter().map(|(number, line, read)| match read {
        Ok(event) => Ok(engine.step(event)),
        Err(reject) => Err((*number, *line, *reject)),
    });
    decided.collect()
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
    for event in decided {
        match event {
            Ok(decisions) => {
                output.tally.decided(&decisions.last);
                (options.write)(&mut output.decisions, decisions, policy);
            }
            Err((number, line, reject)) => {
                output.tally.rejected(*reject);
                if options.rejects {
                    write_reject(&mut output.rejects, *reject, Some(&chunk.input), *number, line);
                }
            }
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

/// Something that threads use in turns, by number from 0.
struct Turn<T> {
    state: Mutex<TurnState<T>>,
    moved: Condvar,
}

struct TurnState<T> {
    next: u64,
    closed: bool,
    thing: T,
}

impl<T> Turn<T> {
    fn new(thing: T) -> Turn<T> {
        Turn {
            state: Mutex::new(TurnState { next: 0, closed: false, thing }),
            moved: Condvar::new(),
        }
    }

    /// Waits for this number's turn and uses the thing; nothing where it was closed before.
    fn take<R>(&self, number: u64, using: impl FnOnce(&mut T) -> R) -> Option<R> {
        let state = lock(&self.state);
        let waiting = self.moved.wait_while(state, |state| state.next != number && !state.closed);
        let mut state = waiting.unwrap_or_else(PoisonError::into_inner);
        if state.closed {
            return None;
        }
        let used = using(&mut state.thing);
        state.next += 1;
        drop(state);
        self.moved.notify_all();
        Some(used)
    }

    fn close(&self) {
        lock(&self.state).closed = true;
        self.moved.notify_all();
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

struct OpenOnPanic<F: Fn()>(F);

impl<F: Fn()> Drop for OpenOnPanic<F> {
    fn drop(&mut self) {
        if thread::panicking() {
            (self.0)();
        }
    }
}
