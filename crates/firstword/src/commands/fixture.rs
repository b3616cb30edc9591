//! `firstword fixture`: a case of production as a test.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, anyhow};
use clap::Args;
use firstword_policy::{BUILTINS, canonical};
use firstword_replay::fixture::{Fixture as Cut, NoFixture, cut, made_under};
use firstword_rules::{Millis, Name};

use super::asked;
use super::log::LogArgs;
use super::policy::Source;
use crate::exit::{Exit, say, usage_error};
use crate::terminal::counted;

/// Cut out of a log what one person's case needs, under other names, so that it becomes a test.
///
/// The case is what the person's machine decided from one time on, and before another. Of all other events only those
/// stay without which it would come to something else. People, businesses and ids are called by numbers, the person
/// `person:p1`; times, versions, purposes, sectors, categories and findings stay as they were, and text is left out.
///
/// The folder then holds `policy.toml`, `events.jsonl`, and `decisions.jsonl`, all that the events come to.
#[derive(Args, Debug)]
#[command(after_help = "Example:\n  \
    firstword fixture --person alice --into case-17 day.jsonl \\\n      \
      --from 2021-05-16T09:00:00Z --to 2021-05-16T10:00:00Z\n  \
    firstword replay --verify case-17/decisions.jsonl --policy case-17/policy.toml\n\n\
    The second is for your tests from now on.\n\n\
    A time means a place in the log: before the first event of that time or later. Times without an offset are in UTC.")]
pub struct Fixture {
    /// Whose case it is; a bare name is a person.
    #[arg(long, value_name = "PERSON")]
    person: String,
    /// The case begins with this time (inclusive) [default: with the log].
    #[arg(long, value_name = "TIME", value_parser = asked::time)]
    from: Option<Millis>,
    /// The case ends before this time (exclusive) [default: with the log].
    #[arg(long, value_name = "TIME", value_parser = asked::time)]
    to: Option<Millis>,
    /// The folder to make; one that is there already is left alone.
    #[arg(long, value_name = "DIR")]
    into: PathBuf,
    /// The policy that the case was decided under: a file, or the name of a built-in one [default: of decisions the one
    /// that they name, if it is built in or in the stream's topic `policies`; of events whatsapp-2021]
    #[arg(long, value_name = "FILE")]
    policy: Option<PathBuf>,
    #[command(flatten)]
    log: LogArgs,
}

/// Runs the command.
pub fn run(args: &Fixture) -> anyhow::Result<Exit> {
    let person = person(&args.person)?;
    let default = || Path::new(firstword_policy::DEFAULT);
    let mut source = Source::named(args.policy.as_deref().unwrap_or_else(default))?;
    let policy = source.checked()?.policy;
    if args.into.exists() {
        return Err(usage_error(format!(
            "--into {}: it is there already; name another folder, or delete that",
            args.into.display()
        )));
    }
    let mut timeline = args.log.open()?.timeline(&policy)?;
    // The moment of a time is after all that is of that instant.
    let moment = |time: Option<Millis>, otherwise| match time {
        Some(time) => timeline.moment(Millis(time.0 - 1)),
        None => Ok(otherwise),
    };
    let (from, to) = (moment(args.from, 0)?, moment(args.to, timeline.end())?);
    // A case that comes to something else than what happened is no test of it.
    if args.policy.is_none()
        && let Some(label) = made_under(&timeline, &person, from, to)?
        && *label != *policy.label
    {
        source = named_by_decisions(&args.log, &label)?;
        timeline = timeline.under(source.checked()?.policy);
    }
    match cut(&timeline, &person, from, to) {
        Ok(fixture) => {
            write(&args.into, &source.text, &fixture)
                .with_context(|| format!("cannot write {}", args.into.display()))?;
            let [events, case] = fixture.counts;
            say(format_args!(
                "{} in {}, {case} of them the case itself, which {} decides",
                counted(events as u64, "event"),
                args.into.display(),
                fixture.person
            ));
            Ok(Exit::Done)
        }
        Err(NoFixture::Unfit(unfit)) => Err(unfit.into()),
        Err(nothing @ (NoFixture::Nothing | NoFixture::Otherwise(_))) => {
            say(format_args!("no fixture: {nothing}"));
            Ok(Exit::Difference)
        }
        Err(other) => Err(anyhow!("no fixture: {other}")),
    }
}

/// The policy that decisions name by this label.
fn named_by_decisions(log: &LogArgs, label: &str) -> anyhow::Result<Source> {
    let policy = log.policies()?.into_iter().find(|policy| *policy.label == *label);
    let policy = policy.ok_or_else(|| {
        usage_error(format!(
            "the case was decided under {label}, which is not at hand: give that policy with --policy FILE"
        ))
    })?;
    // A built-in one has comments, which its canonical form has not.
    let mut builtins = BUILTINS.iter();
    let own =
        builtins.find(|builtin| firstword_policy::builtin(builtin.name).as_ref() == Some(&policy));
    let text = own.map_or_else(|| canonical(&policy), |builtin| builtin.text.to_owned());
    Ok(Source { shown: label.to_owned(), text })
}

fn person(text: &str) -> anyhow::Result<Name<'static>> {
    let full = if text.contains(':') { text.to_owned() } else { format!("person:{text}") };
    let name = Name::parse(&full).filter(|name| name.is_person() && !name.text.is_empty());
    let name = name.ok_or_else(|| usage_error("--person: not a name such as person:alice"))?;
    Ok(Name { kind: name.kind, text: name.text.into_owned().into() })
}

fn write(folder: &Path, policy: &str, fixture: &Cut) -> std::io::Result<()> {
    fs::create_dir_all(folder)?;
    fs::write(folder.join("policy.toml"), policy)?;
    fs::write(folder.join("events.jsonl"), &fixture.events)?;
    fs::write(folder.join("decisions.jsonl"), &fixture.decisions)
}
