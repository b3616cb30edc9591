//! What deciding costs by gate and row, and advancing by what was decided: a case of each row, and of each fact, as the
//! stories meet it first; of a fact, where they can, one that is recorded.

use std::collections::BTreeMap;
use std::hint::black_box;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, anyhow, ensure};
use criterion::{BatchSize, Criterion};
use firstword_engine::{Engine, first_role};
use firstword_rules::{
    Decision, Event, Gate, Machine, Mark, Policy, RECIPIENT_GATE, Role, SENDER_GATE, Verdict,
    Visit, decide, evolve,
};
use firstword_testkit::{Story, stories_in};
use firstword_wire::Reader;

/// As the program has it.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// An event at a machine.
struct Case {
    policy: Policy,
    machine: Machine,
    visit: Visit<'static>,
    decision: Decision<'static>,
}

/// By the row that decided, or by the type of the fact.
type Cases = BTreeMap<&'static str, Case>;

fn main() -> anyhow::Result<()> {
    let mut cases = Cases::new();
    let stories = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/stories");
    for story in stories_in(&stories)? {
        collect(&mut cases, &story)?;
    }
    // Many short benches: each is a few dozen nanoseconds of the same loop.
    let mut criterion = Criterion::default()
        .sample_size(20)
        .warm_up_time(Duration::from_millis(200))
        .measurement_time(Duration::from_millis(500))
        .configure_from_args();
    let of_gate = |gate: &'static Gate| gate.rows.iter().chain([&gate.otherwise]).map(|row| row.id);
    let mut names: Vec<&str> = of_gate(&SENDER_GATE).chain(of_gate(&RECIPIENT_GATE)).collect();
    for row in &names {
        ensure!(cases.contains_key(row), "no story meets {row}");
    }
    names.extend(cases.keys().filter(|name| name.contains('.')));
    for name in names {
        let case = cases.get(name).context("a case")?;
        measure(&mut criterion, name, case);
    }
    criterion.final_summary();
    Ok(())
}

fn measure(criterion: &mut Criterion, name: &str, case: &Case) {
    let Case { policy, machine, visit, decision } = case;
    let kind = match visit.role {
        Role::Sender => "sender",
        Role::Recipient(_) => "recipient",
        Role::Subject => "fact",
    };
    criterion.bench_function(&format!("decide/{kind}/{name}"), |bench| {
        bench.iter(|| decide(black_box(policy), black_box(machine), black_box(*visit)));
    });
    criterion.bench_function(&format!("evolve/{kind}/{name}"), |bench| {
        bench.iter_batched_ref(
            || machine.clone(),
            |machine| evolve(machine, black_box(decision)),
            BatchSize::SmallInput,
        );
    });
}

/// Decides a story as an engine does, and keeps what no story met before.
fn collect(cases: &mut Cases, story: &Story) -> anyhow::Result<()> {
    let policy = firstword_policy::parse(story.policy()).map_err(|_| anyhow!("no policy"))?.policy;
    let (reader, mut engine) = (Reader::new(&policy), Engine::new(policy));
    for line in story.log().leak().lines() {
        let event = reader.event(line.as_bytes()).map_err(|reject| anyhow!("{reject}"))?;
        let event: &'static Event<'static> = Box::leak(Box::new(event));
        let mut role = first_role(event);
        while let Verdict::Forwarded(basis) = visit(cases, &mut engine, event, role) {
            role = Role::Recipient(Some(basis));
        }
    }
    Ok(())
}

fn visit(
    cases: &mut Cases,
    engine: &mut Engine,
    event: &'static Event<'static>,
    role: Role,
) -> Verdict {
    let (person, visit) = engine.meet(event, Mark::of(event), role);
    let machine = engine.machine_of(person).cloned().unwrap_or_default();
    let policy = engine.policy().clone();
    let decision = decide(&policy, &machine, visit);
    engine.follow(person, &decision);
    let name = decision.row.unwrap_or(event.type_name());
    let case = Case { policy, machine, visit, decision };
    match cases.get(name) {
        // A fact that was ignored advances nothing: one that is recorded costs more.
        Some(before) if !matches!(before.decision.verdict, Verdict::Ignored(_)) => (),
        _ => drop(cases.insert(name, case)),
    }
    decision.verdict
}
