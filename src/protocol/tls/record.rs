//! TLS records (RFC 8446 section 5.1, RFC 5246 section 6.2.1): headers, content types and alerts.

use crate::origin::Direction;

/// The length of a record header in bytes.
pub(super) const HEADER: usize = 5;

/// The longest valid body: 2^14 bytes, and what a TLS 1.2 cipher may add.
const LONGEST: usize = (1 << 14) + (1 << 11);

/// The length of the shortest encrypted record, that of an empty plaintext, including the header.
pub(super) const SHORTEST_SEALED: u64 = 21;

/// The content type of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Content {
    ChangeCipherSpec,
    Alert,
    Handshake,
    ApplicationData,
    Heartbeat,
}

impl Content {
    /// Returns the content type with this number.
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
    /// The content type.
    pub(super) content: Content,
}

impl Header {
    /// Reads the header at the start of `bytes`. Returns `None` if they are too few, or not a record.
    pub(super) fn read(bytes: &[u8]) -> Option<Self> {
        let bytes: [u8; HEADER] = *bytes.first_chunk()?;
        let [content, major, minor, ..] = bytes;
        let header = Self { bytes, content: Content::read(content)? };
        (major == 3 && minor <= 4 && header.body() <= LONGEST).then_some(header)
    }

    /// Returns the bytes of the header.
    pub(super) const fn bytes(self) -> [u8; HEADER] {
        self.bytes
    }

    /// Returns the length of the body in bytes.
    pub(super) fn body(self) -> usize {
        let [.., high, low] = self.bytes;
        u16::from_be_bytes([high, low]).into()
    }

    /// Returns the length of the whole record in bytes.
    pub(super) fn record(self) -> usize {
        HEADER + self.body()
    }

    /// Returns whether it can be the header of an encrypted record, which has room for a tag, and a fixed version.
    pub(super) fn may_be_sealed(self) -> bool {
        let [_, _, minor, ..] = self.bytes;
        self.content != Content::ChangeCipherSpec && minor == 3 && self.record() as u64 >= SHORTEST_SEALED
    }
}

/// Alert descriptions (RFC 8446 section 6) that end a connection without an error.
const CLOSE_NOTIFY: u8 = 0;
const USER_CANCELED: u8 = 90;
const NO_RENEGOTIATION: u8 = 100;

/// Returns whether an alert, level and description, reports an error.
pub(super) const fn is_fault(alert: [u8; 2]) -> bool {
    !matches!(alert, [_, CLOSE_NOTIFY | USER_CANCELED | NO_RENEGOTIATION])
}

/// Names an alert and its sender.
pub(super) fn alert_name([_, description]: [u8; 2], direction: Direction) -> String {
    let name = match description {
        CLOSE_NOTIFY => "close_notify",
        10 => "unexpected_message",
        20 => "bad_record_mac",
        22 => "record_overflow",
        40 => "handshake_failure",
        42 => "bad_certificate",
        43 => "unsupported_certificate",
        44 => "certificate_revoked",
        45 => "certificate_expired",
        46 => "certificate_unknown",
        47 => "illegal_parameter",
        48 => "unknown_ca",
        49 => "access_denied",
        50 => "decode_error",
        51 => "decrypt_error",
        70 => "protocol_version",
        71 => "insufficient_security",
        80 => "internal_error",
        86 => "inappropriate_fallback",
        USER_CANCELED => "user_canceled",
        NO_RENEGOTIATION => "no_renegotiation",
        109 => "missing_extension",
        110 => "unsupported_extension",
        112 => "unrecognized_name",
        115 => "unknown_psk_identity",
        116 => "certificate_required",
        120 => "no_application_protocol",
        _ => "alert",
    };
    let sender = if direction == Direction::Outbound { "client" } else { "server" };
    format!("{name} ({description}) from the {sender}")
}

/// Returns whether a direction that begins with these bytes, at least a header, is in the middle of a TLS session.
#[must_use]
pub fn begins_midway(stream: &[u8]) -> bool {
    Header::read(stream).is_some_and(|header| header.content != Content::Handshake && header.body() > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_valid_headers_are_read() {
        let header = Header::read(&[23, 3, 3, 1, 2, 99]).expect("application data");
        assert_eq!((header.content, header.body(), header.record()), (Content::ApplicationData, 258, 263));
        for wrong in [[19, 3, 3, 0, 1], [25, 3, 3, 0, 1], [23, 2, 3, 0, 1], [23, 3, 5, 0, 1], [23, 3, 3, 0x48, 1]] {
            assert_eq!(Header::read(&wrong), None, "{wrong:?}");
        }
        assert_eq!(Header::read(&[23, 3, 3, 0]), None);
    }
}
