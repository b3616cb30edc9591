//! Dead letters on their way back to `events`: which are chosen, and each of them back exactly once.
//!
//! Sending and the note of what was sent are one transaction, so that a run may be stopped anywhere and started again.

mod progress;

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use rdkafka::producer::{Producer, ThreadedProducer};
use rdkafka::{Offset, TopicPartitionList};

use self::progress::{Done, Progress};
use crate::context::{self, Context};
use crate::range::{self, Bound, Range, RangeReader, Record, RecordHeader};
use crate::send::{Reports, drain, give};
use crate::{Halt, Settings};

/// How often a record was sent back: the guard against letters that come back for ever.
pub const REDRIVES: &str = "firstword-redrives";
/// The timestamp, in milliseconds since 1970, that a record had when it came for the first time.
pub const FIRST_TIMESTAMP: &str = "firstword-first-timestamp";

/// How many letters a transaction takes at most, and for how long it may be open.
const BATCH: usize = 1_000;
const LINGER: Duration = Duration::from_secs(1);
/// For how long each step of a transaction is tried.
const PATIENCE: Duration = Duration::from_secs(30);

/// Which dead letters are meant.
#[derive(Clone, Debug)]
pub struct Selection {
    /// Those with one of these reasons; all if there are none.
    pub reasons: Vec<String>,
    /// Those in this range of `dead-letters`.
    pub range: Range,
    /// Those that were sent back fewer times than this.
    pub below: u32,
    /// At most so many.
    pub max: Option<u64>,
}

/// The dead letters of one reason.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Letters {
    /// How many there are in the range.
    pub found: u64,
    /// How many of them were sent back before.
    pub done: u64,
    /// How many of those selected were sent back too often.
    pub guarded: u64,
    /// How many are to be sent, or were.
    pub chosen: u64,
    /// The timestamps of the oldest and the newest, in milliseconds since 1970.
    pub times: Option<(i64, i64)>,
}

/// Dead letters by reason.
pub type Survey = BTreeMap<String, Letters>;

/// Counts the letters of a range and what would become of them. Nothing is sent or noted.
///
/// # Errors
/// What [`RangeReader`] answers, and a group whose notes cannot be read.
pub fn survey(settings: &Settings, selection: &Selection) -> Result<Survey, Halt> {
    let mut run = Run::new(settings, selection)?;
    let mut reader = run.reader()?;
    while !reader.ended() {
        if let Some(letter) = reader.next(Duration::from_secs(1))? {
            run.judge(&letter);
        }
    }
    Ok(run.survey)
}

/// Sends the letters that are chosen back to `events`, and tells how many were sent after each transaction; the
/// letters that it has seen.
///
/// Another run for the same group that is still at work is shut out.
///
/// # Errors
/// Those of [`survey`], and anything that keeps a transaction from its end. Either way what was sent is noted, and a
/// new run goes on from there.
pub fn redrive(
    settings: &Settings,
    selection: &Selection,
    mut told: impl FnMut(u64),
) -> Result<Survey, Halt> {
    // First the right to write, which ends what an earlier run has left open; then what that one has done.
    let producer = producer(settings)?;
    let mut run = Run::new(settings, selection)?;
    let mut reader = run.reader()?;
    let mut sent = 0;
    let most = selection.max.unwrap_or(u64::MAX);
    while !reader.ended() && sent < most {
        let (mut batch, began) = (Vec::new(), Instant::now());
        while batch.len() < BATCH && sent < most && began.elapsed() < LINGER && !reader.ended() {
            let Some(letter) = reader.next(Duration::from_millis(100))? else { continue };
            if run.judge(&letter) {
                batch.push(letter);
                sent += 1;
            }
        }
        if !batch.is_empty() {
            run.send(&producer, &batch)?;
            told(sent);
        }
    }
    Ok(run.survey)
}

/// One run.
struct Run<'r> {
    settings: &'r Settings,
    selection: &'r Selection,
    /// Holds the group's notes.
    notes: BaseConsumer<Context>,
    progress: BTreeMap<i32, Progress>,
    /// What this run has looked at, by partition.
    seen: BTreeMap<i32, (i64, i64)>,
    survey: Survey,
}

impl<'r> Run<'r> {
    fn new(settings: &'r Settings, selection: &'r Selection) -> Result<Run<'r>, Halt> {
        let mut config = settings.client();
        config
            .set("group.id", format!("{}-redrive", settings.group))
            .set("enable.auto.commit", "false")
            .set("isolation.level", "read_committed")
            .set("allow.auto.create.topics", "false");
        let notes = context::consumer(settings, &config)
            .map_err(|error| Halt::of("make a consumer", error))?;
        let progress = read_progress(settings, &notes)?;
        let (seen, survey) = (BTreeMap::new(), Survey::new());
        Ok(Run { settings, selection, notes, progress, seen, survey })
    }

    fn reader(&self) -> Result<RangeReader, Halt> {
        let topics = [self.settings.topics.dead_letters.as_str()];
        RangeReader::open(self.settings, &topics, &self.selection.range)
    }

    /// Counts a letter; whether it is chosen.
    fn judge(&mut self, letter: &Record) -> bool {
        let Record { partition, offset, timestamp, .. } = *letter;
        let seen = self.seen.entry(partition).or_insert((offset, offset));
        seen.1 = offset + 1;
        let (reason, attempts) = (letter.header("reason").unwrap_or("none"), attempts(letter));
        let letters = self.survey.entry(reason.to_owned()).or_default();
        letters.found += 1;
        let (first, last) = letters.times.unwrap_or((timestamp, timestamp));
        letters.times = Some((first.min(timestamp), last.max(timestamp)));
        let Selection { reasons, below, .. } = self.selection;
        let selected = reasons.is_empty() || reasons.iter().any(|one| one == reason);
        let progress = self.progress.get(&partition);
        if progress.is_some_and(|progress| progress.covers(reason, attempts, offset)) {
            letters.done += 1;
            return false;
        }
        let guarded = attempts >= *below;
        letters.guarded += u64::from(selected && guarded);
        letters.chosen += u64::from(selected && !guarded);
        selected && !guarded
    }

    /// Sends letters back and notes it, in one transaction.
    fn send(
        &mut self,
        producer: &ThreadedProducer<Reports>,
        letters: &[Record],
    ) -> Result<(), Halt> {
        let failed =
            |error| Halt::of("send dead letters back (run it again, nothing is lost)", error);
        let offsets = self.note()?;
        producer.begin_transaction().map_err(failed)?;
        for letter in letters {
            let (topic, key) = (&self.settings.topics.events, letter.key.as_deref());
            // Its timestamp is that of now: retention by time would delete an old record, and the decision on it,
            // as soon as it is written.
            give(producer, topic, key, &letter.value, &headers(letter), None).map_err(failed)?;
        }
        if drain(producer, PATIENCE) > 0 {
            return Err(failed(KafkaError::Flush(RDKafkaErrorCode::MessageTimedOut)));
        }
        producer.context().check()?;
        let group = self.notes.group_metadata().ok_or_else(|| {
            failed(KafkaError::ClientCreation("a group without metadata".to_owned()))
        })?;
        producer.send_offsets_to_transaction(&offsets, &group, PATIENCE).map_err(failed)?;
        producer.commit_transaction(PATIENCE).map_err(failed)
    }

    /// What the group is to note: how far this run came in each partition, beside what the others did.
    fn note(&mut self) -> Result<TopicPartitionList, Halt> {
        let mut reasons = self.selection.reasons.clone();
        reasons.sort();
        reasons.dedup();
        let Run { settings, selection, progress, seen, .. } = self;
        let topic = &settings.topics.dead_letters;
        let mut offsets = TopicPartitionList::new();
        for (&partition, &(from, to)) in seen.iter() {
            let progress = progress.entry(partition).or_default();
            let done = Done { reasons: reasons.clone(), below: selection.below, from, to };
            let first = if selection.range.from == Bound::Start { from } else { 0 };
            progress.add(done, first);
            if progress.is_too_long() {
                return Err(Halt::TooManySelections { topic: topic.clone(), partition });
            }
            let mut noted = offsets.add_partition(topic, partition);
            noted.set_metadata(progress.to_string());
            noted
                .set_offset(Offset::Offset(progress.end()))
                .map_err(|error| Halt::of("note what was sent", error))?;
        }
        Ok(offsets)
    }
}

/// What earlier runs have done, by partition.
fn read_progress(
    settings: &Settings,
    notes: &BaseConsumer<Context>,
) -> Result<BTreeMap<i32, Progress>, Halt> {
    let failed = |error| Halt::of("read what was sent before", error);
    let topic = settings.topics.dead_letters.as_str();
    let mut asked = TopicPartitionList::new();
    asked.add_partition_range(topic, 0, range::partitions(settings, notes, topic)? - 1);
    let answer = notes.committed_offsets(asked, PATIENCE).map_err(failed)?;
    let mut all = BTreeMap::new();
    for element in answer.elements() {
        element.error().map_err(failed)?;
        let Offset::Offset(offset) = element.offset() else { continue };
        let partition = element.partition();
        let mut progress = Progress::read(element.metadata())
            .ok_or_else(|| Halt::ForeignNotes { topic: topic.to_owned(), partition })?;
        // An offset without a note is one that a person has set: what lies before it is done with.
        if element.metadata().is_empty() {
            progress.add(Done { reasons: Vec::new(), below: u32::MAX, from: 0, to: offset }, 0);
        }
        all.insert(partition, progress);
    }
    Ok(all)
}

fn producer(settings: &Settings) -> Result<ThreadedProducer<Reports>, Halt> {
    let mut config = settings.client();
    config
        .set("transactional.id", format!("{}-redrive", settings.group))
        .set("transaction.timeout.ms", PATIENCE.as_millis().to_string())
        .set("message.timeout.ms", PATIENCE.as_millis().to_string())
        .set("enable.idempotence", "true")
        .set("linger.ms", "2")
        .set("compression.codec", "lz4")
        .set("partitioner", "murmur2_random");
    let producer: ThreadedProducer<Reports> = config
        .create_with_context(Reports::new(settings))
        .map_err(|error| Halt::of("make a producer", error))?;
    let ready = producer.init_transactions(range::PATIENCE);
    ready.map_err(|error| Halt::of("begin to send dead letters back", error))?;
    Ok(producer)
}

/// How often a letter was sent back.
fn attempts(letter: &Record) -> u32 {
    letter.header(REDRIVES).and_then(|count| count.parse().ok()).unwrap_or(0)
}

/// The headers that the record came with, and ours.
fn headers(letter: &Record) -> Vec<RecordHeader> {
    let dropped = |name: &str| {
        matches!(name, "reason" | "source" | REDRIVES) || name.starts_with("__streams.errors.")
    };
    let mut headers: Vec<RecordHeader> =
        letter.headers.iter().filter(|(name, _)| !dropped(name)).cloned().collect();
    let mut put = |name: &str, value: String| {
        headers.push((name.to_owned(), Some(value.into_bytes())));
    };
    put(REDRIVES, attempts(letter).saturating_add(1).to_string());
    if letter.header(FIRST_TIMESTAMP).is_none() {
        put(FIRST_TIMESTAMP, letter.timestamp.to_string());
    }
    headers
}
