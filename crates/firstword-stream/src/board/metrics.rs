//! The metrics as OpenMetrics text. METRICS.md says what each answers; a test holds both together.

use std::fmt;
use std::sync::atomic::Ordering::Relaxed;

use firstword_rules::EDITION;
use prometheus_client::collector::Collector;
use prometheus_client::encoding::{
    DescriptorEncoder, EncodeCounterValue, EncodeGaugeValue, EncodeLabelSet, NoLabelSet, text,
};
use prometheus_client::metrics::MetricType;
use prometheus_client::registry::Registry;

use super::histogram::Histogram;
use super::own::Own;
use super::{Board, State};

/// The content type of [`Board::metrics`].
pub(crate) const OPEN_METRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

impl Board {
    /// All metrics, as OpenMetrics text.
    pub fn metrics(&self) -> String {
        let (mut out, mut registry) = (String::new(), Registry::default());
        registry.register_collector(Box::new(self.clone()));
        // Writing to a string does not fail.
        let _ = text::encode(&mut out, &registry);
        out
    }
}

impl Collector for Board {
    fn encode(&self, encoder: DescriptorEncoder<'_>) -> fmt::Result {
        let mut sheet = Sheet(encoder);
        let shared = &self.0;
        {
            let state = self.state();
            decided(&mut sheet, &state)?;
            sheet.counter(
                "firstword_restored_records",
                "Records read to restore tasks",
                shared.restored_records.load(Relaxed),
            )?;
            tasks(&mut sheet, &state, &shared.inputs)?;
        }
        let (version, edition) = (env!("CARGO_PKG_VERSION"), EDITION.to_string());
        let build = [("version", version), ("rules", &edition), ("policy", &shared.policy)];
        sheet
            .0
            .encode_descriptor(
                "firstword_build",
                "The program, the edition of the rules and the policy that it decides by",
                None,
                MetricType::Info,
            )?
            .encode_info(&build)?;
        Own::read().map_or(Ok(()), |own| process(&mut sheet, own))
    }
}

fn decided(sheet: &mut Sheet<'_>, state: &State) -> fmt::Result {
    sheet.counters(
        "firstword_decisions",
        "Decisions published, by gate, verdict and row of the rules",
        state.decisions.counts(),
    )?;
    sheet.counters(
        "firstword_dead_letters",
        "Records that were no event, by reason",
        state.dead_letters.counts(),
    )?;
    let outcomes = ["committed", "aborted", "unknown"].map(|outcome| [("outcome", outcome)]);
    sheet.counters(
        "firstword_transactions",
        "Transactions by how they ended",
        outcomes.into_iter().zip(state.transactions),
    )?;
    sheet.counter(
        "firstword_producer_recycled",
        "Producers given up after a transaction that did not end cleanly and quickly",
        state.producers_recycled,
    )?;
    sheet.histogram(
        "firstword_commit_seconds",
        "From the beginning of a transaction to its commit",
        &state.commit,
    )?;
    sheet.histogram(
        "firstword_decision_delay_seconds",
        "From a record's timestamp to the commit of its decision",
        &state.delay,
    )?;
    sheet.histogram(
        "firstword_restore_seconds",
        "From the assignment of a task to its first step",
        &state.restore,
    )?;
    sheet.gauge(
        "firstword_policies_differ",
        "1 while workers of the group decide under different policies",
        i64::from(state.policies_differ),
    )
}

fn tasks(sheet: &mut Sheet<'_>, state: &State, inputs: &[String; 2]) -> fmt::Result {
    let count = |of: &'static str| {
        let count = state.tasks.values().filter(|task| task.state() == of).count();
        ([("state", of)], count as i64)
    };
    let states = ["restoring", "running"].map(count);
    sheet.gauges("firstword_tasks", "Tasks of this process by state", states.into_iter())?;
    let tasks = || state.tasks.iter().map(|(partition, task)| ([("partition", *partition)], task));
    let lags = tasks().flat_map(|(partition, task)| {
        let lags = inputs.iter().zip(task.lags());
        lags.filter_map(move |(topic, lag)| Some((([("topic", topic.as_str())], partition), lag?)))
    });
    sheet.gauges("firstword_lag_records", "Records still to be consumed", lags)?;
    sheet.gauges(
        "firstword_restore_remaining_records",
        "Records still to be read to restore a task, at most",
        tasks().map(|(partition, task)| (partition, task.to_restore())),
    )?;
    sheet.gauges(
        "firstword_machines",
        "People whose machine a task keeps",
        tasks().map(|(partition, task)| (partition, task.machines())),
    )?;
    sheet.gauges(
        "firstword_state_bytes",
        "Memory that a task's machines take",
        tasks().map(|(partition, task)| (partition, task.bytes)),
    )?;
    let commits = tasks()
        .filter_map(|(partition, task)| Some((partition, task.last_commit? as f64 / 1000.0)));
    sheet.gauges(
        "firstword_last_commit_timestamp_seconds",
        "When a task last published a step",
        commits,
    )
}

fn process(sheet: &mut Sheet<'_>, own: Own) -> fmt::Result {
    sheet.gauge("process_resident_memory_bytes", "Resident memory", own.resident_bytes)?;
    sheet.counter(
        "process_cpu_seconds",
        "Processor time, user and system together",
        own.cpu_seconds,
    )?;
    sheet.gauge("process_open_fds", "Open file descriptors", own.open_files)?;
    sheet.gauge("process_start_time_seconds", "When the process was started", own.start_seconds)
}

/// Where metrics are written, one family after the other. A counter's name gets its `_total` here, and only here.
struct Sheet<'e>(DescriptorEncoder<'e>);

impl Sheet<'_> {
    fn counter(&mut self, name: &str, help: &str, value: impl EncodeCounterValue) -> fmt::Result {
        let mut encoder = self.0.encode_descriptor(name, help, None, MetricType::Counter)?;
        encoder.encode_counter::<NoLabelSet, _, f64>(&value, None)
    }

    fn counters<L: EncodeLabelSet>(
        &mut self,
        name: &str,
        help: &str,
        samples: impl Iterator<Item = (L, u64)>,
    ) -> fmt::Result {
        let mut encoder = self.0.encode_descriptor(name, help, None, MetricType::Counter)?;
        for (labels, value) in samples {
            encoder.encode_family(&labels)?.encode_counter::<NoLabelSet, _, f64>(&value, None)?;
        }
        Ok(())
    }

    fn gauge(&mut self, name: &str, help: &str, value: impl EncodeGaugeValue) -> fmt::Result {
        self.0.encode_descriptor(name, help, None, MetricType::Gauge)?.encode_gauge(&value)
    }

    fn gauges<L: EncodeLabelSet, V: EncodeGaugeValue>(
        &mut self,
        name: &str,
        help: &str,
        samples: impl Iterator<Item = (L, V)>,
    ) -> fmt::Result {
        let mut encoder = self.0.encode_descriptor(name, help, None, MetricType::Gauge)?;
        for (labels, value) in samples {
            encoder.encode_family(&labels)?.encode_gauge(&value)?;
        }
        Ok(())
    }

    fn histogram(&mut self, name: &str, help: &str, histogram: &Histogram) -> fmt::Result {
        histogram.encode(self.0.encode_descriptor(name, help, None, MetricType::Histogram)?)
    }
}
