//! Whatever bytes come in, nothing panics, and what is accepted is sound. Each function here is what a fuzzer would
//! call with its bytes; the tests call them with bytes of their own. (Snapshots: snapshots.rs.)

use firstword_rules::{Decision, Mark, Millis, Role, Verdict, Visit, What};
use firstword_wire::{Reader, parse_time, read_decision, trim_line, write_decision, write_reject};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};

/// Reads bytes as an event. Both readers agree; what is an event can be decided on, written and read; what is none
/// becomes a dead letter that says nothing wrong.
fn any_event(bytes: &[u8]) -> bool {
    let policy = firstword_policy::builtin("whatsapp-business-2026");
    let reader = Reader::new(&policy.unwrap_or_else(|| unreachable!("it comes with the program")));
    let Some(line) = trim_line(bytes) else { return false };
    let read = reader.event(line);
    assert_eq!(read, reader.event_strictly(line), "{}", line.escape_ascii());
    match read {
        Ok(event) => {
            let (role, verdict) = match &event.what {
                What::Fact { .. } => (Role::Subject, Verdict::Recorded),
                What::Utterance(spoken) if spoken.from.is_person() => {
                    (Role::Sender, Verdict::Duplicate)
                }
                What::Utterance(_) => (Role::Recipient(None), Verdict::Duplicate),
            };
            let visit = Visit { event: &event, mark: Mark::of(&event), role, peer: None };
            let mut decision = Vec::new();
            write_decision(&mut decision, &Decision::recorded(visit, 1, verdict), "p@0");
            let again = read_decision(&decision);
            assert!(again.is_ok(), "{:?}: {}", again.err(), line.escape_ascii());
            assert!(
                again.is_ok_and(|again| again.event.id == event.id && again.event.at == event.at)
            );
            true
        }
        Err(reject) => {
            let mut letter = Vec::new();
            write_reject(&mut letter, reject, None, 1, line);
            let letter: Result<serde_json::Value, _> = serde_json::from_slice(&letter);
            assert!(letter.is_ok(), "{}", line.escape_ascii());
            false
        }
    }
}

/// Reads bytes as a decision. What is one can be written, and is then read as the same.
fn any_decision(bytes: &[u8]) -> bool {
    let Ok(read) = read_decision(bytes) else { return false };
    let visit =
        Visit { event: &read.event, mark: Mark::of(&read.event), role: read.role, peer: None };
    let decision = Decision {
        row: read.row,
        standing: read.standing,
        shares_data: read.shares_data,
        unlisted: read.unlisted,
        erase_by: read.erase_by,
        late: read.late,
        ..Decision::recorded(visit, read.seq, read.verdict)
    };
    let mut line = Vec::new();
    write_decision(&mut line, &decision, &read.policy);
    let again = read_decision(&line);
    assert!(again.is_ok(), "{:?}: {}", again.err(), bytes.escape_ascii());
    let Ok(again) = again else { return false };
    assert_eq!((again.role, again.seq, again.verdict), (read.role, read.seq, read.verdict));
    assert_eq!((again.event.id, again.event.at), (read.event.id, read.event.at));
    true
}

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
