//! Packet to chunk: reassembly of both directions of each TCP connection (RFC 9293).
//!
//! Each direction gives its bytes once and in order, whatever the order and the repetitions in which they were
//! captured, and a [`Chunk::Gap`] exactly as long as what was not captured. In-order bytes are passed through
//! borrowed; those that come before their turn wait for it, within [`Limits`].
//!
//! **When waiting ends.** A recorder may store packets in another order than they were sent, so a missing byte is
//! not lost as soon as the other side acknowledges it. It is given up when it was acknowledged and 64 further
//! packets of the connection, or 16 and 2 seconds, have not brought it; when what waits behind it exceeds the
//! limits; or when the connection or the capture ends. For the same reason a RST ends the other side's direction
//! only 64 packets of the capture and 2 seconds later, or when the connection is replaced or the capture ends.
//!
//! **Two copies of a byte.** The first captured wins. Copies that differ are reported where both are at hand, that
//! is while the first still waits; bytes already passed on are not kept to be compared.
//!
//! **Beginnings.** After a SYN the first byte is known. In a connection that began before the capture it is what
//! the other side had acknowledged, or the earliest byte that comes while one would wait for a missing one; what
//! was sent before the direction's first packet in the capture is no gap.
//!
//! **Far segments.** A segment more than 64 MiB ahead is either a damaged one or the recorder missed much. It
//! waits as others do, and what waits there is believed when it is acknowledged or has four pieces.

use crate::origin::{CaptureId, ConnectionId, Located, RecordNumber, Timestamp};
use crate::protocol::Sink;
use crate::protocol::packet::Segment;

mod connection;
mod cuts;
mod diagnoses;
mod flow;
mod lane;
mod sequence;
mod stream;
mod waiting;

#[cfg(test)]
mod tests;

use std::collections::VecDeque;

pub use connection::Connection;
pub use diagnoses::*;

use connection::Outlet;
use flow::{Flows, Pair, Side};

/// Contiguous stream bytes of one direction, or what stands in their place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Chunk<'a> {
    /// The next bytes of the stream.
    Data(&'a [u8]),
    /// This many bytes of the stream were not captured.
    Gap(u64),
    /// No more bytes will come in this direction.
    End(End),
}

/// Why a direction's stream ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// The sender closed it (FIN).
    Closed,
    /// The connection was reset.
    Reset,
    /// A new connection took over the same addresses and ports.
    Replaced,
    /// The capture ended first.
    CaptureEnded,
}

/// When a connection was first and last seen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Span {
    /// Time of its first packet.
    pub first: Option<Timestamp>,
    /// Time of its last packet.
    pub last: Option<Timestamp>,
}

/// How much memory bytes may take that wait for those before them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes for one direction of one connection; beyond it the direction's first hole is given up.
    pub direction: usize,
    /// Bytes for the whole capture; beyond it the direction that has been waiting longest gives up its holes.
    pub capture: usize,
}

impl Default for Limits {
    /// 8 MiB and 256 MiB.
    fn default() -> Self {
        Self { direction: 8 << 20, capture: 256 << 20 }
    }
}

/// A sink of chunks of any lifetime.
trait Chunks: for<'a> Sink<Chunk<'a>> {}

impl<S: for<'a> Sink<Chunk<'a>>> Chunks for S {}

/// The record that completed a segment, and when it was captured.
#[derive(Clone, Copy, Debug)]
struct Place {
    /// The record with its first byte: another one, if it came in IP fragments.
    first: RecordNumber,
    record: RecordNumber,
    time: Option<Timestamp>,
}

impl Place {
    /// The later record of the two.
    const fn newest(self, other: Self) -> Self {
        if other.record > self.record { other } else { self }
    }
}

/// The place of the segment at hand, and how many packets its connection has had with it.
#[derive(Clone, Copy, Debug)]
struct Now {
    place: Place,
    packets: u64,
}

/// After so many packets nothing is expected any more that a recorder stored too late.
const PATIENCE_PACKETS: u64 = 64;

/// The same after so many nanoseconds,
const PATIENCE_NANOSECONDS: i64 = 2_000_000_000;

/// if there were so many packets: time may also jump between neighbours that were exchanged.
const PATIENCE_PACKETS_AT_LEAST: u64 = 16;

impl Now {
    /// Whether many packets have gone by since `earlier`, or some and enough time.
    fn is_long_after(self, earlier: Self) -> bool {
        let packets = self.packets.saturating_sub(earlier.packets);
        packets >= PATIENCE_PACKETS
            || (packets >= PATIENCE_PACKETS_AT_LEAST && self.time_since(earlier).is_some_and(is_patient))
    }

    /// Whether many packets have gone by since `earlier`, and enough time, where there is time.
    fn is_very_long_after(self, earlier: Self) -> bool {
        self.packets.saturating_sub(earlier.packets) >= PATIENCE_PACKETS
            && self.time_since(earlier).is_none_or(is_patient)
    }

    fn time_since(self, earlier: Self) -> Option<i64> {
        Some(self.place.time?.nanoseconds_since(earlier.place.time?))
    }
}

const fn is_patient(nanoseconds: i64) -> bool {
    nanoseconds >= PATIENCE_NANOSECONDS
}

/// The TCP connections of one capture.
#[derive(Debug, Default)]
pub struct Reassembler {
    limits: Limits,
    flows: Flows,
    connections: Vec<Connection>,
    capture: CaptureId,
    buffered: usize,
    /// Directions in which bytes wait, by when that began; also some where none wait any more.
    queue: VecDeque<(ConnectionId, Side)>,
    packets: u64,
    /// Connections that were reset and may not have ended, by when that was.
    resets: VecDeque<(ConnectionId, Now)>,
}

impl Reassembler {
    /// A reassembler for one capture.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// A reassembler with other limits than [`Limits::default`].
    #[must_use]
    pub fn with_limits(limits: Limits) -> Self {
        Self { limits, ..Self::default() }
    }

    /// Takes the next segment of the capture, and says which connection it belongs to.
    ///
    /// `out` takes the chunks that it completes: mostly its own payload, sometimes what waited for it, rarely
    /// chunks of another connection that had to give up waiting. Anomalies are those of [`DIAGNOSES`].
    pub fn push<S>(&mut self, segment: Located<Segment<'_>>, out: &mut S) -> ConnectionId
    where
        S: for<'a> Sink<Chunk<'a>>,
    {
        let Located { origin, item: segment } = &segment;
        let place = Place { first: origin.first, record: origin.last, time: origin.time };
        self.capture = origin.capture;
        self.packets += 1;
        let now = Now { place, packets: self.packets };
        self.carry_out_resets(now, out);
        let (pair, side) = Pair::of(segment);
        let id = self.connection_of(pair, side, segment, place, out);
        let Some(connection) = self.connections.get_mut(index(id)) else { return id };
        connection.count(segment, side, place);

        let before = connection.cost();
        let mut outlet = Outlet { capture: self.capture, connection: id, out };
        if connection.push(segment, side, place, &mut outlet) {
            self.resets.push_back((id, now));
        }
        let direction = connection.direction(side);
        if let Some(stream) = connection.stream_mut(side) {
            while stream.cost() > self.limits.direction {
                stream.give_up(Some(TOO_MUCH_WAITS), &mut outlet.lane(direction));
            }
            if stream.cost() > 0 && !stream.queued {
                stream.queued = true;
                self.queue.push_back((id, side));
            }
        }
        self.buffered = self.buffered - before + connection.cost();
        if self.buffered > self.limits.capture {
            self.relieve(out);
        }
        id
    }

    /// Ends the capture: passes on all that waits, and ends every direction that has not ended.
    pub fn finish<S>(&mut self, out: &mut S)
    where
        S: for<'a> Sink<Chunk<'a>>,
    {
        for (id, connection) in (0..).map(ConnectionId).zip(&mut self.connections) {
            connection.finish(End::CaptureEnded, None, &mut Outlet { capture: self.capture, connection: id, out });
        }
        self.buffered = 0;
        self.queue.clear();
        self.resets.clear();
    }

    /// Drops what is kept of a connection that is of no interest: its packets are still counted, and nothing more
    /// is passed on or reported of it.
    pub fn ignore(&mut self, id: ConnectionId) {
        if let Some(connection) = self.connections.get_mut(index(id)) {
            self.buffered -= connection.cost();
            connection.ignore();
        }
    }

    /// What was seen of a connection.
    #[must_use]
    pub fn connection(&self, id: ConnectionId) -> Option<&Connection> {
        self.connections.get(index(id))
    }

    /// All connections so far, in order of appearance.
    pub fn connections(&self) -> impl Iterator<Item = (ConnectionId, &Connection)> {
        (0..).map(ConnectionId).zip(&self.connections)
    }

    /// Memory taken by bytes that wait for those before them, at most [`Limits::capture`].
    #[must_use]
    pub const fn buffered(&self) -> usize {
        self.buffered
    }

    /// The connection of a segment; a new one, where the endpoints have none or begin another.
    fn connection_of<S: Chunks>(
        &mut self,
        pair: Pair,
        side: Side,
        segment: &Segment<'_>,
        place: Place,
        out: &mut S,
    ) -> ConnectionId {
        if let Some(id) = self.flows.find(&pair)
            && let Some(connection) = self.connections.get_mut(index(id))
        {
            if !connection.is_over_with(segment, side) {
                return id;
            }
            self.buffered -= connection.cost();
            let mut outlet = Outlet { capture: self.capture, connection: id, out };
            connection.finish(End::Replaced, Some(place), &mut outlet);
        }
        let id = ConnectionId(u32::try_from(self.connections.len()).unwrap_or(u32::MAX));
        self.connections.push(Connection::new(pair, side, segment, place));
        self.flows.insert(pair, id);
        id
    }

    /// Ends the connections that were reset so long ago that nothing more of them is expected.
    fn carry_out_resets<S: Chunks>(&mut self, now: Now, out: &mut S) {
        while let Some((id, _)) = self.resets.pop_front_if(|(_, reset)| now.is_very_long_after(*reset)) {
            if let Some(connection) = self.connections.get_mut(index(id)) {
                self.buffered -= connection.cost();
                connection.carry_out_reset(&mut Outlet { capture: self.capture, connection: id, out });
                self.buffered += connection.cost();
            }
        }
    }

    /// Makes those who have waited longest give up, until the capture is within its limit.
    fn relieve<S: Chunks>(&mut self, out: &mut S) {
        while self.buffered > self.limits.capture
            && let Some((id, side)) = self.queue.pop_front()
        {
            let Some(connection) = self.connections.get_mut(index(id)) else { continue };
            let before = connection.cost();
            let direction = connection.direction(side);
            if let Some(stream) = connection.stream_mut(side) {
                stream.queued = false;
                let mut outlet = Outlet { capture: self.capture, connection: id, out };
                while stream.cost() > 0 {
                    stream.give_up(Some(TOO_MUCH_WAITS), &mut outlet.lane(direction));
                }
            }
            self.buffered = self.buffered - before + connection.cost();
        }
    }
}

/// Why a hole was given up before its time.
const TOO_MUCH_WAITS: &str = "too much was captured after a hole to wait longer for its bytes";

fn index(id: ConnectionId) -> usize {
    usize::try_from(id.0).unwrap_or(usize::MAX)
}
