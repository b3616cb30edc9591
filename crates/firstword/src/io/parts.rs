//! A log out of parts that can be read anywhere: files as they lie there, or copies of what was packed or came by a
//! pipe.

use std::fs::{File, Permissions};
use std::io::{self, BufReader, Read, Seek, Write};
use std::os::unix::fs::{FileExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::UNIX_EPOCH;

use anyhow::Context;
use firstword_replay::ReadAt;

use super::source::{Input, Inputs};
use crate::terminal::Progress;

/// The parts of a log, one after another.
#[derive(Clone, Debug, Default)]
pub struct Parts {
    parts: Vec<Part>,
}

#[derive(Clone, Debug)]
struct Part {
    name: String,
    file: Arc<File>,
    /// Where it begins in its file, and where in the log.
    in_file: u64,
    in_log: u64,
    length: u64,
    written: u64,
}

impl Parts {
    /// The log of these inputs. What is no plain file is copied, unpacked, to a temporary file that goes with this
    /// process.
    ///
    /// # Errors
    /// An input that cannot be opened or read, a temporary file that cannot be written.
    pub fn of(paths: &[PathBuf]) -> anyhow::Result<Parts> {
        let inputs = Inputs::new(paths)?;
        let plain: Option<Vec<File>> = paths.iter().map(|path| plain(path)).collect();
        let mut parts = Parts::default();
        if let Some(files) = plain.filter(|files| !files.is_empty()) {
            for (path, file) in paths.iter().zip(files) {
                let length = file.metadata().with_context(|| path.display().to_string())?.len();
                parts.add(path.display().to_string(), Arc::new(file), 0, length);
            }
            return Ok(parts);
        }
        let progress = Progress::bytes("unpacking", inputs.size());
        let mut copy = tempfile::tempfile().context("cannot make a temporary file")?;
        for input in inputs.into_iter(progress.clone()) {
            let Input { name, mut reader } = input?;
            let begin = copy.stream_position()?;
            io::copy(&mut reader, &mut copy).with_context(|| format!("cannot read {name}"))?;
            let length = copy.stream_position()? - begin;
            let file = Arc::new(copy.try_clone()?);
            parts.add(name, file, begin, length);
        }
        copy.flush()?;
        progress.finish();
        Ok(parts)
    }

    /// A part that lies in a file from some place on.
    pub fn add(&mut self, name: String, file: Arc<File>, in_file: u64, length: u64) {
        let (in_log, written) = (self.length(), written(&file).unwrap_or(0));
        self.parts.push(Part { name, file, in_file, in_log, length, written });
    }

    /// The parts as inputs, read from their begin; progress is told.
    pub fn inputs(
        &self,
        progress: &Progress,
    ) -> impl Iterator<Item = anyhow::Result<Input>> + use<> {
        let parts = self.parts.clone().into_iter();
        let progress = progress.clone();
        parts.map(move |part| {
            let (name, progress) = (part.name.clone(), progress.clone());
            let reading = Reading { part, at: 0, progress };
            Ok(Input { name, reader: Box::new(BufReader::with_capacity(1 << 20, reading)) })
        })
    }

    /// The length of each part that holds anything, and when its file was last written: nanoseconds since 1970, 0
    /// where that is not known.
    pub fn stamps(&self) -> impl Iterator<Item = (u64, u64)> {
        self.full().map(|part| (part.length, part.written))
    }

    /// The names of the same parts.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.full().map(|part| part.name.as_str())
    }

    fn full(&self) -> impl Iterator<Item = &Part> {
        self.parts.iter().filter(|part| part.length > 0)
    }

    /// Who may do what with the first of its files.
    ///
    /// # Errors
    /// Those of the system.
    pub fn permissions(&self) -> io::Result<Permissions> {
        let file = self.parts.first().map(|part| &part.file).ok_or(io::ErrorKind::NotFound)?;
        let mode = file.metadata()?.permissions().mode();
        // Its owner makes it again.
        Ok(Permissions::from_mode(mode & 0o666 | 0o600))
    }
}

/// When a file was last written.
fn written(file: &File) -> Option<u64> {
    let since = file.metadata().ok()?.modified().ok()?.duration_since(UNIX_EPOCH).ok()?;
    u64::try_from(since.as_nanos()).ok()
}

impl ReadAt for Parts {
    fn length(&self) -> u64 {
        self.parts.last().map_or(0, |part| part.in_log + part.length)
    }

    fn read_at(&self, mut offset: u64, mut into: &mut [u8]) -> io::Result<()> {
        while !into.is_empty() {
            let after = self.parts.partition_point(|part| part.in_log <= offset);
            let part = after.checked_sub(1).and_then(|place| self.parts.get(place));
            let part = part.ok_or(io::ErrorKind::UnexpectedEof)?;
            let within = offset - part.in_log;
            let length = (part.length.saturating_sub(within)).min(into.len() as u64) as usize;
            if length == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            let (now, rest) = into.split_at_mut(length);
            part.file.read_exact_at(now, part.in_file + within)?;
            (into, offset) = (rest, offset + length as u64);
        }
        Ok(())
    }
}

/// A plain file of lines; nothing for what is packed, a pipe, or standard input.
fn plain(path: &Path) -> Option<File> {
    let file = File::open(path).ok().filter(|_| path.as_os_str() != "-")?;
    if !file.metadata().ok()?.is_file() {
        return None;
    }
    let mut begin = [0; 4];
    let length = file.read_at(&mut begin, 0).ok()?;
    let packed = [&[0x1F, 0x8B][..], &[0x28, 0xB5, 0x2F, 0xFD]];
    let begin = begin.get(..length)?;
    (!packed.iter().any(|magic| begin.starts_with(magic))).then_some(file)
}

/// A part that is read from its begin.
struct Reading {
    part: Part,
    at: u64,
    progress: Progress,
}

impl Read for Reading {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let left = (self.part.length - self.at).min(into.len() as u64) as usize;
        let into = into.get_mut(..left).unwrap_or_default();
        let read = self.part.file.read_at(into, self.part.in_file + self.at)?;
        self.at += read as u64;
        self.progress.advance(read as u64);
        Ok(read)
    }
}
