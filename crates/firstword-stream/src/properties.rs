//! Which properties of librdkafka may be set by a person: any, except those that exactly once rests on, and those
//! that have a setting of their own.

use std::collections::BTreeMap;
use std::fmt;

use rdkafka::ClientConfig;
use rdkafka::consumer::{BaseConsumer, DefaultConsumerContext};
use rdkafka::error::{KafkaError, KafkaResult};
use rdkafka::producer::{BaseProducer, DefaultProducerContext};

use crate::Settings;

/// Whether this program was built with TLS, and with what needs it: SCRAM and OAUTHBEARER.
pub const TLS: bool = cfg!(any(feature = "tls", feature = "tls-vendored"));

const OFFSETS: &str =
    "offsets are committed in the transaction of what was decided, and only there";
const IDEMPOTENCE: &str = "a transaction needs an idempotent producer, which this is a part of";
const GROUP: &str = "the engine follows the classic protocol with `cooperative-sticky`";
const IN_TIME: &str = "a transaction must have ended before others take over its tasks";
const CALLED: &str = "it belongs to the program, not to its configuration";

/// What may not be set, and why or by what else.
const RESERVED: &[(&str, &str)] = &[
    ("bootstrap.servers", "use `kafka.bootstrap_servers`"),
    ("metadata.broker.list", "use `kafka.bootstrap_servers`"),
    ("security.protocol", "use `kafka.security_protocol`"),
    ("sasl.mechanism", "use `kafka.sasl.mechanism`"),
    ("sasl.mechanisms", "use `kafka.sasl.mechanism`"),
    ("group.id", "use `kafka.group`"),
    ("client.id", "the workers of a group know by it whether all decide under one policy"),
    ("statistics.interval.ms", "the metrics rest on it"),
    ("message.max.bytes", "how large a record may be, the topics say"),
    ("partitioner", "a person lives in the partition that `murmur2_random` gives"),
    ("session.timeout.ms", "use `stream.session_timeout`"),
    ("transactional.id", "it is made of `kafka.group` and `stream.instance`"),
    ("group.instance.id", "workers of one process would share it and put each other out"),
    ("enable.auto.commit", OFFSETS),
    ("auto.commit.enable", OFFSETS),
    ("auto.commit.interval.ms", OFFSETS),
    ("enable.auto.offset.store", OFFSETS),
    ("offset.store.method", OFFSETS),
    ("isolation.level", "what was not committed must not be decided"),
    ("auto.offset.reset", "an offset that is lost must stop the process, not skip records"),
    ("enable.partition.eof", "a task must know when an input has given all that it has"),
    ("check.crcs", "what was damaged on its way must not be decided"),
    ("partition.assignment.strategy", GROUP),
    ("group.protocol", GROUP),
    ("group.protocol.type", GROUP),
    ("group.remote.assignor", GROUP),
    ("allow.auto.create.topics", "topics have to be equal in their partitions: `--create-topics`"),
    ("enable.idempotence", IDEMPOTENCE),
    ("enable.gapless.guarantee", IDEMPOTENCE),
    ("acks", IDEMPOTENCE),
    ("request.required.acks", IDEMPOTENCE),
    ("max.in.flight", IDEMPOTENCE),
    ("max.in.flight.requests.per.connection", IDEMPOTENCE),
    ("retries", IDEMPOTENCE),
    ("message.send.max.retries", IDEMPOTENCE),
    ("queuing.strategy", IDEMPOTENCE),
    ("transaction.timeout.ms", IN_TIME),
    ("message.timeout.ms", IN_TIME),
    ("delivery.timeout.ms", IN_TIME),
    ("delivery.report.only.error", "every record that is delivered has to be reported"),
    ("enabled_events", CALLED),
    ("log.queue", CALLED),
    ("log_level", "use `log.level`"),
];

/// What the engine sets too, for speed or for memory, and a person may set otherwise.
const TUNED: &[&str] = &[
    "compression.codec",
    "fetch.max.bytes",
    "fetch.message.max.bytes",
    "fetch.queue.backoff.ms",
    "fetch.wait.max.ms",
    "heartbeat.interval.ms",
    "linger.ms",
    "queue.buffering.max.messages",
    "queued.max.messages.kbytes",
];

/// Properties of librdkafka by their names. What is secret does not show in their `Debug`.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Properties(BTreeMap<String, String>);

impl Properties {
    /// Sets a property. One that has two names is kept under the first of them.
    pub fn set(&mut self, name: &str, value: &str) {
        let name = match name {
            "compression.type" => "compression.codec",
            "max.partition.fetch.bytes" => "fetch.message.max.bytes",
            "queue.buffering.max.ms" => "linger.ms",
            name => name,
        };
        self.0.insert(name.to_owned(), value.to_owned());
    }

    /// Sets again what a person tuned, over what the engine did.
    pub(crate) fn tune(&self, config: &mut ClientConfig) {
        for (name, value) in self.iter().filter(|(name, _)| TUNED.contains(name)) {
            config.set(name, value);
        }
    }

    /// The names and the values.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }
}

impl fmt::Debug for Properties {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = self.iter().map(|(name, value)| {
            let value = if is_secret_property(name) { "(secret)" } else { value };
            (name, value)
        });
        f.debug_map().entries(shown).finish()
    }
}

/// Whether the value of a property must not be shown.
pub fn is_secret_property(name: &str) -> bool {
    const SECRET: &[&str] =
        &["password", "passphrase", "secret", "key.pem", "oauthbearer.config", "oauthbearer.ext"];
    SECRET.iter().any(|word| name.contains(word))
}

/// Whether a person may set a property to a value.
///
/// # Errors
/// Why not, in one line that does not show what is secret.
pub fn check_property(name: &str, value: &str) -> Result<(), String> {
    if let Some((_, why)) = RESERVED.iter().find(|(reserved, _)| *reserved == name) {
        return Err(format!("`{name}` may not be set here; {why}"));
    }
    if name == "debug" && value.split(',').any(|of| ["all", "security"].contains(&of.trim())) {
        return Err("`debug` of `all` or `security` would write credentials to the log".into());
    }
    let taken = ClientConfig::new().set(name, value).create_native_config();
    taken.map(drop).map_err(why_not)
}

/// The client's own words about a property, unless these would show what is secret.
fn why_not(error: KafkaError) -> String {
    match error {
        KafkaError::ClientConfig(_, why, name, _) => {
            let harmless =
                !is_secret_property(&name) || why.contains("not supported in this build");
            if harmless { why } else { format!("the client does not take this value for `{name}`") }
        }
        KafkaError::ClientCreation(why) => why,
        error => error.to_string(),
    }
}

/// Makes the clients that a worker would, to find what is wrong with settings before anything begins: files of TLS
/// that are not there, properties that do not go together. Talks to no broker.
///
/// # Errors
/// The client's own words, which hold no secret.
pub fn check_settings(settings: &Settings) -> Result<(), String> {
    let consumer: KafkaResult<BaseConsumer<DefaultConsumerContext>> = settings.client().create();
    let mut config = settings.client();
    config.set("transactional.id", "check").set("transaction.timeout.ms", "8000");
    let producer: KafkaResult<BaseProducer<DefaultProducerContext>> = config.create();
    consumer.map(drop).and(producer.map(drop)).map_err(why_not)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_exactly_once_rests_on_is_refused_by_name() {
        for (name, why) in RESERVED {
            let refused = check_property(name, "1");
            assert_eq!(refused, Err(format!("`{name}` may not be set here; {why}")));
        }
    }

    /// Whatever a client is told where it is made is reserved, or is there to be tuned.
    #[test]
    fn what_the_clients_set_is_reserved_or_may_be_tuned() {
        let sources = [
            include_str!("inbox.rs"),
            include_str!("outbox.rs"),
            include_str!("range.rs"),
            include_str!("redrive.rs"),
            include_str!("restore/reader.rs"),
            include_str!("send.rs"),
            include_str!("stable.rs"),
            include_str!("watch.rs"),
        ];
        let mut found = 0;
        for name in sources.iter().flat_map(|source| source.split("set(\"").skip(1)) {
            let name = name.split('"').next().unwrap_or_default();
            let reserved = RESERVED.iter().any(|(reserved, _)| *reserved == name);
            assert!(reserved || TUNED.contains(&name), "{name} is neither");
            found += 1;
        }
        assert!(found > 40, "{found} properties found: this test no longer sees them");
    }

    #[test]
    fn what_the_client_does_not_know_or_take_is_said_in_its_words() {
        assert_eq!(check_property("linger.ms", "5"), Ok(()));
        assert_eq!(check_property("queued.max.messages.kbytes", "1024"), Ok(()));
        let unknown = check_property("lingre.ms", "5");
        assert!(unknown.is_err_and(|why| why.contains("lingre.ms")));
        let wrong = check_property("retry.backoff.ms", "soon");
        assert!(wrong.is_err_and(|why| why.contains("retry.backoff.ms")));
    }

    #[test]
    fn no_secret_is_shown() {
        for name in [
            "sasl.password",
            "ssl.key.password",
            "ssl.key.pem",
            "ssl.keystore.password",
            "sasl.oauthbearer.client.secret",
            "sasl.oauthbearer.client.credentials.client.secret",
            "sasl.oauthbearer.assertion.private.key.pem",
            "sasl.oauthbearer.assertion.private.key.passphrase",
        ] {
            let mut properties = Properties::default();
            properties.set(name, "hunter2");
            properties.set("linger.ms", "7");
            let shown = format!("{properties:?}");
            assert!(!shown.contains("hunter2") && shown.contains("\"7\""), "{shown}");
            let refused = check_property(name, "hunter2\0").err().unwrap_or_default();
            assert!(!refused.is_empty() && !refused.contains("hunter2"), "{refused}");
        }
        assert!(!is_secret_property("ssl.ca.pem") && !is_secret_property("sasl.username"));
    }

    #[test]
    fn a_property_has_one_name() {
        let mut properties = Properties::default();
        properties.set("compression.type", "zstd");
        properties.set("queue.buffering.max.ms", "1");
        let set: Vec<_> = properties.iter().collect();
        assert_eq!(set, [("compression.codec", "zstd"), ("linger.ms", "1")]);
    }

    #[test]
    fn settings_that_do_not_go_together_are_found() {
        let mut settings = Settings::new("localhost:1");
        assert_eq!(check_settings(&settings), Ok(()));
        settings.properties.set("socket.timeout.ms", "60000");
        assert!(check_settings(&settings).is_err_and(|why| why.contains("socket.timeout.ms")));
    }
}
