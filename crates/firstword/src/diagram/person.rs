//! One person to try the rules on: what the person meets goes through `decide` and `evolve`, as everywhere.

use std::borrow::Cow;

use firstword_rules::{
    Basis, Category, Decision, Event, Fact, Kind, Machine, Mark, Millis, Name, Party, PartyKind,
    Policy, Region, Role, Standing, Utterance, Verdict, Visit, What, decide, evolve,
};

/// The first instant that an event may have, 2000-01-01, and a day more: there is room for what came before.
pub const BEGINNING: Millis = Millis(946_684_800_000 + 86_400_000);

/// The other party of a drawing.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Other {
    /// Another person, Q.
    Person,
    /// A business, B.
    Business,
}

impl Other {
    /// The party's name.
    pub fn name(self) -> Name<'static> {
        let (kind, text) = match self {
            Other::Person => (PartyKind::Person, "q"),
            Other::Business => (PartyKind::Business, "b"),
        };
        Name { kind, text: Cow::Borrowed(text) }
    }

    fn party(self) -> Party {
        match self {
            Other::Person => Party::new(PartyKind::Person, 1),
            Other::Business => Party::new(PartyKind::Business, 0),
        }
    }
}

/// Something that P meets, without its time.
#[derive(Clone, Debug)]
pub struct Deed<'a> {
    what: What<'a>,
    role: Role,
    other: Option<Other>,
}

impl<'a> Deed<'a> {
    /// P speaks.
    pub fn speaks(kind: Kind, to: Other, finding: Option<&'a str>) -> Deed<'a> {
        let findings = finding.into_iter().map(Cow::Borrowed).collect();
        let what = utterance(kind, name_of_p(), to.name(), None, findings);
        Deed { what, role: Role::Sender, other: Some(to) }
    }

    /// P is spoken to; by a person whose own gate saw a start.
    pub fn hears(kind: Kind, from: Other, category: Option<Category>) -> Deed<'a> {
        let said = (from == Other::Person).then_some(Basis::Start);
        let what = utterance(kind, from.name(), name_of_p(), category, Vec::new());
        Deed { what, role: Role::Recipient(said), other: Some(from) }
    }

    /// Something becomes the case for P, alone or with a business.
    pub fn states(fact: Fact<'a>) -> Deed<'a> {
        let other = fact.other().map(|_| Other::Business);
        Deed { what: What::Fact { person: name_of_p(), fact }, role: Role::Subject, other }
    }

    /// The type of the event, as logs have it.
    pub fn type_name(&self) -> &'static str {
        Event { id: Cow::Borrowed(""), at: BEGINNING, what: self.what.clone() }.type_name()
    }
}

fn name_of_p() -> Name<'static> {
    Name { kind: PartyKind::Person, text: Cow::Borrowed("p") }
}

fn utterance<'a>(
    kind: Kind,
    from: Name<'a>,
    to: Name<'a>,
    category: Option<Category>,
    findings: Vec<Cow<'a, str>>,
) -> What<'a> {
    What::Utterance(Utterance { kind, from, to, category, purpose: None, sector: None, findings })
}

/// What a decision said.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Said {
    /// The verdict.
    pub verdict: Verdict,
    /// The row; empty for what no gate decides.
    pub row: &'static str,
    /// The person's standing, where the decision has it.
    pub standing: Option<Standing>,
}

impl Said {
    /// `as start (S10)`, or `denied, terms_declined (S8)`.
    pub fn words(&self) -> String {
        let outcome = match (self.verdict.basis(), self.verdict.reason()) {
            (Some(basis), _) => format!("as {basis}"),
            (None, Some(reason)) => format!("denied, {reason}"),
            (None, None) => self.verdict.as_str().to_owned(),
        };
        format!("{outcome} ({})", self.row)
    }
}

/// P, under a policy.
#[derive(Clone, Debug)]
pub struct Person<'p> {
    policy: &'p Policy,
    machine: Machine,
}

impl<'p> Person<'p> {
    /// Somebody of whom only the region is known, if that.
    pub fn new(policy: &'p Policy, region: Option<Region>) -> Person<'p> {
        let mut person = Person { policy, machine: Machine::default() };
        if let Some(region) = region {
            person.meets(&Deed::states(Fact::Located(region)), BEGINNING);
        }
        person
    }

    /// Somebody in full standing at every time: who has accepted the last terms of the list.
    pub fn in_full_standing(policy: &'p Policy) -> Person<'p> {
        let mut person = Person::new(policy, None);
        if let Some(terms) = policy.terms.last() {
            let accepted =
                Fact::Terms(firstword_rules::Answer::Accepted, Cow::Borrowed(&*terms.version));
            person.meets(&Deed::states(accepted), BEGINNING);
        }
        person
    }

    /// The same person under another policy.
    pub fn under<'q>(&self, policy: &'q Policy) -> Person<'q> {
        Person { policy, machine: self.machine.clone() }
    }

    /// What the machine knows.
    pub fn machine(&self) -> &Machine {
        &self.machine
    }

    /// Brings a deed before the machine, which advances.
    pub fn meets(&mut self, deed: &Deed<'_>, at: Millis) -> Said {
        let mut machine = self.machine.clone();
        let said = self.decision(deed, at, |decision| evolve(&mut machine, decision));
        self.machine = machine;
        said
    }

    /// What the machine would say.
    pub fn would_say(&self, deed: &Deed<'_>, at: Millis) -> Said {
        self.decision(deed, at, |_| ())
    }

    /// The person after a deed, and what was said.
    pub fn after(&self, deed: &Deed<'_>, at: Millis) -> (Person<'p>, Said) {
        let mut person = self.clone();
        let said = person.meets(deed, at);
        (person, said)
    }

    fn decision(&self, deed: &Deed<'_>, at: Millis, then: impl FnOnce(&Decision<'_>)) -> Said {
        // Every event is a new one: a repeated id would make it a duplicate.
        let id = Cow::Owned((self.machine.seq() + 1).to_string());
        let event = Event { id, at, what: deed.what.clone() };
        let peer = deed.other.map(Other::party);
        let visit = Visit { event: &event, mark: Mark::of(&event), role: deed.role, peer };
        let decision = decide(self.policy, &self.machine, visit);
        then(&decision);
        Said {
            verdict: decision.verdict,
            row: decision.row.unwrap_or_default(),
            standing: decision.standing,
        }
    }
}
