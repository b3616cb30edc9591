//! A course: a Kafka of its own, a group, traffic, and faults one after another, all held against the ledger.

use std::fmt;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use firstword_policy::builtin;
use firstword_rules::Policy;
use firstword_stream::{Record, Settings, TopicNames, create_topics, open_transactions};
use firstword_traffic::generate::{Generator, Traffic};

use super::under_way::UnderWay;
use super::witness::{read_again, read_all};
use super::{Counts, Ledger};
use crate::broker::{Broker, Options, target_dir};

/// Partitions of the topics.
pub(super) const PARTITIONS: i32 = 8;
/// The built-in policy that all is decided under.
pub(super) const POLICY: &str = "whatsapp-business-2026";
/// Short, so that what is frozen is missed soon.
pub(super) const SESSION: Duration = Duration::from_secs(6);
/// The first new commit comes so soon after the last fault.
const RECOVERY: Duration = Duration::from_secs(SESSION.as_secs() + 5);

/// Where recordings of what went wrong are left: a folder in the workspace's target directory.
pub fn recordings() -> PathBuf {
    target_dir().join("proof")
}

/// What is done to a group at work.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Fault {
    /// `kill -9` of a process, which is started again a little later.
    Kill,
    /// A process is stopped in the middle of whatever it does, until the group has given its tasks to others and they
    /// work; then it goes on.
    Freeze,
    /// All leave but the process that was frozen last: it has to do all the work.
    LeaveAlone,
    /// A node of the broker is killed and started again on its data.
    Broker(usize),
    /// A process more.
    Join,
    /// A process less, in order; before the last one leaves another joins.
    Leave,
    /// All stop, in order, and so many start.
    Restart {
        /// Processes.
        processes: u16,
        /// Workers in each.
        workers: u16,
    },
}

/// What is to be gone through.
#[derive(Clone, Debug)]
pub struct Course {
    /// What it is called.
    pub title: String,
    /// Nodes of the broker: 1 or 3.
    pub nodes: usize,
    /// Processes to begin with.
    pub processes: u16,
    /// Workers in each.
    pub workers: u16,
    /// Whether tasks leave checkpoints in a folder.
    pub state_dir: bool,
    /// After how many decisions of a task a machine is written to `snapshots`.
    pub snapshot_after: u64,
    /// How many events are sent.
    pub events: u64,
    /// What everything random follows from.
    pub seed: u64,
    /// What is done.
    pub faults: Vec<Fault>,
}

/// What came of it.
#[derive(Clone, Debug)]
pub struct Report {
    /// The course's title.
    pub title: String,
    /// What a consumer saw that came afterwards.
    pub counts: Counts,
    /// How many people have a machine.
    pub people: usize,
    /// Everything that was wrong.
    pub violations: Vec<String>,
    /// From the end of the last fault to the first decision after it, and to the first in each partition.
    pub recovery: Option<[Duration; 2]>,
    /// From the start of the group to the last decision.
    pub wall: Duration,
    /// Where the recording lies, if something was wrong.
    pub recording: Option<PathBuf>,
}

impl Course {
    /// Goes through it with this program, and says each fault when it happens. What was wrong with the stream is in
    /// the report, and recorded in a folder below `recordings`.
    ///
    /// # Errors
    /// Where the course could not be gone through at all.
    pub fn run(&self, program: &Path, recordings: &Path, say: &mut dyn Write) -> Result<Report> {
        let folder = recordings.join(format!("{}-{}", self.title.replace(' ', "-"), self.seed));
        if folder.exists() {
            fs::remove_dir_all(&folder)?;
        }
        fs::create_dir_all(&folder)?;
        let broker = Broker::start(self.nodes, &Options::default()).context("a broker")?;
        let policy = builtin(POLICY).context("the policy")?;
        let mut settings = Settings::new(&broker.bootstrap());
        settings.topics = TopicNames::under("proof");
        settings.group = "proof".to_owned();
        settings.session_timeout = SESSION;
        settings.snapshot_after = self.snapshot_after;
        settings.state_dir = self.state_dir.then(|| folder.join("state"));
        make_topics(&settings, PARTITIONS, self.nodes as i32)?;
        writeln!(say, "{}: {} events, seed {}", self.title, self.events, self.seed)?;
        let traffic = self.traffic();
        let mut under_way =
            UnderWay::begin(self, &broker, &settings, &policy, &traffic, (program, &folder), say)?;
        let recovery = under_way.strike_all()?;
        let (sent, wall) = under_way.settle()?;
        let (mut during, mut violations) = under_way.end()?;
        let afterwards = audit(&settings, &policy, sent, &mut during, &mut violations)?;
        if let Some([first, _]) = recovery.filter(|[first, _]| *first > RECOVERY) {
            violations.push(format!(
                "the first new commit came {:.1} s after the last fault, later than {} s",
                first.as_secs_f64(),
                RECOVERY.as_secs()
            ));
        }
        let recording = match violations.is_empty() {
            true => {
                fs::remove_dir_all(&folder)?;
                None
            }
            false => {
                record(&settings, &traffic, &violations, &folder)?;
                Some(folder)
            }
        };
        Ok(Report {
            title: self.title.clone(),
            counts: afterwards.counts(),
            people: afterwards.people(),
            violations,
            recovery,
            wall,
            recording,
        })
    }

    fn traffic(&self) -> Traffic {
        Traffic {
            people: (self.events / 40).clamp(50, 20_000) as u32,
            businesses: 40,
            events: self.events,
            malformed: 0.03,
            duplicates: 0.1,
            seed: self.seed,
            ..Traffic::default()
        }
    }
}

/// Holds what two consumers saw, during the faults and afterwards, against the rules and against each other.
fn audit(
    settings: &Settings,
    policy: &Policy,
    sent: u64,
    during: &mut Ledger,
    violations: &mut Vec<String>,
) -> Result<Ledger> {
    let TopicNames { relay, decisions, snapshots, dead_letters, .. } = &settings.topics;
    let outputs = [&**relay, decisions, snapshots, dead_letters];
    let begun = Instant::now();
    let mut open = open_transactions(settings, &outputs)?;
    // One that was cut off is given up by the broker when its time is over.
    while !open.is_empty() && begun.elapsed() < Duration::from_secs(15) {
        sleep(Duration::from_millis(200));
        open = open_transactions(settings, &outputs)?;
    }
    let told =
        open.iter().map(|(topic, partition)| format!("{topic}:{partition}: an open transaction"));
    violations.extend(told);
    let afterwards = read_again(settings, policy, PARTITIONS, during)?;
    for (when, ledger) in [("during", &*during), ("afterwards", &afterwards)] {
        let told = ledger.violations().iter().map(|violation| format!("{when}: {violation}"));
        violations.extend(told);
        let more = ledger.violated_times() - ledger.violations().len() as u64;
        if more > 0 {
            violations.push(format!("{when}: and {more} more"));
        }
    }
    if during.digest() != afterwards.digest() {
        violations
            .push("who read during the faults saw other records than who read afterwards".into());
    }
    if afterwards.counts().events != sent {
        let events = afterwards.counts().events;
        violations.push(format!("{sent} events were sent, and {events} are there"));
    }
    Ok(afterwards)
}

/// Keeps what one needs to look into it: the events as they were sent, the decisions as they came, and where each
/// record of the other topics lies and what caused it.
fn record(
    settings: &Settings,
    traffic: &Traffic,
    violations: &[String],
    folder: &Path,
) -> Result<()> {
    let mut events = fs::File::create(folder.join("events.jsonl"))?;
    Generator::new(traffic)?.write(&mut events)?;
    let TopicNames { relay, decisions, dead_letters, .. } = &settings.topics;
    let (mut decided, mut places) = (Vec::new(), String::new());
    read_all(settings, &[relay, decisions, dead_letters], |record| {
        if record.topic == *decisions {
            decided.extend_from_slice(&record.value);
            decided.push(b'\n');
        }
        let Record { topic, partition, offset, .. } = record;
        let source = record.header("source").unwrap_or_default();
        places.push_str(&format!("{topic}:{partition}:{offset} {source}\n"));
    })?;
    fs::write(folder.join("decisions.jsonl"), decided)?;
    fs::write(folder.join("places.txt"), places)?;
    Ok(fs::write(folder.join("violations.txt"), violations.join("\n") + "\n")?)
}

impl Report {
    /// That nothing was wrong.
    ///
    /// # Errors
    /// What was, and where to look into it.
    pub fn nothing_wrong(&self) -> Result<()> {
        let folder = self.recording.as_deref().unwrap_or(Path::new("")).display();
        ensure!(
            self.violations.is_empty(),
            "recorded in {folder}:\n{}",
            self.violations.join("\n")
        );
        Ok(())
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Counts { events, decisions, dead_letters, snapshots, .. } = self.counts;
        write!(
            f,
            "{:24} {events:>7} events {decisions:>7} decisions {dead_letters:>6} dead letters \
             {:>6} people {snapshots:>6} snapshots, {} violations, {:.1} s",
            self.title,
            self.people,
            self.violations.len(),
            self.wall.as_secs_f64(),
        )?;
        if let Some([first, all]) = self.recovery {
            let (first, all) = (first.as_secs_f64(), all.as_secs_f64());
            write!(
                f,
                "; first new commit after {first:.1} s, in every partition after {all:.1} s"
            )?;
        }
        Ok(())
    }
}

/// Makes the topics of a group.
pub(super) fn make_topics(settings: &Settings, partitions: i32, copies: i32) -> Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().build()?;
    Ok(runtime.block_on(create_topics(settings, partitions, copies))?)
}
