//! A log with its index beside it: opened where one fits, made where none does.
//!
//! The index of `day.jsonl` is `day.jsonl.fwindex`. Where it cannot be written there, as in a folder of somebody
//! else's, and for what was packed or came by a pipe, it goes with this process.

use std::fs::File;
use std::hash::{BuildHasher, RandomState};
use std::io::{self, Write};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, anyhow, bail};
use firstword_replay::{IndexBuilder, Line, Lines, ReadAt, Scratch, Timeline, Unfit};
use firstword_rules::Policy;
use firstword_wire::{LogKind, trim_line};
use tempfile::Builder;

use super::lines::{Chunk, Chunks};
use super::parts::Parts;
use crate::exit::say;
use crate::pipeline::{self, Work};
use crate::terminal::Progress;

/// Opens the log of these files, events or decisions, with an index.
///
/// # Errors
/// Files that cannot be read; a log in which no line is an event or a decision.
pub fn open(paths: &[PathBuf], policy: &Policy) -> anyhow::Result<Timeline> {
    let parts = Parts::of(paths)?;
    let beside = match paths {
        [first, ..] if parts_are_files(paths) => Some(beside(first)),
        _ => None,
    };
    of_parts(parts, policy, beside.as_deref())
}

/// Opens a log whose parts are known; the index lies there, if anywhere.
pub fn of_parts(parts: Parts, policy: &Policy, beside: Option<&Path>) -> anyhow::Result<Timeline> {
    if let Some(path) = beside
        && let Ok(file) = File::open(path)
    {
        match fitting(&parts, file, policy) {
            Ok(timeline) => return Ok(timeline),
            // A log grows and policies change: that an index has to be made again is nothing to worry about.
            Err(Unfit::OtherLog | Unfit::OtherPolicy) => (),
            Err(unfit) => say(format_args!("note: {}: {unfit}; making it again", path.display())),
        }
    }
    let index = match beside.map(|path| (path, make_beside(&parts, policy, path))) {
        Some((_, Ok(file))) => file,
        Some((_, Err(Trouble::Log(error)))) => return Err(error),
        Some((path, Err(Trouble::Folder(error)))) => {
            say(format_args!(
                "note: no index at {}: {error}; it is kept for now only",
                path.display()
            ));
            make_for_now(&parts, policy)?
        }
        None => make_for_now(&parts, policy)?,
    };
    let opened = Timeline::open(Box::new(parts), Box::new(Held(index)), policy.clone());
    opened.map_err(|unfit| anyhow!("the log cannot be indexed: {unfit}"))
}

/// Where the index of a log lies.
fn beside(log: &Path) -> PathBuf {
    let mut name = log.as_os_str().to_owned();
    name.push(".fwindex");
    name.into()
}

fn parts_are_files(paths: &[PathBuf]) -> bool {
    !paths.is_empty() && paths.iter().all(|path| path.is_file())
}

/// An index that was made before, if it fits: each file is as long as it was, and was not written since.
fn fitting(parts: &Parts, file: File, policy: &Policy) -> Result<Timeline, Unfit> {
    let timeline = Timeline::open(Box::new(parts.clone()), Box::new(Held(file)), policy.clone())?;
    if !timeline.made_of().eq(parts.stamps()) {
        return Err(Unfit::OtherLog);
    }
    let names: Vec<_> = parts.names().map(Arc::from).collect();
    Ok(timeline.with_names(names))
}

/// What is in the way of an index: the log, or the place for it.
enum Trouble {
    Log(anyhow::Error),
    Folder(io::Error),
}

fn make_beside(parts: &Parts, policy: &Policy, path: &Path) -> Result<File, Trouble> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    let folder = folder.unwrap_or(Path::new("."));
    // Whoever may read the log may read its index.
    let new = Builder::new()
        .prefix(".fwindex-")
        .permissions(parts.permissions().map_err(Trouble::Folder)?)
        .tempfile_in(folder)
        .map_err(Trouble::Folder)?;
    let to = new.reopen().map_err(Trouble::Folder)?;
    make(parts, policy, to).map_err(Trouble::Log)?;
    new.persist(path).map_err(|error| Trouble::Folder(error.error))
}

fn make_for_now(parts: &Parts, policy: &Policy) -> anyhow::Result<File> {
    let file = tempfile::tempfile().context("cannot make a temporary file")?;
    make(parts, policy, file.try_clone()?)?;
    Ok(file)
}

/// Makes the index of a log.
fn make(parts: &Parts, policy: &Policy, to: File) -> anyhow::Result<()> {
    let kind = kind_of(parts)?;
    let progress = Progress::bytes("indexing", Some(parts.length()));
    let key = RandomState::new().hash_one("index");
    let scratch = || Ok(Box::new(ScratchFile(tempfile::tempfile()?)) as Box<dyn Scratch>);
    let builder = IndexBuilder::new(to, kind, policy, key, scratch);
    let stamps: Vec<_> = parts.stamps().map(|(_, written)| written).collect();
    let mut indexing = Indexing { builder, stamps: stamps.into_iter(), failed: None };
    let chunks = Chunks::of_each(parts.inputs(&progress));
    let work = Reading { lines: Lines::new(kind, policy) };
    let ran = pipeline::run(chunks, &work, &mut indexing, pipeline::threads(None), |()| Ok(()));
    progress.finish();
    ran?;
    if let Some(error) = indexing.failed {
        return Err(error).context("cannot write the index");
    }
    let out = indexing.builder.finish().context("cannot write the index")?;
    out.sync_all()?;
    Ok(())
}

/// What a log holds: seen from its first line that is either. One of objects alone holds events that were all rejected.
pub fn kind_of(parts: &Parts) -> anyhow::Result<LogKind> {
    let mut chunks = Chunks::of_each(parts.inputs(&Progress::none()));
    let (mut chunk, mut lines, mut objects) = (Chunk::default(), 0_u64, 0_u64);
    while chunks.next(&mut chunk)? {
        for line in chunk.bytes.split_inclusive(|byte| *byte == b'\n') {
            lines += u64::from(trim_line(line).is_some());
            let line_of_windows = line.strip_prefix("\u{feff}".as_bytes()).unwrap_or(line);
            objects += u64::from(line_of_windows.trim_ascii_start().starts_with(b"{"));
            if let Some(kind) = LogKind::of(line) {
                return Ok(kind);
            }
        }
    }
    if lines == objects {
        return Ok(LogKind::Events);
    }
    bail!("none of {lines} lines is an event or a decision")
}

struct Reading {
    lines: Lines,
}

struct Indexing {
    builder: IndexBuilder<File>,
    /// When the files to come were last written.
    stamps: std::vec::IntoIter<u64>,
    failed: Option<io::Error>,
}

impl Work for Reading {
    type State = Indexing;
    /// The name of the file where it begins with this chunk, and the lines.
    type Lines<'c> = (Option<String>, Vec<(&'c [u8], Line<'c>)>);
    type Came<'l> = ();
    type Output = ();

    fn read<'c>(&self, chunk: &'c Chunk) -> Self::Lines<'c> {
        let file = (chunk.first_line == 1).then(|| chunk.input.to_string());
        let lines = chunk.bytes.split_inclusive(|byte| *byte == b'\n');
        (file, lines.map(|line| (line, self.lines.read(line))).collect())
    }

    fn step(&self, state: &mut Indexing, (file, lines): &Self::Lines<'_>) {
        if let Some(name) = file {
            state.builder.file(name, state.stamps.next().unwrap_or_default());
        }
        for (bytes, line) in lines {
            if state.failed.is_none() {
                state.failed = state.builder.line(bytes, line).err();
            }
        }
    }

    fn write(&self, _: &Chunk, (): &(), (): &mut ()) {}
}

/// A file that is read anywhere.
struct Held(File);

impl ReadAt for Held {
    fn length(&self) -> u64 {
        self.0.metadata().map_or(0, |data| data.len())
    }

    fn read_at(&self, offset: u64, into: &mut [u8]) -> io::Result<()> {
        self.0.read_exact_at(into, offset)
    }
}

/// A file to which is added and from which is read.
struct ScratchFile(File);

impl Write for ScratchFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

impl ReadAt for ScratchFile {
    fn length(&self) -> u64 {
        self.0.metadata().map_or(0, |data| data.len())
    }

    fn read_at(&self, offset: u64, into: &mut [u8]) -> io::Result<()> {
        self.0.read_exact_at(into, offset)
    }
}
