//! TLS secrets by the client random of their session, under the labels of NSS key logs (draft-ietf-tls-keylogfile).

use std::collections::BTreeMap;
use std::fmt;

use super::secret::{Conflict, PublicKey, TlsSecret};

/// The random value of a client hello, which is readable in the capture and identifies the session.
pub type ClientRandom = [u8; 32];

/// A session as a line of a key log names it, without any secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum SessionId {
    /// A Noise session, by the client's ephemeral public key.
    Noise(PublicKey),
    /// A TLS session, by its client random.
    Tls(ClientRandom),
}

/// The kind of secret on a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TlsLabel {
    /// `CLIENT_RANDOM`: the master secret of TLS 1.2.
    Master,
    /// `CLIENT_HANDSHAKE_TRAFFIC_SECRET`.
    ClientHandshake,
    /// `SERVER_HANDSHAKE_TRAFFIC_SECRET`.
    ServerHandshake,
    /// `CLIENT_TRAFFIC_SECRET_` followed by the generation.
    ClientTraffic(u32),
    /// `SERVER_TRAFFIC_SECRET_` followed by the generation.
    ServerTraffic(u32),
}

impl TlsLabel {
    /// Parses a label. Returns `None` if it is unknown.
    #[must_use]
    pub fn read(label: &str) -> Option<Self> {
        Some(match label {
            "CLIENT_RANDOM" => Self::Master,
            "CLIENT_HANDSHAKE_TRAFFIC_SECRET" => Self::ClientHandshake,
            "SERVER_HANDSHAKE_TRAFFIC_SECRET" => Self::ServerHandshake,
            _ => match label.strip_prefix("CLIENT_TRAFFIC_SECRET_") {
                Some(generation) => Self::ClientTraffic(generation.parse().ok()?),
                None => Self::ServerTraffic(label.strip_prefix("SERVER_TRAFFIC_SECRET_")?.parse().ok()?),
            },
        })
    }
}

/// The traffic secrets of TLS 1.3 for one direction (RFC 8446 section 7.1).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Traffic {
    /// For the handshake.
    pub handshake: Option<TlsSecret>,
    /// For application data, by generation: each key update begins the next one.
    pub application: BTreeMap<u32, TlsSecret>,
}

/// The known secrets of one TLS session.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TlsSession {
    /// The master secret of TLS 1.2.
    pub master: Option<TlsSecret>,
    /// For what the client sends in TLS 1.3.
    pub client: Traffic,
    /// For what the server sends in TLS 1.3.
    pub server: Traffic,
}

impl TlsSession {
    /// Adds a secret.
    ///
    /// # Errors
    ///
    /// Returns an error if another secret is known, which stays.
    pub fn add(&mut self, label: TlsLabel, secret: TlsSecret) -> Result<(), Conflict> {
        let known = match label {
            TlsLabel::Master => self.master.get_or_insert_with(|| secret.clone()),
            TlsLabel::ClientHandshake => self.client.handshake.get_or_insert_with(|| secret.clone()),
            TlsLabel::ServerHandshake => self.server.handshake.get_or_insert_with(|| secret.clone()),
            TlsLabel::ClientTraffic(generation) => {
                self.client.application.entry(generation).or_insert_with(|| secret.clone())
            }
            TlsLabel::ServerTraffic(generation) => {
                self.server.application.entry(generation).or_insert_with(|| secret.clone())
            }
        };
        if *known == secret { Ok(()) } else { Err(Conflict) }
    }

    /// Adds the secrets of `other` that are not known here.
    pub fn append(&mut self, other: &Self) {
        self.master = self.master.take().or_else(|| other.master.clone());
        for (ours, theirs) in [(&mut self.client, &other.client), (&mut self.server, &other.server)] {
            ours.handshake = ours.handshake.take().or_else(|| theirs.handshake.clone());
            for (generation, secret) in &theirs.application {
                ours.application.entry(*generation).or_insert_with(|| secret.clone());
            }
        }
    }
}

/// The TLS sessions with known secrets.
#[derive(Clone, Default)]
pub struct TlsKeys {
    sessions: BTreeMap<ClientRandom, Box<TlsSession>>,
}

impl TlsKeys {
    /// Creates an empty set.
    #[must_use]
    pub const fn new() -> Self {
        Self { sessions: BTreeMap::new() }
    }

    /// Returns the secrets of the session with this client random.
    #[must_use]
    pub fn session(&self, random: &ClientRandom) -> Option<&TlsSession> {
        self.sessions.get(random).map(Box::as_ref)
    }

    /// Returns the number of known sessions.
    #[must_use]
    pub fn len(&self) -> usize {
        self.sessions.len()
    }

    /// Returns whether no session is known.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.sessions.is_empty()
    }

    /// Adds a secret of a session.
    ///
    /// # Errors
    ///
    /// Returns an error if the session has another secret under the same label, which stays.
    pub fn add(&mut self, random: ClientRandom, label: TlsLabel, secret: TlsSecret) -> Result<(), Conflict> {
        self.sessions.entry(random).or_default().add(label, secret)
    }

    /// Adds the secrets of `other` that are not known here.
    pub fn append(&mut self, other: Self) {
        for (random, session) in other.sessions {
            self.sessions.entry(random).or_default().append(&session);
        }
    }
}

impl fmt::Debug for TlsKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TlsKeys").field("sessions", &self.sessions.len()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secret(byte: u8, length: usize) -> TlsSecret {
        TlsSecret::new(&vec![byte; length]).expect("of a length that exists")
    }

    #[test]
    fn labels_contain_their_generation() {
        assert_eq!(TlsLabel::read("CLIENT_TRAFFIC_SECRET_0"), Some(TlsLabel::ClientTraffic(0)));
        assert_eq!(TlsLabel::read("SERVER_TRAFFIC_SECRET_12"), Some(TlsLabel::ServerTraffic(12)));
        for other in ["SERVER_TRAFFIC_SECRET_", "CLIENT_TRAFFIC_SECRET_X", "EXPORTER_SECRET", "", "client_random"] {
            assert_eq!(TlsLabel::read(other), None, "{other}");
        }
    }

    #[test]
    fn the_first_of_two_conflicting_secrets_stays() {
        let mut keys = TlsKeys::new();
        keys.add([1; 32], TlsLabel::ClientTraffic(0), secret(2, 32)).expect("new");
        keys.add([1; 32], TlsLabel::ClientTraffic(0), secret(2, 32)).expect("the same");
        assert_eq!(keys.add([1; 32], TlsLabel::ClientTraffic(0), secret(3, 32)), Err(Conflict));
        let mut later = TlsKeys::new();
        later.add([1; 32], TlsLabel::ClientTraffic(0), secret(4, 32)).expect("new");
        later.add([1; 32], TlsLabel::ServerTraffic(1), secret(5, 32)).expect("new");
        later.add([2; 32], TlsLabel::Master, secret(6, 48)).expect("new");
        keys.append(later);
        let session = keys.session(&[1; 32]).expect("known");
        assert_eq!(session.client.application, BTreeMap::from([(0, secret(2, 32))]));
        assert_eq!(session.server.application, BTreeMap::from([(1, secret(5, 32))]));
        assert_eq!(keys.len(), 2);
    }

    #[test]
    fn debug_shows_no_secret() {
        let mut keys = TlsKeys::new();
        keys.add([1; 32], TlsLabel::Master, secret(0xab, 48)).expect("new");
        for shown in [format!("{keys:?}"), format!("{:x?}", keys.session(&[1; 32]))] {
            assert!(!shown.contains("ab, ") && !shown.contains("171"), "{shown}");
        }
    }
}
