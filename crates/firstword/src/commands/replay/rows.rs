//! `firstword replay --rows`: how often each row decided, and which never did.

mod report;

use std::path::Path;

use firstword_engine::{Decisions, Engine};
use firstword_replay::rows::Rows;
use firstword_rules::{Event, Policy};
use firstword_wire::{LogKind, Reader, read_decision};

use super::Replay;
use crate::commands::load_policy;
use crate::exit::{Exit, say, usage_error};
use crate::io::lines::Chunk;
use crate::pipeline::{self, Work};
use crate::terminal::{Format, counted};

/// What was counted of a log, or of a part of it.
#[derive(Clone, Debug, Default)]
struct Counted {
    rows: Rows,
    /// Recipients who were told what a sender's gate said.
    told: u64,
    /// Lines that were nothing to count.
    others: u64,
}

impl Counted {
    fn add(&mut self, more: &Counted) {
        self.rows.add(&more.rows);
        self.told += more.told;
        self.others += more.others;
    }
}

/// Runs `--rows`.
pub fn run(args: &Replay) -> anyhow::Result<Exit> {
    let mut policies = args.policies.load()?;
    let (mut chunks, progress) = args.open()?.chunks("counting")?;
    let kind = chunks.kind()?;
    let mut counted = Counted::default();
    let add = |more: &Counted| {
        counted.add(more);
        Ok(())
    };
    let ran = match kind {
        Some(LogKind::Events) => {
            if policies.len() > 1 {
                return Err(usage_error(
                    "the log holds events: they are decided under one --policy",
                ));
            }
            let default = || load_policy(Path::new(firstword_policy::DEFAULT));
            let policy = policies.pop().map_or_else(default, Ok)?;
            let (work, mut engine) = (OfEvents(Reader::new(&policy)), Engine::new(policy));
            pipeline::run(chunks, &work, &mut engine, args.threads(), add)
        }
        Some(LogKind::Decisions) | None => {
            pipeline::run(chunks, &OfDecisions, &mut (), args.threads(), add)
        }
    };
    progress.finish();
    ran?;
    report::write(&counted.rows, Format::or_default(args.format))?;
    summarise(&counted, kind, &policies);
    Ok(Exit::Done)
}

/// What was counted, on standard error.
fn summarise(count: &Counted, kind: Option<LogKind>, policies: &[Policy]) {
    let total = count.rows.total();
    let never = total.rows().filter(|(.., count)| *count == 0).count();
    say(format_args!(
        "{}; {} of {} rows never decided",
        counted(total.decisions(), "decision"),
        never,
        total.rows().count()
    ));
    let of_decisions = kind != Some(LogKind::Events);
    if of_decisions && !policies.is_empty() {
        say(format_args!(
            "  note: the log holds decisions, counted as recorded: --policy does nothing"
        ));
    }
    if of_decisions && count.told > 0 && total.forwarded == 0 {
        say(format_args!(
            "  note: the log holds final decisions only: what a sender's gate forwards is missing \
             (`firstword decide --all` writes it)"
        ));
    }
    if count.others > 0 {
        let what = if of_decisions { "no decision" } else { "no event" };
        say(format_args!("{} passed over: {what}", counted(count.others, "line")));
    }
}

/// Counts decisions as they were recorded.
struct OfDecisions;

impl Work for OfDecisions {
    type State = ();
    type Lines<'c> = Counted;
    type Came<'l> = &'l Counted;
    type Output = Counted;

    fn read(&self, chunk: &Chunk) -> Counted {
        let mut counted = Counted::default();
        for (_, line) in chunk.lines() {
            match read_decision(line) {
                Ok(read) => {
                    let said = firstword_replay::Outcome::recorded(&read).said;
                    counted.told += u64::from(said.is_some());
                    counted.rows.count(read.event.at, read.row, read.verdict);
                }
                Err(_) => counted.others += 1,
            }
        }
        counted
    }

    fn step<'l>(&self, (): &mut (), counted: &'l Counted) -> &'l Counted {
        counted
    }

    fn write(&self, _: &Chunk, counted: &&Counted, output: &mut Counted) {
        output.clone_from(counted);
    }
}

/// Decides events and counts the decisions.
struct OfEvents(Reader);

impl Work for OfEvents {
    type State = Engine;
    /// The events, and how many lines were none.
    type Lines<'c> = (Vec<Event<'c>>, u64);
    type Came<'l> = (Vec<Decisions<'l>>, u64);
    type Output = Counted;

    fn read<'c>(&self, chunk: &'c Chunk) -> Self::Lines<'c> {
        let mut lines = (Vec::new(), 0);
        for (_, line) in chunk.lines() {
            match self.0.event(line) {
                Ok(event) => lines.0.push(event),
                Err(_) => lines.1 += 1,
            }
        }
        lines
    }

    fn step<'l>(
        &self,
        engine: &mut Engine,
        (events, others): &'l Self::Lines<'_>,
    ) -> Self::Came<'l> {
        (events.iter().map(|event| engine.step(event)).collect(), *others)
    }

    fn write(&self, _: &Chunk, (decided, others): &Self::Came<'_>, output: &mut Counted) {
        *output = Counted { others: *others, ..Counted::default() };
        for decision in decided.iter().flat_map(Decisions::iter) {
            output.rows.count(decision.visit.event.at, decision.row, decision.verdict);
        }
    }
}
