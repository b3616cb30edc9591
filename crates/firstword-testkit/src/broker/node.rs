//! One node of a cluster: its settings, its process, and whether it is up.
//!
//! It does not know the other nodes, except by the settings that it is given.

use std::{
    ffi::{OsStr, OsString},
    fs,
    io::{self, Read, Seek, SeekFrom},
    net::{Ipv4Addr, SocketAddr, TcpStream},
    path::{Path, PathBuf},
    sync::{Mutex, MutexGuard, PoisonError},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, bail};
use rustix::process::Signal;

use super::{Options, last_lines, process::Process};

/// The three ports of a node.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ports {
    pub(super) client: u16,
    pub(super) internal: u16,
    pub(super) controller: u16,
}

/// A node, running or not. Its folder holds `server.properties`, `broker.log` and `data`.
#[derive(Debug)]
pub(super) struct Node {
    number: usize,
    ports: Ports,
    folder: PathBuf,
    class_path: OsString,
    heap: &'static str,
    deadline: Duration,
    running: Mutex<Option<Running>>,
}

/// A process, and where in the log its own words begin.
#[derive(Debug)]
struct Running {
    process: Process,
    log_from: u64,
}

/// Why a node did not come up.
#[derive(Debug)]
pub(super) enum Failure {
    /// Somebody took a port between our look and its start.
    PortTaken,
    /// Anything else.
    Other(anyhow::Error),
}

impl<E: Into<anyhow::Error>> From<E> for Failure {
    fn from(error: E) -> Self {
        Self::Other(error.into())
    }
}

impl Node {
    /// Writes the settings of node `number` of a cluster whose ports are `all`. Nothing runs yet.
    pub(super) fn prepare(
        number: usize,
        all: &[Ports],
        parent: &Path,
        class_path: &OsStr,
        options: &Options,
    ) -> anyhow::Result<Self> {
        let ports = *all.get(number - 1).context("a node without ports")?;
        let folder = parent.join(format!("node-{number}"));
        fs::create_dir_all(&folder)?;
        let settings = properties(number, all, ports, &folder, &options.extra_properties);
        fs::write(folder.join("server.properties"), settings)?;
        Ok(Self {
            number,
            ports,
            folder,
            class_path: class_path.to_owned(),
            heap: if all.len() == 1 { "-Xmx512m" } else { "-Xmx384m" },
            deadline: options.deadline,
            running: Mutex::new(None),
        })
    }

    /// Where clients find it.
    pub(super) fn address(&self) -> SocketAddr {
        (Ipv4Addr::LOCALHOST, self.ports.client).into()
    }

    /// What it says: standard output and standard error of all its processes.
    pub(super) fn log(&self) -> PathBuf {
        self.folder.join("broker.log")
    }

    fn settings(&self) -> OsString {
        self.folder.join("server.properties").into_os_string()
    }

    /// Begins to format the node's storage. A short run: compiled quickly, not well.
    pub(super) fn format(&self, cluster: &str, more: &[String]) -> anyhow::Result<Process> {
        let mut args: Vec<OsString> = vec!["-Xmx128m".into(), "-XX:+UseSerialGC".into()];
        args.extend(["-XX:TieredStopAtLevel=1".into(), "-cp".into(), self.class_path.clone()]);
        args.extend(["kafka.tools.StorageTool", "format", "-t", cluster, "-c"].map(OsString::from));
        args.push(self.settings());
        args.extend(more.iter().map(OsString::from));
        Process::start(OsStr::new("java"), &args, &self.folder.join("format.log"))
            .context("cannot run java")
    }

    /// Waits until the storage is formatted.
    pub(super) fn formatted(&self, mut formatting: Process) -> anyhow::Result<()> {
        let how = match formatting.wait(self.deadline)? {
            Some(status) if status.success() => return Ok(()),
            Some(status) => status.to_string(),
            None => format!("not done in {} s", self.deadline.as_secs()),
        };
        let said = fs::read_to_string(self.folder.join("format.log")).unwrap_or_default();
        bail!("node {}: format failed ({how}):\n{}", self.number, last_lines(&said, 20))
    }

    /// Starts its process, if none runs, and waits for nothing.
    pub(super) fn launch(&self) -> anyhow::Result<()> {
        let mut running = self.running();
        if let Some(now) = running.as_mut()
            && now.process.ended()?.is_none()
        {
            return Ok(());
        }
        let log_from = fs::metadata(self.log()).map_or(0, |log| log.len());
        let args: [OsString; 9] = [
            self.heap.into(),
            "-Dorg.slf4j.simpleLogger.showDateTime=true".into(),
            "-Dorg.slf4j.simpleLogger.dateTimeFormat=HH:mm:ss.SSS".into(),
            "-Djava.awt.headless=true".into(),
            "-XX:-UsePerfData".into(), // else a kill leaves a file in the temporary folder
            "-cp".into(),
            self.class_path.clone(),
            "kafka.Kafka".into(),
            self.settings(),
        ];
        let process =
            Process::start(OsStr::new("java"), &args, &self.log()).context("cannot run java")?;
        *running = Some(Running { process, log_from });
        Ok(())
    }

    /// Waits until it says that it is up and its port accepts.
    pub(super) fn ready(&self) -> Result<(), Failure> {
        let deadline = Instant::now() + self.deadline;
        loop {
            let (said, ended) = {
                let mut running = self.running();
                let Some(now) = running.as_mut() else {
                    return Err(anyhow::anyhow!("node {} was stopped", self.number).into());
                };
                let ended = now.process.ended()?; // first, so that its last words are read below
                (self.said_from(now.log_from)?, ended)
            };
            let why = match ended {
                Some(_) if said.contains("Address already in use") => {
                    return Err(Failure::PortTaken);
                }
                Some(status) => format!("ended while it started ({status})"),
                None if said.contains("Kafka Server started") && self.accepts() => return Ok(()),
                None if Instant::now() >= deadline => {
                    format!("was not up after {} s", self.deadline.as_secs())
                }
                None => {
                    thread::sleep(Duration::from_millis(50));
                    continue;
                }
            };
            let last = last_lines(&said, 20);
            return Err(anyhow::anyhow!("node {} {why}; its log ends:\n{last}", self.number).into());
        }
    }

    /// What it said since a place in its log.
    fn said_from(&self, place: u64) -> anyhow::Result<String> {
        let mut log = fs::File::open(self.log())?;
        log.seek(SeekFrom::Start(place))?;
        let mut said = Vec::new();
        log.read_to_end(&mut said)?;
        Ok(String::from_utf8_lossy(&said).into_owned())
    }

    fn accepts(&self) -> bool {
        TcpStream::connect_timeout(&self.address(), Duration::from_secs(1)).is_ok()
    }

    /// The number of its process, if one runs.
    pub(super) fn process_id(&self) -> anyhow::Result<Option<u32>> {
        let mut running = self.running();
        let Some(now) = running.as_mut() else { return Ok(None) };
        Ok(now.process.ended()?.is_none().then(|| now.process.id()))
    }

    /// Ends its process at once, as a power cut would.
    pub(super) fn kill(&self) {
        *self.running() = None;
    }

    /// Lets it end in order, and kills it if it has not done so in time.
    ///
    /// # Errors
    /// When it had to be killed.
    pub(super) fn stop(&self) -> anyhow::Result<()> {
        let Some(Running { mut process, .. }) = self.running().take() else { return Ok(()) };
        process.signal(Signal::CONT)?; // a frozen process would not hear the other one
        process.signal(Signal::TERM)?;
        if process.wait(self.deadline)?.is_none() {
            bail!("node {} did not stop in {} s", self.number, self.deadline.as_secs());
        }
        Ok(())
    }

    /// Stops its process in the middle of whatever it does.
    ///
    /// # Errors
    /// When none runs.
    pub(super) fn freeze(&self) -> anyhow::Result<()> {
        self.with_process(Process::freeze)
    }

    /// Lets a frozen process go on.
    ///
    /// # Errors
    /// When none runs.
    pub(super) fn thaw(&self) -> anyhow::Result<()> {
        self.with_process(|process| process.signal(Signal::CONT))
    }

    fn with_process(&self, ask: impl FnOnce(&mut Process) -> io::Result<()>) -> anyhow::Result<()> {
        if let Some(now) = self.running().as_mut()
            && now.process.ended()?.is_none()
        {
            return Ok(ask(&mut now.process)?);
        }
        bail!("node {} does not run", self.number)
    }

    /// A thread that panicked in here left nothing half done.
    fn running(&self) -> MutexGuard<'_, Option<Running>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The settings of one node. Clients have a listener of their own, so that extra properties can
/// give it another protocol and leave the nodes' own talk alone. The last word on a name counts.
fn properties(
    number: usize,
    all: &[Ports],
    own: Ports,
    folder: &Path,
    extra: &[(String, String)],
) -> String {
    let Ports { client, internal, controller } = own;
    let voters: Vec<String> = all
        .iter()
        .enumerate()
        .map(|(index, ports)| format!("{}@127.0.0.1:{}", index + 1, ports.controller))
        .collect();
    let (voters, copies, in_sync) = (voters.join(","), all.len(), all.len().div_ceil(2));
    let data = folder.join("data");
    let data = data.display();
    let mut text = format!(
        "process.roles=broker,controller
node.id={number}
listeners=CLIENT://127.0.0.1:{client},\
    INTERNAL://127.0.0.1:{internal},CONTROLLER://127.0.0.1:{controller}
advertised.listeners=CLIENT://127.0.0.1:{client},INTERNAL://127.0.0.1:{internal}
listener.security.protocol.map=CLIENT:PLAINTEXT,INTERNAL:PLAINTEXT,CONTROLLER:PLAINTEXT
inter.broker.listener.name=INTERNAL
controller.listener.names=CONTROLLER
controller.quorum.voters={voters}
log.dirs={data}
num.partitions=8
default.replication.factor={copies}
min.insync.replicas={in_sync}
offsets.topic.replication.factor={copies}
offsets.topic.num.partitions=8
transaction.state.log.replication.factor={copies}
transaction.state.log.min.isr={in_sync}
transaction.state.log.num.partitions=8
share.coordinator.state.topic.replication.factor={copies}
share.coordinator.state.topic.min.isr={in_sync}
group.initial.rebalance.delay.ms=0
transaction.abort.timed.out.transaction.cleanup.interval.ms=1000
auto.create.topics.enable=false
"
    );
    for (name, value) in extra {
        text.push_str(&format!("{name}={value}\n"));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ports(first: u16) -> Ports {
        Ports { client: first, internal: first + 1, controller: first + 2 }
    }

    #[test]
    fn three_nodes_copy_thrice_and_write_to_two() {
        let all = [ports(20_000), ports(20_010), ports(20_020)];
        let text = properties(2, &all, ports(20_010), Path::new("folder"), &[]);
        for line in [
            "node.id=2",
            "controller.quorum.voters=1@127.0.0.1:20002,2@127.0.0.1:20012,3@127.0.0.1:20022",
            "advertised.listeners=CLIENT://127.0.0.1:20010,INTERNAL://127.0.0.1:20011",
            "transaction.state.log.replication.factor=3",
            "transaction.state.log.min.isr=2",
        ] {
            assert!(text.lines().any(|said| said == line), "{line} is missing in\n{text}");
        }
    }

    #[test]
    fn extra_properties_come_last() {
        let extra = [("min.insync.replicas".to_owned(), "7".to_owned())];
        let text = properties(1, &[ports(20_000)], ports(20_000), Path::new("folder"), &extra);
        let last = text.lines().rfind(|line| line.starts_with("min.insync.replicas="));
        assert_eq!(last, Some("min.insync.replicas=7"));
    }
}
