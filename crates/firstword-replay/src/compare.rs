//! Two logs of decisions side by side: where each person's decisions first differ, and by which rows.
//!
//! The one log is taken in whole and kept small, 24 bytes and the event's id a decision; the other is then held
//! against it line by line. Decisions are matched by person and number, whatever the order among people. Compared is
//! what two engines must agree on (DECISIONS.md), not the policy that a decision names. A decision that one log lacks
//! is a difference like any other.

mod kept;
mod told;

use firstword_engine::Names;
use firstword_rules::PartyKind;
use firstword_wire::{BadDecision, Recorded, read_decision};

use kept::{Brief, Ids, Kept, Person};
use told::Causes;
pub use told::{Cause, Compared, Divergence, Ruling, Side, Told};

use crate::Outcome;

/// A decision of either log, read: what can be done before its turn comes, on any thread.
#[derive(Debug)]
pub struct Entry<'l> {
    line: u64,
    read: Recorded<'l>,
    brief: Brief,
}

impl<'l> Entry<'l> {
    /// Reads the line of this number, without its end.
    ///
    /// # Errors
    /// A line that is no decision.
    pub fn read(number: u64, bytes: &'l [u8]) -> Result<Entry<'l>, BadDecision> {
        let read = read_decision(bytes)?;
        Ok(Entry { line: number, brief: Brief::of(&read), read })
    }

    fn told(&self) -> Told {
        Told {
            line: self.line,
            id: self.read.event.id.to_string(),
            outcome: Outcome::recorded(&self.read),
        }
    }
}

/// Compares two logs.
#[derive(Debug)]
pub struct Comparison {
    names: Names,
    /// The events of the first log.
    ids: Ids,
    /// By the person's number.
    people: Vec<Person>,
    compared: Compared,
}

impl Default for Comparison {
    fn default() -> Comparison {
        Comparison {
            names: Names::new(PartyKind::Person),
            ids: Ids::default(),
            people: Vec::new(),
            compared: Compared::default(),
        }
    }
}

impl Comparison {
    /// Takes a decision of the first log. All of that log comes before anything of the second.
    pub fn first(&mut self, entry: &Entry<'_>) {
        let [side, _] = &mut self.compared.sides;
        side.met(&entry.read.policy);
        let person = person(&mut self.people, &mut self.names, entry);
        let kept = || Kept {
            line: entry.line,
            id: self.ids.keep(&entry.read.event.id),
            brief: entry.brief,
        };
        side.repeats += u64::from(!person.keep(entry.read.seq, entry.read.erase_by, kept));
    }

    /// Takes a decision of the second log.
    pub fn second(&mut self, entry: &Entry<'_>) {
        let [_, side] = &mut self.compared.sides;
        side.met(&entry.read.policy);
        let seq = entry.read.seq;
        let person = person(&mut self.people, &mut self.names, entry);
        if !person.seconds.put(seq) {
            side.repeats += 1;
            return;
        }
        let found = person.find(seq);
        if let Some((kept, erase_by)) = found {
            person.matched += 1;
            let same_event = self.ids.get(kept.id) == entry.read.event.id;
            if same_event && kept.brief == entry.brief && erase_by == entry.read.erase_by {
                return;
            }
            person.differing += 1;
        }
        // Numbers may come in any order: the first difference is that of the lowest.
        if person.first.as_ref().is_none_or(|first| seq < first.seq) {
            let first = found.map(|(kept, erase_by)| kept.told(&self.ids, erase_by));
            person.first = Some(Box::new(Divergence::new(seq, first, Some(entry.told()))));
        }
    }

    /// What came of it.
    pub fn finish(self) -> Compared {
        let Comparison { names, ids, people, mut compared } = self;
        let mut causes = Causes::default();
        for (number, person) in people.into_iter().enumerate() {
            let (kept, seconds) = (person.kept(), person.seconds.count());
            let [first, second] = &mut compared.sides;
            first.count(kept, person.matched, seconds == 0);
            second.count(seconds, person.matched, kept == 0);
            compared.same += person.matched - person.differing;
            compared.differing += person.differing;
            compared.people += 1;
            if let Some(divergence) = person.diverges(&ids) {
                causes.add(&divergence);
                compared.divergences.push(Divergence {
                    person: names.name(number as u32).to_string(),
                    ..divergence
                });
            }
        }
        compared.causes = causes.most_frequent_first();
        compared
    }
}

fn person<'p>(people: &'p mut Vec<Person>, names: &mut Names, entry: &Entry<'_>) -> &'p mut Person {
    let place = names.number(&entry.read.person().text).number() as usize;
    if people.len() <= place {
        people.resize_with(place + 1, Person::default);
    }
    #[expect(clippy::indexing_slicing, reason = "there were just made as many")]
    &mut people[place]
}
