//! One session in several formats of packets.

use std::fs::File;
use std::io::{Cursor, Read};
use std::ops::ControlFlow;

use ringtrace::anomaly::Anomaly;
use ringtrace::input::{self, Entry, Sink};
use ringtrace::origin::{CaptureId, Located};
use ringtrace::protocol;
use ringtrace::protocol::packet::{Decoder, Packet};

use crate::generated::answered_and_missed_packets;
use crate::generated::capture_file::{self, Interface};
use crate::generated::wire::Link;
use crate::shared::shared;

/// The TCP segments of a capture: when, at which sequence number, and what.
#[derive(Default)]
struct Segments {
    decoder: Decoder,
    found: Found,
}

#[derive(Default)]
struct Found {
    times: Vec<i64>,
    segments: Vec<(u32, Vec<u8>)>,
    anomalies: Vec<&'static str>,
}

impl protocol::Sink<Packet<'_>> for Found {
    fn item(&mut self, packet: Located<Packet<'_>>) {
        self.times.push(packet.origin.time.unwrap().0);
        assert_eq!(packet.origin.last, self.times.len() as u64);
        if let Packet::Tcp(segment) = packet.item {
            self.segments.push((segment.sequence, segment.payload.to_vec()));
        }
    }

    fn anomaly(&mut self, anomaly: Anomaly) {
        self.anomalies.push(anomaly.diagnosis.id);
    }
}

impl Sink for Segments {
    fn entry(&mut self, entry: Located<Entry<'_>>) -> ControlFlow<()> {
        let Entry::Record(record) = entry.item else { return ControlFlow::Continue(()) };
        self.decoder.push(Located::new(entry.origin, record), &mut self.found);
        ControlFlow::Continue(())
    }

    fn anomaly(&mut self, anomaly: Anomaly) {
        protocol::Sink::anomaly(&mut self.found, anomaly);
    }
}

fn assert_forms_agree(forms: impl IntoIterator<Item = (String, Box<dyn Read>)>) {
    let mut first: Option<Found> = None;
    for (name, mut file) in forms {
        let mut segments = Segments::default();
        let summary = input::read(CaptureId(0), &mut file, None, &mut segments).unwrap();
        let found = segments.found;
        assert_eq!(summary.records, found.times.len() as u64, "{name}");
        assert!(found.segments.iter().filter(|(_, payload)| !payload.is_empty()).count() > 100, "{name}");
        assert!(found.anomalies.is_empty(), "{name}: {:?}", found.anomalies);
        if let Some(first) = &first {
            assert_eq!(found.segments, first.segments, "{name}");
            let apart = found.times.iter().zip(&first.times).map(|(one, other)| (one - other).abs()).max();
            assert!(apart.unwrap() < 1_000_000, "{name}: {apart:?} ns");
        } else {
            first = Some(found);
        }
    }
}

#[test]
fn one_session_is_the_same_in_every_format_of_packets() {
    let packets = answered_and_missed_packets();
    let interface = Interface { link: Link::Ethernet, digits: Some(9) };
    let big_endian = big_endian(&capture_file::pcap(&packets));
    assert_forms_agree(
        [
            ("pcap", capture_file::pcap(&packets)),
            ("big-endian pcap", big_endian),
            ("pcapng", capture_file::pcapng(&[interface], &packets)),
        ]
        .map(|(name, file)| (name.to_owned(), Box::new(Cursor::new(file)) as Box<dyn Read>)),
    );
}

/// The same pcap file as a big-endian machine writes it.
fn big_endian(pcap: &[u8]) -> Vec<u8> {
    let swap = |words: &[u8]| words.chunks(4).flat_map(|word| word.iter().rev().copied()).collect::<Vec<_>>();
    let (header, mut rest) = pcap.split_at(24);
    let mut file = swap(header);
    // The two halves of the version are numbers of their own.
    file.swap(4, 6);
    file.swap(5, 7);
    while !rest.is_empty() {
        let length = u32::from_le_bytes(rest[8..12].try_into().unwrap()) as usize;
        file.extend(swap(&rest[..16]));
        file.extend(&rest[16..16 + length]);
        rest = &rest[16 + length..];
    }
    file
}

#[test_with::path(../shared)]
#[test]
fn recordings_of_one_session_in_several_formats_agree() {
    for (session, forms) in [
        ("zapo-ws-xx", &["pcap", "ns.pcapng", "any.pcap", "anysll1.pcap"][..]),
        ("zapo-ipv6-ik", &["pcap", "ns.pcapng"]),
        ("baileys-ws", &["pcap", "any.pcap"]),
        ("rust-wss13", &["pcap", "dsb.pcapng"]),
    ] {
        assert_forms_agree(forms.iter().map(|form| {
            let path = shared(&format!("captures/{session}.{form}"));
            (format!("{session}.{form}"), Box::new(File::open(path).unwrap()) as Box<dyn Read>)
        }));
    }
}
