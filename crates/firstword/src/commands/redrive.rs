//! `firstword redrive`: dead letters on their way back to the events.

use std::io::Write;

use clap::Args;
use firstword_stream::{Bound, Letters, Range, Selection, Survey};
use serde::Serialize;

use super::kafka::{KafkaArgs, bound, shown_time};
use crate::exit::{Exit, say};
use crate::terminal::{Colours, Format, Progress, counted, stdout, table, thousands};

/// Send dead letters back to the events, to be decided again; without --yes only show what would be sent.
///
/// They go as they came: key, value and headers, but with the time of now, and a header (`firstword-redrives`) that
/// counts how often they went back. Letters that went back --max-attempts times are left out.
///
/// No letter goes back twice, whatever is selected in which run: what was sent is noted, in the same transaction, as
/// offsets of a group of its own (that of `firstword run` with `-redrive` after it). So a run may be stopped at any
/// time, and the same command goes on where it was. A letter that is rejected again is a new letter. Kafka forgets
/// such notes a while after the last run (`offsets.retention.minutes`, 7 days by default): later than that, select with
/// --from.
///
/// To forget what was sent, delete that group; to leave letters out for good, set its offset behind them with Kafka's
/// own tools.
#[derive(Args, Debug)]
#[command(after_help = "Examples:\n  \
    firstword redrive\n  \
    firstword redrive --reason unknown_type --from 2021-05-16T09:00:00Z\n  \
    firstword redrive --reason unknown_type --max 10 --yes      # ten, to try\n  \
    firstword redrive --reason unknown_type --yes               # the others")]
pub struct Redrive {
    /// Only letters with this reason; may be given several times.
    #[arg(long = "reason", value_name = "REASON", value_parser = reason)]
    reasons: Vec<String>,
    /// Only letters from here on: a time, an offset, `start` or `end`.
    #[arg(long, value_name = "TIME|OFFSET", default_value = "start", value_parser = bound)]
    from: Bound,
    /// Only letters before this: a time, an offset or `end`, which is what is there now.
    #[arg(long, value_name = "TIME|OFFSET", default_value = "end", value_parser = bound)]
    to: Bound,
    /// At most so many letters.
    #[arg(long, value_name = "N")]
    max: Option<u64>,
    /// Leave letters out that went back so often.
    #[arg(long, value_name = "N", default_value_t = 3)]
    max_attempts: u32,
    /// Send them.
    #[arg(long)]
    yes: bool,
    /// How the reasons are written [default: table on a terminal, else jsonl]
    #[arg(long, value_enum)]
    format: Option<Format>,
    #[command(flatten)]
    kafka: KafkaArgs,
}

/// Reads a reason: a word, as the engine writes them.
fn reason(text: &str) -> Result<String, String> {
    let is_word = |text: &str| {
        (1..=64).contains(&text.len())
            && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_')
    };
    if is_word(text) {
        return Ok(text.to_owned());
    }
    Err("not a reason such as not_json; `firstword redrive` shows which there are".to_owned())
}

/// Runs the command.
pub fn run(args: &Redrive) -> anyhow::Result<Exit> {
    let settings = args.kafka.load()?;
    let selection = Selection {
        reasons: args.reasons.clone(),
        range: Range { from: args.from, to: Some(args.to), partitions: None },
        below: args.max_attempts,
        max: args.max,
    };
    let survey = firstword_stream::survey(&settings, &selection)?;
    let chosen: u64 = survey.values().map(|letters| letters.chosen).sum();
    let most = chosen.min(args.max.unwrap_or(u64::MAX));
    show(&survey, Format::or_default(args.format))?;
    for reason in args.reasons.iter().filter(|reason| !survey.contains_key(*reason)) {
        say(format_args!("note: no dead letter in this range has the reason {reason}"));
    }
    let events = &settings.topics.events;
    if !args.yes {
        let letters = counted(most, "dead letter");
        say(format_args!("{letters} would go back to {events}; --yes sends them"));
        return Ok(Exit::Done);
    }
    let progress = Progress::count("sending", most);
    let mut sent = 0;
    let outcome = firstword_stream::redrive(&settings, &selection, |so_far| {
        progress.advance(so_far - sent);
        sent = so_far;
    });
    progress.finish();
    say(format_args!("{} sent back to {events}", counted(sent, "dead letter")));
    outcome?;
    Ok(Exit::Done)
}

/// The letters of one reason, as JSON has them.
#[derive(Serialize)]
struct Row<'r> {
    reason: &'r str,
    found: u64,
    sent_before: u64,
    sent_too_often: u64,
    to_send: u64,
    first: Option<String>,
    last: Option<String>,
}

fn show(survey: &Survey, format: Format) -> anyhow::Result<()> {
    let mut rows: Vec<_> = survey.iter().map(|(reason, letters)| row(reason, letters)).collect();
    // What there is most of stands first.
    rows.sort_by_key(|row| std::cmp::Reverse(row.found));
    let mut out = stdout();
    if format == Format::Table {
        write_table(&mut out, &rows)?;
    } else {
        super::policy::write_json(&mut out, format, &rows)?;
    }
    Ok(out.flush()?)
}

fn row<'r>(reason: &'r str, letters: &Letters) -> Row<'r> {
    Row {
        reason,
        found: letters.found,
        sent_before: letters.done,
        sent_too_often: letters.guarded,
        to_send: letters.chosen,
        first: letters.times.map(|(first, _)| shown_time(first)),
        last: letters.times.map(|(_, last)| shown_time(last)),
    }
}

fn write_table(out: &mut impl Write, rows: &[Row<'_>]) -> std::io::Result<()> {
    if rows.is_empty() {
        return Ok(());
    }
    let colours = Colours::of_stdout();
    let heads = ["reason", "letters", "sent before", "too often", "to send", "first", "last"];
    let mut cells = vec![heads.map(|head| colours.strong(head)).to_vec()];
    cells.extend(rows.iter().map(|row| {
        let times = [&row.first, &row.last].map(|time| time.clone().unwrap_or_default());
        let counts = [row.found, row.sent_before, row.sent_too_often, row.to_send].map(thousands);
        [row.reason.to_owned()].into_iter().chain(counts).chain(times).collect()
    }));
    table(out, &cells, &[false, true, true, true, true])
}
