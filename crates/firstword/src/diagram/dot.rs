//! Writes drawings as one graph for Graphviz, a cluster for each.

use std::fmt::Write;

use super::{Drawing, Edge, LEGEND, Tone};

/// The drawings as DOT.
pub fn dot(drawings: &[Drawing]) -> String {
    let mut out = String::from(
        "digraph firstword {\n  rankdir=TB; bgcolor=\"transparent\"; fontname=\"Helvetica\"; labeljust=l; nodesep=0.5;\n  \
         node [shape=box, style=rounded, fontname=\"Helvetica\", fontsize=11, margin=\"0.18,0.1\"];\n  \
         edge [fontname=\"Helvetica\", fontsize=10, color=\"#6b7280\", fontcolor=\"#4b5563\", arrowsize=0.7];\n",
    );
    drawings.iter().for_each(|drawing| cluster(&mut out, drawing));
    out.push_str("}\n");
    out
}

// Writing to a string cannot fail.
fn cluster(out: &mut String, drawing: &Drawing) {
    let name = &drawing.name;
    let _ = writeln!(out, "  subgraph cluster_{name} {{");
    let caption = format!("{}\n{}\n{LEGEND}", drawing.title, drawing.note);
    let _ = writeln!(
        out,
        "    label=\"{}\"; color=\"#9ca3af\"; style=rounded; fontsize=12;",
        left(&caption)
    );
    let _ = writeln!(out, "    {name}_begin [label=\"\", shape=point, width=0.12];");
    for (place, node) in drawing.nodes.iter().enumerate() {
        let text =
            std::iter::once(&node.title).chain(&node.lines).map(String::as_str).collect::<Vec<_>>();
        let (colour, label) = (colour(node.tone), quoted(&text.join("\n")));
        let _ = writeln!(
            out,
            "    {name}_{place} [label=\"{label}\", color=\"{colour}\", penwidth=1.6];"
        );
    }
    let _ = writeln!(out, "    {name}_begin -> {name}_0;");
    for Edge { from, to, by_time, labels } in &drawing.edges {
        let style = if *by_time { ", style=dashed" } else { "" };
        let label = left(&labels.join("\n"));
        let _ = writeln!(out, "    {name}_{from} -> {name}_{to} [label=\"{label}\"{style}];");
    }
    out.push_str("  }\n");
}

fn colour(tone: Tone) -> &'static str {
    match tone {
        Tone::Open => "#2f9e44",
        Tone::Partly => "#e8920c",
        Tone::Shut => "#e03131",
        Tone::Plain => "#868e96",
    }
}

/// Lines that all begin at the left.
fn left(text: &str) -> String {
    quoted(text).replace("\\n", "\\l") + "\\l"
}

/// Text inside quotes.
fn quoted(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            '\n' => out.push_str("\\n"),
            c => out.push(c),
        }
    }
    out
}
