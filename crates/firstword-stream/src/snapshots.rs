//! When a machine is written to `snapshots`, so that a restore stays short and the topic small.
//!
//! A machine that moved waits in line. It is written when the task's decisions have gone on by a stretch W since the
//! first that its last snapshot lacks, W being twice the task's machines M and at least `snapshot_after`; and at the
//! latest a `snapshot_age` after that decision, so that `decisions` can be deleted by time without taking away what no
//! snapshot holds. Nobody stands in line twice.
//!
//! So both ends are bounded, whatever the traffic:
//!
//! - **What a restore reads.** Every machine once or, where `snapshots` is not compacted yet, once a version; and the
//!   decisions from the head of the line on: no more than W and the two steps around it. One million people in 8
//!   partitions: 125,000 machines and at most 250,000 decisions each.
//! - **What is written.** A person enters the line at most once in W decisions, so D decisions of a task are followed
//!   by at most (D / W + 1) M snapshots: half a snapshot a decision, of some 300 bytes to a decision's 400 to 500,
//!   and one more for each person. Where a few people make all the decisions it is next to nothing: 1,000 machines
//!   under 50,000 decisions of `snapshot_after` are written with every fiftieth decision. By age each machine adds at
//!   most one snapshot an age: a million machines in a day are twelve a second.
//!
//! Who moved a few hundred decisions apart joins together, so W is that much shorter. It counts offsets, and a
//! transaction takes one for its own mark: at one decision a transaction all of it is reached after half as many
//! decisions. The tests beside hold both bounds against simulated traffic.
//!
//! A task that has gone quiet still writes those who have waited too long, and says to go on behind the mark of its
//! last transaction: so all of its decisions may be deleted, and a restore needs none.

use std::collections::VecDeque;

use firstword_rules::Party;
use serde::{Deserialize, Serialize};

/// The people of a task whose newest snapshot, if any, is older than their machine.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub(crate) struct Line {
    /// The first is due first.
    waiting: VecDeque<Party>,
    /// A bit for each number, set for those who wait.
    people: Vec<u64>,
    /// How many of those who wait joined at which step, the oldest first.
    joined: VecDeque<Joined>,
}

/// Who joins at most so many decisions, and so many milliseconds, after others counts as having joined with them: at
/// one decision a step the line would else be longer than what it is about.
const TOGETHER: (i64, i64) = (256, 60_000);

/// People who joined the line together.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub(crate) struct Joined {
    pub(crate) people: u64,
    /// An offset of `decisions` at or before the first decision that their snapshots lack.
    pub(crate) since: i64,
    /// The timestamp of a record that they moved by, in milliseconds since 1970.
    pub(crate) at: i64,
}

/// Who is due.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Due {
    /// The offset after the task's last decision.
    pub(crate) end: i64,
    /// Due are those who moved by a decision so far before it,
    pub(crate) after: u64,
    /// or by a record older than this: milliseconds since 1970.
    pub(crate) before: i64,
}

/// After how many decisions a machine is written: W of a task with so many machines.
pub(crate) fn stretch(machines: usize, snapshot_after: u64) -> u64 {
    snapshot_after.max(2 * machines as u64)
}

impl Line {
    /// Those at the head of the line who are due, at most so many.
    pub(crate) fn due(&self, due: Due, most: usize) -> Vec<Party> {
        let is_due =
            |joined: &&Joined| due.end - joined.since > due.after as i64 || joined.at < due.before;
        let count: u64 = self.joined.iter().take_while(is_due).map(|joined| joined.people).sum();
        self.waiting.iter().take(most.min(count as usize)).copied().collect()
    }

    /// So many at the head were written; those moved, by decisions from the offset `since` on, caused by a record of
    /// the time `at`.
    pub(crate) fn advance(
        &mut self,
        written: usize,
        moved: impl Iterator<Item = Party>,
        since: i64,
        at: i64,
    ) {
        for person in self.waiting.drain(..written.min(self.waiting.len())) {
            if let Some((word, bit)) = bit(&mut self.people, person) {
                *word &= !bit;
            }
        }
        let mut left = written as u64;
        while let Some(first) = self.joined.front_mut().filter(|_| left > 0) {
            let gone = left.min(first.people);
            first.people -= gone;
            left -= gone;
            if first.people == 0 {
                self.joined.pop_front();
            }
        }
        let before = self.waiting.len();
        for person in moved {
            let words = person.number() as usize / 64 + 1;
            if self.people.len() < words {
                self.people.resize(words, 0);
            }
            let Some((word, bit)) = bit(&mut self.people, person) else { continue };
            if *word & bit == 0 {
                *word |= bit;
                self.waiting.push_back(person);
            }
        }
        let people = (self.waiting.len() - before) as u64;
        match self.joined.back_mut() {
            _ if people == 0 => (),
            Some(last) if since - last.since < TOGETHER.0 && at - last.at < TOGETHER.1 => {
                last.people += people;
                last.at = last.at.min(at);
            }
            _ => self.joined.push_back(Joined { people, since, at }),
        }
    }

    /// The offset of `decisions` from which a restore must read, once so many were written, if the next moves are
    /// from `since` on.
    pub(crate) fn restore_from(&self, written: usize, since: i64) -> i64 {
        let mut ahead = written as u64;
        for joined in &self.joined {
            if ahead < joined.people {
                return joined.since.min(since);
            }
            ahead -= joined.people;
        }
        since
    }

    /// The time of the record that whoever waits longest moved by.
    pub(crate) fn oldest(&self) -> Option<i64> {
        self.joined.front().map(|first| first.at)
    }

    /// Everyone in line, in order.
    pub(crate) fn waiting(&self) -> impl ExactSizeIterator<Item = Party> {
        self.waiting.iter().copied()
    }

    /// Whether somebody waits.
    pub(crate) fn holds(&self, person: Party) -> bool {
        let word = self.people.get(person.number() as usize / 64);
        word.is_some_and(|word| word >> (person.number() % 64) & 1 == 1)
    }

    /// How they joined, in order.
    pub(crate) fn joined(&self) -> Vec<Joined> {
        self.joined.iter().copied().collect()
    }

    /// The line as it was, of which snapshots have come to hold everything before the offset `held`.
    pub(crate) fn again(people: &[Party], joined: &[Joined], held: i64) -> Line {
        let (mut line, mut people) = (Line::default(), people.iter().copied());
        for Joined { people: count, since, at } in joined {
            let together = people.by_ref().take(*count as usize);
            line.advance(0, together, (*since).max(held), *at);
        }
        line
    }
}

fn bit(people: &mut [u64], person: Party) -> Option<(&mut u64, u64)> {
    let word = people.get_mut(person.number() as usize / 64)?;
    Some((word, 1 << (person.number() % 64)))
}

#[cfg(test)]
mod tests;
