//! A little of everything that breaks, while a stream is decided on a real Kafka, in an order that a seed gives.
//!
//! `SEED=7` repeats the order, though never the moments. `cargo xtask prove --scenario all` breaks more.

use std::io;

use anyhow::Result;
use firstword_testkit::Program;
use firstword_testkit::stream::{mixed, recordings, seed};

#[test]
fn each_event_is_decided_once_while_things_break() -> Result<()> {
    let course = mixed(30_000, seed());
    let report = course.run(&Program::built()?.path, &recordings(), &mut io::stderr())?;
    report.nothing_wrong()
}
