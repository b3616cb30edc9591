//! The exit statuses that the README promises, and how an error becomes one line and a status.

use std::fmt;
use std::io::{ErrorKind, Write};
use std::process::ExitCode;

use anyhow::Context;
use firstword_replay::Unfit;

/// How a command ended that did what it could.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Exit {
    /// 0: done.
    Done,
    /// 1: a difference, or a check that failed; what it is was said already.
    Difference,
    /// 2: wrong usage, policy or configuration; what is wrong was said already.
    Usage,
    /// 3: trouble; what it is was said already.
    #[cfg(feature = "kafka")]
    Trouble,
}

/// An error that is the caller's: wrong usage, policy or configuration. Everything else is trouble, status 3.
#[derive(Debug)]
pub struct UsageError(pub String);

impl fmt::Display for UsageError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for UsageError {}

/// A usage error from what it should say.
pub fn usage_error(message: impl Into<String>) -> anyhow::Error {
    UsageError(message.into()).into()
}

/// The status of a finished command; an error is said in one line.
pub fn code(outcome: anyhow::Result<Exit>) -> ExitCode {
    match outcome {
        Ok(Exit::Done) => ExitCode::SUCCESS,
        Ok(Exit::Difference) => ExitCode::from(1),
        Ok(Exit::Usage) => ExitCode::from(2),
        #[cfg(feature = "kafka")]
        Ok(Exit::Trouble) => ExitCode::from(3),
        Err(error) => {
            let message = match closed_pipe(&error) {
                true => "standard output was closed before everything was written".to_owned(),
                false => format!("{error:#}{}", hint(&error)),
            };
            say(format_args!("firstword: {message}"));
            ExitCode::from(if error.is::<UsageError>() { 2 } else { 3 })
        }
    }
}

/// What clap has to say: help and versions go to standard output with status 0, errors to standard error with 2.
pub fn usage(error: &clap::Error) -> ExitCode {
    match error.print() {
        _ if error.use_stderr() => ExitCode::from(2),
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => code(Err(error).context("cannot write to standard output")),
    }
}

/// Says one line on standard error. If even that is closed there is nobody left to tell.
///
/// It stays one line, and does nothing to a terminal, whatever a file's name holds.
pub fn say(line: fmt::Arguments<'_>) {
    let mut shown = String::new();
    for c in line.to_string().chars() {
        match c.is_control() {
            true => shown.extend(c.escape_default()),
            false => shown.push(c),
        }
    }
    shown.push('\n');
    let _ = std::io::stderr().write_all(shown.as_bytes());
}

/// What to do about an index that turned out not to fit when it was used already.
fn hint(error: &anyhow::Error) -> &'static str {
    match error.downcast_ref::<Unfit>() {
        Some(Unfit::Damaged | Unfit::Changed(_)) => {
            "; remove the file `.fwindex` beside the log and try again: it is made anew"
        }
        _ => "",
    }
}

fn closed_pipe(error: &anyhow::Error) -> bool {
    let io = error.chain().find_map(|cause| cause.downcast_ref::<std::io::Error>());
    io.is_some_and(|error| error.kind() == ErrorKind::BrokenPipe)
}
