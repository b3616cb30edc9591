//! A histogram that takes many observations at once, under the lock of whoever owns it.

use prometheus_client::encoding::{MetricEncoder, NoLabelSet};

/// How long a transaction took, in seconds: a millisecond on a near broker, seconds where one is lost.
pub(super) const COMMIT: &[f64] =
    &[0.001, 0.002, 0.003, 0.005, 0.0075, 0.01, 0.02, 0.035, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0, 10.0];
/// From a record to its decision, in seconds: milliseconds when all is well, hours after an outage.
pub(super) const DELAY: &[f64] = &[
    0.001, 0.002, 0.003, 0.005, 0.0075, 0.01, 0.015, 0.025, 0.035, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5,
    5.0, 10.0, 30.0, 60.0, 300.0, 1800.0, 3600.0, 21600.0, 86400.0,
];
/// How long a task took to restore, in seconds.
pub(super) const RESTORE: &[f64] =
    &[0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0, 1800.0];

/// Counts of what was at most each bound, and above the last.
#[derive(Debug)]
pub(super) struct Histogram {
    bounds: &'static [f64],
    /// One more than there are bounds.
    counts: Vec<u64>,
    sum: f64,
}

impl Histogram {
    pub(super) fn new(bounds: &'static [f64]) -> Histogram {
        Histogram { bounds, counts: vec![0; bounds.len() + 1], sum: 0.0 }
    }

    /// The same value, so many times.
    pub(super) fn observe(&mut self, value: f64, times: u64) {
        let bucket = self.bounds.partition_point(|bound| *bound < value);
        if let Some(count) = self.counts.get_mut(bucket) {
            *count += times;
        }
        self.sum += value * times as f64;
    }

    pub(super) fn encode(&self, mut encoder: MetricEncoder<'_>) -> std::fmt::Result {
        let bounds = self.bounds.iter().copied().chain([f64::INFINITY]);
        let buckets: Vec<_> = bounds.zip(self.counts.iter().copied()).collect();
        let count = self.counts.iter().sum();
        encoder.encode_histogram::<NoLabelSet>(self.sum, count, &buckets, None)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bound_belongs_to_its_bucket() {
        let mut histogram = Histogram::new(&[1.0, 2.0]);
        for (value, times) in [(0.0, 1), (1.0, 2), (1.5, 3), (2.0, 4), (9.0, 5)] {
            histogram.observe(value, times);
        }
        assert_eq!(histogram.counts, [3, 7, 5]);
        assert_eq!(histogram.sum, 59.5);
    }

    #[test]
    fn bounds_rise() {
        for bounds in [COMMIT, DELAY, RESTORE] {
            assert!(bounds.is_sorted_by(|one, next| one < next));
        }
    }
}
