//! What is looked at of the person alone: memory, account, blocks, standing, reach.

use crate::case::Case;
use crate::explain::{Ground, Sight};
use crate::machine::ANSWERS;
use crate::standing::{Bearings, accepts, answer, in_force};
use crate::{Consequence, Dated, Kind, Reach, Stage, Standing, Terms, orders, rights};

pub(crate) fn memory(case: &Case<'_, '_>) -> Sight {
    let known = case.machine.seen().contains(case.visit.mark);
    match (known, case.machine.seen().iter().count()) {
        (_, 0) => Sight::of("nothing is remembered"),
        (false, count) => Sight::of(format!("the event is none of the {count} remembered")),
        (true, count) => {
            Sight::of(format!("the event is one of the {count} remembered")).on([Ground::Seen])
        }
    }
}

pub(crate) fn account(case: &Case<'_, '_>) -> Sight {
    match case.machine.is_closed() {
        true => Sight::of("P's account is closed").on([Ground::Closed]),
        false => Sight::of("P's account is open"),
    }
}

pub(crate) fn block(case: &Case<'_, '_>) -> Sight {
    let block = case.visit.peer.and_then(|peer| case.machine.block(peer));
    let phrase = match block {
        None => "P never blocked Q".to_owned(),
        Some(Dated { at, value: true }) => format!("P blocked Q at {at}"),
        Some(Dated { at, value: false }) => format!("P unblocked Q at {at}"),
    };
    Sight::of(phrase).on(block.map(Ground::Block))
}

pub(super) fn stands(case: &Case<'_, '_>) -> Sight {
    if case.machine.is_closed() {
        return account(case);
    }
    let (standing, region) = (case.stand.standing, case.machine.region());
    let sight = because(case, standing);
    match region.filter(|_| region_bears(case)) {
        None => sight,
        Some(region) => Sight { saw: format!("{}; P is in {}", sight.saw, region.value), ..sight }
            .on([Ground::Region(region)]),
    }
}

fn because(case: &Case<'_, '_>, standing: Standing) -> Sight {
    let told = |because: &str| Sight::of(format!("P's standing is `{standing}`: {because}"));
    let Some((index, terms)) = in_force(case.policy, case.region(), case.at()) else {
        return told("no terms are in force");
    };
    let answered = |terms| answer(case.machine.answers(), terms);
    let ground = |version: &str, answer| [Ground::Answer(version.into(), answer)];
    let mut it_or_later = case.policy.terms.iter().skip(index);
    let accepted = it_or_later.find_map(|terms| {
        answered(terms).filter(|answer| accepts(*answer)).map(|answer| (&terms.version, answer))
    });
    let mut holding = orders::holding(case.policy, case.region(), case.at());
    match (case.stand.because, accepted, answered(terms)) {
        (None, Some((version, answer)), _) => {
            told(&format!("accepted terms `{version}` at {}", answer.at))
                .on(ground(version, answer))
        }
        (None, None, _) => match holding.find(|order| order.standing_full) {
            Some(order) => told(&format!("the order `{}` holds", order.name)),
            None => told("the terms in force limit nobody"),
        },
        (Some(_), _, Some(answer)) => {
            let Dated { at, value } = answer;
            told(&format!("{value} terms `{}` at {at}", terms.version))
                .and(stage(case, terms.on_declined(case.region()), terms))
                .on(ground(&terms.version, answer))
        }
        (Some(_), _, None) => {
            let since = terms.effective(case.region());
            told(&format!("no answer to terms `{}`, in force since {since}", terms.version))
                .and(stage(case, terms.on_silence(case.region()), terms))
                .and(dropped(case))
        }
    }
}

/// Since when the stage holds that time alone brought, where the terms come in stages.
fn stage(case: &Case<'_, '_>, consequence: &Consequence, terms: &Terms) -> Option<String> {
    let Consequence::Stages(stages) = consequence else { return None };
    let since = |stage: &Stage| terms.effective(case.region()) + stage.after;
    let begun = stages.iter().map(since).rfind(|since| *since <= case.at())?;
    Some(format!(", by the stage that began at {begun}"))
}

/// That an answer may have been dropped, where as many are kept as can be.
fn dropped(case: &Case<'_, '_>) -> Option<String> {
    let full = case.machine.answers().len() >= ANSWERS;
    full.then(|| {
        format!(
            "; only the {ANSWERS} newest answers are kept, and an older one may have been dropped"
        )
    })
}

/// Whether the terms say something else for P than for somebody elsewhere: of no known region, or of one that the
/// policy names. An event that moved P out of such a region is a cause too.
fn region_bears(case: &Case<'_, '_>) -> bool {
    let (policy, machine, at) = (case.policy, case.machine, case.at());
    let stand =
        |region| Bearings { policy, machine, answers: machine.answers(), region, at }.stand();
    let version = |region| {
        let found = in_force(policy, region, at);
        found.map(|(index, terms)| (index, terms.effective(region)))
    };
    let of_terms = policy.terms.iter().flat_map(|terms| &terms.regions).map(|(region, _)| region);
    let of_orders = policy.orders.iter().filter_map(|order| order.regions.as_ref());
    let of_orders = of_orders.flat_map(|regions| regions.listed.iter().chain(&regions.grouped));
    let mut elsewhere = [None].into_iter().chain(of_terms.chain(of_orders).copied().map(Some));
    let here = version(case.region());
    elsewhere.any(|region| stand(region) != case.stand || version(region) != here)
}

pub(super) fn reached(case: &Case<'_, '_>) -> Sight {
    let sight = reach(case);
    if case.machine.reach().is_none_or(|reach| reach.value != Reach::Known) {
        return sight;
    }
    let spoke = |kind| rights::spoke(case, kind).map(|at| (at, kind));
    let newest = spoke(Kind::Message).max(spoke(Kind::Call));
    let phrase = match newest {
        Some((at, _)) => format!("{}; P spoke to Q at {at}", sight.saw),
        None => format!("{}; P never spoke to Q", sight.saw),
    };
    let newest = newest.map(|(at, kind)| Ground::Spoke(kind, at));
    Sight { saw: phrase, ..sight }.on(newest)
}

/// P's reach, for whoever asks.
pub(crate) fn reach(case: &Case<'_, '_>) -> Sight {
    match case.machine.reach() {
        None => Sight::of(format!("P's reach is `{}`, by default", Reach::Everyone)),
        Some(reach) => Sight::of(format!("P's reach is `{}`, since {}", reach.value, reach.at))
            .on([Ground::Reach(reach)]),
    }
}
