//! The plain form that the detectors read: one byte a character, what is invisible left out.
//!
//! ASCII stays as it is, letters in either case. Every decimal digit becomes its ASCII digit, every blank a blank,
//! every dash `-`, and every letter that NFKD reduces to ASCII (accents, full width, mathematical, ligatures) those
//! letters. A letter of another script is [`LETTER`], any other sign [`SIGN`]: they end numbers and words alike.

use std::{borrow::Cow, sync::LazyLock};
use unicode_normalization::char::decompose_compatible;

use super::unicode::{digit, is_dash, is_invisible};

/// A letter that is none of the Latin alphabet, not even without its marks.
pub(super) const LETTER: u8 = 0x80;
/// A sign that separates nothing.
pub(super) const SIGN: u8 = 0x81;

/// The first and last code points of the letters that most texts beyond ASCII are made of.
const LATIN: std::ops::Range<u32> = 0xc0..0x180;

/// Their plain forms, one or two bytes each, zero where there is no second.
static PLAIN_LATIN: LazyLock<[[u8; 2]; 192]> = LazyLock::new(|| {
    let mut table = [[0; 2]; 192];
    for (slot, code) in table.iter_mut().zip(LATIN) {
        let mut plain = Vec::new();
        char::from_u32(code).into_iter().for_each(|c| push(c, &mut plain));
        for (byte, value) in slot.iter_mut().zip(plain) {
            *byte = value;
        }
    }
    table
});

/// The plain form of a text: the text itself when it is ASCII.
pub(super) fn plain(text: &str) -> Cow<'_, [u8]> {
    let bytes = text.as_bytes();
    if bytes.is_ascii() {
        return Cow::Borrowed(bytes);
    }
    let mut plain = Vec::with_capacity(bytes.len());
    let latin = &*PLAIN_LATIN;
    let mut rest = text;
    loop {
        let ascii = rest.bytes().take_while(u8::is_ascii).count();
        let (head, tail) = rest.split_at(ascii);
        plain.extend_from_slice(head.as_bytes());
        let mut chars = tail.chars();
        let Some(c) = chars.next() else { break };
        rest = chars.as_str();
        let slot = u32::from(c).checked_sub(LATIN.start).and_then(|at| latin.get(at as usize));
        match slot {
            Some(&[one, 0]) => plain.push(one),
            Some(two) => plain.extend_from_slice(two),
            None => push(c, &mut plain),
        }
    }
    Cow::Owned(plain)
}

/// Pushes the plain form of one character.
fn push(c: char, plain: &mut Vec<u8>) {
    if c.is_ascii() {
        plain.extend(u8::try_from(c));
    } else if is_common_letter(c) {
        plain.push(LETTER);
    } else if let Some(value) = digit(c) {
        plain.push(b'0' + value);
    } else if !is_invisible(c) {
        let mut end = plain.len();
        decompose_compatible(c, |part| {
            if !is_invisible(part) {
                plain.extend_from_slice(undivided(part));
                end = plain.len();
            }
        });
        plain.truncate(end);
    }
}

/// Letters of the large scripts, none of which NFKD brings to ASCII: told apart early, since whole texts are
/// made of them.
fn is_common_letter(c: char) -> bool {
    matches!(u32::from(c),
        0x391..=0x3a1 | 0x3a3..=0x3c9        // Greek
        | 0x400..=0x481 | 0x48a..=0x52f      // Cyrillic
        | 0x5d0..=0x5ea | 0x620..=0x63f | 0x641..=0x64a // Hebrew, Arabic
        | 0x904..=0x939 | 0xe01..=0xe30      // Devanagari, Thai
        | 0x3041..=0x3096 | 0x30a1..=0x30fa  // Kana
        | 0x4e00..=0x9fff | 0xac00..=0xd7a3) // Han, Hangul
}

/// The plain form of a character that NFKD does not divide any further.
fn undivided(c: char) -> &'static [u8] {
    if let Some(byte) = u8::try_from(c).ok().filter(u8::is_ascii) {
        return ASCII.get(usize::from(byte)..=usize::from(byte)).unwrap_or_default();
    }
    if let Some(value) = digit(c) {
        let at = usize::from(b'0' + value);
        return ASCII.get(at..=at).unwrap_or_default();
    }
    match c {
        'ß' | 'ẞ' => b"ss",
        'æ' | 'Æ' => b"ae",
        'œ' | 'Œ' => b"oe",
        'ø' | 'Ø' => b"o",
        'đ' | 'Đ' | 'ð' | 'Ð' => b"d",
        'ł' | 'Ł' => b"l",
        'ı' => b"i",
        '\u{85}' | '\u{2028}' | '\u{2029}' => b"\n",
        '’' | '‘' | 'ʼ' | '′' => b"'",
        '·' | '•' | '‧' | '∙' | '⋅' | '・' | '。' | '、' | '،' | '٫' | '٬' => b".",
        '⁄' | '∕' => b"/",
        '？' | '؟' | '¿' => b"?",
        _ if c.is_whitespace() => b" ",
        _ if is_dash(c) => b"-",
        _ if c.is_control() => b"\x01",
        _ if c.is_alphanumeric() => &[LETTER],
        _ => &[SIGN],
    }
}

/// Every ASCII byte at its own place, to borrow from.
static ASCII: [u8; 128] = {
    let mut table = [0; 128];
    let mut at = 0;
    while at < 128 {
        #[expect(clippy::indexing_slicing, reason = "evaluated by the compiler")]
        {
            table[at] = at as u8;
        }
        at += 1;
    }
    table
};
