//! A lock that outlives a panic: what it guards is whole after each statement, so nobody else need panic as well.

use std::sync::{Mutex, MutexGuard, PoisonError};

/// Waits for what a mutex guards.
pub(crate) fn lock<T: ?Sized>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
