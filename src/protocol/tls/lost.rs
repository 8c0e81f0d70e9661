//! What is missing between two records that could be read, and how much may be tried to find the second.

use super::record::SHORTEST_SEALED;
use crate::origin::Origin;

/// The most sequence numbers that are tried on a record after a gap.
const MOST_TRIED: u64 = 1 << 16;

/// Records that could not be read, since the last that could.
#[derive(Clone, Copy, Debug)]
pub(super) struct Lost {
    /// Where the first begins.
    pub(super) origin: Origin,
    /// Its place among the bytes of the direction.
    pub(super) position: u64,
    /// The epoch and the sequence number that were due.
    pub(super) epoch: u32,
    pub(super) sequence: u64,
    /// Records whose frame was seen.
    pub(super) framed: u64,
    /// Whether more may be missing than those.
    pub(super) unframed: bool,
    /// Whether bytes are absent, and not only wrong.
    pub(super) absent: bool,
}

impl Lost {
    /// The sequence number of a record right after those that are known to be lost.
    pub(super) const fn next(&self) -> u64 {
        self.sequence.saturating_add(self.framed)
    }

    /// How many sequence numbers more can have passed before a record at `position`.
    pub(super) fn slack(&self, position: u64) -> u64 {
        if !self.unframed {
            return 0;
        }
        (position.saturating_sub(self.position) / SHORTEST_SEALED + 1).saturating_sub(self.framed).min(MOST_TRIED)
    }
}
