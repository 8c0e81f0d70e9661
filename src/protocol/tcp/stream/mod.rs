//! One direction of a connection: segments in any order to chunks in stream order.

use super::cuts::Cuts;
use super::diagnoses::{BEFORE_FIRST_BYTE, OVERLAP_DIFFERS};
use super::lane::Lane;
use super::sequence::{Position, REACH, first_position, position};
use super::waiting::{Waiting, to_usize};
use super::{Chunk, Chunks, End, Now, Place, Segment};

mod beginning;
mod ending;
mod holes;

pub(super) use ending::Ending;

use beginning::Anchor;
use ending::Closing;
use holes::Overdue;

/// One direction of a live connection.
#[derive(Debug)]
pub(super) struct Stream {
    anchor: Anchor,
    /// The position of offset 0.
    base: Position,
    /// The position of the next byte to pass on.
    next: Position,
    /// Up to where the other side has acknowledged.
    acknowledged: Position,
    /// While it is not decided where the stream begins: the lowest acknowledgment by the other side, or the
    /// earliest byte captured before the first acknowledgment.
    floor: Option<Position>,
    /// The sequence number of the first segment seen of this direction, past what may be a keep-alive's byte.
    opening: Option<u32>,
    overdue: Option<Overdue>,
    /// The newest record that any chunk came from.
    latest: Place,
    waiting: Waiting,
    cuts: Cuts,
    closing: Option<Closing>,
    ended: bool,
    /// Whether the reassembler's queue of directions that wait names this one.
    pub(super) queued: bool,
}

impl Stream {
    /// A stream of which nothing is known; `place` is where its connection was first seen.
    pub(super) fn new(place: Place) -> Self {
        Self {
            anchor: Anchor::Unknown,
            base: 0,
            next: 0,
            acknowledged: 0,
            floor: None,
            opening: None,
            overdue: None,
            latest: place,
            waiting: Waiting::default(),
            cuts: Cuts::default(),
            closing: None,
            ended: false,
            queued: false,
        }
    }

    /// Memory held by bytes that wait.
    pub(super) const fn cost(&self) -> usize {
        self.waiting.cost()
    }

    /// Takes an acknowledgment of this direction by the other side.
    pub(super) fn acknowledge(&mut self, acknowledgment: u32, now: Now) {
        if self.anchor == Anchor::Unknown {
            self.hold(acknowledgment, now);
        }
        let acknowledged = position(acknowledgment, self.next);
        if acknowledged <= self.seen() + REACH {
            self.acknowledged = self.acknowledged.max(acknowledged);
            if self.anchor == Anchor::Held {
                let known = self.floor.or_else(|| self.waiting.start());
                self.floor = Some(known.map_or(acknowledged, |known| known.min(acknowledged)));
            }
        }
    }

    /// Takes the FIN and the payload of a segment, and says how many of its bytes were captured before.
    ///
    /// `sequence` is that of the payload's first byte. A payload of one byte may be a keep-alive, whose byte was
    /// sent long before and may now be anything: it neither begins a stream nor waits for its turn where the
    /// other side already has it.
    pub(super) fn take<S: Chunks>(
        &mut self,
        sequence: u32,
        segment: &Segment<'_>,
        now: Now,
        lane: &mut Lane<'_, S>,
    ) -> u64 {
        let on_the_wire = segment.payload.len() as u64 + u64::from(segment.cut);
        self.opening.get_or_insert(if on_the_wire > 1 { sequence } else { sequence.wrapping_add(1) });
        if on_the_wire == 0 && !segment.fin {
            return 0;
        }
        if self.anchor == Anchor::Unknown {
            if on_the_wire <= 1 && !segment.fin {
                return 0;
            }
            self.hold(sequence, now);
        }
        let start = position(sequence, self.next);
        if segment.fin {
            self.close(start + on_the_wire, now, lane);
        }
        let repeated = if on_the_wire > 0 { self.place(start, segment.payload, segment.cut, now, lane) } else { 0 };
        if self.anchor != Anchor::Held {
            self.advance(lane);
        }
        repeated
    }

    /// Passes on the payload that begins at `start`, or keeps it for its turn, or drops what is known of it.
    fn place<S: Chunks>(&mut self, start: Position, payload: &[u8], cut: u32, now: Now, lane: &mut Lane<'_, S>) -> u64 {
        let on_the_wire = payload.len() as u64 + u64::from(cut);
        let (payload, cut) = self.trim_to_end(start, payload, u64::from(cut), now, lane);
        let end = start + payload.len() as u64;
        let is_held = self.anchor == Anchor::Held;

        let mut repeated = 0;
        if on_the_wire == 1 && start + 1 == self.acknowledged && (is_held || start > self.next) {
            return 1;
        }
        if is_held {
            self.next = self.next.min(start);
        } else if start < self.next {
            if self.anchor == Anchor::Guessed && start < self.base && on_the_wire > 1 {
                let origin = lane.origin(now.place, now.place, 0);
                lane.anomaly(&BEFORE_FIRST_BYTE, origin, self.base.min(end) - start, None);
            }
            repeated = self.next.min(end) - start;
        }

        if end + cut > self.next {
            self.cuts.insert(end, cut);
        }
        let payload = payload.get(to_usize(repeated)..).unwrap_or_default();
        let start = start + repeated;
        if payload.is_empty() {
            return repeated;
        }
        let is_next = start == self.next && !is_held;
        if is_next {
            self.overdue = None;
        }
        if is_next && self.waiting.start().is_none_or(|first| first >= end) {
            self.pass_on(payload, now.place, lane);
        } else {
            let inserted = self.waiting.insert(start, payload, now.place);
            repeated += inserted.repeated;
            if inserted.differing > 0 {
                let origin = lane.origin(now.place, now.place, start.saturating_sub(self.base));
                lane.anomaly(&OVERLAP_DIFFERS, origin, inserted.differing, None);
            }
        }
        repeated
    }

    /// The end of the bytes seen so far.
    fn seen(&self) -> Position {
        self.waiting.end().map_or(self.next, |end| end.max(self.next))
    }

    fn offset(&self) -> u64 {
        self.next.saturating_sub(self.base)
    }

    /// Passes on what has become contiguous, and the end where it is reached.
    fn advance<S: Chunks>(&mut self, lane: &mut Lane<'_, S>) {
        while let Some(piece) = self.waiting.take_at(self.next) {
            self.pass_on(&piece.bytes, piece.place, lane);
        }
        self.cuts.forget_before(self.next);
        if let Some(closing) = self.closing
            && self.next >= closing.position
            && !self.ended
        {
            self.ended = true;
            self.waiting = Waiting::default();
            self.cuts = Cuts::default();
            self.latest = self.latest.newest(closing.place);
            lane.chunk(lane.origin(closing.place, self.latest, self.offset()), Chunk::End(closing.end));
        }
    }

    fn pass_on<S: Chunks>(&mut self, bytes: &[u8], place: Place, lane: &mut Lane<'_, S>) {
        self.latest = self.latest.newest(place);
        lane.chunk(lane.origin(place, self.latest, self.offset()), Chunk::Data(bytes));
        self.next += bytes.len() as u64;
    }
}
