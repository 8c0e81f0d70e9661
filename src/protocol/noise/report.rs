//! What is known of a connection.

use super::handshake::Pattern;
use super::messages::Login;
use crate::keys::PublicKey;

/// How far a connection could be read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum State {
    /// Too little was seen to decide whether it is WhatsApp's.
    #[default]
    Undecided,
    /// It is not WhatsApp's.
    NotWhatsapp,
    /// WhatsApp's, with a key, but without a frame after the handshake yet.
    Handshake,
    /// Every frame was decrypted.
    Decrypted,
    /// WhatsApp's, without a key.
    NoKey,
    /// WhatsApp's, with a key that does not decrypt it.
    WrongKey,
    /// Some frames were decrypted, and some were lost.
    Partial,
}

impl State {
    /// Returns the name of the state in tables and JSON.
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

/// How the counters of the frames became known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Counters {
    /// Counted from 0 after the handshake.
    FromHandshake,
    /// Found by trial, since the connection began before the capture.
    ByTrial,
}

/// The number of frames in one direction, not counting the handshake.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Count {
    /// All captured frames.
    pub frames: u64,
    /// The decrypted frames.
    pub decrypted: u64,
}

/// What is known of a connection.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// How far it could be read.
    pub state: State,
    /// The handshake's pattern, if the handshake was seen.
    pub pattern: Option<Pattern>,
    /// The client's ephemeral public key, if its hello was seen. It identifies the line of the key log.
    pub client_ephemeral: Option<PublicKey>,
    /// The client ephemeral public key of the key log line that is used, if any.
    pub key_used: Option<PublicKey>,
    /// The server's static public key, if the handshake revealed or confirmed it.
    pub server_static: Option<PublicKey>,
    /// The device that logged in, if the handshake was decrypted, which needs the client's private keys.
    pub login: Option<Login>,
    /// How the counters became known, once a key is used.
    pub counters: Option<Counters>,
    /// The frames that the client sent.
    pub outbound: Count,
    /// The frames that the server sent.
    pub inbound: Count,
    /// Whether a side sent the end of the stream.
    pub ended: bool,
}
