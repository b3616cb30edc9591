//! Where the broker's jars come from: Maven fetches them once, every later start reads a folder.
//!
//! The folder lies under the workspace's target directory, so `cargo clean` forgets it and a second
//! run needs no network. Tests run in parallel processes: a file lock lets one of them fetch, and
//! the folder appears by a rename, whole or not at all.
//!
//! It does not know what is done with the jars.

use std::{
    env,
    ffi::OsString,
    fs::{self, File},
    io,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use anyhow::{Context, bail};

use super::last_lines;

/// The version of Apache Kafka that the tests run against. A test holds it against `pom.xml`.
pub const KAFKA_VERSION: &str = "4.1.2";

/// What Maven is asked for. A copy lies beside the jars: a folder made from another text is made
/// anew.
const POM: &str = include_str!("pom.xml");

/// The workspace's target directory: `CARGO_TARGET_DIR` when it is set, else `target` beside
/// `Cargo.lock`.
pub(crate) fn target_dir() -> PathBuf {
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    workspace.join(env::var_os("CARGO_TARGET_DIR").unwrap_or_else(|| OsString::from("target")))
}

/// The class path of the broker, fetched if no earlier run did. Java itself expands the `*`.
///
/// # Errors
/// When `java` is not installed, when `mvn` is needed and not installed, or when it fails.
pub(super) fn class_path() -> anyhow::Result<OsString> {
    need("java")?;
    let cache = target_dir().join("kafka");
    let ready = cache.join(KAFKA_VERSION);
    if !is_whole(&ready) {
        fs::create_dir_all(&cache).context("cannot make the folder of the broker's jars")?;
        let lock = File::create(cache.join("lock")).context("cannot make the jars' lock")?;
        lock.lock().context("cannot lock the broker's jars")?; // until `lock` goes out of scope
        if !is_whole(&ready) {
            fetch(&cache, &ready)?;
        }
    }
    Ok(ready.join("libs").join("*").into_os_string())
}

/// Whether a folder holds what today's `pom.xml` asks for.
fn is_whole(ready: &Path) -> bool {
    fs::read_to_string(ready.join("pom.xml")).is_ok_and(|made_from| made_from == POM)
}

/// Has Maven copy the jars into a folder of its own and gives that its name when it is complete.
fn fetch(cache: &Path, ready: &Path) -> anyhow::Result<()> {
    need("mvn")?;
    let building = tempfile::Builder::new().prefix("fetching-").tempdir_in(cache)?;
    fs::write(building.path().join("pom.xml"), POM)?;
    let output = Command::new("mvn")
        .args(["-q", "-B", "dependency:copy-dependencies", "-DincludeScope=runtime"])
        .arg("-DoutputDirectory=libs")
        .current_dir(building.path())
        .stdin(Stdio::null())
        .output()
        .context("cannot run mvn")?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stdout);
        bail!("mvn could not fetch the broker ({}):\n{}", output.status, last_lines(&said, 20));
    }
    // What lies there was made from another pom.xml, or is half of something.
    match fs::remove_dir_all(ready) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error.into()),
        _ => (),
    }
    fs::rename(building.keep(), ready).context("cannot put the broker's jars in place")
}

/// One line that says what to install, unless the program is on the path.
fn need(program: &str) -> anyhow::Result<()> {
    let path = env::var_os("PATH").unwrap_or_default();
    if env::split_paths(&path).any(|folder| folder.join(program).is_file()) {
        return Ok(());
    }
    bail!(
        "the test broker needs `{program}`, which is not installed: \
         apt-get install default-jre-headless maven"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_version_is_the_one_in_the_pom() {
        let kafka = POM.split("<artifactId>kafka_2.13</artifactId>").nth(1);
        let version = kafka.and_then(|rest| rest.split(['<', '>']).nth(2));
        assert_eq!(version, Some(KAFKA_VERSION));
    }
}
