//! What cannot be verified: no decision, another edition, another policy, half a log.

use firstword_engine::Engine;
use firstword_replay::Place;
use firstword_replay::verify::{Extent, Fault, Line, Verifier};
use firstword_wire::read_decision;

use crate::journal::{decided, events, go_on, journal, policy};
use crate::{edit, line_of, line_with, of, place, the_one, verify, verify_under};

/// A generated log, from the middle on decided under another policy, as when a policy is changed while a stream runs.
fn second_half_under(first: &str, second: &str, seed: u64) -> Vec<String> {
    let events = events(seed);
    let (before, after) = events.split_at(events.len() / 2);
    let mut log = decided(policy(first), before);
    let mut engine = Engine::new(policy(second));
    for line in &log {
        let read = read_decision(line.as_bytes());
        let read = read.unwrap_or_else(|bad| unreachable!("{bad}: {line}"));
        engine.replay(&read.event, read.role, read.seq, read.verdict);
    }
    log.extend(go_on(&mut engine, after));
    log
}

#[test]
fn an_edited_policy_name_is_a_policy_that_is_not_at_hand() {
    let mut log = journal("whatsapp-2021", 1);
    let label = policy("whatsapp-2021").label;
    for line in [150, 170] {
        edit(&mut log, line, &label, "whatsapp-2020@acd97e9be80f");
    }
    let (found, summary) = verify(&log);
    assert_eq!(found, []);
    assert!(!summary.is_clean());
    assert_eq!(summary.verified, log.len() as u64 - 2);
    let waiting: Vec<_> = summary.policies.iter().collect();
    let [(label, waiting)] = &*waiting else { unreachable!("{waiting:?}") };
    assert_eq!((&***label, waiting.decisions), ("whatsapp-2020@acd97e9be80f", 2));
    let who = waiting.who.as_ref().map(|who| (who.person.clone(), who.seq));
    assert_eq!((waiting.place.to_string(), who), (place(150), Some(of(&log[150]))));
}

#[test]
fn a_tail_cut_in_the_middle_of_a_line_is_no_decision() {
    let mut log = journal("whatsapp-2021", 1);
    let last = log.len() - 1;
    log[last].truncate(90);
    let (fault, at, _) = the_one(&log);
    assert_eq!((fault.as_str(), at), ("no_decision", place(last)));
}

#[test]
fn another_edition_is_counted_with_its_first_place() {
    let mut log = journal("whatsapp-2021", 1);
    let line = line_with(&log, 100, &["\"verdict\":\"denied\""]);
    edit(&mut log, line, "\"rules\":1", "\"rules\":2");
    let (found, summary) = verify(&log);
    assert_eq!(found, []);
    assert!(!summary.is_clean());
    let editions: Vec<_> = summary.editions.iter().collect();
    let [(2, waiting)] = &*editions else { unreachable!("{editions:?}") };
    assert_eq!((waiting.decisions, waiting.place.to_string()), (1, place(line)));
}

#[test]
fn words_of_another_edition_are_that_editions_and_no_nonsense() {
    let mut log = journal("whatsapp-2021", 1);
    let line = line_with(&log, 100, &["\"row\":\"R6\""]);
    edit(&mut log, line, "\"row\":\"R6\"", "\"row\":\"X1\"");
    let (fault, at, _) = {
        let (found, _) = verify(&log);
        (found[0].fault.clone(), found[0].place.to_string(), 0)
    };
    assert_eq!((fault.as_str(), at), ("no_decision", place(line)));
    edit(&mut log, line, "\"rules\":1", "\"rules\":7");
    let (found, summary) = verify(&log);
    assert_eq!(summary.editions.get(&7).map(|it| it.place.to_string()), Some(place(line)));
    assert!(found.iter().all(|it| it.fault.as_str() != "no_decision"));
}

#[test]
fn each_decision_is_verified_under_its_own_policy() {
    let log = second_half_under("whatsapp-2021", "open", 4);
    let (found, summary) = verify_under(vec![policy("open")], Extent::Whole, &log);
    assert_eq!((found, summary.verified), (Vec::new(), log.len() as u64));
    // Without the other policy its decisions are followed all the same, so nothing else differs.
    let (found, summary) = verify(&log);
    let of_open = log.iter().filter(|line| line.contains("\"policy\":\"open@")).count() as u64;
    assert_eq!((found, summary.verified), (Vec::new(), log.len() as u64 - of_open));
    assert_eq!(summary.policies.values().map(|it| it.decisions).collect::<Vec<_>>(), [of_open]);
}

#[test]
fn a_log_of_final_decisions_is_told_once() {
    let mut log = journal("whatsapp-2021", 1);
    log.retain(|line| !line.contains("\"verdict\":\"forwarded\""));
    let (fault, ..) = the_one(&log);
    assert_eq!(fault, Fault::FinalOnly);
}

#[test]
fn a_range_begins_where_it_begins() {
    let log = journal("whatsapp-2021", 1);
    let (before, range) = log.split_at(log.len() / 2);
    let (found, summary) = verify_under(Vec::new(), Extent::Range, range);
    assert_eq!(found, []);
    assert!(summary.is_clean() && summary.begun_in_the_middle > 10);
    assert_eq!(summary.verified + summary.in_the_middle, range.len() as u64);
    // Who is not told that it is a range sees everybody's first decisions missing.
    let (found, _) = verify(range);
    let gaps = found.iter().filter(|it| matches!(it.fault, Fault::Gap { first: 1, .. })).count();
    assert_eq!(gaps as u64, summary.begun_in_the_middle);
    // And who has the machines of then verifies all of it.
    let mut engine = Engine::new(policy("whatsapp-2021"));
    for line in before {
        let Ok(read) = read_decision(line.as_bytes()) else { unreachable!("{line}") };
        engine.replay(&read.event, read.role, read.seq, read.verdict);
    }
    let mut verifier = Verifier::new(engine, [], Extent::Whole);
    let mut found = Vec::new();
    for (line, number) in range.iter().zip(1..) {
        let place = Place { source: "range".into(), number };
        verifier.meet(&place, &Line::read(line.as_bytes()), &mut found);
    }
    let summary = verifier.finish(&mut found);
    assert_eq!((found, summary.verified), (Vec::new(), range.len() as u64));
}

#[test]
fn a_range_misses_what_is_missing_within_it() {
    let log = journal("whatsapp-2021", 1);
    // It begins with somebody who has two more decisions in it.
    let goes_on = |line: &String| {
        let (person, seq) = of(line);
        log.iter().any(|line| of(line) == (person.clone(), seq + 2))
    };
    let half = log.len() / 2;
    let begin = half + log[half..].iter().position(goes_on).unwrap_or_default();
    let mut range = log[begin..].to_vec();
    let (person, first) = of(&range[0]);
    let dropped = line_of(&range, &person, first + 1);
    let next = line_of(&range, &person, first + 2) - 1;
    let late = range.remove(dropped);
    let (found, _) = verify_under(Vec::new(), Extent::Range, &range);
    let told: Vec<_> = found.iter().map(|it| (it.fault.clone(), it.place.to_string())).collect();
    assert_eq!(told, [(Fault::Gap { first: first + 1, last: first + 1 }, place(next))]);
    // Before its first line a person has no turn any more.
    range[0] = late;
    range.push(log[begin].clone());
    let (found, _) = verify_under(Vec::new(), Extent::Range, &range);
    let told: Vec<_> = found.iter().map(|it| (it.fault.as_str(), it.place.to_string())).collect();
    assert_eq!(told, [("too_late", place(range.len() - 1))]);
}
