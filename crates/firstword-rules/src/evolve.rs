//! `evolve`: advances a machine by one of its decisions. Nothing is decided here.

use crate::machine::{MARKETING_STARTS, Rest, state};
use crate::{
    Basis, Category, Dated, Decision, Fact, Grant, Kind, Machine, Party, Role, Scope, Scopes,
    Utterance, Verdict, What, record,
};

/// Advances a machine by one of its decisions. If this function ever wants to know the policy, the decision is
/// missing a field.
pub fn evolve(machine: &mut Machine, decision: &Decision<'_>) {
    debug_assert_eq!(decision.seq, machine.seq + 1, "a decision was lost or doubled");
    machine.seq = decision.seq;
    match decision.verdict {
        Verdict::Allowed(basis) | Verdict::Forwarded(basis) => {
            if let (What::Utterance(utterance), Some(peer)) =
                (&decision.visit.event.what, decision.visit.peer)
            {
                hear_or_speak(machine, decision, utterance, peer, basis);
            }
        }
        Verdict::Recorded => {
            if let What::Fact { fact, .. } = &decision.visit.event.what {
                record(machine, decision, fact);
            }
        }
        Verdict::Denied(_) | Verdict::Ignored(_) | Verdict::Duplicate => return,
    }
    if !machine.closed {
        machine.seen.remember(decision.visit.mark);
    }
}

fn hear_or_speak(
    machine: &mut Machine,
    decision: &Decision<'_>,
    utterance: &Utterance<'_>,
    peer: Party,
    basis: Basis,
) {
    let (kind, at) = (utterance.kind, decision.visit.event.at);
    let stated = |value| Dated { at, value };
    let speaks = decision.visit.role == Role::Sender;
    if basis == Basis::OptOut {
        machine.contact_mut(peer).state(Scopes::ALL, stated(Grant::Out));
        return; // "a STOP opens no window"
    }
    let conversation = machine.conversation_mut(peer);
    conversation.set_last_let_through(decision.seq);
    if speaks {
        conversation.speak(kind, at);
        if basis == Basis::Start {
            conversation.set_unanswered(true);
        }
    } else {
        conversation.hear(kind, at);
        conversation.set_unanswered(false);
    }
    if peer.is_person() {
        return;
    }
    match (speaks, kind) {
        (true, Kind::Message) if utterance.opts_in() => {
            machine.contact_mut(peer).state(Scopes::MESSAGES, stated(Grant::In { until: None }));
        }
        (true, Kind::Message) => (),
        (true, Kind::Call) => forget_calls(machine, peer),
        (false, Kind::Call) => machine.contact_mut(peer).count_call(),
        (false, Kind::Message) => {
            if utterance.category() == Category::Marketing && basis != Basis::Reply {
                remember_marketing(machine.rest_mut(), at.into());
            }
        }
    }
}

fn record(machine: &mut Machine, decision: &Decision<'_>, fact: &Fact<'_>) {
    let at = decision.visit.event.at;
    if let Some(peer) = decision.visit.peer {
        record_of_a_party(machine, peer, at, fact);
        return;
    }
    match fact {
        Fact::Terms(answer, version) => {
            machine.answers.state(version, Dated { at, value: *answer });
        }
        Fact::ReachSet(value) => {
            state(&mut machine.rest_mut().reach, Dated { at, value: *value });
        }
        Fact::Located(value) => {
            state(&mut machine.region, Dated { at, value: *value });
        }
        Fact::Unreadable => {
            state(&mut machine.rest_mut().doubt, Dated { at, value: true });
        }
        Fact::DoubtCleared => {
            state(&mut machine.rest_mut().doubt, Dated { at, value: false });
        }
        Fact::PersonErased => close(machine),
        Fact::OptedIn { .. }
        | Fact::OptedOut { .. }
        | Fact::ContactErased { .. }
        | Fact::CallAnswered { .. }
        | Fact::Blocked(_)
        | Fact::Unblocked(_) => debug_assert!(false, "a fact about a party, without the party"),
    }
}

fn record_of_a_party(machine: &mut Machine, peer: Party, at: crate::Millis, fact: &Fact<'_>) {
    if let Some((scopes, new)) = record::grant(fact, at) {
        let contact = machine.contact_mut(peer);
        let changed = contact.state(scopes, new);
        if changed.contains(Scope::Calls) && new.value != Grant::Out {
            contact.forget_calls();
        }
        return;
    }
    match fact {
        Fact::ContactErased { .. } => machine.contact_mut(peer).erase(at),
        Fact::CallAnswered { .. } => {
            machine.conversation_mut(peer).speak(Kind::Message, at);
            forget_calls(machine, peer);
        }
        Fact::Blocked(_) | Fact::Unblocked(_) => {
            let new = Dated { at, value: matches!(fact, Fact::Blocked(_)) };
            let (_, held) = machine.rest_mut().blocks.find_or_insert(peer, |peer| (peer, new));
            if held.yields_to(&new) {
                *held = new;
            }
        }
        _ => debug_assert!(false, "a fact about the person alone, with a party"),
    }
}

/// Sets the unanswered calls of a business to 0, where any were counted.
fn forget_calls(machine: &mut Machine, peer: Party) {
    if machine.contact(peer).is_some() {
        machine.contact_mut(peer).forget_calls();
    }
}

fn remember_marketing(rest: &mut Rest, at: crate::machine::Stamp) {
    let mut starts = std::mem::take(&mut rest.marketing_starts).into_vec();
    if starts.len() >= MARKETING_STARTS {
        starts.remove(0);
    }
    starts.reserve_exact(1);
    starts.push(at);
    rest.marketing_starts = starts.into_boxed_slice();
}

/// "`person.erased` closes P's account. Everything on the machine is dropped but the duties that run."
fn close(machine: &mut Machine) {
    let mut contacts = machine.rest.take().map(|rest| rest.contacts).unwrap_or_default();
    contacts.retain(|(_, contact)| {
        contact.keep_duty();
        contact.duty_since().is_some()
    });
    *machine = Machine { seq: machine.seq, closed: true, ..Machine::default() };
    if contacts.len() > 0 {
        machine.rest_mut().contacts = contacts;
    }
}
