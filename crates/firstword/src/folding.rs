//! A log brought through an engine up to a moment, and nothing written: events are decided, decisions are folded.

use std::fmt;

use firstword_engine::Engine;
use firstword_replay::{Line, Lines, ReadAt};
use firstword_rules::{Millis, Policy};
use firstword_wire::Recorded;

use crate::exit::say;
use crate::io::indexed::kind_of;
use crate::io::lines::{Chunk, Chunks};
use crate::io::parts::Parts;
use crate::pipeline::{self, Work};
use crate::terminal::{Progress, counted};

/// What a log held up to the moment.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Folded {
    /// Events; in a log of decisions, those that met their first gate in it.
    pub events: u64,
    /// Decisions of all machines.
    pub decisions: u64,
    /// Lines that are no event, or no decision.
    pub rejected: u64,
    /// Decisions whose number does not follow the one before: lost, doubled or out of order.
    pub out_of_order: u64,
    /// The newest `at`.
    pub newest: Option<Millis>,
    /// The label of the policy that the last decision names; of events there is none.
    pub recorded_under: Option<Box<str>>,
}

/// Lets the machines of an engine advance by a log, up to the moment of a time or to its end.
///
/// # Errors
/// A log that cannot be read, or that holds neither events nor decisions.
pub fn fold(
    parts: &Parts,
    engine: Engine,
    until: Option<Millis>,
) -> anyhow::Result<(Engine, Folded)> {
    let kind = kind_of(parts)?;
    let progress = Progress::bytes("reading", Some(parts.length()));
    let work = Folding { lines: Lines::new(kind, engine.policy()), until };
    let chunks = Chunks::of_each(parts.inputs(&progress));
    let mut state = State { engine, folded: Folded::default(), over: false };
    let ran = pipeline::run(chunks, &work, &mut state, pipeline::threads(None), |over| {
        if *over { Err(Over.into()) } else { Ok(()) }
    });
    progress.finish();
    match ran {
        Err(error) if !error.is::<Over>() => Err(error),
        _ => Ok((state.engine, state.folded)),
    }
}

impl Folded {
    /// Says what of the log could not be used, if anything, and if it was decided under another policy than this.
    pub fn say_troubles(&self, policy: &Policy) {
        say_troubles(self.rejected, self.out_of_order);
        say_policy(self.recorded_under.as_deref(), policy);
    }
}

/// Machines know no policy, and what they learnt under one can be asked about under another: that is worth a word.
pub fn say_policy(before: Option<&str>, now: &Policy) {
    if let Some(before) = before.filter(|before| **before != *now.label) {
        say(format_args!(
            "note: the machines were decided under {before}; what follows is under {}",
            now.label
        ));
    }
}

/// Says how many lines and decisions of a log could not be used, if any.
pub fn say_troubles(rejected: u64, out_of_order: u64) {
    if rejected > 0 {
        say(format_args!("note: {} rejected", counted(rejected, "line")));
    }
    if out_of_order > 0 {
        say(format_args!(
            "note: {} lost, doubled or out of order: machines may lack something; a whole journal is written by \
             `firstword decide --all`",
            counted(out_of_order, "decision")
        ));
    }
}

/// The moment is reached: no more is read.
#[derive(Debug)]
struct Over;

impl fmt::Display for Over {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the moment is reached")
    }
}

impl std::error::Error for Over {}

struct Folding {
    lines: Lines,
    until: Option<Millis>,
}

struct State {
    engine: Engine,
    folded: Folded,
    over: bool,
}

impl Work for Folding {
    type State = State;
    type Lines<'c> = Vec<Line<'c>>;
    type Came<'l> = bool;
    type Output = bool;

    fn read<'c>(&self, chunk: &'c Chunk) -> Vec<Line<'c>> {
        let lines = chunk.bytes.split_inclusive(|byte| *byte == b'\n');
        lines.map(|line| self.lines.read(line)).collect()
    }

    fn step(&self, state: &mut State, lines: &Vec<Line<'_>>) -> bool {
        for line in lines {
            let later = |at| self.until.is_some_and(|until| at > until);
            if state.over || line.at().is_some_and(later) {
                state.over = true;
                break;
            }
            state.line(line);
        }
        state.over
    }

    fn write(&self, _chunk: &Chunk, came: &bool, output: &mut bool) {
        *output = *came;
    }
}

impl State {
    fn line(&mut self, line: &Line<'_>) {
        self.folded.newest = self.folded.newest.max(line.at());
        match line {
            Line::Blank => (),
            Line::Rejected(_) | Line::BadDecision(_) => self.folded.rejected += 1,
            Line::Event(event) => {
                self.folded.events += 1;
                self.folded.decisions += self.engine.step(event).iter().count() as u64;
            }
            Line::Decision(recorded) => self.decision(recorded),
        }
    }

    /// What was there before, or comes again, changes nothing; what is missing cannot be made up for.
    fn decision(&mut self, recorded: &Recorded<'_>) {
        let Recorded { event, role, seq, verdict, .. } = recorded;
        let person = recorded.person();
        let before = self.engine.machine(person).map_or(0, |machine| machine.seq());
        if self.folded.recorded_under.as_deref() != Some(&*recorded.policy) {
            self.folded.recorded_under = Some((*recorded.policy).into());
        }
        self.folded.events += u64::from(firstword_engine::first_role(event) == *role);
        self.folded.out_of_order += u64::from(*seq != before + 1);
        if *seq > before {
            self.folded.decisions += 1;
            self.engine.pass(person, seq - 1);
            self.engine.replay(event, *role, *seq, *verdict);
        }
    }
}
