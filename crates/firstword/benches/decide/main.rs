//! The sides of deciding against each other, in the same minutes on the same log: what memory, lines, and reading and
//! writing cost by themselves, what we cost, and what DuckDB costs for an easier question.
//!
//! Each side runs in a process of its own, `rounds` times in turn with the others; the tables have medians.
//! `cargo xtask compare --help` says how to call it.
#![expect(clippy::print_stdout, reason = "a table is what it is for")]

mod alone;
mod asked;
mod duck;
mod growth;
mod limit;
mod log;
mod memory;
mod sides;
mod split;
mod through;

mod exit;
#[expect(dead_code, reason = "the program's own, of which the sides need a part")]
mod io;
#[path = "../../src/pipeline.rs"]
#[expect(dead_code, reason = "the program's own, of which the sides need a part")]
mod pipeline;
mod terminal;

use std::path::{Path, PathBuf};

use anyhow::Context;
use asked::Asked;

/// As the program has it.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> anyhow::Result<()> {
    let words: Vec<String> = std::env::args().skip(1).filter(|word| word != "--bench").collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    if let ["side", side, rest @ ..] = words.as_slice() {
        return alone::run(side, rest);
    }
    let asked = Asked::read(&words)?;
    if asked.part("decide") {
        sides::compare(&asked)?;
    }
    if asked.part("growth") {
        growth::show(&asked)?;
    }
    Ok(())
}

/// The folder that cargo builds in.
pub fn target() -> anyhow::Result<PathBuf> {
    let inside = Path::new(env!("CARGO_TARGET_TMPDIR"));
    Ok(inside.parent().context("no folder to build in")?.to_owned())
}

/// A folder for logs and outputs, on the disk that cargo builds on: what lies in memory by default may not hold them.
pub fn room() -> anyhow::Result<tempfile::TempDir> {
    let folder = target()?.join("compare");
    std::fs::create_dir_all(&folder)?;
    Ok(tempfile::tempdir_in(folder)?)
}
