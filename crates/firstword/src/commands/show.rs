//! `firstword show`: a person's machine at a time.

mod data;

use std::io::Write;
use std::path::{Path, PathBuf};

use clap::Args;
use firstword_engine::Engine;
use firstword_replay::{Moment, Portrait, Section, Timeline, portrait_of};
use firstword_rules::{Machine, Millis, Name, Party, Policy};

pub use data::Owed;
use data::Shown;

use super::log::LogArgs;
use super::policy::write_one;
use super::{PolicyArg, asked};
use crate::exit::{Exit, say, usage_error};
use crate::folding::{fold, say_policy, say_troubles};
use crate::io::state::StateDir;
use crate::terminal::{Colours, Format, counted, stdout};

/// Show a person's machine at a time: standing, terms, conversations, permissions, duties.
///
/// The machine is the one after everything of the log before the first event that is later than the time; what follows
/// from it, such as the standing and what is open, is told for that time. Logs are of events, which are decided, or of
/// decisions, which are folded; for a log in files an index is made beside it, and used the next time.
#[derive(Args, Debug)]
#[command(after_help = "Examples:\n  \
    firstword show person:alice day.jsonl\n  \
    firstword show alice day.jsonl --at '2021-05-16 09:00'\n  \
    firstword show alice --state-dir machines --at now --format json\n\n\
    All times are in UTC.")]
pub struct Show {
    /// Whose machine: `person:alice`, or `alice`.
    #[arg(value_parser = asked::person)]
    person: Name<'static>,
    #[command(flatten)]
    log: LogArgs,
    /// The time [default: that of the newest event]
    #[arg(long, value_name = "TIME", value_parser = asked::time)]
    at: Option<Millis>,
    #[command(flatten)]
    policy: PolicyArg,
    /// Begin with the machines that `firstword decide --state-dir` left in this folder; it is not changed.
    #[arg(long, value_name = "DIR")]
    state_dir: Option<PathBuf>,
    /// How the machine is written [default: table on a terminal, else jsonl]
    #[arg(long, value_enum)]
    format: Option<Format>,
}

/// Runs the command.
pub fn run(args: &Show) -> anyhow::Result<Exit> {
    let policy = args.policy.load()?;
    let (engine, at) = match &args.state_dir {
        None => from_log(args, policy)?,
        Some(folder) => {
            let mut engine = Engine::new(policy);
            kept(folder, &mut engine)?;
            advance(&args.log, engine, args.at)?
        }
    };
    let blank = Machine::default();
    let machine = engine.machine(&args.person);
    if machine.is_none() {
        say(format_args!(
            "note: nothing was met of {} up to {}: what is shown is what holds for anybody",
            args.person,
            Moment(at)
        ));
    }
    let party = engine.find(&args.person).unwrap_or(Party::stranger(args.person.kind));
    let shown = portrait_of(&engine, engine.name(party), machine.unwrap_or(&blank), at);
    let shown = Portrait { person: args.person.clone(), ..shown };
    let mut out = stdout();
    let label = &engine.policy().label;
    match Format::or_default(args.format) {
        Format::Table => table(&mut out, &shown, label)?,
        format => write_one(&mut out, format, &Shown::of(&shown, label))?,
    }
    out.flush()?;
    Ok(Exit::Done)
}

/// The person's machine by the index of the log, without reading all of it again.
fn from_log(args: &Show, policy: Policy) -> anyhow::Result<(Engine, Millis)> {
    let (timeline, at, moment) = moment_of(&args.log, &policy, args.at)?;
    let engine = match timeline.history(&args.person)? {
        Some(history) => timeline.machine(&history, timeline.met_before(&history, moment)?)?,
        None => Engine::new(policy),
    };
    Ok((engine, at))
}

/// The log by its index, the time that is asked about, and the moment of it: the end, where no time is given.
pub fn moment_of(
    log: &LogArgs,
    policy: &Policy,
    at: Option<Millis>,
) -> anyhow::Result<(Timeline, Millis, u64)> {
    let timeline = log.open()?.timeline(policy)?;
    say_troubles_of(&timeline);
    let moment = at.map_or(Ok(timeline.end()), |at| timeline.moment(at))?;
    let at = at.or(timeline.newest()?).ok_or_else(no_time)?;
    Ok((timeline, at, moment))
}

/// Says what of a log could not be used, if anything, and if it was decided under another policy.
pub fn say_troubles_of(timeline: &Timeline) {
    say_troubles(timeline.counts().rejected, timeline.counts().out_of_order);
    say_policy(timeline.recorded_under(), timeline.policy());
}

/// Puts the machines that a folder holds into an engine, and says if they were decided under another policy.
pub fn kept(folder: &Path, engine: &mut Engine) -> anyhow::Result<()> {
    let before = StateDir::peek(folder, engine)?;
    say_policy(Some(&before), engine.policy());
    Ok(())
}

/// Lets machines that were kept advance by logs, if any are named; the time that is asked about.
pub fn advance(
    log: &LogArgs,
    mut engine: Engine,
    at: Option<Millis>,
) -> anyhow::Result<(Engine, Millis)> {
    let mut newest = None;
    if !log.is_empty() {
        let folded;
        (engine, folded) = fold(&log.open()?.parts()?, engine, at)?;
        folded.say_troubles(engine.policy());
        newest = folded.newest;
    }
    Ok((engine, at.or(newest).ok_or_else(no_time)?))
}

fn no_time() -> anyhow::Error {
    usage_error("no event tells the time: say `--at TIME`, or `--at now`")
}

fn table(out: &mut impl Write, shown: &Portrait<'_>, policy: &str) -> std::io::Result<()> {
    let colours = Colours::of_stdout();
    let head = format!(
        "at {}, after {}, under {policy}",
        Moment(shown.at),
        counted(shown.decisions, "decision")
    );
    writeln!(out, "{} {}", colours.strong(&shown.person.to_string()), colours.faint(&head))?;
    for Section { heading, lines, more } in shown.sections(MOST) {
        writeln!(out, "\n{}", colours.strong(heading))?;
        for line in lines {
            writeln!(out, "  {line}")?;
        }
        if more > 0 {
            let rest = format!("and {more} more, which `--format json` shows");
            writeln!(out, "  {}", colours.faint(&rest))?;
        }
    }
    Ok(())
}

/// How many lines of a part people want to see.
const MOST: usize = 20;
