//! Writes a drawing as a Mermaid flowchart, and several as Markdown with a fence for each.

use std::fmt::Write;

use super::collect::in_lines;
use super::{Drawing, Edge, LEGEND, Tone};

/// Room for the labels, which Mermaid would otherwise let run into each other.
const SPACING: &str = "%%{init: {\"flowchart\": {\"nodeSpacing\": 90, \"rankSpacing\": 70, \"wrappingWidth\": 420}}}%%";

/// The drawing as Mermaid: one chart.
///
/// Between the same two states an event and time alone have an arrow each, as the legend says.
pub fn mermaid(drawing: &Drawing) -> String {
    let mut out = format!("{SPACING}\nflowchart TD\n");
    let mut line = |text: String| {
        // Writing to a string cannot fail.
        let _ = writeln!(out, "  {text}");
    };
    line(format!("accTitle: {}", plain(&drawing.title)));
    line(format!("accDescr: {}", plain(&format!("{} {LEGEND}", drawing.note))));
    for (place, node) in drawing.nodes.iter().enumerate() {
        let lines = node.lines.iter().map(|line| quoted(line)).collect::<Vec<_>>().join("<br/>");
        line(format!(
            "s{place}(\"<b>{}</b><br/>{lines}\"):::{}",
            quoted(&node.title),
            class(node.tone)
        ));
    }
    line("begin(( )) --> s0".to_owned());
    for Edge { from, to, by_time, labels } in &drawing.edges {
        let arrow = if *by_time { "-.->" } else { "-->" };
        // Mermaid breaks long labels by itself, and in the middle of dates.
        let lines = labels.iter().flat_map(|label| in_lines(label, 26));
        let label = lines.map(|line| quoted(&line)).collect::<Vec<_>>().join("<br/>");
        line(format!("s{from} {arrow}|\"{label}\"| s{to}"));
    }
    let mut tones: Vec<Tone> = drawing.nodes.iter().map(|node| node.tone).collect();
    tones.sort_unstable();
    tones.dedup();
    for tone in tones {
        let stroke = match tone {
            Tone::Open => "#2f9e44",
            Tone::Partly => "#e8920c",
            Tone::Shut => "#e03131",
            Tone::Plain => "#868e96",
        };
        line(format!("classDef {} stroke:{stroke},stroke-width:2px", class(tone)));
    }
    out
}

/// Several drawings as Markdown: a heading, a chart in a fence and its note for each.
pub fn markdown(drawings: &[Drawing]) -> String {
    let one = |drawing: &Drawing| {
        let Drawing { title, note, .. } = drawing;
        format!("### {title}\n\n```mermaid\n{}```\n\n{note} {LEGEND}\n", mermaid(drawing))
    };
    drawings.iter().map(one).collect::<Vec<_>>().join("\n")
}

fn class(tone: Tone) -> &'static str {
    match tone {
        Tone::Open => "open",
        Tone::Partly => "partly",
        Tone::Shut => "shut",
        Tone::Plain => "plain",
    }
}

/// Text inside quotes: whatever could end them or mean something to Mermaid goes as its number.
fn quoted(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        if c.is_alphanumeric() || " .,:'()_-@/+".contains(c) {
            out.push(c);
        } else {
            let _ = write!(out, "#{};", u32::from(c));
        }
    }
    out
}

/// Text to the end of a line, which Mermaid takes as it stands: what it would stop at is written otherwise.
fn plain(text: &str) -> String {
    let written = |c: char| match c {
        ';' => ',',
        '#' | '{' | '}' | '%' => '-',
        c if c.is_control() => ' ',
        c => c,
    };
    text.chars().map(written).collect()
}
