//! A log on its way through two policies, chunk by chunk.

use std::sync::Arc;

use firstword_replay::Place;
use firstword_replay::whatif::{Explanation, Line, Lines, Outcome, Seen, WhatIf};
use firstword_wire::{RejectReason, trim_line};

use super::json;
use crate::commands::log::Log;
use crate::io::lines::Chunk;
use crate::pipeline::Work;

/// More events of one id than this are not explained: an id can be anybody's.
const MOST_EXPLAINED: usize = 20;

/// An id that was asked for, and the events that have it.
pub struct Asked {
    /// The id.
    pub id: String,
    /// How many events have it.
    pub met: u64,
    /// The first of them.
    pub explained: Vec<(Seen, Explanation)>,
}

/// Rejected lines by reason, in the order of `RejectReason::ALL`.
#[derive(Clone, Default)]
pub struct Rejects([u64; RejectReason::ALL.len()]);

impl Rejects {
    /// Adds what another counted.
    pub fn add(&mut self, other: &Rejects) {
        self.0.iter_mut().zip(other.0).for_each(|(sum, more)| *sum += more);
    }

    /// Counts a line that is no decision.
    #[cfg(feature = "kafka")]
    pub fn no_decision(&mut self) {
        if let Some(count) = self.0.get_mut(RejectReason::BadField as usize) {
            *count += 1;
        }
    }

    /// How many there are.
    pub fn all(&self) -> u64 {
        self.0.iter().sum()
    }

    /// The reasons that were met, and how often.
    pub fn met(&self) -> impl Iterator<Item = (&'static str, u64)> {
        let counted = RejectReason::ALL.iter().map(|reason| reason.as_str()).zip(self.0);
        counted.filter(|(_, count)| *count > 0)
    }
}

/// Both policies, and the events that were asked for.
pub struct State {
    /// Both policies.
    pub whatif: WhatIf,
    /// What was asked for.
    pub asked: Vec<Asked>,
}

impl State {
    /// Explains an event, if its id was asked for, as it is before anything advances.
    fn explain(&mut self, place: &Place, line: &Line<'_>) {
        let (event, as_other) = line.events();
        if !self.asked.iter().any(|asked| *asked.id == *event.id) || !self.whatif.is_new(line) {
            return;
        }
        for asked in self.asked.iter_mut().filter(|asked| *asked.id == *event.id) {
            asked.met += 1;
            if asked.explained.len() < MOST_EXPLAINED {
                let explanation = self.whatif.explain(event, as_other);
                asked.explained.push((Seen::at(place, event), explanation));
            }
        }
    }
}

/// How lines are read and written.
pub struct Comparing<'a> {
    /// What knows what people call a place.
    pub log: &'a Log,
    /// Reads for both policies.
    pub lines: Lines,
    /// Whether changed events are written, a line each.
    pub written: bool,
}

/// What was read of a chunk: which input, the lines with their numbers, and what was rejected.
pub struct Read<'c> {
    source: Arc<str>,
    lines: Vec<(u64, Line<'c>)>,
    rejects: Rejects,
}

/// What came of a chunk: the changed events with the numbers of their lines, where they are written, and what was
/// rejected.
pub struct Came<'l> {
    changed: Vec<(Place, Outcome<'l>)>,
    rejects: Rejects,
}

/// What is handed over of a chunk.
#[derive(Default)]
pub struct Output {
    /// The changed events, a line each.
    pub lines: Vec<u8>,
    /// What was rejected.
    pub rejects: Rejects,
}

impl Work for Comparing<'_> {
    type State = State;
    type Lines<'c> = Read<'c>;
    type Came<'l> = Came<'l>;
    type Output = Output;

    fn read<'c>(&self, chunk: &'c Chunk) -> Read<'c> {
        let (mut lines, mut rejects) =
            (Vec::with_capacity(chunk.bytes.len() / 160), Rejects::default());
        for (number, line) in
            (chunk.first_line..).zip(chunk.bytes.split_inclusive(|byte| *byte == b'\n'))
        {
            match trim_line(line).map(|line| self.lines.read(line)) {
                Some(Ok(line)) => lines.push((number, line)),
                Some(Err(reject)) => {
                    if let Some(count) = rejects.0.get_mut(reject.reason as usize) {
                        *count += 1;
                    }
                }
                None => (),
            }
        }
        Read { source: Arc::clone(&chunk.input), lines, rejects }
    }

    fn step<'l>(&self, state: &mut State, read: &'l Read<'_>) -> Came<'l> {
        let mut changed = Vec::new();
        for (number, line) in &read.lines {
            let place = Place { source: Arc::clone(&read.source), number: *number };
            let place = self.log.place(place);
            state.explain(&place, line);
            if let Some(outcome) = state.whatif.line(&place, line)
                && outcome.change.is_some()
                && self.written
            {
                changed.push((place, outcome));
            }
        }
        Came { changed, rejects: read.rejects.clone() }
    }

    fn write(&self, _: &Chunk, came: &Came<'_>, output: &mut Output) {
        output.lines.clear();
        output.rejects = came.rejects.clone();
        for (place, outcome) in &came.changed {
            json::write_changed(&mut output.lines, place, outcome);
        }
    }
}
