//! The log of a process that runs for long: lines on standard error, for people or as JSON.

use std::io::{self, IsTerminal};

use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

/// Begins to log what is at least this severe: `error`, `warn`, `info`, `debug` or `trace`. What others wrote than
/// we and the Kafka client is told from `info` on, whatever is asked for.
pub fn begin(level: &str, json: bool) {
    let level = level.parse().unwrap_or(LevelFilter::INFO);
    let ours = Targets::new()
        .with_default(level.min(LevelFilter::INFO))
        .with_targets([("firstword", level), ("librdkafka", level)]);
    let colours =
        io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|set| set.is_empty());
    let lines = tracing_subscriber::fmt::layer().with_writer(io::stderr).with_ansi(colours);
    let log = tracing_subscriber::registry().with(ours);
    // It fails only where a log was begun already, and that one stays.
    let _ = match json {
        true => log.with(lines.json().flatten_event(true)).try_init(),
        false => log.with(lines).try_init(),
    };
}
