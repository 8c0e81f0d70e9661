//! Chunk to message: the HTTP/1.1 upgrade and WebSocket frames (RFC 6455), with permessage-deflate (RFC 7692).

/// A whole WebSocket data message, unmasked and inflated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Message<'a> {
    /// Text or binary.
    pub opcode: Opcode,
    /// The payload of all its fragments.
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
