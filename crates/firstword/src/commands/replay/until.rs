//! A log rebuilt up to a moment: what the machines hold, or one person's visits.

use std::io::Write;

use firstword_engine::Engine;
use firstword_replay::{Moment, Summary, Timeline, Visited, Walk, summary};
use firstword_rules::{Millis, Name, Standing};
use serde::Serialize;

use super::Replay;
use crate::commands::decide::row;
use crate::commands::policy::{write_json, write_one};
use crate::commands::show::say_troubles_of;
use crate::exit::{Exit, say};
use crate::folding::{Folded, fold};
use crate::terminal::{Colours, Format, counted, stdout, table, thousands};

/// What all machines hold.
pub fn of_everybody(args: &Replay) -> anyhow::Result<Exit> {
    let engine = Engine::new(args.policies.one()?);
    let (engine, folded) = fold(&args.open()?.parts()?, engine, args.until)?;
    folded.say_troubles(engine.policy());
    let at = args.until.or(folded.newest).unwrap_or(Millis(0));
    let held = summary(&engine, at);
    let mut out = stdout();
    match Format::or_default(args.format) {
        Format::Table => {
            let colours = Colours::of_stdout();
            let label = colours.faint(&format!("under {}", engine.policy().label));
            writeln!(out, "{} {label}", colours.strong(&format!("at {}", Moment(at))))?;
            table(&mut out, &rows(&folded, &held), &[false, true])?;
        }
        format => {
            let label = &engine.policy().label;
            write_one(&mut out, format, &Everybody::of(&folded, &held, at, label))?;
        }
    }
    out.flush()?;
    Ok(Exit::Done)
}

fn rows(folded: &Folded, held: &Summary) -> Vec<Vec<String>> {
    let row = |what: &str, count: u64, more: String| vec![what.to_owned(), thousands(count), more];
    let standings = Standing::ALL.iter().zip(held.standings).filter(|(_, count)| *count > 0);
    let standings: Vec<_> =
        standings.map(|(standing, count)| format!("{} {standing}", thousands(count))).collect();
    let conversations =
        format!("{} open to a reply, {} live", thousands(held.open), thousands(held.live));
    vec![
        row("events", folded.events, String::new()),
        row("decisions", folded.decisions, String::new()),
        row("people", held.people, standings.join(", ")),
        row("share data", held.share_data, String::new()),
        row("in doubt", held.in_doubt, String::new()),
        row("conversations", held.conversations, conversations),
        row("permissions", held.contacts, "pairs of a person and a business".to_owned()),
        row("blocks", held.blocks, String::new()),
        row("erasures owed", held.duties, format!("{} overdue", thousands(held.overdue))),
    ]
}

/// What all machines hold as JSON.
#[derive(Serialize)]
struct Everybody<'e> {
    at: String,
    policy: &'e str,
    events: u64,
    decisions: u64,
    rejected: u64,
    out_of_order: u64,
    people: u64,
    full: u64,
    reply_only: u64,
    suspended: u64,
    closed: u64,
    share_data: u64,
    in_doubt: u64,
    conversations: u64,
    open: u64,
    live: u64,
    permissions: u64,
    blocks: u64,
    duties: u64,
    overdue: u64,
}

impl<'e> Everybody<'e> {
    fn of(folded: &Folded, held: &Summary, at: Millis, policy: &'e str) -> Everybody<'e> {
        let [full, reply_only, suspended, closed] = held.standings;
        Everybody {
            at: at.to_string(),
            policy,
            events: folded.events,
            decisions: folded.decisions,
            rejected: folded.rejected,
            out_of_order: folded.out_of_order,
            people: held.people,
            full,
            reply_only,
            suspended,
            closed,
            share_data: held.share_data,
            in_doubt: held.in_doubt,
            conversations: held.conversations,
            open: held.open,
            live: held.live,
            permissions: held.contacts,
            blocks: held.blocks,
            duties: held.duties,
            overdue: held.overdue,
        }
    }
}

/// One person's visits.
pub fn of_person(args: &Replay, person: &Name<'_>) -> anyhow::Result<Exit> {
    let timeline = args.open()?.timeline(&args.policies.one()?)?;
    say_troubles_of(&timeline);
    let Some(history) = timeline.history(person)? else {
        say(format_args!("nothing in the log is about {person}"));
        return Ok(Exit::Done);
    };
    let moment = args.until.map_or(Ok(timeline.end()), |until| timeline.moment(until))?;
    let visits = timeline.met_before(&history, moment)?;
    if history.first_seq() > 1 {
        let before = counted(history.first_seq() - 1, "decision");
        say(format_args!(
            "note: {before} of {person} are not in the log: what they changed is not known"
        ));
    }
    let (mut out, mut line) = (stdout(), Vec::new());
    let format = Format::or_default(args.format);
    let mut walk = timeline.walk(&history, 0..visits)?;
    let mut values = Vec::new();
    while let Some(visited) = walk.step()? {
        match format {
            Format::Table => {
                line.clear();
                told(&mut line, &timeline, &walk, &visited)?;
                out.write_all(&line)?;
            }
            Format::Jsonl => {
                write_json(&mut out, format, &[visit(&timeline, &walk, &visited)?])?;
            }
            Format::Json => values.push(visit(&timeline, &walk, &visited)?),
        }
    }
    if format == Format::Json {
        write_json(&mut out, format, &values)?;
    }
    out.flush()?;
    say(format_args!("{} of {person}", counted(visits, "visit")));
    Ok(Exit::Done)
}

/// A visit as a line of `firstword decide`, and under it what changed.
fn told(
    out: &mut Vec<u8>,
    timeline: &Timeline,
    walk: &Walk<'_>,
    visited: &Visited,
) -> anyhow::Result<()> {
    let line = timeline.line(visited.entry.offset)?;
    if let Some(event) = timeline.lines().read(&line).event() {
        row(out, event, visited.entry.role, visited.verdict, visited.row);
    }
    for change in walk.changes(visited) {
        writeln!(out, "    {change}")?;
    }
    Ok(())
}

/// A visit as JSON.
#[derive(Serialize)]
struct Visit {
    place: String,
    seq: u64,
    id: String,
    #[serde(rename = "type")]
    type_name: &'static str,
    at: String,
    gate: Option<&'static str>,
    /// The party that the event names besides the person.
    other: Option<String>,
    verdict: &'static str,
    #[serde(rename = "as")]
    basis: Option<&'static str>,
    reason: Option<&'static str>,
    row: Option<&'static str>,
    changes: Vec<String>,
}

fn visit(timeline: &Timeline, walk: &Walk<'_>, visited: &Visited) -> anyhow::Result<Visit> {
    let Visited { entry, seq, verdict, row, .. } = visited;
    let line = timeline.line(entry.offset)?;
    let line = timeline.lines().read(&line);
    let other = line.event().and_then(|event| {
        let (one, other) = event.parties();
        if one == walk.person() { other } else { Some(one) }.map(ToString::to_string)
    });
    Ok(Visit {
        place: timeline.place(entry.offset)?.to_string(),
        seq: *seq,
        id: line.id().unwrap_or_default().to_owned(),
        type_name: entry.type_name,
        at: entry.at.to_string(),
        gate: entry.role.side().map(|side| side.as_str()),
        other,
        verdict: verdict.as_str(),
        basis: verdict.basis().map(|basis| basis.as_str()),
        reason: verdict.reason().map(|reason| reason.as_str()),
        row: *row,
        changes: walk.changes(visited).iter().map(ToString::to_string).collect(),
    })
}
