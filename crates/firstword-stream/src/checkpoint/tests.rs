//! A checkpoint is what was written, to the last bit, or it is refused.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeMap;

use firstword_rules::Name;
use firstword_wire::{Reader, write_machine};
use tempfile::TempDir;

use super::*;

fn identity() -> Identity {
    let name = |text: &str| text.to_owned();
    Identity {
        cluster: name("cluster"),
        group: name("../a group"),
        events: name("e"),
        relay: name("r"),
        decisions: name("d"),
        snapshots: name("s"),
        partition: 3,
        partitions: 8,
    }
}

/// An engine where three people decided, and two of them wait for their snapshots.
fn task() -> (Engine, Line) {
    let policy = firstword_policy::builtin("open").unwrap();
    let reader = Reader::new(&policy);
    let mut engine = Engine::new(policy);
    for (from, to) in [("a", "b"), ("c", "a"), ("b", "business:x")] {
        let to = if to.contains(':') { to.to_owned() } else { format!("person:{to}") };
        let event = format!(
            r#"{{"id":"{from}","type":"message","at":"2021-05-16T09:00:00Z","from":"person:{from}","to":"{to}"}}"#
        );
        engine.step(&reader.event(event.as_bytes()).unwrap());
    }
    let mut line = Line::default();
    let number =
        |name: &str| engine.find(&Name::parse(&format!("person:{name}")).unwrap()).unwrap();
    line.advance(0, [number("c")].into_iter(), 10, 1_000);
    line.advance(0, [number("a")].into_iter(), 900, 900_000);
    (engine, line)
}

fn keep(folder: &TempDir, identity: &Identity) -> PathBuf {
    let (engine, line) = task();
    let last = Some(Last::new(999, b"decision", 1_000));
    let kept = Kept { identity, decisions_end: 1_000, last, committed: [5, -1] };
    write(folder.path(), &kept, &engine, &line).unwrap();
    path(folder.path(), identity)
}

/// The machines by name, in a form that does not depend on numbers.
fn machines(engine: &Engine) -> BTreeMap<String, Vec<u8>> {
    let written = |(name, machine): (Name<'_>, _)| {
        let mut bytes = Vec::new();
        write_machine(&mut bytes, machine, |party| engine.name(party));
        (name.text.to_string(), bytes)
    };
    engine.machines().map(written).collect()
}

fn load(folder: &TempDir) -> Result<(Engine, Line), Refused> {
    let found = Found::open(folder.path(), &identity(), [5, 0])?.unwrap();
    let mut engine = Engine::new(firstword_policy::builtin("open").unwrap());
    let line = found.load(&mut engine, 20, |_| true)?.unwrap();
    Ok((engine, line))
}

#[test]
fn machines_and_line_come_back() {
    let folder = TempDir::new().unwrap();
    keep(&folder, &identity());
    let (engine, line) = load(&folder).unwrap();
    let (before, _) = task();
    assert_eq!((machines(&engine), engine.machine_count()), (machines(&before), 3));
    let waiting: Vec<_> = line.waiting().map(|person| engine.name(person).to_string()).collect();
    assert_eq!(waiting, ["person:c", "person:a"]);
    // The snapshots hold everything before 20 by now.
    assert_eq!((line.restore_from(0, 2_000), line.restore_from(1, 2_000)), (20, 900));
    // The file names people: only its owner may read it. Beside it lies its lock and nothing else.
    let path = path(folder.path(), &identity());
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    }
    assert_eq!(fs::read_dir(path.parent().unwrap()).unwrap().count(), 2);
}

#[test]
fn one_that_is_not_whole_is_refused() {
    let folder = TempDir::new().unwrap();
    let path = keep(&folder, &identity());
    let whole = fs::read(&path).unwrap();
    for at in 0..whole.len() {
        let mut flipped = whole.clone();
        *flipped.get_mut(at).unwrap() ^= 1 << (at % 8);
        fs::write(&path, flipped).unwrap();
        assert!(load(&folder).is_err(), "a bit of byte {at} was flipped");
        fs::write(&path, whole.get(..at).unwrap()).unwrap();
        assert!(load(&folder).is_err(), "cut to {at} bytes");
    }
    fs::write(&path, [&whole[..], b"\n"].concat()).unwrap();
    assert!(matches!(load(&folder), Err(Refused::Machines(BadMachines::TooLong))));
    fs::write(&path, whole).unwrap();
    assert!(load(&folder).is_ok());
}

#[test]
fn one_of_something_else_is_refused() {
    type Change = fn(&mut Identity);
    let changes: [(&str, Change); 8] = [
        ("cluster", |identity| identity.cluster.push('x')),
        ("group", |identity| identity.group.push('x')),
        ("topic of events", |identity| identity.events.push('x')),
        ("topic of relay", |identity| identity.relay.push('x')),
        ("topic of decisions", |identity| identity.decisions.push('x')),
        ("topic of snapshots", |identity| identity.snapshots.push('x')),
        ("partition", |identity| identity.partition = 4),
        ("number of partitions", |identity| identity.partitions = 16),
    ];
    for (what, change) in changes {
        let folder = TempDir::new().unwrap();
        let mut other = identity();
        change(&mut other);
        let theirs = keep(&folder, &other);
        let ours = path(folder.path(), &identity());
        fs::create_dir_all(ours.parent().unwrap()).unwrap();
        fs::rename(theirs, ours).unwrap_or_default();
        let refused = load(&folder).map(|_| ()).unwrap_err();
        assert!(matches!(refused, Refused::Foreign(said) if said == what), "{what}: {refused}");
    }
    let folder = TempDir::new().unwrap();
    keep(&folder, &identity());
    let behind = Found::open(folder.path(), &identity(), [4, 0]);
    assert!(matches!(behind, Err(Refused::AheadOfGroup)));
}

#[test]
fn a_group_of_any_name_has_one_folder_of_its_own() {
    let mut seen = std::collections::BTreeSet::new();
    for group in ["a", "../a", "..", ".", "a/b", "a%2Fb", "", "Ü"] {
        let identity = Identity { group: group.to_owned(), ..identity() };
        let path = path(Path::new("dir"), &identity);
        let names: Vec<_> = path.components().collect();
        assert!(path.starts_with("dir") && !path.display().to_string().contains(".."), "{group}");
        assert!(names.len() == 3 || group.is_empty(), "{group}: {names:?}");
        assert!(seen.insert(path), "{group}");
    }
}
