//! STUN messages (RFC 8489) in the dialect of WhatsApp's relays.
//!
//! Phones send more bytes than the length of a message says, and older apps do not pad attributes, so a message may be
//! followed by anything, and attributes are walked with and without padding.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

/// The magic cookie (RFC 8489 section 5).
const COOKIE: [u8; 4] = [0x21, 0x12, 0xa4, 0x42];

/// The length of a message's header in bytes.
const HEADER: usize = 20;

/// An attribute's type.
pub mod attribute {
    /// Username of an ICE check: `REMOTE:LOCAL`.
    pub const USERNAME: u16 = 0x0006;
    /// HMAC-SHA1 over all that comes before it.
    pub const MESSAGE_INTEGRITY: u16 = 0x0008;
    /// Error code and reason.
    pub const ERROR_CODE: u16 = 0x0009;
    /// The address that the relay saw, mixed with the cookie.
    pub const XOR_MAPPED_ADDRESS: u16 = 0x0020;
    /// The relay's token.
    pub const TOKEN: u16 = 0x4000;
    /// The token in apps of 2015.
    pub const OLD_TOKEN: u16 = 0x4001;
    /// With [`PROBE_SIZE`], what makes a ping a bandwidth probe.
    pub const PROBE_SEQUENCE: u16 = 0x4003;
    /// See [`PROBE_SEQUENCE`].
    pub const PROBE_SIZE: u16 = 0x4004;
}

/// A transaction id.
pub type TransactionId = [u8; 12];

/// What a message is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Method {
    /// Asks for a relayed address, or says that the client is still there.
    Allocate,
    /// A connectivity or consent check.
    Binding,
    /// WhatsApp's keep-alive: 0x0801, answered by 0x0802.
    Ping,
    /// WhatsApp's bandwidth probe: a ping of a certain size, or 0x0804, answered by 0x0805.
    Probe,
    /// WhatsApp's goodbye to a relay: 0x0800, not answered.
    Bye,
    /// Anything else.
    Other,
}

impl Method {
    /// Returns the method's name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Allocate => "allocate",
            Self::Binding => "binding",
            Self::Ping => "ping",
            Self::Probe => "probe",
            Self::Bye => "bye",
            Self::Other => "other",
        }
    }
}

/// Whether a message asks or answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// It asks.
    Request,
    /// It answers: done.
    Success,
    /// It answers: refused.
    Error,
}

/// A message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Message<'a> {
    /// What it is about.
    pub method: Method,
    /// Whether it asks or answers.
    pub class: Class,
    /// Links an answer to what it answers.
    pub transaction: TransactionId,
    /// Header and attributes, as far as they were captured.
    bytes: &'a [u8],
    number: u16,
}

impl<'a> Message<'a> {
    /// Reads the message that a UDP payload begins with. `length` is that of the payload on the wire, which may be longer
    /// than what was captured of it. Returns `None` if there is none.
    #[must_use]
    pub fn read(payload: &'a [u8], length: usize) -> Option<Self> {
        let (header, _) = payload.split_first_chunk::<HEADER>()?;
        let [high, low, upper, lower, a, b, c, d, transaction @ ..] = *header;
        let end = HEADER + usize::from(u16::from_be_bytes([upper, lower]));
        if high & 0xc0 != 0 || [a, b, c, d] != COOKIE || end > length {
            return None;
        }
        let number = u16::from_be_bytes([high, low]);
        let bytes = payload.get(..end).unwrap_or(payload);
        let (method, class) = kind(number);
        let mut message = Self { method, class, transaction, bytes, number };
        let is_probe = || [attribute::PROBE_SEQUENCE, attribute::PROBE_SIZE].iter().any(|it| message.has(*it));
        if method == Method::Ping && is_probe() {
            message.method = Method::Probe;
        }
        Some(message)
    }

    /// Returns the value of the first attribute of a type.
    #[must_use]
    pub fn attribute(&self, kind: u16) -> Option<&'a [u8]> {
        self.attributes().find(|attribute| attribute.kind == kind).map(|attribute| attribute.value)
    }

    fn has(&self, kind: u16) -> bool {
        self.attribute(kind).is_some()
    }

    /// Returns the message's bytes, header and attributes.
    #[must_use]
    pub const fn bytes(&self) -> &'a [u8] {
        self.bytes
    }

    /// Returns whether nothing but WhatsApp sends such messages.
    #[must_use]
    pub fn is_whatsapps(&self) -> bool {
        match self.method {
            Method::Allocate => self.has(attribute::TOKEN) || self.has(attribute::OLD_TOKEN),
            Method::Ping | Method::Probe | Method::Bye => true,
            Method::Binding | Method::Other => matches!(self.number, 0x0800..=0x0805),
        }
    }

    /// Returns the relay token.
    #[must_use]
    pub fn token(&self) -> Option<&'a [u8]> {
        self.attribute(attribute::TOKEN)
    }

    /// Returns the number and the reason of an error (RFC 8489 section 14.8).
    #[must_use]
    pub fn error(&self) -> Option<(u16, &'a [u8])> {
        let ([_, _, class, number], reason) = self.attribute(attribute::ERROR_CODE)?.split_first_chunk::<4>()?;
        Some((u16::from(class & 7) * 100 + u16::from(*number), reason))
    }

    /// Returns the address in an attribute that is mixed with the cookie, and for IPv6 with the transaction id too
    /// (RFC 8489 section 14.2).
    #[must_use]
    pub fn mapped_address(&self) -> Option<SocketAddr> {
        let ([_, family, high, low], address) =
            self.attribute(attribute::XOR_MAPPED_ADDRESS)?.split_first_chunk::<4>()?;
        let [first, second, ..] = COOKIE;
        let port = u16::from_be_bytes([high ^ first, low ^ second]);
        let mask: Vec<u8> = COOKIE.iter().chain(&self.transaction).copied().collect();
        let clear: Vec<u8> = address.iter().zip(mask).map(|(byte, mask)| byte ^ mask).collect();
        let address = match family {
            1 => IpAddr::V4(Ipv4Addr::from(<[u8; 4]>::try_from(clear.get(..4)?).ok()?)),
            2 => IpAddr::V6(Ipv6Addr::from(<[u8; 16]>::try_from(clear.get(..16)?).ok()?)),
            _ => return None,
        };
        Some(SocketAddr::new(address, port))
    }

    /// Returns the attributes: padded to 4 bytes unless only the other way ends where the message does.
    fn attributes(&self) -> Attributes<'a> {
        let rest = self.bytes.get(HEADER..).unwrap_or_default();
        let walk = |is_padded| Attributes { rest, offset: HEADER, is_padded };
        let is_exact = |mut walk: Attributes<'_>| {
            walk.by_ref().for_each(drop);
            walk.rest.is_empty()
        };
        walk(is_exact(walk(true)) || !is_exact(walk(false)))
    }

    /// Returns the bytes that MESSAGE-INTEGRITY covers, with the header's length as it was when it was computed, and the
    /// value of the attribute (RFC 8489 section 14.5).
    #[must_use]
    pub fn signed(&self) -> Option<(Vec<u8>, &'a [u8])> {
        let integrity = self.attributes().find(|attribute| attribute.kind == attribute::MESSAGE_INTEGRITY)?;
        let mut covered = self.bytes.get(..integrity.offset)?.to_vec();
        let length = u16::try_from(integrity.offset + 4 + integrity.value.len() - HEADER).ok()?;
        covered.iter_mut().skip(2).zip(length.to_be_bytes()).for_each(|(byte, part)| *byte = part);
        Some((covered, integrity.value))
    }
}

/// Returns method and class of a message type.
const fn kind(number: u16) -> (Method, Class) {
    match number {
        0x0003 => (Method::Allocate, Class::Request),
        0x0103 => (Method::Allocate, Class::Success),
        0x0113 => (Method::Allocate, Class::Error),
        0x0001 => (Method::Binding, Class::Request),
        0x0101 => (Method::Binding, Class::Success),
        0x0111 => (Method::Binding, Class::Error),
        0x0800 => (Method::Bye, Class::Request),
        0x0801 => (Method::Ping, Class::Request),
        0x0802 => (Method::Ping, Class::Success),
        0x0804 => (Method::Probe, Class::Request),
        0x0805 => (Method::Probe, Class::Success),
        _ => (Method::Other, Class::Request),
    }
}

/// An attribute and where it begins in its message.
struct Attribute<'a> {
    kind: u16,
    value: &'a [u8],
    offset: usize,
}

struct Attributes<'a> {
    rest: &'a [u8],
    offset: usize,
    is_padded: bool,
}

impl<'a> Iterator for Attributes<'a> {
    type Item = Attribute<'a>;

    fn next(&mut self) -> Option<Attribute<'a>> {
        let ([a, b, c, d], rest) = self.rest.split_first_chunk::<4>()?;
        let length = usize::from(u16::from_be_bytes([*c, *d]));
        let value = rest.get(..length)?;
        let taken = if self.is_padded { length.next_multiple_of(4) } else { length };
        let offset = self.offset;
        self.rest = rest.get(taken..).unwrap_or_default();
        self.offset += 4 + taken;
        Some(Attribute { kind: u16::from_be_bytes([*a, *b]), value, offset })
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// A message with these attributes, padded or not.
    pub(crate) fn message(number: u16, attributes: &[(u16, &[u8])], is_padded: bool) -> Vec<u8> {
        let mut body = Vec::new();
        for (kind, value) in attributes {
            body.extend(kind.to_be_bytes());
            body.extend(u16::try_from(value.len()).unwrap().to_be_bytes());
            body.extend(*value);
            while is_padded && body.len() % 4 != 0 {
                body.push(0);
            }
        }
        let mut bytes = number.to_be_bytes().to_vec();
        bytes.extend(u16::try_from(body.len()).unwrap().to_be_bytes());
        bytes.extend(COOKIE);
        bytes.extend(b"transaction!");
        bytes.extend(body);
        bytes
    }

    #[test]
    fn attributes_are_read_padded_and_unpadded_and_with_bytes_after_them() {
        for is_padded in [true, false] {
            let mut bytes = message(0x0003, &[(0x4000, b"token"), (0x4001, b"odd")], is_padded);
            bytes.extend([0xff; 28]);
            let read = Message::read(&bytes, bytes.len()).unwrap();
            assert_eq!((read.method, read.class), (Method::Allocate, Class::Request));
            assert_eq!(read.token(), Some(&b"token"[..]));
            assert_eq!(read.attribute(0x4001), Some(&b"odd"[..]));
            assert!(read.is_whatsapps());
        }
    }

    #[test]
    fn an_error_and_a_mapped_address_are_read() {
        let address = [0, 1, 0x21 ^ 0x0d, 0x12 ^ 0x96, 0x21 ^ 198, 0x12 ^ 51, 0xa4 ^ 100, 0x42 ^ 7];
        let bytes = message(0x0113, &[(0x0009, &[0, 0, 4, 1, b'n', b'o']), (0x0020, &address)], true);
        let read = Message::read(&bytes, bytes.len()).unwrap();
        assert_eq!(read.error(), Some((401, &b"no"[..])));
        assert_eq!(read.mapped_address(), Some("198.51.100.7:3478".parse().unwrap()));
    }

    /// RFC 5769 section 2.1: a request with MESSAGE-INTEGRITY by the password `VOkJxbRl1RmTxUk/WvJxBt`.
    #[test]
    fn what_integrity_covers_agrees_with_rfc_5769() {
        let hex = "000100582112a442b7e7a701bc34d686fa87dfae802200105354554e207465737420636c69656e74002400046e0001ff80290008932ff9b151263b36000600096576746a3a68367659202020000800149aeaa70cbfd8cb56781ef2b5b2d3f249c1b571a280280004e57a3bcf";
        let bytes = data_encoding::HEXLOWER.decode(hex.as_bytes()).unwrap();
        let read = Message::read(&bytes, bytes.len()).unwrap();
        let (covered, integrity) = read.signed().unwrap();
        let key = ring::hmac::Key::new(ring::hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, b"VOkJxbRl1RmTxUk/WvJxBt");
        assert!(ring::hmac::verify(&key, &covered, integrity).is_ok());
        assert_eq!(read.attribute(attribute::USERNAME), Some(&b"evtj:h6vY"[..]));
        assert!(!read.is_whatsapps());
    }

    #[test]
    fn no_truncation_panics_and_a_short_message_is_none() {
        let bytes = message(0x0003, &[(0x4000, &[7; 150]), (0x0008, &[1; 20])], true);
        for length in 0..bytes.len() {
            let cut = &bytes[..length];
            assert_eq!(Message::read(cut, cut.len()), None, "the payload itself ends early");
            if let Some(read) = Message::read(cut, bytes.len()) {
                assert!(read.attribute(0x0008).is_none() && read.signed().is_none(), "only the recorder cut it");
            }
        }
    }
}
