//! What is looked at where a business speaks or is spoken to: content, orders, purposes, permission, caps.

use crate::case::Case;
use crate::explain::{Ground, Sight};
use crate::facts::{forbidden_content, sector};
use crate::{
    Dated, Grant, Hours, Kind, Purposes, Regions, Scope, limits, orders, permission, rights,
};

pub(super) fn says(case: &Case<'_, '_>) -> Sight {
    let found = case.utterance().is_some_and(|utterance| utterance.finds("opt_out"));
    Sight::of(match (case.peer_is_person(), case.kind(), found) {
        (true, _, _) => "Q is a person",
        (false, Kind::Call, _) => "it is a call",
        (false, Kind::Message, true) => "`opt_out` was found in it",
        (false, Kind::Message, false) => "no `opt_out` was found in it",
    })
}

pub(super) fn forbidden(case: &Case<'_, '_>) -> Sight {
    let found = case.utterance().map_or(&[][..], |utterance| &utterance.findings);
    Sight::of(match (found.is_empty(), forbidden_content(case)) {
        _ if case.peer_is_person() => "Q is a person".to_owned(),
        (true, _) => "nothing was found in it".to_owned(),
        (false, Some(kind)) => format!("`{kind}` was found in it, which the policy forbids"),
        (false, None) => format!("found in it, and not forbidden: `{}`", found.join("`, `")),
    })
}

pub(super) fn ordered(case: &Case<'_, '_>) -> Sight {
    let Some(category) = case.category() else { return Sight::of("no business speaks") };
    let listed = case.policy.orders.iter().any(|order| order.forbid.contains(&category));
    if !listed {
        return Sight::of("the policy has no order that forbids it");
    }
    let forbidding = orders::forbidding(case.policy, case.region(), category, case.at());
    Sight::of(match forbidding {
        Some(order) => format!("the order `{}` forbids it{}", order.name, region(case)),
        None => format!("no order forbids it{}", region(case)),
    })
    .on(case.machine.region().map(Ground::Region))
}

fn region(case: &Case<'_, '_>) -> String {
    case.region().map_or(", P's region is not known".to_owned(), |region| format!(" in {region}"))
}

pub(super) fn purpose(case: &Case<'_, '_>) -> Sight {
    let purpose = case.utterance().and_then(|utterance| utterance.purpose.as_deref());
    let told =
        purpose.map_or("no purpose".to_owned(), |purpose| format!("the purpose `{purpose}`"));
    Sight::of(match sector(case) {
        None => format!("{told}; the policy lists no purposes for Q's sector"),
        Some(sector) => {
            let (verb, purposes) = match &sector.purposes {
                Purposes::Deny(purposes) => ("denies", purposes),
                Purposes::Allow(purposes) => ("allows only", purposes),
            };
            format!("{told}; sector `{}` {verb} `{}`", sector.name, purposes.join("`, `"))
        }
    })
}

pub(super) fn calls(case: &Case<'_, '_>) -> Sight {
    let count = limits::unanswered_calls(case);
    match case.policy.limits.unanswered_calls {
        None => Sight::of("the policy has no cap on unanswered calls"),
        Some(_) if case.kind() == Kind::Message => Sight::of("it is a message"),
        Some(cap) if count > 0 => Sight::of(format!("{count} of {cap} unanswered calls"))
            .on([Ground::UnansweredCalls(count)]),
        Some(cap) => none_unanswered(case, cap),
    }
}

/// No call counts as unanswered: none came, or P answered, called or opted in to calls since the last.
fn none_unanswered(case: &Case<'_, '_>, cap: u8) -> Sight {
    let sight = Sight::of(format!("0 of {cap} unanswered calls"));
    let Some(last) = rights::heard(case, Kind::Call) else { return sight };
    let spoke = |kind| {
        let spoke = case.conversation.and_then(|talk| talk.spoke(kind));
        spoke.filter(|spoke| *spoke >= last).map(|spoke| Ground::Spoke(kind, spoke))
    };
    let grant = case.contact.and_then(|contact| contact.scope(Scope::Calls));
    let grant = grant.filter(|grant| grant.at >= last && grant.value != Grant::Out);
    sight
        .and(Some(format!(" since that of {last}")))
        .on([Kind::Message, Kind::Call].into_iter().filter_map(spoke))
        .on(grant.map(|grant| Ground::Grant(Scope::Calls, grant)))
}

pub(super) fn kept(case: &Case<'_, '_>) -> Sight {
    Sight::of(match case.category() {
        Some(category) => format!("the category is `{category}`"),
        None => "no business speaks".to_owned(),
    })
}

pub(super) fn granted(case: &Case<'_, '_>) -> Sight {
    let Some(scope) = case.needed_scope() else { return Sight::of("no scope is needed") };
    match case.grant() {
        None => Sight::of(format!("P never said anything of `{scope}` to Q")),
        Some(grant) => {
            Sight::of(said_of(&format!("`{scope}`"), grant, case)).on([Ground::Grant(scope, grant)])
        }
    }
}

/// What P said of a scope, or of several in one.
pub(crate) fn said_of(scopes: &str, grant: Dated<Grant>, case: &Case<'_, '_>) -> String {
    let Dated { at, value } = grant;
    match value {
        Grant::Out => format!("P opted out of {scopes} at {at}"),
        Grant::In { until: None } => format!("P opted in to {scopes} at {at}"),
        Grant::In { until: Some(until) } => {
            let over = if permission::has_ended(value, case.at()) { ": over" } else { "" };
            format!("P opted in to {scopes} at {at}, until {until}{over}")
        }
    }
}

pub(super) fn doubted(case: &Case<'_, '_>) -> Sight {
    let doubt = case.machine.doubt().filter(|_| case.policy.doubt_hold.is_some());
    let since = permission::doubt_since(case.policy, case.machine, case.at());
    Sight::of(match (since, doubt) {
        (Some(since), _) => {
            format!("P's machine is in doubt: a record could not be read at {since}")
        }
        (None, Some(Dated { at, value: false })) => {
            format!("P's machine is not in doubt: that was cleared at {at}")
        }
        (None, Some(Dated { at, value: true })) => {
            format!("P's machine is no longer in doubt, as it was since {at}")
        }
        (None, None) => "P's machine is not in doubt".to_owned(),
    })
    .on(doubt.map(Ground::Doubt))
}

pub(super) fn quiet(case: &Case<'_, '_>) -> Sight {
    let Some(category) = case.category() else { return Sight::of("no business speaks") };
    let listed = case.policy.quiet_hours.iter().any(|entry| entry.categories.contains(&category));
    if !listed {
        return Sight::of("the policy has no quiet hours for it");
    }
    let entry = orders::quiet(case.policy, case.region(), category, case.at());
    Sight::of(match entry {
        Some(entry) => {
            let zone = entry.timezone.iana_name().unwrap_or("UTC");
            format!("quiet hours hold{} ({}{zone})", region(case), hours(&entry.hours))
        }
        None => format!("no quiet hours hold{}", region(case)),
    })
    .on(case.machine.region().map(Ground::Region))
}

/// From when to when, where it is the same every day.
fn hours(hours: &Hours) -> String {
    let clock = |minutes: u16| format!("{:02}:{:02}", minutes / 60, minutes % 60);
    match hours {
        Hours::Daily { from, to } => format!("{} to {}, ", clock(*from), clock(*to)),
        Hours::Days(_) => String::new(),
    }
}

pub(super) fn marketed(case: &Case<'_, '_>) -> Sight {
    let Some(cap) = &case.policy.limits.marketing else {
        return Sight::of("the policy has no cap on marketing");
    };
    if let Some(region) = case.machine.region().filter(|region| cap.except.names(region.value)) {
        return Sight::of(format!("no cap on marketing holds in {}", region.value))
            .on([Ground::Region(region)]);
    }
    let counted: Vec<_> = limits::marketing_starts(case, cap.per).collect();
    let (count, max, per) = (counted.len(), cap.max, cap.per);
    // Where no region is excepted, none matters.
    let region = case.machine.region().filter(|_| cap.except != Regions::default());
    let holds = region.map_or(String::new(), |held| format!("; the cap holds in {}", held.value));
    Sight::of(format!("{count} of {max} marketing starts in {per}{holds}"))
        .on((count > 0).then_some(Ground::MarketingStarts(counted)))
        .on(region.map(Ground::Region))
}
