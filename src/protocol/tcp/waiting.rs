//! Bytes that came before their turn.

use std::collections::BTreeMap;

use super::Place;
use super::sequence::Position;

/// What a waiting piece costs besides its bytes, about: the map's node, the allocation, the place.
const OVERHEAD: usize = 128;

/// Bytes of one segment, or of a part of one, that wait for those before them.
#[derive(Debug)]
pub(super) struct Piece {
    pub(super) bytes: Box<[u8]>,
    pub(super) place: Place,
}

impl Piece {
    fn end(&self, start: Position) -> Position {
        start + self.bytes.len() as u64
    }

    fn cost(&self) -> usize {
        self.bytes.len() + OVERHEAD
    }
}

/// What [`Waiting::insert`] found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Inserted {
    /// How many of the bytes were waiting already.
    pub(super) repeated: u64,
    /// How many of those were other bytes than these.
    pub(super) differing: u64,
}

/// The out-of-order buffer of one direction: pieces that do not overlap, by position.
#[derive(Debug, Default)]
pub(super) struct Waiting {
    pieces: BTreeMap<Position, Piece>,
    cost: usize,
}

impl Waiting {
    pub(super) fn is_empty(&self) -> bool {
        self.pieces.is_empty()
    }

    /// Memory held, in bytes, with what a piece costs besides its bytes.
    pub(super) const fn cost(&self) -> usize {
        self.cost
    }

    /// Where the first piece begins.
    pub(super) fn start(&self) -> Option<Position> {
        self.pieces.first_key_value().map(|(start, _)| *start)
    }

    /// Where the first piece came from, if it begins at `position`.
    pub(super) fn place_at(&self, position: Position) -> Option<Place> {
        self.pieces.first_key_value().filter(|(start, _)| **start == position).map(|(_, piece)| piece.place)
    }

    /// Where the last piece ends.
    pub(super) fn end(&self) -> Option<Position> {
        self.pieces.last_key_value().map(|(start, piece)| piece.end(*start))
    }

    /// Keeps those of `bytes` that are not waiting already: the first copy of a byte stays.
    pub(super) fn insert(&mut self, start: Position, bytes: &[u8], place: Place) -> Inserted {
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
                let piece = Piece { bytes: fresh.into(), place };
                self.cost += piece.cost();
                self.pieces.insert(at, piece);
                fresh.len()
            };
            at += length as u64;
            rest = rest.get(length..).unwrap_or_default();
        }
        inserted
    }

    /// Takes the first piece, if it begins at `position`.
    pub(super) fn take_at(&mut self, position: Position) -> Option<Piece> {
        let first = self.pieces.first_entry().filter(|first| *first.key() == position)?;
        let piece = first.remove();
        self.cost -= piece.cost();
        Some(piece)
    }

    /// Whether at least `count` pieces begin before `end`.
    pub(super) fn has_before(&self, end: Position, count: usize) -> bool {
        self.pieces.range(..end).take(count).count() == count
    }

    /// Where the pieces begin that reach up to `position` without a hole; `position`, if there are none.
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

    /// Drops all bytes before `end`, and says how many they were.
    pub(super) fn discard_before(&mut self, end: Position) -> u64 {
        let kept = self.pieces.split_off(&end);
        let dropped = std::mem::replace(&mut self.pieces, kept);
        let rest = dropped.last_key_value().and_then(|(start, piece)| {
            let bytes = piece.bytes.get(to_usize(end - *start)..).filter(|rest| !rest.is_empty())?;
            Some(Piece { bytes: bytes.into(), place: piece.place })
        });
        let mut bytes = self.forget(dropped);
        if let Some(rest) = rest {
            bytes -= rest.bytes.len() as u64;
            self.cost += rest.cost();
            self.pieces.insert(end, rest);
        }
        bytes
    }

    /// Drops all bytes at and after `start`, and says how many they were.
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

/// `length` as a slice index; one that memory cannot have is beyond every slice.
pub(super) fn to_usize(length: u64) -> usize {
    usize::try_from(length).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(record: u64) -> Place {
        Place { first: record, record, time: None }
    }

    fn drain(waiting: &mut Waiting) -> Vec<(Position, Vec<u8>, u64)> {
        let mut pieces = Vec::new();
        while let Some(start) = waiting.start() {
            let piece = waiting.take_at(start).unwrap();
            pieces.push((start, piece.bytes.into_vec(), piece.place.record));
        }
        pieces
    }

    #[test]
    fn the_first_copy_of_a_byte_stays() {
        let mut waiting = Waiting::default();
        waiting.insert(12, b"cd", place(1));
        waiting.insert(16, b"gh", place(2));
        let inserted = waiting.insert(10, b"abCdefgh!", place(3));
        assert_eq!(inserted, Inserted { repeated: 4, differing: 1 });
        assert_eq!(waiting.end(), Some(19));
        assert_eq!(
            drain(&mut waiting),
            [
                (10, b"ab".to_vec(), 3),
                (12, b"cd".to_vec(), 1),
                (14, b"ef".to_vec(), 3),
                (16, b"gh".to_vec(), 2),
                (18, b"!".to_vec(), 3)
            ]
        );
        assert_eq!(waiting.cost(), 0);
    }

    #[test]
    fn discarding_cuts_a_piece_in_two_and_accounts_for_it() {
        let mut waiting = Waiting::default();
        waiting.insert(10, b"abcd", place(1));
        waiting.insert(20, b"efg", place(2));
        assert_eq!(waiting.discard_from(12), 5);
        assert_eq!(waiting.cost(), OVERHEAD + 2);
        assert_eq!(waiting.end(), Some(12));
        assert_eq!(waiting.discard_before(11), 1);
        assert_eq!(waiting.cost(), OVERHEAD + 1);
        assert_eq!(drain(&mut waiting), [(11, b"b".to_vec(), 1)]);
        assert_eq!(waiting.cost(), 0);
    }

    #[test]
    fn a_run_ends_at_a_hole() {
        let mut waiting = Waiting::default();
        waiting.insert(10, b"ab", place(1));
        waiting.insert(14, b"ef", place(1));
        waiting.insert(16, b"gh", place(1));
        assert_eq!(waiting.start_of_run(18), 14);
        assert_eq!(waiting.start_of_run(15), 14);
        assert_eq!(waiting.start_of_run(12), 10);
        assert_eq!(waiting.start_of_run(13), 13);
        assert_eq!(waiting.start_of_run(20), 20);
    }
}
