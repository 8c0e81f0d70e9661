//! All TCP connections of a capture.

use std::collections::{HashMap, VecDeque};
use std::net::SocketAddr;

use super::arrival::{Arrival, ConnectionSink, Now};
use super::connection::Connection;
use super::flow::{Flows, Pair, Side};
use super::{ChunkSink, End};
use crate::origin::{CaptureId, ConnectionId, Direction, Located, Origin};
use crate::protocol::packet::Segment;

/// The most memory that buffered bytes may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes per direction of a connection. Beyond it, the direction's first gap is given up.
    pub direction: usize,
    /// Bytes for the whole capture. Beyond it, the direction that has been waiting longest gives up its gaps.
    pub capture: usize,
}

impl Default for Limits {
    /// Returns 8 MiB per direction and 256 MiB in all.
    fn default() -> Self {
        Self { direction: 8 << 20, capture: 256 << 20 }
    }
}

/// Reassembles the TCP connections of one capture.
#[derive(Debug, Default)]
pub struct Reassembler {
    limits: Limits,
    flows: Flows,
    connections: Vec<Connection>,
    /// The numbers of connections that were only quoted so far.
    quoted: HashMap<Pair, ConnectionId>,
    capture: CaptureId,
    buffered: usize,
    /// The directions with buffered bytes, longest first; also some whose buffer is empty by now.
    queue: VecDeque<(ConnectionId, Direction)>,
    packets: u64,
    /// The connections that were reset and may not have ended, earliest first.
    resets: VecDeque<(ConnectionId, Now)>,
}

impl Reassembler {
    /// Creates a reassembler for one capture.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Creates a reassembler with other limits than [`Limits::default`].
    #[must_use]
    pub fn with_limits(limits: Limits) -> Self {
        Self { limits, ..Self::default() }
    }

    /// Takes the next segment of the capture, and returns the connection that it belongs to.
    ///
    /// `out` receives the chunks that it completes: mostly its own payload, sometimes bytes that were buffered after it,
    /// rarely chunks of another connection that had to give up a gap. Anomalies are those of
    /// [`DIAGNOSES`](super::DIAGNOSES).
    pub fn push(&mut self, segment: Located<Segment<'_>>, out: &mut impl ChunkSink) -> ConnectionId {
        let Located { origin, item: segment } = &segment;
        let Origin { first, last: record, time, resolution, .. } = *origin;
        let arrival = Arrival { first, record, time, resolution };
        self.capture = origin.capture;
        self.packets += 1;
        let now = Now { arrival, packets: self.packets };
        self.carry_out_resets(now, out);
        let (pair, side) = Pair::of(segment);
        let id = self.connection_of(pair, side, segment, arrival, out);
        let Some(connection) = self.connections.get_mut(index(id)) else { return id };
        let direction = connection.direction(side);
        connection.count(segment, direction, arrival);

        let before = connection.cost();
        let mut sink = ConnectionSink { capture: self.capture, connection: id, out };
        if connection.push(segment, direction, arrival, &mut sink) {
            self.resets.push_back((id, now));
        }
        if let Some(stream) = connection.stream_mut(direction) {
            while stream.cost() > self.limits.direction {
                stream.give_up(Some(BUFFER_FULL), &mut sink.of(direction));
            }
            if stream.cost() > 0 && !stream.queued {
                stream.queued = true;
                self.queue.push_back((id, direction));
            }
        }
        self.buffered = self.buffered - before + connection.cost();
        if self.buffered > self.limits.capture {
            self.relieve(out);
        }
        id
    }

    /// Takes note of a connection whose ends an error quotes. It keeps the number that it gets for that.
    pub fn quote(&mut self, source: SocketAddr, destination: SocketAddr, origin: Origin) {
        let (pair, side) = Pair::of_ends(source, destination);
        if self.flows.find(&pair).is_none() && !self.quoted.contains_key(&pair) {
            let Origin { first, last: record, time, resolution, .. } = origin;
            let id = self.next_id();
            self.quoted.insert(pair, id);
            self.connections.push(Connection::quoted(pair, side, Arrival { first, record, time, resolution }));
        }
    }

    fn next_id(&self) -> ConnectionId {
        ConnectionId(u32::try_from(self.connections.len()).unwrap_or(u32::MAX))
    }

    /// Ends the capture: outputs all buffered bytes, and ends every direction that has not ended.
    pub fn finish(&mut self, out: &mut impl ChunkSink) {
        for (id, connection) in (0..).map(ConnectionId).zip(&mut self.connections) {
            connection.finish(
                End::CaptureEnded,
                None,
                &mut ConnectionSink { capture: self.capture, connection: id, out },
            );
        }
        self.buffered = 0;
        self.queue.clear();
        self.resets.clear();
    }

    /// Drops the state of a connection that is of no interest. Its packets are still counted, but nothing more is output
    /// or reported.
    pub fn ignore(&mut self, id: ConnectionId) {
        if let Some(connection) = self.connections.get_mut(index(id)) {
            self.buffered -= connection.cost();
            connection.ignore();
        }
    }

    /// Returns a connection.
    #[must_use]
    pub fn connection(&self, id: ConnectionId) -> Option<&Connection> {
        self.connections.get(index(id))
    }

    /// Returns all connections so far, in order of appearance.
    pub fn connections(&self) -> impl Iterator<Item = (ConnectionId, &Connection)> {
        (0..).map(ConnectionId).zip(&self.connections)
    }

    /// Returns the memory taken by buffered bytes, at most [`Limits::capture`].
    #[must_use]
    pub const fn buffered(&self) -> usize {
        self.buffered
    }

    /// Returns the connection of a segment: a new one if its endpoints have none, or begin another.
    fn connection_of(
        &mut self,
        pair: Pair,
        side: Side,
        segment: &Segment<'_>,
        arrival: Arrival,
        out: &mut impl ChunkSink,
    ) -> ConnectionId {
        if let Some(id) = self.flows.find(&pair)
            && let Some(connection) = self.connections.get_mut(index(id))
        {
            if !connection.is_over_with(segment, connection.direction(side)) {
                return id;
            }
            self.buffered -= connection.cost();
            let mut sink = ConnectionSink { capture: self.capture, connection: id, out };
            connection.finish(End::Replaced, Some(arrival), &mut sink);
        }
        let new = Connection::new(pair, side, segment, arrival);
        let reserved = if self.quoted.is_empty() { None } else { self.quoted.remove(&pair) };
        let id = reserved.unwrap_or_else(|| self.next_id());
        match self.connections.get_mut(index(id)) {
            Some(slot) => *slot = new,
            None => self.connections.push(new),
        }
        self.flows.insert(pair, id);
        id
    }

    /// Ends the connections that were reset so long ago that no more of their packets are expected.
    fn carry_out_resets(&mut self, now: Now, out: &mut impl ChunkSink) {
        while let Some((id, _)) = self.resets.pop_front_if(|(_, reset)| now.is_very_long_after(*reset)) {
            if let Some(connection) = self.connections.get_mut(index(id)) {
                self.buffered -= connection.cost();
                connection.carry_out_reset(&mut ConnectionSink { capture: self.capture, connection: id, out });
                self.buffered += connection.cost();
            }
        }
    }

    /// Gives up the gaps of the directions that have waited longest, until the capture is within its limit.
    fn relieve(&mut self, out: &mut impl ChunkSink) {
        while self.buffered > self.limits.capture
            && let Some((id, direction)) = self.queue.pop_front()
        {
            let Some(connection) = self.connections.get_mut(index(id)) else { continue };
            let before = connection.cost();
            if let Some(stream) = connection.stream_mut(direction) {
                stream.queued = false;
                let mut sink = ConnectionSink { capture: self.capture, connection: id, out };
                while stream.cost() > 0 {
                    stream.give_up(Some(BUFFER_FULL), &mut sink.of(direction));
                }
            }
            self.buffered = self.buffered - before + connection.cost();
        }
    }
}

/// Why a gap was given up early.
const BUFFER_FULL: &str = "the buffer for the bytes after the gap was full";

fn index(id: ConnectionId) -> usize {
    usize::try_from(id.0).unwrap_or(usize::MAX)
}
