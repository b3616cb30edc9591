//! Kafka Streams on the same input: a Java program of two gates without rules, built from a folder that is named on the
//! command line or lies beside the repository.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, bail, ensure};
use firstword_stream::TopicNames;
use firstword_testkit::measuring::Took;

/// A built program.
pub struct Peer {
    folder: PathBuf,
}

/// Where its program lies, from the folder of this package, unless another folder is named.
const BESIDE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/peers/kafka-streams");

impl Peer {
    /// Builds the program of this folder, or else of the one beside the repository.
    pub fn of(named: Option<&Path>, folder: &Path) -> anyhow::Result<Peer> {
        let source = named.unwrap_or(Path::new(BESIDE));
        ensure!(source.is_dir(), "--peer names no folder with its program");
        Peer::build(source, folder)
    }

    /// Builds the `Streams.java` of a folder, beside its jars, in a folder of our own.
    fn build(source: &Path, folder: &Path) -> anyhow::Result<Peer> {
        for file in ["pom.xml", "Streams.java"] {
            std::fs::copy(source.join(file), folder.join(file))
                .with_context(|| format!("no {file} in {}", source.display()))?;
        }
        let mut mvn = Command::new("mvn");
        mvn.args(["-q", "-B", "dependency:copy-dependencies", "-DincludeScope=runtime"])
            .arg("-DoutputDirectory=libs");
        run(mvn.current_dir(folder), "mvn")?;
        let mut javac = Command::new("javac");
        javac.args(["-cp", "libs/*", "-d", "classes", "Streams.java"]);
        run(javac.current_dir(folder), "javac (apt-get install default-jdk-headless)")?;
        Ok(Peer { folder: folder.to_owned() })
    }

    /// The topics that it writes to, whoever runs it; the rest as they are.
    pub fn topics(topics: TopicNames) -> TopicNames {
        TopicNames { relay: "relay".to_owned(), decisions: "out".to_owned(), ..topics }
    }

    /// Runs it on the topic `in`, with a store `mem` or `rocks`, until so many events are through or, with the word
    /// `restore`, until it is restored.
    pub fn run(
        &self,
        bootstrap: &str,
        store: &str,
        events: u64,
        application: &str,
        restore: &[&str],
    ) -> anyhow::Result<String> {
        let words = [store, "2", &events.to_string(), application, "eos", "100", "nocache"];
        let state = self.folder.join("state");
        let output = Command::new("java")
            .args(["-Xmx1g", &format!("-Dbs={bootstrap}")])
            .arg(format!("-Dstate={}", state.display()))
            .args([
                "-Dorg.slf4j.simpleLogger.defaultLogLevel=error",
                "-cp",
                "classes:libs/*",
                "Streams",
            ])
            .args(words)
            .args(restore)
            .current_dir(&self.folder)
            .stderr(Stdio::null())
            .output()
            .context("cannot run java")?;
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        ensure!(
            output.status.success() && !said.contains("TIMEOUT"),
            "Kafka Streams failed: {said}"
        );
        Ok(said)
    }
}

/// What it took, by its line: `start->last 12.3s cpu=4.5s ... peak=678MB`.
pub fn took(said: &str) -> anyhow::Result<Took> {
    Ok(Took {
        seconds: after(said, "start->last ")?,
        cpu_seconds: after(said, " cpu=")?,
        peak_mb: after(said, " peak=")?,
    })
}

/// The number that it says after these words.
pub fn after(said: &str, words: &str) -> anyhow::Result<f64> {
    let rest = said.split(words).nth(1).with_context(|| format!("no {words} in {said}"))?;
    let digits: String =
        rest.trim_start().chars().take_while(|c| c.is_ascii_digit() || *c == '.').collect();
    Ok(digits.parse()?)
}

fn run(command: &mut Command, what: &str) -> anyhow::Result<()> {
    let Ok(output) = command.output() else { bail!("cannot run {what}") };
    ensure!(
        output.status.success(),
        "{what} failed: {}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    Ok(())
}
