//! The report for people: a headline, from what to what, and small tables of where and whose.

use std::cmp::Reverse;
use std::io::{self, Write};

use firstword_replay::whatif::{Count, Fate, Mode, Report, Seen, WhatIf};
use firstword_rules::Verdict;

use super::{By, Compared, json, sides};
use crate::terminal::{Colours, counted, table, thousands};

/// The longest bar, in columns.
const BAR: u64 = 24;

/// Writes the report.
pub fn write(
    out: &mut impl Write,
    compared: &Compared<'_>,
    by: &[By],
    top: usize,
) -> io::Result<()> {
    let page = Page::of(compared.whatif, top);
    page.headline(out)?;
    page.parting(out)?;
    if page.report.count.changed > 0 {
        page.matrix(out)?;
        for what in by {
            match what {
                By::Day => page.days(out)?,
                By::Region => page.regions(out)?,
                By::Sector => page.sectors(out)?,
                By::Person => page.people(out)?,
                By::Nothing => (),
            }
        }
    }
    for explained in compared.explained() {
        writeln!(out)?;
        sides::write(out, explained, &page.names, page.colours)?;
    }
    Ok(())
}

struct Page<'r> {
    whatif: &'r WhatIf,
    report: &'r Report,
    /// What the two policies are called: their names, or their labels where the names are the same.
    names: [&'r str; 2],
    top: usize,
    colours: Colours,
}

impl<'r> Page<'r> {
    fn of(whatif: &'r WhatIf, top: usize) -> Page<'r> {
        let (held, other) = (whatif.held(), whatif.other());
        let names = match held.name == other.name {
            true => [&*held.label, &*other.label],
            false => [&*held.name, &*other.name],
        };
        Page { whatif, report: whatif.report(), names, top, colours: Colours::of_stdout() }
    }

    fn headline(&self, out: &mut impl Write) -> io::Result<()> {
        let (report, count) = (self.report, self.report.count);
        let headline = match count.changed {
            0 => format!("{}: none changed.", counted(report.events, "event")),
            changed => format!(
                "{} of {} changed ({}).",
                thousands(changed),
                counted(report.events, "event"),
                share(changed, report.events)
            ),
        };
        writeln!(out, "{}", self.colours.strong(&headline))?;
        let (held, other) = (&self.whatif.held().label, &self.whatif.other().label);
        writeln!(out, "Under {other} instead of {held}.")?;
        match self.whatif.mode() {
            Mode::Pointwise => writeln!(
                out,
                "Pointwise: each event on the state that the log really had, so nothing follows from another."
            )?,
            Mode::Trajectory if count.changed > 0 => {
                let follow = if count.follows() == 1 { "follows" } else { "follow" };
                writeln!(
                    out,
                    "By trajectory: {}, and {} that {follow}.",
                    counted(count.first, "first divergence"),
                    counted(count.follows(), "change")
                )?;
            }
            Mode::Trajectory => writeln!(out, "By trajectory: each policy goes its own way.")?,
        }
        if report.restated > 0 {
            writeln!(
                out,
                "Unchanged but for what is said of standing, data sharing or erasure: {}.",
                counted(report.restated, "event")
            )?;
        }
        Ok(())
    }

    fn parting(&self, out: &mut impl Write) -> io::Result<()> {
        let Some(parting) = &self.report.parting else { return Ok(()) };
        writeln!(out)?;
        let heading = format!("They part at {}", told(&parting.seen));
        writeln!(out, "{}", self.colours.strong(&heading))?;
        let [held, other] = self.names;
        let rows = [(held, &parting.held), (other, &parting.other)];
        let rows = rows.map(|(name, fate)| vec![format!("  {name}"), self.fate(fate)]);
        table(out, &rows, &[])
    }

    fn matrix(&self, out: &mut impl Write) -> io::Result<()> {
        let rows = self.report.transitions().into_iter().map(|(held, other, transition)| Row {
            names: vec![self.fate(held), self.fate(other)],
            count: transition.count,
            note: self.colours.faint(&transition.example.id),
        });
        let legend = match self.whatif.mode() {
            Mode::Trajectory => "█ first divergences, ░ what follows",
            Mode::Pointwise => "verdict and rows",
        };
        self.section(out, "From what to what", legend)?;
        self.listing(out, &self.names, "such as", "more pair", rows.collect())
    }

    fn days(&self, out: &mut impl Write) -> io::Result<()> {
        let changed = self.report.days.iter().filter(|(_, met)| met.count.changed > 0);
        let rows = changed.map(|(day, met)| Row {
            names: vec![json::date(*day)],
            count: met.count,
            note: format!("{} of {}", share(met.count.changed, met.events), thousands(met.events)),
        });
        self.section(out, "By day", "in UTC, the days on which most changed")?;
        self.listing(out, &["day"], "share", "more day", rows.collect())
    }

    fn regions(&self, out: &mut impl Write) -> io::Result<()> {
        let rows = self.report.regions.iter().map(|(region, count)| {
            Row::of(region.map_or_else(|| "-".to_owned(), |region| region.to_string()), *count)
        });
        self.section(out, "By region", "of the deciding person; - is not known")?;
        self.listing(out, &["region"], "", "more region", rows.collect())
    }

    fn sectors(&self, out: &mut impl Write) -> io::Result<()> {
        let rows = self.report.sectors.iter();
        let rows =
            rows.map(|(sector, count)| Row::of(sector.as_deref().unwrap_or("-").into(), *count));
        self.section(out, "By sector", "of the business; - where the event names none")?;
        self.listing(out, &["sector"], "", "more sector", rows.collect())
    }

    fn people(&self, out: &mut impl Write) -> io::Result<()> {
        let people = self.whatif.people(self.top).into_iter();
        let rows = people
            .map(|(person, changed)| vec![format!("  {person}"), thousands(u64::from(changed))]);
        let what = "whose machine decides at the gate where the two first differ";
        self.section(out, "By person", what)?;
        self.rows(out, &["  person", "events"], rows.collect(), &[false, true])
    }

    fn section(&self, out: &mut impl Write, heading: &str, what: &str) -> io::Result<()> {
        let what = self.colours.faint(&format!("({what})"));
        writeln!(out, "\n{} {what}", self.colours.strong(heading))
    }

    /// Writes the rows that changed most, and in a line what else there is; the days that are shown stay in their
    /// order.
    fn listing(
        &self,
        out: &mut impl Write,
        names: &[&str],
        note: &str,
        more: &str,
        mut rows: Vec<Row>,
    ) -> io::Result<()> {
        rows.sort_by_key(|row| Reverse(row.count.changed));
        let most = rows.first().map_or(0, |row| row.count.changed);
        let left = rows.split_off(self.top.min(rows.len()));
        if names == ["day"] {
            rows.sort_by(|one, other| one.names.cmp(&other.names));
        }
        // Pointwise nothing follows, so what comes first need not be told apart.
        let first = self.whatif.mode() == Mode::Trajectory;
        let heads = names.iter().copied().chain(["events"]).chain(first.then_some("first"));
        let mut heads: Vec<_> = heads.chain(["", note]).collect();
        let led = heads.first().map(|head| format!("  {head}")).unwrap_or_default();
        if let Some(head) = heads.first_mut() {
            *head = &led;
        }
        let cells = rows.into_iter().map(|row| {
            let Count { changed, first: came_first } = row.count;
            let mut cells = row.names;
            if let Some(name) = cells.first_mut() {
                name.insert_str(0, "  ");
            }
            cells.push(thousands(changed));
            cells.extend(first.then(|| thousands(came_first)));
            cells.extend([self.colours.odd(&bar(row.count, most)), row.note]);
            cells
        });
        let right: Vec<_> = heads.iter().map(|head| ["events", "first"].contains(head)).collect();
        self.rows(out, &heads, cells.collect(), &right)?;
        let sum = left.iter().fold(Count::default(), |sum, row| sum.with(row.count));
        if !left.is_empty() {
            let (rows, events) = (counted(left.len() as u64, more), counted(sum.changed, "event"));
            writeln!(out, "  {}", self.colours.faint(&format!("{rows}: {events}")))?;
        }
        Ok(())
    }

    fn rows(
        &self,
        out: &mut impl Write,
        heads: &[&str],
        rows: Vec<Vec<String>>,
        right: &[bool],
    ) -> io::Result<()> {
        if rows.is_empty() {
            return Ok(());
        }
        let heads = heads.iter().map(|head| self.colours.faint(head)).collect();
        table(out, &[vec![heads], rows].concat(), right)
    }

    /// A fate, coloured by its verdict.
    fn fate(&self, fate: &Fate) -> String {
        let text = fate.to_string();
        match fate.verdict {
            Verdict::Allowed(_) | Verdict::Forwarded(_) | Verdict::Recorded => {
                self.colours.good(&text)
            }
            Verdict::Denied(_) => self.colours.bad(&text),
            Verdict::Ignored(_) | Verdict::Duplicate => self.colours.odd(&text),
        }
    }
}

/// A row of a table: what is counted, how much of it changed, and what else there is to say.
struct Row {
    names: Vec<String>,
    count: Count,
    note: String,
}

impl Row {
    fn of(name: String, count: Count) -> Row {
        Row { names: vec![name], count, note: String::new() }
    }
}

/// An event in a line.
pub fn told(seen: &Seen) -> String {
    let parties = match (&seen.other, seen.kind) {
        (Some(other), "message" | "call") => format!("{} → {other}", seen.one),
        (Some(other), _) => format!("{}, {other}", seen.one),
        (None, _) => seen.one.to_string(),
    };
    format!("{}: {} {}, {}, {parties}", seen.place, seen.kind, seen.id, seen.at)
}

/// A bar as long as its part of the most, and within it what came first; nothing that is there is invisible.
fn bar(count: Count, most: u64) -> String {
    let long = |part: u64, of: u64, whole: u64| match part {
        0 => 0,
        part => (part * of).checked_div(whole).unwrap_or(0).max(1),
    };
    let all = long(count.changed, BAR, most);
    let first = long(count.first, all, count.changed);
    "█".repeat(first as usize) + &"░".repeat((all - first.min(all)) as usize)
}

/// A part of a whole, in percent.
fn share(part: u64, whole: u64) -> String {
    let tenths = (part * 1_000).checked_div(whole).unwrap_or(0);
    match tenths {
        0 if part > 0 => "under 0.1%".to_owned(),
        _ => format!("{}.{}%", tenths / 10, tenths % 10),
    }
}
