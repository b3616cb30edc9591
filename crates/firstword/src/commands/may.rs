//! `firstword may FROM message|call TO`: whether it would be let through, and if not, from when.

mod show;

use std::io::Write;
use std::path::PathBuf;

use clap::{Args, ValueEnum};
use firstword_engine::Engine;
use firstword_replay::may::Question;
use firstword_rules::{Category, Event, Millis, Name, Utterance, What};
use firstword_wire::read::Field;
use firstword_wire::{Reader, Reject, RejectReason};

use super::PolicyArg;
use super::generate::time;
use crate::exit::{Exit, say, usage_error};
use crate::io::state::StateDir;
use crate::machines_at::machines_at;
use crate::terminal::{Format, counted, stdout};

/// Say whether somebody may speak to somebody, and as what; if not, by which row, and from when.
///
/// The answer comes from the machines of the two: those of a log at a time, those of a folder that `firstword decide`
/// keeps, or blank ones, of people who never met. Nothing is decided and nothing changes. A refusal is an answer: the
/// exit status is 0 either way.
///
/// From when: the first instant at which the gates let it through with nothing else happening; never, if there is none
/// before 2100.
#[derive(Args, Debug)]
#[command(after_help = "Examples:\n  \
    firstword may alice message bob --log day.jsonl\n  \
    firstword may alice message bob --log day.jsonl --at 2021-05-16T09:00:00Z\n  \
    firstword may business:shop call bob --state-dir machines --at 2026-03-27T21:30:00Z\n  \
    firstword may business:shop message bob --category marketing --log day.jsonl\n  \
    firstword may alice call bob --policy open --at 2021-05-16T09:00:00Z --format json | jq .when")]
pub struct May {
    /// Who would speak: `person:alice`, `business:shop`; a bare name is a person.
    from: String,
    /// How.
    #[arg(value_enum, value_name = "message|call", hide_possible_values = true)]
    kind: Kind,
    /// To whom.
    to: String,
    /// When [default: the time of the last event of the log]
    #[arg(long, value_name = "TIME", value_parser = time)]
    at: Option<Millis>,
    /// A log of events, or of all decisions (`decide --all`), of which the machines are made; several are read as
    /// one, `-` is standard input. Everything counts that comes before the first event later than --at.
    #[arg(long, value_name = "FILE")]
    log: Vec<PathBuf>,
    /// A folder of machines that `firstword decide --state-dir` keeps, taken as they are. It is only read, even while
    /// another program works in it.
    #[arg(long, value_name = "DIR", conflicts_with = "log", requires = "at")]
    state_dir: Option<PathBuf>,
    #[command(flatten)]
    policy: PolicyArg,
    /// What a message of a business is for: service, utility, authentication or marketing [default: service]
    #[arg(long, value_parser = category)]
    category: Option<Category>,
    /// What a business writes about, such as `appointment`.
    #[arg(long)]
    purpose: Option<String>,
    /// The sector of the business, such as `pharmacy`.
    #[arg(long)]
    sector: Option<String>,
    /// A content kind that would be found in it, such as `iban` or `opt_out`; may be given several times.
    #[arg(long = "finding", value_name = "KIND")]
    findings: Vec<String>,
    /// How the answer is written [default: table on a terminal, else jsonl]
    #[arg(long, value_enum)]
    format: Option<Format>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Kind {
    /// `message`
    Message,
    /// `call`
    Call,
}

/// Reads a category of messages: that of a call is `calls`, and nothing else has it.
fn category(text: &str) -> Result<Category, String> {
    let category = Category::parse(text).filter(|category| *category != Category::Calls);
    category.ok_or_else(|| "one of service, utility, authentication, marketing".to_owned())
}

/// Runs the command.
pub fn run(args: &May) -> anyhow::Result<Exit> {
    let policy = args.policy.load()?;
    let json = args.json()?;
    let utterance = utterance(&Reader::new(&policy), &json)?;
    if args.log.is_empty() && args.at.is_none() {
        return Err(usage_error("when? Give a time with --at, or a --log whose end is meant"));
    }
    let (engine, at) = match &args.state_dir {
        Some(folder) => {
            let mut engine = Engine::new(policy);
            let label = StateDir::peek(folder, &mut engine)?;
            note_policies(&engine, &[label]);
            (engine, args.at)
        }
        None if args.log.is_empty() => (Engine::new(policy), args.at),
        None => {
            let names: [&Name<'_>; 2] = [&utterance.from, &utterance.to];
            let found = machines_at(policy, &args.log, args.at, &names)?;
            note_policies(&found.engine, &found.policies);
            if found.rejected > 0 {
                say(format_args!("{} rejected", counted(found.rejected, "line")));
            }
            (found.engine, args.at.or(found.last))
        }
    };
    let at =
        at.ok_or_else(|| usage_error("when? The log holds no event; give a time with --at"))?;
    let question = Question::of(&engine, utterance);
    let shown = show::Shown::of(&question, at, &engine.policy().label);
    let mut out = stdout();
    match Format::or_default(args.format) {
        Format::Table => shown.write(&mut out)?,
        Format::Json => writeln!(out, "{}", serde_json::to_string_pretty(&shown)?)?,
        Format::Jsonl => writeln!(out, "{}", serde_json::to_string(&shown)?)?,
    }
    out.flush()?;
    Ok(Exit::Done)
}

/// Machines know no policy: what they learnt under one can be asked about under another. That is worth a word.
fn note_policies(engine: &Engine, before: &[String]) {
    let current = &engine.policy().label;
    for before in before.iter().filter(|before| **before != **current) {
        say(format_args!("note: the machines were decided under {before}; asked under {current}"));
    }
}

impl May {
    /// The event that it would be, as an event is written: what it may hold is the reader's matter.
    fn json(&self) -> anyhow::Result<String> {
        let kind = match self.kind {
            Kind::Message => "message",
            Kind::Call if self.category.is_some() => {
                return Err(usage_error("--category is of messages; that of a call is `calls`"));
            }
            Kind::Call => "call",
        };
        let event = serde_json::json!({
            "id": "asked",
            "type": kind,
            "at": self.at.unwrap_or(Millis(946_684_800_000)).to_string(),
            "from": party(&self.from),
            "to": party(&self.to),
            "category": self.category.map(Category::as_str),
            "purpose": self.purpose,
            "sector": self.sector,
            "findings": self.findings,
        });
        Ok(event.to_string())
    }
}

/// A bare name is a person.
fn party(name: &str) -> String {
    let whole = ["person:", "business:"].iter().any(|prefix| name.starts_with(prefix));
    if whole { name.to_owned() } else { format!("person:{name}") }
}

fn utterance<'j>(reader: &Reader, json: &'j str) -> anyhow::Result<Utterance<'j>> {
    match reader.event(json.as_bytes()) {
        Ok(Event { what: What::Utterance(utterance), .. }) => Ok(utterance),
        Ok(_) => Err(usage_error("neither a message nor a call")),
        Err(reject) => Err(usage_error(wrong(reject))),
    }
}

/// What is wrong with the arguments, in their words.
fn wrong(reject: Reject) -> String {
    let identifier = "1 to 128 bytes without white space and control characters";
    match (reject.reason, reject.field) {
        (RejectReason::SameParty, _) => {
            "FROM and TO are the same: nobody speaks to themselves".into()
        }
        (RejectReason::NoPerson, _) => {
            "FROM and TO are both businesses: one of them must be a person".into()
        }
        (RejectReason::BadField, Some(field @ (Field::From | Field::To))) => {
            format!(
                "{} is no party such as person:alice or business:shop: a name is {identifier}",
                field.as_str().to_uppercase()
            )
        }
        (RejectReason::BadField, Some(Field::Findings)) => format!("--finding: not {identifier}"),
        (RejectReason::BadField, Some(field)) => format!("--{}: not {identifier}", field.as_str()),
        _ => format!("this would be no event: {reject}"),
    }
}
