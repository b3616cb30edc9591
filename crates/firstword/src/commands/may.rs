//! `firstword may FROM message|call TO`: whether it would be let through, and if not, from when.

mod show;

use std::io::Write;
use std::path::PathBuf;

use anyhow::ensure;
use clap::{Args, ValueEnum};
use firstword_engine::Engine;
use firstword_policy::did_you_mean;
use firstword_replay::may::Question;
use firstword_rules::{Category, Event, Machine, Millis, Name, Policy, Utterance, What};
use firstword_wire::read::Field;
use firstword_wire::{Reader, Reject, RejectReason, scan};

use super::log::LogArgs;
use super::policy::write_one;
use super::show::{advance, kept, moment_of};
use super::{PolicyArg, asked};
use crate::exit::{Exit, say, usage_error};
use crate::terminal::{Format, counted, stdout};

/// Say whether somebody may speak to somebody, and as what; if not, by which row, and from when.
///
/// The answer comes from the machines of the two: after everything of a log before the first event that is later than
/// the time, those of a folder that `firstword decide` keeps, or blank ones, of people who never met. Nothing changes.
/// A refusal is an answer: the exit status is 0 either way.
///
/// From when: the first instant at which the gates let it through with nothing else happening; never, if there is none
/// before 2100.
#[derive(Args, Debug)]
#[command(after_help = "Examples:\n  \
    firstword may alice message bob day.jsonl\n  \
    firstword may alice message bob day.jsonl --at 2021-05-16T09:00:00Z\n  \
    firstword may business:shop call bob --state-dir machines --at 2026-03-27T21:30:00Z\n  \
    firstword may business:shop message bob --category marketing day.jsonl\n  \
    firstword may alice call bob --policy open --at 2021-05-16T09:00:00Z --format json | jq .when")]
pub struct May {
    /// Who would speak: `person:alice`, `business:shop`; a bare name is a person.
    from: String,
    /// How.
    #[arg(value_enum, value_name = "message|call", hide_possible_values = true)]
    kind: Kind,
    /// To whom.
    to: String,
    #[command(flatten)]
    log: LogArgs,
    /// When [default: the time of the newest event]
    #[arg(long, value_name = "TIME", value_parser = asked::time)]
    at: Option<Millis>,
    /// A folder of machines that `firstword decide --state-dir` keeps, from which the log goes on, if there is one. It
    /// is only read, even while another program works in it.
    #[arg(long, value_name = "DIR")]
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
    let (engine, at) = match (&args.state_dir, args.at) {
        (Some(folder), _) => {
            let mut engine = Engine::new(policy);
            kept(folder, &mut engine)?;
            advance(&args.log, engine, args.at)?
        }
        (None, Some(at)) if args.log.is_empty() => (Engine::new(policy), at),
        (None, None) if args.log.is_empty() => {
            return Err(usage_error("when? Give a time with --at, or a log whose end is meant"));
        }
        (None, _) => from_log(args, policy, [&utterance.from, &utterance.to])?,
    };
    args.say_notes(&engine, &utterance);
    let question = Question::of(&engine, utterance);
    let shown = show::Shown::of(&question, at, &engine.policy().label);
    let mut out = stdout();
    match Format::or_default(args.format) {
        Format::Table => shown.write(&mut out)?,
        format => write_one(&mut out, format, &shown)?,
    }
    out.flush()?;
    Ok(Exit::Done)
}

/// The machines of these people by the index of the log.
///
/// Machines that lack something would give a wrong answer, so there is none.
fn from_log(
    args: &May,
    policy: Policy,
    parties: [&Name<'_>; 2],
) -> anyhow::Result<(Engine, Millis)> {
    let (timeline, at, moment) = moment_of(&args.log, &policy, args.at)?;
    ensure!(
        !timeline.counts().is_final_only(),
        "the log holds final decisions alone, and people's machines rest on the forwarded ones too: {}",
        WHOLE
    );
    let mut engine = Engine::new(policy);
    for person in parties {
        let Some(history) = timeline.history(person)? else { continue };
        let met = timeline.met_before(&history, moment)?;
        timeline.put_machine(&mut engine, &history, met)?;
        let missing = engine.machine(person).map_or(0, Machine::seq) - met;
        ensure!(missing == 0, "{} of {person} missing: {WHOLE}", counted(missing, "decision"));
    }
    Ok((engine, at))
}

const WHOLE: &str = "`firstword decide --all` writes a whole journal";

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

impl May {
    /// Says what makes the answer another than it seems: people of whom nothing is known, words that are not read.
    fn say_notes(&self, engine: &Engine, utterance: &Utterance<'_>) {
        let scanned = scan::Kind::ALL.iter().map(|kind| -> &str { kind.as_str() });
        let forbidden = engine.policy().forbidden_content.iter().map(|kind| &**kind);
        let known: Vec<_> = scanned.chain(forbidden).chain(["opt_out", "opt_in"]).collect();
        for kind in self.findings.iter().filter(|kind| !known.contains(&&***kind)) {
            let meant = did_you_mean(kind, known.iter().copied());
            let meant = meant.map_or(String::new(), |meant| format!("; {meant}"));
            say(format_args!(
                "note: `{kind}` is no kind that the scan finds or the policy names{meant}"
            ));
        }
        let has_past = !self.log.is_empty() || self.state_dir.is_some();
        for (written, party) in [(&self.from, &utterance.from), (&self.to, &utterance.to)] {
            if has_past && party.is_person() && engine.machine(party).is_none() {
                let bare = match written.contains(':') {
                    true => "",
                    false => " (a business is written business:NAME)",
                };
                say(format_args!(
                    "note: nothing was met of {party}{bare}: what is said is what holds for anybody"
                ));
            }
        }
        let business_alone = [
            ("--category", self.category.is_some()),
            ("--purpose", self.purpose.is_some()),
            ("--sector", self.sector.is_some()),
        ];
        for (option, _) in business_alone.into_iter().filter(|(_, given)| *given) {
            if utterance.from.is_person() {
                say(format_args!("note: {option} is read only where a business speaks"));
            }
        }
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
        (RejectReason::BadField, Some(Field::At)) => {
            "--at: events are from 2000-01-01 up to, not including, 2100-01-01 (UTC)".into()
        }
        (RejectReason::BadField, Some(Field::Findings)) => format!("--finding: not {identifier}"),
        (RejectReason::BadField, Some(field)) => format!("--{}: not {identifier}", field.as_str()),
        _ => format!("this would be no event: {reject}"),
    }
}
