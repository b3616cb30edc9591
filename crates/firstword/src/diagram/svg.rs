//! Writes drawings as one SVG picture: text stays text, light and dark are both legible, nothing is loaded.

mod layout;

use std::fmt::Write;

use super::{Drawing, LEGEND, Tone};
use layout::{LINE, Layout, PAD, Placed, TITLE, Way};

/// Blank room around everything.
const MARGIN: i32 = 24;
/// What a drawing's title and note take.
const HEAD: i32 = 60;
/// What lies between two drawings.
const BETWEEN: i32 = 40;

/// Colours by class, for light and for dark.
const STYLE: &str = "\
.paper{fill:#fff}text{font-family:system-ui,-apple-system,'Segoe UI',Helvetica,Arial,sans-serif;font-size:12px;fill:#374151}\
.head{font-size:17px;font-weight:600;fill:#111827}.note{fill:#6b7280}.name{font-size:14px;font-weight:600;fill:#111827}\
.box{stroke-width:1.5}.open{fill:#ecfdf3;stroke:#16a34a}.partly{fill:#fff8eb;stroke:#d97706}\
.shut{fill:#fef2f2;stroke:#dc2626}.plain{fill:#f6f7f9;stroke:#8b93a1}\
.way{fill:none;stroke:#7b8494;stroke-width:1.4}.time{stroke-dasharray:5 4}.tip{fill:#7b8494}\
@media (prefers-color-scheme:dark){.paper{fill:#0f1318}text{fill:#cbd2dc}.head,.name{fill:#f3f5f8}.note{fill:#929cab}\
.open{fill:#0d2a1a;stroke:#34c46a}.partly{fill:#2e2109;stroke:#e5a03a}.shut{fill:#341517;stroke:#f0686b}\
.plain{fill:#1c222b;stroke:#8b95a5}.way{stroke:#8b95a5}.tip{fill:#8b95a5}}";

/// The drawings, one below the other.
pub fn svg(drawings: &[Drawing]) -> String {
    let layouts: Vec<Layout> = drawings.iter().map(Layout::of).collect();
    let heading =
        |drawing: &Drawing| layout::width(&drawing.title, 13).max(layout::width(&drawing.note, 8));
    let drawn = layouts.iter().map(|layout| layout.width).max().unwrap_or(0);
    let headings = drawings.iter().map(heading).max().unwrap_or(0).max(layout::width(LEGEND, 8));
    let width = drawn.max(headings) + 2 * MARGIN;
    let mut height = MARGIN;
    let mut body = String::new();
    for (drawing, layout) in drawings.iter().zip(&layouts) {
        draw(&mut body, drawing, layout, height);
        height += HEAD + layout.height + BETWEEN;
    }
    text(&mut body, "note", MARGIN, height, LEGEND);
    height += MARGIN;
    let titles: Vec<&str> = drawings.iter().map(|drawing| drawing.title.as_str()).collect();
    let (title, description) = (escaped(&titles.join("; ")), escaped(&description(drawings)));
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" \
         viewBox=\"0 0 {width} {height}\" role=\"img\" aria-labelledby=\"title desc\">\n\
         <title id=\"title\">{title}</title>\n<desc id=\"desc\">{description}</desc>\n<style>{STYLE}</style>\n\
         <rect class=\"paper\" width=\"{width}\" height=\"{height}\" rx=\"10\"/>\n{body}</svg>\n"
    )
}

// Writing to a string cannot fail.
fn draw(out: &mut String, drawing: &Drawing, layout: &Layout, top: i32) {
    text(out, "head", MARGIN, top + 16, &drawing.title);
    text(out, "note", MARGIN, top + 37, &drawing.note);
    let _ = writeln!(out, "<g transform=\"translate({MARGIN} {})\">", top + HEAD);
    let (x, y) = layout.begin;
    let _ = writeln!(out, "<circle class=\"tip\" cx=\"{x}\" cy=\"{y}\" r=\"5\"/>");
    let _ = writeln!(out, "<path class=\"way\" d=\"M{x} {y}v{}\"/>", layout::BEGIN - 12);
    tip(out, x, y + layout::BEGIN - 6, 0);
    layout.ways.iter().for_each(|way| draw_way(out, way));
    for (node, placed) in drawing.nodes.iter().zip(&layout.nodes) {
        let Placed { x, y, width, height, lines } = placed;
        let class = match node.tone {
            Tone::Open => "open",
            Tone::Partly => "partly",
            Tone::Shut => "shut",
            Tone::Plain => "plain",
        };
        let _ = writeln!(
            out,
            "<rect class=\"box {class}\" x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\" rx=\"9\"/>"
        );
        text(out, "name", x + PAD, y + PAD + 12, &node.title);
        for (place, line) in (0..).zip(lines) {
            text(
                out,
                "line",
                x + PAD + line.indent,
                y + PAD + TITLE + LINE * place + 11,
                &line.text,
            );
        }
    }
    out.push_str("</g>\n");
}

fn draw_way(out: &mut String, way: &Way) {
    const R: i32 = 9;
    let Way { from, to, lane, by_time, label, .. } = way;
    // Out of the side of one box, along the lane, into the side of another: two corners, both round.
    let (out_to, down) = ((lane - from.0).signum(), (to.1 - from.1).signum());
    let class = if *by_time { "way time" } else { "way" };
    let _ = writeln!(
        out,
        "<path class=\"{class}\" d=\"M{} {}H{}q{} 0 {} {}V{}q0 {} {} {}H{}\"/>",
        from.0,
        from.1,
        lane - R * out_to,
        R * out_to,
        R * out_to,
        R * down,
        to.1 - R * down,
        R * down,
        -R * out_to,
        R * down,
        to.0 + 5 * out_to,
    );
    tip(out, to.0, to.1, out_to);
    for (place, line) in (0..).zip(&label.lines) {
        text(out, "line", label.x + line.indent, label.y + LINE * place + 11, &line.text);
    }
}

/// The head of an arrow that ends here: pointing left where it came from the right, or down.
fn tip(out: &mut String, x: i32, y: i32, came_from: i32) {
    let path = match came_from {
        0 => format!("M{x} {}l-4.5 -8h9z", y + 6),
        side => format!("M{x} {y}l{} -4.5v9z", 8 * side),
    };
    let _ = writeln!(out, "<path class=\"tip\" d=\"{path}\"/>");
}

fn text(out: &mut String, class: &str, x: i32, y: i32, text: &str) {
    let _ = writeln!(out, "<text class=\"{class}\" x=\"{x}\" y=\"{y}\">{}</text>", escaped(text));
}

/// The whole of it in words, for who listens to the picture.
fn description(drawings: &[Drawing]) -> String {
    let mut words = String::new();
    for drawing in drawings {
        let _ = write!(words, "{}: {} ", drawing.title, drawing.note);
        let title = |place: usize| drawing.nodes.get(place).map_or("", |node| &*node.title);
        for node in &drawing.nodes {
            let _ = write!(words, "{}: {}. ", node.title, node.lines.join("; "));
        }
        for edge in &drawing.edges {
            let _ = write!(
                words,
                "From {} to {}: {}. ",
                title(edge.from),
                title(edge.to),
                edge.labels.join("; ")
            );
        }
    }
    words.trim_end().to_owned()
}

/// Text as XML has it; what XML cannot hold at all is shown as a replacement character.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\u{fffe}' | '\u{ffff}' => out.push('\u{fffd}'),
            c if c.is_control() => out.push('\u{fffd}'),
            c => out.push(c),
        }
    }
    out
}

/// The room of every box and label of a drawing: x, y, width and height.
#[cfg(test)]
pub fn rooms(drawing: &Drawing) -> Vec<(i32, i32, i32, i32)> {
    let layout = Layout::of(drawing);
    let boxes = layout.nodes.iter().map(|node| (node.x, node.y, node.width, node.height));
    let labels = layout.ways.iter().map(|way| {
        let lines = &way.label.lines;
        (way.label.x, way.label.y, layout::widest(lines), LINE * lines.len() as i32)
    });
    boxes.chain(labels).collect()
}
