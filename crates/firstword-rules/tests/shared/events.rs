//! Random events of a small cast, as rough as an honest log can be: late, repeated, in any order.

use std::borrow::Cow;

use firstword_rules::{
    Answer, Category, Event, Fact, Kind, Millis, Name, Reach, Scope, Scopes, Span, Utterance, What,
};
use proptest::option;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};

use crate::cast::{business, person, says};
use crate::policies::{region, time};

/// The businesses of the cast.
pub const BUSINESSES: u32 = 2;

/// Events among so many people and the businesses, under fewer ids than there are events, so that some come twice.
pub fn event(people: u32) -> impl Strategy<Value = Event<'static>> {
    let id = (0..50_u8).prop_map(|n| Cow::Owned(format!("e{n}")));
    let what = prop_oneof![
        6 => utterance(people).prop_map(What::Utterance),
        4 => (0..people, fact(people)).prop_map(|(n, fact)| What::Fact { person: person(n), fact }),
    ];
    (id, time(), what).prop_map(|(id, at, what)| Event { id, at, what })
}

/// Who speaks to whom: people to each other, people and businesses to each other.
fn pair(people: u32) -> impl Strategy<Value = (Name<'static>, Name<'static>)> {
    let two = (0..people, 1..people)
        .prop_map(move |(from, further)| (person(from), person((from + further) % people)));
    let person_and_business =
        || (0..people, 0..BUSINESSES).prop_map(|(p, b)| (person(p), business(b)));
    let to_a_person = person_and_business().prop_map(|(person, business)| (business, person));
    prop_oneof![two, person_and_business(), to_a_person]
}

/// A message or a call, with anything that a gate may look at.
pub fn utterance(people: u32) -> impl Strategy<Value = Utterance<'static>> {
    let kind = select(vec![Kind::Message, Kind::Message, Kind::Call]);
    let category = option::of(select(Category::ALL.iter().copied().take(4).collect::<Vec<_>>()));
    let purpose = option::of(select(vec!["booking", "ads"]));
    let sector = option::of(select(vec!["travel", "bank", "farm"]));
    let findings = prop_oneof![
        4 => Just(vec![]),
        1 => subsequence(vec!["card", "opt_in", "opt_out"], 1..3),
    ];
    (kind, pair(people), category, purpose, sector, findings).prop_map(
        |(kind, (from, to), category, purpose, sector, findings)| Utterance {
            category: category.filter(|_| kind == Kind::Message),
            purpose: purpose.map(Cow::Borrowed),
            sector: sector.map(Cow::Borrowed),
            findings: findings.into_iter().map(Cow::Borrowed).collect(),
            ..says(kind, from, to)
        },
    )
}

/// Anything that may be stated of a person, the end of the account the least often.
pub fn fact(people: u32) -> impl Strategy<Value = Fact<'static>> {
    let answered = (0..BUSINESSES).prop_map(|b| Fact::CallAnswered { business: business(b) });
    prop_oneof![
        30 => lasting_fact(people),
        4 => answered,
        1 => Just(Fact::PersonErased),
    ]
}

/// The facts of which section 1 says that they do not depend on order.
pub fn lasting_fact(people: u32) -> impl Strategy<Value = Fact<'static>> {
    let answer = select(Answer::ALL.to_vec());
    let terms = (answer, 0..20_u8).prop_map(|(answer, n)| Fact::Terms(answer, version(n)));
    let until = option::of(
        (time(), 0..40_i64).prop_map(|(at, hours)| -> Millis { at + Span::hours(hours) }),
    );
    let opted_in = (0..BUSINESSES, scopes(), until).prop_map(|(b, scopes, until)| Fact::OptedIn {
        business: business(b),
        scopes,
        until,
    });
    let opted_out = (0..BUSINESSES, scopes())
        .prop_map(|(b, scopes)| Fact::OptedOut { business: business(b), scopes });
    let erased = (0..BUSINESSES).prop_map(|b| Fact::ContactErased { business: business(b) });
    let other =
        move || prop_oneof![(0..people).prop_map(person), (0..BUSINESSES).prop_map(business)];
    prop_oneof![
        4 => terms,
        3 => opted_in,
        3 => opted_out,
        1 => erased,
        1 => other().prop_map(Fact::Blocked),
        1 => other().prop_map(Fact::Unblocked),
        1 => select(Reach::ALL.to_vec()).prop_map(Fact::ReachSet),
        1 => region().prop_map(Fact::Located),
        1 => Just(Fact::Unreadable),
        1 => Just(Fact::DoubtCleared),
    ]
}

/// Mostly a version that policies list, sometimes one of more than a machine keeps.
fn version(n: u8) -> Cow<'static, str> {
    Cow::Owned(format!("v{n}"))
}

fn scopes() -> impl Strategy<Value = Option<Scopes>> {
    option::of(subsequence(Scope::ALL.to_vec(), 1..4)).prop_map(|scopes| {
        scopes.map(|scopes| scopes.into_iter().fold(Scopes::default(), Scopes::with))
    })
}
