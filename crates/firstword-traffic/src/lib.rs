//! Logs of events: made up ([`generate`]), or turned into events from a table ([`csv`]).
//!
//! Both write events as lines of JSON, as the page of events gives their form, and know nothing of
//! what an engine makes of them. Neither opens a file, reads a clock or draws a random number that
//! a seed does not give.

pub mod csv;
pub mod generate;

mod json;
mod time;
