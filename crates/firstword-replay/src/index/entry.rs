//! One visit in sixteen bytes: where its line lies, when, in which part, what came of it, and a hint of the other
//! party.

use firstword_rules::{Basis, Event, Millis, Party, Role, Verdict};

/// The bytes of an entry.
pub(crate) const ENTRY: usize = 16;

/// An entry is two words: a time and a hint fill one; an offset takes so many bits of the other, the rest beside it.
const OFFSET_BITS: u32 = 46;
const AT_BITS: u32 = 43;
const HINT_BITS: u32 = 21;

/// The other party of a visit, shortened: two visits with different hints are about different parties, but not the
/// other way round, so whoever finds something by a hint reads the line.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Hint(u32);

impl Hint {
    /// The hint of a party, or of none.
    pub(crate) fn of(party: Option<Party>) -> Hint {
        let nobody = (1 << HINT_BITS) - 1;
        Hint(
            party.map_or(nobody, |party| {
                (party.number() << 1 | u32::from(!party.is_person())) % nobody
            }),
        )
    }
}

/// What came of a visit, without the reason.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Met {
    /// Delivered, as this.
    Allowed(Basis),
    /// Let through to the recipient's gate, as this.
    Forwarded(Basis),
    /// Refused.
    Denied,
    /// A fact that changed the machine.
    Recorded,
    /// A fact that did not.
    Ignored,
    /// Seen before.
    Duplicate,
}

impl From<Verdict> for Met {
    fn from(verdict: Verdict) -> Met {
        match verdict {
            Verdict::Allowed(basis) => Met::Allowed(basis),
            Verdict::Forwarded(basis) => Met::Forwarded(basis),
            Verdict::Denied(_) => Met::Denied,
            Verdict::Recorded => Met::Recorded,
            Verdict::Ignored(_) => Met::Ignored,
            Verdict::Duplicate => Met::Duplicate,
        }
    }
}

impl Met {
    /// The verdict, where the machine advances by it; the others change nothing.
    pub fn advances(self) -> Option<Verdict> {
        match self {
            Met::Allowed(basis) => Some(Verdict::Allowed(basis)),
            Met::Forwarded(basis) => Some(Verdict::Forwarded(basis)),
            Met::Recorded => Some(Verdict::Recorded),
            Met::Denied | Met::Ignored | Met::Duplicate => None,
        }
    }

    const ALL: [Met; 12] = [
        Met::Allowed(Basis::Reply),
        Met::Allowed(Basis::Continue),
        Met::Allowed(Basis::Start),
        Met::Allowed(Basis::OptOut),
        Met::Forwarded(Basis::Reply),
        Met::Forwarded(Basis::Continue),
        Met::Forwarded(Basis::Start),
        Met::Forwarded(Basis::OptOut),
        Met::Denied,
        Met::Recorded,
        Met::Ignored,
        Met::Duplicate,
    ];
}

/// The parts that a person can have.
const ROLES: [Role; 7] = [
    Role::Sender,
    Role::Subject,
    Role::Recipient(None),
    Role::Recipient(Some(Basis::Reply)),
    Role::Recipient(Some(Basis::Continue)),
    Role::Recipient(Some(Basis::Start)),
    Role::Recipient(Some(Basis::OptOut)),
];

/// The types of events, as EVENTS.md lists them.
const TYPES: [&str; 16] = [
    "message",
    "call",
    "call.answered",
    "terms.accepted",
    "terms.declined",
    "terms.withdrawn",
    "contact.opted_in",
    "contact.opted_out",
    "contact.erased",
    "contact.blocked",
    "contact.unblocked",
    "reach.set",
    "person.located",
    "person.erased",
    "event.unreadable",
    "doubt.cleared",
];

/// One visit of a person's machine.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Entry {
    /// Where its line begins in the log.
    pub offset: u64,
    /// The event's `at`.
    pub at: Millis,
    /// The event's `type`.
    pub type_name: &'static str,
    /// The part of the person in it.
    pub role: Role,
    /// What came of it.
    pub met: Met,
    /// The other party.
    pub hint: Hint,
}

impl Entry {
    /// The entry of a visit.
    pub(crate) fn of(
        offset: u64,
        event: &Event<'_>,
        role: Role,
        verdict: Verdict,
        peer: Option<Party>,
    ) -> Entry {
        let (met, hint) = (Met::from(verdict), Hint::of(peer));
        Entry { offset, at: event.at, type_name: event.type_name(), role, met, hint }
    }

    /// The entry in two words.
    pub(crate) fn packed(&self) -> [u64; 2] {
        let place = |found: Option<usize>| found.unwrap_or(0) as u64;
        let kind = place(TYPES.iter().position(|name| *name == self.type_name));
        let role = place(ROLES.iter().position(|role| *role == self.role));
        let met = place(Met::ALL.iter().position(|met| *met == self.met));
        let at = self.at.0.clamp(0, (1 << AT_BITS) - 1) as u64;
        [
            self.offset
                | kind << OFFSET_BITS
                | role << (OFFSET_BITS + 4)
                | met << (OFFSET_BITS + 8),
            at | u64::from(self.hint.0) << AT_BITS,
        ]
    }

    /// The entry of two words; nothing where they are none.
    pub(crate) fn unpacked([first, second]: [u64; 2]) -> Option<Entry> {
        let four = |shift: u32| (first >> shift & 15) as usize;
        Some(Entry {
            offset: first & ((1 << OFFSET_BITS) - 1),
            at: Millis((second & ((1 << AT_BITS) - 1)) as i64),
            type_name: TYPES.get(four(OFFSET_BITS))?,
            role: *ROLES.get(four(OFFSET_BITS + 4))?,
            met: *Met::ALL.get(four(OFFSET_BITS + 8))?,
            hint: Hint((second >> AT_BITS) as u32),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_comes_back_as_it_was() {
        for type_name in TYPES {
            for role in ROLES {
                for met in Met::ALL {
                    let entry = Entry {
                        offset: (1 << OFFSET_BITS) - 1,
                        at: Millis(4_102_444_799_999),
                        type_name,
                        role,
                        met,
                        hint: Hint::of(None),
                    };
                    assert_eq!(Entry::unpacked(entry.packed()), Some(entry));
                }
            }
        }
    }
}
