//! The same numbers and seed give the same log, and the log is what was asked for.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::collections::{BTreeMap, BTreeSet};

use super::*;
use proptest::prelude::*;
use serde_json::Value;

fn log(traffic: &Traffic) -> (Vec<u8>, Counts) {
    let mut out = Vec::new();
    let counts = Generator::new(traffic).unwrap().write(&mut out).unwrap();
    (out, counts)
}

fn events(log: &[u8]) -> Vec<Value> {
    let text = std::str::from_utf8(log).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn at(event: &Value) -> i64 {
    crate::time::read(event["at"].as_str().unwrap()).unwrap()
}

/// FNV-1a over the whole log.
fn checksum(log: &[u8]) -> u64 {
    log.iter().fold(0xcbf2_9ce4_8422_2325, |sum, byte| {
        (sum ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}

fn small() -> Traffic {
    Traffic { people: 300, businesses: 9, events: 20_000, seed: 2021, ..Traffic::default() }
}

/// A seed gives the same bytes for ever. If this fails, every log that somebody can make again from
/// its seed has changed: that is a breaking change, not a snapshot to renew.
#[test]
fn the_same_seed_gives_the_same_bytes() {
    let plain = log(&small()).0;
    assert_eq!(plain, log(&small()).0);
    let rich = log(&Traffic { rich: true, texts: false, malformed: 0.1, ..small() }).0;
    assert_eq!(
        [(plain.len(), checksum(&plain)), (rich.len(), checksum(&rich))],
        [(3_259_858, 9_878_124_121_365_945_240), (6_434_948, 14_746_934_716_683_415_183)]
    );
    assert_ne!(plain, log(&Traffic { seed: 2022, ..small() }).0);
}

#[test]
fn a_log_in_pieces_is_the_same_log() {
    let mut generator = Generator::new(&small()).unwrap();
    let mut pieces = Vec::new();
    while generator.write_some(&mut pieces) {}
    assert_eq!((pieces, generator.counts()), log(&small()));
    assert!(!generator.write_some(&mut Vec::new()));
}

#[test]
fn without_late_events_the_log_is_in_the_order_of_time() {
    let traffic = Traffic { late: 0.0, duplicates: 0.05, ..small() };
    let (bytes, counts) = log(&traffic);
    assert_eq!(counts.late, 0);
    let times: Vec<_> = events(&bytes).iter().map(at).collect();
    assert!(times.is_sorted());
    assert!(times.iter().all(|at| *at < traffic.start + 7 * DAY));
    assert!(times.iter().all(|at| *at >= traffic.start - 14 * DAY));
}

#[test]
fn late_events_and_duplicates_are_as_many_as_asked() {
    let traffic = Traffic { late: 0.05, duplicates: 0.1, ..small() };
    let (bytes, counts) = log(&traffic);
    assert!((810..990).contains(&counts.late), "{counts:?}");
    assert!((1_850..2_150).contains(&counts.duplicates), "{counts:?}");
    let events = events(&bytes);
    let ids: BTreeSet<_> = events.iter().map(|event| event["id"].as_str().unwrap()).collect();
    assert_eq!(events.len() as u64 - counts.duplicates, ids.len() as u64);
    let mut newest = i64::MIN;
    let behind = events.iter().filter(|event| {
        let late = at(event) < newest;
        newest = newest.max(at(event));
        late
    });
    assert!(behind.count() > 750);
}

#[test]
fn people_answer_the_terms_as_asked() {
    let traffic = Traffic { people: 1_000, declined: 0.3, silent: 0.1, ..small() };
    let (bytes, _) = log(&traffic);
    let mut first = BTreeMap::new();
    let events = events(&bytes);
    for event in &events {
        if let Some(answer) = event["type"].as_str().unwrap().strip_prefix("terms.") {
            assert_eq!(event["version"], "2021-05");
            first.entry(event["person"].as_str().unwrap()).or_insert((answer, at(event)));
        }
    }
    let declined = first.values().filter(|(answer, _)| *answer == "declined").count();
    let accepted = first.values().filter(|(answer, _)| *answer == "accepted").count();
    // A few answer anew before they settle in.
    assert!((290..=300).contains(&declined), "{declined}");
    assert!((590..=650).contains(&accepted), "{accepted}");
    let before = first.values().filter(|(_, at)| *at < MAY_2021).count();
    assert!(before * 10 > first.len() * 7 && before < first.len(), "{before} of {}", first.len());
}

#[test]
fn a_log_looks_like_traffic() {
    let (bytes, _) = log(&Traffic { people: 2_000, events: 60_000, ..small() });
    let events = events(&bytes);
    let mut types = BTreeMap::new();
    let mut heard: BTreeMap<(String, String), i64> = BTreeMap::new();
    let (mut replies, mut between_people) = (0, 0);
    for event in &events {
        *types.entry(event["type"].as_str().unwrap()).or_insert(0_usize) += 1;
        if let (Some(from), Some(to)) = (event["from"].as_str(), event["to"].as_str()) {
            assert_ne!(from, to);
            if from.starts_with("person:") && to.starts_with("person:") {
                let pair = (from.to_owned(), to.to_owned());
                let back = (to.to_owned(), from.to_owned());
                between_people += 1;
                replies += usize::from(heard.get(&back).is_some_and(|u| at(event) < u + DAY));
                heard.insert(pair, at(event));
            }
        }
    }
    assert_eq!(types.len(), 16, "{types:?}");
    let calls = types["call"] * 100 / (types["call"] + types["message"]);
    assert!((4..=6).contains(&calls), "{calls} % are calls");
    let replies = replies * 100 / between_people;
    assert!((60..=85).contains(&replies), "{replies} % answer within a day");
    assert!(heard.len() < between_people / 3, "first contacts are rare");
}

#[test]
fn plain_and_rich_lines_are_of_realistic_length() {
    let average = |rich, texts| {
        let (bytes, counts) = log(&Traffic { rich, texts, ..small() });
        bytes.len() as u64 / counts.lines
    };
    assert!((150..190).contains(&average(false, true)));
    assert!((120..150).contains(&average(false, false)));
    assert!((290..340).contains(&average(true, true)));
}

#[test]
fn texts_are_as_long_as_asked() {
    let (bytes, _) = log(&Traffic { text_length: Some(100), ..small() });
    let events = events(&bytes);
    let texts: Vec<_> = events.iter().filter_map(|event| event["text"].as_str()).collect();
    let (long, short): (Vec<&str>, Vec<&str>) =
        texts.iter().partition(|text| text.chars().count() == 100);
    assert!(long.len() > 10_000 && !short.is_empty() && short.len() * 50 < long.len());
    assert!(short.iter().all(|text| text.chars().count() < 30), "{short:?}");
}

#[test]
fn broken_lines_are_as_many_as_asked_and_as_counted() {
    let (bytes, counts) = log(&Traffic { malformed: 0.2, duplicates: 0.0, ..small() });
    let broken: u64 = counts.malformed.iter().sum();
    assert!((3_800..4_200).contains(&broken), "{counts:?}");
    assert_eq!(counts.rejected().map(|(_, count)| count).sum::<u64>(), broken);
    let lines: Vec<_> = bytes.split_inclusive(|byte| *byte == b'\n').collect();
    assert_eq!(lines.len() as u64, counts.lines);
    let large = lines.iter().filter(|line| line.len() > 256 * 1024).count();
    assert_eq!(large as u64, counts.malformed[0]);
}

#[test]
fn without_businesses_people_are_among_themselves() {
    let (bytes, counts) = log(&Traffic { businesses: 0, ..small() });
    assert_eq!(counts.lines, 20_000);
    assert!(!String::from_utf8(bytes).unwrap().contains("business:"));
}

/// What is kept is bounded by the people, however much happens.
#[test]
fn few_people_can_make_a_long_log() {
    let traffic =
        Traffic { people: 2, businesses: 1, events: 200_000, days: 1, ..Traffic::default() };
    let mut generator = Generator::new(&traffic).unwrap();
    let (mut chunk, mut most) = (Vec::new(), 0);
    while generator.write_some(&mut chunk) {
        most = most.max(generator.open.len());
        chunk.clear();
    }
    assert_eq!(generator.counts().lines, 200_000);
    assert!((1_000..1_100).contains(&most), "{most} scenes were open");
}

#[test]
fn with_little_room_fewer_people_take_part() {
    let few = Traffic { people: 10_000_000, events: 600, ..Traffic::default() };
    let generator = Generator::new(&few).unwrap();
    assert_eq!(generator.people(), 200);
    assert_eq!(Generator::new(&small()).unwrap().people(), 300);
}

#[test]
fn what_cannot_be_is_refused() {
    let bad = |traffic: Traffic| Generator::new(&traffic).err();
    assert_eq!(bad(Traffic { people: 1, ..small() }), Some(BadTraffic::TooFewPeople));
    assert_eq!(bad(Traffic { days: 0, ..small() }), Some(BadTraffic::NoDays));
    assert_eq!(bad(Traffic { late: 1.5, ..small() }), Some(BadTraffic::NoShare("late")));
    assert_eq!(bad(Traffic { silent: f64::NAN, ..small() }), Some(BadTraffic::NoShare("silent")));
    let all = Traffic { declined: 0.9, silent: 0.2, ..small() };
    assert_eq!(bad(all), Some(BadTraffic::TooManyAnswers));
    assert_eq!(bad(Traffic { start: 0, ..small() }), Some(BadTraffic::OutOfRange));
    assert_eq!(bad(Traffic { start: i64::MAX, ..small() }), Some(BadTraffic::OutOfRange));
    assert_eq!(bad(Traffic { days: u32::MAX, ..small() }), Some(BadTraffic::OutOfRange));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Whatever is asked for, the log has as many lines, and all but the broken ones are events in
    /// order.
    #[test]
    fn a_log_has_as_many_lines_as_asked(
        people in 2..500_u32, businesses in 0..40_u32, asked in 0..1_500_u64, days in 1..40_u32,
        declined in 0.0..0.5, silent in 0.0..0.5, duplicates in 0.0..0.5, malformed in 0.0..=1.0,
        seed: u64, texts: bool, text_length: Option<u16>, rich: bool,
    ) {
        let traffic = Traffic {
            people, businesses, events: asked, days, declined, silent, duplicates, late: 0.0,
            malformed, seed, start: MAY_2021, texts,
            text_length: text_length.map(|length| length % 200), rich,
        };
        let (bytes, counts) = log(&traffic);
        prop_assert_eq!(counts.lines, asked);
        let lines = bytes.iter().filter(|byte| **byte == b'\n').count() as u64;
        prop_assert_eq!(lines, asked);
        if malformed < 0.1 {
            let (sound, _) = log(&Traffic { malformed: 0.0, ..traffic });
            prop_assert!(events(&sound).iter().map(at).is_sorted());
        }
    }
}
