use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use etherparse::{IpHeaders, LinuxSllPacketType, PacketBuilder, PacketBuilderStep, TcpHeader, VlanId};
use proptest::prelude::*;

use super::*;
use crate::anomaly::Anomaly;
use crate::origin::{CaptureId, Located, Origin};
use crate::protocol::Sink;

mod fragments;
mod tunnels;

const CLIENT: [u8; 4] = [192, 0, 2, 7];
const SERVER: [u8; 4] = [198, 51, 100, 9];
const CLIENT6: [u8; 16] = [0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 7];
const SERVER6: [u8; 16] = [0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 9];
const HELLO: &[u8] = b"GET /ws/chat HTTP/1.1\r\n\r\n";

/// A packet without borrows.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Seen {
    Tcp {
        from: SocketAddr,
        to: SocketAddr,
        sequence: u32,
        ack: Option<u32>,
        flags: &'static str,
        payload: Vec<u8>,
        cut: u32,
    },
    Udp,
    Unreachable,
    Other,
}

#[derive(Default)]
struct Kept {
    packets: Vec<Seen>,
    /// The records that each came from, first and last.
    records: Vec<(u64, u64)>,
    anomalies: Vec<Anomaly>,
}

impl Sink<Packet<'_>> for Kept {
    fn item(&mut self, packet: Located<Packet<'_>>) {
        self.records.push((packet.origin.first, packet.origin.last));
        self.packets.push(match packet.item {
            Packet::Tcp(segment) => Seen::Tcp {
                from: segment.source,
                to: segment.destination,
                sequence: segment.sequence,
                ack: segment.acknowledgment,
                flags: match (segment.syn, segment.fin, segment.rst) {
                    (false, false, false) => "",
                    (true, false, false) => "syn",
                    (false, true, false) => "fin",
                    (false, false, true) => "rst",
                    _ => "several",
                },
                payload: segment.payload.to_vec(),
                cut: segment.cut,
            },
            Packet::Quoted(..) => Seen::Other,
            Packet::Udp(_) => Seen::Udp,
            Packet::Unreachable(_) => Seen::Unreachable,
            Packet::Other => Seen::Other,
        });
    }

    fn anomaly(&mut self, anomaly: Anomaly) {
        self.anomalies.push(anomaly);
    }
}

impl Kept {
    fn anomalies(&self) -> Vec<(&str, u64, Option<&str>)> {
        self.anomalies.iter().map(|found| (found.diagnosis.id, found.bytes, found.detail.as_deref())).collect()
    }
}

fn decode(records: &[(LinkType, &[u8], usize)]) -> Kept {
    let (mut decoder, mut kept) = (Decoder::default(), Kept::default());
    for (number, &(link, data, wire_length)) in (1..).zip(records) {
        let record = Record { link, data, wire_length: u32::try_from(wire_length).unwrap() };
        decoder.push(Located::new(Origin::of_record(CaptureId(0), number, 0, None), record), &mut kept);
    }
    assert_eq!(kept.packets.len(), records.len(), "one packet a record");
    decoder.finish(&mut kept);
    assert_eq!(kept.packets.len(), records.len());
    kept
}

/// The only packet of a whole record that has nothing wrong with it.
fn sound(link: LinkType, data: &[u8]) -> Seen {
    let kept = decode(&[(link, data, data.len())]);
    assert_eq!(kept.anomalies(), [], "{link:?}");
    assert_eq!(kept.packets.len(), 1);
    kept.packets.into_iter().next().unwrap()
}

/// The only anomaly of a whole record, whose packet is not read.
fn unsound(link: LinkType, data: &[u8]) -> (&'static str, Option<String>) {
    let kept = decode(&[(link, data, data.len())]);
    assert_eq!(kept.packets, [Seen::Other]);
    assert_eq!(kept.anomalies.len(), 1, "{:?}", kept.anomalies());
    (kept.anomalies[0].diagnosis.id, kept.anomalies[0].detail.as_deref().map(str::to_owned))
}

fn hello(from: impl Into<IpAddr>, to: impl Into<IpAddr>) -> Seen {
    Seen::Tcp {
        from: SocketAddr::new(from.into(), 50_000),
        to: SocketAddr::new(to.into(), 443),
        sequence: 1_000,
        ack: Some(2_000),
        flags: "",
        payload: HELLO.to_vec(),
        cut: 0,
    }
}

fn hello4() -> Seen {
    hello(Ipv4Addr::from(CLIENT), Ipv4Addr::from(SERVER))
}

fn hello6() -> Seen {
    hello(Ipv6Addr::from(CLIENT6), Ipv6Addr::from(SERVER6))
}

/// What a builder of IP headers makes of a TCP segment with `payload`.
fn tcp(ip: PacketBuilderStep<IpHeaders>, payload: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    ip.tcp(50_000, 443, 1_000, 512).ack(2_000).write(&mut bytes, payload).unwrap();
    bytes
}

fn ipv4() -> Vec<u8> {
    tcp(PacketBuilder::ipv4(CLIENT, SERVER, 64), HELLO)
}

fn ipv6() -> Vec<u8> {
    tcp(PacketBuilder::ipv6(CLIENT6, SERVER6, 64), HELLO)
}

fn ethernet() -> Vec<u8> {
    tcp(PacketBuilder::ethernet2([2; 6], [4; 6]).ipv4(CLIENT, SERVER, 64), HELLO)
}

fn with(header: &[u8], rest: &[u8]) -> Vec<u8> {
    [header, rest].concat()
}

/// An IPv6 packet with one more extension header, in front of all others. Its first byte is set here.
fn extended(mut ipv6: Vec<u8>, number: u8, extension: &[u8]) -> Vec<u8> {
    let next = std::mem::replace(&mut ipv6[6], number);
    let length = u16::from_be_bytes([ipv6[4], ipv6[5]]) + u16::try_from(extension.len()).unwrap();
    ipv6[4..6].copy_from_slice(&length.to_be_bytes());
    ipv6.splice(40..40, extension.iter().copied());
    ipv6[40] = next;
    ipv6
}

#[test]
fn ethernet_with_any_number_of_vlan_tags() {
    let step = || PacketBuilder::ethernet2([2; 6], [4; 6]);
    let [outer, inner] = [VlanId::try_new(7).unwrap(), VlanId::try_new(8).unwrap()];
    assert_eq!(sound(LinkType::Ethernet, &ethernet()), hello4());
    assert_eq!(sound(LinkType::Ethernet, &tcp(step().ipv6(CLIENT6, SERVER6, 64), HELLO)), hello6());
    assert_eq!(sound(LinkType::Ethernet, &tcp(step().single_vlan(outer).ipv4(CLIENT, SERVER, 64), HELLO)), hello4());
    assert_eq!(
        sound(LinkType::Ethernet, &tcp(step().double_vlan(outer, inner).ipv6(CLIENT6, SERVER6, 64), HELLO)),
        hello6()
    );
    let mut five_tags = ethernet();
    five_tags.splice(12..12, [0x91, 0x00, 0, 1, 0x88, 0xa8, 0, 2].into_iter().chain([0x81, 0x00, 0, 3].repeat(3)));
    assert_eq!(sound(LinkType::Ethernet, &five_tags), hello4());
}

#[test]
fn linux_cooked_headers() {
    let step = || PacketBuilder::linux_sll(LinuxSllPacketType::OUTGOING, 6, [2; 8]);
    assert_eq!(sound(LinkType::LinuxSll, &tcp(step().ipv4(CLIENT, SERVER, 64), HELLO)), hello4());
    let mut on_loopback = tcp(step().ipv6(CLIENT6, SERVER6, 64), HELLO);
    on_loopback[2..4].copy_from_slice(&772_u16.to_be_bytes());
    assert_eq!(sound(LinkType::LinuxSll, &on_loopback), hello6());

    let header = |ether_type: [u8; 2]| with(&ether_type, &[0, 0, 0, 0, 0, 1, 3, 4, 4, 6, 2, 2, 2, 2, 2, 2, 0, 0]);
    assert_eq!(sound(LinkType::LinuxSll2, &with(&header([0x08, 0x00]), &ipv4())), hello4());
    assert_eq!(sound(LinkType::LinuxSll2, &with(&header([0x86, 0xdd]), &ipv6())), hello6());
}

#[test]
fn bare_ip() {
    assert_eq!(sound(LinkType::Raw, &ipv4()), hello4());
    assert_eq!(sound(LinkType::Raw, &ipv6()), hello6());
    assert_eq!(sound(LinkType::Ipv4, &ipv4()), hello4());
    assert_eq!(sound(LinkType::Ipv6, &ipv6()), hello6());
}

#[test]
fn loopback_in_either_byte_order() {
    assert_eq!(sound(LinkType::Null, &with(&[2, 0, 0, 0], &ipv4())), hello4());
    assert_eq!(sound(LinkType::Null, &with(&[0, 0, 0, 2], &ipv4())), hello4());
    assert_eq!(sound(LinkType::Loop, &with(&[0, 0, 0, 2], &ipv4())), hello4());
    for family in [10, 23, 24, 28, 30] {
        assert_eq!(sound(LinkType::Null, &with(&[family, 0, 0, 0], &ipv6())), hello6());
        assert_eq!(sound(LinkType::Null, &with(&[0, 0, 0, family], &ipv6())), hello6());
        assert_eq!(sound(LinkType::Loop, &with(&[0, 0, 0, family], &ipv6())), hello6());
    }
    assert_eq!(sound(LinkType::Loop, &with(&[2, 0, 0, 0], &ipv4())), Seen::Other);
    assert_eq!(sound(LinkType::Null, &with(&[16, 0, 0, 0], &ipv4())), Seen::Other);
}

#[test]
fn flags_and_acknowledgment() {
    let flags = |set: fn(PacketBuilderStep<TcpHeader>) -> PacketBuilderStep<TcpHeader>| {
        let mut bytes = Vec::new();
        set(PacketBuilder::ipv4(CLIENT, SERVER, 64).tcp(50_000, 443, 7, 512)).write(&mut bytes, &[]).unwrap();
        match sound(LinkType::Raw, &bytes) {
            Seen::Tcp { sequence: 7, ack, flags, payload, cut: 0, .. } if payload.is_empty() => (flags, ack),
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(flags(|tcp| tcp.syn()), ("syn", None));
    assert_eq!(flags(|tcp| tcp.syn().ack(9)), ("syn", Some(9)));
    assert_eq!(flags(|tcp| tcp.fin().ack(0)), ("fin", Some(0)));
    assert_eq!(flags(|tcp| tcp.rst()), ("rst", None));
}

#[test]
fn what_is_not_tcp_is_no_anomaly() {
    let arp = with(&with(&[2; 12], &[0x08, 0x06]), &[0; 28]);
    let lldp = with(&with(&[2; 12], &[0x88, 0xcc]), &[0; 40]);
    let length_field = with(&with(&[2; 12], &[0x00, 0x26]), &[0x42; 46]);
    let (mut udp, mut icmp, mut icmpv6) = (Vec::new(), Vec::new(), Vec::new());
    PacketBuilder::ipv4(CLIENT, SERVER, 64).udp(53, 53).write(&mut udp, b"?").unwrap();
    PacketBuilder::ipv4(CLIENT, SERVER, 64).icmpv4_echo_request(1, 1).write(&mut icmp, b"?").unwrap();
    PacketBuilder::ipv6(CLIENT6, SERVER6, 64).icmpv6_echo_request(1, 1).write(&mut icmpv6, b"?").unwrap();
    assert_eq!(sound(LinkType::Ethernet, &arp), Seen::Other);
    assert_eq!(sound(LinkType::Ethernet, &lldp), Seen::Other);
    assert_eq!(sound(LinkType::Ethernet, &length_field), Seen::Other);
    assert_eq!(sound(LinkType::Raw, &udp), Seen::Udp);
    assert_eq!(sound(LinkType::Raw, &icmp), Seen::Other);
    assert_eq!(sound(LinkType::Raw, &icmpv6), Seen::Other);
}

/// The datagram in a record of `length` bytes on the wire.
fn datagram(data: &[u8], length: usize) -> (SocketAddr, SocketAddr, Vec<u8>, u32) {
    #[derive(Default)]
    struct Datagrams(Vec<(SocketAddr, SocketAddr, Vec<u8>, u32)>);

    impl Sink<Packet<'_>> for Datagrams {
        fn item(&mut self, packet: Located<Packet<'_>>) {
            let Packet::Udp(datagram) = packet.item else { panic!("{packet:?}") };
            self.0.push((datagram.source, datagram.destination, datagram.payload.to_vec(), datagram.cut));
        }

        fn anomaly(&mut self, anomaly: Anomaly) {
            panic!("{anomaly:?}");
        }
    }

    let mut found = Datagrams::default();
    let record = Record { link: LinkType::Raw, data, wire_length: u32::try_from(length).unwrap() };
    Decoder::default().push(Located::new(Origin::of_record(CaptureId(0), 1, 0, None), record), &mut found);
    found.0.remove(0)
}

#[test]
fn a_datagram_has_its_ends_and_its_payload_whole_or_cut() {
    let mut udp = Vec::new();
    PacketBuilder::ipv4(CLIENT, SERVER, 64).udp(40_000, 3478).write(&mut udp, b"a request").unwrap();
    let (client, server) = (SocketAddr::from((CLIENT, 40_000)), SocketAddr::from((SERVER, 3478)));
    assert_eq!(datagram(&udp, udp.len()), (client, server, b"a request".to_vec(), 0));
    let cut = &udp[..udp.len() - 4];
    assert_eq!(datagram(cut, udp.len()), (client, server, b"a req".to_vec(), 4));
    let padded = with(&udp, &[0xee; 6]);
    assert_eq!(datagram(&padded, padded.len()), (client, server, b"a request".to_vec(), 0), "a short frame is padded");
    let mut udp = Vec::new();
    PacketBuilder::ipv6(CLIENT6, SERVER6, 64).udp(40_000, 3478).write(&mut udp, b"a request").unwrap();
    let (client, server) = (SocketAddr::from((CLIENT6, 40_000)), SocketAddr::from((SERVER6, 3478)));
    assert_eq!(datagram(&udp, udp.len()), (client, server, b"a request".to_vec(), 0));
}

#[test]
fn a_message_that_a_datagram_did_not_arrive_names_it() {
    let mut udp = Vec::new();
    PacketBuilder::ipv4(CLIENT, SERVER, 64).udp(40_000, 3478).write(&mut udp, b"a request").unwrap();
    let message = |kind: u8, quoted: &[u8]| {
        let mut icmp = Vec::new();
        let body = [&[kind, 3, 0, 0, 0, 0, 0, 0], quoted].concat();
        PacketBuilder::ipv4([192, 0, 2, 1], CLIENT, 64).write(&mut icmp, etherparse::IpNumber::ICMP, &body).unwrap();
        icmp
    };
    assert_eq!(sound(LinkType::Raw, &message(3, &udp[..28])), Seen::Unreachable, "the header and 8 bytes are quoted");
    assert_eq!(sound(LinkType::Raw, &message(11, &udp)), Seen::Other, "it took too long");
    assert_eq!(sound(LinkType::Raw, &message(3, &udp[..22])), Seen::Other, "the ports are missing");
    assert_eq!(sound(LinkType::Raw, &message(3, &ipv4())), Seen::Other, "a segment");
}

#[test]
fn ethernet_padding_is_not_payload() {
    let mut bare_ack = tcp(PacketBuilder::ethernet2([2; 6], [4; 6]).ipv4(CLIENT, SERVER, 64), &[]);
    assert_eq!(bare_ack.len(), 54);
    bare_ack.extend([0xee; 10]);
    assert!(matches!(sound(LinkType::Ethernet, &bare_ack), Seen::Tcp { payload, cut: 0, .. } if payload.is_empty()));
    let padded = with(&tcp(PacketBuilder::ethernet2([2; 6], [4; 6]).ipv6(CLIENT6, SERVER6, 64), HELLO), &[0xee; 4]);
    assert_eq!(sound(LinkType::Ethernet, &padded), hello6());
}

#[test]
fn ipv6_extension_headers_are_passed_over() {
    let padding = [0, 0, 1, 4, 0, 0, 0, 0];
    let routing = [0, 2, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
    let unfragmented = [0, 0, 0, 0, 0, 0, 0, 1];
    let packet = extended(extended(extended(ipv6(), 60, &padding), 43, &routing), 0, &padding);
    assert_eq!(sound(LinkType::Raw, &packet), hello6());
    assert_eq!(sound(LinkType::Raw, &extended(ipv6(), 44, &unfragmented)), hello6());
}

#[test]
fn a_length_of_zero_means_all_there_is() {
    let mut offloaded = ethernet();
    offloaded[16..18].copy_from_slice(&[0, 0]);
    assert_eq!(sound(LinkType::Ethernet, &offloaded), hello4());
    let mut jumbo = ipv6();
    jumbo[4..6].copy_from_slice(&[0, 0]);
    assert_eq!(sound(LinkType::Raw, &jumbo), hello6());

    let kept = decode(&[(LinkType::Ethernet, &offloaded, offloaded.len() + 70_000)]);
    assert!(matches!(&kept.packets[..], [Seen::Tcp { payload, cut: 70_000, .. }] if payload == HELLO));
    assert_eq!(kept.anomalies(), []);

    // What Linux records of BIG TCP: a hop-by-hop header tells the length.
    let jumbogram = tcp(PacketBuilder::ipv6(CLIENT6, SERVER6, 64), &[7; 65_000]);
    let length = u32::try_from(jumbogram.len() - 40 + 8).unwrap().to_be_bytes();
    let mut jumbogram = extended(jumbogram, 0, &with(&[0, 0, 0xc2, 4], &length));
    jumbogram[4..6].copy_from_slice(&[0, 0]);
    assert!(matches!(sound(LinkType::Raw, &jumbogram), Seen::Tcp { payload, cut: 0, .. } if payload == [7; 65_000]));
}

#[test]
fn whatever_the_snapshot_length_nothing_is_unaccounted_for() {
    let mut packet = Vec::new();
    let options = [etherparse::TcpOptionElement::Timestamp(1, 2)];
    let step = PacketBuilder::ethernet2([2; 6], [4; 6]).ipv4(CLIENT, SERVER, 64).tcp(50_000, 443, 1_000, 512);
    step.ack(2_000).options(&options).unwrap().write(&mut packet, HELLO).unwrap();
    let (fixed, payload) = (14 + 20 + 20, 14 + 20 + 32);
    assert_eq!(packet.len(), payload + HELLO.len());
    for length in 0..packet.len() {
        let kept = decode(&[(LinkType::Ethernet, &packet[..length], packet.len())]);
        let (there, absent) = (length.saturating_sub(payload), HELLO.len() - length.saturating_sub(payload));
        if length < fixed {
            let header = if length < 14 {
                "Ethernet header"
            } else if length < 34 {
                "IP header"
            } else {
                "TCP header"
            };
            assert_eq!(kept.packets, [Seen::Other]);
            assert_eq!(
                kept.anomalies(),
                [("packet/header-cut", (packet.len() - length) as u64, Some(header))],
                "{length} bytes"
            );
        } else {
            assert!(
                matches!(&kept.packets[..], [Seen::Tcp { sequence: 1_000, payload, cut, .. }]
                    if payload == &HELLO[..there] && *cut as usize == absent),
                "{length} bytes: {:?}",
                kept.packets
            );
            assert_eq!(kept.anomalies(), []);
        }
    }
}

#[test]
fn headers_that_contradict_themselves() {
    let changed = |mut packet: Vec<u8>, at: usize, byte: u8| {
        packet[at] = byte;
        packet
    };
    let header = |what: &str| ("packet/header", Some(what.to_owned()));
    assert_eq!(unsound(LinkType::Ethernet, &ethernet()[..13]), header("Ethernet header"));
    assert_eq!(unsound(LinkType::Ethernet, &changed(ethernet(), 12, 0x81)[..17]), header("VLAN tag"));
    assert_eq!(unsound(LinkType::LinuxSll, &[0; 15]), header("Linux cooked header"));
    assert_eq!(unsound(LinkType::LinuxSll2, &[0; 19]), header("Linux cooked header, version 2"));
    assert_eq!(unsound(LinkType::Null, &[2, 0, 0]), header("loopback header"));
    assert_eq!(unsound(LinkType::Raw, &[]), header("IP header"));
    assert_eq!(unsound(LinkType::Raw, &changed(ipv4(), 0, 0x75)), header("IP header"));
    assert_eq!(unsound(LinkType::Raw, &changed(ipv4(), 0, 0x44)), header("IP header"));
    assert_eq!(unsound(LinkType::Raw, &changed(ipv4(), 3, 19)), header("IP header"));
    assert_eq!(unsound(LinkType::Raw, &changed(ipv4(), 3, 39)), header("TCP header"));
    assert_eq!(unsound(LinkType::Raw, &changed(ipv4(), 32, 0x40)), header("TCP header"));
    assert_eq!(
        unsound(LinkType::Raw, &extended(ipv6(), 60, &[0, 200, 1, 4, 0, 0, 0, 0])),
        header("IP extension header")
    );
}

#[test]
fn an_unknown_link_type_is_named_once_and_counted_always() {
    let kept = decode(&[
        (LinkType::from(105), &[0; 30], 30),
        (LinkType::from(105), &[0; 20], 20),
        (LinkType::from(9_999), &[0; 10], 10),
    ]);
    assert_eq!(kept.packets, vec![Seen::Other; 3]);
    assert_eq!(
        kept.anomalies(),
        [
            ("packet/link-type", 30, Some("LINKTYPE 105, 802.11")),
            ("packet/link-type", 20, None),
            ("packet/link-type", 10, Some("LINKTYPE 9999")),
        ]
    );
}

#[test]
fn the_diagnoses_are_told_apart() {
    let mut ids: Vec<_> = DIAGNOSES.iter().map(|diagnosis| diagnosis.id).collect();
    assert!(ids.iter().all(|id| id.starts_with("packet/")));
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), DIAGNOSES.len());
}

fn any_link() -> impl Strategy<Value = LinkType> {
    prop::sample::select(vec![0, 1, 12, 14, 101, 108, 113, 228, 229, 276, 147]).prop_map(LinkType::from)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn any_bytes_give_one_packet(link in any_link(), data in prop::collection::vec(any::<u8>(), 0..120), more in 0_usize..40) {
        let kept = decode(&[(link, &data, data.len() + more)]);
        prop_assert_eq!(kept.packets.len(), 1);
        prop_assert!(kept.anomalies.len() <= 2);
    }

    #[test]
    fn flipped_bits_and_cuts_give_one_packet(
        six in any::<bool>(),
        flips in prop::collection::vec((any::<prop::sample::Index>(), 0_u8..8), 0..6),
        cut in any::<prop::sample::Index>(),
    ) {
        let mut data = if six { extended(ipv6(), 0, &[0, 0, 1, 4, 0, 0, 0, 0]) } else { ipv4() };
        for (place, bit) in flips {
            let place = place.index(data.len());
            data[place] ^= 1 << bit;
        }
        let wire_length = data.len();
        data.truncate(cut.index(wire_length + 1));
        let kept = decode(&[(LinkType::Raw, &data, wire_length)]);
        prop_assert_eq!(kept.packets.len(), 1);
        if let [Seen::Tcp { payload, .. }] = &kept.packets[..] {
            prop_assert!(data.ends_with(payload) || data.windows(payload.len()).any(|window| window == payload));
        }
    }
}

/// Whether the TCP segment behind a header of this link type is read.
fn reads_tcp(link: u32, header: &[u8], behind: &[u8]) -> bool {
    let mut data = header.to_vec();
    PacketBuilder::ipv4(CLIENT, SERVER, 64).tcp(1, 2, 3, 4).write(&mut data, b"x").unwrap();
    data.extend(behind);
    let kept = decode(&[(LinkType::from(link), &data, data.len())]);
    matches!(kept.packets[..], [Seen::Tcp { .. }])
}

#[test]
fn packets_of_macos_name_their_own_link_type() {
    let header = |length: u32, kind: u32, link: u32| {
        let mut header = [length, kind, link].map(u32::to_le_bytes).concat();
        header.resize(length.max(12) as usize, 0);
        header
    };
    for number in [149, 258] {
        assert!(reads_tcp(number, &header(108, 1, 12), b""));
        assert!(!reads_tcp(number, &header(108, 1, 258), b""), "no interface has this link type");
        assert!(!reads_tcp(number, &header(108, 2, 12), b""));
        assert!(!reads_tcp(number, &header(3, 1, 12), b""));
    }
}

#[test]
fn a_logged_packet_is_one_attribute_of_several() {
    let little = [2, 0, 0, 40, 8, 0, 1, 0, 0, 0, 3, 22, 5, 0, 10, 0, 0, 0, 0, 0, 45, 0, 9, 0];
    assert!(reads_tcp(239, &little, b"\0\0\0"));
    let big = [2, 0, 0, 40, 0, 8, 0, 1, 0, 0, 3, 22, 0, 5, 0, 10, 0, 0, 0, 0, 0, 45, 0, 9];
    assert!(reads_tcp(239, &big, b"\0\0\0"));
    for bad in
        [&[2, 0, 0][..], &[2, 1, 0, 40], &[9, 0, 0, 40], &[2, 0, 0, 40, 0, 0, 0, 0], &[2, 0, 0, 40, 255, 255, 9, 0]]
    {
        assert!(!reads_tcp(239, bad, b""), "{bad:?}");
    }
}
