//! Packet to chunk: reassembly of both directions of each TCP connection (RFC 9293).

use crate::origin::Timestamp;

/// Contiguous stream bytes of one direction, or what stands in their place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Chunk<'a> {
    /// The next bytes of the stream.
    Data(&'a [u8]),
    /// This many bytes of the stream were not captured.
    Gap(u64),
    /// No more bytes will come in this direction.
    End(End),
}

/// Why a direction's stream ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// The sender closed it (FIN).
    Closed,
    /// The connection was reset.
    Reset,
    /// A new connection took over the same addresses and ports.
    Replaced,
    /// The capture ended first.
    CaptureEnded,
}

/// When a connection was first and last seen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Span {
    /// Time of its first packet.
    pub first: Option<Timestamp>,
    /// Time of its last packet.
    pub last: Option<Timestamp>,
}
