//! Frames of a connection that carries nothing else and began before the capture: each direction is a chain of frames, with
//! the length of each in three bytes before it.

use super::framing::TAG;
use crate::origin::{Direction, PerDirection};

/// The longest frame that a chain is trusted with, in bytes: longer ones are rare, and other protocols begin so.
const LONGEST: u64 = 1 << 18;

/// How many frames show a chain: in each direction, and in both together.
const LEAST: u32 = 2;
const LEAST_IN_ALL: u32 = 5;

/// How often a direction may turn out not to be a chain, if it was captured from the middle of a frame on.
const MOST_BREAKS: u32 = 8;

/// What a connection is, as its chains show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChainState {
    /// Too little was seen.
    Undecided,
    /// Both directions are chains of frames.
    Frames,
    /// They are not.
    Other,
}

/// Looks for a chain of frames in both directions.
#[derive(Debug, Default)]
pub struct Chain {
    ways: PerDirection<Way>,
    breaks: u32,
}

/// One direction.
#[derive(Debug, Default)]
struct Way {
    /// The bytes of a length so far.
    header: Vec<u8>,
    /// Bytes of the frame that are still to come.
    left: u64,
    frames: u32,
    /// Whether a piece ended where a frame does.
    fits: bool,
    /// Whether the position in the chain was lost. The next piece may begin with a frame.
    is_lost: bool,
}

impl Chain {
    /// Takes the next bytes of a direction, as they were sent together.
    pub fn push(&mut self, direction: Direction, data: &[u8]) -> ChainState {
        if !self.ways[direction].push(data) {
            self.ways[direction] = Way { is_lost: true, ..Way::default() };
            self.breaks += 1;
        }
        let [out, back] = self.ways.both();
        let is_chain = |way: &Way| way.frames >= LEAST && way.fits;
        match () {
            () if self.breaks > MOST_BREAKS => ChainState::Other,
            () if is_chain(out) && is_chain(back) && out.frames + back.frames >= LEAST_IN_ALL => ChainState::Frames,
            () => ChainState::Undecided,
        }
    }

    /// Takes note that bytes of a direction are missing.
    pub fn gap(&mut self, direction: Direction) {
        self.ways[direction] = Way { is_lost: true, ..Way::default() };
    }
}

impl Way {
    /// Follows the chain through these bytes; returns `false` if they break it.
    fn push(&mut self, data: &[u8]) -> bool {
        if std::mem::take(&mut self.is_lost) {
            *self = Self::default();
        }
        let mut rest = data;
        while !rest.is_empty() {
            let skipped = usize::try_from(self.left).unwrap_or(usize::MAX).min(rest.len());
            rest = rest.get(skipped..).unwrap_or_default();
            self.left -= skipped as u64;
            if self.left > 0 || rest.is_empty() {
                continue;
            }
            let missing = (3 - self.header.len()).min(rest.len());
            let (header, behind) = rest.split_at(missing);
            self.header.extend_from_slice(header);
            rest = behind;
            if let [high, middle, low] = *self.header.as_slice() {
                let length = u64::from(u32::from_be_bytes([0, high, middle, low]));
                if length <= TAG as u64 || length > LONGEST {
                    return false;
                }
                self.left = length;
                self.frames = self.frames.saturating_add(1);
                self.header.clear();
            }
        }
        self.fits |= self.left == 0 && self.header.is_empty() && self.frames > 0;
        true
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use Direction::{Inbound, Outbound};

    fn frame(length: usize) -> Vec<u8> {
        let [_, high, middle, low] = u32::try_from(length).unwrap().to_be_bytes();
        [vec![high, middle, low], vec![0xa5; length]].concat()
    }

    #[test]
    fn frames_in_both_directions_are_a_chain() {
        let mut chain = Chain::default();
        assert_eq!(chain.push(Outbound, &[frame(40), frame(300)].concat()), ChainState::Undecided);
        assert_eq!(chain.push(Inbound, &frame(2000)[..1400]), ChainState::Undecided);
        assert_eq!(chain.push(Inbound, &frame(2000)[1400..]), ChainState::Undecided);
        assert_eq!(chain.push(Outbound, &frame(70)), ChainState::Undecided);
        assert_eq!(chain.push(Inbound, &frame(18)), ChainState::Frames);
    }

    #[test]
    fn a_capture_may_begin_inside_a_frame() {
        let mut chain = Chain::default();
        chain.push(Inbound, &[0xa5; 700]);
        chain.gap(Outbound);
        for _ in 0..3 {
            chain.push(Outbound, &frame(40));
            chain.push(Inbound, &frame(50));
        }
        assert_eq!(chain.push(Outbound, &frame(40)), ChainState::Frames);
    }

    #[test]
    fn one_direction_or_other_protocols_are_no_chain() {
        let mut chain = Chain::default();
        for _ in 0..100 {
            assert_eq!(chain.push(Outbound, &frame(40)), ChainState::Undecided);
        }
        for other in [
            &b"220 smtp.example ESMTP\r\n"[..],
            b"\0\0\0\x55\xffSMB",
            b"\x00\x1d\xab\xcd\x01\x00\x00\x01\0\0\0\0\0\0\x01a",
            b"\0\0\x06\x04\0\0\0\0\0\0\x04\0\x01\0\0",
        ] {
            let mut chain = Chain::default();
            for _ in 0..20 {
                assert_ne!(chain.push(Outbound, other), ChainState::Frames, "{other:?}");
                assert_ne!(chain.push(Inbound, other), ChainState::Frames, "{other:?}");
            }
        }
    }

    proptest! {
        #[test]
        fn random_bytes_are_no_chain(pieces in proptest::collection::vec((any::<bool>(), proptest::collection::vec(any::<u8>(), 1..400)), 0..60)) {
            let mut chain = Chain::default();
            for (is_out, piece) in pieces {
                prop_assert_ne!(chain.push(if is_out { Outbound } else { Inbound }, &piece), ChainState::Frames);
            }
        }
    }
}
