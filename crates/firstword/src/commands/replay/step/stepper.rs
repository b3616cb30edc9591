//! Where somebody stands in a log, whom they follow, and what each key does to that.

use firstword_replay::{Line, Met, Timeline, Unfit};
use firstword_rules::{Millis, Name};

use super::visits::{decision_of, met_at, people};
use crate::commands::asked;

/// So many lines are a page.
const PAGE: usize = 10;
/// So many lines are looked at for one that was denied before somebody is asked whether to go on.
const FAR: usize = 100_000;

/// A key, by what is on it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Key {
    Char(char),
    Enter,
    Escape,
    Erase,
    Tab,
    Down,
    Up,
    PageDown,
    PageUp,
    Home,
    End,
    Quit,
}

/// The state of whoever steps through a log.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Stepper {
    /// Where the current line begins; it was met already.
    pub at: u64,
    /// Who is followed; without anybody, the parties of each event.
    pub person: Option<Name<'static>>,
    /// What keys mean.
    pub mode: Mode,
    /// What there is to say about the last key.
    pub message: Option<String>,
    /// Whether somebody quit.
    pub over: bool,
}

/// What keys mean.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Mode {
    /// They move.
    Moving,
    /// The help is open, and any key closes it.
    Helping,
    /// They write an answer.
    Asking(Ask, String),
}

/// What is asked for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Ask {
    /// An event's id, to go there.
    Id,
    /// A time, to go there.
    Time,
    /// A person, to follow.
    Person,
    /// The number of a decision of whom is followed, to go there.
    Seq,
}

impl Stepper {
    /// At the first line, or at the last before a moment; nothing where the log holds no line.
    pub fn begin(
        timeline: &Timeline,
        until: Option<Millis>,
        person: Option<Name<'static>>,
    ) -> Result<Option<Stepper>, Unfit> {
        let Some(first) = from(timeline, 0)? else { return Ok(None) };
        let new = |at| Stepper { at, person: None, mode: Mode::Moving, message: None, over: false };
        let mut stepper = new(first);
        if let Some(until) = until {
            stepper.go_to_time(timeline, until)?;
        }
        if let Some(person) = person {
            stepper.follow(timeline, person)?;
        }
        Ok(Some(stepper))
    }

    /// What a key does.
    ///
    /// # Errors
    /// A log that cannot be read, or that was changed meanwhile.
    pub fn key(&mut self, key: Key, timeline: &Timeline) -> Result<(), Unfit> {
        self.message = None;
        if key == Key::Quit {
            self.over = true;
            return Ok(());
        }
        match std::mem::replace(&mut self.mode, Mode::Moving) {
            Mode::Moving => self.moving(key, timeline),
            Mode::Helping => Ok(()),
            Mode::Asking(ask, text) => self.asking(ask, text, key, timeline),
        }
    }

    fn moving(&mut self, key: Key, timeline: &Timeline) -> Result<(), Unfit> {
        match key {
            Key::Char('j') | Key::Down => self.forwards(timeline, 1),
            Key::Char('k') | Key::Up => self.back(timeline, 1),
            Key::PageDown | Key::Char(' ') => self.forwards(timeline, PAGE),
            Key::PageUp => self.back(timeline, PAGE),
            Key::Char('g') | Key::Home => {
                self.at = from(timeline, 0)?.unwrap_or(self.at);
                Ok(())
            }
            Key::Char('G') | Key::End => {
                self.at = before(timeline, timeline.end())?.unwrap_or(self.at);
                Ok(())
            }
            Key::Char('n') => self.next_visit(timeline, |_| true),
            Key::Char('N') => self.previous_visit(timeline),
            Key::Char('#') => {
                if self.followed().is_some() {
                    self.mode = Mode::Asking(Ask::Seq, String::new());
                }
                Ok(())
            }
            Key::Char('d') if self.person.is_some() => {
                self.next_visit(timeline, |met| met == Met::Denied)
            }
            Key::Char('d') => self.next_denied(timeline),
            Key::Tab => self.follow_a_party(timeline),
            Key::Escape => {
                self.person = None;
                Ok(())
            }
            Key::Char('q') => {
                self.over = true;
                Ok(())
            }
            Key::Char(c) => {
                self.mode = match c {
                    '/' => Mode::Asking(Ask::Id, String::new()),
                    't' => Mode::Asking(Ask::Time, String::new()),
                    'p' => Mode::Asking(Ask::Person, String::new()),
                    '?' | 'h' => Mode::Helping,
                    _ => Mode::Moving,
                };
                Ok(())
            }
            Key::Enter | Key::Erase | Key::Quit => Ok(()),
        }
    }

    fn asking(
        &mut self,
        ask: Ask,
        mut text: String,
        key: Key,
        timeline: &Timeline,
    ) -> Result<(), Unfit> {
        match key {
            Key::Enter => return self.answered(ask, text.trim(), timeline),
            Key::Escape => return Ok(()),
            Key::Char(c) => text.push(c),
            Key::Erase => {
                text.pop();
            }
            _ => (),
        }
        self.mode = Mode::Asking(ask, text);
        Ok(())
    }

    fn answered(&mut self, ask: Ask, text: &str, timeline: &Timeline) -> Result<(), Unfit> {
        match (ask, text) {
            (Ask::Person, "") => self.person = None,
            (_, "") => (),
            (Ask::Id, id) => return self.go_to_id(timeline, id),
            (Ask::Time, text) => match asked::time(text) {
                Ok(at) => return self.go_to_time(timeline, at),
                Err(why) => self.message = Some(why),
            },
            (Ask::Seq, text) => match text.trim_start_matches('#').parse() {
                Ok(seq) => return self.go_to_decision(timeline, seq),
                Err(_) => self.message = Some("no number such as 17".to_owned()),
            },
            (Ask::Person, text) => match asked::person(text) {
                Ok(person) => return self.follow(timeline, person),
                Err(why) => self.message = Some(why),
            },
        }
        Ok(())
    }

    fn forwards(&mut self, timeline: &Timeline, lines: usize) -> Result<(), Unfit> {
        for _ in 0..lines {
            match after(timeline, self.at)? {
                Some(next) => self.at = next,
                None => {
                    self.message = Some("this is the end of the log".to_owned());
                    break;
                }
            }
        }
        Ok(())
    }

    fn back(&mut self, timeline: &Timeline, lines: usize) -> Result<(), Unfit> {
        for _ in 0..lines {
            match before(timeline, self.at)? {
                Some(previous) => self.at = previous,
                None => {
                    self.message = Some("this is the begin of the log".to_owned());
                    break;
                }
            }
        }
        Ok(())
    }

    /// To the next visit of whom is followed that came to such a thing.
    fn next_visit(
        &mut self,
        timeline: &Timeline,
        wanted: impl Fn(Met) -> bool,
    ) -> Result<(), Unfit> {
        let Some(person) = self.followed() else { return Ok(()) };
        let Some(history) = timeline.history(&person)? else { return Ok(()) };
        let mut place = timeline.met_before(&history, self.at + 1)?;
        while let Some(entry) = timeline.entries(&history, place..place + 1)?.first() {
            if wanted(entry.met) {
                self.at = entry.offset;
                return Ok(());
            }
            place += 1;
        }
        self.message = Some(format!("no further one of {person}"));
        Ok(())
    }

    fn previous_visit(&mut self, timeline: &Timeline) -> Result<(), Unfit> {
        let Some(person) = self.followed() else { return Ok(()) };
        let Some(history) = timeline.history(&person)? else { return Ok(()) };
        match timeline.met_before(&history, self.at)?.checked_sub(1) {
            Some(place) => {
                let entry = timeline.entries(&history, place..place + 1)?;
                self.at = entry.first().map_or(self.at, |entry| entry.offset);
            }
            None => self.message = Some(format!("no earlier one of {person}")),
        }
        Ok(())
    }

    fn go_to_decision(&mut self, timeline: &Timeline, seq: u64) -> Result<(), Unfit> {
        let Some(person) = self.followed() else { return Ok(()) };
        let Some(history) = timeline.history(&person)? else { return Ok(()) };
        match decision_of(timeline, &history, seq)? {
            Some(offset) => self.at = offset,
            None => self.message = Some(format!("the log has no decision {seq} of {person}")),
        }
        Ok(())
    }

    fn followed(&mut self) -> Option<Name<'static>> {
        if self.person.is_none() {
            self.message =
                Some("nobody is followed: p asks for a person, tab takes a party".to_owned());
        }
        self.person.clone()
    }

    fn next_denied(&mut self, timeline: &Timeline) -> Result<(), Unfit> {
        for _ in 0..FAR {
            match after(timeline, self.at)? {
                Some(next) => self.at = next,
                None => {
                    self.message = Some("nothing further was denied; this is the end".to_owned());
                    return Ok(());
                }
            }
            if met_at(timeline, self.at)? == Some(Met::Denied) {
                return Ok(());
            }
        }
        self.message = Some(format!("nothing was denied in {FAR} lines; d looks further"));
        Ok(())
    }

    /// To the next line with this id, from the begin after the last.
    fn go_to_id(&mut self, timeline: &Timeline, id: &str) -> Result<(), Unfit> {
        let found = timeline.find(id)?;
        let further = found.iter().position(|offset| *offset > self.at).unwrap_or(0);
        match found.get(further) {
            Some(offset) => {
                self.at = *offset;
                if found.len() > 1 {
                    let (place, all) = (further + 1, found.len());
                    self.message = Some(format!("{place} of {all} with this id"));
                }
            }
            None => self.message = Some(format!("no event has the id {id}")),
        }
        Ok(())
    }

    /// To the last line before the moment of a time.
    fn go_to_time(&mut self, timeline: &Timeline, at: Millis) -> Result<(), Unfit> {
        let moment = timeline.moment(at)?;
        match before(timeline, moment)? {
            Some(last) => self.at = last,
            None => {
                self.at = from(timeline, 0)?.unwrap_or(self.at);
                self.message = Some("the log begins later".to_owned());
            }
        }
        Ok(())
    }

    fn follow(&mut self, timeline: &Timeline, person: Name<'static>) -> Result<(), Unfit> {
        match timeline.history(&person)? {
            Some(history) => {
                self.message =
                    Some(format!("{} visits; n and N go from one to another", history.count()));
                self.person = Some(person);
            }
            None => self.message = Some(format!("nothing in the log is about {person}")),
        }
        Ok(())
    }

    /// Follows a party of this event: the first, after it the second, after that nobody.
    fn follow_a_party(&mut self, timeline: &Timeline) -> Result<(), Unfit> {
        let line = timeline.line(self.at)?;
        let line = timeline.lines().read(&line);
        let mut people = people(&line);
        let next = match &self.person {
            Some(person) if people.by_ref().any(|party| party == person) => people.next(),
            Some(_) | None => super::visits::people(&line).next(),
        };
        let owned =
            |name: &Name<'_>| Name { kind: name.kind, text: name.text.clone().into_owned().into() };
        self.person = next.map(owned);
        Ok(())
    }
}

/// The first line from here on that is not blank.
fn from(timeline: &Timeline, offset: u64) -> Result<Option<u64>, Unfit> {
    let mut next = Some(offset).filter(|offset| *offset < timeline.end());
    while let Some(at) = next
        && is_blank(timeline, at)?
    {
        next = timeline.next_line(at)?;
    }
    Ok(next)
}

/// The line after this one.
pub fn after(timeline: &Timeline, offset: u64) -> Result<Option<u64>, Unfit> {
    match timeline.next_line(offset)? {
        Some(next) => from(timeline, next),
        None => Ok(None),
    }
}

/// The line before this one.
pub fn before(timeline: &Timeline, offset: u64) -> Result<Option<u64>, Unfit> {
    let mut previous = timeline.previous_line(offset)?;
    while let Some(at) = previous
        && is_blank(timeline, at)?
    {
        previous = timeline.previous_line(at)?;
    }
    Ok(previous)
}

fn is_blank(timeline: &Timeline, offset: u64) -> Result<bool, Unfit> {
    let line = timeline.line(offset)?;
    Ok(matches!(timeline.lines().read(&line), Line::Blank))
}
