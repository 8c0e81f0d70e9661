//! Both ends of WhatsApp's Noise handshake and transport, by the `snow` crate with fixed keys.

use data_encoding::HEXLOWER;
use ringtrace::origin::Direction;
use snow::params::NoiseParams;
use snow::{Builder, HandshakeState, StatelessTransportState};
use x25519_dalek::{PublicKey, StaticSecret};

use super::handshake_hash::WhatsApp;
use super::made_up;
use super::protobuf::{CLIENT_FINISH, CLIENT_HELLO, SERVER_HELLO, handshake};

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

    /// The line of a key log with the client's private keys, and the server's static key where the client knew it.
    fn line(&self, known_server: Option<&[u8; 32]>) -> String {
        let ephemeral = HEXLOWER.encode(&public(&self.client_ephemeral));
        let private = format!("{} {}", HEXLOWER.encode(&self.client_ephemeral), HEXLOWER.encode(&self.client_static));
        match known_server {
            None => format!("WA_NOISE_XX {ephemeral} {private}"),
            Some(server) => format!("WA_NOISE_IK {ephemeral} {private} {}", HEXLOWER.encode(server)),
        }
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
    client: StatelessTransportState,
    server: StatelessTransportState,
    /// Frames sent, by direction.
    sent: [u32; 2],
}

impl Noise {
    /// A first login: `-> e`, `<- e, ee, s, es`, `-> s, se`.
    pub(crate) fn xx(keys: &Keys, login: &[u8]) -> Self {
        let (mut client, mut server) = ends("Noise_XX_25519_AESGCM_SHA256", keys, None);
        let hello = exchange(&mut client, &mut server, &[]);
        let hello = handshake(CLIENT_HELLO, &[(1, &hello)]);
        Self::answered(hello, client, server, keys, None, login)
    }

    /// A login by a client that knows the server: `-> e, es, s, ss`, `<- e, ee, se`.
    pub(crate) fn ik(keys: &Keys, login: &[u8]) -> Self {
        let known = public(&keys.server_static);
        let (mut client, mut server) = ends("Noise_IK_25519_AESGCM_SHA256", keys, Some(&known));
        let hello = exchange(&mut client, &mut server, login);
        let answer = exchange(&mut server, &mut client, &certificate());
        let handshake = vec![
            handshake(CLIENT_HELLO, &[(1, &hello[..32]), (2, &hello[32..80]), (3, &hello[80..])]),
            handshake(SERVER_HELLO, &[(1, &answer[..32]), (3, &answer[32..])]),
        ];
        Self::transport(handshake, client, server, keys, Some(&known))
    }

    /// A login by a client that knew the server by another key: the server cannot read the hello of an `IK`
    /// handshake, takes only the ephemeral key from it, and goes on as in `XX`.
    pub(crate) fn xx_fallback(keys: &Keys, login: &[u8]) -> Self {
        let outdated = public(&made_up::array("the server's static key of last year"));
        let (mut resuming, _) = ends("Noise_IK_25519_AESGCM_SHA256", keys, Some(&outdated));
        let mut hello = vec![0; 1024];
        let length = resuming.write_message(login, &mut hello).unwrap();
        let hello = handshake(CLIENT_HELLO, &[(1, &hello[..32]), (2, &hello[32..80]), (3, &hello[80..length])]);

        let (mut client, mut server) = ends("Noise_XXfallback_25519_AESGCM_SHA256", keys, None);
        exchange(&mut client, &mut server, &[]);
        Self::answered(hello, client, server, keys, Some(&outdated), login)
    }

    /// The rest of an `XX` handshake after its first message.
    fn answered(
        hello: Vec<u8>,
        mut client: HandshakeState,
        mut server: HandshakeState,
        keys: &Keys,
        known_server: Option<&[u8; 32]>,
        login: &[u8],
    ) -> Self {
        let answer = exchange(&mut server, &mut client, &certificate());
        let finish = exchange(&mut client, &mut server, login);
        let handshake = vec![
            hello,
            handshake(SERVER_HELLO, &[(1, &answer[..32]), (2, &answer[32..80]), (3, &answer[80..])]),
            handshake(CLIENT_FINISH, &[(1, &finish[..48]), (2, &finish[48..])]),
        ];
        Self::transport(handshake, client, server, keys, known_server)
    }

    fn transport(
        handshake: Vec<Vec<u8>>,
        mut client: HandshakeState,
        server: HandshakeState,
        keys: &Keys,
        known_server: Option<&[u8; 32]>,
    ) -> Self {
        let (outbound, inbound) = client.dangerously_get_raw_split();
        let words = [public(&keys.client_ephemeral), outbound, inbound].map(|key| HEXLOWER.encode(&key));
        Self {
            handshake,
            transport_line: format!("WA_NOISE_TRANSPORT {}", words.join(" ")),
            private_line: keys.line(known_server),
            client: client.into_stateless_transport_mode().unwrap(),
            server: server.into_stateless_transport_mode().unwrap(),
            sent: [0; 2],
        }
    }

    /// Encrypts the next frame of a direction, and gives it with its counter. The other end must understand it.
    pub(crate) fn seal(&mut self, direction: Direction, plaintext: &[u8]) -> (u32, Vec<u8>) {
        let sealed = self.preview(direction, plaintext);
        let to = if direction == Direction::Outbound { &self.server } else { &self.client };
        let counter = self.sent[direction as usize];
        let mut opened = vec![0; sealed.len()];
        let length = to.read_message(counter.into(), &sealed, &mut opened).unwrap();
        assert_eq!(&opened[..length], plaintext);
        self.sent[direction as usize] += 1;
        (counter, sealed)
    }

    /// What the next frame of a direction would be.
    pub(crate) fn preview(&self, direction: Direction, plaintext: &[u8]) -> Vec<u8> {
        let from = if direction == Direction::Outbound { &self.client } else { &self.server };
        let mut sealed = vec![0; plaintext.len() + 16];
        let length = from.write_message(self.sent[direction as usize].into(), plaintext, &mut sealed).unwrap();
        assert_eq!(length, sealed.len());
        sealed
    }
}

/// The two ends at the start of a handshake, given the server's static key where the client knows one. A fallback
/// has the messages of its base pattern: only the name that is hashed differs.
fn ends(pattern: &str, keys: &Keys, known_server: Option<&[u8; 32]>) -> (HandshakeState, HandshakeState) {
    let mut parameters: NoiseParams = pattern.replace("fallback", "").parse().unwrap();
    parameters.name = pattern.to_owned();
    let builder = || Builder::with_resolver(parameters.clone(), Box::new(WhatsApp)).prologue(&HEADER).unwrap();
    let mut client = builder().fixed_ephemeral_key_for_testing_only(&keys.client_ephemeral);
    if let Some(known) = known_server {
        client = client.remote_public_key(known).unwrap();
    }
    let server = builder().fixed_ephemeral_key_for_testing_only(&keys.server_ephemeral);
    (
        client.local_private_key(&keys.client_static).unwrap().build_initiator().unwrap(),
        server.local_private_key(&keys.server_static).unwrap().build_responder().unwrap(),
    )
}

/// One handshake message from one end to the other, which must understand it.
fn exchange(from: &mut HandshakeState, to: &mut HandshakeState, payload: &[u8]) -> Vec<u8> {
    let mut message = vec![0; payload.len() + 1024];
    let length = from.write_message(payload, &mut message).unwrap();
    message.truncate(length);
    let mut read = vec![0; message.len()];
    let length = to.read_message(&message, &mut read).unwrap();
    assert_eq!(&read[..length], payload);
    message
}

/// What the server says of itself, as large as a chain of two certificates, and proving nothing.
fn certificate() -> Vec<u8> {
    made_up::bytes("the server's certificate chain", 240)
}

fn public(private: &[u8; 32]) -> [u8; 32] {
    PublicKey::from(&StaticSecret::from(*private)).to_bytes()
}
