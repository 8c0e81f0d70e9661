//! A WebSocket frame's header and its masking (RFC 6455 sections 5.2 and 5.3).

use crate::origin::Origin;

/// The longest header, in bytes.
const HEADER_MAX: usize = 14;

/// The header of one WebSocket frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Header {
    /// The FIN bit, the reserved bits and the opcode.
    first: u8,
    /// The 7-bit length in the second byte.
    short_length: u8,
    /// The masking key, if the payload is masked.
    pub(super) key: Option<[u8; 4]>,
    /// The length of the payload in bytes.
    pub(super) length: u64,
    /// The length of the header in bytes.
    pub(super) size: usize,
}

/// How a header encodes its length.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum LengthForm {
    Bits7,
    Bits16,
    Bits64,
}

/// The kind of a frame, by its opcode (RFC 6455 section 11.8).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Continuation,
    Text,
    Binary,
    Close,
    /// Ping or pong.
    Heartbeat,
    /// 3 to 7.
    Reserved(u8),
    /// 11 to 15.
    ReservedControl(u8),
}

impl Header {
    /// Parses the header at the start of `bytes`. Returns `None` if it is incomplete.
    pub(super) fn parse(bytes: &[u8]) -> Option<Self> {
        let (&[first, second], rest) = bytes.split_first_chunk()?;
        let short_length = second & 0x7f;
        let (length, rest) = match short_length {
            126 => {
                let (length, rest) = rest.split_first_chunk()?;
                (u64::from(u16::from_be_bytes(*length)), rest)
            }
            127 => {
                let (length, rest) = rest.split_first_chunk()?;
                (u64::from_be_bytes(*length), rest)
            }
            length => (u64::from(length), rest),
        };
        let (key, rest) = if second & 0x80 == 0 {
            (None, rest)
        } else {
            let (key, rest) = rest.split_first_chunk()?;
            (Some(*key), rest)
        };
        Some(Self { first, short_length, key, length, size: bytes.len() - rest.len() })
    }

    /// Returns whether this frame ends its message.
    pub(super) const fn is_final(&self) -> bool {
        self.first & 0x80 != 0
    }

    /// Returns the first reserved bit. In a message's first frame, it means that the message is compressed (RFC 7692
    /// section 6).
    pub(super) const fn rsv1(&self) -> bool {
        self.first & 0x40 != 0
    }

    /// Returns whether the second or third reserved bit is set. No supported extension uses them.
    pub(super) const fn rsv23(&self) -> bool {
        self.first & 0x30 != 0
    }

    pub(super) const fn kind(&self) -> Kind {
        match self.first & 0x0f {
            0 => Kind::Continuation,
            1 => Kind::Text,
            2 => Kind::Binary,
            8 => Kind::Close,
            9 | 10 => Kind::Heartbeat,
            reserved @ 3..=7 => Kind::Reserved(reserved),
            reserved => Kind::ReservedControl(reserved),
        }
    }

    pub(super) const fn length_form(&self) -> LengthForm {
        match self.short_length {
            126 => LengthForm::Bits16,
            127 => LengthForm::Bits64,
            _ => LengthForm::Bits7,
        }
    }

    /// Returns whether the length has the shortest possible encoding, as required.
    pub(super) const fn is_minimal(&self) -> bool {
        match self.length_form() {
            LengthForm::Bits7 => true,
            LengthForm::Bits16 => self.length > 125,
            LengthForm::Bits64 => self.length > 0xffff,
        }
    }

    /// Returns whether the header is valid: the top bit of the length is 0, and a control frame is unfragmented and at most
    /// 125 bytes long.
    pub(super) const fn is_valid(&self) -> bool {
        let control = self.first & 0x08 != 0;
        self.length >> 63 == 0 && !(control && (self.length > 125 || !self.is_final()))
    }
}

/// A header of which some bytes are in later chunks.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct PartialHeader {
    bytes: [u8; HEADER_MAX],
    length: usize,
    origin: Option<Origin>,
}

impl PartialHeader {
    /// Continues reading at the start of `data`. Once the header is complete, returns it, where it began, and the number of
    /// bytes used; until then, all bytes are kept. Nothing is kept of a header that `data` holds completely.
    pub(super) fn read(&mut self, data: &[u8], here: Origin) -> Option<(Header, Origin, usize)> {
        if self.length == 0
            && let Some(header) = Header::parse(data)
        {
            return Some((header, here, header.size));
        }
        let start = *self.origin.get_or_insert(here);
        let before = self.length;
        for &byte in data {
            *self.bytes.get_mut(self.length)? = byte;
            self.length += 1;
            if let Some(header) = Header::parse(self.bytes()) {
                return Some((header, start, self.length - before));
            }
        }
        None
    }

    /// Returns the kept bytes.
    pub(super) fn bytes(&self) -> &[u8] {
        self.bytes.get(..self.length).unwrap_or_default()
    }

    /// Returns the origin of the first kept byte, if there is one.
    pub(super) const fn start(&self) -> Option<Origin> {
        self.origin
    }
}

/// Appends `data`, masked with `key`, to `out`. `phase` is the offset of `data` in its frame's payload.
pub(super) fn unmask(out: &mut Vec<u8>, data: &[u8], key: [u8; 4], phase: u64) {
    /// A block stays in the first-level cache between copying and unmasking.
    const BLOCK: usize = 8 << 10;
    let [a, b, c, d] = key;
    let [a, b, c, d] = match phase % 4 {
        0 => [a, b, c, d],
        1 => [b, c, d, a],
        2 => [c, d, a, b],
        _ => [d, a, b, c],
    };
    let key = [a, b, c, d, a, b, c, d];
    let word = u64::from_ne_bytes(key);
    out.reserve(data.len());
    for block in data.chunks(BLOCK) {
        let start = out.len();
        out.extend_from_slice(block);
        let (words, rest) = out.get_mut(start..).unwrap_or_default().as_chunks_mut::<8>();
        for bytes in words {
            *bytes = (u64::from_ne_bytes(*bytes) ^ word).to_ne_bytes();
        }
        for (byte, key) in rest.iter_mut().zip(key) {
            *byte ^= key;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_are_read_as_in_the_rfc() {
        let hello = Header::parse(&[0x81, 0x05, b'H']).unwrap();
        assert_eq!((hello.kind(), hello.length, hello.size, hello.key), (Kind::Text, 5, 2, None));
        assert!(hello.is_final() && hello.is_valid() && hello.is_minimal());

        let masked = [0x81, 0x85, 0x37, 0xfa, 0x21, 0x3d, 0x7f, 0x9f, 0x4d, 0x51, 0x58];
        let header = Header::parse(&masked).unwrap();
        let mut text = Vec::new();
        unmask(&mut text, &masked[header.size..], header.key.unwrap(), 0);
        assert_eq!(text, b"Hello");

        let medium = Header::parse(&[0x82, 0x7e, 0x01, 0x00]).unwrap();
        assert_eq!((medium.kind(), medium.length, medium.size), (Kind::Binary, 256, 4));
        let long = Header::parse(&[0x82, 0x7f, 0, 0, 0, 0, 0, 1, 0, 0]).unwrap();
        assert_eq!((long.length, long.size), (65536, 10));
    }

    #[test]
    fn a_header_needs_all_its_bytes() {
        let header = [0x82, 0xff, 0, 0, 0, 0, 0, 1, 0, 0, 1, 2, 3, 4];
        assert_eq!(header.len(), HEADER_MAX);
        for end in 0..header.len() {
            assert_eq!(Header::parse(&header[..end]), None, "{end} bytes");
        }
        assert_eq!(Header::parse(&header).map(|header| header.size), Some(HEADER_MAX));
    }

    #[test]
    fn impossible_lengths_are_recognised() {
        let valid = |bytes: &[u8]| Header::parse(bytes).unwrap().is_valid();
        assert!(!valid(&[0x82, 0x7f, 0x80, 0, 0, 0, 0, 0, 0, 0]), "top bit");
        assert!(!valid(&[0x89, 0x7e, 0x01, 0x00]), "long ping");
        assert!(!valid(&[0x09, 0x00]), "ping that is not final");
        assert!(!Header::parse(&[0x82, 0x7e, 0x00, 0x7d]).unwrap().is_minimal());
    }

    #[test]
    fn unmasking_works_at_every_phase_and_length() {
        let key = [1, 2, 4, 8];
        let data: Vec<u8> = (0..20_000_u32).map(|n| (n * 7) as u8).collect();
        let expected: Vec<u8> = data.iter().zip(key.iter().cycle()).map(|(byte, key)| byte ^ key).collect();
        for cut in (0..80).chain([8191, 8192, 8193]) {
            let mut out = Vec::new();
            unmask(&mut out, &data[..cut], key, 0);
            unmask(&mut out, &data[cut..], key, cut as u64);
            assert!(out == expected, "cut at {cut}");
        }
    }
}
