//! One side of ours, in a process of its own.

use std::path::Path;

use anyhow::{Context, bail};

use crate::asked::Told;
use crate::{growth, limit, memory, split, through};

/// Runs a side; where it measures itself, it says what it measured.
pub fn run(side: &str, words: &[&str]) -> anyhow::Result<()> {
    match (side, words) {
        ("growth", [people, events]) => return growth::run(people.parse()?, events.parse()?),
        ("memory", [people, answered]) => return memory::run(people.parse()?, answered.parse()?),
        _ => (),
    }
    let [log, out, threads] = words else { bail!("a side needs a log, an output and threads") };
    let told = Told {
        log: Path::new(log),
        out: Path::new(out),
        threads: threads.parse().context("threads")?,
    };
    match side {
        "limit" => limit::run(&told),
        "split" => split::run(&told),
        "read and write" => through::read_and_write(&told),
        "strict" => through::strictly(&told),
        _ => bail!("no side `{side}`"),
    }
}
