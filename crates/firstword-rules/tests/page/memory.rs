//! The numbers that the page names are those that machines keep to.

use firstword_rules::{
    Answer, Basis, Category, Decision, EDITION, Event, Fact, Kind, Machine, Millis, Role, Span,
    Verdict, evolve,
};

use crate::RULES;
use crate::cast::{NOON, business, person, says};
use crate::meeting::{party, stated, uttered, visit};

/// More than a machine keeps of anything.
const MANY: u32 = 1_100;

/// The number that the page has between two texts, its lines joined; 0 where there is none.
fn on_the_page(from: &str, to: &str) -> usize {
    let page = RULES.split_whitespace().collect::<Vec<_>>().join(" ");
    let candidates = page.split(from).skip(1).filter_map(|rest| rest.split_once(to));
    let mut numbers = candidates.filter_map(|(number, _)| number.replace(',', "").parse().ok());
    numbers.next().unwrap_or_default()
}

fn minute(n: u32) -> Millis {
    NOON + Span(60_000 * i64::from(n))
}

/// A machine to which many such events happened, with this verdict.
fn after_many(role: Role, verdict: Verdict, event: impl Fn(u32) -> Event<'static>) -> Machine {
    let mut machine = Machine::default();
    for n in 0..MANY {
        let event = event(n);
        let decision = Decision::recorded(visit(&event, role), machine.seq() + 1, verdict);
        evolve(&mut machine, &decision);
    }
    machine
}

#[test]
fn the_code_follows_the_edition_of_the_page() {
    assert_eq!(on_the_page("normative text, edition ", ". "), EDITION as usize);
}

#[test]
fn conversations_and_events_are_kept_as_the_page_says() {
    let words =
        |n| uttered(&format!("m{n}"), minute(n), says(Kind::Message, person(0), person(n + 1)));
    let machine = after_many(Role::Sender, Verdict::Forwarded(Basis::Start), words);
    let kept = on_the_page("(the four times and `unanswered`) of ", " parties");
    assert_eq!(machine.conversations().len(), kept);
    let forgotten = MANY - kept as u32;
    assert!(machine.conversation(party(&person(forgotten))).is_none());
    assert!(machine.conversation(party(&person(forgotten + 1))).is_some());
    assert_eq!(
        machine.seen().iter().count(),
        on_the_page("remembers the last ", " events that it")
    );
}

#[test]
fn answers_are_kept_as_the_page_says() {
    let answer = |n| {
        let fact = Fact::Terms(Answer::Accepted, format!("v{n}").into());
        stated(&format!("t{n}"), minute(n), person(0), fact)
    };
    let machine = after_many(Role::Subject, Verdict::Recorded, answer);
    assert_eq!(machine.answers().len(), on_the_page("A machine keeps ", " answers"));
}

#[test]
fn marketing_starts_and_calls_are_counted_as_the_page_says() {
    let markets = |n| {
        let mut utterance = says(Kind::Message, business(0), person(0));
        utterance.category = Some(Category::Marketing);
        uttered(&format!("m{n}"), minute(n), utterance)
    };
    let allowed = Verdict::Allowed(Basis::Start);
    let machine = after_many(Role::Recipient(None), allowed, markets);
    let remembered = on_the_page("A machine remembers the last ", " marketing starts");
    let newest = (MANY - remembered as u32..MANY).map(minute);
    assert!(machine.marketing_starts().eq(newest));

    let calls = |n| uttered(&format!("c{n}"), minute(n), says(Kind::Call, business(0), person(0)));
    let machine = after_many(Role::Recipient(None), allowed, calls);
    let counted = machine.contact(party(&business(0))).map(|contact| contact.unanswered_calls());
    assert_eq!(counted.map(usize::from), Some(on_the_page("adds 1 to them (at most ", ")")));
}
