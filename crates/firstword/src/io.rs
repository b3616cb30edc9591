//! Logs in, whatever they are packed in; machines in a folder.

pub mod indexed;
pub mod lines;
pub mod parts;
pub mod source;
pub mod state;
#[cfg(feature = "kafka")]
pub mod topic;
