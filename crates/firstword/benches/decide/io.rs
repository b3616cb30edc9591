//! The program's own reading of logs, so that the sides read as it does.

#[path = "../../src/io/lines.rs"]
pub mod lines;
#[path = "../../src/io/source.rs"]
pub mod source;
