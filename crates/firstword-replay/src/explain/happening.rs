//! An event of the log in a sentence: who did what, where it lies, and when.

use firstword_rules::{Answer, Event, Fact, Kind, Millis, Scopes, Utterance, What};

use crate::Place;

/// An event that happened.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Happening {
    /// Where its line begins in the log.
    pub offset: u64,
    /// Where that is.
    pub place: Place,
    /// Its id.
    pub id: String,
    /// Its `at`.
    pub at: Millis,
    /// Its `type`.
    pub type_name: &'static str,
    /// Who did what, as a sentence without its full stop.
    pub what: String,
}

impl Happening {
    /// The event of a line.
    pub(crate) fn of(place: Place, offset: u64, event: &Event<'_>) -> Happening {
        let (id, at) = (event.id.clone().into_owned(), event.at);
        let what = match &event.what {
            What::Utterance(utterance) => said(utterance),
            What::Fact { person, fact } => stated(&person.to_string(), fact),
        };
        Happening { offset, place, id, at, type_name: event.type_name(), what }
    }
}

fn said(utterance: &Utterance<'_>) -> String {
    let (from, to) = (&utterance.from, &utterance.to);
    match utterance.kind {
        Kind::Call => format!("{from} called {to}"),
        Kind::Message if utterance.is_stop() => format!("{from} wrote to {to} to opt out"),
        Kind::Message if utterance.opts_in() => format!("{from} wrote to {to} to opt in"),
        Kind::Message if from.is_person() => format!("{from} wrote to {to}"),
        Kind::Message => format!("{from} wrote to {to} (`{}`)", utterance.category()),
    }
}

fn stated(person: &str, fact: &Fact<'_>) -> String {
    match fact {
        Fact::Terms(Answer::Accepted, version) => format!("{person} accepted terms `{version}`"),
        Fact::Terms(Answer::Declined, version) => format!("{person} declined terms `{version}`"),
        Fact::Terms(Answer::Withdrawn, version) => {
            format!("{person} withdrew from terms `{version}`")
        }
        Fact::OptedIn { business, scopes, until } => {
            let until = until.map_or(String::new(), |until| format!(", until {until}"));
            let scopes = scopes.unwrap_or(Scopes::MESSAGES);
            format!("{person} opted in to {business} ({}){until}", named(scopes))
        }
        Fact::OptedOut { business, scopes } => {
            let scopes = scopes.unwrap_or(Scopes::ALL);
            format!("{person} opted out of {business} ({})", named(scopes))
        }
        Fact::ContactErased { business } => format!("{business} erased the contact {person}"),
        Fact::CallAnswered { business } => format!("{person} answered a call of {business}"),
        Fact::Blocked(party) => format!("{person} blocked {party}"),
        Fact::Unblocked(party) => format!("{person} unblocked {party}"),
        Fact::ReachSet(reach) => format!("{person} set the reach to `{reach}`"),
        Fact::Located(region) => format!("{person} was in {region}"),
        Fact::PersonErased => format!("{person} closed the account"),
        Fact::Unreadable => format!("something about {person} could not be read"),
        Fact::DoubtCleared => format!("doubt about {person} was cleared"),
    }
}

fn named(scopes: Scopes) -> String {
    scopes.iter().map(|scope| format!("`{scope}`")).collect::<Vec<_>>().join(", ")
}
