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
        LinkType::Nflog => firewall_log(data),
        LinkType::Pktap => match tapped(data) {
            // The inner header is of an interface, never of this kind again.
            Some((LinkType::Pktap, _)) => Network::Other,
            Some((link, packet)) => network(link, packet),
            None if data.len() < 12 => Network::Short("PKTAP header"),
            None => Network::Unknown(149, data.len()),
        },
        LinkType::Unknown(number) => Network::Unknown(number, data.len()),
    }
}

/// `LINKTYPE_PKTAP`: the header's length, the kind of what follows, and its link type, each of 4 bytes in the order of
/// little endian; then more about the process and the interface.
fn tapped(data: &[u8]) -> Option<(LinkType, &[u8])> {
    /// A packet follows.
    const PACKET: u32 = 1;
    let (fields, _) = data.split_first_chunk::<12>()?;
    let (length, fields) = fields.split_first_chunk::<4>()?;
    let (kind, link) = fields.split_first_chunk::<4>()?;
    let length = usize::try_from(u32::from_le_bytes(*length)).ok().filter(|length| *length >= 12)?;
    let link = LinkType::from(u32::from_le_bytes(link.first_chunk().copied()?));
    (u32::from_le_bytes(*kind) == PACKET).then_some((link, data.get(length..)?))
}

/// `LINKTYPE_NFLOG`: family, version 0 and a number; then attributes, each of a length with its header, a kind, and a
/// value padded to 4 bytes. One of them is the packet.
fn firewall_log(data: &[u8]) -> Network<'_> {
    /// The packet itself.
    const PAYLOAD: u16 = 9;
    const INTERNET: [u8; 2] = [2, 10];
    let Some((&[family, version, ..], mut rest)) = data.split_first_chunk::<4>() else {
        return Network::Short("NFLOG header");
    };
    if version != 0 || !INTERNET.contains(&family) {
        return Network::Other;
    }
    while let Some((&[low, high, kind_low, kind_high], _)) = rest.split_first_chunk::<4>() {
        // The recorder writes them in its own order. No attribute before the packet is as long as the other order says.
        let [little, big] = [u16::from_le_bytes, u16::from_be_bytes].map(|number| number([low, high]));
        let is_little = usize::from(little) <= rest.len() && (usize::from(big) > rest.len() || little <= big);
        let kind = if is_little {
            u16::from_le_bytes([kind_low, kind_high])
        } else {
            u16::from_be_bytes([kind_low, kind_high])
        };
        let length = usize::from(if is_little { little } else { big });
        if length < 4 || length > rest.len() {
            return Network::Short("NFLOG attribute");
        }
        if kind == PAYLOAD {
            return Network::Ip(rest.get(4..length).unwrap_or_default());
        }
        rest = rest.get(length.next_multiple_of(4)..).unwrap_or_default();
    }
    Network::Other
}

/// Names of link types that people capture on and that are not read.
const NAMES: &[(u32, &str)] = &[
    (9, "PPP"),
    (50, "PPP"),
    (105, "802.11"),
    (119, "Prism"),
    (127, "802.11 with radiotap, monitor mode"),
    (163, "802.11 with AVS"),
    (187, "Bluetooth HCI"),
    (189, "USB"),
    (192, "PPI"),
    (201, "Bluetooth HCI"),
    (220, "USB"),
    (249, "USB of Windows"),
    (253, "netlink"),
    (254, "Bluetooth of Linux"),
    (266, "USB of macOS"),
    (272, "nRF sniffer"),
];

/// Returns the name of a link type that is not read, if it is known.
pub(super) fn name_of(number: u32) -> Option<&'static str> {
    NAMES.iter().find(|(known, _)| *known == number).map(|(_, name)| *name)
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
