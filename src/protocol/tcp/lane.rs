//! Where the chunks of one direction go.

use super::{Chunk, Chunks, Place};
use crate::anomaly::{Anomaly, Diagnosis};
use crate::origin::{CaptureId, ConnectionId, Direction, Located, Origin};

/// The sink of one direction's chunks, and what their origins have in common.
pub(super) struct Lane<'s, S> {
    pub(super) capture: CaptureId,
    pub(super) connection: ConnectionId,
    pub(super) direction: Direction,
    pub(super) out: &'s mut S,
}

impl<S: Chunks> Lane<'_, S> {
    /// The origin of something in this lane; `first` is the place with its first byte, `last` completed it.
    pub(super) const fn origin(&self, first: Place, last: Place, offset: u64) -> Origin {
        Origin {
            capture: self.capture,
            connection: Some(self.connection),
            first: first.first,
            last: last.record,
            offset,
            time: last.time,
            direction: Some(self.direction),
        }
    }

    pub(super) fn chunk(&mut self, origin: Origin, chunk: Chunk<'_>) {
        self.out.item(Located::new(origin, chunk));
    }

    pub(super) fn anomaly(&mut self, diagnosis: &'static Diagnosis, origin: Origin, bytes: u64, detail: Option<&str>) {
        let anomaly = Anomaly::new(diagnosis, origin).bytes(bytes);
        self.out.anomaly(match detail {
            Some(detail) => anomaly.detail(detail),
            None => anomaly,
        });
    }
}
