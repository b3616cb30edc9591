//! Machines as one stream of bytes: what is written is read again, and what is not whole is not read.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeMap;
use std::io::Read;

use firstword_engine::Engine;
use firstword_traffic::generate::{Generator, Traffic};
use firstword_wire::{BadMachines, MachinesIn, MachinesOut, Reader, trim_line, write_machine};

fn engine(people: u32) -> Engine {
    let traffic = Traffic { people, events: 10 * u64::from(people), ..Traffic::default() };
    let mut log = Vec::new();
    Generator::new(&traffic).unwrap().write(&mut log).unwrap();
    let policy = firstword_policy::builtin("whatsapp-2021").unwrap();
    let reader = Reader::new(&policy);
    let mut engine = Engine::new(policy);
    for line in log.split_inclusive(|byte| *byte == b'\n').filter_map(trim_line) {
        if let Ok(event) = reader.event(line) {
            engine.step(&event);
        }
    }
    engine
}

fn write(engine: &Engine) -> Vec<u8> {
    let mut out = MachinesOut::begin(Vec::new(), &engine.policy().label).unwrap();
    for (name, machine) in engine.machines() {
        out.machine(&name.text, machine, |party| engine.name(party)).unwrap();
    }
    out.finish().unwrap()
}

fn read(from: impl Read) -> Result<(Engine, u64), BadMachines> {
    let policy = firstword_policy::builtin("whatsapp-2021").unwrap();
    let label = policy.label.clone();
    let mut engine = Engine::new(policy);
    let mut machines = MachinesIn::begin(from)?;
    while let Some((person, machine)) = machines.next(|name| engine.number(name))? {
        engine.restore(&person, machine);
    }
    assert_eq!(machines.policy(), &*label);
    Ok((engine, machines.count()))
}

/// The machines by name, in a form that does not depend on numbers.
fn machines(engine: &Engine) -> BTreeMap<String, Vec<u8>> {
    let mut machines = BTreeMap::new();
    for (name, machine) in engine.machines() {
        let mut bytes = Vec::new();
        write_machine(&mut bytes, machine, |party| engine.name(party));
        machines.insert(name.to_string(), bytes);
    }
    machines
}

/// A source that gives as little at a time as sources may.
struct Dripping<'b>(&'b [u8]);

impl Read for Dripping<'_> {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        let length = into.len().min(7);
        self.0.read(into.get_mut(..length).unwrap_or_default())
    }
}

#[test]
fn what_is_written_is_read() {
    // Over several of the pieces in which it is read.
    let before = engine(8_000);
    let bytes = write(&before);
    assert!(bytes.len() > 1 << 20, "{} bytes", bytes.len());
    for read in [read(&bytes[..]), read(Dripping(&bytes))] {
        let (after, count) = read.unwrap();
        assert_eq!((after.machine_count(), count), (before.machine_count(), count));
        assert!(machines(&after) == machines(&before), "other machines");
    }
    let (none, count) = read(&write(&Engine::new(before.policy().clone()))[..]).unwrap();
    assert_eq!((none.machine_count(), count), (0, 0));
}

#[test]
fn what_is_not_whole_is_not_read() {
    let whole = write(&engine(4));
    for at in 0..whole.len() {
        let mut flipped = whole.clone();
        *flipped.get_mut(at).unwrap() ^= 1 << (at % 8);
        assert!(read(&flipped[..]).is_err(), "a bit of byte {at} was flipped");
        let cut = read(whole.get(..at).unwrap());
        assert!(matches!(cut, Err(BadMachines::CutOff)), "cut to {at} bytes: {:?}", cut.err());
    }
    assert!(matches!(read(&[&whole[..], b"\n"].concat()[..]), Err(BadMachines::TooLong)));
    assert!(matches!(read(&b"{\"id\":\"not a state of ours\"}"[..]), Err(BadMachines::Foreign)));
    assert!(matches!(read(&b"firstword state\n\x02"[..]), Err(BadMachines::Format(2))));
}
