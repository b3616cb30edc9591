//! Whatever a text is, the scan finds in it what it finds without its short cuts.

use firstword_wire::scan::{Keywords, one_form, scan, scan_plainly};

/// Scans a text; whether it holds anything. What is invisible hides nothing, and a keyword is found by its form: the
/// first line is looked for in the rest.
pub fn any_text(text: &str) -> bool {
    let found = scan(text);
    assert_eq!(found, scan_plainly(text), "{text:?}");
    let middle = text.char_indices().map(|(place, _)| place).find(|place| place * 2 >= text.len());
    let (head, tail) = text.split_at(middle.unwrap_or_default());
    assert_eq!(found, scan(&format!("{head}\u{200b}{tail}")), "{head:?} {tail:?}");

    let (keyword, rest) = text.split_once('\n').unwrap_or((text, "stop"));
    let (keyword_form, form) = (one_form(keyword), one_form(rest));
    let equal = !keyword_form.is_empty() && keyword_form == form;
    let keywords = Keywords::new([keyword], ["stop"]);
    assert_eq!(keywords.find(rest), (equal, form == "stop"), "{keyword:?} {rest:?}");
    !found.is_empty()
}
