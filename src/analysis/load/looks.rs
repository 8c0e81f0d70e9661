//! How often to look whether something has changed.

use std::time::{Duration, Instant};

/// How often to look, and how much longer than a look takes it is until the next.
const EVERY: Duration = Duration::from_millis(100);
const SHARE: u32 = 20;

/// Looks at something that takes the longer to look at, the more there is of it.
pub(super) struct Looks {
    last: Instant,
    pause: Duration,
}

impl Looks {
    /// Counts from now on.
    pub(super) fn new() -> Self {
        Self { last: Instant::now(), pause: EVERY }
    }

    /// Returns whether it is time for another look.
    pub(super) fn is_due(&self) -> bool {
        self.last.elapsed() >= self.pause
    }

    /// Returns how long to wait between two looks.
    pub(super) const fn pause(&self) -> Duration {
        self.pause
    }

    /// Takes note of a look that began then and is over.
    pub(super) fn looked(&mut self, begun: Instant) {
        self.pause = EVERY.max(begun.elapsed() * SHARE);
        self.last = Instant::now();
    }
}
