//! `firstword policy check`: everything that is wrong with policy files, with its place, or what they cover.

use std::io::{self, Write};
use std::path::PathBuf;

use clap::Args;
use firstword_policy::{Problem, Severity, What};
use firstword_rules::Policy;
use serde::Serialize;

use super::source::shown;
use super::{Source, write_json};
use crate::exit::Exit;
use crate::terminal::{Colours, Format, stdout};

/// Check policy files: all problems at once, each with line, column and a hint.
///
/// Problems are written as `file:line:column: what is wrong; what to do`, on a terminal with the line and a mark
/// below it. What can never apply is a warning. Exit status: 0 when all are fine, warnings or not; 2 when one has
/// errors or cannot be read.
#[derive(Args, Debug)]
#[command(after_help = "Examples:\n  \
    firstword policy check ours.toml\n  \
    firstword policy show open | firstword policy check -\n  \
    firstword policy check --format jsonl policies/*.toml | jq 'select(.fine | not)'")]
pub struct Check {
    /// Policy files; `-` is standard input.
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// How the result is written; as JSON there is one object for each file [default: table]
    #[arg(long, value_enum)]
    format: Option<Format>,
}

/// What came of one file.
#[derive(Serialize)]
struct Report {
    file: String,
    fine: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    label: Option<String>,
    /// What the policy rules on, in a few words each.
    covers: Vec<String>,
    problems: Vec<Told>,
    #[serde(skip)]
    pictures: Vec<String>,
}

/// A problem; without a place where the file cannot be read at all.
#[derive(Serialize)]
struct Told {
    severity: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    column: Option<usize>,
    message: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    hint: Option<String>,
    #[serde(skip)]
    text: String,
}

/// Runs the command.
pub fn run(args: &Check) -> anyhow::Result<Exit> {
    let reports: Vec<Report> = args
        .files
        .iter()
        .map(|file| match Source::read(file) {
            Ok(source) => Report::of(&source),
            Err(error) => Report::unreadable(shown(file), &error),
        })
        .collect();
    let mut out = stdout();
    // Not `Format::or_default`: in a pipe, too, editors and people look for `file:line:column`.
    match args.format.unwrap_or(Format::Table) {
        Format::Table => {
            let colours = Colours::of_stdout();
            let pictures = io::IsTerminal::is_terminal(&io::stdout());
            reports.iter().try_for_each(|report| report.write(&mut out, colours, pictures))?;
        }
        format => write_json(&mut out, format, &reports)?,
    }
    out.flush()?;
    Ok(if reports.iter().all(|report| report.fine) { Exit::Done } else { Exit::Usage })
}

impl Report {
    fn of(source: &Source) -> Report {
        let (policy, problems) = match firstword_policy::parse(&source.text) {
            Ok(checked) => (Some(checked.policy), checked.warnings),
            Err(problems) => (None, problems.0),
        };
        let file = &source.shown;
        Report {
            file: file.clone(),
            fine: policy.is_some(),
            name: policy.as_ref().map(|policy| policy.name.to_string()),
            label: policy.as_ref().map(|policy| policy.label.to_string()),
            covers: policy.as_ref().map(covers).unwrap_or_default(),
            pictures: problems.iter().map(|problem| problem.picture(file, &source.text)).collect(),
            problems: problems.iter().map(|problem| Told::of(problem, file)).collect(),
        }
    }

    fn unreadable(file: String, error: &anyhow::Error) -> Report {
        let message = format!("{error:#}");
        let problem = Told {
            severity: "error",
            line: None,
            column: None,
            text: message.clone(),
            message,
            hint: None,
        };
        let pictures = vec![format!("error: {}\n", problem.text)];
        Report {
            file,
            fine: false,
            name: None,
            label: None,
            covers: Vec::new(),
            problems: vec![problem],
            pictures,
        }
    }

    /// For people and editors.
    fn write(&self, out: &mut impl Write, colours: Colours, pictures: bool) -> io::Result<()> {
        if pictures {
            for picture in &self.pictures {
                writeln!(out, "{}", painted(picture, colours))?;
            }
        } else {
            self.problems.iter().try_for_each(|problem| writeln!(out, "{}", problem.text))?;
        }
        let count = |severity, one, many| {
            let count = self.problems.iter().filter(|problem| problem.severity == severity).count();
            (count > 0).then(|| format!("{count} {}", if count == 1 { one } else { many }))
        };
        let counted = [count("error", "error", "errors"), count("warning", "warning", "warnings")];
        let counted = counted.into_iter().flatten().collect::<Vec<_>>().join(", ");
        match &self.label {
            Some(label) => {
                let warnings = if counted.is_empty() { counted } else { format!(" ({counted})") };
                let (fine, label) = (colours.good("fine"), colours.strong(label));
                writeln!(out, "{}: {fine}{warnings}, {label}", self.file)?;
                self.covers.iter().try_for_each(|line| writeln!(out, "  {line}"))
            }
            None => writeln!(out, "{}: {}", self.file, colours.bad(&counted)),
        }
    }
}

impl Told {
    fn of(problem: &Problem, file: &str) -> Told {
        Told {
            severity: if problem.severity == Severity::Error { "error" } else { "warning" },
            line: Some(problem.at.line),
            column: Some(problem.at.column),
            message: What::to_string(&problem.what),
            hint: problem.hint.clone(),
            text: problem.in_file(file),
        }
    }
}

/// A picture of a problem with its first word and its carets coloured.
fn painted(picture: &str, colours: Colours) -> String {
    let mut lines = Vec::new();
    for (place, line) in picture.lines().enumerate() {
        let margin = line.trim_start().starts_with('|') && line.trim_end().ends_with('^');
        lines.push(match line.split_once(':') {
            Some(("error", what)) if place == 0 => {
                format!("{}{}", colours.bad("error"), colours.strong(&format!(":{what}")))
            }
            Some(("warning", what)) if place == 0 => {
                format!("{}{}", colours.odd("warning"), colours.strong(&format!(":{what}")))
            }
            _ if margin => {
                let (bar, carets) = line.split_at(line.find('^').unwrap_or(line.len()));
                format!("{}{}", colours.faint(bar), colours.bad(carets))
            }
            _ => line.to_owned(),
        });
    }
    lines.join("\n") + "\n"
}

/// What a policy rules on, a line each.
fn covers(policy: &Policy) -> Vec<String> {
    let list = |names: Vec<&str>| names.join(", ");
    let mut covers = Vec::new();
    for terms in &policy.terms {
        let date = terms.everywhere.effective.to_string();
        let date = date.split('T').next().unwrap_or_default();
        let regions = match terms.regions.len() {
            0 => String::new(),
            1 => ", otherwise in 1 region".to_owned(),
            several => format!(", otherwise in {several} regions"),
        };
        covers.push(format!("terms {} from {date}{regions}", terms.version));
    }
    if !policy.orders.is_empty() {
        let names = policy.orders.iter().map(|order| &*order.name).collect();
        covers.push(format!("orders: {}", list(names)));
    }
    let opt_in = if policy.require_opt_in { "need an opt-in" } else { "need no opt-in" };
    covers.push(format!("businesses {opt_in}, and erase within {}", policy.erase_within));
    if !policy.sectors.is_empty() {
        let names = policy.sectors.iter().map(|sector| &*sector.name).collect();
        covers.push(format!("purposes of sectors: {}", list(names)));
    }
    if !policy.forbidden_content.is_empty() {
        let kinds = policy.forbidden_content.iter().map(|kind| &**kind).collect();
        covers.push(format!("forbidden content: {}", list(kinds)));
    }
    if !policy.quiet_hours.is_empty() {
        let mut regions: Vec<String> = Vec::new();
        for quiet in &policy.quiet_hours {
            // Of a country's parts the country is enough here.
            let countries = quiet.regions.listed.iter().map(|region| region.country().to_string());
            regions.extend(
                countries.chain(quiet.regions.groups.iter().map(|group| group.to_string())),
            );
        }
        regions.sort_unstable();
        regions.dedup();
        covers.push(format!("quiet hours: {}", regions.join(", ")));
    }
    let (stop, start) = (policy.keywords.opt_out.len(), policy.keywords.opt_in.len());
    if stop + start > 0 {
        covers.push(format!("keywords: {stop} to opt out, {start} to opt in"));
    }
    let limits = &policy.limits;
    covers.extend(
        limits.marketing.as_ref().map(|cap| format!("marketing: {} in {}", cap.max, cap.per)),
    );
    covers.extend(limits.unanswered_calls.map(|max| format!("unanswered calls: {max}")));
    covers.extend(
        limits
            .unanswered_starts
            .map(|cap| format!("unanswered starts: {} in {}", cap.max, cap.per)),
    );
    covers.extend(policy.doubt_hold.map(|hold| format!("doubt holds for {hold}")));
    covers
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    fn report(text: &str) -> Report {
        Report::of(&Source { shown: "ours.toml".to_owned(), text: text.to_owned() })
    }

    fn plain(report: &Report) -> String {
        let mut out = Vec::new();
        report.write(&mut out, Colours::of_stdout(), false).unwrap();
        // The tests themselves may run on a terminal.
        let colours = ["\x1b[0m", "\x1b[1m", "\x1b[31m", "\x1b[32m"];
        let text = String::from_utf8(out).unwrap();
        colours.iter().fold(text, |text, colour| text.replace(colour, ""))
    }

    #[test]
    fn all_problems_are_told_as_compilers_do() {
        let report = report("name = 'ours'\n[doubt]\nholt = '3d'\n[groups]\neu = ['DE']\n");
        assert!(!report.fine);
        let told = plain(&report);
        let lines: Vec<&str> = told.lines().collect();
        assert_eq!(
            lines,
            [
                "ours.toml:3:1: unknown key `holt`; did you mean `hold`?",
                "ours.toml:5:1: warning: nothing names the group `eu`",
                "ours.toml: 1 error, 1 warning",
            ]
        );
    }

    #[test]
    fn a_fine_policy_is_told_with_its_label_and_what_it_covers() {
        let builtin = firstword_policy::BUILTINS.first().unwrap();
        let report = report(builtin.text);
        assert!(report.fine && report.problems.is_empty());
        let told = plain(&report);
        let label = firstword_policy::builtin(builtin.name).unwrap().label;
        assert!(told.starts_with(&format!("ours.toml: fine, {label}\n")), "{told}");
        assert!(told.contains("\n  terms 2021-05 from 2021-05-15\n"), "{told}");
        assert!(told.contains("\n  orders: hamburg-2021\n"), "{told}");
    }

    #[test]
    fn a_report_as_json_has_places() {
        let json = serde_json::to_value(report("name = 'ours'\nx = 1\n")).unwrap();
        assert_eq!(json.pointer("/problems/0/line"), Some(&2.into()));
        assert_eq!(json.pointer("/problems/0/column"), Some(&1.into()));
        assert_eq!(json.get("fine"), Some(&false.into()));
        assert_eq!(json.get("label"), None);
    }
}
