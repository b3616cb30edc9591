//! Whatever a text is, the scan finds the same in it with its short cuts and without.
#![no_main]

#[path = "../../tests/shared/any_text.rs"]
mod any_text;

libfuzzer_sys::fuzz_target!(|text: &[u8]| {
    any_text::any_text(&String::from_utf8_lossy(text));
});
