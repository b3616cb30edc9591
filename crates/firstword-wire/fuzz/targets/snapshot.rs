//! Whatever bytes are taken for a machine, it is none, or one that is written as it is read and can be lived with.
#![no_main]

#[path = "../../tests/shared/any_snapshot.rs"]
mod any_snapshot;

libfuzzer_sys::fuzz_target!(|body: &[u8]| {
    any_snapshot::any_snapshot(body);
});
