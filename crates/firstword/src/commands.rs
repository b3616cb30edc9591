//! The commands: one file each, one struct for its arguments, one function that runs it.

mod completions;
mod decide;
mod demo;
mod generate;
mod import;
mod policy;

use std::io::ErrorKind;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use firstword_rules::Policy;

use crate::exit::{Exit, say, usage_error};

/// Who has the first word: decides who may start a conversation under each consent state, and says why.
#[derive(Parser, Debug)]
#[command(
    name = "firstword",
    version,
    arg_required_else_help = true,
    after_help = "New here? `firstword demo` needs nothing.\n\
                  Exit status: 0 done; 1 a difference or a failed check; 2 wrong usage, policy or configuration; \
                  3 trouble with an input or output."
)]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand, Debug)]
enum Command {
    Demo(demo::Demo),
    Decide(decide::Decide),
    #[command(subcommand)]
    Policy(policy::PolicyCommand),
    Generate(generate::Generate),
    Import(import::Import),
    Completions(completions::Completions),
}

impl Cli {
    /// Reads the arguments of this process.
    pub fn try_parse() -> Result<Cli, clap::Error> {
        <Cli as Parser>::try_parse()
    }
}

/// Runs the command that was asked for.
pub fn run(cli: Cli) -> anyhow::Result<Exit> {
    match cli.command {
        Command::Demo(args) => demo::run(&args),
        Command::Decide(args) => decide::run(args),
        Command::Policy(args) => policy::run(args),
        Command::Generate(args) => generate::run(args),
        Command::Import(args) => import::run(args),
        Command::Completions(args) => completions::run(&args),
    }
}

/// The policy that a command works under.
#[derive(Args, Debug)]
pub struct PolicyArg {
    /// A policy file, or the name of a built-in policy (see `firstword policy list`).
    #[arg(long, value_name = "FILE", default_value = firstword_policy::DEFAULT)]
    policy: PathBuf,
}

impl PolicyArg {
    /// The policy, checked. Its warnings are said; its errors too, all of them, and then it is a usage error.
    pub fn load(&self) -> anyhow::Result<Policy> {
        let name = self.policy.to_str().unwrap_or_default();
        if let Some(policy) = firstword_policy::builtin(name) {
            return Ok(policy);
        }
        let shown = self.policy.display();
        let text = std::fs::read_to_string(&self.policy).map_err(|error| {
            let hint = match error.kind() {
                ErrorKind::NotFound => "; `firstword policy list` names the built-in ones",
                _ => "",
            };
            usage_error(format!("cannot read the policy {shown}: {error}{hint}"))
        })?;
        match firstword_policy::parse(&text) {
            Ok(checked) => {
                for warning in &checked.warnings {
                    say(format_args!("{shown}:{warning}"));
                }
                Ok(checked.policy)
            }
            Err(problems) => {
                for problem in &problems.0 {
                    say(format_args!("{shown}:{problem}"));
                }
                Err(usage_error(format!("the policy {shown} has errors")))
            }
        }
    }
}
