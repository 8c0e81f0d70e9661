//! However many threads read, everything that comes out is the same, byte for byte.

use std::fs::{self, File};
use std::io::{BufReader, Write};
use std::num::NonZero;
use std::panic::{self, AssertUnwindSafe};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;

use flate2::Compression;
use flate2::write::GzEncoder;
use proptest::prelude::*;
use proptest::sample::Index;
use ringtrace::analysis::{Analysis, Request, Source};
use ringtrace::origin::Direction;
use ringtrace::print::{self, inspect};
use ringtrace::tables::{Format, Options, Table};
use tempfile::TempDir;

use crate::generated::answered_and_missed_where;
use crate::generated::capture_file::pcap;
use crate::generated::wire::{Link, Packet, Place, Tcp};
use crate::inputs;
use crate::shared::shared;
use crate::timeline::{SESSIONS, own};
use crate::tls::program::{Recorded, WHATSAPP, with_secrets};

/// The numbers of threads that are compared with one.
const JOBS: [usize; 3] = [2, 3, 8];

fn request(sources: &[Source], key_logs: &[PathBuf], jobs: usize) -> Request {
    let mut request = Request::new(sources.to_vec());
    for log in key_logs {
        let name = log.to_string_lossy().into_owned();
        request.read_key_log(name, BufReader::new(File::open(log).unwrap())).unwrap();
    }
    request.use_jobs(NonZero::new(jobs).unwrap());
    request
}

/// Everything that the program says of captures.
fn everything(analysis: &Analysis) -> String {
    let mut out = Vec::new();
    print::overview(analysis, &mut out).unwrap();
    inspect::text(analysis, &mut out).unwrap();
    inspect::json(analysis, &mut out).unwrap();
    for table in [Table::Stanzas, Table::Calls, Table::Anomalies, Table::Messages] {
        table.write(Format::Csv, analysis, Options { xml: true, ..Options::default() }, &mut out).unwrap();
    }
    for tally in analysis.anomalies.iter() {
        writeln!(out, "{tally:?}").unwrap();
    }
    writeln!(out, "lossy: {}, orphans: {:?}", analysis.is_lossy(), analysis.orphans).unwrap();
    String::from_utf8(out).unwrap()
}

/// Reads captures with several numbers of threads, and gives what all of them found.
#[track_caller]
fn same(sources: &[Source], key_logs: &[PathBuf]) -> Arc<Analysis> {
    let load = |jobs| {
        let mut request = request(sources, key_logs, jobs);
        request.keep_messages();
        request.load()
    };
    let alone = load(1);
    let expected = everything(&alone);
    for jobs in JOBS {
        let found = everything(&load(jobs));
        let differing = expected.lines().zip(found.lines()).find(|(one, other)| one != other);
        assert!(found == expected, "{jobs} threads: {differing:?}");
    }
    alone
}

fn folder(files: &[(&str, &[u8])]) -> (TempDir, Vec<Source>) {
    let folder = tempfile::tempdir().unwrap();
    let sources = files.iter().map(|(name, contents)| {
        let path = folder.path().join(name);
        fs::write(&path, contents).unwrap();
        Source::File(path)
    });
    let sources = sources.collect();
    (folder, sources)
}

/// The key logs of the project's own recordings.
fn own_keys() -> Vec<PathBuf> {
    let noise = own("answered-and-missed").join("answered-and-missed.noisekeys.txt");
    let hard = own("hard-transport").join("hard-transport.noisekeys-private.txt");
    vec![noise, hard]
}

/// The packets of a recording as often as wanted, from other ports of the clients, at the same time.
fn repeated(packets: &[Packet], copies: u16) -> Vec<Packet> {
    /// Where the ports stand in a packet of Ethernet and IPv4 without options.
    const PORTS: [usize; 2] = [34, 36];
    let moved = |packet: &Packet, by: u16| {
        let mut packet = packet.clone();
        for port in PORTS {
            let value = u16::from_be_bytes([packet.bytes[port], packet.bytes[port + 1]]);
            if value > 1024 {
                packet.bytes[port..port + 2].copy_from_slice(&value.wrapping_add(by * 7).to_be_bytes());
            }
        }
        packet.time += u64::from(by) * 1000;
        packet
    };
    packets.iter().flat_map(|packet| (0..copies).map(move |copy| moved(packet, copy))).collect()
}

/// The packets of the project's own recording.
fn recorded() -> Vec<Packet> {
    let mut packets = Vec::new();
    answered_and_missed_where(|packet| {
        packets.push(packet.clone());
        true
    });
    packets
}

/// Many connections of a client of WhatsApp's, among some of browsers.
fn many(copies: u16) -> Vec<Packet> {
    let mut packets = repeated(&recorded(), copies);
    let start = packets[0].time;
    for number in 0..40_u64 {
        let place = Place {
            name: "irrelevant",
            client: ([192, 0, 2, 30], 40_000 + number as u16).into(),
            server: ([198, 51, 100, 30], if number % 3 == 0 { 443 } else { 80 }).into(),
            interface: 0,
            link: Link::Ethernet,
            segment_size: 1400,
            disorder: number % 2 == 0,
        };
        let mut tcp = Tcp::open(place, start + number * 1_000_000);
        for round in 0..30 {
            let time = start + number * 1_000_000 + round * 100_000_000;
            tcp.send(time, Direction::Outbound, b"GET / HTTP/1.1\r\nHost: example.test\r\n\r\n");
            tcp.send(time, Direction::Inbound, &[b"HTTP/1.1 200 OK\r\n\r\n", &[b'x'; 900][..]].concat());
        }
        packets.extend(tcp.packets);
    }
    packets.sort_by_key(|packet| packet.time);
    packets
}

#[test]
fn a_capture_of_many_connections() {
    let mut packets = many(30);
    let capture = pcap(&packets);
    let analysis = {
        let (_folder, sources) = folder(&[("many.pcap", &capture)]);
        same(&sources, &own_keys()[..1])
    };
    assert!(capture.len() > 1_500_000 && !analysis.is_lossy());
    assert!(analysis.captures[0].connections.len() >= 60 && analysis.captures[0].other.tcp >= 40);
    assert!(analysis.messages.len() > 4000 && analysis.calls.len() >= 7);

    // The recording began late, and lost some packets.
    packets.drain(..packets.len() / 3);
    let mut number = 0;
    packets.retain(|_| {
        number += 1;
        number % 89 != 0
    });
    let (_folder, sources) = folder(&[("many.pcap", &pcap(&packets))]);
    assert!(same(&sources, &own_keys()[..1]).is_lossy());
}

#[test]
fn secrets_that_a_capture_brings() {
    let recorded = Recorded { packets: repeated(&WHATSAPP.packets, 12), key_log: WHATSAPP.key_log.clone() };
    let count = recorded.packets.len();
    let noise = &own_keys()[..1];
    let secrets = format!("{}CLIENT_RANDOM 00\n{}", recorded.key_log, fs::read_to_string(&noise[0]).unwrap());
    for (after, keys) in [(0, &[][..]), (count / 4, noise), (count / 2, &[]), (count, noise)] {
        let (_folder, sources) = folder(&[("call.pcapng", &with_secrets(&recorded, after, &secrets))]);
        let analysis = same(&sources, keys);
        assert!(after > 0 || !analysis.calls.is_empty());
    }
    // Begun within TLS: what is said of that belongs to no connection.
    let late = Recorded { packets: recorded.packets[count / 3..].to_vec(), key_log: String::new() };
    let (_folder, sources) = folder(&[("late.pcapng", &with_secrets(&late, 0, &secrets))]);
    let analysis = same(&sources, noise);
    assert!(analysis.anomalies.iter().any(|tally| tally.diagnosis.id == "tls/began-before" && tally.count >= 12));
}

#[test]
fn several_captures_some_of_them_none() {
    let whole = pcap(&many(6));
    let mut gzip = GzEncoder::new(Vec::new(), Compression::default());
    gzip.write_all(&whole).unwrap();
    let gzip = gzip.finish().unwrap();
    let (folder, mut sources) = folder(&[
        ("a.pcap", &pcap(&recorded()[20..])),
        ("b.pcap.gz", &gzip),
        ("c.pcap", &whole[..whole.len() - 7]),
        ("d.pcap.gz", &gzip[..gzip.len() / 2]),
        ("e.pcap", b"no capture"),
        ("f.pcap", &pcap(&many(2))),
    ]);
    sources.insert(2, Source::File(folder.path().join("absent.pcap")));
    sources.insert(3, Source::File(folder.path().to_owned()));
    sources.insert(4, Source::FileInFolder(folder.path().join("e.pcap")));
    sources.extend(own_captures().into_iter().map(Source::File));
    let analysis = same(&sources, &own_keys());
    let failed: Vec<_> = analysis.captures.iter().map(|capture| capture.failure.is_some()).collect();
    assert_eq!(failed[..8], [false, false, true, true, false, false, false, true]);
    assert!(analysis.captures.iter().filter(|capture| !capture.connections.is_empty()).count() >= 7);
}

fn own_captures() -> Vec<PathBuf> {
    ["answered-and-missed/answered-and-missed.pcap", "hard-transport/hard-transport.pcapng", "damaged/damaged.pcap"]
        .iter()
        .map(|name| Path::new(env!("CARGO_MANIFEST_DIR")).join("captures").join(name))
        .collect()
}

#[test]
fn formats_of_messages() {
    for (format, capture) in inputs::in_every_format() {
        let (_folder, sources) = folder(&[(format, &capture)]);
        assert!(!same(&sources, &own_keys()).calls.is_empty(), "{format}");
    }
}

#[test_with::path(../shared)]
#[test]
fn recordings_of_real_clients() {
    for (session, captures) in SESSIONS {
        let keys = shared(&format!("captures/{session}.noisekeys.txt"));
        let file = |ending: &&str| Source::File(keys.with_file_name(format!("{session}.{ending}")));
        let analysis = same(&captures.iter().map(file).collect::<Vec<_>>(), std::slice::from_ref(&keys));
        assert!(!analysis.calls.is_empty());
    }
}

#[test]
fn a_session_that_needs_what_another_capture_reveals() {
    let private = fs::read_to_string(own("hard-transport").join("hard-transport.noisekeys-private.txt")).unwrap();
    let without = private.lines().map(|line| match line.strip_prefix("WA_NOISE_IK ") {
        Some(rest) => format!("WA_NOISE_XX {}\n", rest.rsplit_once(' ').unwrap().0),
        None => format!("{line}\n"),
    });
    let log = tempfile::NamedTempFile::new().unwrap();
    fs::write(log.path(), without.collect::<String>()).unwrap();
    let analysis = same(&own_captures().into_iter().map(Source::File).collect::<Vec<_>>(), &[log.path().to_owned()]);
    assert!(analysis.captures[1].connections.iter().all(|connection| connection.noise != "no-key"));
}

#[test]
fn the_program_prints_the_same() {
    let captures = own_captures();
    let run = |arguments: &[&str], jobs: &str| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_ringtrace"));
        command.args(arguments).args(&captures).args(["--jobs", jobs]).stdin(Stdio::null());
        let output = command.output().unwrap();
        (output.status.code(), String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap())
    };
    for arguments in [
        &["open"][..],
        &["inspect"],
        &["inspect", "--json"],
        &["export", "-v"],
        &["export", "--table", "calls"],
        &["export", "--table", "anomalies"],
        &["export", "--table", "messages"],
    ] {
        let alone = run(arguments, "1");
        assert_eq!(alone.0, Some(1));
        assert!(JOBS.iter().all(|jobs| run(arguments, &jobs.to_string()) == alone), "{arguments:?}");
    }
    assert_eq!(run(&["inspect"], "0").0, Some(2));
}

#[test]
fn snapshots_are_published_until_nobody_wants_them() {
    let (_folder, sources) = folder(&[("a.pcap", &pcap(&many(40))), ("b.pcap", &pcap(&many(30)))]);
    let expected = request(&sources, &own_keys(), 1).load();
    for jobs in [1, 2, 8] {
        let mut snapshots = Vec::new();
        let last = request(&sources, &own_keys(), jobs).load_publishing(&mut |snapshot| {
            snapshots.push(snapshot);
            true
        });
        assert_eq!(everything(&last), everything(&expected));
        assert!(snapshots.pop().is_some_and(|given| Arc::ptr_eq(&given, &last)) && last.complete);
        let bytes = |analysis: &Analysis| analysis.captures.iter().map(|capture| capture.bytes).collect::<Vec<_>>();
        for (earlier, later) in snapshots.iter().zip(snapshots.iter().skip(1)) {
            assert!(bytes(earlier).iter().zip(bytes(later)).all(|(one, other)| *one <= other), "{jobs} threads");
            assert!(!earlier.complete);
        }

        let mut published = 0;
        let stopped = request(&sources, &own_keys(), jobs).load_publishing(&mut |_| {
            published += 1;
            false
        });
        // One that was not wanted, and that of the end; a machine that reads all within 100 ms gives only the latter.
        assert!(published <= 2 && stopped.complete == (published == 1), "{jobs} threads: {published}");
    }
}

#[test]
fn a_panic_of_whoever_takes_the_snapshots_ends_the_reading() {
    let (_folder, sources) = folder(&[("a.pcap", &pcap(&many(20))), ("b.pcap", &pcap(&many(20)))]);
    for jobs in [1, 2] {
        let load = || request(&sources, &own_keys(), jobs).load_publishing(&mut |_| panic!("on purpose"));
        let panic = panic::catch_unwind(AssertUnwindSafe(load)).unwrap_err();
        assert_eq!(panic.downcast_ref::<&str>(), Some(&"on purpose"));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 6, ..ProptestConfig::default() })]

    #[test]
    fn damaged_captures(
        lost in prop::collection::vec(any::<Index>(), 0..30),
        swapped in prop::collection::vec((any::<Index>(), any::<Index>()), 0..30),
        flipped in prop::collection::vec((any::<Index>(), 0_u8..8), 0..60),
        cut in any::<Index>(),
    ) {
        let mut packets = many(5);
        for index in lost {
            packets.remove(index.index(packets.len()));
        }
        for (one, other) in swapped {
            let (one, other) = (one.index(packets.len()), other.index(packets.len()));
            packets.swap(one, other);
        }
        let mut capture = pcap(&packets);
        for (index, bit) in flipped {
            let index = 24 + index.index(capture.len() - 24);
            capture[index] ^= 1 << bit;
        }
        capture.truncate(capture.len() - cut.index(capture.len() / 8));
        let (_folder, sources) = folder(&[("damaged.pcap", &capture), ("again.pcap", &capture)]);
        same(&sources, &own_keys()[..1]);
    }
}

/// A stack that no system has the address space for, so that no thread can be started.
const TOO_LARGE: &str = "281474976710656";

#[test]
fn without_further_threads_everything_comes_out_the_same() {
    let captures = own_captures();
    for arguments in [&["inspect"][..], &["questions"], &["rules"], &["export", "--table", "calls"]] {
        let run = |stack: Option<&str>| {
            let mut command = Command::new(env!("CARGO_BIN_EXE_ringtrace"));
            command.args(arguments).args(["--jobs", "4"]).args(&captures);
            stack.into_iter().for_each(|bytes| {
                command.env("RUST_MIN_STACK", bytes);
            });
            command.output().unwrap()
        };
        let (expected, found) = (run(None), run(Some(TOO_LARGE)));
        assert!(!expected.stdout.is_empty(), "{arguments:?}");
        assert_eq!(String::from_utf8_lossy(&found.stderr), String::from_utf8_lossy(&expected.stderr), "{arguments:?}");
        assert!(found.stdout == expected.stdout && found.status == expected.status, "{arguments:?}");
    }
}

#[test]
fn what_needs_a_thread_says_that_there_is_none() {
    let folder = TempDir::new().unwrap();
    let target = folder.path().join("calls.csv");
    let target_name = target.to_str().unwrap();
    for arguments in [
        vec!["export", "--table", "calls", "-o", target_name],
        vec!["export", "--format", "arrow"],
        vec!["stats", "--by", "outcome"],
        vec!["export", "--follow"],
    ] {
        let mut command = Command::new(env!("CARGO_BIN_EXE_ringtrace"));
        command.args(&arguments).args(own_captures()).env("RUST_MIN_STACK", TOO_LARGE);
        let output = command.output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(!output.status.success() && !said.contains("panicked") && said.contains("os error"), "{said}");
        assert!(output.stdout.is_empty() && !target.exists(), "{arguments:?}");
    }
}
