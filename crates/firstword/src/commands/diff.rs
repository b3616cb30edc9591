//! `firstword diff FIRST SECOND`: two logs of decisions, person by person.

mod report;

use std::path::{Path, PathBuf};

use clap::Args;
use firstword_replay::compare::{Comparison, Entry};
use firstword_wire::LogKind;

use crate::exit::{Exit, say, usage_error};
use crate::io::lines::{Chunk, Chunks};
use crate::io::source::Inputs;
use crate::pipeline::{self, Work, threads};
use crate::terminal::{Format, Progress, counted};

/// Compare two logs of decisions: where each person's decisions first differ, and which rows that comes from.
///
/// Decisions are matched by person and number, whatever the order among people; what two engines must agree on is
/// compared, and not the policy. One log may come from another version of this program, from another policy, or from
/// the stream.
#[derive(Args, Debug)]
#[command(after_help = "Examples:\n  \
    firstword diff before.jsonl after.jsonl\n  \
    firstword decide --all --policy ours.toml day.jsonl | firstword diff decisions.jsonl -\n  \
    firstword diff --format jsonl a.jsonl b.jsonl.zst | jq -r 'select(.same_event) | .person'\n\n\
    Of each person the first difference counts: what comes later may follow from it. A decision that only one log \
    has is a difference, too: the other lacks it, or has ended for the person. Where the two have another \
    event under one number, something before it is missing in one, often because its sender was refused there.\n\n\
    Exit status: 0 where both say the same, 1 where they do not.")]
pub struct Diff {
    /// A log of decisions (`.jsonl`, also packed as `.gz` or `.zst`); `-` is standard input.
    first: PathBuf,
    /// The log to compare it with.
    second: PathBuf,
    /// How many people a table shows.
    #[arg(long, value_name = "N", default_value_t = 20)]
    max: usize,
    /// How it is written; `json` is one document, `jsonl` one object a person who differs [default: table on a
    /// terminal, else jsonl]
    #[arg(long, value_enum)]
    format: Option<Format>,
    /// How many threads read; what comes is the same for every number [default: one a core]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    threads: Option<u16>,
}

/// Runs the command.
pub fn run(args: &Diff) -> anyhow::Result<Exit> {
    let paths = [&args.first, &args.second];
    if paths.iter().all(|path| path.as_os_str() == "-") {
        return Err(usage_error("both logs cannot be standard input"));
    }
    let inputs = paths.map(|path| Inputs::new(std::slice::from_ref(path)));
    let [first, second] = inputs;
    let inputs = [first?, second?];
    let mut comparison = Comparison::default();
    let mut others = [0, 0];
    for (((inputs, path), take), others) in inputs.into_iter().zip(paths).zip(TAKE).zip(&mut others)
    {
        let progress = Progress::bytes("comparing", inputs.size());
        let mut chunks = Chunks::of(inputs, progress.clone());
        if chunks.kind()? == Some(LogKind::Events) {
            return Err(usage_error(format!(
                "{} holds events: decide them first, with `firstword decide --all`",
                super::shown(path)
            )));
        }
        let work = Comparing(take);
        let ran = pipeline::run(chunks, &work, &mut comparison, threads(args.threads), |more| {
            *others += more;
            Ok(())
        });
        progress.finish();
        ran?;
    }
    let compared = comparison.finish();
    let names = paths.map(|path| super::shown(path));
    report::write(&compared, &names, Format::or_default(args.format), args.max)?;
    for (others, path) in others.into_iter().zip(paths) {
        passed_over(others, path);
    }
    Ok(if compared.is_same() { Exit::Done } else { Exit::Difference })
}

fn passed_over(lines: u64, of: &Path) {
    if lines > 0 {
        let lines = counted(lines, "line");
        say(format_args!("{lines} of {} passed over: no decision", super::shown(of)));
    }
}

/// How the decisions of each log are taken.
const TAKE: [fn(&mut Comparison, &Entry<'_>); 2] = [Comparison::first, Comparison::second];

/// Takes one of the two logs.
struct Comparing(fn(&mut Comparison, &Entry<'_>));

impl Work for Comparing {
    type State = Comparison;
    /// The decisions, and how many lines were none.
    type Lines<'c> = (Vec<Entry<'c>>, u64);
    type Came<'l> = u64;
    type Output = u64;

    fn read<'c>(&self, chunk: &'c Chunk) -> Self::Lines<'c> {
        let (mut entries, mut others) = (Vec::new(), 0);
        for (number, line) in chunk.lines() {
            match Entry::read(number, line) {
                Ok(entry) => entries.push(entry),
                Err(_) => others += 1,
            }
        }
        (entries, others)
    }

    fn step(&self, comparison: &mut Comparison, (entries, others): &Self::Lines<'_>) -> u64 {
        entries.iter().for_each(|entry| self.0(comparison, entry));
        *others
    }

    fn write(&self, _: &Chunk, others: &u64, output: &mut u64) {
        *output = *others;
    }
}
