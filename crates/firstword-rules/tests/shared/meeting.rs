//! An event of the cast before a machine: the number in a name is the party's number.

use firstword_rules::{Event, Fact, Mark, Millis, Name, Party, Role, Utterance, Visit, What};

/// The party of a name from here.
pub fn party(name: &Name<'_>) -> Party {
    let number = name.text.get(1..).and_then(|digits| digits.parse().ok());
    Party::new(name.kind, number.unwrap_or(u32::MAX >> 1))
}

/// An utterance as an event.
pub fn uttered(id: &str, at: Millis, utterance: Utterance<'static>) -> Event<'static> {
    Event { id: id.to_owned().into(), at, what: What::Utterance(utterance) }
}

/// A fact about a person as an event.
pub fn stated(id: &str, at: Millis, person: Name<'static>, fact: Fact<'static>) -> Event<'static> {
    Event { id: id.to_owned().into(), at, what: What::Fact { person, fact } }
}

/// The event before the machine of the person who has this part in it.
pub fn visit<'e>(event: &'e Event<'e>, role: Role) -> Visit<'e> {
    let (one, other) = event.parties();
    let peer = match role {
        Role::Recipient(_) => Some(one),
        Role::Sender | Role::Subject => other,
    };
    Visit { event, mark: Mark::of(event), role, peer: peer.map(party) }
}
