//! Message to frame: WhatsApp's length-prefixed frames and the Noise transport around them.
//!
//! A [`Decoder`] reads one connection. It decides whether the connection is WhatsApp's at all, follows the handshake, and
//! decrypts the frames of both directions. A frame usually begins with a message, but frames may share a message or span
//! several, so that a bare byte stream, split anywhere, reads the same.

mod diagnoses;

mod framing;

mod protobuf;

mod messages;

mod cipher;

mod counter;

mod transport;

mod handshake;

mod report;

mod keying;

mod stream;

mod connection;

mod candidate;

mod decoder;

#[cfg(test)]
mod tests;

pub use decoder::Decoder;
pub use diagnoses::*;
pub use handshake::Pattern;
pub use messages::Login;
pub use report::{Count, Counters, Report, State};

use crate::protocol::sink;

/// A decrypted frame of the Noise transport.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Frame<'a> {
    /// The counter of the direction, the low 32 bits of the nonce.
    pub counter: u32,
    /// The version of the token dictionary that the client announced; `None` if its hello was not captured.
    pub dictionary: Option<u8>,
    /// The frame on the wire, without its length prefix. The last 16 bytes are the tag.
    pub ciphertext: &'a [u8],
    /// The decrypted frame: a flag byte and WABinary.
    pub plaintext: &'a [u8],
}

sink! {
    /// A sink of frames of any lifetime.
    FrameSink of Frame
}
