//! The stream as an implementation of the rules: a log through `events`, and back from `decisions`.

use std::fs;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, anyhow, ensure};
use firstword_policy::parse;
use firstword_rules::Verdict;
use firstword_stream::{Bound, Range, RangeReader, Record, Sender, Settings, TopicNames, key_of};
use firstword_wire::{Reader, read_decision};

use super::Fleet;
use super::course::make_topics;
use crate::broker::{Broker, Shared};
use crate::in_process::numbered;
use crate::{Implementation, Outcome};

/// Longer than a process takes to start, join and decide a log.
const PATIENCE: Duration = Duration::from_secs(60);

/// The program, run on the broker of this process, each log on topics of its own.
///
/// These have one partition: a log is in one order, and only within a partition a stream is. It has no opinion on the
/// decisions that doubt causes, since a log in a file has no such thing: logs with lines that are no events are not
/// for it.
#[derive(Debug)]
pub struct InStream {
    program: PathBuf,
    broker: Shared,
}

impl InStream {
    /// Uses this program.
    ///
    /// # Errors
    /// When the broker cannot be started.
    pub fn new(program: PathBuf) -> Result<InStream> {
        Ok(InStream { program, broker: Broker::shared()? })
    }
}

impl Implementation for InStream {
    fn name(&self) -> &str {
        "the stream"
    }

    fn decide_log(&mut self, policy: &str, log: &[u8]) -> Result<Outcome> {
        static LOGS: AtomicU32 = AtomicU32::new(0);
        let parsed = parse(policy).map_err(|problems| anyhow!("{problems:?}"))?.policy;
        let folder = tempfile::tempdir().context("a folder for the policy")?;
        let policy_file = folder.path().join("policy.toml");
        fs::write(&policy_file, policy)?;
        let mut settings = Settings::new(&self.broker.bootstrap());
        let name = format!("log-{}", LOGS.fetch_add(1, Ordering::SeqCst));
        settings.topics = TopicNames::under(&name);
        settings.group = name;
        make_topics(&settings, 1, 1)?;
        let policy_file = policy_file.to_str().context("a folder that is no text")?;
        let mut fleet = Fleet::new(&self.program, &settings, policy_file, folder.path());
        fleet.start("p1", 1)?;
        let events = &settings.topics.events;
        let (sender, reader) = (Sender::new(&settings, &[events])?, Reader::new(&parsed));
        let mut lines = 0;
        for (_, line) in numbered(log) {
            let key = key_of(&reader, line);
            sender.send(events, key.as_deref().map(str::as_bytes), line, &[], None)?;
            lines += 1;
        }
        sender.finish()?;
        let outcome = decisions(&settings, lines).with_context(|| fleet.said("p1"))?;
        fleet.stop(&["p1".to_owned()])?;
        Ok(outcome)
    }
}

/// Waits for the final decision of each line.
fn decisions(settings: &Settings, lines: usize) -> Result<Outcome> {
    let TopicNames { decisions, dead_letters, .. } = &settings.topics;
    let range = Range { from: Bound::Start, to: None, partitions: None };
    let mut reader = RangeReader::open(settings, &[decisions, dead_letters], &range)?;
    let (mut written, mut left, begun) = (Vec::new(), lines, Instant::now());
    while left > 0 {
        ensure!(begun.elapsed() < PATIENCE, "{left} of {lines} events were not decided");
        let Some(record) = reader.next(Duration::from_millis(100))? else { continue };
        let place = place(&record).context("a record without a source")?;
        ensure!(record.topic == *decisions, "line {} was rejected", place + 1);
        let is_final = !matches!(read_decision(&record.value)?.verdict, Verdict::Forwarded(_));
        left -= usize::from(is_final);
        written.push((place, is_final, record.value));
    }
    written.sort_by_key(|(place, is_final, _)| (*place, *is_final));
    let line = |(_, _, value): (u64, bool, Vec<u8>)| value.into_iter().chain([b'\n']);
    Ok(Outcome { decisions: written.into_iter().flat_map(line).collect(), rejects: Vec::new() })
}

/// The offset of the event that a record came from.
fn place(record: &Record) -> Option<u64> {
    record.header("source")?.rsplit_once(':')?.1.parse().ok()
}
