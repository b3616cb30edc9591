//! Stories: logs that a person can read and write, with what must come of each line beside it.
//!
//! The language is documented in `tests/README.md`. A story is told to an implementation as an ordinary log, so it
//! says nothing that a platform could not have said, and it would still be right if the engine were replaced.

mod outcome;
mod page;
mod sentence;
mod token;

use std::collections::BTreeSet;
use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow, bail, ensure};

pub(crate) use outcome::Expected;
pub(crate) use sentence::{Cast, Sentence};
pub(crate) use token::tokens;

use crate::in_process::explain_line;
use crate::{Implementation, Steps};

/// The width of a right-hand side without details, after which comments stand.
const COMMENTS: usize = 38;

/// A story.
#[derive(Clone, Debug)]
pub struct Story {
    path: PathBuf,
    text: String,
    policy: String,
    told: Vec<Told>,
}

/// One line of a story on which something happens.
#[derive(Clone, Debug)]
struct Told {
    /// From 0.
    line: usize,
    /// How far the sentence reaches, in bytes.
    sentence_end: usize,
    /// Where the right-hand side ends and a comment may begin.
    content_end: usize,
    /// What must come of it; nothing where it is not written yet.
    expected: Option<Expected>,
    /// The events as lines of a log; several where the line tells of a range.
    events: Vec<String>,
}

/// What is wrong with the text of a story, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Fault {
    /// From 0, in bytes.
    pub(crate) column: usize,
    pub(crate) message: String,
}

impl Fault {
    pub(crate) fn at(column: usize, message: impl Into<String>) -> Fault {
        Fault { column, message: message.into() }
    }
}

/// The stories in a folder and those below it, in the order of their paths.
///
/// # Errors
/// The first story that cannot be read, with its file, line and column.
pub fn stories_in(folder: &Path) -> Result<Vec<Story>> {
    let mut paths = Vec::new();
    find(folder, &mut paths)?;
    paths.sort();
    paths.iter().map(|path| Story::read(path)).collect()
}

fn find(folder: &Path, paths: &mut Vec<PathBuf>) -> Result<()> {
    for entry in fs::read_dir(folder).with_context(|| folder.display().to_string())? {
        let path = entry?.path();
        if path.is_dir() {
            find(&path, paths)?;
        } else if path.extension().is_some_and(|extension| extension == "txt") {
            paths.push(path);
        }
    }
    Ok(())
}

impl Story {
    /// Reads a story.
    ///
    /// # Errors
    /// What cannot be understood, with file, line and column.
    pub fn read(path: &Path) -> Result<Story> {
        let text = fs::read_to_string(path).with_context(|| path.display().to_string())?;
        Story::parse(path, text)
    }

    /// Reads a story from its text; `path` says where a policy beside it lies, and what to call it.
    ///
    /// # Errors
    /// What cannot be understood, with file, line and column.
    pub fn parse(path: &Path, text: String) -> Result<Story> {
        let page::Page { policy, told } = page::read(path, &text).map_err(|(line, fault)| {
            let place = Place::new(path, &text, line, fault.column);
            anyhow!("{place}: {}", fault.message)
        })?;
        Ok(Story { path: path.to_owned(), text, policy, told })
    }

    /// Where it lies.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The text of the policy that it is told under.
    pub fn policy(&self) -> &str {
        &self.policy
    }

    /// The story as a log.
    pub fn log(&self) -> String {
        self.told.iter().flat_map(|told| &told.events).flat_map(|event| [event, "\n"]).collect()
    }

    /// The rows that its right-hand sides name.
    pub fn rows(&self) -> BTreeSet<String> {
        let expected = self.told.iter().filter_map(|told| told.expected.as_ref());
        expected.flat_map(|expected| expected.rows.iter().cloned()).collect()
    }

    /// The reasons that its right-hand sides name.
    pub fn reasons(&self) -> BTreeSet<String> {
        let expected = self.told.iter().filter_map(|told| told.expected.as_ref());
        expected.filter_map(|expected| expected.reason().map(str::to_owned)).collect()
    }

    /// Tells the story to an implementation; how many events it told.
    ///
    /// # Errors
    /// Every line of which something else came, with its place, and the rows that the engine at hand tries there.
    pub fn check(&self, implementation: &mut dyn Implementation) -> Result<usize> {
        let name = implementation.name().to_owned();
        let mut differences = Vec::new();
        let came = self.tell(implementation)?;
        let mut before = 0;
        for (told, steps) in self.told.iter().zip(&came) {
            let place = self.place(told);
            let Some(expected) = &told.expected else {
                differences.push(format!("{place}: the line does not say what must come of it"));
                continue;
            };
            let made = steps.iter().map(|steps| Expected::made(steps, expected));
            if let Some((event, made)) = made
                .zip(before + 1..)
                .find_map(|(made, event)| (made != *expected).then_some((event, made)))
            {
                let trail = self.trail(event);
                differences.push(format!(
                    "{place}: by {name}\n  story: {expected}\n  came:  {made}\n{trail}"
                ));
            }
            before += steps.len() as u64;
        }
        ensure!(differences.is_empty(), "{}", differences.join("\n"));
        Ok(came.iter().map(Vec::len).sum())
    }

    /// The story's text with the right-hand sides that come of it, in columns.
    ///
    /// # Errors
    /// Where the story cannot be told, or one line of a range comes to something else than another.
    pub fn updated(&self, implementation: &mut dyn Implementation) -> Result<String> {
        let came = self.tell(implementation)?;
        let mut lines: Vec<String> = self.text.lines().map(str::to_owned).collect();
        let sentences = self.told.iter().map(|told| self.sentence(told).chars().count());
        let width = sentences.max().unwrap_or(0);
        for (told, steps) in self.told.iter().zip(&came) {
            let asked = told.expected.clone().unwrap_or_default();
            let made: Vec<Expected> =
                steps.iter().map(|steps| Expected::made(steps, &asked)).collect();
            let Some(first) = made.first() else { continue };
            if made.iter().any(|other| other != first) {
                bail!("{}: the range comes to different things", self.place(told));
            }
            let Some(line) = lines.get_mut(told.line) else { continue };
            let comment = line.get(told.content_end..).unwrap_or_default().trim();
            let made = first.to_string();
            let aligned = format!("{:width$}  {made:COMMENTS$} {comment}", self.sentence(told));
            *line = aligned.trim_end().to_owned();
        }
        Ok(lines.join("\n") + "\n")
    }

    /// Where the right-hand side of a line ought to begin.
    fn place(&self, told: &Told) -> Place<'_> {
        Place::new(&self.path, &self.text, told.line, told.sentence_end)
    }

    /// The time and the sentence of a line.
    fn sentence(&self, told: &Told) -> &str {
        let line = self.text.lines().nth(told.line).unwrap_or_default();
        line.get(..told.sentence_end).unwrap_or_default()
    }

    /// What came of each event of each line.
    pub(crate) fn tell(&self, implementation: &mut dyn Implementation) -> Result<Vec<Vec<Steps>>> {
        let name = self.path.display();
        let told = implementation.decide_log(&self.policy, self.log().as_bytes());
        let outcome = told.with_context(|| format!("{name}, {}", implementation.name()))?;
        ensure!(outcome.rejects.is_empty(), "{name}: rejected: {:?}", outcome.rejects);
        let mut came = outcome.steps()?.into_iter();
        let lines: Vec<Vec<Steps>> =
            self.told.iter().map(|told| came.by_ref().take(told.events.len()).collect()).collect();
        let events: usize = self.told.iter().map(|told| told.events.len()).sum();
        let decided: usize = lines.iter().map(Vec::len).sum::<usize>() + came.count();
        ensure!(decided == events, "{name}: {events} events, {decided} final decisions");
        Ok(lines)
    }

    fn trail(&self, event: u64) -> String {
        match explain_line(&self.policy, self.log().as_bytes(), event) {
            Ok(trails) => trails.iter().map(trail_told).collect(),
            Err(error) => format!("  not explained: {error:#}\n"),
        }
    }
}

/// The rows that were tried at one gate, each on a line, with what it saw.
pub(crate) fn trail_told(trail: &firstword_rules::Trail) -> String {
    let row = |tried: &firstword_rules::Tried| {
        let mark = if tried.applied { "->" } else { "  " };
        format!("    {mark} {:4} {} [{}]\n", tried.row, tried.words, tried.saw.join("; "))
    };
    trail.tried.iter().map(row).collect()
}

/// File, line and column, as editors take them.
struct Place<'p> {
    path: &'p Path,
    line: usize,
    /// In characters.
    column: usize,
}

impl Place<'_> {
    /// The place in a text, by line and by column in bytes, both from 0.
    fn new<'p>(path: &'p Path, text: &str, line: usize, column: usize) -> Place<'p> {
        let before = text.lines().nth(line).and_then(|text| text.get(..column));
        Place { path, line: line + 1, column: before.unwrap_or_default().chars().count() + 1 }
    }
}

impl fmt::Display for Place<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", self.path.display(), self.line, self.column)
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;
    use crate::InProcess;

    const HEAD: &str =
        "# A story.\npolicy\n  [business]\n  require_opt_in = true\n\nbusiness acme\n";

    fn story(lines: &str) -> Result<Story> {
        Story::parse(Path::new("a/story.txt"), format!("{HEAD}2021-05-16\n{lines}"))
    }

    #[test]
    fn a_wrong_right_hand_side_is_told_with_its_place_and_the_rows() {
        let right = "  09:00  alice writes to bob  allowed as start S10 R6\n";
        assert_eq!(story(right).unwrap().check(&mut InProcess).unwrap(), 1);
        for (wrong, column) in [
            ("  09:00  alice writes to bob  allowed as reply S10 R6\n", 29),
            ("  09:00  alice writes to bob  allowed as start S7 R6\n", 29),
            ("  09:00  alice writes to bob  denied blocked S10 R3\n", 29),
            ("  09:00  alice writes to bob  allowed as start S10 R6 -> standing closed\n", 29),
            ("  09:00  alice opts out of acme  recorded\n", 32), // `erase_by` is never left out
            ("  09:00  alice writes to bob\n", 29),
            ("  09:00  alice writes to p-1..3  allowed as start S10 R3\n", 32),
        ] {
            let told = story(wrong).unwrap().check(&mut InProcess).unwrap_err().to_string();
            assert!(told.starts_with(&format!("a/story.txt:8:{column}: ")), "{told}");
        }
        let told = story("  09:00  acme calls alice  allowed as start R20\n").unwrap();
        let told = told.check(&mut InProcess).unwrap_err().to_string();
        assert!(told.contains("-> R17 "), "{told}");
    }

    #[test]
    fn what_a_story_says_wrongly_is_told_with_its_place() {
        for (lines, place) in [
            ("  09:00  alice wrote to bob  recorded\n", "8:16: "),
            ("  9:00  alice writes to bob  recorded\n", "8:3: "),
            ("  09:00  alice says \"é\" to Bob  recorded\n", "8:28: "),
            ("  09:00  alice writes to bob  denied because S8\n", "8:38: "),
            ("  09:00  alice writes to bob  denied blocked S8 -> colour red\n", "8:52: "),
            ("nonsense\n", "8:1: "),
            ("policy open\n", "8:1: "),
        ] {
            let told = story(lines).unwrap_err().to_string();
            assert!(told.starts_with(&format!("a/story.txt:{place}")), "{told}");
        }
        let text = "# A story.\npolicy\n  [business]\n  require_opt_out = true\n".to_owned();
        let told = Story::parse(Path::new("a/story.txt"), text).unwrap_err().to_string();
        assert!(told.starts_with("a/story.txt:4:1: "), "{told}");
    }

    #[test]
    fn an_update_rewrites_the_right_hand_sides_and_nothing_else() {
        let told =
            "  09:00  bob calls alice   denied blocked S4   # why\n  09:01  alice calls bob\n";
        let updated = story(told).unwrap().updated(&mut InProcess).unwrap();
        let lines: Vec<&str> = updated.lines().skip(7).collect();
        assert_eq!(
            lines,
            [
                "  09:00  bob calls alice  allowed   as start            S10 R6   # why",
                "  09:01  alice calls bob  allowed   as reply            S7 R6",
            ]
        );
        let again = Story::parse(Path::new("a/story.txt"), updated.clone()).unwrap();
        assert_eq!(again.check(&mut InProcess).unwrap(), 2);
        assert_eq!(again.updated(&mut InProcess).unwrap(), updated);
    }
}
