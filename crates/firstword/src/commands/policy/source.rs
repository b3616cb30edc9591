//! Where a policy comes from: the program, a file or standard input.

use std::io::{self, ErrorKind};
use std::path::Path;

use anyhow::Context;
use firstword_policy::{BUILTINS, Checked, did_you_mean};

use crate::exit::{say, usage_error};

/// The text of a policy, and what it is called in messages.
pub struct Source {
    /// What messages call it.
    pub shown: String,
    /// The text, whatever is wrong with it.
    pub text: String,
}

impl Source {
    /// Reads a policy: standard input as `-`, else as [`Source::named`] does.
    ///
    /// # Errors
    ///
    /// What cannot be read is a wrong argument.
    pub fn read(which: &Path) -> anyhow::Result<Source> {
        if which != Path::new("-") {
            return Source::named(which);
        }
        let text = io::read_to_string(io::stdin()).context("cannot read standard input");
        let text = text.map_err(|error| usage_error(format!("{error:#}")))?;
        Ok(Source { shown: "<stdin>".to_owned(), text })
    }

    /// Reads a policy: a built-in one by its name, else a file. Never standard input, which may hold
    /// the events that the policy is for.
    ///
    /// # Errors
    ///
    /// What cannot be read is a wrong argument.
    pub fn named(which: &Path) -> anyhow::Result<Source> {
        let name = which.to_str().unwrap_or_default();
        if let Some(builtin) = BUILTINS.iter().find(|builtin| builtin.name == name) {
            return Ok(Source { shown: name.to_owned(), text: builtin.text.to_owned() });
        }
        let shown = shown(which);
        let text = std::fs::read_to_string(which).map_err(|error| {
            let hint = match error.kind() {
                ErrorKind::NotFound => {
                    let meant = did_you_mean(name, BUILTINS.iter().map(|builtin| builtin.name));
                    let meant = meant.map_or(String::new(), |meant| format!("{meant} "));
                    format!("; {meant}`firstword policy list` names the built-in ones")
                }
                _ => String::new(),
            };
            usage_error(format!("cannot read the policy {shown}: {error}{hint}"))
        })?;
        Ok(Source { shown, text })
    }

    /// The policy, and what it warns of.
    ///
    /// # Errors
    ///
    /// Where it has errors all its problems are said, and then it is a wrong argument.
    pub fn checked(&self) -> anyhow::Result<Checked> {
        let shown = &self.shown;
        firstword_policy::parse(&self.text).map_err(|problems| {
            problems.0.iter().for_each(|problem| say(format_args!("{}", problem.in_file(shown))));
            usage_error(format!("the policy {shown} has errors"))
        })
    }
}

/// The name of a file for messages: one line, and nothing that moves the cursor of a terminal.
pub fn shown(file: &Path) -> String {
    let mut shown = String::new();
    for c in file.display().to_string().chars() {
        match c.is_control() {
            true => shown.extend(c.escape_default()),
            false => shown.push(c),
        }
    }
    shown
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use firstword_wire::scan::Kind;

    use super::*;

    fn forbidding(kind: &str) -> Checked {
        let text = format!("name = 'p'\n[content]\nforbidden = ['{kind}']\n");
        Source { shown: "p.toml".to_owned(), text }.checked().unwrap()
    }

    #[test]
    fn a_name_is_shown_in_one_line_that_moves_no_cursor() {
        assert_eq!(shown(Path::new("no\nsuch\u{1b}[2Jé")), "no\\nsuch\\u{1b}[2Jé");
    }

    /// Policies and the scan do not know each other; the program knows both.
    #[test]
    fn a_slip_in_a_kind_of_the_scan_is_warned_of_and_the_kind_is_not() {
        for kind in Kind::ALL.map(Kind::as_str) {
            assert_eq!(forbidding(kind).warnings, [], "{kind}");
            let warnings = forbidding(&format!("{kind}s")).warnings;
            let hints: Vec<_> = warnings.iter().filter_map(|it| it.hint.as_deref()).collect();
            assert_eq!(hints, [format!("did you mean `{kind}`?")]);
        }
    }
}
