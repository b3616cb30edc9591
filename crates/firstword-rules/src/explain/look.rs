//! What the conditions look at, each in a phrase: the times, the answers and the counts that a row saw.
//!
//! It decides nothing; it asks what the rows ask, and says it.

use crate::case::Case;
use crate::facts::{forbidden_content, sector};
use crate::machine::Dated;
use crate::standing::{accepts, answer, in_force};
use crate::{
    Grant, Kind, Millis, Purposes, Reach, Role, Standing, limits, orders, permission, rights,
};

/// What a condition looks at.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Look {
    Memory,
    Account,
    Says,
    Forbidden,
    Block,
    Stands,
    Right,
    Words,
    Starts,
    Said,
    Reached,
    Orders,
    Purpose,
    Calls,
    Kept,
    Granted,
    Doubted,
    Quiet,
    Marketed,
}

impl Look {
    pub(super) fn saw(self, case: &Case<'_, '_>) -> String {
        match self {
            Look::Memory => memory(case),
            Look::Account => account(case),
            Look::Says => says(case),
            Look::Forbidden => forbidden(case),
            Look::Block => block(case),
            Look::Stands => stands(case),
            Look::Right => right(case),
            Look::Words => liveness(case),
            Look::Starts => starts(case),
            Look::Said => match case.said() {
                Some(said) => format!("the sender's gate said `{said}`"),
                None => "Q is a business".to_owned(),
            },
            Look::Reached => {
                let reach = case.machine.reach();
                format!(
                    "P's reach is `{}`{}",
                    reach.map_or(Reach::Everyone, |held| held.value),
                    since(reach)
                )
            }
            Look::Orders => ordered(case),
            Look::Purpose => purpose(case),
            Look::Calls => calls(case),
            Look::Kept => match case.category() {
                Some(category) => format!("the category is `{category}`"),
                None => "no business speaks".to_owned(),
            },
            Look::Granted => granted(case),
            Look::Doubted => doubted(case),
            Look::Quiet => quiet(case),
            Look::Marketed => marketed(case),
        }
    }
}

fn since<T>(fact: Option<Dated<T>>) -> String {
    fact.map_or(", by default".to_owned(), |fact| format!(", since {}", fact.at))
}

fn memory(case: &Case<'_, '_>) -> String {
    let known = case.machine.seen().contains(case.visit.mark);
    let remembered = case.machine.seen().iter().count();
    let how = if known { "is one" } else { "is none" };
    match remembered {
        0 => "nothing is remembered".to_owned(),
        _ => format!("the event {how} of the {remembered} remembered"),
    }
}

fn account(case: &Case<'_, '_>) -> String {
    format!("P's account is {}", if case.machine.is_closed() { "closed" } else { "open" })
}

fn says(case: &Case<'_, '_>) -> String {
    let found = case.utterance().is_some_and(|utterance| utterance.finds("opt_out"));
    match (case.peer_is_person(), case.kind(), found) {
        (true, _, _) => "Q is a person".to_owned(),
        (false, Kind::Call, _) => "it is a call".to_owned(),
        (false, Kind::Message, true) => "`opt_out` was found in it".to_owned(),
        (false, Kind::Message, false) => "no `opt_out` was found in it".to_owned(),
    }
}

fn forbidden(case: &Case<'_, '_>) -> String {
    let found = case.utterance().map_or(&[][..], |utterance| &utterance.findings);
    match (found.is_empty(), forbidden_content(case)) {
        _ if case.peer_is_person() => "Q is a person".to_owned(),
        (true, _) => "nothing was found in it".to_owned(),
        (false, Some(kind)) => format!("`{kind}` was found in it, which the policy forbids"),
        (false, None) => format!("found in it, and not forbidden: `{}`", found.join("`, `")),
    }
}

fn block(case: &Case<'_, '_>) -> String {
    match case.visit.peer.and_then(|peer| case.machine.block(peer)) {
        None => "P never blocked Q".to_owned(),
        Some(Dated { at, value: true }) => format!("P blocked Q at {at}"),
        Some(Dated { at, value: false }) => format!("P unblocked Q at {at}"),
    }
}

fn stands(case: &Case<'_, '_>) -> String {
    let standing = case.stand.standing;
    let Some((index, terms)) = in_force(case.policy, case.region(), case.at()) else {
        return format!("P's standing is `{standing}`: no terms are in force");
    };
    let version = &terms.version;
    let answered = |terms| answer(case.machine.answers(), terms);
    let mut it_or_later = case.policy.terms.iter().skip(index);
    let accepted = it_or_later.find(|terms| answered(terms).is_some_and(accepts));
    let because = match (case.stand.because, accepted, answered(terms)) {
        (None, Some(accepted), _) => format!("accepted terms `{}`", accepted.version),
        (None, None, _) => "an order holds".to_owned(),
        (Some(_), _, Some(Dated { at, value })) => format!("{value} terms `{version}` at {at}"),
        (Some(_), _, None) => {
            let since = terms.effective(case.region());
            format!("no answer to terms `{version}`, in force since {since}")
        }
    };
    match standing {
        Standing::Closed => "P's account is closed".to_owned(),
        _ => format!("P's standing is `{standing}`: {because}"),
    }
}

/// The words that give the right to reply, and until when they do.
fn right(case: &Case<'_, '_>) -> String {
    let recipient = matches!(case.visit.role, Role::Recipient(_));
    if let Some(newest) = rights::words_to_reply_to(case).into_iter().flatten().max() {
        let until = newest + case.policy.reply_window;
        let who = if recipient { "P spoke to Q" } else { "P heard Q" };
        return format!(
            "{who} at {newest}, which gives the right to reply until {until}{}",
            over(until, case)
        );
    }
    let spoke = |kind| case.conversation.and_then(|talk| talk.spoke(kind));
    let before = spoke(Kind::Message).max(spoke(Kind::Call)).filter(|_| recipient);
    match before.zip(permission::floor(case)) {
        Some((spoke, floor)) if spoke <= floor => {
            format!("P spoke to Q at {spoke}, but opted out, or came into doubt, at {floor}")
        }
        _ if recipient => "P said nothing to Q that gives the right to reply".to_owned(),
        _ => "P heard nothing from Q that gives the right to reply".to_owned(),
    }
}

/// The words that keep the pair live, and until when they do.
fn liveness(case: &Case<'_, '_>) -> String {
    match rights::words(case).into_iter().flatten().max() {
        None => "nothing between P and Q keeps the pair live".to_owned(),
        Some(newest) => {
            let until = newest + case.policy.idle;
            format!(
                "P and Q spoke at {newest}, which keeps the pair live until {until}{}",
                over(until, case)
            )
        }
    }
}

fn over(until: Millis, case: &Case<'_, '_>) -> &'static str {
    if until <= case.at() { ": over" } else { "" }
}

fn starts(case: &Case<'_, '_>) -> String {
    match case.policy.limits.unanswered_starts {
        None => "the policy has no cap on unanswered starts".to_owned(),
        Some(cap) => {
            let count = limits::unanswered_starts(case, cap.per);
            format!("{count} of {} unanswered starts in {}", cap.max, cap.per)
        }
    }
}

fn ordered(case: &Case<'_, '_>) -> String {
    let forbidding = case
        .category()
        .and_then(|category| orders::forbidding(case.policy, case.region(), category, case.at()));
    match forbidding {
        Some(order) => format!("the order `{}` forbids it{}", order.name, region(case)),
        None => format!("no order forbids it{}", region(case)),
    }
}

fn region(case: &Case<'_, '_>) -> String {
    case.region().map_or(", P's region is not known".to_owned(), |region| format!(" in {region}"))
}

fn purpose(case: &Case<'_, '_>) -> String {
    let purpose = case.utterance().and_then(|utterance| utterance.purpose.as_deref());
    let told =
        purpose.map_or("no purpose".to_owned(), |purpose| format!("the purpose `{purpose}`"));
    match sector(case) {
        None => format!("{told}; the policy lists no purposes for Q's sector"),
        Some(sector) => {
            let (verb, purposes) = match &sector.purposes {
                Purposes::Deny(purposes) => ("denies", purposes),
                Purposes::Allow(purposes) => ("allows only", purposes),
            };
            format!("{told}; sector `{}` {verb} `{}`", sector.name, purposes.join("`, `"))
        }
    }
}

fn calls(case: &Case<'_, '_>) -> String {
    let count = limits::unanswered_calls(case);
    match case.policy.limits.unanswered_calls {
        None => "the policy has no cap on unanswered calls".to_owned(),
        Some(cap) => format!("{count} of {cap} unanswered calls"),
    }
}

fn granted(case: &Case<'_, '_>) -> String {
    let Some(scope) = case.needed_scope() else { return "no scope is needed".to_owned() };
    match case.grant() {
        None => format!("P never said anything of `{scope}` to Q"),
        Some(Dated { at, value: Grant::Out }) => format!("P opted out of `{scope}` at {at}"),
        Some(Dated { at, value: Grant::In { until: None } }) => {
            format!("P opted in to `{scope}` at {at}")
        }
        Some(Dated { at, value: value @ Grant::In { until: Some(until) } }) => {
            let over = if permission::has_ended(value, case.at()) { ": over" } else { "" };
            format!("P opted in to `{scope}` at {at}, until {until}{over}")
        }
    }
}

fn doubted(case: &Case<'_, '_>) -> String {
    match permission::doubt_since(case.policy, case.machine, case.at()) {
        None => "P's machine is not in doubt".to_owned(),
        Some(since) => format!("P's machine is in doubt: a record could not be read at {since}"),
    }
}

fn quiet(case: &Case<'_, '_>) -> String {
    let entry = case
        .category()
        .and_then(|category| orders::quiet(case.policy, case.region(), category, case.at()));
    match entry {
        Some(entry) => {
            let zone = entry.timezone.iana_name().unwrap_or("UTC");
            format!("quiet hours hold{} ({zone})", region(case))
        }
        None => format!("no quiet hours hold{}", region(case)),
    }
}

fn marketed(case: &Case<'_, '_>) -> String {
    match &case.policy.limits.marketing {
        None => "the policy has no cap on marketing".to_owned(),
        Some(cap) => {
            let count = limits::marketing_starts(case, cap.per);
            format!("{count} of {} marketing starts in {}", cap.max, cap.per)
        }
    }
}
