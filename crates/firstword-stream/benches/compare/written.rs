//! How much a run of ours wrote: the bytes of its decisions, relays and snapshots, as they are before they are packed.

use std::time::Duration;

use firstword_stream::{Range, RangeReader, Settings};

/// The bytes of keys, values and headers that lie in the topics of a run.
pub fn bytes(settings: &Settings) -> anyhow::Result<u64> {
    let topics = &settings.topics;
    let names = [&topics.decisions, &topics.relay, &topics.snapshots].map(String::as_str);
    let mut reader = RangeReader::open(settings, &names, &Range::default())?;
    let mut bytes = 0;
    while !reader.ended() {
        let Some(record) = reader.next(Duration::from_secs(1))? else { continue };
        let headers = record.headers.iter();
        let headers = headers.map(|(name, value)| name.len() + value.as_ref().map_or(0, Vec::len));
        let key = record.key.as_ref().map_or(0, Vec::len);
        bytes += (key + record.value.len() + headers.sum::<usize>()) as u64;
    }
    Ok(bytes)
}
