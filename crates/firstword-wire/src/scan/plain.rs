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

/// In [`Planes`]: the character leaves nothing.
const NOTHING: u8 = 0xfe;
/// In [`Planes`]: the character leaves more than one byte.
const SEVERAL: u8 = 0xff;

/// The plain forms of the characters of the first two planes, which texts are made of. Made at the first text beyond
/// ASCII, in a few milliseconds.
struct Planes {
    /// One byte a character.
    one: Vec<u8>,
    /// The forms of more than one byte, in the order of their characters.
    several: Vec<(char, Box<[u8]>)>,
}

static PLANES: LazyLock<Planes> = LazyLock::new(|| {
    let mut planes = Planes { one: Vec::with_capacity(0x2_0000), several: Vec::new() };
    let mut plain = Vec::new();
    for code in 0..0x2_0000 {
        plain.clear();
        // A surrogate is no character, and no text has one.
        let c = char::from_u32(code).unwrap_or('\0');
        push(c, &mut plain);
        planes.one.push(match plain.as_slice() {
            [] => NOTHING,
            &[byte] => byte,
            several => {
                planes.several.push((c, several.into()));
                SEVERAL
            }
        });
    }
    planes
});

impl Planes {
    fn several(&self, c: char) -> &[u8] {
        let at = self.several.binary_search_by_key(&c, |(c, _)| *c);
        at.ok().and_then(|at| self.several.get(at)).map_or(&[], |(_, plain)| plain)
    }
}

/// The plain form of a text: the text itself when it is ASCII.
pub(super) fn plain(text: &str) -> Cow<'_, [u8]> {
    if text.is_ascii() {
        return Cow::Borrowed(text.as_bytes());
    }
    let mut plain = Vec::with_capacity(text.len());
    let planes = &*PLANES;
    for c in text.chars() {
        match planes.one.get(c as usize) {
            Some(&NOTHING) => {}
            Some(&SEVERAL) => plain.extend_from_slice(planes.several(c)),
            Some(&byte) => plain.push(byte),
            None => push(c, &mut plain),
        }
    }
    Cow::Owned(plain)
}

/// The plain form of a text by its definition, without any table.
pub(super) fn by_character(text: &str) -> Vec<u8> {
    let mut plain = Vec::with_capacity(text.len());
    text.chars().for_each(|c| push(c, &mut plain));
    plain
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
        0x391..=0x3a1 | 0x3a3..=0x3c9 // Greek
        | 0x400..=0x481 | 0x48a..=0x52f // Cyrillic
        | 0x5d0..=0x5ea // Hebrew
        | 0x620..=0x63f | 0x641..=0x64a // Arabic
        // Its ligatures: NFKD makes up to 18 letters of one.
        | 0xfb50..=0xfd3d | 0xfd50..=0xfdff | 0xfe70..=0xfefc
        | 0x904..=0x939 // Devanagari
        | 0xe01..=0xe30 // Thai
        | 0x3041..=0x3096 | 0x30a1..=0x30fa // Kana
        | 0x4e00..=0x9fff // Han
        | 0x2_0000..=0x3_ffff // Han, beyond
        | 0xac00..=0xd7a3 // Hangul
    )
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

#[cfg(test)]
mod tests {
    use super::{LETTER, SIGN, plain, undivided};
    use crate::scan::unicode::is_invisible;
    use unicode_normalization::UnicodeNormalization;

    /// The short cut changes nothing but how many letters a letter is.
    #[test]
    fn every_character_has_the_plain_form_of_its_decomposition() {
        for c in ('\u{80}'..=char::MAX).filter(|&c| !is_invisible(c)) {
            let parts =
                c.to_string().nfkd().filter(|&part| !is_invisible(part)).collect::<String>();
            let mut whole: Vec<u8> = parts.chars().flat_map(undivided).copied().collect();
            whole.dedup_by(|a, b| *a == LETTER && *b == LETTER);
            let mut quick = plain(&c.to_string()).into_owned();
            quick.dedup_by(|a, b| *a == LETTER && *b == LETTER);
            let strange = |byte: &u8| matches!(*byte, LETTER | SIGN | b' ' | b'\x01');
            let as_strange = quick.iter().all(strange) && whole.iter().all(strange);
            assert!(quick == whole || as_strange, "U+{:04X}: {quick:?}, {whole:?}", u32::from(c));
        }
    }

    #[test]
    fn plain_forms() {
        let cases: &[(&str, &[u8])] = &[
            ("Numéro n° ４２", b"Numero n\x81 42"),
            ("straße, œuf, Ærø", b"strasse, oeuf, aero"),
            ("4\u{200b}1\u{301}1", b"411"),
            ("a\u{a0}b\u{2028}c–d", b"a b\nc-d"),
            ("да! 中", b"\x80\x80! \x80"),
            ("𝐜𝐚𝐫𝐝 𝟒\u{1f130}👍", b"card 4A\x81"),
        ];
        for (text, form) in cases {
            assert_eq!(&*plain(text), *form, "{text}");
        }
    }
}
