//! Frames that cannot be opened: those for which there is no key, and those that wait for one.

use std::mem;

use super::super::framing::TAG;
use super::super::{FrameSink, Side};
use super::{Connection, NO_SERVER_HELLO};
use crate::anomaly::{Anomaly, Diagnosis};
use crate::origin::Origin;

/// How many bytes of frames wait for a server hello that may have been captured late.
const WAITING: usize = 64 * 1024;

/// Why frames cannot be opened.
pub(in super::super) struct Obstacle {
    pub(super) diagnosis: &'static Diagnosis,
    /// Said once, with the first frame.
    detail: Option<String>,
}

impl Obstacle {
    pub(in super::super) const fn new(diagnosis: &'static Diagnosis, detail: Option<String>) -> Self {
        Self { diagnosis, detail }
    }
}

/// A frame that waits for keys.
pub(super) struct Waiting {
    pub(super) side: Side,
    pub(super) origin: Origin,
    pub(super) frame: Vec<u8>,
}

impl Connection {
    /// Counts a frame for which there is no key, or keeps it until there may be one.
    pub(super) fn unopened(&mut self, side: Side, origin: Origin, frame: &[u8], out: &mut impl FrameSink) {
        let waiting: usize = self.waiting.iter().map(|waiting| waiting.frame.len() + TAG).sum();
        if self.obstacle.is_none() && waiting + frame.len() <= WAITING {
            self.waiting.push(Waiting { side, origin, frame: frame.to_vec() });
            return;
        }
        self.give_up_waiting(out);
        self.count_unopened(side, origin, out);
    }

    /// Counts the frames that waited as lost, since what they waited for did not come.
    pub(super) fn give_up_waiting(&mut self, out: &mut impl FrameSink) {
        for Waiting { side, origin, .. } in mem::take(&mut self.waiting) {
            self.count_unopened(side, origin, out);
        }
    }

    fn count_unopened(&mut self, side: Side, origin: Origin, out: &mut impl FrameSink) {
        self.lost = true;
        self.lane(side).count.frames += 1;
        let obstacle = self.obstacle.get_or_insert(Obstacle::new(&NO_SERVER_HELLO, None));
        let anomaly = Anomaly::new(obstacle.diagnosis, origin);
        out.anomaly(match obstacle.detail.take() {
            Some(detail) => anomaly.detail(detail),
            None => anomaly,
        });
    }
}
