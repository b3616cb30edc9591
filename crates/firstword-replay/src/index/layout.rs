//! Where the parts of an index lie, and what log it was made of: its foot, read before anything else.

use std::io;

use firstword_wire::LogKind;

use crate::{ReadAt, Unfit};

/// A person's machine is kept after each so many visits.
pub(crate) const VISITS_APART: u64 = 64;
/// Each so many lines it is noted where they lie.
pub(crate) const LINES_APART: u64 = 1_024;
/// The log is summed up in pieces of so many bytes.
pub(crate) const PIECE: usize = 64 * 1024;
/// The bytes of a party's row and of a line's mark.
pub(crate) const PARTY: usize = 64;
pub(crate) const LINE: usize = 32;

const MAGIC: &[u8; 8] = b"fwindex3";
/// What follows the foot: its checksum, its length, the magic.
const TAIL: usize = 16;

/// A part of the index.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub(crate) struct Section {
    pub(crate) start: u64,
    pub(crate) length: u64,
}

/// All that is known of an index before it is asked.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Foot {
    pub(crate) kind: LogKind,
    /// The label of the policy that the events were decided under, or that the last decision names.
    pub(crate) policy: String,
    /// The edition of the rules, so that an index of another is not believed.
    pub(crate) rules: u32,
    pub(crate) key: u64,
    /// What the hash of a known word was, so that another way of hashing is noticed.
    pub(crate) check: u64,
    /// Of the whole log.
    pub(crate) length: u64,
    pub(crate) counts: Counts,
    /// The files, in order.
    pub(crate) files: Vec<FileRow>,
    pub(crate) names: Section,
    pub(crate) parties: Section,
    pub(crate) visits: Section,
    pub(crate) snapshots: Section,
    pub(crate) ids: Section,
    pub(crate) pieces: Section,
    pub(crate) lines: Section,
}

/// A file of the log.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct FileRow {
    pub(crate) name: String,
    pub(crate) length: u64,
    /// When it was last written, as whoever made the index counts.
    pub(crate) written: u64,
}

/// What a log holds, counted.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Counts {
    /// Lines, blank ones left out.
    pub lines: u64,
    /// Events; in a log of decisions, those that met their first gate in it.
    pub events: u64,
    /// Visits of machines.
    pub visits: u64,
    /// Lines that are no event, or no decision.
    pub rejected: u64,
    /// People with a machine.
    pub people: u64,
    /// Decisions whose number did not follow the one before: lost, doubled or out of order.
    pub out_of_order: u64,
    /// Visits of a sender's machine that let go on to another.
    pub forwarded: u64,
    /// Visits of a machine to which another had let go on.
    pub relayed: u64,
}

impl Counts {
    /// Whether a log holds final decisions alone: the machines of senders rest on the forwarded ones too.
    pub fn is_final_only(&self) -> bool {
        self.relayed > 0 && self.forwarded == 0
    }
}

/// A party.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub(crate) struct PartyRow {
    pub(crate) hash: u64,
    /// Where the name begins among the names.
    pub(crate) name: u64,
    pub(crate) name_length: u32,
    /// Of its kind.
    pub(crate) number: u32,
    /// The first of the person's visits among all.
    pub(crate) first_visit: u64,
    pub(crate) visits: u64,
    pub(crate) first_snapshot: u64,
    /// The number of the first decision; 1 but in a range of a stream.
    pub(crate) first_seq: u64,
    pub(crate) business: u64,
}

impl PartyRow {
    pub(crate) fn to_bytes(self) -> [u8; PARTY] {
        let mut bytes = [0; PARTY];
        let words = [
            self.hash,
            self.name,
            u64::from(self.name_length) << 32 | u64::from(self.number),
            self.first_visit,
            self.visits,
            self.first_snapshot,
            self.first_seq,
            self.business,
        ];
        for (to, word) in bytes.as_chunks_mut::<8>().0.iter_mut().zip(words) {
            *to = word.to_le_bytes();
        }
        bytes
    }

    pub(crate) fn from_bytes(bytes: &[u8; PARTY]) -> PartyRow {
        let mut words = bytes.as_chunks::<8>().0.iter().map(|word| u64::from_le_bytes(*word));
        let mut next = || words.next().unwrap_or(0);
        let (hash, name, third) = (next(), next(), next());
        PartyRow {
            hash,
            name,
            name_length: (third >> 32) as u32,
            number: third as u32,
            first_visit: next(),
            visits: next(),
            first_snapshot: next(),
            first_seq: next(),
            business: next(),
        }
    }
}

/// A line whose place was noted.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct LineMark {
    pub(crate) offset: u64,
    pub(crate) file: u64,
    /// Its number in the file, from 1.
    pub(crate) number: u64,
    /// The newest `at` of all lines before it.
    pub(crate) newest: i64,
}

impl LineMark {
    pub(crate) fn to_bytes(self) -> [u8; LINE] {
        let mut bytes = [0; LINE];
        let words = [self.offset, self.file, self.number, self.newest as u64];
        for (to, word) in bytes.as_chunks_mut::<8>().0.iter_mut().zip(words) {
            *to = word.to_le_bytes();
        }
        bytes
    }

    pub(crate) fn from_bytes(bytes: &[u8; LINE]) -> LineMark {
        let mut words = bytes.as_chunks::<8>().0.iter().map(|word| u64::from_le_bytes(*word));
        let mut next = || words.next().unwrap_or(0);
        LineMark { offset: next(), file: next(), number: next(), newest: next() as i64 }
    }
}

impl Foot {
    fn sections(&self) -> [Section; 7] {
        let Foot { names, parties, visits, snapshots, ids, pieces, lines, .. } = self;
        [*names, *parties, *visits, *snapshots, *ids, *pieces, *lines]
    }

    /// The foot with what follows it; before it stand the checksums of all pieces of the index.
    pub(crate) fn to_bytes(&self, sums: &[u8]) -> Vec<u8> {
        let mut out = Vec::new();
        let kind = match self.kind {
            LogKind::Events => 0,
            LogKind::Decisions => 1,
        };
        let Counts { lines, events, visits, rejected, people, out_of_order, forwarded, relayed } =
            self.counts;
        let words = [kind, self.rules.into(), self.key, self.check, self.length];
        let counts = [lines, events, visits, rejected, people, out_of_order, forwarded, relayed];
        out.extend(words.iter().chain(&counts).flat_map(|word| word.to_le_bytes()));
        for section in self.sections() {
            out.extend(section.start.to_le_bytes());
            out.extend(section.length.to_le_bytes());
        }
        let mut text = |text: &str| {
            out.extend((text.len() as u64).to_le_bytes());
            out.extend(text.as_bytes());
        };
        text(&self.policy);
        text(&self.files.len().to_string());
        for FileRow { name, length, written } in &self.files {
            text(name);
            text(&length.to_string());
            text(&written.to_string());
        }
        out.extend((sums.len() as u64).to_le_bytes());
        out.extend(crc32fast::hash(sums).to_le_bytes());
        let sum = crc32fast::hash(&out);
        let length = out.len() as u32;
        out.extend(sum.to_le_bytes());
        out.extend(length.to_le_bytes());
        out.extend(MAGIC);
        out
    }

    /// Reads the foot of an index; and the checksums of the pieces of what stands before these, and how long that is.
    pub(crate) fn read(index: &dyn ReadAt) -> Result<(Foot, Vec<u32>, u64), Unfit> {
        let total = index.length();
        let mut tail = [0; TAIL];
        let tail_at = total.checked_sub(TAIL as u64).ok_or(Unfit::Foreign)?;
        index.read_at(tail_at, &mut tail)?;
        let (head, magic) = tail.split_at(8);
        if magic != MAGIC {
            return Err(Unfit::Foreign);
        }
        let mut words = head.as_chunks::<4>().0.iter().map(|word| u32::from_le_bytes(*word));
        let (sum, length) = (words.next().unwrap_or(0), words.next().unwrap_or(0));
        let start = tail_at.checked_sub(length.into()).ok_or(Unfit::Damaged)?;
        let mut bytes = vec![0; length as usize];
        index.read_at(start, &mut bytes)?;
        if crc32fast::hash(&bytes) != sum {
            return Err(Unfit::Damaged);
        }
        let (foot, length, sum) = Parts(&bytes).foot().ok_or(Unfit::Damaged)?;
        let end = start.checked_sub(length).ok_or(Unfit::Damaged)?;
        let mut sums = vec![0; length as usize];
        index.read_at(end, &mut sums)?;
        if crc32fast::hash(&sums) != sum {
            return Err(Unfit::Damaged);
        }
        let sums = sums.as_chunks::<4>().0.iter().map(|sum| u32::from_le_bytes(*sum)).collect();
        Ok((foot, sums, end))
    }
}

/// What is left to read of a foot.
struct Parts<'b>(&'b [u8]);

impl Parts<'_> {
    fn word(&mut self) -> Option<u64> {
        let (word, rest) = self.0.split_first_chunk::<8>()?;
        self.0 = rest;
        Some(u64::from_le_bytes(*word))
    }

    fn text(&mut self) -> Option<String> {
        let length = self.word()? as usize;
        let (text, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        String::from_utf8(text.to_vec()).ok()
    }

    fn section(&mut self) -> Option<Section> {
        Some(Section { start: self.word()?, length: self.word()? })
    }

    /// The foot; the length of the checksums before it, and the checksum of these.
    fn foot(mut self) -> Option<(Foot, u64, u32)> {
        let kind = if self.word()? == 0 { LogKind::Events } else { LogKind::Decisions };
        let (rules, key, check, length) =
            (self.word()? as u32, self.word()?, self.word()?, self.word()?);
        let counts = Counts {
            lines: self.word()?,
            events: self.word()?,
            visits: self.word()?,
            rejected: self.word()?,
            people: self.word()?,
            out_of_order: self.word()?,
            forwarded: self.word()?,
            relayed: self.word()?,
        };
        let (names, parties) = (self.section()?, self.section()?);
        let (visits, snapshots) = (self.section()?, self.section()?);
        let (ids, pieces, lines) = (self.section()?, self.section()?, self.section()?);
        let policy = self.text()?;
        let count: usize = self.text()?.parse().ok()?;
        let mut files = Vec::new();
        for _ in 0..count {
            let (name, length) = (self.text()?, self.text()?.parse().ok()?);
            files.push(FileRow { name, length, written: self.text()?.parse().ok()? });
        }
        let (sums, sum) = (self.word()?, u32::from_le_bytes(*self.0.first_chunk()?));
        let foot = Foot {
            kind,
            policy,
            rules,
            key,
            check,
            length,
            counts,
            files,
            names,
            parties,
            visits,
            snapshots,
            ids,
            pieces,
            lines,
        };
        Some((foot, sums, sum))
    }
}

impl From<io::Error> for Unfit {
    fn from(error: io::Error) -> Unfit {
        Unfit::Unreadable(error)
    }
}
