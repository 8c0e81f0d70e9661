//! What a direction keeps while bytes before it are missing: out-of-order bytes, and the ranges that the recorder
//! truncated.

use std::collections::BTreeMap;

use super::arrival::Arrival;
use super::sequence::Position;

/// The memory that a buffered piece takes in addition to its bytes, roughly: map node, allocation, arrival.
const OVERHEAD: usize = 128;

/// Bytes of one segment, or of part of one.
#[derive(Debug)]
pub(super) struct Piece {
    pub(super) bytes: Box<[u8]>,
    pub(super) arrival: Arrival,
}

impl Piece {
    fn end(&self, start: Position) -> Position {
        start + self.bytes.len() as u64
    }

    fn cost(&self) -> usize {
        self.bytes.len() + OVERHEAD
    }
}

/// The result of [`OutOfOrder::insert`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Inserted {
    /// How many of the bytes were buffered already.
    pub(super) repeated: u64,
    /// How many of those had another value.
    pub(super) differing: u64,
}

/// The out-of-order buffer of one direction: pieces that do not overlap, by position.
#[derive(Debug, Default)]
pub(super) struct OutOfOrder {
    pieces: BTreeMap<Position, Piece>,
    cost: usize,
}

impl OutOfOrder {
    pub(super) fn is_empty(&self) -> bool {
        self.pieces.is_empty()
    }

    /// Returns the memory that it takes, in bytes.
    pub(super) const fn cost(&self) -> usize {
        self.cost
    }

    /// Returns where the first piece begins.
    pub(super) fn start(&self) -> Option<Position> {
        self.pieces.first_key_value().map(|(start, _)| *start)
    }

    /// Returns the arrival of the first piece, if it begins at `position`.
    pub(super) fn arrival_at(&self, position: Position) -> Option<Arrival> {
        self.pieces.first_key_value().filter(|(start, _)| **start == position).map(|(_, piece)| piece.arrival)
    }

    /// Returns where the last piece ends.
    pub(super) fn end(&self) -> Option<Position> {
        self.pieces.last_key_value().map(|(start, piece)| piece.end(*start))
    }

    /// Adds those of `bytes` that are not buffered already: the first value of a byte stays.
    pub(super) fn insert(&mut self, start: Position, bytes: &[u8], arrival: Arrival) -> Inserted {
        let mut inserted = Inserted { repeated: 0, differing: 0 };
        let (mut at, mut rest) = (start, bytes);
        while !rest.is_empty() {
            let before = self.pieces.range(..=at).next_back().filter(|(start, piece)| piece.end(**start) > at);
            let length = if let Some((start, piece)) = before {
                let known = piece.bytes.get(to_usize(at - start)..).unwrap_or_default();
                let differing = known.iter().zip(rest).filter(|(known, new)| known != new).count();
                let length = known.len().min(rest.len());
                inserted.repeated += length as u64;
                inserted.differing += differing as u64;
                length
            } else {
                let free = self.pieces.range(at..).next().map_or(u64::MAX, |(next, _)| next - at);
                let fresh = rest.get(..to_usize(free)).unwrap_or(rest);
                let piece = Piece { bytes: fresh.into(), arrival };
                self.cost += piece.cost();
                self.pieces.insert(at, piece);
                fresh.len()
            };
            at += length as u64;
            rest = rest.get(length..).unwrap_or_default();
        }
        inserted
    }

    /// Removes and returns the first piece, if it begins at `position`.
    pub(super) fn take_at(&mut self, position: Position) -> Option<Piece> {
        let first = self.pieces.first_entry().filter(|first| *first.key() == position)?;
        let piece = first.remove();
        self.cost -= piece.cost();
        Some(piece)
    }

    /// Returns whether at least `count` pieces begin before `end`.
    pub(super) fn has_before(&self, end: Position, count: usize) -> bool {
        self.pieces.range(..end).take(count).count() == count
    }

    /// Returns where the run of pieces begins that reaches up to `position` without a gap; `position` if there is none.
    pub(super) fn start_of_run(&self, position: Position) -> Position {
        let mut run = position;
        for (start, piece) in self.pieces.range(..position).rev() {
            if piece.end(*start) < run {
                break;
            }
            run = *start;
        }
        run
    }

    /// Drops all bytes before `end`. Returns how many.
    pub(super) fn discard_before(&mut self, end: Position) -> u64 {
        let kept = self.pieces.split_off(&end);
        let dropped = std::mem::replace(&mut self.pieces, kept);
        let rest = dropped.last_key_value().and_then(|(start, piece)| {
            let bytes = piece.bytes.get(to_usize(end - *start)..).filter(|rest| !rest.is_empty())?;
            Some(Piece { bytes: bytes.into(), arrival: piece.arrival })
        });
        let mut bytes = self.forget(dropped);
        if let Some(rest) = rest {
            bytes -= rest.bytes.len() as u64;
            self.cost += rest.cost();
            self.pieces.insert(end, rest);
        }
        bytes
    }

    /// Drops all bytes at and after `start`. Returns how many.
    pub(super) fn discard_from(&mut self, start: Position) -> u64 {
        let dropped = self.pieces.split_off(&start);
        let mut bytes = self.forget(dropped);
        if let Some(mut last) = self.pieces.last_entry()
            && last.get().end(*last.key()) > start
        {
            let keep = to_usize(start - *last.key());
            let piece = last.get_mut();
            let all = piece.bytes.len();
            piece.bytes = piece.bytes.get(..keep).unwrap_or_default().into();
            self.cost -= all - piece.bytes.len();
            bytes += (all - piece.bytes.len()) as u64;
        }
        bytes
    }

    fn forget(&mut self, dropped: BTreeMap<Position, Piece>) -> u64 {
        self.cost -= dropped.values().map(Piece::cost).sum::<usize>();
        dropped.values().map(|piece| piece.bytes.len() as u64).sum()
    }
}

/// Converts a length to a slice index. A length beyond the address space is beyond every slice.
pub(super) fn to_usize(length: u64) -> usize {
    usize::try_from(length).unwrap_or(usize::MAX)
}

/// The most ranges that are remembered. The bytes of further ones count as missing for an unknown reason.
const TRUNCATED_KEPT: usize = 1024;

/// The ranges of a stream that the recorder truncated: start to end.
#[derive(Debug, Default)]
pub(super) struct Truncated {
    ranges: BTreeMap<Position, Position>,
}

impl Truncated {
    pub(super) fn insert(&mut self, start: Position, length: u64) {
        if length > 0 && self.ranges.len() < TRUNCATED_KEPT {
            let end = self.ranges.entry(start).or_insert(start);
            *end = (*end).max(start + length);
        }
    }

    /// Returns where the furthest range ends.
    pub(super) fn end(&self) -> Option<Position> {
        self.ranges.values().copied().max()
    }

    /// Forgets the ranges that end before `position`, up to the first that does not.
    pub(super) fn forget_before(&mut self, position: Position) {
        while let Some(range) = self.ranges.first_entry().filter(|range| *range.get() <= position) {
            range.remove();
        }
    }

    /// Returns how many bytes between `from` and `to` were truncated, and forgets the ranges before `to`.
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
    use crate::origin::Resolution;

    fn arrival(record: u64) -> Arrival {
        Arrival { first: record, record, time: None, resolution: Resolution::None }
    }

    fn drain(buffer: &mut OutOfOrder) -> Vec<(Position, Vec<u8>, u64)> {
        let mut pieces = Vec::new();
        while let Some(start) = buffer.start() {
            let piece = buffer.take_at(start).unwrap();
            pieces.push((start, piece.bytes.into_vec(), piece.arrival.record));
        }
        pieces
    }

    #[test]
    fn the_first_value_of_a_byte_stays() {
        let mut buffer = OutOfOrder::default();
        buffer.insert(12, b"cd", arrival(1));
        buffer.insert(16, b"gh", arrival(2));
        let inserted = buffer.insert(10, b"abCdefgh!", arrival(3));
        assert_eq!(inserted, Inserted { repeated: 4, differing: 1 });
        assert_eq!(buffer.end(), Some(19));
        assert_eq!(
            drain(&mut buffer),
            [
                (10, b"ab".to_vec(), 3),
                (12, b"cd".to_vec(), 1),
                (14, b"ef".to_vec(), 3),
                (16, b"gh".to_vec(), 2),
                (18, b"!".to_vec(), 3)
            ]
        );
        assert_eq!(buffer.cost(), 0);
    }

    #[test]
    fn discarding_part_of_a_piece_updates_the_cost() {
        let mut buffer = OutOfOrder::default();
        buffer.insert(10, b"abcd", arrival(1));
        buffer.insert(20, b"efg", arrival(2));
        assert_eq!(buffer.discard_from(12), 5);
        assert_eq!(buffer.cost(), OVERHEAD + 2);
        assert_eq!(buffer.end(), Some(12));
        assert_eq!(buffer.discard_before(11), 1);
        assert_eq!(buffer.cost(), OVERHEAD + 1);
        assert_eq!(drain(&mut buffer), [(11, b"b".to_vec(), 1)]);
        assert_eq!(buffer.cost(), 0);
    }

    #[test]
    fn a_run_ends_at_a_gap() {
        let mut buffer = OutOfOrder::default();
        buffer.insert(10, b"ab", arrival(1));
        buffer.insert(14, b"ef", arrival(1));
        buffer.insert(16, b"gh", arrival(1));
        assert_eq!(buffer.start_of_run(18), 14);
        assert_eq!(buffer.start_of_run(15), 14);
        assert_eq!(buffer.start_of_run(12), 10);
        assert_eq!(buffer.start_of_run(13), 13);
        assert_eq!(buffer.start_of_run(20), 20);
    }

    #[test]
    fn overlapping_ranges_count_once() {
        let mut truncated = Truncated::default();
        truncated.insert(10, 10);
        truncated.insert(15, 10);
        truncated.insert(16, 2);
        truncated.insert(40, 5);
        assert_eq!(truncated.end(), Some(45));
        assert_eq!(truncated.take(12, 30), 13);
        assert_eq!(truncated.take(30, 42), 2);
        assert_eq!(truncated.take(42, 50), 3);
        assert_eq!(truncated.end(), None);
    }

    #[test]
    fn passed_ranges_are_forgotten() {
        let mut truncated = Truncated::default();
        truncated.insert(10, 10);
        truncated.insert(30, 10);
        truncated.forget_before(25);
        assert_eq!(truncated.take(0, 100), 10);
    }
}
