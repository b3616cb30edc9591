//! A fixture is small, names nobody, and comes to what the log came to.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeSet;

use firstword_engine::Engine;
use firstword_policy::builtin;
use firstword_replay::fixture::{Fixture, NoFixture, cut};
use firstword_replay::{IndexBuilder, Lines, Scratch, Timeline};
use firstword_rules::{Name, Policy};
use firstword_traffic::generate::{Generator, Traffic};
use firstword_wire::{LogKind, Recorded, read_decision, write_decision};

fn policy() -> Policy {
    builtin("whatsapp-business-2026").unwrap()
}

fn events() -> Vec<u8> {
    let traffic =
        Traffic { people: 60, businesses: 6, events: 8_000, seed: 11, ..Traffic::default() };
    let mut log = Vec::new();
    Generator::new(&traffic).unwrap().write(&mut log).unwrap();
    log
}

fn journal(log: &[u8]) -> Vec<u8> {
    let (policy, mut out) = (policy(), Vec::new());
    let lines = Lines::new(LogKind::Events, &policy);
    let mut engine = Engine::new(policy.clone());
    for line in log.split_inclusive(|byte| *byte == b'\n') {
        if let Some(event) = lines.read(line).event() {
            engine.step(event).iter().for_each(|one| write_decision(&mut out, one, &policy.label));
        }
    }
    out
}

fn timeline(log: &[u8], kind: LogKind) -> Timeline {
    let policy = policy();
    let lines = Lines::new(kind, &policy);
    let scratch = || Ok(Box::new(Vec::new()) as Box<dyn Scratch>);
    let mut builder = IndexBuilder::new(Vec::new(), kind, &policy, 3, scratch);
    builder.file("log", 0);
    for line in log.split_inclusive(|byte| *byte == b'\n') {
        builder.line(line, &lines.read(line)).unwrap();
    }
    let index = builder.finish().unwrap();
    Timeline::open(Box::new(log.to_vec()), Box::new(index), policy).unwrap()
}

fn decisions(journal: &[u8]) -> Vec<Recorded<'_>> {
    let lines = journal.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
    lines.map(|line| read_decision(line).unwrap()).collect()
}

/// What is to be the same: all but names, ids and numbers.
fn outcome(decision: &Recorded<'_>) -> String {
    let Recorded { event, role, verdict, row, standing, shares_data, .. } = decision;
    let Recorded { unlisted, erase_by, late, .. } = decision;
    format!(
        "{} {} {role:?} {verdict:?} {row:?} {standing:?} {shares_data:?} {unlisted} {erase_by:?} {late:?}",
        event.at,
        event.type_name()
    )
}

fn person_of<'d>(decision: &'d Recorded<'_>) -> &'d str {
    match (decision.event.parties(), decision.role) {
        ((_, Some(other)), firstword_rules::Role::Recipient(_)) => &other.text,
        ((one, _), _) => &one.text,
    }
}

/// Cuts out the last few decisions of each person, and holds each case against the log.
fn comes_to_the_same(kind: LogKind) {
    let log = events();
    let journal = journal(&log);
    let original = decisions(&journal);
    let timeline = timeline(if kind == LogKind::Events { &log } else { &journal }, kind);
    let people: BTreeSet<&str> = original.iter().map(person_of).collect();
    let (mut cut_out, mut smaller) = (0, 0);
    for person in people.iter().take(40) {
        let name = Name::parse("person:x").map(|name| Name { text: (*person).into(), ..name });
        let name = name.unwrap();
        let history = timeline.history(&name).unwrap().unwrap();
        let first = history.count().saturating_sub(3);
        let from = timeline.entries(&history, first..first + 1).unwrap().first().unwrap().offset;
        let fixture = cut(&timeline, &name, from, timeline.end()).unwrap();
        let Fixture { events, decisions: told, person: called, counts: [all, case] } = &fixture;
        let own = original.iter().filter(|decision| person_of(decision) == *person);
        let own: Vec<String> = own.skip(first as usize).map(outcome).collect();
        let told = decisions(told);
        let same: Vec<String> = told
            .iter()
            .filter(|decision| format!("person:{}", person_of(decision)) == *called)
            .map(outcome)
            .filter(|outcome| own.contains(outcome))
            .collect();
        assert_eq!(same, own, "{person}");
        assert_eq!((own.len(), events.split(|byte| *byte == b'\n').count() - 1), (*case, *all));
        let text = String::from_utf8(events.clone()).unwrap();
        assert!(!text.contains(&format!("\"person:{person}\"")), "{text}");
        smaller += usize::from((*all as u64) < history.count());
        cut_out += 1;
    }
    assert!(cut_out == 40 && smaller > 30, "{smaller} of {cut_out} are smaller than the history");
}

#[test]
fn out_of_events() {
    comes_to_the_same(LogKind::Events);
}

#[test]
fn out_of_decisions() {
    comes_to_the_same(LogKind::Decisions);
}

#[test]
fn nothing_happened() {
    let log = events();
    let timeline = timeline(&log, LogKind::Events);
    let nobody = Name::parse("person:nobody").unwrap();
    let nothing = cut(&timeline, &nobody, 0, timeline.end());
    assert!(matches!(nothing, Err(NoFixture::Nothing)));
}
