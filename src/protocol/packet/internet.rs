//! IP, TCP, UDP and ICMP headers: from the first byte of an IP header to the end of the payload.

use std::net::{IpAddr, SocketAddr};

use etherparse::err::ip::LaxHeaderSliceError;
use etherparse::err::{ipv6_exts, tcp};
use etherparse::{
    IpFragOffset, IpNumber, Ipv6ExtensionSlice, Ipv6FragmentHeaderSlice, Ipv6Header, LaxIpSlice, LaxIpv6Slice,
    TcpHeader, TcpSlice, UdpHeader, UdpSlice, ip_number,
};

use super::{Datagram, Packet, Segment, Unreachable};

/// Why a packet could not be read to the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stop {
    /// The captured bytes end inside this header.
    Short(&'static str),
    /// This header contradicts itself.
    Malformed(&'static str),
}

/// The sender and the receiver of an IP packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Addresses {
    source: IpAddr,
    destination: IpAddr,
}

/// Identifies the IP packet that a fragment belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Key {
    addresses: Addresses,
    /// The protocol of the payload.
    pub(super) protocol: u8,
    identification: u32,
}

/// A fragment of an IP packet.
#[derive(Clone, Copy, Debug)]
pub(super) struct Fragment<'a> {
    /// The packet that it belongs to.
    pub(super) key: Key,
    /// Its position in the packet's payload.
    pub(super) offset: IpFragOffset,
    /// Whether further fragments follow it.
    pub(super) more: bool,
    /// The captured bytes.
    pub(super) payload: &'a [u8],
    /// Whether the recorder truncated it.
    pub(super) is_cut: bool,
}

/// An IP packet.
#[derive(Clone, Copy, Debug)]
pub(super) struct IpPacket<'a> {
    /// Its sender and receiver.
    pub(super) addresses: Addresses,
    /// The protocol of its payload.
    pub(super) protocol: IpNumber,
    /// The captured part of its payload.
    pub(super) payload: &'a [u8],
    /// Bytes after `payload` that were not captured.
    pub(super) cut: usize,
    /// The packet as a fragment, if it is one.
    pub(super) fragment: Option<Fragment<'a>>,
}

/// Reads the IP packet (RFC 791, RFC 8200) that `data` begins with.
///
/// `missing` is the number of bytes after `data` that the recorder cut off. It counts only if the IP header leaves the
/// length open, as segmentation offload does.
pub(super) fn packet(data: &[u8], missing: usize) -> Result<IpPacket<'_>, Stop> {
    let (ip, stop) = LaxIpSlice::from_slice(data).map_err(|error| match error {
        LaxHeaderSliceError::Len(_) => Stop::Short("IP header"),
        LaxHeaderSliceError::Content(_) => Stop::Malformed("IP header"),
    })?;
    let cut = match declared_length(&ip)? {
        Some(length) => length.saturating_sub(data.len()),
        None => missing,
    };
    let payload = ip.payload();
    let addresses = Addresses { source: ip.source_addr(), destination: ip.destination_addr() };
    let (protocol, payload) = (payload.ip_number, payload.payload);
    let fragment = if ip.is_fragmenting_payload() { fragment(&ip, addresses, payload, cut > 0) } else { None };
    if fragment.is_none()
        && let Some((error, _)) = stop
    {
        return Err(match error {
            ipv6_exts::HeaderSliceError::Len(_) if cut > 0 => Stop::Short("IP extension header"),
            _ => Stop::Malformed("IP extension header"),
        });
    }
    Ok(IpPacket { addresses, protocol, payload, cut, fragment })
}

/// Reads the fragment headers of an IP packet.
fn fragment<'a>(ip: &LaxIpSlice<'_>, addresses: Addresses, payload: &'a [u8], is_cut: bool) -> Option<Fragment<'a>> {
    let protocol = ip.payload().ip_number.0;
    match ip {
        LaxIpSlice::Ipv4(ip) => {
            let header = ip.header();
            let key = Key { addresses, protocol, identification: header.identification().into() };
            let (offset, more) = (header.fragments_offset(), header.more_fragments());
            Some(Fragment { key, offset, more, payload, is_cut })
        }
        LaxIpSlice::Ipv6(ip) => {
            let header = fragment_header(ip)?;
            let key = Key { addresses, protocol, identification: header.identification() };
            let (offset, more) = (header.fragment_offset(), header.more_fragments());
            Some(Fragment { key, offset, more, payload, is_cut })
        }
    }
}

fn fragment_header<'a>(ip: &LaxIpv6Slice<'a>) -> Option<Ipv6FragmentHeaderSlice<'a>> {
    ip.extensions().clone().into_iter().find_map(|extension| match extension {
        Ipv6ExtensionSlice::Fragment(header) => Some(header),
        _ => None,
    })
}

/// Reads the TCP header that `data` begins with. `cut` bytes after `data` were not captured.
pub(super) fn segment(addresses: Addresses, data: &[u8], cut: usize) -> Result<Segment<'_>, Stop> {
    match TcpSlice::from_slice(data) {
        Ok(tcp) => Ok(segment_of(addresses, &tcp, tcp.payload(), cut)),
        Err(tcp::HeaderSliceError::Len(_)) if cut > 0 && data.len() >= TcpHeader::MIN_LEN => {
            // Only options are missing: they come last, and nothing in them is needed.
            let mut padded = [0; TcpHeader::MAX_LEN];
            padded.iter_mut().zip(data).for_each(|(byte, captured)| *byte = *captured);
            let tcp = TcpSlice::from_slice(&padded).map_err(|_| Stop::Malformed("TCP header"))?;
            Ok(segment_of(addresses, &tcp, &[], cut.saturating_sub(tcp.header_len() - data.len())))
        }
        Err(tcp::HeaderSliceError::Len(_)) if cut > 0 => Err(Stop::Short("TCP header")),
        Err(_) => Err(Stop::Malformed("TCP header")),
    }
}

/// How much of a quoted TCP header Wireshark needs to number its connection, in bytes.
const LEAST_QUOTED: usize = 16;

/// Reads the ends of the TCP connection that an ICMP error quotes (RFC 792, RFC 4443), sender first; `None` if it quotes
/// none.
pub(super) fn quoted(protocol: IpNumber, data: &[u8]) -> Option<(SocketAddr, SocketAddr)> {
    /// Unreachable, quench, time exceeded, parameter problem.
    const ERRORS: &[u8] = &[3, 4, 11, 12];
    const ERRORS_OF_IPV6: std::ops::RangeInclusive<u8> = 1..=4;
    let (kind, quote) = (data.first()?, data.get(8..)?);
    let is_error = match protocol {
        ip_number::ICMP => ERRORS.contains(kind),
        ip_number::IPV6_ICMP => ERRORS_OF_IPV6.contains(kind),
        _ => false,
    };
    let datagram = packet(quote, 0).ok().filter(|inner| is_error && inner.protocol == ip_number::TCP)?;
    let header = datagram.payload.get(..LEAST_QUOTED).filter(|_| datagram.fragment.is_none())?;
    let port = |at: usize| header.get(at..at + 2)?.try_into().ok().map(u16::from_be_bytes);
    let Addresses { source, destination } = datagram.addresses;
    Some((SocketAddr::new(source, port(0)?), SocketAddr::new(destination, port(2)?)))
}

fn segment_of<'a>(addresses: Addresses, tcp: &TcpSlice<'_>, payload: &'a [u8], cut: usize) -> Segment<'a> {
    Segment {
        source: SocketAddr::new(addresses.source, tcp.source_port()),
        destination: SocketAddr::new(addresses.destination, tcp.destination_port()),
        sequence: tcp.sequence_number(),
        acknowledgment: tcp.ack().then(|| tcp.acknowledgment_number()),
        syn: tcp.syn(),
        fin: tcp.fin(),
        rst: tcp.rst(),
        payload,
        cut: u32::try_from(cut).unwrap_or(u32::MAX),
    }
}

/// Reads the payload of an IP packet that is not TCP, after which `cut` bytes were not captured. What cannot be read is of no
/// interest.
pub(super) fn other(addresses: Addresses, protocol: IpNumber, payload: &[u8], cut: usize) -> Packet<'_> {
    let packet = match protocol {
        ip_number::UDP => datagram(addresses, payload, cut).map(Packet::Udp),
        ip_number::ICMP | ip_number::IPV6_ICMP => unreachable(payload).map(Packet::Unreachable),
        _ => None,
    };
    packet.unwrap_or(Packet::Other)
}

fn datagram(addresses: Addresses, data: &[u8], cut: usize) -> Option<Datagram<'_>> {
    let udp = UdpSlice::from_slice_lax(data).ok()?;
    let payload = udp.payload();
    // A length of 0 is what segmentation offload leaves.
    let declared = usize::from(udp.length()).saturating_sub(UdpHeader::LEN);
    let cut = if declared == 0 { cut } else { declared.saturating_sub(payload.len()).min(cut) };
    Some(Datagram {
        source: SocketAddr::new(addresses.source, udp.source_port()),
        destination: SocketAddr::new(addresses.destination, udp.destination_port()),
        payload,
        cut: u32::try_from(cut).unwrap_or(u32::MAX),
    })
}

/// Reads an ICMP message that quotes the beginning of a datagram.
fn unreachable(message: &[u8]) -> Option<Unreachable> {
    const UNREACHABLE: u8 = 3;
    const UNREACHABLE_V6: u8 = 1;
    let (&[kind, code, ..], quoted) = message.split_first_chunk::<8>()?;
    let (ip, _) = LaxIpSlice::from_slice(quoted).ok()?;
    let expected = if matches!(ip, LaxIpSlice::Ipv4(_)) { UNREACHABLE } else { UNREACHABLE_V6 };
    let payload = ip.payload();
    let (&[a, b, c, d], _) = payload.payload.split_first_chunk::<4>()?;
    (kind == expected && payload.ip_number == ip_number::UDP).then(|| Unreachable {
        source: SocketAddr::new(ip.source_addr(), u16::from_be_bytes([a, b])),
        destination: SocketAddr::new(ip.destination_addr(), u16::from_be_bytes([c, d])),
        code,
    })
}

/// Returns the length of the whole packet as its IP header declares it, or `None` if the header leaves it open with a 0.
fn declared_length(ip: &LaxIpSlice<'_>) -> Result<Option<usize>, Stop> {
    match ip {
        LaxIpSlice::Ipv4(ip) => {
            let header = ip.header();
            match usize::from(header.total_len()) {
                0 => Ok(None),
                length if length < header.slice().len() => Err(Stop::Malformed("IP header")),
                length => Ok(Some(length)),
            }
        }
        LaxIpSlice::Ipv6(ip) => match usize::from(ip.header().payload_length()) {
            0 => Ok(None),
            length => Ok(Some(Ipv6Header::LEN + length)),
        },
    }
}
