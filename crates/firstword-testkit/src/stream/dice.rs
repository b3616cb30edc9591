//! Chance that a seed gives: the same faults in the same order at the same distances.

use std::env;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// The seed in the variable `SEED`, else one that the time gives.
pub fn seed() -> u64 {
    let asked = env::var("SEED").ok().and_then(|seed| seed.parse().ok());
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    asked.unwrap_or(now.as_secs())
}

/// A row of numbers that follows from a seed (splitmix64).
#[derive(Clone, Debug)]
pub(super) struct Dice(u64);

impl Dice {
    pub(super) fn new(seed: u64) -> Dice {
        Dice(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ self.0 >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ mixed >> 31
    }

    /// One of so many, from 0.
    pub(super) fn one_of(&mut self, count: usize) -> usize {
        (self.next() % count.max(1) as u64) as usize
    }

    /// A time between two.
    pub(super) fn between(&mut self, least: Duration, most: Duration) -> Duration {
        let span = most.saturating_sub(least).as_millis() as u64;
        least + Duration::from_millis(self.next() % (span + 1))
    }

    /// The same things in another order.
    pub(super) fn shuffle<T>(&mut self, things: &mut [T]) {
        for place in (1..things.len()).rev() {
            things.swap(place, self.one_of(place + 1));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_gives_the_same_row() {
        let row = |seed| {
            let mut dice = Dice::new(seed);
            let mut things: Vec<usize> = (0..20).collect();
            dice.shuffle(&mut things);
            (things, dice.one_of(1_000))
        };
        assert_eq!(row(7), row(7));
        assert_ne!(row(7), row(8));
        let mut sorted = row(7).0;
        sorted.sort_unstable();
        assert_eq!(sorted, (0..20).collect::<Vec<_>>());
        let (least, most) = (Duration::from_millis(5), Duration::from_millis(9));
        let mut dice = Dice::new(1);
        assert!((0..100).all(|_| (least..=most).contains(&dice.between(least, most))));
    }
}
