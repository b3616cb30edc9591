//! `cargo xtask`: the same command at home and wherever the project is tested.

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use xtask::tree::Tree;
use xtask::{ci, compare, count, fuzz, tidy};

const USAGE: &str = "\
cargo xtask tidy          what the repository asks of its own files
cargo xtask ci [STAGE..]  every stage, or those named: needs tidy fmt lint test count doc deny
cargo xtask count         the hot path's instructions beside those kept (--keep keeps these)
cargo xtask fuzz [TARGET] whatever bytes come in: two_readers scan snapshot (--seconds 60 each)
cargo xtask prove [..]    exactly once, also while things break, shown on a real Kafka (--help)
cargo xtask compare [..]  what we cost beside memory, DuckDB, Kafka alone and Kafka Streams (--help)
";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let done = match words.split_first() {
        Some((&"tidy", [])) => tidied(),
        Some((&"ci", stages)) => ci::run(&root(), stages, &mut io::stderr(), tidied),
        Some((&"count", [])) => count::run(&root(), false, &mut io::stderr()),
        Some((&"count", ["--keep"])) => count::run(&root(), true, &mut io::stderr()),
        Some((&"fuzz", words)) => fuzz::asked(words).and_then(|(targets, seconds)| {
            fuzz::run(&root(), &targets, seconds, &mut io::stderr())
        }),
        Some((&"compare", words)) => compared(words),
        Some((&"prove", words)) => {
            let run = ["run", "--quiet", "--release", "--locked", "-p", "firstword-testkit"];
            let proof = ["--features", "stream", "--bin", "firstword-proof", "--"];
            ci::cargo(&root(), &[&run, &proof[..], words].concat(), "")
        }
        Some((&"--help", _)) => write!(io::stdout(), "{USAGE}").map(|()| true),
        Some(_) => {
            let asked = words.join(" ");
            write!(io::stderr(), "xtask: no command `{asked}`; there are:\n\n{USAGE}")
                .map(|()| false)
        }
        None => write!(io::stderr(), "{USAGE}").map(|()| false),
    };
    match done {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            let _ = writeln!(io::stderr(), "xtask: {error}");
            ExitCode::FAILURE
        }
    }
}

/// The folder of the workspace: cargo says where this package is.
fn root() -> PathBuf {
    let package = std::env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from).unwrap_or_default();
    package.ancestors().nth(2).unwrap_or(Path::new(".")).to_owned()
}

/// Runs the comparisons, one after another, also where one of them fails; whether none did.
fn compared(words: &[&str]) -> io::Result<bool> {
    if words.contains(&"--help") {
        return write!(io::stdout(), "{}", compare::HELP).map(|()| true);
    }
    let runs = match compare::runs(words) {
        Ok(runs) => runs,
        Err(wrong) => {
            return write!(io::stderr(), "{wrong}\n\n{}", compare::HELP).map(|()| false);
        }
    };
    let mut all = true;
    for run in runs {
        let words: Vec<&str> = run.iter().map(String::as_str).collect();
        all &= ci::cargo(&root(), &words, "")?;
    }
    Ok(all)
}

/// Shows what is not tidy; whether all is.
fn tidied() -> io::Result<bool> {
    let findings = tidy::findings(&Tree::read(&root())?);
    for finding in &findings {
        writeln!(io::stderr(), "{finding}")?;
    }
    Ok(findings.is_empty())
}
