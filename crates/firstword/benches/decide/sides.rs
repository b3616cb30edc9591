//! The sides through one log, in turns, and the table of what they took.
#![expect(clippy::print_stdout, reason = "a table is what it is for")]

use std::num::NonZero;
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::Context;
use firstword_testkit::measuring::{Took, keep, median, seconds_to_first_byte};

use crate::asked::{Asked, Told};
use crate::duck::{self, Duck};
use crate::log::{self, Log};
use crate::{room, target};

pub const PROGRAM: &str = env!("CARGO_BIN_EXE_firstword");

/// Who runs.
enum Side {
    /// A process of this bench, by the name that `alone` knows.
    Alone(&'static str),
    /// The program, on so many threads.
    Program(usize),
    /// DuckDB, or why it does not run.
    Duck(Result<Duck, String>),
}

/// A row of the table.
struct Row {
    name: String,
    side: Side,
    took: Vec<Took>,
}

/// Runs all, shows the table and keeps what we took.
pub fn compare(asked: &Asked) -> anyhow::Result<()> {
    let room = room()?;
    let path = room.path().join("log.jsonl");
    let traffic = log::traffic(asked.people, asked.events.unwrap_or(2_000_000), asked.text);
    let log = log::write(&path, &traffic)?;
    let mut rows = rows(asked)?;
    let out = room.path().join("out");
    Side::Program(asked.threads).run(&path, &out, asked.threads)?;
    for round in 0..asked.rounds {
        for row in &mut rows {
            // What is written back later would slow down whoever runs then.
            log::written_over(&out)?.sync_all()?;
            let Some(took) = row.side.run(&path, &out, asked.threads)? else { continue };
            progress(round, &row.name, took);
            row.took.push(took);
        }
    }
    show(&rows, &log, asked)?;
    first_decision(&path, asked)
}

fn rows(asked: &Asked) -> anyhow::Result<Vec<Row>> {
    let threads = asked.threads;
    let duck = Duck::ready(&target()?);
    let sides = [
        ("memory alone: a line of each party's state, one thread", Side::Alone("limit")),
        ("lines alone", Side::Alone("split")),
        ("reading and writing, nothing decided", Side::Alone("read and write")),
        ("firstword by the strict reader (serde)", Side::Alone("strict")),
        ("firstword decide", Side::Program(threads)),
        ("firstword decide --threads 1", Side::Program(1)),
    ];
    let row = |(name, side): (&str, Side)| Row { name: name.to_owned(), side, took: Vec::new() };
    let mut rows: Vec<Row> = sides.into_iter().map(row).collect();
    let name = format!("DuckDB {}, only \"reply or start\"", duck::VERSION);
    rows.push(row((&name, Side::Duck(duck))));
    Ok(rows)
}

impl Side {
    fn run(&self, log: &Path, out: &Path, threads: usize) -> anyhow::Result<Option<Took>> {
        let threads = NonZero::new(threads).context("no threads")?;
        let told = Told { log, out, threads };
        let mut command = match self {
            Side::Alone(side) => {
                let mut command = Command::new(std::env::current_exe()?);
                command.args(["side", side]).arg(log).arg(out).arg(threads.to_string());
                command.stdout(Stdio::piped());
                command
            }
            Side::Program(threads) => {
                let mut command = decide(log, *threads);
                command.stdout(log::written_over(out)?);
                command
            }
            Side::Duck(Ok(duck)) => {
                // It begins its file anew, and a shorter one: ours would no longer be in memory.
                let mut command =
                    duck.command(&Told { out: &out.with_extension("csv"), ..told })?;
                command.stdout(Stdio::null());
                command
            }
            Side::Duck(Err(_)) => return Ok(None),
        };
        let (took, said) = Took::running(&mut command)?;
        match (self, said.trim()) {
            // It read and numbered the log before, which is no part of it.
            (Side::Alone("limit"), said) => Ok(Some(Took::of_line(said)?)),
            _ => Ok(Some(took)),
        }
    }
}

fn decide(log: &Path, threads: usize) -> Command {
    let mut command = Command::new(PROGRAM);
    command.args(["decide", "--threads", &threads.to_string()]).arg(log);
    command
}

fn show(rows: &[Row], log: &Log, asked: &Asked) -> anyhow::Result<()> {
    let ours = rows.iter().find(|row| matches!(row.side, Side::Program(n) if n == asked.threads));
    let ours = Took::median(&ours.context("we did not run")?.took);
    println!(
        "\n{} events of {:.0} bytes{} among {} people, {} threads, whole processes from file to file, medians of {}:\n",
        log.events,
        log.bytes_per_event,
        if asked.text { " with texts of 100 characters" } else { "" },
        log.people,
        asked.threads,
        asked.rounds
    );
    println!("| side | events/s | to firstword | CPU s | peak MB |");
    println!("|---|---:|---:|---:|---:|");
    for Row { name, side, took } in rows {
        if let Side::Duck(Err(why)) = side {
            println!("| {name} | not run: {why} | | | |");
            continue;
        }
        let took = Took::median(took);
        println!(
            "| {name} | {:.0} | {:.2} | {:.2} | {:.0} |",
            log.events as f64 / took.seconds,
            ours.seconds / took.seconds,
            took.cpu_seconds,
            took.peak_mb
        );
    }
    if !asked.text {
        let figures = [
            ("events_per_second", log.events as f64 / ours.seconds),
            ("cores", asked.threads as f64),
        ];
        keep(&target()?, "decide", &figures)?;
    }
    Ok(())
}

/// From the start of the program to the first decision that somebody can read.
fn first_decision(log: &Path, asked: &Asked) -> anyhow::Result<()> {
    let took: anyhow::Result<Vec<f64>> = (0..asked.rounds.max(5))
        .map(|_| seconds_to_first_byte(&mut decide(log, asked.threads)))
        .collect();
    println!("\nFrom start to first decision: {:.1} ms.", median(took?) * 1e3);
    Ok(())
}

#[expect(clippy::print_stderr, reason = "progress is no part of the table")]
fn progress(round: usize, name: &str, took: Took) {
    let Took { seconds, cpu_seconds, peak_mb } = took;
    eprintln!("round {round}, {name}: {seconds:.2} s, {cpu_seconds:.2} CPU s, {peak_mb:.0} MB");
}
