//! The comparison: chapter by chapter, each pair of things that differs is one change.

use firstword_engine::Engine;
use firstword_rules::{
    Category, Contact, Conversation, Dated, Grant, Kind, Machine, Millis, Name, Party, Scope,
};

use super::{Change, Gives};
use crate::{Counted, Duty, duties_of};

/// A machine before and after a visit.
pub(super) struct Step<'n> {
    pub(super) engine: &'n Engine,
    pub(super) at: Millis,
    pub(super) person: Name<'n>,
    pub(super) before: &'n Machine,
    pub(super) after: &'n Machine,
}

pub(super) fn compare<'n>(step: &Step<'n>) -> Vec<Change<'n>> {
    if step.after.is_closed() && !step.before.is_closed() {
        return vec![Change::Closed { duties: step.duties(step.after) }];
    }
    let mut changes = Vec::new();
    step.standing(&mut changes);
    step.answers(&mut changes);
    step.facts_alone(&mut changes);
    step.businesses(&mut changes);
    step.duties_that_differ(&mut changes);
    step.blocks(&mut changes);
    step.conversations(&mut changes);
    step.marketing(&mut changes);
    changes
}

impl<'n> Step<'n> {
    fn name(&self, party: Party) -> Name<'n> {
        self.engine.name(party)
    }

    fn duties(&self, machine: &Machine) -> Vec<Duty<'n>> {
        duties_of(self.engine, &self.person, machine)
    }

    /// Section 3: what follows from the terms.
    fn standing(&self, changes: &mut Vec<Change<'n>>) {
        let (policy, at) = (self.engine.policy(), self.at);
        let (was, now) = (self.before.stand(policy, at), self.after.stand(policy, at));
        if was != now {
            changes.push(Change::Standing { was, now });
        }
        let shares = self.after.shares_data(policy, at);
        if shares != self.before.shares_data(policy, at) {
            changes.push(Change::SharesData(shares));
        }
    }

    /// Section 3: the answers to terms.
    fn answers(&self, changes: &mut Vec<Change<'n>>) {
        for held in self.after.answers() {
            let was = self.before.answers().iter().find(|was| was.version == held.version);
            if was != Some(held) {
                let (version, now) = (held.version.as_str(), held.answer());
                changes.push(Change::Answered {
                    version,
                    was: was.map(|was| was.answer().value),
                    now,
                });
            }
        }
        for was in self.before.answers() {
            if self.after.answers().iter().all(|held| held.version != was.version) {
                changes.push(Change::AnswerForgotten { version: &was.version });
            }
        }
    }

    /// The region, the reach, and doubt.
    fn facts_alone(&self, changes: &mut Vec<Change<'n>>) {
        let Step { before, after, .. } = self;
        if let Some(now) = after.region().filter(|now| before.region() != Some(*now)) {
            changes.push(Change::Located { was: before.region().map(|was| was.value), now });
        }
        if let Some(now) = after.reach().filter(|now| before.reach() != Some(*now)) {
            changes.push(Change::Reach { was: before.reach().map(|was| was.value), now });
        }
        if let Some(now) = after.doubt().filter(|now| before.doubt() != Some(*now)) {
            let was = before.doubt().is_some_and(|was| was.value);
            let until = self.engine.policy().doubt_hold.map(|hold| now.at + hold);
            changes.push(Change::Doubt { was, now, until });
        }
    }

    /// Section 4: the scopes, the erasures and the calls of each business.
    fn businesses(&self, changes: &mut Vec<Change<'n>>) {
        for (party, contact) in self.after.contacts() {
            let was = self.before.contact(*party).copied().unwrap_or_default();
            if was == *contact {
                continue;
            }
            self.scopes(changes, *party, &was, contact);
            if let Some(at) = contact.erased().filter(|at| was.erased() != Some(*at)) {
                changes.push(Change::Erased { business: self.name(*party), at });
            }
            let count = contact.unanswered_calls();
            if count != was.unanswered_calls() {
                changes.push(Change::UnansweredCalls { business: self.name(*party), count });
            }
        }
    }

    /// The scopes that differ, together where the same is stated of them.
    fn scopes(&self, changes: &mut Vec<Change<'n>>, party: Party, was: &Contact, now: &Contact) {
        let mut stated: Vec<(Dated<Grant>, Vec<Scope>)> = Vec::new();
        for scope in Scope::ALL.iter().copied() {
            let Some(grant) = now.scope(scope) else { continue };
            if was.scope(scope) == Some(grant) {
                continue;
            }
            match stated.iter_mut().find(|(of_others, _)| *of_others == grant) {
                Some((_, scopes)) => scopes.push(scope),
                None => stated.push((grant, vec![scope])),
            }
        }
        for (now, scopes) in stated {
            changes.push(Change::Permission { business: self.name(party), scopes, now });
        }
    }

    /// Section 4: the duties that began, and those that are no more.
    fn duties_that_differ(&self, changes: &mut Vec<Change<'n>>) {
        let (before, after) = (self.duties(self.before), self.duties(self.after));
        let of = |duties: &[Duty<'n>], business: &Name<'n>| {
            duties.iter().find(|duty| duty.business == *business).cloned()
        };
        for duty in &before {
            if of(&after, &duty.business).is_none() {
                let erased = |machine: &Machine| {
                    machine.contact(self.engine.find(&duty.business)?)?.erased()
                };
                let ended = erased(self.after).filter(|at| erased(self.before) != Some(*at));
                let late = ended.map(|at| duty.is_overdue(at));
                changes.push(Change::OwesNoMore { duty: duty.clone(), late });
            }
        }
        for duty in after {
            if of(&before, &duty.business).as_ref() != Some(&duty) {
                changes.push(Change::Owes(duty));
            }
        }
    }

    /// Section 7: blocks.
    fn blocks(&self, changes: &mut Vec<Change<'n>>) {
        for (party, now) in self.after.blocks() {
            let was = self.before.block(*party);
            if was != Some(*now) {
                let (party, was) = (self.name(*party), was.map(|was| was.value));
                changes.push(Change::Block { party, was, now: *now });
            }
        }
    }

    /// Section 2: what was heard and said, and what is forgotten for it.
    fn conversations(&self, changes: &mut Vec<Change<'n>>) {
        for now in self.after.conversations() {
            let party = now.party();
            let was = self.before.conversation(party);
            let unheard = |kind| was.and_then(|was| was.heard(kind)) != now.heard(kind);
            let unsaid = |kind| was.and_then(|was| was.spoke(kind)) != now.spoke(kind);
            for kind in [Kind::Message, Kind::Call] {
                if let Some(at) = now.heard(kind).filter(|_| unheard(kind)) {
                    let until = self.after.may_reply_until(self.engine.policy(), party, kind);
                    let (from, until) = (self.name(party), until.unwrap_or(at));
                    changes.push(Change::Heard { from, kind, at, until });
                }
                if let Some(at) = now.spoke(kind).filter(|_| unsaid(kind)) {
                    let (to, gives) = (self.name(party), self.given(party, kind, at));
                    changes.push(Change::Spoke { to, kind, at, gives });
                }
            }
            self.unanswered(changes, was, now);
        }
        for was in self.before.conversations() {
            if self.after.conversation(was.party()).is_none() {
                changes.push(Change::Forgotten { with: self.name(was.party()) });
            }
        }
    }

    /// What words of this person to a party give.
    fn given(&self, to: Party, kind: Kind, at: Millis) -> Gives {
        let policy = self.engine.policy();
        if to.is_person() {
            return Gives::Life { until: at + policy.idle };
        }
        let until = |category| self.after.may_be_replied_until(policy, to, category, self.at);
        let (widest, others): (_, &[Category]) = match kind {
            Kind::Call => (until(Category::Calls), &[]),
            Kind::Message => {
                (until(Category::Service), &[Category::Utility, Category::Authentication])
            }
        };
        let Some(widest) = widest else { return Gives::Nothing };
        let narrower = others.iter().filter(|category| until(**category) != Some(widest));
        let except = narrower.filter_map(|category| category.needed_scope()).collect();
        Gives::Reply { until: widest, except }
    }

    /// Section 6: whether a start waits for an answer.
    fn unanswered(
        &self,
        changes: &mut Vec<Change<'n>>,
        was: Option<&Conversation>,
        now: &Conversation,
    ) {
        let party = self.name(now.party());
        match (was.is_some_and(Conversation::unanswered), now.unanswered()) {
            (false, true) => {
                let cap = self.engine.policy().limits.unanswered_starts;
                let count = cap.filter(|_| now.party().is_person()).map(|cap| {
                    let count = self.after.unanswered_starts(self.at, cap.per).count();
                    (count, cap.max, cap.per)
                });
                changes.push(Change::Unanswered { to: party, count });
            }
            (true, false) => changes.push(Change::AnsweredStart { by: party }),
            _ => (),
        }
    }

    /// Section 6: marketing starts.
    fn marketing(&self, changes: &mut Vec<Change<'n>>) {
        if !self.before.marketing_starts().eq(self.after.marketing_starts()) {
            let Counted { remembered, counted } =
                Counted::of(self.engine.policy(), self.after, self.at);
            changes.push(Change::MarketingStarts { remembered, counted });
        }
    }
}
