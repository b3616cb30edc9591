//! `firstword-broker`: the test broker for a person. It starts one, says where, and stops it.
//!
//! The cluster belongs to a process of its own, the keeper, which runs until it is told to stop: by
//! a file named `stop` in its folder, or, in the foreground, by the end of the process that started
//! it. A lock in the folder tells whether a keeper is alive, so nothing is ever guessed from a
//! process's number. A keeper that is killed takes its nodes with it, as a test process does.

use std::{
    env,
    fs::{self, File},
    io::{self, BufRead, BufReader, Read, Write},
    os::unix::process::CommandExt,
    path::{Path, PathBuf},
    process::{Command, ExitCode, Stdio},
    sync::atomic::{AtomicBool, Ordering},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, bail};
use firstword_testkit::broker::{Broker, KAFKA_VERSION, Options, default_folder};

const USAGE: &str = "\
usage: firstword-broker start [--nodes 1|3] [--dir DIR] [--foreground]
       firstword-broker stop [--dir DIR]

Starts a Kafka for tests and prints its bootstrap servers; stops it and removes its data.
DIR is where it lives, by default a folder under the workspace's target directory.
--foreground runs until interrupted. KEEP=1 leaves logs and data in DIR.
";

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            writeln!(io::stderr(), "{error:#}").ok();
            ExitCode::FAILURE
        }
    }
}

fn run() -> anyhow::Result<()> {
    let mut words = env::args().skip(1);
    let command = words.next().unwrap_or_default();
    let request = Request::read(words)?;
    match command.as_str() {
        "start" => start(&request),
        "keep" => keep(&request), // what `start` runs; nobody types it
        "stop" => stop(&request),
        "--version" => Ok(writeln!(io::stdout(), "Apache Kafka {KAFKA_VERSION}")?),
        "--help" | "-h" => Ok(write!(io::stdout(), "{USAGE}")?),
        _ => bail!("{}", USAGE.trim_end()),
    }
}

/// What was asked for.
struct Request {
    nodes: usize,
    folder: PathBuf,
    foreground: bool,
}

impl Request {
    fn read(mut words: impl Iterator<Item = String>) -> anyhow::Result<Self> {
        let mut request = Self { nodes: 1, folder: default_folder(), foreground: false };
        while let Some(word) = words.next() {
            match word.as_str() {
                "--nodes" => {
                    let nodes = words.next().context("--nodes needs 1 or 3")?;
                    request.nodes = nodes.parse().context("--nodes needs 1 or 3")?;
                }
                "--dir" => request.folder = words.next().context("--dir needs a folder")?.into(),
                "--foreground" => request.foreground = true,
                _ => bail!("unknown argument\n{}", USAGE.trim_end()),
            }
        }
        Ok(request)
    }

    fn lock(&self) -> PathBuf {
        self.folder.join("lock")
    }

    fn stop_sign(&self) -> PathBuf {
        self.folder.join("stop")
    }
}

/// Starts a keeper and waits for its first line, which is the bootstrap servers.
fn start(request: &Request) -> anyhow::Result<()> {
    let mut keeper = Command::new(env::current_exe()?);
    keeper.args(["keep", "--nodes", &request.nodes.to_string(), "--dir"]).arg(&request.folder);
    if request.foreground {
        keeper.arg("--foreground");
    }
    let mut keeper = keeper
        .process_group(0) // an interrupt is for us; the keeper notices that we are gone
        .stdin(if request.foreground { Stdio::piped() } else { Stdio::null() })
        .stdout(Stdio::piped())
        .stderr(Stdio::piped()) // not ours: who reads our output would wait for the keeper
        .spawn()?;
    let held = keeper.stdin.take(); // waiting would close it
    let mut servers = String::new();
    BufReader::new(keeper.stdout.take().context("no pipe")?).read_line(&mut servers)?;
    if servers.is_empty() {
        let mut why = String::new();
        keeper.stderr.take().context("no pipe")?.read_to_string(&mut why)?;
        keeper.wait()?;
        bail!("{}", why.trim_end());
    }
    write!(io::stdout(), "{servers}")?;
    io::stdout().flush()?;
    if held.is_some() && !keeper.wait()?.success() {
        bail!("the broker ended unexpectedly");
    }
    Ok(())
}

/// Owns the cluster until it is told to stop.
fn keep(request: &Request) -> anyhow::Result<()> {
    static ALONE: AtomicBool = AtomicBool::new(false);

    fs::create_dir_all(&request.folder).context("cannot make the folder")?;
    let lock = File::create(request.lock())?;
    if lock.try_lock().is_err() {
        bail!("a broker is already running in {}", request.folder.display());
    }
    if request.foreground {
        thread::spawn(|| {
            io::copy(&mut io::stdin(), &mut io::sink()).ok(); // until who started us is gone
            ALONE.store(true, Ordering::Relaxed);
        });
    }
    let outcome = run_cluster(request, &ALONE);
    for file in [request.stop_sign(), request.lock()] {
        fs::remove_file(file).ok(); // the first need not be there
    }
    fs::remove_dir(&request.folder).ok(); // it may hold what is kept, or things of others
    outcome
}

fn run_cluster(request: &Request, alone: &AtomicBool) -> anyhow::Result<()> {
    let folder = Some(request.folder.join("cluster"));
    let broker = Broker::start(request.nodes, &Options { folder, ..Options::default() })?;
    writeln!(io::stdout(), "{}", broker.bootstrap())?;
    io::stdout().flush()?;
    while !alone.load(Ordering::Relaxed) && !request.stop_sign().exists() {
        thread::sleep(Duration::from_millis(100));
    }
    Ok(())
}

/// Tells the keeper to stop and waits until it has.
fn stop(request: &Request) -> anyhow::Result<()> {
    if !is_kept(&request.lock()) {
        bail!("no broker is running in {}", request.folder.display());
    }
    fs::write(request.stop_sign(), "").context("cannot tell the broker to stop")?;
    let deadline = Instant::now() + Duration::from_secs(60);
    while is_kept(&request.lock()) {
        if Instant::now() >= deadline {
            bail!("the broker did not stop in 60 s");
        }
        thread::sleep(Duration::from_millis(50));
    }
    Ok(())
}

/// Whether a living keeper holds the lock.
fn is_kept(lock: &Path) -> bool {
    File::open(lock).is_ok_and(|lock| lock.try_lock().is_err())
}
