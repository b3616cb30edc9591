//! A story, line by line: each event, and under it what it changed on whose machine; and machines at a time.
//!
//! `told.txt` is read as it is written: a line of JSON is an event, `show PERSON TIME` shows a machine, `duties TIME`
//! who owes an erasure, `#` begins a remark. What follows, indented, is what is expected. `UPDATE=1` writes it down.

use std::fmt::Write;
use std::path::Path;

use firstword_engine::Engine;
use firstword_replay::{Moment, changes, duties, portrait};
use firstword_rules::{Machine, Name};
use firstword_wire::{Reader, parse_time};

type Told = Result<(), Box<dyn std::error::Error>>;

#[test]
fn the_story_is_told_as_it_is_written() -> Told {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/steps");
    let policy = std::fs::read_to_string(folder.join("told.toml"))?;
    let policy = firstword_policy::parse(&policy).map_err(|_| "the policy has errors")?.policy;
    let story = std::fs::read_to_string(folder.join("told.txt"))?;
    let mut engine = Engine::new(policy);
    let reader = Reader::new(engine.policy());
    let mut told = String::new();
    for line in story.lines().filter(|line| !line.starts_with(' ')) {
        writeln!(told, "{line}")?;
        match line.split(' ').collect::<Vec<_>>().as_slice() {
            ["show", person, at] => show(&mut told, &engine, person, at)?,
            ["duties", at] => owed(&mut told, &engine, at)?,
            _ if line.starts_with('{') => step(&mut told, &mut engine, &reader, line)?,
            _ => (),
        }
    }
    if std::env::var_os("UPDATE").is_some() {
        return Ok(std::fs::write(folder.join("told.txt"), &told)?);
    }
    let differs = story.lines().zip(told.lines()).find(|(written, came)| written != came);
    assert_eq!(differs, None, "the first line that differs: as written, and as it came");
    assert_eq!(story.lines().count(), told.lines().count());
    Ok(())
}

fn step(told: &mut String, engine: &mut Engine, reader: &Reader, line: &str) -> Told {
    let event = reader.event(line.as_bytes()).map_err(|reject| reject.to_string())?;
    let (earlier, blank) = (engine.clone(), Machine::default());
    let decisions = engine.step(&event);
    for decision in decisions.iter() {
        let person = decision.visit.person();
        let verdict = decision.verdict;
        write!(told, "  {person} {}", verdict.as_str())?;
        match (verdict.basis(), verdict.reason(), decision.row) {
            (Some(basis), _, Some(row)) => writeln!(told, " as {basis} ({row})")?,
            (_, Some(reason), Some(row)) => writeln!(told, ": {reason} ({row})")?,
            (_, Some(reason), None) => writeln!(told, ": {reason}")?,
            _ => writeln!(told)?,
        }
        let before = earlier.machine(person).unwrap_or(&blank);
        let after = engine.machine(person).ok_or("the machine decided")?;
        for change in changes(engine, event.at, person, before, after) {
            writeln!(told, "    {change}")?;
        }
    }
    Ok(())
}

fn show(told: &mut String, engine: &Engine, person: &str, at: &str) -> Told {
    let person = Name::parse(person).ok_or("no person")?;
    let at = parse_time(at).ok_or("no time")?;
    let Some(shown) = portrait(engine, &person, at) else {
        writeln!(told, "  never met")?;
        return Ok(());
    };
    writeln!(told, "  {} decisions", shown.decisions)?;
    for section in shown.sections(4) {
        writeln!(told, "  {}", section.heading)?;
        section.lines.iter().try_for_each(|line| writeln!(told, "    {line}"))?;
        if section.more > 0 {
            writeln!(told, "    and {} more", section.more)?;
        }
    }
    Ok(())
}

fn owed(told: &mut String, engine: &Engine, at: &str) -> Told {
    let at = parse_time(at).ok_or("no time")?;
    for duty in duties(engine) {
        let overdue = if duty.is_overdue(at) { ", overdue" } else { "" };
        let (business, person, by) = (&duty.business, &duty.person, Moment(duty.by));
        writeln!(told, "  {business} owes the erasure of {person} by {by}{overdue}")?;
    }
    Ok(())
}
