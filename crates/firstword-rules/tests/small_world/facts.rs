//! "Of two facts about one thing the newer `at` holds; of two as old, the more protective." Every pair of facts
//! about every kind of thing, older, as old and newer; and the grounds to ignore an event that no gate has.

use firstword_rules::{
    Answer, Basis, Event, Fact, Kind, Machine, Reach, Reason, Region, Role, Scope, Scopes, Span,
    Verdict, decide,
};

use crate::cast::{NOON, business, person, says};
use crate::meeting::{stated, uttered, visit};
use crate::plain::{free, happened, remembers};

/// The reasons of events that are no utterance.
pub const REASONS: [Reason; 4] = [Reason::Closed, Reason::Expired, Reason::NoCall, Reason::Stale];

/// What may be said of each thing, the most protective last.
fn things() -> Vec<Vec<Fact<'static>>> {
    let terms = |answer| Fact::Terms(answer, "2022".into());
    let until = |hours| Some(NOON + Span::hours(hours));
    let scopes = Some(Scopes::default().with(Scope::Utility));
    let opt_in = |until| Fact::OptedIn { business: business(0), scopes, until };
    let region = |code| Region::parse(code).map(Fact::Located);
    vec![
        vec![terms(Answer::Accepted), terms(Answer::Declined), terms(Answer::Withdrawn)],
        vec![
            opt_in(None),
            opt_in(until(9)),
            opt_in(until(8)),
            Fact::OptedOut { business: business(0), scopes },
        ],
        vec![Fact::Unblocked(person(1)), Fact::Blocked(person(1))],
        vec![Fact::Unblocked(business(0)), Fact::Blocked(business(0))],
        [Reach::Everyone, Reach::Known, Reach::Nobody].map(Fact::ReachSet).to_vec(),
        ["US", "FR", "DE-HH", "DE"].into_iter().filter_map(region).collect(),
        vec![Fact::DoubtCleared, Fact::Unreadable],
        vec![Fact::ContactErased { business: business(0) }],
    ]
}

/// What P's machine makes of an event.
fn verdict(machine: &Machine, event: &Event<'_>) -> Verdict {
    decide(&free(), machine, visit(event, Role::Subject)).verdict
}

fn fact(id: &str, hours: i64, fact: Fact<'static>) -> Event<'static> {
    stated(id, NOON + Span::hours(hours), person(0), fact)
}

fn after(events: &[Event<'_>]) -> Machine {
    let mut machine = Machine::default();
    for event in events {
        happened(&mut machine, event, Role::Subject, Verdict::Recorded);
    }
    machine
}

#[test]
fn the_newer_fact_holds_and_of_two_as_old_the_more_protective() {
    for thing in things() {
        for (weight, held) in thing.iter().enumerate() {
            let first = fact("held", 0, held.clone());
            assert_eq!(verdict(&Machine::default(), &first), Verdict::Recorded, "a first fact");
            let machine = after(&[first]);
            for (other, new) in thing.iter().enumerate() {
                for hours in [-1, 0, 1] {
                    let changes = hours > 0 || hours == 0 && other > weight;
                    let expected = match changes {
                        true => Verdict::Recorded,
                        false => Verdict::Ignored(Reason::Stale),
                    };
                    let met = verdict(&machine, &fact("new", hours, new.clone()));
                    assert_eq!(met, expected, "{new:?} {hours} h after {held:?}");
                }
            }
        }
    }
}

#[test]
fn a_closed_account_ignores_every_fact_but_the_end_of_a_duty() {
    let out = |number| Fact::OptedOut { business: business(number), scopes: None };
    let erased = |number| Fact::ContactErased { business: business(number) };
    let events = [
        fact("out", 0, out(0)),
        fact("out", 0, out(1)),
        fact("gone", 1, erased(1)),
        fact("end", 2, Fact::PersonErased),
    ];
    let machine = after(&events);
    for new in things().into_iter().flatten().chain([Fact::PersonErased, erased(1), erased(2)]) {
        let expected = match new == erased(0) {
            true => Verdict::Recorded,
            false => Verdict::Ignored(Reason::Closed),
        };
        assert_eq!(verdict(&machine, &fact("new", 3, new.clone())), expected, "{new:?}");
    }
    let mut ended = machine;
    happened(&mut ended, &fact("gone", 3, erased(0)), Role::Subject, Verdict::Recorded);
    let again = fact("more", 4, erased(0));
    assert_eq!(verdict(&ended, &again), Verdict::Ignored(Reason::Closed));
}

#[test]
fn an_opt_in_that_ends_before_it_begins_is_expired() {
    for (hours, expected) in [
        (-1, Verdict::Ignored(Reason::Expired)),
        (0, Verdict::Ignored(Reason::Expired)),
        (1, Verdict::Recorded),
    ] {
        let until = Some(NOON + Span::hours(hours));
        let opt_in = Fact::OptedIn { business: business(0), scopes: None, until };
        assert_eq!(verdict(&Machine::default(), &fact("new", 0, opt_in)), expected, "{hours}");
    }
}

#[test]
fn a_call_is_answered_while_it_rings() {
    let answered = |hours| fact("answered", hours, Fact::CallAnswered { business: business(0) });
    let no_call = Verdict::Ignored(Reason::NoCall);
    assert_eq!(verdict(&Machine::default(), &answered(0)), no_call);
    let mut machine = Machine::default();
    let call = uttered("call", NOON, says(Kind::Call, business(0), person(0)));
    happened(&mut machine, &call, Role::Recipient(None), Verdict::Allowed(Basis::Start));
    for (hours, expected) in
        [(-1, no_call), (0, Verdict::Recorded), (23, Verdict::Recorded), (24, no_call)]
    {
        assert_eq!(verdict(&machine, &answered(hours)), expected, "{hours}");
    }
    // "It is recorded even if it changes neither": another answer, and an older one.
    happened(&mut machine, &answered(2), Role::Subject, Verdict::Recorded);
    let again = fact("again", 1, Fact::CallAnswered { business: business(0) });
    assert_eq!(verdict(&machine, &again), Verdict::Recorded);
}

#[test]
fn grounds_to_ignore_are_tried_in_the_order_of_the_page() {
    // Expired and stale at once is expired; seen and expired at once is a duplicate; closed before all.
    let held = fact("held", 0, Fact::OptedIn { business: business(0), scopes: None, until: None });
    let until = Some(NOON - Span::hours(2));
    let expired = fact("new", -1, Fact::OptedIn { business: business(0), scopes: None, until });
    let mut machine = after(&[held]);
    assert_eq!(verdict(&machine, &expired), Verdict::Ignored(Reason::Expired));
    let marked = uttered("new", NOON, says(Kind::Message, person(0), business(0)));
    remembers(&mut machine, &marked);
    assert_eq!(verdict(&machine, &expired), Verdict::Ignored(Reason::Expired), "another type");
    happened(&mut machine, &expired, Role::Sender, Verdict::Recorded);
    assert_eq!(verdict(&machine, &expired), Verdict::Duplicate);
    happened(&mut machine, &fact("end", 0, Fact::PersonErased), Role::Subject, Verdict::Recorded);
    assert_eq!(verdict(&machine, &expired), Verdict::Ignored(Reason::Closed));
}
