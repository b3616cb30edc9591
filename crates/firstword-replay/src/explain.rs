//! `explain`: why one event got its verdict, with the earlier events that set what the rows saw.
//!
//! The rules tell the rows and what each rests on (`firstword_rules::explain`); here each of these grounds is led back
//! to the events that set it. It is plain data: how a story is told is the program's matter.

mod happening;
mod past;

pub use happening::Happening;

use std::collections::BTreeMap;

use firstword_engine::Engine;
use firstword_rules::{
    Event, Ground, Mark, Millis, Name, Policy, Reason, Role, Tried, Verdict, Visit, What,
};
use firstword_wire::{
    BadDecision, Flaw, Reject, RejectReason, Salvage, id_of, locate, salvage, trim_line,
};

use crate::log::Line;
use crate::may::{Outcome, Question};
use crate::{Place, Timeline, Unfit};
use past::Past;

/// What became of one line.
#[derive(Clone, PartialEq, Debug)]
pub struct Explanation {
    /// Where it lies.
    pub place: Place,
    /// Its id, where one can be read.
    pub id: Option<String>,
    /// Whether it was decided, and how.
    pub told: Told,
}

/// Whether a line was decided, and how.
#[derive(Clone, PartialEq, Debug)]
pub enum Told {
    /// An event, and each machine that it met, in order.
    Decided(Happening, Vec<Chapter>),
    /// No event, so nothing was decided: why, where in the line that shows, and what can still be read of it.
    Rejected(Reject, Flaw, Salvage),
    /// No decision, where there should be one: why, and where in the line that shows if it is no JSON.
    BadDecision(BadDecision, Option<Flaw>),
}

/// The event before one machine.
#[derive(Clone, PartialEq, Debug)]
pub struct Chapter {
    /// P, whose machine it is.
    pub person: Name<'static>,
    /// Q, the other party, where the event names one.
    pub peer: Option<Name<'static>>,
    /// The part of P in it.
    pub role: Role,
    /// The number of the decision among P's.
    pub seq: u64,
    /// How many of P's decisions before it are not in this log, so that nobody knows what they set. A log of events
    /// has all that is told of it.
    pub missing: u64,
    /// The label of the policy that it is told under.
    pub under: String,
    /// What the rules decide on it under that policy.
    pub verdict: Verdict,
    /// What was recorded, where the log holds decisions.
    pub recorded: Option<Recorded>,
    /// The rows from the top to the one that decided; none for a fact, which meets no gate.
    pub rows: Vec<Row>,
    /// What was held of the thing that a fact is about; nothing for an utterance.
    pub held: Option<Held>,
    /// What was refused before, and so gave no right: the newest words that would give one, had they been let through.
    pub refused: Option<Happening>,
    /// From when what was denied would have been let through with nothing else happening; nothing for what was not
    /// denied, or where decisions are missing.
    pub later: Option<Later>,
}

/// From when something would be let through with nothing else happening.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Later {
    /// From this instant on, and what the gates would say then.
    From(Millis, Outcome),
    /// Never.
    Never,
}

/// A decision as the log holds it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Recorded {
    /// Its verdict.
    pub verdict: Verdict,
    /// Its row.
    pub row: Option<&'static str>,
    /// The policy that it was made under.
    pub policy: String,
}

/// A row that was tried, and what it rests on.
#[derive(Clone, PartialEq, Debug)]
pub struct Row {
    /// The row, whether it applied, and what it saw.
    pub tried: Tried,
    /// For each of its grounds the events that set it.
    pub grounds: Vec<Caused>,
}

/// What was held of the thing that a fact is about.
#[derive(Clone, PartialEq, Debug)]
pub struct Held {
    /// In a phrase.
    pub saw: String,
    /// For each of its grounds the events that set it.
    pub grounds: Vec<Caused>,
}

/// A ground, and the events that set it, in the order of the log.
#[derive(Clone, PartialEq, Debug)]
pub struct Caused {
    /// What the machine held. A number of a party in it means something only where it was looked up.
    pub ground: Ground,
    /// The events.
    pub by: Vec<Happening>,
}

/// An earlier event, and the rows that saw what it set.
#[derive(Clone, PartialEq, Debug)]
pub struct Cause<'c> {
    /// The event.
    pub happening: &'c Happening,
    /// The rows, from the top; none for a fact, which meets no gate.
    pub rows: Vec<&'static str>,
}

/// What became of every line with this id, in the order of the log. A recorded decision is told under the policy that
/// it names, where that is one of `made_under`; everything else under the policy of the timeline.
///
/// # Errors
/// A log that was changed or cannot be read.
pub fn explain(
    timeline: &Timeline,
    id: &str,
    made_under: &[Policy],
) -> Result<Vec<Explanation>, Unfit> {
    let lines = timeline.find(id)?.into_iter();
    lines.map(|offset| explain_line(timeline, offset, made_under)).collect()
}

/// What became of the line that begins at this offset, told as [`explain`] does.
///
/// # Errors
/// A log that was changed or cannot be read.
pub fn explain_line(
    timeline: &Timeline,
    offset: u64,
    made_under: &[Policy],
) -> Result<Explanation, Unfit> {
    let place = timeline.place(offset)?;
    let line = timeline.line(offset)?;
    let bytes = trim_line(&line).unwrap_or_default();
    let told = match timeline.lines().read(&line) {
        Line::Event(event) => {
            let happening = Happening::of(place.clone(), offset, &event);
            Told::Decided(happening, of_event(timeline, offset, &event)?)
        }
        Line::Decision(decision) => {
            let (verdict, row) = (decision.verdict, decision.row);
            let recorded = Recorded { verdict, row, policy: decision.policy.into_owned() };
            let happening = Happening::of(place.clone(), offset, &decision.event);
            let policy = made_under.iter().find(|policy| *policy.label == *recorded.policy);
            let policy = policy.unwrap_or(timeline.policy());
            let seq = Some(decision.seq);
            let met = chapter(timeline, policy, offset, &decision.event, decision.role, seq)?;
            let chapter = met.map(|met| Chapter { recorded: Some(recorded), ..met });
            Told::Decided(happening, chapter.into_iter().collect())
        }
        Line::Rejected(reject) => Told::Rejected(reject, locate(bytes, reject), salvage(bytes)),
        Line::BadDecision(bad) => {
            let broken = Reject { reason: RejectReason::NotJson, field: None };
            let flaw = locate(bytes, broken);
            Told::BadDecision(bad, flaw.column.is_some().then_some(flaw))
        }
        Line::Blank => return Err(Unfit::Damaged),
    };
    Ok(Explanation { place, id: id_of(bytes), told })
}

/// Every machine that an event met, in order.
fn of_event(timeline: &Timeline, offset: u64, event: &Event<'_>) -> Result<Vec<Chapter>, Unfit> {
    let mut role = firstword_engine::first_role(event);
    let mut chapters = Vec::new();
    while let Some(met) = chapter(timeline, timeline.policy(), offset, event, role, None)? {
        let forwarded = match met.verdict {
            Verdict::Forwarded(basis) => Some(Role::Recipient(Some(basis))),
            _ => None,
        };
        chapters.push(met);
        match forwarded {
            Some(next) => role = next,
            None => break,
        }
    }
    Ok(chapters)
}

/// The event before the machine of the person of this part, by the decision of this number if one is recorded; nothing
/// where the machine never met it.
fn chapter(
    timeline: &Timeline,
    policy: &Policy,
    offset: u64,
    event: &Event<'_>,
    role: Role,
    recorded: Option<u64>,
) -> Result<Option<Chapter>, Unfit> {
    let visit = Visit { event, mark: Mark::of(event), role, peer: None };
    let person = visit.person();
    let Some(history) = timeline.history(person)? else { return Ok(None) };
    let before = timeline.met_before(&history, offset)?;
    let entries = timeline.entries(&history, before..before + 1)?;
    if entries.first().is_none_or(|entry| entry.offset != offset) {
        return Ok(None);
    }
    let engine = timeline.machine(&history, before)?;
    let trail = engine.explain_under(policy, event, role);
    let (one, other) = event.parties();
    let peer = if matches!(role, Role::Recipient(_)) { Some(one) } else { other };
    let past =
        Past { timeline, history, before, engine: &engine, mark: visit.mark, event, peer, role };
    let rows = trail.tried.into_iter().map(|tried| {
        let grounds = past.behind(&tried.rests_on)?;
        Ok(Row { tried, grounds })
    });
    let rows = rows.collect::<Result<Vec<Row>, Unfit>>()?;
    let held = match trail.held {
        Some(sight) => {
            let grounds = past.behind(&sight.rests_on)?;
            Some(Held { saw: sight.saw, grounds })
        }
        None => None,
    };
    let seq = recorded.unwrap_or(before + 1);
    let missing = seq.saturating_sub(before + 1);
    let asked_for_words = match trail.verdict {
        Verdict::Denied(_) => rows.iter().any(|row| {
            firstword_rules::Row::named(row.tried.row).is_some_and(|row| row.lets_reply())
        }),
        verdict => verdict == Verdict::Ignored(Reason::NoCall),
    };
    let grounds = rows.iter().flat_map(|row| &row.grounds);
    let grounds = grounds.chain(held.iter().flat_map(|held| &held.grounds));
    let right = grounds.filter_map(|caused| past.gives_right(&caused.ground)).max();
    let refused = if asked_for_words { past.refused(offset)? } else { None };
    // Only what would still give the right, had it been let through, and what did not come before words that did.
    let refused = refused.filter(|refused| {
        right.is_none_or(|right| refused.at > right) && event.at < refused.at + policy.reply_window
    });
    let later = match trail.verdict {
        Verdict::Denied(_) if missing == 0 => later(timeline, policy, offset, event)?,
        _ => None,
    };
    Ok(Some(Chapter {
        seq,
        missing,
        person: owned(person),
        peer: peer.map(owned),
        role,
        under: policy.label.to_string(),
        verdict: trail.verdict,
        recorded: None,
        rows,
        held,
        refused,
        later,
    }))
}

/// From when an utterance would be let through, if after the line before it nothing else happened.
fn later(
    timeline: &Timeline,
    policy: &Policy,
    offset: u64,
    event: &Event<'_>,
) -> Result<Option<Later>, Unfit> {
    let What::Utterance(utterance) = &event.what else { return Ok(None) };
    let mut engine = Engine::new(policy.clone());
    for party in [&utterance.from, &utterance.to] {
        let Some(history) = timeline.history(party)? else { continue };
        let met = timeline.met_before(&history, offset)?;
        timeline.put_machine(&mut engine, &history, met)?;
    }
    let question = Question::of(&engine, utterance.clone());
    let when = question.when(event.at);
    Ok(Some(when.map_or(Later::Never, |when| Later::From(when, question.outcome(when)))))
}

fn owned(name: &Name<'_>) -> Name<'static> {
    Name { kind: name.kind, text: name.text.clone().into_owned().into() }
}

impl Chapter {
    /// The row that decided.
    pub fn row(&self) -> Option<&'static str> {
        self.rows.last().map(|row| row.tried.row)
    }

    /// The earlier events on which the verdict hangs, or all whose traces any row saw, in the order of their times.
    pub fn causes(&self, all: bool) -> Vec<Cause<'_>> {
        let mut causes = BTreeMap::<_, Cause<'_>>::new();
        for (row, caused) in self.grounds(all) {
            for happening in &caused.by {
                let cause = causes
                    .entry((happening.at, happening.offset))
                    .or_insert_with(|| Cause { happening, rows: Vec::new() });
                if let Some(row) = row.filter(|row| !cause.rows.contains(row)) {
                    cause.rows.push(row);
                }
            }
        }
        causes.into_values().collect()
    }

    fn grounds(&self, all: bool) -> impl Iterator<Item = (Option<&'static str>, &Caused)> {
        let rows = self.rows.iter().filter(move |row| all || row.tried.matters);
        let of_rows = rows.flat_map(|row| row.grounds.iter().map(|of| (Some(row.tried.row), of)));
        let held = self.held.iter().flat_map(|held| &held.grounds);
        of_rows.chain(held.map(|of| (None, of)))
    }
}
