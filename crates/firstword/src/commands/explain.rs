//! `firstword explain`: why one event got its verdict.

mod json;
mod story;

use std::io::Write;
use std::path::{Path, PathBuf};

use clap::Args;
use firstword_replay::Timeline;
use firstword_replay::explain::{Explanation, explain, explain_line};
use firstword_rules::Policy;
use firstword_wire::trim_line;

use super::load_policy;
use super::log::LogArgs;
use super::policy::write_json;
use crate::exit::{Exit, say, usage_error};
use crate::terminal::{Colours, Format, counted, stdout};

/// Show why an event got its verdict: the rows that were tried in order, what each saw, and the earlier events that set
/// what it saw.
///
/// Of an event that passed two gates both are told, of an id that occurs several times each occurrence, and of a line
/// that is no event where in the line that shows. P is the person whose machine decides, Q the other party.
#[derive(Args, Debug)]
#[command(after_help = "Examples:\n  \
    firstword explain m-17 day.jsonl\n  \
    firstword explain m-17 monday.jsonl.gz tuesday.jsonl --policy open --format table | less\n  \
    firstword explain m-17 day.jsonl --format json | jq '.[].gates[].because'\n  \
    firstword explain - day.jsonl --line 7\n\n\
    Exit status 1 where no line has the id.")]
pub struct Explain {
    /// The event's id; `-` where --line alone tells the line, as of one whose id cannot be read.
    id: String,
    #[command(flatten)]
    log: LogArgs,
    /// A policy file, or the name of a built-in policy: what it has to say. Without it events are decided under
    /// `whatsapp-2021`, and a recorded decision is told under the policy that it names, if that is built in or in the
    /// stream's topic `policies`.
    #[arg(long, value_name = "FILE")]
    policy: Option<PathBuf>,
    /// Where several lines have the id, only that of this number (in a topic: of this offset).
    #[arg(long, value_name = "N")]
    line: Option<u64>,
    /// Tell the causes of all rows, also of those on which the verdict does not hang.
    #[arg(long)]
    all: bool,
    /// How it is told; `table` is the story for people [default: table on a terminal, else jsonl]
    #[arg(long, value_enum)]
    format: Option<Format>,
}

/// Runs the command.
pub fn run(args: &Explain) -> anyhow::Result<Exit> {
    let (policy, made_under) = match &args.policy {
        Some(named) => (load_policy(named)?, Vec::new()),
        None => (load_policy(Path::new(firstword_policy::DEFAULT))?, args.log.policies()?),
    };
    let timeline = args.log.open()?.timeline(&policy)?;
    let mut explained = match (&*args.id, args.line) {
        ("-", Some(line)) => of_line(&timeline, line, &made_under)?,
        ("-", None) => {
            return Err(usage_error("which line? Give its number with --line, or an id"));
        }
        (id, _) => explain(&timeline, id, &made_under)?,
    };
    let occurrences = explained.len() as u64;
    if let Some(line) = args.line {
        explained.retain(|explanation| explanation.place.number == line);
    }
    let mut out = stdout();
    match Format::or_default(args.format) {
        Format::Table => {
            let mut first = true;
            for explanation in &explained {
                if !std::mem::take(&mut first) {
                    writeln!(out)?;
                }
                story::write(&mut out, explanation, args.all, Colours::of_stdout())?;
            }
        }
        format => {
            let told = explained.iter().map(json::of);
            write_json(&mut out, format, &told.collect::<Vec<_>>())?;
        }
    }
    out.flush()?;
    if !explained.is_empty() {
        return Ok(Exit::Done);
    }
    let rejected = timeline.counts().rejected;
    match (occurrences, args.line) {
        (_, Some(line)) if args.id == "-" => {
            say(format_args!("there is no line {line}, or it is blank"));
        }
        (0, _) if rejected > 0 => say(format_args!(
            "no line has the id `{}`; {} rejected, and such lines are found only if their id can be read",
            args.id,
            match rejected {
                1 => "1 line was".to_owned(),
                more => format!("{} were", counted(more, "line")),
            }
        )),
        (1.., Some(line)) => say(format_args!(
            "no line {line} has the id `{}`, but {} {}",
            args.id,
            counted(occurrences, "other line"),
            if occurrences == 1 { "does" } else { "do" }
        )),
        _ => say(format_args!("no line has the id `{}`", args.id)),
    }
    Ok(Exit::Difference)
}

/// What became of the line of this number, of each file that has one.
fn of_line(
    timeline: &Timeline,
    number: u64,
    made_under: &[Policy],
) -> anyhow::Result<Vec<Explanation>> {
    let mut explained = Vec::new();
    for file in 0..timeline.files() {
        let Some(offset) = timeline.line_of_number(file, number)? else { continue };
        if timeline.place(offset)?.number != number {
            return Err(usage_error("in a topic lines have no numbers: give an id"));
        }
        if trim_line(&timeline.line(offset)?).is_some() {
            explained.push(explain_line(timeline, offset, made_under)?);
        }
    }
    Ok(explained)
}
