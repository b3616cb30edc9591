//! Scenarios: what the proof goes through, by name.

use super::{Course, Fault};

/// What all courses of a proof share.
#[derive(Clone, Debug)]
pub struct Size {
    /// Events of each course.
    pub events: u64,
    /// The seed.
    pub seed: u64,
    /// Numbers of workers in a process, for `plain`; the first but one, or the only one, for the others.
    pub workers: Vec<u16>,
    /// Numbers of processes, for `plain`; the last one for the others.
    pub processes: Vec<u16>,
}

/// The names of all scenarios of courses, in the order in which `all` goes through them.
pub const SCENARIOS: [&str; 8] =
    ["plain", "kills", "freezes", "brokers", "joins", "rescale", "three-brokers", "mixed"];

/// The courses of a scenario; none where there is no such scenario.
pub fn courses(scenario: &str, size: &Size) -> Vec<Course> {
    let processes = size.processes.last().copied().unwrap_or(3);
    let course = |title: &str, faults: Vec<Fault>| Course {
        title: title.to_owned(),
        nodes: 1,
        processes,
        workers: 1,
        state_dir: false,
        snapshot_after: (size.events / 100).max(100),
        events: size.events,
        seed: size.seed,
        faults,
    };
    match scenario {
        "plain" => {
            let pairs = size.processes.iter().flat_map(|processes| {
                size.workers.iter().map(move |workers| (*processes, *workers))
            });
            let plain = |(processes, workers): (u16, u16)| {
                let title = format!("plain {processes}x{workers}");
                Course { processes, workers, ..course(&title, Vec::new()) }
            };
            pairs.map(plain).collect()
        }
        "kills" => vec![course("kills", vec![Fault::Kill; 10])],
        "freezes" => {
            let mut faults = vec![Fault::Freeze; 5];
            faults.push(Fault::LeaveAlone);
            vec![course("freezes", faults)]
        }
        "brokers" => vec![course("brokers", vec![Fault::Broker(1); 3])],
        "joins" => vec![course("joins", [Fault::Join, Fault::Leave].repeat(20))],
        "rescale" => {
            let restart = |processes, workers| Fault::Restart { processes, workers };
            let faults = vec![restart(1, 1), restart(3, 2), restart(2, 1)];
            let with = course("rescale with checkpoints", faults.clone());
            vec![course("rescale", faults), Course { state_dir: true, ..with }]
        }
        "three-brokers" => {
            let each = (1..=3).map(Fault::Broker).collect();
            vec![Course { nodes: 3, ..course("three brokers", each) }]
        }
        "mixed" => vec![mixed(size.events, size.seed)],
        _ => Vec::new(),
    }
}

/// A little of everything, in an order that the seed gives: what a test has time for.
pub fn mixed(events: u64, seed: u64) -> Course {
    let mut faults =
        vec![Fault::Kill, Fault::Kill, Fault::Freeze, Fault::Broker(1), Fault::Join, Fault::Leave];
    super::dice::Dice::new(seed).shuffle(&mut faults);
    Course {
        title: "mixed".to_owned(),
        nodes: 1,
        processes: 2,
        workers: 1,
        state_dir: false,
        snapshot_after: (events / 100).max(100),
        events,
        seed,
        faults,
    }
}
