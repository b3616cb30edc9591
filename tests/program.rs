//! The program, in a process of its own, held against the same stories, logs and matrix as the engine.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use anyhow::{Context, Result, ensure};
use firstword_testkit::{Program, executable_named, logs_in, stories_in, who_may_speak};

/// The program as it is now: cargo builds it, where it is not built yet, and says where it lies.
fn program() -> Result<Program> {
    static BUILT: OnceLock<Result<PathBuf, String>> = OnceLock::new();
    let built = BUILT.get_or_init(|| build().map_err(|error| format!("{error:#}")));
    built.clone().map(|path| Program { path }).map_err(anyhow::Error::msg)
}

fn build() -> Result<PathBuf> {
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .args(["build", "--package", "firstword", "--bin", "firstword", "--message-format", "json"])
        .output()?;
    ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    executable_named("firstword", &output.stdout).context("cargo built no program")
}

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

#[test]
fn stories_come_true_in_the_program() -> Result<()> {
    let mut failures = Vec::new();
    for story in stories_in(&folder("stories"))? {
        if let Err(failure) = story.check(&mut program()?) {
            failures.push(format!("{failure:#}"));
        }
    }
    ensure!(failures.is_empty(), "{}", failures.join("\n"));
    Ok(())
}

#[test]
fn the_program_decides_the_recorded_logs_as_recorded() -> Result<()> {
    let mut compared = 0;
    for log in logs_in(&folder("logs"))? {
        compared += log.check(&mut program()?)?;
    }
    ensure!(compared > 3_000, "only {compared} decisions were compared");
    Ok(())
}

#[test]
fn who_may_speak_is_as_reviewed_in_the_program() -> Result<()> {
    let drawn = who_may_speak(&folder("matrix"), &mut program()?)?;
    let reviewed = fs::read_to_string(folder("matrix/who-may-speak.txt"))?;
    ensure!(drawn == reviewed, "the program draws another matrix:\n{drawn}");
    Ok(())
}
