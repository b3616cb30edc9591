//! One event under two policies, row by row, side by side.

use std::io::{self, Write};

use firstword_replay::whatif::{Explanation, Gated, Seen};
use firstword_rules::{Gate, Side, Tried, Verdict};

use super::table::told;
use crate::terminal::{Colours, table};

/// Writes the two explanations of an event.
pub fn write(
    out: &mut impl Write,
    (seen, explanation): &(Seen, Explanation),
    names: &[&str; 2],
    colours: Colours,
) -> io::Result<()> {
    writeln!(out, "{}", colours.strong(&told(seen)))?;
    let gates = explanation.held.len().max(explanation.other.len());
    for number in 0..gates {
        let sides = [&explanation.held, &explanation.other].map(|gates| gates.get(number));
        gate(out, seen, sides, names, colours)?;
    }
    Ok(())
}

/// Writes what was tried at one gate; a policy under which the event did not get there has nothing to say.
fn gate(
    out: &mut impl Write,
    seen: &Seen,
    sides: [Option<&Gated>; 2],
    names: &[&str; 2],
    colours: Colours,
) -> io::Result<()> {
    let Some(role) = sides.into_iter().flatten().map(|gated| gated.role).next() else {
        return Ok(());
    };
    let person = seen.person(role);
    let heading = match role.side() {
        Some(Side::Sender) => format!("  the sender's gate, {person} (P)"),
        Some(Side::Recipient) => format!("  the recipient's gate, {person} (P)"),
        None => format!("  the machine of {person} (P)"),
    };
    writeln!(out, "{heading}")?;
    let line = |row: &str, [held, other]: [String; 2], words: &str| {
        vec![format!("  {row}"), held, other, words.to_owned()]
    };
    let mut rows = vec![line("", names.map(str::to_owned), "")];
    let tried = |row: &str| sides.map(|side| side.and_then(|side| tried(side, row)));
    for row in Gate::of(role).into_iter().flat_map(Gate::all_rows) {
        let answers = tried(row.id);
        if answers.iter().any(Option::is_some) {
            rows.push(line(row.id, answers.map(|tried| answer(tried, colours)), row.words));
        }
    }
    let verdicts = sides.map(|side| match side {
        Some(side) => decided(side.trail.verdict, colours),
        None => colours.faint("not reached"),
    });
    rows.push(line("so", verdicts, ""));
    table(out, &rows, &[])?;
    for row in Gate::of(role).into_iter().flat_map(Gate::all_rows) {
        let answers = tried(row.id);
        let [one, another] = answers.map(|tried| tried.is_some_and(|tried| tried.applied));
        if one || another {
            saw(out, row.id, answers, names, colours)?;
        }
    }
    Ok(())
}

/// Writes what a row saw, once where both saw the same.
fn saw(
    out: &mut impl Write,
    row: &str,
    answers: [Option<&Tried>; 2],
    names: &[&str; 2],
    colours: Colours,
) -> io::Result<()> {
    let [held, other] = answers.map(|tried| tried.map(|tried| tried.saw.join("; ")));
    if held == other {
        return writeln!(out, "      {row}: {}", colours.faint(&held.unwrap_or_default()));
    }
    for (saw, name) in [held, other].into_iter().zip(names) {
        if let Some(saw) = saw {
            writeln!(out, "      {row} under {name}: {}", colours.faint(&saw))?;
        }
    }
    Ok(())
}

fn tried<'g>(gated: &'g Gated, row: &str) -> Option<&'g Tried> {
    gated.trail.tried.iter().find(|tried| tried.row == row)
}

/// Whether a row applied; a row below the one that decided was not asked.
fn answer(tried: Option<&Tried>, colours: Colours) -> String {
    match tried {
        Some(tried) if tried.applied => colours.odd("yes"),
        Some(_) => "no".to_owned(),
        None => colours.faint("-"),
    }
}

fn decided(verdict: Verdict, colours: Colours) -> String {
    let why = match (verdict.basis(), verdict.reason()) {
        (Some(basis), _) => format!(" as {basis}"),
        (None, Some(reason)) => format!(" {reason}"),
        (None, None) => String::new(),
    };
    let text = format!("{}{why}", verdict.as_str());
    match verdict {
        Verdict::Allowed(_) | Verdict::Forwarded(_) | Verdict::Recorded => colours.good(&text),
        Verdict::Denied(_) => colours.bad(&text),
        Verdict::Ignored(_) | Verdict::Duplicate => colours.odd(&text),
    }
}
