//! DTLS records (RFC 6347 section 4.1) as far as they are readable without keys.

/// The content type of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Content {
    /// The sender goes over to the negotiated keys.
    ChangeCipherSpec,
    /// An alert.
    Alert,
    /// A handshake message, whose type is readable in epoch 0.
    Handshake(Option<u8>),
    /// Application data.
    Data,
    /// Anything else.
    Other,
}

/// The handshake message that a client begins with.
pub const CLIENT_HELLO: u8 = 1;

/// The server's answer to it.
pub const SERVER_HELLO: u8 = 2;

/// A record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Record<'a> {
    /// What it contains.
    pub content: Content,
    /// The header, which authenticates the contents.
    pub header: &'a [u8; HEADER],
    /// The keys that protect it: none in epoch 0.
    pub epoch: u16,
    /// The contents, as far as they were captured.
    pub body: &'a [u8],
    /// The length of the contents on the wire in bytes.
    pub length: u16,
}

/// The length of a record's header in bytes.
pub const HEADER: usize = 13;

/// Returns whether a UDP payload of `length` bytes on the wire begins with a record.
#[must_use]
pub fn is_record(payload: &[u8], length: usize) -> bool {
    match payload {
        [20..=25, 0xfe, 0xfd | 0xff, _, _, _, _, _, _, _, _, high, low, ..] => {
            HEADER + usize::from(u16::from_be_bytes([*high, *low])) <= length
        }
        _ => false,
    }
}

/// Returns the records of a UDP payload.
pub fn records(payload: &[u8]) -> impl Iterator<Item = Record<'_>> {
    let mut rest = payload;
    std::iter::from_fn(move || {
        let (header, after) = rest.split_first_chunk::<HEADER>()?;
        let [kind, 0xfe, 0xfd | 0xff, high, low, _, _, _, _, _, _, upper, lower] = *header else { return None };
        let length = u16::from_be_bytes([upper, lower]);
        let body = after.get(..usize::from(length)).unwrap_or(after);
        rest = after.get(usize::from(length)..).unwrap_or_default();
        let epoch = u16::from_be_bytes([high, low]);
        let content = match kind {
            20 => Content::ChangeCipherSpec,
            21 => Content::Alert,
            22 => Content::Handshake(body.first().copied().filter(|_| epoch == 0)),
            23 => Content::Data,
            24 | 25 => Content::Other,
            _ => return None,
        };
        Some(Record { content, header, epoch, body, length })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_records_of_a_datagram_are_read_and_cut_ones_too() {
        let mut datagram = vec![22, 0xfe, 0xfd, 0, 0, 0, 0, 0, 0, 0, 1, 0, 2, CLIENT_HELLO, 0];
        datagram.extend([23, 0xfe, 0xfd, 0, 1, 0, 0, 0, 0, 0, 1, 0, 3, 1, 2, 3]);
        assert!(is_record(&datagram, datagram.len()));
        let read: Vec<_> = records(&datagram).map(|record| (record.content, record.epoch, record.length)).collect();
        assert_eq!(read, [(Content::Handshake(Some(CLIENT_HELLO)), 0, 2), (Content::Data, 1, 3)]);
        assert_eq!(records(&datagram[..29]).count(), 2, "the recorder cut the second");
        assert!(!is_record(&datagram, 14) && !is_record(&datagram[..12], 12));
        assert!((0..datagram.len()).all(|length| records(&datagram[..length]).count() <= 2));
    }
}
