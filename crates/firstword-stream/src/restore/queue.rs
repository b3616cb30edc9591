//! Tasks that wait to be restored: a few at a time, each on a thread that lives while there is something to restore.
//!
//! A worker may get dozens of tasks at once. Those that wait cost nothing; two threads at least go on, so that one
//! long restore does not hold up all others.

use std::collections::VecDeque;
use std::num::NonZero;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::thread;

use firstword_rules::Policy;

use super::{Assignment, Reader, Restored, Watch};
use crate::lock::lock;
use crate::{Halt, Settings};

/// What came of restoring a task, by the number that it was begun under.
pub(crate) type Outcome = (u64, Result<Restored, Halt>);

/// Restores one worker's tasks.
pub(crate) struct Restorer {
    shared: Arc<Shared>,
    outcomes: Receiver<Outcome>,
    /// How many threads there are at most.
    most: usize,
}

struct Shared {
    settings: Settings,
    policy: Policy,
    outcomes: Mutex<Sender<Outcome>>,
    queue: Mutex<Queue>,
}

#[derive(Default)]
struct Queue {
    waiting: VecDeque<Job>,
    threads: usize,
}

struct Job {
    number: u64,
    task: Assignment,
    watch: Box<dyn Watch + Send>,
}

impl Restorer {
    pub(crate) fn new(settings: &Settings, policy: &Policy) -> Restorer {
        let (sender, outcomes) = channel();
        let shared = Shared {
            settings: settings.clone(),
            policy: policy.clone(),
            outcomes: Mutex::new(sender),
            queue: Mutex::default(),
        };
        let most = thread::available_parallelism().map_or(2, NonZero::get).clamp(2, 8);
        Restorer { shared: Arc::new(shared), outcomes, most }
    }

    /// Restores a task as soon as it is its turn. Nothing comes of one that is not wanted any more.
    ///
    /// # Errors
    /// A machine that has no thread left to give.
    pub(crate) fn begin(
        &self,
        number: u64,
        task: Assignment,
        watch: Box<dyn Watch + Send>,
    ) -> Result<(), Halt> {
        let mut queue = lock(&self.shared.queue);
        queue.waiting.push_back(Job { number, task, watch });
        if queue.threads < self.most {
            let shared = Arc::clone(&self.shared);
            let thread = thread::Builder::new().name("restore".to_owned());
            thread.spawn(move || shared.restore_all()).map_err(Halt::Thread)?;
            queue.threads += 1;
        }
        Ok(())
    }

    /// Waits for the next task that is restored, or cannot be.
    pub(crate) fn wait(&self) -> Option<Outcome> {
        self.outcomes.recv().ok()
    }

    /// The next task that is restored, or cannot be, if there is one by now.
    pub(crate) fn done(&self) -> Option<Outcome> {
        self.outcomes.try_recv().ok()
    }
}

impl Shared {
    fn restore_all(&self) {
        let mut reader = None;
        while let Some(job) = self.next() {
            let outcome = self.restore(&mut reader, &job).transpose();
            if let Some(outcome) = outcome {
                // Nobody listens any more if the worker is gone.
                let _ = lock(&self.outcomes).send((job.number, outcome));
            }
        }
    }

    /// The next task that is still wanted. A thread that gets none is none any more.
    fn next(&self) -> Option<Job> {
        let mut queue = lock(&self.queue);
        while let Some(job) = queue.waiting.pop_front() {
            if job.watch.wanted() {
                return Some(job);
            }
        }
        queue.threads -= 1;
        None
    }

    fn restore(&self, reader: &mut Option<Reader>, job: &Job) -> Result<Option<Restored>, Halt> {
        let clients = match reader.take() {
            Some(clients) => clients,
            None => Reader::new(&self.settings)?,
        };
        let restored = clients.restore(&self.settings, &self.policy, job.task, &*job.watch)?;
        *reader = Some(clients);
        Ok(restored)
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use std::sync::Weak;
    use std::time::{Duration, Instant};

    use super::*;

    struct Held(Weak<()>);

    impl Watch for Held {
        fn wanted(&self) -> bool {
            self.0.strong_count() > 0
        }
    }

    /// No broker answers here: whoever waits would wait for ever.
    #[test]
    fn what_is_not_wanted_any_more_is_left_at_once() {
        let policy = firstword_policy::builtin("open").unwrap();
        let restorer = Restorer::new(&Settings::new("127.0.0.1:9"), &policy);
        let wanted = Arc::new(());
        for partition in 0..64 {
            let task = Assignment { partition, partitions: 64, committed: [-1; 2] };
            let watch = Box::new(Held(Arc::downgrade(&wanted)));
            restorer.begin(partition as u64, task, watch).unwrap();
        }
        let threads = || lock(&restorer.shared.queue).threads;
        assert!((2..=8).contains(&threads()), "{} threads", threads());
        drop(wanted);
        let begun = Instant::now();
        while threads() > 0 {
            assert!(begun.elapsed() < Duration::from_secs(10), "{} threads go on", threads());
            thread::sleep(Duration::from_millis(10));
        }
        assert!(restorer.done().is_none());
    }
}
