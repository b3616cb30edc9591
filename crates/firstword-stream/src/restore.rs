//! The way back: a task's machines from `snapshots` and the `decisions` since, checked on the way.

use std::time::{Duration, Instant};

use firstword_engine::Engine;
use firstword_rules::Policy;
use firstword_wire::{read_decision, read_machine};
use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::error::KafkaError;
use rdkafka::message::{BorrowedMessage, Headers};
use rdkafka::{Message, Offset, TopicPartitionList};

use crate::snapshots::Line;
use crate::{Halt, Settings};

/// A task's machines as they were after its last committed decision.
pub(crate) struct Restored {
    pub(crate) partition: i32,
    pub(crate) engine: Engine,
    /// The offset after the last decision.
    pub(crate) decisions_end: i64,
    pub(crate) line: Line,
}

/// Restores one task. `committed` are the offsets that the group has committed: events, relay.
///
/// # Errors
/// Torn state: a gap in a person's decisions, a snapshot that is damaged, a decision about something that was not
/// committed; and what Kafka cannot heal.
pub(crate) fn restore(
    settings: &Settings,
    policy: &Policy,
    partition: i32,
    committed: [i64; 2],
) -> Result<Restored, Halt> {
    let topics = &settings.topics;
    settle(settings, partition)?;
    let mut engine = Engine::new(policy.clone());
    let mut from = 0;
    let torn = |topic: &str, offset, what| Halt::TornState {
        what,
        topic: topic.to_owned(),
        partition,
        offset,
    };
    read_all(settings, &topics.snapshots, partition, 0, |message| {
        let torn = |what| torn(&topics.snapshots, message.offset(), what);
        let key = message.key().and_then(firstword_wire::person_of_key);
        let person = key.ok_or_else(|| torn("a snapshot without a person as its key"))?;
        let Some(value) = message.payload() else { return Ok(()) };
        let machine = read_machine(value, |name| engine.number(name))
            .map_err(|_| torn("a snapshot that is damaged"))?;
        engine.restore(&person, machine);
        let said = message.headers().and_then(|headers| {
            let header = headers.iter().find(|header| header.key == "restore-from");
            std::str::from_utf8(header?.value?).ok()?.parse::<i64>().ok()
        });
        from = said.ok_or_else(|| torn("a snapshot that does not say where to go on"))?.max(from);
        Ok(())
    })?;
    let mut line = Line::default();
    let end = read_all(settings, &topics.decisions, partition, from, |message| {
        let torn = |what| torn(&topics.decisions, message.offset(), what);
        let value = message.payload().unwrap_or_default();
        let decision = read_decision(value).map_err(|_| torn("a record that is no decision"))?;
        check_source(settings, message, partition, committed)
            .map_err(|()| torn("a decision about an event that was not committed"))?;
        let person = decision_person(&decision);
        let known = engine.machine(&person).map_or(0, |machine| machine.seq());
        if decision.seq <= known {
            return Ok(()); // the snapshot has it
        }
        if decision.seq != known + 1 {
            return Err(torn("a gap in a person's decisions"));
        }
        engine.replay(&decision.event, decision.role, decision.seq, decision.verdict);
        line.advance(0, engine.find(&person).into_iter(), message.offset());
        Ok(())
    })?;
    Ok(Restored { partition, engine, decisions_end: end.max(from), line })
}

fn decision_person(decision: &firstword_wire::Recorded<'_>) -> firstword_rules::Name<'static> {
    let (one, other) = decision.event.parties();
    let name = match (decision.role, other) {
        (firstword_rules::Role::Recipient(_), Some(other)) => other,
        _ => one,
    };
    let text = name.text.to_string().into();
    firstword_rules::Name { kind: name.kind, text }
}

/// A decision's source, where it is of this partition, lies before what the group has committed.
fn check_source(
    settings: &Settings,
    message: &BorrowedMessage<'_>,
    partition: i32,
    committed: [i64; 2],
) -> Result<(), ()> {
    let source = message.headers().and_then(|headers| {
        let header = headers.iter().find(|header| header.key == "source")?;
        std::str::from_utf8(header.value?).ok()
    });
    let Some(source) = source else { return Err(()) };
    let mut parts = source.rsplitn(3, ':');
    let mut number = || parts.next().and_then(|part| part.parse::<i64>().ok());
    let (Some(offset), Some(of)) = (number(), number()) else { return Err(()) };
    let topic = parts.next().ok_or(())?;
    let inputs = [&settings.topics.events, &settings.topics.relay];
    let ours = inputs.iter().zip(committed).find(|(input, _)| input.as_str() == topic);
    match ours {
        Some((_, committed)) if of == i64::from(partition) && offset >= committed => Err(()),
        _ => Ok(()),
    }
}

/// Waits until no transaction is open on the partition's decisions: whoever had the task before may have left one.
fn settle(settings: &Settings, partition: i32) -> Result<(), Halt> {
    let what = "wait for open transactions";
    let client = |isolation: &str| -> Result<BaseConsumer, Halt> {
        let mut config = settings.client();
        config.set("isolation.level", isolation);
        config.create().map_err(|error| Halt::of(what, error))
    };
    let (stable, all) = (client("read_committed")?, client("read_uncommitted")?);
    let end = |client: &BaseConsumer| {
        client.fetch_watermarks(&settings.topics.decisions, partition, Duration::from_secs(10))
    };
    let deadline = Instant::now() + Duration::from_secs(60);
    loop {
        match (end(&stable), end(&all)) {
            (Ok((_, stable)), Ok((_, all))) if stable >= all => return Ok(()),
            (Err(error), _) | (_, Err(error)) if Instant::now() > deadline => {
                return Err(Halt::of(what, error));
            }
            _ if Instant::now() > deadline => {
                return Err(Halt::TornState {
                    what: "a transaction that stays open",
                    topic: settings.topics.decisions.clone(),
                    partition,
                    offset: -1,
                });
            }
            _ => std::thread::sleep(Duration::from_millis(20)),
        }
    }
}

/// Reads a partition from an offset to its end, without the group; the offset after the last record.
fn read_all(
    settings: &Settings,
    topic: &str,
    partition: i32,
    from: i64,
    mut each: impl FnMut(&BorrowedMessage<'_>) -> Result<(), Halt>,
) -> Result<i64, Halt> {
    let what = "restore a task";
    let mut config = settings.client();
    config
        .set("group.id", format!("{}-restore", settings.group))
        .set("enable.auto.commit", "false")
        .set("isolation.level", "read_committed")
        .set("enable.partition.eof", "true")
        .set("auto.offset.reset", "error")
        .set("check.crcs", "true")
        .set("fetch.queue.backoff.ms", "5");
    let consumer: BaseConsumer = config.create().map_err(|error| Halt::of(what, error))?;
    let start = if from == 0 { Offset::Beginning } else { Offset::Offset(from) };
    let mut list = TopicPartitionList::new();
    list.add_partition_offset(topic, partition, start).map_err(|error| Halt::of(what, error))?;
    consumer.assign(&list).map_err(|error| Halt::of(what, error))?;
    let mut end = from;
    loop {
        match consumer.poll(Duration::from_millis(100)) {
            None => (),
            Some(Ok(message)) => {
                each(&message)?;
                end = message.offset() + 1;
            }
            Some(Err(KafkaError::PartitionEOF(_))) => return Ok(end),
            Some(Err(error)) => match error.rdkafka_error_code() {
                Some(
                    rdkafka::error::RDKafkaErrorCode::OffsetOutOfRange
                    | rdkafka::error::RDKafkaErrorCode::AutoOffsetReset,
                ) => {
                    return Err(Halt::OffsetOutOfRange { topic: topic.to_owned(), partition });
                }
                _ if matches!(error, KafkaError::MessageConsumptionFatal(_)) => {
                    return Err(Halt::of(what, error));
                }
                _ => (), // Kafka heals it
            },
        }
    }
}
