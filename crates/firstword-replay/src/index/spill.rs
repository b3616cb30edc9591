//! Records sorted by a number, in memory while they are few and in passes over a scratch file when they are many.

use std::io;

use crate::ReadAt;

/// Where records wait that are too many for memory: bytes are added at the end and read from anywhere.
pub trait Scratch: io::Write + ReadAt + Send {}

impl<T: io::Write + ReadAt + Send> Scratch for T {}

/// How many bytes of records are held in memory at a time.
pub(super) const ROOM: usize = 256 << 20;
/// How many bytes are read from the scratch file at a time.
const PASS: usize = 1 << 20;
/// Into how many ranges the keys are cut: a pass takes as many of them as there is room for.
const RANGES: u32 = 1 << 16;

/// Records of so many words, of which the first is the key.
pub(super) struct Spill<const WORDS: usize> {
    held: Vec<[u64; WORDS]>,
    scratch: Option<Box<dyn Scratch>>,
    room: usize,
}

impl<const WORDS: usize> Spill<WORDS> {
    /// None yet; so many bytes of them stay in memory.
    pub(super) fn new(room: usize) -> Self {
        Spill { held: Vec::new(), scratch: None, room }
    }

    /// Adds one; `scratch` makes a scratch file if one is needed.
    pub(super) fn push(
        &mut self,
        record: [u64; WORDS],
        scratch: &mut dyn FnMut() -> io::Result<Box<dyn Scratch>>,
    ) -> io::Result<()> {
        self.held.push(record);
        if self.held.len() * WORDS * 8 >= self.room {
            let file = match &mut self.scratch {
                Some(file) => file,
                none => none.insert(scratch()?),
            };
            spill(&mut self.held, file.as_mut())?;
        }
        Ok(())
    }

    /// Gives all out by their keys, those of one key in the order in which they came.
    pub(super) fn sorted(
        mut self,
        mut emit: impl FnMut([u64; WORDS]) -> io::Result<()>,
    ) -> io::Result<()> {
        let Some(mut scratch) = self.scratch.take() else {
            self.held.sort_by_key(first);
            return self.held.into_iter().try_for_each(emit);
        };
        spill(&mut self.held, scratch.as_mut())?;
        let mut largest = 0;
        read_all(scratch.as_ref(), |record: [u64; WORDS]| largest = largest.max(first(&record)))?;
        let shift = (64 - largest.leading_zeros()).saturating_sub(RANGES.trailing_zeros());
        let mut counts = vec![0_usize; RANGES as usize];
        read_all(scratch.as_ref(), |record: [u64; WORDS]| {
            if let Some(count) = counts.get_mut((first(&record) >> shift) as usize) {
                *count += 1;
            }
        })?;
        let room = (self.room / (WORDS * 8)).max(1);
        let mut begin = 0;
        while begin < counts.len() {
            let (mut end, mut taken) = (begin, 0);
            while let Some(count) = counts.get(end)
                && (taken == 0 || taken + count <= room)
            {
                taken += count;
                end += 1;
            }
            read_all(scratch.as_ref(), |record: [u64; WORDS]| {
                if (begin..end).contains(&((first(&record) >> shift) as usize)) {
                    self.held.push(record);
                }
            })?;
            self.held.sort_by_key(first);
            self.held.drain(..).try_for_each(&mut emit)?;
            begin = end;
        }
        Ok(())
    }
}

fn first<const WORDS: usize>(record: &[u64; WORDS]) -> u64 {
    record.first().copied().unwrap_or(0)
}

fn spill<const WORDS: usize>(held: &mut Vec<[u64; WORDS]>, to: &mut dyn Scratch) -> io::Result<()> {
    let mut bytes = Vec::with_capacity(PASS);
    for records in held.chunks(PASS / (WORDS * 8)) {
        bytes.clear();
        bytes.extend(records.iter().flatten().flat_map(|word| word.to_le_bytes()));
        to.write_all(&bytes)?;
    }
    held.clear();
    Ok(())
}

fn read_all<const WORDS: usize>(
    from: &dyn Scratch,
    mut each: impl FnMut([u64; WORDS]),
) -> io::Result<()> {
    let (mut offset, total) = (0, from.length());
    let mut bytes = vec![0; PASS / (WORDS * 8) * (WORDS * 8)];
    while offset < total {
        let length = (total - offset).min(bytes.len() as u64) as usize;
        let piece = bytes.get_mut(..length).unwrap_or_default();
        from.read_at(offset, piece)?;
        for record in piece.chunks_exact(WORDS * 8) {
            let mut words = [0; WORDS];
            for (word, bytes) in words.iter_mut().zip(record.as_chunks::<8>().0) {
                *word = u64::from_le_bytes(*bytes);
            }
            each(words);
        }
        offset += length as u64;
    }
    Ok(())
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    #[test]
    fn in_memory_or_in_passes_the_order_is_the_same() {
        // A generator of its own: any spread of keys will do.
        let mut state = 1_u64;
        let mut next = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            state >> 20
        };
        let records: Vec<[u64; 2]> = (0..20_000).map(|n| [next() % 5_000 * 977, n]).collect();
        let mut expected = records.clone();
        expected.sort_by_key(|record| record[0]);
        for room in [1 << 30, 64 * 1024, 16 * 300] {
            let mut spill = Spill::<2>::new(room);
            for record in &records {
                spill.push(*record, &mut || Ok(Box::new(Vec::new()))).unwrap();
            }
            let mut sorted = Vec::new();
            spill
                .sorted(|record| {
                    sorted.push(record);
                    Ok(())
                })
                .unwrap();
            assert!(sorted == expected, "room {room}");
        }
    }
}
