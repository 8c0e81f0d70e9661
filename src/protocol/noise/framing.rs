//! WhatsApp's framing: the header before a connection's first frame, and the 3-byte length before each frame.

use crate::origin::Origin;

/// The length of a length prefix in bytes.
pub(super) const PREFIX: usize = 3;

/// The length in bytes of the AES-GCM tag at the end of every encrypted frame.
pub(super) const TAG: usize = 16;

/// The bytes before the routing information of a client.
const ROUTING: [u8; 4] = [b'E', b'D', 0, 1];

/// The longest routing information that is accepted, in bytes. Clients send about ten.
const LONGEST_ROUTING: usize = 4096;

/// The header of a connection: a client's first bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Header {
    /// WhatsApp's header.
    Found {
        /// `WA`, the protocol type and the dictionary version: the prologue of the handshake.
        prologue: [u8; 4],
        /// The number of bytes before the first frame, including routing information.
        size: usize,
    },
    /// Possibly the beginning of WhatsApp's header.
    Incomplete,
    /// Something else.
    Absent,
}

impl Header {
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

/// Returns the length prefix at `at`, if it is complete.
pub(super) fn prefix_at(bytes: &[u8], at: usize) -> Option<usize> {
    let [high, middle, low] = *bytes.get(at..)?.first_chunk::<PREFIX>()?;
    Some(usize::from(high) << 16 | usize::from(middle) << 8 | usize::from(low))
}

/// Returns the frame whose prefix is at `at`, without the prefix, if it is complete.
pub(super) fn frame_at(bytes: &[u8], at: usize) -> Option<&[u8]> {
    let length = prefix_at(bytes, at)?;
    bytes.get(at + PREFIX..)?.get(..length)
}

/// Returns whether `message` is one or more complete frames and nothing else, as nearly every message of WhatsApp is, and
/// one of 16 million messages of random bytes.
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

/// The most origins that a [`Partial`] keeps, so that a frame pushed byte by byte costs no more than its bytes.
const ORIGINS_KEPT: usize = 256;

/// The largest capacity of an empty buffer that is kept, so that an idle connection costs little.
pub(super) const CAPACITY_KEPT: usize = 64 * 1024;

/// Bytes of one direction that are read together, and their origins.
#[derive(Clone, Copy)]
pub(super) struct Stretch<'a> {
    /// The bytes.
    pub(super) bytes: &'a [u8],
    /// The offset in `bytes`, and the origin, of each message, in order.
    pub(super) origins: &'a [(usize, Origin)],
    /// The last of these messages.
    pub(super) last: Origin,
}

impl Stretch<'_> {
    /// Returns the origin of the bytes from `from` on, which the last message completed.
    pub(super) fn span(&self, from: usize) -> Origin {
        self.origins
            .iter()
            .rev()
            .find(|(offset, _)| *offset <= from)
            .map_or(self.last, |(_, first)| first.to(self.last))
    }
}

/// The incomplete frame at the end of a direction.
#[derive(Default)]
pub(super) struct Partial {
    bytes: Vec<u8>,
    origins: Vec<(usize, Origin)>,
}

impl Partial {
    /// Returns whether the direction ends with a complete frame.
    pub(super) fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    /// Returns the number of bytes so far.
    pub(super) fn len(&self) -> usize {
        self.bytes.len()
    }

    /// Returns the bytes so far.
    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Returns the length of the complete frame, including its prefix, if known.
    pub(super) fn expected(&self) -> Option<usize> {
        prefix_at(&self.bytes, 0).map(|length| PREFIX + length)
    }

    /// Returns its origin.
    pub(super) fn origin(&self) -> Option<Origin> {
        let (_, first) = self.origins.first()?;
        let (_, last) = self.origins.last()?;
        Some(first.to(*last))
    }

    /// Adds bytes of the message at `origin`.
    pub(super) fn append(&mut self, origin: Origin, bytes: &[u8]) {
        if bytes.is_empty() {
            return;
        }
        if self.origins.len() < ORIGINS_KEPT {
            self.origins.push((self.bytes.len(), origin));
        }
        self.bytes.extend_from_slice(bytes);
    }

    /// Returns all of it; `last` is the message that it ends in.
    pub(super) fn stretch(&self, last: Origin) -> Stretch<'_> {
        Stretch { bytes: &self.bytes, origins: &self.origins, last }
    }

    /// Removes the first `count` bytes.
    pub(super) fn consume(&mut self, count: usize) {
        if count >= self.bytes.len() {
            self.clear();
        } else if count > 0 {
            self.bytes.drain(..count);
            let before = self.origins.iter().rposition(|(offset, _)| *offset <= count).unwrap_or(0);
            self.origins.drain(..before);
            for (offset, _) in &mut self.origins {
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
        self.origins.clear();
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
    fn a_header_may_have_routing_information() {
        let plain = b"WA\x06\x03\0\0\x24";
        let routed = b"ED\0\x01\0\0\x02hiWA\x06\x03\0\0\x24";
        assert_eq!(Header::read(plain), Header::Found { prologue: *b"WA\x06\x03", size: 4 });
        assert_eq!(Header::read(routed), Header::Found { prologue: *b"WA\x06\x03", size: 13 });
        for end in 0..4 {
            assert_eq!(Header::read(&plain[..end]), Header::Incomplete, "{end}");
        }
        for end in 0..13 {
            assert_eq!(Header::read(&routed[..end]), Header::Incomplete, "{end}");
        }
        for other in [&b"GET / HTTP/1.1"[..], b"W", b"ED\0\x01\xff\xff\xff", b"ED\0\x01\0\0\x01xGET ", b"{", b"EHLO"] {
            assert_eq!(
                Header::read(other),
                if other == b"W" { Header::Incomplete } else { Header::Absent },
                "{other:?}"
            );
        }
        let nested = b"ED\0\x01\0\0\0ED\0\x01\0\0\0WA\x06\x03";
        assert_eq!(Header::read(nested), Header::Absent);
    }

    #[test]
    fn only_complete_frames_fit() {
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
    fn a_partial_frame_keeps_the_origins_of_its_bytes() {
        let mut partial = Partial::default();
        partial.append(at(1), &[0, 0]);
        partial.append(at(2), &[4, 9, 9]);
        partial.append(at(5), &[9, 9, 0]);
        assert_eq!(partial.expected(), Some(7));
        let stretch = partial.stretch(at(5));
        assert_eq!(frame_at(stretch.bytes, 0), Some(&[9, 9, 9, 9][..]));
        assert_eq!((stretch.span(0).first, stretch.span(0).last), (1, 5));
        assert_eq!((stretch.span(3).first, stretch.span(7).first), (2, 5));
        partial.consume(7);
        assert_eq!((partial.len(), partial.origin()), (1, Some(at(5))));
        partial.append(at(6), &[0]);
        assert_eq!(partial.origin().map(|origin| (origin.first, origin.last)), Some((5, 6)));
        partial.consume(2);
        assert!(partial.is_empty() && partial.origin().is_none());
    }
}
