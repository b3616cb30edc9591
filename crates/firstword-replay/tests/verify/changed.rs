//! Decisions that say otherwise than the rules.

use firstword_replay::verify::Fault;

use crate::journal::journal;
use crate::{edit, fields, line_with, of, outcomes, place, the_first, the_one, verify};

#[test]
fn a_changed_verdict_is_found_and_what_follows_names_it() {
    let mut log = journal("whatsapp-2021", 1);
    let line = line_with(&log, 0, &["\"row\":\"S8\"", "\"reason\":\"terms_declined\""]);
    let (_, seq) = of(&log[line]);
    edit(&mut log, line, "denied\",\"reason\":\"terms_declined", "forwarded");
    edit(&mut log, line, "\"row\":\"S8\"", "\"row\":\"S10\",\"as\":\"start\"");
    let (fault, at, of) = the_first(&log);
    assert_eq!((at, of), (place(line), seq));
    assert_eq!(fields(&fault), ["verdict", "reason", "row", "as"]);
    let (recorded, decided) = outcomes(&fault);
    assert_eq!((recorded.row, decided.row), (Some("S10"), Some("S8")));
    assert!(matches!(fault, Fault::Changed { parts: true, .. }));
}

#[test]
fn a_changed_reason_is_found() {
    let mut log = journal("whatsapp-2021", 1);
    let line = line_with(&log, 100, &["\"reason\":\"terms_declined\""]);
    let (_, seq) = of(&log[line]);
    edit(&mut log, line, "terms_declined", "terms_withdrawn");
    let (fault, at, of) = the_one(&log);
    assert_eq!((at, of), (place(line), seq));
    assert_eq!(fields(&fault), ["reason"]);
    // Whatever the reason, a refusal leaves the machine as it is.
    assert!(matches!(fault, Fault::Changed { parts: false, .. }));
}

#[test]
fn a_changed_as_is_found() {
    let mut log = journal("whatsapp-2021", 1);
    let line = line_with(&log, 100, &["\"row\":\"R6\",\"as\":\"reply\""]);
    let (_, seq) = of(&log[line]);
    edit(&mut log, line, "\"as\":\"reply\"", "\"as\":\"start\"");
    let (fault, at, of) = the_one(&log);
    assert_eq!((at, of), (place(line), seq));
    assert_eq!(fields(&fault), ["as"]);
}

#[test]
fn a_changed_said_is_not_what_the_sender_forwarded() {
    let mut log = journal("whatsapp-2021", 1);
    let line = line_with(&log, 100, &["\"row\":\"R6\",\"as\":\"reply\",\"said\":\"reply\""]);
    let (_, seq) = of(&log[line]);
    let (sender, sender_seq) = of(&log[line - 1]);
    edit(
        &mut log,
        line,
        "\"as\":\"reply\",\"said\":\"reply\"",
        "\"as\":\"start\",\"said\":\"start\"",
    );
    let (fault, at, of) = the_one(&log);
    assert_eq!((at, of), (place(line), seq));
    let Fault::Relayed { parts, sender: from } = fault else { unreachable!("{fault:?}") };
    assert_eq!(from, (sender, sender_seq));
    let told: Vec<_> =
        parts.iter().map(|it| (it.field, it.one.as_deref(), it.other.as_deref())).collect();
    assert_eq!(told, [("said", Some("reply"), Some("start"))]);
}

#[test]
fn a_recipient_whose_sender_the_log_lacks_is_not_accused() {
    let mut log = journal("whatsapp-2021", 1);
    let line = line_with(&log, 100, &["\"row\":\"R6\",\"as\":\"reply\",\"said\":\"reply\""]);
    let sender = of(&log[line - 1]).0;
    log.retain(|line| of(line).0 != sender);
    let (found, summary) = verify(&log);
    assert_eq!(found, []);
    // What others wrote to this person is forwarded to nobody, which is no difference: a log may be cut so.
    assert!(summary.unanswered > 0 && summary.first_unanswered.is_some() && summary.is_clean());
}

#[test]
fn a_changed_at_of_a_refusal_is_another_verdict() {
    let mut log = journal("whatsapp-2021", 1);
    let line = line_with(&log, 100, &["\"reason\":\"terms_declined\"", "\"at\":\"2021-"]);
    let (_, seq) = of(&log[line]);
    // Before the terms took effect nobody was refused for them.
    edit(&mut log, line, "\"at\":\"2021-", "\"at\":\"2020-");
    let (fault, at, of) = the_one(&log);
    assert_eq!((at, of), (place(line), seq));
    assert_eq!(fields(&fault), ["verdict", "reason", "row", "as", "standing"]);
}

#[test]
fn a_changed_at_of_what_was_forwarded_is_not_what_was_sent() {
    let mut log = journal("whatsapp-2021", 1);
    let line = line_with(&log, 100, &["\"row\":\"R6\",\"as\":\"start\"", "\"at\":\"2021-05-1"]);
    let (_, seq) = of(&log[line]);
    edit(&mut log, line, "\"at\":\"2021-05-1", "\"at\":\"2021-05-0");
    let (found, _) = verify(&log);
    let Some(first) = found.first() else { unreachable!("nothing was found") };
    let who = first.who.as_ref().map(|who| who.seq);
    assert_eq!((first.place.to_string(), who), (place(line), Some(seq)));
    let Fault::Relayed { parts, .. } = &first.fault else { unreachable!("{first:?}") };
    assert!(matches!(&**parts, [part] if part.field == "at"));
}

#[test]
fn a_changed_standing_is_found() {
    let mut log = journal("whatsapp-2021", 1);
    let line = line_with(&log, 100, &["\"row\":\"R6\"", "\"standing\":\"full\""]);
    let (_, seq) = of(&log[line]);
    edit(&mut log, line, "\"standing\":\"full\"", "\"standing\":\"reply_only\"");
    let (fault, at, of) = the_one(&log);
    assert_eq!((at, of), (place(line), seq));
    assert_eq!(fields(&fault), ["standing"]);
}
