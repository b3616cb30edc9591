//! A machine is read from its snapshot as it was, and from anything else not at all.

#[path = "shared/any_snapshot.rs"]
mod any_snapshot;

use std::collections::BTreeMap;

use any_snapshot::{any_snapshot, no_machines, party, read, sealed, snapshot};
use firstword_engine::Engine;
use firstword_policy::builtin;
use firstword_rules::{
    Answer, Answered, CONVERSATIONS, Contact, Conversation, Dated, Grant, MARKETING_STARTS,
    Machine, Mark, Millis, Name, Parts, PartyKind, Policy, Reach, Region,
};
use firstword_traffic::generate::{Generator, Traffic};
use firstword_wire::{
    DamagedSnapshot, Reader, SNAPSHOT_VERSION, read_decision, trim_line, write_decision,
};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;

fn policy(name: &str) -> Policy {
    builtin(name).unwrap_or_else(|| unreachable!("it comes with the program"))
}

/// A log that a policy decided: the decisions of every gate, and the machines after it.
fn decided(name: &str, seed: u64) -> (Vec<u8>, Engine) {
    let policy = policy(name);
    let traffic =
        Traffic { people: 40, businesses: 8, events: 8_000, days: 40, seed, ..Traffic::default() };
    let mut log = Vec::new();
    let generated = Generator::new(&traffic).map(|mut generator| generator.write(&mut log));
    assert!(matches!(generated, Ok(Ok(_))), "{generated:?}");
    let (reader, label) = (Reader::new(&policy), policy.label.clone());
    let (mut engine, mut journal) = (Engine::new(policy), Vec::new());
    for line in log.split_inclusive(|byte| *byte == b'\n').filter_map(trim_line) {
        let event = reader.event(line);
        assert!(event.is_ok(), "{:?}: {}", event.err(), line.escape_ascii());
        let Ok(event) = event else { continue };
        engine.step(&event).iter().for_each(|made| write_decision(&mut journal, made, &label));
    }
    (journal, engine)
}

/// The snapshot of every machine, by its person.
fn snapshots(engine: &Engine) -> BTreeMap<String, Vec<u8>> {
    let machines = engine.machines();
    machines.map(|(person, machine)| (person.to_string(), snapshot(engine, machine))).collect()
}

/// Folding the decisions, in an engine that met the parties in another order and knows no policy, gives machines
/// with the same snapshots; and so does restoring them from their snapshots.
#[test]
fn journal_and_snapshots_give_the_same_machines() {
    for (name, seed) in [("whatsapp-2021", 1), ("whatsapp-business-2026", 2), ("open", 3)] {
        let (journal, engine) = decided(name, seed);
        let expected = snapshots(&engine);
        assert!(expected.len() >= 30, "{} machines", expected.len());

        let lines: Vec<&[u8]> =
            journal.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()).collect();
        let (mut folded, mut restored) = (no_machines(), no_machines());
        for line in lines.iter().rev() {
            let Ok(decision) = read_decision(line) else { continue };
            let (one, other) = decision.event.parties();
            other.map(|other| folded.number(other));
            folded.number(one);
        }
        for line in &lines {
            let decision = read_decision(line);
            assert!(decision.is_ok(), "{:?}: {}", decision.err(), line.escape_ascii());
            let Ok(decision) = decision else { continue };
            folded.replay(&decision.event, decision.role, decision.seq, decision.verdict);
        }
        assert!(snapshots(&folded) == expected, "{name}: the journal gives other machines");

        for (person, bytes) in expected.iter().rev() {
            let machine = read(&mut restored, bytes);
            let person = Name::parse(person);
            assert!(machine.is_ok() && person.is_some(), "{name}: {:?}", machine.err());
            let (Ok(machine), Some(person)) = (machine, person) else { continue };
            restored.restore(&person, machine);
        }
        assert!(snapshots(&restored) == expected, "{name}: the snapshots give other machines");

        // With the numbers of its own engine a machine is read as it was, to the last field.
        let mut own = engine.clone();
        for (person, machine) in engine.machines() {
            let bytes = expected.get(&person.to_string()).map_or(&[][..], Vec::as_slice);
            assert!(read(&mut own, bytes).as_ref() == Ok(machine), "{name}: a machine changed");
        }
    }
}

fn time() -> impl Strategy<Value = Millis> {
    (946_684_800_000..4_102_444_800_000_i64).prop_map(Millis)
}

fn dated<T: std::fmt::Debug>(value: impl Strategy<Value = T>) -> impl Strategy<Value = Dated<T>> {
    (time(), value).prop_map(|(at, value)| Dated { at, value })
}

fn grant() -> impl Strategy<Value = Grant> {
    prop_oneof![Just(Grant::Out), option::of(time()).prop_map(|until| Grant::In { until })]
}

/// Any machine at all, whatever the rules would say to it.
fn machine(engine: &mut Engine) -> impl Strategy<Value = Machine> + use<> {
    let people: Vec<_> = (0..9).map(|n| engine.number(&party(PartyKind::Person, n))).collect();
    let shops: Vec<_> = (0..9).map(|n| engine.number(&party(PartyKind::Business, n))).collect();
    let parties = select([people, shops.clone()].concat());
    let times = [option::of(time()), option::of(time()), option::of(time()), option::of(time())];
    let talk = (parties.clone(), 0..1_u64 << 40, any::<bool>(), times)
        .prop_map(|(party, last, open, times)| Conversation::restored(party, last, open, times));
    let scopes = || option::of(dated(grant()));
    let contact = ([scopes(), scopes(), scopes(), scopes()], option::of(time()), 0..=16_u8)
        .prop_map(|(scopes, erased, calls)| Contact::restored(scopes, erased, calls));
    let answer = (any::<u8>(), dated(select(Answer::ALL.to_vec()))).prop_map(|(n, answer)| {
        let version = format!("a version of some length, the {n}th").replace(' ', "_").into();
        Answered::new(version, answer)
    });
    let region = select(vec!["FR", "DE-HH", "US-A1B"]).prop_filter_map("a region", Region::parse);
    let alone = (
        1_u64 << 40..1 << 47,
        any::<bool>(),
        vec((1..u8::MAX).prop_map(|n| Mark::from_bytes([n; 12])), 0..=16),
        option::of(dated(region)),
        option::of(dated(select(Reach::ALL.to_vec()))),
        option::of(dated(any::<bool>())),
    );
    let about_parties = (
        vec(talk, 0..12),
        vec(answer, 0..20),
        vec((select(shops), contact), 0..6),
        vec((parties, dated(any::<bool>())), 0..6),
        vec(time(), 0..=MARKETING_STARTS),
    );
    (alone, about_parties).prop_map(
        |(
            (seq, closed, seen, region, reach, doubt),
            (conversations, answers, contacts, blocks, marketing_starts),
        )| {
            let parts = Parts {
                seq,
                closed,
                seen,
                conversations,
                region,
                reach,
                doubt,
                answers,
                contacts,
                blocks,
                marketing_starts,
            };
            parts.into()
        },
    )
}

#[test]
fn any_machine_is_read_as_it_was_whoever_numbers_its_parties() {
    let mut engine = no_machines();
    let machines = machine(&mut engine);
    let config =
        ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() };
    let outcome = proptest::test_runner::TestRunner::new(config).run(&machines, |machine| {
        let bytes = snapshot(&engine, &machine);
        let mut own = engine.clone();
        prop_assert!(read(&mut own, &bytes) == Ok(machine.clone()), "a machine changed");
        let mut other = no_machines();
        for n in (0..9).rev() {
            other.number(&party(PartyKind::Business, n));
        }
        let again = read(&mut other, &bytes);
        prop_assert!(again.is_ok(), "{:?}", again.err());
        if let Ok(again) = again {
            prop_assert_eq!(snapshot(&other, &again), bytes);
        }
        Ok(())
    });
    assert!(outcome.is_ok(), "{outcome:?}");
}

/// Some snapshots of machines that have been through something.
fn some_snapshots() -> Vec<Vec<u8>> {
    let (_, engine) = decided("whatsapp-business-2026", 4);
    let mut all: Vec<Vec<u8>> = snapshots(&engine).into_values().collect();
    all.sort_by_key(Vec::len);
    let step = all.len() / 8;
    let some: Vec<_> = all.into_iter().step_by(step).collect();
    assert!(some.iter().all(|bytes| bytes.len() >= 16) && some.len() >= 8, "{}", some.len());
    some
}

#[test]
fn a_snapshot_with_a_bit_flipped_is_refused() {
    for mut bytes in some_snapshots() {
        for place in 0..bytes.len() * 8 {
            let flip = |bytes: &mut [u8]| {
                bytes.iter_mut().skip(place / 8).take(1).for_each(|byte| *byte ^= 1 << (place % 8));
            };
            flip(&mut bytes);
            assert_eq!(
                read(&mut no_machines(), &bytes),
                Err(DamagedSnapshot::Checksum),
                "bit {place}"
            );
            flip(&mut bytes);
        }
        assert!(read(&mut no_machines(), &bytes).is_ok(), "the flips were not undone");
    }
}

#[test]
fn a_snapshot_cut_short_or_grown_is_refused() {
    for mut bytes in some_snapshots() {
        for length in 0..bytes.len() {
            let cut = bytes.get(..length).unwrap_or_default();
            assert_eq!(read(&mut no_machines(), cut), Err(DamagedSnapshot::Checksum), "{length}");
        }
        bytes.push(0);
        assert_eq!(read(&mut no_machines(), &bytes), Err(DamagedSnapshot::Checksum));
    }
}

#[test]
fn a_version_that_is_not_known_is_refused() {
    for bytes in some_snapshots() {
        for version in (0..=u8::MAX).filter(|version| *version != SNAPSHOT_VERSION) {
            let mut body = bytes.get(..bytes.len() - 4).unwrap_or_default().to_vec();
            body.iter_mut().take(1).for_each(|first| *first = version);
            assert_eq!(
                read(&mut no_machines(), &sealed(&body)),
                Err(DamagedSnapshot::Version(version))
            );
        }
    }
    assert_eq!(read(&mut no_machines(), &sealed(b"")), Err(DamagedSnapshot::Contents));
    assert_eq!(
        read(&mut no_machines(), &sealed(&[SNAPSHOT_VERSION])),
        Err(DamagedSnapshot::Contents)
    );
}

/// Contents that no machine has, under a checksum that fits.
#[test]
fn contents_that_make_no_machine_are_refused() {
    let engine = &mut no_machines();
    let (shop, alice) = (
        engine.number(&party(PartyKind::Business, 1)),
        engine.number(&party(PartyKind::Person, 1)),
    );
    let at = Millis(1_621_155_600_000);
    let contact = |calls| Contact::restored([None; 4], None, calls);
    let talk = |last, at| Conversation::restored(shop, last, false, [Some(at), None, None, None]);
    let good = Parts { seq: 9, ..Parts::default() };
    let many = (0..=CONVERSATIONS).map(|n| {
        let party = engine.number(&party(PartyKind::Person, n));
        Conversation::restored(party, 1, false, [Some(at); 4])
    });
    let many: Vec<Conversation> = many.collect();
    let (cases, fitting): (Vec<Parts>, Vec<Parts>) = (
        vec![
            Parts { contacts: vec![(shop, contact(17))], ..good.clone() },
            Parts { contacts: vec![(alice, contact(1))], ..good.clone() },
            Parts { conversations: vec![talk(10, at)], ..good.clone() },
            Parts { conversations: vec![talk(9, Millis(946_684_799_999))], ..good.clone() },
            Parts { conversations: vec![talk(9, Millis(4_102_444_800_000))], ..good.clone() },
            Parts { conversations: many.clone(), ..good.clone() },
            Parts { marketing_starts: vec![at; MARKETING_STARTS + 1], ..good.clone() },
            Parts { seq: 1 << 47, ..good.clone() },
        ],
        vec![
            Parts { contacts: vec![(shop, contact(16))], ..good.clone() },
            Parts { conversations: vec![talk(9, at)], ..good.clone() },
            Parts { conversations: many.into_iter().skip(1).collect(), ..good.clone() },
            Parts { marketing_starts: vec![at; MARKETING_STARTS], ..good.clone() },
            Parts { seq: (1 << 47) - 1, ..good },
        ],
    );
    for (case, parts) in cases.into_iter().enumerate() {
        let bytes = snapshot(engine, &parts.into());
        assert_eq!(read(engine, &bytes), Err(DamagedSnapshot::Contents), "case {case}");
    }
    for (case, parts) in fitting.into_iter().enumerate() {
        let machine: Machine = parts.into();
        let bytes = snapshot(engine, &machine);
        assert!(read(engine, &bytes) == Ok(machine), "case {case}");
    }
}

#[test]
fn bytes_at_random_never_panic() {
    let some = some_snapshots();
    let bodies: Vec<Vec<u8>> = some
        .iter()
        .map(|bytes| bytes.get(..bytes.len() - 4).unwrap_or_default().to_vec())
        .collect();
    let edits = vec((any::<proptest::sample::Index>(), 0..3_usize, vec(any::<u8>(), 0..3)), 1..4);
    let mutated = (select(bodies), edits).prop_map(|(mut body, edits)| {
        for (place, dropped, new) in edits {
            let start = place.index(body.len() + 1);
            let end = (start + dropped).min(body.len());
            body.splice(start..end, new);
        }
        body
    });
    let random = vec(any::<u8>(), 0..120).prop_map(|mut body| {
        body.insert(0, SNAPSHOT_VERSION);
        body
    });
    let accepted = std::cell::Cell::new(0_u32);
    let config =
        ProptestConfig { cases: 6_000, failure_persistence: None, ..ProptestConfig::default() };
    let bodies = prop_oneof![4 => mutated, 1 => random];
    let outcome = proptest::test_runner::TestRunner::new(config).run(&bodies, |body| {
        accepted.set(accepted.get() + u32::from(any_snapshot(&body)));
        Ok(())
    });
    assert!(outcome.is_ok(), "{outcome:?}");
    assert!(accepted.get() > 100, "only {} were machines at all", accepted.get());
}
