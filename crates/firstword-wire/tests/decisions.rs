//! What an engine decides is written with the fields of DECISIONS.md, each of them when that page says so.

use std::collections::BTreeMap;

use firstword_engine::Engine;
use firstword_rules::{RECIPIENT_GATE, SENDER_GATE, Verdict};
use firstword_traffic::generate::{Generator, Traffic};
use firstword_wire::{Reader, read_decision, read_forwarded, trim_line, write_decision};
use serde_json::{Map, Value};

const UTTERANCES: [&str; 2] = ["message", "call"];

/// The decisions of a generated log, and those of a recorded one that holds every reason.
fn decisions() -> Vec<Vec<u8>> {
    let mut journal = include_bytes!("releases/0.1.0/decisions.jsonl").to_vec();
    for (name, seed) in [("whatsapp-2021", 11), ("whatsapp-business-2026", 12)] {
        let policy = firstword_policy::builtin(name);
        let policy = policy.unwrap_or_else(|| unreachable!("it comes with the program"));
        let traffic = Traffic { people: 50, events: 6_000, days: 60, seed, ..Traffic::default() };
        let mut log = Vec::new();
        let generated = Generator::new(&traffic).map(|mut generator| generator.write(&mut log));
        assert!(matches!(generated, Ok(Ok(_))), "{generated:?}");
        let (reader, label) = (Reader::new(&policy), policy.label.clone());
        let mut engine = Engine::new(policy);
        for line in log.split_inclusive(|byte| *byte == b'\n').filter_map(trim_line) {
            let Ok(event) = reader.event(line) else { continue };
            engine.step(&event).iter().for_each(|made| write_decision(&mut journal, made, &label));
        }
    }
    journal
        .split(|byte| *byte == b'\n')
        .filter(|line| !line.is_empty())
        .map(<[u8]>::to_vec)
        .collect()
}

fn text<'f>(fields: &'f Map<String, Value>, name: &str) -> &'f str {
    fields.get(name).and_then(Value::as_str).unwrap_or_default()
}

/// The column "when" of the page: the field, and whether a decision must have it, may have it, or must not.
fn when(fields: &Map<String, Value>) -> Vec<(&'static str, Option<bool>)> {
    let (kind, verdict) = (text(fields, "type"), text(fields, "verdict"));
    let (from, to) = (text(fields, "from"), text(fields, "to"));
    let utterance = UTTERANCES.contains(&kind);
    let message = kind == "message";
    let contact = kind.starts_with("contact.") || kind == "call.answered";
    let block = matches!(kind, "contact.blocked" | "contact.unblocked");
    let stands = utterance || kind.starts_with("terms.") || kind == "person.located";
    let recorded = verdict == "recorded";
    let optional = |applies: bool| if applies { None } else { Some(false) };
    vec![
        ("id", Some(true)),
        ("type", Some(true)),
        ("at", Some(true)),
        ("from", Some(utterance)),
        ("to", Some(utterance)),
        ("business", Some(contact && !block)),
        ("party", Some(block)),
        ("version", Some(kind.starts_with("terms."))),
        ("scopes", optional(matches!(kind, "contact.opted_in" | "contact.opted_out"))),
        ("until", optional(kind == "contact.opted_in")),
        ("region", Some(kind == "person.located")),
        ("reach", Some(kind == "reach.set")),
        (
            "category",
            if message && from.starts_with("business:") { Some(true) } else { optional(message) },
        ),
        ("purpose", optional(utterance)),
        ("sector", optional(utterance)),
        ("findings", optional(utterance)),
        ("gate", Some(utterance)),
        ("person", Some(true)),
        ("seq", Some(true)),
        ("verdict", Some(true)),
        ("reason", Some(matches!(verdict, "denied" | "ignored"))),
        ("row", Some(utterance)),
        ("as", Some(matches!(verdict, "allowed" | "forwarded"))),
        ("said", Some(text(fields, "gate") == "recipient" && from.starts_with("person:"))),
        ("standing", Some(stands)),
        ("shares_data", Some(stands)),
        ("unlisted", optional(recorded && kind.starts_with("terms."))),
        (
            "erase_by",
            match (text(fields, "as"), to.starts_with("business:")) {
                ("opt_out", true) => None,
                _ => optional(recorded && kind == "contact.opted_out"),
            },
        ),
        ("late", optional(recorded && kind == "contact.erased")),
        ("policy", Some(true)),
        ("rules", Some(true)),
    ]
}

#[test]
fn a_decision_has_each_field_when_the_page_says_so() {
    let (mut met, mut lines) = (BTreeMap::new(), 0_u32);
    for line in decisions() {
        let fields: Result<Map<String, Value>, _> = serde_json::from_slice(&line);
        assert!(fields.is_ok(), "{}", line.escape_ascii());
        let fields = fields.unwrap_or_default();
        let page = when(&fields);
        for (name, must) in &page {
            let there = fields.contains_key(*name);
            assert!(must.is_none_or(|must| must == there), "`{name}`: {}", line.escape_ascii());
            *met.entry(*name).or_insert(0_u32) += u32::from(there);
        }
        let known = |name: &String| page.iter().any(|(known, _)| known == name);
        assert!(fields.keys().all(known), "a field that the page has not: {}", line.escape_ascii());
        lines += 1;
    }
    assert!(lines > 12_000, "only {lines} decisions");
    let never: Vec<_> = met.iter().filter(|(_, met)| **met == 0).collect();
    assert!(never.is_empty(), "never met: {never:?}");
}

/// The words are those of the page, and the numbers of a person's decisions have no gap.
#[test]
fn a_decision_has_the_words_of_the_page() {
    let mut seqs: BTreeMap<(String, String), u64> = BTreeMap::new();
    for line in decisions() {
        let fields: Map<String, Value> = serde_json::from_slice(&line).unwrap_or_default();
        let told = || line.escape_ascii().to_string();
        let utterance = UTTERANCES.contains(&text(&fields, "type"));
        let verdicts: &[&str] = match (utterance, text(&fields, "gate")) {
            (true, "sender") => &["allowed", "denied", "forwarded", "duplicate"],
            (true, "recipient") => &["allowed", "denied", "duplicate"],
            (_, gate) => {
                assert_eq!(gate, "", "{}", told());
                &["recorded", "ignored", "duplicate"]
            }
        };
        assert!(verdicts.contains(&text(&fields, "verdict")), "{}", told());
        let person = if text(&fields, "gate") == "sender" { "from" } else { "to" };
        if utterance {
            assert_eq!(text(&fields, "person"), text(&fields, person), "{}", told());
            let rows = if person == "from" { &SENDER_GATE } else { &RECIPIENT_GATE };
            let row = text(&fields, "row");
            assert!(rows.all_rows().any(|known| known.id == row), "{}", told());
        }
        if let Some(unlisted) = fields.get("unlisted") {
            assert_eq!(unlisted, &Value::Bool(true), "{}", told());
        }
        // A log of its own for each policy: people of two logs are not the same.
        let key = (text(&fields, "policy").to_owned(), text(&fields, "person").to_owned());
        let seq = seqs.entry(key).or_default();
        *seq += 1;
        assert_eq!(fields.get("seq"), Some(&Value::from(*seq)), "{}", told());
        assert!(read_decision(&line).is_ok(), "{}", told());
    }
    assert!(seqs.len() > 90, "only {} people", seqs.len());
}

#[test]
fn what_is_forwarded_is_read_the_same_by_itself() {
    let mut forwarded = 0;
    for line in decisions() {
        let said = read_decision(&line).unwrap_or_else(|error| unreachable!("{error}"));
        let expected = match said.verdict {
            Verdict::Forwarded(basis) => Some((said.event, basis)),
            _ => None,
        };
        forwarded += usize::from(expected.is_some());
        assert_eq!(read_forwarded(&line), expected);
    }
    assert!(forwarded > 100, "{forwarded} forwarded decisions show little");
    // What only looks like it, in the one place where a stranger's words stand.
    let quoted = br#"{"id":"\"verdict\":\"forwarded\",\"as\":\"start\""}"#;
    assert_eq!(read_forwarded(quoted), None);
}
