//! Two logs held against each other: what is the same, where people part, and why.
#![expect(clippy::indexing_slicing, reason = "a test fails by panicking")]

#[path = "shared/journal.rs"]
mod journal;

use firstword_replay::compare::{Cause, Compared, Comparison, Entry};
use firstword_rules::{Span, Verdict};
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
        let divergence = compared.divergences.iter().find(|it| it.first.line == one as u64 + 1);
        let divergence = divergence.unwrap_or_else(|| unreachable!("{compared:?}"));
        assert_eq!((divergence.person.clone(), divergence.seq), of(&log[one]));
        assert_eq!((&*divergence.fields, divergence.second.line), (&["row"][..], line as u64));
        let rows = [divergence.first, divergence.second].map(|told| told.outcome.row);
        assert_eq!((rows, divergence.same_event), ([Some("S8"), Some("S5")], true));
        let follow: u64 = compared.divergences.iter().map(|it| it.follow + 1).sum();
        assert_eq!(follow, 2);
        let [(Cause::Decided { first, second }, people)] = &*compared.causes else {
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
    let told = [divergence.first, divergence.second].map(|told| told.outcome.erase_by);
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
                first: (Verdict::Forwarded(_), Some("S7")),
                second: (Verdict::Denied(_), Some("S8")),
            }
        )
    };
    assert!(compared.causes.iter().any(|(cause, _)| refused(cause)));
    assert!(compared.causes.iter().any(|(cause, _)| *cause == Cause::OtherEvent));
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
    assert!(!compared.is_same() && compared.divergences.is_empty());
    let mut doubled = log.clone();
    doubled.insert(40, log[40].clone());
    for (first, second, repeats) in [(&doubled, &log, [1, 0]), (&log, &doubled, [0, 1])] {
        let compared = compare(first, second);
        assert_eq!(compared.sides.each_ref().map(|side| side.repeats), repeats);
        assert_eq!((compared.is_same(), compared.same), (false, log.len() as u64));
    }
}
