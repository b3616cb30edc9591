//! `firstword replay`: a log again, up to a moment, for one person, or step by step.

mod step;
mod until;

use std::path::PathBuf;

use clap::Args;
use firstword_rules::{Millis, Name};

use super::{PolicyArg, asked};
use crate::exit::Exit;
use crate::terminal::Format;

/// Rebuild every machine from a log, up to a moment, or move through the log step by step.
///
/// Logs are of events, which are decided, or of decisions, which are folded. Without more it says what the machines hold
/// at the end; with `--person` it tells one person's visits, what was decided and what that changed; with `--step` it
/// opens the log in the terminal, to move forwards and back.
#[derive(Args, Debug)]
#[command(after_help = "Examples:\n  \
    firstword replay day.jsonl --until 2021-05-16T09:00:00Z\n  \
    firstword replay day.jsonl --person person:alice\n  \
    firstword replay day.jsonl --step\n\n\
    Times without an offset are in UTC. For `--person` and `--step` an index is made beside a log in files, and used \
    the next time.")]
pub struct Replay {
    /// Logs of events or of decisions (`.jsonl`, also packed as `.gz` or `.zst`), read as one; `-` is standard input.
    #[arg(value_name = "LOG")]
    logs: Vec<PathBuf>,
    /// Up to this time: before the first event that is later [default: to the end]
    #[arg(long, value_name = "TIME", value_parser = asked::time)]
    until: Option<Millis>,
    /// One person's visits: `person:alice`, or `alice`; with `--step`, whom to follow.
    #[arg(long, value_name = "PERSON", value_parser = asked::person)]
    person: Option<Name<'static>>,
    /// Move through the log in the terminal; with `--until`, from there.
    #[arg(long)]
    step: bool,
    #[command(flatten)]
    policy: PolicyArg,
    /// How it is written [default: table on a terminal, else jsonl]
    #[arg(long, value_enum, conflicts_with = "step")]
    format: Option<Format>,
}

/// Runs the command.
pub fn run(args: &Replay) -> anyhow::Result<Exit> {
    match (&args.person, args.step) {
        (_, true) => step::run(args),
        (Some(person), false) => until::of_person(args, person),
        (None, false) => until::of_everybody(args),
    }
}
