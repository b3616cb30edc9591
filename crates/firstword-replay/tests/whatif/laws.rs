//! What holds for every log and every two policies.

use firstword_engine::{Decisions, Engine, first_role};
use firstword_policy::BUILTINS;
use firstword_replay::whatif::{Count, Mode};
use firstword_rules::{Decision, Event, Machine, Mark, Policy, Role, Verdict, Visit, decide};
use firstword_wire::write_decision;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestCaseResult};

use crate::log::{MODES, builtin, compare, compared, month};
use crate::recording;

/// Any two of the built-in policies.
fn pairs() -> impl Strategy<Value = (Policy, Policy)> {
    let any = || prop::sample::select(BUILTINS.map(|builtin| builtin.name).to_vec());
    (any(), any()).prop_map(|(held, other)| (builtin(held), builtin(other)))
}

/// Tries a law on pairs of policies and generated months.
fn holds(law: &str, tried: impl Fn(&Policy, &Policy, u64) -> TestCaseResult) {
    let config = Config { cases: 10, ..Config::default() };
    let recording = |(_, seed): &(_, u64)| String::from_utf8_lossy(&month(*seed)).into_owned();
    recording::holds(config, law, &(pairs(), any::<u64>()), recording, |((held, other), seed)| {
        tried(held, other, *seed)
    });
}

#[test]
fn a_policy_against_itself_changes_nothing() {
    holds("against_itself", |policy, _, seed| {
        for mode in MODES {
            let whatif = compared(&month(seed), policy, policy, mode);
            let report = whatif.report();
            prop_assert_eq!(report.events, 4_000);
            prop_assert_eq!((report.count, report.restated), (Count::default(), 0));
            prop_assert!(report.matrix.is_empty() && report.parting.is_none());
            prop_assert!(whatif.people(10).is_empty());
        }
        Ok(())
    });
}

#[test]
fn every_count_counts_the_same_changes() {
    holds("counts", |held, other, seed| {
        for mode in MODES {
            let (mut outcomes, mut count) = (0, Count::default());
            let whatif = compare(&month(seed), held, other, mode, |_, outcome| {
                outcomes += 1;
                count.changed += u64::from(outcome.change.is_some());
                count.first += u64::from(outcome.change.is_some_and(|change| change.first));
            });
            let report = whatif.report();
            prop_assert_eq!((report.events, report.count), (outcomes, count));
            let sum = |counts: &mut dyn Iterator<Item = Count>| {
                counts.fold(Count::default(), Count::with)
            };
            prop_assert_eq!(sum(&mut report.matrix.values().map(|met| met.count)), count);
            prop_assert_eq!(sum(&mut report.days.values().map(|met| met.count)), count);
            prop_assert_eq!(sum(&mut report.regions.values().copied()), count);
            prop_assert_eq!(sum(&mut report.sectors.values().copied()), count);
            prop_assert_eq!(report.days.values().map(|met| met.events).sum::<u64>(), report.events);
            let people: u32 = whatif.people(usize::MAX).iter().map(|(_, changed)| changed).sum();
            prop_assert_eq!(u64::from(people), count.changed);
            prop_assert_eq!(count.changed > 0, report.parting.is_some());
            prop_assert!(mode == Mode::Trajectory || count.follows() == 0);
            prop_assert!(count.changed == 0 || count.first > 0, "something follows from nothing");
        }
        Ok(())
    });
}

#[test]
fn by_trajectory_each_decides_as_if_alone() {
    holds("trajectory", |held, other, seed| {
        let mut alone = [Engine::new(held.clone()), Engine::new(other.clone())];
        compare(&month(seed), held, other, Mode::Trajectory, |line, outcome| {
            let (event, as_other) = line.events();
            let [ours, theirs] = &mut alone;
            assert_eq!(written(&outcome.held), written(&ours.step(event)));
            assert_eq!(written(&outcome.other), written(&theirs.step(as_other)));
        });
        Ok(())
    });
}

#[test]
fn pointwise_the_other_decides_on_the_state_that_was() {
    holds("pointwise", |held, other, seed| {
        let mut alone = Engine::new(held.clone());
        compare(&month(seed), held, other, Mode::Pointwise, |line, outcome| {
            let (event, as_other) = line.events();
            let first = on_state(&alone, other, as_other, first_role(as_other));
            let mut expected = vec![first];
            if let Verdict::Forwarded(basis) = first.verdict {
                expected.push(on_state(&alone, other, as_other, Role::Recipient(Some(basis))));
            }
            let expected: Vec<String> = expected.iter().map(line_of).collect();
            assert_eq!(written(&outcome.other), expected);
            assert_eq!(written(&outcome.held), written(&alone.step(event)));
        });
        Ok(())
    });
}

/// What a policy decides on a machine of another policy's engine.
fn on_state<'e>(
    engine: &Engine,
    policy: &Policy,
    event: &'e Event<'e>,
    role: Role,
) -> Decision<'e> {
    let (one, other) = event.parties();
    let peer = if matches!(role, Role::Recipient(_)) { Some(one) } else { other };
    // Whoever has no number yet is nobody that a machine knows.
    let number = |name: &firstword_rules::Name<'_>| {
        engine.find(name).unwrap_or(firstword_rules::Party::stranger(name.kind))
    };
    let visit = Visit { event, mark: Mark::of(event), role, peer: peer.map(number) };
    let blank = Machine::default();
    decide(policy, engine.machine(visit.person()).unwrap_or(&blank), visit)
}

fn written(decisions: &Decisions<'_>) -> Vec<String> {
    decisions.iter().map(line_of).collect()
}

fn line_of(decision: &Decision<'_>) -> String {
    let mut line = Vec::new();
    write_decision(&mut line, decision, "any");
    String::from_utf8(line).expect("it is JSON")
}
