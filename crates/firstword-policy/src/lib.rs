//! One TOML file in, one checked [`Policy`] out, or everything that is wrong with it.
//!
//! ```
//! let checked = firstword_policy::parse(r#"
//!     name = "ours"
//!     [[terms]]
//!     version = "2021-05"
//!     effective = 2021-05-15T00:00:00Z
//!     on_declined = "reply_only"
//! "#)?;
//! assert_eq!(checked.policy.terms.len(), 1);
//! assert!(checked.policy.label.starts_with("ours@"));
//!
//! // What is wrong is told at once, with its place and what to do about it.
//! let text = "name = 'ours'\n[doubt]\nholt = '3 days'\n[sectors.pharmacy]\n";
//! let problems = firstword_policy::parse(text).unwrap_err();
//! let told: Vec<String> = problems.0.iter().map(|problem| problem.in_file("ours.toml")).collect();
//! assert_eq!(told, [
//!     "ours.toml:3:1: unknown key `holt`; did you mean `hold`?",
//!     "ours.toml:4:1: a sector needs `allow` or `deny`",
//! ]);
//! # Ok::<(), firstword_policy::Problems>(())
//! ```
//!
//! - [`parse`] reads a file to its end whatever is wrong in it. What can never apply is a warning
//!   and does not keep the policy from being used. [`Problem::in_file`] and [`Problem::picture`]
//!   write a problem for a person.
//! - [`canonical`] is the one text that stands for a policy: every value filled in, one order. The
//!   policy's label, which decisions name, is its name and a fingerprint of that text.
//! - [`Position::of`], [`did_you_mean`] and their like are for the program's other file, so that both
//!   tell what is wrong in the same way.
//! - [`builtin`] gives the policies that come with the program; their files tell their history.
//!
//! Time zones come from the database in the program, never from the machine's. Nothing here reads a
//! file, a clock or the environment, and nothing here decides.
#![forbid(unsafe_code)]

mod builtin;
mod canonical;
mod countries;
mod file;
mod forms;
mod orders;
mod places;
mod problem;
mod quiet;
mod reader;
mod terms;

use firstword_rules::Policy;
use toml::de::DeTable;

pub use builtin::{BUILTINS, Builtin, DEFAULT, builtin};
pub use canonical::canonical;
pub use forms::parse_duration;
pub use problem::{Position, Problem, Problems, Severity, What};
pub use reader::{Value, did_you_mean, one_of, wrong_type};

/// A policy without errors, and what in its file can never apply.
#[derive(Clone, PartialEq, Debug)]
pub struct Checked {
    /// The policy, with its label.
    pub policy: Policy,
    /// The warnings, in file order.
    pub warnings: Vec<Problem>,
}

/// Reads a policy file.
///
/// # Errors
///
/// All problems of the file at once, in file order, warnings among them. Where the file is no TOML
/// these are the errors of syntax alone, the first of each line: what a broken file means cannot be
/// judged.
pub fn parse(text: &str) -> Result<Checked, Problems> {
    let (file, errors) = DeTable::parse_recoverable(text);
    let mut notes = reader::Notes::default();
    if !errors.is_empty() {
        for error in errors {
            let span = error.span().unwrap_or_default();
            notes.error(span, What::Syntax(error.message().into()), None);
        }
        problem::locate(text, &mut notes.0);
        notes.0.dedup_by_key(|problem| problem.at.line);
        return Err(Problems(notes.0));
    }
    let mut policy = file::policy(file.get_ref(), &mut notes);
    problem::locate(text, &mut notes.0);
    if notes.has_errors() {
        return Err(Problems(notes.0));
    }
    canonical::seal(&mut policy);
    Ok(Checked { policy, warnings: notes.0 })
}
