mod damage;

use proptest::prelude::*;

use crate::input::Error;
use crate::input::fixture::{Classic, Ng, ORDERS, Order, Seen, read_all, try_read};
use crate::protocol::packet::LinkType;

/// What the records say besides number and offset.
fn contents(records: &[Seen]) -> Vec<(Option<i64>, LinkType, &[u8], u32)> {
    records.iter().map(|seen| (seen.time, seen.link, &seen.data[..], seen.wire_length)).collect()
}

fn numbers(records: &[Seen]) -> Vec<u64> {
    records.iter().map(|seen| seen.number).collect()
}

#[test]
fn classic_in_both_byte_orders_and_resolutions() {
    let time = 1_700_000_001_000_000_000;
    for order in ORDERS {
        for (magic, nanoseconds) in [(0xa1b2_c3d4, 1_000), (0xa1b2_3c4d, 1)] {
            let file = Classic::new(order, magic, 276).record(1_700_000_001, 999_999, b"one").cut_record(
                1_700_000_001,
                7,
                b"tw",
                300,
                &[],
            );
            let (summary, kept) = read_all(&file.bytes);
            assert_eq!((summary.format, summary.records), ("pcap", 2));
            assert_eq!(
                contents(&kept.records),
                [
                    (Some(time + 999_999 * nanoseconds), LinkType::LinuxSll2, &b"one"[..], 3),
                    (Some(time + 7 * nanoseconds), LinkType::LinuxSll2, b"tw", 300),
                ]
            );
            let places: Vec<_> = kept.records.iter().map(|seen| (seen.number, seen.offset)).collect();
            assert_eq!(places, [(1, 24), (2, 43)]);
            assert_eq!(kept.anomalies(), []);
        }
    }
}

#[test]
fn classic_with_longer_record_headers() {
    let file = Classic::new(Order::Little, 0xa1b2_cd34, 1)
        .cut_record(1, 2, b"one", 3, &[0xee; 8])
        .cut_record(3, 4, b"two", 3, &[0xee; 8]);
    let (_, kept) = read_all(&file.bytes);
    let expected = [
        (Some(1_000_002_000), LinkType::Ethernet, &b"one"[..], 3),
        (Some(3_000_004_000), LinkType::Ethernet, b"two", 3),
    ];
    assert_eq!(contents(&kept.records), expected);
}

#[test]
fn classic_link_types() {
    // In the upper bits: a frame check sequence of 4 bytes is kept.
    let link =
        |number| read_all(&Classic::new(Order::Big, 0xa1b2_c3d4, number).record(0, 0, b"x").bytes).1.records[0].link;
    assert_eq!(link(0x4400_0001), LinkType::Ethernet);
    assert_eq!([link(0), link(12), link(14), link(101)], [LinkType::Null, LinkType::Raw, LinkType::Raw, LinkType::Raw]);
    assert_eq!([link(108), link(113)], [LinkType::Loop, LinkType::LinuxSll]);
    assert_eq!([link(228), link(229)], [LinkType::Ipv4, LinkType::Ipv6]);
    assert_eq!(link(105), LinkType::Unknown(105));
}

#[test]
fn the_latest_and_oddest_times_do_not_overflow() {
    let file = Classic::new(Order::Little, 0xa1b2_c3d4, 1).record(u32::MAX, u32::MAX, b"x");
    let (_, kept) = read_all(&file.bytes);
    assert_eq!(kept.records[0].time, Some(4_294_967_295_000_000_000 + 4_294_967_295_000));
}

#[test]
fn long_records_are_read_if_the_header_announces_them() {
    let mut file =
        Classic::new(Order::Little, 0xa1b2_c3d4, 1).record(0, 0, &vec![7; 3_000_000]).record(0, 0, b"two").bytes;
    assert_eq!(read_all(&file).1.anomalies.len(), 1);
    file[16..20].copy_from_slice(&4_000_000_u32.to_le_bytes());
    let (_, kept) = read_all(&file);
    assert_eq!(kept.anomalies(), []);
    assert_eq!(kept.records.iter().map(|seen| seen.data.len()).collect::<Vec<_>>(), [3_000_000, 3]);
}

#[test]
fn sections_and_interfaces_have_their_own_order_link_and_clock() {
    let [little, big] = ORDERS;
    let file = Ng::new(little)
        .interface(1, 0, &[])
        .interface(101, 0, &[(2, b"tun0"), (9, &[9]), (0, b"")])
        .enhanced(1, 1_700_000_000_123_456_789, b"raw")
        .enhanced_with(0, 1_700_000_000_123_456, b"ethernet", 99, &[2, 0, 4, 0, 1, 0, 0, 0, 0, 0, 0, 0])
        .section(big)
        .interface(276, 0, &[(9, &[0x80 | 10]), (14, &big.u64(1_700_000_000))])
        .enhanced(0, 512, b"cooked")
        .section(little)
        .interface(0, 0, &[(9, &[3]), (14, &little.u64(60)), (0, b""), (9, &[0])])
        .enhanced(0, 1_500, b"loopback");
    let (summary, kept) = read_all(&file.bytes);
    assert_eq!((summary.format, summary.records), ("pcapng", 4));
    assert_eq!(
        contents(&kept.records),
        [
            (Some(1_700_000_000_123_456_789), LinkType::Raw, &b"raw"[..], 3),
            (Some(1_700_000_000_123_456_000), LinkType::Ethernet, b"ethernet", 99),
            (Some(1_700_000_000_500_000_000), LinkType::LinuxSll2, b"cooked", 6),
            (Some(61_500_000_000), LinkType::Null, b"loopback", 8),
        ]
    );
    assert_eq!(numbers(&kept.records), [1, 2, 3, 4]);
    for seen in &kept.records {
        let kind = file.bytes[seen.offset as usize..][..4].to_vec();
        assert!(kind == [6, 0, 0, 0] || kind == [0, 0, 0, 6]);
    }
    assert_eq!(kept.anomalies(), []);
}

#[test]
fn simple_and_obsolete_packet_blocks() {
    for order in ORDERS {
        let file = Ng::new(order)
            .interface(1, 6, &[])
            .interface(101, 0, &[(9, &[0])])
            .simple(5, b"whole")
            .simple(90, b"cut do")
            .obsolete(1, (1 << 32) + 7, b"old");
        let (_, kept) = read_all(&file.bytes);
        assert_eq!(
            contents(&kept.records),
            [
                (None, LinkType::Ethernet, &b"whole"[..], 5),
                (None, LinkType::Ethernet, b"cut do", 90),
                (Some(((1 << 32) + 7) * 1_000_000_000), LinkType::Raw, b"old", 3),
            ]
        );
        assert_eq!(kept.anomalies(), []);
    }
}

#[test]
fn blocks_without_packets_count_as_wireshark_counts_them() {
    for order in ORDERS {
        let mut file = Ng::new(order).interface(1, 0, &[]).enhanced(0, 0, b"one");
        for quiet in [4, 5] {
            file = file.block(quiet, &[0; 12]);
        }
        for unnumbered in [0x77, 0x201, 0x8000_0001, 10] {
            file = file.block(unnumbered, b"content");
        }
        file = file.enhanced(0, 0, b"two");
        for numbered in [9, 0xbad, 0x4000_0bad, 0x204, 0x216, 0x221] {
            file = file.block(numbered, b"content");
        }
        let (summary, kept) = read_all(&file.enhanced(0, 0, b"nine").bytes);
        assert_eq!((summary.records, numbers(&kept.records)), (9, vec![1, 2, 9]));
        let found: Vec<_> = kept.anomalies.iter().map(|found| (found.diagnosis.id, found.detail.as_deref())).collect();
        assert_eq!(
            found[..5],
            [
                ("input/block", Some("block type 0x77")),
                ("input/block", Some("block type 0x201")),
                ("input/block", Some("block type 0x80000001")),
                ("input/secrets", Some("cut short")),
                ("input/block", Some("block type 0x9")),
            ]
        );
        assert_eq!(found.len(), 10);
    }
}

#[test]
fn secrets_of_tls_are_an_entry_and_others_are_named() {
    for order in ORDERS {
        let secrets =
            |kind: u32, length: u32, text: &[u8]| [order.u32(kind).as_slice(), &order.u32(length), text].concat();
        let file = Ng::new(order)
            .interface(1, 0, &[])
            .block(10, &secrets(0x544c_534b, 6, b"first\n"))
            .enhanced(0, 0, b"one")
            .block(10, &secrets(0x5747_4b4c, 3, b"key"))
            .block(10, &secrets(0x0102_0304, 0, b""))
            .block(10, &secrets(0x544c_534b, 0, b""))
            .block(10, &secrets(0x544c_534b, 9, b"too long"));
        let (summary, kept) = read_all(&file.bytes);
        assert_eq!(summary.records, 1);
        assert_eq!(kept.secrets, [(0, b"first\n".to_vec()), (1, Vec::new())]);
        let found: Vec<_> = kept.anomalies.iter().map(|found| (found.diagnosis.id, found.detail.as_deref())).collect();
        let named = [Some("WireGuard"), Some("type 0x01020304"), Some("cut short")];
        assert_eq!(found, named.map(|name| ("input/secrets", name)));
    }
}

#[test]
fn a_packet_of_no_described_interface_is_skipped() {
    let file = Ng::new(Order::Little)
        .enhanced(0, 0, b"before")
        .simple(6, b"before")
        .interface(1, 0, &[])
        .enhanced(1, 0, b"beyond")
        .enhanced(0, 0, b"here")
        .section(Order::Big)
        .enhanced(0, 0, b"forgotten");
    let (summary, kept) = read_all(&file.bytes);
    assert_eq!((summary.records, numbers(&kept.records)), (5, vec![4]));
    let found: Vec<_> = kept.anomalies().iter().map(|&(id, record, _, bytes)| (id, record, bytes)).collect();
    assert_eq!(
        found,
        [
            ("input/no-interface", 1, 6),
            ("input/no-interface", 2, 6),
            ("input/no-interface", 3, 6),
            ("input/no-interface", 5, 9)
        ]
    );
}

#[test]
fn a_packet_block_that_contradicts_itself_is_skipped() {
    for order in ORDERS {
        let mut file = Ng::new(order).interface(1, 0, &[]).enhanced(0, 0, b"one").bytes;
        let captured = file.len() - 4 - 4 - 8;
        file[captured..captured + 4].copy_from_slice(&order.u32(200));
        let rest = Ng::new(order).interface(1, 0, &[]).block(2, b"short").enhanced(0, 0, b"two").bytes;
        let (summary, kept) = read_all(&[file, rest].concat());
        assert_eq!((summary.records, numbers(&kept.records)), (3, vec![3]));
        let found: Vec<_> = kept.anomalies().iter().map(|&(id, record, _, _)| (id, record)).collect();
        assert_eq!(found, [("input/packet-block", 1), ("input/packet-block", 2)]);
    }
}

#[test]
fn blocks_larger_than_the_buffer_are_read() {
    let large = vec![7; 3 << 20];
    let file =
        Ng::new(Order::Little).interface(1, 0, &[]).block(0xbad, &large).enhanced(0, 0, &large).enhanced(0, 0, b"end");
    let (_, kept) = read_all(&file.bytes);
    assert_eq!(kept.records.iter().map(|seen| seen.data.len()).collect::<Vec<_>>(), [3 << 20, 3]);
}

#[test]
fn a_time_out_of_range_is_left_out() {
    let file = Ng::new(Order::Little).interface(1, 0, &[]).enhanced(0, u64::MAX, b"one").enhanced(0, 1, b"two");
    let (_, kept) = read_all(&file.bytes);
    assert_eq!(kept.records.iter().map(|seen| seen.time).collect::<Vec<_>>(), [None, Some(1_000)]);
    assert_eq!(kept.anomalies(), [("input/time", 1, 48, 0)]);
}

/// Every prefix of a capture whose records end at these offsets.
fn check_prefixes(file: &[u8], magic: usize, boundaries: &[u64]) {
    let (_, whole) = read_all(file);
    let length_at = |record: usize| whole.records.get(record + 1).map_or(file.len() as u64, |next| next.offset);
    for length in 0..file.len() {
        let (result, kept) = try_read(&file[..length], None);
        match result {
            Err(Error::Empty) => assert_eq!(length, 0),
            Err(Error::Unrecognized { .. }) => assert!(length < magic),
            Err(error) => panic!("{length}: {error}"),
            Ok(summary) => {
                let complete =
                    (0..whole.records.len()).take_while(|&record| length_at(record) <= length as u64).count();
                assert_eq!(kept.records, whole.records[..complete], "{length} bytes");
                assert_eq!((summary.records, summary.bytes), (complete as u64, kept_until(length as u64, boundaries)));
                let left = length as u64 - summary.bytes;
                let expected = [("input/cut", complete as u64, summary.bytes, left)];
                assert_eq!(kept.anomalies(), expected[..usize::from(left > 0)], "{length} bytes");
            }
        }
    }
}

fn kept_until(length: u64, boundaries: &[u64]) -> u64 {
    boundaries.iter().copied().filter(|&boundary| boundary <= length).max().unwrap_or(0)
}

#[test]
fn every_prefix_of_a_classic_pcap() {
    const NOON: u32 = 1_700_000_000;
    for order in ORDERS {
        let file = Classic::new(order, 0xa1b2_c3d4, 1)
            .record(NOON, 0, b"one")
            .cut_record(NOON, 0, b"", 9, &[])
            .record(NOON, 0, b"three");
        check_prefixes(&file.bytes, 4, &[24, 43, 59, 80]);
    }
}

#[test]
fn every_prefix_of_a_pcapng() {
    for order in ORDERS {
        let file = Ng::new(order).interface(1, 0, &[]).enhanced(0, 0, b"one").obsolete(0, 0, b"two").simple(4, b"last");
        check_prefixes(&file.bytes, 4, &[28, 48, 84, 120, 140]);
    }
}

fn captures() -> Vec<Vec<u8>> {
    let [little, big] = ORDERS;
    vec![
        Classic::new(little, 0xa1b2_c3d4, 1).record(0, 0, b"one").record(0, 0, b"two").bytes,
        Classic::new(big, 0xa1b2_3c4d, 1).record(0, 0, b"one").record(0, 0, b"two").bytes,
        Ng::new(little)
            .interface(1, 0, &[(9, &[6]), (14, &[0; 8])])
            .enhanced_with(0, 0, b"one", 3, &[2, 0, 4, 0, 0, 0, 0, 0])
            .simple(3, b"two")
            .block(4, &[0; 12])
            .block(10, b"secret")
            .section(big)
            .interface(1, 0, &[])
            .obsolete(0, 0, b"three")
            .bytes,
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_024))]

    #[test]
    fn flipped_bits(
        which in 0_usize..3,
        flips in prop::collection::vec((any::<prop::sample::Index>(), 0_u8..8), 1..5),
    ) {
        let mut file = captures().swap_remove(which);
        for (place, bit) in flips {
            let place = place.index(file.len());
            file[place] ^= 1 << bit;
        }
        let (result, kept) = try_read(&file, None);
        match result {
            Ok(summary) => {
                let seen = numbers(&kept.records);
                prop_assert!(seen.is_sorted_by(|one, next| one < next));
                prop_assert!(seen.last().is_none_or(|last| *last <= summary.records));
                prop_assert!(summary.bytes <= file.len() as u64);
            }
            Err(error) => prop_assert!(matches!(error, Error::Unrecognized { .. }), "{error}"),
        }
    }
}
