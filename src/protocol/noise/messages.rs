//! The three messages of the handshake: the few fields of WhatsApp's `HandshakeMessage` (Protocol Buffers) that
//! matter here. Unknown fields are skipped.

use super::framing::TAG;
use super::protobuf::{Fields, Value};
use crate::keys::PublicKey;

/// Bytes of a sealed X25519 key.
const SEALED_KEY: usize = 32 + TAG;

/// Longest handshake message that is believed; certificates make them some hundred bytes.
const LONGEST: usize = 64 * 1024;

/// A message of the handshake.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum HandshakeMessage<'a> {
    /// From the client, first.
    ClientHello(ClientHello<'a>),
    /// From the server.
    ServerHello(ServerHello<'a>),
    /// From the client; in XX and XXfallback.
    ClientFinish(ClientFinish<'a>),
}

/// `-> e` (XX) or `-> e, es, s, ss` (IK).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct ClientHello<'a> {
    /// The client's ephemeral public key.
    pub(super) ephemeral: &'a PublicKey,
    /// Its static public key, sealed: in IK only.
    pub(super) static_key: Option<&'a [u8]>,
    /// The sealed payload.
    pub(super) payload: Option<&'a [u8]>,
}

/// `<- e, ee, s, es` (XX, XXfallback) or `<- e, ee, se` (IK).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct ServerHello<'a> {
    /// The server's ephemeral public key.
    pub(super) ephemeral: &'a PublicKey,
    /// Its static public key, sealed: not in IK.
    pub(super) static_key: Option<&'a [u8]>,
    /// The sealed payload.
    pub(super) payload: Option<&'a [u8]>,
}

/// `-> s, se`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct ClientFinish<'a> {
    /// The client's static public key, sealed.
    pub(super) static_key: &'a [u8],
    /// The sealed payload.
    pub(super) payload: Option<&'a [u8]>,
}

impl<'a> HandshakeMessage<'a> {
    /// Reads a frame; `None` if it is not exactly such a message.
    pub(super) fn read(frame: &'a [u8]) -> Option<Self> {
        if frame.len() > LONGEST {
            return None;
        }
        let [client_hello, server_hello, client_finish] = fields(frame, [2, 3, 4])?;
        match (client_hello, server_hello, client_finish) {
            (Some(hello), None, None) => {
                let [ephemeral, static_key, payload] = fields(hello, [1, 2, 3])?;
                let ephemeral = ephemeral?.try_into().ok()?;
                Some(Self::ClientHello(ClientHello { ephemeral, static_key: sealed_key(static_key)?, payload }))
            }
            (None, Some(hello), None) => {
                let [ephemeral, static_key, payload] = fields(hello, [1, 2, 3])?;
                let ephemeral = ephemeral?.try_into().ok()?;
                Some(Self::ServerHello(ServerHello { ephemeral, static_key: sealed_key(static_key)?, payload }))
            }
            (None, None, Some(finish)) => {
                let [static_key, payload] = fields(finish, [1, 2])?;
                Some(Self::ClientFinish(ClientFinish { static_key: sealed_key(static_key)??, payload }))
            }
            _ => None,
        }
    }
}

/// An optional sealed key, which has one length if it is there; empty is absent.
fn sealed_key(field: Option<&[u8]>) -> Option<Option<&[u8]>> {
    match field {
        None | Some([]) => Some(None),
        Some(sealed) => (sealed.len() == SEALED_KEY).then_some(Some(sealed)),
    }
}

/// The last occurrence of each of the length-delimited fields `numbers` in a message; `None` if it does not
/// parse to its end.
fn fields<const N: usize>(message: &[u8], numbers: [u64; N]) -> Option<[Option<&[u8]>; N]> {
    let mut found = [None; N];
    for field in Fields::of(message) {
        if let (number, Value::Bytes(value)) = field?
            && let Some((_, slot)) = numbers.iter().zip(&mut found).find(|(known, _)| **known == number)
        {
            *slot = Some(value);
        }
    }
    Some(found)
}

#[cfg(test)]
pub(super) mod tests {
    use proptest::prelude::*;

    use super::*;

    fn varint(mut value: u64) -> Vec<u8> {
        let mut bytes = Vec::new();
        while value > 0x7f {
            bytes.push(0x80 | (value & 0x7f) as u8);
            value >>= 7;
        }
        bytes.push(value as u8);
        bytes
    }

    /// A length-delimited field.
    pub(in super::super) fn field(number: u64, value: &[u8]) -> Vec<u8> {
        [varint(number << 3 | 2), varint(value.len() as u64), value.to_vec()].concat()
    }

    /// A field with a number.
    pub(in super::super) fn number(number: u64, value: u64) -> Vec<u8> {
        [varint(number << 3), varint(value)].concat()
    }

    #[test]
    fn reads_the_three_messages() {
        let (key, sealed) = ([1; 32], [2; 48]);
        let hello = field(2, &field(1, &key));
        let expected = ClientHello { ephemeral: &key, static_key: None, payload: None };
        assert_eq!(HandshakeMessage::read(&hello), Some(HandshakeMessage::ClientHello(expected)));

        let long = vec![5; 300];
        let parts = [field(1, &key), field(2, &sealed), vec![9 << 3, 0x96, 0x01], field(3, &long)].concat();
        let expected = ServerHello { ephemeral: &key, static_key: Some(&sealed), payload: Some(&long) };
        let hello = [vec![13, 1, 2, 3, 4], field(3, &parts), vec![9, 1, 2, 3, 4, 5, 6, 7, 8]].concat();
        assert_eq!(HandshakeMessage::read(&hello), Some(HandshakeMessage::ServerHello(expected)));

        let finish = field(4, &[field(1, &sealed), field(2, &[3; 20])].concat());
        let expected = ClientFinish { static_key: &sealed, payload: Some(&[3; 20]) };
        assert_eq!(HandshakeMessage::read(&finish), Some(HandshakeMessage::ClientFinish(expected)));
    }

    #[test]
    fn refuses_what_is_no_such_message() {
        let good = field(2, &field(1, &[1; 32]));
        for end in 0..good.len() {
            assert_eq!(HandshakeMessage::read(&good[..end]), None, "{end}");
        }
        for bad in [
            field(2, &field(1, &[1; 31])),
            field(2, &[field(1, &[1; 32]), field(2, &[1; 47])].concat()),
            field(4, &field(2, &[1; 20])),
            [good.clone(), field(3, &field(1, &[1; 32]))].concat(),
            [good.clone(), vec![3]].concat(),
            [vec![8], vec![0xff; 11], good].concat(),
        ] {
            assert_eq!(HandshakeMessage::read(&bad), None, "{bad:?}");
        }
    }

    proptest! {
        #[test]
        fn no_input_panics(frame in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = HandshakeMessage::read(&frame);
        }
    }
}
