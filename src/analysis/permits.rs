//! How many threads compute at a time.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// Permits to compute. Threads that wait for each other hold none.
#[derive(Debug)]
pub(super) struct Permits {
    free: Mutex<usize>,
    returned: Condvar,
}

/// A permit to compute, which is returned when it is dropped.
#[derive(Debug)]
pub(super) struct Permit<'p>(&'p Permits);

impl Permits {
    /// So many permits, none of them taken.
    pub(super) const fn new(count: usize) -> Self {
        Self { free: Mutex::new(count), returned: Condvar::new() }
    }

    /// Waits for a permit.
    pub(super) fn take(&self) -> Permit<'_> {
        self.acquire();
        Permit(self)
    }

    /// Lets the holder of a permit wait for other threads, without it in the meantime.
    pub(super) fn lend<T>(&self, wait: impl FnOnce() -> T) -> T {
        self.release();
        let waited_for = wait();
        self.acquire();
        waited_for
    }

    fn acquire(&self) {
        let mut free = self.free();
        while *free == 0 {
            free = self.returned.wait(free).unwrap_or_else(PoisonError::into_inner);
        }
        *free -= 1;
    }

    fn release(&self) {
        *self.free() += 1;
        self.returned.notify_one();
    }

    fn free(&self) -> MutexGuard<'_, usize> {
        // A number cannot be left half changed.
        self.free.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Permit<'_> {
    fn drop(&mut self) {
        self.0.release();
    }
}
