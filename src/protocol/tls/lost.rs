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

/// How much trying a direction may still cost. The unit is about a byte decrypted.
#[derive(Clone, Copy, Debug)]
pub(super) struct Budget(u64);

impl Budget {
    /// What a trial costs beside its bytes.
    const TRIAL: u64 = 512;

    /// A tenth of a second's work.
    const MOST: u64 = 128 << 20;

    pub(super) const fn new() -> Self {
        Self(Self::MOST)
    }

    /// Pays for one trial on a record of `length` bytes; `false` if nothing is left.
    pub(super) const fn pay(&mut self, length: usize) -> bool {
        let cost = Self::TRIAL + length as u64;
        let enough = self.0 >= cost;
        self.0 = if enough { self.0 - cost } else { 0 };
        enough
    }

    /// Earns from a record of `length` bytes that could be read.
    pub(super) fn earn(&mut self, length: usize) {
        self.0 = (self.0 + 4 * length as u64).min(Self::MOST);
    }
}
