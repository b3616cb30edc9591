//! Whether a topic is there, and where a range of it begins and ends in each partition.

use std::collections::BTreeMap;
use std::thread::sleep;
use std::time::Duration;

use firstword_rules::Millis;
use rdkafka::consumer::{BaseConsumer, Consumer, ConsumerContext};
use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use rdkafka::{Offset, TopicPartitionList};

use super::{Bound, PATIENCE, Range};
use crate::context::Context;
use crate::{Halt, Settings};

/// How many partitions a topic has.
///
/// # Errors
/// A broker that cannot be reached within ten seconds, a topic that is not there, a refused right.
pub(crate) fn partitions<C: ConsumerContext>(
    settings: &Settings,
    consumer: &BaseConsumer<C>,
    topic: &str,
) -> Result<i32, Halt> {
    // A broker may not know yet of a topic that was just made.
    const TRIES: u32 = 20;
    for last in (0..TRIES).rev() {
        match partitions_now(settings, consumer, topic) {
            Err(Halt::TopicMissing(_)) if last > 0 => sleep(Duration::from_millis(100)),
            answer => return answer,
        }
    }
    Err(Halt::TopicMissing(topic.to_owned()))
}

fn partitions_now<C: ConsumerContext>(
    settings: &Settings,
    consumer: &BaseConsumer<C>,
    topic: &str,
) -> Result<i32, Halt> {
    let metadata = consumer
        .fetch_metadata(Some(topic), PATIENCE)
        .map_err(|error| no_answer(settings, consumer, error))?;
    let found = metadata.topics().iter().find(|found| found.name() == topic);
    let missing = || Halt::TopicMissing(topic.to_owned());
    let found = found.ok_or_else(missing)?;
    match found.error().map(RDKafkaErrorCode::from) {
        Some(code @ RDKafkaErrorCode::TopicAuthorizationFailed) => {
            Err(Halt::NotAuthorized { what: "see a topic", code })
        }
        _ if found.partitions().is_empty() => Err(missing()),
        _ => Ok(found.partitions().len() as i32),
    }
}

/// Why there is no answer: the request only knows that none came in time, events tell what was in the way.
fn no_answer<C: ConsumerContext>(
    settings: &Settings,
    consumer: &BaseConsumer<C>,
    error: KafkaError,
) -> Halt {
    use RDKafkaErrorCode as Code;
    let mut code = error.rdkafka_error_code();
    let events = std::iter::from_fn(|| consumer.poll(Duration::ZERO)).take(100);
    for event in events.filter_map(Result::err) {
        match event.rdkafka_error_code() {
            Some(Code::SaslAuthenticationFailed | Code::Authentication) => {
                return Halt::of("connect", event);
            }
            Some(Code::Resolve | Code::SSL) => code = event.rdkafka_error_code(),
            _ => (),
        }
    }
    match code {
        Some(code) => Halt::Unreachable { servers: settings.bootstrap_servers.clone(), code },
        None => Halt::of("ask the broker for its topics", error),
    }
}

/// The offsets of partitions.
pub(super) type Offsets = BTreeMap<i32, i64>;

/// Where a range begins and ends in each partition; no ends where it goes on for ever.
pub(super) fn limits(
    consumer: &BaseConsumer<Context>,
    topic: &str,
    partitions: &[i32],
    range: &Range,
) -> Result<(Offsets, Offsets), Halt> {
    let mut there = BTreeMap::new();
    for partition in partitions {
        // Under read_committed the end is the first record of the oldest transaction that is open.
        let ends = consumer.fetch_watermarks(topic, *partition, PATIENCE);
        let ends = ends.map_err(|error| Halt::of("ask for the ends of a topic", error))?;
        there.insert(*partition, ends);
    }
    let find = |bound: Bound| -> Result<Offsets, Halt> {
        let by_time = match bound {
            Bound::Time(time) => since(consumer, topic, partitions, time)?,
            _ => Offsets::new(),
        };
        let offset = |(partition, (low, high)): (&i32, &(i64, i64))| {
            let offset = match bound {
                Bound::Start => *low,
                Bound::Time(_) => by_time.get(partition).copied().unwrap_or(*high),
                Bound::Offset(offset) => offset,
                Bound::End => *high,
            };
            (*partition, offset.min(*high).max(*low))
        };
        Ok(there.iter().map(offset).collect())
    };
    Ok((find(range.from)?, range.to.map_or(Ok(Offsets::new()), find)?))
}

/// The first offset of each partition whose timestamp is not before a time, where there is one.
fn since(
    consumer: &BaseConsumer<Context>,
    topic: &str,
    partitions: &[i32],
    time: Millis,
) -> Result<Offsets, Halt> {
    let mut asked = TopicPartitionList::new();
    let failed = |error| Halt::of("find a time in a topic", error);
    for partition in partitions {
        // Before 1970 there are none, and the numbers below zero mean other things here.
        let time = Offset::Offset(time.0.max(0));
        asked.add_partition_offset(topic, *partition, time).map_err(failed)?;
    }
    let found = consumer.offsets_for_times(asked, PATIENCE).map_err(failed)?;
    let mut offsets = Offsets::new();
    for element in found.elements() {
        element.error().map_err(failed)?;
        if let Offset::Offset(offset) = element.offset() {
            offsets.insert(element.partition(), offset);
        }
    }
    Ok(offsets)
}
