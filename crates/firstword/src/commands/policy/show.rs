//! `firstword policy show`: the text of a policy, or its canonical form.

use std::io::Write;
use std::path::PathBuf;

use clap::Args;

use super::Source;
use crate::exit::Exit;
use crate::terminal::stdout;

/// Print a policy as its file has it, or in its canonical form.
///
/// The file of a built-in policy begins with its history. The canonical form has every value filled in and one
/// order; the fingerprint in a policy's label is taken from it.
#[derive(Args, Debug)]
#[command(after_help = "Examples:\n  \
    firstword policy show whatsapp-2021 > ours.toml   # a start for a policy of your own\n  \
    diff <(firstword policy show --canonical whatsapp-2021) \\\n      \
      <(firstword policy show --canonical ours.toml)")]
pub struct Show {
    /// The name of a built-in policy, a policy file, or `-` for standard input.
    #[arg(value_name = "NAME|FILE")]
    policy: PathBuf,
    /// Print the canonical form.
    #[arg(long)]
    canonical: bool,
}

/// Runs the command.
pub fn run(args: &Show) -> anyhow::Result<Exit> {
    let source = Source::read(&args.policy)?;
    let text = match args.canonical {
        true => firstword_policy::canonical(&source.checked()?.policy),
        false => source.text,
    };
    let mut out = stdout();
    out.write_all(text.as_bytes())?;
    out.flush()?;
    Ok(Exit::Done)
}
