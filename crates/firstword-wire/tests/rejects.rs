//! What is an event and what is none, by tables (tests/rejects/*.txt; their form is told in json.txt) and by trying
//! every field of every type in every form, present, absent, `null` and twice.
//!
//! `from_the_future` is missing here: only a stream knows a record's own timestamp.

use std::collections::{BTreeMap, BTreeSet};

use firstword_rules::{Event, Fact, Millis, What};
use firstword_wire::read::Field;
use firstword_wire::{LARGEST, Reader, Reject, RejectReason, trim_line};

/// A reader whose policy has no keywords.
fn reader() -> Reader {
    let policy = firstword_policy::builtin("open");
    Reader::new(&policy.unwrap_or_else(|| unreachable!("a policy that comes with the program")))
}

/// Reads a line by both readers, which must agree.
fn read<'a>(reader: &Reader, line: &'a [u8]) -> Result<Event<'a>, Reject> {
    let event = reader.event(line);
    let strictly = reader.event_strictly(line);
    assert_eq!(event, strictly, "two readers, two opinions on {}", line.escape_ascii());
    event
}

/// What is expected of a line, as the tables write it.
fn told(outcome: &Result<Event<'_>, Reject>) -> String {
    match outcome {
        Ok(_) => "event".to_owned(),
        Err(Reject { reason, field: None }) => reason.as_str().to_owned(),
        Err(Reject { reason, field: Some(field) }) => {
            format!("{} {}", reason.as_str(), field.as_str())
        }
    }
}

/// A table: its abbreviations, and its other lines as they stand.
struct Table {
    short: BTreeMap<&'static str, Vec<u8>>,
    lines: Vec<&'static str>,
}

impl Table {
    fn new(text: &'static str) -> Table {
        let mut table = Table { short: BTreeMap::new(), lines: Vec::new() };
        for line in text.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
            match line.split_once(" := ") {
                Some((name, meaning)) => {
                    let meaning = table.bytes(meaning);
                    table.short.insert(name.trim_matches(['‹', '›']), meaning);
                }
                None => table.lines.push(line),
            }
        }
        table
    }

    /// The lines `left => right`, the right side spelled out.
    fn pairs(&self) -> impl Iterator<Item = (&'static str, Vec<u8>)> {
        self.lines.iter().map(|line| {
            let parts = line.split_once(" =>");
            let (left, right) = parts.unwrap_or_else(|| unreachable!("no `=>` in {line}"));
            (left, self.bytes(right.strip_prefix(' ').unwrap_or(right)))
        })
    }

    /// What a line of the table stands for.
    fn bytes(&self, text: &str) -> Vec<u8> {
        let mut bytes = Vec::new();
        let mut filling = None;
        let mut rest = text;
        while let Some((plain, tail)) = rest.split_once('‹') {
            bytes.extend(plain.as_bytes());
            let parts = tail.split_once('›');
            let (what, after) = parts.unwrap_or_else(|| unreachable!("no › in {text}"));
            if let Some(known) = self.short.get(what) {
                bytes.extend(known);
            } else if let Some(raw) = hex(what) {
                bytes.extend(raw);
            } else if let Some((one, length)) = numbered(what, " to ") {
                filling = Some((bytes.len(), one, length));
            } else if let Some((one, times)) = numbered(what, "*") {
                bytes.extend(one.repeat(times));
            } else {
                unreachable!("‹{what}› stands for nothing");
            }
            rest = after;
        }
        bytes.extend(rest.as_bytes());
        if let Some((place, one, length)) = filling {
            let missing = length.saturating_sub(bytes.len());
            bytes.splice(place..place, one.into_iter().cycle().take(missing));
        }
        bytes
    }
}

/// `EF BB BF`
fn hex(text: &str) -> Option<Vec<u8>> {
    let one = |byte: &str| {
        let digits = byte.len() == 2 && !byte.contains(|c: char| c.is_ascii_lowercase());
        u8::from_str_radix(byte, 16).ok().filter(|_| digits)
    };
    text.split(' ').map(one).collect()
}

/// Bytes and a number, with a sign between them.
fn numbered(text: &str, sign: &str) -> Option<(Vec<u8>, usize)> {
    let (one, number) = text.rsplit_once(sign)?;
    Some((hex(one).unwrap_or_else(|| one.as_bytes().to_vec()), number.parse().ok()?))
}

/// Holds lines against what is expected of them; all of them, before it fails.
#[derive(Default)]
struct Found {
    wrong: Vec<String>,
    compared: usize,
}

impl Found {
    fn compare(&mut self, line: &[u8], expected: &str, got: &str) {
        self.compared += 1;
        if expected != got {
            let shown = line.get(..300).unwrap_or(line).escape_ascii();
            self.wrong.push(format!("expected {expected}, got {got}: {shown}"));
        }
    }

    fn end(self, at_least: usize) {
        let Found { wrong, compared } = self;
        assert!(wrong.is_empty(), "{} of {compared}:\n{}", wrong.len(), wrong.join("\n"));
        assert!(compared >= at_least, "only {compared} lines were compared");
    }
}

fn check_lines(table: &'static str, at_least: usize) {
    let (reader, mut found) = (reader(), Found::default());
    for (expected, line) in Table::new(table).pairs() {
        found.compare(&line, expected, &told(&read(&reader, &line)));
    }
    found.end(at_least);
}

#[test]
fn json_is_one_object() {
    check_lines(include_str!("rejects/json.txt"), 190);
}

#[test]
fn types_parties_and_fields_that_are_not_listed() {
    check_lines(include_str!("rejects/events.txt"), 54);
}

/// "When several reasons hold, the first of this table is given."
#[test]
fn of_every_two_reasons_the_first_is_given() {
    let (reader, mut found) = (reader(), Found::default());
    let table = Table::new(include_str!("rejects/pairs.txt"));
    let mut met = BTreeSet::new();
    for block in table.lines.chunks(4) {
        let [title, lines @ ..] = block else { unreachable!("chunks are not empty") };
        let names = title.split_once(" before ");
        let (first, second) = names.unwrap_or_else(|| unreachable!("no pair: {title}"));
        met.insert((first, second));
        assert_eq!(lines.len(), 3, "{title}");
        for (line, (label, expected)) in
            lines.iter().zip([("both", first), ("first", first), ("second", second)])
        {
            let text = line.strip_prefix(label).and_then(|line| line.strip_prefix(" => "));
            let line = table.bytes(text.unwrap_or_else(|| unreachable!("not `{label}`: {line}")));
            let got = told(&read(&reader, &line));
            found.compare(&line, expected, got.split(' ').next().unwrap_or_default());
        }
    }
    // Every pair of those that a line alone can have, each in its order.
    let alone = || RejectReason::ALL.into_iter().filter(|r| *r != RejectReason::FromTheFuture);
    for first in alone() {
        for second in alone().filter(|second| *second > first) {
            let pair = (first.as_str(), second.as_str());
            assert!(met.remove(&pair), "no line for {pair:?}");
        }
    }
    assert!(met.is_empty(), "out of order: {met:?}");
    found.end(63);
}

/// A type, and the fields that it lists: their names, their forms, and whether it needs them.
type Listed = (&'static str, &'static [(&'static str, &'static str, bool)]);

const PERSON: (&str, &str, bool) = ("person", "person", true);
const BUSINESS: (&str, &str, bool) = ("business", "business", true);
const FROM: (&str, &str, bool) = ("from", "party", true);
const TO: (&str, &str, bool) = ("to", "party", true);
const PARTY: (&str, &str, bool) = ("party", "party", true);
const VERSION: (&str, &str, bool) = ("version", "identifier", true);
const SCOPES: (&str, &str, bool) = ("scopes", "scopes", false);
const PURPOSE: (&str, &str, bool) = ("purpose", "identifier", false);
const SECTOR: (&str, &str, bool) = ("sector", "identifier", false);
const FINDINGS: (&str, &str, bool) = ("findings", "findings", false);

/// The table of EVENTS.md, by type; `id` and `at` are in every event.
const TYPES: [Listed; 16] = [
    (
        "message",
        &[
            FROM,
            TO,
            ("category", "category", false),
            PURPOSE,
            SECTOR,
            ("text", "text", false),
            FINDINGS,
        ],
    ),
    ("call", &[FROM, TO, PURPOSE, SECTOR, FINDINGS]),
    ("call.answered", &[PERSON, BUSINESS]),
    ("terms.accepted", &[PERSON, VERSION]),
    ("terms.declined", &[PERSON, VERSION]),
    ("terms.withdrawn", &[PERSON, VERSION]),
    ("contact.opted_in", &[PERSON, BUSINESS, SCOPES, ("until", "time", false)]),
    ("contact.opted_out", &[PERSON, BUSINESS, SCOPES]),
    ("contact.erased", &[PERSON, BUSINESS]),
    ("contact.blocked", &[PERSON, PARTY]),
    ("contact.unblocked", &[PERSON, PARTY]),
    ("reach.set", &[PERSON, ("reach", "reach", true)]),
    ("person.located", &[PERSON, ("region", "region", true)]),
    ("person.erased", &[PERSON]),
    ("event.unreadable", &[PERSON]),
    ("doubt.cleared", &[PERSON]),
];

/// The fields of a type, with `id` and `at`.
fn fields_of(listed: Listed) -> Vec<(&'static str, &'static str, bool)> {
    let everywhere = [("id", "identifier", true), ("at", "time", true)];
    everywhere.into_iter().chain(listed.1.iter().copied()).collect()
}

/// An event of a type with what it needs, one field put first (`None`: left out).
fn line(listed: Listed, field: &str, value: Option<&[u8]>) -> Vec<u8> {
    let mut line = format!("{{\"type\":\"{}\"", listed.0).into_bytes();
    if let Some(value) = value {
        line.extend(format!(",\"{field}\":").as_bytes());
        line.extend(value);
    }
    for (name, form, needed) in fields_of(listed) {
        if needed && name != field {
            let value = match (name, form) {
                ("from", _) => "\"person:alice\"",
                ("to", _) => "\"person:bob\"",
                (_, "identifier") => "\"i-1\"",
                (_, "time") => "\"2021-05-16T09:00:00Z\"",
                (_, "person") => "\"person:alice\"",
                (_, "business" | "party") => "\"business:shop\"",
                (_, "reach") => "\"known\"",
                _ => "\"FR\"",
            };
            line.extend(format!(",\"{name}\":{value}").as_bytes());
        }
    }
    line.push(b'}');
    line
}

#[test]
fn every_field_of_every_type_is_of_its_form() {
    let (reader, mut found) = (reader(), Found::default());
    let table = Table::new(include_str!("rejects/forms.txt"));
    let mut tried = BTreeSet::new();
    for (left, value) in table.pairs() {
        let parts = left.split_once(' ');
        let (form, verdict) = parts.unwrap_or_else(|| unreachable!("no form: {left}"));
        for listed in TYPES {
            for (name, _, _) in fields_of(listed).into_iter().filter(|field| field.1 == form) {
                let line = line(listed, name, Some(&value));
                let expected = match verdict {
                    "good" => "event".to_owned(),
                    _ => format!("bad_field {name}"),
                };
                found.compare(&line, &expected, &told(&read(&reader, &line)));
                tried.insert((form, verdict, name));
            }
        }
    }
    let mut fields: BTreeSet<_> = tried.iter().map(|(_, _, name)| *name).collect();
    assert_eq!(fields.len() * 2, tried.len(), "a field was tried in good or bad forms alone");
    // `type` has its own cases, times their own table.
    fields.extend(["type", "at", "until"]);
    assert!(Field::ALL.iter().all(|field| fields.contains(field.as_str())), "{fields:?}");
    found.end(1_800);
}

#[test]
fn times_are_of_their_form_and_of_this_century() {
    let (reader, mut found) = (reader(), Found::default());
    for (expected, value) in Table::new(include_str!("rejects/times.txt")).pairs() {
        for listed in TYPES {
            for (name, _, _) in fields_of(listed).into_iter().filter(|field| field.1 == "time") {
                let line = line(listed, name, Some(&value));
                let event = read(&reader, &line);
                let got = match event.as_ref().ok().and_then(|event| time_in(event, name)) {
                    Some(at) => at.0.to_string(),
                    None if told(&event) == format!("bad_field {name}") => "none".to_owned(),
                    None => told(&event),
                };
                found.compare(&line, expected, &got);
            }
        }
    }
    found.end(1_500);
}

fn time_in(event: &Event<'_>, field: &str) -> Option<Millis> {
    match &event.what {
        What::Fact { fact: Fact::OptedIn { until, .. }, .. } if field == "until" => *until,
        _ => Some(event.at),
    }
}

#[test]
fn what_a_type_needs_must_be_there_and_null_is_absence() {
    let (reader, mut found) = (reader(), Found::default());
    for listed in TYPES {
        let plain = line(listed, "", None);
        found.compare(&plain, "event", &told(&read(&reader, &plain)));
        for (name, _, needed) in fields_of(listed) {
            for value in [None, Some(&b"null"[..])] {
                let line = line(listed, name, value);
                let event = read(&reader, &line);
                if needed {
                    found.compare(&line, &format!("missing_field {name}"), &told(&event));
                } else {
                    found.compare(&line, "event", &told(&event));
                    assert_eq!(event, read(&reader, &plain), "{}", line.escape_ascii());
                }
            }
        }
    }
    found.end(130);
}

#[test]
fn what_a_type_does_not_list_may_hold_anything() {
    let (reader, mut found) = (reader(), Found::default());
    let anything = [
        "null",
        "true",
        "0",
        "-1e400",
        "\"\"",
        "\"a b\"",
        "[]",
        "[[1,{\"id\":2}]]",
        "{}",
        "\"person:x\"",
        "\"\\ud83d\\ude42\"",
        "99999999999999999999",
    ];
    for listed in TYPES {
        let plain = line(listed, "", None);
        let listed_here = fields_of(listed);
        let other = Field::ALL.iter().map(|field| field.as_str()).chain(["n", "", "subject"]);
        let other = other.filter(|name| *name != "type");
        for name in other.filter(|name| listed_here.iter().all(|(listed, ..)| listed != name)) {
            for value in anything {
                let line = line(listed, name, Some(value.as_bytes()));
                let event = read(&reader, &line);
                found.compare(&line, "event", &told(&event));
                assert_eq!(event, read(&reader, &plain), "{}", line.escape_ascii());
            }
        }
    }
    found.end(2_500);
}

#[test]
fn no_field_of_the_table_comes_twice_in_any_type() {
    let (reader, mut found) = (reader(), Found::default());
    for listed in TYPES {
        for field in Field::ALL.iter().map(|field| field.as_str()) {
            let escaped: String =
                field.bytes().map(|byte| format!("\\u{:04x}", u32::from(byte))).collect();
            for (one, other) in [(field, field), (field, escaped.as_str()), (&escaped, field)] {
                for (first, second) in [("1", "1"), ("null", "null"), ("null", "\"a\"")] {
                    let head = format!("{{\"{one}\":{first},\"{other}\":{second},");
                    let mut twice = head.into_bytes();
                    twice.extend(line(listed, field, None).into_iter().skip(1));
                    found.compare(&twice, "not_json", &told(&read(&reader, &twice)));
                }
            }
        }
    }
    found.end(2_000);
}

#[test]
fn a_line_ends_with_lf_or_crlf_and_one_of_blanks_alone_is_no_event_and_no_error() {
    for (line, trimmed) in [
        (&b"{}"[..], Some(&b"{}"[..])),
        (b"{}\n", Some(b"{}")),
        (b"{}\r\n", Some(b"{}")),
        (b" {} \t\r\n", Some(b" {} \t")),
        (b"{}\r\r\n", Some(b"{}\r")),
        (b"\0\n", Some(b"\0")),
        (b"\x0c\n", Some(b"\x0c")),
        ("\u{a0}\n".as_bytes(), Some("\u{a0}".as_bytes())),
        ("\u{feff}\n".as_bytes(), Some("\u{feff}".as_bytes())),
        (b"", None),
        (b"\n", None),
        (b"\r\n", None),
        (b" \t \t\n", None),
        (b"\t\r\n", None),
        (b"   ", None),
    ] {
        assert_eq!(trim_line(line), trimmed, "{}", line.escape_ascii());
    }
}

/// "More than 256 KiB, the end of the line not counted."
#[test]
fn the_end_of_a_line_does_not_count() {
    let reader = reader();
    for end in ["", "\n", "\r\n"] {
        for (length, expected) in [(LARGEST, "event"), (LARGEST + 1, "too_large")] {
            let mut line = line(TYPES[0], "text", Some(b"\"\""));
            line.resize(length, b' ');
            line.extend(end.as_bytes());
            let trimmed = trim_line(&line).unwrap_or_default();
            assert_eq!(told(&read(&reader, trimmed)), expected, "{length} bytes and {end:?}");
        }
    }
}
