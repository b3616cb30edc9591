//! `matrix/who-may-speak.txt`: the law at a glance. A change of a rule is a change of a few cells there.
//!
//! `UPDATE=1` rewrites it: read what changed before you keep it.

use std::env;
use std::fs;
use std::path::Path;

use anyhow::{Result, ensure};
use firstword_testkit::{InProcess, who_may_speak};

#[test]
fn who_may_speak_is_as_reviewed() -> Result<()> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("matrix");
    let file = folder.join("who-may-speak.txt");
    let drawn = who_may_speak(&folder, &mut InProcess)?;
    if env::var_os("UPDATE").is_some() {
        fs::write(&file, &drawn)?;
        return Ok(());
    }
    let reviewed = fs::read_to_string(&file)?;
    let differing =
        reviewed.lines().zip(drawn.lines()).zip(1..).filter(|((old, new), _)| old != new);
    let told: Vec<String> = differing
        .map(|((old, new), line)| format!("line {line}\n  reviewed: {old}\n  drawn:    {new}"))
        .collect();
    ensure!(reviewed == drawn, "{} differs:\n{}", file.display(), told.join("\n"));
    ensure!(drawn.lines().count() <= 150, "the matrix is too long to be reviewed");
    Ok(())
}
