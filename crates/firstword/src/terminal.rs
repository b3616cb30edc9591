//! What a person sees: colours on a terminal only, tables, and progress.

use std::io::{self, IsTerminal, Write};
use std::time::Duration;

use clap::ValueEnum;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// How data is written.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub enum Format {
    /// For people: the default on a terminal.
    Table,
    /// One JSON document.
    Json,
    /// One JSON object a line: the default in a pipe and in a file.
    Jsonl,
}

impl Format {
    /// What was asked for, or what suits standard output.
    pub fn or_default(asked: Option<Format>) -> Format {
        let default = if io::stdout().is_terminal() { Format::Table } else { Format::Jsonl };
        asked.unwrap_or(default)
    }
}

/// Colours, where standard output is a terminal and `NO_COLOR` is unset.
#[derive(Clone, Copy, Debug)]
pub struct Colours(bool);

impl Colours {
    /// For standard output.
    pub fn of_stdout() -> Colours {
        Colours(
            io::stdout().is_terminal()
                && std::env::var_os("NO_COLOR").is_none_or(|set| set.is_empty()),
        )
    }

    fn paint(self, code: &str, text: &str) -> String {
        if self.0 { format!("\x1b[{code}m{text}\x1b[0m") } else { text.to_owned() }
    }

    /// For headings and what matters most.
    pub fn strong(self, text: &str) -> String {
        self.paint("1", text)
    }

    /// For what is there to be looked up.
    pub fn faint(self, text: &str) -> String {
        self.paint("2", text)
    }

    /// For what was let through.
    pub fn good(self, text: &str) -> String {
        self.paint("32", text)
    }

    /// For what was refused.
    pub fn bad(self, text: &str) -> String {
        self.paint("31", text)
    }

    /// For what needs a second look.
    pub fn odd(self, text: &str) -> String {
        self.paint("33", text)
    }
}

/// A number with commas between its thousands.
pub fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// So many of something, in the plural unless it is one.
pub fn counted(number: u64, one: &str) -> String {
    format!("{} {one}{}", thousands(number), if number == 1 { "" } else { "s" })
}

/// Progress on standard error, if that is a terminal, for what takes longer than a second.
#[derive(Clone)]
pub struct Progress {
    bar: ProgressBar,
    /// None where it is never shown.
    began: Option<std::time::Instant>,
}

impl Progress {
    /// Progress towards `total` bytes, or without an end where that is not known.
    pub fn bytes(what: &'static str, total: Option<u64>) -> Progress {
        let template = match total {
            Some(_) => "{msg} {wide_bar} {bytes}/{total_bytes} {bytes_per_sec} {eta}",
            None => "{msg} {spinner} {bytes} {bytes_per_sec}",
        };
        Progress::new(what, total, template)
    }

    /// Progress towards `total` things.
    pub fn count(what: &'static str, total: u64) -> Progress {
        Progress::new(what, Some(total), "{msg} {wide_bar} {human_pos}/{human_len} {per_sec} {eta}")
    }

    /// Nothing to see.
    pub fn none() -> Progress {
        Progress { bar: ProgressBar::hidden(), began: None }
    }

    fn new(what: &'static str, total: Option<u64>, template: &str) -> Progress {
        let bar =
            ProgressBar::with_draw_target(total, ProgressDrawTarget::hidden()).with_message(what);
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style);
        }
        Progress { bar, began: Some(std::time::Instant::now()) }
    }

    /// Notes that so much more is done.
    pub fn advance(&self, more: u64) {
        if self.bar.is_hidden()
            && io::stderr().is_terminal()
            && self.began.is_some_and(|began| began.elapsed() > Duration::from_secs(1))
        {
            self.bar.set_draw_target(ProgressDrawTarget::stderr_with_hz(10));
        }
        self.bar.inc(more);
    }

    /// Takes the bar away.
    pub fn finish(&self) {
        self.bar.finish_and_clear();
    }
}

/// Standard output with room: written in large pieces, and told at the end whether all of it arrived.
pub fn stdout() -> io::BufWriter<Stdout> {
    io::BufWriter::with_capacity(256 * 1024, Stdout(io::stdout()))
}

/// Standard output whose errors say that they are its.
#[derive(Debug)]
pub struct Stdout(io::Stdout);

impl Write for Stdout {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.write(bytes).map_err(named)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush().map_err(named)
    }
}

fn named(error: io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("cannot write to standard output: {error}"))
}

/// Writes a table: columns as wide as their widest cell, two blanks between them, nothing after the last.
///
/// `right` tells which columns hold numbers.
pub fn table(out: &mut impl Write, rows: &[Vec<String>], right: &[bool]) -> io::Result<()> {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let width = |column: usize| {
        rows.iter().filter_map(|row| row.get(column)).map(|cell| visible(cell)).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..columns).map(width).collect();
    for row in rows {
        let mut line = String::new();
        for ((cell, width), right) in
            row.iter().zip(&widths).zip(right.iter().chain(std::iter::repeat(&false)))
        {
            let pad = " ".repeat(width.saturating_sub(visible(cell)));
            line += &if *right { format!("{pad}{cell}  ") } else { format!("{cell}{pad}  ") };
        }
        writeln!(out, "{}", line.trim_end())?;
    }
    Ok(())
}

/// How many columns a cell takes: its characters, colours not counted.
fn visible(cell: &str) -> usize {
    let mut count = 0;
    let mut in_colour = false;
    for c in cell.chars() {
        match c {
            '\x1b' => in_colour = true,
            'm' if in_colour => in_colour = false,
            _ if in_colour => (),
            _ => count += 1,
        }
    }
    count
}
