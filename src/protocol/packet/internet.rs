//! IP and TCP headers: from the first byte of an IP header to the end of the TCP payload.

use std::net::SocketAddr;

use etherparse::err::ip::LaxHeaderSliceError;
use etherparse::err::{ipv6_exts, tcp};
use etherparse::{IpNumber, Ipv6Header, LaxIpSlice, TcpHeader, TcpSlice, ip_number};

use super::{Packet, Segment};

/// Why an IP packet could not be read to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stop {
    /// The captured bytes end within this header.
    Short(&'static str),
    /// This header contradicts itself.
    Malformed(&'static str),
    /// It is one fragment of several.
    Fragment {
        /// What the whole carries.
        carries: IpNumber,
        /// Bytes of the whole in this fragment.
        bytes: usize,
    },
}

/// Reads the IP packet (RFC 791, RFC 8200) that `data` begins with, and the TCP header (RFC 9293) in it.
///
/// `missing` is the number of bytes behind `data` that the recorder cut off. It counts only where the IP header
/// leaves its length open, as segmentation offload does.
pub(super) fn packet(data: &[u8], missing: usize) -> Result<Packet<'_>, Stop> {
    let (ip, stop) = LaxIpSlice::from_slice(data).map_err(|error| match error {
        LaxHeaderSliceError::Len(_) => Stop::Short("IP header"),
        LaxHeaderSliceError::Content(_) => Stop::Malformed("IP header"),
    })?;
    let cut = match declared_length(&ip)? {
        Some(length) => length.saturating_sub(data.len()),
        None => missing,
    };
    let payload = ip.payload();
    if payload.fragmented {
        return Err(Stop::Fragment { carries: payload.ip_number, bytes: payload.payload.len() });
    }
    if let Some((error, _)) = stop {
        return Err(match error {
            ipv6_exts::HeaderSliceError::Len(_) if cut > 0 => Stop::Short("IP extension header"),
            _ => Stop::Malformed("IP extension header"),
        });
    }
    match payload.ip_number {
        ip_number::TCP => segment(&ip, payload.payload, cut).map(Packet::Tcp),
        ip_number::UDP => Ok(Packet::Udp),
        _ => Ok(Packet::Other),
    }
}

/// Reads the TCP header that `data` begins with. `cut` bytes behind `data` were not captured.
fn segment<'a>(ip: &LaxIpSlice<'_>, data: &'a [u8], cut: usize) -> Result<Segment<'a>, Stop> {
    match TcpSlice::from_slice(data) {
        Ok(tcp) => Ok(segment_of(ip, &tcp, tcp.payload(), cut)),
        Err(tcp::HeaderSliceError::Len(_)) if cut > 0 && data.len() >= TcpHeader::MIN_LEN => {
            // Only options are missing, which come last and tell nothing that is asked for.
            let mut padded = [0; TcpHeader::MAX_LEN];
            padded.iter_mut().zip(data).for_each(|(byte, captured)| *byte = *captured);
            let tcp = TcpSlice::from_slice(&padded).map_err(|_| Stop::Malformed("TCP header"))?;
            Ok(segment_of(ip, &tcp, &[], cut.saturating_sub(tcp.header_len() - data.len())))
        }
        Err(tcp::HeaderSliceError::Len(_)) if cut > 0 => Err(Stop::Short("TCP header")),
        Err(_) => Err(Stop::Malformed("TCP header")),
    }
}

fn segment_of<'a>(ip: &LaxIpSlice<'_>, tcp: &TcpSlice<'_>, payload: &'a [u8], cut: usize) -> Segment<'a> {
    Segment {
        source: SocketAddr::new(ip.source_addr(), tcp.source_port()),
        destination: SocketAddr::new(ip.destination_addr(), tcp.destination_port()),
        sequence: tcp.sequence_number(),
        acknowledgment: tcp.ack().then(|| tcp.acknowledgment_number()),
        syn: tcp.syn(),
        fin: tcp.fin(),
        rst: tcp.rst(),
        payload,
        cut: u32::try_from(cut).unwrap_or(u32::MAX),
    }
}

/// The length of the whole packet by its IP header; `None` if the header leaves it open with a 0.
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
