//! Logs in, whatever they are packed in; machines in a folder.

pub mod kind;
pub mod lines;
pub mod source;
pub mod state;
