//! What another policy would do: each event of a log is decided under the policy that held and under another.
//!
//! **Two ways to ask.** By *trajectory* there are two engines and each goes its own way: a message that one refused was
//! never heard there, and what follows follows. *Pointwise* there is one, which follows the policy that held; the other
//! policy is only asked, at each gate that the event reaches under it, on the machines as they are. Either way the
//! events stay as they were recorded: nobody says what people would have written instead.
//!
//! **Changed** is an event whose decisions differ at some gate that it reaches: in the verdict, in its basis or reason,
//! in the row, or in whether its words opt the person in.
//!
//! **A first divergence and what follows.** The decisions on a changed event first differ at one gate: the sender's,
//! or, where both sender's gates said the same, the recipient's. The person whose machine decides there is the
//! *deciding person* of the change. It is a *first divergence* if that machine had not parted before; else the change
//! *follows* from an earlier one. A machine *parts* when its two decisions on an event have different effects: let
//! through or not, let through as something else, recorded or ignored. A gate that an event did not reach under one
//! policy let nothing through under that one. Pointwise no machine ever parts, so nothing follows.
//!
//! Invariant: a machine that has not parted is the same under both policies but for how often it decided, so a first
//! divergence is the policies' own doing, and each change that follows has a first divergence before it. A change
//! without an effect, such as another reason for a refusal, parts nothing, and the next one is again a first.
//!
//! It takes one event at a time and may not know where they come from: a file, or the stream as it flows.

mod fate;
mod journal;
mod lines;
mod parting;
mod report;

use firstword_engine::{Decisions, Engine, first_role};
use firstword_rules::{Event, Name, Policy, Role, Trail, Verdict};
use firstword_wire::Recorded;

pub use fate::Fate;
use journal::Journal;
pub use lines::{Line, Lines};
use report::Met;
pub use report::{Count, Day, Parting, Report, Seen, Transition};

use crate::Place;

/// How the other policy is asked.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Mode {
    /// Each policy goes its own way.
    Trajectory,
    /// The other policy is asked on the state that the log really had.
    Pointwise,
}

/// Two policies side by side over one log.
#[derive(Debug)]
pub struct WhatIf {
    held: Engine,
    other: Other,
    journal: Journal,
    /// What was on its way to its second gate when all began.
    before: Journal,
    /// Whose machines have parted, by the person's number: one bit a person.
    parted: parting::Bits,
    report: Report,
}

#[derive(Debug)]
enum Other {
    /// Goes its own way.
    Engine(Box<Engine>),
    /// Is asked.
    Policy(Box<Policy>),
}

/// What an event came to under both policies.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Outcome<'e> {
    /// Under the policy that held.
    pub held: Decisions<'e>,
    /// Under the other.
    pub other: Decisions<'e>,
    /// Where they first differ, if they do.
    pub change: Option<Change<'e>>,
}

/// Where the decisions on an event first differ.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Change<'e> {
    /// The deciding person: whose machine decides there.
    pub person: &'e Name<'e>,
    /// The part of that person in the event.
    pub role: Role,
    /// Whether it is a first divergence; else it follows from one.
    pub first: bool,
}

/// How an event gets its decisions under both policies, gate by gate.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Explanation {
    /// Under the policy that held.
    pub held: Vec<Gated>,
    /// Under the other.
    pub other: Vec<Gated>,
}

/// What was tried at one gate.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Gated {
    /// The part of the person whose machine decides.
    pub role: Role,
    /// The rows and the verdict.
    pub trail: Trail,
}

impl WhatIf {
    /// Nothing decided yet, under the policy that held and another.
    pub fn new(held: Policy, other: Policy, mode: Mode) -> WhatIf {
        WhatIf {
            held: Engine::new(held),
            other: match mode {
                Mode::Trajectory => Other::Engine(Box::new(Engine::new(other))),
                Mode::Pointwise => Other::Policy(Box::new(other)),
            },
            journal: Journal::default(),
            before: Journal::default(),
            parted: parting::Bits::default(),
            report: Report::default(),
        }
    }

    /// The policy that held.
    pub fn held(&self) -> &Policy {
        self.held.policy()
    }

    /// The other policy.
    pub fn other(&self) -> &Policy {
        match &self.other {
            Other::Engine(engine) => engine.policy(),
            Other::Policy(policy) => policy,
        }
    }

    /// How the other policy is asked.
    pub fn mode(&self) -> Mode {
        match self.other {
            Other::Engine(_) => Mode::Trajectory,
            Other::Policy(_) => Mode::Pointwise,
        }
    }

    /// What came of the events so far.
    pub fn report(&self) -> &Report {
        &self.report
    }

    /// The people with the most changes that were theirs to decide, and how many, the most first.
    pub fn people(&self, most: usize) -> Vec<(Name<'_>, u32)> {
        let people = self.report.people(most).into_iter();
        people.map(|(person, changed)| (self.held.name(person), changed)).collect()
    }

    /// The next line of a log; nothing where it is a decision on an event that was met before.
    pub fn line<'l>(&mut self, place: &Place, line: &'l Line<'l>) -> Option<Outcome<'l>> {
        match line {
            Line::Event(event, other) => {
                Some(self.event(place, event, other.as_deref().unwrap_or(event)))
            }
            Line::Decision(recorded) => self.decision(place, recorded),
        }
    }

    /// Whether a line tells of an event for the first time: what [`WhatIf::line`] would take.
    pub fn is_new(&self, line: &Line<'_>) -> bool {
        match line {
            Line::Event(..) => true,
            Line::Decision(recorded) => self.journal.is_new(recorded),
        }
    }

    /// The next decision of a log of decisions. An event is taken once: at the first gate that the log tells of. Its
    /// text is gone, and what was found in it stays as it was recorded.
    pub fn decision<'l>(
        &mut self,
        place: &Place,
        recorded: &'l Recorded<'l>,
    ) -> Option<Outcome<'l>> {
        if !self.before.is_new(recorded) {
            self.known(recorded);
            return None;
        }
        let is_new = self.journal.is_new(recorded);
        self.journal.note(recorded);
        if !is_new {
            return None;
        }
        self.report.from_decisions += 1;
        self.report.under_another += u64::from(*recorded.policy != *self.held().label);
        Some(self.event(place, &recorded.event, &recorded.event))
    }

    /// A decision of before: both policies' machines advance by it, and nothing is compared. For a shadow run that
    /// begins with what is.
    pub fn known(&mut self, recorded: &Recorded<'_>) {
        let Other::Engine(other) = &mut self.other else { return };
        for engine in [&mut self.held, other] {
            engine.pass(recorded.person(), recorded.seq.saturating_sub(1));
            engine.replay(&recorded.event, recorded.role, recorded.seq, recorded.verdict);
        }
        self.before.note(recorded);
    }

    /// The next event, as the policy that held reads it and as the other does: the words by which people opt out and in
    /// are the policy's. Where these are the same, one reading serves as both.
    pub fn event<'e>(
        &mut self,
        place: &Place,
        event: &'e Event<'e>,
        as_other: &'e Event<'e>,
    ) -> Outcome<'e> {
        let other = match &mut self.other {
            Other::Engine(engine) => engine.step(as_other),
            // Asked before anything advances.
            Other::Policy(policy) => self.held.ask(policy, as_other),
        };
        let held = self.held.step(event);
        let change = parting::differs_at(&held, &other).map(|decision| {
            let person = decision.visit.person();
            let first = !self.has_parted(person);
            Change { person, role: decision.visit.role, first }
        });
        let outcome = Outcome { held, other, change };
        match change {
            None => self.report.unchanged(&outcome),
            Some(change) => {
                self.part(&outcome);
                if let Some(person) = self.held.find(change.person) {
                    let region = self.held.machine(change.person).and_then(|m| m.region());
                    let met = Met { person, region: region.map(|region| region.value) };
                    self.report.changed(place, &outcome, change, met);
                }
            }
        }
        outcome
    }

    /// How an event would get its decisions now, under both policies; nothing advances. The event is given as both read
    /// it, as to [`WhatIf::event`].
    pub fn explain(&self, event: &Event<'_>, as_other: &Event<'_>) -> Explanation {
        let under_other = |role| match &self.other {
            Other::Engine(engine) => engine.explain(as_other, role),
            Other::Policy(policy) => self.held.explain_under(policy, as_other, role),
        };
        Explanation {
            held: gates(event, |role| self.held.explain(event, role)),
            other: gates(as_other, under_other),
        }
    }

    fn has_parted(&self, person: &Name<'_>) -> bool {
        self.held.find(person).is_some_and(|person| self.parted.get(person.number()))
    }

    /// Lets the machines part whose two decisions have different effects; pointwise the other policy has none.
    fn part(&mut self, outcome: &Outcome<'_>) {
        if self.mode() == Mode::Trajectory {
            for person in parting::parts(&outcome.held, &outcome.other) {
                if let Some(person) = self.held.find(person) {
                    self.parted.set(person.number());
                }
            }
        }
    }
}

/// The gates that an event reaches, by how each explains itself.
fn gates(event: &Event<'_>, explain: impl Fn(Role) -> Trail) -> Vec<Gated> {
    let mut gates = Vec::new();
    let mut next = Some(first_role(event));
    while let Some(role) = next {
        let trail = explain(role);
        next = match trail.verdict {
            Verdict::Forwarded(basis) => Some(Role::Recipient(Some(basis))),
            _ => None,
        };
        gates.push(Gated { role, trail });
    }
    gates
}
