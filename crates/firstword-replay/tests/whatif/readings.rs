//! How a log is read for two policies: their own words, and decisions in place of events.

use firstword_engine::Engine;
use firstword_replay::whatif::{Count, Mode};
use firstword_rules::Policy;
use firstword_wire::{Reader, trim_line, write_decision};

use crate::log::{MODES, builtin, compare, compared, matrix, month, policy};

/// What people write to a shop, and what the shop writes to them.
const WORDS: &str = r#"
{"id":"m-1","type":"message","at":"2021-05-16T09:00:00Z","from":"person:ann","to":"business:shop","text":"halt"}
{"id":"m-2","type":"message","at":"2021-05-16T09:01:00Z","from":"person:ben","to":"business:shop","text":"news please"}
{"id":"m-3","type":"message","at":"2021-05-18T09:00:00Z","from":"business:shop","to":"person:ann","category":"utility"}
{"id":"m-4","type":"message","at":"2021-05-18T09:00:00Z","from":"business:shop","to":"person:ben","category":"utility"}
"#;

fn wordy() -> [Policy; 2] {
    ["[]", "['halt']"].map(|words| {
        let opt_in = if words == "[]" { "[]" } else { "['news please']" };
        policy(&format!(
            "name = 'p'\n[business]\nrequire_opt_in = true\n[keywords]\nopt_out = {words}\nopt_in = {opt_in}\n"
        ))
    })
}

#[test]
fn each_policy_reads_a_text_by_its_own_words() {
    let [held, other] = wordy();
    let whatif = compared(WORDS.as_bytes(), &held, &other, Mode::Trajectory);
    assert_eq!(
        matrix(whatif.report()),
        [
            "allowed start S10 -> allowed start S10, an opt-in: 1, first 1, m-2",
            "allowed start S10 -> allowed opt_out S3: 1, first 1, m-1",
            "denied not_opted_in R17 -> allowed start R20: 1, first 0, m-4",
            "denied not_opted_in R17 -> denied opted_out R14: 1, first 0, m-3",
        ]
    );
}

/// A text is gone from a decision: what was found in it stays.
#[test]
fn decisions_are_not_read_again() {
    let [held, other] = wordy();
    for all in [false, true] {
        let decisions = decided(WORDS.as_bytes(), &held, all);
        let whatif = compared(&decisions, &held, &other, Mode::Trajectory);
        let report = whatif.report();
        assert_eq!((report.from_decisions, report.count), (4, Count::default()));
        let whatif = compared(&decisions, &other, &held, Mode::Trajectory);
        assert_eq!(whatif.report().under_another, 4);
    }
}

/// Final decisions alone, or the whole journal: each event is taken once, and nothing else is lost but the text.
#[test]
fn a_log_of_decisions_says_what_its_events_say() {
    let held = builtin("whatsapp-2021");
    let other = builtin("whatsapp-2021-reversed");
    let log = month(7);
    for mode in MODES {
        let events = compared(&log, &held, &other, mode);
        assert!(events.report().count.changed > 0, "the policies differ on this log");
        for all in [false, true] {
            let decisions = decided(&log, &held, all);
            let whatif = compared(&decisions, &held, &other, mode);
            let (report, expected) = (whatif.report(), events.report());
            assert_eq!(report.from_decisions, expected.events);
            assert_eq!(report.under_another, 0);
            assert_eq!((report.events, report.count), (expected.events, expected.count));
            assert_eq!(matrix(report), matrix(expected));
        }
    }
}

/// An event may hold a field of any name.
#[test]
fn an_event_with_a_field_of_a_decision_is_an_event() {
    let log = br#"{"id":"m-1","type":"message","at":"2021-05-16T09:00:00Z","from":"person:a","to":"person:b","verdict":"allowed"}"#;
    let open = builtin("open");
    let mut met = 0;
    let whatif = compare(log, &open, &open, Mode::Trajectory, |_, _| met += 1);
    assert_eq!((met, whatif.report().from_decisions), (1, 0));
}

/// What `firstword decide` writes of a log: final decisions, or all.
fn decided(log: &[u8], policy: &Policy, all: bool) -> Vec<u8> {
    let (reader, mut engine, mut out) =
        (Reader::new(policy), Engine::new(policy.clone()), Vec::new());
    for line in log.split_inclusive(|byte| *byte == b'\n').filter_map(trim_line) {
        let event = reader.event(line).expect("it is an event");
        let decisions = engine.step(&event);
        let skipped = if all { 0 } else { decisions.iter().count() - 1 };
        for decision in decisions.iter().skip(skipped) {
            write_decision(&mut out, decision, &policy.label);
        }
    }
    out
}
