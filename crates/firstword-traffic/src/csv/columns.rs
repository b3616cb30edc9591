//! Which column is which field: what the user said, and what the header says.

use std::str::FromStr;

use ::csv::ByteRecord;

use super::field::{Field, Kind, did_you_mean, nearest};

/// Fields and the columns that give them, as in `at=timestamp,from=sender`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Columns(Vec<(Field, String)>);

/// Why columns cannot be read, or do not go with a table.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadColumns {
    /// A part without `=`, or with nothing on one side.
    #[error("part {place} is not of the form `field=column`")]
    NoPair {
        /// Which part, from 1.
        place: usize,
    },
    /// Events have no such field.
    #[error("unknown event field `{name}`{}", did_you_mean(.hint.map(Field::name)))]
    UnknownField {
        /// What was written.
        name: String,
        /// What may have been meant.
        hint: Option<Field>,
    },
    /// Two columns for one field.
    #[error("the event field `{0}` is given twice")]
    Twice(Field),
    /// There is not even a header.
    #[error("the table is empty: its first line has to name the columns")]
    Empty,
    /// The table has no such column.
    #[error(
        "the table has no column `{column}`, by the names in its first line{}",
        did_you_mean(*.hint)
    )]
    NoColumn {
        /// What was asked for.
        column: String,
        /// The column that may have been meant, if it bears the name of a field, or one that tables
        /// often have for it. No other cell is ever shown: the first line of a table without a
        /// header is somebody's data.
        hint: Option<&'static str>,
    },
    /// The table's header has a name twice.
    #[error("the table has more than one column `{0}`")]
    Ambiguous(String),
    /// No column gives a field that every row needs.
    #[error("no column for `{field}`: say which it is, as in `{field}=COLUMN`")]
    Missing {
        /// The field.
        field: Field,
    },
    /// A column's name in the header is not UTF-8.
    #[error("the header is not UTF-8")]
    NotUtf8,
}

impl FromStr for Columns {
    type Err = BadColumns;

    /// Reads `field=column` pairs with commas between them. The first `=` of a pair parts it.
    fn from_str(text: &str) -> Result<Self, BadColumns> {
        let mut columns = Self::default();
        if text.trim().is_empty() {
            return Ok(columns);
        }
        for (before, part) in text.split(',').enumerate() {
            let pair = part.split_once('=').map(|(field, column)| (field.trim(), column.trim()));
            match pair {
                Some((field, column)) if !field.is_empty() && !column.is_empty() => {
                    columns.set(field, column)?;
                }
                _ => return Err(BadColumns::NoPair { place: before + 1 }),
            }
        }
        Ok(columns)
    }
}

impl Columns {
    /// Says which column gives a field; here a column's name may hold commas.
    ///
    /// # Errors
    ///
    /// Where events have no such field, or it has a column already.
    pub fn set(&mut self, field: &str, column: &str) -> Result<(), BadColumns> {
        let Some(known) = Field::named(field) else {
            let hint = nearest(field, Field::ALL.map(Field::name)).and_then(Field::named);
            return Err(BadColumns::UnknownField { name: field.to_owned(), hint });
        };
        if self.0.iter().any(|(other, _)| *other == known) {
            return Err(BadColumns::Twice(known));
        }
        self.0.push((known, column.to_owned()));
        Ok(())
    }

    /// Finds the columns in a table's header, in the order of fields.
    pub(super) fn layout(&self, header: &ByteRecord, kind: Kind) -> Result<Layout, BadColumns> {
        let names: Vec<&str> = header
            .iter()
            .map(|name| std::str::from_utf8(name).map(str::trim))
            .collect::<Result<_, _>>()
            .map_err(|_| BadColumns::NotUtf8)?;
        if names.is_empty() {
            return Err(BadColumns::Empty);
        }
        let mut found = Vec::new();
        for field in Field::ALL {
            let place = match self.0.iter().find(|(known, _)| *known == field) {
                Some((_, column)) => Some(place_of(&names, column)?.ok_or_else(|| {
                    let known = Field::ALL.into_iter().flat_map(|field| {
                        [Some(field.name()), field.alias()].into_iter().flatten()
                    });
                    let there = known.filter(|name| matches!(place_of(&names, name), Ok(Some(_))));
                    BadColumns::NoColumn { column: column.clone(), hint: nearest(column, there) }
                })?),
                None => match (place_of(&names, field.name())?, field.alias()) {
                    (None, Some(alias)) => place_of(&names, alias)?,
                    (place, _) => place,
                },
            };
            if let Some(place) = place {
                let name = names.get(place).copied().unwrap_or_default().to_owned();
                found.push(Column { field, place, name });
            }
        }
        let has = |field| found.iter().any(|column: &Column| column.field == field);
        // With types in the table, each row says itself what it needs.
        let needed: &[Field] = if has(Field::Type) { &[] } else { kind.needs() };
        match [Field::At].iter().chain(needed).find(|field| !has(**field)) {
            Some(field) => Err(BadColumns::Missing { field: *field }),
            None => Ok(Layout { columns: found, width: names.len() }),
        }
    }
}

/// The place of the column with a name: as it is written, or else but for capitals.
fn place_of(names: &[&str], wanted: &str) -> Result<Option<usize>, BadColumns> {
    let places = |is: &dyn Fn(&str) -> bool| {
        let mut places = names.iter().enumerate().filter(|(_, name)| is(name));
        (places.next().map(|(place, _)| place), places.next().is_some())
    };
    let exact = places(&|name| name == wanted);
    let (place, more) =
        if exact.0.is_some() { exact } else { places(&|name| name.eq_ignore_ascii_case(wanted)) };
    if more { Err(BadColumns::Ambiguous(wanted.to_owned())) } else { Ok(place) }
}

/// Where in a row the fields are.
#[derive(Debug)]
pub(super) struct Layout {
    /// In the order of fields.
    pub(super) columns: Vec<Column>,
    /// How many cells a row has.
    pub(super) width: usize,
}

/// A column that gives a field.
#[derive(Debug)]
pub(super) struct Column {
    pub(super) field: Field,
    pub(super) place: usize,
    pub(super) name: String,
}

impl Layout {
    /// The name of the column that gives a field.
    pub(super) fn name(&self, field: Field) -> Option<&str> {
        let mut columns = self.columns.iter();
        columns.find(|column| column.field == field).map(|column| column.name.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::{BadColumns, Columns};
    use crate::csv::{Field, Kind};
    use ::csv::ByteRecord;

    fn message(text: &str) -> String {
        text.parse::<Columns>().err().map(|error| error.to_string()).unwrap_or_default()
    }

    #[test]
    fn bad_columns_say_what_is_wrong() {
        assert_eq!(message("form=x"), "unknown event field `form`; did you mean `from`?");
        assert_eq!(message("zzz=x"), "unknown event field `zzz`");
        assert_eq!(message("at=a,at=b"), "the event field `at` is given twice");
        assert_eq!(message("at=a,from"), "part 2 is not of the form `field=column`");
        assert_eq!(message("at="), "part 1 is not of the form `field=column`");
        assert_eq!(message(" at = a , from = b "), "");
        assert_eq!(message(""), "");
    }

    fn places(columns: &str, header: &[&str]) -> Result<Vec<(Field, usize)>, BadColumns> {
        let layout = columns
            .parse::<Columns>()?
            .layout(&ByteRecord::from(header.to_vec()), Kind::MESSAGE)?;
        Ok(layout.columns.iter().map(|column| (column.field, column.place)).collect())
    }

    #[test]
    fn columns_are_found_by_field_alias_or_as_said() {
        use Field::{At, From, To};
        let expected = vec![(At, 0), (From, 2), (To, 1)];
        assert_eq!(places("", &["at", "to", "from"]), Ok(expected.clone()));
        assert_eq!(places("", &["Timestamp", "recipient", "sender"]), Ok(expected.clone()));
        assert_eq!(places("at=when,from=who,to=whom", &["when", "whom", "who"]), Ok(expected));
        // A column of the field's own name comes before one that tables often have.
        assert_eq!(
            places("", &["timestamp", "at", "from", "to"]),
            Ok(vec![(At, 1), (From, 2), (To, 3)])
        );
    }

    #[test]
    fn tables_that_do_not_go_with_the_columns() {
        let missing = places("", &["at", "from"]);
        assert_eq!(missing, Err(BadColumns::Missing { field: Field::To }));
        assert!(places("", &["at", "type"]).is_ok());
        let no_column = |hint| Err(BadColumns::NoColumn { column: "sendr".to_owned(), hint });
        assert_eq!(places("from=sendr", &["at", "Sender", "to"]), no_column(Some("sender")));
        // What stands in the first line of a table without a header may be a name.
        assert_eq!(places("from=sendr", &["1621155600", "Senda", "bob"]), no_column(None));
        assert_eq!(places("from=sendr", &[]), Err(BadColumns::Empty));
        assert_eq!(
            places("", &["at", "from", "to", "to"]),
            Err(BadColumns::Ambiguous("to".to_owned()))
        );
    }
}
