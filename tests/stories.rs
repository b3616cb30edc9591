//! Every story in `stories/`, told to the engine, and whether they tell of the whole page.
//!
//! `UPDATE=1` rewrites the right-hand sides: read what changed before you keep it.

use std::collections::BTreeSet;
use std::env;
use std::fs;
use std::path::Path;

use anyhow::{Result, ensure};
use firstword_rules::{RECIPIENT_GATE, Reason, SENDER_GATE};
use firstword_testkit::{InProcess, Story, stories_in};

fn stories() -> Result<Vec<Story>> {
    stories_in(&Path::new(env!("CARGO_MANIFEST_DIR")).join("stories"))
}

#[test]
fn stories_come_true() -> Result<()> {
    let mut failures = Vec::new();
    for story in stories()? {
        if env::var_os("UPDATE").is_some() {
            fs::write(story.path(), story.updated(&mut InProcess)?)?;
        } else if let Err(failure) = story.check(&mut InProcess) {
            failures.push(format!("{failure:#}"));
        }
    }
    ensure!(failures.is_empty(), "{}", failures.join("\n"));
    Ok(())
}

/// A rule that no story reaches is a rule that nobody has read.
#[test]
fn every_row_and_every_reason_has_a_story() -> Result<()> {
    let stories = stories()?;
    let told: BTreeSet<String> =
        stories.iter().flat_map(|story| story.rows().into_iter().chain(story.reasons())).collect();
    let rows = SENDER_GATE.all_rows().chain(RECIPIENT_GATE.all_rows()).map(|row| row.id);
    let reasons = Reason::ALL.iter().map(|reason| reason.as_str());
    let untold: Vec<&str> = rows.chain(reasons).filter(|word| !told.contains(*word)).collect();
    ensure!(untold.is_empty(), "without a story: {}", untold.join(", "));
    Ok(())
}
