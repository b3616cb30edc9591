//! The machine-readable zone of passports, identity cards and visas (ICAO 9303), with its check digits.
//!
//! Its lines may be separated by line ends or blanks, or run together; the letters may be of either case. A zone is
//! taken only where the form is right at every place that has one, and every check digit that is not filled up agrees.

use memchr::{memchr, memchr_iter};

use super::numbers::{Class, WIDEST_GAP, class};
use super::work;

/// One form of the zone, its places counted over all its lines.
pub(super) struct Form {
    #[cfg_attr(not(test), expect(dead_code, reason = "for CONTENT.md, which a test compares"))]
    pub(super) name: &'static str,
    pub(super) lines: usize,
    pub(super) width: usize,
    /// The first letter, by kind of document.
    pub(super) begins: &'static [u8],
    /// Where the names stand: letters and fillers.
    names: (usize, usize),
    /// The document's number: nine places, and its check digit after them.
    number: usize,
    /// Birth and expiry: six places and a check digit each.
    birth: usize,
    expiry: usize,
    /// The optional data, from and to; in a passport the last place is their own check digit.
    optional: (usize, usize),
    optional_is_checked: bool,
    /// The place of the check digit over all, and the places it covers.
    overall: Option<(usize, &'static [(usize, usize)])>,
}

/// The forms of ICAO 9303, parts 4 to 7.
#[rustfmt::skip]
pub(super) static FORMS: &[Form] = &[
    Form { name: "TD3", lines: 2, width: 44, begins: b"P", names: (5, 44), number: 44, birth: 57, expiry: 65,
           optional: (72, 87), optional_is_checked: true, overall: Some((87, &[(44, 54), (57, 64), (65, 87)])) },
    Form { name: "TD2", lines: 2, width: 36, begins: b"ACI", names: (5, 36), number: 36, birth: 49, expiry: 57,
           optional: (64, 71), optional_is_checked: false, overall: Some((71, &[(36, 46), (49, 56), (57, 71)])) },
    Form { name: "TD1", lines: 3, width: 30, begins: b"ACI", names: (60, 90), number: 5, birth: 30, expiry: 38,
           optional: (15, 30), optional_is_checked: false, overall: Some((59, &[(5, 30), (30, 37), (38, 45), (48, 59)])) },
    Form { name: "MRV-A", lines: 2, width: 44, begins: b"V", names: (5, 44), number: 44, birth: 57, expiry: 65,
           optional: (72, 88), optional_is_checked: false, overall: None },
    Form { name: "MRV-B", lines: 2, width: 36, begins: b"V", names: (5, 36), number: 36, birth: 49, expiry: 57,
           optional: (64, 72), optional_is_checked: false, overall: None },
];

/// The fewest fillers of a zone: two between the names.
const FEWEST_FILLERS: usize = 2;

/// Whether a plain text holds a machine-readable zone.
pub(super) fn has_zone(plain: &[u8]) -> bool {
    if memchr(b'<', plain).is_none() {
        return false;
    }
    let mut zone = Vec::new();
    let mut starts = Vec::new();
    let mut at = 0;
    while at < plain.len() {
        at = read(plain, at, &mut zone, &mut starts);
        if memchr_iter(b'<', &zone).take(FEWEST_FILLERS).count() == FEWEST_FILLERS
            && in_zone(&zone, &starts)
        {
            return true;
        }
    }
    false
}

/// Reads a stretch of the zone's characters, in capitals, with at most a few blanks between two of them; notes where
/// each begins that follows a blank. Gives the place after the stretch, which has moved on.
fn read(plain: &[u8], from: usize, zone: &mut Vec<u8>, starts: &mut Vec<usize>) -> usize {
    zone.clear();
    starts.clear();
    let mut blanks = WIDEST_GAP; // as if after a blank: the first character begins a stretch
    for (at, &byte) in plain.iter().enumerate().skip(from) {
        if byte == b'<' || byte.is_ascii_alphanumeric() {
            if blanks > 0 {
                starts.push(zone.len());
            }
            blanks = 0;
            zone.push(byte.to_ascii_uppercase());
        } else if byte <= b' ' && (blanks < WIDEST_GAP || zone.is_empty()) {
            blanks = (blanks + 1).min(WIDEST_GAP);
        } else {
            return at + 1;
        }
    }
    plain.len()
}

/// Whether a form stands at one of the starts and ends where a stretch of characters ends.
fn in_zone(zone: &[u8], starts: &[usize]) -> bool {
    starts.iter().any(|&start| {
        let rest = zone.get(start..).unwrap_or_default();
        FORMS.iter().any(|form| {
            let end = start + form.lines * form.width;
            let bounded = || end == zone.len() || starts.binary_search(&end).is_ok();
            rest.get(..form.lines * form.width).is_some_and(|lines| form.is(lines) && bounded())
        })
    })
}

impl Form {
    /// Whether these characters, one line after the other, are a zone of this form. The places that fail soonest come
    /// first, so that a long text of such characters costs little.
    fn is(&self, lines: &[u8]) -> bool {
        work::note(1);
        let at = |place: usize| lines.get(place).copied().unwrap_or(b'<');
        let part = |from: usize, to: usize| lines.get(from..to).unwrap_or_default();
        let date =
            |from: usize| part(from, from + 6).iter().all(|&b| b == b'<' || b.is_ascii_digit());
        let words = |from: usize, to: usize| {
            part(from, to).iter().all(|&b| b == b'<' || b.is_ascii_uppercase())
        };
        self.begins.contains(&at(0))
            && date(self.expiry)
            && date(self.birth)
            && matches!(at(self.birth + 7), b'M' | b'F' | b'X' | b'<')
            && words(1, 5)
            && words(self.names.0, self.names.1)
            && at(self.names.0).is_ascii_uppercase()
            && checks(part(self.birth, self.birth + 6), at(self.birth + 6))
            && checks(part(self.expiry, self.expiry + 6), at(self.expiry + 6))
            && self.number_checks(lines)
            && (!self.optional_is_checked || self.optional_checks(lines))
            && self.overall.is_none_or(|(place, parts)| {
                let covered = parts.iter().flat_map(|&(from, to)| part(from, to));
                check_digit(covered) == value(at(place)) && at(place) != b'<'
            })
    }

    /// The number's check digit; a number too long for its nine places goes on in the optional data, up to a filler,
    /// and its check digit with it.
    fn number_checks(&self, lines: &[u8]) -> bool {
        let head = lines.get(self.number..self.number + 9).unwrap_or_default();
        let check = lines.get(self.number + 9).copied().unwrap_or(b'<');
        if check != b'<' {
            return checks(head, check);
        }
        let optional = lines.get(self.optional.0..self.optional.1).unwrap_or_default();
        let more = optional.split(|&b| b == b'<').next().unwrap_or_default();
        more.split_last().is_some_and(|(&last, tail)| {
            last.is_ascii_digit() && check_digit(head.iter().chain(b"<").chain(tail)) == value(last)
                || last.is_ascii_digit() && check_digit(head.iter().chain(tail)) == value(last)
        })
    }

    /// The check digit over a passport's optional data; a filler stands for zero where there are none.
    fn optional_checks(&self, lines: &[u8]) -> bool {
        let data = lines.get(self.optional.0..self.optional.1).unwrap_or_default();
        data.split_last().is_some_and(|(&check, data)| {
            checks(data, check) || (check == b'<' && data.iter().all(|&b| b == b'<'))
        })
    }
}

fn checks(data: &[u8], check: u8) -> bool {
    check.is_ascii_digit() && check_digit(data) == value(check)
}

/// The check digit of ICAO 9303: weights 7, 3, 1, modulo ten.
fn check_digit<'a>(data: impl IntoIterator<Item = &'a u8>) -> u32 {
    work::note(6);
    let weights = [7, 3, 1].into_iter().cycle();
    data.into_iter().zip(weights).map(|(&byte, weight)| value(byte) * weight).sum::<u32>() % 10
}

/// A character's value: digits as they are, letters from A = 10, the filler nothing.
fn value(byte: u8) -> u32 {
    match class(byte) {
        Class::Digit => u32::from(byte - b'0'),
        Class::Letter => u32::from(byte.wrapping_sub(b'A')) + 10,
        _ => 0,
    }
}
