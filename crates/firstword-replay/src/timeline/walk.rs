//! A person's visits one after another: what was decided at each, by which rows, and what it changed.

use std::ops::Range;

use firstword_engine::Engine;
use firstword_rules::{Machine, Millis, Name, Trail, Verdict};

use crate::{Change, Entry, History, Line, Timeline, Unfit, changes};

/// A walk along a person's visits, with the machine as it is after the last one that was made.
pub struct Walk<'t> {
    timeline: &'t Timeline,
    history: History,
    person: Name<'static>,
    engine: Engine,
    /// The visits that are still to be made.
    ahead: Range<u64>,
}

/// One visit that was made.
#[derive(Clone, Debug)]
pub struct Visited {
    /// Where, when, and in which part.
    pub entry: Entry,
    /// The number of the decision among the person's.
    pub seq: u64,
    /// What was decided; in a log of decisions, what is recorded there.
    pub verdict: Verdict,
    /// The row that decided; utterances only.
    pub row: Option<&'static str>,
    /// The policy that a recorded decision was made under.
    pub recorded_under: Option<String>,
    /// The rows tried under the timeline's policy. Where a decision is recorded they may come to another verdict.
    pub trail: Trail,
    /// The machine before it.
    pub before: Machine,
}

impl Timeline {
    /// Some of a person's visits, by their place among all of that person's, from 0.
    ///
    /// # Errors
    /// As everywhere here: a log that was changed, or that cannot be read.
    pub fn walk(&self, history: &History, visits: Range<u64>) -> Result<Walk<'_>, Unfit> {
        let ahead = visits.start.min(history.count())..visits.end.min(history.count());
        let engine = self.machine(history, ahead.start)?;
        let person = self.person(history)?;
        Ok(Walk { timeline: self, history: *history, person, engine, ahead })
    }

    /// The newest `at` in the log; nothing where it holds no event.
    ///
    /// # Errors
    /// As everywhere here.
    pub fn newest(&self) -> Result<Option<Millis>, Unfit> {
        let mark = self.marks.last();
        let mut newest = mark.map(|mark| Millis(mark.newest)).filter(|newest| newest.0 > 0);
        let mut next = mark.map(|mark| mark.offset).filter(|offset| *offset < self.end());
        while let Some(offset) = next {
            let line = self.line(offset)?;
            newest = newest.max(self.lines.read(&line).at());
            next = Some(offset + line.len() as u64).filter(|offset| *offset < self.end());
        }
        Ok(newest)
    }
}

impl Walk<'_> {
    /// Whose visits.
    pub fn person(&self) -> &Name<'static> {
        &self.person
    }

    /// The engine that holds the person's machine, as it is after the last visit that was made.
    pub fn engine(&self) -> &Engine {
        &self.engine
    }

    /// Makes the next visit; nothing after the last.
    ///
    /// # Errors
    /// As everywhere here.
    pub fn step(&mut self) -> Result<Option<Visited>, Unfit> {
        let Some(place) = self.ahead.next() else { return Ok(None) };
        let entry = self.timeline.entries(&self.history, place..place + 1)?;
        let entry = *entry.first().ok_or(Unfit::Damaged)?;
        let before = self.engine.machine(&self.person).cloned().unwrap_or_default();
        let line = self.timeline.line(entry.offset)?;
        let line = self.timeline.lines().read(&line);
        let trail = self.engine.explain(line.event().ok_or(Unfit::Damaged)?, entry.role);
        let (verdict, row, recorded_under) = match &line {
            Line::Decision(recorded) => {
                (recorded.verdict, recorded.row, Some(recorded.policy.clone().into_owned()))
            }
            _ => (trail.verdict, trail.tried.last().map(|tried| tried.row), None),
        };
        self.timeline.advance(&mut self.engine, &self.person, &entry)?;
        let seq = self.engine.machine(&self.person).map_or(0, Machine::seq);
        Ok(Some(Visited { entry, seq, verdict, row, recorded_under, trail, before }))
    }

    /// What the visit that was made last changed.
    pub fn changes<'n>(&'n self, visited: &'n Visited) -> Vec<Change<'n>> {
        let after = self.engine.machine(&self.person).unwrap_or(&visited.before);
        changes(&self.engine, visited.entry.at, &self.person, &visited.before, after)
    }
}
