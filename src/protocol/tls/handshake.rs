//! Handshake messages (RFC 8446 section 4, RFC 5246 section 7.4): reassembled from records, and those read that decide
//! how records are protected: both hellos, and the server's encrypted extensions.

use crate::keys::ClientRandom;

/// The length of a message's type and length in bytes.
const MESSAGE_HEADER: usize = 4;

/// The longest message that is read, in bytes. A longer one is a certificate, and is skipped.
const LONGEST_MESSAGE: usize = 64 << 10;

/// The handshake messages of one direction.
#[derive(Debug, Default)]
pub(super) struct Messages {
    /// The message that has begun.
    partial: Vec<u8>,
    /// The remaining bytes of a message that is skipped.
    skipping: usize,
}

impl Messages {
    /// Takes the content of the next record, and passes each message that it completes, type and body, to `take`.
    pub(super) fn push(&mut self, content: &[u8], mut take: impl FnMut(u8, &[u8])) {
        let mut rest = content;
        while !rest.is_empty() {
            let skipped = self.skipping.min(rest.len());
            self.skipping -= skipped;
            rest = rest.get(skipped..).unwrap_or_default();
            if self.partial.is_empty()
                && let Some((kind, length)) = header(rest)
                && let Some(body) = rest.get(MESSAGE_HEADER..MESSAGE_HEADER + length)
            {
                take(kind, body);
                rest = rest.get(MESSAGE_HEADER + length..).unwrap_or_default();
                continue;
            }
            let whole = header(&self.partial).map_or(MESSAGE_HEADER, |(_, length)| MESSAGE_HEADER + length);
            let (taken, later) = rest.split_at(rest.len().min(whole - self.partial.len()));
            self.partial.extend_from_slice(taken);
            rest = later;
            let Some((kind, length)) = header(&self.partial) else { continue };
            if length > LONGEST_MESSAGE {
                self.skipping = MESSAGE_HEADER + length - self.partial.len();
                self.partial.clear();
            } else if let Some(body) = self.partial.get(MESSAGE_HEADER..MESSAGE_HEADER + length) {
                take(kind, body);
                self.partial.clear();
            }
        }
    }

    /// Forgets the message that has begun, since the rest of it is missing.
    pub(super) fn clear(&mut self) {
        self.partial.clear();
        self.skipping = 0;
    }
}

/// Returns the type and the length of the message at the start of `bytes`, or `None` if they are too few.
fn header(bytes: &[u8]) -> Option<(u8, usize)> {
    let [kind, high, middle, low] = *bytes.first_chunk::<MESSAGE_HEADER>()?;
    Some((kind, u32::from_be_bytes([0, high, middle, low]) as usize))
}

/// Handshake message types.
pub(super) const CLIENT_HELLO: u8 = 1;
pub(super) const SERVER_HELLO: u8 = 2;
pub(super) const ENCRYPTED_EXTENSIONS: u8 = 8;
pub(super) const FINISHED: u8 = 20;
pub(super) const KEY_UPDATE: u8 = 24;

/// Extension types.
const SERVER_NAME: u16 = 0;
const ALPN: u16 = 16;
const EARLY_DATA: u16 = 42;
const SUPPORTED_VERSIONS: u16 = 43;

/// The random value of a server hello that requests another client hello.
const RETRY: [u8; 32] = [
    0xcf, 0x21, 0xad, 0x74, 0xe5, 0x9a, 0x61, 0x11, 0xbe, 0x1d, 0x8c, 0x02, 0x1e, 0x65, 0xb8, 0x91, 0xc2, 0xa2, 0x11,
    0x16, 0x7a, 0xbb, 0x8c, 0x5e, 0x07, 0x9e, 0x09, 0xe2, 0xc8, 0xa8, 0x33, 0x9c,
];

/// The part of a client hello that matters here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ClientHello {
    pub(super) random: ClientRandom,
    /// The requested host name. Untrusted text.
    pub(super) server_name: Option<Box<str>>,
    /// Whether early data follows.
    pub(super) early_data: bool,
}

impl ClientHello {
    /// Reads the body of a client hello.
    pub(super) fn read(body: &[u8]) -> Option<Self> {
        let mut body = Reader(body);
        let _version = body.u16()?;
        let random = body.array()?;
        let _session = body.vector_u8()?;
        let _suites = body.vector_u16()?;
        let _compressions = body.vector_u8()?;
        let mut hello = Self { random, server_name: None, early_data: false };
        for (kind, mut content) in extensions(body)? {
            match kind {
                SERVER_NAME => hello.server_name = host_name(&mut content).map(Into::into),
                EARLY_DATA => hello.early_data = true,
                _ => {}
            }
        }
        Some(hello)
    }
}

/// Reads the first name of a server name extension (RFC 6066 section 3).
fn host_name<'a>(content: &mut Reader<'a>) -> Option<&'a str> {
    let mut names = Reader(content.vector_u16()?);
    let [0] = names.array()? else { return None };
    std::str::from_utf8(names.vector_u16()?).ok()
}

/// The part of a server hello that matters here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ServerHello {
    pub(super) random: [u8; 32],
    /// The version; 0x0304 is TLS 1.3.
    pub(super) version: u16,
    pub(super) suite: u16,
    pub(super) compression: u8,
    /// The application protocol, which only TLS 1.2 has here. Untrusted text.
    pub(super) alpn: Option<Box<str>>,
}

/// What the versions of drafts of TLS 1.3 begin with.
const DRAFT: u16 = 0x7f00;

impl ServerHello {
    /// Reads the body of a server hello.
    pub(super) fn read(body: &[u8]) -> Option<Self> {
        let mut body = Reader(body);
        let version = body.u16()?;
        let random = body.array()?;
        // Drafts of TLS 1.3 before the 22nd have neither a session nor a compression there.
        if version & 0xff00 == DRAFT {
            return Some(Self { random, version, suite: body.u16()?, compression: 0, alpn: None });
        }
        let _session = body.vector_u8()?;
        let suite = body.u16()?;
        let [compression] = body.array()?;
        let mut hello = Self { random, version, suite, compression, alpn: None };
        for (kind, mut content) in extensions(body)? {
            match kind {
                SUPPORTED_VERSIONS => hello.version = content.u16()?,
                ALPN => hello.alpn = protocol(&mut content),
                _ => {}
            }
        }
        Some(hello)
    }

    /// Returns whether it requests another client hello.
    pub(super) fn is_retry(&self) -> bool {
        self.random == RETRY
    }
}

/// Reads the encrypted extensions of TLS 1.3: the application protocol, and whether early data was accepted.
pub(super) fn encrypted_extensions(body: &[u8]) -> Option<(Option<Box<str>>, bool)> {
    let (mut alpn, mut early_data) = (None, false);
    for (kind, mut content) in extensions(Reader(body))? {
        match kind {
            ALPN => alpn = protocol(&mut content),
            EARLY_DATA => early_data = true,
            _ => {}
        }
    }
    Some((alpn, early_data))
}

/// Reads the protocol that a server selected (RFC 7301 section 3.1).
fn protocol(content: &mut Reader<'_>) -> Option<Box<str>> {
    let name = Reader(content.vector_u16()?).vector_u8()?;
    std::str::from_utf8(name).ok().map(Into::into)
}

/// Reads the extensions at the end of `body`, if it has any. Returns `None` if they are malformed.
fn extensions(mut body: Reader<'_>) -> Option<Vec<(u16, Reader<'_>)>> {
    let mut found = Vec::new();
    if body.0.is_empty() {
        return Some(found);
    }
    let mut rest = Reader(body.vector_u16()?);
    while !rest.0.is_empty() {
        found.push((rest.u16()?, Reader(rest.vector_u16()?)));
    }
    Some(found)
}

/// Reads length-prefixed fields.
struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (head, rest) = self.0.split_first_chunk::<N>()?;
        self.0 = rest;
        Some(*head)
    }

    fn u16(&mut self) -> Option<u16> {
        self.array().map(u16::from_be_bytes)
    }

    fn take(&mut self, length: usize) -> Option<&'a [u8]> {
        let (head, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(head)
    }

    fn vector_u8(&mut self) -> Option<&'a [u8]> {
        let [length] = self.array()?;
        self.take(length.into())
    }

    fn vector_u16(&mut self) -> Option<&'a [u8]> {
        let length = self.u16()?;
        self.take(length.into())
    }
}

/// Returns whether a server name is one of WhatsApp's.
#[must_use]
pub fn is_whatsapp(server_name: &str) -> bool {
    ["whatsapp.com", "whatsapp.net"].iter().any(|domain| {
        let host = server_name.get(..server_name.len().saturating_sub(domain.len()));
        let ends = server_name.get(server_name.len().saturating_sub(domain.len())..);
        ends.is_some_and(|end| end.eq_ignore_ascii_case(domain))
            && host.is_some_and(|host| host.is_empty() || host.ends_with('.'))
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn client(extensions: &[u8]) -> Vec<u8> {
        let mut body = vec![3, 3];
        body.extend([7; 32]);
        body.extend([0, 0, 2, 0x13, 0x01, 1, 0]);
        body.extend(u16::try_from(extensions.len()).unwrap().to_be_bytes());
        body.extend(extensions);
        body
    }

    const NAME: &[u8] = b"\x00\x17\x00\x02\xab\xcd\x00\x00\x00\x15\x00\x13\x00\x00\x10web.whatsapp.com";

    #[test]
    fn a_client_hello_has_a_random_and_a_server_name() {
        let hello = ClientHello::read(&client(NAME)).unwrap();
        let expected = ClientHello { random: [7; 32], server_name: Some("web.whatsapp.com".into()), early_data: false };
        assert_eq!(hello, expected);
        let hello = ClientHello::read(&client(b"\0\x2a\0\0")).unwrap();
        assert_eq!((hello.server_name, hello.early_data), (None, true));
        assert!(ClientHello::read(&client(b"")[..41]).is_some(), "extensions may be absent altogether");
    }

    #[test]
    fn a_truncated_hello_is_not_read() {
        let hello = client(NAME);
        for length in (0..hello.len()).filter(|length| *length != 41) {
            assert_eq!(ClientHello::read(&hello[..length]), None, "{length} bytes");
        }
    }

    #[test]
    fn a_server_hello_has_a_version_a_suite_and_a_protocol() {
        let mut body = vec![3, 3];
        body.extend([8; 32]);
        body.extend(b"\x01\xaa\x13\x02\x00");
        assert_eq!(ServerHello::read(&body).map(|hello| (hello.version, hello.suite)), Some((0x0303, 0x1302)));
        body.extend(b"\0\x0d\0\x2b\0\x02\x03\x04\0\x10\0\x05\0\x03\x02h2");
        let length = body.len();
        body[39 + 1] = 15;
        let hello = ServerHello::read(&body).unwrap();
        assert_eq!((hello.version, hello.alpn.as_deref(), hello.is_retry()), (0x0304, Some("h2"), false));
        assert_eq!(ServerHello::read(&body[..length - 1]), None);
        body[2..34].copy_from_slice(&RETRY);
        assert!(ServerHello::read(&body).unwrap().is_retry());
    }

    #[test]
    fn the_server_hello_of_a_draft_has_a_version_and_a_suite() {
        let mut body = vec![0x7f, 0x12];
        body.extend([8; 32]);
        body.extend(b"\x13\x01\0\0");
        assert_eq!(ServerHello::read(&body).map(|hello| (hello.version, hello.suite)), Some((0x7f12, 0x1301)));
    }

    #[test]
    fn only_whatsapps_domains_are_recognised() {
        for name in ["web.whatsapp.com", "g.whatsapp.net", "WhatsApp.Com", "a.b.whatsapp.net"] {
            assert!(is_whatsapp(name), "{name}");
        }
        for name in ["notwhatsapp.com", "whatsapp.com.example", "example.test", "", "com", "whatsapp.co"] {
            assert!(!is_whatsapp(name), "{name}");
        }
    }

    fn message(kind: u8, length: usize) -> Vec<u8> {
        let [_, high, middle, low] = u32::try_from(length).unwrap().to_be_bytes();
        [vec![kind, high, middle, low], vec![kind; length]].concat()
    }

    fn read(pieces: impl Iterator<Item = Vec<u8>>) -> Vec<(u8, usize)> {
        let mut messages = Messages::default();
        let mut found = Vec::new();
        for piece in pieces {
            messages.push(&piece, |kind, body| {
                assert!(body.iter().all(|byte| *byte == kind));
                found.push((kind, body.len()));
            });
        }
        found
    }

    proptest! {
        #[test]
        fn messages_do_not_depend_on_record_boundaries(cuts in proptest::collection::vec(1_usize..70, 1..40)) {
            let all = [message(1, 0), message(2, 100), message(11, LONGEST_MESSAGE + 1), message(20, 32), message(4, 3)].concat();
            let mut pieces = Vec::new();
            let mut rest = all.as_slice();
            for cut in cuts.iter().cycle() {
                let (piece, later) = rest.split_at((*cut).min(rest.len()));
                pieces.push(piece.to_vec());
                rest = later;
                if rest.is_empty() {
                    break;
                }
            }
            prop_assert_eq!(read(pieces.into_iter()), [(1, 0), (2, 100), (20, 32), (4, 3)]);
        }
    }
}
