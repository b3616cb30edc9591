//! The report as JSON: one document, or one line for each changed event.

mod forms;

use std::io::{self, Write};

use firstword_replay::Place;
use firstword_replay::whatif::{Fate, Mode, Outcome};
use firstword_rules::Millis;

use forms::{
    Came, Changed, Counted, Day, Document, Event, Explained, Parting, Person, Region, Rejected,
    Sector, Transition,
};

use super::Compared;

/// Writes the whole report.
pub fn write(out: &mut impl Write, compared: &Compared<'_>, top: usize) -> io::Result<()> {
    let (whatif, report) = (compared.whatif, compared.whatif.report());
    let transitions = report.transitions();
    let document = Document {
        policy: &whatif.held().label,
        against: &whatif.other().label,
        mode: match whatif.mode() {
            Mode::Trajectory => "trajectory",
            Mode::Pointwise => "pointwise",
        },
        events: report.events,
        count: Counted::of(report.count),
        restated: report.restated,
        from_decisions: report.from_decisions,
        under_another: report.under_another,
        rejected: compared
            .rejects
            .met()
            .map(|(reason, lines)| Rejected { reason, lines })
            .collect(),
        parting: report.parting.as_ref().map(|parting| Parting {
            event: Event::of(&parting.seen),
            policy: Came::of(&parting.held),
            against: Came::of(&parting.other),
        }),
        matrix: transitions
            .iter()
            .map(|(held, other, transition)| Transition {
                policy: Came::of(held),
                against: Came::of(other),
                count: Counted::of(transition.count),
                example: Event::of(&transition.example),
            })
            .collect(),
        days: report
            .days
            .iter()
            .map(|(day, met)| Day {
                day: date(*day),
                events: met.events,
                count: Counted::of(met.count),
            })
            .collect(),
        regions: report
            .regions
            .iter()
            .map(|(region, count)| Region {
                region: region.map(|region| region.to_string()),
                count: Counted::of(*count),
            })
            .collect(),
        sectors: report
            .sectors
            .iter()
            .map(|(sector, count)| Sector { sector: sector.as_deref(), count: Counted::of(*count) })
            .collect(),
        people: whatif
            .people(top)
            .into_iter()
            .map(|(person, changed)| Person { person: person.to_string(), changed })
            .collect(),
        explained: compared.explained().map(Explained::of).collect(),
    };
    serde_json::to_writer_pretty(&mut *out, &document)?;
    writeln!(out)
}

/// Writes the explanations that were asked for, a line each.
pub fn write_explained(out: &mut impl Write, compared: &Compared<'_>) -> io::Result<()> {
    for explained in compared.explained() {
        serde_json::to_writer(&mut *out, &Explained::of(explained))?;
        writeln!(out)?;
    }
    Ok(())
}

/// Appends a changed event as a line.
pub fn write_changed(out: &mut Vec<u8>, place: &Place, outcome: &Outcome<'_>) {
    let Some(change) = outcome.change else { return };
    let event = outcome.held.last.visit.event;
    let line = Changed {
        id: &event.id,
        place: place.to_string(),
        at: event.at.to_string(),
        r#type: event.type_name(),
        person: change.person.to_string(),
        change: if change.first { "first" } else { "follows" },
        policy: Came::of(&Fate::of(&outcome.held)),
        against: Came::of(&Fate::of(&outcome.other)),
    };
    // Memory takes all that is written, and a struct of texts can always be.
    if serde_json::to_writer(&mut *out, &line).is_ok() {
        out.push(b'\n');
    }
}

/// A day in UTC, from its number since 1970.
pub fn date(day: i64) -> String {
    let text = Millis(day * 86_400_000).to_string();
    text.split('T').next().unwrap_or_default().to_owned()
}
