//! The hellos of both sides, and the server's encrypted extensions: what of them decides how records are protected
//! (RFC 8446 sections 4.1 and 4.3.1, RFC 5246 section 7.4.1).

use crate::keys::ClientRandom;

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

/// The random value of a server hello that asks for another client hello.
const RETRY: [u8; 32] = [
    0xcf, 0x21, 0xad, 0x74, 0xe5, 0x9a, 0x61, 0x11, 0xbe, 0x1d, 0x8c, 0x02, 0x1e, 0x65, 0xb8, 0x91, 0xc2, 0xa2, 0x11,
    0x16, 0x7a, 0xbb, 0x8c, 0x5e, 0x07, 0x9e, 0x09, 0xe2, 0xc8, 0xa8, 0x33, 0x9c,
];

/// What a client asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ClientHello {
    pub(super) random: ClientRandom,
    /// The host name. Untrusted text.
    pub(super) server_name: Option<Box<str>>,
    /// Whether it sends data before the server's answer.
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

/// The first name of a server name extension (RFC 6066 section 3).
fn host_name<'a>(content: &mut Reader<'a>) -> Option<&'a str> {
    let mut names = Reader(content.vector_u16()?);
    let [0] = names.array()? else { return None };
    std::str::from_utf8(names.vector_u16()?).ok()
}

/// What a server chose.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ServerHello {
    pub(super) random: [u8; 32],
    /// The version, as its two bytes: 0x0304 is TLS 1.3.
    pub(super) version: u16,
    pub(super) suite: u16,
    pub(super) compression: u8,
    /// The application protocol, as TLS 1.2 tells it here. Untrusted text.
    pub(super) alpn: Option<Box<str>>,
}

impl ServerHello {
    /// Reads the body of a server hello.
    pub(super) fn read(body: &[u8]) -> Option<Self> {
        let mut body = Reader(body);
        let version = body.u16()?;
        let random = body.array()?;
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

    /// Whether it asks for another client hello, and chooses nothing yet.
    pub(super) fn is_retry(&self) -> bool {
        self.random == RETRY
    }
}

/// What the encrypted extensions of TLS 1.3 say: the application protocol, and whether early data was accepted.
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

/// The one protocol that a server names (RFC 7301 section 3.1).
fn protocol(content: &mut Reader<'_>) -> Option<Box<str>> {
    let name = Reader(content.vector_u16()?).vector_u8()?;
    std::str::from_utf8(name).ok().map(Into::into)
}

/// The extensions that `body` ends with, if it has any; `None` if they are malformed.
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

/// Takes length-prefixed fields off the front.
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

#[cfg(test)]
mod tests {
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
    fn a_client_hello_gives_its_random_and_the_name() {
        let hello = ClientHello::read(&client(NAME)).unwrap();
        let expected = ClientHello { random: [7; 32], server_name: Some("web.whatsapp.com".into()), early_data: false };
        assert_eq!(hello, expected);
        let hello = ClientHello::read(&client(b"\0\x2a\0\0")).unwrap();
        assert_eq!((hello.server_name, hello.early_data), (None, true));
        assert!(ClientHello::read(&client(b"")[..41]).is_some(), "extensions may be absent altogether");
    }

    #[test]
    fn no_prefix_of_a_hello_is_one() {
        let hello = client(NAME);
        for length in (0..hello.len()).filter(|length| *length != 41) {
            assert_eq!(ClientHello::read(&hello[..length]), None, "{length} bytes");
        }
    }

    #[test]
    fn a_server_hello_gives_version_suite_and_protocol() {
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
}
