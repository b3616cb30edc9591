//! One row: its cells become the fields of an event, or the first of them that cannot is named.

use std::fmt;

use ::csv::ByteRecord;

use super::columns::{Column, Layout};
use super::field::{Field, Kind, is_identifier, is_region};
use super::{Import, Unit};
use crate::json;
use crate::time::{Clerk, in_range, read};

/// The longest event that a reader takes, in bytes.
const LONGEST: usize = 256 * 1024;

/// Why a row cannot become an event. It never says what a cell holds: that may be personal data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fault {
    /// More or fewer cells than the header.
    Cells {
        /// How many the row has.
        found: usize,
        /// How many the header has.
        expected: usize,
    },
    /// The cell is not UTF-8.
    NotUtf8,
    /// No type of event has the name.
    UnknownType,
    /// A field that the row's type needs is empty, or has no column.
    Missing(Field),
    /// Neither a number nor a time of RFC 3339.
    NotATime,
    /// A time of RFC 3339 but for its offset, and [`Import::utc_offset`] gives none.
    NoOffset,
    /// Before the year 2000, or after 2099.
    OutOfRange,
    /// Empty but for its prefix, longer than 128 bytes, or with white space or control characters.
    NotAnIdentifier,
    /// A business where a person must be, or the other way round.
    WrongParty,
    /// Not of the form `FR` or `DE-HH`.
    NotARegion,
    /// None of the words that the field may hold.
    UnknownWord(Field),
    /// Not a number.
    NotANumber,
    /// The event would be longer than 256 KiB.
    TooLarge,
}

impl Fault {
    /// What to look at, or to do about it.
    pub fn hint(self) -> Option<&'static str> {
        match self {
            Self::Cells { .. } => {
                Some("a cell with a comma or a quote in it needs quotes around it")
            }
            Self::NotUtf8 => Some("save the table as UTF-8"),
            Self::NotATime => Some(
                "write 2021-05-16T09:00:00Z, with its offset, or a number counted from the epoch",
            ),
            Self::NoOffset => Some(
                "write 2021-05-16T09:00:00+02:00, or say what all such times have with \
                 --utc-offset +02:00",
            ),
            Self::OutOfRange => Some("check the epoch and the unit that the numbers count in"),
            Self::NotAnIdentifier => Some("use a column with ids instead of names"),
            Self::UnknownType => Some("such as message, call, contact.opted_in or terms.declined"),
            Self::UnknownWord(Field::Scopes) => Some("utility, authentication, marketing, calls"),
            Self::UnknownWord(Field::Category) => {
                Some("service, utility, authentication, marketing")
            }
            Self::UnknownWord(Field::Reach) => Some("everyone, known, nobody"),
            Self::NotARegion => Some("two capital letters of ISO 3166, such as FR or DE-HH"),
            _ => None,
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Cells { found, expected } => {
                write!(f, "{found} cells where the header has {expected}")
            }
            Self::NotUtf8 => f.write_str("not UTF-8"),
            Self::UnknownType => f.write_str("unknown type of event"),
            Self::Missing(field) => write!(f, "no value for `{field}`, which the event needs"),
            Self::NotATime => f.write_str("not a time"),
            Self::NoOffset => f.write_str("a time without its offset from UTC"),
            Self::OutOfRange => f.write_str("a time before the year 2000 or after 2099"),
            Self::NotAnIdentifier => f.write_str(
                "not an identifier: 1 to 128 bytes without white space and control characters",
            ),
            Self::WrongParty => f.write_str("a business instead of a person, or the reverse"),
            Self::NotARegion => f.write_str("not a region"),
            Self::UnknownWord(field) => write!(f, "unknown word for `{field}`"),
            Self::NotANumber => f.write_str("not a number"),
            Self::TooLarge => f.write_str("the event would be longer than 256 KiB"),
        }
    }
}

/// A row that could not become an event, and why. It begins with its line, to stand after the name of
/// the table: `calls.csv:3: column ...`, which editors can follow.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "{line}: {}{fault}{}",
    .column.as_ref().map(|name| format!("column `{name}`: ")).unwrap_or_default(),
    .fault.hint().map(|hint| format!(" ({hint})")).unwrap_or_default()
)]
pub struct Problem {
    /// The line of the table at which the row begins, the header's being 1.
    pub line: u64,
    /// The column, where it is one.
    pub column: Option<String>,
    /// What is wrong.
    pub fault: Fault,
}

/// Converts rows, one after another, in a buffer that is used again.
pub(super) struct Row<'a> {
    import: &'a Import,
    layout: &'a Layout,
    clerk: Clerk,
    line: Vec<u8>,
}

/// A fault, and the field that has it, if one does.
type Found = (Option<Field>, Fault);

impl<'a> Row<'a> {
    pub(super) fn new(import: &'a Import, layout: &'a Layout) -> Self {
        Self { import, layout, clerk: Clerk::default(), line: Vec::new() }
    }

    /// The event of the `number`th row, with an end of line.
    pub(super) fn convert(&mut self, record: &ByteRecord, number: u64) -> Result<&[u8], Problem> {
        match self.write(record, number) {
            Ok(()) => Ok(&self.line),
            Err((field, fault)) => Err(Problem {
                line: record.position().map_or(0, |position| position.line()),
                column: field.and_then(|field| self.layout.name(field)).map(str::to_owned),
                fault,
            }),
        }
    }

    fn write(&mut self, record: &ByteRecord, number: u64) -> Result<(), Found> {
        let layout = self.layout;
        if record.len() != layout.width {
            let (found, expected) = (record.len(), layout.width);
            return Err((None, Fault::Cells { found, expected }));
        }
        self.line.clear();
        let mut columns = layout.columns.iter().peekable();
        let mut next_is = |wanted: Field| columns.next_if(|column| column.field == wanted);
        let id = cell(record, next_is(Field::Id))?;
        let kind = match cell(record, next_is(Field::Type))? {
            "" => self.import.kind,
            name => name.parse().map_err(|_| (Some(Field::Type), Fault::UnknownType))?,
        };
        let at = match cell(record, next_is(Field::At))? {
            "" => return Err((Some(Field::At), Fault::Missing(Field::At))),
            at => self.time(at).map_err(|fault| (Some(Field::At), fault))?,
        };
        self.line.extend_from_slice(b"{\"id\":");
        if id.is_empty() {
            // The number keeps rows of one table apart, the time those of tables of different days.
            let id = format!("{}-{number}-{at}", self.import.prefix);
            json::string(&mut self.line, &id);
        } else {
            self.value(Field::Id, id).map_err(|fault| (Some(Field::Id), fault))?;
        }
        self.line.extend_from_slice(b",\"type\":");
        json::string(&mut self.line, kind.name());
        self.line.extend_from_slice(b",\"at\":");
        self.instant(at);
        let mut missing = Missing::of(kind);
        for column in columns.filter(|column| kind.has(column.field)) {
            let value = cell(record, Some(column))?;
            if value.is_empty() {
                continue;
            }
            missing.found(column.field);
            self.line.extend_from_slice(b",\"");
            self.line.extend_from_slice(column.field.name().as_bytes());
            self.line.extend_from_slice(b"\":");
            self.value(column.field, value).map_err(|fault| (Some(column.field), fault))?;
        }
        if let Some(field) = missing.first() {
            return Err((Some(field), Fault::Missing(field)));
        }
        self.line.push(b'}');
        if self.line.len() > LONGEST {
            return Err((None, Fault::TooLarge));
        }
        self.line.push(b'\n');
        Ok(())
    }

    /// Appends a cell in the form that the field has in an event.
    fn value(&mut self, field: Field, value: &str) -> Result<(), Fault> {
        match field {
            Field::At | Field::Until => {
                let at = self.time(value)?;
                self.instant(at);
            }
            Field::From | Field::To | Field::Party => {
                self.party(&["person:", "business:"], value)?
            }
            Field::Person => self.party(&["person:"], value)?,
            Field::Business => self.party(&["business:"], value)?,
            Field::Scopes | Field::Findings => self.array(field, value)?,
            Field::Duration => {
                let number = decimal(value).ok_or(Fault::NotANumber)?;
                // What no rule reads is passed on as a whole number.
                self.line.extend_from_slice(itoa::Buffer::new().format(number / 1_000).as_bytes());
            }
            _ => {
                check(field, value)?;
                json::string(&mut self.line, value);
            }
        }
        Ok(())
    }

    /// Appends a time.
    fn instant(&mut self, at: i64) {
        self.line.push(b'"');
        self.clerk.write(&mut self.line, at);
        self.line.push(b'"');
    }

    /// A number counted from the epoch, or RFC 3339, the offset of which the import may give.
    fn time(&self, value: &str) -> Result<i64, Fault> {
        let at = match decimal(value) {
            Some(thousandths) => {
                let millis = match self.import.unit {
                    Unit::Seconds => thousandths,
                    Unit::Millis => thousandths / 1_000,
                };
                millis.checked_add(self.import.epoch).ok_or(Fault::OutOfRange)?
            }
            None => match (read(value), read(&format!("{value}Z")), self.import.utc_offset) {
                (Some(at), ..) => at,
                // What is a time of UTC as soon as it says so has no offset of its own.
                (None, Some(local), Some(offset)) => local.saturating_sub(offset),
                (None, Some(_), None) => return Err(Fault::NoOffset),
                (None, None, _) => return Err(Fault::NotATime),
            },
        };
        if in_range(at) { Ok(at) } else { Err(Fault::OutOfRange) }
    }

    /// A party with one of the prefixes, or a bare name, which gets the first.
    fn party(&mut self, prefixes: &[&'static str], value: &str) -> Result<(), Fault> {
        let known = |prefix| value.strip_prefix(prefix).map(|name| (prefix, name));
        let (prefix, name) = match prefixes.iter().copied().find_map(known) {
            Some(found) => found,
            None if ["person:", "business:"].iter().any(|prefix| value.starts_with(prefix)) => {
                return Err(Fault::WrongParty);
            }
            None => (prefixes.first().copied().unwrap_or_default(), value),
        };
        if !is_identifier(name) {
            return Err(Fault::NotAnIdentifier);
        }
        json::string(&mut self.line, &format!("{prefix}{name}"));
        Ok(())
    }

    /// Words with blanks, commas, semicolons or bars between them; at least one.
    fn array(&mut self, field: Field, value: &str) -> Result<(), Fault> {
        let mut before = b'[';
        let between = |c: char| c.is_whitespace() || matches!(c, ';' | '|' | ',');
        for word in value.split(between).filter(|word| !word.is_empty()) {
            check(field, word)?;
            self.line.push(before);
            json::string(&mut self.line, word);
            before = b',';
        }
        if before == b'[' {
            return Err(Fault::UnknownWord(field));
        }
        self.line.push(b']');
        Ok(())
    }
}

/// Whether a word is of the form that the field has, or a word of its array.
fn check(field: Field, word: &str) -> Result<(), Fault> {
    let is_one_of = |words: &[&str]| {
        if words.contains(&word) { Ok(()) } else { Err(Fault::UnknownWord(field)) }
    };
    match field {
        Field::Text => Ok(()),
        Field::Region if is_region(word) => Ok(()),
        Field::Region => Err(Fault::NotARegion),
        Field::Reach => is_one_of(&["everyone", "known", "nobody"]),
        Field::Category => is_one_of(&["service", "utility", "authentication", "marketing"]),
        Field::Scopes => is_one_of(&["utility", "authentication", "marketing", "calls"]),
        _ if is_identifier(word) => Ok(()),
        _ => Err(Fault::NotAnIdentifier),
    }
}

/// The cell of a column; of every field but a text, without the white space around it.
fn cell<'r>(record: &'r ByteRecord, column: Option<&Column>) -> Result<&'r str, Found> {
    let Some(column) = column else { return Ok("") };
    let bytes = record.get(column.place).unwrap_or_default();
    let text = std::str::from_utf8(bytes).map_err(|_| (Some(column.field), Fault::NotUtf8))?;
    Ok(if column.field == Field::Text { text } else { text.trim() })
}

/// The fields that a row's type needs, `at` aside, and that have not been met.
struct Missing {
    needs: &'static [Field],
    met: usize,
}

impl Missing {
    fn of(kind: Kind) -> Self {
        Self { needs: kind.needs(), met: 0 }
    }

    fn found(&mut self, field: Field) {
        // Columns and needs are both in the order of fields.
        if self.needs.get(self.met) == Some(&field) {
            self.met += 1;
        }
    }

    fn first(&self) -> Option<Field> {
        self.needs.get(self.met).copied()
    }
}

/// A decimal number in thousandths, what is finer cut off; `None` if it is none, or too large.
fn decimal(text: &str) -> Option<i64> {
    let (sign, digits) = match text.strip_prefix('-') {
        Some(digits) => (-1, digits),
        None => (1, text.strip_prefix('+').unwrap_or(text)),
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let all_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || !all_digits(whole) || !all_digits(fraction) {
        return None;
    }
    let whole: i64 = whole.parse().ok()?;
    let thousandths = (0..3).fold(0, |sum, place| {
        let digit = fraction.as_bytes().get(place).map_or(0, |byte| i64::from(byte - b'0'));
        sum * 10 + digit
    });
    whole.checked_mul(1_000)?.checked_add(thousandths)?.checked_mul(sign)
}

#[cfg(test)]
mod tests {
    use super::decimal;

    #[test]
    fn decimals() {
        assert_eq!(decimal("18"), Some(18_000));
        assert_eq!(decimal("-1"), Some(-1_000));
        assert_eq!(decimal("+1.5"), Some(1_500));
        assert_eq!(decimal("0.0019"), Some(1));
        assert_eq!(decimal("9223372036854775807"), None);
        for text in ["", "-", ".5", "1e9", "1,5", "0x1", "１", "1.2.3", "--1"] {
            assert_eq!(decimal(text), None, "{text}");
        }
    }
}
