//! A range of a topic as a log: its records in the order of their timestamps, those of a partition in their own order.
//!
//! They are copied to a temporary file that goes with this process, so that what is looked into does not change
//! meanwhile.

use std::io::{BufWriter, Write};
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use firstword_replay::Place;
use firstword_rules::Policy;
use firstword_stream::{Halt, Range, RangeReader, Record, Settings, partitions_of};

use super::parts::Parts;
use crate::exit::say;
use crate::terminal::Progress;

/// Where each line of the copy came from.
#[derive(Clone, Debug)]
pub struct Places {
    /// Partition and offset, by the line.
    lines: Arc<Vec<(i32, i64)>>,
    /// The topic's partitions by their names.
    names: Arc<Vec<Arc<str>>>,
}

impl Places {
    /// The place of a record by that of its line.
    pub fn of(&self, place: Place) -> Place {
        let line = place.number.checked_sub(1).and_then(|line| self.lines.get(line as usize));
        let Some((partition, offset)) = line else { return place };
        match self.names.get(*partition as usize) {
            Some(name) => Place { source: Arc::clone(name), number: *offset as u64 },
            None => place,
        }
    }
}

/// The name of a topic by its part in the stream, or by itself.
pub fn name<'s>(settings: &'s Settings, asked: &'s str) -> &'s str {
    let names = &settings.topics;
    match asked {
        "events" => &names.events,
        "relay" => &names.relay,
        "decisions" => &names.decisions,
        "dead-letters" => &names.dead_letters,
        "policies" => &names.policies,
        "snapshots" => &names.snapshots,
        name => name,
    }
}

/// Copies a range of a topic, a line a record.
///
/// # Errors
/// Kafka that cannot be reached or says no, a temporary file that cannot be written.
pub fn copy(settings: &Settings, topic: &str, range: &Range) -> anyhow::Result<(Parts, Places)> {
    let topic = name(settings, topic);
    let count = partitions_of(settings, topic)?;
    let chosen = range.partitions.clone().unwrap_or_else(|| (0..count).collect());
    let mut heads = Vec::new();
    for partition in chosen {
        let one = Range { partitions: Some(vec![partition]), ..range.clone() };
        heads.push(Head { reader: RangeReader::open(settings, &[topic], &one)?, next: None });
    }
    let progress = Progress::bytes("reading the topic", None);
    let copy = tempfile::tempfile().context("cannot make a temporary file")?;
    let mut out = BufWriter::with_capacity(1 << 20, copy);
    let (mut lines, mut length) = (Vec::new(), 0);
    loop {
        for head in &mut heads {
            head.fill()?;
        }
        let first = heads.iter_mut().filter(|head| head.next.is_some());
        let first = first.min_by_key(|head| head.next.as_ref().map(|record| record.timestamp));
        let Some(record) = first.and_then(|head| head.next.take()) else { break };
        let line = one_line(&record.value);
        out.write_all(&line).context("cannot write a temporary file")?;
        lines.push((record.partition, record.offset));
        length += line.len() as u64;
        progress.advance(line.len() as u64);
    }
    progress.finish();
    let file = out.into_inner().map_err(std::io::IntoInnerError::into_error)?;
    let mut parts = Parts::default();
    parts.add(topic.to_owned(), Arc::new(file), 0, length);
    let names = (0..count).map(|partition| format!("{topic}:{partition}").into()).collect();
    Ok((parts, Places { lines: Arc::new(lines), names: Arc::new(names) }))
}

/// The policies that decisions were made under, by their canonical texts in the topic of policies. What cannot be read
/// is said and left out: a decision under it is told of anyway.
///
/// # Errors
/// Kafka that cannot be reached or says no.
pub fn policies(settings: &Settings) -> anyhow::Result<Vec<Policy>> {
    let topic = &settings.topics.policies;
    let mut reader = match RangeReader::open(settings, &[topic], &Range::default()) {
        Err(Halt::TopicMissing(_)) => {
            say(format_args!("note: there is no topic {topic}; --policy names policies"));
            return Ok(Vec::new());
        }
        opened => opened?,
    };
    let mut policies = Vec::new();
    while !reader.ended() {
        let Some(record) = reader.next(Duration::from_millis(200))? else { continue };
        let text = std::str::from_utf8(&record.value).ok();
        match text.map(firstword_policy::parse) {
            Some(Ok(checked)) => policies.push(checked.policy),
            _ => say(format_args!(
                "note: {topic}:{}:{} is no policy",
                record.partition, record.offset
            )),
        }
    }
    Ok(policies)
}

/// One partition, with its next record.
struct Head {
    reader: RangeReader,
    next: Option<Record>,
}

impl Head {
    fn fill(&mut self) -> anyhow::Result<()> {
        while self.next.is_none() && !self.reader.ended() {
            self.next = self.reader.next(Duration::from_millis(200))?;
        }
        Ok(())
    }
}

/// A value as one line. An end of line within it is white space to JSON, or no JSON anyway.
pub fn one_line(value: &[u8]) -> Vec<u8> {
    let byte = |byte: &u8| if matches!(byte, b'\n' | b'\r') { b' ' } else { *byte };
    value.iter().map(byte).chain([b'\n']).collect()
}
