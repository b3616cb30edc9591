//! Whatever bytes are a line, the quick readers and the strict ones say the same of it.
#![no_main]

#[path = "../../tests/shared/any_line.rs"]
mod any_line;
#[path = "../../tests/shared/both.rs"]
mod both;

libfuzzer_sys::fuzz_target!(|line: &[u8]| {
    any_line::any_event(line);
    any_line::any_decision(line);
});
