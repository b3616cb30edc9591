//! A real Kafka for tests: one node or three, from Maven's jars, gone when the tests are gone.
//!
//! ```no_run
//! use firstword_testkit::broker::{Broker, Options};
//!
//! # fn main() -> anyhow::Result<()> {
//! let broker = Broker::start(3, &Options::default())?;
//! let servers = broker.bootstrap(); // for a client's `bootstrap.servers`
//! broker.kill(2)?; // as a power cut would
//! broker.restart(2)?; // with the data it had
//! # Ok(()) }
//! ```
//!
//! A broker that cannot be started is an error, and an error fails the test: nothing is skipped.
//! What was started is stopped, exactly that and in every case: when the [`Broker`] is dropped, and
//! within seconds when the test process is killed. The folder goes too, unless the thread that
//! drops the broker panics or `KEEP=1` is set.
//!
//! Java and, for the first run, Maven must be installed. This module speaks no Kafka: it does not
//! know topics, clients or records.

mod folder;
mod jars;
mod node;
mod ports;
pub(crate) mod process;

use std::{
    env,
    io::{self, Write},
    net::SocketAddr,
    ops::Deref,
    path::{Path, PathBuf},
    sync::OnceLock,
    thread,
    time::Duration,
};

use anyhow::{Context, bail};
use folder::Folder;
use node::{Failure, Node, Ports};

pub use jars::KAFKA_VERSION;
pub(crate) use jars::target_dir;

/// Any 22 characters of base 64 will do: clusters never meet.
const CLUSTER: &str = "firstwordTestCluster0A";

/// How often other ports are tried when somebody took one of ours.
const TRIES: usize = 5;

/// What can be asked of a cluster beside its size.
#[derive(Clone, Debug)]
pub struct Options {
    /// Broker settings, by Kafka's names, that are added to ours or replace them.
    ///
    /// Clients have the listener `CLIENT`, the nodes talk among themselves on `INTERNAL` and
    /// `CONTROLLER`. So other protocols need no other code: set `listener.security.protocol.map` to
    /// `CLIENT:SASL_PLAINTEXT,INTERNAL:PLAINTEXT,CONTROLLER:PLAINTEXT` (or `CLIENT:SSL,...`), the
    /// `listener.name.client.*` settings that belong to it, and for access lists
    /// `authorizer.class.name` with `super.users=User:ANONYMOUS`, which the nodes are to each
    /// other.
    pub extra_properties: Vec<(String, String)>,
    /// Arguments added to the format of the storage, the only place for a first SCRAM user:
    /// `--add-scram`, `SCRAM-SHA-256=[name=alice,password=secret]`.
    pub format_arguments: Vec<String>,
    /// Where the cluster lives: a folder that is empty or absent. A temporary one if not given.
    pub folder: Option<PathBuf>,
    /// How long a node may take to format, to start or to stop.
    pub deadline: Duration,
}

impl Default for Options {
    /// No extras, a temporary folder, and two minutes: a busy machine is slow, not broken.
    fn default() -> Self {
        Self {
            extra_properties: Vec::new(),
            format_arguments: Vec::new(),
            folder: None,
            deadline: Duration::from_secs(120),
        }
    }
}

/// A running cluster. Its nodes are numbered from 1.
///
/// The methods take `&self`: one thread may break nodes while others use them.
#[derive(Debug)]
pub struct Broker {
    nodes: Vec<Node>, // before the folder: nothing may write into it while it is removed
    folder: Folder,
}

impl Broker {
    /// Starts a cluster of one node or of three, and waits until every node is up.
    ///
    /// Three nodes keep each partition thrice and take writes while two are in sync.
    ///
    /// # Errors For another size; when Java or Maven is missing (one line, with what to install);
    /// when a node does not come up before the deadline (with the end of its log).
    pub fn start(nodes: usize, options: &Options) -> anyhow::Result<Self> {
        if ![1, 3].contains(&nodes) {
            bail!("a test broker has 1 node or 3, not {nodes}");
        }
        let class_path = jars::class_path()?;
        for _ in 0..TRIES {
            let folder = Folder::create(options.folder.as_deref())?;
            if env::var_os("KEEP").is_some_and(|keep| keep == "1") {
                folder.keep()?;
            }
            let ports = free_ports(nodes)?;
            let nodes = (1..=nodes)
                .map(|number| Node::prepare(number, &ports, folder.path(), &class_path, options))
                .collect::<anyhow::Result<Vec<_>>>()?;
            let cluster = Self { nodes, folder };
            match cluster.bring_up(options) {
                Ok(()) => return Ok(cluster),
                Err(Failure::Other(error)) => return Err(error),
                Err(Failure::PortTaken) => (),
            }
        }
        bail!("a port of the test broker was taken by another program, {TRIES} times in a row")
    }

    /// The broker of this process, one node, started by whoever asks first.
    ///
    /// Many tests share it, so each uses topics, groups and transactional ids with a prefix of its
    /// own, and none breaks the node. It lives until the process ends. (A runner with a process for
    /// each test, such as nextest, has a broker for each test.)
    ///
    /// # Errors
    /// As [`Broker::start`], and the same error for everyone who asks.
    pub fn shared() -> anyhow::Result<Shared> {
        static SHARED: OnceLock<Result<Broker, String>> = OnceLock::new();
        let start = || Self::start(1, &Options::default()).map_err(|error| format!("{error:#}"));
        match SHARED.get_or_init(start) {
            Ok(broker) => Ok(Shared(broker)),
            Err(error) => bail!("{error}"),
        }
    }

    /// `host:port` of every node, separated by commas: a client's `bootstrap.servers`.
    pub fn bootstrap(&self) -> String {
        let servers: Vec<String> =
            self.nodes.iter().map(|node| node.address().to_string()).collect();
        servers.join(",")
    }

    /// Where clients find one node, for a proxy to stand in front of it.
    ///
    /// # Errors
    /// When there is no such node.
    pub fn address(&self, node: usize) -> anyhow::Result<SocketAddr> {
        Ok(self.node(node)?.address())
    }

    /// The number of a node's process, or nothing when it does not run.
    ///
    /// # Errors
    /// When there is no such node.
    pub fn process_id(&self, node: usize) -> anyhow::Result<Option<u32>> {
        self.node(node)?.process_id()
    }

    /// The file with everything that a node said since the cluster was made.
    ///
    /// # Errors
    /// When there is no such node.
    pub fn log(&self, node: usize) -> anyhow::Result<PathBuf> {
        Ok(self.node(node)?.log())
    }

    /// The folder of the cluster, with `node-1` and so on in it.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Leaves the folder where it is when the cluster ends. The nodes stop all the same.
    ///
    /// # Errors
    /// When the folder cannot be written.
    pub fn keep(&self) -> anyhow::Result<()> {
        self.folder.keep().context("cannot mark the broker's folder")
    }

    /// Ends a node at once (SIGKILL). Its data stay.
    ///
    /// # Errors
    /// When there is no such node.
    pub fn kill(&self, node: usize) -> anyhow::Result<()> {
        self.node(node)?.kill();
        Ok(())
    }

    /// Ends a node in order (SIGTERM): it hands over what it leads. Returns when it has ended.
    ///
    /// # Errors
    /// When there is no such node, or when it did not end before the deadline and was killed.
    pub fn stop(&self, node: usize) -> anyhow::Result<()> {
        self.node(node)?.stop()
    }

    /// Starts a node again on its data and ports, after stopping it if it runs, and waits until it
    /// is up.
    ///
    /// A node comes up only with a majority of the nodes: when more are down, use
    /// [`Broker::restart_all`].
    ///
    /// # Errors
    /// As [`Broker::stop`], or when it does not come up before the deadline.
    pub fn restart(&self, node: usize) -> anyhow::Result<()> {
        let node = self.node(node)?;
        node.stop()?;
        node.launch()?;
        node.ready().map_err(restart_failed)
    }

    /// Starts every node that does not run, and waits until all are up.
    ///
    /// # Errors
    /// When one does not come up before the deadline.
    pub fn restart_all(&self) -> anyhow::Result<()> {
        self.run_all().map_err(restart_failed)
    }

    /// Stops a node in the middle of whatever it does (SIGSTOP): connections stay, answers do not
    /// come. When this returns, it has stopped.
    ///
    /// # Errors
    /// When there is no such node or it does not run.
    pub fn freeze(&self, node: usize) -> anyhow::Result<()> {
        self.node(node)?.freeze()
    }

    /// Lets a frozen node go on (SIGCONT).
    ///
    /// # Errors
    /// When there is no such node or it does not run.
    pub fn thaw(&self, node: usize) -> anyhow::Result<()> {
        self.node(node)?.thaw()
    }

    fn node(&self, number: usize) -> anyhow::Result<&Node> {
        let index = number.checked_sub(1);
        let node = index.and_then(|index| self.nodes.get(index));
        node.with_context(|| format!("there is no node {number}"))
    }

    fn bring_up(&self, options: &Options) -> Result<(), Failure> {
        let formatting = self
            .nodes
            .iter()
            .map(|node| Ok((node, node.format(CLUSTER, &options.format_arguments)?)))
            .collect::<anyhow::Result<Vec<_>>>()?;
        for (node, process) in formatting {
            node.formatted(process)?;
        }
        self.run_all()
    }

    fn run_all(&self) -> Result<(), Failure> {
        for node in &self.nodes {
            node.launch()?;
        }
        self.nodes.iter().try_for_each(Node::ready)
    }
}

impl Drop for Broker {
    /// Kills the nodes, all at once; then the folder goes, unless a test failed.
    fn drop(&mut self) {
        for node in &self.nodes {
            node.kill();
        }
        if thread::panicking() && self.folder.keep().is_ok() {
            let folder = self.folder.path().display();
            writeln!(io::stderr(), "the broker's logs and data stay in {folder}").ok();
        }
    }
}

/// The broker that the tests of a process share: see [`Broker::shared`].
///
/// One of these that is dropped by a test that fails makes the folder stay.
#[derive(Debug)]
pub struct Shared(&'static Broker);

impl Deref for Shared {
    type Target = Broker;

    fn deref(&self) -> &Broker {
        self.0
    }
}

impl Drop for Shared {
    fn drop(&mut self) {
        if thread::panicking() && self.0.keep().is_ok() {
            let folder = self.0.folder().display();
            writeln!(io::stderr(), "the shared broker's logs and data stay in {folder}").ok();
        }
    }
}

/// Three ports for each node.
fn free_ports(nodes: usize) -> anyhow::Result<Vec<Ports>> {
    let free = ports::free(3 * nodes)?;
    let (triples, _) = free.as_chunks::<3>();
    Ok(triples
        .iter()
        .map(|&[client, internal, controller]| Ports { client, internal, controller })
        .collect())
}

/// A node keeps its ports: when one was taken while it was down, other ports are no remedy.
fn restart_failed(failure: Failure) -> anyhow::Error {
    match failure {
        Failure::PortTaken => anyhow::anyhow!("a port of the node was taken while it was down"),
        Failure::Other(error) => error,
    }
}

/// The folder that `firstword-broker` uses when none is named.
pub fn default_folder() -> PathBuf {
    target_dir().join("kafka").join("running")
}

/// The end of what a program said.
pub(crate) fn last_lines(text: &str, count: usize) -> String {
    let lines: Vec<&str> = text.lines().collect();
    lines.get(lines.len().saturating_sub(count)..).unwrap_or_default().join("\n")
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    #[test]
    fn other_sizes_are_refused() {
        let refusal = Broker::start(2, &Options::default()).unwrap_err();
        assert_eq!(refusal.to_string(), "a test broker has 1 node or 3, not 2");
    }

    /// The remedy for a taken port rests on Kafka's words for it.
    #[test]
    fn a_taken_port_is_told_from_other_failures() {
        let options = Options::default();
        let class_path = jars::class_path().unwrap();
        let folder = Folder::create(None).unwrap();
        let ports = free_ports(1).unwrap();
        let client = ports.first().unwrap().client;
        let _listener = std::net::TcpListener::bind(("127.0.0.1", client)).unwrap();
        let node = Node::prepare(1, &ports, folder.path(), &class_path, &options).unwrap();
        let cluster = Broker { nodes: vec![node], folder };
        assert!(matches!(cluster.bring_up(&options), Err(Failure::PortTaken)));
    }

    #[test]
    fn the_end_of_a_text() {
        assert_eq!(last_lines("a\nb\nc\n", 2), "b\nc");
        assert_eq!(last_lines("a", 2), "a");
    }
}
