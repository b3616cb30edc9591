//! The conditions that the two tables name: one phrase of the page, one function (RULES.md, sections 5 and 6).

use crate::case::Case;
use crate::machine::Grant;
use crate::{
    Basis, Category, Kind, Purposes, Reach, Role, Sector, Standing, limits, orders, permission,
    rights,
};

pub(crate) use crate::permission::doubt_forbids;
pub(crate) use crate::rights::holds_right_to_reply;

/// A condition of a row.
pub(crate) type Condition = fn(&Case<'_, '_>) -> bool;

pub(crate) fn was_seen(case: &Case<'_, '_>) -> bool {
    case.machine.seen().contains(case.visit.mark)
}

pub(crate) fn account_is_closed(case: &Case<'_, '_>) -> bool {
    case.machine.is_closed()
}

pub(crate) fn says_stop_to_business(case: &Case<'_, '_>) -> bool {
    case.utterance().is_some_and(|utterance| utterance.is_stop())
}

pub(crate) fn peer_is_blocked(case: &Case<'_, '_>) -> bool {
    case.visit.peer.and_then(|peer| case.machine.block(peer)).is_some_and(|block| block.value)
}

pub(crate) fn is_suspended(case: &Case<'_, '_>) -> bool {
    case.stand.standing == Standing::Suspended
}

pub(crate) fn may_only_reply(case: &Case<'_, '_>) -> bool {
    case.stand.standing == Standing::ReplyOnly
}

pub(crate) fn names_forbidden_content(case: &Case<'_, '_>) -> bool {
    forbidden_content(case).is_some()
}

pub(crate) fn a_business_would_see_it(case: &Case<'_, '_>) -> bool {
    !case.peer_is_person() && names_forbidden_content(case)
}

pub(crate) fn starts_are_used_up(case: &Case<'_, '_>) -> bool {
    case.policy.limits.unanswered_starts.is_some_and(|cap| {
        case.peer_is_person()
            && rights::class(case) == Basis::Start
            && limits::unanswered_starts(case, cap.per).count() >= cap.max.into()
    })
}

pub(crate) fn a_person_speaks(case: &Case<'_, '_>) -> bool {
    case.peer_is_person()
}

pub(crate) fn a_person_out_of_reach(case: &Case<'_, '_>) -> bool {
    case.peer_is_person() && case.said() != Some(Basis::Reply) && !reach_admits(case)
}

/// "`everyone` (the default), `known` (admits only a person to whom P has a `spoke_*` time) or `nobody`."
fn reach_admits(case: &Case<'_, '_>) -> bool {
    match case.machine.reach().map_or(Reach::Everyone, |reach| reach.value) {
        Reach::Everyone => true,
        Reach::Known => {
            [Kind::Message, Kind::Call].into_iter().any(|kind| rights::spoke(case, kind).is_some())
        }
        Reach::Nobody => false,
    }
}

pub(crate) fn an_order_forbids_it(case: &Case<'_, '_>) -> bool {
    case.category().is_some_and(|category| {
        orders::forbidding(case.policy, case.region(), category, case.at()).is_some()
    })
}

pub(crate) fn purpose_is_missing(case: &Case<'_, '_>) -> bool {
    sector(case).is_some() && case.utterance().is_some_and(|utterance| utterance.purpose.is_none())
}

pub(crate) fn purpose_is_forbidden(case: &Case<'_, '_>) -> bool {
    let purpose = case.utterance().and_then(|utterance| utterance.purpose.as_deref());
    sector(case).zip(purpose).is_some_and(|(sector, purpose)| match &sector.purposes {
        Purposes::Deny(denied) => denied.iter().any(|denied| &**denied == purpose),
        Purposes::Allow(allowed) => !allowed.iter().any(|allowed| &**allowed == purpose),
    })
}

pub(crate) fn calls_are_used_up(case: &Case<'_, '_>) -> bool {
    let cap = case.policy.limits.unanswered_calls;
    case.kind() == Kind::Call && cap.is_some_and(|cap| limits::unanswered_calls(case) >= cap)
}

pub(crate) fn replies_and_does_not_market(case: &Case<'_, '_>) -> bool {
    case.category() != Some(Category::Marketing) && holds_right_to_reply(case)
}

pub(crate) fn is_service(case: &Case<'_, '_>) -> bool {
    case.category() == Some(Category::Service)
}

pub(crate) fn scope_is_out(case: &Case<'_, '_>) -> bool {
    case.grant().is_some_and(|grant| grant.value == Grant::Out)
}

pub(crate) fn scope_has_ended(case: &Case<'_, '_>) -> bool {
    case.grant().is_some_and(|grant| permission::has_ended(grant.value, case.at()))
}

pub(crate) fn opt_in_is_missing(case: &Case<'_, '_>) -> bool {
    case.policy.require_opt_in && case.grant().is_none()
}

pub(crate) fn hours_are_quiet(case: &Case<'_, '_>) -> bool {
    case.category().is_some_and(|category| {
        orders::quiet(case.policy, case.region(), category, case.at()).is_some()
    })
}

pub(crate) fn marketing_is_used_up(case: &Case<'_, '_>) -> bool {
    case.policy.limits.marketing.as_ref().is_some_and(|cap| {
        case.category() == Some(Category::Marketing)
            && rights::class(case) != Basis::Reply
            && !case.region().is_some_and(|region| cap.except.names(region))
            && limits::marketing_starts(case, cap.per).count() >= cap.max.into()
    })
}

/// The first content kind of the findings that the policy forbids.
pub(crate) fn forbidden_content<'c>(case: &Case<'c, '_>) -> Option<&'c str> {
    let utterance = case.utterance().filter(|utterance| !utterance.findings.is_empty())?;
    let forbidden = case.policy.forbidden_content.iter().map(|kind| &**kind);
    forbidden.into_iter().find(|kind| utterance.finds(kind))
}

/// What the policy says of the sector of the business that speaks.
pub(crate) fn sector<'c>(case: &Case<'c, '_>) -> Option<&'c Sector> {
    debug_assert!(matches!(case.visit.role, Role::Recipient(_)), "sectors matter to recipients");
    let named = case.utterance()?.sector.as_deref()?;
    case.policy.sectors.iter().find(|sector| &*sector.name == named)
}
