//! What a release wrote every later one reads: a short log of each, the decisions that it made and the machines that
//! came of them (tests/releases/VERSION).
//!
//! These files are never written again. When a test here fails the program is wrong, not the files: somebody keeps
//! journals and snapshots of that release. A new release adds a folder with a policy and a log, and lets
//!
//! ```text
//! cargo test -p firstword-wire --test releases -- --ignored
//! ```
//!
//! record the rest. Nothing that is there is recorded again.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use firstword_engine::Engine;
use firstword_rules::{
    EDITION, Event, Grant, Kind, Machine, Name, Policy, Reason, Role, Scope, Verdict,
};
use firstword_wire::{
    Reader, SNAPSHOT_VERSION, read_decision, read_machine, trim_line, write_decision, write_machine,
};

/// What a release left.
struct Release {
    folder: PathBuf,
    policy: Policy,
    events: Vec<u8>,
}

impl Release {
    fn open(folder: PathBuf) -> Release {
        let text = String::from_utf8(file(&folder, "policy.toml")).unwrap_or_default();
        let checked = firstword_policy::parse(&text);
        assert!(checked.is_ok(), "{}: {:?}", folder.display(), checked.err());
        let policy = checked.map(|checked| checked.policy);
        let policy = policy.unwrap_or_else(|_| unreachable!("it was just looked at"));
        let events = file(&folder, "events.jsonl");
        Release { folder, policy, events }
    }

    fn file(&self, name: &str) -> Vec<u8> {
        file(&self.folder, name)
    }

    /// The events, every one of which must be one.
    fn events<'r>(&'r self, reader: &Reader) -> Vec<Event<'r>> {
        let mut events = Vec::new();
        for line in lines(&self.events) {
            let event = reader.event(line);
            assert!(event.is_ok(), "{:?}: {}", event.err(), line.escape_ascii());
            events.extend(event);
        }
        events
    }

    /// What this program decides of the log, and the machines that it leaves.
    fn decide(&self) -> (Vec<u8>, Engine) {
        let (mut journal, mut engine) = (Vec::new(), Engine::new(self.policy.clone()));
        for event in self.events(&Reader::new(&self.policy)) {
            let decisions = engine.step(&event);
            decisions
                .iter()
                .for_each(|made| write_decision(&mut journal, made, &self.policy.label));
        }
        (journal, engine)
    }
}

fn file(folder: &Path, name: &str) -> Vec<u8> {
    let bytes = fs::read(folder.join(name));
    assert!(bytes.is_ok(), "{}/{name}: {:?}", folder.display(), bytes.err());
    bytes.unwrap_or_default()
}

fn lines(file: &[u8]) -> impl Iterator<Item = &[u8]> {
    file.split_inclusive(|byte| *byte == b'\n').filter_map(trim_line)
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/releases")
}

fn releases() -> Vec<Release> {
    let entries = fs::read_dir(folder()).into_iter().flatten().flatten();
    let mut folders: Vec<PathBuf> = entries.map(|entry| entry.path()).collect();
    folders.sort();
    assert!(folders.iter().any(|folder| folder.ends_with("0.1.0")), "the first release is gone");
    folders.into_iter().map(Release::open).collect()
}

/// A line per machine, by its person: the name, and the snapshot in hex.
fn machines(engine: &Engine) -> String {
    let line = |(person, machine): (Name<'_>, &Machine)| {
        let mut bytes = Vec::new();
        write_machine(&mut bytes, machine, |party| engine.name(party));
        let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        format!("{person} {hex}\n")
    };
    let lines: BTreeSet<String> = engine.machines().map(line).collect();
    lines.into_iter().collect()
}

fn unhex(text: &str) -> Vec<u8> {
    let pairs = text.as_bytes().chunks(2).filter_map(|pair| std::str::from_utf8(pair).ok());
    pairs.filter_map(|pair| u8::from_str_radix(pair, 16).ok()).collect()
}

/// Folds the decisions of a release, with no policy but the one that says nothing.
fn folded(release: &Release) -> Engine {
    let open = firstword_policy::builtin("open");
    let mut engine = Engine::new(open.unwrap_or_else(|| unreachable!("it comes with the program")));
    for line in lines(&release.file("decisions.jsonl")) {
        let decision = read_decision(line);
        assert!(decision.is_ok(), "{:?}: {}", decision.err(), line.escape_ascii());
        let Ok(decision) = decision else { continue };
        engine.replay(&decision.event, decision.role, decision.seq, decision.verdict);
    }
    engine
}

#[test]
fn the_decisions_of_every_release_give_the_machines_of_that_release() {
    for release in releases() {
        let (mut engine, recorded) = (folded(&release), release.file("machines.txt"));
        let mut compared = 0;
        for line in String::from_utf8_lossy(&recorded).lines() {
            let parts = line.split_once(' ');
            let (person, hex) = parts.unwrap_or_else(|| unreachable!("no machine: {line}"));
            let machine = read_machine(&unhex(hex), |name| engine.number(name));
            assert!(machine.is_ok(), "{:?}: {line}", machine.err());
            let expected = Name::parse(person).and_then(|person| engine.machine(&person).cloned());
            assert_eq!(machine.ok(), expected, "{person}");
            compared += 1;
        }
        assert_eq!(compared, engine.machines().count(), "a machine more or less");
        assert!(compared >= 6, "only {compared} machines");
    }
}

/// As long as snapshots have the version of a release's, they are the same bytes.
#[test]
fn the_machines_of_a_release_are_written_as_it_wrote_them() {
    let version = format!(" {SNAPSHOT_VERSION:02x}");
    for release in releases() {
        let recorded = String::from_utf8(release.file("machines.txt")).unwrap_or_default();
        if recorded.lines().all(|line| line.contains(&version)) {
            assert_eq!(machines(&folded(&release)), recorded, "{}", release.folder.display());
        }
    }
}

/// As long as the edition is that of a release, its log is decided as it decided it.
#[test]
fn a_log_of_the_same_edition_is_decided_as_the_release_decided_it() {
    let object = |line: &[u8]| -> BTreeMap<String, serde_json::Value> {
        let object = serde_json::from_slice(line);
        assert!(object.is_ok(), "{}", line.escape_ascii());
        object.unwrap_or_default()
    };
    for release in releases() {
        let recorded = release.file("decisions.jsonl");
        let (decisions, _) = release.decide();
        assert_eq!(lines(&decisions).count(), lines(&recorded).count());
        for (recorded, decided) in lines(&recorded).zip(lines(&decisions)) {
            if read_decision(recorded).is_ok_and(|recorded| recorded.rules == EDITION) {
                let (mut recorded, mut decided) = (object(recorded), object(decided));
                // A policy's fingerprint follows its canonical form, which may get more keys.
                recorded.remove("policy");
                decided.remove("policy");
                assert_eq!(recorded, decided);
            }
        }
    }
}

/// The log of a release is worth its name: every type, every verdict at every gate, every reason.
#[test]
fn the_log_of_a_release_holds_every_type_verdict_and_reason() {
    for release in releases() {
        assert!(lines(&release.events).count() <= 120, "a log that nobody reads");
        let recorded = release.file("decisions.jsonl");
        let (mut types, mut verdicts, mut reasons) =
            (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
        let decisions = lines(&recorded).filter_map(|line| read_decision(line).ok());
        for decision in decisions {
            let gate = match decision.role {
                Role::Sender => "sender",
                Role::Recipient(_) => "recipient",
                Role::Subject => "fact",
            };
            types.insert(decision.event.type_name());
            verdicts.insert(format!("{gate} {}", decision.verdict.as_str()));
            verdicts.extend(decision.verdict.basis().map(|basis| format!("{gate} as {basis}")));
            if let Verdict::Denied(reason) | Verdict::Ignored(reason) = decision.verdict {
                reasons.insert(reason);
            }
        }
        assert_eq!(types.len(), 16, "{types:?}");
        let expected = [
            "fact duplicate",
            "fact ignored",
            "fact recorded",
            "recipient allowed",
            "recipient as continue",
            "recipient as reply",
            "recipient as start",
            "recipient denied",
            "recipient duplicate",
            "sender allowed",
            "sender as continue",
            "sender as opt_out",
            "sender as reply",
            "sender as start",
            "sender denied",
            "sender duplicate",
            "sender forwarded",
        ];
        assert_eq!(verdicts, expected.map(str::to_owned).into());
        let missing: Vec<_> = Reason::ALL.iter().filter(|r| !reasons.contains(*r)).collect();
        assert!(missing.is_empty(), "no decision for {missing:?}");
    }
}

/// The machines of a release hold everything that a machine can hold.
#[test]
fn the_machines_of_a_release_hold_all_that_machines_hold() {
    for release in releases() {
        let engine = folded(&release);
        let machines: Vec<&Machine> = engine.machines().map(|(_, machine)| machine).collect();
        let talks = || machines.iter().flat_map(|machine| machine.conversations());
        let contacts = || machines.iter().flat_map(|machine| machine.contacts());
        let blocks = || machines.iter().flat_map(|machine| machine.blocks());
        let grants: Vec<Grant> = contacts()
            .flat_map(|(_, contact)| Scope::ALL.iter().filter_map(|scope| contact.scope(*scope)))
            .map(|grant| grant.value)
            .collect();
        for (what, held) in [
            ("a closed account", machines.iter().any(|machine| machine.is_closed())),
            ("a region", machines.iter().any(|machine| machine.region().is_some())),
            ("a reach", machines.iter().any(|machine| machine.reach().is_some())),
            ("doubt", machines.iter().any(|machine| machine.doubt().is_some_and(|d| d.value))),
            ("no doubt", machines.iter().any(|machine| machine.doubt().is_some_and(|d| !d.value))),
            ("two answers", machines.iter().any(|machine| machine.answers().len() > 1)),
            ("16 marks", machines.iter().any(|machine| machine.seen().iter().count() == 16)),
            (
                "a marketing start",
                machines.iter().any(|machine| machine.marketing_starts().len() > 0),
            ),
            ("a message heard", talks().any(|talk| talk.heard(Kind::Message).is_some())),
            ("a call heard", talks().any(|talk| talk.heard(Kind::Call).is_some())),
            ("a message said", talks().any(|talk| talk.spoke(Kind::Message).is_some())),
            ("a call made", talks().any(|talk| talk.spoke(Kind::Call).is_some())),
            ("an unanswered start", talks().any(|talk| talk.unanswered())),
            ("an answered start", talks().any(|talk| !talk.unanswered())),
            ("an erasure", contacts().any(|(_, contact)| contact.erased().is_some())),
            ("an unanswered call", contacts().any(|(_, contact)| contact.unanswered_calls() > 0)),
            ("out", grants.contains(&Grant::Out)),
            ("in for good", grants.contains(&Grant::In { until: None })),
            ("in for a time", grants.iter().any(|g| matches!(g, Grant::In { until: Some(_) }))),
            ("a block", blocks().any(|(_, block)| block.value)),
            ("a block that was lifted", blocks().any(|(_, block)| !block.value)),
            ("a person blocked", blocks().any(|(party, _)| party.is_person())),
            ("a business blocked", blocks().any(|(party, _)| !party.is_person())),
        ] {
            assert!(held, "{}: no machine holds {what}", release.folder.display());
        }
    }
}

/// Records what a new release makes of its log, where nothing is recorded yet.
#[test]
#[ignore = "for whoever makes a release"]
fn record_a_new_release() {
    let release = Release::open(folder().join(env!("CARGO_PKG_VERSION")));
    let (decisions, engine) = release.decide();
    for (name, bytes) in
        [("decisions.jsonl", decisions), ("machines.txt", machines(&engine).into_bytes())]
    {
        let path = release.folder.join(name);
        assert!(!path.exists(), "{name} of {} is recorded for good", env!("CARGO_PKG_VERSION"));
        let written = fs::write(&path, bytes);
        assert!(written.is_ok(), "{written:?}");
    }
}
