//! All secrets of a run, by session.

use std::collections::BTreeMap;
use std::fmt;

use super::secret::{Conflict, PublicKey, Secret};
use super::tls::TlsKeys;

/// The AES-256-GCM transport keys of a session, one per direction.
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
    /// The key of the pair that the client generates for each session.
    pub ephemeral: Secret,
    /// The key of the pair that the client stores.
    pub static_key: Secret,
    /// The server's static key as the client knew it, which a resumed login (IK) begins with.
    pub server_static: Option<PublicKey>,
}

/// The known keys of one session: transport keys, private keys or both.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Session {
    /// The transport keys, if logged.
    pub transport: Option<TransportKeys>,
    /// The client's private keys, if logged.
    pub private: Option<PrivateKeys>,
}

/// All secrets given by the user. They are complete before the first record is read, but a capture may contain more.
#[derive(Clone, Default)]
pub struct Keys {
    sessions: BTreeMap<PublicKey, Session>,
    server_statics: Vec<PublicKey>,
    pub(super) tls: TlsKeys,
}

impl Keys {
    /// Creates an empty set.
    #[must_use]
    pub const fn new() -> Self {
        Self { sessions: BTreeMap::new(), server_statics: Vec::new(), tls: TlsKeys::new() }
    }

    /// Returns the keys of the session with this client ephemeral public key.
    #[must_use]
    pub fn session(&self, client_ephemeral: &PublicKey) -> Option<&Session> {
        self.sessions.get(client_ephemeral)
    }

    /// Returns all sessions by client ephemeral public key.
    pub fn sessions(&self) -> impl Iterator<Item = (&PublicKey, &Session)> {
        self.sessions.iter()
    }

    /// Returns the sessions with known transport keys, for captures that begin after the handshake.
    pub fn transports(&self) -> impl Iterator<Item = (&PublicKey, &TransportKeys)> {
        self.sessions.iter().filter_map(|(ephemeral, session)| Some((ephemeral, session.transport.as_ref()?)))
    }

    /// Returns the known static public keys of servers, in the order in which they were added.
    #[must_use]
    pub fn server_statics(&self) -> &[PublicKey] {
        &self.server_statics
    }

    /// Returns the TLS sessions with known secrets.
    #[must_use]
    pub const fn tls(&self) -> &TlsKeys {
        &self.tls
    }

    /// Returns whether no Noise session is known.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.sessions.is_empty()
    }

    /// Returns the TLS sessions, and drops the rest.
    #[must_use]
    pub fn into_tls(self) -> TlsKeys {
        self.tls
    }

    /// Adds the Noise keys of `other` that are not known here.
    pub fn append_noise(&mut self, other: &Self) {
        for (ephemeral, theirs) in &other.sessions {
            let ours = self.sessions.entry(*ephemeral).or_default();
            ours.transport = ours.transport.take().or_else(|| theirs.transport.clone());
            ours.private = ours.private.take().or_else(|| theirs.private.clone());
        }
        other.server_statics.iter().for_each(|key| self.add_server_static(*key));
    }

    /// Adds a server's static public key, as revealed by a handshake. Resumed logins to the same server begin with it.
    pub fn add_server_static(&mut self, key: PublicKey) {
        if !self.server_statics.contains(&key) {
            self.server_statics.push(key);
        }
    }

    /// Adds a session's transport keys.
    ///
    /// # Errors
    ///
    /// Returns an error if the session has other keys, which stay.
    pub fn add_transport(&mut self, client_ephemeral: PublicKey, keys: TransportKeys) -> Result<(), Conflict> {
        let known = self.sessions.entry(client_ephemeral).or_default().transport.get_or_insert_with(|| keys.clone());
        if *known == keys { Ok(()) } else { Err(Conflict) }
    }

    /// Adds a session's private keys under the public key of `keys.ephemeral`, and the server's static key if it is among
    /// them.
    ///
    /// # Errors
    ///
    /// Returns an error if the session has other keys, which stay.
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
    fn a_session_combines_the_keys_of_several_lines() {
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
    fn a_conflicting_key_is_refused_and_the_first_stays() {
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
