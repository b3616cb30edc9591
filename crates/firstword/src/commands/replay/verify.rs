//! `firstword replay --verify`: the decisions of a log, decided again.

mod report;

use std::sync::Arc;

use firstword_engine::Engine;
use firstword_replay::Place;
use firstword_replay::verify::{Difference, Extent, Line, Verifier};
use firstword_rules::Policy;
use firstword_wire::LogKind;

use super::{Log, Replay};
use crate::exit::{Exit, usage_error};
use crate::io::lines::Chunk;
use crate::pipeline::{self, Work};
use crate::terminal::Format;
use report::Report;

/// Runs `--verify`.
pub fn run(args: &Replay) -> anyhow::Result<Exit> {
    let named = args.policies.load()?;
    let mut at_hand = args.log.policies()?;
    let log = args.open()?;
    if matches!(log, Log::Files(_)) {
        // Whoever names a policy means it, and not the built-in one of its name. (A topic has its own policies beside.)
        at_hand.retain(|policy| named.iter().all(|named| named.name != policy.name));
    }
    let (mut chunks, progress) = log.chunks("verifying")?;
    if chunks.kind()? == Some(LogKind::Events) {
        return Err(usage_error(
            "the log holds events: --verify is about decisions, as `firstword decide --all` makes them",
        ));
    }
    let extent = match &log {
        _ if args.partial => Extent::Range,
        Log::Files(_) => Extent::Whole,
        #[cfg(feature = "kafka")]
        Log::Topic(..) => Extent::Growing,
    };
    let mut verifier = verifier(named, at_hand, extent)?;
    let mut report = Report::begin(Format::or_default(args.format))?;
    let ran = pipeline::run(chunks, &Verifying(&log), &mut verifier, args.threads(), |found| {
        report.differences(found)
    });
    progress.finish();
    ran?;
    let mut found = Vec::new();
    let summary = verifier.finish(&mut found);
    report.differences(&found)?;
    report.end(&summary, args.partial)?;
    Ok(if summary.is_clean() { Exit::Done } else { Exit::Difference })
}

/// A verifier with the policies that were named and those at hand.
fn verifier(named: Vec<Policy>, at_hand: Vec<Policy>, extent: Extent) -> anyhow::Result<Verifier> {
    let mut policies = named.iter().cloned().chain(at_hand);
    let first = policies.next().ok_or_else(|| usage_error("no policy is at hand"))?;
    Ok(Verifier::new(Engine::new(first), policies, extent).with_stand_ins(named))
}

struct Verifying<'l>(&'l Log);

impl Work for Verifying<'_> {
    type State = Verifier;
    type Lines<'c> = (Arc<str>, Vec<(u64, Line<'c>)>);
    type Came<'l> = Vec<Difference>;
    type Output = Vec<Difference>;

    fn read<'c>(&self, chunk: &'c Chunk) -> Self::Lines<'c> {
        let mut lines = Vec::with_capacity(chunk.bytes.len() / 320);
        lines.extend(chunk.lines().map(|(number, line)| (number, Line::read(line))));
        (Arc::clone(&chunk.input), lines)
    }

    fn step(&self, verifier: &mut Verifier, (source, lines): &Self::Lines<'_>) -> Vec<Difference> {
        let mut found = Vec::new();
        for (number, line) in lines {
            let place = self.0.place(Place { source: Arc::clone(source), number: *number });
            verifier.meet(&place, line, &mut found);
        }
        found
    }

    fn write(&self, _: &Chunk, found: &Vec<Difference>, output: &mut Vec<Difference>) {
        output.clone_from(found);
    }
}
