//! Small logs of decisions, made as `firstword decide --all` makes them.

use firstword_engine::Engine;
use firstword_rules::Policy;
use firstword_traffic::generate::{Generator, Traffic};
use firstword_wire::{Reader, write_decision};

/// A policy that comes with the program.
pub fn policy(name: &str) -> Policy {
    firstword_policy::builtin(name).unwrap_or_else(|| unreachable!("{name} comes with the program"))
}

/// Some twenty people over two weeks, in a hurry to have everything happen to them.
pub fn events(seed: u64) -> Vec<String> {
    let traffic = Traffic {
        people: 20,
        businesses: 4,
        events: 400,
        days: 14,
        declined: 0.4,
        duplicates: 0.03,
        late: 0.03,
        seed,
        ..Traffic::default()
    };
    let mut log = Vec::new();
    let written = Generator::new(&traffic).map(|mut generator| generator.write(&mut log));
    assert!(matches!(written, Ok(Ok(_))), "{written:?}");
    String::from_utf8_lossy(&log).lines().map(str::to_owned).collect()
}

/// The decisions on events, those of all gates.
pub fn decided(policy: Policy, events: &[String]) -> Vec<String> {
    go_on(&mut Engine::new(policy), events)
}

/// The decisions on a generated log.
pub fn journal(name: &str, seed: u64) -> Vec<String> {
    decided(policy(name), &events(seed))
}

/// The decisions of an engine that may have decided before.
pub fn go_on(engine: &mut Engine, events: &[String]) -> Vec<String> {
    let (reader, label) = (Reader::new(engine.policy()), engine.policy().label.clone());
    let mut log = Vec::new();
    for line in events {
        let event = reader.event(line.as_bytes());
        let event = event.unwrap_or_else(|reject| unreachable!("{reject}: {line}"));
        engine.step(&event).iter().for_each(|made| write_decision(&mut log, made, &label));
    }
    String::from_utf8_lossy(&log).lines().map(str::to_owned).collect()
}
