//! The conversation of two people (RULES.md, section 2), found by running the rules.
//!
//! Tried is every history in which each of P and Q wrote and called not at all, just now, a while ago or too long
//! ago, in every order. What a history amounts to is what P's next message and next call would count as.

use std::collections::BTreeMap;

use firstword_rules::{Basis, Kind, Millis, Party, PartyKind, Policy, Span, Standing};

use super::collect::{Found, span};
use super::person::{BEGINNING, Deed, Other, Person};
use super::standing::{Shown, standings};
use super::{Drawing, Node, Tone};

/// What P's next message and next call would count as.
type Key = (Option<Basis>, Option<Basis>);

/// Draws the machine for P in full standing; the states say too what other standings may do there.
pub fn conversation(policy: &Policy) -> Drawing {
    let ages = Ages::of(policy);
    // Later than all that the policy changes, and with room for every history before it.
    let standings = standings(policy);
    let turns = standings.values().map(|(at, _)| *at);
    let now = turns.max().unwrap_or(BEGINNING) + ages.longest() + Span::days(1);
    let person = Person::in_full_standing(policy);
    let mut found: Found<Rank> = Found::new();
    for history in ages.histories() {
        let talked = history.told_to(&person, now);
        let state = key(&talked, now);
        found.sees(rank(state), || node(policy, &standings, &history, state));
        for (label, deed) in utterances() {
            let (after, said) = talked.after(&deed, now);
            found.leads(rank(state), rank(key(&after, now)), label, said.row);
        }
        if let Some((then, cause)) = next_change(policy, &talked, now) {
            found.becomes(rank(state), rank(key(&talked, then)), cause);
        }
    }
    let (nodes, edges) = found.finish(rank(key(&person, now)));
    Drawing {
        name: "conversation".to_owned(),
        title: format!("Conversation of two people under {}", policy.label),
        note: "What P may say to another person Q; the arrows for a P in full standing.".to_owned(),
        nodes,
        edges,
    }
}

/// The standings that the policy knows, each shown by somebody.
type Standings<'p> = BTreeMap<Standing, Shown<'p>>;

/// A state with its place in the drawing before it: the less P may say, the earlier.
type Rank = (u8, Key);

fn rank(state: Key) -> Rank {
    let weight = |basis: Option<Basis>| match basis {
        None | Some(Basis::OptOut) => 0,
        Some(Basis::Start) => 1,
        Some(Basis::Continue) => 2,
        Some(Basis::Reply) => 3,
    };
    (weight(state.0) * 4 + weight(state.1), state)
}

fn utterances() -> [(&'static str, Deed<'static>); 4] {
    [
        ("P writes", Deed::speaks(Kind::Message, Other::Person, None)),
        ("P calls", Deed::speaks(Kind::Call, Other::Person, None)),
        ("Q writes", Deed::hears(Kind::Message, Other::Person, None)),
        ("Q calls", Deed::hears(Kind::Call, Other::Person, None)),
    ]
}

fn key(person: &Person<'_>, at: Millis) -> Key {
    let next =
        |kind| person.would_say(&Deed::speaks(kind, Other::Person, None), at).verdict.basis();
    (next(Kind::Message), next(Kind::Call))
}

fn node(policy: &Policy, standings: &Standings<'_>, history: &History, state: Key) -> Node {
    let (title, tone) = match state {
        (Some(Basis::Reply), Some(Basis::Reply)) => {
            ("open to a reply by message or call", Tone::Open)
        }
        (Some(Basis::Reply), Some(Basis::Continue)) => ("open to a reply by message", Tone::Open),
        (Some(Basis::Reply), _) => ("open to a reply by message, not live", Tone::Open),
        (_, Some(Basis::Reply)) => ("open to a reply by call", Tone::Open),
        (Some(Basis::Continue), _) => ("live", Tone::Partly),
        (Some(Basis::Start), _) => ("nothing said, or over", Tone::Plain),
        _ => ("P may say nothing", Tone::Shut),
    };
    Node { title: title.to_owned(), lines: powers(policy, standings, history), tone }
}

/// What a message and a call of P count as after a history, in each standing that the policy knows.
fn powers(policy: &Policy, standings: &Standings<'_>, history: &History) -> Vec<String> {
    // The history was let through whatever the standing is now: it was made where no terms are in force.
    let before = Policy { terms: Vec::new(), ..policy.clone() };
    let mut lines = Vec::new();
    for (standing, (at, person)) in standings {
        if *standing == Standing::Closed {
            continue;
        }
        let talked = history.told_to(&person.under(&before), *at).under(policy);
        let [message, call] = [Kind::Message, Kind::Call]
            .map(|kind| talked.would_say(&Deed::speaks(kind, Other::Person, None), *at).words());
        lines.push(match message == call {
            true => format!("{standing}: {message}"),
            false => format!("{standing}: message {message}, call {call}"),
        });
    }
    lines
}

/// When each of the four kinds of words was last said, as an age: nothing, or how long ago.
struct History([Option<Span>; 4]);

impl History {
    /// The person after it, the oldest words first.
    fn told_to<'p>(&self, person: &Person<'p>, now: Millis) -> Person<'p> {
        let said = utterances().into_iter().zip(self.0);
        let mut said: Vec<_> = said.filter_map(|((_, deed), age)| Some((age?, deed))).collect();
        said.sort_by_key(|(age, _)| std::cmp::Reverse(*age));
        let mut person = person.clone();
        for (age, deed) in said {
            person.meets(&deed, now - age);
        }
        person
    }
}

/// The ages that make a difference under a policy: within both windows, within one, past both.
struct Ages(Vec<Span>);

impl Ages {
    fn of(policy: &Policy) -> Ages {
        let (short, long) =
            (policy.reply_window.min(policy.idle), policy.reply_window.max(policy.idle));
        // Three within both, so that the words of different kinds can run out in any order.
        let mut ages: Vec<Span> = (1..=3).map(|quarters| Span(short.0 / 4 * quarters)).collect();
        ages.push(Span(short.0 + (long.0 - short.0) / 2));
        ages.push(Span(long.0 + 1));
        ages.sort_unstable();
        ages.dedup();
        Ages(ages)
    }

    fn longest(&self) -> Span {
        self.0.last().copied().unwrap_or(Span(0))
    }

    /// Every history of these ages, the emptiest first.
    fn histories(&self) -> Vec<History> {
        let choices = || [None].into_iter().chain(self.0.iter().copied().map(Some));
        let mut histories = Vec::new();
        for first in choices() {
            for second in choices() {
                for third in choices() {
                    histories
                        .extend(choices().map(|fourth| History([first, second, third, fourth])));
                }
            }
        }
        histories.sort_by_key(|history| history.0.iter().flatten().count());
        histories
    }
}

/// The next instant at which a window ends, and whose words it was; nothing where several end at once.
fn next_change(policy: &Policy, person: &Person<'_>, now: Millis) -> Option<(Millis, String)> {
    let talk = person.machine().conversation(Party::new(PartyKind::Person, 1))?;
    let mut ends = Vec::new();
    for (kind, noun) in [(Kind::Message, "message"), (Kind::Call, "call")] {
        for (whose, said) in [("P", talk.spoke(kind)), ("Q", talk.heard(kind))] {
            for window in [policy.reply_window, policy.idle] {
                ends.extend(said.map(|said| {
                    (said + window, format!("{} after {whose}'s {noun}", span(window)))
                }));
            }
        }
    }
    ends.retain(|(end, _)| *end > now);
    ends.sort();
    ends.dedup();
    let first = ends.first()?.0;
    ends.retain(|(end, _)| *end == first);
    match ends.as_slice() {
        [(end, cause)] => Some((*end, cause.clone())),
        _ => None,
    }
}
