//! A file that is replaced as a whole or not at all.
//!
//! Machines lie in such files, and who reads one may rest on it. It is here because both who keep machines, the program
//! between two runs and the stream between two starts, know this crate and not each other.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io;
use std::path::Path;

/// Takes a lock that holds for as long as the answer lives; none where another process, or another thread, has it. The
/// file stays: to remove it would free a lock that somebody else is about to take.
///
/// # Errors
/// A file that cannot be made or locked.
pub fn lock(path: &Path) -> io::Result<Option<File>> {
    let lock = File::create(path)?;
    match lock.try_lock() {
        Ok(()) => Ok(Some(lock)),
        Err(TryLockError::WouldBlock) => Ok(None),
        Err(TryLockError::Error(error)) => Err(error),
    }
}

/// Replaces a file by what `write` writes, for whom only the owner may read: machines name people. Until the last step
/// what was there stays as it was. The new one first lies beside it, under the extension `new`; only one may replace a
/// file at a time (see [`lock`]).
///
/// # Errors
/// A file that cannot be written, such as on a full disk.
pub fn replace(path: &Path, write: impl FnOnce(&File) -> io::Result<()>) -> io::Result<()> {
    let new = path.with_extension("new");
    let replaced = private(&new)
        .and_then(|file| write(&file).and_then(|()| file.sync_all()))
        .and_then(|()| fs::rename(&new, path));
    if replaced.is_err() {
        // The next one replaces it anyhow; on a full disk it should not stay in the way.
        let _ = fs::remove_file(&new);
    }
    replaced?;
    // The new name has to reach the disk too.
    path.parent().map_or(Ok(()), |folder| File::open(folder)?.sync_all())
}

fn private(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}
