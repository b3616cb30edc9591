//! Logs and policies of the tests, and how a log is brought through.

use firstword_replay::Place;
use firstword_replay::whatif::{Count, Line, Lines, Mode, Outcome, Report, WhatIf};
use firstword_rules::Policy;
use firstword_traffic::generate::{Generator, Traffic};
use firstword_wire::trim_line;

pub const MODES: [Mode; 2] = [Mode::Trajectory, Mode::Pointwise];

/// A policy that comes with the program.
pub fn builtin(name: &str) -> Policy {
    firstword_policy::builtin(name).expect("it is built in")
}

/// A policy by its text.
pub fn policy(text: &str) -> Policy {
    firstword_policy::parse(text).expect("it is a policy").policy
}

/// A generated month with something of everything.
pub fn month(seed: u64) -> Vec<u8> {
    let traffic = Traffic {
        people: 120,
        businesses: 12,
        events: 4_000,
        days: 30,
        seed,
        ..Traffic::default()
    };
    let mut log = Vec::new();
    Generator::new(&traffic)
        .expect("it can be generated")
        .write(&mut log)
        .expect("memory takes it");
    log
}

/// Brings a log through, and shows what each of its lines came to.
pub fn compare(
    log: &[u8],
    held: &Policy,
    other: &Policy,
    mode: Mode,
    mut each: impl FnMut(&Line<'_>, &Outcome<'_>),
) -> WhatIf {
    let lines = Lines::new(held, other);
    let mut whatif = WhatIf::new(held.clone(), other.clone(), mode);
    let mut place = Place { source: "log".into(), number: 0 };
    for line in log.split_inclusive(|byte| *byte == b'\n').filter_map(trim_line) {
        place.number += 1;
        let line = lines.read(line).expect("it is an event or a decision");
        if let Some(outcome) = whatif.line(&place, &line) {
            each(&line, &outcome);
        }
    }
    whatif
}

/// The same, and only what is counted.
pub fn compared(log: &[u8], held: &Policy, other: &Policy, mode: Mode) -> WhatIf {
    compare(log, held, other, mode, |_, _| ())
}

/// From what to what, as people read it, with how many changed and how many of them first.
pub fn matrix(report: &Report) -> Vec<String> {
    let told = |(held, other, transition): (&_, &_, &firstword_replay::whatif::Transition)| {
        let Count { changed, first } = transition.count;
        format!("{held} -> {other}: {changed}, first {first}, {}", transition.example.id)
    };
    report.transitions().into_iter().map(told).collect()
}
