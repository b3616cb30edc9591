//! Kafka Streams on the same input: a Java program of two gates without rules, built and run from a folder that is
//! named on the command line.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, bail, ensure};

use crate::Figures;
use crate::usage::Usage;

/// A built program.
pub struct Peer {
    folder: PathBuf,
}

impl Peer {
    /// Builds the `Streams.java` of a folder, beside its jars, in a folder of our own.
    pub fn build(source: &Path, folder: &Path) -> anyhow::Result<Peer> {
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

    /// Runs it on the topic `in` and waits for so many events; with `restore`, until it is restored.
    pub fn run(&self, bootstrap: &str, words: &[&str]) -> anyhow::Result<String> {
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

/// The figures of its line: `start->last 12.3s cpu=4.5s ... peak=678MB`.
pub fn figures(said: &str) -> anyhow::Result<Figures> {
    let number = |name: &str| -> anyhow::Result<f64> {
        let rest = said.split(name).nth(1).with_context(|| format!("no {name} in {said}"))?;
        let digits: String =
            rest.trim_start().chars().take_while(|c| c.is_ascii_digit() || *c == '.').collect();
        Ok(digits.parse()?)
    };
    let usage = Usage { cpu_seconds: number(" cpu=")?, peak_mb: number(" peak=")? };
    Ok(Figures { seconds: number("start->last ")?, usage })
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
