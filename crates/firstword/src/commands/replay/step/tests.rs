//! Keys and pictures, over a small log of every kind of line.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::path::Path;

use firstword_engine::Engine;
use firstword_policy::builtin;
use firstword_replay::Timeline;
use firstword_rules::Decision;
use firstword_wire::{Reader, write_decision};
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::layout::Size;

use super::draw::{Palette, draw, list_height};
use super::stepper::{Key, Mode, Stepper};
use super::view::view;
use crate::commands::asked;
use crate::io::indexed;

/// Alice begins and Bob answers; he refuses the terms and may only answer; a business is opted out of.
const LOG: &str = r#"{"id":"m-1","type":"message","at":"2021-05-14T09:00:00Z","from":"person:alice","to":"person:bob"}
{"id":"m-1","type":"message","at":"2021-05-14T09:00:00Z","from":"person:alice","to":"person:bob"}

{"id":"t-1","type":"terms.accepted","at":"2021-05-14T10:00:00Z","person":"person:alice","version":"2021-05"}
no event at all
{"id":"t-2","type":"terms.declined","at":"2021-05-16T08:00:00Z","person":"person:bob","version":"2021-05"}
{"id":"m-2","type":"message","at":"2021-05-16T09:00:00Z","from":"person:bob","to":"person:alice"}
{"id":"m-3","type":"message","at":"2021-05-16T09:30:00Z","from":"person:alice","to":"person:bob"}
{"id":"m-4","type":"message","at":"2021-05-16T09:31:00Z","from":"person:bob","to":"person:alice"}
{"id":"o-1","type":"contact.opted_out","at":"2021-05-16T10:00:00Z","person":"person:alice","business":"business:acme"}
{"id":"m-1","type":"message","at":"2021-05-16T11:00:00Z","from":"business:acme","to":"person:alice"}

"#;

fn timeline() -> Timeline {
    let room = tempfile::tempdir().unwrap();
    let log = room.path().join("log.jsonl");
    std::fs::write(&log, LOG).unwrap();
    indexed::open(&[log], &builtin("whatsapp-2021").unwrap()).unwrap()
}

/// A stepper after these keys, and the number of the line where it stands.
fn after(timeline: &Timeline, keys: &str) -> (Stepper, u64) {
    let mut stepper = Stepper::begin(timeline, None, None).unwrap().unwrap();
    for key in keys.chars() {
        let key = match key {
            '\n' => Key::Enter,
            '\t' => Key::Tab,
            '\u{1b}' => Key::Escape,
            '\u{8}' => Key::Erase,
            '>' => Key::PageDown,
            '<' => Key::PageUp,
            c => Key::Char(c),
        };
        stepper.key(key, timeline).unwrap();
    }
    let number = timeline.place(stepper.at).unwrap().number;
    (stepper, number)
}

#[test]
fn keys_move_and_what_cannot_be_done_is_said() {
    let timeline = timeline();
    let end = Some("this is the end of the log");
    let begin = Some("this is the begin of the log");
    for (keys, line, message) in [
        ("", 1, None),
        ("j", 2, None),
        ("jj", 4, None),
        ("jjk", 2, None),
        ("k", 1, begin),
        (">", 11, end),
        (">k", 10, None),
        (">j", 11, end),
        ("><", 1, begin),
        ("G", 11, None),
        ("Gg", 1, None),
        ("d", 7, None),
        ("dd", 11, None),
        ("ddd", 11, Some("nothing further was denied; this is the end")),
        ("pbob\n", 1, Some("5 visits; n and N go from one to another")),
        ("pbob\nn", 6, None),
        ("pbob\nnnnnn", 9, Some("no further one of person:bob")),
        ("Gpbob\nN", 9, None),
        ("pbob\nN", 1, Some("no earlier one of person:bob")),
        ("pbob\nd", 7, None),
        ("pbob\ndd", 7, Some("no further one of person:bob")),
        ("pbob\n#3\n", 7, None),
        ("pbob\nG##1\n", 1, None),
        ("pbob\n#5\n#4\n", 8, None),
        ("pbob\n#6\n", 1, Some("the log has no decision 6 of person:bob")),
        ("pbob\n#0\n", 1, Some("the log has no decision 0 of person:bob")),
        ("pbob\n#m-2\n", 1, Some("no number such as 17")),
        ("pbob\n#\n", 1, None),
        ("#", 1, Some("nobody is followed: p asks for a person, tab takes a party")),
        ("n", 1, Some("nobody is followed: p asks for a person, tab takes a party")),
        ("pzoe\n", 1, Some("nothing in the log is about person:zoe")),
        ("pbusiness:acme\n", 1, Some("a business has no machine: name a person")),
        ("/m-3\n", 8, None),
        ("/m-1\n", 2, Some("2 of 3 with this id")),
        ("/m-1\n/m-1\n", 11, Some("3 of 3 with this id")),
        ("/m-1\n/m-1\n/m-1\n", 1, Some("1 of 3 with this id")),
        ("/nothing\n", 1, Some("no event has the id nothing")),
        ("/m-44\u{8}\n", 9, None),
        ("/m-4\u{1b}", 1, None),
        ("t2021-05-16 09:30\n", 8, None),
        ("t2021-05-16 09:29\n", 7, None),
        ("Gt2021-05-01\n", 1, Some("the log begins later")),
        ("t2030-01-01\n", 11, None),
        ("?", 1, None),
        ("?j", 1, None),
        ("?jj", 2, None),
    ] {
        let (stepper, number) = after(&timeline, keys);
        assert_eq!((number, stepper.message.as_deref()), (line, message), "{keys:?}");
        assert!(!stepper.over, "{keys:?}");
    }
    let (stepper, _) = after(&timeline, "tyesterday\n");
    assert!(stepper.message.unwrap().starts_with("not a time"));
}

/// In a log of decisions numbers are as recorded, whatever the log lacks.
#[test]
fn a_decision_is_found_by_its_number_in_a_log_that_lacks_others() {
    let policy = builtin("whatsapp-2021").unwrap();
    let (reader, mut engine) = (Reader::new(&policy), Engine::new(policy.clone()));
    let mut journal = Vec::new();
    for event in LOG.lines().filter_map(|line| reader.event(line.as_bytes()).ok()) {
        let own =
            |one: &Decision<'_>| one.visit.person().text == "bob" && ![1, 4].contains(&one.seq);
        let decisions = engine.step(&event);
        decisions
            .iter()
            .filter(|one| own(one))
            .for_each(|one| write_decision(&mut journal, one, "p@0"));
    }
    let room = tempfile::tempdir().unwrap();
    let log = room.path().join("log.jsonl");
    std::fs::write(&log, journal).unwrap();
    let timeline = indexed::open(&[log], &policy).unwrap();
    for (number, line) in
        [(1, None), (2, Some(1)), (3, Some(2)), (4, None), (5, Some(3)), (6, None)]
    {
        let (stepper, at) = after(&timeline, &format!("pbob\n#{number}\n"));
        assert_eq!(stepper.message.is_none().then_some(at), line, "{number}");
    }
    let (stepper, _) = after(&timeline, "pbob\n#5\n");
    let seen = view(&stepper, &timeline, 3).unwrap();
    assert_eq!(seen.machines.first().unwrap().visit, "visit 3 of 3, decision 5");
}

#[test]
fn going_back_is_going_forwards_undone() {
    let timeline = timeline();
    let mut stepper = after(&timeline, "").0;
    let mut forwards = vec![view(&stepper, &timeline, 9).unwrap()];
    while stepper.message.is_none() {
        stepper.key(Key::Down, &timeline).unwrap();
        forwards.extend(stepper.message.is_none().then(|| view(&stepper, &timeline, 9).unwrap()));
    }
    assert_eq!(forwards.len(), 10);
    stepper.message = None;
    for seen in forwards.iter().rev() {
        assert!(view(&stepper, &timeline, 9).unwrap() == *seen);
        stepper.key(Key::Up, &timeline).unwrap();
    }
}

#[test]
fn a_party_of_the_event_can_be_followed_and_nobody_again() {
    let timeline = timeline();
    for (keys, followed) in [
        ("\t", Some("person:alice")),
        ("\t\t", Some("person:bob")),
        ("\t\t\t", None),
        ("\t\u{1b}", None),
        ("\tp\n", None),
        ("\t\tjj\t", Some("person:alice")),
        ("G\t", Some("person:alice")),
        ("G\t\t", None),
    ] {
        let person = after(&timeline, keys).0.person.map(|person| person.to_string());
        assert_eq!(person.as_deref(), followed, "{keys:?}");
    }
}

#[test]
fn somebody_quits_by_q_or_control_c_unless_q_is_part_of_an_answer() {
    let timeline = timeline();
    assert!(after(&timeline, "q").0.over);
    let (mut stepper, _) = after(&timeline, "/q");
    assert!(!stepper.over && matches!(stepper.mode, Mode::Asking(..)));
    stepper.key(Key::Quit, &timeline).unwrap();
    assert!(stepper.over);
}

#[test]
fn it_begins_where_and_with_whom_it_is_told_to() {
    let timeline = timeline();
    let until = asked::time("2021-05-16 09:00").unwrap();
    let person = asked::person("bob").unwrap();
    let stepper = Stepper::begin(&timeline, Some(until), Some(person)).unwrap().unwrap();
    assert_eq!(timeline.place(stepper.at).unwrap().number, 7);
    assert_eq!(stepper.person.unwrap().to_string(), "person:bob");
    let room = tempfile::tempdir().unwrap();
    let empty = room.path().join("empty.jsonl");
    std::fs::write(&empty, "\n  \n").unwrap();
    let empty = indexed::open(&[empty], &builtin("open").unwrap()).unwrap();
    assert_eq!(Stepper::begin(&empty, None, None).unwrap(), None);
}

/// Pictures as text, in `pictures/NAME.txt`. `UPDATE=1` draws them anew.
#[test]
fn pictures() {
    let timeline = timeline();
    for (name, keys, width, height) in [
        ("a-start-and-both-machines", "", 90, 30),
        ("denied", "d", 90, 26),
        ("a-fact-of-whom-is-followed", "pbob\nn", 90, 24),
        ("meanwhile", "dpalice\n", 90, 24),
        ("no-event", "jjj", 80, 16),
        ("asking", "/m-", 80, 12),
        ("help", "?", 80, 24),
        ("tiny", "d", 24, 6),
    ] {
        let (stepper, _) = after(&timeline, keys);
        let seen = view(&stepper, &timeline, list_height(Size::new(width, height))).unwrap();
        let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
        terminal.draw(|frame| draw(frame, &seen, Palette::none())).unwrap();
        let drawn = terminal.backend().to_string();
        // The backend quotes each line; the log lies elsewhere each time.
        let lines = drawn.lines().map(|line| line.trim_matches('"').trim_end());
        let drawn: String = lines.flat_map(|line| [line, "\n"]).collect();
        let folder =
            Path::new(env!("CARGO_MANIFEST_DIR")).join("src/commands/replay/step/pictures");
        let file = folder.join(format!("{name}.txt"));
        if std::env::var_os("UPDATE").is_some() {
            std::fs::create_dir_all(&folder).unwrap();
            std::fs::write(&file, &drawn).unwrap();
        }
        assert_eq!(std::fs::read_to_string(&file).unwrap_or_default(), drawn, "{name}");
    }
}
