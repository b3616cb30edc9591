//! Events as EVENTS.md writes them, so that the program can read what a failing law leaves behind.

use std::fmt::Write;

use firstword_rules::{Event, Fact, Name, Scopes, What};

/// Events, one a line.
pub fn lines(events: &[Event<'_>]) -> String {
    events.iter().map(|event| line(event) + "\n").collect()
}

fn line(event: &Event<'_>) -> String {
    let mut line = format!("{{\"id\":\"{}\",\"type\":\"{}\"", event.id, event.type_name());
    put(&mut line, "at", Some(event.at));
    match &event.what {
        What::Utterance(utterance) => {
            put(&mut line, "from", Some(&utterance.from));
            put(&mut line, "to", Some(&utterance.to));
            put(&mut line, "category", utterance.category);
            put(&mut line, "purpose", utterance.purpose.as_ref());
            put(&mut line, "sector", utterance.sector.as_ref());
            if !utterance.findings.is_empty() {
                list(&mut line, "findings", &utterance.findings);
            }
        }
        What::Fact { person, fact } => {
            put(&mut line, "person", Some(person));
            put_fact(&mut line, fact);
        }
    }
    line + "}"
}

fn put_fact(line: &mut String, fact: &Fact<'_>) {
    match fact {
        Fact::Terms(_, version) => put(line, "version", Some(version)),
        Fact::OptedIn { scopes, until, .. } => {
            put_scopes(line, *scopes);
            put(line, "until", *until);
        }
        Fact::OptedOut { scopes, .. } => put_scopes(line, *scopes),
        Fact::ReachSet(reach) => put(line, "reach", Some(reach)),
        Fact::Located(region) => put(line, "region", Some(region)),
        _ => (),
    }
    let of_a_party = matches!(fact, Fact::Blocked(_) | Fact::Unblocked(_));
    put::<&Name<'_>>(line, if of_a_party { "party" } else { "business" }, fact.other());
}

fn put_scopes(line: &mut String, scopes: Option<Scopes>) {
    if let Some(scopes) = scopes {
        list(line, "scopes", &scopes.iter().map(|scope| scope.as_str()).collect::<Vec<_>>());
    }
}

/// The names of the cast and the words of the page need no escape.
fn put<T: ToString>(line: &mut String, field: &str, value: Option<T>) {
    if let Some(value) = value {
        let _ = write!(line, ",\"{field}\":\"{}\"", value.to_string());
    }
}

fn list<T: AsRef<str>>(line: &mut String, field: &str, values: &[T]) {
    let values: Vec<_> = values.iter().map(|value| format!("\"{}\"", value.as_ref())).collect();
    let _ = write!(line, ",\"{field}\":[{}]", values.join(","));
}
