//! A log that can be asked about any moment: any person's machine after any visit, forwards and back at the same price.
//!
//! It reads the index for where things lie, and the log for what they are. A moment is a place in the log, given by the
//! offset of the first line that is not told yet; the moment of a time is before the first event that is later.

mod walk;

use std::ops::Range;
use std::sync::Arc;

use firstword_engine::Engine;
use firstword_rules::{Millis, Name, Party, PartyKind, Policy};
use firstword_wire::{LogKind, id_of, read_machine};

use crate::index::{
    ENTRY, Entry, Foot, Hint, LINE, LineMark, PARTY, PartyRow, Section, VISITS_APART, hash,
};
use crate::log::{Line, Lines};
use crate::pieces::Pieces;
use crate::{Counts, Place, ReadAt, Unfit};

pub use walk::{Visited, Walk};

/// A log with its index.
pub struct Timeline {
    foot: Foot,
    index: Pieces,
    log: Pieces,
    lines: Lines,
    policy: Policy,
    marks: Vec<LineMark>,
    /// Each file's name and where it begins.
    files: Vec<(Arc<str>, u64)>,
    /// What people call a place, where that is not its file and line.
    called: Option<Box<dyn Fn(Place) -> Place>>,
}

/// One person's visits.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct History {
    row: PartyRow,
}

impl History {
    /// How many visits there are.
    pub fn count(&self) -> u64 {
        self.row.visits
    }

    /// The number of the first decision: 1, or more where the log begins later.
    pub fn first_seq(&self) -> u64 {
        self.row.first_seq
    }
}

impl Timeline {
    /// Opens a log with its index. Events are read and decided under `policy`.
    ///
    /// # Errors
    /// An index that does not fit; what of the log was changed in place shows when it is read.
    pub fn open(
        log: Box<dyn ReadAt>,
        index: Box<dyn ReadAt>,
        policy: Policy,
    ) -> Result<Timeline, Unfit> {
        let (foot, sums, length) = Foot::read(&*index)?;
        let index = Pieces::new(index, length, sums, |_| Unfit::Damaged);
        let files: u64 = foot.files.iter().map(|file| file.length).sum();
        if foot.length != log.length() || files != foot.length {
            return Err(Unfit::OtherLog);
        }
        if foot.check != hash(foot.key, crate::index::CHECK) {
            return Err(Unfit::Foreign);
        }
        let of_policy = foot.kind == LogKind::Decisions || *foot.policy == *policy.label;
        if !of_policy || foot.rules != firstword_rules::EDITION {
            return Err(Unfit::OtherPolicy);
        }
        let sums = rows(&index, foot.pieces, |bytes: &[u8; 4]| u32::from_le_bytes(*bytes))?;
        let marks = rows(&index, foot.lines, |bytes: &[u8; LINE]| LineMark::from_bytes(bytes))?;
        let mut begin = 0;
        let files = foot.files.iter().map(|file| {
            let named = (Arc::from(file.name.as_str()), begin);
            begin += file.length;
            named
        });
        let files = files.collect();
        let lines = Lines::new(foot.kind, &policy);
        let log = Pieces::new(log, foot.length, sums, Unfit::Changed);
        let called = None;
        Ok(Timeline { log, foot, index, lines, policy, marks, files, called })
    }

    /// The same log of decisions under another policy. Events were decided under the one that they were indexed under,
    /// so a log of these stays as it is.
    pub fn under(self, policy: Policy) -> Timeline {
        match self.kind() {
            LogKind::Events => self,
            LogKind::Decisions => Timeline { policy, ..self },
        }
    }

    /// The length of each file, and when it was last written as [`IndexBuilder::file`] was told.
    ///
    /// [`IndexBuilder::file`]: crate::IndexBuilder::file
    pub fn made_of(&self) -> impl Iterator<Item = (u64, u64)> {
        self.foot.files.iter().map(|file| (file.length, file.written))
    }

    /// What the log holds.
    pub fn kind(&self) -> LogKind {
        self.foot.kind
    }

    /// What it holds, counted.
    pub fn counts(&self) -> Counts {
        self.foot.counts
    }

    /// The policy that events are decided under.
    pub fn policy(&self) -> &Policy {
        &self.policy
    }

    /// The label of the policy that the last decision of the log names; of events there is none.
    pub fn recorded_under(&self) -> Option<&str> {
        (self.foot.kind == LogKind::Decisions).then_some(self.foot.policy.as_str())
    }

    /// How lines are read.
    pub fn lines(&self) -> &Lines {
        &self.lines
    }

    /// The end of the log, as a moment.
    pub fn end(&self) -> u64 {
        self.foot.length
    }

    /// The line that begins at this offset, with its end.
    ///
    /// # Errors
    /// A log that was changed or cannot be read; so everywhere below.
    pub fn line(&self, offset: u64) -> Result<Vec<u8>, Unfit> {
        let end = self.file_of(offset).map_or(self.end(), |(_, _, end)| end);
        self.log.line(offset, end)
    }

    /// Where the next line begins; nothing after the last.
    pub fn next_line(&self, offset: u64) -> Result<Option<u64>, Unfit> {
        let next = offset + self.line(offset)?.len() as u64;
        Ok((next < self.end()).then_some(next))
    }

    /// Where the line before begins; nothing before the first.
    pub fn previous_line(&self, offset: u64) -> Result<Option<u64>, Unfit> {
        let Some(last) = offset.checked_sub(1) else { return Ok(None) };
        let begin = self.file_of(last).map_or(0, |(_, begin, _)| begin);
        self.log.line_before(offset, begin).map(Some)
    }

    /// The file that holds a byte: its place among the files, its begin and its end.
    fn file_of(&self, offset: u64) -> Option<(usize, u64, u64)> {
        let after = self.files.partition_point(|(_, begin)| *begin <= offset);
        let end = self.files.get(after).map_or(self.end(), |(_, begin)| *begin);
        let file = after.checked_sub(1)?;
        Some((file, self.files.get(file)?.1, end))
    }

    /// What people call the place of the line that begins at this offset.
    pub fn place(&self, offset: u64) -> Result<Place, Unfit> {
        let (file, begin, _) = self.file_of(offset).unwrap_or((0, 0, 0));
        let source = self.files.get(file).map_or_else(|| "".into(), |(name, _)| Arc::clone(name));
        let after = self.marks.partition_point(|mark| mark.offset <= offset);
        let mark = after.checked_sub(1).and_then(|place| self.marks.get(place));
        let mark = mark.filter(|mark| mark.file == file as u64);
        let (from, number) = mark.map_or((begin, 1), |mark| (mark.offset, mark.number));
        let place = Place { source, number: number + self.log.line_ends(from, offset)? };
        Ok(match &self.called {
            Some(called) => called(place),
            None => place,
        })
    }

    /// The same log, whose files go by these names now, in order.
    pub fn with_names(mut self, names: impl IntoIterator<Item = Arc<str>>) -> Timeline {
        self.files.iter_mut().zip(names).for_each(|(file, name)| file.0 = name);
        self
    }

    /// The same log, whose places people call otherwise: those of a copy by what was copied.
    pub fn with_places(self, called: impl Fn(Place) -> Place + 'static) -> Timeline {
        Timeline { called: Some(Box::new(called)), ..self }
    }

    /// How many files it has.
    pub fn files(&self) -> usize {
        self.files.len()
    }

    /// The offset of a line by its number, from 1, in the file of this place among the files.
    pub fn line_of_number(&self, file: usize, number: u64) -> Result<Option<u64>, Unfit> {
        let found = self.marks.iter().rev();
        let mut found = found.filter(|mark| mark.file == file as u64 && mark.number <= number);
        let Some(mark) = found.next() else { return Ok(None) };
        let (mut offset, mut at) = (mark.offset, mark.number);
        while at < number {
            match self.next_line(offset)? {
                Some(next) if self.file_of(next).is_some_and(|(of, ..)| of == file) => {
                    (offset, at) = (next, at + 1);
                }
                _ => return Ok(None),
            }
        }
        Ok(Some(offset))
    }

    /// The moment of a time: the offset of the first line whose `at` is later, or the end.
    pub fn moment(&self, at: Millis) -> Result<u64, Unfit> {
        let after = self.marks.partition_point(|mark| mark.newest <= at.0);
        let Some(mark) = after.checked_sub(1).and_then(|place| self.marks.get(place)) else {
            return Ok(0);
        };
        let mut next = Some(mark.offset).filter(|offset| *offset < self.end());
        while let Some(offset) = next {
            let line = self.line(offset)?;
            if self.lines.read(&line).at().is_some_and(|newer| newer > at) {
                return Ok(offset);
            }
            next = Some(offset + line.len() as u64).filter(|offset| *offset < self.end());
        }
        Ok(self.end())
    }

    /// The lines with this id, in the order of the log, those among them too that are no event but of which the id can
    /// still be read.
    pub fn find(&self, id: &str) -> Result<Vec<u64>, Unfit> {
        let hash = hash(self.foot.key, id);
        let mut found = Vec::new();
        let count = self.foot.ids.length / 16;
        let mut place = self.first_of(self.foot.ids, 16, hash)?;
        while place < count {
            let [of, offset] = self.words::<2>(self.foot.ids.start + place * 16)?;
            if of != hash {
                break;
            }
            let line = self.line(offset)?;
            let same = match self.lines.read(&line) {
                Line::Rejected(_) | Line::BadDecision(_) => id_of(&line).is_some_and(|of| of == id),
                read => read.id() == Some(id),
            };
            if same {
                found.push(offset);
            }
            place += 1;
        }
        found.sort_unstable();
        Ok(found)
    }

    /// One person's visits, if there are any.
    pub fn history(&self, person: &Name<'_>) -> Result<Option<History>, Unfit> {
        let row = self.party(person)?;
        Ok(row.filter(|row| row.business == 0 && row.visits > 0).map(|row| History { row }))
    }

    /// What visits with this other party are marked by; nothing where nobody of that name is in the log.
    pub fn hint(&self, name: &Name<'_>) -> Result<Option<Hint>, Unfit> {
        let kind = |row: &PartyRow| match row.business {
            0 => PartyKind::Person,
            _ => PartyKind::Business,
        };
        let row = self.party(name)?;
        Ok(row.map(|row| Hint::of(Some(Party::new(kind(&row), row.number)))))
    }

    fn party(&self, name: &Name<'_>) -> Result<Option<PartyRow>, Unfit> {
        let hash = hash(self.foot.key, &name.to_string());
        let count = self.foot.parties.length / PARTY as u64;
        let mut place = self.first_of(self.foot.parties, PARTY as u64, hash)?;
        while place < count {
            let mut bytes = [0; PARTY];
            self.index.read_at(self.foot.parties.start + place * PARTY as u64, &mut bytes)?;
            let row = PartyRow::from_bytes(&bytes);
            if row.hash != hash {
                break;
            }
            let business = u64::from(!name.is_person());
            if row.business == business && *self.name(&row)? == *name.text {
                return Ok(Some(row));
            }
            place += 1;
        }
        Ok(None)
    }

    /// Whose visits they are.
    pub fn person(&self, history: &History) -> Result<Name<'static>, Unfit> {
        Ok(Name { kind: PartyKind::Person, text: self.name(&history.row)?.into() })
    }

    fn name(&self, row: &PartyRow) -> Result<String, Unfit> {
        let mut bytes = vec![0; row.name_length as usize];
        self.index.read_at(self.foot.names.start + row.name, &mut bytes)?;
        String::from_utf8(bytes).map_err(|_| Unfit::Damaged)
    }

    /// Everybody with a machine, in no order that means anything.
    pub fn people(&self) -> impl Iterator<Item = Result<(String, History), Unfit>> {
        let count = self.foot.parties.length / PARTY as u64;
        (0..count).filter_map(|place| {
            let mut bytes = [0; PARTY];
            let at = self.foot.parties.start + place * PARTY as u64;
            if let Err(error) = self.index.read_at(at, &mut bytes) {
                return Some(Err(error));
            }
            let row = PartyRow::from_bytes(&bytes);
            let named = || self.name(&row).map(|name| (name, History { row }));
            (row.business == 0 && row.visits > 0).then(named)
        })
    }

    /// Some of a person's visits, by their place among all of that person's, from 0. No line is read.
    pub fn entries(&self, history: &History, range: Range<u64>) -> Result<Vec<Entry>, Unfit> {
        let (from, to) = (range.start.min(history.count()), range.end.min(history.count()));
        let mut bytes = vec![0; (to.saturating_sub(from)) as usize * ENTRY];
        let start = self.foot.visits.start + (history.row.first_visit + from) * ENTRY as u64;
        self.index.read_at(start, &mut bytes)?;
        let entries = bytes
            .as_chunks::<8>()
            .0
            .as_chunks::<2>()
            .0
            .iter()
            .map(|words| Entry::unpacked(words.map(u64::from_le_bytes)).ok_or(Unfit::Damaged));
        entries.collect()
    }

    /// How many of a person's visits are before a moment.
    pub fn met_before(&self, history: &History, moment: u64) -> Result<u64, Unfit> {
        let (mut low, mut high) = (0, history.count());
        while low < high {
            let middle = low + (high - low) / 2;
            let entry = self.entries(history, middle..middle + 1)?;
            match entry.first() {
                Some(entry) if entry.offset < moment => low = middle + 1,
                _ => high = middle,
            }
        }
        Ok(low)
    }

    /// An engine with one machine: the person's, after so many visits.
    pub fn machine(&self, history: &History, visits: u64) -> Result<Engine, Unfit> {
        let mut engine = Engine::new(self.policy.clone());
        self.put_machine(&mut engine, history, visits)?;
        Ok(engine)
    }

    /// Puts the person's machine, as it was after so many visits, into an engine that has none of that person.
    pub fn put_machine(
        &self,
        engine: &mut Engine,
        history: &History,
        visits: u64,
    ) -> Result<(), Unfit> {
        let visits = visits.min(history.count());
        let person = self.person(history)?;
        engine.number(&person);
        let kept = visits / VISITS_APART;
        if let Some(last) = kept.checked_sub(1) {
            let at = self.foot.snapshots.start + (history.row.first_snapshot + last) * 8;
            let [place] = self.words::<1>(at)?;
            let mut length = [0; 4];
            self.index.read_at(place, &mut length)?;
            let mut bytes = vec![0; u32::from_le_bytes(length) as usize];
            self.index.read_at(place + 4, &mut bytes)?;
            let machine = read_machine(&bytes, |name| engine.number(name));
            engine.restore(&person, machine.map_err(|_| Unfit::Damaged)?);
        } else if visits > 0 {
            engine.pass(&person, history.first_seq() - 1);
        }
        for entry in self.entries(history, kept * VISITS_APART..visits)? {
            self.advance(engine, &person, &entry)?;
        }
        Ok(())
    }

    /// Lets a person's machine advance by a visit.
    fn advance(&self, engine: &mut Engine, person: &Name<'_>, entry: &Entry) -> Result<(), Unfit> {
        let seq = engine.machine(person).map_or(0, |machine| machine.seq()) + 1;
        match (self.foot.kind, entry.met.advances()) {
            (LogKind::Events, None) => engine.pass(person, seq),
            (LogKind::Events, Some(verdict)) => {
                let line = self.line(entry.offset)?;
                let Line::Event(event) = self.lines.read(&line) else {
                    return Err(Unfit::Damaged);
                };
                engine.replay(&event, entry.role, seq, verdict);
            }
            (LogKind::Decisions, _) => {
                let line = self.line(entry.offset)?;
                let Line::Decision(recorded) = self.lines.read(&line) else {
                    return Err(Unfit::Damaged);
                };
                engine.pass(person, recorded.seq - 1);
                engine.replay(&recorded.event, recorded.role, recorded.seq, recorded.verdict);
            }
        }
        Ok(())
    }

    /// The place among rows of so many bytes, sorted by their first word, of the first with this word or more.
    fn first_of(&self, section: Section, row: u64, word: u64) -> Result<u64, Unfit> {
        let (mut low, mut high) = (0, section.length / row);
        while low < high {
            let middle = low + (high - low) / 2;
            let [of] = self.words::<1>(section.start + middle * row)?;
            if of < word { low = middle + 1 } else { high = middle }
        }
        Ok(low)
    }

    fn words<const WORDS: usize>(&self, at: u64) -> Result<[u64; WORDS], Unfit> {
        let mut words = [0; WORDS];
        for (word, place) in words.iter_mut().zip(0_u64..) {
            let mut bytes = [0; 8];
            self.index.read_at(at + place * 8, &mut bytes)?;
            *word = u64::from_le_bytes(bytes);
        }
        Ok(words)
    }
}

/// All rows of a section.
fn rows<const BYTES: usize, T>(
    index: &Pieces,
    section: Section,
    read: impl Fn(&[u8; BYTES]) -> T,
) -> Result<Vec<T>, Unfit> {
    let mut bytes = vec![0; section.length as usize];
    index.read_at(section.start, &mut bytes)?;
    Ok(bytes.as_chunks::<BYTES>().0.iter().map(read).collect())
}
