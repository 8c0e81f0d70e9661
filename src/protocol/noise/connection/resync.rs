//! Where a frame begins after bytes are absent or damaged: the tag of a frame is the proof of its place, too.

use std::mem;

use super::super::framing::{self, Carry, PREFIX, Stretch, TAG};
use super::super::{Counters, FrameSink, Side};
use super::{BEGUN_INSIDE_FRAME, Connection, SKIPPED_BYTES};
use crate::anomaly::Anomaly;
use crate::origin::Origin;

/// How far into misplaced bytes a frame is looked for.
const WINDOW: usize = 16 * 1024;

impl Connection {
    /// Takes the fact that bytes of one direction are absent.
    pub(in super::super) fn gap(&mut self, side: Side, out: &mut impl FrameSink) {
        let mut carry = mem::take(&mut self.lane(side).carry);
        self.abandon(side, &mut carry, out);
        self.lane(side).adrift = true;
        self.lane(side).carry = carry;
    }

    /// Takes the fact that messages of one direction are absent.
    pub(in super::super) const fn lost_message(&mut self, side: Side) {
        self.lane(side).torn = true;
    }

    /// Whether `data` completes the frame that was begun: what is absent may have been another message.
    pub(super) fn continues(&mut self, side: Side, carry: &Carry, data: &[u8]) -> bool {
        let Some(missing) = carry.expected().and_then(|expected| expected.checked_sub(carry.len())) else {
            return false;
        };
        let Some(rest) = data.get(..missing) else { return false };
        self.begins_here(side, &[carry.bytes(), rest].concat())
    }

    /// Finds the first frame after absent bytes: how many bytes are done with, and whether a frame begins there.
    pub(super) fn land(&mut self, side: Side, stretch: Stretch<'_>, out: &mut impl FrameSink) -> (usize, bool) {
        let found = self.find_frame(side, stretch.bytes, 0);
        let skipped = found.unwrap_or(stretch.bytes.len().saturating_sub(WINDOW));
        self.skip(side, stretch.span(0), skipped, out);
        self.lane(side).adrift = found.is_none();
        (skipped, found.is_some())
    }

    /// Whether a frame begins with `data`, rather than that it continues one: it opens, or nothing can be
    /// opened, and then that it fits is all there is to go by.
    pub(super) fn begins_here(&mut self, side: Side, data: &[u8]) -> bool {
        let Some(frame) = framing::frame_at(data, 0) else { return false };
        let Self { client, server, plain, near, .. } = self;
        let lane = if side == Side::Client { client } else { server };
        match &lane.receiver {
            Some(receiver) if lane.past_handshake && !receiver.is_seeking() => receiver.would_open(frame, plain, near),
            _ => true,
        }
    }

    /// Whether a frame of this direction can be told by its tag, wherever it is.
    pub(super) fn knows_counter(&mut self, side: Side) -> bool {
        self.lane(side).receiver.as_ref().is_some_and(|receiver| !receiver.is_seeking())
    }

    /// Where in `bytes`, at `from` or soon after, a whole frame begins that opens.
    pub(super) fn find_frame(&mut self, side: Side, bytes: &[u8], from: usize) -> Option<usize> {
        let Self { client, server, plain, near, .. } = self;
        let lane = if side == Side::Client { client } else { server };
        let receiver = lane.receiver.as_ref()?;
        let until = bytes.len().saturating_sub(PREFIX + TAG).min(from + WINDOW);
        (from..until).find(|at| {
            let frame = framing::frame_at(bytes, *at).filter(|frame| frame.len() > TAG);
            frame.is_some_and(|frame| receiver.would_open(frame, plain, near))
        })
    }

    /// Says that bytes were skipped to find the next frame.
    pub(super) fn skip(&mut self, side: Side, origin: Origin, bytes: usize, out: &mut impl FrameSink) {
        if bytes == 0 {
            return;
        }
        let before_first = self.counters == Some(Counters::ByTrial) && self.lane(side).count.frames == 0;
        let diagnosis = if before_first { &BEGUN_INSIDE_FRAME } else { &SKIPPED_BYTES };
        self.lost |= !before_first;
        out.anomaly(Anomaly::new(diagnosis, origin).bytes(bytes as u64));
    }

    /// Gives up the frame that a direction was in.
    pub(super) fn abandon(&mut self, side: Side, carry: &mut Carry, out: &mut impl FrameSink) {
        if let Some(origin) = carry.origin() {
            self.skip(side, origin, carry.len(), out);
            carry.clear();
        }
    }
}
