//! `firstword send`: a log into a topic of events.

use std::io::{BufRead, Read};
use std::num::NonZero;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use anyhow::Context;
use clap::Args;
use firstword_stream::{Sender, Sent, key_of};
use firstword_wire::{Reader, trim_line};

use super::kafka::KafkaArgs;
use crate::exit::{Exit, say};
use crate::io::lines::LONGEST_KEPT;
use crate::io::source::Inputs;
use crate::terminal::{Progress, counted};

/// Send a log of events to Kafka, each event keyed by the person whose machine it meets first.
///
/// Lines go as they are, also those that are no events: whoever decides them writes their dead letters. Each line
/// arrives once and in its order among those of the same person. A run that was stopped has sent the first lines of the
/// log and not the rest; where an event is sent again by another run, it is decided as a duplicate as long as its
/// person's machine remembers its id.
#[derive(Args, Debug)]
#[command(after_help = "Examples:\n  \
    firstword send day.jsonl\n  \
    firstword generate --events 100000 | firstword send --rate 500 -\n  \
    firstword send --config firstword.toml --topic old-events monday.jsonl.gz tuesday.jsonl.zst")]
pub struct Send {
    /// Logs of events (`.jsonl`, also packed as `.gz` or `.zst`), sent as one; `-` is standard input.
    files: Vec<PathBuf>,
    /// Send to this topic instead of the topic of events.
    #[arg(long, value_name = "TOPIC")]
    topic: Option<String>,
    /// Send so many events a second [default: as fast as Kafka takes them]
    #[arg(long, value_name = "N")]
    rate: Option<NonZero<u32>>,
    #[command(flatten)]
    kafka: KafkaArgs,
}

/// Runs the command.
pub fn run(args: &Send) -> anyhow::Result<Exit> {
    let settings = args.kafka.load()?;
    let inputs = Inputs::new(&args.files)?;
    let topic = args.topic.as_ref().unwrap_or(&settings.topics.events);
    // A policy says nothing about whose gate comes first.
    let policy = firstword_policy::builtin(firstword_policy::DEFAULT);
    let reader = Reader::new(&policy.context("there is no default policy")?);
    let sender = Sender::new(&settings, &[topic])?;
    let progress = Progress::bytes("sending", inputs.size());
    let mut pace = args.rate.map(Pace::new);
    let (mut line, mut too_large) = (Vec::new(), 0);
    for input in inputs.into_iter(progress.clone()) {
        let mut input = input?;
        while next_line(&mut input.reader, &mut line)
            .with_context(|| format!("cannot read {}", input.name))?
        {
            let Some(value) = trim_line(&line) else { continue };
            if let Some(pace) = &mut pace {
                pace.wait();
            }
            let key = key_of(&reader, value);
            let sent = sender.send(topic, key.as_deref().map(str::as_bytes), value, &[], None)?;
            too_large += u64::from(sent == Sent::TooLarge);
        }
    }
    progress.finish();
    let arrived = sender.finish()?;
    let left_out = match too_large {
        0 => String::new(),
        _ => format!(", {} left out, larger than Kafka takes", counted(too_large, "line")),
    };
    say(format_args!("{} in {topic}{left_out}", counted(arrived, "record")));
    Ok(Exit::Done)
}

/// Reads the next line as soon as it is there; `false` at the end. What is too long for any event is cut.
fn next_line(reader: &mut impl BufRead, line: &mut Vec<u8>) -> std::io::Result<bool> {
    line.clear();
    reader.by_ref().take(LONGEST_KEPT as u64).read_until(b'\n', line)?;
    if line.len() == LONGEST_KEPT && line.last() != Some(&b'\n') {
        reader.skip_until(b'\n')?;
    }
    Ok(!line.is_empty())
}

/// Lets so many through a second.
struct Pace {
    began: Instant,
    rate: u32,
    passed: u64,
}

impl Pace {
    fn new(rate: NonZero<u32>) -> Pace {
        Pace { began: Instant::now(), rate: rate.get(), passed: 0 }
    }

    fn wait(&mut self) {
        let due = Duration::from_secs_f64(self.passed as f64 / f64::from(self.rate));
        self.passed += 1;
        let early = due.saturating_sub(self.began.elapsed());
        if early > Duration::from_millis(1) {
            std::thread::sleep(early);
        }
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    #[test]
    fn lines_are_read_one_by_one_and_endless_ones_cut() {
        let log = [b"a\n".to_vec(), vec![b'x'; LONGEST_KEPT + 10], b"\n\nb".to_vec()].concat();
        let (mut reader, mut line, mut lengths) = (log.as_slice(), Vec::new(), Vec::new());
        while next_line(&mut reader, &mut line).unwrap() {
            lengths.push(line.len());
        }
        assert_eq!(lengths, [2, LONGEST_KEPT, 1, 1]);
    }

    #[test]
    fn a_pace_is_kept() {
        let mut pace = Pace::new(NonZero::new(1_000).unwrap());
        (0..101).for_each(|_| pace.wait());
        assert!(pace.began.elapsed() >= Duration::from_millis(98));
    }
}
