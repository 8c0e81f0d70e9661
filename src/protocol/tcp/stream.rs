//! One direction of a connection: segments in any order in, chunks in stream order out.

use super::arrival::{Arrival, DirectionSink, Now};
use super::buffer::{OutOfOrder, Truncated, to_usize};
use super::diagnoses::{
    AFTER_END, AFTER_RESET, BEFORE_FIRST_BYTE, CUT_BY_SNAP_LENGTH, GAP, OUT_OF_WINDOW, OVERLAP_DIFFERS, STRAY_END,
};
use super::sequence::{Position, REACH, first_position, position, sequence_at};
use super::{Chunk, ChunkSink, End};
use crate::protocol::packet::Segment;

/// A far position in the stream is believed without an acknowledgment once this many segments have arrived there.
const CONVINCING: usize = 4;

/// How the beginning of a stream is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Anchor {
    /// Nothing was seen.
    Unknown,
    /// Everything is buffered until it is decided what comes first. `next` is the lowest position so far.
    Held,
    /// From the earliest segment seen.
    Guessed,
    /// From an acknowledgment by the other side: the bytes before it are from before the capture.
    Acknowledged,
    /// From the SYN.
    Synchronised,
}

/// Bytes that the other side has but that were not captured so far, or a beginning that is not decided, and since when.
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
    /// Whether the other side ended it, so that bytes may still have been in flight.
    is_crossed: bool,
    arrival: Arrival,
}

/// The state that remains of an ended stream.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ending {
    /// The sequence number after its last byte.
    pub(super) edge: u32,
    /// Whether the other side ended it.
    pub(super) is_crossed: bool,
}

/// One direction of a live connection.
#[derive(Debug)]
pub(super) struct Stream {
    anchor: Anchor,
    /// The position of offset 0.
    base: Position,
    /// The position of the next byte to output.
    next: Position,
    /// The position up to which the other side has acknowledged.
    acknowledged: Position,
    /// While the beginning is not decided: the lowest acknowledgment by the other side, or the earliest byte captured
    /// before the first acknowledgment.
    floor: Option<Position>,
    /// The sequence number of the first segment in this direction, after the byte that may be a keep-alive's.
    first_sequence: Option<u32>,
    overdue: Option<Overdue>,
    /// The newest record of any chunk.
    latest: Arrival,
    buffer: OutOfOrder,
    truncated: Truncated,
    closing: Option<Closing>,
    ended: bool,
    /// Whether the direction is in the reassembler's queue of those with buffered bytes.
    pub(super) queued: bool,
}

impl Stream {
    /// Creates a stream of which nothing is known yet. `arrival` is the first of its connection.
    pub(super) fn new(arrival: Arrival) -> Self {
        Self {
            anchor: Anchor::Unknown,
            base: 0,
            next: 0,
            acknowledged: 0,
            floor: None,
            first_sequence: None,
            overdue: None,
            latest: arrival,
            buffer: OutOfOrder::default(),
            truncated: Truncated::default(),
            closing: None,
            ended: false,
            queued: false,
        }
    }

    /// Returns the memory taken by buffered bytes.
    pub(super) const fn cost(&self) -> usize {
        self.buffer.cost()
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
                let known = self.floor.or_else(|| self.buffer.start());
                self.floor = Some(known.map_or(acknowledged, |known| known.min(acknowledged)));
            }
        }
    }

    /// Takes the FIN and the payload of a segment. Returns how many of its bytes had been captured before.
    ///
    /// `sequence` is that of the payload's first byte. A payload of one byte may be a keep-alive, whose byte was sent long
    /// before and may now have any value: it does not begin a stream, and is not buffered if the other side already has
    /// it.
    pub(super) fn take(
        &mut self,
        sequence: u32,
        segment: &Segment<'_>,
        now: Now,
        out: &mut DirectionSink<'_, impl ChunkSink>,
    ) -> u64 {
        let on_the_wire = segment.payload.len() as u64 + u64::from(segment.cut);
        self.first_sequence.get_or_insert(if on_the_wire > 1 { sequence } else { sequence.wrapping_add(1) });
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
            self.close(start + on_the_wire, now, out);
        }
        let repeated = if on_the_wire > 0 { self.place(start, segment.payload, segment.cut, now, out) } else { 0 };
        if self.anchor != Anchor::Held {
            self.advance(out);
        }
        repeated
    }

    /// Outputs or buffers the payload that begins at `start`, without the bytes that are known already.
    fn place(
        &mut self,
        start: Position,
        payload: &[u8],
        cut: u32,
        now: Now,
        out: &mut DirectionSink<'_, impl ChunkSink>,
    ) -> u64 {
        let on_the_wire = payload.len() as u64 + u64::from(cut);
        let (payload, cut) = self.trim_to_end(start, payload, u64::from(cut), now, out);
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
                let origin = out.origin(now.arrival, now.arrival, 0);
                out.anomaly(&BEFORE_FIRST_BYTE, origin, self.base.min(end) - start, None);
            }
            repeated = self.next.min(end) - start;
        }

        if end + cut > self.next {
            self.truncated.insert(end, cut);
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
        if is_next && self.buffer.start().is_none_or(|first| first >= end) {
            self.emit(payload, now.arrival, out);
        } else {
            let inserted = self.buffer.insert(start, payload, now.arrival);
            repeated += inserted.repeated;
            if inserted.differing > 0 {
                let origin = out.origin(now.arrival, now.arrival, start.saturating_sub(self.base));
                out.anomaly(&OVERLAP_DIFFERS, origin, inserted.differing, None);
            }
        }
        repeated
    }

    /// Returns the end of the bytes seen so far.
    fn seen(&self) -> Position {
        self.buffer.end().map_or(self.next, |end| end.max(self.next))
    }

    fn offset(&self) -> u64 {
        self.next.saturating_sub(self.base)
    }

    /// Outputs the bytes that have become contiguous, and the end once it is reached.
    fn advance(&mut self, out: &mut DirectionSink<'_, impl ChunkSink>) {
        while let Some(piece) = self.buffer.take_at(self.next) {
            self.emit(&piece.bytes, piece.arrival, out);
        }
        self.truncated.forget_before(self.next);
        if let Some(closing) = self.closing
            && self.next >= closing.position
            && !self.ended
        {
            self.ended = true;
            self.buffer = OutOfOrder::default();
            self.truncated = Truncated::default();
            self.latest = self.latest.newest(closing.arrival);
            out.chunk(out.origin(closing.arrival, self.latest, self.offset()), Chunk::End(closing.end));
        }
    }

    fn emit(&mut self, bytes: &[u8], arrival: Arrival, out: &mut DirectionSink<'_, impl ChunkSink>) {
        self.latest = self.latest.newest(arrival);
        out.chunk(out.origin(arrival, self.latest, self.offset()), Chunk::Data(bytes));
        self.next += bytes.len() as u64;
    }

    /// Takes the initial sequence number of a SYN, or of the acknowledgment of one.
    pub(super) fn synchronise(&mut self, initial: u32, out: &mut DirectionSink<'_, impl ChunkSink>) {
        let first = initial.wrapping_add(1);
        match self.anchor {
            Anchor::Unknown => self.settle(first_position(first), Anchor::Synchronised, out),
            Anchor::Held => self.settle(position(first, self.next), Anchor::Synchronised, out),
            Anchor::Guessed | Anchor::Acknowledged | Anchor::Synchronised => {}
        }
    }

    fn hold(&mut self, sequence: u32, now: Now) {
        self.anchor = Anchor::Held;
        self.next = first_position(sequence);
        self.overdue = Some(Overdue { until: self.next, since: now });
    }

    /// Decides where a stream without a SYN begins: at the first acknowledgment, or as far before it as the bytes reach
    /// without a gap; otherwise at the earliest byte. Bytes before that are retransmissions from before the capture.
    fn begin(&mut self, out: &mut DirectionSink<'_, impl ChunkSink>) {
        let end = self.closing.map(|closing| closing.position);
        if let Some(floor) = self.floor {
            let floor = end.map_or(floor, |end| end.min(floor));
            self.settle(self.buffer.start_of_run(floor), Anchor::Acknowledged, out);
        } else {
            let earliest = self.buffer.start().or(end).unwrap_or(self.next);
            self.settle(earliest, Anchor::Guessed, out);
        }
    }

    fn settle(&mut self, at: Position, anchor: Anchor, out: &mut DirectionSink<'_, impl ChunkSink>) {
        self.anchor = anchor;
        self.base = at;
        self.next = at;
        self.acknowledged = self.acknowledged.max(at);
        self.overdue = None;
        self.buffer.discard_before(at);
        self.advance(out);
    }

    /// Returns whether nothing was output yet, and the beginning is known from an acknowledgment only.
    fn begins_at_acknowledgment(&self) -> bool {
        self.anchor == Anchor::Acknowledged && self.next == self.base
    }

    /// Gives up bytes that the other side has had for a long time and that were not captured. After the same time, decides
    /// where the stream begins.
    pub(super) fn review(&mut self, now: Now, out: &mut DirectionSink<'_, impl ChunkSink>) {
        if self.anchor == Anchor::Held {
            if self.overdue.is_some_and(|overdue| now.is_long_after(overdue.since)) {
                self.begin(out);
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
        self.allow_for_fin();
        self.advance(out);
        while self.next < overdue.until && !self.ended {
            let Some(next_known) = self.buffer.start().or(self.closing.map(|closing| closing.position)) else {
                return;
            };
            self.skip_to(overdue.until.min(next_known), None, out);
        }
        self.overdue = None;
    }

    /// Gives up the first gap, for `reason`, so that the bytes after it can be output.
    pub(super) fn give_up(&mut self, reason: Option<&str>, out: &mut DirectionSink<'_, impl ChunkSink>) {
        if self.anchor == Anchor::Held {
            self.begin(out);
            return;
        }
        let Some(start) = self.buffer.start() else { return };
        let is_far = start - self.next > REACH && self.acknowledged < start;
        if is_far && !self.buffer.has_before(start + REACH, CONVINCING) {
            let arrival = self.buffer.arrival_at(start).unwrap_or(self.latest);
            let bytes = self.buffer.discard_before(start + REACH);
            let distance = format!("{} bytes beyond", start - self.next);
            out.anomaly(&OUT_OF_WINDOW, out.origin(arrival, arrival, self.offset()), bytes, Some(&distance));
        } else {
            self.skip_to(start, reason, out);
        }
    }

    /// Gives up the bytes before `to`, and continues there.
    fn skip_to(&mut self, to: Position, reason: Option<&str>, out: &mut DirectionSink<'_, impl ChunkSink>) {
        if self.begins_at_acknowledgment()
            && let Some(first_sequence) = self.first_sequence
        {
            let before_capture = position(first_sequence, self.next).min(to);
            self.base = self.base.max(before_capture);
            self.next = self.base;
        }
        if self.next < to {
            let after = self.buffer.arrival_at(to).unwrap_or(self.latest);
            let origin = out.origin(self.latest, self.latest.newest(after), self.offset());
            let size = to - self.next;
            let cut = self.truncated.take(self.next, to);
            if cut > 0 {
                out.anomaly(&CUT_BY_SNAP_LENGTH, origin, cut, None);
            }
            if cut < size {
                out.anomaly(&GAP, origin, size - cut, reason);
            }
            out.chunk(origin, Chunk::Gap(size));
            self.next = to;
        }
        self.advance(out);
    }

    /// Returns where and how the stream ended, once its end was output.
    pub(super) fn ending(&self) -> Option<Ending> {
        let closing = self.closing.filter(|_| self.ended)?;
        Some(Ending { edge: sequence_at(self.next), is_crossed: closing.is_crossed })
    }

    /// Trims a payload, and the bytes truncated after it, to the end of the stream.
    fn trim_to_end<'p>(
        &self,
        start: Position,
        payload: &'p [u8],
        cut: u64,
        now: Now,
        out: &mut DirectionSink<'_, impl ChunkSink>,
    ) -> (&'p [u8], u64) {
        let on_the_wire = payload.len() as u64 + cut;
        let Some(closing) = self.closing.filter(|closing| start + on_the_wire > closing.position) else {
            return (payload, cut);
        };
        let room = closing.position.saturating_sub(start);
        if on_the_wire > 1 {
            self.report_after_end(closing, on_the_wire - room, now, out);
        }
        let payload = payload.get(..to_usize(room)).unwrap_or(payload);
        (payload, cut.min(room - payload.len() as u64))
    }

    /// Takes a FIN at `position`. The payload of its segment is taken afterwards, so that it cannot vouch for the FIN.
    fn close(&mut self, position: Position, now: Now, out: &mut DirectionSink<'_, impl ChunkSink>) {
        if self.ended || self.closing.is_some_and(|closing| closing.end == End::Closed || position > closing.position) {
            return;
        }
        let is_known = position < self.next && self.anchor != Anchor::Held;
        if is_known || position > self.seen() + REACH {
            out.anomaly(&STRAY_END, out.origin(now.arrival, now.arrival, self.offset()), 0, None);
            return;
        }
        let closing = Closing { position, end: End::Closed, is_crossed: false, arrival: now.arrival };
        self.closing = Some(closing);
        self.next = self.next.min(position);
        let beyond = self.buffer.discard_from(position);
        if beyond > 0 {
            self.report_after_end(closing, beyond, now, out);
        }
    }

    /// Returns whether a RST at `sequence` is within the stream's window.
    pub(super) fn admits_reset(&self, sequence: u32) -> bool {
        self.anchor == Anchor::Unknown || position(sequence, self.next) <= self.seen() + REACH
    }

    /// Ends the stream by a RST of its own sender, once everything before `sequence`, and everything seen, is output or
    /// given up.
    pub(super) fn reset(&mut self, sequence: u32, now: Now, out: &mut DirectionSink<'_, impl ChunkSink>) {
        match self.anchor {
            Anchor::Unknown => self.settle(first_position(sequence), Anchor::Guessed, out),
            Anchor::Held => self.begin(out),
            Anchor::Guessed | Anchor::Acknowledged | Anchor::Synchronised => {}
        }
        let position = position(sequence, self.next).max(self.seen());
        let reset = Closing { position, end: End::Reset, is_crossed: false, arrival: now.arrival };
        let closing = *self.closing.get_or_insert(reset);
        self.acknowledged = self.acknowledged.max(closing.position);
        self.advance(out);
    }

    /// Ends the stream, by `end` unless it has an end of its own: outputs buffered bytes and gives up missing ones.
    pub(super) fn finish(&mut self, end: End, arrival: Option<Arrival>, out: &mut DirectionSink<'_, impl ChunkSink>) {
        if self.anchor == Anchor::Held {
            self.begin(out);
        }
        while !self.ended && !self.buffer.is_empty() {
            self.give_up(None, out);
        }
        if self.ended {
            return;
        }
        self.allow_for_fin();
        let until = self.closing.map_or_else(|| self.last_known(), |closing| closing.position);
        self.skip_to(until, None, out);
        if !self.ended {
            let arrival = arrival.unwrap_or(self.latest);
            self.closing = Some(Closing { position: self.next, end, is_crossed: end == End::Reset, arrival });
            self.advance(out);
        }
    }

    /// Takes the last sequence number before a RST as that of a FIN, if nothing else is missing.
    fn allow_for_fin(&mut self) {
        if let Some(closing) = &mut self.closing
            && closing.end == End::Reset
            && closing.position == self.next + 1
        {
            closing.position = self.next;
        }
    }

    /// Returns the position up to which bytes are known to have been sent, not counting what may have been a FIN.
    fn last_known(&self) -> Position {
        let acknowledged = if self.acknowledged > self.next + 1 { self.acknowledged } else { self.next };
        self.truncated.end().map_or(acknowledged, |cut| cut.max(acknowledged))
    }

    fn report_after_end(&self, closing: Closing, bytes: u64, now: Now, out: &mut DirectionSink<'_, impl ChunkSink>) {
        let diagnosis = if closing.is_crossed { &AFTER_RESET } else { &AFTER_END };
        out.anomaly(diagnosis, out.origin(now.arrival, now.arrival, self.offset()), bytes, None);
    }
}
