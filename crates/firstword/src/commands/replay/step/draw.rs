//! How a view looks: left the log, right the machines, below what decided, at the bottom the keys.

use std::io::IsTerminal;

use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect, Size};
use ratatui::style::{Color, Modifier, Style};
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, Borders, Clear, Paragraph};

use super::view::{Foot, Seen, Shade, View, Why};

/// The lines below the log and the machines, their upper border included.
const WHY: u16 = 9;

/// The colours of a terminal that has some.
#[derive(Clone, Copy, Debug)]
pub struct Palette(bool);

impl Palette {
    /// For standard output, unless `NO_COLOR` is set.
    pub fn of_stdout() -> Palette {
        let unwanted = std::env::var_os("NO_COLOR").is_some_and(|set| !set.is_empty());
        Palette(std::io::stdout().is_terminal() && !unwanted)
    }

    /// No colours, only bold, faint and reversed.
    #[cfg(test)]
    pub fn none() -> Palette {
        Palette(false)
    }

    fn shade(self, shade: Shade) -> Style {
        let colour = match shade {
            Shade::Good => Color::Green,
            Shade::Bad => Color::Red,
            Shade::Odd => Color::Yellow,
        };
        if self.0 { Style::new().fg(colour) } else { Style::new() }
    }

    /// For what the step changed.
    fn changed(self) -> Style {
        let bold = Style::new().add_modifier(Modifier::BOLD);
        if self.0 { bold.fg(Color::Cyan) } else { bold }
    }
}

const STRONG: Style = Style::new().add_modifier(Modifier::BOLD);
const FAINT: Style = Style::new().add_modifier(Modifier::DIM);

/// How many lines of the log a terminal of this size shows.
pub fn list_height(size: Size) -> usize {
    let [_, middle, _, _] = rows(Rect::new(0, 0, size.width, size.height));
    middle.height.into()
}

fn rows(area: Rect) -> [Rect; 4] {
    let rows = [
        Constraint::Length(1),
        Constraint::Min(3),
        Constraint::Length(WHY.min(area.height / 3)),
        Constraint::Length(1),
    ];
    Layout::vertical(rows).areas(area)
}

/// Draws a view.
pub fn draw(frame: &mut Frame<'_>, view: &View, palette: Palette) {
    let [head, middle, why, foot] = rows(frame.area());
    let [left, right] =
        Layout::horizontal([Constraint::Percentage(50), Constraint::Percentage(50)]).areas(middle);
    let under = Span::styled(format!("  {}", view.under), FAINT);
    frame.render_widget(Line::from(vec![Span::styled(view.place.as_str(), STRONG), under]), head);
    log(frame, left, view, palette);
    machines(frame, right, &view.machines, palette);
    decided(frame, why, &view.why, palette);
    lowest(frame, foot, &view.foot);
    if view.foot == Foot::Help {
        help(frame, middle.union(why));
    }
}

fn log(frame: &mut Frame<'_>, area: Rect, view: &View, palette: Palette) {
    let lines = view.lines.iter().enumerate().map(|(number, shown)| {
        let verdict = Span::styled(format!("{:<9} ", shown.verdict), palette.shade(shown.shade));
        // The clock is enough: the current line says the day.
        let clock = shown.time.get(11..16).unwrap_or("     ");
        let here = number == view.current;
        let mark = if here { ">" } else { " " };
        let line = Line::from(vec![
            Span::raw(format!("{mark}{clock} ")),
            verdict,
            Span::raw(shown.what.as_str()),
        ]);
        if here { line.style(Style::new().add_modifier(Modifier::REVERSED)) } else { line }
    });
    frame.render_widget(Paragraph::new(lines.collect::<Vec<_>>()), area);
}

fn machines(frame: &mut Frame<'_>, area: Rect, machines: &[Seen], palette: Palette) {
    let block = Block::new().borders(Borders::LEFT).border_style(FAINT);
    let inner = block.inner(area);
    frame.render_widget(block, area);
    match machines {
        [] => frame.render_widget(Line::styled(" nobody's machine was met", FAINT), inner),
        [one] => machine(frame, inner, one, palette),
        [one, other, ..] => {
            let halves = [Constraint::Percentage(50), Constraint::Percentage(50)];
            let [upper, lower] = Layout::vertical(halves).areas(inner);
            machine(frame, upper, one, palette);
            machine(frame, lower, other, palette);
        }
    }
}

fn machine(frame: &mut Frame<'_>, area: Rect, seen: &Seen, palette: Palette) {
    let visit = Span::styled(format!(", {}", seen.visit), FAINT);
    let width = area.width.into();
    let mut lines =
        vec![Line::from(vec![Span::styled(format!(" {}", seen.person), STRONG), visit])];
    for change in &seen.changes {
        lines.extend(hanging(change, " + ", width, palette.changed()));
    }
    for (heading, part) in &seen.parts {
        lines.push(Line::styled(format!(" {heading}"), FAINT));
        for (line, new) in part {
            let style = if *new { palette.changed() } else { Style::new() };
            lines.extend(hanging(line, "   ", width, style));
        }
    }
    frame.render_widget(Paragraph::new(lines), area);
}

/// A text after a mark, over as many lines as it needs; what does not fit on the first hangs below it.
fn hanging(text: &str, mark: &str, width: usize, style: Style) -> Vec<Line<'static>> {
    let mut lines = vec![mark.to_owned()];
    for word in text.split(' ') {
        let Some(line) = lines.last_mut() else { break };
        let length = line.chars().count() + 1 + word.chars().count();
        if length > width && !line.trim().is_empty() {
            lines.push(format!("{:indent$}{word}", "", indent = mark.len() + 2));
        } else {
            if !line.ends_with(' ') {
                line.push(' ');
            }
            line.push_str(word);
        }
    }
    lines.into_iter().map(|line| Line::styled(line, style)).collect()
}

fn decided(frame: &mut Frame<'_>, area: Rect, why: &[Why], palette: Palette) {
    let block = Block::new().borders(Borders::TOP).border_style(FAINT);
    let inner = block.inner(area);
    frame.render_widget(block, area);
    let width = inner.width.into();
    let lines = why.iter().flat_map(|why| match why {
        Why::Gate(gate, shade, said) => vec![Line::from(vec![
            Span::styled(format!("{gate}: "), STRONG),
            Span::styled(said.as_str(), palette.shade(*shade)),
        ])],
        Why::Tried(row, said, true) => hanging(said, &format!("=> {row:<3} "), width, STRONG),
        Why::Tried(row, said, false) => vec![Line::styled(format!("   {row:<3} {said}"), FAINT)],
        Why::Note(note) => hanging(note, "   ", width, Style::new()),
    });
    let lines: Vec<_> = lines.collect();
    // What decided stands last: where there is too little room, it is the first rows that are not shown.
    let gates = why.iter().take_while(|why| matches!(why, Why::Gate(..))).count();
    let (heads, rest) = lines.split_at_checked(gates).unwrap_or((&lines, &[]));
    let room = usize::from(inner.height).saturating_sub(gates);
    let shown = heads.iter().chain(rest.iter().skip(rest.len().saturating_sub(room)));
    frame.render_widget(Paragraph::new(shown.cloned().collect::<Vec<_>>()), inner);
}

fn lowest(frame: &mut Frame<'_>, area: Rect, foot: &Foot) {
    let line = match foot {
        Foot::Keys | Foot::Help => Line::styled(
            "j/k step  g/G ends  n/N/# visit  d denied  / id  t time  p who  ? help  q quit",
            FAINT,
        ),
        Foot::Said(said) => Line::raw(said.as_str()),
        Foot::Asking(what, text) => Line::from(vec![
            Span::styled(format!("{what}: "), STRONG),
            Span::raw(format!("{text}_")),
        ]),
    };
    frame.render_widget(line, area);
}

/// What each key does.
const KEYS: [(&str, &str); 14] = [
    ("j, down", "to the next line"),
    ("k, up", "to the line before"),
    ("space, PgDn, PgUp", "ten lines on, ten lines back"),
    ("g, G", "to the begin, to the end"),
    ("n, N", "to the next visit of whom you follow, to the one before"),
    ("#", "to the decision of this number (seq), of whom you follow"),
    ("d", "to the next that was denied, of whom you follow if anybody"),
    ("/", "to the event of an id; again, to the next of that id"),
    ("t", "to the last event before a time"),
    ("p", "follow a person"),
    ("tab", "follow a party of this event, the other one, nobody"),
    ("esc", "follow nobody: see the parties of each event"),
    ("?", "this"),
    ("q", "quit"),
];

fn help(frame: &mut Frame<'_>, area: Rect) {
    let lines = KEYS.iter().map(|(key, does)| {
        Line::from(vec![Span::styled(format!(" {key:<18} "), STRONG), Span::raw(*does)])
    });
    let (width, height) = (area.width.min(84), area.height.min(KEYS.len() as u16 + 2));
    let box_of = Rect::new(area.x, area.y, width, height);
    frame.render_widget(Clear, box_of);
    let block = Block::bordered().title(" keys: any key goes back ");
    frame.render_widget(Paragraph::new(lines.collect::<Vec<_>>()).block(block), box_of);
}
