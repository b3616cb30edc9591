//! What a log costs in memory: events through the gates of many machines, and machines restored from their snapshots.
#![expect(clippy::expect_used, reason = "a bench that cannot begin ends")]

use std::time::Duration;

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use firstword_engine::Engine;
use firstword_rules::{Event, Mark};
use firstword_traffic::generate::{Generator, Traffic};
use firstword_wire::{Reader, read_machine, trim_line, write_machine};

const PEOPLE: u32 = 10_000;
const EVENTS: u64 = 100_000;

/// As the program has it.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Traffic as bytes.
fn traffic() -> Vec<u8> {
    let traffic = Traffic { people: PEOPLE, events: EVENTS, ..Traffic::default() };
    let mut log = Vec::new();
    Generator::new(&traffic).expect("traffic").write(&mut log).expect("a log");
    log
}

fn engine() -> Engine {
    Engine::new(firstword_policy::builtin(firstword_policy::DEFAULT).expect("a policy"))
}

/// The events of a log, and what marks them.
fn events(log: &[u8]) -> Vec<(Event<'_>, Mark)> {
    let reader = Reader::new(engine().policy());
    let lines = log.split_inclusive(|byte| *byte == b'\n').filter_map(trim_line);
    let events = lines.filter_map(|line| reader.event(line).ok());
    events.map(|event| (Mark::of(&event), event)).map(|(mark, event)| (event, mark)).collect()
}

/// The second half of a log, on the machines that the first half left.
fn step(criterion: &mut Criterion) {
    let log = traffic();
    let events = events(&log);
    let (first, second) = events.split_at(events.len() / 2);
    let mut engine = engine();
    let run = |engine: &mut Engine, events: &[(Event<'_>, Mark)]| {
        let mut made = 0_u64;
        engine.step_all(events.iter().map(|(event, mark)| (event, *mark)), |one| {
            made += one.last.seq
        });
        made
    };
    run(&mut engine, first);
    let mut group = criterion.benchmark_group("engine");
    group.throughput(Throughput::Elements(second.len() as u64));
    group.bench_function("step", |bench| {
        let again = || engine.clone();
        bench.iter_batched_ref(again, |engine| run(engine, second), BatchSize::PerIteration);
    });
    group.finish();
}

/// Every machine of a log into an empty engine.
fn restore(criterion: &mut Criterion) {
    let log = traffic();
    let mut before = engine();
    for (event, _) in &events(&log) {
        before.step(event);
    }
    let kept = before.machines().map(|(person, machine)| {
        let mut bytes = Vec::new();
        write_machine(&mut bytes, machine, |party| before.name(party));
        (person, bytes)
    });
    let kept: Vec<_> = kept.collect();
    let mut group = criterion.benchmark_group("engine");
    group.throughput(Throughput::Elements(kept.len() as u64));
    group.bench_function("restore", |bench| {
        bench.iter_batched_ref(
            engine,
            |engine| {
                for (person, bytes) in &kept {
                    let machine =
                        read_machine(bytes, |name| engine.number(name)).expect("a machine");
                    engine.restore(person, machine);
                }
            },
            BatchSize::PerIteration,
        );
    });
    group.finish();
}

fn short() -> Criterion {
    Criterion::default().sample_size(10).measurement_time(Duration::from_secs(2))
}

criterion_group! { name = benches; config = short(); targets = step, restore }
criterion_main!(benches);
