//! Stands in for the program's exit, which the program's reading of inputs names.

/// An error that is the caller's.
pub fn usage_error(message: impl Into<String>) -> anyhow::Error {
    anyhow::Error::msg(message.into())
}
