//! Bytes that are missing, and when they are given up.

use super::beginning::Anchor;
use super::{Chunk, Chunks, Lane, Now, Position, REACH, Stream, position};
use crate::protocol::tcp::diagnoses::{CUT_BY_SNAP_LENGTH, GAP, OUT_OF_WINDOW};

/// From how many segments on a far place in the stream is believed without an acknowledgment.
const CONVINCING: usize = 4;

/// Bytes that the other side has and that were not captured so far, or a beginning that is not decided, and since
/// when that is known.
#[derive(Clone, Copy, Debug)]
pub(super) struct Overdue {
    pub(super) until: Position,
    pub(super) since: Now,
}

impl Stream {
    /// Gives up bytes that the other side has had for long and that were not captured, and decides where a stream
    /// begins after as long.
    pub(in crate::protocol::tcp) fn review<S: Chunks>(&mut self, now: Now, lane: &mut Lane<'_, S>) {
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
        self.allow_for_fin();
        self.advance(lane);
        while self.next < overdue.until && !self.ended {
            let Some(next_known) = self.waiting.start().or(self.closing.map(|closing| closing.position)) else {
                return;
            };
            self.skip_to(overdue.until.min(next_known), None, lane);
        }
        self.overdue = None;
    }

    /// Gives up the first hole, for `reason`, so that what waits behind it need not wait.
    pub(in crate::protocol::tcp) fn give_up<S: Chunks>(&mut self, reason: Option<&str>, lane: &mut Lane<'_, S>) {
        if self.anchor == Anchor::Held {
            self.begin(lane);
            return;
        }
        let Some(start) = self.waiting.start() else { return };
        let is_far = start - self.next > REACH && self.acknowledged < start;
        if is_far && !self.waiting.has_before(start + REACH, CONVINCING) {
            let place = self.waiting.place_at(start).unwrap_or(self.latest);
            let bytes = self.waiting.discard_before(start + REACH);
            let distance = format!("{} bytes beyond", start - self.next);
            lane.anomaly(&OUT_OF_WINDOW, lane.origin(place, place, self.offset()), bytes, Some(&distance));
        } else {
            self.skip_to(start, reason, lane);
        }
    }

    /// Gives up the bytes before `to`, and goes on there.
    pub(super) fn skip_to<S: Chunks>(&mut self, to: Position, reason: Option<&str>, lane: &mut Lane<'_, S>) {
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
}
