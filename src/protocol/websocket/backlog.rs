//! What is kept of a connection, in order of arrival, while it is not known what it is.

use super::both::Both;
use super::further;
use crate::origin::{Direction, Located, Origin};
use crate::protocol::tcp::Chunk;

/// Chunks of both directions that may have to be read again. Whoever pushes bounds it.
#[derive(Debug, Default)]
pub(super) struct Backlog {
    lanes: Both<Lane>,
    arrivals: Vec<Arrival>,
}

/// The bytes of one direction.
#[derive(Debug, Default)]
struct Lane {
    bytes: Vec<u8>,
    /// Bytes that were dropped before those.
    dropped: u64,
}

#[derive(Debug)]
struct Arrival {
    direction: Direction,
    origin: Origin,
    what: What,
}

#[derive(Debug)]
enum What {
    /// Bytes of the lane, from this place, dropped bytes counted.
    Data { from: u64, length: usize },
    /// A gap or an end.
    Other(Chunk<'static>),
}

impl Backlog {
    /// What is kept of a direction.
    pub(super) fn bytes(&self, direction: Direction) -> &[u8] {
        &self.lanes.of(direction).bytes
    }

    /// Where the first byte kept of a direction came from.
    pub(super) fn origin(&self, direction: Direction) -> Option<Origin> {
        let dropped = self.lanes.of(direction).dropped;
        self.arrivals.iter().filter(|arrival| arrival.direction == direction).find_map(|arrival| match arrival.what {
            What::Data { from, length } => {
                let inside = usize::try_from(dropped.saturating_sub(from)).ok()?;
                (inside < length).then(|| further(arrival.origin, inside))
            }
            What::Other(_) => None,
        })
    }

    pub(super) fn push(&mut self, direction: Direction, origin: Origin, data: &[u8]) {
        let lane = self.lanes.of_mut(direction);
        let from = lane.dropped + lane.bytes.len() as u64;
        lane.bytes.extend_from_slice(data);
        self.arrivals.push(Arrival { direction, origin, what: What::Data { from, length: data.len() } });
    }

    /// Keeps a gap or an end.
    pub(super) fn mark(&mut self, direction: Direction, origin: Origin, chunk: Chunk<'static>) {
        self.arrivals.push(Arrival { direction, origin, what: What::Other(chunk) });
    }

    /// Drops the first `count` bytes of a direction.
    pub(super) fn consume(&mut self, direction: Direction, count: usize) {
        let lane = self.lanes.of_mut(direction);
        let count = count.min(lane.bytes.len());
        lane.bytes.drain(..count);
        lane.dropped += count as u64;
        let dropped = lane.dropped;
        self.arrivals.retain(|arrival| match arrival.what {
            What::Data { from, length } => arrival.direction != direction || from + length as u64 > dropped,
            What::Other(_) => true,
        });
    }

    /// Gives out what is kept, in order of arrival.
    pub(super) fn replay(&self, mut take: impl FnMut(Located<Chunk<'_>>)) {
        for &Arrival { direction, origin, ref what } in &self.arrivals {
            match *what {
                What::Other(chunk) => take(Located::new(origin, chunk)),
                What::Data { from, length } => {
                    let lane = self.lanes.of(direction);
                    let inside = usize::try_from(lane.dropped.saturating_sub(from)).unwrap_or(usize::MAX);
                    let start = usize::try_from(from.saturating_sub(lane.dropped)).unwrap_or(usize::MAX);
                    let end = start.saturating_add(length.saturating_sub(inside));
                    if let Some(data) = lane.bytes.get(start..end).filter(|data| !data.is_empty()) {
                        take(Located::new(further(origin, inside), Chunk::Data(data)));
                    }
                }
            }
        }
    }
}
