//! `firstword policy`: checks, lists, shows and draws policies.

mod check;
mod draw;
mod list;
mod show;
mod source;

use std::io::Write;

use clap::Subcommand;
use serde::Serialize;

pub use source::{Source, shown};

use crate::exit::Exit;
use crate::terminal::Format;

/// Check, list, show and draw policies.
#[derive(Subcommand, Debug)]
#[command(after_help = "Examples:\n  \
    firstword policy list\n  \
    firstword policy show whatsapp-2021 > ours.toml\n  \
    firstword policy check ours.toml\n  \
    firstword policy diagram --policy ours.toml --machine standing --as svg > standing.svg")]
pub enum PolicyCommand {
    Check(check::Check),
    List(list::List),
    Show(show::Show),
    Diagram(draw::Diagram),
}

/// Runs the command.
pub fn run(command: PolicyCommand) -> anyhow::Result<Exit> {
    match command {
        PolicyCommand::Check(args) => check::run(&args),
        PolicyCommand::List(args) => list::run(&args),
        PolicyCommand::Show(args) => show::run(&args),
        PolicyCommand::Diagram(args) => draw::run(&args),
    }
}

/// Writes values as one JSON document, or as one object a line.
pub fn write_json<T: Serialize>(
    out: &mut impl Write,
    format: Format,
    values: &[T],
) -> anyhow::Result<()> {
    // As text first: an error in writing stays an error of input and output.
    if format == Format::Json {
        writeln!(out, "{}", serde_json::to_string_pretty(values)?)?;
    } else {
        for value in values {
            writeln!(out, "{}", serde_json::to_string(value)?)?;
        }
    }
    Ok(())
}

/// Writes one value as a JSON document: over several lines, or on one.
pub(super) fn write_one(
    out: &mut impl Write,
    format: Format,
    value: &impl Serialize,
) -> anyhow::Result<()> {
    let text = match format {
        Format::Json => serde_json::to_string_pretty(value)?,
        Format::Table | Format::Jsonl => serde_json::to_string(value)?,
    };
    Ok(writeln!(out, "{text}")?)
}
