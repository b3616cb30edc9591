//! What a person's machine knows of one business: the scopes, its erasure, its unanswered calls
//! (RULES.md, section 4).

use super::dated::{Stamp, Weighs, changes};
use super::{Dated, UNANSWERED_CALLS};
use crate::{Millis, Scope, Scopes};

/// What a person said of a scope.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Grant {
    /// Opted in, for good or until a time, exclusive.
    In {
        /// The time.
        until: Option<Millis>,
    },
    /// Opted out.
    Out,
}

/// "`out` before `in`, and of two `in` the one that ends earlier."
impl Weighs for Grant {
    fn outweighs(&self, other: &Grant) -> bool {
        match (self, other) {
            (Grant::Out, Grant::In { .. }) => true,
            (Grant::In { until: Some(this) }, Grant::In { until }) => {
                until.is_none_or(|other| *this < other)
            }
            _ => false,
        }
    }
}

/// What is known of a business.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Contact {
    scopes: [ScopeFact; 4],
    erased: Stamp,
    unanswered_calls: u8,
}

/// A scope in twelve bytes: when it was stated, until when it holds, and in the flag of the first, `out`.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
struct ScopeFact {
    at: Stamp,
    until: Stamp,
}

impl ScopeFact {
    fn get(self) -> Option<Dated<Grant>> {
        let at = self.at.get()?;
        let value = if self.at.flag() { Grant::Out } else { Grant::In { until: self.until.get() } };
        Some(Dated { at, value })
    }

    fn of(fact: Dated<Grant>) -> ScopeFact {
        let mut at = Stamp::from(fact.at);
        at.set_flag(fact.value == Grant::Out);
        match fact.value {
            Grant::Out => ScopeFact { at, until: Stamp::default() },
            Grant::In { until } => ScopeFact { at, until: Stamp::from(until) },
        }
    }
}

impl Contact {
    /// A contact from its parts, as a snapshot holds them, the scopes in the order of the page.
    pub fn restored(
        scopes: [Option<Dated<Grant>>; 4],
        erased: Option<Millis>,
        unanswered_calls: u8,
    ) -> Contact {
        let scopes = scopes.map(|fact| fact.map_or(ScopeFact::default(), ScopeFact::of));
        Contact { scopes, erased: Stamp::from(erased), unanswered_calls }
    }

    /// What the person said of a scope.
    pub fn scope(&self, scope: Scope) -> Option<Dated<Grant>> {
        self.scopes.get(scope as usize).and_then(|fact| fact.get())
    }

    /// The newest `contact.erased`.
    pub fn erased(&self) -> Option<Millis> {
        self.erased.get()
    }

    /// The calls of the business since one was answered, at most 16.
    pub fn unanswered_calls(&self) -> u8 {
        self.unanswered_calls
    }

    /// D: "where all three message scopes are `out`, the newest of their `at`".
    pub fn all_out_since(&self) -> Option<Millis> {
        Scopes::MESSAGES.iter().try_fold(Millis(0), |newest, scope| {
            let fact = self.scope(scope)?;
            (fact.value == Grant::Out).then(|| newest.max(fact.at))
        })
    }

    /// D, where the duty to erase runs: no `contact.erased` is as new.
    pub fn duty_since(&self) -> Option<Millis> {
        self.all_out_since().filter(|since| self.erased().is_none_or(|erased| erased < *since))
    }

    /// The scopes, of those given, that this would change.
    pub(crate) fn changed_by(&self, scopes: Scopes, new: Dated<Grant>) -> Scopes {
        scopes
            .iter()
            .filter(|scope| changes(self.scope(*scope), &new))
            .fold(Scopes::default(), Scopes::with)
    }

    /// States a grant for scopes, each a fact of its own; the scopes that changed.
    pub(crate) fn state(&mut self, scopes: Scopes, new: Dated<Grant>) -> Scopes {
        let changed = self.changed_by(scopes, new);
        for scope in changed.iter() {
            if let Some(fact) = self.scopes.get_mut(scope as usize) {
                *fact = ScopeFact::of(new);
            }
        }
        changed
    }

    pub(crate) fn erase(&mut self, at: Millis) {
        self.erased.raise(at);
    }

    pub(crate) fn count_call(&mut self) {
        self.unanswered_calls = (self.unanswered_calls + 1).min(UNANSWERED_CALLS);
    }

    pub(crate) fn forget_calls(&mut self) {
        self.unanswered_calls = 0;
    }

    /// What a closed account keeps: the scopes behind the duty, and `contact.erased`.
    pub(crate) fn keep_duty(&mut self) {
        self.forget_calls();
        if let Some(calls) = self.scopes.get_mut(Scope::Calls as usize) {
            *calls = ScopeFact::default();
        }
    }
}
