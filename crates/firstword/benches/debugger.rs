//! What the debugger's commands cost on a large log, whole processes, each beside `decide` on the same log in the same
//! minutes: `cargo bench -p firstword --bench debugger -- [events]`, 1,000,000 unless another number is given.
//!
//! Absolute figures are those of the machine and the day; the ratios are what to compare.
#![expect(clippy::print_stdout, reason = "a table is what it is for")]

use std::fs::{self, File};
use std::io::{BufRead, BufReader, Seek, SeekFrom};
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use serde_json::Value;

const PROGRAM: &str = env!("CARGO_BIN_EXE_firstword");
/// So many questions of each kind, spread over the log.
const QUESTIONS: u64 = 200;

fn main() -> anyhow::Result<()> {
    let asked = std::env::args().skip(1).find(|word| word != "--bench");
    let events: u64 =
        asked.map_or(Ok(1_000_000), |word| word.parse()).context("how many events?")?;
    let room = tempfile::tempdir()?;
    let path = |name: &str| room.path().join(name).display().to_string();
    let (log, journal) = (path("log.jsonl"), path("journal.jsonl"));
    let (people, events) = ((events / 10).max(10).to_string(), events.to_string());
    let made =
        ["generate", "--people", &people, "--events", &events, "--days", "30", "--seed", "7"];
    run(&made, Some(log.as_ref()))?;
    println!("{events} events among {people} people, {} MB:\n", megabytes(&log)?);
    println!("| command | seconds | to decide | peak MB |");
    println!("|---|---|---|---|");
    let decide = run(&["decide", "--all", &log], Some(journal.as_ref()))?;
    let row = |name: &str, ran: Ran| {
        let speed = decide.seconds / ran.seconds;
        println!("| {name} | {:.2} | {speed:.2} | {:.0} |", ran.seconds, ran.peak_mb);
    };
    row("decide --all", decide);
    row("replay --verify", run(&["replay", "--verify", &journal], None)?);
    let against = ["whatif", "--against", "whatsapp-2021-staged", &log];
    row("whatif --against", run(&against, None)?);
    let questions = questions(&log)?;
    let first = questions.first().context("an empty log")?;
    row("explain, making the index", run(&["explain", &first.id, &log], None)?);
    println!("\nThe index takes {} MB.\n", megabytes(&format!("{log}.fwindex"))?);
    println!("| question, with the index | p50 ms | p99 ms | peak MB |");
    println!("|---|---|---|---|");
    ask("explain ID", &questions, |of| vec!["explain", &of.id, &log])?;
    ask("show PERSON --at", &questions, |of| vec!["show", &of.person, "--at", &of.at, &log])?;
    ask("replay --person --until", &questions, |of| {
        vec!["replay", "--person", &of.person, "--until", &of.at, &log]
    })?;
    ask("may FROM message TO --at", &questions, |of| {
        vec!["may", "person:nobody", "message", &of.person, "--at", &of.at, &log]
    })
}

/// An event of the log, and a person in it.
struct Question {
    id: String,
    at: String,
    person: String,
}

/// Events from places spread evenly over the log.
fn questions(log: &str) -> anyhow::Result<Vec<Question>> {
    let mut reader = BufReader::new(File::open(log)?);
    let length = fs::metadata(log)?.len();
    let mut found = Vec::new();
    for place in 0..QUESTIONS {
        reader.seek(SeekFrom::Start(length / QUESTIONS * place))?;
        let mut line = Vec::new();
        // What was met is the middle of a line, perhaps of a letter.
        reader.skip_until(b'\n')?;
        reader.read_until(b'\n', &mut line)?;
        let Ok(event) = serde_json::from_slice::<Value>(&line) else { continue };
        let text = |field: &str| event.get(field).and_then(Value::as_str).map(str::to_owned);
        let person = ["from", "to", "person"].into_iter().filter_map(text);
        let person = person.into_iter().find(|name| name.starts_with("person:"));
        if let (Some(id), Some(at), Some(person)) = (text("id"), text("at"), person) {
            found.push(Question { id, at, person });
        }
    }
    Ok(found)
}

fn ask<'q>(
    name: &str,
    questions: &'q [Question],
    words: impl Fn(&'q Question) -> Vec<&'q str>,
) -> anyhow::Result<()> {
    let mut ran = Vec::new();
    for question in questions {
        ran.push(run(&words(question), None)?);
    }
    ran.sort_by(|one, other| one.seconds.total_cmp(&other.seconds));
    let at = |share: usize| ran.get(ran.len() * share / 100).map_or(f64::NAN, |ran| ran.seconds);
    let peak = ran.iter().map(|ran| ran.peak_mb).fold(0.0, f64::max);
    println!("| {name} | {:.0} | {:.0} | {peak:.0} |", at(50) * 1e3, at(99) * 1e3);
    Ok(())
}

/// What a command took.
#[derive(Clone, Copy)]
struct Ran {
    seconds: f64,
    peak_mb: f64,
}

fn run(words: &[&str], to: Option<&Path>) -> anyhow::Result<Ran> {
    let out = to.map_or(Ok(Stdio::null()), |to| File::create(to).map(Stdio::from))?;
    let begun = Instant::now();
    let mut child = Command::new(PROGRAM).args(words).stdout(out).stderr(Stdio::null()).spawn()?;
    let (mut peak_mb, status) = (0.0_f64, format!("/proc/{}/status", child.id()));
    let ended = loop {
        // What a process used is there to be read until it has ended.
        peak_mb =
            peak_mb.max(fs::read_to_string(&status).ok().and_then(|of| peak(&of)).unwrap_or(0.0));
        if let Some(ended) = child.try_wait()? {
            break ended;
        }
        sleep(Duration::from_millis(1));
    };
    let seconds = begun.elapsed().as_secs_f64();
    ensure!(ended.success(), "firstword {} failed: {ended}", words.join(" "));
    Ok(Ran { seconds, peak_mb })
}

fn peak(status: &str) -> Option<f64> {
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kb: f64 = line.trim().trim_end_matches(" kB").parse().ok()?;
    Some(kb / 1024.0)
}

fn megabytes(path: &str) -> anyhow::Result<u64> {
    Ok(fs::metadata(path)?.len() / 1_000_000)
}
