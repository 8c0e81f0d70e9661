//! When and where segments were captured, and how long to wait for missing ones.

use super::{Chunk, ChunkSink};
use crate::anomaly::{Anomaly, Diagnosis};
use crate::origin::{CaptureId, ConnectionId, Direction, Located, Origin, RecordNumber, Resolution, Timestamp};

/// The record that completed a segment.
#[derive(Clone, Copy, Debug)]
pub(super) struct Arrival {
    /// The record with the segment's first byte. It differs from `record` if the segment came in IP fragments.
    pub(super) first: RecordNumber,
    pub(super) record: RecordNumber,
    pub(super) time: Option<Timestamp>,
    pub(super) resolution: Resolution,
}

impl Arrival {
    /// Returns the later of the two.
    pub(super) const fn newest(self, other: Self) -> Self {
        if other.record > self.record { other } else { self }
    }
}

/// The arrival of the current segment, and the number of packets up to it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Now {
    pub(super) arrival: Arrival,
    pub(super) packets: u64,
}

/// After this many packets, a recorder is not expected to store a packet late any more.
const PATIENCE_PACKETS: u64 = 64;

/// The same in nanoseconds,
const PATIENCE_NANOSECONDS: i64 = 2_000_000_000;

/// provided that at least this many packets have passed: time may also jump between two packets that were swapped.
const PATIENCE_PACKETS_AT_LEAST: u64 = 16;

impl Now {
    /// Returns whether many packets have passed since `earlier`, or fewer packets and enough time.
    pub(super) fn is_long_after(self, earlier: Self) -> bool {
        let packets = self.packets.saturating_sub(earlier.packets);
        packets >= PATIENCE_PACKETS
            || (packets >= PATIENCE_PACKETS_AT_LEAST && self.time_since(earlier).is_some_and(is_patient))
    }

    /// Returns whether many packets have passed since `earlier`, and enough time if the capture has times.
    pub(super) fn is_very_long_after(self, earlier: Self) -> bool {
        self.packets.saturating_sub(earlier.packets) >= PATIENCE_PACKETS
            && self.time_since(earlier).is_none_or(is_patient)
    }

    fn time_since(self, earlier: Self) -> Option<i64> {
        Some(self.arrival.time?.nanoseconds_since(earlier.arrival.time?))
    }
}

const fn is_patient(nanoseconds: i64) -> bool {
    nanoseconds >= PATIENCE_NANOSECONDS
}

/// The sink of one direction's chunks, and what their origins have in common.
pub(super) struct DirectionSink<'s, S> {
    pub(super) capture: CaptureId,
    pub(super) connection: ConnectionId,
    pub(super) direction: Direction,
    pub(super) out: &'s mut S,
}

impl<S: ChunkSink> DirectionSink<'_, S> {
    /// Returns the origin of an item: `first` is the arrival of its first byte, `last` completed it.
    pub(super) const fn origin(&self, first: Arrival, last: Arrival, offset: u64) -> Origin {
        Origin {
            capture: self.capture,
            connection: Some(self.connection),
            first: first.first,
            last: last.record,
            offset,
            time: last.time,
            resolution: last.resolution,
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

/// The sink of one connection's chunks.
pub(super) struct ConnectionSink<'s, S> {
    pub(super) capture: CaptureId,
    pub(super) connection: ConnectionId,
    pub(super) out: &'s mut S,
}

impl<S> ConnectionSink<'_, S> {
    /// Returns the sink of one direction.
    pub(super) const fn of(&mut self, direction: Direction) -> DirectionSink<'_, S> {
        DirectionSink { capture: self.capture, connection: self.connection, direction, out: self.out }
    }
}
