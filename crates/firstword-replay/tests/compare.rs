//! Two logs held against each other: what is the same, where people part, and why.
#![expect(clippy::indexing_slicing, reason = "a test fails by panicking")]

#[path = "shared/journal.rs"]
mod journal;

use firstword_replay::compare::{Cause, Compared, Comparison, Divergence, Entry};
use firstword_rules::{Basis, Reason, Side, Span, Verdict};
use firstword_wire::read_decision;

use journal::{decided, events, journal, policy};

fn compare(first: &[String], second: &[String]) -> Compared {
    let mut comparison = Comparison::default();
    for (logs, take) in [
        (first, Comparison::first as fn(&mut Comparison, &Entry<'_>)),
        (second, Comparison::second),
    ] {
        for (line, number) in logs.iter().zip(1..) {
            let entry = Entry::read(number, line.as_bytes());
            let entry = entry.unwrap_or_else(|bad| unreachable!("{bad}: {line}"));
            take(&mut comparison, &entry);
        }
    }
    comparison.finish()
}

/// The lines of both logs.
fn lines(divergence: &Divergence) -> [Option<u64>; 2] {
    [&divergence.first, &divergence.second].map(|told| told.as_ref().map(|told| told.line))
}

/// The person and number of a line.
fn of(line: &str) -> (String, u64) {
    let read = read_decision(line.as_bytes());
    let read = read.unwrap_or_else(|bad| unreachable!("{bad}: {line}"));
    (read.person().to_string(), read.seq)
}

#[test]
fn a_log_is_the_same_as_itself_in_any_order_of_people() {
    let log = journal("whatsapp-2021", 1);
    let mut by_person = log.clone();
    by_person.sort_by_key(|line| of(line).0);
    assert_ne!(by_person, log);
    let reversed: Vec<_> = log.iter().rev().cloned().collect();
    for other in [&log, &by_person, &reversed] {
        let compared = compare(&log, other);
        assert!(compared.is_same() && compared.divergences.is_empty());
        assert_eq!(compared.same, log.len() as u64);
        let sides = compared.sides.map(|side| (side.decisions, side.only_here, side.repeats));
        assert_eq!(sides, [(log.len() as u64, 0, 0); 2]);
    }
}

#[test]
fn a_changed_row_is_the_first_difference_of_its_person() {
    let log = journal("whatsapp-2021", 1);
    let holds = |line: &String| line.contains("\"reason\":\"terms_declined\",\"row\":\"S8\"");
    let changed: Vec<_> = log.iter().enumerate().filter(|(_, line)| holds(line)).collect();
    let [(one, _), .., (last, _)] = *changed else { unreachable!("nobody was refused twice") };
    let mut other = log.clone();
    for line in [one, last] {
        other[line] =
            other[line].replace("terms_declined\",\"row\":\"S8", "terms_declined\",\"row\":\"S5");
    }
    // Whatever the order of the second log, the lowest number is the first.
    let backwards: Vec<_> = other.iter().rev().cloned().collect();
    for (second, line) in [(&other, one + 1), (&backwards, log.len() - one)] {
        let compared = compare(&log, second);
        assert!(!compared.is_same());
        assert_eq!((compared.differing, compared.same), (2, log.len() as u64 - 2));
        let divergence =
            compared.divergences.iter().find(|it| lines(it)[0] == Some(one as u64 + 1));
        let divergence = divergence.unwrap_or_else(|| unreachable!("{compared:?}"));
        assert_eq!((divergence.person.clone(), divergence.seq), of(&log[one]));
        assert_eq!((&*divergence.fields, lines(divergence)[1]), (&["row"][..], Some(line as u64)));
        let rows = [&divergence.first, &divergence.second].map(|told| told.as_ref()?.outcome.row);
        assert_eq!((rows, divergence.same_event()), ([Some("S8"), Some("S5")], true));
        let follow: u64 = compared.divergences.iter().map(|it| it.follow + 1).sum();
        assert_eq!(follow, 2);
        let [(Cause::Decided { same_event: true, first, second }, people)] = &*compared.causes
        else {
            unreachable!("{:?}", compared.causes)
        };
        assert_eq!((first.1, second.1), (Some("S8"), Some("S5")));
        assert_eq!(*people, compared.divergences.len() as u64);
    }
}

#[test]
fn other_fields_than_the_row_are_causes_of_their_own() {
    let log = journal("whatsapp-business-2026", 2);
    let erase = log.iter().position(|line| line.contains("\"erase_by\":\"20"));
    let erase = erase.unwrap_or_else(|| unreachable!("nobody opted out"));
    let mut other = log.clone();
    other[erase] = other[erase].replace("\"erase_by\":\"20", "\"erase_by\":\"19");
    let compared = compare(&log, &other);
    assert_eq!(compared.causes, [(Cause::Fields(vec!["erase_by"]), 1)]);
    let divergence = &compared.divergences[0];
    assert_eq!(divergence.fields, ["erase_by"]);
    let [was, is] = [&log, &other].map(|log| {
        let read = read_decision(log[erase].as_bytes());
        read.ok().and_then(|read| read.erase_by)
    });
    let told = [&divergence.first, &divergence.second].map(|told| told.as_ref()?.outcome.erase_by);
    assert!(was != is && told == [was, is], "{told:?}");
}

#[test]
fn under_another_policy_people_part_where_a_row_decides_otherwise_or_another_event_comes() {
    let events = events(1);
    // The one gives the right to reply for a day, the other for an hour.
    let mut hasty = policy("whatsapp-2021");
    hasty.reply_window = Span::hours(1);
    let logs = [policy("whatsapp-2021"), hasty].map(|policy| decided(policy, &events));
    let compared = compare(&logs[0], &logs[1]);
    let refused = |cause: &Cause| {
        matches!(
            cause,
            Cause::Decided {
                same_event: true,
                first: (Verdict::Forwarded(_), Some("S7")),
                second: (Verdict::Denied(_), Some("S8")),
            }
        )
    };
    assert!(compared.causes.iter().any(|(cause, _)| refused(cause)));
    let other_event = |cause: &Cause| matches!(cause, Cause::Decided { same_event: false, .. });
    assert!(compared.causes.iter().any(|(cause, _)| other_event(cause)));
    let people: u64 = compared.causes.iter().map(|(_, people)| people).sum();
    assert_eq!(people, compared.divergences.len() as u64);
    let [first, second] = &compared.sides;
    // What was refused never reached its recipient, so the other log has more.
    assert!(first.only_here > 0 && first.decisions > second.decisions);
    for (side, log) in [first, second].into_iter().zip(&logs) {
        assert_eq!(side.decisions, log.len() as u64);
        assert_eq!(side.decisions - side.only_here, compared.same + compared.differing);
        assert_eq!(side.policies.len(), 1);
    }
}

#[test]
fn what_one_log_lacks_or_repeats_is_told_of_it() {
    let log = journal("whatsapp-2021", 1);
    let (person, _) = of(&log[0]);
    let without: Vec<_> = log.iter().filter(|line| of(line).0 != person).cloned().collect();
    let theirs = (log.len() - without.len()) as u64;
    let compared = compare(&log, &without);
    let [first, second] = &compared.sides;
    assert_eq!((first.only_here, first.people_only_here), (theirs, 1));
    assert_eq!((second.only_here, second.people_only_here), (0, 0));
    assert!(!compared.is_same());
    let [divergence] = &*compared.divergences else { unreachable!("{compared:?}") };
    assert_eq!((&divergence.person, divergence.seq, divergence.ended), (&person, 1, true));
    assert_eq!(compared.causes, [(Cause::Ended { first: false }, 1)]);
    let mut doubled = log.clone();
    doubled.insert(40, log[40].clone());
    for (first, second, repeats) in [(&doubled, &log, [1, 0]), (&log, &doubled, [0, 1])] {
        let compared = compare(first, second);
        assert_eq!(compared.sides.each_ref().map(|side| side.repeats), repeats);
        assert_eq!((compared.is_same(), compared.same), (false, log.len() as u64));
    }
}

#[test]
fn a_decision_that_one_log_lacks_is_the_first_difference_of_its_person() {
    let log = journal("whatsapp-2021", 1);
    let (person, _) = of(&log[0]);
    let theirs: Vec<usize> = (0..log.len()).filter(|line| of(&log[*line]).0 == person).collect();
    assert!(theirs.len() > 3, "{person} has done too little");
    // What is changed comes after what is missing, or before it.
    for (gap, change, seq) in [(1, 2, 2), (2, 1, 2), (1, 0, 1)] {
        let mut other = log.clone();
        other[theirs[change]] =
            other[theirs[change]].replace("\"shares_data\":false", "\"shares_data\":true");
        assert_ne!(other[theirs[change]], log[theirs[change]]);
        other.remove(theirs[gap]);
        let (line, event) = (theirs[gap] as u64 + 1, read_decision(log[theirs[gap]].as_bytes()));
        let id = event.map(|read| read.event.id.to_string()).ok();
        for turned in [false, true] {
            let (first, second) = if turned { (&other, &log) } else { (&log, &other) };
            let compared = compare(first, second);
            let [divergence] = &*compared.divergences else { unreachable!("{compared:?}") };
            assert_eq!((&divergence.person, divergence.seq), (&person, seq));
            if gap > change {
                assert_eq!((&*divergence.fields, divergence.follow), (&["shares_data"][..], 0));
                continue;
            }
            let [here, there] = if turned { [1, 0] } else { [0, 1] };
            let told = [&divergence.first, &divergence.second];
            assert_eq!(
                (told[here].as_ref().map(|told| told.line), told[there]),
                (Some(line), &None)
            );
            assert_eq!(told[here].as_ref().map(|told| told.id.clone()), id);
            assert_eq!(
                (divergence.same_event(), divergence.ended, divergence.follow),
                (false, false, 1)
            );
            let [(Cause::Missing { first, second }, 1)] = &*compared.causes else {
                unreachable!("{:?}", compared.causes)
            };
            assert_eq!((first.is_none(), second.is_none()), (turned, !turned));
        }
    }
}

#[test]
fn of_another_event_both_logs_say_their_own() {
    let decision = |id: &str, own: &str| {
        format!(
            r#"{{"id":"{id}","type":"message","at":"2021-05-16T09:00:00.000Z",{own},"seq":1,"policy":"p@0","rules":1}}"#
        )
    };
    let spoke = decision(
        "m-1",
        r#""from":"person:a","to":"person:b","gate":"sender","person":"person:a","verdict":"forwarded","row":"S10","as":"start""#,
    );
    let heard = decision(
        "m-2",
        r#""from":"person:b","to":"person:a","gate":"recipient","person":"person:a","verdict":"denied","reason":"blocked","row":"R3","said":"start""#,
    );
    let compared = compare(&[spoke], &[heard]);
    let [divergence] = &*compared.divergences else { unreachable!("{compared:?}") };
    let told = [&divergence.first, &divergence.second];
    let told = told
        .map(|told| told.as_ref().map(|told| (&*told.id, told.outcome.gate, told.outcome.said)));
    assert_eq!(
        told,
        [
            Some(("m-1", Some(Side::Sender), None)),
            Some(("m-2", Some(Side::Recipient), Some(Basis::Start)))
        ]
    );
    assert_eq!(divergence.fields, ["id", "gate", "verdict", "reason", "row", "as", "said"]);
    let first = (Verdict::Forwarded(Basis::Start), Some("S10"));
    let second = (Verdict::Denied(Reason::Blocked), Some("R3"));
    assert_eq!(compared.causes, [(Cause::Decided { same_event: false, first, second }, 1)]);
}
