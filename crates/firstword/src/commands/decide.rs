//! `firstword decide`: events in, decisions out.

use std::fs::File;
use std::io::{BufWriter, IsTerminal, Write};
use std::path::{Path, PathBuf};

use anyhow::Context;
use clap::Args;
use firstword_engine::{Decisions, Engine};
use firstword_rules::{Decision, Event, Reason, Role, Side, Verdict};
use firstword_wire::RejectReason;

use super::PolicyArg;
use crate::deciding::{self, Options, Tally};
use crate::exit::{Exit, say, usage_error};
use crate::io::lines::Chunks;
use crate::io::source::Inputs;
use crate::io::state::StateDir;
use crate::pipeline::threads;
use crate::terminal::{Colours, Format, Progress, counted, thousands};

/// Decide a log: one final decision per event, as JSON lines, in the order of the log.
///
/// Events are read in the order given and decided one after another. A line that is no event is rejected and
/// counted; it never stops the run.
#[derive(Args, Debug)]
#[command(after_help = "Examples:\n  \
    firstword decide day.jsonl > decisions.jsonl\n  \
    firstword decide monday.jsonl.gz tuesday.jsonl --rejects bad.jsonl > out.jsonl\n  \
    tail -n 1000 day.jsonl | firstword decide --policy open -\n\n\
    A log a day, each going on from where the one before ended:\n  \
    firstword decide --state-dir machines monday.jsonl > monday.out.jsonl")]
pub struct Decide {
    /// Logs of events (`.jsonl`, also packed as `.gz` or `.zst`), decided as one; `-` is standard input.
    files: Vec<PathBuf>,
    #[command(flatten)]
    policy: PolicyArg,
    /// Write the forwarded decisions too: those of a sender's gate whose event went on to a recipient's.
    #[arg(long)]
    all: bool,
    /// Write what was no event to this file, as JSON lines with its reason and line.
    #[arg(long, value_name = "FILE")]
    rejects: Option<PathBuf>,
    /// Keep the machines in this folder: go on from what it holds, and replace it when all is done.
    #[arg(long, value_name = "DIR")]
    state_dir: Option<PathBuf>,
    /// How decisions are written; `jsonl` and `json` are both one JSON object a line [default: table on a
    /// terminal, else jsonl]
    #[arg(long, value_enum)]
    format: Option<Format>,
    /// How many threads read and write; the decisions are the same for every number [default: one a core]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    threads: Option<u16>,
}

/// Runs the command.
pub fn run(args: Decide) -> anyhow::Result<Exit> {
    let policy = args.policy.load()?;
    let inputs = Inputs::new(&args.files)?;
    not_an_input(args.rejects.as_deref(), &args.files)?;
    let state = args.state_dir.as_deref().map(StateDir::take).transpose()?;
    let mut rejects = args.rejects.as_deref().map(create).transpose()?;
    let mut engine = Engine::new(policy);
    if let Some(state) = &state {
        resume(state, &mut engine)?;
    }
    let progress = Progress::bytes("deciding", inputs.size());
    let table = Format::or_default(args.format) == Format::Table;
    let options = Options {
        threads: threads(args.threads),
        write: match (table, args.all) {
            (true, false) => row_of_last,
            (true, true) => rows_of_all,
            (false, false) => deciding::write_final,
            (false, true) => deciding::write_all,
        },
        rejects: rejects.is_some(),
    };
    let mut tally = Tally::default();
    let ran = deciding::run(Chunks::of(inputs, progress.clone()), &mut engine, options, |output| {
        write_out(&output.decisions).context("cannot write to standard output")?;
        if let Some((path, file)) = &mut rejects {
            file.write_all(&output.rejects)
                .with_context(|| format!("cannot write {}", path.display()))?;
        }
        tally.add(&output.tally);
        Ok(())
    });
    progress.finish();
    ran?;
    if let Some((path, mut file)) = rejects {
        file.flush().with_context(|| format!("cannot write {}", path.display()))?;
    }
    if let Some(state) = &state {
        state.save(&engine)?;
    }
    summarise(&tally, &args);
    // The process ends: the system takes all memory back at once, machine by machine it takes a while.
    std::mem::forget(engine);
    Ok(Exit::Done)
}

/// Writes past the line buffer of standard output, which would look for the last line end in each piece.
fn write_out(bytes: &[u8]) -> std::io::Result<()> {
    let mut out = std::io::stdout().lock();
    out.write_all(bytes)?;
    out.flush()
}

/// A file of rejects is emptied before anything is read: that must not be one of the logs.
fn not_an_input(rejects: Option<&Path>, files: &[PathBuf]) -> anyhow::Result<()> {
    let Some(shown) = rejects else { return Ok(()) };
    let rejects = shown.canonicalize().ok().filter(|path| path.is_file());
    if rejects.is_some() && files.iter().any(|file| file.canonicalize().ok() == rejects) {
        return Err(usage_error(format!("--rejects {} is one of the logs", shown.display())));
    }
    Ok(())
}

fn create(path: &Path) -> anyhow::Result<(PathBuf, BufWriter<File>)> {
    let file = File::create(path).with_context(|| format!("cannot write {}", path.display()))?;
    Ok((path.to_owned(), BufWriter::with_capacity(256 * 1024, file)))
}

fn resume(state: &StateDir, engine: &mut Engine) -> anyhow::Result<()> {
    let current = engine.policy().label.clone();
    if let Some(before) = state.load(engine)?
        && *before != *current
    {
        say(format_args!(
            "note: the machines were last decided under {before}; going on under {current}"
        ));
    }
    Ok(())
}

/// What came of it, on standard error.
fn summarise(tally: &Tally, args: &Decide) {
    let each = |names: &[&str], counts: &[u64]| {
        let met = names.iter().zip(counts).filter(|(_, count)| **count > 0);
        met.map(|(name, count)| format!("{} {name}", thousands(*count)))
            .collect::<Vec<_>>()
            .join(", ")
    };
    if std::io::stdout().is_terminal() {
        say(format_args!(""));
    }
    let (decided, rejected) = (tally.decisions(), tally.rejections());
    let verdicts = each(&Tally::VERDICTS, &tally.verdicts);
    let colon = if verdicts.is_empty() { "" } else { ": " };
    say(format_args!("{} decided{colon}{verdicts}", counted(decided, "event")));
    let reasons = tally.by_reason();
    let told = reasons.iter().map(|(reason, count)| format!("{} {reason}", thousands(*count)));
    if !reasons.is_empty() {
        say(format_args!("  because: {}", told.collect::<Vec<_>>().join(", ")));
    }
    if let Some((Reason::TermsUnanswered, _)) = reasons.first()
        && tally.answers == 0
    {
        say(format_args!(
            "  note: nobody in this log ever answered the terms of the policy; `--policy open` has no terms"
        ));
    }
    if tally.unlisted > 0 {
        let answers = counted(tally.unlisted, "answer");
        say(format_args!("  note: {answers} to terms that the policy does not list"));
    }
    if rejected > 0 {
        let rejects = RejectReason::ALL.map(RejectReason::as_str);
        say(format_args!(
            "{} rejected: {}",
            counted(rejected, "line"),
            each(&rejects, &tally.rejects)
        ));
    }
    if let Some((input, line)) = &tally.first_reject {
        let is_file = args.files.iter().any(|file| super::shown(file) == **input);
        let why = match is_file {
            true => format!("; why: firstword explain - {input} --line {line}"),
            false => String::new(),
        };
        say(format_args!("  the first is {input}:{line}{why}"));
        if decided == 0 {
            say(format_args!("  if it is a table: firstword import --from csv"));
        }
    }
    let again = tally.verdicts.last().copied().unwrap_or_default();
    if args.state_dir.is_some() && again > decided / 2 {
        say(format_args!(
            "  note: {} were decided before: has this log been decided into these machines already? \
             What was denied then was judged anew",
            counted(again, "event")
        ));
    }
}

fn row_of_last(out: &mut Vec<u8>, decisions: &Decisions<'_>, _policy: &str) {
    row_of(out, &decisions.last);
}

fn rows_of_all(out: &mut Vec<u8>, decisions: &Decisions<'_>, _policy: &str) {
    decisions.iter().for_each(|decision| row_of(out, decision));
}

fn row_of(out: &mut Vec<u8>, decision: &Decision<'_>) {
    let visit = decision.visit;
    row(out, visit.event, visit.role, decision.verdict, decision.row);
}

/// One decision as a line for people.
pub fn row(out: &mut Vec<u8>, event: &Event<'_>, role: Role, verdict: Verdict, by: Option<&str>) {
    let colours = Colours::of_stdout();
    let (one, other) = event.parties();
    let parties = match (other, role.side()) {
        (Some(other), Some(_)) => format!("{one} → {other}"),
        (Some(other), None) => format!("{one}, {other}"),
        (None, _) => one.to_string(),
    };
    let shown = format!("{:<9}", verdict.as_str());
    let shown = match verdict {
        Verdict::Allowed(_) | Verdict::Forwarded(_) | Verdict::Recorded => colours.good(&shown),
        Verdict::Denied(_) => colours.bad(&shown),
        Verdict::Ignored(_) | Verdict::Duplicate => colours.odd(&shown),
    };
    let why = match (verdict.basis(), verdict.reason()) {
        (Some(basis), _) => format!("as {basis}"),
        (None, Some(reason)) => reason.to_string(),
        (None, None) => String::new(),
    };
    let gate = match role.side() {
        Some(Side::Sender) => "sender",
        Some(Side::Recipient) => "recipient",
        None => "",
    };
    let line = format!(
        "{}  {:<17} {parties:<44} {shown} {why:<20} {:<4} {gate:<10} {}",
        colours.faint(&event.at.to_string()),
        event.type_name(),
        by.unwrap_or(""),
        colours.faint(&event.id),
    );
    out.extend_from_slice(line.trim_end().as_bytes());
    out.push(b'\n');
}
