//! One log out of several inputs: files, packed or not, and standard input, in the order given.

use std::fs::File;
use std::io::{self, BufRead, BufReader, IsTerminal, Read};
use std::path::{Path, PathBuf};

use anyhow::Context;

use crate::exit::usage_error;
use crate::terminal::Progress;

/// The names of the inputs, opened one after another.
#[derive(Debug)]
pub struct Inputs {
    paths: Vec<PathBuf>,
}

/// An opened input.
pub struct Input {
    /// What people call it.
    pub name: String,
    /// Its bytes, unpacked.
    pub reader: Box<dyn BufRead + Send>,
}

impl Inputs {
    /// Checks that every input can be opened, before anything is read: a typing error in the last name should
    /// not cost the work of the others. No names mean standard input.
    pub fn new(paths: &[PathBuf]) -> anyhow::Result<Inputs> {
        let stdin = [PathBuf::from("-")];
        let paths = if paths.is_empty() { &stdin } else { paths };
        if paths == stdin && io::stdin().is_terminal() {
            return Err(usage_error("no log given: name a file, or pipe one in (`-`)"));
        }
        // What waits in a pipe would be lost to whoever opens it twice.
        let pipe =
            |path: &Path| path.metadata().is_ok_and(|data| !data.is_file() && !data.is_dir());
        for path in paths.iter().filter(|path| !is_stdin(path) && !pipe(path)) {
            open(path)?;
        }
        Ok(Inputs { paths: paths.to_vec() })
    }

    /// The inputs in order; what is read of them counts as progress, packed bytes as packed.
    pub fn into_iter(self, progress: Progress) -> impl Iterator<Item = anyhow::Result<Input>> {
        self.paths.into_iter().map(move |path| {
            let name = name(&path);
            let raw: Box<dyn Read + Send> = match is_stdin(&path) {
                true => Box::new(io::stdin()),
                false => Box::new(open(&path)?),
            };
            let reader = unpacked(Watched { raw, progress: progress.clone() })
                .with_context(|| format!("cannot read {name}"))?;
            Ok(Input { name, reader })
        })
    }

    /// The bytes of all files together, where that is known; packed ones as they are on disk.
    pub fn size(&self) -> Option<u64> {
        let size = |path: &PathBuf| std::fs::metadata(path).ok().filter(|data| data.is_file());
        self.paths.iter().map(|path| size(path).map(|data| data.len())).sum()
    }
}

/// An input whose reading shows.
struct Watched {
    raw: Box<dyn Read + Send>,
    progress: Progress,
}

impl Read for Watched {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        let read = self.raw.read(bytes)?;
        self.progress.advance(read as u64);
        Ok(read)
    }
}

fn is_stdin(path: &Path) -> bool {
    path.as_os_str() == "-"
}

fn name(path: &Path) -> String {
    if is_stdin(path) { "standard input".to_owned() } else { path.display().to_string() }
}

fn open(path: &Path) -> anyhow::Result<File> {
    let file = File::open(path).with_context(|| format!("cannot open {}", path.display()))?;
    if file.metadata().is_ok_and(|data| data.is_dir()) {
        anyhow::bail!("{} is a directory; name the files in it", path.display());
    }
    Ok(file)
}

/// Unpacks by what the first bytes are, not by the name: no line of JSON begins like an archive.
fn unpacked(raw: Watched) -> io::Result<Box<dyn BufRead + Send>> {
    const ROOM: usize = 256 * 1024;
    let mut raw = BufReader::with_capacity(ROOM, raw);
    Ok(match raw.fill_buf()? {
        [0x1F, 0x8B, ..] => {
            Box::new(BufReader::with_capacity(ROOM, flate2::bufread::MultiGzDecoder::new(raw)))
        }
        [0x28, 0xB5, 0x2F, 0xFD, ..] => {
            Box::new(BufReader::with_capacity(ROOM, zstd::Decoder::with_buffer(raw)?))
        }
        _ => Box::new(raw),
    })
}
