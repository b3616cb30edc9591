//! One process of a group: several workers, each a thread of its own, until it is asked to stop or one cannot go on.

use std::net::SocketAddr;
use std::thread;

use tokio::sync::mpsc;

use crate::{Halt, Law, Settings, Stop, Worker};

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
/// The first halt of a worker.
pub async fn run(settings: Settings, law: Law, process: Process, stop: Stop) -> Result<(), Halt> {
    let (ended, mut ends) = mpsc::unbounded_channel();
    for number in 0..process.workers {
        let (settings, law, stop) = (settings.clone(), law.clone(), stop.clone());
        let (ended, slot) = (ended.clone(), format!("{}-{number}", process.instance));
        let work = move || {
            let outcome = Worker::join(settings, law, &slot, stop.clone()).and_then(Worker::run);
            stop.ask();
            // Nobody listens any more if the process is going.
            let _ = ended.send(outcome);
        };
        thread::Builder::new()
            .name(format!("worker-{number}"))
            .spawn(work)
            .map_err(Halt::Thread)?;
    }
    drop(ended);
    let mut outcome = Ok(());
    while let Some(one) = ends.recv().await {
        outcome = outcome.and(one);
    }
    outcome
}
