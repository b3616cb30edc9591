//! Lines that are missing, doubled or out of order.

use firstword_engine::Engine;
use firstword_replay::Place;
use firstword_replay::verify::{Extent, Fault, HELD_OF_A_PERSON, Line, Verifier};

use crate::journal::{decided, journal, policy};
use crate::{line_of, line_with, of, place, the_first, the_one, verify};

#[test]
fn a_dropped_line_is_a_gap_at_the_next_of_that_person() {
    let mut log = journal("whatsapp-2021", 1);
    let dropped = line_with(&log, 100, &["\"gate\":\"recipient\""]);
    let (person, seq) = of(&log.remove(dropped));
    let next = line_of(&log, &person, seq + 1);
    let gap = Fault::Gap { first: seq, last: seq };
    assert_eq!(the_first(&log), (gap, place(next), seq + 1));
}

#[test]
fn a_doubled_line_is_a_repeat() {
    let mut log = journal("whatsapp-2021", 1);
    let (_, seq) = of(&log[150]);
    log.insert(151, log[150].clone());
    assert_eq!(the_one(&log), (Fault::Repeat, place(151), seq));
}

#[test]
fn a_line_doubled_before_its_turn_is_a_repeat() {
    let mut log = journal("whatsapp-2021", 1);
    let (person, seq) = of(&log[150]);
    let next = line_of(&log, &person, seq + 1);
    let early = log[next].clone();
    log.insert(150, early.clone());
    log.insert(150, early);
    let (found, _) = verify(&log);
    let told: Vec<_> = found.iter().map(|it| (it.fault.as_str(), it.place.number)).collect();
    // The copy before its turn, the line that belongs before both, and the line itself, which by then was there.
    assert_eq!(told, [("repeat", 152), ("order", 153), ("repeat", next as u64 + 3)]);
}

#[test]
fn a_swapped_pair_is_out_of_order_at_the_one_that_comes_late() {
    let mut log = journal("whatsapp-2021", 1);
    let early = line_with(&log, 100, &["\"verdict\":\"recorded\""]);
    let (person, seq) = of(&log[early]);
    let late = line_of(&log, &person, seq + 1);
    log.swap(early, late);
    let after = (Place { source: "log".into(), number: early as u64 + 1 }, seq + 1);
    assert_eq!(the_one(&log), (Fault::Order { after }, place(late), seq));
}

#[test]
fn two_logs_merged_in_the_wrong_order_are_out_of_order_once_a_person() {
    let log = journal("whatsapp-2021", 1);
    let (monday, tuesday) = log.split_at(log.len() / 2);
    let merged = [tuesday, monday].concat();
    let (found, summary) = verify(&merged);
    let mut people: Vec<_> = tuesday.iter().map(|line| of(line).0).collect();
    people.sort();
    people.dedup();
    people.retain(|person| monday.iter().any(|line| of(line).0 == *person));
    let mut expected: Vec<_> =
        people.iter().map(|person| (line_of(&merged, person, 1), person.clone())).collect();
    expected.sort();
    let told: Vec<_> = found
        .iter()
        .map(|it| {
            assert!(matches!(it.fault, Fault::Order { .. }), "{it:?}");
            (
                it.place.number as usize - 1,
                it.who.as_ref().map_or(String::new(), |who| who.person.clone()),
            )
        })
        .collect();
    assert_eq!(told, expected);
    // Everything was verified all the same, in its order.
    assert_eq!(summary.verified, log.len() as u64);
}

#[test]
fn nobody_waits_longer_for_a_missing_line_than_promised() {
    let events = (0..HELD_OF_A_PERSON as u64 + 10).map(|n| {
        let reach = if n % 2 == 0 { "known" } else { "everyone" };
        let at = 1_621_036_800_000 + n;
        format!(
            "{{\"id\":\"r-{n}\",\"type\":\"reach.set\",\"at\":{at},\"person\":\"person:a\",\"reach\":\"{reach}\"}}"
        )
    });
    let mut log = decided(policy("whatsapp-2021"), &events.collect::<Vec<_>>());
    log.remove(2);
    let mut verifier = Verifier::new(Engine::new(policy("whatsapp-2021")), [], Extent::Whole);
    let mut found = Vec::new();
    let mut told_after = None;
    for (line, number) in log.iter().zip(1..) {
        let place = Place { source: "log".into(), number };
        verifier.meet(&place, &Line::read(line.as_bytes()), &mut found);
        told_after = told_after.or((!found.is_empty()).then_some(number));
    }
    assert_eq!(told_after, Some(2 + HELD_OF_A_PERSON as u64));
    assert_eq!(found[0].fault, Fault::Gap { first: 3, last: 3 });
    assert_eq!(found[0].place.to_string(), "log:3");
    assert_eq!(verifier.finish(&mut found).verified, log.len() as u64);
    assert_eq!(found.len(), 1);
}
