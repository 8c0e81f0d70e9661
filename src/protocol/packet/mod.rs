//! Record to packet: link, IP, TCP and UDP headers.
//!
//! Each record gives exactly one [`Packet`], whatever could be read of it; of an IP packet in several fragments, the
//! last fragment's record gives the whole. Tunnels are followed (PPPoE, MPLS, IP in IP, GRE, VXLAN). Payloads end where
//! the IP header says, so the padding of short Ethernet frames is never taken for data. Checksums are not verified,
//! because recorders see outgoing packets before the network card fills them in.

use std::net::SocketAddr;

mod diagnoses;

mod link;

mod internet;

mod fragments;

mod decoder;

#[cfg(test)]
mod tests;

pub use decoder::Decoder;
pub use diagnoses::*;

use crate::protocol::sink;

/// A record of a packet capture, as stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Record<'a> {
    /// The link-layer header that `data` begins with.
    pub link: LinkType,
    /// The captured bytes.
    pub data: &'a [u8],
    /// Length of the packet on the wire in bytes; more than `data` if the recorder truncated it.
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
    /// `LINKTYPE_NFLOG` 239: packets that a Linux firewall logs, as captures of one app on Android are made.
    Nflog,
    /// `LINKTYPE_PKTAP` 258 (and 149, as Apple's tcpdump writes it): packets of any interface of macOS, with its link type.
    Pktap,
    /// `LINKTYPE_LINUX_SLL2` 276.
    LinuxSll2,
    /// Any other.
    Unknown(u32),
}

impl From<u32> for LinkType {
    /// Returns the link type with this `LINKTYPE_` number.
    fn from(number: u32) -> Self {
        match number {
            0 => Self::Null,
            1 => Self::Ethernet,
            12 | 14 | 101 => Self::Raw,
            108 => Self::Loop,
            113 => Self::LinuxSll,
            228 => Self::Ipv4,
            229 => Self::Ipv6,
            239 => Self::Nflog,
            149 | 258 => Self::Pktap,
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
    /// An ICMP error that quotes a TCP segment, of no further interest: the ends of the connection, sender first.
    /// Wireshark numbers connections that it first sees quoted.
    Quoted(SocketAddr, SocketAddr),
    /// A UDP datagram.
    Udp(Datagram<'a>),
    /// An ICMP message that says that a UDP datagram did not arrive.
    Unreachable(Unreachable),
    /// Anything else.
    Other,
}

sink! {
    /// A sink of packets of any lifetime.
    PacketSink of Packet
}

/// A TCP segment (RFC 9293 section 3.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Segment<'a> {
    /// The sender.
    pub source: SocketAddr,
    /// The receiver.
    pub destination: SocketAddr,
    /// Sequence number of the first byte, or of the SYN.
    pub sequence: u32,
    /// Next sequence number expected from the receiver, if the ACK flag is set.
    pub acknowledgment: Option<u32>,
    /// Synchronise: `sequence` is the initial sequence number.
    pub syn: bool,
    /// No more data from the source.
    pub fin: bool,
    /// The connection is reset.
    pub rst: bool,
    /// The captured part of the payload.
    pub payload: &'a [u8],
    /// Payload bytes after `payload` that were on the wire but not captured.
    pub cut: u32,
}

/// A UDP datagram (RFC 768).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Datagram<'a> {
    /// The sender.
    pub source: SocketAddr,
    /// The receiver.
    pub destination: SocketAddr,
    /// The captured part of the payload.
    pub payload: &'a [u8],
    /// Payload bytes after `payload` that were on the wire but not captured.
    pub cut: u32,
}

/// An ICMP message about a UDP datagram that did not arrive (RFC 792, RFC 4443 section 3.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unreachable {
    /// The sender of the datagram.
    pub source: SocketAddr,
    /// Where it should have gone.
    pub destination: SocketAddr,
    /// Why it did not arrive, the code of ICMP or ICMPv6.
    pub code: u8,
}
