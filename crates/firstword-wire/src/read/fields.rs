//! The fields of an event as they stand in its object, before anybody asks what they mean.

use std::borrow::Cow;

/// Defines the fields of the table of EVENTS.md.
macro_rules! fields {
    ($($name:ident = $text:literal,)+) => {
        /// A field that the table of EVENTS.md lists.
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
        #[expect(missing_docs, reason = "the table of EVENTS.md says what each is")]
        pub enum Field { $($name,)+ }

        impl Field {
            /// Every field, in the order of the table.
            pub const ALL: &'static [Field] = &[$(Field::$name,)+];

            /// The field's name.
            pub fn as_str(self) -> &'static str {
                match self { $(Field::$name => $text,)+ }
            }

            /// The field of a name.
            pub fn parse(name: &str) -> Option<Field> {
                match name { $($text => Some(Field::$name),)+ _ => None }
            }
        }
    };
}

fields! {
    Id = "id",
    Type = "type",
    At = "at",
    From = "from",
    To = "to",
    Person = "person",
    Business = "business",
    Party = "party",
    Version = "version",
    Scopes = "scopes",
    Until = "until",
    Region = "region",
    Reach = "reach",
    Category = "category",
    Purpose = "purpose",
    Sector = "sector",
    Text = "text",
    Findings = "findings",
}

/// How deep an event may be nested; the event itself is 1.
pub(crate) const DEEPEST: usize = 32;

const FIELDS: usize = Field::ALL.len();

/// A field's value, as far as any field may hold it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Value<'a> {
    /// Not there, or `null`.
    Absent,
    Text(Cow<'a, str>),
    /// An integer without fraction and exponent.
    Whole(i64),
    /// An array of strings alone.
    Texts(Vec<Cow<'a, str>>),
    /// No field of an event, but some of a decision.
    Flag(bool),
    /// Anything else, which no field may be.
    Other,
}

/// The values of the listed fields; those of other names are checked and dropped.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Fields<'a> {
    values: [Value<'a>; FIELDS],
    /// A bit for each field that was met.
    met: u32,
}

impl<'a> Fields<'a> {
    pub(crate) fn new() -> Fields<'a> {
        Fields { values: [const { Value::Absent }; FIELDS], met: 0 }
    }

    /// The place of a field that is met; `None` where it was met before, with `null` or not.
    pub(crate) fn place(&mut self, field: Field) -> Option<&mut Value<'a>> {
        let bit = 1 << field as u32;
        let first = self.met & bit == 0;
        self.met |= bit;
        self.values.get_mut(field as usize).filter(|_| first)
    }

    /// Takes a field's value out.
    pub(crate) fn take(&mut self, field: Field) -> Value<'a> {
        let value = self.values.get_mut(field as usize);
        value.map_or(Value::Absent, |value| std::mem::replace(value, Value::Absent))
    }

    /// Whether a field holds anything.
    pub(crate) fn has(&self, field: Field) -> bool {
        self.values.get(field as usize).is_some_and(|value| !matches!(value, Value::Absent))
    }
}
