//! Chunks that wait until it is known how to decrypt them, in order of arrival.

use std::ops::Range;

use crate::origin::{Located, Origin};
use crate::protocol::tcp::Chunk;

/// What a chunk costs beside its bytes.
const CHUNK_COST: usize = 96;

/// Chunks of both directions. Whoever pushes bounds it by its [`cost`](Self::cost).
#[derive(Debug, Default)]
pub(super) struct Waiting {
    bytes: Vec<u8>,
    arrivals: Vec<(Origin, What)>,
}

#[derive(Debug)]
enum What {
    Data(Range<usize>),
    Other(Chunk<'static>),
}

impl Waiting {
    /// Keeps a chunk.
    pub(super) fn push(&mut self, chunk: Located<Chunk<'_>>) {
        let what = match chunk.item {
            Chunk::Data(data) => {
                let start = self.bytes.len();
                self.bytes.extend_from_slice(data);
                What::Data(start..self.bytes.len())
            }
            Chunk::Gap(bytes) => What::Other(Chunk::Gap(bytes)),
            Chunk::End(end) => What::Other(Chunk::End(end)),
        };
        self.arrivals.push((chunk.origin, what));
    }

    /// About how much memory it takes, in bytes.
    pub(super) const fn cost(&self) -> usize {
        self.bytes.len() + CHUNK_COST * self.arrivals.len()
    }

    /// Gives out what waits, in order of arrival.
    pub(super) fn replay(&self, mut take: impl FnMut(Located<Chunk<'_>>)) {
        for (origin, what) in &self.arrivals {
            let chunk = match what {
                What::Data(range) => Chunk::Data(self.bytes.get(range.clone()).unwrap_or_default()),
                What::Other(chunk) => *chunk,
            };
            take(Located::new(*origin, chunk));
        }
    }
}
