//! Machines in a folder between runs: one file, replaced as a whole or not at all.
//!
//! `firstword_wire` says what the file holds; here are the folder and its lock, what is told while it is read and
//! written, and what to do about one that is damaged.

use std::fs::{self, File};
use std::io::{BufWriter, ErrorKind, Read, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, anyhow, bail};
use firstword_engine::Engine;
use firstword_wire::file::{lock, replace};
use firstword_wire::{BadMachines, MachinesIn, MachinesOut};

use crate::exit::usage_error;
use crate::terminal::Progress;

/// The file in the folder.
const FILE: &str = "machines";

/// A folder that holds machines, locked for as long as this lives.
#[derive(Debug)]
pub struct StateDir {
    folder: PathBuf,
    _lock: File,
}

impl StateDir {
    /// Takes a folder, made if need be, for this process alone.
    ///
    /// # Errors
    /// A folder that cannot be made, or that another process works in.
    pub fn take(folder: &Path) -> anyhow::Result<StateDir> {
        let cannot = || format!("cannot use {} as --state-dir", folder.display());
        fs::create_dir_all(folder).with_context(cannot)?;
        match lock(&folder.join("lock")).with_context(cannot)? {
            Some(lock) => Ok(StateDir { folder: folder.to_owned(), _lock: lock }),
            None => bail!("{} is in use by another firstword", folder.display()),
        }
    }

    /// Puts the machines that a folder holds into an engine, for whoever only looks: nothing is locked or made, and a
    /// run that works in the folder meanwhile replaces the file as a whole. The label of the policy as
    /// [`StateDir::load`].
    ///
    /// # Errors
    /// A folder that holds no machines; else as [`StateDir::load`].
    pub fn peek(folder: &Path, engine: &mut Engine) -> anyhow::Result<String> {
        let loaded = load_file(&folder.join(FILE), engine)?;
        loaded.ok_or_else(|| {
            usage_error(format!("--state-dir {} holds no machines", folder.display()))
        })
    }

    /// Puts the machines that the folder holds into an engine; the label of the policy that they were last
    /// decided under, or nothing where the folder is new.
    ///
    /// # Errors
    /// A file that cannot be read, is damaged, or is of a later format. Nothing is guessed: whoever deletes the
    /// file decides to begin anew.
    pub fn load(&self, engine: &mut Engine) -> anyhow::Result<Option<String>> {
        load_file(&self.file(), engine)
    }

    /// Replaces what the folder holds by an engine's machines. Until the last step what was there stays as it was.
    ///
    /// # Errors
    /// A file that cannot be written, such as on a full disk.
    pub fn save(&self, engine: &Engine) -> anyhow::Result<()> {
        let path = self.file();
        let progress = Progress::count("saving machines", engine.people() as u64);
        replace(&path, |file| {
            let to = BufWriter::with_capacity(1 << 20, file);
            let mut machines = MachinesOut::begin(to, &engine.policy().label)?;
            for (name, machine) in engine.machines() {
                progress.advance(1);
                machines.machine(&name.text, machine, |party| engine.name(party))?;
            }
            progress.finish();
            machines.finish()?.flush()
        })
        .with_context(|| format!("cannot write {}, which is as it was before", path.display()))
    }

    fn file(&self) -> PathBuf {
        self.folder.join(FILE)
    }
}

/// What the file holds, if there is one.
fn load_file(path: &Path, engine: &mut Engine) -> anyhow::Result<Option<String>> {
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error).with_context(|| format!("cannot open {}", path.display())),
    };
    let size = file.metadata().ok().map(|data| data.len());
    let progress = Progress::bytes("loading machines", size);
    let loaded = load(Watched { file, progress: &progress }, engine);
    progress.finish();
    loaded.map(Some).map_err(|error| {
        let shown = path.display();
        anyhow!(
            "cannot go on from {shown}: {error}; delete it to begin anew, or restore it from a copy"
        )
    })
}

fn load(from: impl Read, engine: &mut Engine) -> Result<String, BadMachines> {
    let mut machines = MachinesIn::begin(from)?;
    while let Some((person, machine)) = machines.next(|name| engine.number(name))? {
        engine.restore(&person, machine);
    }
    Ok(machines.policy().to_owned())
}

/// A file whose reading is seen.
struct Watched<'p> {
    file: File,
    progress: &'p Progress,
}

impl Read for Watched<'_> {
    fn read(&mut self, bytes: &mut [u8]) -> std::io::Result<usize> {
        let read = self.file.read(bytes)?;
        self.progress.advance(read as u64);
        Ok(read)
    }
}
