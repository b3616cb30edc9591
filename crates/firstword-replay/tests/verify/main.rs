//! Logs that were tampered with, each in one way that has a name: what is wrong is found, and where it lies.
#![expect(clippy::indexing_slicing, reason = "a test fails by panicking")]

mod changed;
#[path = "../shared/journal.rs"]
mod journal;
mod order;
mod unverified;

use firstword_engine::Engine;
use firstword_replay::verify::{Difference, Extent, Fault, Line, Summary, Verifier};
use firstword_replay::{Outcome, Place};
use firstword_rules::Policy;
use firstword_wire::read_decision;

use journal::{journal, policy};

/// Verifies a log under the policies at hand.
fn verify_under(
    policies: Vec<Policy>,
    extent: Extent,
    log: &[String],
) -> (Vec<Difference>, Summary) {
    let engine = Engine::new(policy("whatsapp-2021"));
    let mut verifier = Verifier::new(engine, policies, extent);
    let mut found = Vec::new();
    for (line, number) in log.iter().zip(1..) {
        let place = Place { source: "log".into(), number };
        verifier.meet(&place, &Line::read(line.as_bytes()), &mut found);
    }
    let summary = verifier.finish(&mut found);
    (found, summary)
}

/// Verifies a log that is whole.
fn verify(log: &[String]) -> (Vec<Difference>, Summary) {
    verify_under(Vec::new(), Extent::Whole, log)
}

/// What is wrong with a log in which exactly one thing is wrong, its place, and the number of the decision.
#[track_caller]
fn the_one(log: &[String]) -> (Fault, String, u64) {
    let (found, summary) = verify(log);
    assert!(!summary.is_clean(), "nothing was found");
    let [difference] = &*found else { unreachable!("not one difference: {found:#?}") };
    assert_eq!(difference.since, None);
    let seq = difference.who.as_ref().map_or(0, |who| who.seq);
    (difference.fault.clone(), difference.place.to_string(), seq)
}

/// The first thing that is wrong with a log; all that follows names it as that from which the machine had parted.
#[track_caller]
fn the_first(log: &[String]) -> (Fault, String, u64) {
    let (found, _) = verify(log);
    let Some((first, later)) = found.split_first() else { unreachable!("nothing was found") };
    assert_eq!(first.since, None);
    let who = first.who.clone().unwrap_or_else(|| unreachable!("{first:?} is of somebody"));
    let parted = Some((first.place.clone(), who.seq));
    let theirs =
        later.iter().filter(|it| it.who.as_ref().is_some_and(|it| it.person == who.person));
    theirs.for_each(|it| assert_eq!(it.since, parted, "{it:?}"));
    (first.fault.clone(), first.place.to_string(), who.seq)
}

/// Where the first line lies, after so many, that holds all of these; as an index.
#[track_caller]
fn line_with(log: &[String], after: usize, parts: &[&str]) -> usize {
    let holds = |line: &String| parts.iter().all(|part| line.contains(part));
    let found = log.iter().skip(after).position(holds).map(|place| after + place);
    found.unwrap_or_else(|| unreachable!("no line holds {parts:?}"))
}

/// The person and number of a line.
fn of(line: &str) -> (String, u64) {
    let read = read_decision(line.as_bytes());
    let read = read.unwrap_or_else(|bad| unreachable!("{bad}: {line}"));
    (read.person().to_string(), read.seq)
}

/// Where the decision of a person and number lies, as an index.
#[track_caller]
fn line_of(log: &[String], person: &str, seq: u64) -> usize {
    let found = log.iter().position(|line| of(line) == (person.to_owned(), seq));
    found.unwrap_or_else(|| unreachable!("{person} has no decision {seq}"))
}

/// Replaces a part of one line.
#[track_caller]
fn edit(log: &mut [String], line: usize, from: &str, to: &str) {
    assert!(log[line].contains(from), "{} does not hold {from}", log[line]);
    log[line] = log[line].replacen(from, to, 1);
}

fn place(index: usize) -> String {
    format!("log:{}", index + 1)
}

/// The names of the fields that differ.
#[track_caller]
fn fields(fault: &Fault) -> Vec<&'static str> {
    let Fault::Changed { recorded, decided, .. } = fault else {
        unreachable!("{fault:?} is no change")
    };
    recorded.differing(decided).iter().map(|part| part.field).collect()
}

#[track_caller]
fn outcomes(fault: &Fault) -> (Outcome, Outcome) {
    match fault {
        Fault::Changed { recorded, decided, .. } => (*recorded, *decided),
        _ => unreachable!("{fault:?} is no change"),
    }
}

#[test]
fn a_log_as_it_was_made_has_no_difference() {
    for (name, seed) in [("whatsapp-2021", 1), ("whatsapp-business-2026", 2), ("open", 3)] {
        let log = journal(name, seed);
        let (found, summary) = verify_under(vec![policy(name)], Extent::Whole, &log);
        assert_eq!(found, []);
        assert!(summary.is_clean());
        assert_eq!((summary.verified, summary.lines), (log.len() as u64, log.len() as u64));
        assert!(summary.people > 10 && summary.unanswered == 0);
    }
}
