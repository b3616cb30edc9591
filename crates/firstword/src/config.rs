//! The configuration of `firstword run`: what can be set, what each setting is where nobody sets it, and what must
//! not be set together.
//!
//! Defaults, then a file, then variables, then flags (`layers`); the forms of single values are in `forms`, what
//! concerns the way to Kafka is in `kafka`, and `print` shows what holds.

mod forms;
mod kafka;
mod layers;
mod print;

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::Duration;

use firstword_stream::{Process, Settings, TopicNames};
use toml::de::DeTable;

use crate::commands::shown;
use crate::exit::{say, usage_error};
use forms::{Listen, Number, Place, Text, Time, Word};
use layers::{File, Layers, Line};

/// Below this key any property of librdkafka may stand.
const PROPERTIES: &str = "kafka.properties";

/// What holds.
pub struct Config {
    /// How a worker runs.
    pub settings: Settings,
    /// What the process runs.
    pub process: Process,
    /// A policy file, or the name of a built-in policy.
    pub policy: PathBuf,
    /// The least severe lines that are logged.
    pub log_level: &'static str,
    /// How the log is written.
    pub log_format: &'static str,
    /// Every setting, in order, for `print`.
    lines: Vec<Line>,
    /// The file that was read, and its text.
    file: Option<(String, String)>,
}

/// A flag's own name and its value, by the key of its setting.
pub type Flags = BTreeMap<&'static str, (&'static str, String)>;

const NAME: Text = Text {
    name: "a name",
    hint: "1 to 128 characters without white space",
    fits: |text| {
        (1..=128).contains(&text.len())
            && !text.chars().any(|c| c.is_whitespace() || c.is_control())
    },
};
const TOPIC: Text = Text {
    name: "the name of a topic",
    hint: "1 to 249 letters, digits, `.`, `_` and `-`",
    fits: |text| {
        let legal = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
        (1..=249).contains(&text.len()) && text.bytes().all(legal) && ![".", ".."].contains(&text)
    },
};

impl Config {
    /// Reads every layer.
    ///
    /// # Errors
    /// Whatever is wrong is said, all of it, each in one line; then it is a usage error.
    pub fn load(
        file: Option<&Path>,
        variables: impl Iterator<Item = (OsString, OsString)>,
        flags: Flags,
    ) -> anyhow::Result<Config> {
        let file = file.map(read).transpose()?;
        let told = match &file {
            Some((shown, text)) => load(shown, text, variables, flags),
            None => load("", "", variables, flags),
        };
        match told {
            Ok(config) => Ok(Config { file, ..config }),
            Err(problems) => {
                problems.iter().for_each(|problem| say(format_args!("{problem}")));
                Err(usage_error("the configuration has errors"))
            }
        }
    }
}

fn read(file: &Path) -> anyhow::Result<(String, String)> {
    let shown = shown(file);
    match std::fs::read_to_string(file) {
        Ok(text) => Ok((shown, text)),
        Err(error) => Err(usage_error(format!("cannot read the configuration {shown}: {error}"))),
    }
}

fn load(
    shown: &str,
    text: &str,
    variables: impl Iterator<Item = (OsString, OsString)>,
    flags: Flags,
) -> Result<Config, Vec<String>> {
    let (table, errors) = DeTable::parse_recoverable(text);
    if !errors.is_empty() {
        let mut told: Vec<_> = errors.iter().map(|error| syntax(shown, text, error)).collect();
        told.sort_by_key(|(line, _)| *line);
        told.dedup_by_key(|(line, _)| *line);
        return Err(told.into_iter().map(|(_, told)| told).collect());
    }
    let mut layers = Layers::new(File { shown, text }, table.get_ref(), variables, flags);
    let config = settings(&mut layers);
    layers.close();
    layers.finish().map(|lines| Config { lines, ..config })
}

/// An error of syntax and its line. What a broken file means cannot be judged.
fn syntax(shown: &str, text: &str, error: &toml::de::Error) -> (usize, String) {
    let start = error.span().map_or(0, |span| span.start);
    let at = firstword_policy::Position::of(text, start);
    (at.line, format!("{shown}:{}:{}: {}", at.line, at.column, error.message()))
}

/// Asks for every setting, once, in the order in which they are shown.
fn settings(layers: &mut Layers<'_>) -> Config {
    let default = Settings::new("localhost:9092");
    let policy = layers.read(
        "policy",
        "A policy file, or the name of a built-in policy (`firstword policy list`).",
        &Place,
        Some(firstword_policy::DEFAULT.into()),
    );
    let mut settings = kafka::read(layers, default);
    topics(layers, &mut settings.topics);
    let process = stream(layers, &mut settings);
    let log_level = Word { name: "a level", words: &["error", "warn", "info", "debug", "trace"] };
    let log_level = layers.read(
        "log.level",
        "The least severe lines that are logged.",
        &log_level,
        Some("info"),
    );
    let log_format = Word { name: "a format", words: &["text", "json"] };
    let log_format = layers.read(
        "log.format",
        "How they are written, on standard error: text, or json, an object a line.",
        &log_format,
        Some("text"),
    );
    kafka::check(layers, &settings);
    Config {
        settings,
        process,
        policy: policy.unwrap_or_default(),
        log_level: log_level.unwrap_or("info"),
        log_format: log_format.unwrap_or("text"),
        lines: Vec::new(),
        file: None,
    }
}

fn topics(layers: &mut Layers<'_>, topics: &mut TopicNames) {
    const KEYS: [&str; 6] = [
        "topics.events",
        "topics.relay",
        "topics.decisions",
        "topics.snapshots",
        "topics.policies",
        "topics.dead_letters",
    ];
    let prefix = layers.read(
        "topics.prefix",
        "What the names of topics begin with that are not set one by one.",
        &TOPIC,
        Some("firstword".to_owned()),
    );
    *topics = TopicNames::under(&prefix.unwrap_or_default());
    let mut topic = |key, about, name: &mut String| {
        let asked = layers.read(key, about, &TOPIC, Some(std::mem::take(name)));
        *name = asked.unwrap_or_default();
        layers.derived(key, "the prefix and its own name");
    };
    let [events, relay, decisions, snapshots, policies, dead_letters] = KEYS;
    topic(events, "What the platform writes.", &mut topics.events);
    topic(relay, "What goes on to another partition.", &mut topics.relay);
    topic(decisions, "What was decided.", &mut topics.decisions);
    topic(snapshots, "The machines, compacted.", &mut topics.snapshots);
    topic(policies, "The policies that decisions name.", &mut topics.policies);
    topic(dead_letters, "What was no event.", &mut topics.dead_letters);
    let names = [
        &topics.events,
        &topics.relay,
        &topics.decisions,
        &topics.snapshots,
        &topics.policies,
        &topics.dead_letters,
    ];
    for (place, (key, name)) in KEYS.iter().zip(names).enumerate() {
        let before = KEYS.iter().zip(names).take(place).find(|(_, other)| *other == name);
        if let Some((other, _)) = before {
            layers.complain(key, &format!("`{key}` and `{other}` are the same topic"), None);
        }
    }
}

fn stream(layers: &mut Layers<'_>, settings: &mut Settings) -> Process {
    let millis = Duration::from_millis;
    let mut time = |key, about, least, most, value: &mut Duration| {
        let asked = layers.read(key, about, &Time(millis(least)..=millis(most)), Some(*value));
        *value = asked.unwrap_or_default();
    };
    time(
        "stream.max_wait",
        "For how long a task waits for the one of its two inputs that lags, while it has records to give.",
        0,
        600_000,
        &mut settings.max_wait,
    );
    time(
        "stream.commit_interval",
        "After how long a transaction is committed at the latest, under load.",
        1,
        2_000,
        &mut settings.commit_interval,
    );
    time(
        "stream.session_timeout",
        "For how long the group waits for a worker that does not answer.",
        1_000,
        1_800_000,
        &mut settings.session_timeout,
    );
    time(
        "stream.snapshot_age",
        "After so long a machine that moved is written to the snapshots, too: decisions have to be kept longer.",
        60_000,
        3_660 * 86_400_000,
        &mut settings.snapshot_age,
    );
    let batch = layers.read(
        "stream.batch",
        "How many records a transaction takes at most.",
        &Number(1..=200_000),
        Some(settings.batch as i64),
    );
    settings.batch = batch.and_then(|batch| batch.try_into().ok()).unwrap_or(settings.batch);
    let snapshot_after = layers.read(
        "stream.snapshot_after",
        "After so many decisions of a task a machine that moved is written to the snapshots at the latest.",
        &Number(1..=1_000_000_000),
        Some(settings.snapshot_after as i64),
    );
    settings.snapshot_after = snapshot_after.map_or(settings.snapshot_after, i64::unsigned_abs);
    let workers = layers.read(
        "stream.workers",
        "How many workers, each a thread with tasks of its own.",
        &Number(1..=256),
        Some(1),
    );
    let instance = layers.read(
        "stream.instance",
        "Tells this process from the others that run, and stays the same when it is started again.",
        &NAME,
        host_name(),
    );
    layers.derived("stream.instance", "the name of this host");
    if instance.is_none() {
        let what = "`stream.instance` is not set, and this host has no name to take";
        layers.problem(&layers::Origin::Default, what, None);
    }
    settings.state_dir = layers.read(
        "stream.state_dir",
        "Where each task keeps its machines while no worker runs; without one they come from Kafka alone.",
        &Place,
        None,
    );
    let http = layers.read(
        "http.listen",
        "Where to answer over HTTP (/livez, /readyz, /metrics, /tasks), or \"off\".",
        &Listen,
        Some(Some(([127, 0, 0, 1], 9464).into())),
    );
    Process {
        workers: workers.and_then(|workers| workers.try_into().ok()).unwrap_or(1),
        instance: instance.unwrap_or_default(),
        http: http.flatten(),
    }
}

/// The name of this computer, or of its container.
fn host_name() -> Option<String> {
    let uname = rustix::system::uname();
    let name = uname.nodename().to_str().ok()?;
    Some(name.to_owned()).filter(|name| (NAME.fits)(name) && name != "localhost")
}

#[cfg(test)]
mod tests;
