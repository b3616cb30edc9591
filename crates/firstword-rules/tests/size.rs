//! A machine is small: a platform keeps one for everybody.

#[path = "shared/cast.rs"]
mod cast;
#[path = "shared/meeting.rs"]
mod meeting;

use firstword_rules::{
    Basis, Contact, Conversation, Decision, Event, Fact, Kind, Machine, Mark, Party, Role, Span,
    Verdict, evolve,
};

use cast::{NOON, business, person, says};
use meeting::{party, stated, uttered, visit};

/// The most that a person without consent on record and with three peers may take.
const MOST: usize = 400;

fn happened(machine: &mut Machine, event: &Event<'_>, role: Role, verdict: Verdict) {
    evolve(machine, &Decision::recorded(visit(event, role), machine.seq() + 1, verdict));
}

/// A person who wrote to three people and called them, was written to and called by them, and whose machine
/// knows as many events again as it ever does.
fn sociable() -> Machine {
    let mut machine = Machine::default();
    for n in 0..24_u32 {
        let kind = if n % 2 == 0 { Kind::Message } else { Kind::Call };
        let (peer, at) = (person(1 + n / 2 % 3), NOON + Span::hours(n.into()));
        let said = Basis::Start;
        if n < 12 {
            let event = uttered(&format!("e{n}"), at, says(kind, person(0), peer));
            happened(&mut machine, &event, Role::Sender, Verdict::Forwarded(said));
        } else {
            let event = uttered(&format!("e{n}"), at, says(kind, peer, person(0)));
            happened(&mut machine, &event, Role::Recipient(Some(said)), Verdict::Allowed(said));
        }
    }
    machine
}

#[test]
fn a_person_with_three_peers_takes_at_most_400_bytes() {
    let machine = sociable();
    let kinds = [Kind::Message, Kind::Call];
    let complete = |talk: &Conversation| {
        kinds.iter().all(|kind| talk.heard(*kind).is_some() && talk.spoke(*kind).is_some())
    };
    assert_eq!(machine.conversations().iter().filter(|talk| complete(talk)).count(), 3);
    assert_eq!(machine.seen().iter().count(), 16);
    let taken = size_of::<Machine>() + machine.heap_bytes();
    assert!(taken <= MOST, "{taken} bytes");
}

#[test]
fn what_a_machine_says_that_it_keeps_is_what_its_parts_take() {
    let machine = sociable();
    let parts =
        size_of_val(machine.conversations()) + machine.seen().iter().count() * size_of::<Mark>();
    assert_eq!(machine.heap_bytes(), parts);
    assert_eq!(Machine::default().heap_bytes(), 0, "what never happened takes nothing");
}

#[test]
fn nothing_is_kept_for_what_is_forgotten() {
    let mut machine = sociable();
    let before = machine.heap_bytes();
    for n in 0..2_000_u32 {
        let peer = person(10 + n);
        let event = uttered(&format!("m{n}"), NOON, says(Kind::Message, person(0), peer));
        happened(&mut machine, &event, Role::Sender, Verdict::Forwarded(Basis::Start));
    }
    let grown = (1_024 - 3) * size_of::<Conversation>();
    assert_eq!(machine.heap_bytes(), before + grown);
    assert_eq!(machine.conversations().len(), 1_024);
    assert!(machine.conversation(party(&person(1))).is_none());
    assert_eq!(size_of::<Party>(), 4);
}

#[test]
fn each_business_of_a_person_takes_its_contact_and_no_more() {
    let mut machine = Machine::default();
    let mut sizes = Vec::new();
    for n in 0..40_u32 {
        let opt_in = Fact::OptedIn { business: business(n), scopes: None, until: None };
        let event = stated(&format!("e{n}"), NOON, person(0), opt_in);
        happened(&mut machine, &event, Role::Subject, Verdict::Recorded);
        sizes.push(machine.heap_bytes());
    }
    let grown: Vec<_> = sizes
        .windows(2)
        .skip(16)
        .map(|pair| pair.iter().rev().copied().reduce(|a, b| a - b))
        .collect();
    assert_eq!(grown, vec![Some(size_of::<(Party, Contact)>()); 23]);
}
