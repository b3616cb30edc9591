//! What a person lets a business do in one scope (RULES.md, section 4), found by running the rules.
//!
//! Tried is every row of up to three opt-ins, opt-outs and doubts, of which some end or are cleared. A state is
//! what the machine keeps of the scope, and whether the business's next words would be denied in doubt.

use std::collections::BTreeSet;

use firstword_rules::{
    Category, Fact, Grant, Kind, Millis, Party, PartyKind, Policy, Reason, Scope, Scopes, Span,
    Verdict,
};

use super::collect::{Found, span};
use super::person::{BEGINNING, Deed, Other, Person, Said};
use super::{Drawing, Node, Tone};

/// What lies between two events of a history: less than any window, more than nothing.
const STEP: Span = Span(10);
/// The end of an opt-in that has ended by the next event, and of one that has not.
const ENDS: [Span; 2] = [Span(5), Span::days(1)];

/// Draws the machine of a scope, for a person in full standing of whom no region is known.
pub fn permission(policy: &Policy, scope: Scope) -> Drawing {
    let person = Person::in_full_standing(policy);
    let now = quietest(policy, &person, scope);
    let mut found = Found::new();
    for past in pasts(policy, &person, scope, now) {
        let before = state(&past, scope, now);
        // The first past of a state is the plainest: no word of P in it has opened anything else.
        found.sees(before, || node(before, &past, scope, now));
        for (label, deed) in deeds(policy, scope, now) {
            let (after, said) = past.after(&deed, now);
            found.leads(before, state(&after, scope, now), label, said.row);
        }
        for (then, cause) in changes(policy, &past, scope, now) {
            found.becomes(before, state(&past, scope, then), cause);
        }
    }
    let (nodes, edges) = found.finish(state(&person, scope, now));
    let words = if scope == Scope::Calls { "call" } else { "message" };
    Drawing {
        name: "permission".to_owned(),
        title: format!("Permission of a business for {scope} under {}", policy.label),
        note: format!(
            "What P said about scope {scope}, and what becomes of the {words} that B sends then."
        ),
        nodes,
        edges,
    }
}

/// What was said of the scope, and whether there is doubt about it, in the order of the drawing.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Stated {
    NotSet,
    In,
    Ended,
    InDoubt,
    Out,
}

fn state(person: &Person<'_>, scope: Scope, at: Millis) -> Stated {
    let said = person.would_say(&probe(scope).0, at);
    match grant(person, scope) {
        _ if said.verdict.reason() == Some(Reason::InDoubt) => Stated::InDoubt,
        None => Stated::NotSet,
        Some(Grant::In { until }) if until.is_none_or(|until| at < until) => Stated::In,
        Some(Grant::In { .. }) => Stated::Ended,
        Some(Grant::Out) => Stated::Out,
    }
}

fn grant(person: &Person<'_>, scope: Scope) -> Option<Grant> {
    let contact = person.machine().contact(Party::new(PartyKind::Business, 0))?;
    contact.scope(scope).map(|grant| grant.value)
}

/// The business's next words, and what they are called.
fn probe(scope: Scope) -> (Deed<'static>, &'static str) {
    let (kind, category, name) = match scope {
        Scope::Utility => (Kind::Message, Some(Category::Utility), "utility message"),
        Scope::Authentication => {
            (Kind::Message, Some(Category::Authentication), "authentication message")
        }
        Scope::Marketing => (Kind::Message, Some(Category::Marketing), "marketing message"),
        Scope::Calls => (Kind::Call, None, "call"),
    };
    (Deed::hears(kind, Other::Business, category), name)
}

fn node(stated: Stated, person: &Person<'_>, scope: Scope, at: Millis) -> Node {
    let (probe, name) = probe(scope);
    let said = person.would_say(&probe, at);
    let (title, refused) = match stated {
        Stated::NotSet => ("not set", Tone::Plain),
        Stated::In => ("in", Tone::Shut),
        Stated::Ended => ("in, ended", Tone::Partly),
        Stated::InDoubt => ("in doubt", Tone::Partly),
        Stated::Out => ("out", Tone::Shut),
    };
    let mut lines = vec![format!("{name} {}", said.words())];
    // P's own words may give the business the right to reply, whatever was said of the scope.
    let kind = if scope == Scope::Calls { Kind::Call } else { Kind::Message };
    let (talked, _) = person.after(&Deed::speaks(kind, Other::Business, None), at);
    let answer = talked.would_say(&probe, at);
    if answer.verdict.basis().is_some() != said.verdict.basis().is_some() {
        let words = if kind == Kind::Call { "P's call" } else { "P's words" };
        lines.push(format!("after {words} {}", answer.words()));
    }
    let tone = if said.verdict.basis().is_some() { Tone::Open } else { refused };
    Node { title: title.to_owned(), lines, tone }
}

/// What may happen to the scope. A word that the policy does not know cannot be said.
fn deeds(policy: &Policy, scope: Scope, now: Millis) -> Vec<(&'static str, Deed<'static>)> {
    let scopes = Some(Scopes::default().with(scope));
    let business = || Other::Business.name();
    let opts_in = |until| Deed::states(Fact::OptedIn { business: business(), scopes, until });
    let mut deeds = vec![
        ("contact.opted_in", opts_in(None)),
        ("contact.opted_out", Deed::states(Fact::OptedOut { business: business(), scopes })),
        ("event.unreadable", Deed::states(Fact::Unreadable)),
        ("doubt.cleared", Deed::states(Fact::DoubtCleared)),
    ];
    deeds.extend(ENDS.map(|end| ("contact.opted_in", opts_in(Some(now + end)))));
    let says = |finding| Deed::speaks(Kind::Message, Other::Business, Some(finding));
    if !policy.keywords.opt_out.is_empty() {
        deeds.push(("P writes STOP", says("opt_out")));
    }
    if !policy.keywords.opt_in.is_empty() {
        deeds.push(("P writes START", says("opt_in")));
    }
    deeds
}

/// The person after every row of up to three deeds, the shortest first.
fn pasts<'p>(policy: &Policy, person: &Person<'p>, scope: Scope, now: Millis) -> Vec<Person<'p>> {
    let mut pasts = vec![person.clone()];
    let mut latest = pasts.clone();
    for step in (1..=3).rev() {
        let at = now - Span(STEP.0 * step);
        let deeds = deeds(policy, scope, at);
        let next = |past: &Person<'p>| {
            let after = deeds.iter().map(|(_, deed)| past.after(deed, at));
            let told = after.filter(|(_, said)| !matches!(said.verdict, Verdict::Ignored(_)));
            told.map(|(person, _)| person).collect::<Vec<_>>()
        };
        latest = latest.iter().flat_map(next).collect();
        pasts.extend(latest.iter().cloned());
    }
    pasts
}

/// The next instants at which time alone may change the state, each by itself.
fn changes(
    policy: &Policy,
    person: &Person<'_>,
    scope: Scope,
    now: Millis,
) -> Vec<(Millis, String)> {
    let until = match grant(person, scope) {
        Some(Grant::In { until }) => until.map(|until| (until, "at its `until`".to_owned())),
        _ => None,
    };
    let doubt = person.machine().doubt().filter(|doubt| doubt.value).zip(policy.doubt_hold);
    let doubt =
        doubt.map(|(doubt, hold)| (doubt.at + hold, format!("after {} of doubt", span(hold))));
    let mut changes: Vec<_> = until.into_iter().chain(doubt).filter(|(at, _)| *at > now).collect();
    changes.sort();
    changes.dedup_by_key(|(at, _)| *at);
    changes.truncate(1);
    changes
}

/// A time at which no order forbids what the scope allows, if there is one: the last of those at which an order
/// begins or ends, or a day later than all of them.
fn quietest(policy: &Policy, person: &Person<'_>, scope: Scope) -> Millis {
    let orders = policy.orders.iter().flat_map(|order| [order.from, order.until]).flatten();
    let mut times: BTreeSet<Millis> = orders.filter(|at| *at > BEGINNING).collect();
    times.insert(BEGINNING + Span::days(1));
    let opens = |at: &&Millis| {
        let opted_in = deeds(policy, scope, **at).into_iter().next();
        let person = opted_in.map(|(_, deed)| person.after(&deed, **at).0);
        person.is_some_and(|person| passes(person.would_say(&probe(scope).0, **at)))
    };
    let last = times.iter().rev().find(opens).or_else(|| times.last());
    last.copied().unwrap_or(BEGINNING) + Span(STEP.0 * 4)
}

fn passes(said: Said) -> bool {
    said.verdict.basis().is_some()
}
