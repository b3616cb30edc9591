//! Lines alone: the log is read and its lines are counted, on several threads. Nobody who reads a log does less.

use std::fs::File;
use std::io::Read;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

use anyhow::ensure;

use crate::asked::Told;

/// As the program's chunks are.
const CHUNK: usize = 256 * 1024;

pub fn run(told: &Told<'_>) -> anyhow::Result<()> {
    let (file, lines) = (Mutex::new(File::open(told.log)?), AtomicU64::new(0));
    let count = || -> std::io::Result<()> {
        let mut chunk = vec![0; CHUNK];
        loop {
            let read = match file.lock() {
                Ok(mut file) => file.read(&mut chunk)?,
                Err(_) => 0,
            };
            let Some(chunk) = chunk.get(..read).filter(|chunk| !chunk.is_empty()) else {
                return Ok(());
            };
            let more = memchr::memchr_iter(b'\n', chunk).count();
            lines.fetch_add(more as u64, Ordering::Relaxed);
        }
    };
    let counted: std::io::Result<Vec<()>> = thread::scope(|scope| {
        let threads: Vec<_> = (0..told.threads.get()).map(|_| scope.spawn(count)).collect();
        let ended = threads.into_iter().map(|thread| thread.join().unwrap_or(Ok(())));
        ended.collect()
    });
    counted?;
    ensure!(lines.into_inner() > 0, "a log without lines");
    Ok(())
}
