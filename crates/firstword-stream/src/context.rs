//! What every client of a worker does alike: it shows its token, and speaks through our log.
//!
//! A client writes much, and calls an error what it heals by itself a moment later: a broker that is restarted, a
//! coordinator that moves. So its lines come a level lower than it thinks of them, under the target `librdkafka`.
//! It names brokers, topics and partitions, never what is in a record.

use std::path::PathBuf;
use std::time::Duration;

use rdkafka::ClientConfig;
use rdkafka::client::{ClientContext, OAuthToken};
use rdkafka::config::RDKafkaLogLevel as Level;
use rdkafka::consumer::{BaseConsumer, ConsumerContext};
use rdkafka::error::{KafkaError, KafkaResult, RDKafkaErrorCode as Code};

use crate::{Settings, oauth};

/// The context of a client, or what the context of a client asks.
#[derive(Clone, Debug)]
pub(crate) struct Context {
    token_file: Option<PathBuf>,
}

impl Context {
    pub(crate) fn new(settings: &Settings) -> Context {
        Context { token_file: settings.oauth_token_file.clone() }
    }
}

/// A consumer of no group, to ask a broker or to read a partition.
pub(crate) fn consumer(
    settings: &Settings,
    config: &ClientConfig,
) -> KafkaResult<BaseConsumer<Context>> {
    let consumer: BaseConsumer<Context> = config.create_with_context(Context::new(settings))?;
    // Its first poll gives it its token.
    drop(consumer.poll(Duration::ZERO));
    Ok(consumer)
}

impl ClientContext for Context {
    /// Asked for only under OAUTHBEARER, and only while the client is polled: one that never is must be polled
    /// once before it is used.
    const ENABLE_REFRESH_OAUTH_TOKEN: bool = true;

    fn generate_oauth_token(
        &self,
        _: Option<&str>,
    ) -> Result<OAuthToken, Box<dyn std::error::Error>> {
        let file = self.token_file.as_ref().ok_or("no file is named that has the OAuth token")?;
        let token = oauth::token(file);
        Ok(token.inspect_err(|error| tracing::error!("{error}"))?)
    }

    fn log(&self, level: Level, facility: &str, message: &str) {
        match level {
            // A property of consumers that a producer was given too, and the like: so for every client.
            _ if facility == "CONFWARN" => {
                tracing::debug!(target: "librdkafka", "{facility}: {message}");
            }
            Level::Emerg | Level::Alert | Level::Critical => {
                tracing::error!(target: "librdkafka", "{facility}: {message}");
            }
            Level::Error => tracing::warn!(target: "librdkafka", "{facility}: {message}"),
            Level::Warning => tracing::info!(target: "librdkafka", "{facility}: {message}"),
            Level::Notice | Level::Info => {
                tracing::debug!(target: "librdkafka", "{facility}: {message}");
            }
            Level::Debug => tracing::trace!(target: "librdkafka", "{facility}: {message}"),
        }
    }

    fn error(&self, error: KafkaError, reason: &str) {
        match error.rdkafka_error_code() {
            // The end of a partition is no error, and what is wrong with a connection was said already.
            Some(
                Code::PartitionEOF
                | Code::AllBrokersDown
                | Code::BrokerTransportFailure
                | Code::Resolve
                | Code::SSL
                | Code::Authentication
                | Code::SaslAuthenticationFailed,
            ) => (),
            _ => tracing::warn!(target: "librdkafka", "{reason}"),
        }
    }

    fn stats_raw(&self, statistics: &[u8]) {
        tracing::debug!(target: "librdkafka", "{}", String::from_utf8_lossy(statistics));
    }
}

impl ConsumerContext for Context {}

/// The methods of a [`ClientContext`] that leaves them to the [`Context`] in its field `context`.
macro_rules! as_its_context_does {
    () => {
        const ENABLE_REFRESH_OAUTH_TOKEN: bool = true;

        fn generate_oauth_token(
            &self,
            config: Option<&str>,
        ) -> Result<rdkafka::client::OAuthToken, Box<dyn std::error::Error>> {
            self.context.generate_oauth_token(config)
        }

        fn log(&self, level: rdkafka::config::RDKafkaLogLevel, facility: &str, message: &str) {
            self.context.log(level, facility, message);
        }

        fn error(&self, error: rdkafka::error::KafkaError, reason: &str) {
            self.context.error(error, reason);
        }
    };
}
pub(crate) use as_its_context_does;
