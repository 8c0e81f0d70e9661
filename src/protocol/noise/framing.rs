//! WhatsApp's framing: what precedes a connection's first frame, and the 3-byte length before each.

use crate::origin::Origin;

/// Bytes of a length prefix.
pub(super) const PREFIX: usize = 3;

/// Bytes of an AES-GCM tag, which every encrypted frame ends in.
pub(super) const TAG: usize = 16;

/// What precedes the routing information of a client.
const ROUTING: [u8; 4] = [b'E', b'D', 0, 1];

/// Longest routing information that is believed; clients send some ten bytes.
const LONGEST_ROUTING: usize = 4096;

/// What a client's first bytes are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Intro {
    /// WhatsApp's.
    Found {
        /// `WA`, the protocol's type and the dictionary's version: the prologue of the handshake.
        prologue: [u8; 4],
        /// Bytes before the first frame, routing information included.
        size: usize,
    },
    /// The beginning of WhatsApp's, so far.
    Incomplete,
    /// Something else.
    Absent,
}

impl Intro {
    /// Reads the first bytes of a direction.
    pub(super) fn read(bytes: &[u8]) -> Self {
        let Some(start) = bytes.first_chunk::<4>() else {
            return if ROUTING.starts_with(bytes) || b"WA".starts_with(bytes) || bytes.starts_with(b"WA") {
                Self::Incomplete
            } else {
                Self::Absent
            };
        };
        if start.starts_with(b"WA") {
            return Self::Found { prologue: *start, size: 4 };
        }
        if *start != ROUTING {
            return Self::Absent;
        }
        let Some(length) = prefix_at(bytes, ROUTING.len()) else { return Self::Incomplete };
        if length > LONGEST_ROUTING {
            return Self::Absent;
        }
        let at = ROUTING.len() + PREFIX + length;
        match Self::read(bytes.get(at..).unwrap_or_default()) {
            Self::Found { prologue, size: 4 } => Self::Found { prologue, size: at + 4 },
            Self::Incomplete => Self::Incomplete,
            _ => Self::Absent,
        }
    }
}

/// The length prefix at `at`, if all of it is there.
pub(super) fn prefix_at(bytes: &[u8], at: usize) -> Option<usize> {
    let [high, middle, low] = *bytes.get(at..)?.first_chunk::<PREFIX>()?;
    Some(usize::from(high) << 16 | usize::from(middle) << 8 | usize::from(low))
}

/// The frame whose prefix is at `at`, without the prefix, if all of it is there.
pub(super) fn frame_at(bytes: &[u8], at: usize) -> Option<&[u8]> {
    let length = prefix_at(bytes, at)?;
    bytes.get(at + PREFIX..)?.get(..length)
}

/// Whether `message` is one or more whole frames and nothing else, as nearly every message of WhatsApp is; one
/// of 16 million messages of random bytes is, too.
pub(super) fn fits(message: &[u8]) -> bool {
    let mut at = 0;
    while let Some(frame) = frame_at(message, at) {
        if frame.len() <= TAG {
            return false;
        }
        at += PREFIX + frame.len();
    }
    at == message.len() && at > 0
}

/// How many places a [`Carry`] keeps, so that a frame fed byte by byte costs no more than its bytes.
const PLACES_KEPT: usize = 256;

/// How large an empty buffer is kept, so that an idle connection costs little.
pub(super) const CAPACITY_KEPT: usize = 64 * 1024;

/// Bytes of one direction that are read together, and where they came from.
#[derive(Clone, Copy)]
pub(super) struct Stretch<'a> {
    /// The bytes.
    pub(super) bytes: &'a [u8],
    /// The messages that they came in: the offset in `bytes` and the origin of each, in order.
    pub(super) places: &'a [(usize, Origin)],
    /// The last of these messages.
    pub(super) last: Origin,
}

impl Stretch<'_> {
    /// The origin of bytes `from..end`, which the last message completed.
    pub(super) fn span(&self, from: usize) -> Origin {
        self.places.iter().rev().find(|(offset, _)| *offset <= from).map_or(self.last, |(_, first)| first.to(self.last))
    }
}

/// The unfinished frame at the end of a direction.
#[derive(Default)]
pub(super) struct Carry {
    bytes: Vec<u8>,
    places: Vec<(usize, Origin)>,
}

impl Carry {
    /// Whether the direction ended with a whole frame.
    pub(super) fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    /// How many bytes there are.
    pub(super) fn len(&self) -> usize {
        self.bytes.len()
    }

    /// The bytes.
    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// How many bytes the frame should have, prefix included, where that is known.
    pub(super) fn expected(&self) -> Option<usize> {
        prefix_at(&self.bytes, 0).map(|length| PREFIX + length)
    }

    /// Where it begins.
    pub(super) fn origin(&self) -> Option<Origin> {
        let (_, first) = self.places.first()?;
        let (_, last) = self.places.last()?;
        Some(first.to(*last))
    }

    /// Adds bytes of a message at `origin`.
    pub(super) fn append(&mut self, origin: Origin, bytes: &[u8]) {
        if bytes.is_empty() {
            return;
        }
        if self.places.len() < PLACES_KEPT {
            self.places.push((self.bytes.len(), origin));
        }
        self.bytes.extend_from_slice(bytes);
    }

    /// All of it, with `last` the message that it ends in.
    pub(super) fn stretch(&self, last: Origin) -> Stretch<'_> {
        Stretch { bytes: &self.bytes, places: &self.places, last }
    }

    /// Removes the first `count` bytes.
    pub(super) fn consume(&mut self, count: usize) {
        if count >= self.bytes.len() {
            self.clear();
        } else if count > 0 {
            self.bytes.drain(..count);
            let before = self.places.iter().rposition(|(offset, _)| *offset <= count).unwrap_or(0);
            self.places.drain(..before);
            for (offset, _) in &mut self.places {
                *offset = offset.saturating_sub(count);
            }
        }
    }

    /// Removes everything.
    pub(super) fn clear(&mut self) {
        if self.bytes.capacity() > CAPACITY_KEPT {
            self.bytes = Vec::new();
        }
        self.bytes.clear();
        self.places.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::origin::CaptureId;

    fn at(record: u64) -> Origin {
        Origin::of_record(CaptureId(0), record, 0, None)
    }

    #[test]
    fn intro_with_and_without_routing() {
        let plain = b"WA\x06\x03\0\0\x24";
        let routed = b"ED\0\x01\0\0\x02hiWA\x06\x03\0\0\x24";
        assert_eq!(Intro::read(plain), Intro::Found { prologue: *b"WA\x06\x03", size: 4 });
        assert_eq!(Intro::read(routed), Intro::Found { prologue: *b"WA\x06\x03", size: 13 });
        for end in 0..4 {
            assert_eq!(Intro::read(&plain[..end]), Intro::Incomplete, "{end}");
        }
        for end in 0..13 {
            assert_eq!(Intro::read(&routed[..end]), Intro::Incomplete, "{end}");
        }
        for other in [&b"GET / HTTP/1.1"[..], b"W", b"ED\0\x01\xff\xff\xff", b"ED\0\x01\0\0\x01xGET ", b"{", b"EHLO"] {
            assert_eq!(Intro::read(other), if other == b"W" { Intro::Incomplete } else { Intro::Absent }, "{other:?}");
        }
        let nested = b"ED\0\x01\0\0\0ED\0\x01\0\0\0WA\x06\x03";
        assert_eq!(Intro::read(nested), Intro::Absent);
    }

    #[test]
    fn fits_only_whole_frames() {
        let frame = |length: u8| [&[0, 0, length][..], &vec![7; length.into()]].concat();
        assert!(fits(&frame(17)));
        assert!(fits(&[frame(20), frame(200)].concat()));
        assert!(!fits(&frame(16)));
        assert!(!fits(&frame(17)[..19]));
        assert!(!fits(&[frame(17), vec![0]].concat()));
        assert!(!fits(b""));
        assert!(!fits(b"{\"a\":1}"));
    }

    #[test]
    fn carry_knows_where_its_bytes_came_from() {
        let mut carry = Carry::default();
        carry.append(at(1), &[0, 0]);
        carry.append(at(2), &[4, 9, 9]);
        carry.append(at(5), &[9, 9, 0]);
        assert_eq!(carry.expected(), Some(7));
        let stretch = carry.stretch(at(5));
        assert_eq!(frame_at(stretch.bytes, 0), Some(&[9, 9, 9, 9][..]));
        assert_eq!((stretch.span(0).first, stretch.span(0).last), (1, 5));
        assert_eq!((stretch.span(3).first, stretch.span(7).first), (2, 5));
        carry.consume(7);
        assert_eq!((carry.len(), carry.origin()), (1, Some(at(5))));
        carry.append(at(6), &[0]);
        assert_eq!(carry.origin().map(|origin| (origin.first, origin.last)), Some((5, 6)));
        carry.consume(2);
        assert!(carry.is_empty() && carry.origin().is_none());
    }
}
