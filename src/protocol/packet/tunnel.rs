//! Tunnels: IP packets that carry packets.

use etherparse::{IpNumber, ip_number};

use super::link::{self, Network};

/// The UDP port of VXLAN.
const VXLAN_PORT: u16 = 4789;

/// What is inside the payload of an IP packet; `None` if it is no tunnel.
pub(super) fn inside(carries: IpNumber, payload: &[u8]) -> Option<Network<'_>> {
    match carries {
        ip_number::IPV4 | ip_number::IPV6 => Some(Network::Ip(payload)),
        ip_number::GRE => Some(gre(payload)),
        ip_number::UDP => vxlan(payload),
        _ => None,
    }
}

/// GRE (RFC 2784, RFC 2890): flags, an ether type, and as many words as there are flags for a checksum, a key and a
/// sequence number.
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
        Some(payload) => link::of_type([high, low], payload),
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
