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
mod restart;
mod written;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

use anyhow::{Context, bail, ensure};
use firstword_stream::{Settings, TopicNames, create_topics};
use firstword_testkit::broker::{Broker, Options};
use firstword_testkit::measuring::{Took, keep};
use tokio::runtime::Runtime;

/// As the program has it.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// How many partitions each topic has.
pub const PARTITIONS: i32 = 8;

/// Its two sorts of stores.
const KAFKA_STREAMS: [&str; 2] = ["Kafka Streams, in memory", "Kafka Streams, RocksDB"];

/// Where among the sides one worker of ours stands.
const OURS: usize = 1;

/// How often our side runs before anything is measured.
const WARMING: usize = 2;

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
        rest => compare(&plan(rest)?),
    }
}

fn plan(words: &[&str]) -> anyhow::Result<Plan> {
    let mut plan = Plan { events: 1_000_000, rounds: 3, ..Plan::default() };
    let mut words = words.iter();
    while let Some(word) = words.next() {
        let mut value = || words.next().with_context(|| format!("{word} needs a value"));
        match *word {
            "--events" => plan.events = value()?.parse()?,
            "--rounds" => plan.rounds = value()?.parse()?,
            "--only" => plan.only.push((*value()?).to_owned()),
            "--peer" => plan.peer = Some(PathBuf::from(value()?).canonicalize()?),
            _ => bail!("what is {word}? `cargo xtask compare --help` says what there is"),
        }
    }
    ensure!(plan.rounds > 0, "--rounds begins at 1");
    Ok(plan)
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
        (_, "paced1") => return pace::run(&settings, side, 1, events),
        (_, "paced2") => return pace::run(&settings, side, 2, events),
        ("bare", "people") => bare::two_hops(&settings, events)?,
        ("bare", _) => bare::pass_through(&settings, events)?,
        ("firstword", _) => ours::run(&settings, 1)?,
        ("firstword, 2 workers", _) => ours::run(&settings, 2)?,
        _ => bail!("no side `{side}`"),
    }
    println!("{}", Took::since(begun)?.to_line());
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
        pace::compare(&broker.bootstrap(), &runtime, plan.rounds)?;
    }
    if part("restart") {
        restart::compare(&broker.bootstrap(), &runtime, plan.events, plan.peer.as_deref())?;
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
    let log::Sent { events: sent, bytes } = log::send(&source, traffic, plan.events)?;
    let folder = tempfile::tempdir()?;
    // It has one program, for what people write to each other.
    let peer = match traffic {
        "people" => Some(peer::Peer::of(plan.peer.as_deref(), folder.path())),
        _ => None,
    };
    let mut sides = vec!["bare", "firstword", "firstword, 2 workers"];
    if let Some(Ok(_)) = peer {
        sides.extend(KAFKA_STREAMS);
    }
    let mut table: BTreeMap<usize, Vec<Took>> = BTreeMap::new();
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
            let took = match (&peer, side.strip_prefix("Kafka Streams, ")) {
                (Some(Ok(peer)), Some(store)) => {
                    let out = peer::Peer::topics(topics.topics.clone());
                    runtime.block_on(create_topics(
                        &Settings { topics: out, ..topics },
                        PARTITIONS,
                        1,
                    ))?;
                    let store = if store == "RocksDB" { "rocks" } else { "mem" };
                    peer::took(&peer.run(&bootstrap, store, sent, &run, &[])?)?
                }
                _ => {
                    runtime.block_on(create_topics(&topics, PARTITIONS, 1))?;
                    Took::of_line(&in_a_process(side, &bootstrap, &run, sent)?)?
                }
            };
            let Took { seconds, cpu_seconds, peak_mb } = took;
            progress(&format!(
                "{traffic}, round {round}, {side}: {seconds:.2} s, {cpu_seconds:.2} CPU s, {peak_mb:.0} MB"
            ));
            table.entry(number).or_default().push(took);
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
    let of = |number: usize| Took::median(table.get(&number).map_or(&[], Vec::as_slice));
    let bare = of(0);
    for (number, side) in sides.iter().enumerate() {
        let took = of(number);
        println!(
            "| {side} | {:.0} | {:.2} | {:.2} | {:.2} | {:.0} |",
            sent as f64 / took.seconds,
            bare.seconds / took.seconds,
            took.cpu_seconds,
            took.cpu_seconds / bare.cpu_seconds,
            took.peak_mb,
        );
    }
    if let Some(Err(why)) = &peer {
        KAFKA_STREAMS.iter().for_each(|side| println!("| {side} | not run: {why:#} | | | | |"));
    }
    let last = settings(&bootstrap, &format!("{traffic}-{OURS}-{}", plan.rounds - 1), traffic);
    kept(traffic, sent, bytes, written::bytes(&last)?, of(OURS))
}

/// Keeps what one worker of ours took.
fn kept(traffic: &str, sent: u64, read: u64, written: u64, took: Took) -> anyhow::Result<()> {
    let each = |bytes: u64| bytes as f64 / sent as f64;
    let (speed, cpu) = (sent as f64 / took.seconds, took.cpu_seconds * 1e6 / sent as f64);
    println!("\n{:.0} bytes in and {:.0} bytes out an event.", each(read), each(written));
    let target =
        Path::new(env!("CARGO_TARGET_TMPDIR")).parent().context("no folder to build in")?;
    // What passes two gates writes more: whoever plans by it has room enough.
    let figures = match traffic {
        "people" => &[
            ("people_events_per_second", speed),
            ("people_cpu_seconds_per_million", cpu),
            ("bytes_in_per_event", each(read)),
            ("bytes_out_per_event", each(written)),
        ][..],
        _ => {
            &[("business_events_per_second", speed), ("business_cpu_seconds_per_million", cpu)][..]
        }
    };
    keep(target, "stream", figures)?;
    Ok(())
}

#[expect(clippy::print_stderr, reason = "progress is no part of the table")]
fn progress(line: &str) {
    eprintln!("{line}");
}

/// What a side says of itself.
fn in_a_process(side: &str, bootstrap: &str, run: &str, events: u64) -> anyhow::Result<String> {
    let output = Command::new(std::env::current_exe()?)
        .args(["side", side, bootstrap, run, &events.to_string()])
        .stderr(Stdio::inherit())
        .output()?;
    ensure!(output.status.success(), "side `{side}` failed");
    Ok(String::from_utf8(output.stdout)?)
}
