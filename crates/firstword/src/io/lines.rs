//! A log in chunks of whole lines, so that several threads can read them.

use std::collections::VecDeque;
use std::io::{BufRead, Read};
use std::sync::Arc;

use anyhow::Context;
use firstword_wire::{LogKind, trim_line};

use super::source::{Input, Inputs};
use crate::terminal::Progress;

/// Chunks are about so long: small enough to stay in a processor's cache with what is read from them.
const CHUNK: usize = 256 * 1024;

/// No line is kept longer than this; what follows up to its end is dropped. An event is at most 256 KiB, so such a
/// line is rejected anyway, and an endless one must not take all memory.
pub const LONGEST_KEPT: usize = 16 * 1024 * 1024;

/// How many chunks of neither events nor decisions may come before what tells which of them a log holds.
const LOOKED_AT: usize = 64;

/// Whole lines of one input.
#[derive(Debug, Default)]
pub struct Chunk {
    /// The input's name.
    pub input: Arc<str>,
    /// The number of the first line, from 1.
    pub first_line: u64,
    /// The lines; the last one may lack its end.
    pub bytes: Vec<u8>,
}

impl Chunk {
    /// The lines that are not empty, without their ends, and their numbers.
    pub fn lines(&self) -> impl Iterator<Item = (u64, &[u8])> {
        let mut rest = self.bytes.as_slice();
        let lines = std::iter::from_fn(move || {
            let end = memchr::memchr(b'\n', rest).map_or(rest.len(), |end| end + 1);
            let (line, after) = rest.split_at_checked(end).filter(|(line, _)| !line.is_empty())?;
            rest = after;
            Some(line)
        });
        let numbered = (self.first_line..).zip(lines);
        numbered.filter_map(|(number, line)| trim_line(line).map(|line| (number, line)))
    }
}

/// Cuts inputs into chunks.
pub struct Chunks<I> {
    inputs: I,
    /// Chunks that somebody looked at before their turn.
    ahead: VecDeque<Chunk>,
    open: Option<(Arc<str>, Box<dyn BufRead + Send>)>,
    next_line: u64,
    /// What stopped the reading, told after the lines that came before it.
    trouble: Option<std::io::Error>,
}

impl Chunks<()> {
    /// The chunks of these inputs, one after another.
    pub fn of(
        inputs: Inputs,
        progress: Progress,
    ) -> Chunks<impl Iterator<Item = anyhow::Result<Input>>> {
        Chunks::of_each(inputs.into_iter(progress))
    }
}

impl<I> Chunks<I> {
    /// The chunks of inputs that were opened elsewhere.
    pub fn of_each(inputs: I) -> Chunks<I> {
        Chunks { inputs, ahead: VecDeque::new(), open: None, next_line: 1, trouble: None }
    }
}

impl<I: Iterator<Item = anyhow::Result<Input>>> Chunks<I> {
    /// Fills a chunk with the next lines; `false` at the end of the last input.
    ///
    /// # Errors
    /// An input that cannot be opened or read, such as an archive that ends too early, with its name. The whole
    /// lines before that were chunks.
    pub fn next(&mut self, chunk: &mut Chunk) -> anyhow::Result<bool> {
        if let Some(ahead) = self.ahead.pop_front() {
            *chunk = ahead;
            return Ok(true);
        }
        self.read(chunk)
    }

    /// The chunk after those that were looked at before, which comes again in its turn; nothing at the end.
    fn look_ahead(&mut self) -> anyhow::Result<Option<&Chunk>> {
        let mut chunk = Chunk::default();
        if self.read(&mut chunk)? {
            self.ahead.push_back(chunk);
            return Ok(self.ahead.back());
        }
        Ok(None)
    }

    /// What the log holds, by its first chunks; nothing where no line of them tells.
    ///
    /// # Errors
    /// What cannot be read, where nothing before it tells.
    pub fn kind(&mut self) -> anyhow::Result<Option<LogKind>> {
        for _ in 0..LOOKED_AT {
            let Some(chunk) = self.look_ahead()? else { break };
            let kind = chunk.lines().find_map(|(_, line)| LogKind::of(line));
            if kind.is_some() {
                return Ok(kind);
            }
        }
        Ok(None)
    }

    fn read(&mut self, chunk: &mut Chunk) -> anyhow::Result<bool> {
        chunk.bytes.clear();
        loop {
            let Some((name, reader)) = &mut self.open else {
                let Some(input) = self.inputs.next().transpose()? else { return Ok(false) };
                self.open = Some((input.name.into(), input.reader));
                self.next_line = 1;
                continue;
            };
            let read = self.trouble.take().map_or_else(|| fill(reader, &mut chunk.bytes), Err);
            if let Err(error) = read {
                // A line that was cut off is none.
                let whole = memchr::memrchr(b'\n', &chunk.bytes).map_or(0, |end| end + 1);
                chunk.bytes.truncate(whole);
                if whole == 0 {
                    let place = format!("cannot read {name} (after line {})", self.next_line - 1);
                    return Err(error).context(place);
                }
                self.trouble = Some(error);
            } else if chunk.bytes.is_empty() {
                self.open = None;
                continue;
            }
            chunk.input = Arc::clone(name);
            chunk.first_line = self.next_line;
            self.next_line += memchr::memchr_iter(b'\n', &chunk.bytes).count() as u64;
            return Ok(true);
        }
    }
}

/// Reads whole lines of about a chunk; nothing at the end of the input. After an error what came before it is
/// there.
fn fill(reader: &mut impl BufRead, bytes: &mut Vec<u8>) -> std::io::Result<()> {
    reader.by_ref().take(CHUNK as u64).read_to_end(bytes)?;
    if bytes.last().is_some_and(|last| *last != b'\n') {
        reader.by_ref().take(LONGEST_KEPT as u64).read_until(b'\n', bytes)?;
        if bytes.last() != Some(&b'\n') && reader.skip_until(b'\n')? > 0 {
            bytes.push(b'\n');
        }
    }
    Ok(())
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    fn chunks_of(texts: &[&[u8]]) -> Vec<(String, u64, usize)> {
        let inputs = texts.iter().enumerate().map(|(n, text)| {
            let reader = Box::new(std::io::Cursor::new(text.to_vec()));
            Ok(Input { name: format!("input {n}"), reader })
        });
        let inputs = inputs.collect::<Vec<_>>().into_iter();
        let mut chunks = Chunks::of_each(inputs);
        let (mut chunk, mut met) = (Chunk::default(), Vec::new());
        while chunks.next(&mut chunk).unwrap() {
            met.push((chunk.input.to_string(), chunk.first_line, chunk.bytes.len()));
        }
        met
    }

    #[test]
    fn chunks_are_whole_lines_and_number_them() {
        let line = [vec![b'x'; 99], vec![b'\n']].concat();
        let log = line.repeat(5_000);
        let met = chunks_of(&[&log, b"", b"a\nb"]);
        let first = (CHUNK / 100 + 1) * 100;
        assert_eq!(
            met,
            [
                ("input 0".to_owned(), 1, first),
                ("input 0".to_owned(), first as u64 / 100 + 1, log.len() - first),
                ("input 2".to_owned(), 1, 3),
            ]
        );
    }

    #[test]
    fn what_was_looked_at_before_its_turn_comes_in_its_turn() {
        let inputs = ["a\n\n", "b\n"].map(|text| {
            let reader = Box::new(std::io::Cursor::new(text));
            Ok(Input { name: text.to_owned(), reader })
        });
        let mut chunks = Chunks::of_each(inputs.into_iter());
        let ahead = chunks.look_ahead().unwrap().unwrap();
        assert_eq!(ahead.lines().collect::<Vec<_>>(), [(1, &b"a"[..])]);
        assert_eq!(chunks.look_ahead().unwrap().unwrap().bytes, b"b\n");
        assert!(chunks.look_ahead().unwrap().is_none());
        let mut chunk = Chunk::default();
        for bytes in [&b"a\n\n"[..], b"b\n"] {
            assert!(chunks.next(&mut chunk).unwrap());
            assert_eq!((chunk.bytes.as_slice(), chunk.first_line), (bytes, 1));
        }
        assert!(!chunks.next(&mut chunk).unwrap());
    }

    #[test]
    fn an_endless_line_is_cut() {
        let log = [vec![b'x'; LONGEST_KEPT + 2 * CHUNK], b"\nnext\n".to_vec()].concat();
        let met = chunks_of(&[&log]);
        let cut = LONGEST_KEPT + CHUNK + 1;
        assert_eq!(met, [("input 0".to_owned(), 1, cut), ("input 0".to_owned(), 2, 5)]);
    }

    /// Gives its bytes, and then an error.
    struct CutOff(std::io::Cursor<Vec<u8>>);

    impl Read for CutOff {
        fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
            match self.0.read(into)? {
                0 => Err(std::io::ErrorKind::UnexpectedEof.into()),
                read => Ok(read),
            }
        }
    }

    #[test]
    fn whole_lines_before_trouble_are_kept_and_it_is_told_after_them() {
        for (text, kept) in [("", 0), ("cut", 0), ("a\nb\ncut", 2), ("a\nb\n", 2)] {
            let reader = std::io::BufReader::new(CutOff(std::io::Cursor::new(text.into())));
            let input = Input { name: "log".to_owned(), reader: Box::new(reader) };
            let inputs = vec![Ok(input)].into_iter();
            let mut chunks = Chunks::of_each(inputs);
            let mut chunk = Chunk::default();
            if kept > 0 {
                assert!(chunks.next(&mut chunk).unwrap());
                assert_eq!(chunk.bytes, b"a\nb\n");
            }
            let trouble = chunks.next(&mut chunk).unwrap_err().to_string();
            assert_eq!(trouble, format!("cannot read log (after line {kept})"));
        }
    }
}
