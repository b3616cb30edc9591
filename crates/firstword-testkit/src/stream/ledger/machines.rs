//! Machines made in three ways: by deciding again, by folding the decisions, and from snapshots. They must be the same.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use firstword_engine::{Draft, Engine};
use firstword_rules::{Decision, EDITION, Machine, Name, Party, Policy, Role, What};
use firstword_stream::Record;
use firstword_wire::{Recorded, person_of_key, read_machine, write_machine};

use super::hash_of;

/// The machines of a run.
#[derive(Debug)]
pub(super) struct Machines {
    /// As the rules decide, in the order of each person's decisions.
    again: Engine,
    /// As the decisions say.
    folded: Engine,
    restored: Restored,
    /// People of whose decisions something was missing: what follows cannot be judged.
    torn: BTreeSet<Party>,
    /// Where the last decision of each person lies: partition and offset.
    last: HashMap<Party, (i32, i64)>,
}

/// What a worker would make of `snapshots` and the decisions since.
#[derive(Debug)]
struct Restored {
    engine: Engine,
    /// Where decisions go on, by partition; only where there are snapshots at all.
    from: BTreeMap<i32, i64>,
    /// Every snapshot by its person and the number of the last decision in it, as a number of its bytes.
    waiting: HashMap<(Party, u64), u64>,
    compared: u64,
}

/// The person whose machine decided.
pub(super) fn person_of<'d>(decision: &'d Recorded<'_>) -> &'d Name<'d> {
    match (&decision.event.what, decision.role) {
        (What::Utterance(utterance), Role::Recipient(_)) => &utterance.to,
        (What::Utterance(utterance), _) => &utterance.from,
        (What::Fact { person, .. }, _) => person,
    }
}

impl Machines {
    pub(super) fn new(policy: Policy) -> Machines {
        let engine = Engine::new(policy);
        Machines {
            again: engine.clone(),
            folded: engine.clone(),
            restored: Restored {
                engine,
                from: BTreeMap::new(),
                waiting: HashMap::new(),
                compared: 0,
            },
            torn: BTreeSet::new(),
            last: HashMap::new(),
        }
    }

    pub(super) fn people(&self) -> usize {
        self.last.len()
    }

    /// Takes up a snapshot, to be compared with what the decisions up to it make.
    pub(super) fn snapshot(&mut self, seen: &Record) -> Result<(), &'static str> {
        let restored = &mut self.restored;
        let person = seen.key.as_deref().and_then(person_of_key).ok_or("a snapshot of nobody")?;
        let from = seen.header("restore-from").and_then(|from| from.parse::<i64>().ok());
        let from = from.ok_or("a snapshot that does not say where to go on")?;
        let machine = read_machine(&seen.value, |name| restored.engine.number(name))
            .map_err(|_| "a snapshot that is damaged")?;
        let number = self.folded.number(&person);
        restored.waiting.insert((number, machine.seq()), hash_of(&seen.value));
        restored.engine.restore(&person, machine);
        let highest = restored.from.entry(seen.partition).or_insert(0);
        *highest = from.max(*highest);
        Ok(())
    }

    /// Decides again what was decided, and folds it.
    pub(super) fn decided(&mut self, seen: &Record, decision: &Recorded<'_>) -> Result<(), String> {
        let name = person_of(decision);
        let person = self.folded.number(name);
        let known = self.folded.machine(name).map_or(0, Machine::seq);
        if decision.seq <= known {
            return Err(format!("decision {} of a person who already had {known}", decision.seq));
        }
        if self.torn.contains(&person) {
            return Ok(());
        }
        if decision.seq != known + 1 {
            self.torn.insert(person);
            return Err(format!("decision {} of a person after decision {known}", decision.seq));
        }
        self.last.insert(person, (seen.partition, seen.offset));
        let mut draft = Draft::default();
        let again = self.again.draft(&mut draft, &decision.event, decision.role);
        let difference = difference(decision, &again, &self.again.policy().label);
        self.again.merge(draft);
        self.folded.replay(&decision.event, decision.role, decision.seq, decision.verdict);
        self.restored.follow(seen, decision)?;
        self.restored.hold_against(person, decision.seq, name, &self.folded)?;
        match difference {
            None => Ok(()),
            Some(field) => {
                self.torn.insert(person);
                Err(format!("a decision whose `{field}` is not what the rules say"))
            }
        }
    }

    /// Compares all machines; how many snapshots were compared before, and the place of the last decision of each
    /// person whose machines differ.
    pub(super) fn compare(&self) -> (u64, Vec<(i32, i64, &'static str)>) {
        let mut differences = Vec::new();
        for (name, machine) in self.again.machines() {
            let person = self.folded.find(&name);
            if person.is_none_or(|person| self.torn.contains(&person)) {
                continue;
            }
            let bytes = bytes_of(machine, &self.again);
            let same = |engine: &Engine| {
                engine.machine(&name).is_some_and(|machine| bytes_of(machine, engine) == bytes)
            };
            let place = person.and_then(|person| self.last.get(&person)).copied();
            let (partition, offset) = place.unwrap_or_default();
            if !same(&self.folded) {
                let what = "the decisions make another machine than the rules";
                differences.push((partition, offset, what));
            }
            if self.restored.from.contains_key(&partition) && !same(&self.restored.engine) {
                let what = "snapshots and decisions make another machine than the rules";
                differences.push((partition, offset, what));
            }
        }
        for (person, _) in self.restored.waiting.keys() {
            if !self.torn.contains(person) {
                let (partition, offset) = self.last.get(person).copied().unwrap_or_default();
                differences.push((partition, offset, "a snapshot of a decision that never was"));
            }
        }
        (self.restored.compared, differences)
    }
}

impl Restored {
    /// Brings the machines of the newest snapshots forward, as a worker does that begins.
    fn follow(&mut self, seen: &Record, decision: &Recorded<'_>) -> Result<(), String> {
        if self.from.get(&seen.partition).is_none_or(|from| seen.offset < *from) {
            return Ok(());
        }
        let known = self.engine.machine(person_of(decision)).map_or(0, Machine::seq);
        if decision.seq > known + 1 {
            return Err("a person's decision that snapshots do not reach up to".to_owned());
        }
        if decision.seq == known + 1 {
            self.engine.replay(&decision.event, decision.role, decision.seq, decision.verdict);
        }
        Ok(())
    }

    /// A worker's machine, as its snapshot shows it, is what the decisions up to there make.
    fn hold_against(
        &mut self,
        person: Party,
        seq: u64,
        name: &Name<'_>,
        folded: &Engine,
    ) -> Result<(), String> {
        let Some(snapshot) = self.waiting.remove(&(person, seq)) else { return Ok(()) };
        self.compared += 1;
        let same = folded
            .machine(name)
            .is_some_and(|machine| hash_of(&bytes_of(machine, folded)) == snapshot);
        match same {
            true => Ok(()),
            false => Err("a worker's machine, as its snapshot has it, is another one".to_owned()),
        }
    }
}

fn bytes_of(machine: &Machine, engine: &Engine) -> Vec<u8> {
    let mut bytes = Vec::new();
    write_machine(&mut bytes, machine, |party| engine.name(party));
    bytes
}

/// The first normative field in which a decision is not what the rules say.
fn difference(recorded: &Recorded<'_>, again: &Decision<'_>, policy: &str) -> Option<&'static str> {
    [
        ("seq", recorded.seq == again.seq),
        ("verdict", recorded.verdict == again.verdict),
        ("row", recorded.row == again.row),
        ("standing", recorded.standing == again.standing),
        ("shares_data", recorded.shares_data == again.shares_data),
        ("unlisted", recorded.unlisted == again.unlisted),
        ("erase_by", recorded.erase_by == again.erase_by),
        ("late", recorded.late == again.late),
        ("policy", recorded.policy == policy),
        ("rules", recorded.rules == EDITION),
    ]
    .into_iter()
    .find_map(|(field, same)| (!same).then_some(field))
}
