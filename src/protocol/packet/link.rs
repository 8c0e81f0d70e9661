//! Link-layer headers and tunnels: from the first byte of a record, or of a tunnel's payload, to the IP header.

use etherparse::{EtherType, IpNumber, ether_type, ip_number};

use super::LinkType;

/// What follows a link-layer header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Network<'a> {
    /// An IP packet, followed by any padding.
    Ip(&'a [u8]),
    /// An Ethernet frame inside a tunnel.
    Ethernet(&'a [u8]),
    /// Something else, such as ARP.
    Other,
    /// The data ends inside this header.
    Short(&'static str),
    /// An unsupported link type, and the number of bytes.
    Unknown(u32, usize),
}

/// Skips the link-layer header of a record.
pub(super) fn network(link: LinkType, data: &[u8]) -> Network<'_> {
    match link {
        LinkType::Ethernet => ethernet(data),
        LinkType::LinuxSll => linux_cooked(data),
        LinkType::LinuxSll2 => linux_cooked_v2(data),
        LinkType::Raw | LinkType::Ipv4 | LinkType::Ipv6 => Network::Ip(data),
        LinkType::Null => loopback(data, |field| [u32::from_le_bytes(field), u32::from_be_bytes(field)]),
        LinkType::Loop => loopback(data, |field| [u32::from_be_bytes(field); 2]),
        LinkType::Unknown(number) => Network::Unknown(number, data.len()),
    }
}

/// Ethernet II (IEEE 802.3 clause 3): two addresses and the type of what follows.
pub(super) fn ethernet(data: &[u8]) -> Network<'_> {
    match data.split_first_chunk::<14>() {
        Some((&[.., high, low], payload)) => of_type([high, low], payload),
        None => Network::Short("Ethernet header"),
    }
}

/// `LINKTYPE_LINUX_SLL`: 16 bytes, the type last.
fn linux_cooked(data: &[u8]) -> Network<'_> {
    match data.split_first_chunk::<16>() {
        Some((&[.., high, low], payload)) => of_type([high, low], payload),
        None => Network::Short("Linux cooked header"),
    }
}

/// `LINKTYPE_LINUX_SLL2`: 20 bytes, the type first.
fn linux_cooked_v2(data: &[u8]) -> Network<'_> {
    match data.split_first_chunk::<20>() {
        Some((&[high, low, ..], payload)) => of_type([high, low], payload),
        None => Network::Short("Linux cooked header, version 2"),
    }
}

/// Reads the payload of an ether type, after any number of VLAN tags (IEEE 802.1Q, 802.1ad).
fn of_type(ether_type: [u8; 2], payload: &[u8]) -> Network<'_> {
    let (mut ether_type, mut payload) = (ether_type, payload);
    loop {
        match EtherType(u16::from_be_bytes(ether_type)) {
            ether_type::IPV4 | ether_type::IPV6 => return Network::Ip(payload),
            ether_type::VLAN_TAGGED_FRAME | ether_type::PROVIDER_BRIDGING | ether_type::VLAN_DOUBLE_TAGGED_FRAME => {
                match payload.split_first_chunk::<4>() {
                    Some((&[_, _, high, low], rest)) => (ether_type, payload) = ([high, low], rest),
                    None => return Network::Short("VLAN tag"),
                }
            }
            PPPOE_SESSION => return pppoe(payload),
            MPLS | MPLS_MULTICAST => return mpls(payload),
            TRANSPARENT_ETHERNET => return Network::Ethernet(payload),
            _ => return Network::Other,
        }
    }
}

const PPPOE_SESSION: EtherType = EtherType(0x8864);
const MPLS: EtherType = EtherType(0x8847);
const MPLS_MULTICAST: EtherType = EtherType(0x8848);
const TRANSPARENT_ETHERNET: EtherType = EtherType(0x6558);

/// A PPPoE session (RFC 2516 section 4): version, code 0, session and length, then the PPP protocol (RFC 1661).
fn pppoe(data: &[u8]) -> Network<'_> {
    match data.split_first_chunk::<8>() {
        Some((&[0x11, 0, _, _, _, _, 0, 0x21 | 0x57], packet)) => Network::Ip(packet),
        Some(_) => Network::Other,
        None => Network::Short("PPPoE header"),
    }
}

/// MPLS labels (RFC 3032) of 4 bytes, of which the last is marked. The payload's first bits are its IP version.
fn mpls(data: &[u8]) -> Network<'_> {
    let mut rest = data;
    while let Some((&[_, _, last, _], after)) = rest.split_first_chunk::<4>() {
        rest = after;
        if last & 1 == 1 {
            return match rest.first().map(|first| first >> 4) {
                Some(4 | 6) => Network::Ip(rest),
                Some(_) => Network::Other,
                None => break,
            };
        }
    }
    Network::Short("MPLS label")
}

/// BSD loopback: 4 bytes, the address family. Its value for IPv6 differs between systems.
fn loopback(data: &[u8], families: impl FnOnce([u8; 4]) -> [u32; 2]) -> Network<'_> {
    /// `AF_INET` everywhere; `AF_INET6` of Linux, Windows, NetBSD and OpenBSD, FreeBSD, macOS.
    const INTERNET: [u32; 6] = [2, 10, 23, 24, 28, 30];
    match data.split_first_chunk::<4>() {
        Some((field, payload)) if families(*field).iter().any(|family| INTERNET.contains(family)) => {
            Network::Ip(payload)
        }
        Some(_) => Network::Other,
        None => Network::Short("loopback header"),
    }
}

/// The UDP port of VXLAN.
const VXLAN_PORT: u16 = 4789;

/// Returns the packet inside the payload of an IP packet, or `None` if that is not a tunnel.
pub(super) fn tunnelled(carries: IpNumber, payload: &[u8]) -> Option<Network<'_>> {
    match carries {
        ip_number::IPV4 | ip_number::IPV6 => Some(Network::Ip(payload)),
        ip_number::GRE => Some(gre(payload)),
        ip_number::UDP => vxlan(payload),
        _ => None,
    }
}

/// GRE (RFC 2784, RFC 2890): flags, an ether type, and one word each for a checksum, a key and a sequence number if its
/// flag is set.
fn gre(data: &[u8]) -> Network<'_> {
    const CHECKSUM: u8 = 0x80;
    const ROUTING: u8 = 0x40;
    const KEY: u8 = 0x20;
    const SEQUENCE: u8 = 0x10;
    const VERSION: u8 = 0x07;
    let Some((&[flags, version, high, low], rest)) = data.split_first_chunk() else {
        return Network::Short("GRE header");
    };
    if flags & ROUTING != 0 || version & VERSION != 0 {
        return Network::Other;
    }
    let words = [CHECKSUM, KEY, SEQUENCE].into_iter().filter(|flag| flags & flag != 0).count();
    match rest.get(4 * words..) {
        Some(payload) => of_type([high, low], payload),
        None => Network::Short("GRE header"),
    }
}

/// VXLAN (RFC 7348 section 5) in a UDP datagram: a flag, a network identifier, and an Ethernet frame.
fn vxlan(datagram: &[u8]) -> Option<Network<'_>> {
    let (&[_, _, high, low, ..], payload) = datagram.split_first_chunk::<8>()?;
    if u16::from_be_bytes([high, low]) != VXLAN_PORT {
        return None;
    }
    match payload.split_first_chunk::<8>()? {
        (&[0x08, 0, 0, 0, _, _, _, 0], frame) => Some(Network::Ethernet(frame)),
        _ => None,
    }
}
