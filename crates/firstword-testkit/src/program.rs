//! The program as a user runs it: `firstword decide` in a process of its own.

use std::env;
use std::fs;
use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::OnceLock;
use std::thread;

use anyhow::{Context, Result, anyhow, ensure};

use crate::implementation::{Implementation, Outcome, read_lines};

/// A program that understands `decide --all --rejects FILE --policy FILE -`.
#[derive(Clone, Debug)]
pub struct Program {
    /// Where it lies.
    pub path: PathBuf,
}

impl Program {
    /// The program as it is now: cargo builds it, where it is not built yet, in the profile that this was built in,
    /// and says where it lies.
    ///
    /// # Errors
    /// What cargo says.
    pub fn built() -> Result<Program> {
        static BUILT: OnceLock<Result<PathBuf, String>> = OnceLock::new();
        let built = BUILT.get_or_init(|| build().map_err(|error| format!("{error:#}")));
        built.clone().map(|path| Program { path }).map_err(anyhow::Error::msg)
    }
}

fn build() -> Result<PathBuf> {
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command.current_dir(env!("CARGO_MANIFEST_DIR")).args([
        "build",
        "--package",
        "firstword",
        "--bin",
        "firstword",
        "--message-format",
        "json",
    ]);
    if !cfg!(debug_assertions) {
        command.arg("--release");
    }
    let output = command.output()?;
    ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    executable_named("firstword", &output.stdout).context("cargo built no program")
}

impl Implementation for Program {
    fn name(&self) -> &str {
        "the program"
    }

    fn decide_log(&mut self, policy: &str, log: &[u8]) -> Result<Outcome> {
        let folder = tempfile::tempdir().context("a folder for the policy and the rejects")?;
        let (policy_file, rejects_file) =
            (folder.path().join("policy.toml"), folder.path().join("rejects.jsonl"));
        fs::write(&policy_file, policy)?;
        let mut child = Command::new(&self.path)
            .args(["decide", "--all", "--rejects"])
            .arg(&rejects_file)
            .arg("--policy")
            .arg(&policy_file)
            .arg("-")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .with_context(|| format!("cannot run {}", self.path.display()))?;
        let mut input = child.stdin.take().context("the program has no standard input")?;
        // It writes while it reads: whoever feeds it must not be the one who listens.
        let output = thread::scope(|scope| {
            let feeding = scope.spawn(move || input.write_all(log));
            let output = child.wait_with_output();
            // A program that stopped early did not read to the end; its status says why.
            drop(feeding.join());
            output
        })?;
        ensure!(
            output.status.success(),
            "{}: {}",
            output.status,
            String::from_utf8_lossy(&output.stderr).trim()
        );
        Ok(Outcome { decisions: output.stdout, rejects: rejects(&fs::read(&rejects_file)?)? })
    }
}

fn rejects(file: &[u8]) -> Result<Vec<(u64, String)>> {
    let letters = read_lines(file).context("the rejects")?;
    let read = letters.iter().map(|letter| {
        let line = letter.get("line").and_then(|line| line.as_u64())?;
        Some((line, letter.get("reason")?.as_str()?.to_owned()))
    });
    read.map(|reject| reject.ok_or_else(|| anyhow!("a dead letter without line or reason")))
        .collect()
}

/// Where the binary of this name lies, by what `cargo build --message-format json` said.
fn executable_named(name: &str, said: &[u8]) -> Option<PathBuf> {
    let mut messages = said.split(|byte| *byte == b'\n').filter_map(|line| {
        let message: serde_json::Value = serde_json::from_slice(line).ok()?;
        let target = message.get("target")?.get("name")?.as_str()? == name;
        let executable = message.get("executable")?.as_str()?;
        target.then(|| PathBuf::from(executable))
    });
    messages.next_back()
}
