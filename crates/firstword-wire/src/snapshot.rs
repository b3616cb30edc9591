//! A machine as bytes: versioned, checksummed, the same for the same machine whoever numbered its parties.
//!
//! ```text
//! version: u8 · body · crc32 of all before it: u32
//! body: seq, closed, seen marks, region, reach, doubt, answers, conversations, contacts, blocks, marketing starts
//! ```
//! Whole numbers are LEB128, little end first; times are milliseconds plus one, 0 where unset; names are their
//! kind, length and bytes. Lists of parties are in the order of their names.

use std::fmt;

use firstword_rules::{
    Answer, Answered, CONVERSATIONS, Contact, Conversation, Dated, Grant, Kind, MARKETING_STARTS,
    Machine, Mark, Millis, Name, Parts, Party, PartyKind, Reach, Region, Scope, UNANSWERED_CALLS,
};

use crate::read::time::in_range;

/// The version that is written; every earlier one is read.
pub const SNAPSHOT_VERSION: u8 = 1;

/// The highest number of a decision: a conversation keeps that of its last utterance in 47 bits.
const MOST_DECISIONS: u64 = (1 << 47) - 1;

/// Bytes that are no snapshot, or one that was damaged.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum DamagedSnapshot {
    /// Of a version that this program does not know.
    Version(u8),
    /// Its checksum does not fit.
    Checksum,
    /// Its checksum fits, its contents do not.
    Contents,
}

impl fmt::Display for DamagedSnapshot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            DamagedSnapshot::Version(version) => write!(
                f,
                "a snapshot of version {version}; this program knows versions up to {SNAPSHOT_VERSION}"
            ),
            DamagedSnapshot::Checksum => {
                f.write_str("a damaged snapshot: its checksum does not fit")
            }
            DamagedSnapshot::Contents => {
                f.write_str("a damaged snapshot: its contents make no machine")
            }
        }
    }
}

impl std::error::Error for DamagedSnapshot {}

/// Appends a machine; `name` gives each party's name.
pub fn write_machine<'n>(out: &mut Vec<u8>, machine: &Machine, name: impl Fn(Party) -> Name<'n>) {
    let start = out.len();
    let mut to = Writer { out, name };
    to.out.push(SNAPSHOT_VERSION);
    to.number(machine.seq());
    to.out.push(machine.is_closed().into());
    to.list(machine.seen().iter(), |to, mark| to.out.extend(mark.to_bytes()));
    to.dated(machine.region(), |to, region| to.text(region.as_str()));
    to.dated(machine.reach(), |to, reach| to.out.push(reach as u8));
    to.dated(machine.doubt(), |to, doubt| to.out.push(doubt.into()));
    to.list(machine.answers().iter(), |to, held| {
        to.text(&held.version);
        to.dated(Some(held.answer()), |to, answer| to.out.push(answer as u8));
    });
    to.parties(machine.conversations(), Conversation::party, |to, talk| {
        to.number(talk.last_let_through() << 1 | u64::from(talk.unanswered()));
        for kind in [Kind::Message, Kind::Call] {
            to.time(talk.heard(kind));
            to.time(talk.spoke(kind));
        }
    });
    to.parties(
        machine.contacts(),
        |(party, _)| *party,
        |to, (_, contact)| {
            for scope in Scope::ALL {
                to.dated(contact.scope(*scope), |to, grant| match grant {
                    Grant::Out => to.out.push(0),
                    Grant::In { until } => {
                        to.out.push(1);
                        to.time(until);
                    }
                });
            }
            to.time(contact.erased());
            to.out.push(contact.unanswered_calls());
        },
    );
    to.parties(
        machine.blocks(),
        |(party, _)| *party,
        |to, (_, block)| {
            to.dated(Some(*block), |to, blocked| to.out.push(blocked.into()));
        },
    );
    to.list(machine.marketing_starts(), |to, at| to.time(Some(at)));
    let checksum = crc32fast::hash(out.get(start..).unwrap_or_default());
    out.extend(checksum.to_le_bytes());
}

/// Reads a machine from exactly these bytes; `number` gives each name its party.
///
/// # Errors
/// A version that is not known, a checksum that does not fit, contents that make no machine.
pub fn read_machine(
    bytes: &[u8],
    number: impl FnMut(&Name<'_>) -> Party,
) -> Result<Machine, DamagedSnapshot> {
    let (body, checksum) = bytes.split_last_chunk::<4>().ok_or(DamagedSnapshot::Checksum)?;
    if crc32fast::hash(body) != u32::from_le_bytes(*checksum) {
        return Err(DamagedSnapshot::Checksum);
    }
    match body.split_first() {
        Some((&SNAPSHOT_VERSION, rest)) => {
            machine(&mut Input { rest, number }).ok_or(DamagedSnapshot::Contents)
        }
        Some((version, _)) => Err(DamagedSnapshot::Version(*version)),
        None => Err(DamagedSnapshot::Contents),
    }
}

fn machine<N: FnMut(&Name<'_>) -> Party>(from: &mut Input<'_, N>) -> Option<Machine> {
    let seq = from.number().filter(|seq| *seq <= MOST_DECISIONS)?;
    let parts = Parts {
        seq,
        closed: from.flag()?,
        seen: from.list(|from| from.chunk().map(Mark::from_bytes))?,
        region: from.dated(|from| Region::parse(from.text()?))?,
        reach: from.dated(|from| Reach::ALL.get(usize::from(from.byte()?)).copied())?,
        doubt: from.dated(Input::flag)?,
        answers: from.list(|from| {
            let version = from.text()?.into();
            let answer =
                from.dated(|from| Answer::ALL.get(usize::from(from.byte()?)).copied())??;
            Some(Answered::new(version, answer))
        })?,
        conversations: from
            .list(|from| {
                let (party, last) = (from.party()?, from.number()?);
                if last >> 1 > seq {
                    return None; // Let through by a decision that was never made.
                }
                let heard_message = from.time()?;
                let spoke_message = from.time()?;
                let heard_call = from.time()?;
                let spoke_call = from.time()?;
                let times = [heard_message, heard_call, spoke_message, spoke_call];
                Some(Conversation::restored(party, last >> 1, last & 1 == 1, times))
            })
            .filter(|talks| talks.len() <= CONVERSATIONS)?,
        contacts: from.list(|from| {
            let party = from.party().filter(|party| !party.is_person())?;
            let mut scopes = [None; 4];
            for scope in &mut scopes {
                *scope = from.dated(|from| match from.byte()? {
                    0 => Some(Grant::Out),
                    1 => Some(Grant::In { until: from.time()? }),
                    _ => None,
                })?;
            }
            let erased = from.time()?;
            let calls = from.byte().filter(|calls| *calls <= UNANSWERED_CALLS)?;
            Some((party, Contact::restored(scopes, erased, calls)))
        })?,
        blocks: from.list(|from| Some((from.party()?, from.dated(Input::flag)??)))?,
        marketing_starts: from
            .list(|from| from.time()?)
            .filter(|starts| starts.len() <= MARKETING_STARTS)?,
    };
    from.rest.is_empty().then(|| parts.into())
}

struct Writer<'o, F> {
    out: &'o mut Vec<u8>,
    name: F,
}

impl<'n, F: Fn(Party) -> Name<'n>> Writer<'_, F> {
    fn number(&mut self, mut number: u64) {
        while number > 0x7F {
            self.out.push(number as u8 | 0x80);
            number >>= 7;
        }
        self.out.push(number as u8);
    }

    fn time(&mut self, at: Option<Millis>) {
        self.number(at.map_or(0, |at| at.0 as u64 + 1));
    }

    fn text(&mut self, text: &str) {
        self.number(text.len() as u64);
        self.out.extend_from_slice(text.as_bytes());
    }

    fn dated<T>(&mut self, fact: Option<Dated<T>>, write: impl FnOnce(&mut Self, T)) {
        self.time(fact.as_ref().map(|fact| fact.at));
        if let Some(fact) = fact {
            write(self, fact.value);
        }
    }

    fn list<T>(&mut self, items: impl Iterator<Item = T>, mut write: impl FnMut(&mut Self, T)) {
        let items: Vec<T> = items.collect();
        self.number(items.len() as u64);
        items.into_iter().for_each(|item| write(self, item));
    }

    fn parties<T>(
        &mut self,
        items: &[T],
        party: impl Fn(&T) -> Party,
        mut write: impl FnMut(&mut Self, &T),
    ) {
        let mut named: Vec<_> = items.iter().map(|item| ((self.name)(party(item)), item)).collect();
        named.sort_by(|(one, _), (other, _)| (one.kind, &one.text).cmp(&(other.kind, &other.text)));
        self.number(named.len() as u64);
        for (name, item) in named {
            self.out.push((name.kind == PartyKind::Business).into());
            self.text(&name.text);
            write(self, item);
        }
    }
}

struct Input<'b, N> {
    rest: &'b [u8],
    number: N,
}

impl<'b, N: FnMut(&Name<'_>) -> Party> Input<'b, N> {
    fn byte(&mut self) -> Option<u8> {
        let (first, rest) = self.rest.split_first()?;
        self.rest = rest;
        Some(*first)
    }

    fn flag(&mut self) -> Option<bool> {
        match self.byte()? {
            0 => Some(false),
            1 => Some(true),
            _ => None,
        }
    }

    fn chunk<const LENGTH: usize>(&mut self) -> Option<[u8; LENGTH]> {
        let (chunk, rest) = self.rest.split_first_chunk()?;
        self.rest = rest;
        Some(*chunk)
    }

    fn number(&mut self) -> Option<u64> {
        let mut number = 0;
        for shift in (0..63).step_by(7) {
            let byte = self.byte()?;
            number |= u64::from(byte & 0x7F) << shift;
            if byte & 0x80 == 0 {
                return Some(number);
            }
        }
        None
    }

    /// A time that an event may have, or none.
    fn time(&mut self) -> Option<Option<Millis>> {
        match self.number()?.checked_sub(1) {
            None => Some(None),
            Some(millis) => in_range(Millis(i64::try_from(millis).ok()?)).map(Some),
        }
    }

    fn text(&mut self) -> Option<&'b str> {
        let length = usize::try_from(self.number()?).ok()?;
        let (text, rest) = self.rest.split_at_checked(length)?;
        self.rest = rest;
        std::str::from_utf8(text).ok()
    }

    fn party(&mut self) -> Option<Party> {
        let kind = if self.flag()? { PartyKind::Business } else { PartyKind::Person };
        let text = self.text()?;
        Some((self.number)(&Name { kind, text: text.into() }))
    }

    fn dated<T>(&mut self, read: impl FnOnce(&mut Self) -> Option<T>) -> Option<Option<Dated<T>>> {
        match self.time()? {
            None => Some(None),
            Some(at) => Some(Some(Dated { at, value: read(self)? })),
        }
    }

    fn list<T>(&mut self, mut read: impl FnMut(&mut Self) -> Option<T>) -> Option<Vec<T>> {
        // Each takes a byte at least: a count that is not to be believed asks for no memory.
        let count = usize::try_from(self.number()?).ok().filter(|n| *n <= self.rest.len())?;
        let mut items = Vec::with_capacity(count);
        for _ in 0..count {
            items.push(read(self)?);
        }
        Some(items)
    }
}
