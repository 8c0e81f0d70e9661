//! IP packets in fragments.

use super::*;

/// The fragments of an IPv4 packet without options, `size` bytes of its payload in each.
fn fragments4(packet: &[u8], identification: u16, size: usize) -> Vec<Vec<u8>> {
    let (header, payload) = packet.split_at(20);
    let last = payload.len().div_ceil(size) - 1;
    let pieces = payload.chunks(size).enumerate().map(|(index, piece)| {
        let mut fragment = with(header, piece);
        let length = u16::try_from(fragment.len()).unwrap();
        let offset = u16::try_from(index * size / 8).unwrap() | if index < last { 0x2000 } else { 0 };
        fragment[2..4].copy_from_slice(&length.to_be_bytes());
        fragment[4..6].copy_from_slice(&identification.to_be_bytes());
        fragment[6..8].copy_from_slice(&offset.to_be_bytes());
        fragment
    });
    pieces.collect()
}

/// The fragments of an IPv6 packet without extension headers.
fn fragments6(packet: &[u8], identification: u8, size: usize) -> Vec<Vec<u8>> {
    let payload = &packet[40..];
    let last = payload.len().div_ceil(size) - 1;
    let pieces = payload.chunks(size).enumerate().map(|(index, piece)| {
        let offset = (u16::try_from(index * size).unwrap() | u16::from(index < last)).to_be_bytes();
        let header = [0, 0, offset[0], offset[1], 0, 0, 0, identification];
        let mut whole = with(&packet[..40], piece);
        whole[4..6].copy_from_slice(&u16::try_from(piece.len()).unwrap().to_be_bytes());
        extended(whole, 44, &header)
    });
    pieces.collect()
}

fn decode_raw(packets: &[Vec<u8>]) -> Kept {
    let records: Vec<_> = packets.iter().map(|packet| (LinkType::Raw, &packet[..], packet.len())).collect();
    decode(&records)
}

/// The packets that are no others, and their records.
fn read(kept: &Kept) -> Vec<(Seen, (u64, u64))> {
    let all = kept.packets.iter().cloned().zip(kept.records.iter().copied());
    all.filter(|(packet, _)| *packet != Seen::Other).collect()
}

#[test]
fn fragments_are_put_together_in_any_order() {
    for (fragments, whole) in [(fragments4(&ipv4(), 7, 16), hello4()), (fragments6(&ipv6(), 7, 16), hello6())] {
        assert_eq!(fragments.len(), 3);
        for order in [[0, 1, 2], [2, 1, 0], [1, 2, 0], [1, 0, 2]] {
            let mut packets = vec![ipv4()];
            packets.extend(order.map(|index| fragments[index].clone()));
            let kept = decode_raw(&packets);
            assert_eq!(read(&kept), [(hello4(), (1, 1)), (whole.clone(), (2, 4))]);
            assert_eq!(kept.anomalies(), []);
        }
    }
}

#[test]
fn fragments_of_several_packets_are_told_apart() {
    let (one, two, six) = (fragments4(&ipv4(), 1, 24), fragments4(&ipv4(), 2, 24), fragments6(&ipv6(), 1, 24));
    let packets: Vec<_> =
        one.iter().zip(&two).zip(&six).flat_map(|((one, two), six)| [one, two, six]).cloned().collect();
    let kept = decode_raw(&packets);
    assert_eq!(read(&kept), [(hello4(), (1, 4)), (hello4(), (2, 5)), (hello6(), (3, 6))]);
    assert_eq!(kept.anomalies(), []);
}

#[test]
fn fragments_recorded_twice_are_read_once() {
    let [one, two] = fragments4(&ipv4(), 1, 24).try_into().unwrap();
    for packets in [[&one, &one, &two, &two], [&one, &two, &one, &two]] {
        let kept = decode_raw(&packets.map(Vec::clone));
        assert_eq!(read(&kept).len(), 1);
        assert_eq!(kept.anomalies(), []);
    }
}

#[test]
fn missing_fragments_are_reported_at_the_end_or_when_there_are_too_many() {
    let mut udp = Vec::new();
    PacketBuilder::ipv4(CLIENT, SERVER, 64).udp(53, 53).write(&mut udp, &[b'?'; 50]).unwrap();
    let lost = fragments4(&ipv4(), 1, 16);
    let kept = decode_raw(&[lost[0].clone(), lost[2].clone(), fragments4(&udp, 1, 16).remove(1)]);
    assert_eq!(read(&kept), []);
    let last = (ipv4().len() - 20 - 32) as u64;
    assert_eq!(kept.anomalies(), [("packet/tcp-fragment", 16 + last, None), ("packet/fragment", 16, None)]);
    assert_eq!((kept.anomalies[0].origin.first, kept.anomalies[0].origin.last), (1, 2));

    let firsts: Vec<_> = (0..1_000).map(|number| fragments4(&ipv4(), number, 16).remove(0)).collect();
    let kept = decode_raw(&firsts);
    assert_eq!(kept.anomalies().len(), 1_000);
    assert_eq!(kept.anomalies[0].origin.last, 1);
}

#[test]
fn the_number_of_a_packet_is_used_again_later() {
    let [one, two] = fragments4(&ipv4(), 1, 24).try_into().unwrap();
    let seconds = |apart: i64| {
        let (mut decoder, mut kept) = (Decoder::default(), Kept::default());
        let between = vec![ipv4(); 100];
        for (number, packet) in (1..).zip([&one].into_iter().chain(&between).chain([&two, &one, &two])) {
            let time = Some(crate::origin::Timestamp(if number == 1 { 0 } else { apart * 1_000_000_000 }));
            let record = Record { link: LinkType::Raw, data: packet, wire_length: packet.len() as u32 };
            decoder.push(Located::new(Origin::of_record(CaptureId(0), number, 0, time), record), &mut kept);
        }
        decoder.finish(&mut kept);
        (
            read(&kept)
                .into_iter()
                .map(|(_, records)| records)
                .filter(|(first, last)| first < last)
                .collect::<Vec<_>>(),
            kept,
        )
    };
    let (whole, kept) = seconds(1);
    assert_eq!((whole, kept.anomalies().len()), (vec![(1, 102)], 0));
    for apart in [60, -60] {
        let (whole, kept) = seconds(apart);
        assert_eq!(whole, [(102, 103)]);
        assert_eq!(kept.anomalies(), [("packet/tcp-fragment", 24, None)]);
    }
}

#[test]
fn fragments_that_were_cut_or_contradict_each_other_make_no_packet() {
    let fragments = fragments4(&ipv4(), 1, 24);
    let (one, two) = (&fragments[0][..], &fragments[1][..]);
    let kept = decode(&[(LinkType::Raw, one, one.len()), (LinkType::Raw, &two[..two.len() - 3], two.len())]);
    assert_eq!(read(&kept), []);
    assert_eq!(kept.anomalies(), [("packet/tcp-fragment", (24 + two.len() - 20 - 3) as u64, None)]);

    let mut uneven = fragments[0].clone();
    uneven.truncate(40);
    uneven[2..4].copy_from_slice(&[0, 40]);
    let kept = decode_raw(&[uneven]);
    let contradiction = ("packet/tcp-fragment", 20, Some("fragments contradict each other"));
    assert_eq!(kept.anomalies(), [contradiction, ("packet/tcp-fragment", 20, None)]);
}

#[test]
fn fragments_inside_a_tunnel_and_of_one() {
    let tunnel = |packet: &Vec<u8>| {
        let mut outer = Vec::new();
        PacketBuilder::ipv4(SERVER, CLIENT, 64).write(&mut outer, 4.into(), packet).unwrap();
        outer
    };
    let inside: Vec<_> = fragments4(&ipv4(), 3, 24).iter().map(tunnel).collect();
    assert_eq!(read(&decode_raw(&inside)), [(hello4(), (1, 2))]);
    let of_one = fragments4(&tunnel(&ipv4()), 3, 24);
    assert_eq!(read(&decode_raw(&of_one)), [(hello4(), (1, 3))]);
}
