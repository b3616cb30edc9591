//! `firstword policy list`: the policies that come with the program.

use std::io::Write;

use clap::Args;
use firstword_policy::{BUILTINS, DEFAULT, builtin};
use serde::Serialize;

use super::write_json;
use crate::exit::Exit;
use crate::terminal::{Colours, Format, stdout, table};

/// List the built-in policies, with their labels.
#[derive(Args, Debug)]
#[command(after_help = "Example:\n  firstword policy list --format jsonl | jq -r .label")]
pub struct List {
    /// How the list is written [default: table on a terminal, else jsonl]
    #[arg(long, value_enum)]
    format: Option<Format>,
}

/// One built-in policy.
#[derive(Serialize)]
struct Listed {
    name: &'static str,
    /// What decisions name: the name and a fingerprint.
    label: String,
    /// Whether it holds where no policy is named.
    default: bool,
    summary: &'static str,
}

/// Runs the command.
pub fn run(args: &List) -> anyhow::Result<Exit> {
    let mut out = stdout();
    match Format::or_default(args.format) {
        Format::Table => table(&mut out, &rows(&listed(), Colours::of_stdout()), &[])?,
        format => write_json(&mut out, format, &listed())?,
    }
    out.flush()?;
    Ok(Exit::Done)
}

fn listed() -> Vec<Listed> {
    let entry = |entry: &firstword_policy::Builtin| {
        let label = builtin(entry.name).map(|policy| policy.label.into())?;
        Some(Listed {
            name: entry.name,
            label,
            default: entry.name == DEFAULT,
            summary: entry.summary,
        })
    };
    BUILTINS.iter().filter_map(entry).collect()
}

fn rows(listed: &[Listed], colours: Colours) -> Vec<Vec<String>> {
    let heading = ["name", "fingerprint", "what it is"].map(|text| colours.faint(text));
    let row = |entry: &Listed| {
        let fingerprint = entry.label.rsplit('@').next().unwrap_or_default();
        let default = if entry.default { " (the default)" } else { "" };
        vec![
            colours.strong(entry.name),
            colours.faint(fingerprint),
            format!("{}{}", entry.summary, colours.faint(default)),
        ]
    };
    [heading.to_vec()].into_iter().chain(listed.iter().map(row)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_builtin_is_listed_with_its_label_and_one_is_the_default() {
        let listed = listed();
        assert_eq!(listed.len(), BUILTINS.len());
        assert!(listed.iter().all(|entry| entry.label.starts_with(&format!("{}@", entry.name))));
        assert_eq!(listed.iter().filter(|entry| entry.default).count(), 1);
    }
}
