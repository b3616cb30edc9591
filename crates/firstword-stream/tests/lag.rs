//! The lag that the board shows, from the statistics of a client of a real Kafka: nothing once every record was
//! consumed, although marks of transactions lie behind the last one.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use std::cell::Cell;
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use firstword_stream::{Board, Settings, TopicNames, create_topics};
use firstword_testkit::broker::{Broker, Options};
use rdkafka::client::ClientContext;
use rdkafka::consumer::{BaseConsumer, Consumer, ConsumerContext};
use rdkafka::error::KafkaError;
use rdkafka::producer::{BaseRecord, DefaultProducerContext, Producer, ThreadedProducer};
use rdkafka::statistics::Statistics;
use rdkafka::{ClientConfig, Message, Offset, TopicPartitionList};

const PATIENCE: Duration = Duration::from_secs(30);

#[derive(Default)]
struct Latest(Mutex<Option<Statistics>>);

impl ClientContext for Latest {
    fn stats(&self, statistics: Statistics) {
        *self.0.lock().unwrap() = Some(statistics);
    }
}

impl ConsumerContext for Latest {}

/// The lag of partition 0 of `relay`, where the board knows it.
fn lag(board: &Board) -> Option<i64> {
    let line = r#"firstword_lag_records{topic="firstword.relay",partition="0"} "#;
    board.metrics().lines().find_map(|known| known.strip_prefix(line)?.parse().ok())
}

#[test]
fn marks_of_transactions_are_no_lag() {
    let broker = Broker::start(1, &Options::default()).unwrap();
    let settings = Settings::new(&broker.bootstrap());
    tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap()
        .block_on(create_topics(&settings, 1, 1))
        .unwrap();
    let relay = &settings.topics.relay;
    let producer: ThreadedProducer<DefaultProducerContext> = ClientConfig::new()
        .set("bootstrap.servers", &settings.bootstrap_servers)
        .set("transactional.id", "lag")
        .create()
        .unwrap();
    producer.init_transactions(PATIENCE).unwrap();
    let send = |records: usize| {
        producer.begin_transaction().unwrap();
        for _ in 0..records {
            let record = BaseRecord::<(), _>::to(relay).partition(0).payload("record");
            producer.send(record).map_err(|(error, _)| error).unwrap();
        }
        producer.flush(PATIENCE).unwrap();
    };
    let commit = || producer.commit_transaction(PATIENCE).unwrap();

    let consumer: BaseConsumer<Latest> = ClientConfig::new()
        .set("bootstrap.servers", &settings.bootstrap_servers)
        .set("group.id", "lag")
        .set("enable.auto.commit", "false")
        .set("isolation.level", "read_committed")
        .set("enable.partition.eof", "true")
        .set("statistics.interval.ms", "100")
        .create_with_context(Latest::default())
        .unwrap();
    let mut list = TopicPartitionList::new();
    list.add_partition_offset(relay, 0, Offset::Beginning).unwrap();
    consumer.assign(&list).unwrap();
    let consumer = Arc::new(consumer);
    let queue = consumer.split_partition_queue(relay, 0).unwrap();
    let board = Board::new(1, &TopicNames::under("firstword"), "p@0");
    let seat = board.seat(0);
    seat.assigned(0, [-1, -1]);

    // The last stable offset that was seen: what happened before it is known.
    let stable = Cell::new(-1);
    let statistics = || {
        drop(consumer.poll(Duration::ZERO));
        if let Some(statistics) = consumer.context().0.lock().unwrap().take() {
            let known = statistics.topics.get(relay).and_then(|topic| topic.partitions.get(&0));
            stable.set(known.map_or(-1, |known| known.ls_offset));
            seat.statistics(&statistics, true);
        }
    };
    // Takes what there is, if it may, until it took so many, all up to an offset is known, and the lag is this.
    let settle = |expected: i64, end: i64, take: bool, mut left: usize| {
        let began = Instant::now();
        while lag(&board) != Some(expected) || left > 0 || stable.get() < end {
            let seen = lag(&board);
            assert!(began.elapsed() < PATIENCE, "{seen:?} and not {expected}, {left} to take");
            statistics();
            if !take {
                thread::sleep(Duration::from_millis(20));
                continue;
            }
            match queue.poll(Duration::from_millis(20)) {
                Some(Ok(message)) => {
                    seat.consumed(true, 0, message.offset() + 1);
                    left -= 1;
                }
                None | Some(Err(KafkaError::PartitionEOF(_))) => (),
                Some(Err(error)) => panic!("{error}"),
            }
        }
    };
    // What was seen must stay for several statistics, or it was only on the way to something else.
    let stays = |expected| {
        let began = Instant::now();
        while began.elapsed() < Duration::from_millis(800) {
            statistics();
            assert!(!matches!(queue.poll(Duration::from_millis(20)), Some(Ok(_))));
            assert_eq!(lag(&board), Some(expected));
        }
    };

    settle(0, 0, true, 0);
    for _ in 0..3 {
        send(10);
        commit();
    }
    settle(33, 33, false, 0); // 30 records and 3 marks, as nothing was read yet
    settle(0, 33, true, 30);
    stays(0);
    send(5);
    stays(0); // an open transaction has nothing to consume
    producer.abort_transaction(PATIENCE).unwrap();
    settle(0, 39, true, 0);
    stays(0);
    send(7);
    commit();
    settle(0, 47, true, 7);
    stays(0);
}
