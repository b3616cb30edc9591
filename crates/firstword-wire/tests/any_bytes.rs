//! Whatever bytes come in, nothing panics, and what is accepted is sound. What is held here against bytes of the tests'
//! own is what `cargo xtask fuzz` calls with a fuzzer's. (Snapshots: snapshots.rs.)

#[path = "shared/any_line.rs"]
mod any_line;
#[path = "shared/any_text.rs"]
mod any_text;
#[path = "shared/both.rs"]
mod both;

use any_line::{any_decision, any_event};
use any_text::any_text;
use firstword_rules::Millis;
use firstword_wire::parse_time;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};

/// Reads text as a time. What is one is written in the one form, and is then read as the same.
fn any_time(text: &str) -> bool {
    let Some(Millis(millis)) = parse_time(text) else { return false };
    assert!(text.len() >= 20, "{}", text.escape_default());
    // Only times of the years 0 to 9999 can be written.
    if (-62_167_219_200_000..253_402_300_800_000).contains(&millis) {
        assert_eq!(parse_time(&Millis(millis).to_string()), Some(Millis(millis)));
    }
    true
}

/// Bytes, and good lines with a few pieces of bytes put in, exchanged or taken out.
fn bytes(log: &'static str) -> impl Strategy<Value = Vec<u8>> {
    let lines: Vec<&[u8]> = log.lines().map(str::as_bytes).collect();
    let piece = prop_oneof![
        vec(any::<u8>(), 0..6),
        any::<char>().prop_map(|c| c.to_string().into_bytes()),
        select("\"\\{}[]:,0-.eEnut\n\t ".bytes().collect::<Vec<_>>()).prop_map(|byte| vec![byte]),
    ];
    let edits = vec((any::<Index>(), 0..4_usize, piece), 0..4);
    let edited = (select(lines), edits).prop_map(|(line, edits)| {
        let mut line = line.to_vec();
        for (place, dropped, new) in edits {
            let start = place.index(line.len() + 1);
            let end = (start + dropped).min(line.len());
            line.splice(start..end, new);
        }
        line
    });
    prop_oneof![8 => edited, 1 => vec(any::<u8>(), 0..300)]
}

fn run<T: std::fmt::Debug>(
    cases: u32,
    strategy: impl Strategy<Value = T>,
    body: impl Fn(&T) -> bool,
) {
    let (tried, accepted) = (std::cell::Cell::new(0_u32), std::cell::Cell::new(0_u32));
    let config = ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() };
    let outcome = proptest::test_runner::TestRunner::new(config).run(&strategy, |input| {
        tried.set(tried.get() + 1);
        accepted.set(accepted.get() + u32::from(body(&input)));
        Ok(())
    });
    assert!(outcome.is_ok(), "{outcome:?}");
    let (tried, accepted) = (tried.get(), accepted.get());
    assert!(accepted > tried / 100 && accepted < tried, "{accepted} of {tried} were accepted");
}

#[test]
fn any_bytes_are_an_event_or_a_reject() {
    let log = include_str!("releases/0.1.0/events.jsonl");
    run(8_000, bytes(log), |bytes| any_event(bytes));
}

#[test]
fn any_bytes_are_a_decision_or_none() {
    let log = include_str!("releases/0.1.0/decisions.jsonl");
    run(8_000, bytes(log), |bytes| any_decision(bytes));
}

#[test]
fn any_text_is_a_time_or_none() {
    let sign = select("0123456789-+:.TtZz ".chars().collect::<Vec<_>>());
    let edits = vec((any::<Index>(), sign), 0..3);
    let good = select(vec![
        "2021-05-16T09:00:00.000Z",
        "0000-01-01T00:00:00+23:59",
        "9999-12-31t23:59:59.9-23:59",
        "2020-02-29 00:00:00z",
    ]);
    let edited = (good, edits).prop_map(|(good, edits)| {
        let mut chars: Vec<char> = good.chars().collect();
        for (place, sign) in edits {
            let place = place.index(chars.len());
            chars.iter_mut().skip(place).take(1).for_each(|c| *c = sign);
        }
        chars.into_iter().collect::<String>()
    });
    run(20_000, prop_oneof![4 => edited, 1 => any::<String>()], |text| any_time(text));
}

/// Words and signs that the scan looks for, in any order and between anything.
#[test]
fn any_text_is_scanned_the_same_without_short_cuts() {
    let tables = [
        include_str!("scan/cards.txt"),
        include_str!("scan/documents.txt"),
        include_str!("scan/requests.txt"),
    ];
    let lines = tables.into_iter().flat_map(str::lines);
    let words: Vec<&str> = lines.flat_map(|line| line.split_inclusive(' ')).collect();
    let piece = prop_oneof![
        4 => select(words).prop_map(str::to_owned),
        1 => any::<String>(),
        1 => select(vec!["\n", "\u{200b}", "?", ". ", "STOP"]).prop_map(str::to_owned),
    ];
    let texts = vec(piece, 0..20).prop_map(|pieces| pieces.concat());
    run(10_000, texts, |text| any_text(text));
}
