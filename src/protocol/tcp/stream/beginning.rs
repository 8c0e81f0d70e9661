//! Where a stream begins.

use super::holes::Overdue;
use super::{Chunks, Lane, Now, Position, Stream, first_position, position};

/// How it is known where a stream begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Anchor {
    /// Nothing was seen.
    Unknown,
    /// What was seen waits until it is decided which of it comes first; `next` is the lowest position so far.
    Held,
    /// From the earliest segment seen.
    Guessed,
    /// From an acknowledgment by the other side: before it are bytes from before the capture.
    Acknowledged,
    /// From the SYN.
    Synchronised,
}

impl Stream {
    /// Takes the initial sequence number of a SYN, or of the acknowledgment of one.
    pub(in crate::protocol::tcp) fn synchronise<S: Chunks>(&mut self, initial: u32, lane: &mut Lane<'_, S>) {
        let first = initial.wrapping_add(1);
        match self.anchor {
            Anchor::Unknown => self.settle(first_position(first), Anchor::Synchronised, lane),
            Anchor::Held => self.settle(position(first, self.next), Anchor::Synchronised, lane),
            Anchor::Guessed | Anchor::Acknowledged | Anchor::Synchronised => {}
        }
    }

    pub(super) fn hold(&mut self, sequence: u32, now: Now) {
        self.anchor = Anchor::Held;
        self.next = first_position(sequence);
        self.overdue = Some(Overdue { until: self.next, since: now });
    }

    /// Decides where a stream begins of which no SYN was seen: where the first acknowledgment says, or as far
    /// before it as the bytes reach without a hole; else at the earliest byte. Other bytes from before that place
    /// were sent once more from before the capture.
    pub(super) fn begin<S: Chunks>(&mut self, lane: &mut Lane<'_, S>) {
        let end = self.closing.map(|closing| closing.position);
        if let Some(floor) = self.floor {
            let floor = end.map_or(floor, |end| end.min(floor));
            self.settle(self.waiting.start_of_run(floor), Anchor::Acknowledged, lane);
        } else {
            let earliest = self.waiting.start().or(end).unwrap_or(self.next);
            self.settle(earliest, Anchor::Guessed, lane);
        }
    }

    pub(super) fn settle<S: Chunks>(&mut self, at: Position, anchor: Anchor, lane: &mut Lane<'_, S>) {
        self.anchor = anchor;
        self.base = at;
        self.next = at;
        self.acknowledged = self.acknowledged.max(at);
        self.overdue = None;
        self.waiting.discard_before(at);
        self.advance(lane);
    }

    /// Whether nothing was passed on, and the beginning is only what the other side said it has.
    pub(super) fn begins_at_acknowledgment(&self) -> bool {
        self.anchor == Anchor::Acknowledged && self.next == self.base
    }
}
