//! Whatever bytes come in as a line, nothing panics, and what is accepted is sound.

use std::sync::LazyLock;

use firstword_rules::{Decision, Mark, Role, Verdict, Visit, What};
use firstword_wire::{Reader, read_decision, trim_line, write_decision, write_reject};

use crate::both;

/// With words to opt out by, so that texts are looked at from all sides.
static READER: LazyLock<Reader> = LazyLock::new(|| {
    let policy = firstword_policy::builtin("whatsapp-business-2026");
    Reader::new(&policy.unwrap_or_else(|| unreachable!("it comes with the program")))
});

/// Reads bytes as an event. Both readers agree; what is an event can be decided on, written and read; what is none
/// becomes a dead letter that says nothing wrong.
pub fn any_event(bytes: &[u8]) -> bool {
    let Some(line) = trim_line(bytes) else { return false };
    match both::event(&READER, line, &"an event") {
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

/// Reads bytes as a decision. Both readers agree; what is one can be written, and is then read as the same.
pub fn any_decision(bytes: &[u8]) -> bool {
    let Ok(read) = both::decision(bytes, &"a decision") else { return false };
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
