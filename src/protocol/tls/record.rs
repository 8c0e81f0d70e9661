//! The frame of a TLS record (RFC 8446 section 5.1, RFC 5246 section 6.2.1).

/// Length of a record's header in bytes.
pub(super) const HEADER: usize = 5;

/// The longest body that is believed: 2^14 bytes and what TLS 1.2 lets a cipher add.
const LONGEST: usize = (1 << 14) + (1 << 11);

/// The shortest encrypted record, header included: that of an empty plaintext.
pub(super) const SHORTEST_SEALED: u64 = 21;

/// What a record says that it carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Content {
    ChangeCipherSpec,
    Alert,
    Handshake,
    ApplicationData,
    Heartbeat,
}

impl Content {
    /// The type with this number.
    pub(super) const fn read(number: u8) -> Option<Self> {
        Some(match number {
            20 => Self::ChangeCipherSpec,
            21 => Self::Alert,
            22 => Self::Handshake,
            23 => Self::ApplicationData,
            24 => Self::Heartbeat,
            _ => return None,
        })
    }
}

/// The header of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Header {
    bytes: [u8; HEADER],
    /// What the record says that it carries.
    pub(super) content: Content,
}

impl Header {
    /// The header that `bytes` begin with; `None` if they are too few, or no record begins so.
    pub(super) fn read(bytes: &[u8]) -> Option<Self> {
        let bytes: [u8; HEADER] = *bytes.first_chunk()?;
        let [content, major, minor, ..] = bytes;
        let header = Self { bytes, content: Content::read(content)? };
        (major == 3 && minor <= 4 && header.body() <= LONGEST).then_some(header)
    }

    /// Its bytes.
    pub(super) const fn bytes(self) -> [u8; HEADER] {
        self.bytes
    }

    /// Length of the body in bytes.
    pub(super) fn body(self) -> usize {
        let [.., high, low] = self.bytes;
        u16::from_be_bytes([high, low]).into()
    }

    /// Length of the record in bytes.
    pub(super) fn record(self) -> usize {
        HEADER + self.body()
    }

    /// Whether an encrypted record can begin so: it has room for a tag, and the version that all of them state.
    pub(super) fn may_be_sealed(self) -> bool {
        let [_, _, minor, ..] = self.bytes;
        self.content != Content::ChangeCipherSpec && minor == 3 && self.record() as u64 >= SHORTEST_SEALED
    }
}

/// Whether a direction that begins with these bytes, no less than a header's, is in the middle of TLS.
#[must_use]
pub fn begins_midway(stream: &[u8]) -> bool {
    Header::read(stream).is_some_and(|header| header.content != Content::Handshake && header.body() > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_are_checked() {
        let header = Header::read(&[23, 3, 3, 1, 2, 99]).expect("application data");
        assert_eq!((header.content, header.body(), header.record()), (Content::ApplicationData, 258, 263));
        for wrong in [[19, 3, 3, 0, 1], [25, 3, 3, 0, 1], [23, 2, 3, 0, 1], [23, 3, 5, 0, 1], [23, 3, 3, 0x48, 1]] {
            assert_eq!(Header::read(&wrong), None, "{wrong:?}");
        }
        assert_eq!(Header::read(&[23, 3, 3, 0]), None);
    }
}
