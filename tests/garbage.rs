//! Garbage changes nothing: between good lines it is rejected, each piece with its line and its reason, and every
//! good line is decided as if the garbage were not there.
//!
//! With `FIRSTWORD_PROGRAM=path/to/firstword` the program is held against the same logs as the engine.

use std::collections::BTreeMap;
use std::env;

use anyhow::{Result, ensure};
use firstword_policy::{BUILTINS, Builtin};
use firstword_testkit::{Implementation, InProcess, Outcome, Program};
use firstword_traffic::generate::{Counts, Generator, Traffic};

/// The engine, and the program where somebody says where it lies.
fn implementations() -> Vec<Box<dyn Implementation>> {
    let mut all: Vec<Box<dyn Implementation>> = vec![Box::new(InProcess)];
    if let Some(path) = env::var_os("FIRSTWORD_PROGRAM") {
        all.push(Box::new(Program { path: path.into() }));
    }
    all
}

fn generated(traffic: &Traffic) -> Result<(Vec<u8>, Counts)> {
    let mut log = Vec::new();
    let counts = Generator::new(traffic)?.write(&mut log)?;
    Ok((log, counts))
}

/// The lines of a log, without their ends.
fn lines(log: &[u8]) -> impl Iterator<Item = &[u8]> {
    log.split(|byte| *byte == b'\n').filter(|line| !line.is_empty())
}

fn joined<'l>(lines: impl IntoIterator<Item = &'l [u8]>) -> Vec<u8> {
    let mut log = Vec::new();
    for line in lines {
        log.extend(line);
        log.push(b'\n');
    }
    log
}

/// Holds what came of a log with garbage in it against what comes of it without.
fn compare(with: &Outcome, without: &Outcome, expected: &[(u64, &str)]) -> Result<()> {
    ensure!(without.rejects.is_empty(), "a good line was rejected: {:?}", without.rejects.first());
    let told = with.rejects.iter().map(|(line, reason)| (*line, reason.as_str()));
    let first = told.clone().zip(expected).find(|(told, expected)| told != *expected);
    ensure!(first.is_none(), "a reject, and what it should be: {first:?}");
    let (count, wanted) = (with.rejects.len(), expected.len());
    ensure!(count == wanted, "{count} rejects instead of {wanted}");
    let differs = lines(&with.decisions).zip(lines(&without.decisions)).find(|(a, b)| a != b);
    let differs =
        differs.map(|(a, b)| (a.escape_ascii().to_string(), b.escape_ascii().to_string()));
    ensure!(differs.is_none(), "garbage changed a decision: {differs:?}");
    ensure!(with.decisions == without.decisions, "garbage added or took a decision");
    ensure!(!with.decisions.is_empty(), "nothing was decided");
    Ok(())
}

#[test]
fn generated_garbage_is_counted_by_its_reasons_and_changes_nothing() -> Result<()> {
    for Builtin { name, text, .. } in BUILTINS {
        let traffic = Traffic {
            people: 200,
            events: 6_000,
            malformed: 0.35,
            seed: 21,
            rich: true,
            ..Traffic::default()
        };
        let (log, counts) = generated(&traffic)?;
        for implementation in &mut implementations() {
            let with = implementation.decide_log(text, &log)?;
            let mut met: BTreeMap<&str, u64> = BTreeMap::new();
            for (_, reason) in &with.rejects {
                *met.entry(reason).or_default() += 1;
            }
            let expected: BTreeMap<&str, u64> =
                counts.rejected().map(|(reason, count)| (reason.as_str(), count)).collect();
            ensure!(met == expected, "{name}: {met:?} instead of {expected:?}");
            ensure!(expected.values().all(|count| *count > 0), "a reason is missing: {expected:?}");

            let told: Vec<(u64, &str)> =
                with.rejects.iter().map(|(line, reason)| (*line, reason.as_str())).collect();
            let bad = |number: u64| told.binary_search_by_key(&number, |(line, _)| *line).is_ok();
            let good = lines(&log).zip(1..).filter(|(_, number)| !bad(*number));
            let good = joined(good.map(|(line, _)| line));
            compare(&with, &implementation.decide_log(text, &good)?, &told)?;
        }
    }
    Ok(())
}

/// Numbers that look like chance and are always the same.
struct Draw(u64);

impl Draw {
    fn below(&mut self, end: u64) -> u64 {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % end
    }
}

/// A piece of garbage and the reason for which it is none.
type Piece = (Vec<u8>, &'static str);

/// Cut short after every byte.
fn cut(line: &[u8]) -> impl Iterator<Item = Piece> + '_ {
    (1..line.len()).map(|length| (line.iter().copied().take(length).collect(), "not_json"))
}

/// The line in encodings that are not UTF-8, and with marks and ends that no line has.
fn encoded(line: &str) -> Vec<Piece> {
    let wide: Vec<u16> = line.encode_utf16().collect();
    let little = || wide.iter().flat_map(|unit| unit.to_le_bytes());
    let big = || wide.iter().flat_map(|unit| unit.to_be_bytes());
    let widest = line.chars().flat_map(|c| (c as u32).to_le_bytes());
    let bytes = || line.bytes();
    let all: [Vec<u8>; 14] = [
        little().collect(),
        big().collect(),
        [0xFF, 0xFE].into_iter().chain(little()).collect(),
        [0xFE, 0xFF].into_iter().chain(big()).collect(),
        widest.collect(),
        b"\xEF\xBB\xBF".iter().copied().chain(bytes()).collect(),
        bytes().chain([0]).collect(),
        bytes().chain([0xFF]).collect(),
        bytes().chain([0x1A]).collect(),
        bytes().flat_map(|byte| [byte, 0]).collect(),
        bytes().map(|byte| byte | 0x80).collect(),
        bytes().map(|byte| byte ^ 0x20).collect(),
        line.replacen("person:", "person:Ren\u{e9}", 1).chars().map(|c| c as u8).collect(),
        line.replacen("person:", "person:\u{1F642}", 1).bytes().filter(|b| *b != 0x9F).collect(),
    ];
    // A byte that ends a line would make two pieces of one.
    let whole = all.into_iter().filter(|piece| !piece.contains(&b'\n'));
    whole.map(|piece| (piece, "not_json")).collect()
}

/// The line's object with one thing wrong in it.
fn spoiled(line: &str) -> Vec<Piece> {
    let inner = line.trim_start_matches('{');
    let first = |field: &str| format!("{{{field},{inner}");
    let deep = |levels: usize| format!("\"n\":{}{}", "[".repeat(levels), "]".repeat(levels));
    let instead = |name: &str, value: &str| {
        line.replacen(&format!("\"{name}\":"), &format!("\"{name}\":{value},\"was\":"), 1)
    };
    let spoiled = [
        (first("\"id\":\"again\""), "not_json"),
        (first("\"\\u0069d\":null"), "not_json"),
        (first("\"at\":1621155600000"), "not_json"),
        (first("\"typ\\u0065\":\"call\""), "not_json"),
        (first("\"n\":NaN"), "not_json"),
        (first("\"n\":-Infinity"), "not_json"),
        (first("\"n\":01"), "not_json"),
        (first("\"n\":\"\\ud83d\""), "not_json"),
        (first("\"\\udc00\":0"), "not_json"),
        (first("\"n\":\"\u{1}\""), "not_json"),
        (first(&deep(32)), "not_json"),
        (first(&deep(100)), "not_json"),
        (format!("{line}{line}"), "not_json"),
        (format!("[{line}]"), "not_json"),
        (format!("{line},"), "not_json"),
        (format!("\"{}\"", line.replace('"', "\\\"")), "not_json"),
        (line.replace('"', "'"), "not_json"),
        (line.replace(':', "="), "not_json"),
        (instead("type", "\"letter\""), "unknown_type"),
        (instead("type", "[\"message\"]"), "unknown_type"),
        (instead("type", "null"), "missing_field"),
        (instead("id", "null"), "missing_field"),
        (instead("at", "null"), "missing_field"),
        (instead("id", "\"\""), "bad_field"),
        (instead("id", "\"a b\""), "bad_field"),
        (instead("id", "17"), "bad_field"),
        (instead("at", "\"1999-12-31T23:59:59.999Z\""), "bad_field"),
        (instead("at", "\"2100-01-01T00:00:00Z\""), "bad_field"),
        (instead("at", "\"2021-02-29T00:00:00Z\""), "bad_field"),
        (instead("at", "\"9999-12-31T23:59:59Z\""), "bad_field"),
        (instead("at", "946684799999"), "bad_field"),
        (instead("at", "4102444800000"), "bad_field"),
        (instead("at", "-9223372036854775809"), "bad_field"),
        (instead("at", "1e400"), "bad_field"),
        (instead("at", "1621155600000.0"), "bad_field"),
    ];
    spoiled.into_iter().map(|(text, reason)| (text.into_bytes(), reason)).collect()
}

/// What is large or deep beyond all measure.
fn immense(line: &str) -> Vec<Piece> {
    let inner = line.trim_start_matches('{');
    let limit = 256 * 1024;
    let blanks = |length: usize| line.to_owned() + &" ".repeat(length - line.len());
    let nested = |open: &str, close: &str, levels: usize| {
        format!("{{\"n\":{}0{},{inner}", open.repeat(levels), close.repeat(levels))
    };
    let immense = [
        (blanks(limit + 1), "too_large"),
        (blanks(5_000_000), "too_large"),
        ("x".repeat(limit), "not_json"),
        ("x".repeat(3_000_000), "too_large"),
        ("\"".repeat(limit), "not_json"),
        ("[".repeat(100_000), "not_json"),
        ("{\"a\":".repeat(50_000), "not_json"),
        (nested("[", "]", 100_000), "not_json"),
        (nested("{\"a\":", "}", 40_000), "not_json"),
        (nested("[", "]", 200_000), "too_large"),
        (format!("{{\"at\":{},{inner}", "9".repeat(200_000)), "not_json"),
        (format!("{{\"id\":\"{}\"}}", "i".repeat(200_000)), "missing_field"),
        (format!("{{\"type\":\"{}\"}}", "\\\\".repeat(100_000)), "unknown_type"),
    ];
    immense.into_iter().map(|(text, reason)| (text.into_bytes(), reason)).collect()
}

/// Bytes at random, of all values and of those that JSON is made of; never an end of line, never blank.
fn random(draw: &mut Draw) -> Piece {
    let signs = b"{}[]\",:\\0129.-+eEnulltruefalse";
    let length = 1 + draw.below(120);
    let json = draw.below(2) == 0;
    let byte = |draw: &mut Draw| match json {
        true => signs.get(draw.below(signs.len() as u64) as usize).copied().unwrap_or(b'{'),
        false => Some(draw.below(256) as u8).filter(|byte| *byte != b'\n').unwrap_or(0),
    };
    let bytes = (0..length).map(|_| byte(draw)).chain([b'?']);
    (bytes.collect(), "not_json")
}

#[test]
fn ten_thousand_pieces_of_garbage_change_nothing() -> Result<()> {
    let traffic = Traffic { people: 120, events: 2_000, seed: 22, ..Traffic::default() };
    let (log, _) = generated(&traffic)?;
    let good: Vec<&[u8]> = lines(&log).collect();
    let mut garbage: Vec<Piece> = Vec::new();
    for line in good.iter().step_by(110) {
        let text = std::str::from_utf8(line)?;
        garbage.extend(cut(line));
        garbage.extend(encoded(text));
        garbage.extend(spoiled(text));
    }
    garbage.extend(immense(std::str::from_utf8(good.first().copied().unwrap_or_default())?));
    let mut draw = Draw(23);
    while garbage.len() < 10_000 {
        garbage.push(random(&mut draw));
    }
    for last in (1..garbage.len()).rev() {
        garbage.swap(last, draw.below(last as u64 + 1) as usize);
    }

    // Blank lines are no events and no errors, but they are lines.
    let (mut all, mut expected): (Vec<&[u8]>, _) = (Vec::new(), Vec::new());
    let (mut good_left, mut bad_left) = (good.iter(), garbage.iter());
    while bad_left.len() > 0 || good_left.len() > 0 {
        if draw.below(40) == 0 {
            all.extend([&b""[..], b" ", b"\t \t", b"\r"].get(draw.below(4) as usize));
        }
        let bad = draw.below((good.len() + garbage.len()) as u64) >= good.len() as u64;
        let next_bad = if bad || good_left.len() == 0 { bad_left.next() } else { None };
        if let Some((piece, reason)) = next_bad {
            all.push(piece);
            expected.push((all.len() as u64, *reason));
        } else if let Some(line) = good_left.next() {
            all.push(line);
        }
    }
    let (with, without) = (joined(all), joined(good.iter().copied()));
    ensure!(expected.len() >= 10_000, "only {} pieces", expected.len());
    for Builtin { text, .. } in BUILTINS.iter().take(1).chain(BUILTINS.get(3)) {
        for implementation in &mut implementations() {
            let spoiled = implementation.decide_log(text, &with)?;
            compare(&spoiled, &implementation.decide_log(text, &without)?, &expected)?;
        }
    }
    Ok(())
}

/// A line may end with CRLF, and the last one with nothing.
#[test]
fn the_ends_of_lines_change_nothing() -> Result<()> {
    let (log, _) = generated(&Traffic { people: 60, events: 600, seed: 24, ..Traffic::default() })?;
    let lf = joined(lines(&log));
    let crlf: Vec<u8> = lines(&log).flat_map(|line| [line, b"\r\n"].concat()).collect();
    let text = BUILTINS.first().map_or("", |builtin| builtin.text);
    for implementation in &mut implementations() {
        let expected = implementation.decide_log(text, &lf)?;
        compare(&implementation.decide_log(text, &crlf)?, &expected, &[])?;
        let unended = lf.strip_suffix(b"\n").unwrap_or(&lf);
        compare(&implementation.decide_log(text, unended)?, &expected, &[])?;
    }
    Ok(())
}
