//! `explain`: the rows that were tried, in order, and what each of them saw.
//!
//! The rows are those of the tables; what a row looks at stands beside it there. P is the person whose machine
//! decides, Q the other party: who they are is for the reader to say.

use std::fmt::Write;

use crate::case::Case;
use crate::facts::{forbidden_content, sector};
use crate::machine::Dated;
use crate::standing::in_force;
use crate::{
    Gate, Grant, Kind, Machine, Millis, Policy, Purposes, Reach, Role, Row, Span, Standing,
    Verdict, Visit, limits, orders, permission, rights,
};

/// How one event got its verdict at one machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trail {
    /// The rows from the top to the one that decided; none for a fact, which meets no gate.
    pub tried: Vec<Tried>,
    /// What was decided.
    pub verdict: Verdict,
}

/// One row that was tried.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tried {
    /// The row on the page.
    pub row: &'static str,
    /// Its condition in the page's words.
    pub words: &'static str,
    /// Whether it applied; only the last one did.
    pub applied: bool,
    /// What it saw, one phrase for each thing that it looked at.
    pub saw: Vec<String>,
}

/// What a condition looks at.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Look {
    Memory,
    Account,
    Findings,
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

/// Decides an event again and tells the rows that were tried.
pub fn explain(policy: &Policy, machine: &Machine, visit: Visit<'_>) -> Trail {
    let case = Case::new(policy, machine, visit);
    let tried = Gate::of(visit.role).map_or(Vec::new(), |gate| {
        let decisive = gate.decisive(&case).id;
        let rows = gate.all_rows().map(|row| tried(row, &case));
        let mut until_decided: Vec<_> = rows.collect();
        let end = until_decided.iter().position(|tried| tried.row == decisive);
        until_decided.truncate(end.map_or(usize::MAX, |end| end + 1));
        until_decided
    });
    Trail { tried, verdict: crate::decide(policy, machine, visit).verdict }
}

fn tried(row: &Row, case: &Case<'_, '_>) -> Tried {
    Tried {
        row: row.id,
        words: row.words,
        applied: (row.applies)(case),
        saw: row.looks_at.iter().map(|look| look.saw(case)).collect(),
    }
}

impl Look {
    fn saw(self, case: &Case<'_, '_>) -> String {
        match self {
            Look::Memory => memory(case),
            Look::Account => account(case),
            Look::Findings => findings(case),
            Look::Block => block(case),
            Look::Stands => stands(case),
            Look::Right => words(case, case.policy.reply_window, "gives the right to reply"),
            Look::Words => words(case, case.policy.idle, "keeps the pair live"),
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
    format!("the event {how} of the {remembered} remembered")
}

fn account(case: &Case<'_, '_>) -> String {
    format!("P's account is {}", if case.machine.is_closed() { "closed" } else { "open" })
}

fn findings(case: &Case<'_, '_>) -> String {
    let found = case.utterance().map_or(&[][..], |utterance| &utterance.findings);
    match (found.is_empty(), forbidden_content(case)) {
        (true, _) => "nothing was found in it".to_owned(),
        (false, Some(kind)) => format!("`{kind}` was found in it, which the policy forbids"),
        (false, None) => format!("found in it: `{}`", found.join("`, `")),
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
    let answer = |version: &str| {
        case.machine
            .answers()
            .iter()
            .find(|held| held.version.as_str() == version)
            .map(|held| held.answer)
    };
    let accepted = case.policy.terms.iter().skip(index).find(|terms| {
        answer(&terms.version).is_some_and(|answer| answer.value == crate::Answer::Accepted)
    });
    let because = match (case.stand.because, accepted, answer(version)) {
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

/// The times that matter to a right, and until when they do.
fn words(case: &Case<'_, '_>, window: Span, what: &str) -> String {
    let speaks = !matches!(case.visit.role, Role::Recipient(_));
    let right = what.ends_with("reply");
    let mut times = Vec::new();
    for (who, matters, time) in [
        ("heard Q's", speaks || !right, rights::heard as fn(&Case<'_, '_>, Kind) -> Option<Millis>),
        ("spoke to Q in a", !speaks || !right, rights::spoke),
    ] {
        for (kind, name) in [(Kind::Message, "message"), (Kind::Call, "call")] {
            let opens = matters && (!right || kind == Kind::Call || case.kind() == Kind::Message);
            if let Some(time) = time(case, kind).filter(|_| opens) {
                times.push((who, name, time));
            }
        }
    }
    let Some((who, name, newest)) = times.into_iter().max_by_key(|(_, _, time)| *time) else {
        return match (right, speaks) {
            (true, true) => format!("P heard nothing from Q that {what}"),
            (true, false) => format!("P said nothing to Q that {what}"),
            (false, _) => format!("nothing between P and Q {what}"),
        };
    };
    let until = newest + window;
    let mut text = format!("P {who} {name} at {newest}, which {what} until {until}");
    if until <= case.at() {
        let _ = write!(text, ": over");
    }
    text
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
