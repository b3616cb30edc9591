//! What the bytes cost that meet every event: read by the quick reader and by the strict one, written as decisions; and
//! machines to snapshots and back.
#![expect(clippy::expect_used, reason = "a bench that cannot begin ends")]

use std::hint::black_box;
use std::time::Duration;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use firstword_engine::Engine;
use firstword_policy::{DEFAULT, builtin};
use firstword_rules::{Event, Party};
use firstword_traffic::generate::{Generator, Traffic};
use firstword_wire::{Reader, read_machine, trim_line, write_decision, write_machine};

/// As the program has it.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const EVENTS: u64 = 2_000;

/// Lines as a platform's own are, and lines as short as they can be.
const LOGS: [(&str, bool, bool); 3] =
    [("rich", true, false), ("rich with texts", true, true), ("plain", false, false)];

fn log(rich: bool, texts: bool) -> Vec<u8> {
    let traffic = Traffic { people: 200, events: EVENTS, rich, texts, ..Traffic::default() };
    let mut log = Vec::new();
    Generator::new(&traffic).expect("traffic").write(&mut log).expect("a log");
    log
}

fn lines(log: &[u8]) -> Vec<&[u8]> {
    log.split_inclusive(|byte| *byte == b'\n').filter_map(trim_line).collect()
}

fn read(criterion: &mut Criterion) {
    let reader = Reader::new(&builtin(DEFAULT).expect("a policy"));
    for (name, rich, texts) in LOGS {
        let log = log(rich, texts);
        let lines = lines(&log);
        let mut group = criterion.benchmark_group(format!("read/{name}"));
        group.throughput(Throughput::Elements(lines.len() as u64));
        group.bench_function("quick", |bench| {
            bench
                .iter(|| lines.iter().filter(|line| reader.event(black_box(line)).is_ok()).count());
        });
        group.bench_function("strict", |bench| {
            bench.iter(|| {
                let read = lines.iter().map(|line| reader.event_strictly(black_box(line)));
                read.filter(Result::is_ok).count()
            });
        });
        group.finish();
    }
}

/// The events of a log, and an engine for them.
fn ready(log: &[u8]) -> (Vec<Event<'_>>, Engine) {
    let engine = Engine::new(builtin(DEFAULT).expect("a policy"));
    let reader = Reader::new(engine.policy());
    (lines(log).into_iter().filter_map(|line| reader.event(line).ok()).collect(), engine)
}

fn write(criterion: &mut Criterion) {
    let log = log(true, false);
    let (events, mut engine) = ready(&log);
    let decisions: Vec<_> = events.iter().map(|event| engine.step(event).last).collect();
    let (mut out, label) = (Vec::new(), engine.policy().label.clone());
    let mut group = criterion.benchmark_group("write");
    group.throughput(Throughput::Elements(decisions.len() as u64));
    group.bench_function("decisions", |bench| {
        bench.iter(|| {
            out.clear();
            decisions.iter().for_each(|made| write_decision(&mut out, black_box(made), &label));
            out.len()
        });
    });
    group.finish();
}

fn snapshots(criterion: &mut Criterion) {
    let log = log(true, false);
    let (events, mut engine) = ready(&log);
    for event in &events {
        engine.step(event);
    }
    let machines: Vec<_> = engine.machines().map(|(_, machine)| machine).collect();
    let mut group = criterion.benchmark_group("snapshot");
    group.throughput(Throughput::Elements(machines.len() as u64));
    let mut out = Vec::new();
    group.bench_function("write", |bench| {
        bench.iter(|| {
            out.clear();
            for machine in &machines {
                write_machine(&mut out, black_box(machine), |party| engine.name(party));
            }
            out.len()
        });
    });
    let kept = machines.iter().map(|machine| {
        let mut bytes = Vec::new();
        write_machine(&mut bytes, machine, |party| engine.name(party));
        bytes
    });
    let kept: Vec<Vec<u8>> = kept.collect();
    group.bench_function("read", |bench| {
        bench.iter(|| {
            let number = |name: &firstword_rules::Name<'_>| {
                engine.find(name).unwrap_or(Party::stranger(name.kind))
            };
            kept.iter().filter(|bytes| read_machine(black_box(bytes), number).is_ok()).count()
        });
    });
    group.finish();
}

fn short() -> Criterion {
    let warm_up = Duration::from_millis(500);
    Criterion::default().sample_size(20).warm_up_time(warm_up).measurement_time(2 * warm_up)
}

criterion_group! { name = benches; config = short(); targets = read, write, snapshots }
criterion_main!(benches);
