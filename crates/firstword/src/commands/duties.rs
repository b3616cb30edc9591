//! `firstword duties`: the erasures that businesses owe.

use std::io::Write;
use std::path::PathBuf;

use clap::Args;
use firstword_engine::Engine;
use firstword_replay::{Duty, Moment, duties};
use firstword_rules::{Millis, Name};

use super::log::LogArgs;
use super::policy::write_json;
use super::show::{Owed, advance, kept};
use super::{PolicyArg, asked};
use crate::exit::{Exit, say};
use crate::folding::fold;
use crate::terminal::{Colours, Format, counted, stdout, table};

/// List the erasures that businesses owe, the earliest deadline first.
///
/// A business owes the erasure of a contact when the person opted out of all its messages, by the policy's
/// `business.erase_within` after that, unless it stated the erasure since. Logs are of events, which are decided, or of
/// decisions, which are folded, up to the first event that is later than the time.
///
/// With `--overdue` it is a check: exit status 1 if there are any.
#[derive(Args, Debug)]
#[command(after_help = "Examples:\n  \
    firstword duties day.jsonl\n  \
    firstword duties --overdue --at 2021-07-01 --business acme day.jsonl\n  \
    firstword duties --overdue --at now --state-dir machines\n\n\
    All times are in UTC.")]
pub struct Duties {
    #[command(flatten)]
    log: LogArgs,
    /// Only those whose deadline has passed; exit status 1 if there are any.
    #[arg(long)]
    overdue: bool,
    /// The time [default: that of the newest event]
    #[arg(long, value_name = "TIME", value_parser = asked::time)]
    at: Option<Millis>,
    /// Only those of this business: `business:acme`, or `acme`.
    #[arg(long, value_name = "BUSINESS", value_parser = asked::business)]
    business: Option<Name<'static>>,
    #[command(flatten)]
    policy: PolicyArg,
    /// Begin with the machines that `firstword decide --state-dir` left in this folder; it is not changed.
    #[arg(long, value_name = "DIR")]
    state_dir: Option<PathBuf>,
    /// How duties are written [default: table on a terminal, else jsonl]
    #[arg(long, value_enum)]
    format: Option<Format>,
}

/// Runs the command.
pub fn run(args: &Duties) -> anyhow::Result<Exit> {
    let mut engine = Engine::new(args.policy.load()?);
    let at;
    if let Some(folder) = &args.state_dir {
        kept(folder, &mut engine)?;
        (engine, at) = advance(&args.log, engine, args.at)?;
    } else {
        let folded;
        (engine, folded) = fold(&args.log.open()?.parts()?, engine, args.at)?;
        folded.say_troubles(engine.policy());
        let Some(time) = args.at.or(folded.newest) else {
            say(format_args!("0 erasures owed: the log holds no event"));
            return Ok(Exit::Done);
        };
        at = time;
    }
    let asked = |duty: &Duty<'_>| {
        args.business.as_ref().is_none_or(|business| *business == duty.business)
            && (!args.overdue || duty.is_overdue(at))
    };
    let duties: Vec<_> = duties(&engine).into_iter().filter(asked).collect();
    let mut out = stdout();
    match Format::or_default(args.format) {
        Format::Table => table(&mut out, &rows(&duties, at), &[])?,
        format => {
            let values: Vec<_> = duties.iter().map(|duty| Owed::of(duty, at)).collect();
            write_json(&mut out, format, &values)?;
        }
    }
    out.flush()?;
    if let Some(business) = &args.business
        && engine.find(business).is_none()
    {
        say(format_args!("note: nothing was met of {business}"));
    }
    let overdue = duties.iter().filter(|duty| duty.is_overdue(at)).count();
    let owed = counted(duties.len() as u64, "erasure");
    match args.overdue {
        true => {
            let newest = match args.at {
                None => ", the time of the newest event; --at now asks for today",
                Some(_) => "",
            };
            say(format_args!("{owed} overdue at {}{newest}", Moment(at)));
        }
        false => say(format_args!("{owed} owed, {overdue} overdue at {}", Moment(at))),
    }
    Ok(if args.overdue && overdue > 0 { Exit::Difference } else { Exit::Done })
}

fn rows(duties: &[Duty<'_>], at: Millis) -> Vec<Vec<String>> {
    let colours = Colours::of_stdout();
    let heading = ["by", "business", "person", "opted out", ""].map(|text| colours.faint(text));
    let row = |duty: &Duty<'_>| {
        let overdue = if duty.is_overdue(at) { colours.bad("overdue") } else { String::new() };
        vec![
            Moment(duty.by).to_string(),
            duty.business.to_string(),
            duty.person.to_string(),
            Moment(duty.since).to_string(),
            overdue,
        ]
    };
    let rows = duties.iter().map(row);
    if duties.is_empty() {
        Vec::new()
    } else {
        [heading.to_vec()].into_iter().chain(rows).collect()
    }
}
