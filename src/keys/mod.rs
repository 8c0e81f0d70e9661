//! Secrets from key logs, by identifier.
//!
//! A Noise session is identified by the client's ephemeral public key, which is readable in the capture. What
//! a key log says about a session is one of two things, and either suffices: the two transport keys, or the
//! client's private keys, from which the handshake gives the transport keys. A TLS session is identified by its
//! client random.
//!
//! No `Debug` of this module prints a secret.

use std::collections::BTreeMap;
use std::fmt;

mod log;
mod tls;

pub use log::{DIAGNOSES, Foreign, LogReading, MalformedLine, Reason};
pub use tls::{ClientRandom, TlsKeys, TlsLabel, TlsSecret, TlsSession, Traffic};

/// An X25519 public key.
pub type PublicKey = [u8; 32];

/// 32 secret bytes, whose `Debug` shows none of them.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret([u8; 32]);

impl Secret {
    /// The secret made of these bytes.
    #[must_use]
    pub const fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The bytes.
    #[must_use]
    pub const fn bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// The X25519 public key of this private key (RFC 7748, section 6.1).
    #[must_use]
    pub fn public(&self) -> PublicKey {
        x25519_dalek::x25519(self.0, x25519_dalek::X25519_BASEPOINT_BYTES)
    }

    /// What this private key and a public one agree on (RFC 7748, section 6.1).
    #[must_use]
    pub fn agree(&self, public: &PublicKey) -> Self {
        Self(x25519_dalek::x25519(self.0, *public))
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(..)")
    }
}

/// The AES-256-GCM keys of a session's transport, one a direction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TransportKeys {
    /// For what the client sends.
    pub client_to_server: Secret,
    /// For what the server sends.
    pub server_to_client: Secret,
}

/// The client's private keys of a session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PrivateKeys {
    /// The key pair that is made anew for each session.
    pub ephemeral: Secret,
    /// The key pair that the client stores.
    pub static_key: Secret,
    /// The server's static key as the client knew it; a resumed login (IK) begins with it.
    pub server_static: Option<PublicKey>,
}

/// What is known of one session: transport keys, private keys or both.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Session {
    /// The transport keys, if logged.
    pub transport: Option<TransportKeys>,
    /// The client's private keys, if logged.
    pub private: Option<PrivateKeys>,
}

/// A session has been given a key that differs from the one it has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("another key is known for the same session")]
pub struct Conflict;

/// All secrets that the user gave, complete before the first record is read; a capture may bring more.
#[derive(Clone, Default)]
pub struct Keys {
    sessions: BTreeMap<PublicKey, Session>,
    server_statics: Vec<PublicKey>,
    tls: TlsKeys,
}

impl Keys {
    /// No keys.
    #[must_use]
    pub const fn new() -> Self {
        Self { sessions: BTreeMap::new(), server_statics: Vec::new(), tls: TlsKeys::new() }
    }

    /// What is known of the session with this client ephemeral public key.
    #[must_use]
    pub fn session(&self, client_ephemeral: &PublicKey) -> Option<&Session> {
        self.sessions.get(client_ephemeral)
    }

    /// All sessions, by client ephemeral public key.
    pub fn sessions(&self) -> impl Iterator<Item = (&PublicKey, &Session)> {
        self.sessions.iter()
    }

    /// The sessions whose transport keys are known, for a capture that begins after the handshake.
    pub fn transports(&self) -> impl Iterator<Item = (&PublicKey, &TransportKeys)> {
        self.sessions.iter().filter_map(|(ephemeral, session)| Some((ephemeral, session.transport.as_ref()?)))
    }

    /// The servers' static public keys that are known, in the order in which they became known.
    #[must_use]
    pub fn server_statics(&self) -> &[PublicKey] {
        &self.server_statics
    }

    /// The TLS sessions of which secrets are known.
    #[must_use]
    pub const fn tls(&self) -> &TlsKeys {
        &self.tls
    }

    /// Whether no Noise session is known.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.sessions.is_empty()
    }

    /// The TLS sessions alone.
    #[must_use]
    pub fn into_tls(self) -> TlsKeys {
        self.tls
    }

    /// Adds what `other` knows of Noise sessions and this does not.
    pub fn append_noise(&mut self, other: &Self) {
        for (ephemeral, theirs) in &other.sessions {
            let ours = self.sessions.entry(*ephemeral).or_default();
            ours.transport = ours.transport.take().or_else(|| theirs.transport.clone());
            ours.private = ours.private.take().or_else(|| theirs.private.clone());
        }
        other.server_statics.iter().for_each(|key| self.add_server_static(*key));
    }

    /// Adds a server's static public key, as a handshake reveals it; resumed logins of the same server begin
    /// with it.
    pub fn add_server_static(&mut self, key: PublicKey) {
        if !self.server_statics.contains(&key) {
            self.server_statics.push(key);
        }
    }

    /// Adds a session's transport keys.
    ///
    /// # Errors
    ///
    /// The session has others, which stay.
    pub fn add_transport(&mut self, client_ephemeral: PublicKey, keys: TransportKeys) -> Result<(), Conflict> {
        let known = self.sessions.entry(client_ephemeral).or_default().transport.get_or_insert_with(|| keys.clone());
        if *known == keys { Ok(()) } else { Err(Conflict) }
    }

    /// Adds a session's private keys, under the public key of `keys.ephemeral`, and the server's static key
    /// among them.
    ///
    /// # Errors
    ///
    /// The session has others, which stay.
    pub fn add_private(&mut self, keys: PrivateKeys) -> Result<(), Conflict> {
        let session = self.sessions.entry(keys.ephemeral.public()).or_default();
        let known = session.private.get_or_insert_with(|| keys.clone());
        let server_static = known.server_static.or(keys.server_static);
        if known.static_key != keys.static_key || keys.server_static.is_some_and(|key| server_static != Some(key)) {
            return Err(Conflict);
        }
        known.server_static = server_static;
        if let Some(key) = server_static {
            self.add_server_static(key);
        }
        Ok(())
    }
}

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Keys")
            .field("sessions", &self.sessions.len())
            .field("server_statics", &self.server_statics.len())
            .field("tls", &self.tls)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn private(ephemeral: u8, static_key: u8) -> PrivateKeys {
        PrivateKeys {
            ephemeral: Secret::new([ephemeral; 32]),
            static_key: Secret::new([static_key; 32]),
            server_static: None,
        }
    }

    #[test]
    fn agrees_with_rfc_7748() {
        let mut nine = [0; 32];
        nine[0] = 9;
        let once = "422c8e7a6227d7bca1350b3e2bb7279f7897b87bb6854b783c60e80311ae3079";
        let once = data_encoding::HEXLOWER.decode(once.as_bytes()).expect("hex");
        assert_eq!(Secret::new(nine).public().as_slice(), once);
        assert_eq!(Secret::new(nine).agree(&nine).bytes().as_slice(), once);
        let (alice, bob) = (Secret::new([6; 32]), Secret::new([7; 32]));
        assert_eq!(alice.agree(&bob.public()), bob.agree(&alice.public()));
    }

    #[test]
    fn debug_shows_no_secret() {
        let mut keys = Keys::new();
        let secret = [0xab; 32];
        keys.add_private(PrivateKeys {
            ephemeral: Secret::new(secret),
            static_key: Secret::new(secret),
            server_static: Some([1; 32]),
        })
        .expect("new");
        let pair = TransportKeys { client_to_server: Secret::new(secret), server_to_client: Secret::new(secret) };
        keys.add_transport([1; 32], pair.clone()).expect("new");
        let sessions: Vec<_> = keys.sessions().collect();
        for shown in [format!("{keys:?}"), format!("{sessions:?}"), format!("{pair:#?}"), format!("{:x?}", pair)] {
            assert!(!shown.contains("ab, ") && !shown.contains("171") && !shown.contains("abab"), "{shown}");
        }
        assert_eq!(format!("{:?}", Secret::new(secret)), "Secret(..)");
    }

    #[test]
    fn a_session_gathers_what_several_lines_say() {
        let mut keys = Keys::new();
        let ephemeral = Secret::new([1; 32]).public();
        keys.add_private(private(1, 2)).expect("new");
        keys.add_private(PrivateKeys { server_static: Some([9; 32]), ..private(1, 2) }).expect("adds the server key");
        keys.add_private(private(1, 2)).expect("says less, contradicts nothing");
        let pair = TransportKeys { client_to_server: Secret::new([3; 32]), server_to_client: Secret::new([4; 32]) };
        keys.add_transport(ephemeral, pair.clone()).expect("new");
        let session = keys.session(&ephemeral).expect("known");
        assert_eq!(session.transport, Some(pair));
        assert_eq!(session.private.as_ref().and_then(|private| private.server_static), Some([9; 32]));
        assert_eq!(keys.server_statics(), [[9; 32]]);
        assert_eq!(keys.transports().count(), 1);
    }

    #[test]
    fn what_contradicts_is_refused_and_the_first_stays() {
        let mut keys = Keys::new();
        keys.add_private(private(1, 2)).expect("new");
        assert_eq!(keys.add_private(private(1, 3)), Err(Conflict));
        let pair =
            |key| TransportKeys { client_to_server: Secret::new([key; 32]), server_to_client: Secret::new([0; 32]) };
        keys.add_transport([1; 32], pair(1)).expect("new");
        keys.add_transport([1; 32], pair(1)).expect("the same");
        assert_eq!(keys.add_transport([1; 32], pair(2)), Err(Conflict));
        assert_eq!(keys.session(&[1; 32]).and_then(|session| session.transport.clone()), Some(pair(1)));
    }
}
