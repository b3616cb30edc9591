//! The fields and types of events, as the page of events lists them, and the forms of single
//! values.

use std::fmt;
use std::str::FromStr;

/// A field that a column can give.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[expect(missing_docs, reason = "the names are those of the page of events")]
pub enum Field {
    Id,
    Type,
    At,
    From,
    To,
    Person,
    Business,
    Party,
    Version,
    Scopes,
    Until,
    Region,
    Reach,
    Category,
    Purpose,
    Sector,
    Text,
    Findings,
    /// No field of the page: how long a call was, a number that is passed on and that readers pass
    /// over.
    Duration,
}

impl Field {
    /// All fields, in the order in which they are written.
    pub const ALL: [Self; 19] = [
        Self::Id,
        Self::Type,
        Self::At,
        Self::From,
        Self::To,
        Self::Person,
        Self::Business,
        Self::Party,
        Self::Version,
        Self::Scopes,
        Self::Until,
        Self::Region,
        Self::Reach,
        Self::Category,
        Self::Purpose,
        Self::Sector,
        Self::Text,
        Self::Findings,
        Self::Duration,
    ];

    /// The field's name in an event.
    pub fn name(self) -> &'static str {
        match self {
            Self::Id => "id",
            Self::Type => "type",
            Self::At => "at",
            Self::From => "from",
            Self::To => "to",
            Self::Person => "person",
            Self::Business => "business",
            Self::Party => "party",
            Self::Version => "version",
            Self::Scopes => "scopes",
            Self::Until => "until",
            Self::Region => "region",
            Self::Reach => "reach",
            Self::Category => "category",
            Self::Purpose => "purpose",
            Self::Sector => "sector",
            Self::Text => "text",
            Self::Findings => "findings",
            Self::Duration => "duration",
        }
    }

    /// What tables often call it.
    pub(super) fn alias(self) -> Option<&'static str> {
        match self {
            Self::At => Some("timestamp"),
            Self::From => Some("sender"),
            Self::To => Some("recipient"),
            _ => None,
        }
    }

    /// The field with a name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|field| field.name() == name)
    }
}

impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A type of event: its name, the fields that it needs and those that it may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Kind(&'static Form);

#[derive(Debug, PartialEq, Eq)]
struct Form {
    name: &'static str,
    needs: &'static [Field],
    takes: &'static [Field],
}

impl Kind {
    /// A message from one party to another.
    pub const MESSAGE: Self = Self(&MESSAGE);
    /// A call from one party to another.
    pub const CALL: Self = Self(&CALL);

    /// The type's name, such as `contact.opted_in`.
    pub fn name(self) -> &'static str {
        self.0.name
    }

    /// The fields that an event of the type needs, `id`, `type` and `at` aside.
    pub fn needs(self) -> &'static [Field] {
        self.0.needs
    }

    pub(super) fn has(self, field: Field) -> bool {
        matches!(field, Field::Id | Field::Type | Field::At)
            || self.0.needs.contains(&field)
            || self.0.takes.contains(&field)
    }
}

/// No type of event has this name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown type of event{}", did_you_mean(*.hint))]
pub struct UnknownKind {
    /// The type that has a name like it.
    pub hint: Option<&'static str>,
}

impl FromStr for Kind {
    type Err = UnknownKind;

    fn from_str(name: &str) -> Result<Self, UnknownKind> {
        let all = || [&MESSAGE, &CALL].into_iter().chain(FACTS);
        match all().find(|form| form.name == name) {
            Some(form) => Ok(Self(form)),
            None => Err(UnknownKind { hint: nearest(name, all().map(|form| form.name)) }),
        }
    }
}

const MESSAGE: Form = Form {
    name: "message",
    needs: &[Field::From, Field::To],
    takes: &[Field::Category, Field::Purpose, Field::Sector, Field::Text, Field::Findings],
};

const CALL: Form = Form {
    name: "call",
    needs: &[Field::From, Field::To],
    takes: &[Field::Purpose, Field::Sector, Field::Findings, Field::Duration],
};

#[rustfmt::skip]
const FACTS: &[Form] = &[
    fact("call.answered",     &[Field::Person, Field::Business], &[]),
    fact("terms.accepted",    &[Field::Person, Field::Version],  &[]),
    fact("terms.declined",    &[Field::Person, Field::Version],  &[]),
    fact("terms.withdrawn",   &[Field::Person, Field::Version],  &[]),
    fact("contact.opted_in",  &[Field::Person, Field::Business], &[Field::Scopes, Field::Until]),
    fact("contact.opted_out", &[Field::Person, Field::Business], &[Field::Scopes]),
    fact("contact.erased",    &[Field::Person, Field::Business], &[]),
    fact("contact.blocked",   &[Field::Person, Field::Party],    &[]),
    fact("contact.unblocked", &[Field::Person, Field::Party],    &[]),
    fact("reach.set",         &[Field::Person, Field::Reach],    &[]),
    fact("person.located",    &[Field::Person, Field::Region],   &[]),
    fact("person.erased",     &[Field::Person],                  &[]),
    fact("event.unreadable",  &[Field::Person],                  &[]),
    fact("doubt.cleared",     &[Field::Person],                  &[]),
];

const fn fact(name: &'static str, needs: &'static [Field], takes: &'static [Field]) -> Form {
    Form { name, needs, takes }
}

/// The end of a message that names what somebody may have meant.
pub(super) fn did_you_mean(name: Option<&str>) -> String {
    name.map(|name| format!("; did you mean `{name}`?")).unwrap_or_default()
}

/// The name that somebody may have meant.
pub(super) fn nearest<'a>(
    meant: &str,
    names: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    let meant = meant.to_ascii_lowercase();
    names
        .into_iter()
        .map(|name| (strsim::damerau_levenshtein(&meant, &name.to_ascii_lowercase()), name))
        .filter(|(distance, name)| *distance <= 2 && *distance < name.len())
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, name)| name)
}

/// 1 to 128 bytes without white space and control characters.
pub(super) fn is_identifier(value: &str) -> bool {
    (1..=128).contains(&value.len()) && !value.chars().any(|c| c.is_whitespace() || c.is_control())
}

/// Two capital letters, and a subdivision of one to three capital letters or digits, if any.
pub(super) fn is_region(value: &str) -> bool {
    let (country, part) = match value.split_once('-') {
        Some((country, part)) => (country, Some(part)),
        None => (value, None),
    };
    let is_part = |part: &str| {
        (1..=3).contains(&part.len())
            && part.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
    };
    country.len() == 2
        && country.bytes().all(|byte| byte.is_ascii_uppercase())
        && part.is_none_or(is_part)
}

#[cfg(test)]
mod tests {
    use super::{CALL, FACTS, Field, Kind, MESSAGE, is_identifier, is_region, nearest};

    #[test]
    fn all_sixteen_types_are_known_by_name() {
        assert_eq!(FACTS.len() + 2, 16);
        for form in [&MESSAGE, &CALL].into_iter().chain(FACTS) {
            assert_eq!(form.name.parse::<Kind>().map(Kind::name), Ok(form.name));
        }
        let hint = "mesage".parse::<Kind>().err().and_then(|unknown| unknown.hint);
        assert_eq!(hint, Some("message"));
    }

    #[test]
    fn fields_are_in_order_and_known_by_name() {
        assert!(Field::ALL.is_sorted());
        assert!(Field::ALL.into_iter().all(|field| Field::named(field.name()) == Some(field)));
    }

    #[test]
    fn near_names() {
        assert_eq!(nearest("form", ["to", "from"]), Some("from"));
        assert_eq!(nearest("x", ["at", "to"]), None);
    }

    #[test]
    fn forms() {
        assert!(is_identifier("a") && is_identifier(&"é".repeat(64)));
        assert!(!is_identifier("") && !is_identifier(&"é".repeat(65)));
        assert!(!is_identifier("a b") && !is_identifier("a\u{2003}") && !is_identifier("\u{85}"));
        assert!(is_region("FR") && is_region("DE-HH") && is_region("GB-SCT") && is_region("FR-75"));
        for region in ["", "F", "fr", "FRA", "FR-", "FR-ABCD", "FR-a", "FR-A-B"] {
            assert!(!is_region(region), "{region}");
        }
    }
}
