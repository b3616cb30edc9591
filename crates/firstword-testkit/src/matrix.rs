//! Who may speak: every speaker, standing and past at a glance, as a table that a person reviews.
//!
//! Each cell is a small story of its own people: what was, each one's standing, and then one utterance. The table
//! says what became of the utterance and which row of RULES.md decided. Pasts with the same line are drawn together.

mod cells;

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::Path;

use anyhow::{Context, Result, ensure};

use crate::{Implementation, Steps, Story};
use cells::{BUSINESS_TO_PERSON, PERSON_TO_BUSINESS, PERSON_TO_PERSON, STANDINGS, Table};

/// What stands above the tables.
const LEGEND: &str = "\
Who may speak (policy.toml beside this file; 15 May 2021 at 06:00)

P decides and speaks or is spoken to; Q is a person, B a business. `reply R12` means let through as a reply, by row
R12 of RULES.md; `no S8` means denied by row S8. `wrote` is within the reply window of 24 h, `yesterday` is past it
and within the 48 h in which a pair is live, `last week` is past both.
";

/// How many pasts with one line are drawn together as the others.
const TOGETHER: usize = 4;

/// The tables for the policy `policy.toml` in a folder.
///
/// # Errors
/// Where the policy cannot be read or the implementation fails.
pub fn who_may_speak(folder: &Path, implementation: &mut dyn Implementation) -> Result<String> {
    let mut text = LEGEND.to_owned();
    for table in [&PERSON_TO_PERSON, &PERSON_TO_BUSINESS, &BUSINESS_TO_PERSON] {
        draw(&mut text, table, &fill(folder, table, implementation)?);
    }
    Ok(text)
}

/// A line of a table: what becomes of each column's utterance.
type Cells = Vec<String>;

/// The lines of a table: for each standing of P, one for each past.
fn fill(
    folder: &Path,
    table: &Table,
    implementation: &mut dyn Implementation,
) -> Result<Vec<Vec<Cells>>> {
    let (mut cast, mut told) = (String::new(), String::new());
    let mut lines = 0;
    let mut asked = Vec::new();
    for standing in &STANDINGS {
        for (_, past) in table.pasts {
            for other in table.standings_of_q() {
                for (_, utterance) in table.utterances {
                    let cell = asked.len();
                    _ = writeln!(cast, "business b{cell}");
                    let sentences = past
                        .iter()
                        .chain(standing.of_p)
                        .chain(other.map_or(&[][..], |other| other.of_q))
                        .chain([utterance]);
                    for sentence in sentences {
                        let (date, rest) = sentence.split_at(10);
                        _ = writeln!(told, "{date}\n {}", named(rest, cell));
                        lines += 1;
                    }
                    asked.push(lines - 1);
                }
            }
        }
    }
    let text = format!("policy policy.toml\n{cast}{told}");
    let story = Story::parse(&folder.join("who-may-speak"), text).context("the matrix")?;
    let came = story.tell(implementation)?;
    let cells: Vec<String> =
        asked.iter().filter_map(|line| came.get(*line)?.first()).map(shown).collect();
    ensure!(cells.len() == asked.len(), "a cell of the matrix came to nothing");
    let rows: Vec<Cells> = cells.chunks(table.columns()).map(<[String]>::to_vec).collect();
    Ok(rows.chunks(table.pasts.len()).map(<[Cells]>::to_vec).collect())
}

/// A sentence about P, Q and B with the names of one cell's people.
fn named(sentence: &str, cell: usize) -> String {
    let words = sentence.split(' ').map(|word| match word {
        "P" => format!("p{cell}"),
        "Q" => format!("q{cell}"),
        "B" => format!("b{cell}"),
        "B's" => format!("b{cell}'s"),
        "X" => format!("x{cell}"),
        "Y" => format!("y{cell}"),
        other => other.to_owned(),
    });
    words.collect::<Vec<_>>().join(" ")
}

fn shown(steps: &Steps) -> String {
    let text = |field: &str| steps.last()?.get(field)?.as_str();
    let row = text("row").unwrap_or_default();
    match text("as") {
        Some(basis) => format!("{basis} {row}"),
        None => format!("no {row}"),
    }
}

fn draw(text: &mut String, table: &Table, blocks: &[Vec<Cells>]) {
    _ = writeln!(text, "\n{}", table.title);
    let width = width(table, blocks);
    let mut names = vec![String::new()];
    let mut groups = vec![String::new()];
    for other in table.standings_of_q() {
        for (name, _) in table.utterances {
            names.push((*name).to_owned());
            groups.push(other.map_or(String::new(), |other| format!("Q {}", other.name)));
        }
    }
    if table.q_has_standing {
        text.push_str(&line(&groups, width));
    }
    let mut drawn: Vec<(&str, &Vec<Cells>)> = Vec::new();
    for (standing, block) in STANDINGS.iter().zip(blocks) {
        if let Some((before, _)) = drawn.iter().find(|(_, other)| *other == block) {
            _ = writeln!(text, "\nP {}: as `{before}`", standing.name);
            continue;
        }
        if let Some(first) = names.first_mut() {
            *first = format!("P {}", standing.name);
        }
        _ = write!(text, "\n{}", line(&names, width));
        draw_block(text, table, block, width);
        drawn.push((standing.name, block));
    }
}

fn draw_block(text: &mut String, table: &Table, block: &[Cells], width: usize) {
    let mut alike: BTreeMap<&Cells, usize> = BTreeMap::new();
    for cells in block {
        *alike.entry(cells).or_default() += 1;
    }
    let most = alike.iter().max_by_key(|(_, count)| **count);
    let together = most.filter(|(_, count)| **count >= TOGETHER).map(|(cells, _)| *cells);
    for ((past, _), cells) in table.pasts.iter().zip(block) {
        if Some(cells) != together {
            text.push_str(&labelled(past, cells, width));
        }
    }
    if let Some(cells) = together {
        let label = if alike.len() == 1 { "any past" } else { "any other past" };
        text.push_str(&labelled(label, cells, width));
    }
}

/// How wide a column must be.
fn width(table: &Table, blocks: &[Vec<Cells>]) -> usize {
    let cells = blocks.iter().flatten().flatten().map(String::len);
    let names = table.utterances.iter().map(|(name, _)| name.len());
    let groups = table.standings_of_q().flatten().map(|other| "Q ".len() + other.name.len());
    cells.chain(names).chain(groups).max().unwrap_or(0)
}

fn labelled(label: &str, cells: &Cells, width: usize) -> String {
    let columns: Vec<String> = [format!("  {label}")].into_iter().chain(cells.clone()).collect();
    line(&columns, width)
}

/// A label and columns, without blanks at the end.
fn line(columns: &[String], width: usize) -> String {
    let mut columns = columns.iter();
    let label = columns.next().map_or("", String::as_str);
    let cells: String = columns.map(|cell| format!(" {cell:<width$}")).collect();
    format!("{}\n", format!("{label:<37}{cells}").trim_end())
}
