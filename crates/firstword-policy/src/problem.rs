//! What is wrong with a policy file and where: the values, and how they are written for a person.
//!
//! A problem quotes the policy file and nothing else. It does not know which file it is in; the
//! caller does.

use std::fmt;
use std::ops::Range;

/// A place in a policy file, both counted from 1.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default)]
pub struct Position {
    /// The line.
    pub line: usize,
    /// The column, in characters.
    pub column: usize,
}

impl Position {
    const START: Position = Position { line: 1, column: 1 };

    /// The place of a byte in a text.
    pub fn of(text: &str, byte: usize) -> Position {
        let before = text.char_indices().take_while(|(offset, _)| *offset < byte);
        before.fold(Position::START, |at, (_, c)| at.after(c))
    }

    fn after(self, c: char) -> Position {
        match c {
            '\n' => Position { line: self.line + 1, column: 1 },
            // A byte order mark takes no room.
            '\u{feff}' if self == Position::START => self,
            _ => Position { column: self.column + 1, ..self },
        }
    }
}

/// Whether a problem keeps the policy from being used.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Severity {
    /// There is no policy.
    Error,
    /// There is one, and a part of it can never apply, or hardly says what was meant.
    Warning,
}

/// One thing that is wrong, or can never apply, in a policy file.
///
/// Displayed on one line without the file's name: ``14:1: unknown key `on_decline`; did you mean
/// `on_declined`?``
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Problem {
    /// Error or warning.
    pub severity: Severity,
    /// Where it begins.
    pub at: Position,
    /// The bytes of the file that it is about; may be empty.
    pub span: Range<usize>,
    /// What is wrong.
    pub what: What,
    /// What to do about it.
    pub hint: Option<String>,
}

/// Everything found in a policy file that is not one: at least one error, and the warnings, in file
/// order.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Problems(pub Vec<Problem>);

/// What is wrong, or can never apply.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum What {
    /// The file is no TOML; the parser's own words.
    Syntax(String),
    /// A key that this table does not have.
    UnknownKey(String),
    /// A key that this table needs.
    MissingKey(&'static str),
    /// A value of another TOML type.
    WrongType {
        /// What belongs here, with its article.
        expected: &'static str,
        /// What is here, with its article.
        found: &'static str,
    },
    /// A value of the right type and the wrong form, or none of the words allowed.
    NotA {
        /// The value.
        value: String,
        /// What belongs here, with its article.
        expected: &'static str,
    },
    /// A number out of its range.
    OutOfRange {
        /// The number as written.
        value: String,
        /// The least that is allowed.
        least: i64,
        /// The most that is allowed.
        most: i64,
    },
    /// A duration over 3660 days.
    TooLong(String),
    /// A time outside the years 0000 to 9999 in UTC.
    OutOfTime,
    /// A stage that is to begin before the stage above it.
    StagesOutOfOrder,
    /// A terms version that is listed already.
    VersionTwice(String),
    /// A terms version that takes effect before the one above it.
    EffectiveBackwards(String),
    /// A group that the policy does not have.
    UnknownGroup(String),
    /// A group's name with capital letters.
    GroupNotLowerCase(String),
    /// A group inside a group, or as a region of terms.
    GroupNotHere(String),
    /// A sector with both `allow` and `deny`.
    AllowAndDeny,
    /// A sector with neither `allow` nor `deny`.
    NeitherAllowNorDeny,
    /// Quiet hours with daily times and whole days at once.
    TimesAndDays,
    /// Quiet hours with neither daily times nor whole days.
    NeitherTimesNorDays,
    /// An order that would do more than protect.
    OrderMustProtect,
    /// An order with none of `standing`, `data_sharing` and `forbid`.
    OrderWithoutDecree,
    /// A keyword of which nothing is left in its one form.
    NothingLeft(String),
    /// Warning: `service` in quiet hours.
    ServiceInQuietHours,
    /// Warning: a terms version that is never in force.
    VersionHidden {
        /// The version.
        version: String,
        /// The version that hides it.
        by: String,
    },
    /// Warning: a group that no list of regions names.
    GroupUnused(String),
    /// Warning: a region whose country ISO 3166 does not have.
    NoCountry(String),
    /// Warning: a content kind that the scan does not find, and nearly one that it does.
    KindNotScanned(String),
    /// Warning: anything else that can never apply, and why.
    NeverApplies(&'static str),
}

impl fmt::Display for What {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            What::Syntax(message) => write!(f, "{message}"),
            What::UnknownKey(key) => write!(f, "unknown key {}", quoted(key)),
            What::MissingKey(key) => write!(f, "`{key}` is missing"),
            What::WrongType { expected, found } => write!(f, "expected {expected}, found {found}"),
            What::NotA { value, expected } => write!(f, "{} is not {expected}", quoted(value)),
            What::OutOfRange { value, least, most } => {
                write!(f, "{} is out of range: {least} to {most}", quoted(value))
            }
            What::TooLong(value) => write!(f, "{} is longer than `3660d`", quoted(value)),
            What::OutOfTime => write!(f, "the time is not in the years 0000 to 9999 of UTC"),
            What::StagesOutOfOrder => {
                write!(f, "stages out of order: `after` is less than that of the stage before")
            }
            What::VersionTwice(version) => write!(f, "version {} is listed twice", quoted(version)),
            What::EffectiveBackwards(version) => {
                write!(f, "`effective` goes backwards: {} takes effect later", quoted(version))
            }
            What::UnknownGroup(name) => write!(f, "no group is named {}", quoted(name)),
            What::GroupNotLowerCase(name) => {
                write!(f, "the name of a group is lower-case, {} is not", quoted(name))
            }
            What::GroupNotHere(name) => {
                write!(f, "only regions belong here, {} is a group", quoted(name))
            }
            What::AllowAndDeny => write!(f, "a sector has `allow` or `deny`, not both"),
            What::NeitherAllowNorDeny => write!(f, "a sector needs `allow` or `deny`"),
            What::TimesAndDays => {
                write!(f, "quiet hours have `from` and `to`, or `days`, not both")
            }
            What::NeitherTimesNorDays => write!(f, "quiet hours need `from` and `to`, or `days`"),
            What::OrderMustProtect => write!(f, "an order only protects"),
            What::OrderWithoutDecree => write!(f, "the order decrees nothing"),
            What::NothingLeft(word) => {
                write!(f, "nothing is left of the keyword {} in its one form", quoted(word))
            }
            What::ServiceInQuietHours => write!(f, "`service` is never judged by quiet hours"),
            What::VersionHidden { version, by } => write!(
                f,
                "version {} is never in force: {}, listed after it, takes effect no later",
                quoted(version),
                quoted(by)
            ),
            What::GroupUnused(name) => write!(f, "nothing names the group {}", quoted(name)),
            What::NoCountry(code) => write!(f, "no country has the code {}", quoted(code)),
            What::KindNotScanned(kind) => {
                write!(f, "the scan finds no content kind {}", quoted(kind))
            }
            What::NeverApplies(why) => write!(f, "never applies: {why}"),
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: ", self.at.line, self.at.column)?;
        if self.severity == Severity::Warning {
            write!(f, "warning: ")?;
        }
        write!(f, "{}", self.what)?;
        self.hint.as_ref().map_or(Ok(()), |hint| write!(f, "; {hint}"))
    }
}

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut lines = self.0.iter();
        if let Some(first) = lines.next() {
            write!(f, "{first}")?;
        }
        lines.try_for_each(|problem| write!(f, "\n{problem}"))
    }
}

impl std::error::Error for Problems {}

impl Problem {
    /// The problem on one line, as compilers write it: ``policy.toml:14:1: unknown key
    /// `on_decline`; ...``
    pub fn in_file(&self, file: &str) -> String {
        format!("{file}:{self}")
    }

    /// The problem with the line it is about and carets below it, for a terminal; ends with a
    /// newline.
    ///
    /// `text` is the text that was parsed.
    ///
    /// ```text
    /// error: unknown key `on_decline`
    ///   --> policy.toml:14:1
    ///    |
    /// 14 | on_decline = "full"
    ///    | ^^^^^^^^^^
    ///    = did you mean `on_declined`?
    /// ```
    pub fn picture(&self, file: &str, text: &str) -> String {
        const WIDTH: usize = 100;
        let Problem { severity, at, span, what, hint } = self;
        let severity = if *severity == Severity::Error { "error" } else { "warning" };
        let source = text.split('\n').nth(at.line.saturating_sub(1)).unwrap_or_default();
        let column = at.column.saturating_sub(1);
        // Of a very long line, the part around the problem is enough.
        let skipped = if column < WIDTH { 0 } else { column - WIDTH / 2 };
        let shown: String =
            source.trim_end_matches('\r').chars().skip(skipped).take(WIDTH).map(visible).collect();
        let room = shown.chars().count().saturating_sub(column - skipped);
        let marked = text.get(span.clone()).map_or(0, |marked| marked.chars().count());
        let carets = "^".repeat(marked.min(room).max(1));
        let number = at.line.to_string();
        let (margin, indent) = (" ".repeat(number.len()), " ".repeat(column - skipped));
        let mut picture = format!(
            "{severity}: {what}\n{margin}--> {file}:{number}:{}\n{margin} |\n\
             {number} | {shown}\n{margin} | {indent}{carets}\n",
            at.column
        );
        if let Some(hint) = hint {
            picture.push_str(&format!("{margin} = {hint}\n"));
        }
        picture
    }
}

/// A piece of the file in backquotes: what cannot be seen is written out, and no more than a line
/// can hold.
pub(crate) fn quoted(text: &str) -> String {
    const MOST: usize = 60;
    let mut short = String::from("`");
    for c in text.chars().take(MOST) {
        match c {
            '"' | '\'' | '\\' => short.push(c),
            c => short.extend(c.escape_debug()),
        }
    }
    short.push_str(if text.chars().nth(MOST).is_some() { "...`" } else { "`" });
    short
}

/// A character as a terminal may show it: nothing that moves the cursor, changes colours or turns
/// the line round.
fn visible(c: char) -> char {
    let turns =
        matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    match c {
        '\t' => ' ',
        c if c.is_control() || turns => '\u{fffd}',
        c => c,
    }
}

/// Puts problems in file order and fills in their lines and columns.
pub(crate) fn locate(text: &str, problems: &mut [Problem]) {
    problems.sort_by_key(|problem| problem.span.start);
    let mut characters = text.char_indices().peekable();
    let mut at = Position::START;
    for problem in problems {
        while let Some((_, c)) = characters.next_if(|(offset, _)| *offset < problem.span.start) {
            at = at.after(c);
        }
        problem.at = at;
    }
}
