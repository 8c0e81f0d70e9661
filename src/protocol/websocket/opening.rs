//! What the first bytes of a direction say.

/// What a direction begins with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Opening {
    /// Too few bytes to tell.
    TooShort,
    /// A GET request.
    Request,
    /// An HTTP/1 response.
    Response,
    /// HTTP/2 with prior knowledge (RFC 9113 section 3.4).
    Http2,
    /// A protocol that is certainly no websocket.
    Foreign,
    /// Anything else, which may be frames.
    Other,
}

/// How protocols begin that often share a capture with websockets. A TLS record begins with its type and version
/// 3.0 to 3.4 (RFC 8446 section 5.1).
const OPENINGS: &[(&[u8], Opening)] = &[
    (b"GET ", Opening::Request),
    (b"HTTP/1.", Opening::Response),
    (b"PRI * HTTP/2.0", Opening::Http2),
    (b"\x14\x03", Opening::Foreign),
    (b"\x15\x03", Opening::Foreign),
    (b"\x16\x03", Opening::Foreign),
    (b"\x17\x03", Opening::Foreign),
    (b"SSH-", Opening::Foreign),
    (b"POST ", Opening::Foreign),
    (b"PUT ", Opening::Foreign),
    (b"HEAD ", Opening::Foreign),
    (b"OPTIONS ", Opening::Foreign),
    (b"DELETE ", Opening::Foreign),
    (b"PATCH ", Opening::Foreign),
    (b"CONNECT ", Opening::Foreign),
    (b"TRACE ", Opening::Foreign),
];

/// What `bytes`, the first of a direction, say.
pub(super) fn opening(bytes: &[u8]) -> Opening {
    let mut unfinished = false;
    for &(start, opening) in OPENINGS {
        if bytes.starts_with(start) {
            return opening;
        }
        unfinished |= start.starts_with(bytes);
    }
    if unfinished { Opening::TooShort } else { Opening::Other }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_every_opening_from_its_last_byte_on() {
        for &(start, expected) in OPENINGS {
            for end in 0..start.len() {
                assert_eq!(opening(&start[..end]), Opening::TooShort);
            }
            assert_eq!(opening(start), expected);
        }
        assert_eq!(opening(b"GOT"), Opening::Other);
        assert_eq!(opening(&[0x82, 0x05]), Opening::Other);
    }
}
