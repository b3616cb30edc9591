//! The input: generated traffic in a file, with long ids and further fields, as a platform's own events have.

use std::fs::File;
use std::path::Path;

use firstword_traffic::generate::{Generator, Traffic};

/// How long a text is, where messages have texts.
const TEXT: u16 = 100;

/// So much is generated before it is written or decided.
pub const PIECE: usize = 1024 * 1024;

/// What a log holds.
#[derive(Clone, Copy)]
pub struct Log {
    /// How many events.
    pub events: u64,
    /// Of how many people.
    pub people: u32,
    /// How many bytes an event has.
    pub bytes_per_event: f64,
}

/// The traffic of so many people, with texts or without.
pub fn traffic(people: u32, events: u64, text: bool) -> Traffic {
    let text_length = text.then_some(TEXT);
    // A business for every five hundred people, as far as a platform has so many.
    let businesses = (people / 500).clamp(20, 2_000);
    let mut traffic = Traffic { people, businesses, events, texts: text, ..Traffic::default() };
    (traffic.text_length, traffic.rich) = (text_length, true);
    traffic
}

/// A file to write over: every side but the first finds it in memory. A virtual machine may have to fetch fresh memory
/// from its host, which then costs more than the work of any side.
pub fn written_over(path: &Path) -> std::io::Result<File> {
    File::options().write(true).create(true).truncate(false).open(path)
}

/// Writes a log to a file.
pub fn write(path: &Path, traffic: &Traffic) -> anyhow::Result<Log> {
    let mut generator = Generator::new(traffic)?;
    let mut file = File::create(path)?;
    generator.write(&mut file)?;
    // What is written back later would slow down whoever runs then.
    file.sync_all()?;
    let (events, people) = (generator.counts().lines, generator.people());
    let bytes_per_event = file.metadata()?.len() as f64 / events as f64;
    Ok(Log { events, people, bytes_per_event })
}
