//! The sides against each other on one broker, in the same minutes: what exactly once costs bare, and what we cost.
//!
//! `cargo bench -p firstword-stream --bench compare -- --help` says how. Each side runs in a process of its own, so
//! that CPU seconds and memory are its own.
#![expect(clippy::print_stdout, reason = "a table is what it is for")]

mod bare;
mod log;
mod ours;
mod usage;

use std::collections::BTreeMap;
use std::process::{Command, Stdio};

use anyhow::{Context, bail, ensure};
use firstword_stream::{Settings, TopicNames, create_topics};
use firstword_testkit::broker::{Broker, Options};

/// As the program has it.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// How many partitions each topic has.
pub const PARTITIONS: i32 = 8;

/// What a run measured.
#[derive(Clone, Debug)]
pub struct Figures {
    /// From the start of the process to the last commit, in seconds.
    pub seconds: f64,
    /// What it used.
    pub usage: usage::Usage,
}

fn main() -> anyhow::Result<()> {
    tracing_subscriber::fmt()
        .with_env_filter(tracing_subscriber::EnvFilter::from_default_env())
        .with_writer(std::io::stderr)
        .init();
    let words: Vec<String> = std::env::args().skip(1).filter(|word| word != "--bench").collect();
    match words.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["side", side, bootstrap, run, events] => side_alone(side, bootstrap, run, events.parse()?),
        rest => all(rest),
    }
}

fn settings(bootstrap: &str, run: &str, traffic: &str) -> Settings {
    let mut settings = Settings::new(bootstrap);
    settings.group = run.to_owned();
    settings.topics = TopicNames { events: format!("{traffic}.events"), ..TopicNames::under(run) };
    settings
}

/// One side, in a process of its own.
fn side_alone(side: &str, bootstrap: &str, run: &str, events: u64) -> anyhow::Result<()> {
    let traffic = run.split('-').next().unwrap_or_default();
    let settings = settings(bootstrap, run, traffic);
    let begun = std::time::Instant::now();
    match side {
        "bare" => bare::pass_through(&settings, events)?,
        "hops" => bare::two_hops(&settings, events)?,
        "ours" => ours::run(&settings, 1)?,
        "ours2" => ours::run(&settings, 2)?,
        _ => bail!("no side `{side}`"),
    }
    let usage = usage::Usage::of_this_process()?;
    println!("{} {} {}", begun.elapsed().as_secs_f64(), usage.cpu_seconds, usage.peak_mb);
    Ok(())
}

fn all(words: &[&str]) -> anyhow::Result<()> {
    let events: u64 = words.first().map_or(Ok(1_000_000), |word| word.parse())?;
    let rounds: usize = words.get(1).map_or(Ok(2), |word| word.parse())?;
    let chosen: Vec<&str> = words.iter().skip(2).copied().collect();
    let broker = Broker::start(1, &Options::default()).context("a broker")?;
    let runtime = tokio::runtime::Builder::new_current_thread().build()?;
    let mut table: BTreeMap<(String, String), Vec<Figures>> = BTreeMap::new();
    for traffic in ["business", "people"] {
        let sides: &[&str] = if traffic == "business" {
            &["bare", "ours", "ours2"]
        } else {
            &["hops", "ours", "ours2"]
        };
        if !chosen.is_empty() && !chosen.contains(&traffic) {
            continue;
        }
        let source = settings(&broker.bootstrap(), traffic, traffic);
        runtime.block_on(create_topics(&source, PARTITIONS, 1))?;
        let sent = log::send(&source, traffic, events)?;
        println!("{traffic}: {sent} events");
        for round in 0..rounds {
            for side in sides {
                let run = format!("{traffic}-{side}-{round}");
                let topics = settings(&broker.bootstrap(), &run, traffic);
                runtime.block_on(create_topics(&topics, PARTITIONS, 1))?;
                let figures = in_a_process(side, &broker.bootstrap(), &run, sent)?;
                println!(
                    "{traffic:<9} {side:<6} {:>9.0} events/s {:>6.2} s {:>6.2} CPU s {:>5.0} MB",
                    sent as f64 / figures.seconds,
                    figures.seconds,
                    figures.usage.cpu_seconds,
                    figures.usage.peak_mb
                );
                table.entry((traffic.to_owned(), (*side).to_owned())).or_default().push(figures);
            }
        }
    }
    Ok(())
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
    Ok(Figures {
        seconds: *seconds,
        usage: usage::Usage { cpu_seconds: *cpu_seconds, peak_mb: *peak_mb },
    })
}
