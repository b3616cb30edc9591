//! One part of the hot path over one generated log, whose instructions `cargo xtask count` has counted.
//!
//! Without a part it prints their names, a line each. With one it makes ready what the part needs, does the part once
//! in [`counted`], and prints how many of what it went through: `20000 events`. The log is always the same; the keys by
//! which names are hashed are not, so the count differs by a little each time.
#![expect(clippy::print_stdout, reason = "xtask reads what it prints")]

use std::hint::black_box;

use anyhow::{Context, bail, ensure};
use firstword_engine::{Decisions, Engine};
use firstword_policy::builtin;
use firstword_rules::{Event, Mark, Policy};
use firstword_traffic::generate::{Generator, Traffic};
use firstword_wire::scan::scan;
use firstword_wire::{MachinesIn, MachinesOut, Reader, Reject, trim_line, write_decision};

/// As the program has it.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Reading is counted without the mark of each event: a SHA-256 in software, since callgrind knows no instruction for
/// it, takes more than all the rest, and would hide what becomes slower there.
const PARTS: [&str; 7] = ["read", "mark", "scan", "decide", "write", "snapshot", "whole"];

/// How many lines go through together: about a chunk of the program.
const CHUNK: usize = 1_000;

fn main() -> anyhow::Result<()> {
    let asked: Vec<String> = std::env::args().skip(1).filter(|word| word != "--bench").collect();
    let Some(part) = asked.first() else {
        PARTS.iter().for_each(|part| println!("{part}"));
        return Ok(());
    };
    let log = log()?;
    let policy = builtin("whatsapp-business-2026").context("a policy")?;
    let (count, what) = run(part, &log, &policy)?;
    println!("{count} {what}");
    Ok(())
}

/// The only function of which callgrind counts anything, and what it calls; no other may have a name like it.
#[inline(never)]
fn counted<T>(part: impl FnOnce() -> T) -> T {
    black_box(part())
}

fn log() -> anyhow::Result<Vec<u8>> {
    let traffic = Traffic {
        people: 2_000,
        businesses: 40,
        events: 20_000,
        malformed: 0.01,
        seed: 2021,
        ..Traffic::default()
    };
    let mut log = Vec::new();
    Generator::new(&traffic)?.write(&mut log)?;
    Ok(log)
}

fn run(part: &str, log: &[u8], policy: &Policy) -> anyhow::Result<(usize, &'static str)> {
    let lines: Vec<&[u8]> =
        log.split_inclusive(|byte| *byte == b'\n').filter_map(trim_line).collect();
    let reader = Reader::new(policy);
    // Tables that are made at the first use are made here.
    let events: Vec<Vec<Line<'_>>> = chunks(&lines).map(|chunk| read(&reader, chunk)).collect();
    let (mut engine, label) = (Engine::new(policy.clone()), &*policy.label);
    match part {
        "read" => {
            counted(|| {
                for chunk in chunks(&lines) {
                    let events: Vec<_> = chunk.iter().map(|line| reader.event(line)).collect();
                    black_box(&events);
                }
            });
            Ok((lines.len(), "lines"))
        }
        "mark" => {
            let events: Vec<_> =
                events.iter().flatten().flatten().map(|(event, _)| event).collect();
            counted(|| {
                for event in &events {
                    black_box(Mark::of(event));
                }
            });
            Ok((events.len(), "events"))
        }
        "scan" => {
            let texts: Vec<String> = lines.iter().filter_map(|line| text(line)).collect();
            ensure!(texts.len() > lines.len() / 4, "only {} texts", texts.len());
            counted(|| {
                for text in &texts {
                    black_box(scan(text));
                }
            });
            Ok((texts.len(), "texts"))
        }
        "decide" => {
            counted(|| {
                events.iter().for_each(|chunk| drop(black_box(decide(&mut engine, chunk))));
            });
            Ok((events.iter().flatten().flatten().count(), "events"))
        }
        "write" => {
            let made: Vec<_> = events.iter().map(|chunk| decide(&mut engine, chunk)).collect();
            let mut out = Vec::new();
            counted(|| made.iter().for_each(|made| write(&mut out, made, label)));
            Ok((made.iter().flatten().count(), "decisions"))
        }
        "snapshot" => {
            events.iter().for_each(|chunk| drop(decide(&mut engine, chunk)));
            let mut again = Engine::new(policy.clone());
            counted(|| snapshot(&engine, &mut again))?;
            ensure!(again.machine_count() == engine.machine_count(), "machines were lost");
            Ok((engine.machine_count(), "machines"))
        }
        "whole" => {
            let mut out = Vec::new();
            counted(|| {
                for chunk in chunks(&lines) {
                    let events = read(&reader, chunk);
                    write(&mut out, &decide(&mut engine, &events), label);
                }
            });
            Ok((lines.len(), "lines"))
        }
        _ => bail!("no part `{part}`"),
    }
}

fn chunks<'c, 'l>(lines: &'c [&'l [u8]]) -> impl Iterator<Item = &'c [&'l [u8]]> {
    lines.chunks(CHUNK)
}

/// What a line was read as.
type Line<'l> = Result<(Event<'l>, Mark), Reject>;

fn read<'l>(reader: &Reader, lines: &[&'l [u8]]) -> Vec<Line<'l>> {
    let events = lines.iter().map(|line| reader.event(line));
    events
        .map(|event| {
            event.map(|event| {
                let mark = Mark::of(&event);
                (event, mark)
            })
        })
        .collect()
}

fn decide<'e>(engine: &mut Engine, lines: &'e [Line<'e>]) -> Vec<Decisions<'e>> {
    let mut made = Vec::with_capacity(lines.len());
    let events = lines.iter().flatten().map(|(event, mark)| (event, *mark));
    engine.step_all(events, |decisions| made.push(decisions));
    made
}

fn write(out: &mut Vec<u8>, made: &[Decisions<'_>], label: &str) {
    out.clear();
    made.iter().for_each(|decisions| write_decision(out, &decisions.last, label));
    black_box(&out);
}

/// All machines to bytes, and from these into another engine.
fn snapshot(engine: &Engine, again: &mut Engine) -> anyhow::Result<()> {
    let mut out = MachinesOut::begin(Vec::new(), &engine.policy().label)?;
    for (person, machine) in engine.machines() {
        out.machine(&person.text, machine, |party| engine.name(party))?;
    }
    let bytes = out.finish()?;
    let told = |error| anyhow::anyhow!("{error}");
    let mut machines = MachinesIn::begin(bytes.as_slice()).map_err(told)?;
    while let Some((person, machine)) = machines.next(|name| again.number(name)).map_err(told)? {
        again.restore(&person, machine);
    }
    Ok(())
}

/// The text of a message.
fn text(line: &[u8]) -> Option<String> {
    let event: serde_json::Value = serde_json::from_slice(line).ok()?;
    event.get("text")?.as_str().map(str::to_owned)
}
