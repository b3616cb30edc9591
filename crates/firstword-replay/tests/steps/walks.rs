//! Walks along a person's visits in generated traffic, and what all machines hold.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeMap;

use firstword_engine::Engine;
use firstword_policy::builtin;
use firstword_replay::{
    Counted, IndexBuilder, Lines, Scratch, Timeline, changes, duties, portrait, summary,
};
use firstword_rules::{Machine, Millis, Name, Policy, Standing, Verdict};
use firstword_traffic::generate::{Generator, Traffic};
use firstword_wire::{LogKind, write_decision};

fn policy() -> Policy {
    builtin("whatsapp-business-2026").unwrap()
}

fn events() -> Vec<u8> {
    let traffic = Traffic {
        people: 30,
        businesses: 4,
        events: 2_500,
        malformed: 0.02,
        duplicates: 0.03,
        seed: 11,
        ..Traffic::default()
    };
    let mut log = Vec::new();
    Generator::new(&traffic).unwrap().write(&mut log).unwrap();
    log
}

fn timeline(log: &[u8], kind: LogKind) -> Timeline {
    let lines = Lines::new(kind, &policy());
    let scratch = || Ok(Box::new(Vec::new()) as Box<dyn Scratch>);
    let mut builder = IndexBuilder::new(Vec::new(), kind, &policy(), 7, scratch);
    builder.file("log", 0);
    for line in log.split_inclusive(|byte| *byte == b'\n') {
        builder.line(line, &lines.read(line)).unwrap();
    }
    let index = builder.finish().unwrap();
    Timeline::open(Box::new(log.to_vec()), Box::new(index), policy()).unwrap()
}

/// What was decided at a visit, and what it changed.
type Step = (u64, Verdict, Option<&'static str>, Vec<String>);

/// Each person's steps as deciding the log gives them, and the journal.
fn decided(log: &[u8]) -> (BTreeMap<String, Vec<Step>>, Vec<u8>, Engine) {
    let (mut steps, mut journal) = (BTreeMap::<_, Vec<Step>>::new(), Vec::new());
    let (mut engine, blank) = (Engine::new(policy()), Machine::default());
    let lines = Lines::new(LogKind::Events, &policy());
    for line in log.split_inclusive(|byte| *byte == b'\n') {
        let read = lines.read(line);
        let Some(event) = read.event() else { continue };
        let (one, other) = event.parties();
        let parties = [Some(one), other].into_iter().flatten();
        let before: Vec<_> =
            parties.map(|party| engine.machine(party).cloned().unwrap_or_default()).collect();
        let decisions = engine.step(event);
        for decision in decisions.iter() {
            let person = decision.visit.person();
            let before = if person == one { before.first() } else { before.last() };
            let (before, after) =
                (before.unwrap_or(&blank), engine.machine(person).unwrap_or(&blank));
            let told = changes(&engine, event.at, person, before, after);
            let told = told.iter().map(ToString::to_string).collect();
            let step = (decision.seq, decision.verdict, decision.row, told);
            steps.entry(person.to_string()).or_default().push(step);
            write_decision(&mut journal, decision, &policy().label);
        }
    }
    (steps, journal, engine)
}

fn walks_tell_what_deciding_tells(timeline: &Timeline, steps: &BTreeMap<String, Vec<Step>>) {
    let mut changed = 0;
    for (person, steps) in steps {
        let history = timeline.history(&Name::parse(person).unwrap()).unwrap().unwrap();
        // From the begin, and from somewhere after machines are kept.
        for from in [0, steps.len() * 2 / 3] {
            let mut walk = timeline.walk(&history, from as u64..u64::MAX).unwrap();
            for step in steps.iter().skip(from) {
                let visited = walk.step().unwrap().unwrap();
                let told = walk.changes(&visited).iter().map(ToString::to_string).collect();
                assert_eq!((visited.seq, visited.verdict, visited.row, told), *step, "{person}");
                assert_eq!(visited.trail.verdict, visited.verdict);
                changed += step.3.len();
            }
            assert!(walk.step().unwrap().is_none());
        }
    }
    assert!(changed > 2_000, "{changed} changes were compared");
}

#[test]
fn a_walk_tells_what_deciding_told() {
    let log = events();
    let (steps, journal, _) = decided(&log);
    walks_tell_what_deciding_tells(&timeline(&log, LogKind::Events), &steps);
    walks_tell_what_deciding_tells(&timeline(&journal, LogKind::Decisions), &steps);
}

#[test]
fn the_newest_time_is_that_of_the_newest_event() {
    let log = events();
    let lines = Lines::new(LogKind::Events, &policy());
    let all: Vec<&[u8]> = log.split_inclusive(|byte| *byte == b'\n').collect();
    for count in [0, 1, 2, 1_023, 1_024, 1_025, all.len()] {
        let part: Vec<u8> = all.iter().take(count).copied().flatten().copied().collect();
        let newest = all.iter().take(count).filter_map(|line| lines.read(line).at()).max();
        assert_eq!(timeline(&part, LogKind::Events).newest().unwrap(), newest, "{count}");
    }
}

#[test]
fn a_summary_is_the_sum_of_what_each_machine_shows() {
    let (_, _, engine) = decided(&events());
    let at = Millis(1_621_500_000_000);
    let held = summary(&engine, at);
    let shown: Vec<_> =
        engine.machines().map(|(person, _)| portrait(&engine, &person, at).unwrap()).collect();
    let sum = |count: fn(&firstword_replay::Portrait<'_>) -> usize| {
        shown.iter().map(count).sum::<usize>() as u64
    };
    assert_eq!(held.people, shown.len() as u64);
    assert_eq!(held.people, held.standings.iter().sum::<u64>());
    let full = sum(|shown| usize::from(shown.stand.standing == Standing::Full));
    assert_eq!(held.standings.first(), Some(&full));
    assert_eq!(held.share_data, sum(|shown| usize::from(shown.shares_data)));
    assert_eq!(held.conversations, sum(|shown| shown.conversations.len()));
    let open = sum(|shown| shown.conversations.iter().filter(|t| t.may_reply.is_some()).count());
    let live = sum(|shown| shown.conversations.iter().filter(|t| t.live.is_some()).count());
    assert_eq!((held.open, held.live), (open, live));
    assert_eq!(held.contacts, sum(|shown| shown.businesses.len()));
    assert_eq!(held.blocks, sum(|shown| shown.blocks.iter().filter(|(_, b)| b.value).count()));
    assert_eq!(held.duties, sum(|shown| shown.duties.len()));
    assert_eq!(held.duties, duties(&engine).len() as u64);
    assert!(held.open > 0 && held.live > held.open && held.duties > 0 && held.blocks > 0);
    let counted = |shown: &&firstword_replay::Portrait<'_>| {
        matches!(shown.marketing_starts, Counted { counted: Some(_), .. })
    };
    assert!(shown.iter().filter(counted).count() > 0, "a cap holds for somebody");
}
