//! Recorded logs of an independent reading of the rules, held against the engine.
//!
//! `logs/` holds the beginnings of them. Where the whole of them lies beside the repository, in
//! `../shared/conformance`, all of it is compared.

use std::io::Write;
use std::path::Path;

use anyhow::{Context, Result, bail, ensure};
use firstword_testkit::{InProcess, Log, logs_in};

fn check(folder: &Path) -> Result<usize> {
    let logs = logs_in(folder)?;
    ensure!(!logs.is_empty(), "{} holds no logs", folder.display());
    let mut failures = Vec::new();
    let mut compared = 0;
    for log in &logs {
        match log.check(&mut InProcess) {
            Ok(decisions) => compared += decisions,
            Err(failure) => failures.push(format!("{failure:#}")),
        }
    }
    ensure!(failures.is_empty(), "{}", failures.join("\n\n"));
    Ok(compared)
}

#[test]
fn the_engine_decides_the_recorded_logs_as_recorded() -> Result<()> {
    let compared = check(&Path::new(env!("CARGO_MANIFEST_DIR")).join("logs"))?;
    ensure!(compared > 3_000, "only {compared} decisions were compared");
    Ok(())
}

#[test]
fn the_engine_decides_the_logs_beside_the_repository_as_recorded() -> Result<()> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/conformance");
    let mut stderr = std::io::stderr().lock();
    if folder.is_dir() {
        let compared = check(&folder)?;
        writeln!(stderr, "{compared} decisions beside the repository are as recorded")?;
    } else {
        writeln!(stderr, "no ../shared/conformance beside the repository: nothing compared")?;
    }
    Ok(())
}

/// The comparison itself: a decision that is not as recorded is found, and told so that one can begin to look.
#[test]
fn a_difference_is_told_with_line_field_values_and_rows() -> Result<()> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("logs/102");
    let mut log = Log::read(&folder)?;
    let second = log.expected.get_mut(1).context("a second decision")?;
    second.insert("reason".to_owned(), "opted_out".into());
    second.remove("row");
    let Err(difference) = log.check(&mut InProcess) else { bail!("nothing was found") };
    let told = format!("{difference:#}");
    for part in [
        "log 102, the engine: line 2, event \"e1\": ",
        "`reason`: expected \"opted_out\", got \"not_opted_in\"",
        "`row`: expected absent, got \"R17\"",
        "-> R17 ",
    ] {
        ensure!(told.contains(part), "{part} is not in:\n{told}");
    }
    log.rejected.pop();
    ensure!(log.check(&mut InProcess).is_err(), "a reject too many was not found");
    Ok(())
}
