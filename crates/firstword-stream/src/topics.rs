//! The topics: are they there, do they fit together, and making those that are missing.

use std::time::{Duration, Instant};

use rdkafka::admin::{AdminClient, AdminOptions, NewTopic, TopicReplication};
use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use rdkafka::metadata::Metadata;

use crate::context::{self, Context};
use crate::{Halt, Settings, Stop};

const PATIENCE: Duration = Duration::from_secs(30);

/// Checks that the topics exist and that those which go together have equally many partitions; how many.
///
/// # Errors
/// A topic that is missing, counts that differ, a broker that cannot be reached or refuses.
pub fn check_topics(settings: &Settings) -> Result<i32, Halt> {
    check(settings, &Stop::default())
}

/// The same, but for no longer than until somebody is asked to stop.
pub(crate) fn check(settings: &Settings, stop: &Stop) -> Result<i32, Halt> {
    let client = context::consumer(settings, &settings.client())
        .map_err(|error| Halt::of("make a client", error))?;
    let metadata = ask(settings, &client, stop)?;
    let partitions = |name: &str| {
        let topic = metadata.topics().iter().find(|topic| topic.name() == name);
        topic.map(|topic| topic.partitions().len()).filter(|count| *count > 0)
    };
    let names = &settings.topics;
    let missing = |name: &str| Halt::TopicMissing(name.to_owned());
    let expected = partitions(&names.events).ok_or_else(|| missing(&names.events))?;
    for name in names.per_task() {
        let found = partitions(name).ok_or_else(|| missing(name))?;
        if found != expected {
            let (topic, events) = (name.to_owned(), names.events.clone());
            return Err(Halt::PartitionsDiffer { topic, found, events, expected });
        }
    }
    for name in [&names.policies, &names.dead_letters] {
        partitions(name).ok_or_else(|| missing(name))?;
    }
    Ok(expected as i32)
}

/// Asks for the topics until there is an answer; wrong credentials are none to wait for.
fn ask(settings: &Settings, client: &BaseConsumer<Context>, stop: &Stop) -> Result<Metadata, Halt> {
    let what = "ask the broker for its topics";
    let begun = Instant::now();
    loop {
        let error = match client.fetch_metadata(None, Duration::from_secs(3)) {
            Ok(metadata) => return Ok(metadata),
            Err(error) => error,
        };
        while let Some(Err(error)) = client.poll(Duration::ZERO) {
            if let halt @ Halt::NotAuthorized { .. } = Halt::of(what, error) {
                return Err(halt);
            }
        }
        if begun.elapsed() > PATIENCE || stop.asked() {
            let servers = settings.bootstrap_servers.clone();
            return Err(match error.rdkafka_error_code() {
                Some(code) => Halt::Unreachable { servers, code },
                None => Halt::of(what, error),
            });
        }
    }
}

/// Makes the topics that are missing, with settings that suit them; those that exist stay as they are.
///
/// # Errors
/// A broker that cannot be reached or refuses.
pub async fn create_topics(
    settings: &Settings,
    partitions: i32,
    replication: i32,
) -> Result<(), Halt> {
    let admin: AdminClient<Context> = settings
        .client()
        .create_with_context(Context::new(settings))
        .map_err(|error| Halt::of("make an admin client", error))?;
    let names = &settings.topics;
    // A dead letter is as large as what was rejected, and more; of events the broker's default takes 1 MiB.
    let topic = |name, partitions| {
        NewTopic::new(name, partitions, TopicReplication::Fixed(replication))
            .set("max.message.bytes", "2097152")
    };
    let topics = [
        NewTopic::new(&names.events, partitions, TopicReplication::Fixed(replication)),
        // What all have consumed is deleted by the engine; time alone must not.
        topic(&names.relay, partitions).set("retention.ms", "-1"),
        topic(&names.decisions, partitions),
        // Only closed segments are compacted: small ones, so that a restore reads few machines twice.
        topic(&names.snapshots, partitions)
            .set("cleanup.policy", "compact")
            .set("segment.bytes", "67108864")
            .set("min.cleanable.dirty.ratio", "0.3"),
        topic(&names.policies, 1).set("cleanup.policy", "compact"),
        topic(&names.dead_letters, partitions),
    ];
    let options = AdminOptions::new().operation_timeout(Some(PATIENCE));
    let made = admin.create_topics(&topics, &options).await;
    for outcome in made.map_err(|error| Halt::of("create topics", error))? {
        match outcome {
            Ok(_) | Err((_, RDKafkaErrorCode::TopicAlreadyExists)) => (),
            Err((_, code)) => return Err(Halt::of("create a topic", KafkaError::AdminOp(code))),
        }
    }
    // A broker says that a topic is made before it shows it to everybody.
    let (settings, begun) = (settings.clone(), Instant::now());
    let shown = tokio::task::spawn_blocking(move || {
        loop {
            match check_topics(&settings) {
                Err(Halt::TopicMissing(_)) if begun.elapsed() < PATIENCE => {
                    std::thread::sleep(Duration::from_millis(50));
                }
                outcome => return outcome.map(drop),
            }
        }
    });
    shown.await.unwrap_or(Ok(()))
}
