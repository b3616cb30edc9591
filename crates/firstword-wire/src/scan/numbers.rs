//! The walk over the digits of a plain text: where a number may begin and end, and who looks at it.
//!
//! A *run* is a sequence of digits with at most [`WIDEST_GAP`] separators between two of them, as long as it can be;
//! a *group* is a stretch of a run without separators. A run as a whole may be a number of any grouping;
//! inside a longer run only windows that follow its groups are looked at (`card`, `national`), or else every long
//! list of numbers would hold one by chance. Each digit is looked at a fixed number of times, so the walk is linear.

use super::{Kind, Kinds, card, iban, national, work};

/// At most so many separators stand between two digits of one number.
pub(super) const WIDEST_GAP: usize = 3;

/// The ASCII signs that may separate digits, beside white space and control characters.
pub(super) const SEPARATORS: &[u8] = b"-.,/\\_|~*'";

/// A separator only where it stands alone: with a blank after it, it makes lists.
const COMMA: u32 = b',' as u32;

/// What a byte of the plain text is to a number.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Class {
    Digit,
    Letter,
    Separator,
    Other,
}

/// The class of every byte.
#[expect(clippy::indexing_slicing, reason = "evaluated by the compiler")]
static CLASSES: [Class; 256] = {
    let mut classes = [Class::Other; 256];
    let mut byte = 0;
    while byte <= 0x20 {
        classes[byte] = Class::Separator;
        byte += 1;
    }
    classes[0x7f] = Class::Separator;
    classes[super::plain::LETTER as usize] = Class::Letter;
    let mut at = 0;
    while at < SEPARATORS.len() {
        classes[SEPARATORS[at] as usize] = Class::Separator;
        at += 1;
    }
    let mut at = 0;
    while at < 26 {
        classes[b'a' as usize + at] = Class::Letter;
        classes[b'A' as usize + at] = Class::Letter;
        at += 1;
    }
    let mut at = 0;
    while at < 10 {
        classes[b'0' as usize + at] = Class::Digit;
        at += 1;
    }
    classes
};

/// The class of a byte of the plain text.
pub(super) fn class(byte: u8) -> Class {
    CLASSES.get(usize::from(byte)).copied().unwrap_or(Class::Other)
}

/// The next letter or digit at or after a place, with at most [`WIDEST_GAP`] separators before it.
pub(super) fn next_sign(plain: &[u8], from: usize) -> Option<(usize, u8)> {
    let mut near = plain.iter().enumerate().skip(from).take(WIDEST_GAP + 1);
    let (place, &byte) = near.find(|&(_, &byte)| class(byte) != Class::Separator)?;
    matches!(class(byte), Class::Digit | Class::Letter).then_some((place, byte))
}

/// A stretch of digits without separators inside a run.
#[derive(Clone, Copy)]
pub(super) struct Group {
    /// Where it begins among the run's digits.
    pub(super) start: usize,
    /// How many digits it has.
    pub(super) len: usize,
    /// The separators before it, up to three bytes in one number; 0 for the first group of a run.
    pub(super) gap: u32,
}

/// The digits of a run, by value, and their groups.
#[derive(Default)]
pub(super) struct Run {
    pub(super) digits: Vec<u8>,
    pub(super) groups: Vec<Group>,
    /// The lengths of its groups, one bit each: what asks for other lengths need not look.
    lengths: u32,
    /// A plus sign stands before the run, as before a telephone number.
    pub(super) after_plus: bool,
}

impl Run {
    /// Whether the run has groups of all these lengths, somewhere.
    pub(super) fn has_groups(&self, form: &[usize]) -> bool {
        form.iter().all(|&len| self.lengths & length_bit(len) != 0)
    }

    /// The digits of some groups of the run, first and last included.
    pub(super) fn window(&self, first: &Group, last: &Group) -> &[u8] {
        self.digits.get(first.start..last.start + last.len).unwrap_or_default()
    }

    /// Reads the run that begins at `start`, which is a digit; gives the place after its last digit.
    fn read(&mut self, plain: &[u8], start: usize) -> usize {
        self.digits.clear();
        self.groups.clear();
        self.lengths = 0;
        self.after_plus = start.checked_sub(1).and_then(|before| plain.get(before)) == Some(&b'+');
        let mut end = start;
        let (mut gap, mut separators) = (0u32, 0);
        let mut group = Group { start: 0, len: 0, gap: 0 };
        for (at, &byte) in plain.iter().enumerate().skip(start) {
            match class(byte) {
                Class::Digit => {
                    if separators > 0 {
                        self.lengths |= length_bit(group.len);
                        self.groups.push(group);
                        group = Group { start: self.digits.len(), len: 0, gap };
                        (gap, separators) = (0, 0);
                    }
                    self.digits.push(byte - b'0');
                    group.len += 1;
                    end = at + 1;
                }
                // A comma beside a blank is one of a list.
                Class::Separator if separators > 0 && (byte == b',' || gap == COMMA) => break,
                Class::Separator if separators < WIDEST_GAP => {
                    gap = gap << 8 | u32::from(byte);
                    separators += 1;
                }
                _ => break,
            }
        }
        self.lengths |= length_bit(group.len);
        self.groups.push(group);
        work::note(end - start);
        end
    }
}

/// The bit of a group's length; all long ones share the last.
fn length_bit(len: usize) -> u32 {
    1 << len.min(31)
}

/// Finds the kinds that are numbers: payment cards, account numbers, national identity numbers.
pub(super) fn find(plain: &[u8], found: &mut Kinds) {
    let mut run = Run::default();
    let mut corsican = None;
    let mut at = 0;
    while let Some(start) = next_digit(plain, at) {
        if let Some(end) = iban::before(plain, start).and_then(|begin| iban::end(plain, begin)) {
            found.insert(Kind::Iban);
            at = end;
            continue;
        }
        at = run.read(plain, start);
        if card::in_run(&run) {
            found.insert(Kind::PaymentCard);
        }
        let born_in_corsica = national::Corsican::completed(corsican.take(), start, &run);
        if born_in_corsica || national::nir_in_run(&run) || national::ssn_in_run(&run) {
            found.insert(Kind::NationalId);
        }
        corsican = national::Corsican::begun(plain, at, &run);
    }
}

/// The first digit at or after a place.
fn next_digit(plain: &[u8], from: usize) -> Option<usize> {
    let rest = plain.get(from..)?;
    rest.iter().position(u8::is_ascii_digit).map(|gap| from + gap)
}
