//! Chunks: what a connection's direction carries, and a store for chunks that cannot be read yet.

use crate::origin::{Direction, Located, Origin, PerDirection};
use crate::protocol::sink;

/// Contiguous stream bytes of one direction, or what is there instead.
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
    /// A new connection reused the same addresses and ports.
    Replaced,
    /// The capture ended first.
    CaptureEnded,
}

sink! {
    /// A sink of chunks of any lifetime.
    ChunkSink of Chunk
}

impl Chunk<'_> {
    /// Returns the direction of a chunk. The TCP layer always names one.
    #[must_use]
    pub fn direction(chunk: &Located<Self>) -> Direction {
        chunk.origin.direction.unwrap_or(Direction::Outbound)
    }
}

/// The memory that a kept chunk takes in addition to its bytes, roughly.
const CHUNK_COST: usize = 96;

/// Chunks of both directions, in order of arrival, kept until it is known how to read them. Its owner bounds its
/// [cost](Self::cost).
#[derive(Debug, Default)]
pub(in crate::protocol) struct Backlog {
    streams: PerDirection<Kept>,
    arrivals: Vec<Arrival>,
}

/// The kept bytes of one direction.
#[derive(Debug, Default)]
struct Kept {
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
    /// Bytes of the direction, from this position, which counts dropped bytes too.
    Data { from: u64, length: usize },
    /// A gap or an end.
    Mark(Chunk<'static>),
}

impl Backlog {
    /// Keeps a chunk.
    pub(in crate::protocol) fn push(&mut self, chunk: Located<Chunk<'_>>) {
        let direction = Chunk::direction(&chunk);
        let what = match chunk.item {
            Chunk::Data(data) => {
                let kept = &mut self.streams[direction];
                let from = kept.dropped + kept.bytes.len() as u64;
                kept.bytes.extend_from_slice(data);
                What::Data { from, length: data.len() }
            }
            Chunk::Gap(bytes) => What::Mark(Chunk::Gap(bytes)),
            Chunk::End(end) => What::Mark(Chunk::End(end)),
        };
        self.arrivals.push(Arrival { direction, origin: chunk.origin, what });
    }

    /// Returns roughly how much memory it takes, in bytes.
    pub(in crate::protocol) fn cost(&self) -> usize {
        let bytes: usize = self.streams.both().iter().map(|kept| kept.bytes.len()).sum();
        bytes + CHUNK_COST * self.arrivals.len()
    }

    /// Returns the kept bytes of a direction.
    pub(in crate::protocol) fn bytes(&self, direction: Direction) -> &[u8] {
        &self.streams[direction].bytes
    }

    /// Returns the origin of the first byte kept of a direction.
    pub(in crate::protocol) fn origin(&self, direction: Direction) -> Option<Origin> {
        let dropped = self.streams[direction].dropped;
        self.arrivals.iter().filter(|arrival| arrival.direction == direction).find_map(|arrival| match arrival.what {
            What::Data { from, length } => {
                let inside = usize::try_from(dropped.saturating_sub(from)).ok()?;
                (inside < length).then(|| arrival.origin.advanced(inside))
            }
            What::Mark(_) => None,
        })
    }

    /// Drops the first `count` bytes of a direction.
    pub(in crate::protocol) fn consume(&mut self, direction: Direction, count: usize) {
        let kept = &mut self.streams[direction];
        let count = count.min(kept.bytes.len());
        kept.bytes.drain(..count);
        kept.dropped += count as u64;
        let dropped = kept.dropped;
        self.arrivals.retain(|arrival| match arrival.what {
            What::Data { from, length } => arrival.direction != direction || from + length as u64 > dropped,
            What::Mark(_) => true,
        });
    }

    /// Passes the kept chunks to `take`, in order of arrival.
    pub(in crate::protocol) fn replay(&self, mut take: impl FnMut(Located<Chunk<'_>>)) {
        for &Arrival { direction, origin, ref what } in &self.arrivals {
            match *what {
                What::Mark(chunk) => take(Located::new(origin, chunk)),
                What::Data { from, length } => {
                    let kept = &self.streams[direction];
                    let inside = usize::try_from(kept.dropped.saturating_sub(from)).unwrap_or(usize::MAX);
                    let start = usize::try_from(from.saturating_sub(kept.dropped)).unwrap_or(usize::MAX);
                    let end = start.saturating_add(length.saturating_sub(inside));
                    if let Some(data) = kept.bytes.get(start..end).filter(|data| !data.is_empty()) {
                        take(Located::new(origin.advanced(inside), Chunk::Data(data)));
                    }
                }
            }
        }
    }
}
