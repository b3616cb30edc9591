//! From a machine to its portrait.

use std::cmp::Reverse;

use firstword_engine::Engine;
use firstword_rules::{
    Answer, Category, Contact, Conversation, Dated, Grant, Kind, Machine, Millis, Name, Party,
    Policy, Scope, Span, Standing,
};

use super::{Because, Business, Counted, Doubt, Portrait, Starts, Talk};
use crate::duties_of;

/// A machine that is looked at, under its engine's policy.
pub(super) struct Looked<'n> {
    pub(super) engine: &'n Engine,
    pub(super) machine: &'n Machine,
    pub(super) at: Millis,
}

impl<'n> Looked<'n> {
    pub(super) fn portrait(&self, person: Name<'n>) -> Portrait<'n> {
        let Looked { engine, machine, at } = *self;
        let policy = engine.policy();
        let stand = machine.stand(policy, at);
        Portrait {
            at,
            decisions: machine.seq(),
            stand,
            because: self.because(stand.standing),
            shares_data: machine.shares_data(policy, at),
            answers: self.answers(),
            region: machine.region(),
            reach: machine.reach(),
            doubt: self.doubt(),
            conversations: self.conversations(),
            businesses: self.businesses(),
            blocks: self.blocks(),
            duties: duties_of(engine, &person, machine),
            unanswered_starts: self.unanswered_starts(),
            marketing_starts: Counted::of(policy, machine, at),
            person,
        }
    }

    fn name(&self, party: Party) -> Name<'n> {
        self.engine.name(party)
    }

    /// The table of section 3 again, for what it saw.
    fn because(&self, standing: Standing) -> Because<'n> {
        let (policy, region) = (self.engine.policy(), self.machine.region().map(|held| held.value));
        let answers = self.machine.answers();
        let answer = |version: &str| answers.iter().find(|held| held.version == version);
        let Some(terms) = policy.in_force(region, self.at) else {
            return match standing {
                Standing::Closed => Because::Closed,
                _ => Because::NoTerms,
            };
        };
        let place = policy.listed(&terms.version).unwrap_or(0);
        let accepted = policy.terms.iter().skip(place).find(|terms| {
            answer(&terms.version).is_some_and(|held| held.answer().value == Answer::Accepted)
        });
        match (self.machine.stand(policy, self.at).because, accepted, answer(&terms.version)) {
            _ if standing == Standing::Closed => Because::Closed,
            (None, Some(accepted), _) => Because::Accepted { version: &accepted.version },
            (None, None, _) => Because::Order,
            (Some(_), _, Some(held)) => {
                Because::Refused { version: &terms.version, answer: held.answer() }
            }
            (Some(_), _, None) => {
                Because::Silent { version: &terms.version, since: terms.effective(region) }
            }
        }
    }

    fn answers(&self) -> Vec<(&'n str, Dated<Answer>, bool)> {
        let policy = self.engine.policy();
        let answers = self.machine.answers().iter();
        let mut answers: Vec<_> = answers
            .map(|held| {
                let version = held.version.as_str();
                (version, held.answer(), policy.listed(version).is_some())
            })
            .collect();
        answers.sort_by_key(|(_, answer, _)| Reverse(answer.at));
        answers
    }

    fn doubt(&self) -> Option<Doubt> {
        let stated = self.machine.doubt()?;
        let hold = self.engine.policy().doubt_hold.filter(|_| stated.value);
        Some(Doubt { stated, until: hold.map(|hold| stated.at + hold) })
    }

    fn conversations(&self) -> Vec<Talk<'n>> {
        let mut held: Vec<_> = self.machine.conversations().iter().collect();
        held.sort_by_key(|held| Reverse(held.last_let_through()));
        held.into_iter().map(|held| self.talk(held)).collect()
    }

    fn talk(&self, held: &Conversation) -> Talk<'n> {
        let (policy, party, at) = (self.engine.policy(), held.party(), self.at);
        let open = |until: &Millis| at < *until;
        let may_reply = |kind| self.machine.may_reply_until(policy, party, kind).filter(open);
        let business = |category| {
            let until = self.machine.may_be_replied_until(policy, party, category, at);
            until.filter(|until| !party.is_person() && open(until))
        };
        let may_be_replied = business(Category::Service);
        let narrower = |category: &Category| business(*category) != may_be_replied;
        let others = [Category::Utility, Category::Authentication].into_iter().filter(narrower);
        let both = [Kind::Message, Kind::Call];
        let times = both.into_iter().flat_map(|kind| [held.heard(kind), held.spoke(kind)]);
        Talk {
            with: self.name(party),
            may_reply: may_reply(Kind::Message),
            may_call_back: may_reply(Kind::Call),
            may_be_replied,
            except: others.filter_map(Category::needed_scope).collect(),
            may_be_called_back: business(Category::Calls),
            live: self.machine.live_until(policy, party, at).filter(open),
            unanswered: held.unanswered(),
            newest: times.flatten().max().unwrap_or(Millis(0)),
        }
    }

    fn businesses(&self) -> Vec<Business<'n>> {
        let contacts = self.machine.contacts().iter();
        let mut businesses: Vec<_> =
            contacts.map(|(party, contact)| self.business(*party, contact)).collect();
        businesses.sort_by(|one, other| one.business.text.cmp(&other.business.text));
        businesses
    }

    fn business(&self, party: Party, contact: &Contact) -> Business<'n> {
        let stated = |scope: &Scope| {
            let grant = contact.scope(*scope)?;
            let ended = match grant.value {
                Grant::In { until: Some(until) } => until <= self.at,
                _ => false,
            };
            Some((*scope, grant, ended))
        };
        Business {
            business: self.name(party),
            scopes: Scope::ALL.iter().filter_map(stated).collect(),
            erased: contact.erased(),
            unanswered_calls: (
                contact.unanswered_calls(),
                self.engine.policy().limits.unanswered_calls,
            ),
        }
    }

    fn blocks(&self) -> Vec<(Name<'n>, Dated<bool>)> {
        let blocks = self.machine.blocks().iter();
        let mut blocks: Vec<_> = blocks.map(|(party, block)| (self.name(*party), *block)).collect();
        blocks.sort_by_key(|(name, _)| name.to_string());
        blocks
    }

    fn unanswered_starts(&self) -> Starts<'n> {
        let cap = self.engine.policy().limits.unanswered_starts;
        // Without a cap nothing is counted, and everything unanswered is of interest.
        let per = cap.map_or(Span(i64::MAX), |cap| cap.per);
        let starts = self.machine.unanswered_starts(self.at, per);
        let mut to: Vec<_> = starts.map(|held| self.name(held.party())).collect();
        to.sort_by(|one, other| one.text.cmp(&other.text));
        Starts { to, cap: cap.map(|cap| (cap.max, cap.per)) }
    }
}

impl Counted {
    /// The marketing starts of a machine at a time.
    pub(crate) fn of(policy: &Policy, machine: &Machine, at: Millis) -> Counted {
        let region = machine.region().map(|held| held.value);
        let cap = policy.limits.marketing.as_ref();
        let cap = cap.filter(|cap| !region.is_some_and(|region| cap.except.names(region)));
        let counted =
            cap.map(|cap| (machine.marketing_starts_in(at, cap.per).count(), cap.max, cap.per));
        Counted { remembered: machine.marketing_starts().len(), counted }
    }
}
