//! Ranges of a stream that the recorder cut off.

use std::collections::BTreeMap;

use super::sequence::Position;

/// How many ranges are remembered; bytes of others are missing like any.
const KEPT: usize = 1024;

/// Where bytes were on the wire and not in the record, start to end.
#[derive(Debug, Default)]
pub(super) struct Cuts {
    ranges: BTreeMap<Position, Position>,
}

impl Cuts {
    pub(super) fn insert(&mut self, start: Position, length: u64) {
        if length > 0 && self.ranges.len() < KEPT {
            let end = self.ranges.entry(start).or_insert(start);
            *end = (*end).max(start + length);
        }
    }

    /// Where the furthest range ends.
    pub(super) fn end(&self) -> Option<Position> {
        self.ranges.values().copied().max()
    }

    /// Forgets the ranges that end before `position`, up to the first that does not.
    pub(super) fn forget_before(&mut self, position: Position) {
        while let Some(range) = self.ranges.first_entry().filter(|range| *range.get() <= position) {
            range.remove();
        }
    }

    /// How many bytes between `from` and `to` were cut off; forgets what lies before `to`.
    pub(super) fn take(&mut self, from: Position, to: Position) -> u64 {
        let beyond = self.ranges.split_off(&to);
        let before = std::mem::replace(&mut self.ranges, beyond);
        let (mut at, mut sum) = (from, 0);
        for (start, end) in before {
            let start = start.max(at);
            at = at.max(end.min(to));
            sum += at.saturating_sub(start);
            self.insert(to, end.saturating_sub(to));
        }
        sum
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn overlapping_ranges_count_once() {
        let mut cuts = Cuts::default();
        cuts.insert(10, 10);
        cuts.insert(15, 10);
        cuts.insert(16, 2);
        cuts.insert(40, 5);
        assert_eq!(cuts.end(), Some(45));
        assert_eq!(cuts.take(12, 30), 13);
        assert_eq!(cuts.take(30, 42), 2);
        assert_eq!(cuts.take(42, 50), 3);
        assert_eq!(cuts.end(), None);
    }

    #[test]
    fn passed_ranges_are_forgotten() {
        let mut cuts = Cuts::default();
        cuts.insert(10, 10);
        cuts.insert(30, 10);
        cuts.forget_before(25);
        assert_eq!(cuts.take(0, 100), 10);
    }
}
