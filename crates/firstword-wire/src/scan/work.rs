//! How much was done for a text? Counted in tests only: a count shows what is linear, a clock does not.

/// Counts some steps of an inner loop.
#[cfg(not(test))]
#[inline(always)]
pub(super) fn note(_steps: usize) {}

#[cfg(test)]
thread_local! {
    static STEPS: std::cell::Cell<usize> = const { std::cell::Cell::new(0) };
}

/// Counts some steps of an inner loop.
#[cfg(test)]
pub(super) fn note(steps: usize) {
    STEPS.with(|sum| sum.set(sum.get() + steps));
}

/// The steps since the last call, in this thread.
#[cfg(test)]
pub(super) fn taken() -> usize {
    STEPS.with(|sum| sum.replace(0))
}
