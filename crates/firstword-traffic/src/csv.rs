//! Events from a table: a CSV file (RFC 4180) with a header, one event per row.
//!
//! A column that bears the name of an event's field is that field; `timestamp`, `sender` and
//! `recipient` are `at`, `from` and `to`; [`Columns`] says what else is what. A row that cannot
//! become an event is reported with its line, its column and a hint, and the others are converted
//! all the same.
//!
//! What it checks is the form of single fields. Whether an event makes sense (somebody who writes
//! to themself) is the reader's to judge, so that such a row is counted where all such events are.

mod columns;
mod field;
mod row;

use std::io::{self, BufRead, Write};

use ::csv::{ByteRecord, ReaderBuilder};

pub use columns::{BadColumns, Columns};
pub use field::{Field, Kind, UnknownKind};
use row::Row;
pub use row::{Fault, Problem};

/// In what a column's numbers count time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Unit {
    /// Seconds; a fraction is read down to milliseconds.
    #[default]
    Seconds,
    /// Milliseconds; a fraction is cut off.
    Millis,
}

/// How to read a table.
///
/// ```
/// use firstword_traffic::csv::{Import, convert};
///
/// let table = "timestamp,sender,recipient\n18,370,512\n";
/// let import = Import { epoch: 1_621_123_200_000, ..Import::default() };
/// let (mut events, mut problems) = (Vec::new(), Vec::new());
/// convert(table.as_bytes(), &import, &mut events, &mut |problem| problems.push(problem))?;
/// assert!(problems.is_empty());
/// let events = String::from_utf8(events)?;
/// assert!(events.starts_with(r#"{"id":"csv-1-1621123218000","type":"message","#));
/// assert!(events.contains(r#""at":"2021-05-16T00:00:18.000Z""#));
/// assert!(events.ends_with("\"from\":\"person:370\",\"to\":\"person:512\"}\n"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Import {
    /// Which column is which field, beyond those that bear a field's name.
    pub columns: Columns,
    /// The time that numbers count from, in milliseconds since 1970. Times that are no numbers are
    /// RFC 3339, and stand for themselves.
    pub epoch: i64,
    /// By how much the local time of the table is ahead of UTC, in milliseconds: what a time without
    /// an offset is read with, the same all year. Where it is `None`, such a time is a problem, since
    /// a guess could be wrong by half a day.
    pub utc_offset: Option<i64>,
    /// In what numbers count.
    pub unit: Unit,
    /// The type of a row that names none.
    pub kind: Kind,
    /// What the id of a row without one begins with. The row's number after the header and its time
    /// in milliseconds since 1970 follow, as in `csv-1-1621123218000`: the same table gives the same
    /// ids each time, and tables of different days give different ones. Two tables that may have a
    /// time in the same row need two prefixes.
    pub prefix: String,
    /// What stands between cells.
    pub delimiter: u8,
}

impl Default for Import {
    /// Messages in a table with commas, times in seconds since 1970.
    fn default() -> Self {
        Self {
            columns: Columns::default(),
            epoch: 0,
            utc_offset: None,
            unit: Unit::Seconds,
            kind: Kind::MESSAGE,
            prefix: "csv".to_owned(),
            delimiter: b',',
        }
    }
}

/// The longest prefix of an id, in bytes. With the longest number of a row (20 digits), the longest
/// time (13 digits) and what stands between, an id stays within the 128 bytes of an identifier.
const LONGEST_PREFIX: usize = 90;

/// What became of the rows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Rows after the header, blank lines not counted.
    pub rows: u64,
    /// Events written.
    pub events: u64,
    /// Rows that could not become an event.
    pub problems: u64,
}

/// Why a table cannot be read at all.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// The input could not be read or the output not written.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// The columns asked for and those of the table do not go together.
    #[error(transparent)]
    Columns(#[from] BadColumns),
    /// Ids of events would not be identifiers.
    #[error("an id's prefix is 1 to 90 bytes without white space and control characters")]
    BadPrefix,
}

/// Reads a table and writes an event per row, in the order of the rows, each with an end of line;
/// reports the rows that cannot become one. Memory does not grow with the table, but with its
/// longest row.
///
/// # Errors
///
/// Where the table is empty, a column is missing, and where reading or writing fails. What was written up to then
/// stands.
pub fn convert(
    input: impl BufRead,
    import: &Import,
    out: &mut impl Write,
    report: &mut dyn FnMut(Problem),
) -> Result<Counts, ImportError> {
    let prefix = &import.prefix;
    if prefix.len() > LONGEST_PREFIX || !field::is_identifier(prefix) {
        return Err(ImportError::BadPrefix);
    }
    let mut table =
        ReaderBuilder::new().delimiter(import.delimiter).flexible(true).from_reader(input);
    let layout =
        import.columns.layout(table.byte_headers().map_err(io::Error::from)?, import.kind)?;
    let mut row = Row::new(import, &layout);
    let mut record = ByteRecord::new();
    let mut counts = Counts::default();
    while table.read_byte_record(&mut record).map_err(io::Error::from)? {
        counts.rows += 1;
        match row.convert(&record, counts.rows) {
            Ok(line) => {
                out.write_all(line)?;
                counts.events += 1;
            }
            Err(problem) => {
                report(problem);
                counts.problems += 1;
            }
        }
    }
    Ok(counts)
}

#[cfg(test)]
mod tests;
