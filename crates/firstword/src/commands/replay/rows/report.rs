//! What is shown of the rows of a log.

use std::collections::BTreeMap;
use std::io::Write;

use firstword_replay::rows::{Counts, Month, Rows};
use firstword_rules::{Reason, Row};
use serde::Serialize;

use crate::commands::policy::write_json;
use crate::terminal::{Colours, Format, stdout, table, thousands};

/// More months than these do not fit a terminal; the other formats have all of them.
const MONTHS_SHOWN: usize = 6;

/// What was counted of one row, one reason, or one verdict on facts.
#[derive(Serialize)]
struct Line {
    #[serde(skip_serializing_if = "Option::is_none")]
    row: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    gate: Option<&'static str>,
    /// The condition of the row.
    #[serde(rename = "if", skip_serializing_if = "Option::is_none")]
    condition: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    facts: Option<&'static str>,
    decisions: u64,
    /// The months in which there were any.
    months: BTreeMap<String, u64>,
}

/// Writes what was counted.
pub fn write(rows: &Rows, format: Format) -> anyhow::Result<()> {
    let mut out = stdout();
    match format {
        Format::Table => tables(&mut out, rows)?,
        _ => write_json(&mut out, format, &lines(rows))?,
    }
    out.flush()?;
    Ok(())
}

fn lines(rows: &Rows) -> Vec<Line> {
    let total = rows.total();
    let line = |count: u64, of: &dyn Fn(&Counts) -> u64| {
        let months = rows.months().map(|(month, counts)| (month.as_str().to_owned(), of(counts)));
        let months = months.filter(|(_, count)| *count > 0).collect();
        let (row, gate, condition, reason, facts) = (None, None, None, None, None);
        Line { row, gate, condition, reason, facts, decisions: count, months }
    };
    let mut lines = Vec::new();
    for (side, row, count) in total.rows() {
        lines.push(Line {
            row: Some(row.id),
            gate: Some(side.as_str()),
            condition: Some(row.words),
            ..line(count, &|counts| of_row(counts, row))
        });
    }
    for (place, (name, count)) in Counts::FACTS.into_iter().zip(total.facts).enumerate() {
        let of = |counts: &Counts| counts.facts.get(place).copied().unwrap_or(0);
        lines.push(Line { facts: Some(name), ..line(count, &of) });
    }
    for (reason, count) in total.reasons().filter(|(_, count)| *count > 0) {
        let of = |counts: &Counts| of_reason(counts, reason);
        lines.push(Line { reason: Some(reason.as_str()), ..line(count, &of) });
    }
    lines
}

fn of_row(counts: &Counts, row: &Row) -> u64 {
    counts.rows().find(|(_, other, _)| other.id == row.id).map_or(0, |(.., count)| count)
}

fn of_reason(counts: &Counts, reason: Reason) -> u64 {
    counts.reasons().find(|(other, _)| *other == reason).map_or(0, |(_, count)| count)
}

fn tables(out: &mut impl Write, rows: &Rows) -> std::io::Result<()> {
    let (colours, total) = (Colours::of_stdout(), rows.total());
    let months: Vec<(Month, &Counts)> = rows.months().collect();
    let months = if (2..=MONTHS_SHOWN).contains(&months.len()) { months } else { Vec::new() };
    let head = |first: &[&str], last: &str| {
        let months = months.iter().map(|(month, _)| month.as_str());
        let names = first.iter().copied().chain(months).chain([last]);
        names.map(|name| colours.faint(name)).collect::<Vec<_>>()
    };
    let by_month = |of: &dyn Fn(&Counts) -> u64| {
        months.iter().map(|(_, counts)| thousands(of(counts))).collect::<Vec<_>>()
    };

    let mut shown = vec![head(&["row", "gate", "decided"], "if")];
    for (side, row, count) in total.rows() {
        let decided = match count {
            0 => colours.odd("never"),
            _ => thousands(count),
        };
        let mut cells = vec![colours.strong(row.id), side.to_string(), decided];
        cells.extend(by_month(&|counts| of_row(counts, row)));
        cells.push(row.words.replace('`', ""));
        shown.push(cells);
    }
    let right: Vec<bool> =
        [false, false].into_iter().chain(vec![true; months.len() + 1]).chain([false]).collect();
    table(out, &shown, &right)?;

    let mut shown = vec![head(&["facts", "decided"], "")];
    for (place, (name, count)) in Counts::FACTS.into_iter().zip(total.facts).enumerate() {
        let mut cells = vec![name.to_owned(), thousands(count)];
        cells.extend(by_month(&|counts| counts.facts.get(place).copied().unwrap_or(0)));
        shown.push(cells);
    }
    writeln!(out)?;
    table(out, &shown, right.get(1..).unwrap_or_default())?;

    let mut met: Vec<_> = total.reasons().filter(|(_, count)| *count > 0).collect();
    met.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    if met.is_empty() {
        return Ok(());
    }
    let mut shown = vec![head(&["reason", "decided"], "which means")];
    for (reason, count) in met {
        let mut cells = vec![colours.bad(reason.as_str()), thousands(count)];
        cells.extend(by_month(&|counts| of_reason(counts, reason)));
        cells.push(reason.meaning().to_owned());
        shown.push(cells);
    }
    writeln!(out)?;
    table(out, &shown, right.get(1..).unwrap_or_default())
}
