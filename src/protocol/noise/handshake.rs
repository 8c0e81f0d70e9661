//! The handshake: derives the transport keys from the client's private keys and the captured messages, for the patterns
//! XX, IK and XXfallback of the Noise protocol framework (sections 5, 7.5 and 10) as WhatsApp uses them.
//!
//! Unlike in Noise, the client hello of XX is mixed in as its ephemeral key alone, without the empty payload after it.

use ring::digest;
use ring::hkdf;

use super::cipher::Cipher;
use super::messages::{ClientFinish, ClientHello, Login, ServerHello};
use crate::keys::{PrivateKeys, PublicKey, Secret, TransportKeys};

/// The pattern of a handshake.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Pattern {
    /// Three messages: a first login.
    Xx,
    /// Two messages: a resumed login.
    Ik,
    /// A resumed login that the server answered as a first one.
    XxFallback,
}

impl Pattern {
    /// Returns the name of the pattern, as Noise spells it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Xx => "XX",
            Self::Ik => "IK",
            Self::XxFallback => "XXfallback",
        }
    }

    /// Returns the protocol name, with which the handshake's hash begins.
    const fn protocol(self) -> &'static [u8] {
        match self {
            Self::Xx => b"Noise_XX_25519_AESGCM_SHA256",
            Self::Ik => b"Noise_IK_25519_AESGCM_SHA256",
            Self::XxFallback => b"Noise_XXfallback_25519_AESGCM_SHA256",
        }
    }
}

/// Why private keys did not lead to transport keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Failure {
    /// Part of the handshake failed authentication, or contradicts the keys.
    WrongKey(&'static str),
    /// A resumed login needs the server's static key, and none of the known ones fits.
    NeedsServerStatic,
}

/// The symmetric state of Noise (section 5.2).
struct Symmetric {
    chaining: [u8; 32],
    hash: [u8; 32],
    cipher: Option<Cipher>,
    counter: u32,
}

impl Symmetric {
    /// Begins with the protocol name: padded with zeros up to 32 bytes, or hashed if it is longer.
    fn new(pattern: Pattern, prologue: &[u8]) -> Self {
        let name = pattern.protocol();
        let mut hash = [0; 32];
        match hash.get_mut(..name.len()) {
            Some(start) => start.copy_from_slice(name),
            None => hash = sha256(&[name]),
        }
        let mut state = Self { chaining: hash, hash, cipher: None, counter: 0 };
        state.mix_hash(prologue);
        state
    }

    fn mix_hash(&mut self, data: &[u8]) {
        self.hash = sha256(&[&self.hash, data]);
    }

    fn mix_key(&mut self, secret: &Secret) -> Option<()> {
        let (chaining, key) = expand(&self.chaining, secret.bytes())?;
        self.chaining = *chaining.bytes();
        self.cipher = Some(Cipher::new(&key)?);
        self.counter = 0;
        Some(())
    }

    /// Decrypts one field, and mixes it in.
    fn open(&mut self, sealed: &[u8]) -> Option<Vec<u8>> {
        let mut plain = Vec::new();
        if !self.cipher.as_ref()?.open(self.counter, &self.hash, sealed, &mut plain) {
            return None;
        }
        self.counter += 1;
        self.mix_hash(sealed);
        Some(plain)
    }

    fn open_key(&mut self, sealed: &[u8]) -> Option<PublicKey> {
        self.open(sealed)?.try_into().ok()
    }

    /// Decrypts a payload, which is empty if it is absent.
    fn open_payload(&mut self, sealed: Option<&[u8]>) -> Option<Vec<u8>> {
        sealed.map_or_else(|| Some(Vec::new()), |sealed| self.open(sealed))
    }

    fn split(&self) -> Option<TransportKeys> {
        let (client_to_server, server_to_client) = expand(&self.chaining, &[])?;
        Some(TransportKeys { client_to_server, server_to_client })
    }
}

fn sha256(parts: &[&[u8]]) -> [u8; 32] {
    let mut context = digest::Context::new(&digest::SHA256);
    for part in parts {
        context.update(part);
    }
    let mut hash = [0; 32];
    hash.copy_from_slice(context.finish().as_ref());
    hash
}

/// HKDF of Noise with two outputs (section 4.3), which is that of RFC 5869 with an empty info.
fn expand(chaining: &[u8; 32], input: &[u8]) -> Option<(Secret, Secret)> {
    struct TwoKeys;
    impl hkdf::KeyType for TwoKeys {
        fn len(&self) -> usize {
            64
        }
    }
    let mut output = [0; 64];
    let key = hkdf::Salt::new(hkdf::HKDF_SHA256, chaining).extract(input);
    key.expand(&[], TwoKeys).ok()?.fill(&mut output).ok()?;
    let (first, rest) = output.split_first_chunk::<32>()?;
    let second = rest.first_chunk::<32>()?;
    Some((Secret::new(*first), Secret::new(*second)))
}

/// A handshake after its client hello.
pub(super) struct Handshake {
    prologue: [u8; 4],
    ephemeral: PublicKey,
    /// The encrypted static key and payload of an IK hello.
    resumed: Option<(Vec<u8>, Option<Vec<u8>>)>,
    pattern: Pattern,
    server_static: Option<PublicKey>,
    /// After a server hello of XX or XXfallback, the state that the client finish continues, and the server's ephemeral
    /// key.
    unfinished: Option<(Symmetric, PublicKey)>,
    login: Option<Login>,
}

impl Handshake {
    /// Begins a handshake with its client hello.
    pub(super) fn new(prologue: [u8; 4], hello: &ClientHello<'_>) -> Self {
        let resumed = hello.static_key.map(|sealed| (sealed.to_vec(), hello.payload.map(<[u8]>::to_vec)));
        let pattern = if resumed.is_some() { Pattern::Ik } else { Pattern::Xx };
        Self {
            prologue,
            ephemeral: *hello.ephemeral,
            resumed,
            pattern,
            server_static: None,
            unfinished: None,
            login: None,
        }
    }

    /// Returns the pattern, as far as the messages show.
    pub(super) const fn pattern(&self) -> Pattern {
        self.pattern
    }

    /// Returns the client's ephemeral public key.
    pub(super) const fn ephemeral(&self) -> PublicKey {
        self.ephemeral
    }

    /// Returns the server's static public key, once a server hello proved it.
    pub(super) const fn server_static(&self) -> Option<PublicKey> {
        self.server_static
    }

    /// Returns the device that logs in, once the client's payload was decrypted.
    pub(super) const fn login(&self) -> Option<Login> {
        self.login
    }

    /// Updates the pattern from a server hello.
    pub(super) const fn see_server_hello(&mut self, hello: &ServerHello<'_>) {
        if hello.static_key.is_some() && matches!(self.pattern, Pattern::Ik) {
            self.pattern = Pattern::XxFallback;
        }
    }

    /// Derives the transport keys, which the server hello determines; in XX, [`Self::client_finish`] confirms them.
    pub(super) fn server_hello(
        &mut self,
        hello: &ServerHello<'_>,
        private: &PrivateKeys,
        statics: &[PublicKey],
    ) -> Result<TransportKeys, Failure> {
        match hello.static_key {
            Some(sealed) => self.xx_server_hello(hello, sealed, private),
            None => self.ik_server_hello(hello, private, statics),
        }
    }

    /// `<- e, ee, s, es`, and `se` of the client finish.
    fn xx_server_hello(
        &mut self,
        hello: &ServerHello<'_>,
        sealed: &[u8],
        private: &PrivateKeys,
    ) -> Result<TransportKeys, Failure> {
        const NO_KEY: Failure = Failure::WrongKey("the key schedule");
        let mut state = Symmetric::new(self.pattern, &self.prologue);
        state.mix_hash(&self.ephemeral);
        state.mix_hash(hello.ephemeral);
        state.mix_key(&private.ephemeral.agree(hello.ephemeral)).ok_or(NO_KEY)?;
        let server_static = state.open_key(sealed).ok_or(Failure::WrongKey(
            "the server hello's static key did not authenticate with the client's ephemeral private key",
        ))?;
        state.mix_key(&private.ephemeral.agree(&server_static)).ok_or(NO_KEY)?;
        state
            .open_payload(hello.payload)
            .ok_or(Failure::WrongKey("the server hello's payload did not authenticate"))?;
        self.server_static = Some(server_static);
        let se = private.static_key.agree(hello.ephemeral);
        let (chaining, _) = expand(&state.chaining, se.bytes()).ok_or(NO_KEY)?;
        let (client_to_server, server_to_client) = expand(chaining.bytes(), &[]).ok_or(NO_KEY)?;
        self.unfinished = Some((state, *hello.ephemeral));
        Ok(TransportKeys { client_to_server, server_to_client })
    }

    /// Checks in `-> s, se` that the static private key is the one that the client used.
    pub(super) fn client_finish(&mut self, finish: &ClientFinish<'_>, private: &PrivateKeys) -> Result<(), Failure> {
        let Some((mut state, server_ephemeral)) = self.unfinished.take() else { return Ok(()) };
        let client_static = state
            .open_key(finish.static_key)
            .ok_or(Failure::WrongKey("the client finish's static key did not authenticate"))?;
        if client_static != private.static_key.public() {
            return Err(Failure::WrongKey("the client finish names another static key than the key log's"));
        }
        let payload = state
            .mix_key(&private.static_key.agree(&server_ephemeral))
            .and_then(|()| state.open_payload(finish.payload))
            .ok_or(Failure::WrongKey("the client finish's payload did not authenticate"))?;
        self.login = Login::read(&payload);
        Ok(())
    }

    /// `-> e, es, s, ss` with the server's static key that fits, then `<- e, ee, se`.
    fn ik_server_hello(
        &mut self,
        hello: &ServerHello<'_>,
        private: &PrivateKeys,
        statics: &[PublicKey],
    ) -> Result<TransportKeys, Failure> {
        let Some((sealed, payload)) = &self.resumed else {
            return Err(Failure::WrongKey("the server hello lacks the static key that XX has"));
        };
        let candidates = private.server_static.iter().chain(statics);
        let Some((mut state, client_static, server_static)) = candidates.into_iter().find_map(|server_static| {
            let mut state = Symmetric::new(Pattern::Ik, &self.prologue);
            state.mix_hash(server_static);
            state.mix_hash(&self.ephemeral);
            state.mix_key(&private.ephemeral.agree(server_static))?;
            let client_static = state.open_key(sealed)?;
            Some((state, client_static, *server_static))
        }) else {
            return Err(if private.server_static.is_some() {
                Failure::WrongKey(
                    "the client hello's static key did not authenticate with the key log's server static key",
                )
            } else {
                Failure::NeedsServerStatic
            });
        };
        self.server_static = Some(server_static);
        if client_static != private.static_key.public() {
            return Err(Failure::WrongKey("the client hello names another static key than the key log's"));
        }
        let payload = state
            .mix_key(&private.static_key.agree(&server_static))
            .and_then(|()| state.open_payload(payload.as_deref()))
            .ok_or(Failure::WrongKey("the client hello's payload did not authenticate"))?;
        self.login = Login::read(&payload);
        state.mix_hash(hello.ephemeral);
        state
            .mix_key(&private.ephemeral.agree(hello.ephemeral))
            .and_then(|()| state.mix_key(&private.static_key.agree(hello.ephemeral)))
            .and_then(|()| state.open_payload(hello.payload))
            .and_then(|_| state.split())
            .ok_or(Failure::WrongKey("the server hello's payload did not authenticate"))
    }
}
