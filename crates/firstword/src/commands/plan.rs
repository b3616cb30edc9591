//! `firstword plan`: what a platform of a size would take, from what was measured.

mod numbers;
mod show;
mod words;

use std::io::Write;
use std::path::{Path, PathBuf};

use clap::Args;

use super::policy::write_one;
use super::shown;
use crate::exit::{Exit, say, usage_error};
use crate::plan::{BUILT_IN, Constants, Demand, Plan};
use crate::terminal::{Format, stdout};
use show::Shown;

/// Plan the stream for a platform: workers, partitions, memory, brokers, and how long a restore takes.
///
/// The peak is planned for, with one worker missing. Every figure says what it was made of, and the constants are
/// listed with where each comes from: a file that `cargo xtask compare` wrote on your machine, else built-in ones of
/// another machine. A plan is arithmetic, not a measurement: try a tenth of it before you buy the whole.
#[derive(Args, Debug)]
#[command(
    allow_negative_numbers = true,
    after_help = "Examples:\n  \
    firstword plan --people 10M --events-per-day 500M\n  \
    firstword plan --people 2B --events-per-day 100B --peak 3\n  \
    firstword plan --people 100k --events-per-day 2M --between-people 0     # businesses alone write\n  \
    firstword plan --people 10M --events-per-day 500M --measured mine.toml --broker-mb 500\n  \
    firstword plan --people 10M --events-per-day 500M --format json | jq .figures.workers.value\n\n\
    A file of constants has three tables, and need not have all of their keys:\n  \
    [decide]\n  \
    events_per_second = 1100000\n  \
    [stream]\n  \
    business_events_per_second = 120000\n  \
    [restore]\n  \
    machines_per_second_snapshots = 550000\n\n\
    What breaks first when all of it grows, and what to do then: crates/firstword-stream/SCALE.md."
)]
pub struct PlanArgs {
    /// How many people there are: 250000, 250k, 10M, 2B, 2e9.
    #[arg(long, value_name = "N", value_parser = numbers::amount)]
    people: u64,
    /// How many messages, calls and facts a day.
    #[arg(long, value_name = "N", value_parser = numbers::amount)]
    events_per_day: u64,
    /// How many times the day's mean rate its highest is, from 1.
    #[arg(long, value_name = "FACTOR", default_value = "3", value_parser = numbers::peak)]
    peak: f64,
    /// How many percent of the events are between people, and so pass two gates.
    #[arg(long, value_name = "PERCENT", default_value = "70", value_parser = numbers::percent)]
    between_people: f64,
    /// How many percent of workers and brokers the peak leaves free.
    #[arg(long, value_name = "PERCENT", default_value = "30", value_parser = numbers::headroom)]
    headroom: f64,
    /// How many copies of each partition Kafka keeps.
    #[arg(long, value_name = "COPIES", default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..=9))]
    replication: u32,
    /// How many tasks a worker gets: by so much the group can grow, for partitions cannot be added to topics later.
    #[arg(long, value_name = "N", default_value_t = 4, value_parser = clap::value_parser!(u32).range(1..=64))]
    tasks_per_worker: u32,
    /// How much memory a worker may take, in GB.
    #[arg(long, value_name = "GB", default_value = "16", value_parser = numbers::gigabytes)]
    worker_memory: f64,
    /// What one of your brokers carries, in and out together, in MB a second [default: what one carried in the
    /// comparison, which shared its cores with a worker]
    #[arg(long, value_name = "MB", value_parser = numbers::megabytes)]
    broker_mb: Option<f64>,
    /// After how long a worker commits under load, as `stream.commit_interval`: up to 2s.
    #[arg(long, value_name = "TIME", default_value = "100ms", value_parser = numbers::commit_interval)]
    commit_interval: f64,
    /// The constants, as `cargo xtask compare` keeps them [default: target/compare/measured.toml, if it is there]
    #[arg(long, value_name = "FILE")]
    measured: Option<PathBuf>,
    /// How the plan is written [default: table on a terminal, else jsonl]
    #[arg(long, value_enum)]
    format: Option<Format>,
}

/// The file that is read where none is named.
const MEASURED: &str = "target/compare/measured.toml";

/// Runs the command.
pub fn run(args: &PlanArgs) -> anyhow::Result<Exit> {
    let here = Path::new(MEASURED);
    let file = args.measured.as_deref().or_else(|| here.is_file().then_some(here));
    let constants = file.map_or(Ok(BUILT_IN), constants)?;
    let demand = args.demand();
    let plan = Plan::of(&demand, &constants);
    let shown = Shown::of(&demand, &constants, &plan, file.map(shown));
    let mut out = stdout();
    match Format::or_default(args.format) {
        Format::Table => shown.write(&mut out)?,
        format => write_one(&mut out, format, &shown)?,
    }
    out.flush()?;
    Ok(Exit::Done)
}

/// The constants of a file. Whatever is wrong is said, all of it, and then it is a usage error.
fn constants(file: &Path) -> anyhow::Result<Constants> {
    let shown = shown(file);
    let text = std::fs::read_to_string(file)
        .map_err(|error| usage_error(format!("cannot read the constants {shown}: {error}")))?;
    Constants::read(&text).map_err(|problems| {
        problems.iter().for_each(|problem| say(format_args!("{shown}:{problem}")));
        usage_error("the constants have errors")
    })
}

impl PlanArgs {
    fn demand(&self) -> Demand {
        Demand {
            people: self.people,
            events_per_day: self.events_per_day,
            peak: self.peak,
            between_people: self.between_people / 100.0,
            headroom: self.headroom / 100.0,
            replication: self.replication,
            tasks_per_worker: self.tasks_per_worker,
            worker_memory: self.worker_memory * 1e9,
            broker: self.broker_mb.map(|megabytes| megabytes * 1e6),
            commit_interval: self.commit_interval,
        }
    }
}
