//! Packets inside of packets.

use super::*;

/// An IPv4 packet with this protocol and payload.
fn carrying(protocol: u8, payload: &[u8]) -> Vec<u8> {
    let mut packet = Vec::new();
    PacketBuilder::ipv4(SERVER, CLIENT, 64).write(&mut packet, protocol.into(), payload).unwrap();
    packet
}

/// A UDP datagram to this port.
fn datagram(port: u16, payload: &[u8]) -> Vec<u8> {
    let mut packet = Vec::new();
    PacketBuilder::ipv4(SERVER, CLIENT, 64).udp(50_000, port).write(&mut packet, payload).unwrap();
    packet
}

fn frame(ether_type: [u8; 2], payload: &[u8]) -> Vec<u8> {
    with(&with(&[2; 12], &ether_type), payload)
}

#[test]
fn pppoe_sessions() {
    let session = |protocol: [u8; 2], packet: &[u8]| {
        let length = u16::try_from(packet.len() + 2).unwrap().to_be_bytes();
        frame([0x88, 0x64], &with(&with(&[0x11, 0, 0, 7], &length), &with(&protocol, packet)))
    };
    assert_eq!(sound(LinkType::Ethernet, &session([0, 0x21], &ipv4())), hello4());
    assert_eq!(sound(LinkType::Ethernet, &session([0, 0x57], &ipv6())), hello6());
    assert_eq!(sound(LinkType::Ethernet, &session([0xc0, 0x21], &[9, 1, 0, 8])), Seen::Other);
    assert_eq!(sound(LinkType::Ethernet, &frame([0x88, 0x63], &[0x11, 9, 0, 0])), Seen::Other);
    let cut = session([0, 0x21], &[]);
    assert_eq!(unsound(LinkType::Ethernet, &cut[..20]), ("packet/header", Some("PPPoE header".to_owned())));
}

#[test]
fn mpls_labels() {
    let labels = [[0, 1, 0x20, 64], [0, 2, 0x01, 64]].concat();
    assert_eq!(sound(LinkType::Ethernet, &frame([0x88, 0x47], &with(&labels, &ipv4()))), hello4());
    assert_eq!(sound(LinkType::Ethernet, &frame([0x88, 0x48], &with(&labels[4..], &ipv6()))), hello6());
    assert_eq!(sound(LinkType::Ethernet, &frame([0x88, 0x47], &with(&labels, &[0; 40]))), Seen::Other);
    let endless = frame([0x88, 0x47], &[0; 400]);
    assert_eq!(unsound(LinkType::Ethernet, &endless), ("packet/header", Some("MPLS label".to_owned())));
}

#[test]
fn ip_in_ip() {
    assert_eq!(sound(LinkType::Raw, &carrying(4, &ipv4())), hello4());
    assert_eq!(sound(LinkType::Raw, &carrying(41, &ipv6())), hello6());
    let mut six_in_six = Vec::new();
    PacketBuilder::ipv6(SERVER6, CLIENT6, 64).write(&mut six_in_six, 41.into(), &ipv6()).unwrap();
    assert_eq!(sound(LinkType::Raw, &six_in_six), hello6());
}

#[test]
fn gre() {
    let gre = |flags: u8, fields: usize, ether_type: [u8; 2], payload: &[u8]| {
        carrying(47, &with(&with(&[flags, 0], &ether_type), &with(&vec![0xee; 4 * fields], payload)))
    };
    assert_eq!(sound(LinkType::Raw, &gre(0, 0, [0x08, 0x00], &ipv4())), hello4());
    assert_eq!(sound(LinkType::Raw, &gre(0x20, 1, [0x86, 0xdd], &ipv6())), hello6());
    assert_eq!(sound(LinkType::Raw, &gre(0xb0, 3, [0x65, 0x58], &ethernet())), hello4());
    // Source routes, and PPTP's version of it.
    assert_eq!(sound(LinkType::Raw, &gre(0x40, 0, [0x08, 0x00], &ipv4())), Seen::Other);
    assert_eq!(sound(LinkType::Raw, &carrying(47, &[0x30, 0x81, 0x88, 0x0b])), Seen::Other);
    let short = carrying(47, &[0xb0, 0, 8, 0, 1, 2, 3, 4, 5, 6, 7, 8]);
    assert_eq!(unsound(LinkType::Raw, &short), ("packet/header", Some("GRE header".to_owned())));
}

#[test]
fn vxlan() {
    let vxlan = |flags: u8| with(&[flags, 0, 0, 0, 0, 0, 42, 0], &ethernet());
    assert_eq!(sound(LinkType::Raw, &datagram(4789, &vxlan(8))), hello4());
    assert_eq!(sound(LinkType::Raw, &datagram(4789, &vxlan(9))), Seen::Udp);
    assert_eq!(sound(LinkType::Raw, &datagram(4790, &vxlan(8))), Seen::Udp);
    assert_eq!(sound(LinkType::Raw, &datagram(4789, &[8, 0, 0])), Seen::Udp);
}

#[test]
fn what_is_cut_inside_a_tunnel_is_accounted_for() {
    let packet = carrying(4, &ipv4());
    let kept = decode(&[(LinkType::Raw, &packet[..packet.len() - 5], packet.len())]);
    assert!(matches!(&kept.packets[..], [Seen::Tcp { cut: 5, payload, .. }] if payload == &HELLO[..HELLO.len() - 5]));
    let kept = decode(&[(LinkType::Raw, &packet[..50], packet.len())]);
    assert_eq!(kept.anomalies(), [("packet/header-cut", (packet.len() - 50) as u64, Some("TCP header"))]);
}

#[test]
fn there_is_an_end_to_what_is_inside_what() {
    let nested = |times| (0..times).fold(ipv4(), |packet, _| carrying(4, &packet));
    assert_eq!(sound(LinkType::Raw, &nested(8)), hello4());
    assert_eq!(unsound(LinkType::Raw, &nested(9)), ("packet/tunnels", None));
    let frames =
        (0..10_000).fold(Vec::new(), |frame: Vec<u8>, _| with(&[&[2; 12][..], &[0x65, 0x58]].concat(), &frame));
    assert_eq!(unsound(LinkType::Ethernet, &frames), ("packet/tunnels", None));
}
