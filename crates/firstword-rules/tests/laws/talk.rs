//! What happens to one machine: events that concern its person, each in a part.

use firstword_rules::{
    Basis, Decision, Event, Machine, Party, Policy, Role, Visit, What, decide, evolve,
};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::{Config, TestCaseResult};

use crate::cast::person;
use crate::events::event;
use crate::lines::lines;
use crate::meeting::visit;
use crate::policies::policy;
use crate::recording::holds;

/// So many people are in the talk, `p0` among them.
pub const PEOPLE: u32 = 3;

/// One event, and what the sender's gate said if it comes from a person to `p0`.
#[derive(Clone, Debug)]
pub struct Turn {
    /// The event; it names `p0`.
    pub event: Event<'static>,
    /// What the sender's gate would have said.
    pub said: Basis,
}

/// Some turns, in the order in which the machine meets them.
pub type Talk = Vec<Turn>;

impl Turn {
    /// The event before the machine of `p0`.
    pub fn visit(&self) -> Visit<'_> {
        visit(&self.event, self.role())
    }

    fn role(&self) -> Role {
        match &self.event.what {
            What::Fact { .. } => Role::Subject,
            What::Utterance(utterance) if utterance.from == person(0) => Role::Sender,
            What::Utterance(utterance) => {
                Role::Recipient(utterance.from.is_person().then_some(self.said))
            }
        }
    }
}

/// An event, turned until `p0` takes part in it.
pub fn turn() -> impl Strategy<Value = Turn> {
    let said = select(vec![Basis::Reply, Basis::Continue, Basis::Start]);
    (event(PEOPLE), any::<bool>(), said).prop_map(|(mut event, speaks, said)| {
        match &mut event.what {
            What::Fact { person: whose, .. } => *whose = person(0),
            What::Utterance(utterance) => {
                let (from, to) = (&mut utterance.from, &mut utterance.to);
                match (from.is_person(), to.is_person()) {
                    (true, true) if speaks => (*from, *to) = (person(0), person(1)),
                    (true, true) => (*from, *to) = (person(1), person(0)),
                    (true, false) => *from = person(0),
                    (false, _) => *to = person(0),
                }
            }
        }
        Turn { event, said }
    })
}

/// Up to fifty turns.
pub fn talk() -> impl Strategy<Value = Talk> {
    vec(turn(), 0..50)
}

/// Tries a law on any policy and any talk.
pub fn law(name: &str, tried: impl Fn(&Policy, &[Turn]) -> TestCaseResult) {
    let cases = (policy(), talk());
    holds(
        Config::default(),
        name,
        &cases,
        |(_, talk)| recorded(talk),
        |(policy, talk)| tried(policy, talk),
    );
}

/// A talk as a log that the program reads.
pub fn recorded(talk: &[Turn]) -> String {
    let events: Vec<_> = talk.iter().map(|turn| turn.event.clone()).collect();
    lines(&events)
}

/// Lets a machine meet a turn.
pub fn meet<'t>(policy: &Policy, machine: &mut Machine, turn: &'t Turn) -> Decision<'t> {
    let decision = decide(policy, machine, turn.visit());
    evolve(machine, &decision);
    decision
}

/// The machine after a talk.
pub fn after(policy: &Policy, talk: &[Turn]) -> Machine {
    let mut machine = Machine::default();
    for turn in talk {
        meet(policy, &mut machine, turn);
    }
    machine
}

/// A machine without the number of its last decision: all that its next decision can depend on.
pub fn unnumbered(machine: &Machine) -> impl PartialEq + std::fmt::Debug + use<> {
    (
        machine.is_closed(),
        machine.seen().clone(),
        machine.conversations().to_vec(),
        facts(machine),
        machine.marketing_starts().collect::<Vec<_>>(),
        machine
            .contacts()
            .iter()
            .map(|(_, contact)| contact.unanswered_calls())
            .collect::<Vec<_>>(),
    )
}

/// What a machine knows by facts (section 1): answers, region, reach, doubt, blocks, scopes and erasures.
pub fn facts(machine: &Machine) -> impl PartialEq + std::fmt::Debug + use<> {
    let scopes = |(business, contact): &(Party, firstword_rules::Contact)| {
        let scopes = firstword_rules::Scope::ALL.iter().map(|scope| contact.scope(*scope));
        (*business, scopes.collect::<Vec<_>>(), contact.erased())
    };
    let stated = |(_, scopes, erased): &(Party, Vec<Option<_>>, Option<_>)| {
        erased.is_some() || scopes.iter().any(Option::is_some)
    };
    (
        machine.answers().to_vec(),
        (machine.region(), machine.reach(), machine.doubt()),
        machine.blocks().to_vec(),
        machine.contacts().iter().map(scopes).filter(stated).collect::<Vec<_>>(),
    )
}
