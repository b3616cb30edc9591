//! What the commands that read and write topics share: the way to Kafka, and ranges of topics.

use std::path::PathBuf;

use clap::Args;
use firstword_rules::Millis;
use firstword_stream::{Bound, Settings};
use firstword_wire::parse_time;

use crate::config::{Config, Flags};

/// The way to Kafka, as `firstword run` finds it: a file, over it variables, over all flags.
#[derive(Args, Debug)]
pub struct KafkaArgs {
    /// A configuration file (TOML), as of `firstword run`.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Where Kafka is: host:port, several with commas.
    #[arg(long, value_name = "SERVERS")]
    bootstrap_servers: Option<String>,
    /// What the names of the topics begin with.
    #[arg(long, value_name = "PREFIX")]
    topics_prefix: Option<String>,
}

impl KafkaArgs {
    /// What holds.
    ///
    /// # Errors
    /// A usage error where the configuration is wrong; what is wrong was said.
    pub fn load(&self) -> anyhow::Result<Settings> {
        let flags: Flags = [
            ("kafka.bootstrap_servers", "--bootstrap-servers", &self.bootstrap_servers),
            ("topics.prefix", "--topics-prefix", &self.topics_prefix),
        ]
        .into_iter()
        .filter_map(|(key, flag, value)| Some((key, (flag, value.clone()?))))
        .collect();
        Ok(Config::load(self.config.as_deref(), std::env::vars_os(), flags)?.settings)
    }
}

/// Reads where a range begins or ends: a time, an offset, `start` or `end`.
pub fn bound(text: &str) -> Result<Bound, String> {
    match (text, text.parse()) {
        ("start", _) => Ok(Bound::Start),
        ("end", _) => Ok(Bound::End),
        (_, Ok(offset)) if offset >= 0 => Ok(Bound::Offset(offset)),
        _ => parse_time(text).map(Bound::Time).ok_or_else(|| {
            "not a time such as 2021-05-16T09:00:00Z, an offset such as 1700, `start` or `end`"
                .to_owned()
        }),
    }
}

/// Bytes as JSON has them: as text under this name, or, where they are not UTF-8, as hexadecimal digits under the name
/// with `_hex`.
pub fn text_or_hex(name: &str, bytes: &[u8]) -> (String, serde_json::Value) {
    match std::str::from_utf8(bytes) {
        Ok(text) => (name.to_owned(), text.into()),
        Err(_) => {
            let digits: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
            (format!("{name}_hex"), digits.into())
        }
    }
}

/// A record's timestamp as people read it.
pub fn shown_time(timestamp: i64) -> String {
    Millis(timestamp).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bound_is_a_time_or_an_offset() {
        assert_eq!(bound("0"), Ok(Bound::Offset(0)));
        assert_eq!(bound("start"), Ok(Bound::Start));
        assert_eq!(bound("1970-01-01T00:00:01Z"), Ok(Bound::Time(Millis(1_000))));
        for text in ["", "-1", "yesterday", "2021-05-16"] {
            assert!(bound(text).is_err(), "{text}");
        }
    }

    #[test]
    fn bytes_that_are_no_text_are_digits() {
        assert_eq!(text_or_hex("key", b"a"), ("key".to_owned(), "a".into()));
        assert_eq!(text_or_hex("key", b"\xff\x0a"), ("key_hex".to_owned(), "ff0a".into()));
    }
}
