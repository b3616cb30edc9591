//! What is shown of two logs that were compared.

use std::io::Write;

use firstword_replay::compare::{Cause, Compared, Divergence, Ruling, Side, Told};
use firstword_rules::{Basis, Reason};
use serde::Serialize;

use crate::commands::outcomes::{Fields, IN_WORDS, in_words, people};
use crate::exit::say;
use crate::terminal::{Colours, Format, counted, stdout, table, thousands};

/// All of it, as one document.
#[derive(Serialize)]
struct Document<'c> {
    first: OneLog<'c>,
    second: OneLog<'c>,
    people: u64,
    same: u64,
    differing: u64,
    causes: Vec<OneCause<'c>>,
    divergences: Vec<OnePerson<'c>>,
}

#[derive(Serialize)]
struct OneLog<'c> {
    log: &'c str,
    decisions: u64,
    only_here: u64,
    people_only_here: u64,
    repeats: u64,
    policies: &'c [String],
}

#[derive(Serialize)]
struct OneCause<'c> {
    people: u64,
    /// Whether both logs have the same event there.
    same_event: bool,
    #[serde(flatten)]
    missing: Option<Missing>,
    #[serde(skip_serializing_if = "Option::is_none")]
    first: Option<OneRuling>,
    #[serde(skip_serializing_if = "Option::is_none")]
    second: Option<OneRuling>,
    /// The fields that differ, where verdict and row are the same.
    #[serde(skip_serializing_if = "Option::is_none")]
    fields: Option<&'c [&'static str]>,
}

/// Where only one log has a decision.
#[derive(Serialize)]
struct Missing {
    /// The log that has none: `first` or `second`.
    missing_in: &'static str,
    /// Whether that log has no later one of the person either.
    ended: bool,
}

impl Missing {
    fn new(in_first: bool, ended: bool) -> Missing {
        Missing { missing_in: if in_first { "first" } else { "second" }, ended }
    }
}

/// A verdict, and the row that decided.
#[derive(Serialize)]
struct OneRuling {
    verdict: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'static str>,
    #[serde(rename = "as", skip_serializing_if = "Option::is_none")]
    basis: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    row: Option<&'static str>,
}

#[derive(Serialize)]
struct OnePerson<'c> {
    person: &'c str,
    seq: u64,
    same_event: bool,
    #[serde(flatten)]
    missing: Option<Missing>,
    fields: &'c [&'static str],
    #[serde(skip_serializing_if = "Option::is_none")]
    first: Option<Line<'c>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    second: Option<Line<'c>>,
    /// How many later decisions differ too.
    follow: u64,
}

#[derive(Serialize)]
struct Line<'c> {
    line: u64,
    /// The event's id.
    id: &'c str,
    #[serde(flatten)]
    outcome: Fields<'c>,
}

/// Writes it, and says how much is the same.
pub fn write(
    compared: &Compared,
    names: &[String; 2],
    format: Format,
    max: usize,
) -> anyhow::Result<()> {
    let mut out = stdout();
    match format {
        Format::Table => tables(&mut out, compared, names, max)?,
        Format::Json => writeln!(out, "{}", serde_json::to_string(&document(compared, names))?)?,
        Format::Jsonl => {
            for divergence in &compared.divergences {
                writeln!(out, "{}", serde_json::to_string(&person(divergence))?)?;
            }
        }
    }
    out.flush()?;
    summarise(compared, names);
    Ok(())
}

/// What came of it, on standard error.
fn summarise(compared: &Compared, names: &[String; 2]) {
    let same = counted(compared.same, "decision");
    if compared.is_same() {
        say(format_args!("{same}: the same in both"));
        return;
    }
    let differs = |it: &&Divergence| it.follow > 0 || (it.first.is_some() && it.second.is_some());
    let people = people(compared.divergences.iter().filter(differs).count() as u64);
    match compared.differing {
        0 => say(format_args!("{same} the same, none differs")),
        differing => {
            say(format_args!("{same} the same, {} differ, of {people}", thousands(differing)))
        }
    }
    for (side, name) in compared.sides.iter().zip(names) {
        if side.only_here > 0 {
            say(format_args!("  {} only in {name}", counted(side.only_here, "decision")));
        }
        if side.repeats > 0 {
            let repeats = counted(side.repeats, "decision");
            say(format_args!("  {repeats} in {name} under a number that was there before"));
        }
    }
}

fn document<'c>(compared: &'c Compared, names: &'c [String; 2]) -> Document<'c> {
    let [first, second] = &compared.sides;
    let [first_name, second_name] = names;
    Document {
        first: log(first, first_name),
        second: log(second, second_name),
        people: compared.people,
        same: compared.same,
        differing: compared.differing,
        causes: compared.causes.iter().map(|(cause, people)| one_cause(cause, *people)).collect(),
        divergences: compared.divergences.iter().map(person).collect(),
    }
}

fn log<'c>(side: &'c Side, name: &'c str) -> OneLog<'c> {
    let Side { decisions, only_here, people_only_here, repeats, policies } = side;
    OneLog {
        log: name,
        decisions: *decisions,
        only_here: *only_here,
        people_only_here: *people_only_here,
        repeats: *repeats,
        policies,
    }
}

fn one_cause(cause: &Cause, people: u64) -> OneCause<'_> {
    let one = OneCause {
        people,
        same_event: false,
        missing: None,
        first: None,
        second: None,
        fields: None,
    };
    match cause {
        Cause::Decided { same_event, first, second } => OneCause {
            same_event: *same_event,
            first: Some(ruling(*first)),
            second: Some(ruling(*second)),
            ..one
        },
        Cause::Fields(fields) => OneCause { same_event: true, fields: Some(fields), ..one },
        Cause::Missing { first, second } => OneCause {
            missing: Some(Missing::new(first.is_none(), false)),
            first: first.map(ruling),
            second: second.map(ruling),
            ..one
        },
        Cause::Ended { first } => OneCause { missing: Some(Missing::new(*first, true)), ..one },
    }
}

fn ruling((verdict, row): Ruling) -> OneRuling {
    OneRuling {
        verdict: verdict.as_str(),
        reason: verdict.reason().map(Reason::as_str),
        basis: verdict.basis().map(Basis::as_str),
        row,
    }
}

fn person(divergence: &Divergence) -> OnePerson<'_> {
    fn line(told: &Told) -> Line<'_> {
        Line { line: told.line, id: &told.id, outcome: Fields(&told.outcome) }
    }
    let first = divergence.first.as_ref().map(line);
    let second = divergence.second.as_ref().map(line);
    let is_missing = first.is_none() || second.is_none();
    OnePerson {
        person: &divergence.person,
        seq: divergence.seq,
        same_event: divergence.same_event(),
        missing: is_missing.then(|| Missing::new(first.is_none(), divergence.ended)),
        fields: &divergence.fields,
        first,
        second,
        follow: divergence.follow,
    }
}

fn tables(
    out: &mut impl Write,
    compared: &Compared,
    names: &[String; 2],
    max: usize,
) -> std::io::Result<()> {
    let colours = Colours::of_stdout();
    let head = |cells: &[&str]| cells.iter().map(|cell| colours.faint(cell)).collect::<Vec<_>>();
    let mut shown = vec![head(&["log", "decisions", "only here", "people only here", "policies"])];
    for (side, name) in compared.sides.iter().zip(names) {
        let numbers = [side.decisions, side.only_here, side.people_only_here].map(thousands);
        let ends = [colours.strong(name), side.policies.join(", ")];
        let [name, policies] = ends;
        shown.push([name].into_iter().chain(numbers).chain([policies]).collect());
    }
    table(out, &shown, &[false, true, true, true])?;
    if compared.divergences.is_empty() {
        return Ok(());
    }

    let [first, second] = names;
    writeln!(out, "\nwhat the first differences of people come from")?;
    let mut shown = vec![head(&["people", first, second])];
    for (cause, people) in &compared.causes {
        let [one, other] = cause_in_words(cause, colours);
        shown.push(vec![thousands(*people), one, other]);
    }
    table(out, &shown, &[true])?;

    let mut shown =
        vec![head(&["person", "decision", "event", first, "", second, "", "differing after it"])];
    for divergence in compared.divergences.iter().take(max) {
        shown.push(row(divergence, colours));
    }
    writeln!(out, "\nthe first difference of each person, with its lines")?;
    table(out, &shown, &[false, true, false, true, false, true, false, true])?;
    let left = compared.divergences.len().saturating_sub(max);
    if left > 0 {
        let left = format!(
            "and {} more: --max shows them, and so do the other formats",
            people(left as u64)
        );
        writeln!(out, "{}", colours.faint(&left))?;
    }
    Ok(())
}

fn cause_in_words(cause: &Cause, colours: Colours) -> [String; 2] {
    let words = |(verdict, row): Ruling| in_words(verdict, row, colours);
    match cause {
        Cause::Fields(fields) => {
            [format!("{}, all else the same", fields.join(", ")), String::new()]
        }
        Cause::Decided { same_event: true, first, second } => [*first, *second].map(words),
        Cause::Decided { same_event: false, first, second } => {
            [words(*first), format!("another event: {}", words(*second))]
        }
        Cause::Missing { first, second } => {
            [*first, *second].map(|ruling| ruling.map_or_else(|| MISSING.to_owned(), words))
        }
        Cause::Ended { first: true } => [ENDED, GOES_ON].map(str::to_owned),
        Cause::Ended { first: false } => [GOES_ON, ENDED].map(str::to_owned),
    }
}

/// Of a log that lacks a decision, but has later ones of the person.
const MISSING: &str = "missing";
/// Of a log that has none of the person any more, and of the one that has.
const ENDED: &str = "ended";
const GOES_ON: &str = "goes on";

fn row(divergence: &Divergence, colours: Colours) -> Vec<String> {
    let same_event = divergence.same_event();
    let says = |told: &Told| {
        let mut words = in_words(told.outcome.verdict, told.outcome.row, colours);
        for (field, value) in told.outcome.fields() {
            // Of two events everything may differ.
            let differs = same_event && divergence.fields.contains(&field);
            if differs && !IN_WORDS.contains(&field) {
                words += &format!(", {field} {}", value.as_deref().unwrap_or("none"));
            }
        }
        words
    };
    let side = |told: Option<&Told>| match told {
        Some(told) => [format!(":{}", told.line), says(told)],
        None => [String::new(), if divergence.ended { ENDED } else { MISSING }.to_owned()],
    };
    let (first, second) = (divergence.first.as_ref(), divergence.second.as_ref());
    let mut ids: Vec<&str> = first.into_iter().chain(second).map(|told| &*told.id).collect();
    ids.dedup();
    let start = [divergence.person.clone(), divergence.seq.to_string(), ids.join(", ")];
    let sides = [side(first), side(second)].into_iter().flatten();
    start.into_iter().chain(sides).chain([thousands(divergence.follow)]).collect()
}
