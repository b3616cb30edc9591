//! A day of a few people, every count of it reckoned by hand.

use firstword_replay::whatif::{Count, Mode, WhatIf};

use crate::log::{builtin, compared, matrix};

/// Alice declined the terms, Bob accepted them, Carol never answered and is French.
const DAY: &str = r#"
{"id":"t-1","type":"terms.declined","at":"2021-05-15T08:00:00Z","person":"person:alice","version":"2021-05"}
{"id":"t-2","type":"terms.accepted","at":"2021-05-15T08:00:00Z","person":"person:bob","version":"2021-05"}
{"id":"l-3","type":"person.located","at":"2021-05-15T08:00:00Z","person":"person:carol","region":"FR"}
{"id":"m-4","type":"message","at":"2021-05-16T09:00:00Z","from":"person:alice","to":"person:bob"}
{"id":"m-5","type":"message","at":"2021-05-16T09:01:00Z","from":"person:bob","to":"person:alice"}
{"id":"m-6","type":"message","at":"2021-05-16T09:02:00Z","from":"person:alice","to":"person:bob"}
{"id":"m-7","type":"message","at":"2021-05-16T10:00:00Z","from":"person:carol","to":"business:shop"}
{"id":"m-8","type":"message","at":"2021-05-16T10:05:00Z","from":"business:shop","to":"person:carol","sector":"retail"}
{"id":"m-9","type":"message","at":"2021-05-17T10:00:00Z","from":"business:shop","to":"person:bob","category":"marketing","sector":"retail"}
{"id":"m-9","type":"message","at":"2021-05-17T10:00:00Z","from":"business:shop","to":"person:bob","category":"marketing","sector":"retail"}
"#;

fn day(other: &str, mode: Mode) -> WhatIf {
    compared(DAY.as_bytes(), &builtin("whatsapp-2021"), &builtin(other), mode)
}

/// In the European Union nobody was to be limited: Carol may write to the shop. Alice has no region, and waits.
#[test]
fn reversed() {
    let whatif = day("whatsapp-2021-reversed", Mode::Trajectory);
    let report = whatif.report();
    assert_eq!(
        matrix(report),
        [
            "denied terms_unanswered S8 -> allowed start S10: 1, first 1, m-7",
            "denied window_closed R13 -> allowed reply R12: 1, first 0, m-8",
        ]
    );
    assert_eq!((report.events, report.count), (10, Count { changed: 2, first: 1 }));
    let parting = report.parting.as_ref().expect("they part");
    assert_eq!((parting.seen.place.to_string(), &*parting.seen.id), ("log:7".to_owned(), "m-7"));
    assert_eq!(parting.held.to_string(), "denied terms_unanswered S8");
    assert_eq!(parting.other.to_string(), "allowed start S10");
    let people: Vec<_> = whatif.people(9).iter().map(|(it, n)| (it.to_string(), *n)).collect();
    assert_eq!(people, [("person:carol".to_owned(), 2)]);
    let regions: Vec<_> =
        report.regions.iter().map(|(it, n)| (it.map(|r| r.to_string()), *n)).collect();
    assert_eq!(regions, [(Some("FR".to_owned()), Count { changed: 2, first: 1 })]);
    let sectors: Vec<_> = report.sectors.iter().map(|(it, n)| (it.as_deref(), *n)).collect();
    assert_eq!(
        sectors,
        [(None, Count { changed: 1, first: 1 }), (Some("retail"), Count { changed: 1, first: 0 }),]
    );
}

/// On the state that the log really had the shop was never written to: it may not answer, whatever the policy.
#[test]
fn reversed_pointwise() {
    let whatif = day("whatsapp-2021-reversed", Mode::Pointwise);
    assert_eq!(
        matrix(whatif.report()),
        ["denied terms_unanswered S8 -> allowed start S10: 1, first 1, m-7"]
    );
}

/// Nothing is asked for: Alice begins, so Bob's machine parts from what it was, what he writes next is a reply, and
/// what the shop may write to him then follows too. Alice's own reply is one under both.
#[test]
fn open() {
    let whatif = day("open", Mode::Trajectory);
    let report = whatif.report();
    assert_eq!(
        matrix(report),
        [
            "allowed start S10 R6 -> allowed reply S7 R6: 1, first 0, m-5",
            "denied terms_declined S8 -> allowed start S10 R6: 1, first 1, m-4",
            "denied terms_unanswered S8 -> allowed start S10: 1, first 1, m-7",
            "denied window_closed R13 -> allowed reply R12: 1, first 0, m-8",
            "denied not_opted_in R17 -> allowed start R20: 1, first 0, m-9",
            "denied not_opted_in R17 -> duplicate R1: 1, first 0, m-9",
        ]
    );
}

/// Pointwise each of these is the policy's own doing; Bob's message is none, for nobody wrote to him before it.
#[test]
fn open_pointwise() {
    let whatif = day("open", Mode::Pointwise);
    assert_eq!(
        matrix(whatif.report()),
        [
            "denied not_opted_in R17 -> allowed start R20: 2, first 2, m-9",
            "denied terms_declined S8 -> allowed start S10 R6: 1, first 1, m-4",
            "denied terms_unanswered S8 -> allowed start S10: 1, first 1, m-7",
        ]
    );
}
