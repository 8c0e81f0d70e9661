//! Link-layer headers: from the first byte of a record, or of what a tunnel carries, to the IP header.

use etherparse::{EtherType, ether_type};

use super::LinkType;

/// What follows a link-layer header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Network<'a> {
    /// An IP header and what follows it, padding included.
    Ip(&'a [u8]),
    /// An Ethernet frame, as some tunnels carry it.
    Ethernet(&'a [u8]),
    /// Something else, such as ARP.
    Other,
    /// The data end within this header.
    Short(&'static str),
    /// There is no reader for this link type, nor for so many bytes.
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

/// What an ether type announces, behind any number of VLAN tags (IEEE 802.1Q, 802.1ad).
pub(super) fn of_type(ether_type: [u8; 2], payload: &[u8]) -> Network<'_> {
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

/// MPLS labels (RFC 3032) of 4 bytes, the last of them marked. What they carry is told from its first bits.
fn mpls(data: &[u8]) -> Network<'_> {
    let mut rest = data;
    while let Some((&[_, _, last, _], behind)) = rest.split_first_chunk::<4>() {
        rest = behind;
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

/// BSD loopback: 4 bytes, the address family, whose value for IPv6 differs by system.
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
