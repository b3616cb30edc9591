//! Every event that is named as a cause is an earlier visit of that person, and set what it is said to have set.
//!
//! This is seen without the search: the person's decisions are folded up to before the cause and over it, and the
//! machine is asked.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

#[path = "../../firstword-rules/tests/shared/cast.rs"]
mod cast;
#[path = "../../firstword-rules/tests/shared/events.rs"]
mod events;
#[path = "../../firstword-rules/tests/shared/lines.rs"]
mod lines;
#[path = "../../firstword-rules/tests/shared/policies.rs"]
mod policies;
#[path = "../../firstword-rules/tests/shared/recording.rs"]
mod recording;

use std::collections::BTreeMap;

use firstword_engine::Engine;
use firstword_policy::builtin;
use firstword_replay::explain::{Chapter, Happening, Told, explain_line};
use firstword_replay::{IndexBuilder, Line, Lines, Scratch, Timeline};
use firstword_rules::{
    Basis, Category, Contact, Event, Ground, Mark, Name, Policy, Role, Verdict, What,
};
use firstword_traffic::generate::{Generator, Traffic};
use firstword_wire::{LogKind, write_decision};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestCaseResult};

/// A visit of a person: where its line begins, the part in it, what came of it.
#[derive(Clone, Copy)]
struct Visited {
    offset: usize,
    role: Role,
    verdict: Verdict,
    row: Option<&'static str>,
}

/// A log that was decided from its begin to its end.
struct Decided<'l> {
    log: &'l [u8],
    policy: Policy,
    lines: Lines,
    /// By the person.
    visits: BTreeMap<String, Vec<Visited>>,
}

impl<'l> Decided<'l> {
    fn new(log: &'l [u8], policy: &Policy) -> Decided<'l> {
        let lines = Lines::new(LogKind::Events, policy);
        let (mut engine, mut offset) = (Engine::new(policy.clone()), 0);
        let mut visits = BTreeMap::<_, Vec<_>>::new();
        for line in log.split_inclusive(|byte| *byte == b'\n') {
            if let Line::Event(event) = lines.read(line) {
                for decision in engine.step(&event).iter() {
                    let (role, verdict, row) =
                        (decision.visit.role, decision.verdict, decision.row);
                    let person = decision.visit.person().to_string();
                    visits.entry(person).or_default().push(Visited { offset, role, verdict, row });
                }
            }
            offset += line.len();
        }
        Decided { log, policy: policy.clone(), lines, visits }
    }

    fn line(&self, offset: usize) -> &'l [u8] {
        self.log[offset..].split_inclusive(|byte| *byte == b'\n').next().unwrap()
    }

    fn event(&self, offset: usize) -> Event<'l> {
        match self.lines.read(self.line(offset)) {
            Line::Event(event) => event,
            other => unreachable!("{other:?} was visited"),
        }
    }

    /// The machine of a person after so many visits, and what knows its numbers.
    fn folded(&self, person: &str, visits: usize) -> Engine {
        let mut engine = Engine::new(self.policy.clone());
        for (visit, seq) in self.visits[person][..visits].iter().zip(1..) {
            engine.replay(&self.event(visit.offset), visit.role, seq, visit.verdict);
        }
        engine
    }

    fn timeline(&self, log: &[u8], kind: LogKind) -> Timeline {
        let lines = Lines::new(kind, &self.policy);
        let scratch = || Ok(Box::new(Vec::new()) as Box<dyn Scratch>);
        let mut builder = IndexBuilder::new(Vec::new(), kind, &self.policy, 7, scratch);
        builder.file("log", 0);
        for line in log.split_inclusive(|byte| *byte == b'\n') {
            builder.line(line, &lines.read(line)).unwrap();
        }
        let index = builder.finish().unwrap();
        Timeline::open(Box::new(log.to_vec()), Box::new(index), self.policy.clone()).unwrap()
    }

    /// Looks at the explanations of every so-many-th line; how many causes were seen.
    fn holds(&self, step: usize) -> Result<usize, TestCaseError> {
        let timeline = self.timeline(self.log, LogKind::Events);
        let (mut offset, mut causes) = (0, 0);
        for (number, line) in self.log.split_inclusive(|byte| *byte == b'\n').enumerate() {
            if number % step == 0 && !matches!(self.lines.read(line), Line::Blank) {
                let explanation = explain_line(&timeline, offset as u64, &[]).unwrap();
                prop_assert_eq!(explanation.place.number, number as u64 + 1);
                prop_assert_eq!(&explanation.id, &firstword_wire::id_of(line));
                causes += self.told(offset, &explanation.told)?;
            }
            offset += line.len();
        }
        Ok(causes)
    }

    fn told(&self, offset: usize, told: &Told) -> Result<usize, TestCaseError> {
        let Told::Decided(happening, chapters) = told else {
            prop_assert!(matches!(self.lines.read(self.line(offset)), Line::Rejected(_)));
            return Ok(0);
        };
        prop_assert_eq!(&happening.id, &self.event(offset).id);
        let met = self.visits.iter().flat_map(|(person, visits)| {
            visits.iter().filter(|visit| visit.offset == offset).map(move |visit| (person, visit))
        });
        let mut met: Vec<_> = met.collect();
        // The sender's gate is the first.
        met.sort_by_key(|(_, visit)| matches!(visit.role, Role::Recipient(_)));
        prop_assert_eq!(met.len(), chapters.len());
        let mut causes = 0;
        for ((person, visit), chapter) in met.into_iter().zip(chapters) {
            prop_assert_eq!(
                (person, visit.verdict),
                (&chapter.person.to_string(), chapter.verdict)
            );
            prop_assert_eq!((visit.role, visit.row), (chapter.role, chapter.row()));
            prop_assert_eq!(chapter.missing, 0);
            causes += self.chapter(offset, chapter)?;
        }
        Ok(causes)
    }

    fn chapter(&self, offset: usize, chapter: &Chapter) -> Result<usize, TestCaseError> {
        let person = chapter.person.to_string();
        let visits = &self.visits[&person];
        let place = visits.iter().position(|visit| visit.offset == offset).unwrap();
        prop_assert_eq!(chapter.seq, place as u64 + 1);
        let grounds = chapter.rows.iter().flat_map(|row| &row.grounds);
        let mut count = 0;
        for caused in grounds.chain(chapter.held.iter().flat_map(|held| &held.grounds)) {
            for cause in &caused.by {
                let earlier = visits[..place].iter();
                let found = earlier.enumerate().find(|(_, of)| of.offset as u64 == cause.offset);
                let Some((before, visit)) = found else {
                    prop_assert!(false, "not an earlier visit: {cause:?}");
                    continue;
                };
                let advances = !matches!(
                    visit.verdict,
                    Verdict::Denied(_) | Verdict::Ignored(_) | Verdict::Duplicate
                );
                prop_assert!(advances, "changed nothing: {cause:?}");
                self.set(chapter, &caused.ground, cause, visit, [before, before + 1])?;
                count += 1;
            }
            self.complete(&caused.ground, &caused.by)?;
        }
        Ok(count)
    }

    /// Whether a cause set the ground, by the person's machine before and after it.
    fn set(
        &self,
        chapter: &Chapter,
        ground: &Ground,
        cause: &Happening,
        visit: &Visited,
        [before, after]: [usize; 2],
    ) -> TestCaseResult {
        let person = chapter.person.to_string();
        let event = self.event(visit.offset);
        let (before, after) = (self.folded(&person, before), self.folded(&person, after));
        let holds = |engine: &Engine| holds(engine, chapter, ground);
        match ground {
            Ground::Seen => {
                let repeated = self.event(cause.offset as usize);
                prop_assert_eq!(Mark::of(&repeated), Mark::of(&event));
                let machine = after.machine(&chapter.person).unwrap();
                prop_assert!(machine.seen().contains(Mark::of(&event)));
            }
            // Of two words of one time either is a witness.
            Ground::Heard(..) | Ground::Spoke(..) => prop_assert!(holds(&after), "{ground:?}"),
            Ground::UnansweredStarts(starts) => {
                prop_assert_eq!(visit.role, Role::Sender);
                let to = event.parties().1.unwrap();
                let talk = after.machine(&chapter.person).unwrap();
                let talk = talk.conversation(after.find(to).unwrap()).unwrap();
                prop_assert!(talk.unanswered());
                let newest = starts.iter().map(|(_, at)| *at).max();
                prop_assert!(Some(event.at) <= newest);
            }
            Ground::UnansweredCalls(_) => {
                let calls = |engine: &Engine| {
                    let business = engine.find(chapter.peer.as_ref().unwrap())?;
                    let contact = engine.machine(&chapter.person)?.contact(business);
                    contact.map(Contact::unanswered_calls)
                };
                let (was, is) = (calls(&before).unwrap_or(0), calls(&after).unwrap());
                prop_assert!(is == was + 1 || is == 16 && was == 16, "{was} and then {is}");
            }
            Ground::MarketingStarts(starts) => {
                let What::Utterance(said) = &event.what else { unreachable!("not said") };
                prop_assert_eq!(said.category(), Category::Marketing);
                prop_assert!(starts.contains(&event.at));
                let as_start =
                    matches!(visit.verdict, Verdict::Allowed(Basis::Start | Basis::Continue));
                prop_assert!(as_start && !said.from.is_person());
            }
            _ => prop_assert!(holds(&after) && !holds(&before), "{ground:?} by {cause:?}"),
        }
        Ok(())
    }

    /// Whether all events are named that a ground needs.
    fn complete(&self, ground: &Ground, by: &[Happening]) -> TestCaseResult {
        match ground {
            Ground::UnansweredCalls(count) => prop_assert_eq!(by.len(), usize::from(*count)),
            Ground::MarketingStarts(starts) => {
                let mut told: Vec<_> = by.iter().map(|cause| cause.at).collect();
                let mut held = starts.clone();
                told.sort();
                held.sort();
                prop_assert_eq!(told, held);
            }
            Ground::UnansweredStarts(starts) => {
                // Numbers of parties are those of another engine here; who they are does not matter.
                let mut newest = BTreeMap::new();
                for cause in by {
                    let to = self.event(cause.offset as usize).parties().1.unwrap().to_string();
                    let of = newest.entry(to).or_insert(cause.at);
                    *of = cause.at.max(*of);
                }
                let mut told: Vec<_> = newest.into_values().collect();
                let mut held: Vec<_> = starts.iter().map(|(_, at)| *at).collect();
                told.sort();
                held.sort();
                prop_assert_eq!(told, held);
            }
            _ => prop_assert_eq!(by.len(), 1),
        }
        Ok(())
    }
}

/// Whether the machine of the chapter's person holds a ground.
fn holds(engine: &Engine, chapter: &Chapter, ground: &Ground) -> bool {
    let Some(machine) = engine.machine(&chapter.person) else { return false };
    let peer = chapter.peer.as_ref().and_then(|peer: &Name<'_>| engine.find(peer));
    let talk = peer.and_then(|peer| machine.conversation(peer));
    let contact = peer.and_then(|peer| machine.contact(peer));
    match ground {
        Ground::Closed => machine.is_closed(),
        Ground::Block(block) => peer.and_then(|peer| machine.block(peer)) == Some(*block),
        Ground::Answer(version, answer) => {
            let mut answers = machine.answers().iter();
            answers.any(|held| held.version == *version && held.answer() == *answer)
        }
        Ground::Region(region) => machine.region() == Some(*region),
        Ground::Reach(reach) => machine.reach() == Some(*reach),
        Ground::Heard(kind, at) => talk.and_then(|talk| talk.heard(*kind)) == Some(*at),
        Ground::Spoke(kind, at) => talk.and_then(|talk| talk.spoke(*kind)) == Some(*at),
        Ground::Grant(scope, grant) => contact.and_then(|of| of.scope(*scope)) == Some(*grant),
        Ground::Erased(at) => contact.and_then(Contact::erased) == Some(*at),
        Ground::Doubt(doubt) => machine.doubt() == Some(*doubt),
        _ => false,
    }
}

fn traffic(seed: u64) -> Vec<u8> {
    let traffic = Traffic {
        people: 40,
        businesses: 5,
        events: 6_000,
        malformed: 0.02,
        duplicates: 0.05,
        late: 0.05,
        seed,
        ..Traffic::default()
    };
    let mut log = Vec::new();
    Generator::new(&traffic).unwrap().write(&mut log).unwrap();
    log
}

#[test]
fn of_ordinary_traffic() {
    for (seed, policy) in [(1, "whatsapp-2021"), (2, "whatsapp-business-2026")] {
        let log = traffic(seed);
        let causes = Decided::new(&log, &builtin(policy).unwrap()).holds(11).unwrap();
        assert!(causes > 300, "{causes} causes under {policy}");
    }
}

#[test]
fn of_logs_as_rough_as_can_be_under_any_policy() {
    let cases = (policies::policy(), vec(events::event(3), 0..80));
    let record = |(_, log): &(Policy, Vec<Event<'static>>)| lines::lines(log);
    recording::holds(Config::default(), "causes", &cases, record, |(policy, log)| {
        let log = lines::lines(log).into_bytes();
        Decided::new(&log, policy).holds(1).map(|_| ())
    });
}

/// Of a journal the same is told as of the events that it was made of, one gate at a time.
#[test]
fn of_decisions_as_of_events() {
    let (log, policy) = (traffic(3), builtin("whatsapp-business-2026").unwrap());
    let decided = Decided::new(&log, &policy);
    let (mut engine, mut journal, mut offset) = (Engine::new(policy.clone()), Vec::new(), 0_u64);
    let mut pairs = Vec::new();
    for line in log.split_inclusive(|byte| *byte == b'\n') {
        if let Line::Event(event) = decided.lines.read(line) {
            for (gate, decision) in engine.step(&event).iter().enumerate() {
                pairs.push((offset, gate, journal.len() as u64, decision.verdict, decision.row));
                write_decision(&mut journal, decision, &policy.label);
            }
        }
        offset += line.len() as u64;
    }
    let of_events = decided.timeline(&log, LogKind::Events);
    let of_decisions = decided.timeline(&journal, LogKind::Decisions);
    for (event, gate, decision, verdict, row) in pairs.into_iter().step_by(13) {
        let whole = explain_line(&of_events, event, &[]).unwrap().told;
        let one = explain_line(&of_decisions, decision, &[]).unwrap().told;
        let (Told::Decided(_, chapters), Told::Decided(_, met)) = (whole, one) else {
            unreachable!("both were decided");
        };
        let (told, met) = (&chapters[gate], &met[0]);
        assert_eq!((told.verdict, told.row(), told.seq), (met.verdict, met.row(), met.seq));
        let recorded = met.recorded.as_ref().unwrap();
        assert_eq!(
            (recorded.verdict, recorded.row, &*recorded.policy),
            (verdict, row, &*policy.label)
        );
        let ids = |chapter: &Chapter| -> Vec<(String, Vec<&'static str>)> {
            let causes = chapter.causes(true).into_iter();
            causes.map(|cause| (cause.happening.id.clone(), cause.rows)).collect()
        };
        assert_eq!(ids(told), ids(met));
    }
}

/// Where decisions are missing, it is said how many; the machine is the one that those at hand give.
#[test]
fn of_decisions_with_gaps() {
    let (log, policy) = (traffic(4), builtin("whatsapp-2021").unwrap());
    let decided = Decided::new(&log, &policy);
    let (mut engine, mut journal) = (Engine::new(policy.clone()), Vec::new());
    for line in log.split_inclusive(|byte| *byte == b'\n') {
        if let Line::Event(event) = decided.lines.read(line) {
            write_decision(&mut journal, &engine.step(&event).last, &policy.label);
        }
    }
    let timeline = decided.timeline(&journal, LogKind::Decisions);
    let (mut offset, mut met, mut gaps) = (0, BTreeMap::<String, u64>::new(), 0);
    for line in journal.split_inclusive(|byte| *byte == b'\n') {
        let recorded = firstword_wire::read_decision(line).unwrap();
        if let Told::Decided(_, chapters) = explain_line(&timeline, offset, &[]).unwrap().told {
            let before = met.entry(chapters[0].person.to_string()).or_default();
            assert_eq!(chapters[0].seq, recorded.seq);
            assert_eq!(chapters[0].missing, recorded.seq - 1 - *before);
            *before += 1;
            gaps += u64::from(chapters[0].missing > 0);
        }
        offset += line.len() as u64;
    }
    assert!(gaps > 1_000, "{gaps} decisions came after one that is missing");
}
