//! Both ends of WhatsApp's Noise handshake and transport, by the `snow` crate with fixed keys.

use data_encoding::HEXLOWER;
use ringtrace::origin::Direction;
use snow::params::{CipherChoice, DHChoice, HashChoice};
use snow::resolvers::{CryptoResolver, DefaultResolver};
use snow::types::{Cipher, Dh, Hash, Random};
use snow::{Builder, HandshakeState, TransportState};
use x25519_dalek::{PublicKey, StaticSecret};

use super::made_up;

/// What the client sends before its first frame, and the prologue of the handshake: `WA`, 6, dictionary version 3.
pub(crate) const HEADER: [u8; 4] = [0x57, 0x41, 6, 3];

/// The private keys of both ends.
pub(crate) struct Keys {
    client_ephemeral: [u8; 32],
    client_static: [u8; 32],
    server_ephemeral: [u8; 32],
    server_static: [u8; 32],
}

impl Keys {
    /// The keys of one connection: ephemeral ones of its own, and the static ones that all connections share.
    pub(crate) fn of(connection: &str) -> Self {
        Self {
            client_ephemeral: made_up::array(&format!("{connection}: client ephemeral key")),
            client_static: made_up::array("client static key"),
            server_ephemeral: made_up::array(&format!("{connection}: server ephemeral key")),
            server_static: made_up::array("server static key"),
        }
    }

    fn server_static_public(&self) -> [u8; 32] {
        PublicKey::from(&StaticSecret::from(self.server_static)).to_bytes()
    }
}

/// A finished handshake: what was said in it, and the transport that it made.
pub(crate) struct Noise {
    /// The handshake's protobuf messages in order, the client's first; the two ends take turns.
    pub handshake: Vec<Vec<u8>>,
    /// The line of a key log with both transport keys.
    pub transport_line: String,
    /// The line of a key log with the client's private keys.
    pub private_line: String,
    client: TransportState,
    server: TransportState,
    sent: [u32; 2],
}

/// The fields of WhatsApp's `HandshakeMessage`.
const CLIENT_HELLO: u8 = 2;
const SERVER_HELLO: u8 = 3;
const CLIENT_FINISH: u8 = 4;

impl Noise {
    /// A first login, `XX`: `-> e`, `<- e, ee, s, es`, `-> s, se`.
    pub(crate) fn xx(keys: &Keys, login: &[u8]) -> Self {
        let (mut client, mut server) = ends("Noise_XX_25519_AESGCM_SHA256", keys, false);
        let hello = exchange(&mut client, &mut server, &[]);
        let answer = exchange(&mut server, &mut client, &certificate());
        let finish = exchange(&mut client, &mut server, login);
        let handshake = vec![
            message(CLIENT_HELLO, &[(1, &hello)]),
            message(SERVER_HELLO, &[(1, &answer[..32]), (2, &answer[32..80]), (3, &answer[80..])]),
            message(CLIENT_FINISH, &[(1, &finish[..48]), (2, &finish[48..])]),
        ];
        let ephemeral = HEXLOWER.encode(&hello);
        let private_line = format!(
            "WA_NOISE_XX {ephemeral} {} {}",
            HEXLOWER.encode(&keys.client_ephemeral),
            HEXLOWER.encode(&keys.client_static)
        );
        Self::transport(handshake, &ephemeral, private_line, client, server)
    }

    fn transport(
        handshake: Vec<Vec<u8>>,
        ephemeral: &str,
        private_line: String,
        mut client: HandshakeState,
        server: HandshakeState,
    ) -> Self {
        let (outbound, inbound) = client.dangerously_get_raw_split();
        Self {
            handshake,
            transport_line: format!(
                "WA_NOISE_TRANSPORT {ephemeral} {} {}",
                HEXLOWER.encode(&outbound),
                HEXLOWER.encode(&inbound)
            ),
            private_line,
            client: client.into_transport_mode().unwrap(),
            server: server.into_transport_mode().unwrap(),
            sent: [0; 2],
        }
    }

    /// Encrypts one frame, and gives it with its counter.
    pub(crate) fn seal(&mut self, direction: Direction, plaintext: &[u8]) -> (u32, Vec<u8>) {
        let (from, to, sent) = match direction {
            Direction::Outbound => (&mut self.client, &mut self.server, &mut self.sent[0]),
            Direction::Inbound => (&mut self.server, &mut self.client, &mut self.sent[1]),
        };
        let mut sealed = vec![0; plaintext.len() + 16];
        let length = from.write_message(plaintext, &mut sealed).unwrap();
        sealed.truncate(length);
        let mut opened = vec![0; sealed.len()];
        let length = to.read_message(&sealed, &mut opened).unwrap();
        assert_eq!(&opened[..length], plaintext);
        let counter = *sent;
        *sent += 1;
        (counter, sealed)
    }
}

/// The two ends at the start of a handshake; `resumed` where the client knows the server's static key.
fn ends(pattern: &str, keys: &Keys, resumed: bool) -> (HandshakeState, HandshakeState) {
    let builder = || Builder::with_resolver(pattern.parse().unwrap(), Box::new(WhatsApp)).prologue(&HEADER).unwrap();
    let known = keys.server_static_public();
    let mut client = builder()
        .local_private_key(&keys.client_static)
        .unwrap()
        .fixed_ephemeral_key_for_testing_only(&keys.client_ephemeral);
    if resumed {
        client = client.remote_public_key(&known).unwrap();
    }
    let server = builder()
        .local_private_key(&keys.server_static)
        .unwrap()
        .fixed_ephemeral_key_for_testing_only(&keys.server_ephemeral);
    (client.build_initiator().unwrap(), server.build_responder().unwrap())
}

/// One handshake message from one end to the other, which must understand it.
fn exchange(from: &mut HandshakeState, to: &mut HandshakeState, payload: &[u8]) -> Vec<u8> {
    let mut buffer = vec![0; payload.len() + 1024];
    let length = from.write_message(payload, &mut buffer).unwrap();
    buffer.truncate(length);
    let mut read = vec![0; buffer.len()];
    let length = to.read_message(&buffer, &mut read).unwrap();
    assert_eq!(&read[..length], payload);
    buffer
}

/// A `HandshakeMessage` with one submessage of bytes fields.
fn message(kind: u8, fields: &[(u8, &[u8])]) -> Vec<u8> {
    let mut body = Vec::new();
    for (number, value) in fields {
        bytes_field(&mut body, *number, value);
    }
    let mut whole = Vec::new();
    bytes_field(&mut whole, kind, &body);
    whole
}

/// Appends a protobuf field of wire type 2.
fn bytes_field(out: &mut Vec<u8>, number: u8, value: &[u8]) {
    out.push(number << 3 | 2);
    varint(out, value.len() as u64);
    out.extend_from_slice(value);
}

fn varint(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

/// What the server says of itself, as large as a chain of two certificates, and proving nothing.
fn certificate() -> Vec<u8> {
    made_up::bytes("the server's certificate chain", 240)
}

/// The client payload of a login: the user (field 1), passive (3) and the device (18).
pub(crate) fn login(user: u64, device: u64) -> Vec<u8> {
    let mut payload = vec![1 << 3];
    varint(&mut payload, user);
    payload.extend_from_slice(&[3 << 3, 0]);
    varint(&mut payload, 18 << 3);
    varint(&mut payload, device);
    payload
}

/// The usual primitives, with WhatsApp's one departure from the Noise framework: Noise mixes every payload of
/// the handshake into its hash, WhatsApp leaves the empty one of the first message out.
struct WhatsApp;

impl CryptoResolver for WhatsApp {
    fn resolve_rng(&self) -> Option<Box<dyn Random>> {
        DefaultResolver.resolve_rng()
    }

    fn resolve_dh(&self, choice: &DHChoice) -> Option<Box<dyn Dh>> {
        DefaultResolver.resolve_dh(choice)
    }

    fn resolve_hash(&self, choice: &HashChoice) -> Option<Box<dyn Hash>> {
        let hash = DefaultResolver.resolve_hash(choice)?;
        Some(Box::new(WithoutEmptyPayloads { hash, input: Vec::new(), parts: 0 }))
    }

    fn resolve_cipher(&self, choice: &CipherChoice) -> Option<Box<dyn Cipher>> {
        DefaultResolver.resolve_cipher(choice)
    }
}

/// A hash that gives the handshake hash back where only nothing is mixed into it.
struct WithoutEmptyPayloads {
    hash: Box<dyn Hash>,
    input: Vec<u8>,
    parts: u32,
}

impl Hash for WithoutEmptyPayloads {
    fn name(&self) -> &'static str {
        self.hash.name()
    }

    fn block_len(&self) -> usize {
        self.hash.block_len()
    }

    fn hash_len(&self) -> usize {
        self.hash.hash_len()
    }

    fn reset(&mut self) {
        self.input.clear();
        self.parts = 0;
    }

    fn input(&mut self, data: &[u8]) {
        self.input.extend_from_slice(data);
        self.parts += 1;
    }

    fn result(&mut self, out: &mut [u8]) {
        if self.parts == 2 && self.input.len() == self.hash_len() {
            out[..self.input.len()].copy_from_slice(&self.input);
        } else {
            self.hash.reset();
            self.hash.input(&self.input);
            self.hash.result(out);
        }
    }
}
