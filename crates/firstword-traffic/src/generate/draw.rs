//! Draws by chance that a seed fixes for ever.
//!
//! The generator's algorithm (PCG XSL 128/64 MCG) is fixed by its name; everything made of its
//! numbers is whole-number arithmetic of this file. So no release of a crate, and no computer,
//! changes a log.

use rand_pcg::{Pcg64Mcg, rand_core::Rng as _};

/// Spreads a number over 64 bits, one to one (the finaliser of SplitMix64).
pub(super) fn mix(number: u64) -> u64 {
    let number = (number ^ (number >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let number = (number ^ (number >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    number ^ (number >> 31)
}

/// A number that follows from two others.
pub(super) fn mix2(first: u64, second: u64) -> u64 {
    mix(mix(first).wrapping_add(second).wrapping_add(0x9e37_79b9_7f4a_7c15))
}

/// Scales 64 random bits to a number below `bound` (0 if that is 0).
pub(super) fn scale(bits: u64, bound: u64) -> u64 {
    u64::try_from((u128::from(bits) * u128::from(bound)) >> 64).unwrap_or(0)
}

/// A share of cases, from 0 to 1.
#[derive(Debug, Clone, Copy)]
pub(super) struct Share(u64);

impl Share {
    const ONE: u64 = 1 << 53;

    /// The share of a fraction; below 0 and what is no number is none, above 1 is all.
    pub(super) fn of(fraction: f64) -> Self {
        // A product with a power of two is exact, so that this is the same on every computer.
        Self((fraction.clamp(0.0, 1.0) * Self::ONE as f64) as u64)
    }

    /// How many of `total` the share is, to the nearest whole number.
    pub(super) fn count(self, total: u64) -> u64 {
        u64::try_from((u128::from(self.0) * u128::from(total) + (1 << 52)) >> 53).unwrap_or(0)
    }

    /// Whether 64 random bits fall into the share.
    pub(super) fn holds(self, bits: u64) -> bool {
        bits >> 11 < self.0
    }
}

/// The draws of one log, one after another.
#[derive(Debug, Clone)]
pub(super) struct Draw(Pcg64Mcg);

impl Draw {
    pub(super) fn new(seed: u64) -> Self {
        Self(Pcg64Mcg::new((u128::from(mix2(seed, 1)) << 64) | u128::from(mix2(seed, 2))))
    }

    pub(super) fn bits(&mut self) -> u64 {
        self.0.next_u64()
    }

    /// A number below `bound`, each as likely; 0 if `bound` is 0.
    pub(super) fn below(&mut self, bound: u64) -> u64 {
        scale(self.bits(), bound)
    }

    /// Whether a thing happens that does so `n` times in a thousand.
    pub(super) fn in_1000(&mut self, n: u64) -> bool {
        self.below(1000) < n
    }

    pub(super) fn share(&mut self, share: Share) -> bool {
        share.holds(self.bits())
    }

    /// A number whose size class is drawn before the number: of `classes` classes, each reaching up
    /// to twice the one before and the first to twice `base`. Small ones are likelier: the lower of
    /// two classes drawn. Such times of waiting are what people have: mostly short, some long by
    /// orders of magnitude.
    pub(super) fn waiting(&mut self, base: u64, classes: u64) -> u64 {
        let class = self.below(classes).min(self.below(classes));
        let from = base << class;
        from + self.below(from)
    }

    /// One of a list, each as likely; the default if there is none.
    pub(super) fn one_of<T: Copy + Default>(&mut self, list: &[T]) -> T {
        pick(list, self.bits())
    }
}

/// The element of a list that random bits give; the default if there is none.
pub(super) fn pick<T: Copy + Default>(list: &[T], bits: u64) -> T {
    let place = usize::try_from(scale(bits, list.len() as u64)).unwrap_or(0);
    list.get(place).copied().unwrap_or_default()
}

/// A shuffle of the numbers below `count`, without a table: a Feistel network over the next even
/// number of bits, walked on until it meets a number below `count`.
#[derive(Debug, Clone, Copy)]
pub(super) struct Shuffle {
    count: u64,
    half: u32,
    key: u64,
}

impl Shuffle {
    pub(super) fn new(count: u64, key: u64) -> Self {
        let bits = 64 - count.saturating_sub(1).leading_zeros();
        Self { count, half: bits.div_ceil(2).max(1), key }
    }

    /// Where a number below `count` goes. (Another number goes nowhere and comes back as it is.)
    pub(super) fn place(&self, number: u64) -> u64 {
        if number >= self.count {
            return number;
        }
        let mut place = number;
        loop {
            place = self.round_trip(place);
            if place < self.count {
                return place;
            }
        }
    }

    fn round_trip(&self, number: u64) -> u64 {
        let mask = (1_u64 << self.half) - 1;
        let (mut left, mut right) = (number >> self.half, number & mask);
        for round in 0..4 {
            (left, right) = (right, left ^ (mix2(self.key.wrapping_add(round), right) & mask));
        }
        (left << self.half) | right
    }
}

#[cfg(test)]
mod tests {
    use super::{Draw, Share, Shuffle};
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_shuffle_has_every_number_once(count in 1..3000_u64, key in any::<u64>()) {
            let shuffle = Shuffle::new(count, key);
            let mut met: Vec<_> = (0..count).map(|number| shuffle.place(number)).collect();
            met.sort_unstable();
            prop_assert!(met.into_iter().eq(0..count));
        }

        #[test]
        fn draws_stay_in_their_bounds(seed in any::<u64>(), bound in 1..u64::MAX) {
            let mut draw = Draw::new(seed);
            prop_assert!(draw.below(bound) < bound);
            prop_assert!((10..10 << 5).contains(&draw.waiting(10, 5)));
        }
    }

    #[test]
    fn shares() {
        let mut draw = Draw::new(1);
        assert!(!(0..10_000).any(|_| draw.share(Share::of(0.0))));
        assert!((0..10_000).all(|_| draw.share(Share::of(1.0))));
        let quarter = (0..100_000).filter(|_| draw.share(Share::of(0.25))).count();
        assert!((24_000..26_000).contains(&quarter), "{quarter}");
        assert_eq!(Share::of(0.2).count(1000), 200);
        assert_eq!(Share::of(f64::NAN).count(1000), 0);
    }

    /// The numbers are part of the promise that a seed gives the same log for ever.
    #[test]
    fn the_first_draws_of_a_seed() {
        let mut draw = Draw::new(7);
        let first: Vec<_> = (0..4).map(|_| draw.below(1_000_000)).collect();
        assert_eq!(first, [335_925, 5_281, 925_730, 536_967]);
    }
}
