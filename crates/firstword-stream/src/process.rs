//! One process of a group: several workers, each a thread of its own, until it is asked to stop or one cannot go on.
//!
//! Tokio holds them together: it waits for whoever ends first, answers HTTP, and asks the broker what only an
//! asynchronous client can ask.

use std::net::SocketAddr;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::thread;

use tokio::runtime::Handle;
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};

use crate::watch::watch;
use crate::{Board, Halt, Law, Port, Settings, Stop, Worker};

/// What a process runs.
#[derive(Clone, Debug)]
pub struct Process {
    /// How many workers.
    pub workers: u16,
    /// Tells this process from the others of the group that run at the same time; the same when it is started again.
    pub instance: String,
    /// Where it answers over HTTP, if anywhere.
    pub http: Option<SocketAddr>,
}

/// Runs workers until they are asked to stop, or until one of them cannot go on: then the others stop too.
///
/// # Errors
/// An address that is taken; the first halt of a worker, or what makes all of them wrong.
pub async fn run(settings: Settings, law: Law, process: Process, stop: Stop) -> Result<(), Halt> {
    let board = Board::new(process.workers, &settings.topics, &law.policy.label);
    if let Some(address) = process.http {
        let port = Port::take(address).await?;
        tracing::info!(address = %port.address(), "answering HTTP");
        tokio::spawn(port.serve(board.clone(), std::future::pending()));
    }
    let (ended, mut ends) = unbounded_channel();
    for number in 0..process.workers {
        let (settings, law, board) = (settings.clone(), law.clone(), board.clone());
        let (slot, stopped) = (format!("{}-{number}", process.instance), stop.clone());
        let work = move || Worker::join(settings, law, &slot, board.seat(number), stopped)?.run();
        on_a_thread(format!("worker-{number}"), &stop, &ended, work)?;
    }
    let (runtime, stopped) = (Handle::current(), stop.clone());
    let look = move || watch(&settings, &law.policy.label, &board, &stopped, &runtime);
    on_a_thread("watch".to_owned(), &stop, &ended, look)?;
    drop(ended);
    let mut outcome = Ok(());
    while let Some(one) = ends.recv().await {
        outcome = outcome.and(one);
    }
    outcome
}

/// Does work on a thread; when it ends, all are asked to stop.
fn on_a_thread(
    name: String,
    stop: &Stop,
    ended: &UnboundedSender<Result<(), Halt>>,
    work: impl FnOnce() -> Result<(), Halt> + Send + 'static,
) -> Result<(), Halt> {
    let (stop, ended) = (stop.clone(), ended.clone());
    let all = move || {
        let outcome = catch_unwind(AssertUnwindSafe(work)).unwrap_or(Err(Halt::Panicked));
        let outcome = match outcome {
            // Who is asked to stop while Kafka is away has nothing to finish.
            Err(Halt::Unreachable { .. }) if stop.asked() => Ok(()),
            outcome => outcome,
        };
        stop.ask();
        // Nobody listens any more if the process is going.
        let _ = ended.send(outcome);
    };
    thread::Builder::new().name(name).spawn(all).map(drop).map_err(Halt::Thread)
}
