//! International bank account numbers: a country, its length and structure, and the check digits of ISO 13616.
//!
//! The structure matters as much as the check: "at 10 we..." begins with a country too, and one text in 97 would
//! pass. Blanks, dashes and the like may stand between any two characters, as between the digits of a card.

use std::sync::LazyLock;

use super::numbers::{Class, WIDEST_GAP, class, next_sign};
use super::work;

/// A country and what follows its two check digits: counts of digits (n), capital letters (a) or either (c).
pub(super) type Format = (&'static str, &'static str);

/// The countries of the IBAN registry (ISO 13616, the registry's structures).
#[rustfmt::skip]
pub(super) static FORMATS: &[Format] = &[
    ("AD", "8n12c"), ("AE", "19n"), ("AL", "8n16c"), ("AT", "16n"), ("AZ", "4a20c"), ("BA", "16n"),
    ("BE", "12n"), ("BG", "4a6n8c"), ("BH", "4a14c"), ("BI", "23n"), ("BR", "23n1a1c"), ("BY", "4c4n16c"),
    ("CH", "5n12c"), ("CR", "18n"), ("CY", "8n16c"), ("CZ", "20n"), ("DE", "18n"), ("DJ", "23n"),
    ("DK", "14n"), ("DO", "4c20n"), ("EE", "16n"), ("EG", "25n"), ("ES", "20n"), ("FI", "14n"),
    ("FK", "2a12n"), ("FO", "14n"), ("FR", "10n11c2n"), ("GB", "4a14n"), ("GE", "2a16n"), ("GI", "4a15c"),
    ("GL", "14n"), ("GR", "7n16c"), ("GT", "24c"), ("HN", "4a20n"), ("HR", "17n"), ("HU", "24n"),
    ("IE", "4a14n"), ("IL", "19n"), ("IQ", "4a15n"), ("IS", "22n"), ("IT", "1a10n12c"), ("JO", "4a4n18c"),
    ("KW", "4a22c"), ("KZ", "3n13c"), ("LB", "4n20c"), ("LC", "4a24c"), ("LI", "5n12c"), ("LT", "16n"),
    ("LU", "3n13c"), ("LV", "4a13c"), ("LY", "21n"), ("MC", "10n11c2n"), ("MD", "20c"), ("ME", "18n"),
    ("MK", "3n10c2n"), ("MN", "16n"), ("MR", "23n"), ("MT", "4a5n18c"), ("MU", "4a19n3a"), ("NI", "4a20n"),
    ("NL", "4a10n"), ("NO", "11n"), ("OM", "3n16c"), ("PK", "4a16c"), ("PL", "24n"), ("PS", "4a21c"),
    ("PT", "21n"), ("QA", "4a21c"), ("RO", "4a16c"), ("RS", "18n"), ("RU", "14n15c"), ("SA", "2n18c"),
    ("SC", "4a20n3a"), ("SD", "14n"), ("SE", "20n"), ("SI", "15n"), ("SK", "20n"), ("SM", "1a10n12c"),
    ("SO", "19n"), ("ST", "21n"), ("SV", "4a20n"), ("TL", "19n"), ("TN", "20n"), ("TR", "6n16c"),
    ("UA", "6n19c"), ("VA", "18n"), ("VG", "4a16n"), ("XK", "16n"), ("YE", "4a4n18c"),
];

/// Where an account number would begin whose first check digit stands at `digit`: two letters at the beginning of
/// a word, or right after the word IBAN.
pub(super) fn before(plain: &[u8], digit: usize) -> Option<usize> {
    let second = sign_before(plain, digit)?;
    let first = sign_before(plain, second)?;
    let head = plain.get(..first)?;
    let bounded =
        head.last().is_none_or(|&byte| matches!(class(byte), Class::Separator | Class::Other));
    let named = || {
        let (rest, word) = head.split_at(head.len().saturating_sub(4));
        word.eq_ignore_ascii_case(b"iban") && !rest.last().is_some_and(u8::is_ascii_alphanumeric)
    };
    (bounded || named()).then_some(first)
}

/// The place of the letter before a place, with at most a few separators between.
fn sign_before(plain: &[u8], at: usize) -> Option<usize> {
    let mut near = plain.get(..at)?.iter().rev().zip(1..).take(WIDEST_GAP + 1);
    let (byte, back) = near.find(|&(&byte, _)| class(byte) != Class::Separator)?;
    byte.is_ascii_alphabetic().then_some(at - back)
}

/// The countries with their structures written out, one sign a place: `n`, `a` or `c`.
static WRITTEN_OUT: LazyLock<Vec<([u8; 2], Vec<u8>)>> = LazyLock::new(|| {
    let written_out = |&(country, structure): &Format| {
        Some((country.as_bytes().try_into().ok()?, signs(structure).collect()))
    };
    FORMATS.iter().filter_map(written_out).collect()
});

/// The place after the account number that begins at `begin`, if there is one.
pub(super) fn end(plain: &[u8], begin: usize) -> Option<usize> {
    let (second, low) = next_sign(plain, begin + 1)?;
    let country = [plain.get(begin)?.to_ascii_uppercase(), low.to_ascii_uppercase()];
    let at = WRITTEN_OUT.binary_search_by(|(name, _)| name.cmp(&country)).ok()?;
    let (_, wanted) = WRITTEN_OUT.get(at)?;

    let mut account = [0; LONGEST];
    let mut length = 0;
    let mut gap = 0;
    let mut rest = plain.get(second + 1..)?;
    while let Some(&sign) = wanted.get(length) {
        let (&byte, after) = rest.split_first()?;
        match (class(byte), sign) {
            (Class::Separator, _) if gap < WIDEST_GAP => gap += 1,
            (Class::Digit, b'n' | b'c') | (Class::Letter, b'a' | b'c') if byte.is_ascii() => {
                *account.get_mut(length)? = byte;
                length += 1;
                gap = 0;
            }
            _ => return None,
        }
        rest = after;
        work::note(1);
    }
    let goes_on = rest.first().is_some_and(|&b| matches!(class(b), Class::Digit | Class::Letter));
    if goes_on {
        return None;
    }
    let (check, body) = account.get(..length)?.split_at_checked(2)?;
    let check = check.iter().fold(0, |number, &digit| number * 10 + u64::from(digit - b'0'));
    let number = body.iter().chain(&country).fold(0, |number, &byte| append(number, byte));
    let passes = (2..=98).contains(&check) && (number % 97 * 100 + check) % 97 == 1;
    passes.then_some(plain.len() - rest.len())
}

/// The most characters after the country: an account number has at most 34.
const LONGEST: usize = 32;

/// What is wanted at each place after the country: two check digits, then the structure written out.
fn signs(structure: &str) -> impl Iterator<Item = u8> {
    let counts = structure.split_inclusive(|c: char| c.is_ascii_alphabetic()).flat_map(|part| {
        let (count, kind) = part.split_at(part.len() - 1);
        let count = count.parse().unwrap_or(0);
        kind.bytes().flat_map(move |kind| std::iter::repeat_n(kind, count))
    });
    std::iter::repeat_n(b'n', 2).chain(counts)
}

/// Appends a character to a number that matters modulo 97: a digit as it is, a letter as two digits from A = 10.
/// The remainder is taken only when the number has become long.
fn append(number: u64, byte: u8) -> u64 {
    let short = if number < 1 << 56 { number } else { number % 97 };
    match byte {
        b'0'..=b'9' => short * 10 + u64::from(byte - b'0'),
        _ => short * 100 + u64::from(byte.to_ascii_uppercase().wrapping_sub(b'A')) + 10,
    }
}

/// The length of an account number of this structure, country and check digits included.
#[cfg(test)]
pub(super) fn length(structure: &str) -> usize {
    2 + signs(structure).count()
}
