//! How an answer is shown: for people, and for programs.

use std::borrow::Cow;
use std::io::{self, Write};

use firstword_replay::may::{Answer, Question};
use firstword_rules::{
    Category, EDITION, Kind, Millis, Name, Reason, Side, Trail, Tried, Utterance,
};
use serde::Serialize;

use crate::terminal::{Colours, table};

/// The answer to a question at a time. What is serialised is for programs, and its names stay.
#[derive(Serialize)]
pub struct Shown<'a> {
    from: String,
    #[serde(rename = "type")]
    kind: &'static str,
    to: String,
    at: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    category: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    purpose: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sector: Option<&'a str>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    findings: &'a [Cow<'a, str>],
    policy: &'a str,
    rules: u32,
    /// Whether it would be let through.
    may: bool,
    #[serde(flatten)]
    now: Came,
    /// The first instant, from `at` on, at which it would be let through with nothing else happening; null is never.
    when: Option<String>,
    /// What would come of it then; null where that is never.
    then: Option<Came>,
    gates: Vec<Gate>,
    #[serde(skip_serializing_if = "Option::is_none")]
    page: Option<Page>,
}

/// What comes of it at a time.
#[derive(Serialize)]
struct Came {
    verdict: &'static str,
    #[serde(rename = "as", skip_serializing_if = "Option::is_none")]
    basis: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'static str>,
    /// The row that decides at each gate, in order.
    rows: Vec<&'static str>,
}

/// One gate and the rows that were tried there.
#[derive(Serialize)]
struct Gate {
    gate: &'static str,
    /// Whose machine: P in the words of the rows.
    person: String,
    /// The other party: Q.
    other: String,
    verdict: &'static str,
    row: &'static str,
    tried: Vec<Row>,
}

#[derive(Serialize)]
struct Row {
    row: &'static str,
    applied: bool,
    words: &'static str,
    saw: Vec<String>,
}

/// What REASONS.md says of the reason.
#[derive(Serialize)]
struct Page {
    meaning: &'static str,
    comes_from: &'static str,
    ends: &'static str,
    to_do: &'static str,
}

impl Came {
    fn of(answer: &Answer) -> Came {
        Came {
            verdict: answer.verdict.as_str(),
            basis: answer.allowed().map(|basis| basis.as_str()),
            reason: answer.verdict.reason().map(Reason::as_str),
            rows: answer.rows().collect(),
        }
    }

    /// `start (S10 R6)`, `terms_declined (S8)`.
    fn short(&self) -> String {
        let what = self.basis.or(self.reason).unwrap_or(self.verdict);
        format!("{what} ({})", self.rows.join(" "))
    }
}

impl Gate {
    fn of(side: Side, trail: &Trail, utterance: &Utterance<'_>) -> Gate {
        let (person, other) = match side {
            Side::Sender => (&utterance.from, &utterance.to),
            Side::Recipient => (&utterance.to, &utterance.from),
        };
        Gate {
            gate: side.as_str(),
            person: person.to_string(),
            other: other.to_string(),
            verdict: trail.verdict.as_str(),
            row: trail.tried.last().map_or("", |tried| tried.row),
            tried: trail.tried.iter().map(Row::of).collect(),
        }
    }

    /// Each row that was tried, whether it applied, and what it saw; the one that decided in the page's words too.
    fn rows(&self, colours: Colours) -> Vec<Vec<String>> {
        let row = |row: &Row| {
            let saw = row.saw.join("; ");
            let (applied, saw) = match row.applied {
                false => ("no".to_owned(), colours.faint(&saw)),
                // Some say the same in the same words.
                true if saw.starts_with(row.words) => (colours.strong("yes"), saw),
                true => (colours.strong("yes"), format!("{}: {saw}", row.words)),
            };
            vec![format!("  {}", row.row), applied, saw]
        };
        self.tried.iter().map(row).collect()
    }
}

impl Row {
    fn of(tried: &Tried) -> Row {
        let Tried { row, words, applied, saw, .. } = tried;
        Row { row, words, applied: *applied, saw: saw.clone() }
    }
}

impl Page {
    fn of(reason: Reason) -> Page {
        Page {
            meaning: reason.meaning(),
            comes_from: reason.comes_from(),
            ends: reason.ends(),
            to_do: reason.to_do(),
        }
    }
}

impl<'a> Shown<'a> {
    /// Asks, now and for when.
    pub fn of(question: &'a Question<'_>, at: Millis, policy: &'a str) -> Shown<'a> {
        let utterance = question.utterance();
        let answer = question.ask(at);
        let when = question.when(at);
        let name = |name: &Name<'_>| name.to_string();
        // As decisions have it: filled in where a business sends a message, for that is where it is read.
        let business_writes = utterance.kind == Kind::Message && !utterance.from.is_person();
        let category = utterance.category.or(business_writes.then(|| utterance.category()));
        Shown {
            from: name(&utterance.from),
            kind: match utterance.kind {
                Kind::Message => "message",
                Kind::Call => "call",
            },
            to: name(&utterance.to),
            at: at.to_string(),
            category: category.map(Category::as_str),
            purpose: utterance.purpose.as_deref(),
            sector: utterance.sector.as_deref(),
            findings: &utterance.findings,
            policy,
            rules: EDITION,
            may: answer.allowed().is_some(),
            now: Came::of(&answer),
            when: when.map(|when| when.to_string()),
            then: when.map(|when| Came::of(&question.ask(when))),
            gates: answer
                .gates
                .iter()
                .map(|(side, trail)| Gate::of(*side, trail, utterance))
                .collect(),
            page: answer.verdict.reason().map(Page::of),
        }
    }

    /// For people: the answer, how each gate came to it, and what can be done.
    pub fn write(&self, out: &mut impl Write) -> io::Result<()> {
        let colours = Colours::of_stdout();
        writeln!(out, "{}\n", self.answer(colours))?;
        writeln!(out, "{}", self.asked())?;
        for gate in &self.gates {
            let Gate { gate: side, person, other, .. } = gate;
            let heading =
                format!("the {side}'s gate, at the machine of {person} (P; Q is {other})");
            writeln!(out, "\n{}", colours.strong(&heading))?;
            table(out, &gate.rows(colours), &[])?;
        }
        let Some(page) = &self.page else { return Ok(()) };
        writeln!(out, "\n{}", page.meaning)?;
        writeln!(out, "  Comes from: {}", page.comes_from)?;
        writeln!(out, "  {}", page.ends)?;
        writeln!(out, "  To do: {}", page.to_do)
    }

    /// The line that answers.
    fn answer(&self, colours: Colours) -> String {
        let now = self.now.short();
        match (self.may, &self.when, &self.then) {
            (true, _, _) => format!("{}: as {now}", colours.good("yes")),
            (false, Some(when), Some(then)) => format!(
                "{}: {now}; from {} on it would be allowed as {}",
                colours.bad("no"),
                colours.strong(when),
                then.short()
            ),
            _ => {
                format!("{}: {now}; {}", colours.bad("no"), colours.strong("never, as things are"))
            }
        }
    }

    /// What was asked.
    fn asked(&self) -> String {
        let mut asked = format!("{}, {} to {}", self.from, self.kind, self.to);
        let more = [("", self.category), ("purpose ", self.purpose), ("sector ", self.sector)];
        for (what, value) in more.iter().filter_map(|(what, value)| Some((what, (*value)?))) {
            asked += &format!(", {what}{value}");
        }
        if !self.findings.is_empty() {
            asked += &format!(", with {}", self.findings.join(" and "));
        }
        format!("{asked}, at {}, under {}", self.at, self.policy)
    }
}
