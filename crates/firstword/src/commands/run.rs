//! `firstword run`: decides the stream, as one process of a group.

use std::io::Write;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::Context;
use clap::Args;
use firstword_stream::{Law, Stop, create_topics};
use tokio::signal::unix::{Signal, SignalKind, signal};

use super::load_policy;
use crate::config::{Config, Flags};
use crate::exit::{Exit, usage_error};
use crate::log;
use crate::terminal::stdout;

/// For how long a stop may take.
const GRACE: Duration = Duration::from_secs(10);

/// Decide the stream: read events from Kafka, write a decision for each, exactly once, as one process of a group.
///
/// What is not set has a default; a file sets over it, variables over the file, flags over all. A variable is
/// FIRSTWORD_ and the setting in capitals, with two underscores for a dot: FIRSTWORD_KAFKA__BOOTSTRAP_SERVERS.
/// `firstword run --print-config` shows every setting, what it is, what holds, and where that comes from.
///
/// SIGTERM or an interrupt finishes the step, commits, leaves the group and exits within 10 seconds; a second one
/// exits at once, and loses nothing. Exit status: 0 stopped as asked; 2 the configuration or the policy is wrong, and
/// starting again will not help; 3 Kafka or its topics do not let it go on, or stopping took too long: what is
/// wrong is the last line of the log.
#[derive(Args, Debug)]
#[command(after_help = "Examples:\n  \
    firstword run --create-topics                      # Kafka on this computer, 8 partitions\n  \
    firstword run --config firstword.toml --workers 4\n  \
    firstword run --print-config > firstword.toml      # every setting, to begin with\n\n\
    A file for a cluster with TLS and SCRAM, the password in a file of its own:\n  \
    policy = \"ours.toml\"\n  \
    [kafka]\n  \
    bootstrap_servers = \"kafka-1:9093,kafka-2:9093\"\n  \
    security_protocol = \"sasl_ssl\"\n  \
    sasl = { mechanism = \"SCRAM-SHA-512\", username = \"firstword\", password_file = \"secret\" }\n  \
    tls.ca_file = \"ca.pem\"\n  \
    [kafka.properties]  # any property of librdkafka\n  \
    client.rack = \"a\"\n\n\
    Processes of one group that run at the same time need names of their own that stay when they are started \
    again: `stream.instance` is the host's name where it is not set, so on Kubernetes use a StatefulSet.")]
pub struct Run {
    /// A configuration file (TOML).
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// A policy file, or the name of a built-in policy (see `firstword policy list`).
    #[arg(long, value_name = "FILE")]
    policy: Option<String>,
    /// Where Kafka is: host:port, several with commas.
    #[arg(long, value_name = "SERVERS")]
    bootstrap_servers: Option<String>,
    /// The consumer group.
    #[arg(long, value_name = "NAME")]
    group: Option<String>,
    /// How many workers, each a thread with tasks of its own.
    #[arg(long, value_name = "N")]
    workers: Option<String>,
    /// Tells this process from the others of the group, and stays the same when it is started again.
    #[arg(long, value_name = "NAME")]
    instance: Option<String>,
    /// Where each task keeps its machines while no worker runs.
    #[arg(long, value_name = "DIR")]
    state_dir: Option<String>,
    /// Where to answer over HTTP, or `off`.
    #[arg(long, value_name = "ADDRESS")]
    http: Option<String>,
    /// How the log is written: text or json.
    #[arg(long, value_name = "FORMAT")]
    log_format: Option<String>,
    /// Make the topics that are missing before anything else [partitions: 8].
    #[arg(long, value_name = "PARTITIONS", num_args = 0..=1, default_missing_value = "8",
          value_parser = clap::value_parser!(i32).range(1..))]
    create_topics: Option<i32>,
    /// How many copies of each partition Kafka keeps of topics that are made [default: the broker's own]
    #[arg(long, value_name = "COPIES", requires = "create_topics",
          value_parser = clap::value_parser!(i32).range(1..))]
    replication: Option<i32>,
    /// Show the configuration that holds, as a file that could be used, and stop.
    #[arg(long)]
    print_config: bool,
}

/// Runs the command.
pub fn run(args: &Run) -> anyhow::Result<Exit> {
    let config = Config::load(args.config.as_deref(), std::env::vars_os(), args.flags())?;
    if args.print_config {
        let mut out = stdout();
        config.print(&mut out)?;
        out.flush()?;
        return Ok(Exit::Done);
    }
    let policy = load_policy(&config.policy)?;
    if args.create_topics.is_some() && config.settings.oauth_token_file.is_some() {
        return Err(usage_error(
            "the Kafka client cannot make topics with a token of OAUTHBEARER; use Kafka's own tools",
        ));
    }
    let law = Law { canonical: firstword_policy::canonical(&policy), policy };
    log::begin(config.log_level, config.log_format == "json");
    // Workers are threads of their own: the runtime has signals and HTTP only.
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .context("cannot start")?;
    let outcome = runtime.block_on(work(args, config, law));
    // Whatever still runs is not waited for: what it has not committed is decided again.
    runtime.shutdown_background();
    Ok(outcome.map_or_else(
        |error| {
            tracing::error!("{error:#}");
            Exit::Trouble
        },
        |()| Exit::Done,
    ))
}

/// Works until it is asked to stop, or cannot go on.
async fn work(args: &Run, config: Config, law: Law) -> anyhow::Result<()> {
    let Config { settings, process, .. } = config;
    let mut signals = Signals::new()?;
    if let Some(partitions) = args.create_topics {
        tokio::select! {
            made = create_topics(&settings, partitions, args.replication.unwrap_or(-1)) => made?,
            () = signals.next() => return Ok(()),
        }
    }
    tracing::info!(
        group = settings.group,
        instance = process.instance,
        workers = process.workers,
        policy = &*law.policy.label,
        "starting"
    );
    let stop = Stop::default();
    let work = firstword_stream::run(settings, law, process, stop.clone());
    tokio::pin!(work);
    tokio::select! {
        outcome = &mut work => return Ok(outcome?),
        () = signals.next() => stop.ask(),
    }
    tracing::info!("stopping after this step; a second signal stops at once");
    tokio::select! {
        outcome = &mut work => outcome?,
        () = signals.next() => anyhow::bail!("stopped at once: what was not committed is decided again"),
        () = tokio::time::sleep(GRACE) => anyhow::bail!(
            "stopping took longer than {} s: what was not committed is decided again",
            GRACE.as_secs()
        ),
    }
    tracing::info!("stopped");
    Ok(())
}

impl Run {
    /// The settings that were given as flags.
    fn flags(&self) -> Flags {
        let flags = [
            ("policy", "--policy", &self.policy),
            ("kafka.bootstrap_servers", "--bootstrap-servers", &self.bootstrap_servers),
            ("kafka.group", "--group", &self.group),
            ("stream.workers", "--workers", &self.workers),
            ("stream.instance", "--instance", &self.instance),
            ("stream.state_dir", "--state-dir", &self.state_dir),
            ("http.listen", "--http", &self.http),
            ("log.format", "--log-format", &self.log_format),
        ];
        let given = flags
            .into_iter()
            .filter_map(|(key, flag, value)| value.clone().map(|value| (key, (flag, value))));
        given.collect()
    }
}

/// What asks a process to end.
struct Signals {
    terminate: Signal,
    interrupt: Signal,
}

impl Signals {
    fn new() -> anyhow::Result<Signals> {
        let listen = |kind| signal(kind).context("cannot listen for signals");
        Ok(Signals {
            terminate: listen(SignalKind::terminate())?,
            interrupt: listen(SignalKind::interrupt())?,
        })
    }

    /// Returns at the next of them.
    async fn next(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => (),
            _ = self.interrupt.recv() => (),
        }
    }
}
