//! Events by their place, and what came of each: one final decision or one dead letter, and no more.

use std::collections::BTreeMap;

use firstword_rules::{Event, Fact, Role, Verdict, What};
use firstword_wire::{Recorded, write_event};

use super::hash_of;

/// A partition and an offset of `events`.
pub(super) type Place = (i32, i64);

/// No run of ours sends so many: a source beyond is one that was made up.
const MOST: i64 = 100_000_000;

/// Something that happened to an event.
#[derive(Clone, Copy, Debug)]
pub(super) enum Step {
    /// It was sent, and can be decided.
    SentEvent { event: u64 },
    /// Something was sent that can only be rejected.
    SentOther { value: u64 },
    /// The sender's gate let it through to another one.
    Forwarded { event: u64 },
    /// It was decided for good, by the gate that it was forwarded to or not.
    Final { event: u64, after_another: bool },
    /// It became a dead letter. Perhaps somebody is in doubt over it.
    Rejected { value: u64, in_doubt: Option<u64> },
    /// The doubt over it was decided.
    Doubt { person: u64 },
}

impl Step {
    /// What a decision is to the event at its source.
    pub(super) fn of(decision: &Recorded<'_>, source: &str) -> Step {
        // The doubt of the engine's own making bears the place of the record that could not be read as its id.
        if let What::Fact { person, fact: Fact::Unreadable } = &decision.event.what
            && *decision.event.id == *source
        {
            return Step::Doubt { person: hash_of(&person) };
        }
        let event = hash_of_event(&decision.event);
        match decision.verdict {
            Verdict::Forwarded(_) => Step::Forwarded { event },
            _ => {
                let after_another = matches!(decision.role, Role::Recipient(Some(_)));
                Step::Final { event, after_another }
            }
        }
    }
}

/// An event as it travels, in a number.
pub(super) fn hash_of_event(event: &Event<'_>) -> u64 {
    let mut written = Vec::with_capacity(300);
    write_event(&mut written, event);
    hash_of(&written)
}

/// All events of a run.
#[derive(Debug)]
pub(super) struct Sources {
    topic: String,
    partitions: BTreeMap<i32, Vec<Slot>>,
}

/// What is known of one event. The numbers are 0 until they are known.
#[derive(Clone, Copy, Default, Debug)]
struct Slot {
    flags: u8,
    /// The event, or the value of what is none.
    what: u64,
    /// The person in doubt.
    doubt: u64,
}

const SENT: u8 = 1;
const BAD: u8 = 2;
const FORWARDED: u8 = 4;
const FINAL: u8 = 8;
const AFTER_ANOTHER: u8 = 16;
const DEAD: u8 = 32;
const OWES_DOUBT: u8 = 64;
const DOUBTED: u8 = 128;

impl Sources {
    pub(super) fn new(topic: &str) -> Sources {
        Sources { topic: topic.to_owned(), partitions: BTreeMap::new() }
    }

    /// The place that a header `source` names, if it is one of the topic.
    pub(super) fn place(&self, source: &str) -> Option<Place> {
        let rest = source.strip_prefix(&*self.topic)?.strip_prefix(':')?;
        let (partition, offset) = rest.split_once(':')?;
        let (partition, offset) = (partition.parse().ok()?, offset.parse().ok()?);
        ((0..1_000).contains(&partition) && (0..MOST).contains(&offset))
            .then_some((partition, offset))
    }

    /// Books a step; whether it is the first that settles the event.
    ///
    /// # Errors
    /// What is wrong with that, after what was booked before.
    pub(super) fn enter(&mut self, place: Place, step: Step) -> Result<bool, &'static str> {
        let slots = self.partitions.entry(place.0).or_default();
        let index = usize::try_from(place.1).map_err(|_| "an offset below 0")?;
        if slots.len() <= index {
            slots.resize(index + 1, Slot::default());
        }
        let slot = slots.get_mut(index).ok_or("an offset without a place")?;
        let before = slot.flags;
        let (flags, what, doubt) = match step {
            Step::SentEvent { event } => (SENT, event, None),
            Step::SentOther { value } => (SENT | BAD, value, None),
            Step::Forwarded { event } => (FORWARDED, event, None),
            Step::Final { event, after_another: false } => (FINAL, event, None),
            Step::Final { event, after_another: true } => (FINAL | AFTER_ANOTHER, event, None),
            Step::Rejected { value, in_doubt: None } => (DEAD, value, None),
            Step::Rejected { value, in_doubt } => (DEAD | OWES_DOUBT, value, in_doubt),
            Step::Doubt { person } => (DOUBTED, slot.what, Some(person)),
        };
        slot.flags |= flags;
        // Numbers that were never learned before are right by being the first.
        let same_event = before & !DOUBTED == 0 || slot.what == what || flags == DOUBTED;
        if before & !DOUBTED == 0 {
            slot.what = what;
        }
        let same_doubt = slot.doubt == 0 || doubt.is_none_or(|person| person == slot.doubt);
        slot.doubt = doubt.unwrap_or(slot.doubt);
        match (flags & (SENT | FORWARDED | FINAL | DEAD | DOUBTED)) & before {
            0 => (),
            SENT => return Err("an event that was shown twice"),
            FORWARDED => return Err("an event that was forwarded twice"),
            FINAL => return Err("a second final decision about one event"),
            DEAD => return Err("a second dead letter about one event"),
            _ => return Err("a second doubt over one event"),
        }
        if flags & FINAL != 0 && before & DEAD != 0 || flags & DEAD != 0 && before & FINAL != 0 {
            return Err("an event that was decided and rejected");
        }
        if !same_event {
            return Err("a record about another event than the one at its source");
        }
        if !same_doubt {
            return Err("a doubt about another person than the one in the rejected record");
        }
        Ok(flags & (FINAL | DEAD) != 0)
    }

    /// What is not as it must be at the end, with the place of the event.
    pub(super) fn open(&self) -> impl Iterator<Item = (Place, &'static str)> {
        self.partitions.iter().flat_map(|(partition, slots)| {
            let slots = slots.iter().zip(0..).filter(|(slot, _)| slot.flags != 0);
            slots.filter_map(move |(slot, offset)| Some(((*partition, offset), slot.open()?)))
        })
    }
}

impl Slot {
    fn open(&self) -> Option<&'static str> {
        let is = |flag| self.flags & flag != 0;
        if !is(SENT) {
            return Some("something came of an event that was never sent");
        }
        if !is(FINAL) && !is(DEAD) {
            return Some(match is(FORWARDED) {
                true => "an event that was forwarded and never decided for good",
                false => "an event that was neither decided nor rejected",
            });
        }
        if is(BAD) && is(FINAL) {
            return Some("a decision about something that is no event");
        }
        if !is(BAD) && is(DEAD) {
            return Some("an event that was rejected");
        }
        if is(FINAL) && is(AFTER_ANOTHER) != is(FORWARDED) {
            return Some("an event that passed the gates of its two people in another order");
        }
        if is(OWES_DOUBT) != is(DOUBTED) {
            return Some(match is(DOUBTED) {
                true => "a doubt that nothing gave cause for",
                false => "a rejected record that put nobody in doubt, and should have",
            });
        }
        None
    }
}
