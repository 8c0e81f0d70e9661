//! Where WebSocket frames begin in bytes of which that is not known, found by trial.
//!
//! From a true boundary each header leads to the next; from a false one the chain soon meets bytes that are no
//! header. What a chain of headers is worth is added up in bits: how much likelier each header is in a
//! websocket than in random bytes, as the logarithm to the base 2. By Markov's inequality random bytes reach n
//! bits from a given place with a probability of at most 2^-n, so the threshold is a bound on false finds.
//!
//! Chains that arrive at the same place have the same future, so only the best is followed: each byte is looked
//! at once, however many chains there are.

use std::collections::BTreeMap;

use super::MESSAGE_LIMIT;
use super::frame::{Header, Kind, LengthForm};

/// What the frames of a direction look like, as far as it is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Expectation {
    /// Whether they are masked: those of clients are.
    pub(super) masked: Option<bool>,
    /// Whether messages may be compressed.
    pub(super) deflate: bool,
}

/// Bits that a chain of headers must be worth.
#[derive(Clone, Copy, Debug)]
pub(super) struct Threshold {
    /// A chain that begins where the bytes begin, which is often a boundary.
    at_start: i32,
    /// A chain that begins elsewhere: one of thousands of places that are tried.
    elsewhere: i32,
    /// What it is worth that a chain ends exactly where the bytes end.
    exact_end: i32,
}

/// Of a connection that may be anything: about 3 frames at the start, 6 elsewhere.
pub(super) const UNKNOWN_CONNECTION: Threshold = Threshold { at_start: 18, elsewhere: 40, exact_end: 5 };

/// Of a connection that is known to be a websocket: about 2 frames after a gap, 4 elsewhere. A frame alone between two
/// gaps is enough, since what gaps begin and end with are segments, and most of those end where a frame does.
pub(super) const KNOWN_CONNECTION: Threshold = Threshold { at_start: 14, elsewhere: 24, exact_end: 9 };

/// A boundary that was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Found {
    /// Its place in the bytes that were given.
    pub(super) at: usize,
    /// Whether the frames from there on are masked.
    pub(super) masked: bool,
}

/// Looks for the first boundary in bytes that arrive piece by piece.
#[derive(Debug)]
pub(super) struct Trial {
    expectation: Expectation,
    threshold: Threshold,
    /// Bytes dropped before those that are given.
    dropped: u64,
    /// The place of the next header to try, dropped bytes counted.
    cursor: u64,
    /// Chains by the place of their next header.
    chains: BTreeMap<(u64, Shape), Chain>,
}

/// What a chain says about the header that comes next.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Shape {
    masked: bool,
    /// Whether the next frame is inside a fragmented message, if that is known.
    inside: Option<bool>,
}

#[derive(Clone, Copy, Debug)]
struct Chain {
    start: u64,
    /// Bits so far, less the threshold.
    score: i32,
    /// The last masking key.
    key: Option<[u8; 4]>,
}

impl Trial {
    pub(super) const fn new(expectation: Expectation, threshold: Threshold) -> Self {
        Self { expectation, threshold, dropped: 0, cursor: 0, chains: BTreeMap::new() }
    }

    /// The first boundary in `bytes`, which begin with those of the last call. The answer does not depend on
    /// how they were cut.
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

    /// As [`advance`](Self::advance), where no more bytes will come: a chain that ends exactly with them is
    /// worth more.
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

    /// Says that the first `count` bytes will not be given again; what began in them is given up.
    pub(super) fn forget(&mut self, count: usize) {
        self.dropped += count as u64;
        self.cursor = self.cursor.max(self.dropped);
        let dropped = self.dropped;
        self.chains.retain(|(next, _), chain| chain.start >= dropped && *next >= dropped);
    }

    fn index(&self, place: u64) -> usize {
        usize::try_from(place.saturating_sub(self.dropped)).unwrap_or(usize::MAX)
    }

    /// Extends the chains that arrive `here`, and a new one, by `header`; gives the best that is enough.
    fn follow(&mut self, here: u64, header: &Header) -> Option<(bool, Chain)> {
        // Chains that arrived where no header can begin have ended.
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
                    let place = self.chains.entry((next, shape)).or_insert(chain);
                    if chain.rank() > place.rank() {
                        *place = chain;
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
        let worth = worth(header, Expectation { masked, ..self.expectation }, inside)?;
        // A client takes a new key for each frame; a pattern that repeats itself is no client.
        if header.key.is_some() && header.key == chain.key {
            return None;
        }
        let inside = match header.kind() {
            Kind::Close | Kind::Heartbeat => inside,
            _ => Some(!header.is_final()),
        };
        let shape = Shape { masked: header.key.is_some(), inside };
        Some((shape, Chain { score: chain.score + worth, key: header.key, ..chain }))
    }
}

impl Chain {
    /// The more bits the better, and then the earlier.
    const fn rank(&self) -> (i32, std::cmp::Reverse<u64>) {
        (self.score, std::cmp::Reverse(self.start))
    }
}

/// Whether a plausible header can begin with this byte.
const fn could_begin(first: u8) -> bool {
    first & 0x30 == 0 && matches!(first & 0x0f, 0 | 1 | 2 | 8 | 9 | 10)
}

/// What a header is worth, in bits; `None` if no sender that keeps to the RFC writes it here. `inside` says
/// whether a fragmented message is open, if that is known.
pub(super) fn worth(header: &Header, expectation: Expectation, inside: Option<bool>) -> Option<i32> {
    if header.rsv23() || !header.is_sound() || !header.is_minimal() || header.length > MESSAGE_LIMIT {
        return None;
    }
    let opcode = match header.kind() {
        Kind::Text | Kind::Binary if inside == Some(true) || (header.rsv1() && !expectation.deflate) => return None,
        Kind::Text | Kind::Binary if header.is_final() => 6 - i32::from(header.rsv1()),
        Kind::Continuation if inside == Some(false) || header.rsv1() => return None,
        // Else a pattern that reads as fragment upon fragment would be worth ever more.
        Kind::Continuation if header.length > 0 && !header.is_final() => 0,
        Kind::Text | Kind::Binary | Kind::Continuation if header.length > 0 || header.is_final() => 2,
        Kind::Close if header.length == 1 || header.rsv1() => return None,
        // A control frame's length has one form, which is worth nothing.
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
        // Its zero bytes would be worth three times that if all data were random.
        LengthForm::Bits64 => 12,
    };
    // Empty frames are rare, and runs of such byte pairs are not.
    Some(if header.length == 0 { 0 } else { opcode + mask + length })
}
