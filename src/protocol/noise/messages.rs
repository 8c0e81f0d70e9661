//! The messages of the handshake, as far as they matter here: fields of WhatsApp's `HandshakeMessage`, and of the
//! `ClientPayload` that the client's last message carries encrypted (both Protocol Buffers). Unknown fields are skipped.

use super::framing::TAG;
use super::protobuf::{Fields, Value};
use crate::keys::PublicKey;

/// The length of an encrypted X25519 key in bytes.
const SEALED_KEY: usize = 32 + TAG;

/// The longest handshake message that is read, in bytes. With certificates they have some hundred.
const LONGEST: usize = 64 * 1024;

/// A message of the handshake.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum HandshakeMessage<'a> {
    /// The client's first message.
    ClientHello(ClientHello<'a>),
    /// The server's message.
    ServerHello(ServerHello<'a>),
    /// The client's second message, in XX and XXfallback.
    ClientFinish(ClientFinish<'a>),
}

/// `-> e` (XX) or `-> e, es, s, ss` (IK).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct ClientHello<'a> {
    /// The client's ephemeral public key.
    pub(super) ephemeral: &'a PublicKey,
    /// Its encrypted static public key, in IK only.
    pub(super) static_key: Option<&'a [u8]>,
    /// The encrypted payload.
    pub(super) payload: Option<&'a [u8]>,
}

/// `<- e, ee, s, es` (XX, XXfallback) or `<- e, ee, se` (IK).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct ServerHello<'a> {
    /// The server's ephemeral public key.
    pub(super) ephemeral: &'a PublicKey,
    /// Its encrypted static public key, except in IK.
    pub(super) static_key: Option<&'a [u8]>,
    /// The encrypted payload.
    pub(super) payload: Option<&'a [u8]>,
}

/// `-> s, se`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct ClientFinish<'a> {
    /// The client's encrypted static public key.
    pub(super) static_key: &'a [u8],
    /// The encrypted payload.
    pub(super) payload: Option<&'a [u8]>,
}

impl<'a> HandshakeMessage<'a> {
    /// Reads a frame. Returns `None` if it is not exactly such a message.
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

/// Checks the length of an optional encrypted key; an empty one is absent.
fn sealed_key(field: Option<&[u8]>) -> Option<Option<&[u8]>> {
    match field {
        None | Some([]) => Some(None),
        Some(sealed) => (sealed.len() == SEALED_KEY).then_some(Some(sealed)),
    }
}

/// Returns the last occurrence of each of the length-delimited fields `numbers` in a message, or `None` if the message is
/// malformed.
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

/// The number of the field with the account's phone number.
const USERNAME: u64 = 1;

/// The number of the field with the device.
const DEVICE: u64 = 18;

/// The largest valid phone number: E.164 allows 15 digits.
const LARGEST_USER: u64 = 999_999_999_999_999;

/// The device that logs in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Login {
    /// The account's phone number.
    pub user: u64,
    /// The device of the account; 0 is the phone.
    pub device: u16,
}

impl Login {
    /// Reads a payload. Returns `None` if it is malformed, or names no account because the client is not paired yet.
    pub(super) fn read(payload: &[u8]) -> Option<Self> {
        let (mut user, mut device) = (None, 0);
        for field in Fields::of(payload) {
            match field? {
                (USERNAME, Value::Number(number)) => user = Some(number),
                (DEVICE, Value::Number(number)) => device = u16::try_from(number).ok()?,
                (USERNAME | DEVICE, _) => return None,
                _ => {}
            }
        }
        let user = user.filter(|user| (1..=LARGEST_USER).contains(user))?;
        Some(Self { user, device })
    }
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
    fn all_three_messages_are_read() {
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
    fn other_frames_are_not_handshake_messages() {
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

    #[test]
    fn a_login_has_an_account_and_a_device() {
        let agent = field(5, &[8, 14]);
        let whole = [number(1, 10_000_000_001), number(3, 0), agent.clone(), number(18, 7)].concat();
        assert_eq!(Login::read(&whole), Some(Login { user: 10_000_000_001, device: 7 }));
        let phone = [number(1, 10_000_000_001), agent.clone()].concat();
        assert_eq!(Login::read(&phone), Some(Login { user: 10_000_000_001, device: 0 }));
        let twice = [number(1, 5), whole.clone()].concat();
        assert_eq!(Login::read(&twice), Some(Login { user: 10_000_000_001, device: 7 }), "the last one counts");
    }

    #[test]
    fn a_payload_without_a_valid_account_is_not_a_login() {
        for payload in [
            Vec::new(),
            number(3, 0),
            number(18, 7),
            [number(1, 0), number(18, 7)].concat(),
            number(1, 1_000_000_000_000_000),
            [number(1, 5), number(18, 65_536)].concat(),
            [number(1, 5), field(18, b"7")].concat(),
            [number(1, 5), vec![0x0b]].concat(),
            vec![0xff; 20],
        ] {
            assert_eq!(Login::read(&payload), None, "{payload:?}");
        }
    }

    proptest! {
        #[test]
        fn any_login_is_read_back(user in 1..=LARGEST_USER, device: u16, other in 2_u64..18, value: u64) {
            let payload = [number(other, value), number(18, device.into()), number(1, user)].concat();
            prop_assert_eq!(Login::read(&payload), Some(Login { user, device }));
        }

        #[test]
        fn no_payload_panics(payload in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = Login::read(&payload);
        }
    }
}
