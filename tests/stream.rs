//! The stream on a real Kafka: exactly once, as the rules say, and what stories tell.
//!
//! `cargo xtask prove` shows more, on more events.

use std::io;
use std::path::Path;
use std::sync::Mutex;
use std::thread;

use anyhow::{Result, ensure};
use firstword_testkit::stream::{Course, Fault, InStream, recordings, seed};
use firstword_testkit::{Program, Story, stories_in};

#[test]
fn each_event_is_decided_once_also_across_a_restart() -> Result<()> {
    let course = Course {
        title: "restart".to_owned(),
        nodes: 1,
        processes: 1,
        workers: 2,
        state_dir: false,
        // So early that the restart goes by snapshots and by decisions.
        snapshot_after: 500,
        events: 30_000,
        seed: seed(),
        faults: vec![Fault::Restart { processes: 1, workers: 3 }],
    };
    let report = course.run(&Program::built()?.path, &recordings(), &mut io::stderr())?;
    ensure!(report.counts.snapshots > 0, "no snapshot was compared");
    ensure!(report.counts.doubts > 0 && report.counts.forwarded > 0, "too tame a log");
    report.nothing_wrong()
}

#[test]
fn stories_come_true_in_the_stream() -> Result<()> {
    let program = Program::built()?.path;
    let stories = stories_in(&Path::new(env!("CARGO_MANIFEST_DIR")).join("stories"))?;
    ensure!(!stories.is_empty(), "there are no stories");
    let (left, failures) = (Mutex::new(stories.iter()), Mutex::new(Vec::new()));
    let next = || left.lock().ok().and_then(|mut stories| stories.next());
    let tell = |story: &Story| -> Result<()> {
        story.check(&mut InStream::new(program.clone())?).map(|_| ())
    };
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                while let Some(story) = next() {
                    if let (Err(failure), Ok(mut failures)) = (tell(story), failures.lock()) {
                        failures.push(format!("{failure:#}"));
                    }
                }
            });
        }
    });
    let failures = failures.into_inner().unwrap_or_default();
    ensure!(failures.is_empty(), "{}", failures.join("\n"));
    Ok(())
}
