//! The program, in a process of its own, held against the same stories, logs and matrix as the engine.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Result, ensure};
use firstword_testkit::{Program, logs_in, stories_in, who_may_speak};

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

#[test]
fn stories_come_true_in_the_program() -> Result<()> {
    let mut failures = Vec::new();
    for story in stories_in(&folder("stories"))? {
        if let Err(failure) = story.check(&mut Program::built()?) {
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
        compared += log.check(&mut Program::built()?)?;
    }
    ensure!(compared > 3_000, "only {compared} decisions were compared");
    Ok(())
}

#[test]
fn who_may_speak_is_as_reviewed_in_the_program() -> Result<()> {
    let drawn = who_may_speak(&folder("matrix"), &mut Program::built()?)?;
    let reviewed = fs::read_to_string(folder("matrix/who-may-speak.txt"))?;
    ensure!(drawn == reviewed, "the program draws another matrix:\n{drawn}");
    Ok(())
}
