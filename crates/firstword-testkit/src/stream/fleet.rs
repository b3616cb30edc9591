//! Processes of a group: `firstword run` as users run it, started, killed, frozen and stopped.
//!
//! Only what was started here is ever signalled, and all of it ends with the process that started it.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::fs;
use std::path::{Path, PathBuf};
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use firstword_stream::Settings;
use rustix::process::Signal;

use crate::broker::last_lines;
use crate::broker::process::Process;

/// For how long a process may take to stop when it is asked to (STREAM.md).
const GRACE: Duration = Duration::from_secs(10);

/// The processes of one group.
#[derive(Debug)]
pub struct Fleet {
    program: PathBuf,
    settings: Settings,
    policy: String,
    /// Where each process says what it does, in a file of its name.
    folder: PathBuf,
    members: BTreeMap<String, Member>,
}

/// A process, and how long its log was before it: until it says something it cannot be asked anything either.
#[derive(Debug)]
struct Member {
    process: Process,
    log_from: u64,
}

impl Fleet {
    /// A group without processes yet. `settings` tell them where Kafka is and how its topics are named; the policy is
    /// the name of a built-in one or a file.
    pub fn new(program: &Path, settings: &Settings, policy: &str, folder: &Path) -> Fleet {
        Fleet {
            program: program.to_owned(),
            settings: settings.clone(),
            policy: policy.to_owned(),
            folder: folder.to_owned(),
            members: BTreeMap::new(),
        }
    }

    /// The names of the processes.
    pub fn names(&self) -> Vec<String> {
        self.members.keys().cloned().collect()
    }

    /// Starts a process of this name, with so many workers.
    ///
    /// # Errors
    /// When it cannot be started.
    pub fn start(&mut self, name: &str, workers: u16) -> Result<()> {
        let settings = &self.settings;
        let prefix = settings.topics.events.strip_suffix(".events").unwrap_or_default();
        let mut words: Vec<OsString> = [
            format!("FIRSTWORD_TOPICS__PREFIX={prefix}"),
            format!("FIRSTWORD_STREAM__SESSION_TIMEOUT={}ms", settings.session_timeout.as_millis()),
            format!("FIRSTWORD_STREAM__SNAPSHOT_AFTER={}", settings.snapshot_after),
            format!("FIRSTWORD_STREAM__BATCH={}", settings.batch),
        ]
        .map(OsString::from)
        .to_vec();
        words.push(self.program.clone().into());
        let workers = workers.to_string();
        words.extend(
            [
                "run",
                "--bootstrap-servers",
                &settings.bootstrap_servers,
                "--group",
                &settings.group,
                "--workers",
                &workers,
                "--instance",
                name,
                "--policy",
                &self.policy,
                "--http",
                "off",
            ]
            .map(OsString::from),
        );
        if let Some(folder) = &settings.state_dir {
            words.extend(["--state-dir".into(), folder.clone().into_os_string()]);
        }
        let log_from = self.log_length(name);
        let process = Process::start(OsStr::new("env"), &words, &self.log(name));
        let process = process.with_context(|| format!("cannot run {}", self.program.display()))?;
        self.members.insert(name.to_owned(), Member { process, log_from });
        Ok(())
    }

    /// Ends a process at once (SIGKILL).
    pub fn kill(&mut self, name: &str) {
        self.members.remove(name);
    }

    /// Stops a process in the middle of whatever it does (SIGSTOP): the group will miss it.
    ///
    /// # Errors
    /// When there is none of that name.
    pub fn freeze(&mut self, name: &str) -> Result<()> {
        self.signal(name, Signal::STOP)
    }

    /// Lets a frozen process go on (SIGCONT).
    ///
    /// # Errors
    /// When there is none of that name.
    pub fn thaw(&mut self, name: &str) -> Result<()> {
        self.signal(name, Signal::CONT)
    }

    fn signal(&mut self, name: &str, signal: Signal) -> Result<()> {
        let member = self.members.get_mut(name).with_context(|| format!("no process {name}"))?;
        Ok(member.process.signal(signal)?)
    }

    /// Stops processes in order (SIGTERM), all at the same time.
    ///
    /// # Errors
    /// When one did not end within ten seconds, or not with status 0.
    pub fn stop(&mut self, names: &[String]) -> Result<()> {
        for name in names {
            // A process that has hardly begun does not listen yet: it would end at once, and not in order.
            let from = self.members.get(name).map_or(0, |member| member.log_from);
            let begun = Instant::now();
            while self.log_length(name) <= from && begun.elapsed() < GRACE {
                sleep(Duration::from_millis(10));
            }
            self.signal(name, Signal::TERM)?;
        }
        let mut wrong = Vec::new();
        for name in names {
            let Some(mut member) = self.members.remove(name) else { continue };
            match member.process.wait(GRACE)? {
                Some(status) if status.success() => (),
                Some(status) => {
                    wrong.push(format!("{name} stopped with {status}:\n{}", self.said(name)));
                }
                None => wrong.push(format!(
                    "{name} did not stop within {} s:\n{}",
                    GRACE.as_secs(),
                    self.said(name)
                )),
            }
        }
        ensure!(wrong.is_empty(), "{}", wrong.join("\n"));
        Ok(())
    }

    /// The processes that ended though nobody asked them to, with their last words. They are forgotten.
    ///
    /// # Errors
    /// When one cannot be asked.
    pub fn ended(&mut self) -> Result<Vec<String>> {
        let mut told = Vec::new();
        for name in self.names() {
            let Some(member) = self.members.get_mut(&name) else { continue };
            if let Some(status) = member.process.ended()? {
                told.push(format!("{name} ended with {status}:\n{}", self.said(&name)));
                self.members.remove(&name);
            }
        }
        Ok(told)
    }

    fn log(&self, name: &str) -> PathBuf {
        self.folder.join(format!("{name}.log"))
    }

    fn log_length(&self, name: &str) -> u64 {
        fs::metadata(self.log(name)).map_or(0, |log| log.len())
    }

    /// The end of what a process said.
    pub fn said(&self, name: &str) -> String {
        let said = fs::read(self.log(name)).unwrap_or_default();
        last_lines(&String::from_utf8_lossy(&said), 10)
    }
}
