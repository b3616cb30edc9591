//! The journal is enough, deciding changes nothing, and deciding twice is deciding once.

use firstword_rules::{Decision, Machine, Verdict, decide, evolve, explain};
use proptest::prelude::*;

use crate::talk::{law, meet, unnumbered};

#[test]
fn folding_the_decisions_gives_the_machine() {
    law("the-journal-is-enough", |policy, talk| {
        let (mut machine, mut folded) = (Machine::default(), Machine::default());
        for turn in talk {
            let decision = meet(policy, &mut machine, turn);
            let recorded = Decision::recorded(turn.visit(), decision.seq, decision.verdict);
            evolve(&mut folded, &recorded);
            prop_assert_eq!(&folded, &machine);
        }
        Ok(())
    });
}

#[test]
fn decisions_are_numbered_from_one_without_gap() {
    law("numbers", |policy, talk| {
        let mut machine = Machine::default();
        for (turn, seq) in talk.iter().zip(1..) {
            prop_assert_eq!(meet(policy, &mut machine, turn).seq, seq);
            prop_assert_eq!(machine.seq(), seq);
        }
        Ok(())
    });
}

#[test]
fn the_same_arguments_give_the_same_decision_and_change_nothing() {
    law("decide-is-pure", |policy, talk| {
        let mut machine = Machine::default();
        for turn in talk {
            let (before, same) = (machine.clone(), turn.clone());
            let decision = decide(policy, &machine, turn.visit());
            prop_assert_eq!(&machine, &before);
            prop_assert_eq!(decide(&policy.clone(), &before, same.visit()), decision);
            evolve(&mut machine, &decision);
        }
        Ok(())
    });
}

#[test]
fn what_is_denied_ignored_or_seen_changes_nothing_but_the_number() {
    law("denied-changes-nothing", |policy, talk| {
        let mut machine = Machine::default();
        for turn in talk {
            let before = unnumbered(&machine);
            let decision = meet(policy, &mut machine, turn);
            if let Verdict::Denied(_) | Verdict::Ignored(_) | Verdict::Duplicate = decision.verdict
            {
                prop_assert_eq!(unnumbered(&machine), before);
            }
        }
        Ok(())
    });
}

#[test]
fn deciding_twice_is_deciding_once() {
    law("twice-is-once", |policy, talk| {
        let mut machine = Machine::default();
        for turn in talk {
            let first = meet(policy, &mut machine, turn).verdict;
            let once = unnumbered(&machine);
            let again = meet(policy, &mut machine, turn).verdict;
            prop_assert_eq!(unnumbered(&machine), once);
            match first {
                // A closed account knows nothing again: it says what it says.
                _ if machine.is_closed() => (),
                Verdict::Denied(_) | Verdict::Ignored(_) => prop_assert_eq!(again, first),
                _ => prop_assert_eq!(again, Verdict::Duplicate),
            }
        }
        Ok(())
    });
}

#[test]
fn who_asks_why_is_told_the_rows_up_to_the_one_that_decided() {
    law("explain-tells-the-truth", |policy, talk| {
        let mut machine = Machine::default();
        for turn in talk {
            let trail = explain(policy, &machine, turn.visit());
            let decision = meet(policy, &mut machine, turn);
            prop_assert_eq!(trail.verdict, decision.verdict);
            prop_assert_eq!(trail.tried.last().map(|tried| tried.row), decision.row);
            let applied = trail.tried.iter().filter(|tried| tried.applied).count();
            prop_assert_eq!(applied, usize::from(decision.row.is_some()));
        }
        Ok(())
    });
}
