//! A capture to calls: the whole pipe, in bytes of capture per second, and UDP of other programs, in packets.
//!
//! The capture is the project's own, repeated with other client ports: every session of it is decrypted.
#![allow(missing_docs, clippy::unwrap_used, clippy::indexing_slicing, reason = "a bench")]

use std::fs::{self, File};
use std::hint::black_box;
use std::io::BufReader;
use std::path::Path;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use ringtrace::analysis::{Request, Source};

/// How often the capture is repeated.
const COPIES: u16 = 200;

/// Length of a classic pcap's file header, and of a record's.
const FILE_HEADER: usize = 24;
const RECORD_HEADER: usize = 16;

/// Where the port stands in a packet of Ethernet and IPv4 without options: the source's, and the destination's.
const PORTS: [usize; 2] = [34, 36];

/// The capture with the client's port moved by `by`: another set of connections with the same keys.
fn moved(capture: &[u8], by: u16) -> Vec<u8> {
    let mut moved = capture[FILE_HEADER..].to_vec();
    let mut at = 0;
    while at < moved.len() {
        let length = u32::from_le_bytes(moved[at + 8..at + 12].try_into().unwrap()) as usize;
        for port in PORTS.map(|port| at + RECORD_HEADER + port) {
            let value = u16::from_be_bytes([moved[port], moved[port + 1]]);
            if value > 1024 {
                moved[port..port + 2].copy_from_slice(&value.wrapping_add(by).to_be_bytes());
            }
        }
        at += RECORD_HEADER + length;
    }
    moved
}

fn pipe(criterion: &mut Criterion) {
    let own = Path::new(env!("CARGO_MANIFEST_DIR")).join("captures/answered-and-missed");
    let capture = fs::read(own.join("answered-and-missed.pcap")).unwrap();
    let mut all = capture[..FILE_HEADER].to_vec();
    for copy in 0..COPIES {
        all.extend(moved(&capture, copy * 7));
    }
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("repeated.pcap");
    fs::write(&path, &all).unwrap();
    let keys = own.join("answered-and-missed.noisekeys.txt");

    let load = || {
        let mut request = Request::new(vec![Source::File(path.clone())]);
        request.read_key_log("keys".to_owned(), BufReader::new(File::open(&keys).unwrap())).unwrap();
        request.load()
    };
    let analysis = load();
    assert!(!analysis.calls.is_empty() && !analysis.is_lossy(), "the capture is read whole");

    let mut group = criterion.benchmark_group("pipe");
    group.throughput(Throughput::Bytes(all.len() as u64)).sample_size(10);
    group.bench_function("capture to calls", |bencher| bencher.iter(|| black_box(load())));
    group.finish();
}

/// How many UDP packets other programs send, over how many flows.
const DATAGRAMS: u32 = 200_000;
const FLOWS: u32 = 1_000;

/// A capture with nothing but UDP of other programs, 1200 bytes a packet.
fn other_udp(header: &[u8]) -> Vec<u8> {
    const PAYLOAD: u16 = 1200;
    let mut all = header.to_vec();
    for nth in 0..DATAGRAMS {
        let port = u16::try_from(10_000 + nth % FLOWS).unwrap();
        let mut packet = [&[2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 8, 0][..], &[0x45, 0]].concat();
        packet.extend((28 + PAYLOAD).to_be_bytes());
        packet.extend([0, 0, 0, 0, 64, 17, 0, 0, 192, 0, 2, 10, 198, 51, 100, 20]);
        packet.extend(port.to_be_bytes());
        packet.extend([1, 187]);
        packet.extend((8 + PAYLOAD).to_be_bytes());
        packet.extend([0, 0]);
        // As QUIC's short header begins.
        packet.resize(packet.len() + usize::from(PAYLOAD), 0x41);
        let length = u32::try_from(packet.len()).unwrap();
        for word in [1_773_738_000 + nth / 10_000, nth % 10_000 * 100, length, length] {
            all.extend(word.to_le_bytes());
        }
        all.extend(packet);
    }
    all
}

fn udp(criterion: &mut Criterion) {
    let own = Path::new(env!("CARGO_MANIFEST_DIR")).join("captures/answered-and-missed/answered-and-missed.pcap");
    let all = other_udp(&fs::read(own).unwrap()[..FILE_HEADER]);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("udp.pcap");
    fs::write(&path, &all).unwrap();
    let load = || Request::new(vec![Source::File(path.clone())]).load();
    let analysis = load();
    let seen = analysis.flows.values().next().unwrap().seen;
    assert_eq!(seen, u64::from(FLOWS), "the capture is read whole");

    let mut group = criterion.benchmark_group("udp");
    group.throughput(Throughput::Elements(DATAGRAMS.into())).sample_size(10);
    group.bench_function("other programs' packets", |bencher| bencher.iter(|| black_box(load())));
    group.finish();
}

criterion_group!(benches, pipe, udp);
criterion_main!(benches);
