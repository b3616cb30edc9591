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
    /// The first difference of each person who has one, in the order in which people first came. What only one log has
    /// is one.
    pub divergences: Vec<Divergence>,
    /// What these come from: other verdicts and rows, and what one log lacks, before other fields, and these before
    /// logs that end earlier; of each the most frequent first.
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

/// The first difference of one person: both logs say something there, or only one of them does.
#[derive(Clone, PartialEq, Debug)]
pub struct Divergence {
    /// The person.
    pub person: String,
    /// The number of the decision.
    pub seq: u64,
    /// What the first log says, if it has a decision of this number.
    pub first: Option<Told>,
    /// What the second says.
    pub second: Option<Told>,
    /// Whether the log that has none has no later one either: it ends there for the person, and may just be shorter.
    pub ended: bool,
    /// The names of the fields that differ, where both say something.
    pub fields: Vec<&'static str>,
    /// How many later decisions that both have differ too.
    pub follow: u64,
}

/// What a log says, and in which line.
#[derive(Clone, PartialEq, Debug)]
pub struct Told {
    /// The number of the line.
    pub line: u64,
    /// The id of the event.
    pub id: String,
    /// What it says.
    pub outcome: Outcome,
}

/// A verdict and the row that decided.
pub type Ruling = (Verdict, Option<&'static str>);

/// What the first difference of a person comes from.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Cause {
    /// Another row decided, or the same one otherwise: verdict and row of each log.
    Decided {
        /// Whether it is one event. If not, something is missing before it in one of the two, as where one refused
        /// what the other forwarded.
        same_event: bool,
        /// In the first.
        first: Ruling,
        /// In the second.
        second: Ruling,
    },
    /// Verdict and row are the same; these fields differ.
    Fields(Vec<&'static str>),
    /// Only one of the logs has the decision; the other goes on after it.
    Missing {
        /// What the first has, if it is that one.
        first: Option<Ruling>,
        /// What the second has.
        second: Option<Ruling>,
    },
    /// Only one of the logs has the decision; for the person the other has ended.
    Ended {
        /// Whether it is the first that has ended.
        first: bool,
    },
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
    /// What two logs say under one number of a person, whose name is told in the end, as is what follows.
    pub(super) fn new(seq: u64, first: Option<Told>, second: Option<Told>) -> Divergence {
        let mut fields = Vec::new();
        if let (Some(first), Some(second)) = (&first, &second) {
            fields.extend((first.id != second.id).then_some("id"));
            let differing = first.outcome.differing(&second.outcome);
            fields.extend(differing.into_iter().map(|part| part.field));
        }
        Divergence { person: String::new(), seq, first, second, ended: false, fields, follow: 0 }
    }

    /// Whether both logs have the same event there.
    pub fn same_event(&self) -> bool {
        let both = self.first.is_some() && self.second.is_some();
        both && !self.fields.iter().any(|field| ["id", "gate"].contains(field))
    }

    fn cause(&self) -> Cause {
        let ruling = |told: &Told| (told.outcome.verdict, told.outcome.row);
        let same_event = self.same_event();
        match (self.first.as_ref().map(ruling), self.second.as_ref().map(ruling)) {
            (Some(first), Some(second)) if same_event && first == second => {
                Cause::Fields(self.fields.clone())
            }
            (Some(first), Some(second)) => Cause::Decided { same_event, first, second },
            (first, _) if self.ended => Cause::Ended { first: first.is_none() },
            (first, second) => Cause::Missing { first, second },
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

    /// What was decided otherwise stands before what was decided the same, and that before what was not decided yet.
    pub(super) fn most_frequent_first(mut self) -> Vec<(Cause, u64)> {
        let kind = |cause: &Cause| match cause {
            Cause::Decided { .. } | Cause::Missing { .. } => 0,
            Cause::Fields(_) => 1,
            Cause::Ended { .. } => 2,
        };
        self.0.sort_by_key(|(cause, count)| (kind(cause), std::cmp::Reverse(*count)));
        self.0
    }
}
