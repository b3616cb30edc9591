//! What is shown of a log that was verified: each difference as it is found, and what came of it in the end.

use std::collections::BTreeMap;
use std::io::{BufWriter, Write};

use firstword_replay::verify::{Difference, Fault, Summary, Unverified, Who};
use firstword_replay::{Part, Place};
use serde::Serialize;

use crate::commands::outcomes::{Fields, IN_WORDS, in_words, people};
use crate::exit::say;
use crate::terminal::{Colours, Format, Stdout, counted, stdout, thousands};

/// Writes differences in one of the formats.
pub struct Report {
    out: BufWriter<Stdout>,
    format: Format,
    colours: Colours,
    /// How many were written.
    written: u64,
}

/// A difference as an object.
#[derive(Serialize, Default)]
struct Told<'d> {
    /// Which kind it is, in one word.
    difference: &'static str,
    source: &'d str,
    line: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    person: Option<&'d str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    seq: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<&'d str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    policy: Option<&'d str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    rules: Option<u32>,
    /// In a sentence.
    what: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    fields: Option<Vec<&'static str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    recorded: Option<Fields<'d>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    decided: Option<Fields<'d>>,
    /// What the sender's gate forwarded, where the recipient's was told otherwise.
    #[serde(skip_serializing_if = "Option::is_none")]
    sender: Option<Sender<'d>>,
    /// What the recipient's was told.
    #[serde(skip_serializing_if = "Option::is_none")]
    recipient: Option<BTreeMap<&'static str, &'d str>>,
    /// The missing numbers.
    #[serde(skip_serializing_if = "Option::is_none")]
    missing: Option<[u64; 2]>,
    /// Whether the machine parts here from the one that the rules make.
    #[serde(skip_serializing_if = "Option::is_none")]
    parts: Option<bool>,
    /// Where it had parted before.
    #[serde(skip_serializing_if = "Option::is_none")]
    since: Option<Since<'d>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    decisions: Option<u64>,
}

/// A decision of a sender's gate, and the values in which it differs from the recipient's.
#[derive(Serialize)]
struct Sender<'d> {
    person: &'d str,
    seq: u64,
    #[serde(flatten)]
    values: BTreeMap<&'static str, &'d str>,
}

/// Where a machine parted.
#[derive(Serialize)]
struct Since<'d> {
    source: &'d str,
    line: u64,
    seq: u64,
}

/// What came of it, as an object.
#[derive(Serialize)]
struct Came {
    lines: u64,
    verified: u64,
    people: u64,
    differences: u64,
    begun_in_the_middle: u64,
    not_verified: u64,
    /// Decisions that were decided under another policy of their policy's name, by both labels.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    stand_ins: Vec<StandIn>,
    /// Decisions that forwarded what no recipient's gate decided after them, and one of these.
    unanswered: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    first_unanswered: Option<Unanswered>,
}

#[derive(Serialize)]
struct StandIn {
    recorded: String,
    decided: String,
    decisions: u64,
}

#[derive(Serialize)]
struct Unanswered {
    person: String,
    seq: u64,
    source: String,
    line: u64,
}

impl StandIn {
    fn of((labels, decisions): (&(Box<str>, Box<str>), &u64)) -> StandIn {
        let (recorded, decided) = (labels.0.to_string(), labels.1.to_string());
        StandIn { recorded, decided, decisions: *decisions }
    }
}

impl Report {
    /// Begins to write.
    pub fn begin(format: Format) -> anyhow::Result<Report> {
        let mut report =
            Report { out: stdout(), format, colours: Colours::of_stdout(), written: 0 };
        if format == Format::Json {
            report.out.write_all(b"{\"differences\":[")?;
        }
        Ok(report)
    }

    /// Writes what was found.
    pub fn differences(&mut self, found: &[Difference]) -> anyhow::Result<()> {
        for difference in found {
            match self.format {
                Format::Table => self.block(difference)?,
                _ => self.object(&told(difference))?,
            }
        }
        // Whoever watches sees each as soon as it is found.
        if !found.is_empty() {
            self.out.flush()?;
        }
        Ok(())
    }

    /// Writes what could not be verified, and says what came of it all.
    pub fn end(mut self, summary: &Summary, partial: bool) -> anyhow::Result<()> {
        for (label, waiting) in &summary.policies {
            let what = format!(
                "{} under {label}, which is not at hand: name it with --policy",
                counted(waiting.decisions, "decision")
            );
            self.unverified("policy_missing", waiting, what, Some(label), None)?;
        }
        for (edition, waiting) in &summary.editions {
            let what = format!(
                "{} of edition {edition} of the rules; this program follows edition {}",
                counted(waiting.decisions, "decision"),
                firstword_rules::EDITION
            );
            self.unverified("other_edition", waiting, what, None, Some(*edition))?;
        }
        if self.format == Format::Json {
            let came = Came {
                lines: summary.lines,
                verified: summary.verified,
                people: summary.people,
                differences: self.written,
                begun_in_the_middle: summary.begun_in_the_middle,
                not_verified: not_verified(summary) + summary.in_the_middle,
                stand_ins: summary.stand_ins.iter().map(StandIn::of).collect(),
                unanswered: summary.unanswered,
                first_unanswered: summary.first_unanswered.clone().map(|(person, seq, place)| {
                    Unanswered { person, seq, source: place.source.to_string(), line: place.number }
                }),
            };
            writeln!(self.out, "],\n\"summary\":{}}}", serde_json::to_string(&came)?)?;
        }
        self.out.flush()?;
        summarise(summary, partial);
        Ok(())
    }

    fn unverified(
        &mut self,
        difference: &'static str,
        waiting: &Unverified,
        what: String,
        policy: Option<&str>,
        rules: Option<u32>,
    ) -> anyhow::Result<()> {
        if self.format == Format::Table {
            self.heading(&waiting.place, waiting.who.as_ref())?;
            return Ok(writeln!(self.out, "  {}", self.colours.odd(&what))?);
        }
        let told = Told {
            difference,
            policy,
            rules,
            what,
            decisions: Some(waiting.decisions),
            ..of(&waiting.place, waiting.who.as_ref())
        };
        self.object(&told)
    }

    fn object(&mut self, told: &Told<'_>) -> anyhow::Result<()> {
        let object = serde_json::to_string(told)?;
        match (self.format, self.written) {
            (Format::Json, 0) => write!(self.out, "\n{object}")?,
            (Format::Json, _) => write!(self.out, ",\n{object}")?,
            _ => writeln!(self.out, "{object}")?,
        }
        self.written += 1;
        Ok(())
    }

    fn heading(&mut self, place: &Place, who: Option<&Who>) -> anyhow::Result<()> {
        if self.written > 0 {
            writeln!(self.out)?;
        }
        self.written += 1;
        let place = self.colours.strong(&place.to_string());
        match who {
            Some(Who { person, seq, id, .. }) => {
                writeln!(self.out, "{place}  {person}  decision {seq}  event {id}")?;
            }
            None => writeln!(self.out, "{place}")?,
        }
        Ok(())
    }

    fn block(&mut self, difference: &Difference) -> anyhow::Result<()> {
        let Difference { place, who, fault, since } = difference;
        self.heading(place, who.as_ref())?;
        let (out, colours) = (&mut self.out, self.colours);
        match fault {
            Fault::Changed { recorded, decided, parts } => {
                for (name, outcome) in [("recorded", recorded), ("decided", decided)] {
                    let words = in_words(outcome.verdict, outcome.row, colours);
                    writeln!(out, "  {name:<9} {words}")?;
                }
                let differing = recorded.differing(decided).into_iter();
                for part in differing.filter(|part| !IN_WORDS.contains(&part.field)) {
                    let [one, other] = [part.one, part.other].map(|it| it.unwrap_or("none".into()));
                    writeln!(out, "  {:<9} recorded {one}, decided {other}", part.field)?;
                }
                if *parts && since.is_none() {
                    let told = "the machine parts here: what follows may follow from it";
                    writeln!(out, "  {}", colours.faint(told))?;
                }
            }
            Fault::Relayed { parts, .. } => {
                writeln!(out, "  {fault}")?;
                for part in parts {
                    let [one, other] = [&part.one, &part.other].map(|it| it.as_deref());
                    let [one, other] = [one, other].map(|it| it.unwrap_or("none"));
                    writeln!(out, "  {:<9} sender {one}, recipient {other}", part.field)?;
                }
            }
            _ => writeln!(out, "  {fault}")?,
        }
        if let Some((place, seq)) = since {
            let told = format!("the machine had parted at {place}, by decision {seq}");
            writeln!(out, "  {}", colours.faint(&told))?;
        }
        Ok(())
    }
}

/// What is told of a line.
fn of<'d>(place: &'d Place, who: Option<&'d Who>) -> Told<'d> {
    Told {
        source: &place.source,
        line: place.number,
        person: who.map(|who| &*who.person),
        seq: who.map(|who| who.seq),
        id: who.map(|who| &*who.id),
        policy: who.map(|who| &*who.policy),
        ..Told::default()
    }
}

fn told(difference: &Difference) -> Told<'_> {
    let Difference { place, who, fault, since } = difference;
    let mut told = Told {
        difference: fault.as_str(),
        what: fault.to_string(),
        since: since.as_ref().map(|(place, seq)| Since {
            source: &place.source,
            line: place.number,
            seq: *seq,
        }),
        ..of(place, who.as_ref())
    };
    match fault {
        Fault::Changed { recorded, decided, parts } => {
            let differing = recorded.differing(decided);
            told.fields = Some(differing.iter().map(|part| part.field).collect());
            (told.recorded, told.decided) = (Some(Fields(recorded)), Some(Fields(decided)));
            told.parts = Some(*parts);
        }
        Fault::Relayed { parts, sender: (person, seq) } => {
            told.fields = Some(parts.iter().map(|part| part.field).collect());
            let values = |of: fn(&Part) -> Option<&str>| {
                parts.iter().filter_map(|part| Some((part.field, of(part)?))).collect()
            };
            let values = [values(|part| part.one.as_deref()), values(|part| part.other.as_deref())];
            let [one, other] = values;
            told.sender = Some(Sender { person, seq: *seq, values: one });
            told.recipient = Some(other);
        }
        Fault::Gap { first, last } => told.missing = Some([*first, *last]),
        _ => (),
    }
    told
}

/// Decisions that wait for a policy or for another edition.
fn not_verified(summary: &Summary) -> u64 {
    let waiting = summary.policies.values().chain(summary.editions.values());
    waiting.map(|waiting| waiting.decisions).sum()
}

/// What came of it, on standard error.
fn summarise(summary: &Summary, partial: bool) {
    let kinds: Vec<_> = summary.differences().collect();
    let differences: u64 = kinds.iter().map(|(_, count)| count).sum();
    let told = match differences {
        0 => "no difference".to_owned(),
        _ => {
            let kinds = kinds.iter().map(|(word, count)| format!("{} {word}", thousands(*count)));
            let kinds = kinds.collect::<Vec<_>>().join(", ");
            format!("{}: {kinds}", counted(differences, "difference"))
        }
    };
    if summary.verified == 0 && differences == 0 && summary.lines > 0 {
        say(format_args!("nothing verified"));
    } else {
        say(format_args!(
            "{} of {} verified: {told}",
            counted(summary.verified, "decision"),
            people(summary.people)
        ));
    }
    for ((label, stand_in), decisions) in &summary.stand_ins {
        say(format_args!(
            "  {} of {label} decided under {stand_in}, which was named instead",
            counted(*decisions, "decision")
        ));
    }
    let waiting = not_verified(summary);
    if waiting > 0 {
        say(format_args!(
            "  {} not verified, for want of a policy or of an edition of the rules",
            counted(waiting, "decision")
        ));
    }
    if summary.begun_in_the_middle > 0 {
        say(format_args!(
            "  {} of {} not verified: they begin in the middle",
            counted(summary.in_the_middle, "decision"),
            people(summary.begun_in_the_middle)
        ));
    }
    let gaps_at_the_beginning = summary.gaps_at_the_beginning;
    if gaps_at_the_beginning > 0 && !partial {
        say(format_args!(
            "  note: {} begin after decision 1; if the log is a range of a longer one, say --partial",
            people(gaps_at_the_beginning)
        ));
    }
    if summary.lines == 0 {
        say(format_args!("  note: the log is empty"));
    }
    if let Some((person, seq, place)) = &summary.first_unanswered {
        say(format_args!(
            "  note: {} forwarded what no recipient's gate decided: the first is decision {seq} of {person}, at {place}; \
             so where a log ends, or lost some",
            counted(summary.unanswered, "decision")
        ));
    }
}
