//! One task's way back: the checkpoint if it fits, else the snapshots; then the decisions since.

use std::path::Path;

use firstword_engine::Engine;
use firstword_rules::Policy;
use firstword_wire::{person_of_key, read_decision, read_machine};
use rdkafka::Message;
use rdkafka::message::BorrowedMessage;

use super::reader::{Place, torn};
use super::{Assignment, Identity, Reader, Restored, Stopped, Watch};
use crate::checkpoint::{Found, Last, Refused};
use crate::record::header;
use crate::snapshots::Line;
use crate::{Halt, Settings};

/// What all of the way needs to know.
struct Way<'w> {
    reader: &'w Reader,
    policy: &'w Policy,
    task: Assignment,
    watch: &'w dyn Watch,
    identity: &'w Identity,
}

/// So many offsets before where the decisions ended are read again: one of them, likely, is the last decision, by
/// which a checkpoint is known; others are marks.
const BACK: i64 = 16;

/// Machines as they were when the task's decisions ended at an offset, and the last of these, if it is known.
struct Start {
    engine: Engine,
    line: Line,
    end: i64,
    last: Option<Last>,
}

/// Why a checkpoint was not used.
enum Unused {
    Refused(Refused),
    Stopped(Stopped),
}

impl From<Refused> for Unused {
    fn from(refused: Refused) -> Unused {
        Unused::Refused(refused)
    }
}

impl<S: Into<Stopped>> From<S> for Unused {
    fn from(stopped: S) -> Unused {
        Unused::Stopped(stopped.into())
    }
}

/// Restores one task.
pub(super) fn go(
    reader: &Reader,
    settings: &Settings,
    policy: &Policy,
    task: Assignment,
    watch: &dyn Watch,
) -> Result<Restored, Stopped> {
    let topics = &settings.topics;
    let decisions = Place { topic: &topics.decisions, partition: task.partition };
    let identity = Identity {
        cluster: reader.cluster(decisions, watch)?,
        group: settings.group.clone(),
        events: topics.events.clone(),
        relay: topics.relay.clone(),
        decisions: topics.decisions.clone(),
        snapshots: topics.snapshots.clone(),
        partition: task.partition,
        partitions: task.partitions,
    };
    let way = Way { reader, policy, task, watch, identity: &identity };
    let ends = reader.settle(decisions, watch)?;
    let found = settings.state_dir.as_deref().map(|folder| way.by_checkpoint(folder, ends));
    let (kept, refused) = match found.transpose().map(Option::flatten) {
        Ok(kept) => (kept, None),
        Err(Unused::Stopped(stopped)) => return Err(stopped),
        Err(Unused::Refused(why)) => {
            let partition = task.partition;
            tracing::warn!("partition {partition}: its checkpoint is not used: {why}");
            (None, Some(why))
        }
    };
    let by_checkpoint = kept.is_some();
    let start = match kept {
        Some(start) => start,
        None => way.by_snapshots()?,
    };
    let (engine, line, decisions_end, last) = way.go_on(start, ends)?;
    let committed = task.committed;
    Ok(Restored { identity, engine, decisions_end, committed, by_checkpoint, refused, last, line })
}

impl Way<'_> {
    fn decisions(&self) -> Place<'_> {
        Place { topic: &self.identity.decisions, partition: self.task.partition }
    }

    fn snapshots(&self) -> Place<'_> {
        Place { topic: &self.identity.snapshots, partition: self.task.partition }
    }

    /// Whole and not stale, of this very task, and its last decision still the one that it names.
    fn by_checkpoint(
        &self,
        folder: &Path,
        (low, high): (i64, i64),
    ) -> Result<Option<Start>, Unused> {
        let Some(found) = Found::open(folder, self.identity, self.task.committed)? else {
            return Ok(None);
        };
        let end = found.decisions_end();
        let held = self.newest_snapshot()?;
        if end < held {
            return Err(Refused::Stale { end, held }.into());
        }
        let last = found.last();
        if last.offset() < low || high < end {
            return Err(Refused::OutOfRange { end, low, high }.into());
        }
        let first = self.reader.open(self.decisions(), last.offset(), self.watch)?.next()?;
        if !first.is_some_and(|first| last.is(&first)) {
            return Err(Refused::OtherDecisions { end }.into());
        }
        let mut engine = Engine::new(self.policy.clone());
        self.watch.expect(found.machines());
        let mut told = 0;
        let line = found.load(&mut engine, held, |loaded| {
            self.watch.read(loaded - told);
            told = loaded;
            self.watch.wanted()
        })?;
        let line = line.ok_or(Stopped::NotWanted)?;
        Ok(Some(Start { engine, line, end, last: Some(last) }))
    }

    /// The offset of `decisions` before which the snapshots hold everything.
    fn newest_snapshot(&self) -> Result<i64, Stopped> {
        let (low, high) = self.reader.ends(self.snapshots(), self.watch)?;
        // The last offsets may be those of marks, and of what was undone.
        let mut back = 64;
        loop {
            let from = (high - back).max(low);
            self.watch.expect((high - from) as u64);
            let mut stretch = self.reader.open(self.snapshots(), from, self.watch)?;
            let mut newest = None;
            while let Some(message) = stretch.next()? {
                newest = Some(message);
            }
            if newest.is_some() || from == low {
                return self.restore_from(newest.as_ref()).map_err(Stopped::from);
            }
            back *= 16;
        }
    }

    /// What the newest snapshot says, which is the highest: nobody is written before those who moved earlier.
    fn restore_from(&self, newest: Option<&BorrowedMessage<'_>>) -> Result<i64, Halt> {
        let Some(newest) = newest else { return Ok(0) };
        let said = header(newest, "restore-from").and_then(|value| std::str::from_utf8(value).ok());
        let said = said.and_then(|said| said.parse().ok()).filter(|from| *from >= 0);
        let what = "a snapshot that does not say where to go on";
        said.ok_or_else(|| torn(self.snapshots(), newest.offset(), what))
    }

    fn by_snapshots(&self) -> Result<Start, Stopped> {
        let (low, high) = self.reader.ends(self.snapshots(), self.watch)?;
        self.watch.expect((high - low) as u64);
        let mut engine = Engine::new(self.policy.clone());
        let mut stretch = self.reader.open(self.snapshots(), low, self.watch)?;
        let mut newest = None;
        while let Some(message) = stretch.next()? {
            let torn = |what| torn(self.snapshots(), message.offset(), what);
            let person = message.key().and_then(person_of_key);
            let person = person.ok_or_else(|| torn("a snapshot without a person as its key"))?;
            if let Some(value) = message.payload() {
                let machine = read_machine(value, |name| engine.number(name))
                    .map_err(|_| torn("a snapshot that is damaged"))?;
                engine.restore(&person, machine);
            }
            newest = Some(message);
        }
        self.watch.machines(engine.machine_count());
        let end = self.restore_from(newest.as_ref())?;
        Ok(Start { engine, line: Line::default(), end, last: None })
    }

    /// Lets the machines advance by the decisions since.
    fn go_on(
        &self,
        start: Start,
        (low, high): (i64, i64),
    ) -> Result<(Engine, Line, i64, Option<Last>), Stopped> {
        let (topic, Start { mut engine, mut line, end, last }) = (self.decisions(), start);
        if end < low {
            return Err(torn(topic, low, "decisions were deleted that no snapshot holds").into());
        }
        if end > high {
            return Err(torn(topic, high, "snapshots of decisions that are not there").into());
        }
        let from = (end - BACK).max(low);
        self.watch.expect((high - from) as u64);
        let mut stretch = self.reader.open(topic, from, self.watch)?;
        let mut newest = None;
        while let Some(message) = stretch.next()? {
            self.fold(&message, &mut engine, &mut line)?;
            newest = Some(message);
        }
        self.watch.machines(engine.machine_count());
        let newest = newest.map(|newest| Last::of(&newest)).or(last);
        // Nothing is written there any more but by whoever has the task, so what comes comes after the end.
        let end = newest.map_or(high, |newest| high.max(newest.offset() + 1));
        Ok((engine, line, end, newest))
    }

    fn fold(
        &self,
        message: &BorrowedMessage<'_>,
        engine: &mut Engine,
        line: &mut Line,
    ) -> Result<(), Halt> {
        let torn = |what| torn(self.decisions(), message.offset(), what);
        let decision = read_decision(message.payload().unwrap_or_default());
        let decision = decision.map_err(|_| torn("a record that is no decision"))?;
        if !self.was_committed(message) {
            return Err(torn("a decision about an event that was not committed"));
        }
        let person = decision.person();
        let known = engine.machine(person).map_or(0, |machine| machine.seq());
        if decision.seq <= known {
            return Ok(()); // The machine that it went on from has it.
        }
        if decision.seq != known + 1 {
            return Err(torn("a gap in a person's decisions"));
        }
        engine.replay(&decision.event, decision.role, decision.seq, decision.verdict);
        let at = message.timestamp().to_millis().unwrap_or(0);
        line.advance(0, engine.find(person).into_iter(), message.offset(), at);
        Ok(())
    }

    /// Whether a decision's source, where it is of this partition, lies before what the group has committed.
    fn was_committed(&self, message: &BorrowedMessage<'_>) -> bool {
        let source = header(message, "source").and_then(|value| std::str::from_utf8(value).ok());
        let Some(source) = source else { return false };
        let mut parts = source.rsplitn(3, ':');
        let mut number = || parts.next().and_then(|part| part.parse::<i64>().ok());
        let (Some(offset), Some(partition)) = (number(), number()) else { return false };
        let inputs = [&self.identity.events, &self.identity.relay].into_iter();
        let ours = parts
            .next()
            .and_then(|topic| inputs.zip(self.task.committed).find(|(input, _)| *input == topic));
        match ours {
            Some((_, committed)) => {
                partition != i64::from(self.task.partition) || offset < committed
            }
            None => true,
        }
    }
}
