//! The limit of memory: the accesses of deciding a log without anything else. For each event both parties are at hand
//! by number, and a line of each one's state is read and written.
//!
//! One thread, as the machines of one log move one event after another.
#![expect(clippy::print_stdout, reason = "what it measured is what it says")]

use std::hint::black_box;
use std::time::Instant;

use firstword_engine::Engine;
use firstword_policy::builtin;
use firstword_testkit::measuring::{Took, cpu_seconds};
use firstword_wire::Reader;

use crate::asked::Told;
use crate::io::lines::{Chunk, Chunks};
use crate::io::source::Inputs;
use crate::terminal::Progress;

/// What a processor brings in at once.
#[derive(Clone, Copy)]
#[repr(align(64))]
struct Line([u64; 8]);

/// The number of somebody who has no state: a business, or nobody.
const NOBODY: u32 = u32::MAX;

pub fn run(told: &Told<'_>) -> anyhow::Result<()> {
    let (accesses, people) = accesses(told)?;
    // Not zeros: the pages are there before anything is measured, as an engine's are but for its new people.
    let mut state = vec![Line([1; 8]); people];
    let (begun, cpu) = (Instant::now(), cpu_seconds());
    for (number, parties) in accesses.iter().enumerate() {
        for party in parties {
            if let Some(line) = state.get_mut(*party as usize) {
                let [sum, last, ..] = &mut line.0;
                *sum = sum.wrapping_add(*last);
                *last = number as u64;
            }
        }
    }
    black_box(&state);
    let took = Took { cpu_seconds: cpu_seconds() - cpu, ..Took::since(begun)? };
    println!("{}", took.to_line());
    Ok(())
}

/// The people of each event of the log by number, and how many there are.
fn accesses(told: &Told<'_>) -> anyhow::Result<(Vec<[u32; 2]>, usize)> {
    let policy = builtin(firstword_policy::DEFAULT).ok_or_else(|| anyhow::anyhow!("no policy"))?;
    let (reader, mut engine) = (Reader::new(&policy), Engine::new(policy));
    let mut chunks = Chunks::of(Inputs::new(&[told.log.to_owned()])?, Progress);
    let (mut chunk, mut accesses) = (Chunk::default(), Vec::new());
    while chunks.next(&mut chunk)? {
        for (_, line) in chunk.lines() {
            let Ok(event) = reader.event(line) else { continue };
            let (one, other) = event.parties();
            let mut number = |name: &firstword_rules::Name<'_>| {
                let party = engine.number(name);
                if party.is_person() { party.number() } else { NOBODY }
            };
            accesses.push([number(one), other.map_or(NOBODY, number)]);
        }
    }
    Ok((accesses, engine.people()))
}
