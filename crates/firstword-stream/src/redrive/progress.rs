//! Which dead letters of a partition were sent back, and how that is written beside the committed offset of a group.
//!
//! A run leaves its selection and how far it came. A letter is done if any run that would have chosen it came past it,
//! so that no letter goes back twice, whatever is selected when.

use std::fmt;

/// Kafka takes so much text beside an offset (`offset.metadata.max.bytes`).
const LONGEST: usize = 4_096;

/// What all runs together have done.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct Progress {
    runs: Vec<Done>,
}

/// What one run has done.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Done {
    /// The reasons that it chose, in order; all if there are none.
    pub(crate) reasons: Vec<String>,
    /// It chose letters that were sent back fewer times than this.
    pub(crate) below: u32,
    /// The first offset that it looked at.
    pub(crate) from: i64,
    /// The offset after the last.
    pub(crate) to: i64,
}

impl Progress {
    /// Reads what [`fmt::Display`] wrote.
    pub(crate) fn read(text: &str) -> Option<Progress> {
        let runs = text.split_ascii_whitespace().map(Done::read).collect::<Option<_>>()?;
        Some(Progress { runs })
    }

    /// Whether a letter was sent back.
    pub(crate) fn covers(&self, reason: &str, attempts: u32, offset: i64) -> bool {
        self.runs
            .iter()
            .any(|run| run.chose(reason, attempts) && (run.from..run.to).contains(&offset))
    }

    /// Adds what a run has done. What lies before `first`, the first letter that is still there, is forgotten.
    pub(crate) fn add(&mut self, mut run: Done, first: i64) {
        let touches = |a: &Done, b: &Done| a.from <= b.to && b.from <= a.to;
        for other in &self.runs {
            if other.below == run.below && other.reasons == run.reasons && touches(other, &run) {
                run.from = run.from.min(other.from);
                run.to = run.to.max(other.to);
            }
        }
        self.runs.retain(|other| other.to > first && !run.includes(other));
        self.runs.push(run);
    }

    /// The offset after the last letter that any run has looked at.
    pub(crate) fn end(&self) -> i64 {
        self.runs.iter().map(|run| run.to).max().unwrap_or(0)
    }

    /// Whether Kafka would not take it.
    pub(crate) fn is_too_long(&self) -> bool {
        self.to_string().len() > LONGEST
    }
}

impl Done {
    fn chose(&self, reason: &str, attempts: u32) -> bool {
        attempts < self.below
            && (self.reasons.is_empty() || self.reasons.iter().any(|one| one == reason))
    }

    fn includes(&self, other: &Done) -> bool {
        let reasons = self.reasons.is_empty()
            || !other.reasons.is_empty()
                && other.reasons.iter().all(|one| self.reasons.contains(one));
        reasons && self.below >= other.below && self.from <= other.from && self.to >= other.to
    }

    fn read(text: &str) -> Option<Done> {
        let (chosen, range) = text.split_once(':')?;
        let (reasons, below) = chosen.split_once('<')?;
        let (from, to) = range.split_once('-')?;
        let reasons = match reasons {
            "*" => Vec::new(),
            reasons => reasons.split('|').map(str::to_owned).collect(),
        };
        let (below, from, to) = (below.parse().ok()?, from.parse().ok()?, to.parse().ok()?);
        Some(Done { reasons, below, from, to })
    }
}

/// `not_json|bad_field<3:0-120 *<3:120-500`
impl fmt::Display for Progress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, run) in self.runs.iter().enumerate() {
            let blank = if place > 0 { " " } else { "" };
            let all = if run.reasons.is_empty() { "*" } else { "" };
            let (reasons, below) = (run.reasons.join("|"), run.below);
            write!(f, "{blank}{all}{reasons}<{below}:{}-{}", run.from, run.to)?;
        }
        Ok(())
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    fn done(text: &str) -> Done {
        Done::read(text).unwrap()
    }

    fn after(runs: &[&str], first: i64) -> String {
        let mut progress = Progress::default();
        runs.iter().for_each(|run| progress.add(done(run), first));
        assert_eq!(Progress::read(&progress.to_string()), Some(progress.clone()));
        progress.to_string()
    }

    #[test]
    fn runs_of_one_selection_join_where_they_touch() {
        assert_eq!(after(&["*<3:0-10", "*<3:5-20"], 0), "*<3:0-20");
        assert_eq!(after(&["*<3:10-20", "*<3:0-10"], 0), "*<3:0-20");
        assert_eq!(after(&["*<3:0-10", "*<3:11-20"], 0), "*<3:0-10 *<3:11-20");
        assert_eq!(after(&["*<3:0-10", "*<3:20-30", "*<3:10-20"], 0), "*<3:0-30");
        assert_eq!(after(&["a<3:0-10", "b<3:5-20"], 0), "a<3:0-10 b<3:5-20");
    }

    #[test]
    fn a_wider_run_takes_the_place_of_narrower_ones() {
        assert_eq!(after(&["a<3:0-10", "a|b<2:3-4", "*<3:0-20"], 0), "*<3:0-20");
        assert_eq!(after(&["*<3:0-20", "a<5:0-20"], 0), "*<3:0-20 a<5:0-20");
        assert_eq!(after(&["a<3:0-10", "b<3:20-30"], 10), "b<3:20-30");
    }

    #[test]
    fn a_letter_is_done_if_a_run_that_chose_it_came_past_it() {
        let progress = Progress::read("a|b<3:0-10 *<1:20-30").unwrap();
        for (reason, attempts, offset, is) in [
            ("a", 0, 0, true),
            ("b", 2, 9, true),
            ("a", 3, 5, false),
            ("c", 0, 5, false),
            ("a", 0, 10, false),
            ("c", 0, 20, true),
            ("c", 1, 20, false),
        ] {
            assert_eq!(
                progress.covers(reason, attempts, offset),
                is,
                "{reason} {attempts} {offset}"
            );
        }
    }

    #[test]
    fn other_texts_are_told_apart() {
        assert_eq!(Progress::read(""), Some(Progress::default()));
        for text in ["a", "a<3", "a<3:0", "a<x:0-1", "a<3:0-1 b"] {
            assert_eq!(Progress::read(text), None, "{text}");
        }
    }
}
