//! What set a ground: one person's visits before a moment, searched backwards.
//!
//! A visit that could have set it is found without reading the log, by its type, time, part, verdict and other party;
//! then its line is read to see that it did.

use firstword_engine::Engine;
use firstword_rules::{
    Answer, Basis, Category, Dated, Event, Fact, Grant, Ground, Kind, Mark, Millis, Name, Role,
    Scope, Scopes, What,
};

use super::{Caused, Happening};
use crate::{Entry, Hint, History, Met, Timeline, Unfit};

/// How many entries are read at a time.
const AT_A_TIME: u64 = 512;
/// How many events a machine remembers (RULES.md, section 8).
const REMEMBERED: usize = 16;

/// The visits of a person before one of them.
pub(super) struct Past<'t> {
    pub(super) timeline: &'t Timeline,
    pub(super) history: History,
    /// How many there were.
    pub(super) before: u64,
    /// What knows the names of the parties in grounds.
    pub(super) engine: &'t Engine,
    /// The event at hand, and its mark.
    pub(super) event: &'t Event<'t>,
    pub(super) mark: Mark,
    /// Q.
    pub(super) peer: Option<&'t Name<'t>>,
    /// The part of the person in the event at hand.
    pub(super) role: Role,
}

impl Past<'_> {
    /// For each ground the events that set it.
    pub(super) fn behind(&self, grounds: &[Ground]) -> Result<Vec<Caused>, Unfit> {
        let caused = grounds.iter().map(|ground| {
            let mut by = self.causes(ground)?;
            by.sort_by_key(|happening| happening.offset);
            by.dedup_by_key(|happening| happening.offset);
            Ok(Caused { ground: ground.clone(), by })
        });
        caused.collect()
    }

    /// The time of words that give the right that the event at hand asks for, where a ground is such.
    pub(super) fn gives_right(&self, ground: &Ground) -> Option<Millis> {
        match (ground, self.role) {
            (Ground::Spoke(_, at), Role::Recipient(_))
            | (Ground::Heard(_, at), Role::Sender | Role::Subject) => Some(*at),
            _ => None,
        }
    }

    /// The newest words that would give that right, had they not been refused: those of P to Q where Q speaks now,
    /// those of Q to P otherwise, which fell at the gate of P or of Q. `now` is where the line of the event begins.
    pub(super) fn refused(&self, now: u64) -> Result<Option<Happening>, Unfit> {
        let Some(peer) = self.peer else { return Ok(None) };
        let person = self.timeline.person(&self.history)?;
        if matches!(self.role, Role::Recipient(_)) {
            return self.denied(Role::Sender, peer);
        }
        let here = self.denied(Role::Recipient(None), peer)?;
        let Some(history) = self.timeline.history(peer)? else { return Ok(here) };
        let before = self.timeline.met_before(&history, now)?;
        let there = Past { history, before, peer: Some(&person), ..*self };
        let there = there.denied(Role::Sender, &person)?;
        Ok([here, there].into_iter().flatten().max_by_key(|happening| happening.offset))
    }

    /// The newest utterance between the two that was denied to whoever speaks, by a gate of this side.
    fn denied(&self, side: Role, peer: &Name<'_>) -> Result<Option<Happening>, Unfit> {
        let Some(hint) = self.timeline.hint(peer)? else { return Ok(None) };
        // A call is answered, and opened, by a call alone.
        let calls = matches!(&self.event.what, What::Fact { .. })
            || self.event.type_name() == type_of(Kind::Call);
        let fits = |entry: &Entry| {
            let spoken = entry.type_name == type_of(Kind::Call)
                || !calls && entry.type_name == type_of(Kind::Message);
            entry.met == Met::Denied
                && entry.role.side() == side.side()
                && spoken
                && entry.hint == hint
        };
        let with = |event: &Event<'_>| match side {
            Role::Sender => event.parties().1 == Some(peer),
            _ => event.parties().0 == peer,
        };
        Ok(self.search(1, fits, |_, event| with(event))?.pop())
    }

    fn causes(&self, ground: &Ground) -> Result<Vec<Happening>, Unfit> {
        match ground {
            Ground::Seen => self.seen(),
            Ground::Closed => self.fact("person.erased", None, |_| true),
            Ground::Block(Dated { at, value }) => {
                let kind = if *value { "contact.blocked" } else { "contact.unblocked" };
                self.of_peer(kind, *at)
            }
            Ground::Answer(version, Dated { at, value }) => {
                let kind = match value {
                    Answer::Accepted => "terms.accepted",
                    Answer::Declined => "terms.declined",
                    Answer::Withdrawn => "terms.withdrawn",
                };
                self.fact(
                    kind,
                    Some(*at),
                    |fact| matches!(fact, Fact::Terms(_, of) if **of == **version),
                )
            }
            Ground::Region(Dated { at, value }) => self.fact(
                "person.located",
                Some(*at),
                |fact| matches!(fact, Fact::Located(region) if region == value),
            ),
            Ground::Reach(Dated { at, value }) => self.fact(
                "reach.set",
                Some(*at),
                |fact| matches!(fact, Fact::ReachSet(reach) if reach == value),
            ),
            Ground::Doubt(Dated { at, value }) => {
                let kind = if *value { "event.unreadable" } else { "doubt.cleared" };
                self.fact(kind, Some(*at), |_| true)
            }
            Ground::Erased(at) => self.of_peer("contact.erased", *at),
            Ground::Heard(kind, at) => match self.peer {
                Some(peer) => self.heard(peer, *kind, |entry| entry.at == *at, 1),
                None => Ok(Vec::new()),
            },
            Ground::Spoke(kind, at) => match self.peer {
                Some(peer) => self.spoke(peer, Some(*kind), |entry| entry.at == *at),
                None => Ok(Vec::new()),
            },
            Ground::UnansweredCalls(count) => match self.peer {
                Some(peer) => self.heard(peer, Kind::Call, |_| true, usize::from(*count)),
                None => Ok(Vec::new()),
            },
            Ground::UnansweredStarts(starts) => {
                let mut found = Vec::new();
                for (party, newest) in starts {
                    let to = self.engine.name(*party);
                    // The words that began it, and the newest since, by whose time it is counted.
                    let began = |entry: &Entry| entry.met == Met::Forwarded(Basis::Start);
                    found.extend(self.spoke(&to, None, began)?);
                    found.extend(self.spoke(&to, None, |entry| entry.at == *newest)?);
                }
                Ok(found)
            }
            Ground::Grant(scope, grant) => self.granted(*scope, *grant),
            Ground::MarketingStarts(starts) => self.marketed(starts.clone()),
        }
    }

    /// The event that this one repeats.
    fn seen(&self) -> Result<Vec<Happening>, Unfit> {
        let mut remembered = 0;
        let fits = |entry: &Entry| entry.type_name == self.event.type_name();
        self.search(
            1,
            |entry| {
                // Those that changed nothing are not remembered, and only so many of the others.
                remembered += usize::from(entry.met.advances().is_some());
                entry.met.advances().is_some() && remembered <= REMEMBERED && fits(entry)
            },
            |_, event| Mark::of(event) == self.mark,
        )
    }

    /// The recorded fact of this type and time, about the person alone.
    fn fact(
        &self,
        type_name: &str,
        at: Option<Millis>,
        is: impl Fn(&Fact<'_>) -> bool,
    ) -> Result<Vec<Happening>, Unfit> {
        let fits = |entry: &Entry| {
            entry.type_name == type_name
                && entry.met == Met::Recorded
                && at.is_none_or(|at| entry.at == at)
        };
        self.search(1, fits, |_, event| fact_of(event).is_some_and(&is))
    }

    /// The recorded fact of this type and time, about Q.
    fn of_peer(&self, type_name: &str, at: Millis) -> Result<Vec<Happening>, Unfit> {
        self.fact(type_name, Some(at), |fact| fact.other() == self.peer)
    }

    /// The newest utterances of a party that P's recipient gate allowed.
    fn heard(
        &self,
        from: &Name<'_>,
        kind: Kind,
        is: impl Fn(&Entry) -> bool,
        count: usize,
    ) -> Result<Vec<Happening>, Unfit> {
        let Some(hint) = self.timeline.hint(from)? else { return Ok(Vec::new()) };
        let fits = |entry: &Entry| {
            matches!((entry.role, entry.met), (Role::Recipient(_), Met::Allowed(_)))
                && entry.type_name == type_of(kind)
                && entry.hint == hint
                && is(entry)
        };
        self.search(count, fits, |_, event| event.parties().0 == from)
    }

    /// The newest utterance of P to a party, of a kind if one is asked for, that P's sender gate let through and that
    /// is so; a call that P answered counts as a message.
    fn spoke(
        &self,
        to: &Name<'_>,
        kind: Option<Kind>,
        is: impl Fn(&Entry) -> bool,
    ) -> Result<Vec<Happening>, Unfit> {
        let Some(hint) = self.timeline.hint(to)? else { return Ok(Vec::new()) };
        let fits = |entry: &Entry| speaks(entry, kind) && entry.hint == hint && is(entry);
        self.search(1, fits, |_, event| event.parties().1 == Some(to))
    }

    /// What stated a scope of Q so: an opt-in, an opt-out, or a message that does what these do.
    fn granted(&self, scope: Scope, grant: Dated<Grant>) -> Result<Vec<Happening>, Unfit> {
        let Some(hint) = self.hint()? else { return Ok(Vec::new()) };
        let fits = |entry: &Entry| {
            let stated = match grant.value {
                Grant::Out => entry.type_name == "contact.opted_out",
                Grant::In { .. } => entry.type_name == "contact.opted_in",
            };
            let said = entry.role == Role::Sender && entry.type_name == "message";
            let met = match entry.met {
                Met::Recorded => stated,
                Met::Allowed(basis) => {
                    said && (basis == Basis::OptOut) == (grant.value == Grant::Out)
                }
                _ => false,
            };
            met && entry.at == grant.at && entry.hint == hint
        };
        let found = self.search(usize::MAX, fits, |_, event| {
            event.parties().1 == self.peer && states(event, scope, grant.value)
        })?;
        // Whoever says the same of the same time again, such as STOP twice, changes nothing: the first set it.
        Ok(found.into_iter().next_back().into_iter().collect())
    }

    /// The marketing starts of these times, the newest first in the order of the log.
    fn marketed(&self, mut times: Vec<Millis>) -> Result<Vec<Happening>, Unfit> {
        let (count, wanted) = (times.len(), times.clone());
        let fits = |entry: &Entry| {
            let begins = Met::Allowed(Basis::Start) == entry.met
                || Met::Allowed(Basis::Continue) == entry.met;
            begins
                && entry.role == Role::Recipient(None)
                && entry.type_name == "message"
                && wanted.contains(&entry.at)
        };
        self.search(count, fits, |entry, event| {
            let markets = match &event.what {
                What::Utterance(said) => said.category() == Category::Marketing,
                What::Fact { .. } => false,
            };
            let place = times.iter().position(|at| *at == entry.at);
            let counted = place.filter(|_| markets);
            counted.map(|place| times.swap_remove(place)).is_some()
        })
    }

    /// What visits with Q are marked by.
    fn hint(&self) -> Result<Option<Hint>, Unfit> {
        self.peer.map_or(Ok(None), |peer| self.timeline.hint(peer))
    }

    /// The newest visits, at most so many, that fit by what is known without the log and that are the ones by what
    /// their lines say.
    fn search(
        &self,
        count: usize,
        mut fits: impl FnMut(&Entry) -> bool,
        mut is: impl FnMut(&Entry, &Event<'_>) -> bool,
    ) -> Result<Vec<Happening>, Unfit> {
        let mut found = Vec::new();
        let mut end = self.before;
        while end > 0 && found.len() < count {
            let begin = end.saturating_sub(AT_A_TIME);
            for entry in self.timeline.entries(&self.history, begin..end)?.iter().rev() {
                if found.len() < count && fits(entry) {
                    found.extend(self.read(entry, &mut is)?);
                }
            }
            end = begin;
        }
        Ok(found)
    }

    fn read(
        &self,
        entry: &Entry,
        is: &mut impl FnMut(&Entry, &Event<'_>) -> bool,
    ) -> Result<Option<Happening>, Unfit> {
        let line = self.timeline.line(entry.offset)?;
        let read = self.timeline.lines().read(&line);
        match read.event() {
            Some(event) if is(entry, event) => {
                let place = self.timeline.place(entry.offset)?;
                Ok(Some(Happening::of(place, entry.offset, event)))
            }
            _ => Ok(None),
        }
    }
}

fn type_of(kind: Kind) -> &'static str {
    match kind {
        Kind::Message => "message",
        Kind::Call => "call",
    }
}

/// Whether a visit sets a `spoke_*` time, of a kind if one is asked for.
fn speaks(entry: &Entry, kind: Option<Kind>) -> bool {
    let of = |which: Kind| kind.is_none_or(|kind| kind == which);
    match (entry.role, entry.met) {
        (_, Met::Allowed(Basis::OptOut) | Met::Forwarded(Basis::OptOut)) => false,
        (Role::Sender, Met::Allowed(_) | Met::Forwarded(_)) => {
            let kinds = [Kind::Message, Kind::Call].into_iter();
            kinds.filter(|kind| of(*kind)).any(|kind| entry.type_name == type_of(kind))
        }
        (_, Met::Recorded) => of(Kind::Message) && entry.type_name == "call.answered",
        _ => false,
    }
}

fn fact_of<'e>(event: &'e Event<'_>) -> Option<&'e Fact<'e>> {
    match &event.what {
        What::Fact { fact, .. } => Some(fact),
        What::Utterance(_) => None,
    }
}

/// Whether an event states this of a scope.
fn states(event: &Event<'_>, scope: Scope, grant: Grant) -> bool {
    let good = Grant::In { until: None };
    match &event.what {
        What::Utterance(said) if said.is_stop() => grant == Grant::Out,
        What::Utterance(said) => {
            said.opts_in() && grant == good && Scopes::MESSAGES.contains(scope)
        }
        What::Fact { fact: Fact::OptedIn { scopes, until, .. }, .. } => {
            let stated = Grant::In { until: *until };
            stated == grant && scopes.unwrap_or(Scopes::MESSAGES).contains(scope)
        }
        What::Fact { fact: Fact::OptedOut { scopes, .. }, .. } => {
            grant == Grant::Out && scopes.unwrap_or(Scopes::ALL).contains(scope)
        }
        What::Fact { .. } => false,
    }
}
