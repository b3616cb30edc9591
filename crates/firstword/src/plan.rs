//! What a platform takes: workers, partitions, memory, brokers and restores, from its size and from what was measured.
//!
//! Arithmetic alone: it knows no flag, no file and no terminal. It plans for the peak, with one worker missing, and
//! rounds up. Every number is finite and nothing overflows: what is too large to count stays at the largest number.

mod constants;

pub use constants::{BUILT_IN, BUILT_IN_ON, Constants, KEYS};

/// What is asked of the stream.
#[derive(Clone, PartialEq, Debug)]
pub struct Demand {
    /// How many people there are.
    pub people: u64,
    /// How many events a day.
    pub events_per_day: u64,
    /// How many times the mean rate of a day its highest is; from 1.
    pub peak: f64,
    /// The share of the events that are between people and pass two gates, from 0 to 1.
    pub between_people: f64,
    /// The share of workers and brokers that the peak leaves free, from 0, below 1.
    pub headroom: f64,
    /// How many copies of each partition Kafka keeps.
    pub replication: u32,
    /// How many tasks a worker gets: so many times as many workers can share the topics as they are.
    pub tasks_per_worker: u32,
    /// How much memory a worker may take, in bytes; from 1 GB.
    pub worker_memory: f64,
    /// What one broker carries, in and out together, in bytes a second; else what it carried when it was measured.
    pub broker: Option<f64>,
    /// After so many seconds under load a worker commits (`stream.commit_interval`).
    pub commit_interval: f64,
}

/// What a worker takes beside machines and tasks, in bytes: a step's records, what is being sent.
pub const WORKER_BYTES: f64 = 96e6;
/// What a task takes beside its machines: two inputs of 256 KiB that wait to be taken (`queued.max.messages.kbytes`),
/// of small records, each of which takes as much again twice.
pub const TASK_BYTES: f64 = 1.6e6;
/// Three peers whom other tasks keep, too: a name and an empty place each. A million people in 8 tasks took so much
/// more than in one.
pub const PEERS_BYTES: f64 = 85.0;
/// The bytes of a snapshot, key included (snapshots.rs).
pub const SNAPSHOT_BYTES: f64 = 300.0;
/// At most so many snapshots follow a decision (snapshots.rs).
const SNAPSHOTS_PER_DECISION: f64 = 0.5;
/// So many decisions a machine a restore reads at most beside its snapshot (snapshots.rs), ...
const DECISIONS_PER_SNAPSHOT: f64 = 2.0;
/// ... and never fewer of a task than this (`stream.snapshot_after`).
const SNAPSHOT_AFTER: f64 = 50_000.0;
/// A transaction takes so many records at most (`stream.batch`).
pub const BATCH: f64 = 20_000.0;
/// A transaction ends with a marker in each partition that it wrote to. Measured with 64 to 1,024 partitions on one
/// broker, which shared two cores with four producers: 3,400 to 5,400 a second, each with the batch before it.
const MARKERS: f64 = 4_000.0;
/// For so many seconds the group waits for a worker that does not answer (`stream.session_timeout`).
pub const SESSION: f64 = 10.0;
/// Fewer partitions are not worth it: topics are made with so many by default.
const FEWEST_PARTITIONS: u64 = 8;
/// The seconds of a day.
pub const DAY: f64 = 86_400.0;

/// What it takes.
#[derive(Clone, PartialEq, Debug)]
pub struct Plan {
    /// Events a second, on average over a day.
    pub mean: f64,
    /// Events a second at the peak.
    pub peak: f64,
    /// Decisions a second at the peak: one for each gate that an event passes.
    pub decisions: f64,
    /// Events a second that one worker decides when nothing is left free.
    pub each: f64,
    /// How many workers.
    pub workers: u64,
    /// Whether memory asks for so many, not traffic.
    pub for_memory: bool,
    /// CPU seconds a million events take of a worker.
    pub cpu: f64,
    /// The cores that the workers are busy with at the peak, and those that are left free.
    pub cores: f64,
    /// The people of each worker while one is missing.
    pub people_each: f64,
    /// The tasks of each worker while one is missing, at most.
    pub tasks_each: u64,
    /// The memory of each worker while one is missing, in bytes.
    pub memory_each: f64,
    /// The memory of all workers.
    pub memory: f64,
    /// The partitions of each of the four topics that have one for each task.
    pub partitions: u64,
    /// Bytes of events a day, one copy.
    pub events_day: f64,
    /// Bytes that workers write a day, one copy.
    pub written_day: f64,
    /// Of these, snapshots at most.
    pub snapshots_day: f64,
    /// Bytes of snapshots once they are compacted, one copy.
    pub snapshots_kept: f64,
    /// Bytes on the disks of all brokers for each day that events and decisions are kept.
    pub disk_day: f64,
    /// Bytes a second into all brokers at the peak, their copies included.
    pub into: f64,
    /// Bytes a second out of all brokers at the peak: to workers, to one reader of the decisions, to each other.
    pub out_of: f64,
    /// What one broker carries, in and out together.
    pub broker: f64,
    /// The markers that one broker writes a second: in proportion to what else it carries.
    pub broker_markers: f64,
    /// How many brokers.
    pub brokers: u64,
    /// Whether markers ask for so many, not bytes.
    pub for_markers: bool,
    /// Transactions a second under load.
    pub transactions: f64,
    /// The partitions that a transaction writes to.
    pub touched: f64,
    /// What brokers write a second to end transactions: a marker for each partition of each, and its copies.
    pub markers: f64,
    /// Machines a second that one core restores from snapshots.
    pub restored_snapshots: f64,
    /// Machines a second that one core restores from checkpoints.
    pub restored_checkpoint: f64,
    /// The decisions since their snapshots that a restore of all reads at most.
    pub decisions_since: f64,
    /// Seconds until all is restored from snapshots, at most.
    pub restore_snapshots: f64,
    /// Seconds until all is restored from checkpoints.
    pub restore_checkpoint: f64,
    /// How many of the other workers restore the tasks of one that was lost.
    pub heirs: u64,
    /// Seconds until they have.
    pub restore_lost: f64,
    /// Seconds that `firstword decide` takes for the events of a day.
    pub again: f64,
}

impl Plan {
    /// Plans.
    pub fn of(demand: &Demand, constants: &Constants) -> Plan {
        let Demand { between_people: between, headroom, .. } = *demand;
        let (people, events) = (demand.people as f64, demand.events_per_day as f64);
        let busy = 1.0 - headroom;
        let mixed =
            |one_gate: f64, two_gates: f64| (1.0 - between) * one_gate + between * two_gates;

        let mean = events / DAY;
        let peak = mean * demand.peak;
        // One for the first gate, one more for the second.
        let gates = 1.0 + between;
        let decisions = peak * gates;

        let seconds = |events: f64| 1.0 / events;
        let each = 1.0
            / mixed(
                seconds(constants.business_events.value),
                seconds(constants.people_events.value),
            );
        let for_traffic = whole(peak / (each * busy)).max(whole(peak / each).saturating_add(1));
        // The last worker of two has all tasks.
        let most_tasks = (2 * u64::from(demand.tasks_per_worker)).max(FEWEST_PARTITIONS) as f64;
        let machines = people * (constants.person_bytes.value + PEERS_BYTES);
        let room = demand.worker_memory - WORKER_BYTES - most_tasks * TASK_BYTES;
        let for_memory = whole(machines / room.max(1.0)).saturating_add(1);
        let workers = for_traffic.max(for_memory).max(2);
        let partitions =
            workers.saturating_mul(demand.tasks_per_worker.into()).max(FEWEST_PARTITIONS);
        let cpu = mixed(constants.business_cpu.value, constants.people_cpu.value);
        let others = workers - 1;
        let people_each = people / others as f64;
        let tasks_each = partitions.div_ceil(others);
        let memory_each = machines / others as f64 + WORKER_BYTES + tasks_each as f64 * TASK_BYTES;

        // One gate writes less than half of two: there is no relay.
        let written_each = constants.bytes_out.value * gates / 2.0;
        let events_day = events * constants.bytes_in.value;
        let written_day = events * written_each;
        let snapshots_day = events * gates * SNAPSHOTS_PER_DECISION * SNAPSHOT_BYTES;
        let copies = f64::from(demand.replication.max(1));

        let (count, topics) = (workers as f64, partitions as f64);
        let full = decisions / count / BATCH;
        let transactions = count * full.max(1.0 / demand.commit_interval);
        let relays = peak * between / transactions;
        // Of so many partitions, those that so many relays fall on; its own tasks' two topics, and the offsets.
        let touched = topics * -(-relays / topics).exp_m1() + 2.0 * topics / count + 1.0;
        let markers = transactions * touched * copies;

        let through = peak * (constants.bytes_in.value + written_each);
        let into = through * copies;
        // Workers read the events and the relays, and whoever is downstream the decisions: all of it once.
        let out_of = through * copies;
        let measured = measured_broker(constants);
        let broker = demand.broker.unwrap_or(measured);
        let broker_markers = MARKERS * broker / measured;
        let for_bytes = whole((into + out_of) / (broker * busy)).max(demand.replication.into());
        let for_markers = whole(markers / (broker_markers * busy));

        let restored_snapshots = constants.restore_snapshots.value / constants.cores.value;
        let restored_checkpoint = constants.restore_checkpoint.value / constants.cores.value;
        let decisions_since = (DECISIONS_PER_SNAPSHOT * people).max(topics * SNAPSHOT_AFTER);
        let records = people + decisions_since;
        let heirs = partitions.div_ceil(workers).min(others);

        Plan {
            mean,
            peak,
            decisions,
            each,
            workers,
            for_memory: for_memory > for_traffic,
            cpu,
            cores: peak * cpu / 1e6 / busy,
            people_each,
            tasks_each,
            memory_each,
            memory: memory_each * count,
            partitions,
            events_day,
            written_day,
            snapshots_day: snapshots_day.min(written_day),
            snapshots_kept: people * SNAPSHOT_BYTES,
            disk_day: (events_day + written_day) * copies,
            into,
            out_of,
            broker,
            broker_markers,
            brokers: for_bytes.max(for_markers),
            for_markers: for_markers > for_bytes,
            transactions,
            touched,
            markers,
            restored_snapshots,
            restored_checkpoint,
            decisions_since,
            restore_snapshots: records / (count * restored_snapshots),
            restore_checkpoint: people / (count * restored_checkpoint),
            heirs,
            restore_lost: SESSION + records / count / (heirs as f64 * restored_snapshots),
            again: events / constants.decide_events.value,
        }
    }
}

/// What a broker carried at least, in and out together, beside one worker.
fn measured_broker(constants: &Constants) -> f64 {
    let (read, written) = (constants.bytes_in.value, constants.bytes_out.value);
    let one_gate = constants.business_events.value * (read + written / 2.0);
    one_gate.max(constants.people_events.value * (read + written))
}

/// Rounded up; what is too large is the largest number.
fn whole(number: f64) -> u64 {
    number.ceil() as u64
}

#[cfg(test)]
mod tests;
