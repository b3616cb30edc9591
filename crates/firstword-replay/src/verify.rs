//! Whether a log of decisions says what the rules say: each is decided again and compared with what was recorded.
//!
//! A [`Verifier`] is given the lines of a log one after another and gives back every [`Difference`]. It keeps one
//! machine a person and nothing of the log but lines that came too early. The machines follow what was *recorded*, so
//! each decision is judged on the state that the log really had; where the decided one would have led a machine
//! elsewhere, the later differences of that person name the place. Each decision is decided under the policy that it
//! names; one that is not at hand may have a [stand-in](Verifier::with_stand_ins) of the same name.
//!
//! A log is taken as whole: a person's numbers begin at 1, or after those of the machine that it goes on from. Only who
//! says that it is a [`Extent::Range`] may begin anywhere; what it holds of people who begin in the middle is not
//! verified, since nobody knows their machines, and is counted.

mod course;
mod difference;
mod line;
mod relay;
mod summary;

use firstword_engine::Engine;
use firstword_rules::{
    Basis, Decision, EDITION, Machine, Mark, Millis, Party, PartyKind, Policy, Role, Verdict,
    Visit, decide, evolve,
};
use firstword_wire::Recorded;

use course::{Course, Turn};
pub use difference::{Difference, Fault, Who};
pub use line::Line;
use line::Unread;
use relay::{Forwarded, Relay, Told};
pub use summary::{Summary, Unverified};

use crate::{Outcome, Part, Place};

/// How many lines of one person are held back until those come that belong before them.
pub const HELD_OF_A_PERSON: usize = 1_024;
/// How many lines are held back in all.
pub const HELD_IN_ALL: usize = 262_144;

/// How much of a stream a log holds.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Extent {
    /// All of it, from where the machines are: a person whose numbers begin later has lost some.
    Whole,
    /// The same of a topic to which is written: its partitions end at moments of their own, so that what one forwarded
    /// may lie behind its end when the other's is read.
    Growing,
    /// A range: people may begin in the middle.
    Range,
}

/// A decision of a log, before the machine of its person.
#[derive(Clone, Copy)]
struct Case<'l> {
    place: &'l Place,
    read: &'l Recorded<'l>,
    person: Party,
    visit: Visit<'l>,
}

/// Decides a log of decisions again.
#[derive(Debug)]
pub struct Verifier {
    engine: Engine,
    policies: Vec<Policy>,
    stand_ins: Vec<Policy>,
    extent: Extent,
    /// By the person's number.
    courses: Vec<Course>,
    relay: Relay,
    /// How many lines are held back.
    held: usize,
    /// The log turned out to hold no forwarded decisions: nothing more can be said of it.
    is_final_only: bool,
    summary: Summary,
}

impl Verifier {
    /// Begins from an engine's machines, none or those that the log goes on from. At hand are the engine's own policy
    /// and these.
    pub fn new(
        engine: Engine,
        policies: impl IntoIterator<Item = Policy>,
        extent: Extent,
    ) -> Verifier {
        let policies = [engine.policy().clone()].into_iter().chain(policies).collect();
        Verifier {
            engine,
            policies,
            stand_ins: Vec::new(),
            extent,
            courses: Vec::new(),
            relay: Relay::default(),
            held: 0,
            is_final_only: false,
            summary: Summary::default(),
        }
    }

    /// Decides under one of these what names a policy that is not at hand, where exactly one of them has its name: so a
    /// policy that was changed is held against what it decided before.
    pub fn with_stand_ins(self, stand_ins: Vec<Policy>) -> Verifier {
        Verifier { stand_ins, ..self }
    }

    /// Takes the next line of the log; what differs is put behind what was found before.
    pub fn meet(&mut self, place: &Place, line: &Line<'_>, found: &mut Vec<Difference>) {
        self.summary.lines += 1;
        if self.is_final_only {
            return;
        }
        let before = found.len();
        match &line.read {
            Ok((read, mark)) => {
                let case = self.case(place, read, *mark);
                self.decision(case, line.bytes, found);
            }
            Err(unread) => self.unread(place, unread, found),
        }
        self.summary.count(found.get(before..).unwrap_or_default());
    }

    /// Ends the log: what is still held back has a gap before it.
    pub fn finish(mut self, found: &mut Vec<Difference>) -> Summary {
        let before = found.len();
        for number in 0..self.courses.len() {
            let person = Party::new(PartyKind::Person, number as u32);
            while self.course(person).holds_any() {
                self.give_up_waiting(person, found);
            }
        }
        if self.extent == Extent::Whole && !self.is_final_only {
            self.not_forwarded(found);
        }
        let Verifier { engine, courses, relay, mut summary, .. } = self;
        summary.count(found.get(before..).unwrap_or_default());
        let count = |which: fn(&Course) -> bool| courses.iter().filter(|it| which(it)).count();
        summary.people = count(Course::has_begun) as u64;
        summary.begun_in_the_middle = count(Course::began_in_the_middle) as u64;
        let (unanswered, first) = relay.unanswered();
        summary.unanswered = unanswered;
        summary.first_unanswered =
            first.map(|Forwarded { sender: (sender, seq), place, .. }| {
                (engine.name(*sender).to_string(), *seq, place.clone())
            });
        summary
    }

    /// Says what recipients were told that nobody forwarded, where the sender's decisions are all there.
    fn not_forwarded(&mut self, found: &mut Vec<Difference>) {
        for Told { sender, place, who, .. } in self.relay.not_forwarded() {
            let Some(sender) = sender else { continue };
            let course = self.course(sender);
            if course.has_begun() && !course.lacks_any() {
                let (who, fault) = (Some(who), Fault::NotForwarded);
                found.push(Difference { place, who, fault, since: None });
            }
        }
    }

    fn case<'l>(&mut self, place: &'l Place, read: &'l Recorded<'l>, mark: Mark) -> Case<'l> {
        let (person, visit) = self.engine.meet(&read.event, mark, read.role);
        Case { place, read, person, visit }
    }

    fn decision(&mut self, case: Case<'_>, bytes: &[u8], found: &mut Vec<Difference>) {
        let (seq, extent) = (case.read.seq, self.extent);
        let kept = self.engine.machine_of(case.person).map_or(0, Machine::seq);
        match self.course(case.person).turn(seq, kept, extent) {
            Turn::Now { after } => {
                if let Some(fault) = after {
                    self.tell(case, fault, found);
                }
                self.relayed(case, found);
                self.judge(case, found);
                self.let_go(case.person, found);
            }
            Turn::Early => {
                let held = self.course(case.person).hold(seq, case.place, bytes);
                if let Err(fault) = held {
                    return self.tell(case, fault, found);
                }
                self.held += 1;
                self.relayed(case, found);
                if self.course(case.person).is_full() || self.held > HELD_IN_ALL {
                    self.give_up_waiting(case.person, found);
                }
            }
            Turn::Past(fault) => self.tell(case, fault, found),
        }
    }

    /// What the sender's gate forwarded, and what the recipient's gate says it was told.
    fn relayed(&mut self, case: Case<'_>, found: &mut Vec<Difference>) {
        let Case { read, person, visit, .. } = case;
        let (mark, at) = (visit.mark, read.event.at);
        match (read.role, read.verdict) {
            (Role::Sender, Verdict::Forwarded(basis)) => {
                let (sender, place) = ((person, read.seq), case.place.clone());
                let forwarded = Forwarded { mark, at, basis, sender, place };
                if let Some((forwarded, told)) = self.relay.forwarded(forwarded) {
                    let fault = self.told_otherwise(&forwarded, told.at, told.said);
                    let (place, who) = (told.place, Some(told.who));
                    found.push(Difference { place, who, fault, since: None });
                }
            }
            (Role::Recipient(Some(said)), _) => {
                if let Some(forwarded) = self.relay.received(case, said) {
                    let fault = self.told_otherwise(&forwarded, at, said);
                    self.tell(case, fault, found);
                }
            }
            _ => (),
        }
    }

    /// What was forwarded, and what the recipient's gate says of it.
    fn told_otherwise(&self, forwarded: &Forwarded, at: Millis, said: Basis) -> Fault {
        let part = |field, one: String, other: String| {
            (one != other).then_some(Part { field, one: Some(one), other: Some(other) })
        };
        let parts = [
            part("said", forwarded.basis.to_string(), said.to_string()),
            part("at", forwarded.at.to_string(), at.to_string()),
        ];
        let (sender, seq) = forwarded.sender;
        let sender = (self.engine.name(sender).to_string(), seq);
        Fault::Relayed { parts: parts.into_iter().flatten().collect(), sender }
    }

    /// Judges the decisions that were held back and whose turn it now is.
    fn let_go(&mut self, person: Party, found: &mut Vec<Difference>) {
        while let Some(held) = self.course(person).next_held() {
            self.held -= 1;
            if let Ok((read, mark)) = &Line::read(&held.bytes).read {
                let case = self.case(&held.place, read, *mark);
                self.judge(case, found);
            }
        }
    }

    /// Says that decisions are missing before those that are held back, and goes on with these.
    fn give_up_waiting(&mut self, person: Party, found: &mut Vec<Difference>) {
        let Some((held, gap)) = self.course(person).skip_to_held() else { return };
        self.held -= 1;
        let Ok((read, mark)) = &Line::read(&held.bytes).read else { return };
        let case = self.case(&held.place, read, *mark);
        if self.relay.has_no_sender() {
            // Everybody who wrote to a person has gaps: one word says more than all of them.
            self.is_final_only = true;
            self.courses.iter_mut().for_each(Course::drop_held);
            return self.tell(case, Fault::FinalOnly, found);
        }
        self.tell(case, gap, found);
        self.course(person).part(&held.place, read.seq);
        self.judge(case, found);
        self.let_go(person, found);
    }

    /// Decides a decision again, and lets the machine follow what was recorded.
    fn judge(&mut self, case: Case<'_>, found: &mut Vec<Difference>) {
        let Case { place, read, person, visit } = case;
        if self.course(person).began_in_the_middle() {
            self.summary.in_the_middle += 1;
            return;
        }
        let blank = Machine::default();
        let machine = self.engine.machine_of(person).unwrap_or(&blank);
        // The machine counts on by itself, so that it can go on after a gap; the course checks the numbers.
        let recorded = Decision::recorded(visit, machine.seq() + 1, read.verdict);
        match under(&read.policy, &self.policies, &self.stand_ins) {
            _ if read.rules != EDITION => {
                self.summary.other_edition(read.rules, place, Some(read));
            }
            None => self.summary.no_policy(place, read),
            Some(policy) => {
                self.summary.verified += 1;
                if *policy.label != *read.policy {
                    self.summary.stood_in(&read.policy, &policy.label);
                }
                let decided = decide(policy, machine, visit);
                let (was, is) = (Outcome::recorded(read), Outcome::decided(&decided));
                if was != is {
                    let parts = leads_elsewhere(machine, &recorded, &decided);
                    let fault = Fault::Changed { recorded: was, decided: is, parts };
                    self.tell(case, fault, found);
                    if parts {
                        self.course(person).part(place, read.seq);
                    }
                }
            }
        }
        self.engine.follow(person, &recorded);
    }

    fn unread(&mut self, place: &Place, unread: &Unread, found: &mut Vec<Difference>) {
        match unread.edition {
            Some(edition) if edition != EDITION => {
                self.summary.other_edition(edition, place, None);
            }
            _ => found.push(Difference {
                place: place.clone(),
                who: None,
                fault: Fault::NoDecision(unread.bad),
                since: None,
            }),
        }
    }

    fn tell(&mut self, case: Case<'_>, fault: Fault, found: &mut Vec<Difference>) {
        let since = self.course(case.person).parted().cloned();
        let (place, who) = (case.place.clone(), Some(Who::of(case.read)));
        found.push(Difference { place, who, fault, since });
    }

    fn course(&mut self, person: Party) -> &mut Course {
        let place = person.number() as usize;
        if self.courses.len() <= place {
            self.courses.resize_with(place + 1, Course::default);
        }
        #[expect(clippy::indexing_slicing, reason = "the courses were just made to reach so far")]
        &mut self.courses[place]
    }
}

/// The policy of a label, or the one that stands in for it.
fn under<'p>(label: &str, at_hand: &'p [Policy], stand_ins: &'p [Policy]) -> Option<&'p Policy> {
    at_hand.iter().find(|policy| *policy.label == *label).or_else(|| {
        let name = label.rsplit_once('@').map_or(label, |(name, _)| name);
        let mut same = stand_ins.iter().filter(|policy| *policy.name == *name);
        same.next().filter(|_| same.next().is_none())
    })
}

/// Whether two decisions on one event make different machines of one.
fn leads_elsewhere(machine: &Machine, recorded: &Decision<'_>, decided: &Decision<'_>) -> bool {
    // Of a decision the verdict alone makes the machine.
    recorded.verdict != decided.verdict && {
        let (mut one, mut other) = (machine.clone(), machine.clone());
        evolve(&mut one, recorded);
        evolve(&mut other, decided);
        one != other
    }
}
