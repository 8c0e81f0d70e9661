use std::io::{self, Read, Write};

use flate2::Compression;
use flate2::write::GzEncoder;
use lz4_flex::frame::{BlockSize, FrameEncoder, FrameInfo};
use proptest::prelude::*;

use super::*;
use crate::input::fixture::{Classic, Kept, Order, Pieces, read_all, try_read};
use crate::input::{Error, Summary};
use crate::origin::CaptureId;

const CONTAINERS: [Container; 3] = [Container::Gzip, Container::Zstandard, Container::Lz4];

fn archive(container: Container, content: &[u8]) -> Vec<u8> {
    match container {
        Container::Gzip => {
            let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
            encoder.write_all(content).unwrap();
            encoder.finish().unwrap()
        }
        Container::Zstandard => {
            let mut encoder = zstd::Encoder::new(Vec::new(), 0).unwrap();
            encoder.include_checksum(true).unwrap();
            encoder.write_all(content).unwrap();
            encoder.finish().unwrap()
        }
        Container::Lz4 => {
            // With a checksum, as the commands do.
            let info = FrameInfo::new().content_checksum(true).block_size(BlockSize::Max64KB);
            let mut encoder = FrameEncoder::with_frame_info(info, Vec::new());
            encoder.write_all(content).unwrap();
            encoder.finish().unwrap()
        }
    }
}

/// A capture that does not compress well, of several blocks of each kind of archive.
fn capture() -> Vec<u8> {
    let mut noise = 1_u32;
    let mut packet = || {
        (0..1400)
            .map(|_| {
                noise = noise.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                (noise >> 27) as u8
            })
            .collect::<Vec<_>>()
    };
    (0..200).fold(Classic::new(Order::Little, 0xa1b2_c3d4, 1), |file, _| file.record(1_700_000_000, 0, &packet())).bytes
}

#[test]
fn archives_are_recognised_and_read_through() {
    let capture = capture();
    let (summary, plain) = read_all(&capture);
    for container in CONTAINERS {
        let (half, rest) = capture.split_at(100_000);
        let once = archive(container, &capture);
        let joined = [archive(container, half), archive(container, b""), archive(container, rest)].concat();
        let nested = CONTAINERS.map(|outer| archive(outer, &once));
        for input in [&once, &joined].into_iter().chain(&nested) {
            let (of_archive, kept) = read_all(input);
            let expected = Container::of(&input[..MAGIC_LENGTH]).map(Container::name).unwrap();
            let around = of_archive.container.as_deref().unwrap();
            assert!(around == expected || around == format!("{} in {expected}", container.name()), "{around}");
            assert_eq!(Summary { container: None, ..of_archive }, summary, "{container:?}");
            assert_eq!(kept.records, plain.records);
            assert_eq!(kept.anomalies(), []);
        }
        let named = try_read(&once, Some("pcap")).0.unwrap();
        assert_eq!(named, Summary { container: Some(container.name().to_owned()), ..summary.clone() });
        let thrice = archive(Container::Gzip, &nested[0]);
        assert!(matches!(try_read(&thrice, None).0, Err(Error::Unrecognized { .. })));
    }
}

#[test]
fn what_zstd_skips_and_pads() {
    let capture = capture();
    let skippable =
        [&[0x53, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 1, 2, 3][..], &archive(Container::Zstandard, &capture)].concat();
    let (summary, kept) = read_all(&skippable);
    assert_eq!((summary.records, kept.anomalies.len()), (200, 0));
}

#[test]
fn a_cut_archive_is_read_up_to_the_cut() {
    let capture = capture();
    let (_, plain) = read_all(&capture);
    for container in CONTAINERS {
        let whole = archive(container, &capture);
        let mut read = 0;
        for length in (0..whole.len()).step_by(997).chain(whole.len() - 12..whole.len()).skip(1) {
            let (result, kept) = try_read(&whole[..length], None);
            match result {
                Err(Error::Archive(detail)) => assert!(length < 300_000 && detail.starts_with(container.name())),
                Err(Error::Unrecognized { .. }) => assert!(length < 5),
                Err(error) => panic!("{container:?}, {length} bytes: {error}"),
                Ok(summary) => {
                    assert_eq!(kept.records, plain.records[..kept.records.len()]);
                    let found = kept.anomalies();
                    assert_eq!(found.len(), 1, "{container:?}, {length} bytes: {found:?}");
                    assert_eq!((found[0].0, found[0].1), ("input/archive-cut", summary.records));
                    let detail = format!("{}, after record {}", container.name(), summary.records);
                    assert_eq!(kept.anomalies[0].detail.as_deref(), Some(&*detail));
                    assert!(kept.records.len() >= read);
                    read = kept.records.len();
                }
            }
        }
        assert!(read > 100, "{container:?}: {read}");
    }
}

#[test]
fn an_archive_that_something_else_follows() {
    for container in CONTAINERS {
        let input = [archive(container, &capture()), b"and then this, which is no archive".to_vec()].concat();
        let (summary, kept) = read_all(&input);
        assert_eq!(summary.records, 200, "{container:?}");
        assert_eq!(kept.anomalies().len(), 1);
        assert_eq!(kept.anomalies()[0].0, "input/archive-damaged", "{container:?}");
    }
}

#[test]
fn a_failure_of_the_operating_system_is_no_damage() {
    struct Failing;
    impl Read for Failing {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            Err(io::Error::other("the disk is on fire"))
        }
    }
    for container in CONTAINERS {
        let whole = archive(container, &archive(container, &capture()));
        let mut kept = Kept::default();
        let mut reader = whole[..whole.len() - 5_000].chain(Failing);
        let error = crate::input::read(CaptureId(3), &mut reader, None, &mut kept).unwrap_err();
        assert_eq!(error.to_string(), "cannot read the input: the disk is on fire");
        assert!(kept.records.len() > 40, "{container:?}: {}", kept.records.len());
        assert_eq!(kept.anomalies(), []);
    }
}

#[test]
fn an_archive_of_nothing_is_empty() {
    for container in CONTAINERS {
        assert!(matches!(try_read(&archive(container, b""), None).0, Err(Error::Empty)));
        assert!(matches!(try_read(&archive(container, b"hello"), None).0, Err(Error::Unrecognized { .. })));
    }
}

#[test]
fn only_what_was_made_to_be_so_is_too_dense() {
    let gigabyte = 1 << 30;
    assert!(!is_too_dense(gigabyte, 1));
    assert!(is_too_dense(gigabyte + 1, 1_000_000));
    assert!(!is_too_dense(gigabyte + 1, 1_100_000));
    assert!(!is_too_dense(900 * gigabyte, gigabyte));
    assert!(is_too_dense(1_001 * gigabyte, gigabyte));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn damaged_archives_end_with_an_anomaly(
        which in 0_usize..3,
        flips in prop::collection::vec((any::<prop::sample::Index>(), 0_u8..8), 1..4),
    ) {
        let capture = Classic::new(Order::Little, 0xa1b2_c3d4, 1).record(1_700_000_000, 0, &[7; 900]).bytes;
        let mut input = archive(CONTAINERS[which], &capture);
        for (place, bit) in flips {
            let place = place.index(input.len());
            input[place] ^= 1 << bit;
        }
        let (result, kept) = try_read(&input, None);
        let is_intact = result.is_ok() && kept.records.len() == 1 && kept.records[0].data == [7; 900];
        prop_assert!(is_intact || result.is_err() || !kept.anomalies.is_empty());
    }

    #[test]
    fn in_whatever_pieces_the_archive_comes(lengths in prop::collection::vec(1_usize..9_000, 1..20), which in 0_usize..3) {
        let capture = capture();
        let (expected, plain) = read_all(&capture);
        let input = archive(CONTAINERS[which], &capture);
        let mut pieces = Pieces { rest: &input, lengths: lengths.into_iter().cycle(), interrupt: false };
        let mut kept = Kept::default();
        let summary = crate::input::read(CaptureId(3), &mut pieces, None, &mut kept).unwrap();
        prop_assert_eq!(Summary { container: None, ..summary }, expected);
        prop_assert_eq!(kept.records, plain.records);
        prop_assert_eq!(kept.anomalies.len(), 0);
    }
}
