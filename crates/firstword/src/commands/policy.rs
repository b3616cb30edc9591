//! `firstword policy`: checks, lists, shows and draws policies.

mod check;
mod draw;
mod list;
mod show;

use std::io::{self, Write};
use std::path::Path;

use anyhow::Context;
use clap::Subcommand;
use firstword_policy::BUILTINS;
use serde::Serialize;

use crate::exit::{Exit, usage_error};
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

/// The text of a policy, and what it is called in messages.
struct Source {
    shown: String,
    text: String,
}

impl Source {
    /// Reads a policy: a built-in one by its name, standard input as `-`, else a file.
    ///
    /// # Errors
    ///
    /// What cannot be read is a wrong argument.
    fn read(which: &Path) -> anyhow::Result<Source> {
        let name = which.to_str().unwrap_or_default();
        if let Some(builtin) = BUILTINS.iter().find(|builtin| builtin.name == name) {
            return Ok(Source { shown: name.to_owned(), text: builtin.text.to_owned() });
        }
        if name == "-" {
            let text = io::read_to_string(io::stdin()).context("cannot read standard input");
            let text = text.map_err(|error| usage_error(format!("{error:#}")))?;
            return Ok(Source { shown: "<stdin>".to_owned(), text });
        }
        // Nothing in a file's name shall move the cursor of a terminal.
        let shown = which.display().to_string().replace(char::is_control, "\u{fffd}");
        let text = std::fs::read_to_string(which).map_err(|error| {
            let hint = match error.kind() {
                io::ErrorKind::NotFound => "; `firstword policy list` names the built-in ones",
                _ => "",
            };
            usage_error(format!("cannot read the policy {shown}: {error}{hint}"))
        })?;
        Ok(Source { shown, text })
    }
}

/// Writes values as one JSON document, or as one object a line.
fn write_json<T: Serialize>(
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
