//! What a worker is told: where Kafka is, how the topics are named, how long to wait for what.

use std::path::PathBuf;
use std::time::Duration;

use rdkafka::ClientConfig;

use crate::Properties;

/// How a worker runs.
#[derive(Clone, Debug)]
pub struct Settings {
    /// `host:port`, several with commas.
    pub bootstrap_servers: String,
    /// The consumer group, and the head of the transactional ids.
    pub group: String,
    /// The topics.
    pub topics: TopicNames,
    /// For how long a task waits for the one of its two inputs that lags, while it has records to give.
    pub max_wait: Duration,
    /// How many records a transaction takes at most.
    pub batch: usize,
    /// After how long a transaction is committed at the latest, under load.
    pub commit_interval: Duration,
    /// After so many decisions of a task a machine that moved is written to `snapshots` at the latest: the most
    /// that a restore reads twice.
    pub snapshot_after: u64,
    /// After so long a machine that moved is written to `snapshots` however few decisions there are: far less than
    /// `decisions` are kept.
    pub snapshot_age: Duration,
    /// For how long the group waits for a worker that does not answer before it gives its tasks to others.
    pub session_timeout: Duration,
    /// Where each task keeps its machines while no worker runs; without one they are restored from Kafka alone.
    pub state_dir: Option<PathBuf>,
    /// Further properties of librdkafka, such as those of TLS and SASL.
    pub properties: Properties,
    /// The file with the token of OAUTHBEARER, read again whenever a client needs a new one.
    pub oauth_token_file: Option<PathBuf>,
}

/// The names of the topics.
#[derive(Clone, PartialEq, Eq, Debug)]
#[expect(missing_docs, reason = "STREAM.md says what each holds")]
pub struct TopicNames {
    pub events: String,
    pub relay: String,
    pub decisions: String,
    pub snapshots: String,
    pub policies: String,
    pub dead_letters: String,
}

impl TopicNames {
    /// The default names under a prefix: `firstword.events` and so on.
    pub fn under(prefix: &str) -> TopicNames {
        let name = |topic: &str| format!("{prefix}.{topic}");
        TopicNames {
            events: name("events"),
            relay: name("relay"),
            decisions: name("decisions"),
            snapshots: name("snapshots"),
            policies: name("policies"),
            dead_letters: name("dead-letters"),
        }
    }

    /// Those that have one partition for each task.
    pub fn per_task(&self) -> [&str; 4] {
        [&self.events, &self.relay, &self.decisions, &self.snapshots]
    }
}

impl Settings {
    /// Settings for a broker, everything else as it is by default.
    pub fn new(bootstrap_servers: &str) -> Settings {
        Settings {
            bootstrap_servers: bootstrap_servers.to_owned(),
            group: "firstword".to_owned(),
            topics: TopicNames::under("firstword"),
            max_wait: Duration::from_secs(2),
            batch: 20_000,
            commit_interval: Duration::from_millis(100),
            snapshot_after: 50_000,
            snapshot_age: Duration::from_secs(24 * 3_600),
            session_timeout: Duration::from_secs(10),
            state_dir: None,
            properties: Properties::default(),
            oauth_token_file: None,
        }
    }

    /// What every client of this worker is told.
    pub(crate) fn client(&self) -> ClientConfig {
        let mut config = ClientConfig::new();
        // A broker that was away is asked again within a second of its return; by default it may take ten.
        config.set("reconnect.backoff.max.ms", "1000");
        for (key, value) in self.properties.iter() {
            config.set(key, value);
        }
        config.set("bootstrap.servers", &self.bootstrap_servers);
        config
    }
}
