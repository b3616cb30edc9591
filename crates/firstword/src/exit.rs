//! The exit statuses of cli.md, and how an error becomes one line and a status.

use std::fmt;
use std::io::{ErrorKind, Write};
use std::process::ExitCode;

/// How a command ended that did what it could.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Exit {
    /// 0: done.
    Done,
    /// 1: a difference, or a check that failed.
    Differs,
    /// 2: wrong usage, policy or configuration; what is wrong was said already.
    Usage,
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
        Ok(Exit::Differs) => ExitCode::from(1),
        Ok(Exit::Usage) => ExitCode::from(2),
        Err(error) => {
            let message = match closed_pipe(&error) {
                true => "standard output was closed before everything was written".to_owned(),
                false => format!("{error:#}"),
            };
            say(format_args!("firstword: {message}"));
            ExitCode::from(if error.is::<UsageError>() { 2 } else { 3 })
        }
    }
}

/// What clap has to say: help and versions go to standard output with status 0, errors to standard error with 2.
pub fn usage(error: &clap::Error) -> ExitCode {
    match error.print() {
        Ok(()) if !error.use_stderr() => ExitCode::SUCCESS,
        Ok(()) => ExitCode::from(2),
        Err(_) => ExitCode::from(3),
    }
}

/// Says one line on standard error. If even that is closed there is nobody left to tell.
pub fn say(line: fmt::Arguments<'_>) {
    let _ = writeln!(std::io::stderr(), "{line}");
}

fn closed_pipe(error: &anyhow::Error) -> bool {
    let io = error.chain().find_map(|cause| cause.downcast_ref::<std::io::Error>());
    io.is_some_and(|error| error.kind() == ErrorKind::BrokenPipe)
}
