//! "What such events tell a machine that is not closed is the same whatever the order in which they arrive and
//! however often." And a STOP holds.

use std::borrow::Cow;

use firstword_rules::{
    Basis, Event, Fact, Grant, Kind, Machine, Millis, Scopes, Span, Utterance, Verdict, What,
};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::Config;

use crate::cast::{NOON, business, person, says};
use crate::events::{lasting_fact, utterance};
use crate::meeting::{party, stated, uttered};
use crate::policies::{policy, time};
use crate::recording::holds;
use crate::talk::{PEOPLE, Talk, Turn, after, facts, meet, recorded, talk};

fn turn(event: Event<'static>) -> Turn {
    Turn { event, said: Basis::Start }
}

/// Facts of `p0` and STOPs, each under an id of its own, among them utterances that state no fact.
fn statements() -> impl Strategy<Value = Talk> {
    let stop = (0..2_u32).prop_map(|b| {
        let findings = vec![Cow::Borrowed("opt_out")];
        What::Utterance(Utterance { findings, ..says(Kind::Message, person(0), business(b)) })
    });
    let idle = utterance(PEOPLE).prop_map(|mut words| {
        words.findings.retain(|finding| finding != "opt_in");
        words.from = if words.from.is_person() { person(0) } else { words.from };
        words.to = if words.to.is_person() { person(1) } else { words.to };
        What::Utterance(words)
    });
    let fact = lasting_fact(PEOPLE).prop_map(|fact| What::Fact { person: person(0), fact });
    vec((time(), prop_oneof![8 => fact, 1 => stop, 2 => idle]), 0..40).prop_map(|said| {
        let numbered = said.into_iter().enumerate();
        numbered
            .map(|(n, (at, what))| turn(Event { id: format!("e{n}").into(), at, what }))
            .collect()
    })
}

/// The same statements in another order, some of them again.
fn retold() -> impl Strategy<Value = (Talk, Talk)> {
    statements().prop_flat_map(|talk| {
        let more = vec(any::<prop::sample::Index>(), 0..10);
        let said = talk.clone();
        let retold = more.prop_flat_map(move |more| {
            let again =
                more.iter().filter(|_| !said.is_empty()).map(|index| index.get(&said).clone());
            let all: Talk = said.iter().cloned().chain(again).collect();
            Just(all).prop_shuffle()
        });
        (Just(talk), retold)
    })
}

#[test]
fn facts_do_not_depend_on_their_order_nor_on_how_often_they_are_told() {
    let both = |(_, (told, retold)): &(_, (Talk, Talk))| recorded(&[&told[..], retold].concat());
    holds(
        Config::default(),
        "facts-in-any-order",
        &(policy(), retold()),
        both,
        |(policy, (told, retold))| {
            prop_assert_eq!(facts(&after(policy, told)), facts(&after(policy, retold)));
            Ok(())
        },
    );
}

/// Later than all that the strategies tell.
const LATE: Millis = Millis(NOON.0 + 200 * 3_600_000);

/// An opt-out of everything from `b0`, by the person's word or by the platform's.
fn stop(by_word: bool) -> Turn {
    turn(match by_word {
        true => {
            let mut utterance = says(Kind::Message, person(0), business(0));
            utterance.findings.push("opt_out".into());
            uttered("stop", LATE, utterance)
        }
        false => {
            stated("stop", LATE, person(0), Fact::OptedOut { business: business(0), scopes: None })
        }
    })
}

fn end_of_account(turn: &Turn) -> bool {
    matches!(turn.event.what, What::Fact { fact: Fact::PersonErased, .. })
}

/// A talk that leaves the account open, a STOP, and a talk of older events.
type Stopped = (bool, Talk, Talk);

fn stopped() -> impl Strategy<Value = Stopped> {
    (any::<bool>(), talk(), talk()).prop_map(|(by_word, mut before, mut later)| {
        before.retain(|turn| !end_of_account(turn));
        later.retain(|turn| !end_of_account(turn));
        (by_word, before, later)
    })
}

fn whole((by_word, before, later): &Stopped) -> String {
    recorded(&[&before[..], &[stop(*by_word)], later].concat())
}

fn all_out(machine: &Machine) -> bool {
    let contact = machine.contact(party(&business(0)));
    let out = |scope| contact?.scope(scope).map(|held| held.value == Grant::Out && held.at == LATE);
    Scopes::ALL.iter().all(|scope| out(scope) == Some(true))
}

#[test]
fn a_stop_holds_whatever_older_arrives_after_it() {
    holds(
        Config::default(),
        "a-stop-holds",
        &(policy(), stopped()),
        |(_, said)| whole(said),
        |(policy, said)| {
            let (by_word, before, later) = said;
            let mut machine = after(policy, before);
            let heard = meet(policy, &mut machine, &stop(*by_word)).verdict;
            let expected =
                if *by_word { Verdict::Allowed(Basis::OptOut) } else { Verdict::Recorded };
            prop_assert_eq!(heard, expected);
            prop_assert!(all_out(&machine));
            for turn in later {
                let decision = meet(policy, &mut machine, turn);
                prop_assert!(all_out(&machine));
                if decision.visit.peer == Some(party(&business(0))) && speaks_to_p0(turn) {
                    prop_assert_eq!(decision.verdict.basis(), None, "it came through after a STOP");
                }
            }
            Ok(())
        },
    );
}

fn speaks_to_p0(turn: &Turn) -> bool {
    matches!(&turn.event.what, What::Utterance(utterance) if utterance.to == person(0))
}

#[test]
fn after_a_stop_the_business_is_silent_until_the_person_speaks() {
    // The business speaks later than the STOP, everybody else before it.
    let late = |mut said: Stopped| {
        for turn in said.2.iter_mut().filter(|turn| speaks_to_p0(turn)) {
            turn.event.at = turn.event.at + Span::hours(300);
        }
        said
    };
    let said = (policy(), stopped().prop_map(late));
    holds(
        Config::default(),
        "silent-after-a-stop",
        &said,
        |(_, said)| whole(said),
        |(policy, (by_word, before, later))| {
            let mut machine = after(policy, before);
            meet(policy, &mut machine, &stop(*by_word));
            for turn in later {
                let decision = meet(policy, &mut machine, turn);
                if decision.visit.peer == Some(party(&business(0))) && speaks_to_p0(turn) {
                    prop_assert_eq!(decision.verdict.basis(), None);
                }
            }
            Ok(())
        },
    );
}
