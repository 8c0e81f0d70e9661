//! The server name of a client hello (RFC 8446 section 4.1.2, RFC 6066 section 3).

/// The host name that a client asks for in the first bytes of its stream; `None` if they are no client hello, or
/// too few, or name none.
#[must_use]
pub fn server_name(stream: &[u8]) -> Option<&str> {
    let mut record = Reader(stream);
    // A TLS record of type handshake, and in it a handshake message of type client hello.
    let [0x16, 0x03, _] = record.array()? else { return None };
    let mut handshake = Reader(record.up_to_u16()?);
    let [0x01, _, _, _] = handshake.array()? else { return None };
    let _version: [u8; 2] = handshake.array()?;
    let _random: [u8; 32] = handshake.array()?;
    let _session = handshake.vector_u8()?;
    let _suites = handshake.vector_u16()?;
    let _compressions = handshake.vector_u8()?;
    let mut extensions = Reader(handshake.up_to_u16()?);
    loop {
        let kind: [u8; 2] = extensions.array()?;
        let body = extensions.vector_u16()?;
        if kind == [0, 0] {
            let mut names = Reader(Reader(body).vector_u16()?);
            let [0] = names.array()? else { return None };
            return std::str::from_utf8(names.vector_u16()?).ok();
        }
    }
}

/// Takes length-prefixed fields off the front.
struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (head, rest) = self.0.split_first_chunk::<N>()?;
        self.0 = rest;
        Some(*head)
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
        let length = u16::from_be_bytes(self.array()?);
        self.take(length.into())
    }

    /// A field that may be cut short by the end of what was captured.
    fn up_to_u16(&mut self) -> Option<&'a [u8]> {
        let length = usize::from(u16::from_be_bytes(self.array()?));
        self.take(length.min(self.0.len()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A client hello with the given extensions.
    fn hello(extensions: &[u8]) -> Vec<u8> {
        let mut body = vec![3, 3];
        body.extend([7; 32]);
        body.extend([0, 0, 2, 0x13, 0x01, 1, 0]);
        body.extend(u16::try_from(extensions.len()).unwrap().to_be_bytes());
        body.extend(extensions);
        let mut message = vec![1, 0];
        message.extend(u16::try_from(body.len()).unwrap().to_be_bytes());
        message.extend(body);
        let mut record = vec![0x16, 3, 1];
        record.extend(u16::try_from(message.len()).unwrap().to_be_bytes());
        record.extend(message);
        record
    }

    const NAME: &[u8] = b"\x00\x17\x00\x02\xab\xcd\x00\x00\x00\x15\x00\x13\x00\x00\x10web.whatsapp.com";

    #[test]
    fn the_name_is_found_among_other_extensions() {
        assert_eq!(server_name(&hello(NAME)), Some("web.whatsapp.com"));
    }

    #[test]
    fn a_hello_without_a_name_has_none() {
        assert_eq!(server_name(&hello(b"\x00\x17\x00\x00")), None);
    }

    #[test]
    fn no_prefix_of_a_hello_gives_a_wrong_name() {
        let hello = hello(NAME);
        for length in 0..hello.len() {
            assert_eq!(server_name(&hello[..length]), None, "{length} bytes");
        }
    }

    #[test]
    fn other_protocols_have_none() {
        assert_eq!(server_name(b"GET / HTTP/1.1\r\n"), None);
        assert_eq!(server_name(b"\x16\x03\x01\x00\x02\x02\x00"), None);
    }
}
