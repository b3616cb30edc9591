//! What came of comparing two logs.

use firstword_rules::Verdict;

use crate::Outcome;

/// What came of comparing two logs.
#[derive(Clone, Debug, Default)]
pub struct Compared {
    /// What is told of each log alone, the first and the second.
    pub sides: [Side; 2],
    /// People in both logs together.
    pub people: u64,
    /// Decisions that both logs have and that say the same.
    pub same: u64,
    /// Decisions that both logs have and that differ.
    pub differing: u64,
    /// The first difference of each person who has one, in the order in which people first came.
    pub divergences: Vec<Divergence>,
    /// What these come from: other verdicts and rows before other fields, of each the most frequent first.
    pub causes: Vec<(Cause, u64)>,
}

/// What is told of one log alone.
#[derive(Clone, Debug, Default)]
pub struct Side {
    /// Its decisions, repeats not counted.
    pub decisions: u64,
    /// How many the other log does not have.
    pub only_here: u64,
    /// Of how many people the other log has nothing.
    pub people_only_here: u64,
    /// Decisions of a number that the person had before; they are passed over.
    pub repeats: u64,
    /// The labels of the policies that its decisions name, in the order in which they first came.
    pub policies: Vec<String>,
}

/// The first difference of one person.
#[derive(Clone, PartialEq, Debug)]
pub struct Divergence {
    /// The person.
    pub person: String,
    /// The number of the decision.
    pub seq: u64,
    /// The id of the event in the second log.
    pub id: String,
    /// Whether the first log has the same event there. If not, something is missing before it in one of the two, as
    /// where one refused what the other forwarded.
    pub same_event: bool,
    /// What the first log says.
    pub first: Told,
    /// What the second says.
    pub second: Told,
    /// The names of the fields that differ.
    pub fields: Vec<&'static str>,
    /// How many later decisions of the person differ too.
    pub follow: u64,
}

/// What a log says, and in which line.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Told {
    /// The number of the line.
    pub line: u64,
    /// What it says.
    pub outcome: Outcome,
}

/// What the first difference of a person comes from.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Cause {
    /// The logs have different events there.
    OtherEvent,
    /// Another row decided, or the same one otherwise: verdict and row of each log.
    Decided {
        /// In the first.
        first: (Verdict, Option<&'static str>),
        /// In the second.
        second: (Verdict, Option<&'static str>),
    },
    /// Verdict and row are the same; these fields differ.
    Fields(Vec<&'static str>),
}

impl Compared {
    /// Whether both logs have the same decisions.
    pub fn is_same(&self) -> bool {
        self.differing == 0
            && self.sides.iter().all(|side| side.only_here == 0 && side.repeats == 0)
    }
}

impl Side {
    pub(super) fn met(&mut self, policy: &str) {
        if !self.policies.iter().any(|label| label == policy) {
            self.policies.push(policy.to_owned());
        }
    }

    /// Counts a person's decisions here, those that both logs have, and whether the other has none.
    pub(super) fn count(&mut self, decisions: u64, matched: u64, alone: bool) {
        self.decisions += decisions;
        self.only_here += decisions - matched;
        self.people_only_here += u64::from(alone && decisions > 0);
    }
}

impl Divergence {
    fn cause(&self) -> Cause {
        let [first, second] = [self.first.outcome, self.second.outcome];
        let told = |outcome: Outcome| (outcome.verdict, outcome.row);
        if !self.same_event {
            Cause::OtherEvent
        } else if told(first) == told(second) {
            Cause::Fields(self.fields.clone())
        } else {
            Cause::Decided { first: told(first), second: told(second) }
        }
    }
}

/// Causes as they are counted; there are few.
#[derive(Default)]
pub(super) struct Causes(Vec<(Cause, u64)>);

impl Causes {
    pub(super) fn add(&mut self, divergence: &Divergence) {
        let cause = divergence.cause();
        match self.0.iter_mut().find(|(known, _)| *known == cause) {
            Some((_, count)) => *count += 1,
            None => self.0.push((cause, 1)),
        }
    }

    /// What was decided otherwise stands before what was decided the same.
    pub(super) fn most_frequent_first(mut self) -> Vec<(Cause, u64)> {
        let same = |cause: &Cause| matches!(cause, Cause::Fields(_));
        self.0.sort_by_key(|(cause, count)| (same(cause), std::cmp::Reverse(*count)));
        self.0
    }
}
