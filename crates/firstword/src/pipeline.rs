//! A log through something that must see it in order, on several threads: file order in, file order out.
//!
//! Each thread takes the next chunk, reads its lines, waits for its turn to step, steps, lets the next one, writes what
//! came to memory, and waits for its turn to hand it over. Reading and writing, which are most of the work, run side by
//! side; stepping, which must not, is short. So the bytes that come out are the same whatever the number of threads.

use std::num::NonZero;
use std::panic::resume_unwind;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;

use crate::io::lines::{Chunk, Chunks};
use crate::io::source::Input;

/// What is done with each chunk of a log.
pub trait Work: Sync {
    /// What sees the chunks one after another, such as an engine.
    type State: Send;
    /// What a chunk is read as.
    type Lines<'c>;
    /// What came of its lines.
    type Came<'l>;
    /// What is handed over in the end; its memory is used again and again.
    type Output: Default + Send;

    /// Reads a chunk, side by side with other chunks.
    fn read<'c>(&self, chunk: &'c Chunk) -> Self::Lines<'c>;

    /// Lets the state see the lines of a chunk; chunks come in their order, one at a time.
    fn step<'l>(&self, state: &mut Self::State, lines: &'l Self::Lines<'_>) -> Self::Came<'l>;

    /// Puts down what came, side by side with other chunks. The output holds what an earlier chunk left in it.
    fn write(&self, chunk: &Chunk, came: &Self::Came<'_>, output: &mut Self::Output);
}

/// How many threads take part: as many as were asked for, or one a core.
pub fn threads(asked: Option<u16>) -> NonZero<usize> {
    let asked = asked.and_then(|asked| NonZero::new(asked.into()));
    asked.or(thread::available_parallelism().ok()).unwrap_or(NonZero::<usize>::MIN)
}

/// Brings a log through. `take` gets what comes out, in the order of the log, one call at a time.
///
/// # Errors
/// The first trouble of reading, or of `take`; then nothing more is taken.
pub fn run<W: Work>(
    chunks: Chunks<impl Iterator<Item = anyhow::Result<Input>> + Send>,
    work: &W,
    state: &mut W::State,
    threads: NonZero<usize>,
    take: impl FnMut(&W::Output) -> anyhow::Result<()> + Send,
) -> anyhow::Result<()> {
    let stages = Stages {
        reading: Mutex::new(Reading { chunks, taken: 0, over: false }),
        stepping: Turn::new(state),
        taking: Turn::new(take),
        failure: Mutex::new(None),
    };
    thread::scope(|scope| {
        let threads: Vec<_> =
            (0..threads.get()).map(|_| scope.spawn(|| stages.run(work))).collect();
        for thread in threads {
            if let Err(panic) = thread.join() {
                resume_unwind(panic);
            }
        }
    });
    let failure = stages.failure.into_inner().unwrap_or_else(PoisonError::into_inner);
    failure.map_or(Ok(()), Err)
}

struct Reading<I> {
    chunks: Chunks<I>,
    /// How many chunks were taken: the number of the next one.
    taken: u64,
    over: bool,
}

struct Stages<'g, I, S, T> {
    reading: Mutex<Reading<I>>,
    stepping: Turn<&'g mut S>,
    taking: Turn<T>,
    failure: Mutex<Option<anyhow::Error>>,
}

impl<I, S, T> Stages<'_, I, S, T>
where
    I: Iterator<Item = anyhow::Result<Input>>,
{
    /// Works until there are no more chunks, or somebody failed.
    fn run<W: Work<State = S>>(&self, work: &W)
    where
        T: FnMut(&W::Output) -> anyhow::Result<()>,
    {
        // Whoever leaves, by an error or a panic, must not let the others wait for a turn that never comes.
        let _open = OpenOnPanic(|| self.stop());
        let (mut chunk, mut output) = (Chunk::default(), W::Output::default());
        loop {
            let number = match self.next_chunk(&mut chunk) {
                Ok(Some(number)) => number,
                Ok(None) => return,
                // What was read before the trouble still steps and is written; nothing after it.
                Err(error) => return self.fail(error),
            };
            let lines = work.read(&chunk);
            let Some(came) = self.stepping.take(number, |state| work.step(state, &lines)) else {
                return;
            };
            work.write(&chunk, &came, &mut output);
            match self.taking.take(number, |take| take(&output)) {
                Some(Ok(())) => (),
                Some(Err(error)) => {
                    self.fail(error);
                    return self.stop();
                }
                None => return,
            }
        }
    }

    fn next_chunk(&self, chunk: &mut Chunk) -> anyhow::Result<Option<u64>> {
        let mut reading = lock(&self.reading);
        if reading.over {
            return Ok(None);
        }
        let more = reading.chunks.next(chunk);
        reading.over = !matches!(more, Ok(true));
        let number = reading.taken;
        reading.taken += 1;
        more.map(|more| more.then_some(number))
    }

    fn fail(&self, error: anyhow::Error) {
        lock(&self.failure).get_or_insert(error);
    }

    fn stop(&self) {
        lock(&self.reading).over = true;
        self.stepping.close();
        self.taking.close();
    }
}

/// Something that threads use in turns, by number from 0.
struct Turn<T> {
    state: Mutex<TurnState<T>>,
    moved: Condvar,
}

struct TurnState<T> {
    next: u64,
    closed: bool,
    thing: T,
}

impl<T> Turn<T> {
    fn new(thing: T) -> Turn<T> {
        Turn {
            state: Mutex::new(TurnState { next: 0, closed: false, thing }),
            moved: Condvar::new(),
        }
    }

    /// Waits for this number's turn and uses the thing; nothing where it was closed before.
    fn take<R>(&self, number: u64, using: impl FnOnce(&mut T) -> R) -> Option<R> {
        let state = lock(&self.state);
        let waiting = self.moved.wait_while(state, |state| state.next != number && !state.closed);
        let mut state = waiting.unwrap_or_else(PoisonError::into_inner);
        if state.closed {
            return None;
        }
        let used = using(&mut state.thing);
        state.next += 1;
        drop(state);
        self.moved.notify_all();
        Some(used)
    }

    fn close(&self) {
        lock(&self.state).closed = true;
        self.moved.notify_all();
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

struct OpenOnPanic<F: Fn()>(F);

impl<F: Fn()> Drop for OpenOnPanic<F> {
    fn drop(&mut self) {
        if thread::panicking() {
            (self.0)();
        }
    }
}
