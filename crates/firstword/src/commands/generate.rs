//! `firstword generate`: traffic to try things on.

use std::io::Write;

use clap::Args;
use firstword_rules::Millis;
use firstword_traffic::generate::{Generator, Traffic};
use firstword_wire::parse_time;

use crate::exit::{Exit, say, usage_error};
use crate::terminal::{Progress, counted, stdout, thousands};

/// Make realistic traffic: events as JSON lines, the same ones for the same numbers and seed, for ever.
///
/// People have friends, answer each other, call now and then; businesses write to those who opted in and to some
/// who did not. Who declines the terms does so around 15 May 2021.
#[derive(Args, Debug)]
#[command(
    allow_negative_numbers = true,
    after_help = "Examples:\n  \
    firstword generate --people 1000 --events 100000 > day.jsonl\n  \
    firstword generate --malformed 0.03 --seed 7 | firstword decide --rejects bad.jsonl -"
)]
pub struct Generate {
    /// How many people there are.
    #[arg(long, default_value_t = 1_000)]
    people: u32,
    /// How many businesses there are.
    #[arg(long, default_value_t = 20)]
    businesses: u32,
    /// How many lines to write.
    #[arg(long, default_value_t = 100_000)]
    events: u64,
    /// Over how many days the traffic spreads.
    #[arg(long, default_value_t = 7)]
    days: u32,
    /// The share of the people who decline the terms, from 0 to 1.
    #[arg(long, default_value_t = 0.2)]
    declined: f64,
    /// The share of the people who never answer them.
    #[arg(long, default_value_t = 0.1)]
    silent: f64,
    /// The share of the lines that repeat an earlier event, as a producer does that retries.
    #[arg(long, default_value_t = 0.002)]
    duplicates: f64,
    /// The share of the events that come late, by up to ten minutes.
    #[arg(long, default_value_t = 0.001)]
    late: f64,
    /// The share of the lines that are no events.
    #[arg(long, default_value_t = 0.0)]
    malformed: f64,
    /// What the draws follow from.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// When the traffic starts. Who people are, and what they agreed to before, is told in the two weeks before it.
    #[arg(long, default_value = "2021-05-15T00:00:00Z", value_parser = time)]
    start: Millis,
    /// Leave the texts of messages out.
    #[arg(long)]
    no_texts: bool,
    /// Bring every text to so many characters, but those by which people opt out and in.
    #[arg(long, value_name = "N", conflicts_with = "no_texts")]
    text_length: Option<u16>,
    /// Long ids and further fields, as a platform's own events have: about 300 bytes a line.
    #[arg(long)]
    rich: bool,
}

/// Reads a time argument.
pub fn time(text: &str) -> Result<Millis, String> {
    parse_time(text).ok_or_else(|| "not a time such as 2021-05-16T09:00:00Z".to_owned())
}

/// Runs the command.
pub fn run(args: Generate) -> anyhow::Result<Exit> {
    let traffic = Traffic {
        people: args.people,
        businesses: args.businesses,
        events: args.events,
        days: args.days,
        declined: args.declined,
        silent: args.silent,
        duplicates: args.duplicates,
        late: args.late,
        malformed: args.malformed,
        seed: args.seed,
        start: args.start.0,
        texts: !args.no_texts,
        text_length: args.text_length,
        rich: args.rich,
    };
    let mut generator = Generator::new(&traffic).map_err(|error| usage_error(error.to_string()))?;
    let progress = Progress::count("generating", args.events);
    let (mut out, mut lines, mut told) = (stdout(), Vec::new(), 0);
    while generator.write_some(&mut lines) {
        if lines.len() >= 256 * 1024 {
            out.write_all(&lines)?;
            lines.clear();
            let written = generator.counts().lines;
            progress.advance(written - told);
            told = written;
        }
    }
    out.write_all(&lines)?;
    out.flush()?;
    progress.finish();
    let counts = generator.counts();
    let people = u64::from(generator.people());
    let broken: u64 = counts.rejected().map(|(_, count)| count).sum();
    say(format_args!(
        "{} of {} people from {} on, seed {}{}",
        counted(counts.lines - broken, "event"),
        thousands(people),
        args.start,
        args.seed,
        if broken > 0 {
            format!(", and {}", counted(broken, "broken line"))
        } else {
            String::new()
        },
    ));
    Ok(Exit::Done)
}
