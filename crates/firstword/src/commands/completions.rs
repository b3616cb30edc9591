//! `firstword completions SHELL`: what a shell needs to complete this program's arguments.

use std::io::Write;

use clap::{Args, CommandFactory};
use clap_complete::Shell;

use super::Cli;
use crate::exit::Exit;
use crate::terminal::stdout;

/// Print the completions for a shell.
#[derive(Args, Debug)]
#[command(after_help = "Where to put them:\n  \
    bash        firstword completions bash > ~/.local/share/bash-completion/completions/firstword\n  \
    zsh         firstword completions zsh > ~/.zfunc/_firstword   # a folder in fpath\n  \
    fish        firstword completions fish > ~/.config/fish/completions/firstword.fish\n  \
    powershell  firstword completions powershell >> $PROFILE\n  \
    elvish      firstword completions elvish >> ~/.config/elvish/rc.elv\n\n\
    Only for this session of bash: source <(firstword completions bash)")]
pub struct Completions {
    /// The shell.
    #[arg(value_enum)]
    shell: Shell,
}

/// Runs the command.
pub fn run(args: &Completions) -> anyhow::Result<Exit> {
    let mut out = stdout();
    out.write_all(&script(args.shell))?;
    out.flush()?;
    Ok(Exit::Done)
}

/// The script, made in memory: the generator takes a failure to write for a bug of its own.
fn script(shell: Shell) -> Vec<u8> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "firstword", &mut script);
    script
}

#[cfg(test)]
mod tests {
    use clap::ValueEnum;

    use super::*;

    #[test]
    fn every_shell_is_told_of_every_command() {
        let commands: Vec<String> =
            Cli::command().get_subcommands().map(|command| command.get_name().to_owned()).collect();
        assert!(commands.contains(&"policy".to_owned()));
        for shell in Shell::value_variants() {
            let script = String::from_utf8_lossy(&script(*shell)).into_owned();
            for command in &commands {
                assert!(script.contains(command.as_str()), "{shell} does not know {command}");
            }
        }
    }
}
