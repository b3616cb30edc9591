//! Laws over random logs and policies.

use firstword_engine::Engine;
use firstword_replay::{Change, changes, duties, portrait_of};
use firstword_rules::{
    Basis, Category, Conversation, Decision, Event, Kind, Machine, Parts, Party, Policy, Role,
    Trail, Verdict, What,
};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestCaseResult};

use crate::events::event;
use crate::lines::lines;
use crate::policies::policy;
use crate::recording::holds;

/// One visit: the engine after it, the person's machine before it, and the rows that were tried.
struct Step<'s> {
    engine: &'s Engine,
    decision: Decision<'s>,
    before: &'s Machine,
    trail: Trail,
}

impl Step<'_> {
    fn after(&self) -> &Machine {
        self.engine.machine(self.decision.visit.person()).unwrap_or(self.before)
    }

    fn tried(&self, row: &str) -> Option<bool> {
        self.trail.tried.iter().find(|tried| tried.row == row).map(|tried| tried.applied)
    }
}

/// Tries a law at every visit of random logs under random policies.
fn at_every_visit(name: &str, law: impl Fn(&Step<'_>) -> TestCaseResult) {
    let cases = (policy(), vec(event(3), 0..80));
    let record = |(_, log): &(Policy, Vec<Event<'static>>)| lines(log);
    holds(Config::default(), name, &cases, record, |(policy, log)| visits(policy, log, &law));
}

fn visits(
    policy: &Policy,
    log: &[Event<'_>],
    law: impl Fn(&Step<'_>) -> TestCaseResult,
) -> TestCaseResult {
    let (mut engine, blank) = (Engine::new(policy.clone()), Machine::default());
    for event in log {
        let earlier = engine.clone();
        for decision in engine.clone().step(event).iter() {
            let visit = decision.visit;
            engine.replay(event, visit.role, decision.seq, decision.verdict);
            let before = earlier.machine(visit.person()).unwrap_or(&blank);
            let trail = earlier.explain(event, visit.role);
            law(&Step { engine: &engine, decision: *decision, before, trail })?;
        }
    }
    Ok(())
}

/// A machine without what no change speaks of: the number of its decisions, the memory of events, and which
/// conversation was the last.
fn without_bookkeeping(machine: &Machine) -> Machine {
    let conversation = |held: &Conversation| {
        let times = [
            held.heard(Kind::Message),
            held.heard(Kind::Call),
            held.spoke(Kind::Message),
            held.spoke(Kind::Call),
        ];
        Conversation::restored(held.party(), 0, held.unanswered(), times)
    };
    Machine::from(Parts {
        seq: 0,
        closed: machine.is_closed(),
        seen: Vec::new(),
        conversations: machine.conversations().iter().map(conversation).collect(),
        region: machine.region(),
        reach: machine.reach(),
        doubt: machine.doubt(),
        answers: machine.answers().to_vec(),
        contacts: machine.contacts().to_vec(),
        blocks: machine.blocks().to_vec(),
        marketing_starts: machine.marketing_starts().collect(),
    })
}

#[test]
fn nothing_changed_where_only_the_bookkeeping_did_and_nowhere_else() {
    at_every_visit("bookkeeping", |step| {
        let visit = step.decision.visit;
        let (person, at) = (visit.person(), visit.event.at);
        let told = changes(step.engine, at, person, step.before, step.after());
        let same = without_bookkeeping(step.before) == without_bookkeeping(step.after());
        prop_assert_eq!(told.is_empty(), same, "{:?}", told);
        for change in &told {
            let words = change.to_string();
            prop_assert!(!words.is_empty() && !words.contains('\n'), "{words}");
        }
        Ok(())
    });
}

#[test]
fn a_step_that_neither_lets_through_nor_records_changes_nothing() {
    at_every_visit("denied", |step| {
        let visit = step.decision.visit;
        let told = changes(step.engine, visit.event.at, visit.person(), step.before, step.after());
        if matches!(
            step.decision.verdict,
            Verdict::Denied(_) | Verdict::Ignored(_) | Verdict::Duplicate
        ) {
            prop_assert!(told.is_empty(), "{:?}", told);
        }
        Ok(())
    });
}

#[test]
fn a_standing_that_changes_is_told_as_the_decision_has_it() {
    at_every_visit("standing", |step| {
        let visit = step.decision.visit;
        let (person, at) = (visit.person(), visit.event.at);
        let stand = step.after().stand(step.engine.policy(), at);
        let shares = step.after().shares_data(step.engine.policy(), at);
        if let Some(standing) = step.decision.standing {
            prop_assert_eq!((stand.standing, Some(shares)), (standing, step.decision.shares_data));
        }
        for change in changes(step.engine, at, person, step.before, step.after()) {
            match change {
                Change::Standing { was, now } => {
                    prop_assert_eq!(now, stand);
                    prop_assert_eq!(was, step.before.stand(step.engine.policy(), at));
                }
                Change::Owes(duty) => {
                    prop_assert!(step.decision.erase_by.is_none_or(|by| by == duty.by));
                }
                Change::OwesNoMore { late: Some(late), .. } => {
                    prop_assert_eq!(Some(late), step.decision.late);
                }
                _ => (),
            }
        }
        Ok(())
    });
}

/// What is said of a machine when nobody speaks is what the gates see when somebody does.
#[test]
fn the_rights_that_are_shown_are_those_that_the_gates_see() {
    at_every_visit("rights", |step| {
        let (visit, machine) = (step.decision.visit, step.before);
        let (policy, at) = (step.engine.policy(), visit.event.at);
        let (What::Utterance(said), Some(peer)) = (&visit.event.what, visit.peer) else {
            return Ok(());
        };
        // The engine numbered the peer by now, so the machine before knows it by the same number.
        let peer: Party = peer;
        let open = |until: Option<_>| until.is_some_and(|until| at < until);
        if let Some(applied) = step.tried("S7") {
            let right = machine.may_reply_until(policy, peer, said.kind);
            prop_assert_eq!(applied, open(right));
        }
        if let Some(applied) = step.tried("R12") {
            let category = said.category();
            let right = machine.may_be_replied_until(policy, peer, category, at);
            prop_assert_eq!(applied, open(right) && category != Category::Marketing);
        }
        if let (Role::Sender, Some(basis @ (Basis::Continue | Basis::Start))) =
            (visit.role, step.decision.verdict.basis())
        {
            let live = open(machine.live_until(policy, peer, at));
            prop_assert_eq!(live, basis == Basis::Continue);
        }
        Ok(())
    });
}

#[test]
fn a_portrait_shows_what_is_open_and_every_duty_and_is_told_in_single_lines() {
    at_every_visit("portrait", |step| {
        let visit = step.decision.visit;
        let at = visit.event.at;
        let shown = portrait_of(step.engine, visit.person().clone(), step.after(), at);
        for talk in &shown.conversations {
            let until = [talk.may_reply, talk.may_call_back, talk.may_be_replied, talk.live];
            prop_assert!(until.into_iter().flatten().all(|until| at < until));
        }
        let owed: Vec<_> =
            duties(step.engine).into_iter().filter(|duty| duty.person == *visit.person()).collect();
        prop_assert_eq!(&shown.duties, &owed);
        for section in shown.sections(3) {
            prop_assert!(section.lines.len() <= 3 && !section.lines.is_empty());
            prop_assert!(section.more == 0 || section.lines.len() == 3);
            let whole = |line: &String| !line.is_empty() && !line.contains('\n');
            prop_assert!(section.lines.iter().all(whole), "{:?}", section);
        }
        Ok(())
    });
}
