//! Whatever the policy, the history and the question: `when` is the first instant, and nothing changes but at a moment.

use std::cell::RefCell;
use std::collections::BTreeMap;

use firstword_engine::Engine;
use firstword_replay::may::{END, Outcome, Question};
use firstword_rules::{Millis, Reason, Verdict};
use proptest::prelude::*;
use proptest::test_runner::{Config, RngSeed};

use crate::draws::{Drawn, drawn};
use crate::recording::holds;
use crate::world::{after, events, question};

const HOUR: i64 = 3_600_000;

/// Instants from `from` on and before `to` at which a wrong answer would show: every hour of the first six weeks,
/// every two months or so after that, around each moment, and some in between by chance.
fn samples(question: &Question<'_>, from: Millis, to: Millis, chance: &[u64]) -> Vec<Millis> {
    let hours = (from.0..to.0.min(from.0 + 42 * 24 * HOUR)).step_by(HOUR as usize);
    let seldom = (from.0..to.0).step_by(1_409 * HOUR as usize);
    let around = question.moments(from).into_iter().flat_map(|at| [at.0 - 1, at.0, at.0 + 1]);
    let by_chance = chance.iter().map(|draw| from.0 + (draw % (to.0 - from.0) as u64) as i64);
    let near = chance.iter().map(|draw| from.0 + (draw % (60 * 24 * HOUR) as u64) as i64);
    let all = hours.chain(seldom).chain(around).chain(by_chance).chain(near);
    all.filter(|at| (from.0..to.0).contains(at)).map(Millis).collect()
}

fn chance() -> impl Strategy<Value = Vec<u64>> {
    proptest::collection::vec(any::<u64>(), 200)
}

/// The first instant is let through, the one before is not, nor is any between the question and it.
fn when_is_the_first(world: &Drawn, chance: &[u64]) -> Option<(Verdict, Option<Millis>)> {
    let engine: Engine = after(world.policy.clone(), &world.log);
    let question = question(&engine, &world.question);
    let now = question.outcome(world.at);
    let when = question.when(world.at);
    if now.allowed().is_some() {
        assert_eq!(when, Some(world.at));
        return None;
    }
    if let Some(when) = when {
        assert!(world.at < when && when < END);
        assert!(question.outcome(when).allowed().is_some(), "not at {when}");
        let before = Millis(when.0 - 1);
        assert_eq!(question.outcome(before).allowed(), None, "a millisecond before {when}");
    }
    for at in samples(&question, world.at, when.unwrap_or(END), chance) {
        assert_eq!(question.outcome(at).allowed(), None, "at {at}, long before {when:?}");
    }
    Some((now.verdict, when))
}

/// Every draw is checked, and so is that the draws are worth it: most reasons that time can end do end in some.
#[test]
fn when_is_the_first_instant_and_never_is_never() {
    let ended = RefCell::new(BTreeMap::<&str, [u32; 2]>::new());
    // The same draws each time, so that what they met can be asserted.
    let config = Config { cases: 1_500, rng_seed: RngSeed::Fixed(2021), ..Config::default() };
    holds(config, "when", &(drawn(), chance()), recording, |(world, chance)| {
        if let Some((Verdict::Denied(reason), when)) = when_is_the_first(world, chance) {
            let mut ended = ended.borrow_mut();
            ended.entry(reason.as_str()).or_default()[usize::from(when.is_some())] += 1;
        }
        Ok(())
    });
    let ended = ended.into_inner();
    let by_time = [
        Reason::TermsDeclined,
        Reason::TermsUnanswered,
        Reason::RecipientSuspended,
        Reason::UnansweredStarts,
        Reason::OrderForbids,
        Reason::QuietHours,
        Reason::MarketingCap,
        Reason::InDoubt,
    ];
    for reason in by_time {
        let [_, ended] = ended.get(reason.as_str()).copied().unwrap_or_default();
        assert!(ended > 0, "no {reason} that time ended was drawn: {ended:?}");
    }
    let never = [Reason::NotOptedIn, Reason::WindowClosed, Reason::Blocked, Reason::OptedOut];
    for reason in never {
        let [never, _] = ended.get(reason.as_str()).copied().unwrap_or_default();
        assert!(never > 0, "no {reason} for good was drawn");
    }
}

/// What R18 has no part in.
fn but_for_quiet_hours(outcome: Outcome) -> Option<Outcome> {
    let quiet = outcome.verdict == Verdict::Denied(Reason::QuietHours);
    (!quiet && !matches!(outcome.row, "R19" | "R20")).then_some(outcome)
}

#[test]
fn between_two_moments_nothing_changes_but_quiet_hours() {
    let config = Config { cases: 400, ..Config::default() };
    holds(config, "moments", &(drawn(), chance()), recording, |(world, chance)| {
        let engine = after(world.policy.clone(), &world.log);
        let question = question(&engine, &world.question);
        let moments = question.moments(world.at);
        prop_assert!(moments.is_sorted() && moments.iter().all(|at| world.at < *at && *at < END));
        let quiet = !engine.policy().quiet_hours.is_empty();
        for at in samples(&question, world.at, END, chance) {
            let last = moments.iter().rfind(|moment| **moment <= at).unwrap_or(&world.at);
            let (then, now) = (question.outcome(*last), question.outcome(at));
            match quiet {
                false => prop_assert_eq!(then, now, "{} and {}", last, at),
                true => prop_assert_eq!(
                    but_for_quiet_hours(then),
                    but_for_quiet_hours(now),
                    "{} and {}",
                    last,
                    at
                ),
            }
        }
        Ok(())
    });
}

fn recording((world, _): &(Drawn, Vec<u64>)) -> String {
    events(&world.log)
}
