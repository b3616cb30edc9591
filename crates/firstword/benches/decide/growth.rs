//! What an event costs as people and events become more: from bytes to bytes in memory, on one thread, by the reader,
//! the engine and the writer of `decide`. What counts is the time on a processor, so that neighbours matter little.
//!
//! The log is generated piece by piece beside it and not counted, so that a hundred million events need no disk.
#![expect(clippy::print_stdout, reason = "a table is what it is for")]

use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::{Context, bail, ensure};
use firstword_engine::Engine;
use firstword_policy::builtin;
use firstword_rules::{Event, Mark};
use firstword_testkit::measuring::{Took, thread_time};
use firstword_traffic::generate::Generator;
use firstword_wire::{Reader, trim_line, write_decision};

use crate::asked::Asked;
use crate::log::{PIECE, traffic};
use crate::memory;

/// What an event costs is told for so many events first, and then for ever so many times more.
const FIRST: u64 = 100_000;
const TIMES: u64 = 10;

/// Shows both tables, and what a person takes.
pub fn show(asked: &Asked) -> anyhow::Result<()> {
    let events = asked.events.unwrap_or(10_000_000);
    let mut runs = vec![(10_000, events), (100_000, events), (1_000_000, events)];
    if asked.full {
        // As many events a person as before, and then among fewer people.
        runs.extend([(10_000_000, 10 * events), (1_000_000, 10 * events)]);
    }
    println!("\nOne thread's time on its processor, from bytes to bytes in memory:\n");
    println!("| people | events | ns an event | to the first | engine, bytes a person | peak MB |");
    println!("|---:|---:|---:|---:|---:|---:|");
    let (mut first, mut longest) = (None, String::new());
    for (people, events) in runs {
        let mut command = Command::new(std::env::current_exe()?);
        command.args(["side", "growth", &people.to_string(), &events.to_string()]);
        let (took, said) = Took::running(command.stdout(Stdio::piped()))?;
        let (figures, windows) = said.split_once('\n').context("a side said nothing")?;
        let figures: Vec<f64> =
            figures.split_whitespace().map(str::parse).collect::<Result<_, _>>()?;
        let [nanos, bytes, people] = figures.as_slice() else { bail!("a side said {said}") };
        let ratio = nanos / *first.get_or_insert(*nanos);
        println!(
            "| {people} | {events} | {nanos:.0} | {ratio:.2} | {bytes:.0} | {:.0} |",
            took.peak_mb
        );
        longest = windows.to_owned();
    }
    println!("\nThe last of these, by how many events were before:\n");
    println!("| after so many events | ns an event |");
    println!("|---:|---:|");
    print!("{longest}");
    memory::show(asked)
}

/// One run: nanoseconds an event, bytes a person and how many people there are, and then what an event cost after so
/// many others.
pub fn run(people: u32, events: u64) -> anyhow::Result<()> {
    let policy = builtin(firstword_policy::DEFAULT).context("no policy")?;
    let mut one = Deciding {
        label: policy.label.clone(),
        reader: Reader::new(&policy),
        engine: Engine::new(policy),
        out: Vec::new(),
    };
    let mut generator = Generator::new(&traffic(people, events, false))?;
    let (mut piece, mut more) = (Vec::with_capacity(2 * PIECE), true);
    let (mut total, mut window, mut windows) = (Cost::default(), Cost::default(), String::new());
    let (mut since, mut next) = (0, FIRST);
    while more {
        piece.clear();
        while more && piece.len() < PIECE {
            more = generator.write_some(&mut piece);
        }
        let begun = thread_time();
        let events = one.decide(&piece);
        let cost = Cost { events, time: thread_time() - begun };
        total.add(cost);
        window.add(cost);
        if total.events >= next || !more {
            windows += &format!("| {since} | {:.0} |\n", window.nanos());
            (since, next, window) = (total.events, next * TIMES, Cost::default());
        }
    }
    ensure!(total.events > 0, "no events");
    // Where there is not room for all of them, fewer take part.
    let people = one.engine.people();
    println!("{} {} {people}", total.nanos(), one.engine.bytes() as f64 / people as f64);
    print!("{windows}");
    Ok(())
}

#[derive(Clone, Copy, Default)]
struct Cost {
    events: u64,
    time: Duration,
}

impl Cost {
    fn add(&mut self, other: Cost) {
        self.events += other.events;
        self.time += other.time;
    }

    fn nanos(self) -> f64 {
        self.time.as_nanos() as f64 / self.events as f64
    }
}

struct Deciding {
    reader: Reader,
    engine: Engine,
    label: Box<str>,
    out: Vec<u8>,
}

impl Deciding {
    fn decide(&mut self, piece: &[u8]) -> u64 {
        let lines = piece.split_inclusive(|byte| *byte == b'\n').filter_map(trim_line);
        let events = lines.filter_map(|line| self.reader.event(line).ok());
        let events = events.map(|event| {
            let mark = Mark::of(&event);
            (event, mark)
        });
        let events: Vec<(Event<'_>, Mark)> = events.collect();
        self.out.clear();
        let (label, out) = (&self.label, &mut self.out);
        let marked = events.iter().map(|(event, mark)| (event, *mark));
        self.engine.step_all(marked, |made| write_decision(out, &made.last, label));
        events.len() as u64
    }
}
