//! Machines in a folder between runs: one file, replaced as a whole or not at all.
//!
//! ```text
//! "firstword state\n" · format: u8 · policy: text
//! machine*: the length of its snapshot: u32 · name: text · snapshot
//! 0: u32 · number of machines: u64 · crc32 of all before it: u32
//! ```
//! Whole numbers are little end first; a text is its length, u32, and its bytes.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{BufReader, BufWriter, ErrorKind, Read, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, anyhow, bail, ensure};
use firstword_engine::Engine;
use firstword_rules::{Name, PartyKind};
use firstword_wire::{read_machine, write_machine};

use crate::terminal::Progress;

const MAGIC: &[u8] = b"firstword state\n";
const FORMAT: u8 = 1;
/// No machine's snapshot, and no name, is nearly as long; a longer one is damage.
const LONGEST: u32 = 64 * 1024 * 1024;

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
        let lock = File::create(folder.join("lock")).with_context(cannot)?;
        match lock.try_lock() {
            Ok(()) => Ok(StateDir { folder: folder.to_owned(), _lock: lock }),
            Err(TryLockError::WouldBlock) => {
                bail!("{} is in use by another firstword", folder.display())
            }
            Err(TryLockError::Error(error)) => Err(error).with_context(cannot),
        }
    }

    /// Puts the machines that the folder holds into an engine; the label of the policy that they were last
    /// decided under, or nothing where the folder is new.
    ///
    /// # Errors
    /// A file that cannot be read, is damaged, or is of a later format. Nothing is guessed: whoever deletes the
    /// file decides to begin anew.
    pub fn load(&self, engine: &mut Engine) -> anyhow::Result<Option<String>> {
        let path = self.file();
        let file = match File::open(&path) {
            Ok(file) => file,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => {
                return Err(error).with_context(|| format!("cannot open {}", path.display()));
            }
        };
        let size = file.metadata().ok().map(|data| data.len());
        let progress = Progress::bytes("loading machines", size);
        let mut from = Summed {
            inner: BufReader::with_capacity(1 << 20, file),
            sum: crc32fast::Hasher::new(),
        };
        load(&mut from, engine, &progress).map(Some).map_err(|error| {
            let shown = path.display();
            anyhow!("cannot go on from {shown}: {error:#}; delete it to begin anew, or restore it from a copy")
        })
    }

    /// Replaces what the folder holds by an engine's machines. Until the last step what was there stays as it was.
    ///
    /// # Errors
    /// A file that cannot be written, such as on a full disk.
    pub fn save(&self, engine: &Engine) -> anyhow::Result<()> {
        let (path, new) = (self.file(), self.folder.join("machines.new"));
        let saved = write_whole(&new, engine).and_then(|()| fs::rename(&new, &path));
        if saved.is_err() {
            // The next run replaces it anyhow; on a full disk it should not stay in the way.
            let _ = fs::remove_file(&new);
        }
        saved.with_context(|| {
            format!("cannot write {}, which is as it was before", path.display())
        })?;
        // The new name has to reach the disk too.
        File::open(&self.folder)
            .and_then(|folder| folder.sync_all())
            .with_context(|| format!("cannot sync {}", self.folder.display()))
    }

    fn file(&self) -> PathBuf {
        self.folder.join("machines")
    }
}

/// A new file that only its owner may read: machines name people.
fn private(path: &Path) -> std::io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

fn write_whole(path: &Path, engine: &Engine) -> std::io::Result<()> {
    let file = private(path)?;
    let mut to =
        Summed { inner: BufWriter::with_capacity(1 << 20, file), sum: crc32fast::Hasher::new() };
    to.write(MAGIC)?;
    to.write(&[FORMAT])?;
    to.write_text(&engine.policy().label)?;
    let (mut count, mut snapshot) = (0_u64, Vec::new());
    let progress = Progress::count("saving machines", engine.people() as u64);
    for (name, machine) in engine.machines() {
        progress.advance(1);
        snapshot.clear();
        write_machine(&mut snapshot, machine, |party| engine.name(party));
        to.write(&(snapshot.len() as u32).to_le_bytes())?;
        to.write_text(&name.text)?;
        to.write(&snapshot)?;
        count += 1;
    }
    progress.finish();
    to.write(&0_u32.to_le_bytes())?;
    to.write(&count.to_le_bytes())?;
    let Summed { mut inner, sum } = to;
    inner.write_all(&sum.finalize().to_le_bytes())?;
    inner.into_inner()?.sync_all()
}

fn load(
    from: &mut Summed<impl Read>,
    engine: &mut Engine,
    progress: &Progress,
) -> anyhow::Result<String> {
    let mut magic = [0; MAGIC.len()];
    from.read(&mut magic)?;
    ensure!(magic == MAGIC, "it is no state of firstword");
    let [format] = from.bytes()?;
    ensure!(format == FORMAT, "it has format {format}; this program knows formats up to {FORMAT}");
    let policy = from.text()?;
    let (mut count, mut snapshot) = (0_u64, Vec::new());
    loop {
        let length = u32::from_le_bytes(from.bytes()?);
        if length == 0 {
            break;
        }
        ensure!(length <= LONGEST, "it is damaged after machine {count}");
        let name = from.text()?;
        snapshot.resize(length as usize, 0);
        from.read(&mut snapshot)?;
        progress.advance(u64::from(length) + name.len() as u64 + 8);
        let machine = read_machine(&snapshot, |name| engine.number(name))
            .with_context(|| format!("machine {}", count + 1))?;
        engine.restore(&Name { kind: PartyKind::Person, text: name.into() }, machine);
        count += 1;
    }
    progress.finish();
    let written = u64::from_le_bytes(from.bytes()?);
    let sum = from.sum.clone().finalize();
    let written_sum = u32::from_le_bytes(from.bytes()?);
    if (written, written_sum) != (count, sum) {
        bail!("it is damaged: its checksum does not fit");
    }
    ensure!(from.inner.read(&mut [0])? == 0, "it goes on after its end");
    Ok(policy)
}

/// A stream that sums up what passes.
struct Summed<T> {
    inner: T,
    sum: crc32fast::Hasher,
}

impl<W: Write> Summed<W> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<()> {
        self.sum.update(bytes);
        self.inner.write_all(bytes)
    }

    fn write_text(&mut self, text: &str) -> std::io::Result<()> {
        self.write(&(text.len() as u32).to_le_bytes())?;
        self.write(text.as_bytes())
    }
}

impl<R: Read> Summed<R> {
    fn read(&mut self, bytes: &mut [u8]) -> anyhow::Result<()> {
        self.inner.read_exact(bytes).map_err(|error| match error.kind() {
            ErrorKind::UnexpectedEof => anyhow!("it ends too early"),
            _ => error.into(),
        })?;
        self.sum.update(bytes);
        Ok(())
    }

    fn bytes<const LENGTH: usize>(&mut self) -> anyhow::Result<[u8; LENGTH]> {
        let mut bytes = [0; LENGTH];
        self.read(&mut bytes)?;
        Ok(bytes)
    }

    fn text(&mut self) -> anyhow::Result<String> {
        let length = u32::from_le_bytes(self.bytes()?);
        ensure!(length <= LONGEST, "a text in it is damaged");
        let mut bytes = vec![0; length as usize];
        self.read(&mut bytes)?;
        String::from_utf8(bytes).map_err(|_| anyhow!("a text in it is damaged"))
    }
}
