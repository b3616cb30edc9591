//! The machines, and how an event passes from gate to gate (RULES.md, section 1).

use firstword_rules::{
    Decision, Event, Machine, Mark, Name, Party, PartyKind, Policy, Role, Trail, Utterance,
    Verdict, Visit, What, decide, evolve, explain,
};

use crate::Names;

/// Machines under one policy.
#[derive(Clone, Debug)]
pub struct Engine {
    policy: Policy,
    people: Names,
    businesses: Names,
    /// By the person's number.
    machines: Vec<Machine>,
}

/// What an event came to: the decision of each gate that it reached, in order.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Decisions<'e> {
    /// The sender's gate, where it let the event through to another.
    pub forwarded: Option<Decision<'e>>,
    /// The last gate, or the machine of the person that a fact is about.
    pub last: Decision<'e>,
}

impl<'e> Decisions<'e> {
    /// Both, in order.
    pub fn iter(&self) -> impl Iterator<Item = &Decision<'e>> {
        self.forwarded.iter().chain([&self.last])
    }
}

impl Engine {
    /// No machines yet.
    pub fn new(policy: Policy) -> Engine {
        Engine {
            policy,
            people: Names::new(PartyKind::Person),
            businesses: Names::new(PartyKind::Business),
            machines: Vec::new(),
        }
    }

    /// The policy that it decides under.
    pub fn policy(&self) -> &Policy {
        &self.policy
    }

    /// Decides an event at each machine that it concerns and lets these advance.
    pub fn step<'e>(&mut self, event: &'e Event<'e>) -> Decisions<'e> {
        let mark = Mark::of(event);
        match &event.what {
            What::Fact { person, fact } => {
                let person = self.number(person);
                let peer = fact.other().map(|other| self.number(other));
                let visit = Visit { event, mark, role: Role::Subject, peer };
                Decisions { forwarded: None, last: self.advance(person, visit) }
            }
            What::Utterance(utterance) => self.pass(event, mark, utterance),
        }
    }

    /// An utterance from gate to gate.
    fn pass<'e>(
        &mut self,
        event: &'e Event<'e>,
        mark: Mark,
        utterance: &'e Utterance<'e>,
    ) -> Decisions<'e> {
        let (from, to) = (self.number(&utterance.from), self.number(&utterance.to));
        let mut forwarded = None;
        if from.is_person() {
            let visit = Visit { event, mark, role: Role::Sender, peer: Some(to) };
            let decision = self.advance(from, visit);
            match decision.verdict {
                Verdict::Forwarded(_) => forwarded = Some(decision),
                _ => return Decisions { forwarded: None, last: decision },
            }
        }
        let said = forwarded.and_then(|decision| decision.verdict.basis());
        let visit = Visit { event, mark, role: Role::Recipient(said), peer: Some(from) };
        Decisions { forwarded, last: self.advance(to, visit) }
    }

    /// Decides at one person's machine and lets it advance.
    pub fn advance<'e>(&mut self, person: Party, visit: Visit<'e>) -> Decision<'e> {
        debug_assert!(person.is_person(), "only people have machines");
        let machine = machine_mut(&mut self.machines, person);
        let decision = decide(&self.policy, machine, visit);
        evolve(machine, &decision);
        decision
    }

    /// Lets a person's machine advance by a decision made before, as a journal holds it: the event, the part of
    /// the person in it, the decision's number and its verdict. Nothing is decided, no policy is asked.
    pub fn replay(&mut self, event: &Event<'_>, role: Role, seq: u64, verdict: Verdict) {
        let (one, other) = event.parties();
        let (person, peer) = match (role, other) {
            (Role::Recipient(_), Some(other)) => (other, Some(one)),
            _ => (one, other),
        };
        let (person, peer) = (self.number(person), peer.map(|peer| self.number(peer)));
        let visit = Visit { event, mark: Mark::of(event), role, peer };
        evolve(machine_mut(&mut self.machines, person), &Decision::recorded(visit, seq, verdict));
    }

    /// The rows that an event would meet now at one person's machine, in one part; nothing advances.
    pub fn explain(&self, event: &Event<'_>, role: Role) -> Option<Trail> {
        let visit = self.visit(event, role)?;
        let blank = Machine::default();
        let machine = self.machine(visit.person()).unwrap_or(&blank);
        Some(explain(&self.policy, machine, visit))
    }

    /// An event as a machine would meet it now, where its parties are known.
    fn visit<'e>(&self, event: &'e Event<'e>, role: Role) -> Option<Visit<'e>> {
        let (one, other) = event.parties();
        let peer = match role {
            Role::Recipient(_) => Some(one),
            Role::Sender | Role::Subject => other,
        };
        let peer = match peer {
            Some(peer) => Some(self.find(peer)?),
            None => None,
        };
        Some(Visit { event, mark: Mark::of(event), role, peer })
    }

    /// The machine of a person, where there is one.
    pub fn machine(&self, person: &Name<'_>) -> Option<&Machine> {
        let person = self.find(person).filter(|party| party.is_person())?;
        self.machines.get(person.number() as usize).filter(|machine| machine.seq() > 0)
    }

    /// Puts a person's machine in place, as a snapshot holds it.
    pub fn restore(&mut self, person: &Name<'_>, machine: Machine) {
        let person = self.number(person);
        *machine_mut(&mut self.machines, person) = machine;
    }

    /// Every machine that has decided anything, with its person, in the order in which they first appeared.
    pub fn machines(&self) -> impl Iterator<Item = (Name<'_>, &Machine)> {
        let numbered = self.machines.iter().enumerate().filter(|(_, machine)| machine.seq() > 0);
        numbered.map(|(number, machine)| (self.people.name(number as u32), machine))
    }

    /// The number of a party's name, a new one if it has none.
    pub fn number(&mut self, name: &Name<'_>) -> Party {
        match name.kind {
            PartyKind::Person => self.people.number(&name.text),
            PartyKind::Business => self.businesses.number(&name.text),
        }
    }

    /// The number of a party's name, where it has one.
    pub fn find(&self, name: &Name<'_>) -> Option<Party> {
        match name.kind {
            PartyKind::Person => self.people.find(&name.text),
            PartyKind::Business => self.businesses.find(&name.text),
        }
    }

    /// The name of a party.
    pub fn name(&self, party: Party) -> Name<'_> {
        match party.kind() {
            PartyKind::Person => self.people.name(party.number()),
            PartyKind::Business => self.businesses.name(party.number()),
        }
    }

    /// The bytes that machines and names take, allocations included.
    pub fn bytes(&self) -> usize {
        let machines = self.machines.capacity() * size_of::<Machine>();
        let kept: usize = self.machines.iter().map(Machine::heap_bytes).sum();
        machines + kept + self.people.heap_bytes() + self.businesses.heap_bytes()
    }
}

/// The machine of a person, made if need be.
fn machine_mut(machines: &mut Vec<Machine>, person: Party) -> &mut Machine {
    let place = person.number() as usize;
    if machines.len() <= place {
        machines.resize(place + 1, Machine::default());
    }
    #[expect(clippy::indexing_slicing, reason = "the machines were just made to reach so far")]
    &mut machines[place]
}
