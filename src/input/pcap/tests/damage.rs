//! Damaged captures: what is not damaged is read.

use proptest::prelude::*;

use crate::input::fixture::{Classic, Kept, Ng, ORDERS, Order, Seen, read_all};

const NOON: u32 = 1_700_000_000;

/// Bytes of the header of a classic record.
const CLASSIC_HEADER: usize = 16;

/// How many records the captures below have.
const RECORDS: usize = 12;

/// The packets of a capture: as long and as colourful as real ones.
fn packet(number: usize) -> Vec<u8> {
    (0..40 + number * 37 % 150).map(|at| (at * 31 + number * 101 + at * at / 7) as u8).collect()
}

fn classic(order: Order, magic: u32) -> Vec<u8> {
    let file = Classic::new(order, magic, 1);
    (0..RECORDS).fold(file, |file, number| file.record(NOON + number as u32 * 40, 5, &packet(number))).bytes
}

fn ng(order: Order) -> Vec<u8> {
    let file = Ng::new(order).interface(1, 0, &[]);
    (0..RECORDS).fold(file, |file, number| file.enhanced(0, 1_700_000_000_000_000, &packet(number))).bytes
}

/// Where the records of a capture end.
fn ends(records: &[Seen], length: usize) -> Vec<usize> {
    let starts = records.iter().skip(1).map(|next| next.offset as usize);
    starts.chain([length]).collect()
}

/// Asserts that of a capture in which the bytes `from..until` were replaced by `replaced` others, everything else is
/// read, and that what is not is reported.
fn check(whole: &[u8], from: usize, until: usize, with: &[u8]) -> Result<(), TestCaseError> {
    let (_, sound) = read_all(whole);
    prop_assert_eq!(sound.records.len(), RECORDS);
    let damaged = [&whole[..from], with, &whole[until..]].concat();
    let (summary, kept) = read_all(&damaged);
    let moved = |offset: u64| {
        if (offset as usize) < until { offset } else { offset - until as u64 + from as u64 + with.len() as u64 }
    };

    let mut untouched = Vec::new();
    for (record, end) in sound.records.iter().zip(ends(&sound.records, whole.len())) {
        // The last bytes before the damage can be as good a beginning of what comes after it.
        if end + 4 <= from || record.offset as usize >= until {
            untouched.push((moved(record.offset), record.data.clone(), record.wire_length));
        }
    }
    let found: Vec<_> = kept.records.iter().map(|seen| (seen.offset, seen.data.clone(), seen.wire_length)).collect();
    // A header that the damage made, and that leads to a record or the end of the file to the byte, is as good as any.
    let is_met = |place: usize| place == damaged.len() || found.iter().any(|(offset, ..)| *offset as usize == place);
    let made = found.iter().find(|(offset, data, _)| {
        let (start, end) = (*offset as usize, *offset as usize + CLASSIC_HEADER + data.len());
        start <= from + with.len() && end > from && is_met(end)
    });
    for record in &untouched {
        let is_swallowed = made.is_some_and(|(offset, data, _)| {
            *offset < record.0 && (record.0 as usize) < *offset as usize + CLASSIC_HEADER + data.len()
        });
        prop_assert!(found.contains(record) || is_swallowed, "lost: {record:?}");
    }
    for record in &found {
        let (start, end) = (record.0 as usize, record.0 as usize + record.1.len() + 40);
        let is_hit = start <= from + with.len() && end >= from;
        prop_assert!(untouched.contains(record) || is_hit, "invented: {record:?}");
    }
    let numbers: Vec<u64> = kept.records.iter().map(|seen| seen.number).collect();
    prop_assert!(numbers.is_sorted_by(|one, next| one < next));
    prop_assert!(numbers.last().is_none_or(|last| *last == summary.records) || !kept.anomalies.is_empty());
    if found.len() + 1 < RECORDS {
        prop_assert!(!kept.anomalies.is_empty());
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(800))]

    #[test]
    fn a_burst_of_other_bytes_costs_the_records_that_it_hits(
        which in 0_usize..6,
        at in any::<prop::sample::Index>(),
        before in 0_usize..50,
        with in prop::collection::vec(prop_oneof![any::<u8>(), Just(0), Just(0xff)], 0..50),
    ) {
        let (whole, header) = match which {
            0 | 1 => (classic(ORDERS[which], 0xa1b2_c3d4), 24),
            2 | 3 => (classic(ORDERS[which - 2], 0xa1b2_3c4d), 24),
            _ => (ng(ORDERS[which - 4]), 48),
        };
        let from = header + at.index(whole.len() - header);
        check(&whole, from, (from + before).min(whole.len()), &with)?;
    }
}

#[test]
fn whichever_byte_of_a_header_is_wrong() {
    for order in ORDERS {
        for (whole, header) in [(classic(order, 0xa1b2_c3d4), 16), (ng(order), 28)] {
            let (_, sound) = read_all(&whole);
            for record in [0, 5, RECORDS - 2, RECORDS - 1] {
                let at = sound.records[record].offset as usize;
                for byte in at..at + header {
                    for value in [0, 1, 0x20, 0x80, 0xff] {
                        if value != whole[byte] {
                            let outcome = check(&whole, byte, byte + 1, &[value]);
                            assert!(outcome.is_ok(), "record {record}, byte {} is {value}: {outcome:?}", byte - at);
                        }
                    }
                }
            }
        }
    }
}

/// The anomalies of a capture, by diagnosis, record, offset, bytes and detail.
fn told(kept: &Kept) -> Vec<(&str, u64, u64, u64, &str)> {
    let anomalies = kept.anomalies.iter();
    anomalies
        .map(|found| {
            let detail = found.detail.as_deref().unwrap_or_default();
            (found.diagnosis.id, found.origin.last, found.origin.offset, found.bytes, detail)
        })
        .collect()
}

#[test]
fn the_damage_is_described_and_records_are_numbered_on() {
    let mut file = classic(Order::Little, 0xa1b2_c3d4);
    let (_, sound) = read_all(&file);
    let (third, fourth) = (sound.records[2].offset, sound.records[3].offset);
    file[third as usize + 8..third as usize + 12].copy_from_slice(&[0xff; 4]);
    let (summary, kept) = read_all(&file);
    assert_eq!((summary.records, summary.bytes), (RECORDS as u64 - 1, file.len() as u64));
    let detail = format!("a record of impossible length at byte {third}, after record 2; read on at byte {fourth}");
    assert_eq!(told(&kept), [("input/damaged", 2, third, fourth - third, &*detail)]);
    let numbers: Vec<_> = kept.records.iter().map(|seen| seen.number).collect();
    assert_eq!(numbers, (1..RECORDS as u64).collect::<Vec<_>>());
    assert_eq!(kept.records[2].data, packet(3));
}

#[test]
fn what_is_appended_is_damage_and_a_capture_is_read_on() {
    for order in ORDERS {
        for whole in [classic(order, 0xa1b2_c3d4), ng(order)] {
            for junk in [&[0; 1000][..], &[0xff; 333], b"<html><body>404 Not Found, said the proxy</body></html>"] {
                let (summary, kept) = read_all(&[&whole, junk].concat());
                assert_eq!((summary.records, kept.records.len()), (RECORDS as u64, RECORDS));
                let detail = kept.anomalies[0].detail.as_deref().unwrap();
                assert!(detail.ends_with("; nothing after it could be read"), "{detail}");
                let expected = [("input/damaged", RECORDS as u64, whole.len() as u64, junk.len() as u64)];
                assert_eq!(kept.anomalies(), expected);

                let (summary, kept) = read_all(&[&whole, junk, &whole].concat());
                assert_eq!(kept.records.len(), 2 * RECORDS, "{order:?}");
                assert_eq!(summary.records, 2 * RECORDS as u64);
                assert_eq!(kept.anomalies()[0].0, "input/damaged");
                assert_eq!(kept.anomalies()[0].3, junk.len() as u64);
            }
        }
    }
}

#[test]
fn joined_captures_are_read_whatever_their_forms() {
    let [little, big] = ORDERS;
    let first = classic(little, 0xa1b2_c3d4);
    let second = Classic::new(big, 0xa1b2_3c4d, 276).record(1_000_000_000, 999_999_999, b"later").bytes;
    let (summary, kept) = read_all(&[&first[..], &second].concat());
    assert_eq!(summary.records, RECORDS as u64 + 1);
    let last = kept.records.last().unwrap();
    assert_eq!((last.time, &last.data[..]), (Some(1_000_000_000_999_999_999), &b"later"[..]));
    assert_eq!(kept.anomalies(), [("input/continued", RECORDS as u64, first.len() as u64, 0)]);
    assert_eq!(read_all(&[ng(little), ng(big)].concat()).1.anomalies(), []);
}

#[test]
fn a_clock_that_jumps_is_no_damage() {
    let day = 86_400;
    for seconds in [
        [NOON, NOON + 1, NOON - 400 * day, NOON - 400 * day + 1, NOON - 400 * day + 2],
        [0, 1, NOON, NOON + 1, NOON + 2],
        [NOON, NOON + 1, NOON + 2, NOON + 900 * day, NOON + 900 * day],
        [NOON, NOON + 1, u32::MAX, NOON + 2, NOON + 3],
        [NOON, 0, NOON + 1, 0, NOON + 2],
        [0, u32::MAX, NOON, NOON * 2, 77],
    ] {
        let file = Classic::new(Order::Little, 0xa1b2_c3d4, 1);
        let file = seconds.iter().fold(file, |file, seconds| file.record(*seconds, 0, &packet(3)));
        let (_, kept) = read_all(&file.bytes);
        let times: Vec<_> = kept.records.iter().map(|seen| seen.time.unwrap() / 1_000_000_000).collect();
        assert_eq!(times, seconds.map(i64::from));
        assert_eq!(kept.anomalies(), []);
    }
}

#[test]
fn a_writer_with_odd_habits_is_believed() {
    // Lengths on the wire of 0, or smaller than what was captured, and fractions beyond a second.
    for (fraction, wire) in [(0, 0), (0, 9), (u32::MAX, 300)] {
        let file = Classic::new(Order::Big, 0xa1b2_c3d4, 1);
        let file = (0..RECORDS).fold(file, |file, number| file.cut_record(NOON, fraction, &packet(number), wire, &[]));
        let (_, kept) = read_all(&file.bytes);
        assert_eq!(kept.records.len(), RECORDS);
        assert_eq!(kept.anomalies(), []);
    }
}

#[test]
fn a_section_of_another_version_is_read_as_usual() {
    let mut file = Ng::new(Order::Little).interface(1, 0, &[]).enhanced(0, 0, b"one").section(Order::Big);
    let version = file.bytes.len() - 28 + 13;
    file.bytes[version] = 2;
    let (_, kept) = read_all(&file.interface(101, 0, &[]).enhanced(0, 0, b"two").bytes);
    assert_eq!(kept.records.len(), 2);
    assert_eq!(kept.anomalies(), [("input/section", 1, version as u64 - 13, 0)]);
}

/// Whatever lies between two captures, the time to pass over it grows with its length only, and the second is found.
#[test]
fn it_is_a_long_way_to_the_next_record() {
    let long = 16 << 20;
    let words = |words: [u32; 4]| -> Vec<u8> {
        words.map(u32::to_le_bytes).concat().into_iter().cycle().take(1 << 20).collect()
    };
    for kind in 0..5 {
        let junk: Vec<u8> = match kind {
            0 => vec![0; long],
            1 => vec![0xff; long],
            2 => vec![0xa1; long],
            3 => words([6, 32, 0, 0]),
            _ => (0..long / 4).map(|at| (at * at / 3 + at / 256) as u8).collect(),
        };
        for whole in [classic(Order::Little, 0xa1b2_c3d4), ng(Order::Little)] {
            let (_, kept) = read_all(&[&whole[..], &junk, &whole].concat());
            assert_eq!(kept.records.len(), 2 * RECORDS);
            assert_eq!(kept.anomalies()[0], ("input/damaged", RECORDS as u64, whole.len() as u64, junk.len() as u64));
        }
    }
    // Nearly everywhere in this a record could begin.
    let whole = classic(Order::Little, 0xa1b2_c3d4);
    let junk = words([NOON, 1, 60, 60]);
    let (_, kept) = read_all(&[&whole[..], &junk, &whole].concat());

    assert!(kept.records.iter().filter(|seen| seen.data == packet(7)).count() >= 1);
}

#[test]
fn a_damaged_length_that_reaches_the_end_of_the_file_to_the_byte_is_believed() {
    let whole = classic(Order::Big, 0xa1b2_c3d4);
    let damage = [&[255, 0, 0, 1][..], &[0; 12]].concat();
    let outcome = check(&whole, 1360, 1394, &damage);
    assert!(outcome.is_ok(), "{outcome:?}");
    let damaged = [&whole[..1360], &damage[..], &whole[1394..]].concat();
    let (_, kept) = read_all(&damaged);
    let last = kept.records.last().unwrap();
    assert_eq!((last.offset as usize + CLASSIC_HEADER + last.data.len(), last.data.len()), (damaged.len(), 255));
}
