//! `firstword demo`: the case of May 2021 on one screen, with nothing installed.

use std::io::Write;

use anyhow::Context;
use clap::Args;
use firstword_engine::Engine;
use firstword_rules::{Event, Kind, Policy, Reason, Role, Trail, Verdict, What};
use firstword_traffic::generate::{Generator, Traffic};
use firstword_wire::{Reader, trim_line};

use crate::deciding::Tally;
use crate::exit::Exit;
use crate::terminal::{Colours, counted, stdout, table, thousands};

/// Decide an ordinary day of May 2021, made up on the spot: what was refused, why, and what another policy does.
#[derive(Args, Debug)]
#[command(after_help = "Example:\n  firstword demo --seed 7")]
pub struct Demo {
    /// What the day follows from.
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

/// The Saturday on which nobody was to be limited any more, two weeks after the terms took effect.
fn day(seed: u64) -> Traffic {
    Traffic {
        people: 2_000,
        businesses: 25,
        events: 20_000,
        days: 1,
        seed,
        start: 1_622_246_400_000, // 2021-05-29T00:00:00Z
        ..Traffic::default()
    }
}

const POLICY: &str = firstword_policy::DEFAULT;
const OTHER: &str = "whatsapp-2021-reversed";

/// Runs the command.
pub fn run(args: &Demo) -> anyhow::Result<Exit> {
    let mut log = Vec::new();
    let traffic = day(args.seed);
    Generator::new(&traffic)?.write(&mut log)?;
    let policy = firstword_policy::builtin(POLICY).context("the default policy is built in")?;
    let other = firstword_policy::builtin(OTHER).context("this policy is built in")?;
    let events = read(&log, &policy);
    let (day, refused) = decide(&events, &policy);
    let (other_day, _) = decide(&events, &other);
    let (mut out, colours) = (stdout(), Colours::of_stdout());

    let heading = format!(
        "29 May 2021, made up: {} events of {} people and {} businesses. Terms took effect two weeks ago;",
        thousands(events.len() as u64),
        thousands(traffic.people.into()),
        traffic.businesses
    );
    writeln!(out, "{}", colours.strong(&heading))?;
    writeln!(
        out,
        "{}",
        colours.strong("one person in five declined them, one in ten never answered.")
    )?;
    writeln!(out)?;
    writeln!(out, "Under {}: {}", colours.strong(&policy.label), verdicts(&day, colours))?;
    table(&mut out, &reasons(&day, colours), &[false, true])?;
    writeln!(out)?;
    if let Some(refused) = refused.and_then(|place| Explained::of(&events, place, &policy)) {
        refused.write(&mut out, colours)?;
        writeln!(out)?;
    }
    writeln!(
        out,
        "The same day under {}: {}",
        colours.strong(&other.label),
        verdicts(&other_day, colours)
    )?;
    table(&mut out, &reasons(&other_day, colours), &[false, true])?;
    writeln!(out)?;
    writeln!(out, "{}", colours.strong("What to try next"))?;
    for (command, what) in [
        ("firstword generate --events 100000 > day.jsonl", "traffic of your own size"),
        ("firstword decide day.jsonl > decisions.jsonl", "decide it, or a log of yours"),
        ("firstword policy show whatsapp-2021", "the policy, and the history behind it"),
        ("firstword policy diagram", "the machine, drawn from the code that decides"),
    ] {
        writeln!(out, "  {command:<50} {}", colours.faint(what))?;
    }
    out.flush()?;
    Ok(Exit::Done)
}

fn read<'l>(log: &'l [u8], policy: &Policy) -> Vec<Event<'l>> {
    let reader = Reader::new(policy);
    let lines = log.split_inclusive(|byte| *byte == b'\n').filter_map(trim_line);
    lines.filter_map(|line| reader.event(line).ok()).collect()
}

/// Decides a day; what came of it, and the first message that was refused for declined terms.
fn decide(events: &[Event<'_>], policy: &Policy) -> (Tally, Option<usize>) {
    let (mut engine, mut tally, mut refused) =
        (Engine::new(policy.clone()), Tally::default(), None);
    for (place, event) in events.iter().enumerate() {
        let decision = engine.step(event).last;
        tally.decided(&decision);
        if decision.verdict == Verdict::Denied(Reason::TermsDeclined) && is_message(event) {
            refused = refused.or(Some(place));
        }
    }
    (tally, refused)
}

fn is_message(event: &Event<'_>) -> bool {
    matches!(&event.what, What::Utterance(said) if said.kind == Kind::Message)
}

/// A line of verdicts.
fn verdicts(tally: &Tally, colours: Colours) -> String {
    let met = Tally::VERDICTS.iter().zip(tally.verdicts).filter(|(_, count)| *count > 0);
    let shown = met.map(|(verdict, count)| {
        let text = format!("{} {verdict}", thousands(count));
        if *verdict == "denied" { colours.bad(&text) } else { text }
    });
    shown.collect::<Vec<_>>().join(", ")
}

/// Why events were refused or ignored, the most frequent first, and what each reason means.
fn reasons(tally: &Tally, colours: Colours) -> Vec<Vec<String>> {
    let all = tally.by_reason();
    let more: Vec<_> = all.iter().skip(SHOWN).map(|(_, count)| *count).collect();
    let rest = (!more.is_empty()).then(|| {
        let reasons = colours.faint(&format!("{} more", counted(more.len() as u64, "reason")));
        vec![format!("  {reasons}"), thousands(more.iter().sum()), String::new()]
    });
    let rows = all.into_iter().map(|(reason, count)| {
        vec![
            format!("  {}", colours.bad(reason.as_str())),
            thousands(count),
            colours.faint(&shortened(reason.meaning(), 80)),
        ]
    });
    rows.take(SHOWN).chain(rest).collect()
}

/// How many reasons people want to see.
const SHOWN: usize = 8;

/// A text that fits into so many columns, with an ellipsis where it was cut.
fn shortened(text: &str, columns: usize) -> String {
    match text.char_indices().nth(columns) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or(text).trim_end()),
        None => text.to_owned(),
    }
}

/// One refusal, row by row.
struct Explained<'e> {
    event: &'e Event<'e>,
    trail: Trail,
}

impl<'e> Explained<'e> {
    /// Decides the day again up to this event, and asks the machine before it advances.
    fn of(events: &'e [Event<'e>], place: usize, policy: &Policy) -> Option<Explained<'e>> {
        let mut engine = Engine::new(policy.clone());
        let (before, from_it) = events.split_at_checked(place)?;
        before.iter().for_each(|event| {
            engine.step(event);
        });
        let event = from_it.first()?;
        Some(Explained { event, trail: engine.explain(event, Role::Sender) })
    }

    fn write(&self, out: &mut impl Write, colours: Colours) -> std::io::Result<()> {
        let What::Utterance(utterance) = &self.event.what else { return Ok(()) };
        let heading = format!(
            "Why, for one: at {} {} (P) wrote to {} (Q)",
            self.event.at, utterance.from, utterance.to
        );
        writeln!(out, "{}", colours.strong(&heading))?;
        let rows = self.trail.tried.iter().map(|tried| {
            let answer = if tried.applied { colours.bad("yes") } else { "no".to_owned() };
            vec![format!("  {}", tried.row), answer, tried.words.to_owned()]
        });
        table(out, &rows.collect::<Vec<_>>(), &[])?;
        for tried in self.trail.tried.iter().rev().take(2).rev() {
            writeln!(out, "      {}: {}", tried.row, colours.faint(&tried.saw.join("; ")))?;
        }
        let verdict = self.trail.verdict;
        let reason = verdict.reason().map_or("", Reason::as_str);
        writeln!(out, "  so it was {} {reason}", colours.bad(verdict.as_str()))
    }
}
