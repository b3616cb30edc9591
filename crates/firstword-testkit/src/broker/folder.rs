//! The folder of a cluster, and who removes it.
//!
//! Dropping it removes it. A test process that is killed, or that keeps its broker in a static,
//! never drops anything; so a shell waits beside it on a pipe that only this process holds, and
//! sweeps when the pipe closes. A file named `keep` in the folder tells both to leave everything
//! where it is.
//!
//! It does not know what lies in the folder.

use std::{
    fs, io,
    os::unix::process::CommandExt,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

use anyhow::{Context, bail};

/// Waits for the pipe to close and removes the folder, for five seconds long: who writes into it is
/// being killed at this moment too, by [`super::process`].
const SWEEP: &str = r#"
read -r _
for try in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25; do
    [ -e "$1/keep" ] && exit
    rm -rf "$1" && exit
    sleep 0.2
done
"#;

/// A folder that goes when its owner goes, however that happens.
#[derive(Debug)]
pub(super) struct Folder {
    path: PathBuf,
    sweeper: Child,
}

impl Folder {
    /// A new folder among the system's temporary ones, or the one named, which must be empty or
    /// absent.
    pub(super) fn create(named: Option<&Path>) -> anyhow::Result<Self> {
        let path = match named {
            Some(path) => {
                fs::create_dir_all(path).context("cannot make the broker's folder")?;
                if fs::read_dir(path)?.next().is_some() {
                    bail!("the broker's folder is not empty: {}", path.display());
                }
                path.canonicalize()?
            }
            None => tempfile::Builder::new().prefix("firstword-broker-").tempdir()?.keep(),
        };
        let sweeper = Command::new("sh")
            .args(["-c", SWEEP, "sweep"])
            .arg(&path)
            .process_group(0) // an interrupt is for the tests, not for the sweeper
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn();
        match sweeper {
            Ok(sweeper) => Ok(Self { path, sweeper }),
            Err(error) => {
                fs::remove_dir_all(&path)?;
                Err(error).context("cannot run sh")
            }
        }
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// From now on nobody removes it.
    pub(super) fn keep(&self) -> io::Result<()> {
        fs::write(self.path.join("keep"), "")
    }
}

impl Drop for Folder {
    /// The sweeper does the work here too, and is waited for: one way to remove is enough.
    fn drop(&mut self) {
        drop(self.sweeper.stdin.take());
        self.sweeper.wait().ok();
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    #[test]
    fn a_folder_goes_with_its_owner() {
        let folder = Folder::create(None).unwrap();
        let path = folder.path().to_owned();
        fs::write(path.join("data"), "x").unwrap();
        drop(folder);
        assert!(!path.exists());
    }

    #[test]
    fn a_kept_folder_stays() {
        let folder = Folder::create(None).unwrap();
        let path = folder.path().to_owned();
        folder.keep().unwrap();
        drop(folder);
        assert!(path.join("keep").exists());
        fs::remove_dir_all(&path).unwrap();
    }

    #[test]
    fn a_folder_with_something_in_it_is_refused_and_left_alone() {
        let full = tempfile::tempdir().unwrap();
        fs::write(full.path().join("mine"), "x").unwrap();
        let refusal = Folder::create(Some(full.path())).unwrap_err();
        assert!(refusal.to_string().starts_with("the broker's folder is not empty"), "{refusal}");
        assert!(full.path().join("mine").exists());
    }
}
