//! Bytes of one direction that do not make a whole record yet, and the records of the capture they came in.

use crate::origin::Origin;

/// Bytes, and where they came from.
#[derive(Debug, Default)]
pub(super) struct Pending {
    bytes: Vec<u8>,
    /// Where in `bytes` those begin that were not consumed.
    start: usize,
    /// Where each piece ends in `bytes`, and its origin.
    pieces: Vec<(usize, Origin)>,
    /// The first piece with bytes that were not consumed.
    piece: usize,
}

impl Pending {
    /// The bytes.
    pub(super) fn bytes(&self) -> &[u8] {
        self.bytes.get(self.start..).unwrap_or_default()
    }

    /// Adds bytes that came at `origin`.
    pub(super) fn push(&mut self, data: &[u8], origin: Origin) {
        if self.start > 0 {
            self.bytes.drain(..self.start);
            self.pieces.drain(..self.piece);
            self.pieces.iter_mut().for_each(|(end, _)| *end -= self.start);
            (self.start, self.piece) = (0, 0);
        }
        self.bytes.extend_from_slice(data);
        self.pieces.push((self.bytes.len(), origin));
    }

    /// Where the first `length` bytes came from, the offset aside; `None` if there are none.
    pub(super) fn origin(&self, length: usize) -> Option<Origin> {
        let pieces = self.pieces.get(self.piece..).unwrap_or_default();
        let (_, first) = pieces.first()?;
        let (_, last) = pieces.iter().find(|(end, _)| *end >= self.start + length).or(pieces.last())?;
        Some(first.to(*last))
    }

    /// Drops the first `length` bytes.
    pub(super) fn consume(&mut self, length: usize) {
        self.start = (self.start + length).min(self.bytes.len());
        while self.pieces.get(self.piece).is_some_and(|(end, _)| *end <= self.start) {
            self.piece += 1;
        }
        if self.start == self.bytes.len() {
            self.clear();
        }
    }

    /// Drops all bytes.
    pub(super) fn clear(&mut self) {
        self.bytes.clear();
        self.pieces.clear();
        (self.start, self.piece) = (0, 0);
    }
}
