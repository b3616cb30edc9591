//! A fixture: the few events of a log that one person's case needs, under other names, so that a case of production
//! becomes a test.
//!
//! The case is what a person's machine decided between two moments. What else is needed is found by trying: first all
//! that the person's machine met before; then, where somebody's words no longer pass that one's own gate, what that
//! one's machine met; then everything is left out again without which the case comes to the same. Names and ids are
//! replaced, one for one; versions, purposes, sectors, categories and findings stay, for the policy names them; texts
//! never were there.

mod least;
mod names;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::ops::Range;

use firstword_engine::{Draft, Engine};
use firstword_rules::{Decision, Event, Name, Policy, Role, What};
use firstword_wire::{LogKind, write_decision, write_event};

use crate::outcome::Part;
use crate::{Entry, History, Line, Met, Outcome, Place, Timeline, Unfit};
use names::Names;

/// So many people's histories are taken at most: a case that needs more is no case of one person.
const PEOPLE: usize = 500;

/// A case, cut out of a log.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Fixture {
    /// The events, one a line, under other names.
    pub events: Vec<u8>,
    /// All decisions that they come to, under the same names: a journal that can be verified.
    pub decisions: Vec<u8>,
    /// What the person is called in it.
    pub person: String,
    /// How many events there are, and how many of them are the case itself.
    pub counts: [usize; 2],
}

/// Why a case cannot be cut out.
#[derive(Debug)]
pub enum NoFixture {
    /// The person's machine decided nothing between the two moments.
    Nothing,
    /// Deciding again does not give what the log has: it was made under another policy, or is not whole.
    Differs,
    /// A decision of the case is recorded otherwise than it is made under the policy at hand.
    Otherwise(Box<Otherwise>),
    /// It hangs together with too many people.
    TooMany,
    /// The log or its index cannot be read.
    Unfit(Unfit),
}

/// A decision that would come out otherwise than the log has it.
#[derive(Debug)]
pub struct Otherwise {
    /// Where it is recorded.
    pub place: Place,
    /// The policy that it names.
    pub named: String,
    /// The policy at hand.
    pub under: Box<str>,
    /// The fields that differ, as they are recorded and as they would be.
    pub parts: Vec<Part>,
}

impl fmt::Display for Otherwise {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Otherwise { place, named, under, parts } = self;
        write!(f, "{place} was decided under {named}; under {under}")?;
        for (Part { field, one, other }, number) in parts.iter().zip(0..) {
            let [was, is] = [one, other].map(|value| value.as_deref().unwrap_or("none"));
            write!(
                f,
                "{} {field} would be {is} instead of {was}",
                if number > 0 { "," } else { "" }
            )?;
        }
        Ok(())
    }
}

impl fmt::Display for NoFixture {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NoFixture::Nothing => f.write_str("nothing was decided for this person in that time"),
            NoFixture::Differs => f.write_str(
                "deciding again does not give what the log has: was it made under another policy, or is it not whole? \
                 `firstword replay --verify` tells",
            ),
            NoFixture::Otherwise(otherwise) => otherwise.fmt(f),
            NoFixture::TooMany => write!(f, "the case hangs together with more than {PEOPLE} people"),
            NoFixture::Unfit(unfit) => unfit.fmt(f),
        }
    }
}

impl std::error::Error for NoFixture {}

impl From<Unfit> for NoFixture {
    fn from(unfit: Unfit) -> NoFixture {
        NoFixture::Unfit(unfit)
    }
}

/// Cuts out what a person's machine decided between two moments of the log.
///
/// # Errors
/// See [`NoFixture`].
pub fn cut(
    timeline: &Timeline,
    person: &Name<'_>,
    from: u64,
    to: u64,
) -> Result<Fixture, NoFixture> {
    let (history, case) = case(timeline, person, from, to)?.ok_or(NoFixture::Nothing)?;
    let mut search = Search { timeline, to, people: BTreeMap::new(), lines: BTreeMap::new() };
    let entries = timeline.entries(&history, case.clone())?;
    let expected = expected(timeline, person, &history, case.start, &entries)?;
    search.include(person)?;
    loop {
        let lines: Vec<&[u8]> = search.lines.values().map(Vec::as_slice).collect();
        let events = read(timeline, &lines);
        let offsets: Vec<u64> = search.lines.keys().copied().collect();
        let told = told(timeline.policy(), offsets.iter().copied().zip(&events), person);
        if expected.iter().all(|(offset, decision)| told.get(offset) == Some(decision)) {
            return Ok(least(timeline, person, &offsets, &events, &expected));
        }
        let strangers = search.missing(person, &events, &offsets)?;
        if strangers.is_empty() {
            return Err(NoFixture::Differs);
        }
        drop(events);
        for stranger in strangers {
            search.include(&stranger)?;
        }
    }
}

/// The policy that the last decision of a case names, in a log of decisions: under another it may come to something
/// else.
///
/// # Errors
/// A log that was changed, or that cannot be read.
pub fn made_under(
    timeline: &Timeline,
    person: &Name<'_>,
    from: u64,
    to: u64,
) -> Result<Option<String>, Unfit> {
    let Some((history, case)) = case(timeline, person, from, to)? else { return Ok(None) };
    let last = timeline.entries(&history, case.end - 1..case.end)?;
    let line = timeline.line(last.first().ok_or(Unfit::Damaged)?.offset)?;
    Ok(match timeline.lines().read(&line) {
        Line::Decision(recorded) => Some(recorded.policy.into_owned()),
        _ => None,
    })
}

/// The visits of a person between two moments; nothing where there are none.
fn case(
    timeline: &Timeline,
    person: &Name<'_>,
    from: u64,
    to: u64,
) -> Result<Option<(History, Range<u64>)>, Unfit> {
    let Some(history) = timeline.history(person)? else { return Ok(None) };
    let case = timeline.met_before(&history, from)?..timeline.met_before(&history, to)?;
    Ok((!case.is_empty()).then_some((history, case)))
}

/// What the log has of the case: each decision as it would be written, its number left out.
fn expected(
    timeline: &Timeline,
    person: &Name<'_>,
    history: &History,
    first: u64,
    entries: &[Entry],
) -> Result<BTreeMap<u64, Vec<u8>>, NoFixture> {
    let mut engine = timeline.machine(history, first)?;
    let mut expected = BTreeMap::new();
    for entry in entries {
        let line = timeline.line(entry.offset)?;
        let read = timeline.lines().read(&line);
        let event = read.event().ok_or(Unfit::Damaged)?;
        let first = first_line(timeline, entry, &line)?;
        let mut draft = Draft::default();
        let decision = engine.draft(&mut draft, event, entry.role);
        if let Line::Decision(recorded) = &read {
            let parts = Outcome::recorded(recorded).differing(&Outcome::decided(&decision));
            if !parts.is_empty() {
                return Err(NoFixture::Otherwise(Box::new(Otherwise {
                    place: timeline.place(entry.offset)?,
                    named: recorded.policy.to_string(),
                    under: timeline.policy().label.clone(),
                    parts,
                })));
            }
        }
        if Met::from(decision.verdict) != entry.met || decision.visit.person() != person {
            return Err(NoFixture::Differs);
        }
        expected.insert(first, as_told(&decision));
        engine.merge(draft);
    }
    Ok(expected)
}

/// The line by which an event is known: in a log of decisions one that passed two gates has two, and the first counts.
fn first_line(timeline: &Timeline, entry: &Entry, line: &[u8]) -> Result<u64, Unfit> {
    if timeline.kind() == LogKind::Events || !matches!(entry.role, Role::Recipient(Some(_))) {
        return Ok(entry.offset);
    }
    let read = timeline.lines().read(line);
    let sent = read.id().map(|id| timeline.find(id)).transpose()?.unwrap_or_default();
    Ok(sent.into_iter().rfind(|offset| *offset < entry.offset).unwrap_or(entry.offset))
}

/// A decision without what depends on what is left out: its number.
fn as_told(decision: &Decision<'_>) -> Vec<u8> {
    let mut told = Vec::new();
    write_decision(&mut told, &Decision { seq: 0, ..*decision }, "");
    told
}

/// What deciding these events gives for a person.
fn told<'e>(
    policy: &Policy,
    events: impl Iterator<Item = (u64, &'e Event<'e>)>,
    person: &Name<'_>,
) -> BTreeMap<u64, Vec<u8>> {
    let mut engine = Engine::new(policy.clone());
    let mut told = BTreeMap::new();
    for (offset, event) in events {
        let decisions = engine.step(event);
        let own = decisions.iter().filter(|decision| decision.visit.person() == person);
        told.extend(own.map(|decision| (offset, as_told(decision))));
    }
    told
}

fn read<'l>(timeline: &Timeline, lines: &[&'l [u8]]) -> Vec<Event<'l>> {
    let events = lines.iter().filter_map(|line| match timeline.lines().read(line) {
        Line::Event(event) => Some(event),
        Line::Decision(recorded) => Some(recorded.event),
        Line::Blank | Line::Rejected(_) | Line::BadDecision(_) => None,
    });
    events.collect()
}

/// The smallest log that gives the case, under other names.
fn least(
    timeline: &Timeline,
    person: &Name<'_>,
    offsets: &[u64],
    events: &[Event<'_>],
    expected: &BTreeMap<u64, Vec<u8>>,
) -> Fixture {
    let policy = timeline.policy();
    let gives_it = |kept: &[usize]| {
        let events =
            kept.iter().filter_map(|place| Some((*offsets.get(*place)?, events.get(*place)?)));
        let told = told(policy, events, person);
        expected.iter().all(|(offset, decision)| told.get(offset) == Some(decision))
    };
    let is_case = |place: usize| offsets.get(place).is_some_and(|of| expected.contains_key(of));
    let kept = least::least(events.len(), is_case, gives_it);
    let mut names = Names::new(person);
    let mut fixture = Fixture {
        events: Vec::new(),
        decisions: Vec::new(),
        person: names.person(),
        counts: [kept.len(), expected.len()],
    };
    let mut engine = Engine::new(policy.clone());
    for event in kept.iter().filter_map(|place| events.get(*place)) {
        let event = names.renamed(event);
        write_event(&mut fixture.events, &event);
        for decision in engine.step(&event).iter() {
            write_decision(&mut fixture.decisions, decision, &policy.label);
        }
    }
    fixture
}

/// The search for what a case needs.
struct Search<'t> {
    timeline: &'t Timeline,
    /// The end of the case.
    to: u64,
    /// Whose histories are in.
    people: BTreeMap<String, History>,
    /// The lines that are in, each event once.
    lines: BTreeMap<u64, Vec<u8>>,
}

impl Search<'_> {
    /// Takes in all that a person's machine met before the end of the case.
    fn include(&mut self, person: &Name<'_>) -> Result<(), NoFixture> {
        let Some(history) = self.timeline.history(person)? else { return Ok(()) };
        if self.people.insert(person.to_string(), history).is_some() {
            return Ok(());
        }
        if self.people.len() > PEOPLE {
            return Err(NoFixture::TooMany);
        }
        let count = self.timeline.met_before(&history, self.to)?;
        for entry in self.timeline.entries(&history, 0..count)? {
            let line = self.timeline.line(entry.offset)?;
            self.lines.insert(first_line(self.timeline, &entry, &line)?, line);
        }
        Ok(())
    }

    /// Whose history would make the case come to what it was: those who spoke where the person's machine, or that of
    /// one who is in already, first met something else.
    fn missing(
        &self,
        person: &Name<'_>,
        events: &[Event<'_>],
        offsets: &[u64],
    ) -> Result<Vec<Name<'static>>, NoFixture> {
        let mut engine = Engine::new(self.timeline.policy().clone());
        let mut met: BTreeMap<String, BTreeMap<u64, (Role, Met)>> = BTreeMap::new();
        for (offset, event) in offsets.iter().zip(events) {
            for decision in engine.step(event).iter() {
                let of = met.entry(decision.visit.person().to_string()).or_default();
                of.insert(*offset, (decision.visit.role, decision.verdict.into()));
            }
        }
        let mut asked = BTreeSet::new();
        let mut open = vec![person.to_string()];
        let mut strangers = Vec::new();
        while let Some(of) = open.pop() {
            let Some(history) = self.people.get(&of).filter(|_| asked.insert(of.clone())) else {
                continue;
            };
            let count = self.timeline.met_before(history, self.to)?;
            for entry in self.timeline.entries(history, 0..count)? {
                let line = self.timeline.line(entry.offset)?;
                let place = first_line(self.timeline, &entry, &line)?;
                let now = met.get(&of).and_then(|met| met.get(&place));
                if now == Some(&(entry.role, entry.met)) {
                    continue;
                }
                let read = self.timeline.lines().read(&line);
                let Some(What::Utterance(said)) = read.event().map(|event| &event.what) else {
                    continue;
                };
                if !said.from.is_person() || said.from.to_string() == of {
                    continue;
                }
                let speaker = said.from.to_string();
                match self.people.contains_key(&speaker) {
                    true => open.push(speaker),
                    false => strangers.push(Name {
                        kind: said.from.kind,
                        text: said.from.text.clone().into_owned().into(),
                    }),
                }
            }
        }
        strangers.sort_by(|one, other| one.text.cmp(&other.text));
        strangers.dedup();
        Ok(strangers)
    }
}
