//! A log or an index read anywhere, each piece of it held against its checksum when it is read.

use std::cell::RefCell;
use std::rc::Rc;

use crate::index::PIECE;
use crate::{ReadAt, Unfit};

/// How many pieces are kept: 16 MiB.
const KEPT: usize = 256;

/// A piece that was read, and which.
type Kept = Option<(usize, Rc<[u8]>)>;

/// A log, or an index, in pieces.
pub(crate) struct Pieces {
    bytes: Box<dyn ReadAt>,
    /// How many bytes the pieces are of.
    length: u64,
    sums: Vec<u32>,
    /// What it means that a piece, from this byte on, is not as it was.
    unlike: fn(u64) -> Unfit,
    kept: RefCell<Vec<Kept>>,
}

impl Pieces {
    pub(crate) fn new(
        bytes: Box<dyn ReadAt>,
        length: u64,
        sums: Vec<u32>,
        unlike: fn(u64) -> Unfit,
    ) -> Pieces {
        Pieces { bytes, length, sums, unlike, kept: RefCell::new(vec![None; KEPT]) }
    }

    /// Fills the buffer with the bytes from `offset` on.
    pub(crate) fn read_at(&self, mut offset: u64, mut into: &mut [u8]) -> Result<(), Unfit> {
        while !into.is_empty() {
            let (piece, within) = self.at(offset)?;
            let here = piece.get(within..).filter(|here| !here.is_empty());
            let here = here.ok_or_else(|| (self.unlike)(offset))?;
            let (now, rest) = into.split_at_mut(here.len().min(into.len()));
            now.copy_from_slice(here.get(..now.len()).unwrap_or_default());
            offset += now.len() as u64;
            into = rest;
        }
        Ok(())
    }

    /// The piece that holds this byte, and where the byte is in it.
    fn at(&self, offset: u64) -> Result<(Rc<[u8]>, usize), Unfit> {
        let (number, within) = ((offset / PIECE as u64) as usize, (offset % PIECE as u64) as usize);
        if let Some(Some((held, piece))) = self.kept.borrow().get(number % KEPT)
            && *held == number
        {
            return Ok((Rc::clone(piece), within));
        }
        let piece = self.read(number)?;
        if let Some(slot) = self.kept.borrow_mut().get_mut(number % KEPT) {
            *slot = Some((number, Rc::clone(&piece)));
        }
        Ok((piece, within))
    }

    fn read(&self, number: usize) -> Result<Rc<[u8]>, Unfit> {
        let start = number as u64 * PIECE as u64;
        let length = self.length.saturating_sub(start).min(PIECE as u64) as usize;
        let mut piece = vec![0; length];
        self.bytes.read_at(start, &mut piece)?;
        match self.sums.get(number) {
            Some(sum) if *sum == crc32fast::hash(&piece) => Ok(piece.into()),
            _ => Err((self.unlike)(start)),
        }
    }

    /// The bytes from one offset up to the first line end, that included, or up to `end`.
    pub(crate) fn line(&self, offset: u64, end: u64) -> Result<Vec<u8>, Unfit> {
        let (mut line, mut at) = (Vec::new(), offset);
        while at < end {
            let (piece, within) = self.at(at)?;
            let rest = piece.get(within..).unwrap_or_default();
            let rest = rest.get(..rest.len().min((end - at) as usize)).unwrap_or_default();
            if let Some(last) = memchr::memchr(b'\n', rest) {
                line.extend_from_slice(rest.get(..=last).unwrap_or_default());
                return Ok(line);
            }
            line.extend_from_slice(rest);
            at += rest.len() as u64;
        }
        Ok(line)
    }

    /// Where the line begins whose last byte stands before this offset; not before `begin`.
    pub(crate) fn line_before(&self, offset: u64, begin: u64) -> Result<u64, Unfit> {
        // The byte before is the line's own end.
        let mut at = offset.saturating_sub(1);
        while at > begin {
            let (piece, within) = self.at(at - 1)?;
            let before = piece.get(..=within).unwrap_or_default();
            let reach = (at - begin).min(before.len() as u64) as usize;
            let before = before.get(before.len() - reach..).unwrap_or_default();
            if let Some(last) = memchr::memrchr(b'\n', before) {
                return Ok(at - (before.len() - last - 1) as u64);
            }
            at -= reach as u64;
        }
        Ok(begin)
    }

    /// How many lines end between two offsets.
    pub(crate) fn line_ends(&self, from: u64, to: u64) -> Result<u64, Unfit> {
        let (mut count, mut at) = (0, from);
        while at < to {
            let (piece, within) = self.at(at)?;
            let rest = piece.get(within..).unwrap_or_default();
            let rest = rest.get(..rest.len().min((to - at) as usize)).unwrap_or_default();
            count += memchr::memchr_iter(b'\n', rest).count() as u64;
            at += rest.len() as u64;
        }
        Ok(count)
    }
}
