//! The policy's word lists: does a text equal a word or phrase of one, both in one form? (EVENTS.md, "Content kinds")
//!
//! A long text can only equal a short keyword if most of it vanishes, so the form is made as the text is read, and
//! given up as soon as it is longer than the longest keyword.

use std::collections::HashSet;
use unicode_normalization::UnicodeNormalization;

use super::unicode::vanishes;

/// The one form of a text or keyword: NFKD, marks and format characters (Mn, Cf) removed, case folded, every run of
/// white space one blank, and whatever is no letter or digit taken from both ends.
pub fn one_form(text: &str) -> String {
    let mut form = Form::with_room(usize::MAX);
    form.read(text);
    form.into_text()
}

/// The policy's keyword lists, prepared once.
#[derive(Clone, Debug, Default)]
pub struct Keywords {
    opt_out: HashSet<Box<str>>,
    opt_in: HashSet<Box<str>>,
    /// The length of the longest form, in bytes.
    longest: usize,
}

impl Keywords {
    /// Prepares the two lists. A keyword of which nothing is left in the one form equals no text.
    pub fn new<'a>(
        opt_out: impl IntoIterator<Item = &'a str>,
        opt_in: impl IntoIterator<Item = &'a str>,
    ) -> Self {
        let opt_out = forms(opt_out);
        let opt_in = forms(opt_in);
        let longest = opt_out.iter().chain(&opt_in).map(|form| form.len()).max().unwrap_or(0);
        Self { opt_out, opt_in, longest }
    }

    /// Whether both lists are empty.
    pub fn is_empty(&self) -> bool {
        self.longest == 0
    }

    /// Whether a text equals a word or phrase of the list `opt_out`, and whether of the list `opt_in`.
    pub fn find(&self, text: &str) -> (bool, bool) {
        if self.is_empty() {
            return (false, false);
        }
        let mut form = Form::with_room(self.longest);
        if !form.read(text) {
            return (false, false);
        }
        let form = form.into_text();
        (self.opt_out.contains(form.as_str()), self.opt_in.contains(form.as_str()))
    }
}

fn forms<'a>(keywords: impl IntoIterator<Item = &'a str>) -> HashSet<Box<str>> {
    let forms = keywords.into_iter().map(|keyword| one_form(keyword).into_boxed_str());
    forms.filter(|form| !form.is_empty()).collect()
}

/// A form in the making. What is no letter or digit is kept only once a letter or digit follows it.
struct Form {
    text: String,
    /// The length of the text up to its last letter or digit.
    kept: usize,
    /// More bytes than this are one too many.
    room: usize,
    after_blank: bool,
}

impl Form {
    fn with_room(room: usize) -> Self {
        Self { text: String::new(), kept: 0, room, after_blank: false }
    }

    /// Reads a text to its end, or until there is no more room: then it gives `false`.
    fn read(&mut self, text: &str) -> bool {
        if text.is_ascii() {
            text.chars().all(|c| self.push(c.to_ascii_lowercase()))
        } else {
            text.nfkd().filter(|&c| !vanishes(c)).flat_map(case_folded).all(|c| self.push(c))
        }
    }

    /// Adds one character; gives `false` when that is more than there is room for.
    fn push(&mut self, c: char) -> bool {
        let sign = c.is_alphanumeric();
        if !sign && self.kept == 0 {
            return true; // whatever comes before the first letter or digit is taken away
        }
        let blank = c.is_whitespace();
        let repeated = blank && self.after_blank;
        self.after_blank = blank;
        if self.text.len() > self.room {
            return !sign; // what would be taken away at the end needs no room
        }
        if !repeated {
            self.text.push(if blank { ' ' } else { c });
        }
        if sign {
            self.kept = self.text.len();
        }
        self.kept <= self.room
    }

    fn into_text(mut self) -> String {
        self.text.truncate(self.kept);
        self.text
    }
}

/// Full case folding of a character: small, capital and small again, which joins what only one of the ways does (ẞ).
/// Only the dotless i would go further than Unicode's CaseFolding has it; that Cherokee comes out in small letters and
/// not in capitals changes no comparison.
fn case_folded(c: char) -> impl Iterator<Item = char> {
    let (kept, folded) = if c == 'ı' { (Some(c), None) } else { (None, Some(c)) };
    let small = folded.into_iter().flat_map(char::to_lowercase);
    kept.into_iter().chain(small.flat_map(char::to_uppercase).flat_map(char::to_lowercase))
}

#[cfg(test)]
mod tests {
    use super::{Keywords, one_form};

    #[test]
    fn one_form_is_as_the_specification_has_it() {
        let cases = [
            ("STOP", "stop"),
            ("  Stop!!", "stop"),
            ("«Arrêt.»", "arret"),
            ("opt \u{200b} \t out", "opt out"),
            ("S\u{ad}T\u{200d}O\u{fe0f}P", "stop"),
            ("ＳＴＯＰ", "stop"),
            ("Straße", "strasse"),
            ("STRAẞE", "strasse"),
            ("ΣΤΟΠ", "στοπ"),
            ("στος", "στοσ"),
            ("ISTANBUL İ ı", "istanbul i ı"),
            ("opt-out", "opt-out"),
            ("👋 stop 👋", "stop"),
            ("стоп", "стоп"),
            ("ＧＯ① ", "go1"),
            ("!?…", ""),
            ("", ""),
            ("a\u{a0}\u{3000}\r\n b", "a b"),
        ];
        for (text, form) in cases {
            assert_eq!(one_form(text), form, "{text:?}");
        }
    }

    /// Every character alone, and between letters, comes to a form that stays as it is.
    #[test]
    fn one_form_of_a_form_is_itself() {
        for c in ('\0'..=char::MAX).filter(|c| !c.is_ascii_alphanumeric()) {
            let form = one_form(&format!("a{c}B"));
            assert_eq!(one_form(&form), form, "U+{:04X}", u32::from(c));
        }
    }

    #[test]
    fn a_text_equals_a_keyword_or_does_not() {
        let keywords = Keywords::new(["stop", "Arrêt", "opt out", "!!"], ["start", "stop"]);
        assert_eq!(keywords.find("Stop."), (true, true));
        assert_eq!(keywords.find(" ARRET "), (true, false));
        assert_eq!(keywords.find("opt\u{a0}\u{200b} OUT!"), (true, false));
        assert_eq!(keywords.find("start"), (false, true));
        for other in ["stop it", "please stop", "sto", "st op", "opt-out", "!!", "", "stopstart"] {
            assert_eq!(keywords.find(other), (false, false), "{other}");
        }
        let around = format!("{}stop{}", " .\u{200b}".repeat(9999), "! \u{ad}".repeat(9999));
        assert_eq!(keywords.find(&around), (true, true));
        assert_eq!(keywords.find(&format!("{around}x")), (false, false));
        assert!(Keywords::new([], []).is_empty());
        assert!(Keywords::new(["?"], []).is_empty());
    }
}
