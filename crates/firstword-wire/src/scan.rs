//! Which content kinds does a text hold? (EVENTS.md, "Content kinds"; the tables: CONTENT.md)
//!
//! A text is scanned on the way in and then dropped, so nothing of it may leave this module: the answer is a
//! set of kinds and never a match, a place or a fragment. What the scan knows is part of the edition, since the
//! same text must have the same kinds in every replay; `CONTENT.md` lists it and a test compares.
//!
//! Everything is linear in the length of the text, whatever the text. Plain ASCII prose costs two passes over
//! its bytes, one counting digits and one looking for fragments of the words for documents, and no allocation.

mod asks;
mod card;
mod iban;
mod keywords;
mod national;
mod numbers;
mod plain;
mod travel;
mod unicode;
mod work;

#[cfg(test)]
#[expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]
mod content;
#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests;

pub use keywords::{Keywords, one_form};

/// A content kind that the engine's own scan can find.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    /// 13 to 19 digits that pass the Luhn check and begin as an issued card does.
    PaymentCard,
    /// An account number with the check digits of ISO 13616.
    Iban,
    /// The French NIR with its key, or a US social security number as it is written.
    NationalId,
    /// The machine-readable zone of a passport, an identity card or a visa (ICAO 9303).
    IdentityDocument,
    /// A request for one of these.
    AsksForSensitive,
}

impl Kind {
    /// Every kind, in the order of the specification.
    pub const ALL: [Self; 5] = [
        Self::PaymentCard,
        Self::Iban,
        Self::NationalId,
        Self::IdentityDocument,
        Self::AsksForSensitive,
    ];

    /// The identifier by which policies and decisions name the kind.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::PaymentCard => "payment_card",
            Self::Iban => "iban",
            Self::NationalId => "national_id",
            Self::IdentityDocument => "identity_document",
            Self::AsksForSensitive => "asks_for_sensitive",
        }
    }

    const fn bit(self) -> u8 {
        1 << self as u8
    }
}

/// A set of content kinds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Kinds(u8);

impl Kinds {
    /// The set of no kinds.
    pub const NONE: Self = Self(0);

    /// Whether the set holds nothing.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Whether the set holds this kind.
    pub const fn contains(self, kind: Kind) -> bool {
        self.0 & kind.bit() != 0
    }

    /// The kinds of the set, in the order of [`Kind::ALL`].
    pub fn iter(self) -> impl Iterator<Item = Kind> {
        Kind::ALL.into_iter().filter(move |&kind| self.contains(kind))
    }

    fn insert(&mut self, kind: Kind) {
        self.0 |= kind.bit();
    }
}

/// Below this many digits no number of any kind is complete: a social security number has nine, and the
/// shortest machine-readable zone and account number have more than eight in every issued form.
const FEWEST_DIGITS: usize = 8;

/// The content kinds of a text.
pub fn scan(text: &str) -> Kinds {
    let plain = plain::plain(text);
    kinds(&plain, digits_in(&plain), asks::asks)
}

/// The same without the short cuts, to hold the scan against: character by character, digit by digit, every word heard.
#[doc(hidden)]
pub fn scan_plainly(text: &str) -> Kinds {
    let plain = plain::by_character(text);
    let digits = plain.iter().filter(|byte| byte.is_ascii_digit()).count();
    kinds(&plain, digits, asks::asks_ungated)
}

fn kinds(plain: &[u8], digits: usize, asks: fn(&[u8]) -> bool) -> Kinds {
    let mut found = Kinds::NONE;
    if digits >= FEWEST_DIGITS {
        numbers::find(plain, &mut found);
        if travel::has_zone(plain) {
            found.insert(Kind::IdentityDocument);
        }
    }
    if asks(plain) {
        found.insert(Kind::AsksForSensitive);
    }
    found
}

/// How many ASCII digits there are; by blocks, so that the compiler counts sixteen bytes at a time.
fn digits_in(plain: &[u8]) -> usize {
    let in_block = |block: &[u8]| -> usize {
        let count: u8 = block.iter().map(|byte| u8::from(byte.is_ascii_digit())).sum();
        usize::from(count)
    };
    plain.chunks(192).map(in_block).sum()
}
