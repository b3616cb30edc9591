//! What a person lets a business do, and doubt about it (RULES.md, section 4).

use crate::case::Case;
use crate::machine::Contact;
use crate::{Category, Dated, Grant, Machine, Millis, Policy, Scope};

/// "A scope **is granted** at t if it is `in` and (no `until`, or t < `until`)."
pub(crate) fn is_granted(grant: Grant, at: Millis) -> bool {
    match grant {
        Grant::In { until } => until.is_none_or(|until| at < until),
        Grant::Out => false,
    }
}

/// "An `in` with `until` <= t **has ended**; it is neither granted nor `out`."
pub(crate) fn has_ended(grant: Grant, at: Millis) -> bool {
    grant != Grant::Out && !is_granted(grant, at)
}

/// Since when P's machine is in doubt, where it is at t. A t before that is in doubt too; without `doubt.hold` no
/// machine ever is.
pub(crate) fn doubt_since(policy: &Policy, machine: &Machine, at: Millis) -> Option<Millis> {
    let doubt = machine.doubt().filter(|doubt| doubt.value)?;
    policy.doubt_hold.is_some_and(|hold| at < doubt.at + hold).then_some(doubt.at)
}

/// Whether P's machine is in doubt at t.
pub(crate) fn in_doubt(policy: &Policy, machine: &Machine, at: Millis) -> bool {
    doubt_since(policy, machine, at).is_some()
}

/// "**Floor** of P for a business, a category and t": what P said up to it gives the business no right to reply.
/// For `service`, and at the sender's gate, no scope is needed.
pub(crate) fn floor(case: &Case<'_, '_>) -> Option<Millis> {
    floor_of(case.contact, case.needed_scope()).max(doubt_since(
        case.policy,
        case.machine,
        case.at(),
    ))
}

/// The part of the floor that does not pass with time: what the person said of the business.
pub(crate) fn floor_of(contact: Option<&Contact>, needed: Option<Scope>) -> Option<Millis> {
    let grant = contact.zip(needed).and_then(|(contact, scope)| contact.scope(scope));
    let out = grant.filter(|grant| grant.value == Grant::Out).map(|grant| grant.at);
    out.max(contact.and_then(Contact::all_out_since))
}

impl Machine {
    /// Since when the machine is in doubt, where it is at this time.
    pub fn in_doubt_since(&self, policy: &Policy, at: Millis) -> Option<Millis> {
        doubt_since(policy, self, at)
    }
}

/// "The category is not `authentication`, P's machine is in doubt, and the needed scope is not set or not newer
/// than doubt."
pub(crate) fn doubt_forbids(case: &Case<'_, '_>) -> bool {
    let newer = |since| case.grant().is_some_and(|grant: Dated<Grant>| grant.at > since);
    case.category() != Some(Category::Authentication)
        && doubt_since(case.policy, case.machine, case.at()).is_some_and(|since| !newer(since))
}
