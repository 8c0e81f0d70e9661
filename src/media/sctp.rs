//! SCTP in DTLS (RFC 9260, RFC 8261): the messages of WebRTC data channels.

/// The chunk type of user data.
const DATA: u8 = 0;

/// The flags of a message that is in one chunk: its beginning and its end.
const WHOLE: u8 = 0b11;

/// The payload protocol of binary messages (RFC 8831 section 8).
const BINARY: u32 = 53;

/// Returns the binary messages of a packet that are in one chunk each: longer ones are no media.
pub(super) fn messages(packet: &[u8]) -> impl Iterator<Item = &[u8]> {
    /// Ports, verification tag and checksum.
    const HEADER: usize = 12;
    let mut rest = packet.get(HEADER..).unwrap_or_default();
    std::iter::from_fn(move || {
        loop {
            let ([kind, flags, high, low], _) = rest.split_first_chunk::<4>()?;
            let length = usize::from(u16::from_be_bytes([*high, *low]));
            let chunk = rest.get(..length)?;
            rest = rest.get(length.max(4).next_multiple_of(4)..).unwrap_or_default();
            let (kind, is_whole) = (*kind, flags & WHOLE == WHOLE);
            let Some(([_, _, _, _, _, _, _, _, _, _, _, _, a, b, c, d], message)) = chunk.split_first_chunk::<16>()
            else {
                continue;
            };
            if kind == DATA && is_whole && u32::from_be_bytes([*a, *b, *c, *d]) == BINARY {
                return Some(message);
            }
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn binary_messages_in_one_chunk_are_read() {
        let chunk = |kind: u8, flags: u8, protocol: u8, message: &[u8]| {
            let length = u16::try_from(16 + message.len()).unwrap().to_be_bytes();
            let mut chunk = vec![kind, flags, length[0], length[1]];
            chunk.extend([0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, protocol]);
            chunk.extend(message);
            chunk.resize(chunk.len().next_multiple_of(4), 0);
            chunk
        };
        let packet = [
            vec![0; 12],
            chunk(3, 0, 0, b"ack"),
            chunk(DATA, WHOLE, 53, b"media"),
            chunk(DATA, 1, 53, b"part"),
            chunk(DATA, WHOLE, 50, b"open"),
            chunk(DATA, WHOLE, 53, b""),
        ]
        .concat();
        let read: Vec<&[u8]> = messages(&packet).collect();
        assert_eq!(read, [&b"media"[..], b""]);
        assert!((0..packet.len()).all(|length| messages(&packet[..length]).count() <= 2));
        assert_eq!(messages(&[vec![0; 12], vec![0; 64]].concat()).count(), 0, "a chunk without a length");
    }
}
