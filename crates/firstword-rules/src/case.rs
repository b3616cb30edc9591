//! One event before one machine, with what several rows ask for looked up once.
//!
//! Invariant: a gate reads its own machine, the event and the policy, and nothing else. A case holds nothing else.

use crate::machine::{Contact, Conversation};
use crate::standing::{Bearings, Stand};
use crate::{
    Basis, Category, Dated, Grant, Kind, Machine, Millis, Policy, Region, Role, Scope, Utterance,
    Visit, What,
};

/// What the conditions of the tables are asked about.
pub(crate) struct Case<'c, 'e> {
    pub(crate) policy: &'c Policy,
    pub(crate) machine: &'c Machine,
    pub(crate) visit: Visit<'e>,
    /// What P and Q said to each other so far.
    pub(crate) conversation: Option<&'c Conversation>,
    /// What P's machine knows of Q, a business.
    pub(crate) contact: Option<&'c Contact>,
    pub(crate) stand: Stand,
    pub(crate) shares_data: bool,
}

impl<'c, 'e> Case<'c, 'e> {
    pub(crate) fn new(policy: &'c Policy, machine: &'c Machine, visit: Visit<'e>) -> Case<'c, 'e> {
        let bearings = Bearings::of(policy, machine, visit.event.at);
        let business = visit.peer.filter(|peer| !peer.is_person());
        Case {
            policy,
            machine,
            visit,
            conversation: visit.peer.and_then(|peer| machine.conversation(peer)),
            contact: business.and_then(|business| machine.contact(business)),
            stand: bearings.stand(),
            shares_data: bearings.shares_data(),
        }
    }

    /// t, the event's `at`.
    pub(crate) fn at(&self) -> Millis {
        self.visit.event.at
    }

    pub(crate) fn region(&self) -> Option<Region> {
        self.machine.region().map(|region| region.value)
    }

    /// What is said; gates are asked of nothing else.
    pub(crate) fn utterance(&self) -> Option<&'e Utterance<'e>> {
        match &self.visit.event.what {
            What::Utterance(utterance) => Some(utterance),
            What::Fact { .. } => None,
        }
    }

    pub(crate) fn kind(&self) -> Kind {
        self.utterance().map_or(Kind::Message, |utterance| utterance.kind)
    }

    /// Whether Q is a person.
    pub(crate) fn peer_is_person(&self) -> bool {
        self.visit.peer.is_some_and(|peer| peer.is_person())
    }

    /// The category of what a business says to P; at the sender's gate there is none.
    pub(crate) fn category(&self) -> Option<Category> {
        let business_speaks =
            matches!(self.visit.role, Role::Recipient(_)) && !self.peer_is_person();
        self.utterance().filter(|_| business_speaks).map(|utterance| utterance.category())
    }

    /// The scope that what a business says needs (section 4).
    pub(crate) fn needed_scope(&self) -> Option<Scope> {
        self.category().and_then(Category::needed_scope)
    }

    /// What P said of the needed scope.
    pub(crate) fn grant(&self) -> Option<Dated<Grant>> {
        self.contact?.scope(self.needed_scope()?)
    }

    /// What the sender's gate said.
    pub(crate) fn said(&self) -> Option<Basis> {
        match self.visit.role {
            Role::Recipient(said) => said,
            _ => None,
        }
    }
}
