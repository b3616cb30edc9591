//! `firstword whatif`: one log under two policies.

mod comparing;
#[cfg(feature = "kafka")]
mod follow;
mod json;
mod sides;
mod table;

use std::io::{IsTerminal, Write};
use std::path::PathBuf;

use anyhow::Context;
use clap::{Args, ValueEnum};
use firstword_replay::whatif::{Explanation, Lines, Mode, Seen, WhatIf};
use firstword_rules::Policy;

use comparing::{Asked, Comparing, Rejects, State};

use super::log::{LogArgs, RangeArgs};
use super::{PolicyArg, load_policy};
use crate::exit::{Exit, say};
use crate::pipeline::{self, threads};
use crate::terminal::{Format, counted, stdout, thousands};

/// Decide a log under two policies: how many decisions change, from what to what, and where the two part.
///
/// `--policy` is the one that held, `--against` the other. By default each goes its own way, its trajectory: a message
/// that one refused was never heard there, and what follows follows. With `--pointwise` the other is only asked, about
/// each event on the state that the log really had. Either way the events stay as recorded: nobody knows what people
/// would have written instead.
#[derive(Args, Debug)]
#[command(after_help = "\
An event is changed where a verdict on it, its basis, its reason or its row differs at some gate. The person whose \
machine decides at the gate where the two first differ is the deciding person of the change. A change is a first \
divergence if that machine had not parted before; else it follows from an earlier one. A machine parts when its two \
decisions on an event have different effects: let through or not, let through as something else, recorded or ignored. \
With --pointwise no machine ever parts, and nothing follows.\n\n\
Examples:\n  \
    firstword whatif --against whatsapp-2021-reversed day.jsonl\n  \
    firstword whatif --against my.toml --pointwise --by region,sector day.jsonl.gz\n  \
    firstword whatif --against open --format jsonl decisions.jsonl | grep '\"change\":\"first\"'\n  \
    firstword whatif --against open --id m-17 day.jsonl\n  \
    firstword whatif --against my.toml --follow --http 127.0.0.1:9465\n\n\
    The last is a shadow run on live traffic.\n\n\
    Exit status 1 where no event has the id of --id; the report is written all the same.")]
pub struct WhatIfArgs {
    #[command(flatten)]
    log: LogArgs,
    #[command(flatten)]
    range: RangeArgs,
    #[command(flatten)]
    policy: PolicyArg,
    /// The other policy: a file, or the name of a built-in one.
    #[arg(long, value_name = "FILE")]
    against: PathBuf,
    /// Ask the other policy about each event on the state that the log really had.
    #[arg(long)]
    pointwise: bool,
    /// Show how this event was decided under both, row by row; can be given several times.
    #[arg(long, value_name = "ID")]
    id: Vec<String>,
    /// Follow the topic of decisions instead of reading a log: a shadow run on live traffic, until it is stopped. Both
    /// policies begin with the machines that the decisions so far make.
    #[cfg(feature = "kafka")]
    #[arg(long, conflicts_with_all = ["pointwise", "id", "logs", "from", "to", "partitions", "threads"])]
    follow: bool,
    /// With --follow: where to answer for metrics, such as 127.0.0.1:9465.
    #[cfg(feature = "kafka")]
    #[arg(long, value_name = "ADDRESS", requires = "follow")]
    http: Option<std::net::SocketAddr>,
    /// What the table counts by, besides from what to what; in JSON all of it is there.
    #[arg(
        long,
        value_enum,
        value_delimiter = ',',
        value_name = "WHAT",
        default_value = "day,region,sector,person"
    )]
    by: Vec<By>,
    /// How many rows a table has; of people also in JSON.
    #[arg(long, value_name = "N", default_value_t = 10)]
    top: usize,
    /// How the report is written; jsonl is one line for each changed event [default: table on a terminal, else
    /// jsonl]
    #[arg(long, value_enum)]
    format: Option<Format>,
    /// How many threads read; the report is the same for every number [default: one a core]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    threads: Option<u16>,
}

/// What changes are counted by.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub enum By {
    /// The day of the event, in UTC.
    Day,
    /// The deciding person's region.
    Region,
    /// The sector of the business.
    Sector,
    /// The deciding person.
    Person,
    /// Nothing else.
    Nothing,
}

/// Runs the command.
pub fn run(args: WhatIfArgs) -> anyhow::Result<Exit> {
    let (held, other) = (args.policy.load()?, load_policy(&args.against)?);
    #[cfg(feature = "kafka")]
    if args.follow {
        let settings = args.log.settings()?;
        return follow::run(&args, &settings, WhatIf::new(held, other, Mode::Trajectory));
    }
    let log = args.log.open_range(&args.range, "files are read whole")?;
    let format = Format::or_default(args.format);
    let mode = if args.pointwise { Mode::Pointwise } else { Mode::Trajectory };
    let comparing =
        Comparing { lines: Lines::new(&held, &other), written: format == Format::Jsonl, log: &log };
    let told_of = note(&held, &other);
    let asked = args.id.iter().map(|id| Asked { id: id.clone(), met: 0, explained: Vec::new() });
    let mut state = State { whatif: WhatIf::new(held, other, mode), asked: asked.collect() };
    let (mut out, mut rejects) = (stdout(), Rejects::default());
    let (chunks, progress) = log.chunks("deciding twice")?;
    let ran = pipeline::run(chunks, &comparing, &mut state, threads(args.threads), |output| {
        rejects.add(&output.rejects);
        out.write_all(&output.lines).context("cannot write to standard output")
    });
    progress.finish();
    ran?;
    let compared = Compared { whatif: &state.whatif, asked: &state.asked, rejects: &rejects };
    match format {
        Format::Table => table::write(&mut out, &compared, &args.by, args.top)?,
        Format::Json => json::write(&mut out, &compared, args.top)?,
        Format::Jsonl => json::write_explained(&mut out, &compared)?,
    }
    out.flush()?;
    Ok(summarise(&compared, format, told_of))
}

/// What came of a log, for whoever writes it.
struct Compared<'c> {
    whatif: &'c WhatIf,
    asked: &'c [Asked],
    rejects: &'c Rejects,
}

impl Compared<'_> {
    /// The events that are explained, in the order in which their ids were given.
    fn explained(&self) -> impl Iterator<Item = &(Seen, Explanation)> {
        self.asked.iter().flat_map(|asked| &asked.explained)
    }
}

/// What the two policies' difference means for a log of decisions, whose text is gone.
fn note(held: &Policy, other: &Policy) -> &'static str {
    let differ =
        held.keywords != other.keywords || held.forbidden_content != other.forbidden_content;
    match differ {
        true => {
            "note: read from decisions, whose text is gone: what was found in it is as recorded, and was not looked for \
             again, though the policies differ in [keywords] or content.forbidden"
        }
        false => {
            "note: read from decisions, whose text is gone: what was found in it is as recorded"
        }
    }
}

/// What is said on standard error: the sums where they are not in the report, and what to know of the log.
fn summarise(compared: &Compared<'_>, format: Format, of_decisions: &str) -> Exit {
    let report = compared.whatif.report();
    if std::io::stdout().is_terminal() {
        say(format_args!(""));
    }
    if format == Format::Jsonl {
        say(format_args!(
            "{} decided twice: {} changed, {}, the others follow",
            counted(report.events, "event"),
            thousands(report.count.changed),
            counted(report.count.first, "first divergence"),
        ));
    }
    if report.from_decisions > 0 {
        say(format_args!("{of_decisions}"));
    }
    if report.under_another > 0 {
        say(format_args!(
            "note: {decisions} of the log were made under another policy than {0}, and are decided again under {0}; \
             --policy gives the one that held",
            compared.whatif.held().label,
            decisions = counted(report.under_another, "decision"),
        ));
    }
    let rejects: Vec<_> = compared
        .rejects
        .met()
        .map(|(reason, count)| format!("{} {reason}", thousands(count)))
        .collect();
    if !rejects.is_empty() {
        let lines = counted(compared.rejects.all(), "line");
        say(format_args!("{lines} rejected: {}", rejects.join(", ")));
    }
    let mut exit = Exit::Done;
    for asked in compared.asked {
        let shown = asked.explained.len() as u64;
        if asked.met == 0 {
            say(format_args!("no event of the log has the id `{}`", asked.id));
            exit = Exit::Difference;
        } else if asked.met > shown {
            let events = counted(asked.met, "event");
            say(format_args!(
                "note: {events} have the id {}; the first {shown} are shown",
                asked.id
            ));
        }
    }
    exit
}
