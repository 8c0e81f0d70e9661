//! RTP and RTCP headers (RFC 3550), in the clear or after the envelope of group calls.

/// An RTP packet's header. Its payload is encrypted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rtp {
    /// Identifies the stream.
    pub ssrc: u32,
    /// The kind of payload.
    pub payload_type: u8,
    /// Counts the packets of the stream, modulo 2^16.
    pub sequence: u16,
    /// The sampling instant, by the stream's clock.
    pub timestamp: u32,
}

/// An RTCP packet's header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rtcp {
    /// The packet type: 200 a sender report, 208 and 209 WhatsApp's own.
    pub kind: u8,
    /// The stream of its sender.
    pub ssrc: u32,
}

/// A payload type that was not recorded: those of packets have 7 bits.
pub const UNKNOWN_TYPE: u8 = u8::MAX;

/// The second bytes that RTCP has and RTP does not (RFC 5761 section 4).
const RTCP: std::ops::RangeInclusive<u8> = 192..=223;

/// Returns what RTCP packets of a type are called: sender and receiver reports and the like (RFC 3550, RFC 4585), and
/// WhatsApp's compact ones.
#[must_use]
pub fn report_name(kind: u8) -> String {
    let name = match kind {
        200 => "sender report",
        201 => "receiver report",
        202 => "source description",
        203 => "goodbye",
        205 | 206 => "feedback",
        208 | 209 => "compact report",
        _ => return format!("type {kind}"),
    };
    format!("type {kind} ({name})")
}

impl Rtp {
    /// Reads a header. Returns `None` if it is none; of other programs' datagrams every sixth looks like one.
    #[must_use]
    pub fn read(payload: &[u8]) -> Option<Self> {
        let ([flags, kind, s, q, t, i, m, e, a, b, c, d], _) = payload.split_first_chunk::<12>()?;
        if flags >> 6 != 2 || RTCP.contains(kind) {
            return None;
        }
        Some(Self {
            ssrc: u32::from_be_bytes([*a, *b, *c, *d]),
            payload_type: kind & 0x7f,
            sequence: u16::from_be_bytes([*s, *q]),
            timestamp: u32::from_be_bytes([*t, *i, *m, *e]),
        })
    }
}

impl Rtcp {
    /// Reads the header of the first packet in a compound one. Returns `None` if it is none.
    #[must_use]
    pub fn read(payload: &[u8]) -> Option<Self> {
        let ([flags, kind, _, _, a, b, c, d], _) = payload.split_first_chunk::<8>()?;
        (flags >> 6 == 2 && RTCP.contains(kind))
            .then(|| Self { kind: *kind, ssrc: u32::from_be_bytes([*a, *b, *c, *d]) })
    }
}

/// Returns what follows the envelope that relays put around the packets of group calls, if there is one.
#[must_use]
pub fn without_envelope(payload: &[u8]) -> Option<&[u8]> {
    let length = match payload {
        [9, 2, ..] => 8,
        [9, 4, ..] => 12,
        [9, 7, ..] => 18,
        _ => return None,
    };
    payload.get(length..).filter(|rest| rest.first().is_some_and(|flags| flags >> 6 == 2))
}

#[cfg(test)]
mod tests {
    use super::*;

    const PACKET: [u8; 12] = [0x90, 0xf8, 0, 7, 0, 0, 3, 0xc0, 1, 2, 3, 4];

    #[test]
    fn headers_are_read_in_the_clear_and_after_an_envelope() {
        let expected = Rtp { ssrc: 0x0102_0304, payload_type: 120, sequence: 7, timestamp: 960 };
        assert_eq!(Rtp::read(&PACKET), Some(expected));
        assert_eq!(Rtcp::read(&PACKET), None);
        let grouped = [&[9, 4][..], &[0; 10], &PACKET].concat();
        assert_eq!(without_envelope(&grouped).and_then(Rtp::read), Some(expected));
        let report = [0x80, 200, 0, 6, 1, 2, 3, 4];
        assert_eq!(Rtcp::read(&report), Some(Rtcp { kind: 200, ssrc: 0x0102_0304 }));
        assert_eq!(Rtp::read(&[report.as_slice(), &[0; 8]].concat()), None);
    }

    #[test]
    fn what_is_too_short_is_none() {
        assert!((0..12).all(|length| Rtp::read(&PACKET[..length]).is_none()));
        assert_eq!(without_envelope(&[9, 2, 0]), None);
    }
}
