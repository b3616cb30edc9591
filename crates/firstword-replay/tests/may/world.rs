//! Policies, logs and questions as short text: `2021-05-16T09:00:00Z message from=person:alice to=person:bob`.

use std::fmt::Write as _;

use firstword_engine::Engine;
use firstword_replay::may::Question;
use firstword_rules::{Event, Millis, Policy, Utterance, What};
use firstword_wire::{Reader, parse_time};

/// A policy from the lines of its file that matter.
pub fn policy(text: &str) -> Policy {
    let text = format!("name = 'p'\n{text}");
    match firstword_policy::parse(&text) {
        Ok(checked) => checked.policy,
        Err(problems) => panic!("{problems:?}\n{text}"),
    }
}

/// The machines after a log, an event a line.
pub fn after(policy: Policy, log: &str) -> Engine {
    let mut engine = Engine::new(policy);
    for json in events(log).lines() {
        let event = read(&engine, json);
        engine.step(&event);
    }
    engine
}

/// A log as the program reads it.
pub fn events(log: &str) -> String {
    let lines = log.lines().map(str::trim).filter(|line| !line.is_empty());
    lines.zip(0..).map(|(line, number)| json(&format!("m-{number}"), line) + "\n").collect()
}

/// A question: a line without its time.
pub fn question<'q>(engine: &'q Engine, line: &str) -> Question<'q> {
    let json = json("q", &format!("2021-01-01T00:00:00Z {line}"));
    let What::Utterance(utterance) = read(engine, &json).what else { panic!("no utterance") };
    Question::of(engine, owned(utterance))
}

/// An instant.
pub fn at(text: &str) -> Millis {
    parse_time(text).unwrap_or_else(|| panic!("not a time: {text}"))
}

/// What somebody would read: as what it is allowed or why it is denied, the rows, and from when if not now.
pub fn told(engine: &Engine, line: &str, time: &str) -> String {
    let (question, time) = (question(engine, line), at(time));
    let now = shown(&question, time);
    match question.when(time) {
        Some(when) if when == time => now,
        Some(when) => {
            // The first instant is the first: a millisecond before, the gates still say no.
            assert_eq!(question.outcome(Millis(when.0 - 1)).allowed(), None, "{line}");
            format!("{now}; {when} {}", shown(&question, when))
        }
        None => format!("{now}; never"),
    }
}

/// What the gates say at each moment from a time on, while it changes.
pub fn course(engine: &Engine, line: &str, time: &str) -> Vec<String> {
    let question = question(engine, line);
    let mut course = vec![shown(&question, at(time))];
    for moment in question.moments(at(time)) {
        let (before, then) = (shown(&question, Millis(moment.0 - 1)), shown(&question, moment));
        if before != then {
            course.push(format!("{moment} {then}"));
        }
    }
    course
}

fn shown(question: &Question<'_>, at: Millis) -> String {
    let (answer, outcome) = (question.ask(at), question.outcome(at));
    assert_eq!(answer.verdict, outcome.verdict, "with the rows that were tried and without");
    let rows: Vec<_> = answer.rows().collect();
    assert_eq!(rows.last(), Some(&outcome.row));
    assert_eq!(rows.first().filter(|_| rows.len() > 1), outcome.forwarded.as_ref());
    let what = match (answer.allowed(), answer.verdict.reason()) {
        (Some(basis), _) => basis.to_string(),
        (None, Some(reason)) => reason.to_string(),
        (None, None) => panic!("neither yes nor no: {answer:?}"),
    };
    format!("{what} {}", rows.join(" "))
}

/// The event of a line as JSON.
fn json(id: &str, line: &str) -> String {
    let mut words = line.split_whitespace();
    let (at, kind) = (words.next().unwrap(), words.next().unwrap());
    let mut json = format!("{{\"id\":\"{id}\",\"at\":\"{at}\",\"type\":\"{kind}\"");
    for word in words {
        let (field, value) = word.split_once('=').unwrap();
        let value = match value.starts_with('[') {
            true => value.to_owned(),
            false => format!("\"{value}\""),
        };
        write!(json, ",\"{field}\":{value}").unwrap();
    }
    json + "}"
}

fn read<'j>(engine: &Engine, json: &'j str) -> Event<'j> {
    match Reader::new(engine.policy()).event(json.as_bytes()) {
        Ok(event) => event,
        Err(reject) => panic!("{reject}: {json}"),
    }
}

fn owned(said: Utterance<'_>) -> Utterance<'static> {
    let own = |text: std::borrow::Cow<'_, str>| text.into_owned().into();
    let name = |name: firstword_rules::Name<'_>| firstword_rules::Name {
        kind: name.kind,
        text: name.text.into_owned().into(),
    };
    Utterance {
        kind: said.kind,
        from: name(said.from),
        to: name(said.to),
        category: said.category,
        purpose: said.purpose.map(own),
        sector: said.sector.map(own),
        findings: said.findings.into_iter().map(own).collect(),
    }
}
