//! `firstword replay`: a log once more, from its beginning.

mod rows;
mod verify;

use std::path::PathBuf;

use clap::Args;

use super::PoliciesArg;
use crate::exit::Exit;
use crate::io::lines::Chunks;
use crate::io::source::{Input, Inputs};
use crate::pipeline::threads;
use crate::terminal::{Format, Progress};

/// Replay a log: verify its decisions, or count which rows decided.
///
/// Whether a log holds events or decisions is seen from its first line that is either. What is no line of its kind is
/// counted and told at the end.
#[derive(Args, Debug)]
#[command(after_help = "Examples:\n  \
    firstword decide --all day.jsonl > decisions.jsonl\n  \
    firstword replay --verify decisions.jsonl && echo 'as the rules say'\n  \
    firstword replay --verify --policy policies/ --policy ours.toml decisions.jsonl.zst\n  \
    firstword replay --verify --format jsonl decisions.jsonl | jq -r .difference | sort | uniq -c\n  \
    firstword replay --rows decisions.jsonl\n  \
    firstword replay --rows --policy ours.toml events.jsonl\n\n\
    --verify decides each decision again under the policy that it names, on what the log says had happened until \
    then, and shows every difference. It needs the decisions of all gates: those of `firstword decide --all`, or of \
    the stream's topic `decisions`. The built-in policies are always at hand. Exit status 1 if anything differs, or \
    cannot be verified for want of a policy.\n\n\
    --rows counts decisions as they were recorded, or those on events under --policy, by row and by month (UTC).")]
pub struct Replay {
    /// Logs of decisions or of events (`.jsonl`, also packed as `.gz` or `.zst`), read as one; `-` is standard input.
    sources: Vec<PathBuf>,
    #[command(flatten)]
    what: What,
    #[command(flatten)]
    policies: PoliciesArg,
    /// The log is a range of a longer one: people may begin in the middle, and are then not verified.
    #[arg(long, conflicts_with = "rows")]
    partial: bool,
    /// How it is written; `json` is one document [default: table on a terminal, else jsonl]
    #[arg(long, value_enum)]
    format: Option<Format>,
    /// How many threads read; what comes is the same for every number [default: one a core]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    threads: Option<u16>,
}

/// What to do with the log.
#[derive(Args, Debug)]
#[group(required = true, multiple = false)]
struct What {
    /// Decide the decisions again and show every difference from what was recorded.
    #[arg(long)]
    verify: bool,
    /// Count how often each row decided, which never did, and the reasons.
    #[arg(long)]
    rows: bool,
}

/// Runs the command.
pub fn run(args: &Replay) -> anyhow::Result<Exit> {
    match args.what.verify {
        true => verify::run(args),
        false => rows::run(args),
    }
}

impl Replay {
    /// The log in chunks, and its progress.
    fn open(
        &self,
        doing: &'static str,
    ) -> anyhow::Result<(Chunks<impl Iterator<Item = anyhow::Result<Input>>>, Progress)> {
        let inputs = Inputs::new(&self.sources)?;
        let progress = Progress::bytes(doing, inputs.size());
        Ok((Chunks::of(inputs, progress.clone()), progress))
    }

    fn threads(&self) -> std::num::NonZero<usize> {
        threads(self.threads)
    }
}
