//! A timeline says of every moment what reading the log up to there says.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::collections::BTreeMap;

use firstword_engine::Engine;
use firstword_policy::builtin;
use firstword_replay::{IndexBuilder, Lines, Timeline, Unfit};
use firstword_rules::{Machine, Millis, Name, PartyKind, Policy};
use firstword_traffic::generate::{Generator, Traffic};
use firstword_wire::{LogKind, write_decision, write_machine};

const POLICY: &str = "whatsapp-business-2026";

fn policy() -> Policy {
    builtin(POLICY).unwrap()
}

fn events(seed: u64) -> Vec<u8> {
    let traffic = Traffic {
        people: 40,
        businesses: 5,
        events: 6_000,
        malformed: 0.02,
        duplicates: 0.05,
        seed,
        ..Traffic::default()
    };
    let mut log = Vec::new();
    Generator::new(&traffic).unwrap().write(&mut log).unwrap();
    log
}

/// The whole journal of a log.
fn decisions(log: &[u8]) -> Vec<u8> {
    let (policy, mut out) = (policy(), Vec::new());
    let lines = Lines::new(LogKind::Events, &policy);
    let mut engine = Engine::new(policy.clone());
    for line in log.split_inclusive(|byte| *byte == b'\n') {
        if let Some(event) = lines.read(line).event() {
            for decision in engine.step(event).iter() {
                write_decision(&mut out, decision, &policy.label);
            }
        }
    }
    out
}

/// The timeline of a log that lies in so many files.
fn timeline(log: &[u8], kind: LogKind, files: usize) -> Timeline {
    let index = index(log, kind, files);
    Timeline::open(Box::new(log.to_vec()), Box::new(index), policy()).unwrap()
}

fn index(log: &[u8], kind: LogKind, files: usize) -> Vec<u8> {
    let policy = policy();
    let lines = Lines::new(kind, &policy);
    let scratch = || Ok(Box::new(Vec::new()) as Box<dyn firstword_replay::Scratch>);
    let mut builder = IndexBuilder::new(Vec::new(), kind, &policy, 7, scratch);
    let all: Vec<&[u8]> = log.split_inclusive(|byte| *byte == b'\n').collect();
    for (number, part) in all.chunks(all.len().div_ceil(files)).enumerate() {
        builder.file(&format!("part-{number}"), number as u64);
        for line in part {
            builder.line(line, &lines.read(line)).unwrap();
        }
    }
    builder.finish().unwrap()
}

/// A machine as bytes, with names instead of numbers.
fn bytes(engine: &Engine, machine: &Machine) -> Vec<u8> {
    let mut bytes = Vec::new();
    write_machine(&mut bytes, machine, |party| engine.name(party));
    bytes
}

/// Every person's machine after every visit is the one that reading the log from its begin gives.
fn says_what_reading_says(log: &[u8], kind: LogKind, files: usize) {
    let timeline = timeline(log, kind, files);
    let lines = timeline.lines().clone();
    let mut engine = Engine::new(policy());
    let (mut offset, mut visits, mut compared) = (0, BTreeMap::<String, u64>::new(), 0);
    for line in log.split_inclusive(|byte| *byte == b'\n') {
        let read = lines.read(line);
        let met: Vec<(String, u64)> = match &read {
            firstword_replay::Line::Event(event) => {
                let decisions = engine.step(event);
                decisions.iter().map(|d| (d.visit.person().to_string(), d.seq)).collect()
            }
            firstword_replay::Line::Decision(recorded) => {
                engine.replay(&recorded.event, recorded.role, recorded.seq, recorded.verdict);
                let visit = firstword_rules::Visit {
                    event: &recorded.event,
                    mark: firstword_rules::Mark::of(&recorded.event),
                    role: recorded.role,
                    peer: None,
                };
                vec![(visit.person().to_string(), recorded.seq)]
            }
            _ => Vec::new(),
        };
        for (person, seq) in met {
            let count = visits.entry(person.clone()).or_insert(0_u64);
            *count += 1;
            assert_eq!(*count, seq);
            let name = Name::parse(&person).unwrap();
            let history = timeline.history(&name).unwrap().unwrap();
            let entry = timeline.entries(&history, seq - 1..seq).unwrap();
            assert_eq!(entry.first().unwrap().offset, offset);
            assert_eq!(timeline.met_before(&history, offset).unwrap(), seq - 1);
            // Not each of them: an eighth, and those around the machines that are kept.
            if seq % 8 == 0 || seq % 64 < 2 {
                let known = timeline.machine(&history, seq).unwrap();
                let (read, told) = (engine.machine(&name).unwrap(), known.machine(&name).unwrap());
                assert!(bytes(&engine, read) == bytes(&known, told), "{person} after {seq}");
                compared += 1;
            }
        }
        offset += line.len() as u64;
    }
    assert!(compared > 700, "{compared} machines were compared");
    for (person, count) in visits {
        let history = timeline.history(&Name::parse(&person).unwrap()).unwrap().unwrap();
        assert_eq!((history.count(), history.first_seq()), (count, 1));
    }
    assert_eq!(timeline.counts().people, timeline.people().count() as u64);
    assert_eq!(timeline.history(&Name::parse("person:nobody").unwrap()).unwrap(), None);
}

#[test]
fn of_events() {
    says_what_reading_says(&events(1), LogKind::Events, 1);
}

#[test]
fn of_decisions_in_several_files() {
    says_what_reading_says(&decisions(&events(2)), LogKind::Decisions, 3);
}

#[test]
fn every_line_is_found_by_its_id_its_number_and_its_neighbours() {
    let log = events(3);
    let timeline = timeline(&log, LogKind::Events, 2);
    let (mut offset, mut previous, mut found, mut rejected) = (0, None, 0, 0);
    let all: Vec<&[u8]> = log.split_inclusive(|byte| *byte == b'\n').collect();
    for (number, line) in all.iter().enumerate() {
        assert_eq!(timeline.line(offset).unwrap(), *line);
        assert_eq!(timeline.previous_line(offset).unwrap(), previous);
        let (file, within) = (number / all.len().div_ceil(2), number % all.len().div_ceil(2));
        let place = timeline.place(offset).unwrap();
        assert_eq!(place.to_string(), format!("part-{file}:{}", within + 1));
        let by_number = timeline.line_of_number(file, within as u64 + 1).unwrap();
        assert_eq!(by_number, Some(offset));
        if let Some(id) = timeline.lines().read(line).id() {
            assert!(timeline.find(id).unwrap().contains(&offset));
            found += 1;
        } else if let Some(id) = firstword_wire::id_of(line) {
            assert!(timeline.find(&id).unwrap().contains(&offset));
            rejected += 1;
        }
        previous = Some(offset);
        let next = timeline.next_line(offset).unwrap();
        offset += line.len() as u64;
        assert_eq!(next, Some(offset).filter(|next| *next < log.len() as u64));
    }
    assert_eq!(found, timeline.counts().events);
    assert!(rejected > 20, "{rejected} rejected lines were found by their id");
    assert_eq!(timeline.line_of_number(0, all.len() as u64).unwrap(), None);
    assert!(timeline.find("no such id").unwrap().is_empty());
}

#[test]
fn a_moment_is_before_the_first_event_that_is_later() {
    let log = events(4);
    let timeline = timeline(&log, LogKind::Events, 1);
    let mut offset = 0;
    let times = log.split_inclusive(|byte| *byte == b'\n').map(|line| {
        let at = timeline.lines().read(line).at();
        offset += line.len() as u64;
        (offset - line.len() as u64, at)
    });
    let times: Vec<(u64, Option<Millis>)> = times.collect();
    let asked = times.iter().step_by(37).filter_map(|(_, at)| *at);
    for at in asked.flat_map(|at| [Millis(at.0 - 1), at, Millis(at.0 + 1)]) {
        let later = times.iter().find(|(_, newer)| newer.is_some_and(|newer| newer > at));
        let expected = later.map_or(timeline.end(), |(offset, _)| *offset);
        assert_eq!(timeline.moment(at).unwrap(), expected, "{at}");
    }
    assert_eq!(
        timeline.moment(Millis(0)).unwrap(),
        times.iter().find(|(_, at)| at.is_some()).unwrap().0
    );
}

#[test]
fn an_index_of_something_else_is_not_believed() {
    let log = events(5);
    let index = index(&log, LogKind::Events, 1);
    let open = |log: &[u8], index: &[u8], policy: Policy| {
        Timeline::open(Box::new(log.to_vec()), Box::new(index.to_vec()), policy)
    };
    let shorter = &log[..log.len() - 1];
    assert!(matches!(open(shorter, &index, policy()), Err(Unfit::OtherLog)));
    let other = builtin("open").unwrap();
    assert!(matches!(open(&log, &index, other), Err(Unfit::OtherPolicy)));
    for cut in [0, 1, 20, index.len() / 2, index.len() - 1] {
        let opened = open(&log, &index[..cut], policy());
        assert!(matches!(opened, Err(Unfit::Foreign | Unfit::Damaged)), "cut to {cut}");
    }
    let mut changed = log.clone();
    let place = log.len() / 2;
    changed[place] ^= 1;
    let timeline = open(&changed, &index, policy()).unwrap();
    assert!(matches!(timeline.line(place as u64), Err(Unfit::Changed(_))));
}

#[test]
fn an_index_that_is_damaged_anywhere_is_not_believed() {
    let log = events(6);
    let mut index = index(&log, LogKind::Events, 2);
    let asked = |index: &[u8]| -> Result<_, Unfit> {
        let timeline = Timeline::open(Box::new(log.clone()), Box::new(index.to_vec()), policy())?;
        let mut told = Vec::new();
        for person in timeline.people() {
            let (name, history) = person?;
            let name = Name { kind: PartyKind::Person, text: name.into() };
            let engine = timeline.machine(&history, history.count())?;
            told.push((name.to_string(), history, engine.machine(&name).cloned()));
        }
        let id = timeline.lines().read(&timeline.line(0)?).id().unwrap_or_default().to_owned();
        Ok((told, timeline.find(&id)?, timeline.moment(Millis(i64::MAX))?))
    };
    let right = asked(&index).unwrap();
    assert!(right.0.len() > 5 && right.1.len() == 1);
    let (length, mut refused) = (index.len(), 0);
    for place in (0..length).step_by(length / 500 + 1) {
        index[place] ^= 0x40;
        match asked(&index) {
            Err(Unfit::Damaged | Unfit::Foreign) => refused += 1,
            // Nothing that was asked stands there.
            told => assert_eq!(told.unwrap(), right, "byte {place} of {length}"),
        }
        index[place] ^= 0x40;
    }
    assert!(refused > 250, "{refused}");
}
