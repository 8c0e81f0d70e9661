//! Chunk to plaintext chunk: TLS 1.2 (RFC 5246) and 1.3 (RFC 8446), decrypted with secrets from key logs.
//!
//! A [`Decoder`] reads one connection, both directions, in capture order. It reads the client hello in the clear,
//! names the client random whose secrets it [wants](Decoder::wants_keys), and keeps at most 1 MiB until it is
//! [given](Decoder::unlock) them or [told](Decoder::settle) that there are none. Key exchange and certificates do
//! not matter: the key log has what they lead to.

use crate::keys::{ClientRandom, TlsSession};
use crate::origin::{Direction, Located};
use crate::protocol::tcp::{Chunk, ChunkSink};

mod alert;

mod cipher;

mod diagnoses;

mod epochs;

mod hello;

mod lost;

mod messages;

mod opening;

mod pending;

mod record;

mod schedule;

mod session;

mod side;

mod suite;

pub use diagnoses::*;
pub use record::begins_midway;

use opening::{Opening, Outcome};
use session::Session;

/// What is known of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// The handshake is not over, or secrets are awaited.
    Undecided,
    /// Its records are decrypted.
    Decrypted,
    /// No key log has secrets that open it.
    NoKey,
    /// It uses a version, cipher suite or option that is not read.
    Unsupported,
    /// Its handshake was not captured whole, or was broken off.
    NoHandshake,
}

impl State {
    /// The state's name in tables and JSON.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Decrypted => "decrypted",
            Self::NoKey => "no-key",
            Self::Unsupported => "unsupported",
            Self::Undecided | Self::NoHandshake => "no-handshake",
        }
    }
}

/// TLS on one connection.
pub struct Decoder {
    stage: Stage,
    server_name: Option<Box<str>>,
    client: Option<Direction>,
    had_secrets: bool,
}

enum Stage {
    /// The hellos, and the wait for secrets.
    Opening(Box<Opening>),
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
    /// A decoder for a connection of which nothing was seen.
    #[must_use]
    pub fn new() -> Self {
        Self { stage: Stage::Opening(Box::default()), server_name: None, client: None, had_secrets: false }
    }

    /// Takes the next chunk of either direction, in capture order.
    ///
    /// `out` takes the plaintext of application data: its origin has the records of the TLS record that it came in,
    /// the offset in the direction's plaintext, and the direction as TCP has it. What of it is lost stands there as a
    /// gap. Anomalies are those of [`DIAGNOSES`].
    pub fn push(&mut self, chunk: Located<Chunk<'_>>, out: &mut impl ChunkSink) {
        match &mut self.stage {
            Stage::Closed(_) => {}
            Stage::Open(session) => session.push(chunk, out),
            Stage::Opening(opening) => {
                let outcome = opening.push(chunk);
                self.follow(outcome, out);
            }
        }
    }

    /// The client random by whose secrets the connection can be decrypted, while it waits for them.
    #[must_use]
    pub fn wants_keys(&self) -> Option<&ClientRandom> {
        match &self.stage {
            Stage::Opening(opening) => opening.wants(),
            Stage::Open(_) | Stage::Closed(_) => None,
        }
    }

    /// Takes secrets of the session; as soon as they suffice, what waited is decrypted. They may come in parts.
    pub fn unlock(&mut self, secrets: &TlsSession, out: &mut impl ChunkSink) {
        if let Stage::Opening(opening) = &mut self.stage {
            let outcome = opening.unlock(secrets);
            self.follow(outcome, out);
        }
    }

    /// Says that no more secrets will come: what is known must do.
    pub fn settle(&mut self, out: &mut impl ChunkSink) {
        if let Stage::Opening(opening) = &mut self.stage {
            let outcome = opening.settle();
            self.follow(outcome, out);
        }
    }

    /// Says that no more chunks will come: what is incomplete is reported.
    pub fn finish(&mut self, out: &mut impl ChunkSink) {
        if let Stage::Opening(opening) = &mut self.stage {
            let outcome = opening.finish();
            self.follow(outcome, out);
        }
        if let Stage::Open(session) = &mut self.stage {
            session.finish(out);
        }
    }

    /// What is known of the connection so far.
    #[must_use]
    pub fn state(&self) -> State {
        match &self.stage {
            Stage::Opening(_) => State::Undecided,
            Stage::Open(session) => session.state(),
            Stage::Closed(state) => *state,
        }
    }

    /// The host name that the client asked for. Untrusted text.
    #[must_use]
    pub fn server_name(&self) -> Option<&str> {
        self.server_name.as_deref()
    }

    /// Whether the client hello was seen.
    #[must_use]
    pub const fn has_client_hello(&self) -> bool {
        self.client.is_some()
    }

    /// Whether TCP has client and server the wrong way round.
    #[must_use]
    pub fn is_reversed(&self) -> bool {
        self.client == Some(Direction::Inbound)
    }

    /// Whether secrets of the session were given, sufficient or not.
    #[must_use]
    pub const fn had_secrets(&self) -> bool {
        self.had_secrets
    }

    /// The application protocol that both sides agreed on (RFC 7301), if that was seen. Untrusted text.
    #[must_use]
    pub fn alpn(&self) -> Option<&str> {
        if let Stage::Open(session) = &self.stage { session.alpn() } else { None }
    }

    /// About how much memory it keeps for want of secrets, in bytes.
    #[must_use]
    pub fn waiting(&self) -> usize {
        if let Stage::Opening(opening) = &self.stage { opening.cost() } else { 0 }
    }

    fn follow(&mut self, outcome: Outcome, out: &mut impl ChunkSink) {
        if let Stage::Opening(opening) = &self.stage {
            self.had_secrets = opening.has_secrets();
            if let (None, Some((direction, hello))) = (self.client, opening.client()) {
                self.client = Some(direction);
                self.server_name.clone_from(&hello.server_name);
            }
        }
        match outcome {
            Outcome::Waits => {}
            Outcome::Fails(state, anomaly) => {
                self.stage = Stage::Closed(state);
                out.anomaly(anomaly);
            }
            Outcome::Opens(mut session, waiting, anomaly) => {
                if let Some(anomaly) = anomaly {
                    out.anomaly(anomaly);
                }
                waiting.replay(|chunk| session.push(chunk, out));
                self.stage = Stage::Open(session);
            }
        }
    }
}

/// Whether a server's name is one of WhatsApp's.
#[must_use]
pub fn is_whatsapp(server_name: &str) -> bool {
    ["whatsapp.com", "whatsapp.net"].iter().any(|domain| {
        let host = server_name.get(..server_name.len().saturating_sub(domain.len()));
        let ends = server_name.get(server_name.len().saturating_sub(domain.len())..);
        ends.is_some_and(|end| end.eq_ignore_ascii_case(domain))
            && host.is_some_and(|host| host.is_empty() || host.ends_with('.'))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_whatsapps_own_domains_count() {
        for name in ["web.whatsapp.com", "g.whatsapp.net", "WhatsApp.Com", "a.b.whatsapp.net"] {
            assert!(is_whatsapp(name), "{name}");
        }
        for name in ["notwhatsapp.com", "whatsapp.com.example", "example.test", "", "com", "whatsapp.co"] {
            assert!(!is_whatsapp(name), "{name}");
        }
    }
}
