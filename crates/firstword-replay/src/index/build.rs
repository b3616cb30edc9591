//! Making an index: every line of a log once, in order.

use std::io::{self, Write};

use firstword_engine::{Engine, first_role};
use firstword_rules::{Decision, EDITION, Event, Name, Policy, Role, Verdict};
use firstword_wire::{LogKind, Recorded, id_of, write_machine};

use super::layout::Counts;
use super::spill::{ROOM, Spill};
use super::sums::{Summed, Sums};
use super::{
    Entry, FileRow, Foot, LINES_APART, LineMark, PartyRow, Scratch, Section, VISITS_APART, hash,
};
use crate::log::Line;

/// Makes an index of a log. Machines are held in memory; what grows with the log goes to scratch files where it is
/// much.
pub struct IndexBuilder<W: Write> {
    out: Summed<io::BufWriter<W>>,
    scratch: Box<dyn FnMut() -> io::Result<Box<dyn Scratch>> + Send>,
    kind: LogKind,
    key: u64,
    engine: Engine,
    counts: Counts,
    files: Vec<FileRow>,
    /// Person, and the two words of an entry.
    visits: Spill<3>,
    /// Person, and where the machine lies.
    snapshots: Spill<2>,
    /// Hash of the id, and where the line lies.
    ids: Spill<2>,
    /// By the person's number.
    met: Vec<Met>,
    /// Of the log.
    sums: Sums,
    lines: Vec<LineMark>,
    /// Lines of this file so far.
    in_file: u64,
    newest: i64,
    /// The label of the policy that events are decided under, or that the last decision names.
    policy: String,
    offset: u64,
    buffer: Vec<u8>,
}

/// How often a person's machine was visited, and the number of its first decision.
#[derive(Clone, Copy, Default)]
struct Met {
    visits: u64,
    first_seq: u64,
}

impl<W: Write> IndexBuilder<W> {
    /// An index of nothing yet. `key` is any number that strangers do not know; `scratch` makes a scratch file.
    pub fn new(
        out: W,
        kind: LogKind,
        policy: &Policy,
        key: u64,
        scratch: impl FnMut() -> io::Result<Box<dyn Scratch>> + Send + 'static,
    ) -> IndexBuilder<W> {
        IndexBuilder {
            out: Summed::new(io::BufWriter::with_capacity(1 << 20, out)),
            scratch: Box::new(scratch),
            kind,
            key,
            engine: Engine::new(policy.clone()),
            counts: Counts::default(),
            files: Vec::new(),
            visits: Spill::new(ROOM),
            snapshots: Spill::new(ROOM / 4),
            ids: Spill::new(ROOM),
            met: Vec::new(),
            sums: Sums::default(),
            lines: Vec::new(),
            in_file: 0,
            newest: i64::MIN,
            policy: policy.label.to_string(),
            offset: 0,
            buffer: Vec::new(),
        }
    }

    /// From here on lines are of this file; `written` is when it was last written, in whatever units: what counts is
    /// that it is another number afterwards.
    pub fn file(&mut self, name: &str, written: u64) {
        self.files.push(FileRow { name: name.to_owned(), length: 0, written });
        self.in_file = 0;
    }

    /// The next line: its bytes, its end included, and what it was read as.
    ///
    /// # Errors
    /// Those of what is written to.
    pub fn line(&mut self, bytes: &[u8], line: &Line<'_>) -> io::Result<()> {
        if self.in_file.is_multiple_of(LINES_APART) {
            let (file, number) = (self.files.len().saturating_sub(1) as u64, self.in_file + 1);
            let (offset, newest) = (self.offset, self.newest);
            self.lines.push(LineMark { offset, file, number, newest });
        }
        self.counts.lines += u64::from(!matches!(line, Line::Blank));
        match line {
            Line::Blank => (),
            Line::Event(event) => self.event(event)?,
            Line::Decision(recorded) => self.decision(recorded)?,
            Line::Rejected(_) | Line::BadDecision(_) => {
                self.counts.rejected += 1;
                if let Some(id) = id_of(bytes) {
                    self.id(&id)?;
                }
            }
        }
        self.pass(bytes);
        Ok(())
    }

    /// Sums up the bytes of a line, and moves on.
    fn pass(&mut self, bytes: &[u8]) {
        let length = bytes.len() as u64;
        self.offset += length;
        self.in_file += 1;
        if let Some(file) = self.files.last_mut() {
            file.length += length;
        }
        self.sums.add(bytes);
    }

    fn event(&mut self, event: &Event<'_>) -> io::Result<()> {
        self.counts.events += 1;
        self.noted(event)?;
        let decisions = self.engine.step(event);
        decisions.iter().try_for_each(|decision| self.decided(decision))
    }

    fn decided(&mut self, decision: &Decision<'_>) -> io::Result<()> {
        let visit = decision.visit;
        let entry = Entry::of(self.offset, visit.event, visit.role, decision.verdict, visit.peer);
        self.visit(visit.person(), decision.seq, &entry)
    }

    fn decision(&mut self, recorded: &Recorded<'_>) -> io::Result<()> {
        let Recorded { event, role, seq, verdict, .. } = recorded;
        self.counts.events += u64::from(is_first(event, *role));
        self.noted(event)?;
        let (person, peer) = match (event.parties(), role) {
            ((one, Some(other)), Role::Recipient(_)) => (other, Some(one)),
            (parties, _) => parties,
        };
        let before = self.engine.machine(person).map_or(0, |machine| machine.seq());
        self.counts.out_of_order += u64::from(*seq != before + 1);
        if self.policy != *recorded.policy {
            recorded.policy.as_ref().clone_into(&mut self.policy);
        }
        // What was there before, or comes again, changes nothing; what is missing cannot be made up for.
        if *seq <= before {
            return Ok(());
        }
        self.engine.pass(person, seq - 1);
        self.engine.replay(event, *role, *seq, *verdict);
        let peer = peer.and_then(|peer| self.engine.find(peer));
        let entry = Entry::of(self.offset, event, *role, *verdict, peer);
        self.visit(person, *seq, &entry)
    }

    /// Notes the line's id and time.
    fn noted(&mut self, event: &Event<'_>) -> io::Result<()> {
        self.newest = self.newest.max(event.at.0);
        self.id(&event.id)
    }

    fn id(&mut self, id: &str) -> io::Result<()> {
        self.ids.push([hash(self.key, id), self.offset], &mut self.scratch)
    }

    fn visit(&mut self, person: &Name<'_>, seq: u64, entry: &Entry) -> io::Result<()> {
        let Some(party) = self.engine.find(person) else { return Ok(()) };
        let (number, [first, second]) = (party.number(), entry.packed());
        self.counts.visits += 1;
        let forwarded = matches!(entry.met.advances(), Some(Verdict::Forwarded(_)));
        self.counts.forwarded += u64::from(forwarded);
        self.counts.relayed += u64::from(matches!(entry.role, Role::Recipient(Some(_))));
        self.visits.push([number.into(), first, second], &mut self.scratch)?;
        if self.met.len() <= number as usize {
            self.met.resize(number as usize + 1, Met::default());
        }
        let Some(met) = self.met.get_mut(number as usize) else { return Ok(()) };
        if met.visits == 0 {
            met.first_seq = seq;
        }
        met.visits += 1;
        if !met.visits.is_multiple_of(VISITS_APART) {
            return Ok(());
        }
        let Some(machine) = self.engine.machine(person) else { return Ok(()) };
        self.buffer.clear();
        self.buffer.extend([0; 4]);
        write_machine(&mut self.buffer, machine, |party| self.engine.name(party));
        let length = (self.buffer.len() - 4) as u32;
        if let Some(head) = self.buffer.first_chunk_mut() {
            *head = length.to_le_bytes();
        }
        let place = self.out.written;
        self.snapshots.push([number.into(), place], &mut self.scratch)?;
        self.out.write_all(&self.buffer)
    }

    /// Ends the log, and with it the index; what was written to.
    ///
    /// # Errors
    /// Those of what is written to, and of the scratch files.
    pub fn finish(mut self) -> io::Result<W> {
        let mut out = self.out;
        let visits = out
            .section(|out| self.visits.sorted(|[_, first, second]| out.words(&[first, second])))?;
        let mut kept = vec![0_u32; self.met.len()];
        let snapshots = out.section(|out| {
            self.snapshots.sorted(|[person, place]| {
                if let Some(kept) = kept.get_mut(person as usize) {
                    *kept += 1;
                }
                out.words(&[place])
            })
        })?;
        let ids =
            out.section(|out| self.ids.sorted(|[hash, offset]| out.words(&[hash, offset])))?;
        let mut rows = Vec::new();
        let names = out.section(|out| {
            let (mut name, mut first_visit, mut first_snapshot) = (0, 0, 0);
            for (party, text) in self.engine.parties() {
                let met = self.met.get(party.number() as usize).filter(|_| party.is_person());
                let met = met.copied().unwrap_or_default();
                let full = self.engine.name(party).to_string();
                rows.push(PartyRow {
                    hash: hash(self.key, &full),
                    name,
                    name_length: text.len() as u32,
                    number: party.number(),
                    first_visit,
                    visits: met.visits,
                    first_snapshot,
                    first_seq: met.first_seq,
                    business: u64::from(!party.is_person()),
                });
                if party.is_person() {
                    first_visit += met.visits;
                    let kept = kept.get(party.number() as usize).copied().unwrap_or(0);
                    first_snapshot += u64::from(kept);
                }
                name += text.len() as u64;
                out.write_all(text.as_bytes())?;
            }
            Ok(())
        })?;
        self.counts.people = self.met.iter().filter(|met| met.visits > 0).count() as u64;
        rows.sort_by_key(|row| row.hash);
        let parties =
            out.section(|out| rows.iter().try_for_each(|row| out.write_all(&row.to_bytes())))?;
        let pieces = self.sums.finish();
        let pieces = out.section(|out| out.write_all(&pieces))?;
        let lines = out.section(|out| {
            self.lines.iter().try_for_each(|mark| out.write_all(&mark.to_bytes()))
        })?;
        let foot = Foot {
            kind: self.kind,
            policy: self.policy,
            rules: EDITION,
            key: self.key,
            check: hash(self.key, CHECK),
            length: self.offset,
            counts: self.counts,
            files: self.files,
            names,
            parties,
            visits,
            snapshots,
            ids,
            pieces,
            lines,
        };
        let sums = std::mem::take(&mut out.sums).finish();
        out.write_all(&sums)?;
        out.write_all(&foot.to_bytes(&sums))?;
        out.to.into_inner().map_err(io::IntoInnerError::into_error)
    }
}

/// Whether the person of this part is the first to meet the event.
fn is_first(event: &Event<'_>, role: Role) -> bool {
    std::mem::discriminant(&role) == std::mem::discriminant(&first_role(event))
}

/// The word whose hash shows that hashes are made as they were.
pub(crate) const CHECK: &str = "firstword";

impl<W: Write> Summed<W> {
    fn words(&mut self, words: &[u64]) -> io::Result<()> {
        words.iter().try_for_each(|word| self.write_all(&word.to_le_bytes()))
    }

    fn section(&mut self, write: impl FnOnce(&mut Self) -> io::Result<()>) -> io::Result<Section> {
        let start = self.written;
        write(self)?;
        Ok(Section { start, length: self.written - start })
    }
}
