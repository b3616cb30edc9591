//! `firstword replay`: a log once more: up to a moment, for one person, step by step, verified, or by its rows.

mod rows;
mod step;
mod until;
mod verify;

use std::num::NonZero;

use clap::Args;
use firstword_rules::{Millis, Name};

use super::log::{Log, LogArgs, RangeArgs};
use super::{PoliciesArg, asked};
use crate::exit::Exit;
use crate::pipeline;
use crate::terminal::Format;

/// Rebuild every machine from a log, move through it step by step, verify its decisions, or count which rows decided.
///
/// Logs are of events, which are decided, or of decisions, which are folded; which it is is seen from the first line
/// that is either. Without more it says what the machines hold at the end; with `--person` it tells one person's
/// visits, what was decided and what that changed; with `--step` it opens the log in the terminal, to move forwards and
/// back.
#[derive(Args, Debug)]
#[command(after_help = "Examples:\n  \
    firstword replay day.jsonl --until 2021-05-16T09:00:00Z\n  \
    firstword replay day.jsonl --person person:alice\n  \
    firstword replay day.jsonl --step\n  \
    firstword decide --all day.jsonl > decisions.jsonl\n  \
    firstword replay --verify decisions.jsonl && echo 'as the rules say'\n  \
    firstword replay --verify --policy policies/ --policy ours.toml decisions.jsonl.zst\n  \
    firstword replay --verify topic:decisions --from 2021-05-16T00:00:00Z --partial\n  \
    firstword replay --rows decisions.jsonl\n\n\
    Times without an offset are in UTC. For `--person` and `--step` an index is made beside a log in files, and used \
    the next time.\n\n\
    --verify decides each decision again under the policy that it names, on what the log says had happened until \
    then, and shows every difference. It needs the decisions of all gates: those of `firstword decide --all`, or of \
    the stream's topic `decisions`. The built-in policies are always at hand, and for a topic those of \
    the stream's topic `policies`; a --policy takes the place of one of its name that is not, or is built in. \
    Exit status 1 if anything differs, or cannot be verified for want of a policy.\n\n\
    --rows counts decisions as they were recorded, or those on events under --policy, by row and by month (UTC).")]
pub struct Replay {
    #[command(flatten)]
    log: LogArgs,
    /// Up to this time: before the first event that is later [default: to the end]
    #[arg(long, value_name = "TIME", value_parser = asked::time)]
    until: Option<Millis>,
    /// One person's visits: `person:alice`, or `alice`; with `--step`, whom to follow.
    #[arg(long, value_name = "PERSON", value_parser = asked::person)]
    person: Option<Name<'static>>,
    #[command(flatten)]
    what: What,
    #[command(flatten)]
    policies: PoliciesArg,
    /// With `--verify`: the log is a range of a longer one, so people may begin in the middle, and are then not
    /// verified.
    #[arg(long, requires = "verify", conflicts_with = "rows")]
    partial: bool,
    #[command(flatten)]
    range: RangeArgs,
    /// How it is written; `json` is one document [default: table on a terminal, else jsonl]
    #[arg(long, value_enum, conflicts_with = "step")]
    format: Option<Format>,
    /// How many threads read; what comes is the same for every number [default: one a core]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    threads: Option<u16>,
}

/// What to do with the log, if not to rebuild its machines.
#[derive(Args, Debug)]
#[group(multiple = false)]
struct What {
    /// Move through the log in the terminal; with `--until`, from there.
    #[arg(long)]
    step: bool,
    /// Decide the decisions again and show every difference from what was recorded.
    #[arg(long, conflicts_with_all = ["until", "person"])]
    verify: bool,
    /// Count how often each row decided, which never did, and the reasons.
    #[arg(long, conflicts_with_all = ["until", "person"])]
    rows: bool,
}

/// Runs the command.
pub fn run(args: &Replay) -> anyhow::Result<Exit> {
    match (&args.what, &args.person) {
        (What { verify: true, .. }, _) => verify::run(args),
        (What { rows: true, .. }, _) => rows::run(args),
        (What { step: true, .. }, _) => step::run(args),
        (_, Some(person)) => until::of_person(args, person),
        (_, None) => until::of_everybody(args),
    }
}

impl Replay {
    fn open(&self) -> anyhow::Result<Log> {
        let of_files = match self.what {
            What { verify: true, .. } | What { rows: true, .. } => "files are read whole",
            _ => "files are read from their begin, and up to --until",
        };
        self.log.open_range(&self.range, of_files)
    }

    fn threads(&self) -> NonZero<usize> {
        pipeline::threads(self.threads)
    }
}
