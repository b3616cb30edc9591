//! The sides against each other on one broker, in the same minutes on the same records: what exactly once costs bare,
//! what we cost, what Kafka Streams costs.
//!
//! Each side runs in a process of its own, so that its CPU seconds and memory are its own, and `rounds` times in turn
//! with the others; the table has medians. `cargo xtask compare --help` says how to call it.
#![expect(clippy::print_stdout, reason = "a table is what it is for")]

mod bare;
mod log;
mod ours;
mod pace;
mod peer;
mod usage;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::Instant;

use anyhow::{Context, bail, ensure};
use firstword_stream::{Settings, TopicNames, create_topics};
use firstword_testkit::broker::{Broker, Options};
use tokio::runtime::Runtime;

/// As the program has it.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// How many partitions each topic has.
pub const PARTITIONS: i32 = 8;

/// How often our side runs before anything is measured.
const WARMING: usize = 2;

const HELP: &str = "\
Compares on one broker, in the same minutes: bare rdkafka, firstword, and Kafka Streams.

  --events N     how many events of each traffic (default 1000000)
  --rounds N     how often each side runs, in turns; medians are shown (default 3)
  --only PART    business, people or paced; may be given several times (default: all)
  --peer DIR     a folder with Streams.java and pom.xml: Kafka Streams runs too (needs mvn, javac)

Two runs that are not measured warm the broker first.";

/// What a run measured.
#[derive(Clone, Debug)]
pub struct Figures {
    /// From the start of the process to the last commit, in seconds.
    pub seconds: f64,
    /// What it used.
    pub usage: usage::Usage,
}

#[derive(Default)]
struct Plan {
    events: u64,
    rounds: usize,
    only: Vec<String>,
    peer: Option<PathBuf>,
}

fn main() -> anyhow::Result<()> {
    let words: Vec<String> = std::env::args().skip(1).filter(|word| word != "--bench").collect();
    match words.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["side", side, bootstrap, run, events] => side_alone(side, bootstrap, run, events.parse()?),
        rest => match plan(rest)? {
            Some(plan) => compare(&plan),
            None => {
                println!("{HELP}");
                Ok(())
            }
        },
    }
}

fn plan(words: &[&str]) -> anyhow::Result<Option<Plan>> {
    let mut plan = Plan { events: 1_000_000, rounds: 3, ..Plan::default() };
    let mut words = words.iter();
    while let Some(word) = words.next() {
        let mut value = || words.next().with_context(|| format!("{word} needs a value\n\n{HELP}"));
        match *word {
            "--events" => plan.events = value()?.parse()?,
            "--rounds" => plan.rounds = value()?.parse()?,
            "--only" => plan.only.push((*value()?).to_owned()),
            "--peer" => plan.peer = Some(PathBuf::from(value()?).canonicalize()?),
            "--help" => return Ok(None),
            _ => bail!("what is {word}?\n\n{HELP}"),
        }
    }
    Ok(Some(plan))
}

fn settings(bootstrap: &str, run: &str, traffic: &str) -> Settings {
    let mut settings = Settings::new(bootstrap);
    settings.group = run.to_owned();
    settings.topics = TopicNames::under(run);
    match traffic {
        // Kafka Streams reads `in`, and what people write to each other is what it is for.
        "people" => settings.topics.events = "in".to_owned(),
        "business" => settings.topics.events = "business".to_owned(),
        _ => (),
    }
    settings
}

/// One side, in a process of its own.
fn side_alone(side: &str, bootstrap: &str, run: &str, events: u64) -> anyhow::Result<()> {
    let traffic = run.split('-').next().unwrap_or_default();
    let settings = settings(bootstrap, run, traffic);
    let begun = Instant::now();
    match (side, traffic) {
        ("bare", "paced1") | ("firstword", "paced1") => return paced(&settings, side, 1, events),
        ("bare", "paced2") | ("firstword", "paced2") => return paced(&settings, side, 2, events),
        ("bare", "people") => bare::two_hops(&settings, events)?,
        ("bare", _) => bare::pass_through(&settings, events)?,
        ("firstword", _) => ours::run(&settings, 1)?,
        ("firstword, 2 workers", _) => ours::run(&settings, 2)?,
        _ => bail!("no side `{side}`"),
    }
    let usage = usage::Usage::of_this_process()?;
    println!("{} {} {}", begun.elapsed().as_secs_f64(), usage.cpu_seconds, usage.peak_mb);
    Ok(())
}

fn paced(settings: &Settings, side: &str, hops: u64, records: u64) -> anyhow::Result<()> {
    let (median, late) = pace::run(settings, side, hops, records)?;
    println!("{median} {late} 0");
    Ok(())
}

fn compare(plan: &Plan) -> anyhow::Result<()> {
    let broker = Broker::start(1, &Options::default()).context("a broker")?;
    let runtime = tokio::runtime::Builder::new_current_thread().build()?;
    let part = |name: &str| plan.only.is_empty() || plan.only.iter().any(|only| only == name);
    for traffic in ["business", "people"].into_iter().filter(|traffic| part(traffic)) {
        throughput(plan, &broker, &runtime, traffic)?;
    }
    if part("paced") {
        latency(&broker, &runtime)?;
    }
    Ok(())
}

/// Every side through the same records, in turns.
fn throughput(
    plan: &Plan,
    broker: &Broker,
    runtime: &Runtime,
    traffic: &str,
) -> anyhow::Result<()> {
    let bootstrap = broker.bootstrap();
    let source = settings(&bootstrap, traffic, traffic);
    runtime.block_on(create_topics(&source, PARTITIONS, 1))?;
    let sent = log::send(&source, traffic, plan.events)?;
    let folder = tempfile::tempdir()?;
    let peer = match &plan.peer {
        Some(source) if traffic == "people" => Some(peer::Peer::build(source, folder.path())?),
        _ => None,
    };
    let mut sides = vec!["bare", "firstword", "firstword, 2 workers"];
    if peer.is_some() {
        sides.extend(["Kafka Streams, in memory", "Kafka Streams, RocksDB"]);
    }
    let mut table: BTreeMap<usize, Vec<Figures>> = BTreeMap::new();
    // A broker that has just begun compiles itself: what runs first would pay for those that come after it.
    for warming in 0..WARMING {
        let run = format!("{traffic}-warming-{warming}");
        runtime.block_on(create_topics(&settings(&bootstrap, &run, traffic), PARTITIONS, 1))?;
        in_a_process("firstword", &bootstrap, &run, sent)?;
    }
    for round in 0..plan.rounds {
        for (number, side) in sides.iter().enumerate() {
            let run = format!("{traffic}-{number}-{round}");
            let topics = settings(&bootstrap, &run, traffic);
            let figures = match (&peer, side.strip_prefix("Kafka Streams, ")) {
                (Some(peer), Some(store)) => {
                    let out = TopicNames {
                        relay: "relay".to_owned(),
                        decisions: "out".to_owned(),
                        ..topics.topics.clone()
                    };
                    runtime.block_on(create_topics(
                        &Settings { topics: out, ..topics },
                        PARTITIONS,
                        1,
                    ))?;
                    let store = if store == "RocksDB" { "rocks" } else { "mem" };
                    let words = [store, "2", &sent.to_string(), &run, "eos", "100", "nocache"];
                    peer::figures(&peer.run(&bootstrap, &words)?)?
                }
                _ => {
                    runtime.block_on(create_topics(&topics, PARTITIONS, 1))?;
                    in_a_process(side, &bootstrap, &run, sent)?
                }
            };
            eprintln_progress(traffic, side, round, &figures);
            table.entry(number).or_default().push(figures);
        }
    }
    let what = if traffic == "people" {
        "from person to person (two gates)"
    } else {
        "from business to person (one gate)"
    };
    println!("\n{sent} events {what}, medians of {}:\n", plan.rounds);
    println!("| side | events/s | to bare | CPU s | to bare | peak MB |");
    println!("|---|---|---|---|---|---|");
    let bare = median(table.get(&0).map_or(&[], Vec::as_slice));
    for (number, side) in sides.iter().enumerate() {
        let figures = median(table.get(&number).map_or(&[], Vec::as_slice));
        println!(
            "| {side} | {:.0} | {:.2} | {:.2} | {:.2} | {:.0} |",
            sent as f64 / figures.seconds,
            bare.seconds / figures.seconds,
            figures.usage.cpu_seconds,
            figures.usage.cpu_seconds / bare.usage.cpu_seconds,
            figures.usage.peak_mb,
        );
    }
    Ok(())
}

/// A record every 20 ms: from record in to decision readable.
fn latency(broker: &Broker, runtime: &Runtime) -> anyhow::Result<()> {
    println!("\na record every 20 ms, from record in to decision readable:\n");
    println!("| gates | side | p50 ms | p99 ms |");
    println!("|---|---|---|---|");
    for hops in ["1", "2"] {
        for side in ["bare", "firstword"] {
            let run = format!("paced{hops}-{side}");
            let topics = settings(&broker.bootstrap(), &run, &run);
            runtime.block_on(create_topics(&topics, PARTITIONS, 1))?;
            let figures = in_a_process(side, &broker.bootstrap(), &run, 1_000)?;
            println!(
                "| {hops} | {side} | {:.1} | {:.1} |",
                figures.seconds, figures.usage.cpu_seconds
            );
        }
    }
    Ok(())
}

#[expect(clippy::print_stderr, reason = "progress is no part of the table")]
fn eprintln_progress(traffic: &str, side: &str, round: usize, figures: &Figures) {
    let Figures { seconds, usage } = figures;
    eprintln!(
        "{traffic}, round {round}, {side}: {seconds:.2} s, {:.2} CPU s, {:.0} MB",
        usage.cpu_seconds, usage.peak_mb
    );
}

/// Each figure's median.
fn median(figures: &[Figures]) -> Figures {
    let middle = |of: fn(&Figures) -> f64| {
        let mut all: Vec<f64> = figures.iter().map(of).collect();
        all.sort_by(f64::total_cmp);
        all.get(all.len() / 2).copied().unwrap_or(f64::NAN)
    };
    Figures {
        seconds: middle(|figures| figures.seconds),
        usage: usage::Usage {
            cpu_seconds: middle(|figures| figures.usage.cpu_seconds),
            peak_mb: middle(|figures| figures.usage.peak_mb),
        },
    }
}

fn in_a_process(side: &str, bootstrap: &str, run: &str, events: u64) -> anyhow::Result<Figures> {
    let output = Command::new(std::env::current_exe()?)
        .args(["side", side, bootstrap, run, &events.to_string()])
        .stderr(Stdio::inherit())
        .output()?;
    ensure!(output.status.success(), "side `{side}` failed");
    let said = String::from_utf8(output.stdout)?;
    let numbers: Vec<f64> = said.split_whitespace().map(str::parse).collect::<Result<_, _>>()?;
    let [seconds, cpu_seconds, peak_mb] = numbers.as_slice() else { bail!("side said {said}") };
    let usage = usage::Usage { cpu_seconds: *cpu_seconds, peak_mb: *peak_mb };
    Ok(Figures { seconds: *seconds, usage })
}
