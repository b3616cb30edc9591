//! What a person takes in memory who has three peers and a name of average length: by the engine's own account, and as
//! the process grows.
#![expect(clippy::print_stdout, reason = "a table is what it is for")]

use std::process::{Command, Stdio};

use anyhow::{Context, bail, ensure};
use firstword_engine::Engine;
use firstword_policy::builtin;
use firstword_rules::{Answer, Event, Fact, Kind, Millis, Name, PartyKind, Utterance, What};
use firstword_testkit::measuring::{Took, keep, resident_mb};

use crate::asked::Asked;
use crate::target;

/// When it all happens.
const AT: Millis = Millis(1_620_000_000_000);

/// How often each pair writes, back and forth: often enough that a machine knows as many events again as it ever does.
const ROUNDS: u32 = 6;

/// Shows the table and keeps what a person takes.
pub fn show(asked: &Asked) -> anyhow::Result<()> {
    println!("\nA person who writes with three others takes, in bytes:\n");
    println!("| people | terms answered | by the engine's account | resident |");
    println!("|---:|---|---:|---:|");
    let mut kept = f64::NAN;
    for people in if asked.full { &[1_000_000, 10_000_000][..] } else { &[1_000_000] } {
        for answered in [false, true] {
            let mut command = Command::new(std::env::current_exe()?);
            command.args(["side", "memory", &people.to_string(), &answered.to_string()]);
            let (_, said) = Took::running(command.stdout(Stdio::piped()))?;
            let figures: Vec<f64> =
                said.split_whitespace().map(str::parse).collect::<Result<_, _>>()?;
            let [engine, resident] = figures.as_slice() else { bail!("a side said {said}") };
            let shown = if answered { "yes" } else { "no" };
            println!("| {people} | {shown} | {engine:.0} | {resident:.0} |");
            // Where there are terms, people answer them: whoever plans needs room for that.
            kept = *resident;
        }
    }
    keep(&target()?, "decide", &[("bytes_per_person", kept)])?;
    Ok(())
}

/// Lets so many people answer the terms, or not, and write to each other, in a ring and across it.
pub fn run(people: u32, answered: bool) -> anyhow::Result<()> {
    let policy = builtin(firstword_policy::DEFAULT).context("no policy")?;
    let version = policy.terms.first().context("no terms")?.version.clone();
    let before = resident_mb()?;
    let mut engine = Engine::new(policy);
    for person in (0..people).filter(|_| answered) {
        let fact = Fact::Terms(Answer::Accepted, version.as_ref().into());
        step(&mut engine, What::Fact { person: name(person), fact }, person, "terms");
    }
    for round in 0..ROUNDS {
        let talk = |engine: &mut Engine, one: u32, other: u32, way: &str| {
            let what = if round % 2 == 0 { says(one, other) } else { says(other, one) };
            step(engine, what, one, &format!("{way}{round}"));
        };
        (0..people).for_each(|one| talk(&mut engine, one, (one + 1) % people, "ring"));
        (0..people / 2).for_each(|one| talk(&mut engine, one, one + people / 2, "across"));
    }
    let talks = engine.machines().map(|(_, machine)| machine.conversations().len()).max();
    ensure!(talks == Some(3), "a person has {talks:?} peers");
    let resident = (resident_mb()? - before) * 1024.0 * 1024.0;
    let each = |bytes: f64| bytes / f64::from(people);
    println!("{} {}", each(engine.bytes() as f64), each(resident));
    Ok(())
}

fn step(engine: &mut Engine, what: What<'_>, person: u32, way: &str) {
    engine.step(&Event { id: format!("{way}-{person}").into(), at: AT, what });
}

fn says(one: u32, other: u32) -> What<'static> {
    What::Utterance(Utterance {
        kind: Kind::Message,
        from: name(one),
        to: name(other),
        category: None,
        purpose: None,
        sector: None,
        findings: Vec::new(),
    })
}

/// Of 14 bytes, as long as generated traffic's are among a million people.
fn name(person: u32) -> Name<'static> {
    Name { kind: PartyKind::Person, text: format!("person{person:08}").into() }
}
