//! Realistic synthetic traffic: the same seed gives the same bytes, for ever and on every computer.
//!
//! People settle in first: in the two weeks before the start, and some after it, the platform
//! locates them, they answer the terms and opt in to businesses. From the start on scenes open, at
//! a pace that follows the hours of the day: two people chat, a business reports a delivery and is
//! told to stop, somebody is blocked. A scene goes on by itself, with the waiting times that people
//! have, until it is over.
//!
//! A scene knows when it opens how many events it takes, and takes them from what the log has left.
//! So the log has as many events as were asked for, and what is kept is the scenes that are open
//! (never more than there are people, and a few) and two bytes a person.
//!
//! What it may not know: an engine's rules. It says what happens, not what is let through.

mod broken;
mod cast;
mod draw;
mod line;
mod pace;
mod say;
mod scene;
mod texts;

use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};
use std::io::{self, Write};

use crate::time::{EARLIEST, TOO_LATE};

pub use broken::Reason;
use cast::Cast;
use draw::{Draw, Share, mix, mix2};
use line::{Id, Line};
use pace::Pace;
use scene::Scene;

/// 2021-05-15T00:00:00Z, when the terms that the people answer took effect, in milliseconds since
/// 1970.
pub const MAY_2021: i64 = 1_621_036_800_000;

const DAY: i64 = 86_400_000;

/// A person takes part where the log has room for this many events of theirs. Fewer than this and
/// a log would hold nothing but people who settle in.
const EVENTS_A_PERSON: u64 = 3;

/// After how many milliseconds a producer that got no answer sends an event again.
const RETRY: i64 = 5_000;

/// What to generate.
///
/// ```
/// use firstword_traffic::generate::{Generator, Traffic};
///
/// let traffic = Traffic { people: 50, events: 500, seed: 7, ..Traffic::default() };
/// let mut log = Vec::new();
/// let counts = Generator::new(&traffic)?.write(&mut log)?;
/// assert_eq!(counts.lines, 500);
/// assert!(log.starts_with(b"{\"id\":\""));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Traffic {
    /// How many people there are, at least 2. Where there are fewer than three events per person,
    /// only as many people take part as the log has room for ([`Generator::people`]).
    pub people: u32,
    /// How many businesses there are; without any, people are among themselves.
    pub businesses: u32,
    /// How many lines to write, duplicates and broken ones among them.
    pub events: u64,
    /// Over how many days the traffic spreads, at least 1. People settle in up to two weeks before.
    pub days: u32,
    /// The share of the people who decline the terms, from 0 to 1.
    pub declined: f64,
    /// The share of the people who never answer them. All others accept.
    pub silent: f64,
    /// The share of the lines that are an earlier event sent again under its id.
    pub duplicates: f64,
    /// The share of the events that come late: their `at` is up to ten minutes older than their
    /// place in the log. At 0 the whole log is in the order of `at`.
    pub late: f64,
    /// The share of the lines that are no events.
    pub malformed: f64,
    /// What the draws follow from.
    pub seed: u64,
    /// When the traffic starts, in milliseconds since 1970. People answer the terms around it, most of
    /// them in the two weeks before, so it is best the time at which these take effect.
    pub start: i64,
    /// Whether messages have texts. Without, the few that have forbidden content or a STOP name it
    /// in `findings`.
    pub texts: bool,
    /// How many characters each text has, but for those that ask to stop or to start; otherwise as
    /// people write.
    pub text_length: Option<u16>,
    /// Whether events have long ids and further fields, as a platform's own have, that readers pass
    /// over.
    pub rich: bool,
}

impl Default for Traffic {
    /// A thousand people and twenty businesses over a week from 15 May 2021, 100,000 events, every
    /// fifth person declining.
    fn default() -> Self {
        Self {
            people: 1_000,
            businesses: 20,
            events: 100_000,
            days: 7,
            declined: 0.2,
            silent: 0.1,
            duplicates: 0.002,
            late: 0.001,
            malformed: 0.0,
            seed: 1,
            start: MAY_2021,
            texts: true,
            text_length: None,
            rich: false,
        }
    }
}

/// Why no traffic can be generated as asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadTraffic {
    /// Nobody can talk.
    #[error("traffic needs at least 2 people")]
    TooFewPeople,
    /// No time to spread over.
    #[error("traffic needs at least 1 day")]
    NoDays,
    /// A share is below 0, above 1 or no number. The field's name is given.
    #[error("`{0}` is a share: from 0 to 1")]
    NoShare(&'static str),
    /// More people would answer than there are.
    #[error("`declined` and `silent` are shares of the same people: together at most 1")]
    TooManyAnswers,
    /// An event, or an opt-in's end, would lie outside of the years that events may bear.
    #[error("the traffic must lie between 2000-01-16 and 2098, with its last day")]
    OutOfRange,
}

impl Traffic {
    /// Finds the first thing that cannot be.
    ///
    /// # Errors
    ///
    /// What is wrong with the options.
    pub fn check(&self) -> Result<(), BadTraffic> {
        if self.people < 2 {
            return Err(BadTraffic::TooFewPeople);
        }
        if self.days == 0 {
            return Err(BadTraffic::NoDays);
        }
        for (name, share) in [
            ("declined", self.declined),
            ("silent", self.silent),
            ("duplicates", self.duplicates),
            ("late", self.late),
            ("malformed", self.malformed),
        ] {
            if !(0.0..=1.0).contains(&share) {
                return Err(BadTraffic::NoShare(name));
            }
        }
        if self.declined + self.silent > 1.0 {
            return Err(BadTraffic::TooManyAnswers);
        }
        let first = self.start.checked_sub(15 * DAY);
        let last = self.start.checked_add((i64::from(self.days) + 2 * 365) * DAY);
        match (first, last) {
            (Some(first), Some(last)) if first >= EARLIEST && last < TOO_LATE => Ok(()),
            _ => Err(BadTraffic::OutOfRange),
        }
    }
}

/// What has been written so far.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// All lines.
    pub lines: u64,
    /// Those of them that are an earlier event sent again.
    pub duplicates: u64,
    /// Events with an `at` older than their place in the log. (A retry of one is not counted
    /// again.)
    pub late: u64,
    /// Lines that are no events, by [`Reason::ALL`].
    pub malformed: [u64; Reason::ALL.len()],
}

impl Counts {
    /// How many lines a reader must reject, and for which reason.
    pub fn rejected(&self) -> impl Iterator<Item = (Reason, u64)> {
        Reason::ALL.into_iter().zip(self.malformed)
    }
}

/// A scene that goes on at a time.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Due {
    at: i64,
    /// Tells events of one time apart by when they were planned.
    order: u64,
    scene: Scene,
}

/// An event that its producer will send again.
#[derive(Debug)]
struct Retry {
    at: i64,
    line: Vec<u8>,
}

/// Which of the things that come next comes first.
enum Next {
    Arrival,
    Opening,
    Scene,
    Retry,
}

/// Generates a log, line by line.
#[derive(Debug)]
pub struct Generator {
    cast: Cast,
    pace: Pace,
    draw: Draw,
    texts: bool,
    text_length: Option<u16>,
    rich: bool,
    duplicates: Share,
    late: Share,
    malformed: Share,
    ids: u64,
    /// Lines to write in all.
    events: u64,
    /// Lines for scenes, duplicates and broken lines; the other events are those of people who
    /// settle in.
    budget: u64,
    /// How many of these are not spoken for yet.
    free: u64,
    arrived: u32,
    arrival: Option<i64>,
    opening: Option<i64>,
    open: BinaryHeap<Reverse<Due>>,
    retries: VecDeque<Retry>,
    planned: u64,
    /// One per person: which businesses were told to stop, and whether the account is closed.
    marks: Vec<u16>,
    line: Line,
    text: String,
    counts: Counts,
}

impl Generator {
    /// Makes everything ready: the cost is a fraction of a microsecond and two bytes per person.
    ///
    /// # Errors
    ///
    /// What is wrong with the options.
    pub fn new(traffic: &Traffic) -> Result<Self, BadTraffic> {
        traffic.check()?;
        let room = u32::try_from(traffic.events / EVENTS_A_PERSON).unwrap_or(u32::MAX);
        let people = traffic.people.min(room.max(2));
        let Traffic { seed, businesses, declined, silent, .. } = *traffic;
        let cast = Cast::new(seed, people, businesses, declined, silent);
        let facts: u64 = (0..people).map(|person| u64::from(cast.facts(person))).sum();
        let budget = traffic.events.saturating_sub(facts);
        let mut generator = Self {
            pace: Pace::new(traffic.start, traffic.days),
            draw: Draw::new(seed),
            texts: traffic.texts,
            text_length: traffic.text_length,
            rich: traffic.rich,
            duplicates: Share::of(traffic.duplicates),
            late: Share::of(traffic.late),
            malformed: Share::of(traffic.malformed),
            ids: mix2(seed, 6),
            events: traffic.events,
            budget,
            free: budget,
            arrived: 0,
            arrival: None,
            opening: None,
            open: BinaryHeap::new(),
            retries: VecDeque::new(),
            planned: 0,
            marks: vec![0; usize::try_from(people).unwrap_or(0)],
            line: Line::default(),
            text: String::new(),
            counts: Counts::default(),
            cast,
        };
        generator.await_arrival();
        generator.await_opening();
        Ok(generator)
    }

    /// How many people take part: as many as were asked for, if the log has room for them.
    pub fn people(&self) -> u32 {
        self.cast.people()
    }

    /// What has been written so far.
    pub fn counts(&self) -> Counts {
        self.counts
    }

    /// Writes all lines that are left, each with an end of line, and says what the log holds.
    ///
    /// # Errors
    ///
    /// What `out` says.
    pub fn write(&mut self, out: &mut impl Write) -> io::Result<Counts> {
        const CHUNK: usize = 64 * 1024;
        let mut chunk = Vec::with_capacity(2 * CHUNK);
        while self.write_some(&mut chunk) {
            if chunk.len() >= CHUNK {
                out.write_all(&chunk)?;
                chunk.clear();
            }
        }
        out.write_all(&chunk)?;
        Ok(self.counts)
    }

    /// Appends what comes next: a line, or a few where an event is sent twice in a row or broken
    /// lines follow it, each with an end of line. False if the log is complete.
    pub fn write_some(&mut self, out: &mut Vec<u8>) -> bool {
        if self.counts.lines >= self.events {
            return false;
        }
        let before = self.counts.lines;
        // An arrival may be of somebody about whom nothing is stated.
        while self.counts.lines == before {
            match self.next() {
                Some((at, Next::Arrival)) => self.settle_in(at, out),
                Some((at, Next::Opening)) => self.open_scene(at, out),
                Some((_, Next::Scene)) => {
                    if let Some(Reverse(due)) = self.open.pop() {
                        self.play(due.at, due.scene, out);
                    }
                }
                Some((_, Next::Retry)) => {
                    if let Some(retry) = self.retries.pop_front() {
                        out.extend_from_slice(&retry.line);
                        self.count_line(out);
                        self.counts.duplicates += 1;
                    }
                }
                None => return false,
            }
        }
        true
    }

    fn next(&self) -> Option<(i64, Next)> {
        let opening = if self.free > 0 { self.opening } else { None };
        [
            self.arrival.map(|at| (at, Next::Arrival)),
            opening.map(|at| (at, Next::Opening)),
            self.open.peek().map(|Reverse(due)| (due.at, Next::Scene)),
            self.retries.front().map(|retry| (retry.at, Next::Retry)),
        ]
        .into_iter()
        .flatten()
        .min_by_key(|(at, _)| *at)
    }

    fn await_arrival(&mut self) {
        let jitter = self.jitter();
        let people = self.cast.people();
        self.arrival = (self.arrived < people)
            .then(|| self.pace.settled(u64::from(self.arrived), u64::from(people), jitter));
    }

    fn await_opening(&mut self) {
        let jitter = self.jitter();
        self.opening = Some(self.pace.at(self.budget - self.free, self.budget, jitter));
    }

    fn jitter(&mut self) -> u32 {
        u32::try_from(self.draw.below(1 << 32)).unwrap_or(0)
    }

    fn settle_in(&mut self, at: i64, out: &mut Vec<u8>) {
        let person = self.cast.arrival(self.arrived);
        self.arrived += 1;
        self.await_arrival();
        let facts = self.cast.facts(person);
        if facts > 0 {
            self.play(at, Scene::settling(person, facts), out);
        }
    }

    fn open_scene(&mut self, at: i64, out: &mut Vec<u8>) {
        let mut scene = self.cast_scene();
        // With as many scenes open as there are people, the new ones are short.
        let crowded = self.open.len() > self.marks.len() + 1_024;
        let length = if crowded { 1 } else { u64::from(scene.left) }.min(self.free);
        scene.left = u16::try_from(length).unwrap_or(1);
        self.free -= length;
        self.await_opening();
        self.play(at, scene, out);
    }

    /// Plans how a scene goes on, `wait` milliseconds after `at`.
    fn go_on(&mut self, at: i64, wait: u64, scene: Scene) {
        let bits = self.draw.bits();
        let at = self.pace.later(at, wait, bits);
        self.planned += 1;
        self.open.push(Reverse(Due { at, order: self.planned, scene }));
    }

    /// Begins an event with an id of its own, and now and then a time from before.
    fn begin(&mut self, kind: &str, at: i64) {
        let late = self.draw.share(self.late);
        let stamp =
            if late { at - 1 - i64::try_from(self.draw.below(600_000)).unwrap_or(0) } else { at };
        self.counts.late += u64::from(late);
        let id = self.new_id();
        self.line.begin(id, kind, stamp);
    }

    fn new_id(&mut self) -> Id {
        self.ids = self.ids.wrapping_add(1);
        Id { number: mix(self.ids), long: self.rich }
    }

    /// Ends the event at hand and writes it, with what a bad day adds: a copy, a retry later,
    /// broken lines.
    fn end(&mut self, at: i64, out: &mut Vec<u8>) {
        if self.rich {
            let bits = self.draw.bits();
            self.line.luggage(bits);
        }
        self.line.end();
        out.extend_from_slice(self.line.bytes());
        self.count_line(out);
        while self.free > 0 && self.draw.share(self.duplicates) {
            self.free -= 1;
            if self.draw.in_1000(500) {
                out.extend_from_slice(self.line.bytes());
                self.count_line(out);
                self.counts.duplicates += 1;
            } else {
                let later = (at + RETRY).min(self.pace.end() - 1);
                let line = self.line.again(later);
                self.retries.push_back(Retry { at: later, line });
            }
        }
        while self.free > 0 && self.draw.share(self.malformed) {
            self.free -= 1;
            let from = self.somebody();
            let to = self.cast.friend(from, self.draw.bits());
            let id = self.new_id();
            let reason = broken::write(out, &mut self.draw, id, at, (from, to));
            self.count_line(out);
            if let Some(count) = self.counts.malformed.get_mut(reason as usize) {
                *count += 1;
            }
        }
    }

    fn count_line(&mut self, out: &mut Vec<u8>) {
        out.push(b'\n');
        self.counts.lines += 1;
    }
}

#[cfg(test)]
mod tests;
