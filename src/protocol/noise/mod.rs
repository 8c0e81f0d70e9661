//! Message to frame: WhatsApp's length-prefixed frames and the Noise transport around them.
//!
//! [`Decoder`] holds one connection. It decides whether the connection is WhatsApp's at all, follows the
//! handshake, and opens the frames of both directions. A message boundary is the natural place for a frame to
//! begin, but frames may share a message and span several, so that a bare stream of bytes, cut anywhere, reads
//! the same.

use std::fmt;
use std::sync::Arc;

use crate::keys::{Keys, PublicKey};
use crate::origin::{Direction, Located, Origin};
use crate::protocol::sink;
use crate::protocol::websocket::{Message, Opcode};

mod diagnoses;

mod framing;

mod cipher;

mod protobuf;

mod messages;

mod login;

mod handshake;

mod transport;

mod connection;

mod undecided;

#[cfg(test)]
mod tests;

use connection::Connection;
pub use diagnoses::*;
pub use login::Login;
use undecided::{Undecided, Verdict};

/// A decrypted frame of the Noise transport.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Frame<'a> {
    /// The direction's counter, the low 32 bits of the nonce.
    pub counter: u32,
    /// The version of the token dictionary that the client announced; `None` where its hello was not captured.
    pub dictionary: Option<u8>,
    /// The frame as it was on the wire, without its length prefix; the last 16 bytes are the tag.
    pub ciphertext: &'a [u8],
    /// What it says: a flag byte and WABinary.
    pub plaintext: &'a [u8],
}

sink! {
    /// A sink of frames of any lifetime.
    FrameSink of Frame
}

/// How far a connection could be read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum State {
    /// Too little was seen to say whether it is WhatsApp's.
    #[default]
    Undecided,
    /// It is not WhatsApp's.
    NotWhatsapp,
    /// WhatsApp's, with a key for it, and no frame after the handshake yet.
    Handshake,
    /// Every frame was decrypted.
    Decrypted,
    /// WhatsApp's, and no key for it.
    NoKey,
    /// WhatsApp's, and the key given for it does not open it.
    WrongKey,
    /// Some frames were decrypted, and some were lost.
    Partial,
}

impl State {
    /// The state's name in tables and JSON.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Undecided | Self::NotWhatsapp => "none",
            Self::Handshake | Self::Decrypted => "decrypted",
            Self::NoKey => "no-key",
            Self::WrongKey => "wrong-key",
            Self::Partial => "partial",
        }
    }
}

/// The handshake's pattern.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Pattern {
    /// Three messages; a first login.
    Xx,
    /// Two messages; a resumed login.
    Ik,
    /// A resumed login that the server answered as a first one.
    XxFallback,
}

impl Pattern {
    /// The pattern's name, as Noise spells it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Xx => "XX",
            Self::Ik => "IK",
            Self::XxFallback => "XXfallback",
        }
    }

    /// The protocol name that the handshake's hash begins with.
    const fn protocol(self) -> &'static [u8] {
        match self {
            Self::Xx => b"Noise_XX_25519_AESGCM_SHA256",
            Self::Ik => b"Noise_IK_25519_AESGCM_SHA256",
            Self::XxFallback => b"Noise_XXfallback_25519_AESGCM_SHA256",
        }
    }
}

/// How the counters of the frames came to be known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Counters {
    /// Counted from 0 after the handshake.
    FromHandshake,
    /// Found by trial, since the connection began before the capture.
    ByTrial,
}

/// The frames of one direction, the handshake's not counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Count {
    /// All that were seen.
    pub frames: u64,
    /// Those that were decrypted.
    pub decrypted: u64,
}

/// What a connection turned out to be.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// How far it could be read.
    pub state: State,
    /// The handshake's pattern, if the handshake was seen.
    pub pattern: Option<Pattern>,
    /// The client's ephemeral public key, if its hello was seen: what identifies the key log's line.
    pub client_ephemeral: Option<PublicKey>,
    /// The client ephemeral public key of the key log's line that is used for the connection, if one is.
    pub key_used: Option<PublicKey>,
    /// The server's static public key, if the handshake revealed or confirmed it.
    pub server_static: Option<PublicKey>,
    /// Who logged in, if the handshake could be opened: that takes the client's private keys.
    pub login: Option<Login>,
    /// How the counters came to be known, once a key is used.
    pub counters: Option<Counters>,
    /// What the client sent.
    pub outbound: Count,
    /// What the server sent.
    pub inbound: Count,
    /// Whether a side sent the mark that ends the stream.
    pub ended: bool,
}

/// A side of the connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Side {
    Client,
    Server,
}

impl Side {
    /// The side that sent what is at `origin`. What has no direction is taken for the client's.
    const fn of(origin: Origin, mirrored: bool) -> Self {
        match (origin.direction, mirrored) {
            (Some(Direction::Inbound), false) | (Some(Direction::Outbound) | None, true) => Self::Server,
            _ => Self::Client,
        }
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Client => "client",
            Self::Server => "server",
        }
    }

    const fn direction(self) -> Direction {
        match self {
            Self::Client => Direction::Outbound,
            Self::Server => Direction::Inbound,
        }
    }
}

/// Opens the frames of one connection: messages in, in capture order, of both directions; frames out.
///
/// Only the bytes of binary messages matter. Where WhatsApp's protocol is spoken without a websocket, pieces of
/// the stream, cut anywhere, are pushed as binary messages.
pub struct Decoder {
    keys: Arc<Keys>,
    phase: Phase,
    /// Whether the capture's directions proved to be the wrong way round.
    mirrored: bool,
}

impl fmt::Debug for Decoder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Decoder").field("report", &self.report()).finish_non_exhaustive()
    }
}

enum Phase {
    Undecided(Undecided),
    Connection(Box<Connection>),
    NotWhatsapp,
}

impl Decoder {
    /// A decoder for one connection.
    #[must_use]
    pub fn new(keys: Arc<Keys>) -> Self {
        Self { keys, phase: Phase::Undecided(Undecided::default()), mirrored: false }
    }

    /// Takes the next message of the connection. The frames that it completes go to `out`, each with the origin
    /// of its first message joined to that of its last, and the direction that its key proves.
    pub fn push(&mut self, message: Located<Message<'_>>, out: &mut impl FrameSink) {
        let Located { origin, item: Message { opcode, data } } = message;
        match &mut self.phase {
            Phase::NotWhatsapp => {}
            Phase::Connection(connection) if opcode == Opcode::Binary => {
                connection.push(Side::of(origin, self.mirrored), origin, data, out);
            }
            Phase::Connection(_) => connection::text_message(origin, data, out),
            Phase::Undecided(undecided) => {
                let verdict = match opcode {
                    Opcode::Binary => undecided.push(&self.keys, origin, data, out),
                    Opcode::Text => undecided.push_text(),
                };
                self.settle(verdict, out);
            }
        }
    }

    /// Says that a message, or more of them, of the origin's direction could not be read. A websocket's next message
    /// begins a frame, as a rule, and otherwise one is found again.
    pub fn lost_message(&mut self, origin: Origin) {
        if let Phase::Connection(connection) = &mut self.phase {
            connection.lost_message(Side::of(origin, self.mirrored));
        }
    }

    /// Says that bytes of a direction are absent between the messages pushed so far and those to come, so that
    /// no frame continues across, and that the next may begin anywhere. For where stream bytes are pushed as messages.
    pub fn gap(&mut self, origin: Origin, out: &mut impl FrameSink) {
        if let Phase::Connection(connection) = &mut self.phase {
            connection.gap(Side::of(origin, self.mirrored), out);
        }
    }

    /// Takes the end of the connection, or of the capture.
    pub fn finish(&mut self, out: &mut impl FrameSink) {
        if let Phase::Undecided(undecided) = &mut self.phase {
            let verdict = undecided.finish(&self.keys, out);
            self.settle(verdict, out);
        }
        if let Phase::Connection(connection) = &mut self.phase {
            connection.finish(out);
        }
    }

    /// What the connection has turned out to be so far.
    #[must_use]
    pub fn report(&self) -> Report {
        match &self.phase {
            Phase::Undecided(_) => Report::default(),
            Phase::NotWhatsapp => Report { state: State::NotWhatsapp, ..Report::default() },
            Phase::Connection(connection) => connection.report(),
        }
    }

    /// The server's static public key, if the handshake revealed or confirmed it: what a later resumed login of
    /// the same client begins with ([`Keys::add_server_static`]).
    #[must_use]
    pub fn server_static(&self) -> Option<PublicKey> {
        self.report().server_static
    }

    /// Acts on what the first messages showed, and reads them again as what they are.
    fn settle(&mut self, verdict: Verdict, out: &mut impl FrameSink) {
        let (mut connection, mirrored) = match verdict {
            Verdict::Wait => return,
            Verdict::NotWhatsapp => {
                self.phase = Phase::NotWhatsapp;
                return;
            }
            Verdict::Whatsapp { connection, mirrored } => (connection, mirrored),
        };
        self.mirrored = mirrored;
        if let Phase::Undecided(undecided) = &mut self.phase {
            for (origin, data) in undecided.take_held() {
                connection.push(Side::of(origin, mirrored), origin, &data, out);
            }
        }
        self.phase = Phase::Connection(connection);
    }
}
