//! Checksums, one for each piece of what is written: a log, or an index itself.

use std::io::{self, Write};

use super::PIECE;

/// The checksums of the pieces so far.
#[derive(Debug, Default)]
pub(super) struct Sums {
    whole: Vec<u32>,
    piece: crc32fast::Hasher,
    in_piece: usize,
}

impl Sums {
    /// The next bytes.
    pub(super) fn add(&mut self, mut bytes: &[u8]) {
        while !bytes.is_empty() {
            let (now, rest) = bytes.split_at(bytes.len().min(PIECE - self.in_piece));
            self.piece.update(now);
            self.in_piece += now.len();
            bytes = rest;
            if self.in_piece == PIECE {
                self.end_piece();
            }
        }
    }

    /// All of them, that of the last piece included, as they are written.
    pub(super) fn finish(mut self) -> Vec<u8> {
        if self.in_piece > 0 {
            self.end_piece();
        }
        self.whole.iter().flat_map(|sum| sum.to_le_bytes()).collect()
    }

    fn end_piece(&mut self) {
        self.whole.push(std::mem::take(&mut self.piece).finalize());
        self.in_piece = 0;
    }
}

/// What an index is written to: how much that was, and the checksums of it.
pub(super) struct Summed<W> {
    pub(super) to: W,
    pub(super) written: u64,
    pub(super) sums: Sums,
}

impl<W> Summed<W> {
    pub(super) fn new(to: W) -> Summed<W> {
        Summed { to, written: 0, sums: Sums::default() }
    }
}

impl<W: Write> Write for Summed<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.to.write(bytes)?;
        self.sums.add(bytes.get(..written).unwrap_or_default());
        self.written += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.to.flush()
    }
}
