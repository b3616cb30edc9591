//! What is never let through, what is at once, and what the answer says besides.

use firstword_replay::may::{END, Question};
use firstword_rules::{Millis, Side};

use crate::world::{after, at, policy, question, told};

const TO_BOB: &str = "message from=person:alice to=person:bob";
const NOW: &str = "2021-05-16T09:00:00Z";

#[test]
fn some_things_are_never_let_through() {
    let policy = policy(
        "[content]\nforbidden = ['iban']\n[sectors.pharmacy]\ndeny = ['sale']\n\
         [limits.unanswered_calls]\nmax = 1",
    );
    let log = "2021-05-15T00:00:00Z person.erased person=person:gone\n\
               2021-05-15T00:00:00Z contact.blocked person=person:bob party=person:mallory\n\
               2021-05-15T00:00:00Z reach.set person=person:shy reach=nobody\n\
               2021-05-15T00:00:00Z contact.opted_out person=person:bob business=business:shop\n\
               2021-05-15T00:00:00Z contact.opted_in person=person:bob business=business:bank \
               scopes=[\"calls\"]\n\
               2021-05-15T00:00:00Z call from=business:bank to=person:bob";
    let engine = after(policy, log);
    for (line, expected) in [
        ("message from=person:gone to=person:bob", "sender_closed S2; never"),
        ("message from=person:alice to=person:gone", "recipient_closed S10 R2; never"),
        ("call from=business:shop to=person:gone", "recipient_closed R2; never"),
        ("message from=person:bob to=person:mallory", "recipient_blocked S4; never"),
        ("message from=person:mallory to=person:bob", "blocked S10 R3; never"),
        ("call from=person:alice to=person:shy", "not_reachable S10 R5; never"),
        (
            "message from=person:bob to=business:shop findings=[\"iban\"]",
            "sensitive_content S6; never",
        ),
        ("message from=business:shop to=person:bob category=marketing", "opted_out R14; never"),
        ("message from=business:shop to=person:bob", "window_closed R13; never"),
        (
            "message from=business:shop to=person:bob sector=pharmacy purpose=sale",
            "purpose_forbidden R10; never",
        ),
        ("call from=business:bank to=person:bob", "unanswered_calls R11; never"),
        ("message from=business:new to=person:new category=utility", "not_opted_in R17; never"),
    ] {
        assert_eq!(told(&engine, line, NOW), expected, "{line}");
    }
}

#[test]
fn who_never_met_are_blank_and_the_policy_alone_decides() {
    let engine = after(policy(""), "");
    assert_eq!(told(&engine, TO_BOB, NOW), "start S10 R6");
    assert_eq!(told(&engine, "message from=person:alice to=business:shop", NOW), "start S10");
    let stop = "message from=person:alice to=business:shop findings=[\"opt_out\"]";
    assert_eq!(told(&engine, stop, NOW), "opt_out S3");
}

/// Quiet at all hours of all days, in three ways. It takes a walk over eighty years to know that of a policy.
#[test]
fn hours_that_are_always_quiet_never_end() {
    for hours in [
        "days = ['monday','tuesday','wednesday','thursday','friday','saturday','sunday']"
            .to_owned(),
        format!("from = '08:00'\nto = '20:00'\n{}from = '20:00'\nto = '08:00'", ENTRY),
        // By two clocks: what one leaves open the other closes, in summer and in winter.
        format!("from = '04:00'\nto = '03:00'\n{ENTRY_NEW_YORK}from = '04:00'\nto = '03:00'"),
    ] {
        let policy = policy(&format!("[business]\nrequire_opt_in = false\n{ENTRY}{hours}"));
        let located = "2021-01-01T00:00:00Z person.located person=person:bob region=DE";
        let engine = after(policy, located);
        let line = "message from=business:shop to=person:bob category=marketing";
        assert_eq!(told(&engine, line, NOW), "quiet_hours R18; never", "{hours}");
    }
}

const ENTRY: &str = "[[quiet_hours]]\nregions = ['DE']\ncategories = ['marketing']\n\
                     timezone = 'Europe/Berlin'\n";
const ENTRY_NEW_YORK: &str = "[[quiet_hours]]\nregions = ['DE']\ncategories = ['marketing']\n\
                              timezone = 'America/New_York'\n";

/// Quiet hours come and go some sixty thousand times until the end of time: nobody looks at them for a person who
/// has blocked the business.
#[test]
fn quiet_hours_are_not_walked_through_for_who_can_never_be_spoken_to() {
    let policy = policy(&format!("{ENTRY}from = '22:00'\nto = '08:00'"));
    let log = "2021-01-01T00:00:00Z person.located person=person:bob region=DE\n\
               2021-01-01T00:00:00Z contact.blocked person=person:bob party=business:shop";
    let engine = after(policy, log);
    let line = "message from=business:shop to=person:bob category=marketing";
    assert_eq!(told(&engine, line, NOW), "blocked R3; never");
    assert_eq!(question(&engine, line).moments(at(NOW)), []);
}

#[test]
fn nothing_is_promised_from_the_end_of_the_range_on() {
    let policy = policy(
        "[business]\nrequire_opt_in = false\n\
         [[orders]]\nname = 'for-long'\nuntil = 2099-12-31T23:59:59.999Z\nforbid = ['marketing']\n\
         [[orders]]\nname = 'for-longer'\nuntil = 2100-01-01T00:00:00Z\nforbid = ['utility']",
    );
    let engine = after(policy, "");
    let of =
        |category: &str| format!("message from=business:shop to=person:bob category={category}");
    let last = Millis(END.0 - 1);
    assert_eq!(question(&engine, &of("marketing")).when(at(NOW)), Some(last));
    assert_eq!(question(&engine, &of("utility")).when(at(NOW)), None);
}

#[test]
fn the_question_leaves_no_trace_and_is_no_duplicate() {
    let policy = policy("");
    let log = "2021-05-16T08:00:00Z message from=person:alice to=person:bob";
    let engine = after(policy, log);
    let before = format!("{engine:?}");
    let question: Question<'_> = question(&engine, TO_BOB);
    for _ in 0..3 {
        let answer = question.ask(at(NOW));
        let saw = answer.gates.iter().map(|(side, trail)| (*side, trail.tried[0].saw.join("; ")));
        assert_eq!(
            saw.collect::<Vec<_>>(),
            [
                (Side::Sender, "the event is none of the 1 remembered".to_owned()),
                (Side::Recipient, "the event is none of the 1 remembered".to_owned()),
            ]
        );
    }
    assert_eq!(format!("{engine:?}"), before);
}

#[test]
fn each_gate_tells_the_rows_that_it_tried() {
    let engine = after(policy(""), "");
    let answer = question(&engine, TO_BOB).ask(at(NOW));
    let tried = answer.gates.iter().map(|(_, trail)| trail.tried.iter().map(|row| row.row));
    let tried: Vec<Vec<_>> = tried.map(Iterator::collect).collect();
    assert_eq!(tried[0], ["S1", "S2", "S3", "S4", "S5", "S6", "S7", "S8", "S9", "S10"]);
    assert_eq!(tried[1], ["R1", "R2", "R3", "R4", "R5", "R6"]);
}
