//! The decoder of one connection.

use super::negotiation::{Negotiation, Outcome};
use super::session::{Session, State};
use crate::keys::{ClientRandom, TlsSession};
use crate::origin::{Direction, Located};
use crate::protocol::tcp::{Chunk, ChunkSink};

/// Decrypts TLS on one connection.
pub struct Decoder {
    stage: Stage,
    server_name: Option<Box<str>>,
    client: Option<(Direction, ClientRandom)>,
    had_secrets: bool,
}

enum Stage {
    /// The hellos are read, and secrets are awaited.
    Negotiation(Box<Negotiation>),
    /// Records are decrypted.
    Open(Box<Session>),
    /// Nothing can be decrypted, for a reason that was reported.
    Closed(State),
}

impl Default for Decoder {
    fn default() -> Self {
        Self::new()
    }
}

impl Decoder {
    /// Creates a decoder for one connection.
    #[must_use]
    pub fn new() -> Self {
        Self { stage: Stage::Negotiation(Box::default()), server_name: None, client: None, had_secrets: false }
    }

    /// Takes the next chunk of either direction, in capture order.
    ///
    /// `out` receives the plaintext of application data. Its origin has the capture records of its TLS record, the offset in
    /// the direction's plaintext, and the direction of the TCP layer. Lost plaintext becomes a gap. Anomalies are those of
    /// [`DIAGNOSES`](super::DIAGNOSES).
    pub fn push(&mut self, chunk: Located<Chunk<'_>>, out: &mut impl ChunkSink) {
        match &mut self.stage {
            Stage::Closed(_) => {}
            Stage::Open(session) => session.push(chunk, out),
            Stage::Negotiation(negotiation) => {
                let outcome = negotiation.push(chunk);
                self.follow(outcome, out);
            }
        }
    }

    /// Returns the client random that identifies the secrets, while the connection waits for them.
    #[must_use]
    pub fn wants_keys(&self) -> Option<&ClientRandom> {
        match &self.stage {
            Stage::Negotiation(negotiation) => negotiation.wants(),
            Stage::Open(_) | Stage::Closed(_) => None,
        }
    }

    /// Adds secrets of the session, possibly in several parts. Once they suffice, the kept chunks are decrypted.
    pub fn unlock(&mut self, secrets: &TlsSession, out: &mut impl ChunkSink) {
        if let Stage::Negotiation(negotiation) = &mut self.stage {
            let outcome = negotiation.unlock(secrets);
            self.follow(outcome, out);
        }
    }

    /// Continues without further secrets.
    pub fn settle(&mut self, out: &mut impl ChunkSink) {
        if let Stage::Negotiation(negotiation) = &mut self.stage {
            let outcome = negotiation.settle();
            self.follow(outcome, out);
        }
    }

    /// Ends the connection, and reports what is incomplete.
    pub fn finish(&mut self, out: &mut impl ChunkSink) {
        if let Stage::Negotiation(negotiation) = &mut self.stage {
            let outcome = negotiation.finish();
            self.follow(outcome, out);
        }
        if let Stage::Open(session) = &mut self.stage {
            session.finish(out);
        }
    }

    /// Returns how far the connection could be decrypted so far.
    #[must_use]
    pub fn state(&self) -> State {
        match &self.stage {
            Stage::Negotiation(_) => State::Undecided,
            Stage::Open(session) => session.state(),
            Stage::Closed(state) => *state,
        }
    }

    /// Returns the host name that the client requested. Untrusted text.
    #[must_use]
    pub fn server_name(&self) -> Option<&str> {
        self.server_name.as_deref()
    }

    /// Returns whether the client hello was seen.
    #[must_use]
    pub const fn has_client_hello(&self) -> bool {
        self.client.is_some()
    }

    /// Returns the client random, which identifies the session in a key log, if the client hello was seen.
    #[must_use]
    pub fn client_random(&self) -> Option<ClientRandom> {
        self.client.map(|(_, random)| random)
    }

    /// Returns whether the TCP layer has client and server swapped.
    #[must_use]
    pub fn is_reversed(&self) -> bool {
        self.client.is_some_and(|(direction, _)| direction == Direction::Inbound)
    }

    /// Returns whether secrets of the session were given, sufficient or not.
    #[must_use]
    pub const fn had_secrets(&self) -> bool {
        self.had_secrets
    }

    /// Returns the negotiated application protocol (RFC 7301), if it was seen. Untrusted text.
    #[must_use]
    pub fn alpn(&self) -> Option<&str> {
        if let Stage::Open(session) = &self.stage { session.alpn() } else { None }
    }

    /// Returns roughly how much memory it takes while it waits for secrets, in bytes.
    #[must_use]
    pub fn waiting(&self) -> usize {
        if let Stage::Negotiation(negotiation) = &self.stage { negotiation.cost() } else { 0 }
    }

    fn follow(&mut self, outcome: Outcome, out: &mut impl ChunkSink) {
        if let Stage::Negotiation(negotiation) = &self.stage {
            self.had_secrets = negotiation.has_secrets();
            if let (None, Some((direction, hello))) = (self.client, negotiation.client()) {
                self.client = Some((direction, hello.random));
                self.server_name.clone_from(&hello.server_name);
            }
        }
        match outcome {
            Outcome::Waits => {}
            Outcome::Fails(state, anomaly) => {
                self.stage = Stage::Closed(state);
                out.anomaly(anomaly);
            }
            Outcome::Opens(mut session, backlog, anomaly) => {
                if let Some(anomaly) = anomaly {
                    out.anomaly(anomaly);
                }
                backlog.replay(|chunk| session.push(chunk, out));
                self.stage = Stage::Open(session);
            }
        }
    }
}
