//! One direction of a connection: segments in any order to chunks in stream order.

use super::cuts::Cuts;
use super::diagnoses::{
    AFTER_END, AFTER_RESET, BEFORE_FIRST_BYTE, CUT_BY_SNAP_LENGTH, GAP, OUT_OF_WINDOW, OVERLAP_DIFFERS, STRAY_END,
};
use super::lane::Lane;
use super::sequence::{Position, REACH, first_position, position, sequence_at};
use super::waiting::{Waiting, to_usize};
use super::{Chunk, Chunks, End, Now, Place, Segment};

/// From how many segments on a far place in the stream is believed without an acknowledgment.
const CONVINCING: usize = 4;

/// How it is known where a stream begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Anchor {
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

/// Bytes that the other side has and that were not captured so far, or a beginning that is not decided, and since
/// when that is known.
#[derive(Clone, Copy, Debug)]
struct Overdue {
    until: Position,
    since: Now,
}

/// Where a stream ends, and why.
#[derive(Clone, Copy, Debug)]
struct Closing {
    position: Position,
    end: End,
    /// Whether it was the other side that ended it, so that bytes may still have been under way.
    is_crossed: bool,
    place: Place,
}

/// What is remembered of a stream that has ended.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ending {
    /// The sequence number after its last byte.
    pub(super) edge: u32,
    /// Whether it was ended by the other side.
    pub(super) is_crossed: bool,
}

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
    /// The lowest acknowledgment by the other side while it is not decided where the stream begins.
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

    /// Where and how the stream ended, once its end was passed on.
    pub(super) fn ending(&self) -> Option<Ending> {
        let closing = self.closing.filter(|_| self.ended)?;
        Some(Ending { edge: sequence_at(self.next), is_crossed: closing.is_crossed })
    }

    /// Memory held by bytes that wait.
    pub(super) const fn cost(&self) -> usize {
        self.waiting.cost()
    }

    /// Takes the initial sequence number of a SYN, or of the acknowledgment of one.
    pub(super) fn synchronise<S: Chunks>(&mut self, initial: u32, lane: &mut Lane<'_, S>) {
        let first = initial.wrapping_add(1);
        match self.anchor {
            Anchor::Unknown => self.settle(first_position(first), Anchor::Synchronised, lane),
            Anchor::Held => self.settle(position(first, self.next), Anchor::Synchronised, lane),
            Anchor::Guessed | Anchor::Acknowledged | Anchor::Synchronised => {}
        }
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
                self.floor = Some(self.floor.map_or(acknowledged, |floor| floor.min(acknowledged)));
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

    /// What of a payload, and of the bytes cut off behind it, lies before the end of the stream.
    fn trim_to_end<'p, S: Chunks>(
        &self,
        start: Position,
        payload: &'p [u8],
        cut: u64,
        now: Now,
        lane: &mut Lane<'_, S>,
    ) -> (&'p [u8], u64) {
        let on_the_wire = payload.len() as u64 + cut;
        let Some(closing) = self.closing.filter(|closing| start + on_the_wire > closing.position) else {
            return (payload, cut);
        };
        let room = closing.position.saturating_sub(start);
        if on_the_wire > 1 {
            self.report_after_end(closing, on_the_wire - room, now, lane);
        }
        let payload = payload.get(..to_usize(room)).unwrap_or(payload);
        (payload, cut.min(room - payload.len() as u64))
    }

    /// Takes a FIN at `position`. Its segment's payload comes after it, since it must not vouch for it.
    fn close<S: Chunks>(&mut self, position: Position, now: Now, lane: &mut Lane<'_, S>) {
        if self.closing.is_some() {
            return;
        }
        if position < self.next || position > self.seen() + REACH {
            lane.anomaly(&STRAY_END, lane.origin(now.place, now.place, self.offset()), 0, None);
            return;
        }
        let closing = Closing { position, end: End::Closed, is_crossed: false, place: now.place };
        self.closing = Some(closing);
        let beyond = self.waiting.discard_from(position);
        if beyond > 0 {
            self.report_after_end(closing, beyond, now, lane);
        }
    }

    /// Whether a RST at `sequence` fits where this stream has come to.
    pub(super) fn admits_reset(&self, sequence: u32) -> bool {
        self.anchor == Anchor::Unknown || position(sequence, self.next) <= self.seen() + REACH
    }

    /// Ends the stream by a RST of its own sender, once everything before `sequence`, and all that was seen, is
    /// passed on or given up.
    pub(super) fn reset<S: Chunks>(&mut self, sequence: u32, now: Now, lane: &mut Lane<'_, S>) {
        match self.anchor {
            Anchor::Unknown => self.settle(first_position(sequence), Anchor::Guessed, lane),
            Anchor::Held => self.begin(lane),
            Anchor::Guessed | Anchor::Acknowledged | Anchor::Synchronised => {}
        }
        let position = position(sequence, self.next).max(self.seen());
        let reset = Closing { position, end: End::Reset, is_crossed: false, place: now.place };
        let closing = *self.closing.get_or_insert(reset);
        self.acknowledged = self.acknowledged.max(closing.position);
        self.advance(lane);
    }

    /// Gives up bytes that the other side has had for long and that were not captured, and decides where a stream
    /// begins after as long.
    pub(super) fn review<S: Chunks>(&mut self, now: Now, lane: &mut Lane<'_, S>) {
        if self.anchor == Anchor::Held {
            if self.overdue.is_some_and(|overdue| now.is_long_after(overdue.since)) {
                self.begin(lane);
            }
            return;
        }
        if self.acknowledged <= self.next || self.ended {
            return;
        }
        let Some(overdue) = self.overdue else {
            self.overdue = Some(Overdue { until: self.acknowledged, since: now });
            return;
        };
        if !now.is_long_after(overdue.since) {
            return;
        }
        while self.next < overdue.until && !self.ended {
            let Some(next_known) = self.waiting.start().or(self.closing.map(|closing| closing.position)) else {
                return;
            };
            self.skip_to(overdue.until.min(next_known), None, lane);
        }
        self.overdue = None;
    }

    /// Gives up the first hole, for `reason`, so that what waits behind it need not wait.
    pub(super) fn give_up<S: Chunks>(&mut self, reason: Option<&str>, lane: &mut Lane<'_, S>) {
        if self.anchor == Anchor::Held {
            self.begin(lane);
            return;
        }
        let Some(start) = self.waiting.start() else { return };
        let is_far = start - self.next > REACH && self.acknowledged < start;
        if is_far && self.waiting.count_before(start + REACH) < CONVINCING {
            let place = self.waiting.place_at(start).unwrap_or(self.latest);
            let bytes = self.waiting.discard_before(start + REACH);
            let distance = format!("{} bytes beyond", start - self.next);
            lane.anomaly(&OUT_OF_WINDOW, lane.origin(place, place, self.offset()), bytes, Some(&distance));
        } else {
            self.skip_to(start, reason, lane);
        }
    }

    /// Ends the stream, for `end` if it has no end of its own: passes on what waits and gives up what is missing.
    pub(super) fn finish<S: Chunks>(&mut self, end: End, place: Option<Place>, lane: &mut Lane<'_, S>) {
        if self.anchor == Anchor::Held {
            self.begin(lane);
        }
        while !self.ended && !self.waiting.is_empty() {
            self.give_up(None, lane);
        }
        if self.ended {
            return;
        }
        let until = self.closing.map_or_else(|| self.last_known(), |closing| closing.position);
        self.skip_to(until, None, lane);
        if !self.ended {
            let place = place.unwrap_or(self.latest);
            self.closing = Some(Closing { position: self.next, end, is_crossed: end == End::Reset, place });
            self.advance(lane);
        }
    }

    /// Up to where bytes are known to have been sent, without what may have been a FIN.
    fn last_known(&self) -> Position {
        let acknowledged = if self.acknowledged > self.next + 1 { self.acknowledged } else { self.next };
        self.cuts.end().map_or(acknowledged, |cut| cut.max(acknowledged))
    }

    /// The end of the bytes seen so far.
    fn seen(&self) -> Position {
        self.waiting.end().map_or(self.next, |end| end.max(self.next))
    }

    fn offset(&self) -> u64 {
        self.next.saturating_sub(self.base)
    }

    /// Whether nothing was passed on, and the beginning is only what the other side said it has.
    fn begins_at_acknowledgment(&self) -> bool {
        self.anchor == Anchor::Acknowledged && self.next == self.base
    }

    fn hold(&mut self, sequence: u32, now: Now) {
        self.anchor = Anchor::Held;
        self.next = first_position(sequence);
        self.overdue = Some(Overdue { until: self.next, since: now });
    }

    /// Decides where a stream begins of which no SYN was seen: where the first acknowledgment says, or as far
    /// before it as the bytes reach without a hole; else at the earliest byte.
    fn begin<S: Chunks>(&mut self, lane: &mut Lane<'_, S>) {
        let end = self.closing.map(|closing| closing.position);
        if let Some(floor) = self.floor {
            let floor = end.map_or(floor, |end| end.min(floor));
            self.settle(self.waiting.start_of_run(floor), Anchor::Acknowledged, lane);
        } else {
            let earliest = self.waiting.start().or(end).unwrap_or(self.next);
            self.settle(earliest, Anchor::Guessed, lane);
        }
    }

    fn settle<S: Chunks>(&mut self, at: Position, anchor: Anchor, lane: &mut Lane<'_, S>) {
        self.anchor = anchor;
        self.base = at;
        self.next = at;
        self.acknowledged = self.acknowledged.max(at);
        self.overdue = None;
        self.waiting.discard_before(at);
        self.advance(lane);
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

    /// Gives up the bytes before `to`, and goes on there.
    fn skip_to<S: Chunks>(&mut self, to: Position, reason: Option<&str>, lane: &mut Lane<'_, S>) {
        if self.begins_at_acknowledgment()
            && let Some(opening) = self.opening
        {
            let before_capture = position(opening, self.next).min(to);
            self.base = self.base.max(before_capture);
            self.next = self.base;
        }
        if self.next < to {
            let after = self.waiting.place_at(to).unwrap_or(self.latest);
            let origin = lane.origin(self.latest, self.latest.newest(after), self.offset());
            let size = to - self.next;
            let cut = self.cuts.take(self.next, to);
            if cut > 0 {
                lane.anomaly(&CUT_BY_SNAP_LENGTH, origin, cut, None);
            }
            if cut < size {
                lane.anomaly(&GAP, origin, size - cut, reason);
            }
            lane.chunk(origin, Chunk::Gap(size));
            self.next = to;
        }
        self.advance(lane);
    }

    fn report_after_end<S: Chunks>(&self, closing: Closing, bytes: u64, now: Now, lane: &mut Lane<'_, S>) {
        let diagnosis = if closing.is_crossed { &AFTER_RESET } else { &AFTER_END };
        lane.anomaly(diagnosis, lane.origin(now.place, now.place, self.offset()), bytes, None);
    }
}
