//! A WhatsApp client and server, written after the Noise specification and apart from the decoder: HMAC instead
//! of an HKDF, and tokens in the order of the patterns.

use data_encoding::HEXLOWER;
use ring::{digest, hmac};

use super::super::cipher::Cipher;
use super::super::messages::tests::{field, number};
use super::*;
use crate::keys::Secret;

pub(super) const PROLOGUE: [u8; 4] = *b"WA\x06\x03";

/// A session's key pairs, each made of one byte.
pub(super) struct Parties {
    pub(super) client_ephemeral: Secret,
    pub(super) client_static: Secret,
    pub(super) server_ephemeral: Secret,
    pub(super) server_static: Secret,
}

impl Parties {
    pub(super) fn new(seed: u8) -> Self {
        Self {
            client_ephemeral: Secret::new([seed; 32]),
            client_static: Secret::new([101; 32]),
            server_ephemeral: Secret::new([seed ^ 0x80; 32]),
            server_static: Secret::new([103; 32]),
        }
    }

    pub(super) fn xx_line(&self) -> String {
        let keys = [self.client_ephemeral.public(), *self.client_ephemeral.bytes(), *self.client_static.bytes()];
        line("WA_NOISE_XX", &keys)
    }

    pub(super) fn ik_line(&self) -> String {
        self.xx_line().replace("_XX", "_IK") + " " + &HEXLOWER.encode(&self.server_static.public())
    }
}

pub(super) fn line(label: &str, keys: &[[u8; 32]]) -> String {
    keys.iter().fold(label.to_owned(), |line, key| line + " " + &HEXLOWER.encode(key))
}

/// Noise's symmetric state, on the sending side.
struct State {
    chaining: Vec<u8>,
    hash: Vec<u8>,
    key: [u8; 32],
    counter: u32,
}

fn mac(key: &[u8], parts: &[&[u8]]) -> Vec<u8> {
    hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), &parts.concat()).as_ref().to_vec()
}

fn two_keys(chaining: &[u8], input: &[u8]) -> ([u8; 32], [u8; 32]) {
    let temporary = mac(chaining, &[input]);
    let first = mac(&temporary, &[&[1]]);
    let second = mac(&temporary, &[&first, &[2]]);
    (first.try_into().expect("32"), second.try_into().expect("32"))
}

impl State {
    fn new(name: &[u8]) -> Self {
        let hash = if name.len() > 32 {
            digest::digest(&digest::SHA256, name).as_ref().to_vec()
        } else {
            [name, &vec![0; 32 - name.len()]].concat()
        };
        let mut state = Self { chaining: hash.clone(), hash, key: [0; 32], counter: 0 };
        state.mix_hash(&PROLOGUE);
        state
    }

    fn mix_hash(&mut self, data: &[u8]) {
        self.hash = digest::digest(&digest::SHA256, &[&self.hash, data].concat()).as_ref().to_vec();
    }

    fn mix_key(&mut self, ours: &Secret, theirs: &Secret) {
        let (chaining, key) = two_keys(&self.chaining, ours.agree(&theirs.public()).bytes());
        (self.chaining, self.key, self.counter) = (chaining.to_vec(), key, 0);
    }

    fn seal(&mut self, plain: &[u8]) -> Vec<u8> {
        let sealed = Cipher::new(&Secret::new(self.key)).expect("32 bytes").seal(self.counter, &self.hash, plain);
        self.counter += 1;
        self.mix_hash(&sealed);
        sealed
    }
}

/// A session after its handshake.
pub(super) struct Peer {
    /// The handshake's messages.
    pub(super) handshake: Vec<Sent>,
    pub(super) client_to_server: [u8; 32],
    pub(super) server_to_client: [u8; 32],
    pub(super) client_ephemeral: PublicKey,
    counters: [u32; 2],
}

impl Peer {
    pub(super) fn xx(parties: &Parties) -> Self {
        let hello = field(2, &field(1, &parties.client_ephemeral.public()));
        Self::answered_as_xx(parties, b"Noise_XX_25519_AESGCM_SHA256", &hello)
    }

    /// A hello of IK made for another server, which is answered as XX.
    pub(super) fn xx_fallback(parties: &Parties, stale_server: &Secret) -> Self {
        let (_, hello) = ik_hello(parties, stale_server);
        Self::answered_as_xx(parties, b"Noise_XXfallback_25519_AESGCM_SHA256", &hello)
    }

    fn answered_as_xx(parties: &Parties, name: &[u8], client_hello: &[u8]) -> Self {
        let Parties { client_ephemeral, client_static, server_ephemeral, server_static } = parties;
        let mut state = State::new(name);
        state.mix_hash(&client_ephemeral.public());
        state.mix_hash(&server_ephemeral.public());
        state.mix_key(client_ephemeral, server_ephemeral);
        let sealed_static = state.seal(&server_static.public());
        state.mix_key(client_ephemeral, server_static);
        let certificate = state.seal(&[7; 90]);
        let server_hello = [field(1, &server_ephemeral.public()), field(2, &sealed_static), field(3, &certificate)];
        let sealed_static = state.seal(&client_static.public());
        state.mix_key(client_static, server_ephemeral);
        let payload = state.seal(&payload());
        let finish = field(4, &[field(1, &sealed_static), field(2, &payload)].concat());
        let handshake = vec![
            (Direction::Outbound, [PROLOGUE.to_vec(), framed(client_hello)].concat()),
            (Direction::Inbound, framed(&field(3, &server_hello.concat()))),
            (Direction::Outbound, framed(&finish)),
        ];
        Self::after(handshake, &state, parties)
    }

    pub(super) fn ik(parties: &Parties) -> Self {
        let Parties { client_ephemeral, client_static, server_ephemeral, server_static } = parties;
        let (mut state, hello) = ik_hello(parties, server_static);
        state.mix_hash(&server_ephemeral.public());
        state.mix_key(client_ephemeral, server_ephemeral);
        state.mix_key(client_static, server_ephemeral);
        let payload = state.seal(&[7; 90]);
        let server_hello = [field(1, &server_ephemeral.public()), field(3, &payload)].concat();
        let handshake = vec![
            (Direction::Outbound, [PROLOGUE.to_vec(), framed(&hello)].concat()),
            (Direction::Inbound, framed(&field(3, &server_hello))),
        ];
        Self::after(handshake, &state, parties)
    }

    fn after(handshake: Vec<Sent>, state: &State, parties: &Parties) -> Self {
        let (client_to_server, server_to_client) = two_keys(&state.chaining, &[]);
        let client_ephemeral = parties.client_ephemeral.public();
        Self { handshake, client_to_server, server_to_client, client_ephemeral, counters: [0; 2] }
    }

    pub(super) fn transport_line(&self) -> String {
        line("WA_NOISE_TRANSPORT", &[self.client_ephemeral, self.client_to_server, self.server_to_client])
    }

    /// The next frame of a direction, with its length prefix.
    pub(super) fn seal(&mut self, direction: Direction, plain: &[u8]) -> Vec<u8> {
        let [outbound, inbound] = &mut self.counters;
        let (key, counter) = match direction {
            Direction::Outbound => (self.client_to_server, outbound),
            Direction::Inbound => (self.server_to_client, inbound),
        };
        let sealed = Cipher::new(&Secret::new(key)).expect("32 bytes").seal(*counter, &[], plain);
        *counter += 1;
        framed(&sealed)
    }

    /// As [`Self::seal`], as a message.
    pub(super) fn send(&mut self, direction: Direction, plain: &[u8]) -> Sent {
        (direction, self.seal(direction, plain))
    }

    /// Lets frames pass that are not recorded.
    pub(super) fn advance(&mut self, direction: Direction, count: u32) {
        let [outbound, inbound] = &mut self.counters;
        *(if direction == Direction::Outbound { outbound } else { inbound }) += count;
    }

    /// A conversation of `turns` in each direction; plaintexts are `0 i` from the client and `1 i` from the server.
    pub(super) fn talk(&mut self, turns: u8) -> Vec<Sent> {
        let turn = |i: u8| [(Direction::Inbound, 1, i), (Direction::Outbound, 0, i)];
        (0..turns).flat_map(turn).map(|(direction, who, i)| self.send(direction, &[who, i, 0xf8, 1, 2, 3])).collect()
    }
}

/// Who logs in.
pub(super) const LOGIN: Login = Login { user: 10_000_000_001, device: 7 };

/// What a client says of itself.
fn payload() -> Vec<u8> {
    [number(1, LOGIN.user), number(3, 0), field(5, &[8, 14]), number(18, LOGIN.device.into())].concat()
}

/// `-> e, es, s, ss`.
fn ik_hello(parties: &Parties, server_static: &Secret) -> (State, Vec<u8>) {
    let Parties { client_ephemeral, client_static, .. } = parties;
    let mut state = State::new(b"Noise_IK_25519_AESGCM_SHA256");
    state.mix_hash(&server_static.public());
    state.mix_hash(&client_ephemeral.public());
    state.mix_key(client_ephemeral, server_static);
    let sealed_static = state.seal(&client_static.public());
    state.mix_key(client_static, server_static);
    let payload = state.seal(&payload());
    let parts = [field(1, &client_ephemeral.public()), field(2, &sealed_static), field(3, &payload)];
    (state, field(2, &parts.concat()))
}

/// The plaintexts of [`Peer::talk`] of one direction.
pub(super) fn talked(direction: Direction, turns: impl IntoIterator<Item = u8>) -> Vec<Vec<u8>> {
    let who = u8::from(direction == Direction::Inbound);
    turns.into_iter().map(|i| vec![who, i, 0xf8, 1, 2, 3]).collect()
}
