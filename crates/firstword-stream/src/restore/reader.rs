//! Reading one task's partitions outside the group, to their ends, for as long as somebody waits for it.
//!
//! What Kafka can heal is waited for, without an end: whoever stops waiting is asked at every turn. What it cannot
//! heal is a halt: a topic that is gone, a refused right, records that are not where they must be.

use std::time::{Duration, Instant};

use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::error::{KafkaError, KafkaResult};
use rdkafka::message::BorrowedMessage;
use rdkafka::{ClientConfig, Message, Offset, TopicPartitionList};

use super::{Stopped, Watch};
use crate::context::{Context, consumer};
use crate::{Halt, Settings};

const WHAT: &str = "restore a task";
/// How long one answer may take: it is asked for again, and in between whether it is still wanted.
const PATIENCE: Duration = Duration::from_secs(2);
/// For how long a transaction may stay open while the broker answers: far longer than a worker lets it.
const OPEN_AT_MOST: Duration = Duration::from_secs(60);

/// The clients that restore one task after another.
pub(crate) struct Reader {
    stable: BaseConsumer<Context>,
    /// It sees open transactions too.
    all: BaseConsumer<Context>,
}

/// A partition of a topic.
#[derive(Clone, Copy)]
pub(super) struct Place<'p> {
    pub(super) topic: &'p str,
    pub(super) partition: i32,
}

impl Reader {
    pub(crate) fn new(settings: &Settings) -> Result<Reader, Halt> {
        let mut config = settings.client();
        config
            .set("enable.auto.commit", "false")
            .set("enable.auto.offset.store", "false")
            .set("allow.auto.create.topics", "false");
        let mut all = config.clone();
        all.set("isolation.level", "read_uncommitted");
        config
            // The group is not joined, but the client wants its name.
            .set("group.id", &settings.group)
            .set("isolation.level", "read_committed")
            .set("enable.partition.eof", "true")
            .set("auto.offset.reset", "error")
            .set("check.crcs", "true")
            .set("fetch.message.max.bytes", "4194304")
            .set("queued.max.messages.kbytes", "32768")
            .set("fetch.queue.backoff.ms", "5")
            // The end of a partition is told by an empty answer, which the broker holds back for so long; three times
            // for each task.
            .set("fetch.wait.max.ms", "1");
        settings.properties.tune(&mut config);
        let client = |config: &ClientConfig| {
            consumer(settings, config).map_err(|error| Halt::of("make a client", error))
        };
        Ok(Reader { stable: client(&config)?, all: client(&all)? })
    }

    /// The cluster's own name.
    pub(super) fn cluster(&self, place: Place<'_>, watch: &dyn Watch) -> Result<String, Stopped> {
        loop {
            // Once the client has been told of its brokers it knows the name; until then it would look only once a
            // second whether it does.
            let told = self.stable.fetch_metadata(Some(place.topic), PATIENCE);
            let name = told.map(|_| self.stable.client().fetch_cluster_id(PATIENCE));
            match name {
                Ok(Some(name)) => return Ok(name),
                Ok(None) => (),
                Err(error) => heal(error, place)?,
            }
            self.events(&self.stable, place)?;
            go_on(watch)?;
        }
    }

    /// The first offset that is still there, and the one after the last that is committed.
    pub(super) fn ends(&self, place: Place<'_>, watch: &dyn Watch) -> Result<(i64, i64), Stopped> {
        loop {
            match self.ends_now(&self.stable, place) {
                Ok(ends) => return Ok(ends),
                Err(error) => heal(error, place)?,
            }
            self.events(&self.stable, place)?;
            go_on(watch)?;
        }
    }

    /// Waits until no transaction is open on a partition: whoever wrote to it before may have left one.
    pub(super) fn settle(
        &self,
        place: Place<'_>,
        watch: &dyn Watch,
    ) -> Result<(i64, i64), Stopped> {
        let mut open_since = None;
        loop {
            let (low, stable) = self.ends(place, watch)?;
            match self.ends_now(&self.all, place) {
                Ok((_, all)) if stable >= all => return Ok((low, stable)),
                Ok(_) if open_since.get_or_insert_with(Instant::now).elapsed() > OPEN_AT_MOST => {
                    return Err(torn(place, stable, "a transaction that stays open").into());
                }
                Ok(_) => (),
                // The broker is away: that is nothing that stays open.
                Err(error) => {
                    open_since = None;
                    heal(error, place)?;
                    self.events(&self.all, place)?;
                }
            }
            go_on(watch)?;
        }
    }

    /// Opens a partition from an offset on.
    pub(super) fn open<'r>(
        &'r self,
        place: Place<'r>,
        from: i64,
        watch: &'r dyn Watch,
    ) -> Result<Stretch<'r>, Stopped> {
        let mut list = TopicPartitionList::new();
        list.add_partition_offset(place.topic, place.partition, Offset::Offset(from))
            .and_then(|()| self.stable.assign(&list))
            .map_err(|error| Halt::of(WHAT, error))?;
        Ok(Stretch { reader: self, place, watch, next: from, read: 0 })
    }

    fn ends_now(
        &self,
        client: &BaseConsumer<Context>,
        place: Place<'_>,
    ) -> KafkaResult<(i64, i64)> {
        client.fetch_watermarks(place.topic, place.partition, PATIENCE)
    }

    /// What a client has to say besides: why the broker does not answer, perhaps. It also shows its token here.
    fn events(&self, client: &BaseConsumer<Context>, place: Place<'_>) -> Result<(), Halt> {
        while let Some(event) = client.poll(Duration::ZERO) {
            match event {
                Err(KafkaError::PartitionEOF(_)) | Ok(_) => (),
                Err(error) => heal(error, place)?,
            }
        }
        Ok(())
    }
}

fn heal(error: KafkaError, place: Place<'_>) -> Result<(), Halt> {
    let deleted = || torn(place, -1, "records that were deleted while they were read");
    Halt::unless_healed(error, WHAT, place.topic, deleted)
}

/// The records of a partition, from an offset to the end.
pub(super) struct Stretch<'r> {
    reader: &'r Reader,
    place: Place<'r>,
    watch: &'r dyn Watch,
    next: i64,
    /// How many offsets were passed since the watch was told.
    read: u64,
}

impl<'r> Stretch<'r> {
    /// The next record; nothing at the end, under `read_committed` that of the last one that is stable.
    pub(super) fn next(&mut self) -> Result<Option<BorrowedMessage<'r>>, Stopped> {
        loop {
            match self.reader.stable.poll(Duration::from_millis(100)) {
                Some(Ok(message)) => {
                    self.read += (message.offset() + 1 - self.next).max(0) as u64;
                    self.next = message.offset() + 1;
                    if self.read >= 1_024 {
                        self.tell()?;
                    }
                    return Ok(Some(message));
                }
                Some(Err(KafkaError::PartitionEOF(_))) => {
                    self.tell()?;
                    return Ok(None);
                }
                Some(Err(error)) => {
                    heal(error, self.place)?;
                    self.tell()?;
                }
                None => self.tell()?,
            }
        }
    }

    fn tell(&mut self) -> Result<(), Stopped> {
        self.watch.read(std::mem::take(&mut self.read));
        if self.watch.wanted() { Ok(()) } else { Err(Stopped::NotWanted) }
    }
}

/// Torn state at a place.
pub(super) fn torn(place: Place<'_>, offset: i64, what: &'static str) -> Halt {
    let (topic, partition) = (place.topic.to_owned(), place.partition);
    Halt::TornState { what, topic, partition, offset }
}

/// A short wait, if somebody still waits.
fn go_on(watch: &dyn Watch) -> Result<(), Stopped> {
    if !watch.wanted() {
        return Err(Stopped::NotWanted);
    }
    std::thread::sleep(Duration::from_millis(20));
    Ok(())
}
