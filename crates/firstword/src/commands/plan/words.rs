//! What each figure of a plan is called, and what it was made of.

use firstword_rules::Span;

use super::numbers::{amount_of, bytes_of, count_of};
use super::show::{Figure, Unit};
use crate::plan::{
    BATCH, Constants, Demand, PEERS_BYTES, Plan, SESSION, SNAPSHOT_BYTES, TASK_BYTES, WORKER_BYTES,
};
use crate::terminal::counted;

/// A plan, and all that it was made of.
pub struct Words<'w> {
    demand: &'w Demand,
    constants: &'w Constants,
    plan: &'w Plan,
}

/// A figure: its name for programs and its name for people, the number, and what it was made of.
type Row = (&'static str, &'static str, f64, Unit, String);

impl<'w> Words<'w> {
    /// Of a plan.
    pub fn of(demand: &'w Demand, constants: &'w Constants, plan: &'w Plan) -> Words<'w> {
        Words { demand, constants, plan }
    }

    /// Every figure by its name, part by part.
    pub fn figures(&self) -> Vec<(String, Figure)> {
        let parts = [
            ("Traffic", self.traffic()),
            ("Workers", self.workers()),
            ("Topics", self.topics()),
            ("Transactions", self.transactions()),
            ("Brokers", self.brokers()),
            ("Restores", self.restores()),
        ];
        let figures = parts.into_iter().flat_map(|(part, rows)| {
            rows.into_iter().map(move |(name, label, value, unit, because)| {
                (name.to_owned(), Figure { value, unit, because, part, label })
            })
        });
        figures.collect()
    }

    fn copies(&self) -> String {
        match self.demand.replication {
            1 => "one copy".to_owned(),
            copies => format!("{copies} copies"),
        }
    }

    fn traffic(&self) -> Vec<Row> {
        let Words { demand, plan, .. } = self;
        let day = format!("{} a day", amount_of(demand.events_per_day as f64));
        let peak = format!("{} times the mean", demand.peak);
        let gates =
            format!("one a gate: {} of the events pass two", percent(demand.between_people));
        vec![
            ("events", "events, mean", plan.mean, Unit::PerSecond, day),
            ("events_peak", "events, peak", plan.peak, Unit::PerSecond, peak),
            ("decisions_peak", "decisions, peak", plan.decisions, Unit::PerSecond, gates),
        ]
    }

    fn workers(&self) -> Vec<Row> {
        let Words { demand, constants, plan } = self;
        let free = percent(demand.headroom);
        let workers = match plan.for_memory {
            true => format!(
                "for memory: {} people, {} a worker at most, one missing",
                amount_of(demand.people as f64),
                bytes_of(demand.worker_memory)
            ),
            false => format!(
                "{}/s each ({}/s one gate, {}/s two); {free} free, or one missing",
                count_of(plan.each),
                count_of(constants.business_events.value),
                count_of(constants.people_events.value),
            ),
        };
        let cores = format!(
            "{} CPU s a million events ({} one gate, {} two); {free} free",
            count_of(plan.cpu),
            count_of(constants.business_cpu.value),
            count_of(constants.people_cpu.value),
        );
        let memory = format!(
            "{} people at {}, and {} for peers elsewhere; {} tasks at {}; {}",
            count_of(plan.people_each),
            bytes_of(constants.person_bytes.value),
            bytes_of(PEERS_BYTES),
            count_of(plan.tasks_each as f64),
            bytes_of(TASK_BYTES),
            bytes_of(WORKER_BYTES),
        );
        let all = format!("{} workers, so that one may be missing", count_of(plan.workers as f64));
        vec![
            ("workers", "workers", plan.workers as f64, Unit::Count, workers),
            ("cores", "cores for them", plan.cores, Unit::Count, cores),
            ("worker_memory", "memory of each", plan.memory_each, Unit::Bytes, memory),
            ("memory", "memory of all", plan.memory, Unit::Bytes, all),
        ]
    }

    fn topics(&self) -> Vec<Row> {
        let Words { demand, constants, plan } = self;
        let partitions = format!(
            "{} a worker, 8 at least: so far the group can grow; none can be added later",
            demand.tasks_per_worker
        );
        let events = format!("{} each, one copy", bytes_of(constants.bytes_in.value));
        let written = format!(
            "decisions, relays, snapshots: {} for two gates, half for one; one copy",
            bytes_of(constants.bytes_out.value)
        );
        let snapshots = format!("at most, one for two decisions, {}", bytes_of(SNAPSHOT_BYTES));
        let kept = format!("compacted, {} a person, one copy", bytes_of(SNAPSHOT_BYTES));
        let disk = format!("events and what is written, {}, not packed", self.copies());
        vec![
            ("partitions", "partitions of each", plan.partitions as f64, Unit::Count, partitions),
            ("events_day", "events, a day", plan.events_day, Unit::Bytes, events),
            ("written_day", "written, a day", plan.written_day, Unit::Bytes, written),
            ("snapshots_day", "of it snapshots", plan.snapshots_day, Unit::Bytes, snapshots),
            ("snapshots_kept", "snapshots kept", plan.snapshots_kept, Unit::Bytes, kept),
            ("disk_day", "disk for a day kept", plan.disk_day, Unit::Bytes, disk),
        ]
    }

    fn transactions(&self) -> Vec<Row> {
        let Words { demand, plan, .. } = self;
        let transactions = format!(
            "each worker commits every {}, or {} records",
            Span((demand.commit_interval * 1e3).round() as i64),
            count_of(BATCH)
        );
        let touched = "its tasks' decisions and snapshots, and where its relays go".to_owned();
        let markers = format!("one a partition and transaction, {}", self.copies());
        vec![
            ("transactions_peak", "transactions", plan.transactions, Unit::PerSecond, transactions),
            (
                "partitions_touched",
                "partitions in each",
                plan.touched.round(),
                Unit::Count,
                touched,
            ),
            ("markers_peak", "markers", plan.markers, Unit::PerSecond, markers),
        ]
    }

    fn brokers(&self) -> Vec<Row> {
        let Words { demand, plan, .. } = self;
        let into = format!("events and what is written, {}", self.copies());
        let out = "workers read events and relays, one reader decisions; copies".to_owned();
        let carried = match demand.broker {
            Some(_) => "by --broker-mb",
            None => "one on the cores of a worker did; yours: --broker-mb",
        };
        let what = match plan.for_markers {
            true => format!("{} markers/s each", count_of(plan.broker_markers)),
            false => format!("{}/s each, in and out", bytes_of(plan.broker)),
        };
        let brokers = format!("{what} ({carried}), {} free", percent(demand.headroom));
        vec![
            ("bytes_in_peak", "into them, peak", plan.into, Unit::BytesPerSecond, into),
            ("bytes_out_peak", "out of them, peak", plan.out_of, Unit::BytesPerSecond, out),
            ("brokers", "brokers", plan.brokers as f64, Unit::Count, brokers),
        ]
    }

    fn restores(&self) -> Vec<Row> {
        let Words { demand, constants, plan } = self;
        let people = amount_of(demand.people as f64);
        let snapshots = format!(
            "at most: {people} machines and {} decisions since, {}/s a worker",
            amount_of(plan.decisions_since),
            count_of(plan.restored_snapshots)
        );
        let checkpoints =
            format!("{people} machines, {}/s a worker", count_of(plan.restored_checkpoint));
        let heirs = counted(plan.heirs, "other worker");
        let lost = format!("missed after {SESSION} s; its tasks restored by {heirs}, by snapshots");
        let again = format!("firstword decide, {}/s", count_of(constants.decide_events.value));
        let seconds = Unit::Seconds;
        vec![
            ("restore_snapshots", "all, by snapshots", plan.restore_snapshots, seconds, snapshots),
            (
                "restore_checkpoint",
                "all, by checkpoints",
                plan.restore_checkpoint,
                seconds,
                checkpoints,
            ),
            ("restore_lost", "one worker lost", plan.restore_lost, seconds, lost),
            ("decided_again", "a day decided again", plan.again, seconds, again),
        ]
    }
}

fn percent(share: f64) -> String {
    format!("{}%", (share * 10_000.0).round() / 100.0)
}
