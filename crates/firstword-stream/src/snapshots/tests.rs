//! The line, and the bounds that its page promises, held against simulated traffic.

use std::collections::{BTreeMap, BTreeSet};

use firstword_rules::PartyKind;

use super::*;

fn person(number: u32) -> Party {
    Party::new(PartyKind::Person, number)
}

fn due(end: i64, after: u64) -> Due {
    Due { end, after, before: i64::MIN }
}

#[test]
fn who_moved_first_is_written_first_and_once() {
    let mut line = Line::default();
    line.advance(0, [person(1), person(2)].into_iter(), 1_000, 0);
    line.advance(0, [person(2), person(3)].into_iter(), 1_500, 0);
    assert_eq!(line.due(due(1_999, 1_000), 9), []);
    assert_eq!(line.due(due(2_001, 1_000), 9), [person(1), person(2)]);
    assert_eq!(line.due(due(2_001, 1_000), 1), [person(1)]);
    assert_eq!((line.restore_from(1, 2_001), line.restore_from(2, 2_001)), (1_000, 1_500));
    line.advance(2, [person(1)].into_iter(), 2_001, 0);
    assert_eq!(line.due(due(4_000, 1_000), 9), [person(3), person(1)]);
    assert_eq!((line.restore_from(1, 4_000), line.restore_from(2, 4_000)), (2_001, 4_000));
    assert_eq!((line.holds(person(1)), line.holds(person(2))), (true, false));
}

#[test]
fn who_waits_too_long_is_due_however_few_decide() {
    let hour = 3_600_000;
    let mut line = Line::default();
    line.advance(0, [person(1)].into_iter(), 0, hour);
    line.advance(0, [person(2)].into_iter(), 1, 2 * hour);
    let aged = |before| line.due(Due { end: 2, after: 1_000, before }, 9);
    assert_eq!(aged(hour), []);
    assert_eq!(aged(hour + 1), [person(1)]);
    assert_eq!(aged(2 * hour + 1), [person(1), person(2)]);
}

#[test]
fn at_a_decision_a_step_the_line_is_short() {
    let mut line = Line::default();
    for step in 0..10_000_i64 {
        line.advance(0, [person(step as u32)].into_iter(), 2 * step, 10 * step);
    }
    assert_eq!(line.waiting().len(), 10_000);
    assert!(line.joined().len() < 100, "{}", line.joined().len());
    let (waiting, joined): (Vec<_>, _) = (line.waiting().collect(), line.joined());
    assert_eq!(Line::again(&waiting, &joined, 0), line);
    // What snapshots have come to hold need not be read again.
    let later = Line::again(&waiting, &joined, 9_000);
    assert_eq!((later.restore_from(0, 20_000), later.waiting().len()), (9_000, 10_000));
}

/// A step of the simulation takes so many records, each of one or two decisions.
const RECORDS: u64 = 500;

/// Traffic of a task with so many people, `skew` of which move as often as all others together; what restoring would
/// read is followed at every step. (machines, decisions, snapshots, the most decisions to read)
fn simulate(people: u64, skew: u64, steps: u64, after: u64) -> (u64, u64, u64, u64) {
    let (mut line, mut random) = (Line::default(), 88_172_645_463_325_252_u64);
    // Who has a machine, and the step of the first decision that the newest snapshot of each lacks.
    let (mut machines, mut lacks) = (BTreeSet::new(), BTreeMap::new());
    let (mut end, mut snapshots, mut newest, mut longest) = (0_i64, 0, 0_i64, 0);
    for _ in 0..steps {
        let (since, mut movers) = (end, Vec::new());
        for _ in 0..RECORDS {
            random ^= random << 13;
            random ^= random >> 7;
            random ^= random << 17;
            let range = if random & 1 == 0 { people } else { skew };
            for _ in 0..=(random >> 1 & 1) {
                movers.push(person(((random >> 8) % range) as u32));
                end += 1;
            }
        }
        let after = stretch(machines.len(), after);
        let written = line.due(due(since, after), 2 * RECORDS as usize + 100);
        for mover in &movers {
            machines.insert(*mover);
            lacks.entry(*mover).or_insert(since);
        }
        // The snapshots of a step hold what it decides.
        for person in &written {
            lacks.remove(person);
        }
        if !written.is_empty() {
            newest = line.restore_from(written.len(), since);
        }
        snapshots += written.len() as u64;
        line.advance(written.len(), movers.iter().copied(), since, 0);
        longest = longest.max((end - newest) as u64);
        let missed = lacks.iter().find(|(_, first)| **first < newest);
        assert_eq!(missed, None, "a restore would miss a decision");
    }
    (machines.len() as u64, end as u64, snapshots, longest)
}

#[test]
fn the_line_keeps_its_word() {
    // A few busy people, a platform of many, and everybody moving about equally often.
    for (people, skew, steps, after) in
        [(50, 5, 400, 5_000), (5_000, 100, 300, 5_000), (20_000, 20_000, 400, 5_000)]
    {
        let (machines, decisions, snapshots, longest) = simulate(people, skew, steps, after);
        let stretch = stretch(machines as usize, after) - TOGETHER.0 as u64;
        let most = (decisions / stretch + 1) * machines;
        assert!(snapshots > 0 && snapshots <= most, "{snapshots} snapshots, {most} promised");
        let half = decisions * 11 / 20;
        assert!(snapshots <= half + machines, "{snapshots} for {decisions} decisions");
        let steps = 2 * 2 * RECORDS + TOGETHER.0 as u64;
        assert!(longest <= stretch + steps, "{longest} decisions to read, {stretch} promised");
    }
}
