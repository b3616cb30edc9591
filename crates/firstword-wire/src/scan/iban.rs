//! International bank account numbers: a country, its length and structure, and the check digits of ISO 13616.
//!
//! The structure matters as much as the check: "at 10 we..." begins with a country too, and one text in 97 would
//! pass. Blanks, dashes and the like may stand between any two characters, as between the digits of a card.

use super::numbers::{Class, WIDEST_GAP, class, next_sign};

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
    let head = plain.get(..at)?;
    let gap = head
        .iter()
        .rev()
        .take(WIDEST_GAP + 1)
        .take_while(|&&b| class(b) == Class::Separator)
        .count();
    let place = at.checked_sub(gap + 1)?;
    plain.get(place)?.is_ascii_alphabetic().then_some(place)
}

/// The place after the account number that begins at `begin`, if there is one.
pub(super) fn end(plain: &[u8], begin: usize) -> Option<usize> {
    let (second, low) = next_sign(plain, begin + 1)?;
    let country = [plain.get(begin)?.to_ascii_uppercase(), low.to_ascii_uppercase()];
    let at = FORMATS.binary_search_by(|(name, _)| name.as_bytes().cmp(&country)).ok()?;
    let &(_, structure) = FORMATS.get(at)?;

    let mut place = second + 1;
    let mut check = 0;
    for wanted in signs(structure) {
        let (found, byte) = next_sign(plain, place)?;
        let fits = match wanted {
            b'k' | b'n' => byte.is_ascii_digit(),
            b'a' => byte.is_ascii_alphabetic(),
            _ => byte.is_ascii_alphanumeric(),
        };
        if !fits {
            return None;
        }
        if wanted == b'k' {
            check = check * 10 + u32::from(byte - b'0');
        }
        place = found + 1;
    }
    let goes_on =
        plain.get(place).is_some_and(|&b| matches!(class(b), Class::Digit | Class::Letter));
    let account =
        plain.get(second + 1..place)?.iter().filter(|b| b.is_ascii_alphanumeric()).skip(2);
    let body = account.chain(&country).fold(0, |rest, &byte| append(rest, byte));
    let passes = (2..=98).contains(&check) && (body * 100 + check) % 97 == 1;
    (passes && !goes_on).then_some(place)
}

/// What is wanted at each place after the country: the two check digits (k), then the structure written out.
fn signs(structure: &str) -> impl Iterator<Item = u8> {
    let counts = structure.split_inclusive(|c: char| c.is_ascii_alphabetic()).flat_map(|part| {
        let (count, kind) = part.split_at(part.len() - 1);
        let count = count.parse().unwrap_or(0);
        kind.bytes().flat_map(move |kind| std::iter::repeat_n(kind, count))
    });
    std::iter::repeat_n(b'k', 2).chain(counts)
}

/// Appends a character to a number kept modulo 97: a digit as it is, a letter as two digits from A = 10.
fn append(rest: u32, byte: u8) -> u32 {
    match byte {
        b'0'..=b'9' => (rest * 10 + u32::from(byte - b'0')) % 97,
        _ => (rest * 100 + u32::from(byte.to_ascii_uppercase().wrapping_sub(b'A')) + 10) % 97,
    }
}

/// The length of an account number of this structure, country and check digits included.
#[cfg(test)]
pub(super) fn length(structure: &str) -> usize {
    2 + signs(structure).count()
}
