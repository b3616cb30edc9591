//! Logs through the program's own pipeline, with something else done in it than the program does.

use std::io::Write;

use anyhow::Context;
use firstword_engine::{Decisions, Engine, first_role};
use firstword_policy::builtin;
use firstword_rules::{Basis, Decision, Event, Mark, Policy, Standing, Verdict, Visit, What};
use firstword_wire::{Reader, write_decision};

use crate::asked::Told;
use crate::io::lines::{Chunk, Chunks};
use crate::io::source::Inputs;
use crate::log;
use crate::pipeline::{self, Work};
use crate::terminal::Progress;

/// Events read and a decision of the usual length written for each, with nothing decided.
pub fn read_and_write(told: &Told<'_>) -> anyhow::Result<()> {
    let policy = policy()?;
    let work = ReadAndWrite { reader: Reader::new(&policy), label: policy.label };
    through(told, &work, &mut ())
}

/// The program's work by the strict reader alone, for which `serde_json` reads.
pub fn strictly(told: &Told<'_>) -> anyhow::Result<()> {
    let policy = policy()?;
    let work = Strictly { reader: Reader::new(&policy), label: policy.label.clone() };
    through(told, &work, &mut Engine::new(policy))
}

fn policy() -> anyhow::Result<Policy> {
    builtin(firstword_policy::DEFAULT).context("no policy")
}

fn through<W: Work<Output = Vec<u8>>>(
    told: &Told<'_>,
    work: &W,
    state: &mut W::State,
) -> anyhow::Result<()> {
    let chunks = Chunks::of(Inputs::new(&[told.log.to_owned()])?, Progress);
    let mut out = log::written_over(told.out)?;
    pipeline::run(chunks, work, state, told.threads, |lines| Ok(out.write_all(lines)?))
}

struct ReadAndWrite {
    reader: Reader,
    label: Box<str>,
}

impl Work for ReadAndWrite {
    type State = ();
    type Lines<'c> = Vec<Event<'c>>;
    type Came<'l> = &'l [Event<'l>];
    type Output = Vec<u8>;

    fn read<'c>(&self, chunk: &'c Chunk) -> Vec<Event<'c>> {
        let mut events = Vec::with_capacity(chunk.bytes.len() / 128);
        events.extend(chunk.lines().filter_map(|(_, line)| self.reader.event(line).ok()));
        events
    }

    fn step<'l>(&self, (): &mut (), events: &'l Vec<Event<'_>>) -> &'l [Event<'l>] {
        events
    }

    fn write(&self, _: &Chunk, events: &&[Event<'_>], out: &mut Vec<u8>) {
        out.clear();
        for event in *events {
            let (role, mark) = (first_role(event), Mark::from_bytes([0; 12]));
            let visit = Visit { event, mark, role, peer: None };
            let decision = match &event.what {
                What::Utterance(_) => Decision {
                    row: Some("S10"),
                    standing: Some(Standing::Full),
                    shares_data: Some(true),
                    ..Decision::recorded(visit, 1, Verdict::Allowed(Basis::Start))
                },
                What::Fact { .. } => Decision::recorded(visit, 1, Verdict::Recorded),
            };
            write_decision(out, &decision, &self.label);
        }
    }
}

struct Strictly {
    reader: Reader,
    label: Box<str>,
}

impl Work for Strictly {
    type State = Engine;
    type Lines<'c> = Vec<(Event<'c>, Mark)>;
    type Came<'l> = Vec<Decisions<'l>>;
    type Output = Vec<u8>;

    fn read<'c>(&self, chunk: &'c Chunk) -> Vec<(Event<'c>, Mark)> {
        let mut events = Vec::with_capacity(chunk.bytes.len() / 128);
        let read = chunk.lines().filter_map(|(_, line)| self.reader.event_strictly(line).ok());
        events.extend(read.map(|event| {
            let mark = Mark::of(&event);
            (event, mark)
        }));
        events
    }

    fn step<'l>(
        &self,
        engine: &mut Engine,
        events: &'l Vec<(Event<'_>, Mark)>,
    ) -> Vec<Decisions<'l>> {
        let mut decisions = Vec::with_capacity(events.len());
        let events = events.iter().map(|(event, mark)| (event, *mark));
        engine.step_all(events, |made| decisions.push(made));
        decisions
    }

    fn write(&self, _: &Chunk, decisions: &Vec<Decisions<'_>>, out: &mut Vec<u8>) {
        out.clear();
        decisions.iter().for_each(|made| write_decision(out, &made.last, &self.label));
    }
}
