//! `firstword import`: other people's logs turned into events.

use std::io::Write;
use std::path::PathBuf;

use clap::{Args, ValueEnum};
use firstword_rules::Millis;
use firstword_traffic::csv::{self, Columns, ImportError, Kind, Unit};
use firstword_wire::parse_time;

use super::generate::time;
use crate::exit::{Exit, say, usage_error};
use crate::io::source::Inputs;
use crate::terminal::{Progress, counted, stdout};

/// Turn other logs into events, one JSON line a row.
///
/// A row that cannot become an event is named on standard error, with line and column, and the others go on.
#[derive(Args, Debug)]
#[command(
    after_help = "Example: a table of text messages, times in seconds since a study began\n  \
    firstword import --from csv --epoch 2021-05-16T00:00:00Z \\\n    \
    --columns at=timestamp,from=sender,to=recipient sms.csv > events.jsonl\n\n\
    A bare name (alice, 370) is a person. Write business:NAME for a business."
)]
pub struct Import {
    /// What the log is.
    #[arg(long, value_enum)]
    from: From,
    /// Which column is which field of an event: `at=sent,from=caller,to=callee`. Columns that bear a field's
    /// name, and `timestamp`, `sender`, `recipient`, need not be named.
    #[arg(long, value_name = "FIELD=COLUMN,..")]
    columns: Option<String>,
    /// The time that numbers in the `at` column count from.
    #[arg(long, default_value = "1970-01-01T00:00:00Z", value_parser = time)]
    epoch: Millis,
    /// The offset of times that bear none, such as `2021-05-16 09:05:00`; without it they are left out. It is
    /// the same all year: where clocks change, the table has to bear offsets.
    #[arg(long, value_name = "+HH:MM", value_parser = utc_offset, allow_hyphen_values = true)]
    utc_offset: Option<i64>,
    /// In what numbers in the `at` column count.
    #[arg(long, value_enum, default_value_t = Count::S)]
    unit: Count,
    /// The type of a row that names none.
    #[arg(long = "type", default_value = "message", value_name = "TYPE")]
    kind: String,
    /// What the id of a row without one begins with; the row's number and time follow, so that a table gives the
    /// same ids each time and that of another day gives others. From the second table on, its place is added.
    /// Tables of the same time that are imported one by one need different prefixes.
    #[arg(long, default_value = "csv")]
    prefix: String,
    /// What stands between cells.
    #[arg(long, default_value = ",", value_parser = delimiter)]
    delimiter: u8,
    /// The logs; `-` is standard input.
    files: Vec<PathBuf>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum From {
    /// A table with a header.
    Csv,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Count {
    /// Seconds
    S,
    /// Milliseconds
    Ms,
}

fn delimiter(text: &str) -> Result<u8, String> {
    match text.as_bytes() {
        [byte] if byte.is_ascii() => Ok(*byte),
        b"\\t" => Ok(b'\t'),
        _ => Err("one ASCII character, or `\\t`".to_owned()),
    }
}

/// Reads an offset from UTC, such as `+02:00`, in milliseconds.
fn utc_offset(text: &str) -> Result<i64, String> {
    // Midnight there is as much earlier in UTC as the place is ahead of it.
    let midnight = |offset: &str| parse_time(&format!("2021-01-02T00:00:00{offset}"));
    match (midnight("Z"), midnight(text)) {
        (Some(utc), Some(local)) if text.starts_with(['+', '-', 'Z']) => Ok(utc.0 - local.0),
        _ => Err("not an offset such as +02:00, -05:30 or Z".to_owned()),
    }
}

/// Runs the command.
pub fn run(args: Import) -> anyhow::Result<Exit> {
    let From::Csv = args.from;
    let columns = args.columns.as_deref().unwrap_or_default();
    let mut import = csv::Import {
        columns: match columns {
            "" => Columns::default(),
            named => named.parse().map_err(|error| usage_error(format!("--columns: {error}")))?,
        },
        epoch: args.epoch.0,
        utc_offset: args.utc_offset,
        unit: match args.unit {
            Count::S => Unit::Seconds,
            Count::Ms => Unit::Millis,
        },
        kind: args.kind.parse::<Kind>().map_err(|error| usage_error(format!("--type: {error}")))?,
        prefix: args.prefix.clone(),
        delimiter: args.delimiter,
    };
    let (mut out, mut events, mut left_out) = (stdout(), 0, 0);
    let inputs = Inputs::new(&args.files)?;
    let progress = Progress::bytes("importing", inputs.size());
    for (place, input) in inputs.into_iter(progress.clone()).enumerate() {
        let input = input?;
        // Rows of several tables must not get one id.
        if place > 0 {
            import.prefix = format!("{}{}", args.prefix, place + 1);
        }
        let mut told = |problem: csv::Problem| say(format_args!("{}:{problem}", input.name));
        let counts =
            csv::convert(input.reader, &import, &mut out, &mut told).map_err(
                |error| match error {
                    ImportError::Io(error) => {
                        anyhow::Error::from(error).context(format!("cannot convert {}", input.name))
                    }
                    ImportError::BadPrefix => usage_error(format!("--prefix: {error}")),
                    other => usage_error(format!("{}: {other}", input.name)),
                },
            )?;
        events += counts.events;
        left_out += counts.problems;
    }
    progress.finish();
    out.flush()?;
    let left = if left_out > 0 {
        format!(", {} left out", counted(left_out, "row"))
    } else {
        String::new()
    };
    say(format_args!("{}{left}", counted(events, "event")));
    Ok(Exit::Done)
}
