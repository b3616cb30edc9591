//! The quick readers and the strict ones never differ, and what neither may know does not matter: the order of the
//! keys of an object.
//!
//! Lines are generated traffic, lines of rejects' kinds, and both of them broken at random. A failure names its
//! seed and shows its line; `SEED=n cargo test -p firstword-wire --test two_readers` runs that seed again, and
//! `LINES=n` takes more than the usual number of lines.

#[path = "shared/both.rs"]
mod both;

use std::collections::BTreeMap;
use std::env;
use std::ops::RangeInclusive;

use firstword_engine::Engine;
use firstword_policy::builtin;
use firstword_rules::{Event, Policy};
use firstword_traffic::generate::{Generator, Traffic};
use firstword_wire::read::Field;
use firstword_wire::{Reader, Reject, trim_line, write_decision};
use serde_json::value::RawValue;

/// How many broken lines an ordinary run reads.
const LINES: u64 = 1_000_000;

/// SplitMix64: a seed, and everything follows from it.
struct Draw(u64);

impl Draw {
    fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ self.0 >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ mixed >> 31
    }

    fn below(&mut self, end: usize) -> usize {
        (self.bits() % end.max(1) as u64) as usize
    }

    fn one_of<T: Copy>(&mut self, things: &[T]) -> T {
        let place = self.below(things.len());
        things.get(place).copied().unwrap_or_else(|| unreachable!("there is one at least"))
    }
}

fn policy() -> Policy {
    builtin("whatsapp-business-2026").unwrap_or_else(|| unreachable!("it comes with the program"))
}

fn number_from_environment(name: &str, usual: u64) -> u64 {
    env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(usual)
}

/// Lines of traffic, every tenth of which is no event.
fn traffic(seed: u64, events: u64) -> Vec<Vec<u8>> {
    let traffic =
        Traffic { people: 60, events, malformed: 0.1, seed, rich: true, ..Traffic::default() };
    let mut log = Vec::new();
    let written = Generator::new(&traffic).map(|mut generator| generator.write(&mut log));
    assert!(matches!(written, Ok(Ok(_))), "{written:?}");
    let lines = log.split_inclusive(|byte| *byte == b'\n');
    lines.filter_map(trim_line).filter(|line| line.len() < 4_096).map(<[u8]>::to_vec).collect()
}

/// What both readers say, which must be the same.
fn read<'a>(reader: &Reader, line: &'a [u8], seed: u64) -> Result<Event<'a>, Reject> {
    both::event(reader, line, &format_args!("SEED={seed}"))
}

/// Pieces that matter to a reader of JSON and of events.
const PIECES: &[&[u8]] = &[
    b"\"",
    b"\\",
    b"{",
    b"}",
    b"[",
    b"]",
    b",",
    b":",
    b" ",
    b"\t",
    b"\r",
    b"\n",
    b"\0",
    b"\x0c",
    b"\x7f",
    b"0",
    b"-",
    b".",
    b"e",
    b"1e400",
    b"-0",
    b"007",
    b"null",
    b"true",
    b"false",
    b"NaN",
    b"\\u0069",
    b"\\ud83d",
    b"\\ude42",
    b"\\n",
    b"\\\"",
    b"\"id\":",
    b"\"at\":",
    b"\"to\":null",
    b"\"text\":\"",
    b"\"n\":[]",
    b"\"findings\":[\"a\"]",
    b"\"scopes\":[\"calls\"]",
    b"\"until\":1700000000000",
    b",\"at\":1700000000000",
    b"999999999999999999",
    b"9999999999999999999",
    b"\xc3\xa9",
    b"\xc3",
    b"\xa9",
    b"\xff",
    b"\xef\xbb\xbf",
    b"\xed\xa0\xbd",
    b"\xf0\x9f\x99\x82",
    b"\xe2\x80\xa8",
    b"\xc2\xa0",
    b"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[",
    b"{\"a\":{\"a\":1}}",
    b"person:",
    b"business:",
];

/// Values for a field to have instead of its own.
const VALUES: &[&str] = &[
    "null",
    "true",
    "0",
    "-0",
    "-1",
    "1.0",
    "1e400",
    "[]",
    "{}",
    "[[]]",
    "[\"iban\"]",
    "[\"calls\",\"utility\"]",
    "[ \"\\u0061\" ]",
    "\"\"",
    "\"a\"",
    "\"a b\"",
    "\"\\u0061\"",
    "\"person:p1\"",
    "\"business:b1\"",
    "\"person:\"",
    "\"FR\"",
    "\"nobody\"",
    "\"marketing\"",
    "\"message\"",
    "\"call\"",
    "\"terms.accepted\"",
    "\"contact.opted_in\"",
    "\"2021-05-16T09:00:00Z\"",
    "\"2021-05-16 09:00:00.5+02:00\"",
    "1621155600000",
    "162115560000000000",
    "1621155600000000000",
    "9223372036854775808",
    "{\"id\":1,\"id\":2}",
    "\"\\ud83d\\ude42\"",
    "\"\\ud83d\"",
    "\"\x7f\"",
    "\"denied\"",
    "\"R15\"",
    "\"start\"",
    "1",
    "4294967296",
];

/// What a decision has besides the fields of its event.
const OWN: &[&str] = &[
    "gate",
    "seq",
    "verdict",
    "reason",
    "row",
    "as",
    "said",
    "standing",
    "shares_data",
    "unlisted",
    "erase_by",
    "late",
    "policy",
    "rules",
];

/// Breaks a line in one way, or leaves it as good as it was.
fn mutate(line: &mut Vec<u8>, other: &[u8], draw: &mut Draw) {
    let place = draw.below(line.len() + 1);
    match draw.below(20) {
        // A byte becomes another: one bit, any byte, or one that JSON has a use for.
        0 => {
            let bit = 1 << draw.below(8);
            line.iter_mut().skip(place).take(1).for_each(|byte| *byte ^= bit);
        }
        1 => {
            let new = draw.bits() as u8;
            line.iter_mut().skip(place).take(1).for_each(|byte| *byte = new);
        }
        2 => {
            let piece = draw.one_of(PIECES);
            let end = (place + draw.below(3)).min(line.len());
            line.splice(place..end, piece.iter().copied());
        }
        3 => {
            let piece = draw.one_of(PIECES);
            line.splice(place..place, piece.iter().copied());
        }
        4 => {
            let end = (place + 1 + draw.below(8)).min(line.len());
            line.drain(place..end);
        }
        5 => {
            let end = draw.below(line.len() + 1);
            if place < line.len() && end < line.len() {
                line.swap(place, end);
            }
        }
        6 => line.truncate(place),
        7 => drop(line.drain(..place)),
        // Two lines in one: the beginning of this and the end of the other, or the other in the middle of this.
        8 => {
            line.truncate(place);
            line.extend(other.iter().skip(draw.below(other.len() + 1)));
        }
        9 => {
            let start = draw.below(other.len() + 1);
            let end = (start + draw.below(40)).min(other.len());
            let piece = other.get(start..end).unwrap_or_default();
            line.splice(place..place, piece.iter().copied());
        }
        // White space where JSON has room for it, and where not.
        10 => {
            let white = draw.one_of(b" \t\n\r");
            let signs = |byte: &u8| matches!(byte, b'{' | b'}' | b'[' | b']' | b',' | b':');
            let found = line.iter().skip(place).position(signs).unwrap_or_default();
            line.insert((place + found + draw.below(2)).min(line.len()), white);
        }
        // A piece of the line again.
        11 => {
            let end = (place + draw.below(60)).min(line.len());
            let piece: Vec<u8> = line.get(place..end).unwrap_or_default().to_vec();
            let to = draw.below(line.len() + 1);
            line.splice(to..to, piece);
        }
        // Another value, or another name, for a field.
        way => {
            let colons = line.iter().enumerate().filter(|(_, byte)| **byte == b':');
            let colons: Vec<usize> = colons.map(|(place, _)| place).collect();
            if colons.is_empty() {
                return;
            }
            let colon = draw.one_of(&colons);
            if way < 16 {
                let rest = line.get(colon + 1..).unwrap_or_default();
                let end = rest.iter().position(|byte| matches!(byte, b',' | b'}'));
                let value = draw.one_of(VALUES).bytes();
                line.splice(colon + 1..colon + 1 + end.unwrap_or_default(), value);
            } else {
                let before = line.get(..colon).unwrap_or_default();
                let start = before.iter().rposition(|byte| matches!(byte, b',' | b'{'));
                let names = Field::ALL.iter().map(|field| field.as_str());
                let names: Vec<&str> = names.chain(OWN.iter().copied()).collect();
                let name = format!("\"{}\"", draw.one_of(&names));
                line.splice(start.map_or(colon, |start| start + 1)..colon, name.into_bytes());
            }
        }
    }
}

/// Shows lines, each broken in a number of ways of this range, and their seeds: as many as are asked for, or the one of
/// the seed that is given; how many.
fn broken(lines: &[Vec<u8>], ways: RangeInclusive<usize>, mut show: impl FnMut(&[u8], u64)) -> u64 {
    let lines: Vec<&[u8]> = lines.iter().map(Vec::as_slice).collect();
    let (first, count) =
        (number_from_environment("SEED", 0), number_from_environment("LINES", LINES));
    let count = if env::var_os("SEED").is_some() { 1 } else { count };
    let more = ways.end() - ways.start() + 1;
    for seed in first..first + count {
        let mut draw = Draw(seed);
        let mut line = draw.one_of(&lines).to_vec();
        let other = draw.one_of(&lines);
        for _ in 0..ways.start() + draw.below(more) {
            mutate(&mut line, other, &mut draw);
        }
        show(&line, seed);
    }
    count
}

#[test]
fn both_readers_say_the_same_of_generated_traffic() {
    let reader = Reader::new(&policy());
    let (mut events, mut rejects) = (0, 0);
    for seed in 1..=2 {
        for line in traffic(seed, 10_000) {
            match read(&reader, &line, seed) {
                Ok(_) => events += 1,
                Err(_) => rejects += 1,
            }
        }
    }
    assert!(events > 15_000 && rejects > 1_000, "{events} events and {rejects} rejects");
}

#[test]
fn both_readers_say_the_same_of_broken_lines() {
    let reader = Reader::new(&policy());
    let lines = traffic(3, 4_000);
    let (mut events, mut reasons) = (0_u64, BTreeMap::new());
    let count = broken(&lines, 1..=2, |line, seed| match read(&reader, line, seed) {
        Ok(_) => events += 1,
        Err(reject) => *reasons.entry(reject.reason).or_insert(0_u64) += 1,
    });
    // The lines are broken well if a good part of them still are events and every reason comes up.
    if count >= LINES {
        assert!(events > count / 20, "only {events} events: {reasons:?}");
        let often = reasons.values().all(|met| *met > count / 10_000);
        assert!(reasons.len() == 6 && often, "{events} events, {reasons:?}");
    }
}

/// All decisions on a log of traffic, a line each.
fn decisions(seed: u64, events: u64) -> Vec<Vec<u8>> {
    let (reader, mut engine) = (Reader::new(&policy()), Engine::new(policy()));
    let mut decisions = Vec::new();
    for line in traffic(seed, events) {
        let Ok(event) = reader.event(&line) else { continue };
        for decision in engine.step(&event).iter() {
            let mut line = Vec::new();
            write_decision(&mut line, decision, "policy@0");
            decisions.extend(trim_line(&line).map(<[u8]>::to_vec));
        }
    }
    decisions
}

#[test]
fn both_readers_of_decisions_say_the_same() {
    let lines = decisions(6, 4_000);
    let (mut good, mut bad) = (0_u64, BTreeMap::new());
    let count = broken(&lines, 0..=2, |line, seed| {
        match both::decision(line, &format_args!("SEED={seed}")) {
            Ok(_) => good += 1,
            Err(error) => *bad.entry(error.to_string()).or_insert(0_u64) += 1,
        }
    });
    if count >= LINES {
        assert!(good > count / 3, "only {good} decisions: {bad:?}");
        assert!(bad.len() > 10, "{bad:?}");
    }
}

/// The fields of an object, its keys in another order and white space between them.
fn reordered(line: &[u8], draw: &mut Draw) -> Option<Vec<u8>> {
    let fields: BTreeMap<String, &RawValue> = serde_json::from_slice(line).ok()?;
    let mut fields: Vec<_> = fields.into_iter().collect();
    for last in (1..fields.len()).rev() {
        let other = draw.below(last + 1);
        fields.swap(last, other);
    }
    let blanks: &[&str] = &["", "", "", " ", "  ", "\t", " \r\n "];
    let mut text = format!("{}{{", draw.one_of(blanks));
    for (place, (name, value)) in fields.into_iter().enumerate() {
        if place > 0 {
            text.push(',');
        }
        let name = serde_json::to_string(&name).ok()?;
        for piece in [&name, ":", value.get()] {
            text.push_str(draw.one_of(blanks));
            text.push_str(piece);
        }
        text.push_str(draw.one_of(blanks));
    }
    text.push('}');
    text.push_str(draw.one_of(blanks));
    Some(text.into_bytes())
}

/// "What never matters: the order of keys in an object" (RULES.md, section 9).
#[test]
fn the_order_of_keys_never_matters() {
    let reader = Reader::new(&policy());
    let mut compared = 0;
    for (seed, line) in (1..).zip(traffic(4, 15_000)) {
        let Ok(event) = read(&reader, &line, seed) else { continue };
        let mut draw = Draw(seed);
        for _ in 0..2 {
            let other = reordered(&line, &mut draw).unwrap_or_default();
            assert_eq!(
                read(&reader, &other, seed).as_ref(),
                Ok(&event),
                "SEED={seed}: {} and {}",
                line.escape_ascii(),
                other.escape_ascii()
            );
            compared += 1;
        }
    }
    assert!(compared > 20_000, "only {compared} orders were compared");
}

/// A log without its escapes, and with everything escaped, is the same log.
#[test]
fn how_a_string_is_written_never_matters() {
    let reader = Reader::new(&policy());
    let escaped = |text: &str| -> String {
        text.encode_utf16().map(|unit| format!("\\u{unit:04x}")).collect()
    };
    let mut compared = 0;
    for (seed, line) in (1..).zip(traffic(5, 3_000)) {
        let Ok(event) = read(&reader, &line, seed) else { continue };
        let fields: BTreeMap<String, serde_json::Value> =
            serde_json::from_slice(&line).unwrap_or_default();
        let fields: Vec<String> = fields
            .into_iter()
            .map(|(name, value)| match value {
                serde_json::Value::String(text) => {
                    format!("\"{}\":\"{}\"", escaped(&name), escaped(&text))
                }
                other => format!("\"{}\":{other}", escaped(&name)),
            })
            .collect();
        let other = format!("{{{}}}", fields.join(","));
        assert_eq!(read(&reader, other.as_bytes(), seed), Ok(event), "SEED={seed}: {other}");
        compared += 1;
    }
    assert!(compared > 2_000, "only {compared} lines were compared");
}
