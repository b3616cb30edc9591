//! The group: which tasks are this worker's, and their records, input by input.
//!
//! The group shares out the partitions of `events`; the partition of `relay` with the same number comes along. Each
//! partition has a queue of its own, so that a task can take the older of its two heads, and knows of each input
//! whether it has given all that there is.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::{Duration, Instant};

use rdkafka::client::ClientContext;
use rdkafka::consumer::base_consumer::PartitionQueue;
use rdkafka::consumer::{BaseConsumer, Consumer, ConsumerContext, ConsumerGroupMetadata};
use rdkafka::error::{KafkaError, KafkaResult, RDKafkaErrorCode};
use rdkafka::statistics::Statistics;
use rdkafka::types::RDKafkaRespErr;
use rdkafka::{Message, Offset, TopicPartitionList};

use crate::board::Seat;
use crate::context::{Context, as_its_context_does};
use crate::lock::lock;
use crate::record::Incoming;
use crate::{Halt, Settings, TopicNames};

/// How long a request to the group's coordinator may take before it is asked again.
const REQUEST: Duration = Duration::from_secs(3);
/// For how long it is asked again: a worker that died may have left a transaction open for half of that.
const PATIENCE: Duration = Duration::from_secs(40);

/// What a rebalance changed, in the order in which it did.
#[derive(Debug)]
pub(crate) enum Change {
    /// These tasks are ours now, each with the offsets to go on from: events, relay.
    Assigned(Vec<(i32, [i64; 2])>),
    /// These are not ours any more.
    Revoked(Vec<i32>),
    /// The group could not be asked where to go on.
    Failed(Halt),
}

/// One worker's share of the group.
pub(crate) struct Inbox {
    consumer: Arc<BaseConsumer<Group>>,
    bell: Arc<Bell>,
    topics: TopicNames,
}

/// One of the two inputs of a task.
pub(crate) struct Input {
    queue: PartitionQueue<Group>,
    topic: String,
    partition: i32,
    head: Option<Incoming>,
    /// Whether it had none when it was last asked: asking costs as much as a record does.
    dry: bool,
    /// The offset after the last record that it gave, at first what the group has committed: what lies before it was
    /// decided, and the client (librdkafka 2.12) may give it all the same. One record twice, where a rebalance pauses
    /// and resumes a partition, for it notes its place only after it has handed the record out. All from the beginning,
    /// where a partition was taken at its beginning, given back, and taken again further on: the answer to where it
    /// begins comes late, counts as outdated, and has the question asked again for the new assignment
    /// (`rd_kafka_toppar_handle_Offset`).
    next: i64,
    /// Whether it has given all that there is.
    drained: bool,
}

pub(crate) struct Group {
    context: Context,
    seat: Arc<Seat>,
    topics: TopicNames,
    changes: Mutex<Vec<Change>>,
    /// As it was when the group last gave or took something. The client would always name one; but once it was
    /// thrown out, until that is served here, it names a member without a name, and such a one Kafka lets commit in
    /// transactions whatever it likes.
    lease: Mutex<Option<Lease>>,
    /// Whether the worker holds no record that is not committed.
    idle: AtomicBool,
}

/// What [`Inbox::lease`] gives.
pub(crate) type Lease = Arc<ConsumerGroupMetadata>;

/// Rings when any queue has something.
#[derive(Default)]
struct Bell {
    rung: Mutex<bool>,
    heard: Condvar,
}

/// How many things of the client are served at a time.
const POLLS: usize = 64;

impl Inbox {
    /// Joins the group, under a name that tells the others what our decisions rest on.
    pub(crate) fn join(
        settings: &Settings,
        client_id: &str,
        seat: &Arc<Seat>,
    ) -> Result<Inbox, Halt> {
        let topics = settings.topics.clone();
        let mut config = settings.client();
        // These are what exactly once rests on.
        config
            .set("client.id", client_id)
            .set("group.id", &settings.group)
            // They tell how far there is to go.
            .set("statistics.interval.ms", "1000")
            .set("enable.auto.commit", "false")
            .set("enable.auto.offset.store", "false")
            .set("isolation.level", "read_committed")
            .set("auto.offset.reset", "error")
            .set("partition.assignment.strategy", "cooperative-sticky")
            .set("enable.partition.eof", "true")
            .set("check.crcs", "true")
            .set("session.timeout.ms", settings.session_timeout.as_millis().to_string())
            // What the group decides reaches a worker with its next heartbeat.
            .set("heartbeat.interval.ms", "500")
            // What waits to be taken is most of a worker's memory: by default each partition may hold 64 MiB, which
            // takes three times that for small records, and each answer bring 50 more before they are unpacked. These
            // keep it as busy; one larger record still comes.
            .set("queued.max.messages.kbytes", "256")
            .set("fetch.max.bytes", "1048576")
            .set("fetch.message.max.bytes", "131072")
            .set("fetch.queue.backoff.ms", "5")
            // A task waits for the one of its inputs that lags until that one is known to have no more: an empty
            // answer says so, and the broker holds it back for this long (500 ms by default).
            .set("fetch.wait.max.ms", "10");
        settings.properties.tune(&mut config);
        let group = Group {
            context: Context::new(settings),
            seat: Arc::clone(seat),
            topics: topics.clone(),
            changes: Mutex::default(),
            lease: Mutex::default(),
            idle: AtomicBool::new(false),
        };
        let consumer: BaseConsumer<Group> = config
            .create_with_context(group)
            .map_err(|error| Halt::of("make a consumer", error))?;
        consumer.subscribe(&[&topics.events]).map_err(|error| Halt::of("join the group", error))?;
        Ok(Inbox { consumer: Arc::new(consumer), bell: Arc::default(), topics })
    }

    /// Serves the group; what changed since.
    ///
    /// # Errors
    /// What the group cannot heal by itself.
    pub(crate) fn changes(&self) -> Result<Vec<Change>, Halt> {
        // One poll serves one thing at most, and does not tell whether it did: while brokers are away the client has
        // many lines to log, and what the group gave and took waits behind them.
        for _ in 0..POLLS {
            match self.consumer.poll(Duration::ZERO) {
                None => (),
                // Partitions are paused before they have queues of their own: a record here would be lost.
                Some(Ok(message)) => {
                    let (topic, partition) = (message.topic().to_owned(), message.partition());
                    let what = "a record that came before its task was ready";
                    let offset = message.offset();
                    return Err(Halt::TornState { what, topic, partition, offset });
                }
                Some(Err(error)) => heal(error, &self.topics.events, -1)?,
            }
        }
        Ok(std::mem::take(&mut *lock(&self.consumer.context().changes)))
    }

    /// The inputs of a task that was just assigned, paused until it is restored: events, relay, each from what the
    /// group has committed on.
    pub(crate) fn inputs(&self, partition: i32, committed: [i64; 2]) -> Result<[Input; 2], Halt> {
        let [events, relay] = committed;
        Ok([
            self.input(&self.topics.events, partition, events)?,
            self.input(&self.topics.relay, partition, relay)?,
        ])
    }

    fn input(&self, topic: &str, partition: i32, next: i64) -> Result<Input, Halt> {
        let split = self.consumer.split_partition_queue(topic, partition);
        let mut queue = split.ok_or_else(|| {
            Halt::of("read a partition", KafkaError::Subscription(topic.to_owned()))
        })?;
        let bell = Arc::clone(&self.bell);
        queue.set_nonempty_callback(move || bell.ring());
        Ok(Input {
            queue,
            topic: topic.to_owned(),
            partition,
            head: None,
            dry: false,
            next,
            drained: false,
        })
    }

    /// Lets the records of a task that is restored come.
    pub(crate) fn resume(&self, partition: i32) -> Result<(), Halt> {
        let both = both(&self.topics, [partition]);
        self.consumer.resume(&both).map_err(|error| Halt::of("resume a task", error))
    }

    /// The group's word that its tasks are still this worker's; a transaction under an older one is refused. None
    /// while there is none.
    pub(crate) fn lease(&self) -> Option<Lease> {
        match self.consumer.assignment_lost() {
            true => None,
            false => lock(&self.consumer.context().lease).clone(),
        }
    }

    /// The committed offsets of tasks, stable ones: events, relay.
    pub(crate) fn committed(&self, partitions: &[i32]) -> KafkaResult<Vec<(i32, [i64; 2])>> {
        committed(&self.consumer, &self.topics, partitions)
    }

    /// Whether the worker holds no record that is not committed: then what the client has given is all consumed.
    pub(crate) fn is_idle(&self, idle: bool) {
        self.consumer.context().idle.store(idle, Ordering::Relaxed);
    }

    /// Where the decisions of a partition end for now, if the broker says so at once.
    pub(crate) fn decisions_end(&self, partition: i32) -> Option<i64> {
        let topic = &self.topics.decisions;
        let ends = self.consumer.fetch_watermarks(topic, partition, Duration::from_secs(1));
        ends.ok().map(|(_, end)| end)
    }

    /// Wakes whoever waits.
    pub(crate) fn ring(&self) {
        self.bell.ring();
    }

    /// Waits until a queue has something, at most so long.
    pub(crate) fn wait(&self, longest: Duration) {
        self.bell.wait(longest);
    }

    /// Leaves the group, so that others need not wait for it to be missed. Who is still joining joins first: the
    /// group would wait for a member that left meanwhile.
    pub(crate) fn leave(&self) {
        let turn = Duration::from_millis(20);
        // One that the group has given up without our knowing is joining again too.
        for _ in (0..200).take_while(|_| self.lease().is_none()) {
            drop(self.consumer.poll(turn));
        }
        self.consumer.unsubscribe();
        // Revocations are served by polling; a broker that is down must not keep us.
        for _ in 0..50 {
            drop(self.consumer.poll(turn));
            if self.consumer.assignment().is_ok_and(|left| left.count() == 0) {
                return;
            }
        }
    }
}

impl Input {
    /// Asks for records again where there were none.
    pub(crate) fn look_again(&mut self) {
        self.dry = false;
    }

    /// The next record, without taking it; nothing where there was none since it was told to look again.
    pub(crate) fn head(&mut self) -> Result<Option<&Incoming>, Halt> {
        while self.head.is_none() && !self.dry {
            match self.queue.poll(Duration::ZERO) {
                None => self.dry = true,
                Some(Ok(message)) if message.offset() < self.next => (),
                Some(Ok(message)) => {
                    self.drained = false;
                    self.next = message.offset() + 1;
                    self.head = Some(Incoming::of(&message));
                }
                Some(Err(KafkaError::PartitionEOF(_))) => self.drained = true,
                Some(Err(error)) => heal(error, &self.topic, self.partition)?,
            }
        }
        Ok(self.head.as_ref())
    }

    /// Whether it holds a record that nobody took yet.
    pub(crate) fn holds(&self) -> bool {
        self.head.is_some()
    }

    pub(crate) fn take(&mut self) -> Option<Incoming> {
        self.head.take()
    }

    /// Whether it has given all that there is.
    pub(crate) fn drained(&self) -> bool {
        self.drained && self.head.is_none()
    }
}

/// Errors of fetching, which is done as a member of the group.
fn heal(error: KafkaError, topic: &str, partition: i32) -> Result<(), Halt> {
    const WHAT: &str = "read";
    if error.rdkafka_error_code() == Some(RDKafkaErrorCode::GroupAuthorizationFailed) {
        return Err(Halt::of(WHAT, error));
    }
    let deleted = || Halt::OffsetOutOfRange { topic: topic.to_owned(), partition };
    Halt::unless_healed(error, WHAT, topic, deleted)
}

impl ClientContext for Group {
    as_its_context_does!();

    fn stats(&self, statistics: Statistics) {
        self.seat.statistics(&statistics, self.idle.load(Ordering::Relaxed));
    }
}

impl ConsumerContext for Group {
    fn rebalance(
        &self,
        consumer: &BaseConsumer<Group>,
        code: RDKafkaRespErr,
        list: &mut TopicPartitionList,
    ) {
        let partitions: Vec<i32> =
            list.elements().iter().map(|element| element.partition()).collect();
        let change = match code {
            RDKafkaRespErr::RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS => {
                self.assign(consumer, partitions)
            }
            _ => {
                let gone = both(&self.topics, partitions.iter().copied());
                // An error here means that the group has moved on by itself, which it also tells us.
                let _ = consumer.incremental_unassign(&gone);
                Change::Revoked(partitions)
            }
        };
        lock(&self.changes).push(change);
        let lease = consumer.group_metadata().filter(|_| !consumer.assignment_lost());
        *lock(&self.lease) = lease.map(Arc::new);
    }

    fn main_queue_min_poll_interval(&self) -> rdkafka::util::Timeout {
        Duration::from_millis(100).into()
    }
}

impl Group {
    /// Takes tasks, paused, to go on where the group has committed, or from the beginning where it never has.
    fn assign(&self, consumer: &BaseConsumer<Group>, partitions: Vec<i32>) -> Change {
        let known = match committed(consumer, &self.topics, &partitions) {
            Ok(known) => known,
            Err(error) => return Change::Failed(Halt::of("ask the group where to go on", error)),
        };
        let mut list = TopicPartitionList::new();
        for (partition, offsets) in &known {
            for (topic, offset) in
                [&self.topics.events, &self.topics.relay].into_iter().zip(offsets)
            {
                let from = if *offset < 0 { Offset::Beginning } else { Offset::Offset(*offset) };
                let _ = list.add_partition_offset(topic, *partition, from);
            }
        }
        match consumer.incremental_assign(&list).and_then(|()| consumer.pause(&list)) {
            Ok(()) => Change::Assigned(known),
            Err(error) => Change::Failed(Halt::of("take the tasks that the group gave", error)),
        }
    }
}

/// The committed offsets of both inputs, -1 where there is none. Under `read_committed` the group answers only when
/// no transaction on them is open any more.
fn committed(
    consumer: &BaseConsumer<Group>,
    topics: &TopicNames,
    partitions: &[i32],
) -> KafkaResult<Vec<(i32, [i64; 2])>> {
    if partitions.is_empty() {
        return Ok(Vec::new());
    }
    let wanted = both(topics, partitions.iter().copied());
    let begun = Instant::now();
    let answer = loop {
        consumer.context().seat.turn();
        let answer = consumer.committed_offsets(wanted.clone(), REQUEST).and_then(|answer| {
            // A partition may have an error of its own, and then an offset that looks like none.
            answer.elements().iter().try_for_each(|element| element.error())?;
            Ok(answer)
        });
        match answer {
            Ok(answer) => break answer,
            Err(error) if begun.elapsed() < PATIENCE && is_passing(&error) => {
                std::thread::sleep(Duration::from_millis(100));
            }
            Err(error) => return Err(error),
        }
    };
    let offset = |topic: &str, partition| match answer.find_partition(topic, partition) {
        Some(element) => match element.offset() {
            Offset::Offset(offset) => offset,
            _ => -1,
        },
        None => -1,
    };
    let of = |partition| [offset(&topics.events, partition), offset(&topics.relay, partition)];
    Ok(partitions.iter().map(|partition| (*partition, of(*partition))).collect())
}

fn is_passing(error: &KafkaError) -> bool {
    use RDKafkaErrorCode as Code;
    matches!(
        error.rdkafka_error_code(),
        Some(
            Code::OperationTimedOut
                | Code::RequestTimedOut
                | Code::CoordinatorLoadInProgress
                | Code::CoordinatorNotAvailable
                | Code::NotCoordinator
                | Code::UnstableOffsetCommit
                | Code::BrokerTransportFailure
                | Code::AllBrokersDown
        )
    )
}

fn both(topics: &TopicNames, partitions: impl IntoIterator<Item = i32>) -> TopicPartitionList {
    let mut list = TopicPartitionList::new();
    for partition in partitions {
        list.add_partition(&topics.events, partition);
        list.add_partition(&topics.relay, partition);
    }
    list
}

impl Bell {
    fn ring(&self) {
        *lock(&self.rung) = true;
        self.heard.notify_one();
    }

    fn wait(&self, longest: Duration) {
        let rung = lock(&self.rung);
        let waited = self.heard.wait_timeout_while(rung, longest, |rung| !*rung);
        *waited.unwrap_or_else(PoisonError::into_inner).0 = false;
    }
}
