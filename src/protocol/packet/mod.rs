//! Record to packet: link, IP and TCP headers.
//!
//! Packets come one for one: each record gives one [`Packet`], whatever could be read of it: of one IP packet in
//! several fragments, that of the last. Tunnels are looked into (PPPoE, MPLS, IP in IP, GRE, VXLAN). Payloads end where
//! the IP header says, so the padding of short Ethernet frames is never taken for data. Checksums are not
//! verified, since recorders see outgoing packets before the network card fills them in.

use std::net::SocketAddr;

use crate::anomaly::Diagnosis;

mod decoder;
mod fragments;
mod internet;
mod link;
mod tunnel;

#[cfg(test)]
mod tests;

pub use decoder::Decoder;

/// What this layer can report.
pub const DIAGNOSES: &[&Diagnosis] = &[
    &decoder::LINK_TYPE,
    &decoder::HEADER,
    &decoder::HEADER_CUT,
    &decoder::TUNNELS,
    &fragments::TCP_FRAGMENT,
    &fragments::FRAGMENT,
];

/// A record of a packet capture, as stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Record<'a> {
    /// The link-layer header that `data` begins with.
    pub link: LinkType,
    /// The captured bytes.
    pub data: &'a [u8],
    /// Bytes the packet had on the wire; more than `data` where the recorder cut it.
    pub wire_length: u32,
}

/// A link-layer header type, as in <https://www.tcpdump.org/linktypes.html>.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum LinkType {
    /// `LINKTYPE_NULL` 0: BSD loopback, address family in the recorder's byte order.
    Null,
    /// `LINKTYPE_ETHERNET` 1.
    Ethernet,
    /// `LINKTYPE_RAW` 101 (and 12, 14, the `DLT_RAW` of some systems): an IP header comes first.
    Raw,
    /// `LINKTYPE_LOOP` 108: OpenBSD loopback, address family in network byte order.
    Loop,
    /// `LINKTYPE_LINUX_SLL` 113.
    LinuxSll,
    /// `LINKTYPE_IPV4` 228.
    Ipv4,
    /// `LINKTYPE_IPV6` 229.
    Ipv6,
    /// `LINKTYPE_LINUX_SLL2` 276.
    LinuxSll2,
    /// Any other.
    Unknown(u32),
}

impl From<u32> for LinkType {
    /// The link type that a capture file means by a `LINKTYPE_` number.
    fn from(number: u32) -> Self {
        match number {
            0 => Self::Null,
            1 => Self::Ethernet,
            12 | 14 | 101 => Self::Raw,
            108 => Self::Loop,
            113 => Self::LinuxSll,
            228 => Self::Ipv4,
            229 => Self::Ipv6,
            276 => Self::LinuxSll2,
            _ => Self::Unknown(number),
        }
    }
}

/// What a link-layer packet carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Packet<'a> {
    /// A TCP segment.
    Tcp(Segment<'a>),
    /// A UDP datagram, of no further interest.
    Udp,
    /// Anything else.
    Other,
}

/// A TCP segment (RFC 9293 section 3.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Segment<'a> {
    /// Who sent it.
    pub source: SocketAddr,
    /// To whom.
    pub destination: SocketAddr,
    /// Sequence number of the first byte (of SYN, where set).
    pub sequence: u32,
    /// Next sequence number expected from the other side, where the ACK flag is set.
    pub acknowledgment: Option<u32>,
    /// Synchronise: `sequence` is the initial sequence number.
    pub syn: bool,
    /// No more data from the source.
    pub fin: bool,
    /// The connection is reset.
    pub rst: bool,
    /// The captured part of the payload.
    pub payload: &'a [u8],
    /// Payload bytes that were on the wire after `payload` and were not captured.
    pub cut: u32,
}
