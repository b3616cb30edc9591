//! Our side: workers as `firstword run` has them, until all is decided.

use std::thread::{self, JoinHandle, sleep};
use std::time::Duration;

use firstword_stream::{Board, Law, Settings, Stop, Worker};
use rdkafka::ClientConfig;
use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::error::RDKafkaErrorCode;
use rdkafka::{Offset, TopicPartitionList};

use crate::PARTITIONS;

/// Runs so many workers until all that the group has was decided.
pub fn run(settings: &Settings, workers: usize) -> anyhow::Result<()> {
    let watch: BaseConsumer = ClientConfig::new()
        .set("bootstrap.servers", &settings.bootstrap_servers)
        .set("group.id", &settings.group)
        .create()?;
    run_until(settings, workers, || all_is_decided(settings, &watch))
}

/// Runs so many workers until it is enough.
pub fn run_until(
    settings: &Settings,
    workers: usize,
    mut enough: impl FnMut() -> anyhow::Result<bool>,
) -> anyhow::Result<()> {
    let policy = firstword_policy::builtin("whatsapp-business-2026")
        .ok_or_else(|| anyhow::anyhow!("no such policy"))?;
    let law = Law { canonical: firstword_policy::canonical(&policy), policy };
    let stop = Stop::default();
    let board = Board::new(workers as u16, &settings.topics, &law.policy.label);
    let running: Vec<_> = (0..workers)
        .map(|slot| {
            let (settings, law, stop) = (settings.clone(), law.clone(), stop.clone());
            let seat = board.seat(slot as u16);
            thread::spawn(move || {
                Worker::join(settings, law, &slot.to_string(), seat, stop).and_then(Worker::run)
            })
        })
        .collect();
    // A worker that ends by itself has something to say.
    while !running.iter().any(JoinHandle::is_finished) && !enough()? {
        sleep(Duration::from_millis(25));
    }
    stop.ask();
    for worker in running {
        worker.join().map_err(|_| anyhow::anyhow!("a worker panicked"))??;
    }
    Ok(())
}

fn all_is_decided(settings: &Settings, watch: &BaseConsumer) -> anyhow::Result<bool> {
    let wait = Duration::from_secs(10);
    let topics = [&settings.topics.events, &settings.topics.relay];
    let mut wanted = TopicPartitionList::new();
    for topic in topics {
        (0..PARTITIONS).for_each(|partition| {
            wanted.add_partition(topic, partition);
        });
    }
    let committed = match watch.committed_offsets(wanted, wait) {
        Ok(committed) => committed,
        // The group is young: the broker is still finding who keeps its offsets.
        Err(error) if error.rdkafka_error_code().is_some_and(is_passing) => return Ok(false),
        Err(error) => return Err(error.into()),
    };
    for element in committed.elements() {
        let (begin, end) = watch.fetch_watermarks(element.topic(), element.partition(), wait)?;
        let at = match element.offset() {
            Offset::Offset(offset) => offset,
            _ => begin,
        };
        // The last of a partition that was written in transactions is a marker.
        let last = if element.topic() == settings.topics.relay { end - 1 } else { end };
        if at < last {
            return Ok(false);
        }
    }
    Ok(true)
}

fn is_passing(code: RDKafkaErrorCode) -> bool {
    use RDKafkaErrorCode as Code;
    matches!(
        code,
        Code::NotCoordinator | Code::CoordinatorLoadInProgress | Code::CoordinatorNotAvailable
    )
}
