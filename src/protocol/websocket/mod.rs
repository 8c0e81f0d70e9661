//! Chunk to message: the HTTP/1.1 upgrade and WebSocket frames (RFC 6455), with permessage-deflate (RFC 7692).
//!
//! A [`Decoder`] reads one connection, both directions, in capture order. It first finds out whether the connection is a
//! WebSocket at all: by its upgrade or, if that was not captured, by the frames themselves. Meanwhile it keeps at most
//! 64 KiB per direction. As soon as the connection is certainly something else, it drops them and returns
//! [`State::NotWebsocket`], and need not be fed any more.

mod diagnoses;

mod frame;

mod deflate;

mod assembly;

mod boundary;

mod reader;

mod http;

mod connection;

mod handshake;

mod http2;

mod decoder;

#[cfg(test)]
mod tests;

pub use connection::Upgrade;
pub use decoder::{Decoder, State};
pub use diagnoses::*;
pub use http::Deflate;
pub use http2::Http2;

use crate::protocol::sink;

/// The longest message that is read, in bytes, compressed or decompressed: 64 MiB.
const MESSAGE_LIMIT: u64 = 64 << 20;

/// A complete WebSocket data message, unmasked and decompressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Message<'a> {
    /// Text or binary.
    pub opcode: Opcode,
    /// The payload of all its fragments, joined.
    pub data: &'a [u8],
}

/// The opcode of a data message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Opcode {
    /// 1: UTF-8 text.
    Text,
    /// 2: bytes.
    Binary,
}

sink! {
    /// A sink of messages of any lifetime.
    MessageSink of Message
}

/// The traffic of one direction of a connection.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counters {
    /// Messages that were output.
    pub messages: u64,
    /// Bytes in them, decompressed.
    pub bytes: u64,
    /// How many of them were compressed.
    pub compressed: u64,
    /// Pings, pongs and closes.
    pub control_frames: u64,
    /// The status code of the close frame (RFC 6455 section 7.4), or 1005 if it has none.
    pub close: Option<u16>,
}
