//! Whatever bytes come in as a machine, nothing panics, and what is accepted can be lived with.

use std::sync::LazyLock;

use firstword_engine::Engine;
use firstword_policy::builtin;
use firstword_rules::{
    Answer, Event, Fact, Kind, Machine, Millis, Name, PartyKind, Policy, Scopes, Utterance, What,
};
use firstword_wire::{DamagedSnapshot, read_machine, write_machine};

/// Reads bytes as a snapshot, and as the body of one whose checksum fits; whether that was a machine.
pub fn any_snapshot(body: &[u8]) -> bool {
    try_snapshot(body);
    try_snapshot(&sealed(body))
}

/// Reads bytes as a snapshot: whatever they are there is no panic, and what is accepted is a machine that can be
/// written, read and lived with.
fn try_snapshot(bytes: &[u8]) -> bool {
    let mut engine = no_machines();
    let Ok(machine) = read(&mut engine, bytes) else { return false };
    let again = snapshot(&engine, &machine);
    assert!(read(&mut engine, &again) == Ok(machine.clone()), "{}", bytes.escape_ascii());
    let (person, seq) = (party(PartyKind::Person, 0), machine.seq());
    engine.restore(&person, machine);
    assert!(live_on(&mut engine, &person) > seq, "{}", bytes.escape_ascii());
    true
}

/// What an event of every kind makes of a machine, to see that it can bear it.
fn live_on(engine: &mut Engine, person: &Name<'static>) -> u64 {
    let shop = party(PartyKind::Business, 1);
    let spoken = |kind, from: &Name<'static>, to: &Name<'static>| {
        What::Utterance(Utterance {
            kind,
            from: from.clone(),
            to: to.clone(),
            category: None,
            purpose: None,
            sector: None,
            findings: Vec::new(),
        })
    };
    let fact = |fact| What::Fact { person: person.clone(), fact };
    let every = [
        spoken(Kind::Message, person, &shop),
        spoken(Kind::Call, &shop, person),
        spoken(Kind::Message, &party(PartyKind::Person, 1), person),
        fact(Fact::Terms(Answer::Accepted, "2021-05".into())),
        fact(Fact::OptedIn { business: shop.clone(), scopes: Some(Scopes::ALL), until: None }),
        fact(Fact::OptedOut { business: shop.clone(), scopes: None }),
        fact(Fact::ContactErased { business: shop.clone() }),
        fact(Fact::CallAnswered { business: shop.clone() }),
        fact(Fact::Blocked(shop.clone())),
        fact(Fact::Unreadable),
        fact(Fact::PersonErased),
    ];
    for (number, what) in every.into_iter().enumerate() {
        let at = Millis(1_621_155_600_000 + number as i64);
        let event = Event { id: format!("e-{number}").into(), at, what };
        engine.step(&event);
    }
    engine.machine(person).map_or(0, Machine::seq)
}

/// An engine that knows nobody.
pub fn no_machines() -> Engine {
    static POLICY: LazyLock<Policy> = LazyLock::new(|| {
        builtin("open").unwrap_or_else(|| unreachable!("it comes with the program"))
    });
    Engine::new(POLICY.clone())
}

/// The bytes of a machine.
pub fn snapshot(engine: &Engine, machine: &Machine) -> Vec<u8> {
    let mut bytes = Vec::new();
    write_machine(&mut bytes, machine, |party| engine.name(party));
    bytes
}

/// The machine of bytes.
pub fn read(engine: &mut Engine, bytes: &[u8]) -> Result<Machine, DamagedSnapshot> {
    read_machine(bytes, |name| engine.number(name))
}

/// Parties that a machine of the tests knows.
pub fn party(kind: PartyKind, number: usize) -> Name<'static> {
    Name { kind, text: format!("\"{number} é").replace(' ', "-").into() }
}

/// Bytes with a checksum that fits.
pub fn sealed(body: &[u8]) -> Vec<u8> {
    let mut bytes = body.to_vec();
    bytes.extend(crc32fast::hash(body).to_le_bytes());
    bytes
}
