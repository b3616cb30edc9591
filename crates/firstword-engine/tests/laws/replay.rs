//! The decisions are the journal: numbered without gap, one final one for each event, and enough to have the
//! machines again.

use std::collections::BTreeMap;

use firstword_engine::Engine;
use firstword_rules::{Decision, Party, PartyKind};
use firstword_wire::read_decision;
use proptest::prelude::*;

use crate::log::{decide, law, machines, written};
use crate::policies::policy;

#[test]
fn every_event_gets_one_final_decision() {
    law("one-final-decision", Just(()), |policy, log, ()| {
        let mut engine = Engine::new(policy.clone());
        let decisions = decide(&mut engine, log);
        let finals: Vec<_> = decisions.iter().filter(|decision| decision.is_final()).collect();
        prop_assert_eq!(finals.len(), log.len());
        prop_assert!(finals.iter().zip(log).all(|(last, event)| last.visit.event == event));
        Ok(())
    });
}

#[test]
fn each_persons_decisions_are_numbered_from_one_without_gap() {
    law("numbers-without-gap", Just(()), |policy, log, ()| {
        let mut engine = Engine::new(policy.clone());
        let mut numbers = BTreeMap::<_, u64>::new();
        for decision in decide(&mut engine, log) {
            let last = numbers.entry(decision.visit.person().to_string()).or_default();
            *last += 1;
            prop_assert_eq!(decision.seq, *last);
        }
        for (person, machine) in machines(&engine) {
            prop_assert_eq!(numbers.remove(&person), Some(machine.seq()));
        }
        prop_assert!(numbers.is_empty(), "somebody decided and has no machine");
        Ok(())
    });
}

#[test]
fn replaying_the_decisions_gives_the_machines() {
    law("replay-gives-the-machines", policy(), |policy, log, another| {
        let mut engine = Engine::new(policy.clone());
        // The journal asks no policy: any other does as well.
        let mut again = Engine::new(another.clone());
        for decision in decide(&mut engine, log) {
            let visit = decision.visit;
            again.replay(visit.event, visit.role, decision.seq, decision.verdict);
        }
        prop_assert_eq!(machines(&again), machines(&engine));
        Ok(())
    });
}

#[test]
fn replaying_the_written_decisions_gives_the_machines() {
    law("written-replay-gives-the-machines", Just(()), |policy, log, ()| {
        let mut engine = Engine::new(policy.clone());
        let mut again = Engine::new(policy.clone());
        for decision in decide(&mut engine, log) {
            let line = written(&decision);
            let read = read_decision(line.trim_end().as_bytes());
            let read = read.map_err(|bad| TestCaseError::fail(format!("{bad}: {line}")))?;
            prop_assert_eq!((read.row, read.standing), (decision.row, decision.standing));
            again.replay(&read.event, read.role, read.seq, read.verdict);
        }
        prop_assert_eq!(machines(&again), machines(&engine));
        Ok(())
    });
}

#[test]
fn a_log_can_go_on_from_machines_put_in_place() {
    law("restored-in-the-middle", any::<prop::sample::Index>(), |policy, log, middle| {
        let (before, after) = log.split_at(middle.index(log.len() + 1));
        let mut engine = Engine::new(policy.clone());
        decide(&mut engine, before);
        let mut restored = Engine::new(policy.clone());
        // Numbers in a machine mean the parties of its engine, so the names come in the same order.
        for n in 0..u32::MAX {
            let kinds = [PartyKind::Person, PartyKind::Business];
            let names = kinds.map(|kind| engine.name(Party::new(kind, n)));
            if names.iter().all(|name| name.text.is_empty()) {
                break;
            }
            names.iter().filter(|name| !name.text.is_empty()).for_each(|name| {
                restored.number(name);
            });
        }
        for (person, machine) in engine.machines() {
            restored.restore(&person, machine.clone());
        }
        let lines =
            |decisions: Vec<Decision<'_>>| decisions.iter().map(written).collect::<Vec<_>>();
        prop_assert_eq!(lines(decide(&mut restored, after)), lines(decide(&mut engine, after)));
        prop_assert_eq!(machines(&restored), machines(&engine));
        Ok(())
    });
}
