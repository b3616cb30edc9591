//! `firstword-proof`: shows on a real Kafka that the stream is exactly once, also while things break.
//!
//! It starts brokers and processes of its own, breaks them, and holds all that comes of it against the rules. Status 1
//! where anything was wrong; then a recording is left in a folder that it names.

use std::env;
use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;
use std::str::FromStr;

use anyhow::{Context, Result, bail, ensure};
use firstword_testkit::Program;
use firstword_testkit::stream::{SCENARIOS, Size, courses, recordings, seed};

const USAGE: &str = "\
usage: firstword-proof [--scenario NAME,..|all] [--events N] [--seed N]
                       [--workers N,..] [--processes N,..] [--program FILE]

NAME is one of: plain kills freezes brokers joins rescale three-brokers mixed.
`plain` goes through every number of workers in every number of processes; the others through the
last number of processes, with one worker in each. Without --seed the time gives one, and it
is printed. Without --program cargo builds it.
";

fn main() -> ExitCode {
    match run() {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            writeln!(io::stderr(), "{error:#}").ok();
            ExitCode::FAILURE
        }
    }
}

/// Goes through what is asked for; whether nothing was wrong.
fn run() -> Result<bool> {
    let Some(request) = Request::read(env::args().skip(1))? else {
        write!(io::stdout(), "{USAGE}")?;
        return Ok(true);
    };
    let program = match request.program {
        Some(path) => path,
        None => Program::built()?.path,
    };
    let mut out = io::stdout();
    writeln!(out, "seed {}", request.size.seed)?;
    let mut reports = Vec::new();
    for course in request.scenarios.iter().flat_map(|name| courses(name, &request.size)) {
        let report = course.run(&program, &recordings(), &mut out)?;
        for violation in &report.violations {
            writeln!(out, "  {violation}")?;
        }
        if let Some(folder) = &report.recording {
            writeln!(out, "  recorded in {}", folder.display())?;
        }
        reports.push(report);
    }
    for report in &reports {
        writeln!(out, "{report}")?;
    }
    Ok(reports.iter().all(|report| report.violations.is_empty()))
}

/// What was asked for.
struct Request {
    scenarios: Vec<String>,
    size: Size,
    program: Option<PathBuf>,
}

impl Request {
    /// Reads the arguments; nothing where help is wanted.
    fn read(mut words: impl Iterator<Item = String>) -> Result<Option<Request>> {
        let size =
            Size { events: 500_000, seed: seed(), workers: vec![1, 2, 4], processes: vec![1, 3] };
        let mut request = Request { scenarios: vec!["plain".to_owned()], size, program: None };
        while let Some(word) = words.next() {
            if word == "--help" || word == "-h" {
                return Ok(None);
            }
            let value = words.next().with_context(|| format!("{word} needs a value"))?;
            match word.as_str() {
                "--scenario" if value == "all" => {
                    request.scenarios = SCENARIOS.map(str::to_owned).to_vec();
                }
                "--scenario" => request.scenarios = list(&value)?,
                "--events" => request.size.events = number(&word, &value)?,
                "--seed" => request.size.seed = number(&word, &value)?,
                "--workers" => request.size.workers = list(&value)?,
                "--processes" => request.size.processes = list(&value)?,
                "--program" => request.program = Some(value.into()),
                _ => bail!("unknown argument {word}\n{}", USAGE.trim_end()),
            }
        }
        for name in &request.scenarios {
            ensure!(SCENARIOS.contains(&&**name), "no scenario `{name}`\n{}", USAGE.trim_end());
        }
        Ok(Some(request))
    }
}

fn number(word: &str, value: &str) -> Result<u64> {
    value.parse().with_context(|| format!("{word} needs a number, not `{value}`"))
}

/// The parts of a list with commas.
fn list<T: FromStr<Err: std::error::Error + Send + Sync + 'static>>(text: &str) -> Result<Vec<T>> {
    text.split(',')
        .map(|part| part.parse().with_context(|| format!("not a part: `{part}`")))
        .collect()
}
