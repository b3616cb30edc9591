//! The witness: a consumer that reads all that comes of the events while it comes, and another one that reads it all
//! again at the end.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use anyhow::{Result, anyhow};
use firstword_rules::Policy;
use firstword_stream::{Bound, Range, RangeReader, Record, Settings, TopicNames};

use super::{Counts, Ledger};

/// After so long without a record everything was read.
const QUIET: Duration = Duration::from_millis(1_500);

/// A consumer at work.
#[derive(Debug)]
pub struct Witness {
    seen: Arc<Mutex<Progress>>,
    stop: Arc<AtomicBool>,
    reading: JoinHandle<Result<Ledger>>,
}

/// How far it is.
#[derive(Clone, Debug, Default)]
pub struct Progress {
    /// What it saw.
    pub counts: Counts,
    /// How many decisions it saw, by partition.
    pub decisions: BTreeMap<i32, u64>,
}

impl Witness {
    /// Begins to read from the beginning of the topics.
    ///
    /// # Errors
    /// A broker that cannot be reached, topics that are not there.
    pub fn begin(settings: &Settings, policy: &Policy, partitions: i32) -> Result<Witness> {
        let range = Range { from: Bound::Start, to: None, partitions: None };
        let TopicNames { decisions, dead_letters, .. } = &settings.topics;
        let mut reader = open(settings, &[decisions, dead_letters], &range)?;
        let mut ledger = Ledger::new(policy, &settings.topics, partitions);
        let (seen, stop) = (Arc::<Mutex<Progress>>::default(), Arc::<AtomicBool>::default());
        let reading = thread::spawn({
            let (seen, stop, topic) = (Arc::clone(&seen), Arc::clone(&stop), decisions.clone());
            move || {
                let mut last = Instant::now();
                while !stop.load(Ordering::SeqCst) || last.elapsed() < QUIET {
                    let Some(record) = reader.next(Duration::from_millis(50))? else { continue };
                    last = Instant::now();
                    ledger.enter(&record);
                    let mut seen = lock(&seen);
                    seen.counts = ledger.counts();
                    if record.topic == topic {
                        *seen.decisions.entry(record.partition).or_default() += 1;
                    }
                }
                Ok(ledger)
            }
        });
        Ok(Witness { seen, stop, reading })
    }

    /// How far it is.
    pub fn progress(&self) -> Progress {
        lock(&self.seen).clone()
    }

    /// Lets it read what is left; its ledger.
    ///
    /// # Errors
    /// What kept it from reading.
    pub fn finish(self) -> Result<Ledger> {
        self.stop.store(true, Ordering::SeqCst);
        self.reading.join().map_err(|_| anyhow!("the witness panicked"))?
    }
}

/// Reads everything again from its beginning: the ledger of who comes afterwards. Events are entered in both.
///
/// # Errors
/// A broker that cannot be reached, topics that are not there.
pub(super) fn read_again(
    settings: &Settings,
    policy: &Policy,
    partitions: i32,
    during: &mut Ledger,
) -> Result<Ledger> {
    let topics = &settings.topics;
    let mut afterwards = Ledger::new(policy, topics, partitions);
    for some in [&[&*topics.snapshots][..], &[&topics.decisions, &topics.dead_letters]] {
        read_all(settings, some, |record| afterwards.enter(record))?;
    }
    read_all(settings, &[&topics.events], |record| {
        afterwards.enter(record);
        during.enter(record);
    })?;
    during.close();
    afterwards.close();
    Ok(afterwards)
}

/// Reads topics from their beginning to their end.
pub(super) fn read_all(
    settings: &Settings,
    topics: &[&str],
    mut each: impl FnMut(&Record),
) -> Result<()> {
    let mut reader = open(settings, topics, &Range::default())?;
    while !reader.ended() {
        if let Some(record) = reader.next(Duration::from_millis(200))? {
            each(&record);
        }
    }
    Ok(())
}

/// Opens a range; topics that were just made, and nodes that just came back, may need a moment.
fn open(settings: &Settings, topics: &[&str], range: &Range) -> Result<RangeReader> {
    let begun = Instant::now();
    loop {
        match RangeReader::open(settings, topics, range) {
            Err(_) if begun.elapsed() < Duration::from_secs(20) => {
                thread::sleep(Duration::from_millis(200));
            }
            opened => return Ok(opened?),
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
