//! May this be said: would a message or a call be let through at a time, and if not, from when?
//!
//! The gates are asked about an utterance that never happened, on machines as they are: nothing advances. It knows
//! machines, a policy and the rows that say no; when an event lies in a log is not its matter.

mod moments;

use std::borrow::Cow;

use firstword_engine::Engine;
use firstword_rules::{
    Basis, Category, Event, Machine, Mark, Millis, Name, Party, Policy, Reason, Region, Role, Side,
    Trail, Utterance, Verdict, Visit, What, decide, explain,
};

/// The end of the range of `at` (EVENTS.md), exclusive: 2100-01-01T00:00:00Z.
pub const END: Millis = Millis(4_102_444_800_000);

/// The id of what never happened. No identifier holds a blank, so no event that was read has it, and none can be a
/// duplicate of it.
const ID: &str = "had it come";

/// An utterance that somebody might make, and the machines that would decide it.
#[derive(Clone, Debug)]
pub struct Question<'q> {
    policy: &'q Policy,
    utterance: Utterance<'q>,
    /// Of the event that it would be. It rests on no time, so it is the same at every one.
    mark: Mark,
    /// The person who would speak.
    sender: Option<Place<'q>>,
    /// The person who would be spoken to.
    recipient: Option<Place<'q>>,
}

/// One person's place in it.
#[derive(Clone, Debug)]
struct Place<'q> {
    /// Blank where the engine never met the person.
    machine: Cow<'q, Machine>,
    /// The other party, as the machine knows it.
    peer: Party,
}

/// What the gates would say at a time, and how each came to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The time.
    pub at: Millis,
    /// What the last gate would say.
    pub verdict: Verdict,
    /// The gates that it would reach, in order, with the rows tried at each.
    pub gates: Vec<(Side, Trail)>,
}

/// What the gates would say, and no more than that.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Outcome {
    /// The verdict of the last gate.
    pub verdict: Verdict,
    /// The row of the sender's gate that forwarded it, where another gate followed.
    pub forwarded: Option<&'static str>,
    /// The row that decided at the last gate.
    pub row: &'static str,
}

impl Answer {
    /// As what it would be let through, where it would.
    pub fn allowed(&self) -> Option<Basis> {
        allowed(self.verdict)
    }

    /// The row that decides at each gate, in order.
    pub fn rows(&self) -> impl Iterator<Item = &'static str> {
        self.gates.iter().filter_map(|(_, trail)| trail.tried.last()).map(|tried| tried.row)
    }
}

impl Outcome {
    /// The row that decides at each gate, in order.
    pub fn rows(self) -> impl Iterator<Item = &'static str> {
        self.forwarded.into_iter().chain([self.row])
    }

    /// As what it would be let through, where it would.
    pub fn allowed(self) -> Option<Basis> {
        allowed(self.verdict)
    }
}

/// A verdict of the last gate lets through or does not: `forwarded` is none of the last.
fn allowed(verdict: Verdict) -> Option<Basis> {
    verdict.basis().filter(|_| matches!(verdict, Verdict::Allowed(_)))
}

impl<'q> Question<'q> {
    /// Asks about an utterance under an engine's policy and on its machines. Who is not in the engine has a blank
    /// machine, and is a stranger to the other.
    pub fn of(engine: &'q Engine, utterance: Utterance<'q>) -> Question<'q> {
        let place = |person: &Name<'_>, peer: &Name<'_>| {
            let machine = engine.machine(person).map(Cow::Borrowed).unwrap_or_default();
            let peer = engine.find(peer).unwrap_or(Party::stranger(peer.kind));
            person.is_person().then_some(Place { machine, peer })
        };
        let sender = place(&utterance.from, &utterance.to);
        let recipient = place(&utterance.to, &utterance.from);
        let mark = Mark::of(&event(&utterance, Millis(0)));
        Question { policy: engine.policy(), utterance, mark, sender, recipient }
    }

    /// What is asked about.
    pub fn utterance(&self) -> &Utterance<'q> {
        &self.utterance
    }

    /// What the gates would say at a time, with the rows that would be tried and what each would see.
    pub fn ask(&self, at: Millis) -> Answer {
        let event = event(&self.utterance, at);
        let mut gates: Vec<(Side, Trail)> = Vec::new();
        let verdict = self.pass(|place, role, side| {
            let trail = explain(self.policy, &place.machine, self.visit(&event, place, role));
            let verdict = trail.verdict;
            gates.push((side, trail));
            verdict
        });
        Answer { at, verdict, gates }
    }

    /// What the gates would say at a time, without how they came to it.
    pub fn outcome(&self, at: Millis) -> Outcome {
        let event = event(&self.utterance, at);
        let mut rows = [None; 2];
        let verdict = self.pass(|place, role, _| {
            let decision = decide(self.policy, &place.machine, self.visit(&event, place, role));
            rows = [rows[1], decision.row];
            decision.verdict
        });
        let [forwarded, row] = rows;
        Outcome { verdict, forwarded, row: row.unwrap_or_default() }
    }

    /// From when on it would be let through, if nothing else happened: the first such instant that is not before
    /// `from` and before [`END`]; nothing where there is none.
    ///
    /// Machines that stand still change their mind at [`Question::moments`] alone, and when quiet hours begin or
    /// end. Quiet hours come every day for eighty years, so they are not looked at unless they can matter. Between two
    /// moments every row but R18 says the same all the time. A row before R18 that refuses does so whether hours are
    /// quiet or not, for it is tried first; and where R19 refuses, the hours are not quiet, and if they became so R18
    /// would refuse instead. So only a refusal by R18 can end between two moments, and it ends with the quiet hours.
    pub fn when(&self, from: Millis) -> Option<Millis> {
        let moments = self.moments(from);
        let starts = [from].into_iter().chain(moments.iter().copied());
        let ends = moments.iter().copied().chain([END]);
        starts.zip(ends).find_map(|(start, end)| match self.outcome(start).verdict {
            Verdict::Allowed(_) => Some(start),
            Verdict::Denied(Reason::QuietHours) => {
                let (region, category) = self.quiet_hours_of()?;
                let over = self.policy.quiet_until(region, category, start, end)?;
                self.outcome(over).allowed().map(|_| over)
            }
            _ => None,
        })
    }

    /// The region and the category whose quiet hours matter: where a business would speak, those of the person.
    fn quiet_hours_of(&self) -> Option<(Option<Region>, Category)> {
        let recipient = self.recipient.as_ref().filter(|_| self.sender.is_none())?;
        let region = recipient.machine.region().map(|region| region.value);
        Some((region, self.utterance.category()))
    }

    /// Brings it from gate to gate (RULES.md, section 1); what the last one says.
    fn pass(&self, mut gate: impl FnMut(&Place<'q>, Role, Side) -> Verdict) -> Verdict {
        let first = self.sender.as_ref().map(|place| gate(place, Role::Sender, Side::Sender));
        let said = match first {
            Some(Verdict::Forwarded(said)) => Some(said),
            Some(last) => return last,
            None => None,
        };
        let recipient = self.recipient.as_ref();
        let last = recipient.map(|place| gate(place, Role::Recipient(said), Side::Recipient));
        // Of two businesses neither has a machine, and no event is of two businesses.
        last.unwrap_or(Verdict::Duplicate)
    }

    fn visit<'e>(&self, event: &'e Event<'e>, place: &Place<'_>, role: Role) -> Visit<'e> {
        Visit { event, mark: self.mark, role, peer: Some(place.peer) }
    }
}

/// The event that an utterance would be.
fn event<'u>(utterance: &Utterance<'u>, at: Millis) -> Event<'u> {
    Event { id: ID.into(), at, what: What::Utterance(utterance.clone()) }
}
