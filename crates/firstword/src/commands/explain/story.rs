//! An explanation as a short story for people.

use std::io::{self, Write};

use firstword_replay::explain::{Cause, Chapter, Explanation, Happening, Later, Told};
use firstword_rules::{Basis, Reason, Side, Verdict};

use crate::terminal::{Colours, counted, table};

/// So many causes are told unless all are asked for.
const MANY: usize = 8;

/// Writes what became of a line.
pub fn write(
    out: &mut impl Write,
    explanation: &Explanation,
    all: bool,
    colours: Colours,
) -> io::Result<()> {
    let place = &explanation.place;
    match &explanation.told {
        Told::Decided(event, chapters) => {
            let Happening { id, at, what, .. } = event;
            writeln!(out, "{}  {what}", colours.strong(id))?;
            writeln!(out, "{}", colours.faint(&format!("{at}  {place}")))?;
            for chapter in chapters {
                writeln!(out)?;
                tell(out, chapter, all, colours)?;
            }
            if chapters.is_empty() {
                writeln!(out, "\nIts number was met before, so no machine advanced by it.")?;
            }
            Ok(())
        }
        Told::Rejected(reject, flaw, rest) => {
            let why = format!("rejected as {reject}: {}", flaw.what);
            not_decided(out, explanation, "is no event", &why, flaw.column, colours)?;
            let Some(person) = &rest.person else { return Ok(()) };
            let doubt = match rest.harmless {
                true => ", of whom it can have changed nothing",
                false => "; on a stream that person is in doubt from then on",
            };
            writeln!(out, "  About {person}, as far as it can be read{doubt}.")
        }
        Told::BadDecision(bad, flaw) => {
            let what = flaw.as_ref().map_or("", |flaw| &flaw.what);
            let why = if what.is_empty() { bad.to_string() } else { format!("{bad}: {what}") };
            let column = flaw.as_ref().and_then(|flaw| flaw.column);
            not_decided(out, explanation, "is no decision", &why, column, colours)
        }
    }
}

fn not_decided(
    out: &mut impl Write,
    explanation: &Explanation,
    what: &str,
    why: &str,
    column: Option<usize>,
    colours: Colours,
) -> io::Result<()> {
    let id = explanation.id.as_deref().unwrap_or("This line");
    let column = column.map_or(String::new(), |column| format!(", column {column}"));
    writeln!(out, "{}  {what}", colours.strong(id))?;
    writeln!(out, "{}", colours.faint(&format!("{}{column}", explanation.place)))?;
    writeln!(out, "\n{}", colours.bad(why))?;
    writeln!(out, "  Nothing was decided on it, and no machine changed.")?;
    writeln!(out, "  To do: mend it and send it again.")
}

/// Tells of one machine.
fn tell(out: &mut impl Write, chapter: &Chapter, all: bool, colours: Colours) -> io::Result<()> {
    let Chapter { person, seq, recorded, under, .. } = chapter;
    let where_at = match chapter.role.side() {
        Some(Side::Sender) => "The sender's gate of",
        Some(Side::Recipient) => "The recipient's gate of",
        None => "The machine of",
    };
    let retold = told(chapter.verdict, chapter.row());
    // What was done stands above what the rules say of it now.
    let (verdict, row, policy) = match recorded {
        Some(made) => (made.verdict, made.row, &made.policy),
        None => (chapter.verdict, chapter.row(), under),
    };
    let came = told(verdict, row);
    let decided = colours.faint(&format!("(decision {seq}, {policy})"));
    writeln!(out, "{where_at} {person}: {}  {decided}", painted(verdict, &came, colours))?;
    if retold != came || under != policy {
        let retold = colours.odd(&format!("told as {under} has it: {retold}"));
        writeln!(out, "  {retold}")?;
    }
    if chapter.missing > 0 {
        let missing = counted(chapter.missing, "earlier decision");
        let missing = format!("missing in this log: {missing} of {person}, and what came of it");
        writeln!(out, "  {}", colours.odd(&missing))?;
    }
    if let Some(reason) = verdict.reason() {
        writeln!(out, "  {}", reason.meaning())?;
    }
    writeln!(out)?;
    rows(out, chapter, colours)?;
    because(out, chapter, all, colours)?;
    if let Some(Happening { at, place, id, what, .. }) = &chapter.refused {
        writeln!(out, "\n  {}", colours.strong("refused before, so it gave no right"))?;
        writeln!(out, "       {}  {place}  {id}  {what}", colours.faint(&at.to_string()))?;
    }
    if let Some(reason) = verdict.reason() {
        writeln!(out)?;
        writeln!(out, "  {}", reason.ends())?;
        if let Some(later) = &chapter.later {
            let then = let_through(later, reason, colours);
            writeln!(out, "  With nothing else happening: {then}")?;
        }
        writeln!(out, "  To do: {}", reason.to_do())?;
    }
    Ok(())
}

/// From when something would be let through, and as what.
fn let_through(later: &Later, reason: Reason, colours: Colours) -> String {
    match later {
        // What ends by itself, and yet never: something else is in the way by then.
        Later::Never if reason.passes() => {
            "never let through: when this ends, something else forbids it.".to_owned()
        }
        Later::Never => "never let through.".to_owned(),
        Later::From(when, outcome) => {
            let when = colours.strong(&when.to_string());
            let basis = outcome.verdict.basis().map_or("", Basis::as_str);
            let rows: Vec<_> = outcome.rows().collect();
            format!("let through from {when} on, as {basis} ({}).", rows.join(" "))
        }
    }
}

/// The verdict, what it is as or why, and the row.
fn told(verdict: Verdict, row: Option<&str>) -> String {
    let mut told = verdict.as_str().to_owned();
    if let Some(basis) = verdict.basis() {
        told += &format!(" as {}", Basis::as_str(basis));
    }
    if let Some(reason) = verdict.reason() {
        told += &format!(" {}", Reason::as_str(reason));
    }
    if let Some(row) = row {
        told += &format!(" by {row}");
    }
    told
}

fn painted(verdict: Verdict, text: &str, colours: Colours) -> String {
    match verdict {
        Verdict::Allowed(_) | Verdict::Forwarded(_) | Verdict::Recorded => colours.good(text),
        Verdict::Denied(_) => colours.bad(text),
        Verdict::Ignored(_) | Verdict::Duplicate => colours.odd(text),
    }
}

/// The rows that were tried, the one that decided marked, or what was held of a fact.
fn rows(out: &mut impl Write, chapter: &Chapter, colours: Colours) -> io::Result<()> {
    let Chapter { person, peer, .. } = chapter;
    let peer = peer.as_ref().map_or(String::new(), |peer| format!(", Q is {peer}"));
    writeln!(out, "  {}", colours.faint(&format!("P is {person}{peer}")))?;
    if let Some(held) = &chapter.held {
        return writeln!(out, "  saw: {}", held.saw);
    }
    let rows = chapter.rows.iter().map(|row| {
        let tried = &row.tried;
        let (mark, answer) = match tried.applied {
            true => ("  >", colours.strong("yes")),
            false => ("   ", "no".to_owned()),
        };
        let id = if tried.applied { colours.strong(tried.row) } else { tried.row.to_owned() };
        let saw = colours.faint(&tried.saw.join("; "));
        vec![format!("{mark} {id}"), answer, format!("{} - {saw}", tried.words)]
    });
    table(out, &rows.collect::<Vec<_>>(), &[])
}

/// The earlier events, numbered, and the rows that saw what they set.
fn because(out: &mut impl Write, chapter: &Chapter, all: bool, colours: Colours) -> io::Result<()> {
    let causes = chapter.causes(all);
    // A fact is recorded because it is new, and not because of what was there before it.
    let heading = match (chapter.verdict, causes.is_empty()) {
        (Verdict::Recorded, true) => None,
        (Verdict::Recorded, false) => Some("which was set by"),
        (_, true) => Some("because of no earlier event of this log"),
        (_, false) => Some("because"),
    };
    if let Some(heading) = heading {
        writeln!(out, "\n  {}", colours.strong(heading))?;
    }
    let left_out = if all { 0 } else { causes.len().saturating_sub(MANY) };
    if left_out > 0 {
        let earlier = counted(left_out as u64, "earlier event");
        writeln!(out, "    {}", colours.faint(&format!("{earlier}, which --all tells")))?;
    }
    let numbered = causes.iter().enumerate().skip(left_out).map(|(place, cause)| {
        let Cause { happening: Happening { at, place: lies, id, what, .. }, rows } = cause;
        vec![
            format!("    {}", place + 1),
            colours.faint(&at.to_string()),
            lies.to_string(),
            id.clone(),
            what.clone(),
            colours.faint(&rows.join(" ")),
        ]
    });
    table(out, &numbered.collect::<Vec<_>>(), &[true])
}
