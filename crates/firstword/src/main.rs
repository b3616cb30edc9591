//! The program: one file per command in `commands`, and what they share in `terminal` and `io`.
//!
//! This is the only crate that knows clap, prints, or exits.

mod commands;
#[cfg(feature = "kafka")]
mod config;
mod deciding;
mod diagram;
mod exit;
mod folding;
mod io;
#[cfg(feature = "kafka")]
mod log;
mod pipeline;
mod plan;
mod terminal;

use std::process::ExitCode;

/// Decisions allocate little but often, on several threads: this allocator is faster there and keeps less.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let cli = match commands::Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return exit::usage(&error),
    };
    exit::code(commands::run(cli))
}
