//! Where and why a stream ends: FIN, RST, or the end of what was captured.

use super::beginning::Anchor;
use super::{Chunks, End, Lane, Now, Place, Position, REACH, Stream, first_position, position, to_usize};
use crate::protocol::tcp::diagnoses::{AFTER_END, AFTER_RESET, STRAY_END};
use crate::protocol::tcp::sequence::sequence_at;

/// Where a stream ends, and why.
#[derive(Clone, Copy, Debug)]
pub(super) struct Closing {
    pub(super) position: Position,
    pub(super) end: End,
    /// Whether it was the other side that ended it, so that bytes may still have been under way.
    pub(super) is_crossed: bool,
    pub(super) place: Place,
}

/// What is remembered of a stream that has ended.
#[derive(Clone, Copy, Debug)]
pub(in crate::protocol::tcp) struct Ending {
    /// The sequence number after its last byte.
    pub(in crate::protocol::tcp) edge: u32,
    /// Whether it was ended by the other side.
    pub(in crate::protocol::tcp) is_crossed: bool,
}

impl Stream {
    /// Where and how the stream ended, once its end was passed on.
    pub(in crate::protocol::tcp) fn ending(&self) -> Option<Ending> {
        let closing = self.closing.filter(|_| self.ended)?;
        Some(Ending { edge: sequence_at(self.next), is_crossed: closing.is_crossed })
    }

    /// What of a payload, and of the bytes cut off behind it, lies before the end of the stream.
    pub(super) fn trim_to_end<'p, S: Chunks>(
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
    pub(super) fn close<S: Chunks>(&mut self, position: Position, now: Now, lane: &mut Lane<'_, S>) {
        if self.ended || self.closing.is_some_and(|closing| closing.end == End::Closed || position > closing.position) {
            return;
        }
        let is_known = position < self.next && self.anchor != Anchor::Held;
        if is_known || position > self.seen() + REACH {
            lane.anomaly(&STRAY_END, lane.origin(now.place, now.place, self.offset()), 0, None);
            return;
        }
        let closing = Closing { position, end: End::Closed, is_crossed: false, place: now.place };
        self.closing = Some(closing);
        self.next = self.next.min(position);
        let beyond = self.waiting.discard_from(position);
        if beyond > 0 {
            self.report_after_end(closing, beyond, now, lane);
        }
    }

    /// Whether a RST at `sequence` fits where this stream has come to.
    pub(in crate::protocol::tcp) fn admits_reset(&self, sequence: u32) -> bool {
        self.anchor == Anchor::Unknown || position(sequence, self.next) <= self.seen() + REACH
    }

    /// Ends the stream by a RST of its own sender, once everything before `sequence`, and all that was seen, is
    /// passed on or given up.
    pub(in crate::protocol::tcp) fn reset<S: Chunks>(&mut self, sequence: u32, now: Now, lane: &mut Lane<'_, S>) {
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

    /// Ends the stream, for `end` if it has no end of its own: passes on what waits and gives up what is missing.
    pub(in crate::protocol::tcp) fn finish<S: Chunks>(
        &mut self,
        end: End,
        place: Option<Place>,
        lane: &mut Lane<'_, S>,
    ) {
        if self.anchor == Anchor::Held {
            self.begin(lane);
        }
        while !self.ended && !self.waiting.is_empty() {
            self.give_up(None, lane);
        }
        if self.ended {
            return;
        }
        self.allow_for_fin();
        let until = self.closing.map_or_else(|| self.last_known(), |closing| closing.position);
        self.skip_to(until, None, lane);
        if !self.ended {
            let place = place.unwrap_or(self.latest);
            self.closing = Some(Closing { position: self.next, end, is_crossed: end == End::Reset, place });
            self.advance(lane);
        }
    }

    /// Takes the last number before a RST for that of a FIN, if it is all that is missing.
    pub(super) fn allow_for_fin(&mut self) {
        if let Some(closing) = &mut self.closing
            && closing.end == End::Reset
            && closing.position == self.next + 1
        {
            closing.position = self.next;
        }
    }

    /// Up to where bytes are known to have been sent, without what may have been a FIN.
    pub(super) fn last_known(&self) -> Position {
        let acknowledged = if self.acknowledged > self.next + 1 { self.acknowledged } else { self.next };
        self.cuts.end().map_or(acknowledged, |cut| cut.max(acknowledged))
    }

    fn report_after_end<S: Chunks>(&self, closing: Closing, bytes: u64, now: Now, lane: &mut Lane<'_, S>) {
        let diagnosis = if closing.is_crossed { &AFTER_RESET } else { &AFTER_END };
        lane.anomaly(diagnosis, lane.origin(now.place, now.place, self.offset()), bytes, None);
    }
}
