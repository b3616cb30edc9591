//! The ledger finds what it is for: a small stream as it ought to be, and that stream with one thing wrong.

use std::collections::BTreeMap;

use firstword_engine::{Draft, Engine, first_role};
use firstword_rules::{Event, Role, Verdict};
use firstword_stream::{TopicNames, partition_of};
use firstword_wire::{write_decision, write_machine};

use super::*;

/// So many that Alice and Bob belong to different ones.
const PARTITIONS: i32 = 3;

const LOG: &[&str] = &[
    r#"{"id":"1","type":"terms.accepted","at":"2021-05-16T09:00:00Z","person":"person:alice","version":"2021-05"}"#,
    r#"{"id":"2","type":"contact.opted_in","at":"2021-05-16T09:01:00Z","person":"person:bob","business":"business:acme"}"#,
    r#"{"id":"3","type":"message","at":"2021-05-16T09:02:00Z","from":"person:alice","to":"person:bob"}"#,
    r#"{"id":"4","type":"message","at":"2021-05-16T09:03:00Z","from":"business:acme","to":"person:bob","category":"utility"}"#,
    r#"{"id":"5","type":"contact.opted_out","person":"person:bob","business":"business:acme"}"#,
    r#"{"id":"6","type":"message","at":"2021-05-16T09:05:00Z","from":"person:bob","to":"person:alice"}"#,
    r#"{"id":"3","type":"message","at":"2021-05-16T09:02:00Z","from":"person:alice","to":"person:bob"}"#,
    "not json",
];
/// The line of the log that is rejected and puts Bob in doubt.
const REJECTED: &str = "firstword.events:0:4";

fn policy() -> Policy {
    firstword_policy::builtin("whatsapp-business-2026").unwrap()
}

/// What a stream writes, made by the engine at hand.
struct Stream {
    engine: Engine,
    ends: BTreeMap<(String, i32), i64>,
    records: Vec<Record>,
}

impl Stream {
    fn record(
        &mut self,
        topic: &str,
        partition: i32,
        key: Option<&str>,
        value: &[u8],
        headers: &[(&str, &str)],
    ) {
        let end = self.ends.entry((topic.to_owned(), partition)).or_insert(0);
        let headers = headers
            .iter()
            .map(|(name, value)| ((*name).to_owned(), Some(value.as_bytes().to_vec())))
            .collect();
        self.records.push(Record {
            topic: format!("firstword.{topic}"),
            partition,
            offset: *end,
            timestamp: 1_700_000_000_000,
            key: key.map(|key| key.as_bytes().to_vec()),
            value: value.to_vec(),
            headers,
        });
        *end += 1;
    }

    fn decide(&mut self, event: &Event<'_>, role: Role, source: &str) {
        let mut draft = Draft::default();
        let decision = self.engine.draft(&mut draft, event, role);
        let mut value = Vec::new();
        write_decision(&mut value, &decision, &policy().label);
        let (person, verdict) = (decision.visit.person().clone(), decision.verdict);
        self.engine.merge(draft);
        let (partition, key) = (partition_of(&person, PARTITIONS), person.to_string());
        let headers = [("source", source), ("verdict", verdict.as_str())];
        self.record("decisions", partition, Some(&key), &value, &headers);
        if let Verdict::Forwarded(basis) = verdict {
            self.decide(event, Role::Recipient(Some(basis)), source);
        }
    }
}

/// The stream as it ought to be: events, then what came of them, then a snapshot of Alice.
fn good() -> Vec<Record> {
    let mut stream =
        Stream { engine: Engine::new(policy()), ends: BTreeMap::new(), records: Vec::new() };
    let reader = Reader::new(&policy());
    for (number, line) in LOG.iter().enumerate() {
        let (partition, offset) = (number as i32 % 2, number / 2);
        let source = format!("firstword.events:{partition}:{}", offset + 2);
        stream.ends.insert(("events".to_owned(), partition), offset as i64 + 2);
        stream.record("events", partition, None, line.as_bytes(), &[]);
        match reader.event(line.as_bytes()) {
            Ok(event) => stream.decide(&event, first_role(&event), &source),
            Err(reject) => {
                let headers = [("source", &*source), ("reason", reject.reason.as_str())];
                stream.record("dead-letters", 0, None, line.as_bytes(), &headers);
                if let Some(person) = salvage(line.as_bytes()).person {
                    assert_eq!(source, REJECTED);
                    let (id, fact) = (source.as_str().into(), firstword_rules::Fact::Unreadable);
                    let what = firstword_rules::What::Fact { person, fact };
                    let event = Event { id, at: firstword_rules::Millis(1_700_000_000_000), what };
                    stream.decide(&event, Role::Subject, &source);
                }
            }
        }
    }
    let alice = firstword_rules::Name::parse("person:alice").unwrap();
    let mut bytes = Vec::new();
    let engine = stream.engine.clone();
    write_machine(&mut bytes, engine.machine(&alice).unwrap(), |party| engine.name(party));
    let (partition, from) = (partition_of(&alice, PARTITIONS), [("restore-from", "0")]);
    stream.record("snapshots", partition, Some("person:alice"), &bytes, &from);
    stream.records
}

fn shown(records: &[Record]) -> Ledger {
    let mut ledger = Ledger::new(&policy(), &TopicNames::under("firstword"), PARTITIONS);
    let is_snapshot = |record: &&Record| record.topic.ends_with("snapshots");
    records.iter().filter(is_snapshot).for_each(|record| ledger.enter(record));
    let others = records.iter().filter(|record| !is_snapshot(record));
    others.for_each(|record| ledger.enter(record));
    ledger.close();
    ledger
}

/// The violations after something was done to the stream.
fn found(spoil: impl FnOnce(&mut Vec<Record>)) -> Vec<String> {
    let mut records = good();
    spoil(&mut records);
    let ledger = shown(&records);
    assert_eq!(ledger.violated_times(), ledger.violations().len() as u64);
    ledger.violations().iter().map(ToString::to_string).collect()
}

/// That something was done to the stream is found, and told so.
fn finds(told: &str, spoil: impl FnOnce(&mut Vec<Record>)) {
    let found = found(spoil);
    assert!(found.iter().any(|what| what.contains(told)), "`{told}` is not in {found:#?}");
}

/// Where the decision on an event by its id at one gate lies.
fn decision(records: &[Record], id: &str, verdict: &str) -> usize {
    let id = format!("{{\"id\":\"{id}\"");
    let verdict = format!("\"verdict\":\"{verdict}\"");
    let is = |record: &Record| {
        let text = String::from_utf8_lossy(&record.value);
        record.topic.ends_with("decisions") && text.starts_with(&id) && text.contains(&verdict)
    };
    records.iter().position(is).unwrap()
}

fn replace(record: &mut Record, old: &str, new: &str) {
    let text = String::from_utf8(record.value.clone()).unwrap();
    assert!(text.contains(old), "{old} is not in {text}");
    record.value = text.replacen(old, new, 1).into_bytes();
}

#[test]
fn a_stream_as_it_ought_to_be_has_no_violation() {
    let ledger = shown(&good());
    assert_eq!(ledger.violations(), []);
    let counts = ledger.counts();
    assert_eq!((counts.events, counts.settled, counts.dead_letters), (8, 8, 2));
    assert_eq!((counts.forwarded, counts.doubts, counts.snapshots), (2, 1, 1));
    assert_eq!((ledger.people(), ledger.digest()), (2, shown(&good()).digest()));
}

#[test]
fn a_doubled_decision_is_found() {
    let double = |records: &mut Vec<Record>| {
        let copy = records[decision(records, "4", "allowed")].clone();
        records.push(Record { offset: 99, ..copy });
    };
    finds("a second final decision about one event", double);
    finds("of a person who already had", double);
    finds("an event that was forwarded twice", |records| {
        let copy = records[decision(records, "3", "forwarded")].clone();
        records.push(Record { offset: 99, ..copy });
    });
    finds("comes before the one read last", |records| {
        let copy = records[decision(records, "4", "allowed")].clone();
        records.push(copy);
    });
}

#[test]
fn a_lost_decision_is_found() {
    let lose = |records: &mut Vec<Record>| {
        records.remove(decision(records, "4", "allowed"));
    };
    finds("an event that was neither decided nor rejected", lose);
    finds("of a person after decision", lose);
    finds("forwarded and never decided for good", |records| {
        records.remove(decision(records, "6", "allowed"));
    });
    finds("of its two people in another order", |records| {
        records.remove(decision(records, "6", "forwarded"));
    });
    finds("neither decided nor rejected", |records| {
        let dead = |record: &Record| record.topic.ends_with("dead-letters");
        records.remove(records.iter().rposition(dead).unwrap());
    });
}

#[test]
fn decisions_in_another_order_are_found() {
    finds("of a person after decision", |records| {
        let (one, other) = (decision(records, "3", "allowed"), decision(records, "4", "allowed"));
        let (first, second) = (records[one].value.clone(), records[other].value.clone());
        (records[one].value, records[other].value) = (second, first);
    });
    finds("of a person after decision", |records| {
        let at = decision(records, "4", "allowed");
        replace(&mut records[at], "\"seq\":3", "\"seq\":4");
    });
}

#[test]
fn a_changed_decision_is_found() {
    let change = |old: &'static str, new: &'static str| {
        move |records: &mut Vec<Record>| {
            let at = decision(records, "4", "allowed");
            replace(&mut records[at], old, new);
        }
    };
    finds("`verdict` is not what the rules say", change("\"as\":\"start\"", "\"as\":\"reply\""));
    finds("header tells another verdict", |records| {
        let at = decision(records, "1", "recorded");
        let value = records[at].headers.iter_mut().find(|(name, _)| name == "verdict").unwrap();
        value.1 = Some(b"allowed".to_vec());
    });
    finds(
        "`standing` is not what the rules say",
        change("\"standing\":\"full\"", "\"standing\":\"reply_only\""),
    );
    finds("`policy` is not what", change("whatsapp-business-2026@", "other@"));
    finds("about another event than the one at its source", change("\"id\":\"4\"", "\"id\":\"x\""));
    finds("a record of `decisions` that is none", change("\"seq\":", "\"sequence\":"));
}

#[test]
fn a_decision_in_the_wrong_place_is_found() {
    finds("in a partition that is not its person's", |records| {
        let at = decision(records, "4", "allowed");
        records[at].partition = (records[at].partition + 1) % PARTITIONS;
    });
    finds("whose key is not its person", |records| {
        let at = decision(records, "4", "allowed");
        records[at].key = Some(b"person:alice".to_vec());
    });
    finds("no place in `events`", |records| {
        let at = decision(records, "4", "allowed");
        records[at].headers[0].1 = Some(b"firstword.relay:0:1".to_vec());
    });
    finds("of an event that was never sent", |records| {
        let at = decision(records, "4", "allowed");
        records[at].headers[0].1 = Some(b"firstword.events:0:77".to_vec());
    });
}

#[test]
fn an_event_that_was_decided_and_rejected_is_found() {
    let dead_letter = |records: &mut Vec<Record>, source: &str| {
        let dead = |record: &&Record| record.topic.ends_with("dead-letters");
        let mut copy = records.iter().rfind(dead).unwrap().clone();
        copy.offset += 1;
        copy.headers[0].1 = Some(source.as_bytes().to_vec());
        records.push(copy);
    };
    finds("decided and rejected", |records| dead_letter(records, "firstword.events:0:2"));
    finds("a second dead letter", |records| dead_letter(records, "firstword.events:1:5"));
    finds("another reason than the page gives", |records| {
        let dead = |record: &Record| record.topic.ends_with("dead-letters");
        let at = records.iter().position(dead).unwrap();
        records[at].headers[1].1 = Some(b"too_large".to_vec());
    });
}

#[test]
fn a_doubt_that_is_missing_or_about_another_is_found() {
    finds("put nobody in doubt, and should have", |records| {
        records.remove(decision(records, REJECTED, "recorded"));
    });
    finds("a doubt about another person", |records| {
        let at = decision(records, REJECTED, "recorded");
        replace(&mut records[at], "person:bob", "person:eve");
    });
    finds("a doubt that nothing gave cause for", |records| {
        let dead = |record: &Record| record.topic.ends_with("dead-letters");
        let at = records.iter().position(dead).unwrap();
        records[at].value = b"not json".to_vec();
    });
}

#[test]
fn a_snapshot_of_another_machine_is_found() {
    let snapshot = |records: &[Record]| {
        records.iter().position(|record| record.topic.ends_with("snapshots")).unwrap()
    };
    finds("a snapshot that is damaged", |records| {
        let at = snapshot(records);
        records[at].value[3] ^= 1;
    });
    finds("as its snapshot has it, is another one", |records| {
        let at = snapshot(records);
        let mut engine = Engine::new(policy());
        let reader = Reader::new(&policy());
        // As long a life, of other events.
        let event = reader.event(LOG[0].as_bytes()).unwrap();
        for _ in 0..4 {
            engine.step(&event);
        }
        let alice = firstword_rules::Name::parse("person:alice").unwrap();
        records[at].value.clear();
        let machine = engine.machine(&alice).unwrap();
        write_machine(&mut records[at].value, machine, |party| engine.name(party));
    });
    finds("a snapshot of a decision that never was", |records| {
        records.truncate(snapshot(records) + 1);
        let last = |record: &Record| record.topic.ends_with("decisions");
        let alice = |record: &Record| record.key.as_deref() == Some(b"person:alice");
        let at = records.iter().rposition(|record| last(record) && alice(record)).unwrap();
        records.remove(at);
    });
}
