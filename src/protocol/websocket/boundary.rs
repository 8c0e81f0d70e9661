//! Finding the boundaries of WebSocket frames by trial, in bytes whose framing is unknown.
//!
//! From a true boundary each header leads to the next; from a false one the chain soon meets bytes that are not a valid
//! header. A chain is scored in bits: how much likelier each header is in a WebSocket than in random bytes, as a base-2
//! logarithm. By Markov's inequality random bytes reach n bits from a given position with a probability of at most 2^-n,
//! so the threshold bounds the rate of false positives.
//!
//! Chains that arrive at the same position have the same future, so only the best is followed: each byte is looked at
//! once, however many chains there are.

use std::collections::BTreeMap;

use super::MESSAGE_LIMIT;
use super::diagnoses::FRAMING_LOST;
use super::frame::{Header, Kind, LengthForm};
use crate::anomaly::Anomaly;
use crate::origin::Origin;

/// What is known of the frames of a direction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Expectation {
    /// Whether they are masked, as those of clients are.
    pub(super) masked: Option<bool>,
    /// Whether messages may be compressed.
    pub(super) deflate: bool,
}

/// The score, in bits, that a chain of headers must reach.
#[derive(Clone, Copy, Debug)]
pub(super) struct Threshold {
    /// For a chain from the first byte, which is often a boundary.
    at_start: i32,
    /// For a chain from elsewhere, one of thousands of positions that are tried.
    elsewhere: i32,
    /// The bonus for a chain that ends exactly where the bytes end.
    exact_end: i32,
}

/// For a connection that may be anything: about 3 frames at the start, 6 elsewhere.
pub(super) const UNKNOWN_CONNECTION: Threshold = Threshold { at_start: 18, elsewhere: 40, exact_end: 5 };

/// For a connection that is known to be a WebSocket: about 2 frames after a gap, 4 elsewhere. A single frame between two
/// gaps is enough, because gaps begin and end at segments, and most segments end where a frame does.
pub(super) const KNOWN_CONNECTION: Threshold = Threshold { at_start: 14, elsewhere: 24, exact_end: 9 };

/// A boundary that was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Found {
    /// Its offset in the given bytes.
    pub(super) at: usize,
    /// Whether the frames from there on are masked.
    pub(super) masked: bool,
}

/// Looks for the first boundary in bytes that arrive in pieces.
#[derive(Debug)]
pub(super) struct Trial {
    expectation: Expectation,
    threshold: Threshold,
    /// Bytes dropped before the given ones.
    dropped: u64,
    /// The position of the next header to try, counting dropped bytes.
    cursor: u64,
    /// Chains by the position of their next header.
    chains: BTreeMap<(u64, Shape), Chain>,
}

/// What a chain implies about its next header.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Shape {
    masked: bool,
    /// Whether the next frame is inside a fragmented message, if known.
    inside: Option<bool>,
}

#[derive(Clone, Copy, Debug)]
struct Chain {
    start: u64,
    /// The score so far, minus the threshold.
    score: i32,
    /// The last masking key.
    key: Option<[u8; 4]>,
}

impl Trial {
    pub(super) const fn new(expectation: Expectation, threshold: Threshold) -> Self {
        Self { expectation, threshold, dropped: 0, cursor: 0, chains: BTreeMap::new() }
    }

    /// Returns the first boundary in `bytes`, which begin with those of the last call. The result does not depend on how
    /// they were split.
    pub(super) fn advance(&mut self, bytes: &[u8]) -> Option<Found> {
        loop {
            let rest = bytes.get(self.index(self.cursor)..)?;
            let skipped = rest.iter().position(|&first| could_begin(first)).unwrap_or(rest.len());
            self.cursor += skipped as u64;
            let header = Header::parse(rest.get(skipped..)?)?;
            let here = self.cursor;
            self.cursor += 1;
            if let Some((masked, chain)) = self.follow(here, &header) {
                return Some(Found { at: self.index(chain.start), masked });
            }
        }
    }

    /// Does the same when no more bytes will come: a chain that ends exactly at the end scores more.
    pub(super) fn at_end(&mut self, bytes: &[u8]) -> Option<Found> {
        if let Some(found) = self.advance(bytes) {
            return Some(found);
        }
        let end = self.dropped + bytes.len() as u64;
        let exact_end = self.threshold.exact_end;
        let landed = self.chains.iter().filter(|((next, _), chain)| *next == end && chain.score + exact_end >= 0);
        let ((_, shape), chain) = landed.max_by_key(|(_, chain)| chain.rank())?;
        Some(Found { at: self.index(chain.start), masked: shape.masked })
    }

    /// Forgets the first `count` bytes, which will not be given again, and the chains that began in them.
    pub(super) fn forget(&mut self, count: usize) {
        self.dropped += count as u64;
        self.cursor = self.cursor.max(self.dropped);
        let dropped = self.dropped;
        self.chains.retain(|(next, _), chain| chain.start >= dropped && *next >= dropped);
    }

    fn index(&self, place: u64) -> usize {
        usize::try_from(place.saturating_sub(self.dropped)).unwrap_or(usize::MAX)
    }

    /// Extends the chains that arrive `here`, and a new one, by `header`. Returns the best one that reaches the threshold.
    fn follow(&mut self, here: u64, header: &Header) -> Option<(bool, Chain)> {
        // Chains that arrived where a header cannot begin have ended.
        while self.chains.first_key_value().is_some_and(|((next, _), _)| *next < here) {
            self.chains.pop_first();
        }
        let mut best: Option<(bool, Chain)> = None;
        let Threshold { at_start, elsewhere, .. } = self.threshold;
        let new = Chain { start: here, score: if here == 0 { -at_start } else { -elsewhere }, key: None };
        let mut arriving = Some((None, new));
        while let Some((shape, chain)) = arriving {
            if let Some((shape, chain)) = self.extended(shape, chain, header) {
                if chain.score < 0 {
                    let next = here.saturating_add(header.size as u64).saturating_add(header.length);
                    let known = self.chains.entry((next, shape)).or_insert(chain);
                    if chain.rank() > known.rank() {
                        *known = chain;
                    }
                } else if best.is_none_or(|(_, best)| chain.rank() > best.rank()) {
                    best = Some((shape.masked, chain));
                }
            }
            arriving = match self.chains.first_entry() {
                Some(entry) if entry.key().0 == here => {
                    let ((_, shape), chain) = entry.remove_entry();
                    Some((Some(shape), chain))
                }
                _ => None,
            };
        }
        best
    }

    fn extended(&self, shape: Option<Shape>, chain: Chain, header: &Header) -> Option<(Shape, Chain)> {
        let masked = shape.map(|shape| shape.masked).or(self.expectation.masked);
        let inside = shape.and_then(|shape| shape.inside);
        let bits = score_of(header, Expectation { masked, ..self.expectation }, inside)?;
        // A client uses a new key for each frame, so a repeated pattern is not a client.
        if header.key.is_some() && header.key == chain.key {
            return None;
        }
        let inside = match header.kind() {
            Kind::Close | Kind::Heartbeat => inside,
            _ => Some(!header.is_final()),
        };
        let shape = Shape { masked: header.key.is_some(), inside };
        Some((shape, Chain { score: chain.score + bits, key: header.key, ..chain }))
    }
}

impl Chain {
    /// Ranks chains by score, and then by how early they begin.
    const fn rank(&self) -> (i32, std::cmp::Reverse<u64>) {
        (self.score, std::cmp::Reverse(self.start))
    }
}

/// Returns whether a plausible header can begin with this byte.
const fn could_begin(first: u8) -> bool {
    first & 0x30 == 0 && matches!(first & 0x0f, 0 | 1 | 2 | 8 | 9 | 10)
}

/// Scores a header in bits. Returns `None` if no sender that follows the RFC would send it here. `inside`: whether a
/// fragmented message is open, if known.
pub(super) fn score_of(header: &Header, expectation: Expectation, inside: Option<bool>) -> Option<i32> {
    if header.rsv23() || !header.is_valid() || !header.is_minimal() || header.length > MESSAGE_LIMIT {
        return None;
    }
    let opcode = match header.kind() {
        Kind::Text | Kind::Binary if inside == Some(true) || (header.rsv1() && !expectation.deflate) => return None,
        Kind::Text | Kind::Binary if header.is_final() => 6 - i32::from(header.rsv1()),
        Kind::Continuation if inside == Some(false) || header.rsv1() => return None,
        // Otherwise a pattern that reads as an endless row of fragments would score ever more.
        Kind::Continuation if header.length > 0 && !header.is_final() => 0,
        Kind::Text | Kind::Binary | Kind::Continuation if header.length > 0 || header.is_final() => 2,
        Kind::Close if header.length == 1 || header.rsv1() => return None,
        // The length of a control frame has only one form, which proves nothing.
        Kind::Close | Kind::Heartbeat if !header.rsv1() => 4,
        _ => return None,
    };
    let mask = match expectation.masked {
        Some(masked) if masked != header.key.is_some() => return None,
        Some(_) => 1,
        None => 0,
    };
    let length = match header.length_form() {
        LengthForm::Bits7 => -1,
        LengthForm::Bits16 => 5,
        // Its zero bytes would score three times that if all data were random.
        LengthForm::Bits64 => 12,
    };
    // Empty frames are rare, but runs of such byte pairs are not.
    Some(if header.length == 0 { 0 } else { opcode + mask + length })
}

/// The most bytes kept while searching. Beyond that, the older half is given up.
const SEARCHED_MOST: usize = 1 << 20;

/// The number of bytes between two searches for a boundary.
const SEARCH_STEP: usize = 1 << 10;

/// A search for the next frame after the framing was lost.
#[derive(Debug)]
pub(super) struct Search {
    expectation: Expectation,
    trial: Trial,
    bytes: Vec<u8>,
    /// The start in `bytes`, and the origin, of each piece.
    pieces: Vec<(usize, Origin)>,
    /// Bytes that were given up or not captured.
    lost: u64,
    /// Where the search began.
    origin: Option<Origin>,
}

/// A boundary, and the bytes from there on.
#[derive(Debug)]
pub(super) struct Resumed {
    bytes: Vec<u8>,
    pieces: Vec<(usize, Origin)>,
    at: usize,
}

impl Search {
    /// Creates a search after `lost` bytes that are unreadable.
    pub(super) const fn new(expectation: Expectation, lost: u64, origin: Option<Origin>) -> Self {
        let trial = Trial::new(expectation, KNOWN_CONNECTION);
        Self { expectation, trial, bytes: Vec::new(), pieces: Vec::new(), lost, origin }
    }

    /// Takes bytes from the start of `data`. Returns how many.
    pub(super) fn take(&mut self, data: &[u8], origin: Origin) -> usize {
        if self.bytes.len() >= SEARCHED_MOST {
            self.give_up(SEARCHED_MOST / 2);
        }
        let count = data.len().min(SEARCH_STEP).min(SEARCHED_MOST - self.bytes.len());
        self.origin.get_or_insert(origin);
        self.pieces.push((self.bytes.len(), origin));
        self.bytes.extend_from_slice(data.get(..count).unwrap_or_default());
        count
    }

    /// Returns the first boundary in the bytes so far. `ended`: a gap or the end follows them.
    pub(super) fn found(&mut self, ended: bool) -> Option<usize> {
        let found = if ended { self.trial.at_end(&self.bytes) } else { self.trial.advance(&self.bytes) };
        found.map(|found| found.at)
    }

    /// Gives up all bytes so far and `gap` bytes that were not captured, and starts again after them.
    pub(super) fn restart(&mut self, gap: u64, origin: Origin) {
        self.lost = self.lost.saturating_add(self.bytes.len() as u64).saturating_add(gap);
        self.origin.get_or_insert(origin);
        self.bytes.clear();
        self.pieces.clear();
        self.trial = Trial::new(self.expectation, KNOWN_CONNECTION);
    }

    /// Ends the search at `at`, a boundary. Returns an anomaly if bytes were lost.
    pub(super) fn resume(self, at: usize) -> (Resumed, Option<Anomaly>) {
        let lost = self.lost.saturating_add(at as u64);
        let resumed = Resumed { bytes: self.bytes, pieces: self.pieces, at };
        let place = resumed.pieces().next().map(|(_, origin)| origin);
        (resumed, report(lost, self.origin, place))
    }

    /// Ends the search without success.
    pub(super) fn fail(self) -> Option<Anomaly> {
        let lost = self.lost.saturating_add(self.bytes.len() as u64);
        report(lost, self.origin, self.pieces.last().map(|&(_, origin)| origin))
    }

    fn give_up(&mut self, count: usize) {
        self.trial.forget(count);
        self.bytes.drain(..count);
        self.lost = self.lost.saturating_add(count as u64);
        let inside = self.pieces.partition_point(|&(start, _)| start <= count).saturating_sub(1);
        self.pieces.drain(..inside);
        for (start, origin) in &mut self.pieces {
            *origin = origin.advanced(count.saturating_sub(*start));
            *start = start.saturating_sub(count);
        }
    }
}

fn report(lost: u64, from: Option<Origin>, to: Option<Origin>) -> Option<Anomaly> {
    let from = from.filter(|_| lost > 0)?;
    Some(Anomaly::new(&FRAMING_LOST, from.to(to.unwrap_or(from))).bytes(lost))
}

impl Resumed {
    /// Returns the bytes from the boundary on, with their origins.
    pub(super) fn pieces(&self) -> impl Iterator<Item = (&[u8], Origin)> {
        self.pieces.iter().enumerate().filter_map(|(index, &(start, origin))| {
            let end = self.pieces.get(index + 1).map_or(self.bytes.len(), |&(next, _)| next);
            let from = start.max(self.at);
            let data = self.bytes.get(from..end).filter(|data| !data.is_empty())?;
            Some((data, origin.advanced(from - start)))
        })
    }
}
