//! Parties: people and businesses, by name where an event or a decision says it, by number in a machine.

use std::borrow::Cow;
use std::fmt;

/// What a party is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum PartyKind {
    /// Has a machine.
    Person,
    /// Has none: what the engine knows of a pair lives on the person's machine.
    Business,
}

/// A party as events name it: `person:alice`. Displayed so.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Name<'a> {
    /// Person or business.
    pub kind: PartyKind,
    /// What stands behind the colon.
    pub text: Cow<'a, str>,
}

/// A party by number, so that a machine stays small. Whoever holds machines gives the numbers, each name one
/// for good; the rules only compare them.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Party(u32);

const BUSINESS: u32 = 1 << 31;

impl PartyKind {
    /// `person:` or `business:`, which every name begins with.
    pub const fn prefix(self) -> &'static str {
        match self {
            PartyKind::Person => "person:",
            PartyKind::Business => "business:",
        }
    }
}

impl<'a> Name<'a> {
    /// Reads `person:<name>` or `business:<name>`; whether the name is an identifier is the reader's matter.
    pub fn parse(text: &'a str) -> Option<Name<'a>> {
        [PartyKind::Person, PartyKind::Business].into_iter().find_map(|kind| {
            let name = text.strip_prefix(kind.prefix())?;
            Some(Name { kind, text: Cow::Borrowed(name) })
        })
    }

    /// Whether it names a person.
    pub fn is_person(&self) -> bool {
        self.kind == PartyKind::Person
    }
}

impl fmt::Display for Name<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.kind.prefix())?;
        f.write_str(&self.text)
    }
}

/// Names are personal: a log of ours shows the kind alone.
impl fmt::Debug for Name<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}…", self.kind.prefix())
    }
}

impl Party {
    /// The party of this kind and number; numbers of people and of businesses are apart, both below 2^31 - 1.
    pub fn new(kind: PartyKind, number: u32) -> Party {
        debug_assert!(number < BUSINESS, "more than 2^31 parties");
        Party(match kind {
            PartyKind::Person => number & !BUSINESS,
            PartyKind::Business => number | BUSINESS,
        })
    }

    /// A party that no machine has met, for questions about one without a number.
    pub fn stranger(kind: PartyKind) -> Party {
        Party::new(kind, BUSINESS - 1)
    }

    /// Person or business.
    pub fn kind(self) -> PartyKind {
        if self.0 & BUSINESS == 0 { PartyKind::Person } else { PartyKind::Business }
    }

    /// Whether it is a person.
    pub fn is_person(self) -> bool {
        self.kind() == PartyKind::Person
    }

    /// Its number among its kind.
    pub fn number(self) -> u32 {
        self.0 & !BUSINESS
    }

    pub(crate) fn to_bits(self) -> u32 {
        self.0
    }

    pub(crate) fn from_bits(bits: u32) -> Party {
        Party(bits)
    }
}
