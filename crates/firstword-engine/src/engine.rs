//! The machines, and how an event passes from gate to gate (RULES.md, section 1).

use firstword_rules::{
    Decision, Depth, Event, Machine, Mark, Name, Party, PartyKind, Policy, Role, Trail, Verdict,
    Visit, What, decide, evolve, explain,
};

use crate::Names;
use crate::machines::Machines;
use crate::near::prefetch;

/// Machines under one policy.
#[derive(Clone, Debug)]
pub struct Engine {
    policy: Policy,
    people: Names,
    businesses: Names,
    machines: Machines,
    /// How many of them have decided anything.
    decided: usize,
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

/// For how many events it pays to bring near what they need before the first of them is decided.
pub const AHEAD: usize = 32;

impl Engine {
    /// No machines yet.
    pub fn new(policy: Policy) -> Engine {
        Engine {
            policy,
            people: Names::new(PartyKind::Person),
            businesses: Names::new(PartyKind::Business),
            machines: Machines::new(),
            decided: 0,
        }
    }

    /// The policy that it decides under.
    pub fn policy(&self) -> &Policy {
        &self.policy
    }

    /// Decides an event at each machine that it concerns and lets these advance.
    pub fn step<'e>(&mut self, event: &'e Event<'e>) -> Decisions<'e> {
        let (one, other) = event.parties();
        let parties = (self.number(one), other.map(|other| self.number(other)));
        self.step_of(event, Mark::of(event), parties)
    }

    /// Decides events one after another, each as [`Engine::step`] does; what some of them need is brought near before
    /// the first of them is decided.
    pub fn step_all<'e>(
        &mut self,
        events: impl IntoIterator<Item = (&'e Event<'e>, Mark)>,
        mut each: impl FnMut(Decisions<'e>),
    ) {
        let (mut events, mut next) = (events.into_iter(), Vec::with_capacity(AHEAD));
        loop {
            next.extend(events.by_ref().take(AHEAD));
            if next.is_empty() {
                return;
            }
            let parties = next.iter().map(|(event, _)| event.parties());
            let named = parties.flat_map(|(one, other)| [Some(one), other]).flatten();
            let mut known = self.bring_near(named).into_iter();
            for (event, mark) in next.drain(..) {
                let (one, other) = event.parties();
                // Who had no number then may have one since.
                let mut number = |name| known.next().flatten().unwrap_or_else(|| self.number(name));
                let parties = (number(one), other.map(number));
                each(self.step_of(event, mark, parties));
            }
        }
    }

    /// Has everything brought near that deciding for these parties will read, of all of them at one depth before the
    /// next: memory answers many questions in the time of one. Nothing changes. Each one's number, where it has one.
    pub fn bring_near<'n>(
        &self,
        parties: impl Iterator<Item = &'n Name<'n>>,
    ) -> Vec<Option<Party>> {
        let asked: Vec<_> =
            parties.map(|name| (name, self.names(name.kind).hash(&name.text))).collect();
        for line in [Names::slot, Names::text_of] {
            let lines = asked.iter().map(|(name, hash)| line(self.names(name.kind), *hash));
            lines.flatten().for_each(prefetch);
        }
        let find =
            |(name, hash): &(&Name<'_>, u32)| self.names(name.kind).find_hashed(&name.text, *hash);
        let known: Vec<_> = asked.iter().map(find).collect();
        let people = known.iter().flatten().filter(|party| party.is_person());
        people.clone().filter_map(|person| self.machines.place(person.number())).for_each(prefetch);
        let machines: Vec<_> = people.filter_map(|person| self.machine_of(*person)).collect();
        for depth in Depth::ALL {
            machines.iter().for_each(|machine| machine.lines(depth, prefetch));
        }
        known
    }

    fn step_of<'e>(
        &mut self,
        event: &'e Event<'e>,
        mark: Mark,
        parties: (Party, Option<Party>),
    ) -> Decisions<'e> {
        let first = self.advance(event, mark, parties, first_role(event));
        match first.verdict {
            Verdict::Forwarded(basis) => Decisions {
                forwarded: Some(first),
                last: self.advance(event, mark, parties, Role::Recipient(Some(basis))),
            },
            _ => Decisions { forwarded: None, last: first },
        }
    }

    /// Decides an event at the machine of the person who has this part in it and lets it advance. The parties are those
    /// of the event, in its order.
    fn advance<'e>(
        &mut self,
        event: &'e Event<'e>,
        mark: Mark,
        parties: (Party, Option<Party>),
        role: Role,
    ) -> Decision<'e> {
        let (person, peer) = in_part(parties, role);
        let machine = self.machines.reach(person.number());
        let decision = decide(&self.policy, machine, Visit { event, mark, role, peer });
        self.decided += usize::from(machine.seq() == 0);
        evolve(machine, &decision);
        decision
    }

    /// The person who has this part in an event, and the event as that person's machine meets it: what `decide`
    /// wants, for whoever decides under another policy.
    pub fn meet<'e>(&mut self, event: &'e Event<'e>, mark: Mark, role: Role) -> (Party, Visit<'e>) {
        let (person, peer) = parts(event, role);
        let (person, peer) = (self.number(person), peer.map(|peer| self.number(peer)));
        debug_assert!(person.is_person(), "only people have machines");
        (person, Visit { event, mark, role, peer })
    }

    /// Lets a person's machine advance by a decision made before, as a journal holds it: the event, the part of
    /// the person in it, the decision's number and its verdict. Nothing is decided, no policy is asked.
    pub fn replay(&mut self, event: &Event<'_>, role: Role, seq: u64, verdict: Verdict) {
        let (person, visit) = self.meet(event, Mark::of(event), role);
        self.follow(person, &Decision::recorded(visit, seq, verdict));
    }

    /// Lets a person's machine advance by a decision on an event that [`Engine::meet`] brought before it, whoever
    /// made the decision.
    pub fn follow(&mut self, person: Party, decision: &Decision<'_>) {
        let machine = self.machines.reach(person.number());
        self.decided += usize::from(machine.seq() == 0);
        evolve(machine, decision);
    }

    /// Lets a person's machine pass over decisions that changed nothing, or that are not at hand, up to the one of
    /// this number.
    pub fn pass(&mut self, person: &Name<'_>, seq: u64) {
        let person = self.number(person);
        let machine = self.machines.reach(person.number());
        self.decided += usize::from(machine.seq() == 0 && seq > 0);
        machine.pass(seq);
    }

    /// The rows that an event would meet now at the machine of the person who has this part in it; nothing
    /// advances.
    pub fn explain(&self, event: &Event<'_>, role: Role) -> Trail {
        self.explain_under(&self.policy, event, role)
    }

    /// The same under another policy, on the machine as it is.
    pub fn explain_under(&self, policy: &Policy, event: &Event<'_>, role: Role) -> Trail {
        self.on_visit(event, Mark::of(event), role, |machine, visit| {
            explain(policy, machine, visit)
        })
    }

    /// What another policy says of an event now: the decision of each gate that the event reaches under it, on the
    /// machines as they are. Nothing advances.
    pub fn ask<'e>(&self, policy: &Policy, event: &'e Event<'e>) -> Decisions<'e> {
        let mark = Mark::of(event);
        let at_gate = |role| {
            self.on_visit(event, mark, role, |machine, visit| decide(policy, machine, visit))
        };
        let first = at_gate(first_role(event));
        match first.verdict {
            Verdict::Forwarded(basis) => {
                Decisions { forwarded: Some(first), last: at_gate(Role::Recipient(Some(basis))) }
            }
            _ => Decisions { forwarded: None, last: first },
        }
    }

    /// Asks about an event as the machine of the person who has this part in it would meet it; who has no number is a
    /// stranger, and who has no machine a blank one.
    fn on_visit<'e, T>(
        &self,
        event: &'e Event<'e>,
        mark: Mark,
        role: Role,
        asked: impl FnOnce(&Machine, Visit<'e>) -> T,
    ) -> T {
        let (person, peer) = parts(event, role);
        let met = |name: &Name<'_>| self.find(name).unwrap_or(Party::stranger(name.kind));
        let visit = Visit { event, mark, role, peer: peer.map(met) };
        match self.machine(person) {
            Some(machine) => asked(machine, visit),
            None => asked(&Machine::default(), visit),
        }
    }

    /// The machine of a person, where there is one.
    pub fn machine(&self, person: &Name<'_>) -> Option<&Machine> {
        self.machine_of(self.find(person)?).filter(|machine| machine.seq() > 0)
    }

    /// Puts a person's machine in place, as a snapshot holds it; the person's number.
    pub fn restore(&mut self, person: &Name<'_>, machine: Machine) -> Party {
        let person = self.number(person);
        self.exchange_one(person, &mut { machine });
        person
    }

    /// Puts a machine in the place of another, and that one where the first was.
    pub(crate) fn exchange_one(&mut self, person: Party, machine: &mut Machine) {
        let place = self.machines.reach(person.number());
        self.decided += usize::from(machine.seq() > 0);
        self.decided -= usize::from(place.seq() > 0);
        std::mem::swap(place, machine);
    }

    /// How many people have a name here, with a machine that decided or without.
    pub fn people(&self) -> usize {
        self.people.len()
    }

    /// How many machines have decided anything.
    pub fn machine_count(&self) -> usize {
        self.decided
    }

    /// Every machine that has decided anything, with its person, in the order in which they first appeared.
    pub fn machines(&self) -> impl Iterator<Item = (Name<'_>, &Machine)> {
        let decided = self.machines.iter().filter(|(_, machine)| machine.seq() > 0);
        decided.map(|(number, machine)| (self.people.name(number), machine))
    }

    /// Every party that has a number, people first, each kind in the order of the numbers, with its name.
    pub fn parties(&self) -> impl Iterator<Item = (Party, &str)> {
        self.people.parties().chain(self.businesses.parties())
    }

    /// The number of a party's name, a new one if it has none.
    pub fn number(&mut self, name: &Name<'_>) -> Party {
        self.names_mut(name.kind).number(&name.text)
    }

    /// The number of a party's name, where it has one.
    pub fn find(&self, name: &Name<'_>) -> Option<Party> {
        self.names(name.kind).find(&name.text)
    }

    fn names(&self, kind: PartyKind) -> &Names {
        match kind {
            PartyKind::Person => &self.people,
            PartyKind::Business => &self.businesses,
        }
    }

    fn names_mut(&mut self, kind: PartyKind) -> &mut Names {
        match kind {
            PartyKind::Person => &mut self.people,
            PartyKind::Business => &mut self.businesses,
        }
    }

    /// The name of a party.
    pub fn name(&self, party: Party) -> Name<'_> {
        self.names(party.kind()).name(party.number())
    }

    /// The machine of a person by number, where the engine keeps one, whether or not it has decided anything.
    pub fn machine_of(&self, person: Party) -> Option<&Machine> {
        self.machines.get(person.number()).filter(|_| person.is_person())
    }

    /// The bytes that machines and names take, allocations included.
    pub fn bytes(&self) -> usize {
        self.machines.heap_bytes() + self.people.heap_bytes() + self.businesses.heap_bytes()
    }
}

/// The part in an event of the person whose machine it meets first (RULES.md, section 1).
pub fn first_role(event: &Event<'_>) -> Role {
    match &event.what {
        What::Fact { .. } => Role::Subject,
        What::Utterance(utterance) if utterance.from.is_person() => Role::Sender,
        What::Utterance(_) => Role::Recipient(None),
    }
}

/// The person who has this part in an event, and the other party, where it names one.
fn parts<'e>(event: &'e Event<'e>, role: Role) -> (&'e Name<'e>, Option<&'e Name<'e>>) {
    in_part(event.parties(), role)
}

/// The parties of an event, as the event has them, the one who has this part in it first.
fn in_part<T>(parties: (T, Option<T>), role: Role) -> (T, Option<T>) {
    match (parties, role) {
        ((one, Some(other)), Role::Recipient(_)) => (other, Some(one)),
        (parties, _) => parties,
    }
}
