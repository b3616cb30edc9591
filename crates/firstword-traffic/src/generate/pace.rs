//! When things happen: the rhythm of the days, and how people come to answer the terms.

use super::draw::scale;

const HOUR: i64 = 3_600_000;
const DAY: i64 = 24 * HOUR;

/// How long before the start of the traffic the first people settle in (locate, answer the terms,
/// opt in).
pub(super) const BEFORE: i64 = 14 * DAY;

/// How busy each hour of a day is, from midnight: quiet nights, a midday, a high evening.
const BUSY: [u64; 24] = [
    16, 9, 5, 4, 4, 8, 24, 55, 88, 104, 110, 116, 124, 116, 110, 112, 120, 136, 150, 160, 154, 130,
    86, 44,
];

/// The time over which a log spreads.
#[derive(Debug, Clone)]
pub(super) struct Pace {
    start: i64,
    end: i64,
    days: u64,
}

impl Pace {
    pub(super) fn new(start: i64, days: u32) -> Self {
        Self { start, end: start + i64::from(days) * DAY, days: u64::from(days) }
    }

    /// The first time after the log.
    pub(super) fn end(&self) -> i64 {
        self.end
    }

    /// The time at which `done` of `total` have happened, with `jitter` as the fraction of the next
    /// one: spread over the days by their rhythm. It grows with `done`, whatever the jitter.
    pub(super) fn at(&self, done: u64, total: u64, jitter: u32) -> i64 {
        let day: u64 = BUSY.iter().sum();
        let whole = u128::from(self.days) * u128::from(day) * HOUR.unsigned_abs() as u128;
        let part = (u128::from(done) << 32) + u128::from(jitter);
        let passed = whole * part / (u128::from(total.max(1)) << 32);
        let of_day = u128::from(day) * HOUR.unsigned_abs() as u128;
        let days = i64::try_from(passed / of_day).unwrap_or(0);
        let mut rest = u64::try_from(passed % of_day).unwrap_or(0);
        let mut at = self.start + days * DAY;
        for busy in BUSY {
            let hour = busy * HOUR.unsigned_abs();
            if rest < hour {
                at += i64::try_from(rest / busy).unwrap_or(0);
                break;
            }
            rest -= hour;
            at += HOUR;
        }
        at.min(self.end - 1)
    }

    /// The time at which `done` of `total` people have settled in: three of four before the start,
    /// more and more as it comes near, the others in the days after it. It grows with `done`,
    /// whatever the jitter.
    pub(super) fn settled(&self, done: u64, total: u64, jitter: u32) -> i64 {
        const ONE: u128 = 1 << 32;
        let part = ((u128::from(done) << 32) + u128::from(jitter)) / u128::from(total.max(1));
        let eve = ONE / 4 * 3;
        let squared = |of: u128, whole: u128, span: i64| {
            let span = u128::from(span.unsigned_abs());
            i64::try_from(of * of * span / (whole * whole)).unwrap_or(0)
        };
        if part < eve {
            self.start - squared(eve - part, eve, BEFORE)
        } else {
            let after = (self.end - self.start).min(14 * DAY);
            (self.start + squared(part - eve, ONE - eve, after)).min(self.end - 1)
        }
    }

    /// A time `wait` ms after `at`, or, where the log ends before that, one before its end.
    pub(super) fn later(&self, at: i64, wait: u64, bits: u64) -> i64 {
        let left = u64::try_from(self.end - at).unwrap_or(0);
        let wait = if wait < left { wait } else { scale(bits, left) };
        at + i64::try_from(wait).unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::{BEFORE, DAY, HOUR, Pace};
    use proptest::prelude::*;

    const START: i64 = 1_621_036_800_000;

    proptest! {
        #[test]
        fn both_rhythms_only_go_forwards(
            days in 1..400_u32, total in 1..1_000_000_u64, done: u32, jitter: [u32; 2],
        ) {
            let pace = Pace::new(START, days);
            let done = u64::from(done) % total;
            let [one, other] = jitter;
            for rhythm in [Pace::at, Pace::settled] {
                let at = rhythm(&pace, done, total, one);
                prop_assert!((START - BEFORE..pace.end()).contains(&at));
                prop_assert!(at <= rhythm(&pace, done + 1, total, other));
            }
        }

        #[test]
        fn later_is_later_and_within_the_log(wait: u64, bits: u64, of_log in 0..3 * DAY) {
            let pace = Pace::new(START, 3);
            let at = START + of_log;
            prop_assert!((at..pace.end()).contains(&pace.later(at, wait, bits)));
        }
    }

    #[test]
    fn evenings_are_busier_than_nights() {
        let pace = Pace::new(START, 2);
        let in_hour = |hour: i64| {
            (0..10_000).filter(|&n| (pace.at(n, 10_000, 0) - START) % DAY / HOUR == hour).count()
        };
        assert!(in_hour(19) > 20 * in_hour(3), "{} {}", in_hour(19), in_hour(3));
        let first_day = (0..10_000).filter(|&n| pace.at(n, 10_000, 0) < START + DAY).count();
        assert_eq!(first_day, 5_000);
    }

    #[test]
    fn most_people_settle_before_the_start() {
        let pace = Pace::new(START, 7);
        let before = (0..10_000).filter(|&n| pace.settled(n, 10_000, 0) < START).count();
        assert_eq!(before, 7_500);
    }
}
