//! What a row rests on is what the machine holds, and a verdict that follows from something earlier says from what.

use firstword_rules::{
    Contact, Dated, Ground, Kind, Machine, Party, Reason, Trail, Verdict, Visit, explain,
};
use proptest::prelude::*;

use crate::talk::{law, meet};

#[test]
fn every_ground_is_held_by_the_machine() {
    law("grounds-are-held", |policy, talk| {
        let mut machine = Machine::default();
        for turn in talk {
            let trail = explain(policy, &machine, turn.visit());
            for ground in all(&trail) {
                prop_assert!(held(&machine, turn.visit(), ground), "{ground:?}");
            }
            meet(policy, &mut machine, turn);
        }
        Ok(())
    });
}

#[test]
fn what_follows_from_something_earlier_says_from_what() {
    law("denials-have-grounds", |policy, talk| {
        let mut machine = Machine::default();
        for turn in talk {
            let trail = explain(policy, &machine, turn.visit());
            let decided = trail.tried.last().map_or(&[][..], |tried| &tried.rests_on);
            let (reason, duplicate) = (trail.verdict.reason(), trail.verdict == Verdict::Duplicate);
            let said = decided.iter().chain(trail.held.iter().flat_map(|held| &held.rests_on));
            let told = said.into_iter().any(|ground| suits(reason, ground));
            let earlier = reason.is_some_and(follows_from_something_earlier) || duplicate;
            prop_assert!(told || !earlier, "{:?} {decided:?}", trail.verdict);
            meet(policy, &mut machine, turn);
        }
        Ok(())
    });
}

#[test]
fn a_verdict_hangs_on_the_row_that_decided_and_on_none_below() {
    law("what-matters", |policy, talk| {
        let mut machine = Machine::default();
        for turn in talk {
            let trail = explain(policy, &machine, turn.visit());
            let decided = trail.tried.last();
            prop_assert!(decided.is_none_or(|tried| tried.applied && tried.matters));
            meet(policy, &mut machine, turn);
        }
        Ok(())
    });
}

fn all(trail: &Trail) -> impl Iterator<Item = &Ground> {
    let rows = trail.tried.iter().flat_map(|tried| &tried.rests_on);
    rows.chain(trail.held.iter().flat_map(|held| &held.rests_on))
}

/// Whether the machine holds what a ground says, by the accessors that everybody else uses.
fn held(machine: &Machine, visit: Visit<'_>, ground: &Ground) -> bool {
    let peer = visit.peer.unwrap_or(Party::stranger(firstword_rules::PartyKind::Person));
    let talk = machine.conversation(peer);
    let contact = machine.contact(peer);
    match ground {
        Ground::Seen => machine.seen().contains(visit.mark),
        Ground::Closed => machine.is_closed(),
        Ground::Block(block) => machine.block(peer) == Some(*block),
        Ground::Answer(version, answer) => machine
            .answers()
            .iter()
            .any(|held| held.version == *version && held.answer() == *answer),
        Ground::Region(region) => machine.region() == Some(*region),
        Ground::Reach(reach) => machine.reach() == Some(*reach),
        Ground::Heard(kind, at) => talk.and_then(|talk| talk.heard(*kind)) == Some(*at),
        Ground::Spoke(kind, at) => talk.and_then(|talk| talk.spoke(*kind)) == Some(*at),
        Ground::UnansweredStarts(starts) => starts.iter().all(|(party, at)| {
            let talk = machine.conversation(*party);
            talk.is_some_and(|talk| {
                talk.unanswered()
                    && talk.spoke(Kind::Message).max(talk.spoke(Kind::Call)) == Some(*at)
            })
        }),
        Ground::UnansweredCalls(count) => {
            contact.map(Contact::unanswered_calls) == Some(*count) && *count > 0
        }
        Ground::Grant(scope, grant) => {
            contact.and_then(|contact| contact.scope(*scope)) == Some(*grant)
        }
        Ground::Erased(at) => contact.and_then(Contact::erased) == Some(*at),
        Ground::Doubt(doubt) => machine.doubt() == Some(*doubt),
        Ground::MarketingStarts(starts) => {
            starts.iter().all(|at| machine.marketing_starts().any(|start| start == *at))
        }
    }
}

/// Whether events have to have come before for this reason to be given.
fn follows_from_something_earlier(reason: Reason) -> bool {
    !matches!(
        reason,
        Reason::TermsUnanswered
            | Reason::SensitiveContent
            | Reason::RecipientSuspended
            | Reason::OrderForbids
            | Reason::PurposeMissing
            | Reason::PurposeForbidden
            | Reason::WindowClosed
            | Reason::NotOptedIn
            | Reason::Expired
            | Reason::NoCall
    )
}

/// Whether a ground is of the kind that a reason, or a duplicate, comes from.
fn suits(reason: Option<Reason>, ground: &Ground) -> bool {
    match (reason, ground) {
        (None, ground) => *ground == Ground::Seen,
        (Some(Reason::SenderClosed | Reason::RecipientClosed | Reason::Closed), Ground::Closed)
        | (
            Some(Reason::RecipientBlocked | Reason::Blocked),
            Ground::Block(Dated { value: true, .. }),
        )
        | (Some(Reason::TermsDeclined | Reason::TermsWithdrawn), Ground::Answer(..))
        | (Some(Reason::UnansweredStarts), Ground::UnansweredStarts(_))
        | (Some(Reason::NotReachable), Ground::Reach(_))
        | (Some(Reason::UnansweredCalls), Ground::UnansweredCalls(_))
        | (Some(Reason::OptedOut | Reason::OptInEnded), Ground::Grant(..))
        | (Some(Reason::InDoubt), Ground::Doubt(_))
        | (Some(Reason::QuietHours), Ground::Region(_))
        | (Some(Reason::MarketingCap), Ground::MarketingStarts(_)) => true,
        (Some(Reason::Stale), _) => true,
        _ => false,
    }
}
