//! Random logs, and what an engine says to them, as DECISIONS.md writes it.

use std::collections::BTreeMap;

use firstword_engine::Engine;
use firstword_rules::{Decision, Event, Machine, Policy};
use firstword_wire::write_decision;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestCaseResult};

use crate::events::event;
use crate::policies::policy;
use crate::recording::holds;

/// A log of three people and the businesses.
pub type Log = Vec<Event<'static>>;

/// Up to eighty events.
pub fn log() -> impl Strategy<Value = Log> {
    vec(event(3), 0..80)
}

/// Tries a law on any policy, any log, and something else that the law needs. A failing case leaves the decisions
/// of its smallest log behind.
pub fn law<S: Strategy>(
    name: &str,
    other: S,
    tried: impl Fn(&Policy, &[Event<'static>], &S::Value) -> TestCaseResult,
) {
    let cases = (policy(), log(), other);
    let record = |(policy, log, _): &(Policy, Log, S::Value)| {
        let mut engine = Engine::new(policy.clone());
        decide(&mut engine, log).iter().map(written).collect()
    };
    holds(Config::default(), name, &cases, record, |(policy, log, other)| {
        tried(policy, log, other)
    });
}

/// Every decision on a log, in order.
pub fn decide<'e>(engine: &mut Engine, log: &'e [Event<'e>]) -> Vec<Decision<'e>> {
    log.iter().flat_map(|event| engine.step(event).iter().copied().collect::<Vec<_>>()).collect()
}

/// A decision as a line, which says nothing of numbers of parties.
pub fn written(decision: &Decision<'_>) -> String {
    let mut line = Vec::new();
    write_decision(&mut line, decision, "random@000000000000");
    String::from_utf8_lossy(&line).into_owned()
}

/// The decisions of each person, in order.
pub fn by_person(decisions: &[Decision<'_>]) -> BTreeMap<String, Vec<String>> {
    let mut people = BTreeMap::<_, Vec<_>>::new();
    for decision in decisions {
        people.entry(decision.visit.person().to_string()).or_default().push(written(decision));
    }
    people
}

/// The machines by their person's name.
pub fn machines(engine: &Engine) -> BTreeMap<String, Machine> {
    engine.machines().map(|(person, machine)| (person.to_string(), machine.clone())).collect()
}
