//! A story's text to its policy, its cast and its lines.

use std::fs;
use std::path::Path;

use firstword_policy::{BUILTINS, parse};

use super::outcome::is_verdict;
use super::token::{Shape, each_of_a_range};
use super::{Cast, Expected, Fault, Sentence, Told, tokens};

/// What a story's text holds.
pub(super) struct Page {
    pub(super) policy: String,
    pub(super) told: Vec<Told>,
}

/// Where the reader stands.
struct Reader<'p> {
    path: &'p Path,
    policy: Option<Policy>,
    in_policy: bool,
    cast: Cast,
    date: Option<String>,
    told: Vec<Told>,
}

/// The text of the policy, and where it stands in the story.
#[derive(Default)]
struct Policy {
    text: String,
    /// The line of the story that names it, from 0.
    line: usize,
    /// How many lines of the text do not stand in the story.
    lines_before: usize,
}

/// Reads a story's text; a fault comes with its line, from 0.
pub(super) fn read(path: &Path, text: &str) -> Result<Page, (usize, Fault)> {
    let mut reader = Reader {
        path,
        policy: None,
        in_policy: false,
        cast: Cast::default(),
        date: None,
        told: Vec::new(),
    };
    for (number, line) in text.lines().enumerate() {
        reader.line(number, line).map_err(|fault| (number, fault))?;
    }
    let policy = reader.checked_policy()?;
    Ok(Page { policy, told: reader.told })
}

impl Reader<'_> {
    fn line(&mut self, number: usize, line: &str) -> Result<(), Fault> {
        let indented = line.starts_with([' ', '\t']) || line.is_empty();
        if self.in_policy && indented {
            if let Some(policy) = &mut self.policy {
                policy.text.extend([line, "\n"]);
            }
            return Ok(());
        }
        self.in_policy = false;
        let (words, content_end) = tokens(line)?;
        let texts: Vec<&str> = words.iter().map(|word| word.text.as_str()).collect();
        match (indented, texts.as_slice()) {
            (_, []) => Ok(()),
            (false, ["policy", name @ ..]) => self.start_policy(number, name),
            (false, ["business", name]) => self.cast.declare(name, None),
            (false, ["business", name, sector]) => self.cast.declare(name, Some(sector)),
            (false, [date]) if instant(date, "00:00").is_some() => {
                self.date = Some((*date).to_owned());
                Ok(())
            }
            (false, _) => Err(Fault::at(0, "a policy, a business or a date stands here")),
            (true, [time, ..]) => {
                let time = (*time).to_owned();
                self.event(number, &words, &time, content_end)
            }
        }
    }

    fn start_policy(&mut self, number: usize, name: &[&str]) -> Result<(), Fault> {
        if self.policy.is_some() {
            return Err(Fault::at(0, "a story has one policy"));
        }
        let text = match name {
            [] => "name = \"story\"\n".to_owned(),
            [file] if file.ends_with(".toml") => {
                let beside = self.path.parent().unwrap_or(Path::new("")).join(file);
                fs::read_to_string(&beside)
                    .map_err(|error| Fault::at(7, format!("{}: {error}", beside.display())))?
            }
            [name] => {
                let builtin = BUILTINS.iter().find(|builtin| builtin.name == *name);
                builtin.map(|builtin| builtin.text.to_owned()).ok_or_else(|| {
                    let names = BUILTINS.map(|builtin| builtin.name).join(", ");
                    Fault::at(7, format!("`{name}` is no policy; there are {names}"))
                })?
            }
            _ => return Err(Fault::at(7, "one policy, by name or file, or indented below")),
        };
        self.in_policy = true;
        let lines_before = text.lines().count();
        self.policy = Some(Policy { text, line: number, lines_before });
        Ok(())
    }

    fn event(
        &mut self,
        line: usize,
        words: &[super::token::Token],
        time: &str,
        content_end: usize,
    ) -> Result<(), Fault> {
        let column = words.first().map_or(0, |word| word.column);
        let date = self.date.as_deref().ok_or_else(|| Fault::at(column, "on which date?"))?;
        let at = instant(date, time)
            .ok_or_else(|| Fault::at(column, "a time is HH:MM, HH:MM:SS or HH:MM:SS.mmm"))?;
        let verdict =
            words.iter().position(|word| word.shape == Shape::Word && is_verdict(&word.text));
        let (left, right) = words.split_at(verdict.unwrap_or(words.len()));
        let told = left.get(1..).unwrap_or_default();
        let mut events = Vec::new();
        for sentence in each_of_a_range(told)? {
            let event = Sentence::new(&sentence, &mut self.cast).event(&at)?;
            events.push(event);
        }
        let expected = match right {
            [] => None,
            right => Some(Expected::parse(right)?),
        };
        let sentence_end = left.last().map_or(0, |word| word.end);
        self.told.push(Told { line, sentence_end, content_end, expected, events });
        Ok(())
    }

    fn checked_policy(&mut self) -> Result<String, (usize, Fault)> {
        let Some(policy) = self.policy.take() else {
            return Err((0, Fault::at(0, "under which policy?")));
        };
        match parse(&policy.text) {
            Ok(_) => Ok(policy.text),
            Err(problems) => {
                let first = problems.0.first();
                let message = first.map(|problem| problem.in_file("policy")).unwrap_or_default();
                let line = first.map_or(0, |problem| problem.at.line);
                let (line, column) = match line.checked_sub(policy.lines_before + 1) {
                    Some(below) => (policy.line + 1 + below, 0),
                    None => (policy.line, 7),
                };
                Err((line, Fault::at(column, message)))
            }
        }
    }
}

/// A date and a time of day in UTC as RFC 3339, or nothing where there is no such instant.
pub(super) fn instant(date: &str, time: &str) -> Option<String> {
    let text = match time.len() {
        5 => format!("{date}T{time}:00.000Z"),
        8 => format!("{date}T{time}.000Z"),
        12 => format!("{date}T{time}Z"),
        _ => return None,
    };
    firstword_wire::parse_time(&text).map(|instant| instant.to_string())
}

/// An instant as stories write it: `2021-06-15 09:00`, with seconds and their fractions only where there are any.
pub(super) fn short_time(rfc3339: &str) -> String {
    let text = rfc3339.replacen('T', " ", 1);
    let text = text.trim_end_matches('Z');
    let text = text.strip_suffix(".000").unwrap_or(text);
    match (text.len(), text.strip_suffix(":00")) {
        (19, Some(short)) => short.to_owned(),
        _ => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_written_as_short_as_they_are() {
        for (date, time) in [
            ("2021-05-16", "09:00"),
            ("2021-05-16", "09:00:01"),
            ("2021-05-16", "23:59:59.999"),
            ("2021-05-16", "09:00:00.001"),
        ] {
            let long = instant(date, time).unwrap_or_default();
            assert_eq!(short_time(&long), format!("{date} {time}"));
        }
        assert_eq!(instant("2021-02-29", "09:00"), None);
        assert_eq!(instant("2021-05-16", "9:00"), None);
    }
}
