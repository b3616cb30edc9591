//! What no policy and no past can let through.

use firstword_rules::{Basis, Machine, Standing, Verdict, What};
use proptest::prelude::*;

use crate::talk::{law, meet};

#[test]
fn who_may_only_reply_never_starts() {
    law("reply-only-never-starts", |policy, talk| {
        let mut machine = Machine::default();
        for turn in talk {
            let decision = meet(policy, &mut machine, turn);
            let speaks = decision.visit.role == firstword_rules::Role::Sender;
            if speaks && decision.standing == Some(Standing::ReplyOnly) {
                let through = decision.verdict.basis();
                prop_assert!(
                    matches!(through, None | Some(Basis::Reply | Basis::OptOut)),
                    "{through:?}"
                );
            }
        }
        Ok(())
    });
}

#[test]
fn nothing_passes_the_gates_of_the_suspended_and_the_closed_but_a_stop() {
    law("suspended-or-closed", |policy, talk| {
        let mut machine = Machine::default();
        for turn in talk {
            let decision = meet(policy, &mut machine, turn);
            let What::Utterance(utterance) = &turn.event.what else { continue };
            let through = decision.verdict.basis();
            match decision.standing {
                Some(Standing::Closed) => prop_assert_eq!(through, None),
                Some(Standing::Suspended) if !utterance.is_stop() => {
                    prop_assert_eq!(through, None)
                }
                _ => (),
            }
        }
        Ok(())
    });
}

#[test]
fn only_what_passes_both_gates_between_people_is_forwarded() {
    law("forwarded-to-people", |policy, talk| {
        let mut machine = Machine::default();
        for turn in talk {
            let decision = meet(policy, &mut machine, turn);
            let to_person = decision.visit.peer.is_some_and(|peer| peer.is_person());
            let speaks = decision.visit.role == firstword_rules::Role::Sender;
            match decision.verdict {
                Verdict::Forwarded(_) => prop_assert!(speaks && to_person),
                Verdict::Allowed(_) => prop_assert!(!(speaks && to_person)),
                _ => (),
            }
        }
        Ok(())
    });
}

#[test]
fn a_blocked_party_is_not_heard_and_not_spoken_to_but_with_a_stop() {
    law("blocked", |policy, talk| {
        let mut machine = Machine::default();
        for turn in talk {
            let block = turn.visit().peer.and_then(|peer| machine.block(peer));
            let decision = meet(policy, &mut machine, turn);
            if block.is_some_and(|block| block.value) {
                let through = decision.verdict.basis();
                prop_assert!(matches!(through, None | Some(Basis::OptOut)), "{through:?}");
            }
        }
        Ok(())
    });
}
