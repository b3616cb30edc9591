//! What a machine decides depends on the order in which it meets its events, and on nothing else: not on what
//! other machines do meanwhile, not on batches, not on who has which number.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use firstword_engine::{Draft, Engine, first_role};
use firstword_rules::{Decision, Event, Role, Verdict};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;

use crate::cast::{business, person};
use crate::log::{by_person, decide, law, machines, written};

/// What a machine is to meet: the place of the event in the log, and whether a person's sender gate comes first.
struct Step {
    place: usize,
    relayed: bool,
}

/// What each machine meets when a log is decided from front to end, in order.
fn agendas(log: &[Event<'_>], decisions: &[Decision<'_>]) -> BTreeMap<String, VecDeque<Step>> {
    let mut agendas = BTreeMap::<_, VecDeque<_>>::new();
    let mut place = 0;
    for decision in decisions {
        let relayed = matches!(decision.visit.role, Role::Recipient(Some(_)));
        let agenda = agendas.entry(decision.visit.person().to_string()).or_default();
        agenda.push_back(Step { place, relayed });
        place += usize::from(decision.is_final());
    }
    debug_assert_eq!(place, log.len());
    agendas
}

#[test]
fn only_the_order_of_each_machine_matters() {
    let chances = (vec(any::<Index>(), 1..40), vec(any::<bool>(), 1..20));
    law("only-its-own-order", chances, |policy, log, (picks, merges)| {
        let mut engine = Engine::new(policy.clone());
        let decisions = decide(&mut engine, log);
        let mut agendas = agendas(log, &decisions);

        let mut other = Engine::new(policy.clone());
        let (mut draft, mut said) = (Draft::default(), BTreeMap::new());
        let mut made = Vec::new();
        let (mut picks, mut merges) = (picks.iter().cycle(), merges.iter().cycle());
        while made.len() < decisions.len() {
            // Any machine may go on whose next event has been relayed to it.
            let ready = agendas.iter_mut().filter_map(|(_, agenda)| {
                let step = agenda.front()?;
                (!step.relayed || said.contains_key(&step.place)).then_some(agenda)
            });
            let mut ready: Vec<_> = ready.collect();
            prop_assert!(!ready.is_empty(), "what was forwarded in order is not forwarded now");
            let pick = picks.next().map_or(0, |pick| pick.index(ready.len()));
            let Some(step) = ready.get_mut(pick).and_then(|agenda| agenda.pop_front()) else {
                break;
            };
            let Some(event) = log.get(step.place) else { break };
            let role = match said.get(&step.place) {
                Some(basis) if step.relayed => Role::Recipient(Some(*basis)),
                _ => first_role(event),
            };
            let decision = other.draft(&mut draft, event, role);
            if let Verdict::Forwarded(basis) = decision.verdict {
                said.insert(step.place, basis);
            }
            made.push(decision);
            if merges.next() == Some(&true) {
                other.merge(std::mem::take(&mut draft));
            }
        }
        other.merge(draft);
        prop_assert_eq!(by_person(&made), by_person(&decisions));
        Ok(())
    });
}

#[test]
fn a_draft_that_is_taken_back_or_dropped_leaves_no_trace() {
    law("dropped-draft", (any::<Index>(), any::<bool>()), |policy, log, (middle, taken_back)| {
        let (before, after) = log.split_at(middle.index(log.len() + 1));
        let mut engine = Engine::new(policy.clone());
        decide(&mut engine, before);
        let mut draft = Draft::default();
        let drafted: Vec<_> = after
            .iter()
            .map(|event| written(&engine.draft(&mut draft, event, first_role(event))))
            .collect();
        prop_assert_eq!(drafted.len(), after.len());
        if *taken_back {
            engine.exchange(&mut draft);
            // What is decided on it meanwhile goes with it.
            let mut next = Draft::default();
            for event in log {
                let seq = engine.draft(&mut next, event, first_role(event)).seq;
                prop_assert!(seq > 0);
            }
            engine.exchange(&mut draft);
        }
        drop(draft);
        let mut straight = Engine::new(policy.clone());
        decide(&mut straight, before);
        prop_assert_eq!(engine.machine_count(), straight.machine_count());
        let expected = by_person(&decide(&mut straight, after));
        prop_assert_eq!(by_person(&decide(&mut engine, after)), expected);
        Ok(())
    });
}

#[test]
fn the_numbers_of_the_parties_do_not_matter() {
    let everybody: Vec<_> = (0..3).map(person).chain((0..2).map(business)).collect();
    law("numbers-of-parties", Just(everybody).prop_shuffle(), |policy, log, names| {
        let (mut engine, mut other) = (Engine::new(policy.clone()), Engine::new(policy.clone()));
        names.iter().for_each(|name| {
            other.number(name);
        });
        let lines =
            |decisions: Vec<Decision<'_>>| decisions.iter().map(written).collect::<Vec<_>>();
        prop_assert_eq!(lines(decide(&mut other, log)), lines(decide(&mut engine, log)));
        let people = |engine: &Engine| machines(engine).into_keys().collect::<BTreeSet<_>>();
        prop_assert_eq!(people(&other), people(&engine));
        Ok(())
    });
}
