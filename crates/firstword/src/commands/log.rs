//! The log that a command looks into: files, standard input, or a topic.

use std::path::{Path, PathBuf};

use clap::Args;
use firstword_policy::BUILTINS;
use firstword_replay::{Place, Timeline};
use firstword_rules::Policy;

#[cfg(feature = "kafka")]
use super::kafka::{KafkaArgs, bound};
use crate::exit::usage_error;
use crate::io::indexed;
use crate::io::lines::Chunks;
use crate::io::parts::Parts;
use crate::io::source::{Input, Inputs};
#[cfg(feature = "kafka")]
use crate::io::topic::{self, Places};
use crate::terminal::Progress;

/// What a topic is named by among files.
const TOPIC: &str = "topic:";

/// The log that a command looks into.
#[derive(Args, Debug)]
pub struct LogArgs {
    /// Logs of events or of decisions (`.jsonl`, also packed as `.gz` or `.zst`), one after another; `-` is standard
    /// input, `topic:decisions` or `topic:events` the stream's.
    #[arg(value_name = "LOG")]
    logs: Vec<PathBuf>,
    #[cfg(feature = "kafka")]
    #[command(flatten)]
    kafka: KafkaArgs,
}

/// Which part of a topic is read. Reading disturbs nobody: no group is joined and nothing is committed.
#[derive(Args, Debug, Clone)]
#[cfg(feature = "kafka")]
pub struct RangeArgs {
    /// Of a topic: begin here: a time, an offset, `start` or `end`.
    #[arg(long, value_name = "TIME|OFFSET", default_value = "start", value_parser = bound)]
    from: firstword_stream::Bound,
    /// Of a topic: end before this: a time, an offset or `end`, which is what is there now.
    #[arg(long, value_name = "TIME|OFFSET", default_value = "end", value_parser = bound)]
    to: firstword_stream::Bound,
    /// Of a topic: only these partitions.
    #[arg(long, value_name = "N,..", value_delimiter = ',')]
    partitions: Option<Vec<i32>>,
}

/// Without Kafka there are no topics to take a part of.
#[derive(Args, Debug, Clone, Default)]
#[cfg(not(feature = "kafka"))]
pub struct RangeArgs {}

/// A log that is about to be read.
pub enum Log {
    /// Files.
    Files(Vec<PathBuf>),
    /// A range of a topic, as it was when the command began.
    #[cfg(feature = "kafka")]
    Topic(Parts, Places),
}

/// The pieces of a log, whatever it lies in.
pub type LogChunks = Chunks<Box<dyn Iterator<Item = anyhow::Result<Input>> + Send>>;

impl LogArgs {
    /// The way to Kafka.
    ///
    /// # Errors
    /// A usage error where the configuration is wrong.
    #[cfg(feature = "kafka")]
    pub fn settings(&self) -> anyhow::Result<firstword_stream::Settings> {
        self.kafka.load()
    }

    /// The policies at hand that decisions may have been made under: those that the stream's journal explains itself
    /// by, where the log is a topic, and the built-in ones. A decision names the fingerprint of its policy, so none can
    /// be mistaken for another.
    ///
    /// # Errors
    /// Kafka that cannot be reached or says no.
    pub fn policies(&self) -> anyhow::Result<Vec<Policy>> {
        let builtin = BUILTINS.iter().filter_map(|builtin| firstword_policy::builtin(builtin.name));
        #[cfg(feature = "kafka")]
        if topic_of(&self.logs)?.is_some() {
            return Ok(topic::policies(&self.kafka.load()?)?.into_iter().chain(builtin).collect());
        }
        Ok(builtin.collect())
    }

    /// Whether none is named.
    pub fn is_empty(&self) -> bool {
        self.logs.is_empty()
    }

    /// The log; a topic is read whole.
    ///
    /// # Errors
    /// A file that is not there, Kafka that cannot be reached, more than one topic.
    pub fn open(&self) -> anyhow::Result<Log> {
        #[cfg(feature = "kafka")]
        if let Some(topic) = topic_of(&self.logs)? {
            let settings = self.kafka.load()?;
            let (parts, places) =
                topic::copy(&settings, topic, &firstword_stream::Range::default())?;
            return Ok(Log::Topic(parts, places));
        }
        self.files()
    }

    /// The log; of a topic this range. `of_files` tells whoever asks for a range of files what there is instead.
    ///
    /// # Errors
    /// As [`LogArgs::open`]; a range of files.
    pub fn open_range(&self, range: &RangeArgs, of_files: &str) -> anyhow::Result<Log> {
        #[cfg(feature = "kafka")]
        {
            use firstword_stream::{Bound, Range};
            let RangeArgs { from, to, partitions } = range.clone();
            if let Some(topic) = topic_of(&self.logs)? {
                let settings = self.kafka.load()?;
                let range = Range { from, to: Some(to), partitions };
                let (parts, places) = topic::copy(&settings, topic, &range)?;
                return Ok(Log::Topic(parts, places));
            }
            let asked = [
                ("--from", from != Bound::Start),
                ("--to", to != Bound::End),
                ("--partitions", partitions.is_some()),
            ];
            if let Some((flag, _)) = asked.into_iter().find(|(_, asked)| *asked) {
                return Err(usage_error(format!(
                    "{flag} is of topics, such as topic:decisions: {of_files}"
                )));
            }
        }
        #[cfg(not(feature = "kafka"))]
        let (RangeArgs {}, _) = (range, of_files);
        self.files()
    }

    fn files(&self) -> anyhow::Result<Log> {
        #[cfg(not(feature = "kafka"))]
        if let Some(topic) = self.logs.iter().find_map(|log| topic_name(log)) {
            return Err(usage_error(format!(
                "topic:{topic}: this program was built without Kafka"
            )));
        }
        if self.logs.iter().filter(|log| log.as_os_str() == "-").count() > 1 {
            return Err(usage_error("standard input (`-`) is named twice"));
        }
        Inputs::new(&self.logs)?;
        Ok(Log::Files(self.logs.clone()))
    }
}

fn topic_name(log: &Path) -> Option<&str> {
    log.to_str()?.strip_prefix(TOPIC)
}

#[cfg(feature = "kafka")]
fn topic_of(logs: &[PathBuf]) -> anyhow::Result<Option<&str>> {
    match logs {
        [one] => Ok(topic_name(one)),
        more if more.iter().any(|log| topic_name(log).is_some()) => {
            Err(usage_error("a topic is a log of its own: name nothing beside it"))
        }
        _ => Ok(None),
    }
}

impl Log {
    /// The log in pieces, from its begin, with progress that says what is done.
    ///
    /// # Errors
    /// A file that is not there any more.
    pub fn chunks(&self, what: &'static str) -> anyhow::Result<(LogChunks, Progress)> {
        match self {
            Log::Files(paths) => {
                let inputs = Inputs::new(paths)?;
                let progress = Progress::bytes(what, inputs.size());
                let inputs = inputs.into_iter(progress.clone());
                Ok((Chunks::of_each(Box::new(inputs)), progress))
            }
            #[cfg(feature = "kafka")]
            Log::Topic(parts, _) => {
                use firstword_replay::ReadAt;
                let progress = Progress::bytes(what, Some(parts.length()));
                Ok((Chunks::of_each(Box::new(parts.inputs(&progress))), progress))
            }
        }
    }

    /// The log as parts that can be read anywhere.
    ///
    /// # Errors
    /// As [`Parts::of`].
    pub fn parts(&self) -> anyhow::Result<Parts> {
        match self {
            Log::Files(paths) => Parts::of(paths),
            #[cfg(feature = "kafka")]
            Log::Topic(parts, _) => Ok(parts.clone()),
        }
    }

    /// The log with an index, events decided under this policy.
    ///
    /// # Errors
    /// As [`indexed::open`].
    pub fn timeline(self, policy: &Policy) -> anyhow::Result<Timeline> {
        match self {
            Log::Files(paths) => indexed::open(&paths, policy),
            #[cfg(feature = "kafka")]
            Log::Topic(parts, places) => {
                let timeline = indexed::of_parts(parts, policy, None)?;
                Ok(timeline.with_places(move |place| places.of(place)))
            }
        }
    }

    /// What people call a place: in a topic its partition and offset.
    pub fn place(&self, place: Place) -> Place {
        match self {
            Log::Files(_) => place,
            #[cfg(feature = "kafka")]
            Log::Topic(_, places) => places.of(place),
        }
    }
}
