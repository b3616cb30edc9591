//! The replay debugger on the stream: a topic looked into, and another policy followed on live traffic, while a group
//! works.

use std::fs::{self, File};
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use firstword_testkit::Program;
use firstword_testkit::broker::Broker;

/// Longer than anything here takes.
const PATIENCE: Duration = Duration::from_secs(90);

/// A process that ends with the test.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        self.0.kill().ok(); // it may have ended by itself
        self.0.wait().ok();
    }
}

/// The program, told where Kafka is.
struct Stream {
    program: PathBuf,
    bootstrap: String,
    folder: tempfile::TempDir,
}

impl Stream {
    fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(&self.program);
        command.args(words).current_dir(self.folder.path()).stdin(Stdio::null());
        command.args(["--bootstrap-servers", &self.bootstrap, "--topics-prefix", "debugger"]);
        command
    }

    fn said(&self, words: &[&str]) -> Result<String> {
        let output = self.command(words).output()?;
        let error = String::from_utf8_lossy(&output.stderr).into_owned();
        ensure!(output.status.success(), "{words:?}: {} {error}", output.status);
        Ok(String::from_utf8(output.stdout)? + &error)
    }

    /// Makes a log, sends it, and waits until so many events have their final decision.
    fn decide(&self, seed: &str, events: usize, all: usize) -> Result<Vec<String>> {
        let log = File::create(self.folder.path().join("log.jsonl"))?;
        let count = events.to_string();
        let words = ["generate", "--people", "200", "--events", &count, "--seed", seed];
        let made = Command::new(&self.program).args(words).stdout(log).status()?;
        ensure!(made.success(), "no log was made");
        self.said(&["send", "log.jsonl"])?;
        let begun = Instant::now();
        loop {
            let read = self.command(&["read", "decisions", "--format", "jsonl"]).output()?;
            let read = String::from_utf8(read.stdout)?;
            let finals = read.lines().filter(|line| !line.contains("\"verdict\":\"forwarded\""));
            let finals: Vec<String> = finals.map(str::to_owned).collect();
            if finals.len() == all {
                return Ok(finals);
            }
            ensure!(begun.elapsed() < PATIENCE, "{} of {all} were decided", finals.len());
            sleep(Duration::from_millis(200));
        }
    }
}

/// Waits until a file says something; all that follows it in its line.
fn heard(file: &Path, word: &str) -> Result<String> {
    let begun = Instant::now();
    while begun.elapsed() < PATIENCE {
        let said = fs::read_to_string(file)?;
        if let Some((_, rest)) = said.split_once(word) {
            return Ok(rest.lines().next().unwrap_or_default().to_owned());
        }
        sleep(Duration::from_millis(50));
    }
    bail!("nobody said `{word}`: {}", fs::read_to_string(file)?)
}

fn get(address: &str) -> Result<String> {
    let mut wire = TcpStream::connect(address)?;
    write!(wire, "GET /metrics HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n")?;
    let mut answer = String::new();
    wire.read_to_string(&mut answer)?;
    Ok(answer)
}

#[test]
fn a_topic_is_looked_into_and_another_policy_is_followed_while_a_group_works() -> Result<()> {
    let broker = Broker::shared()?;
    let stream = Stream {
        program: Program::built()?.path,
        bootstrap: broker.bootstrap(),
        folder: tempfile::tempdir()?,
    };
    let log = File::create(stream.folder.path().join("run.log"))?;
    let mut run = Command::new(&stream.program);
    run.args(["run", "--create-topics", "4", "--http", "off", "--group", "debugger"]);
    // A policy that no program comes with: only the topic of policies knows it.
    let policy = stream.folder.path().join("ours.toml");
    let shown = Command::new(&stream.program).args(["policy", "show", "whatsapp-2021"]).output()?;
    fs::write(&policy, String::from_utf8(shown.stdout)?.replace("whatsapp-2021", "ours"))?;
    run.args(["--bootstrap-servers", &stream.bootstrap]).arg("--policy").arg(&policy);
    run.env("FIRSTWORD_TOPICS__PREFIX", "debugger");
    let mut run = Running(run.stdout(log.try_clone()?).stderr(log).spawn()?);
    heard(&stream.folder.path().join("run.log"), "task restored")?;

    let decided = stream.decide("4", 2_000, 2_000)?;
    let other = decided.iter().find(|line| !line.contains("\"policy\":\"ours@"));
    ensure!(other.is_none(), "under another policy: {other:?}");
    let verified = stream.said(&["replay", "--verify", "topic:decisions"])?;
    ensure!(verified.contains("verified: no difference"), "{verified}");
    let refused = decided.iter().find(|line| line.contains("\"reason\":\"terms_declined\""));
    let id = refused.and_then(|line| line.strip_prefix("{\"id\":\"")?.split('"').next());
    let id = id.context("nobody was refused for declined terms")?;
    let story = ["explain", id, "topic:decisions", "--format", "table", "--policy", "ours.toml"];
    let story = stream.said(&story)?;
    ensure!(story.contains("denied terms_declined by S8"), "{story}");
    ensure!(story.contains("debugger.decisions:") && story.contains("declined terms"), "{story}");

    let (out, err) = (stream.folder.path().join("out"), stream.folder.path().join("err"));
    let follow = ["whatif", "--policy", "ours.toml", "--against", "open", "--follow"];
    let shown = ["--http", "127.0.0.1:0", "--format", "jsonl"];
    let mut shadow = stream.command(&[&follow[..], &shown].concat());
    let shadow = shadow.stdout(File::create(&out)?).stderr(File::create(&err)?).spawn()?;
    let mut shadow = Running(shadow);
    let address = heard(&err, "metrics at http://")?;
    let address = address.strip_suffix("/metrics").context("an address")?;
    heard(&err, "following debugger.decisions")?;
    stream.decide("5", 1_000, 3_000)?;
    let (begun, mut metrics) = (Instant::now(), String::new());
    while !metrics.contains("against=\"open@") || !metrics.contains("} 1000\n") {
        ensure!(begun.elapsed() < PATIENCE, "{metrics}");
        sleep(Duration::from_millis(200));
        metrics = get(address)?;
    }
    ensure!(metrics.contains("firstword_whatif_changed_total{"), "{metrics}");
    let asked = Command::new("kill").args(["-INT", &shadow.0.id().to_string()]).status()?;
    ensure!(asked.success() && shadow.0.wait()?.success(), "{}", fs::read_to_string(&err)?);
    let changed = fs::read_to_string(&out)?;
    ensure!(changed.lines().count() > 10, "{changed}");
    ensure!(
        changed.lines().all(|line| line.contains("\"place\":\"debugger.decisions:")),
        "{changed}"
    );
    let said = fs::read_to_string(&err)?;
    ensure!(said.contains("1,000 events decided twice"), "{said}");
    ensure!(run.0.try_wait()?.is_none(), "the group was disturbed");
    Ok(())
}
