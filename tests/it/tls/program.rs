//! The program and recordings over TLS: a recording of a plain websocket, carried through TLS, gives the same calls.

use std::collections::BTreeMap;
use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::LazyLock;

use ringtrace::anomaly::Anomaly;
use ringtrace::input::{self, Entry};
use ringtrace::origin::{CaptureId, ConnectionId, Direction, Located};
use ringtrace::protocol::Sink;
use ringtrace::protocol::packet::{self, Packet};
use ringtrace::protocol::tcp::{Chunk, Reassembler};
use tempfile::TempDir;

use super::peers::{Pair, Talk, Taste};
use crate::generated::capture_file::{Interface, block, pcap, pcapng, words};
use crate::generated::wire::{self, Link, Place, Tcp};
use crate::timeline::{by_direction, calls_in, calls_of, read_csv};

const NAME: &str = "answered-and-missed";

fn own(ending: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("captures").join(NAME).join(format!("{NAME}.{ending}"))
}

/// A connection of the plain recording on its way through TLS.
struct Carried {
    talk: Talk,
    tcp: Tcp,
    written: usize,
}

impl Carried {
    /// Sends what TLS made of the last words.
    fn send(&mut self, time: u64) {
        let writes = self.talk.writes();
        for (direction, bytes) in writes.get(self.written..).unwrap_or_default() {
            self.tcp.send(time, *direction, bytes);
        }
        self.written = writes.len();
    }
}

/// Reads the plain recording, and carries it.
struct Carrier {
    packets: packet::Decoder,
    tcp: Reassembler,
    carried: Connections,
}

struct Connections {
    pair: Pair,
    live: BTreeMap<ConnectionId, Carried>,
    key_log: String,
}

impl Sink<Chunk<'_>> for Connections {
    fn item(&mut self, chunk: Located<Chunk<'_>>) {
        let id = chunk.origin.connection.unwrap();
        let time = chunk.origin.time.unwrap().0.cast_unsigned();
        if let Chunk::Data(data) = chunk.item {
            let carried = self.live.entry(id).or_insert_with(|| {
                let talk = self.pair.connect();
                self.key_log.push_str(&talk.key_log());
                let place = Place {
                    name: "carried",
                    client: SocketAddr::from(([192, 0, 2, 1], 50_000 + id.0 as u16)),
                    server: SocketAddr::from(([192, 0, 2, 9], 443)),
                    interface: 0,
                    link: Link::Ethernet,
                    segment_size: 1400,
                    disorder: false,
                };
                let mut carried = Carried { talk, tcp: Tcp::open(place, time - 100_000_000), written: 0 };
                carried.send(time - 50_000_000);
                carried
            });
            carried.talk.say(chunk.origin.direction.unwrap(), data);
            carried.send(time);
        }
    }

    fn anomaly(&mut self, anomaly: Anomaly) {
        panic!("{anomaly:?}");
    }
}

struct Segments<'c>(&'c mut Reassembler, &'c mut Connections);

impl Sink<Packet<'_>> for Segments<'_> {
    fn item(&mut self, packet: Located<Packet<'_>>) {
        if let Packet::Tcp(segment) = packet.item {
            self.0.push(Located::new(packet.origin, segment), self.1);
        }
    }

    fn anomaly(&mut self, anomaly: Anomaly) {
        panic!("{anomaly:?}");
    }
}

impl input::Sink for Carrier {
    fn entry(&mut self, entry: Located<Entry<'_>>) -> std::ops::ControlFlow<()> {
        if let Entry::Record(record) = entry.item {
            let mut segments = Segments(&mut self.tcp, &mut self.carried);
            self.packets.push(Located::new(entry.origin, record), &mut segments);
        }
        std::ops::ControlFlow::Continue(())
    }

    fn anomaly(&mut self, anomaly: Anomaly) {
        panic!("{anomaly:?}");
    }
}

/// The recording over TLS: its packets and its TLS key log.
pub(crate) struct Recorded {
    pub packets: Vec<wire::Packet>,
    pub key_log: String,
}

/// Carries the project's own recording through TLS to a server of this name.
fn carry(taste: &Taste) -> Recorded {
    let carried = Connections { pair: Pair::new(taste), live: BTreeMap::new(), key_log: String::new() };
    let mut carrier = Carrier { packets: packet::Decoder::default(), tcp: Reassembler::default(), carried };
    let plain = fs::read(own("pcap")).unwrap();
    input::read(CaptureId(0), &mut plain.as_slice(), None, &mut carrier).unwrap();
    carrier.tcp.finish(&mut carrier.carried);
    let mut packets: Vec<_> = carrier.carried.live.into_values().flat_map(|carried| carried.tcp.packets).collect();
    packets.sort_by_key(|packet| packet.time);
    Recorded { packets, key_log: carrier.carried.key_log }
}

/// To a server of WhatsApp's, by TLS 1.3.
pub(crate) static WHATSAPP: LazyLock<Recorded> = LazyLock::new(|| {
    let mut taste = Taste::all().remove(0);
    taste.server_name = "web.whatsapp.com";
    carry(&taste)
});

/// The recording as a pcapng, with a block of TLS secrets after so many packets.
pub(crate) fn with_secrets(recorded: &Recorded, after: usize, key_log: &str) -> Vec<u8> {
    let interfaces = [Interface { link: Link::Ethernet, digits: Some(9) }];
    let all = pcapng(&interfaces, &recorded.packets);
    let before = pcapng(&interfaces, &recorded.packets[..after]).len();
    let content = [words(&[0x544c_534b, key_log.len() as u32]), key_log.as_bytes().to_vec()].concat();
    [&all[..before], &block(10, content), &all[before..]].concat()
}

fn folder(files: &[(&str, &[u8])]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, contents) in files {
        fs::write(folder.path().join(name), contents).unwrap();
    }
    folder
}

fn ringtrace(folder: &TempDir, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ringtrace"));
    command.arg("export").args(arguments).current_dir(folder.path()).env_remove("SSLKEYLOGFILE").output().unwrap()
}

#[track_caller]
fn assert_true(output: &Output) {
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{said}");
    let rows = read_csv(std::str::from_utf8(&output.stdout).unwrap());
    assert_eq!(by_direction(calls_of(&rows)), by_direction(calls_in(&own("calls.json"))), "{said}");
}

fn noise() -> Vec<u8> {
    fs::read(own("noisekeys.txt")).unwrap()
}

#[test]
fn a_recording_over_tls_gives_the_calls_of_the_plain_one() {
    for taste in Taste::all() {
        let recorded = carry(&taste);
        let capture = pcap(&recorded.packets);
        let files = folder(&[("c.pcap", &capture), ("tls", recorded.key_log.as_bytes()), ("noise", &noise())]);
        assert_true(&ringtrace(&files, &["c.pcap", "--tls-keylog", "tls", "--noise-keylog", "noise"]));
    }
}

#[test]
fn key_logs_are_found_by_name_and_may_be_one() {
    let capture = pcap(&WHATSAPP.packets);
    let tls = WHATSAPP.key_log.as_bytes();
    for name in ["call.sslkeylog.txt", "call.keylog", "call.some.keylog", "call.dtlskeylog.txt"] {
        let files = folder(&[("call.some.pcap", &capture), (name, tls), ("call.noisekeys.txt", &noise())]);
        let output = ringtrace(&files, &["call.some.pcap"]);
        assert_true(&output);
        assert!(String::from_utf8_lossy(&output.stderr).contains(&format!("keys from {name}")));
    }
    let both = [tls, &noise()].concat();
    let files = folder(&[("call.pcap", &capture), ("both.txt", &both), ("call.keylog", b"not a key log\n")]);
    assert_true(&ringtrace(&files, &["call.pcap", "--no-key-discovery", "--noise-keylog", "both.txt"]));
    assert_true(&ringtrace(&files, &["call.pcap", "--tls-keylog", "both.txt"]));
    let output = ringtrace(&files, &["call.pcap", "--noise-keylog", "both.txt"]);
    assert_eq!(output.status.code(), Some(1), "the other kind is still looked for");
}

#[test]
fn secrets_in_the_capture_serve_what_follows_and_what_waits() {
    let count = WHATSAPP.packets.len();
    for after in [0, 1, 5, 12, count / 2, count] {
        let capture = with_secrets(&WHATSAPP, after, &WHATSAPP.key_log);
        let files = folder(&[("call.pcapng", &capture), ("noise", &noise())]);
        assert_true(&ringtrace(&files, &["call.pcapng", "--noise-keylog", "noise"]));
    }
    let both = [WHATSAPP.key_log.as_bytes(), &noise()].concat();
    let capture = with_secrets(&WHATSAPP, 0, std::str::from_utf8(&both).unwrap());
    assert_true(&ringtrace(&folder(&[("call.pcapng", &capture)]), &["call.pcapng"]));
    let half: String = WHATSAPP.key_log.lines().filter(|line| line.contains("SERVER")).collect::<Vec<_>>().join("\n");
    let rest: String = WHATSAPP.key_log.lines().filter(|line| line.contains("CLIENT")).collect::<Vec<_>>().join("\n");
    let capture = with_secrets(&WHATSAPP, 12, &half);
    let files = folder(&[("call.pcapng", &capture), ("tls", rest.as_bytes()), ("noise", &noise())]);
    assert_true(&ringtrace(&files, &["call.pcapng", "--tls-keylog", "tls", "--noise-keylog", "noise"]));
}

#[test]
fn a_malformed_line_in_the_capture_is_told() {
    let capture = with_secrets(&WHATSAPP, 0, &format!("{}CLIENT_RANDOM 00\n", WHATSAPP.key_log));
    let files = folder(&[("call.pcapng", &capture), ("noise", &noise())]);
    let output = ringtrace(&files, &["call.pcapng", "--noise-keylog", "noise"]);
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1));
    assert!(said.contains("expected 2 fields after the label, found 1"), "{said}");
}

#[test]
fn without_keys_only_servers_of_whatsapps_are_told() {
    let files = folder(&[("call.pcap", &pcap(&WHATSAPP.packets)), ("noise", &noise())]);
    let output = ringtrace(&files, &["call.pcap", "--noise-keylog", "noise"]);
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1));
    let random = WHATSAPP.key_log.split(' ').nth(1).unwrap();
    assert!(said.contains(&format!("web.whatsapp.com, client random {random}")), "{said}");
    assert!(!said.contains("SSLKEYLOGFILE is set"), "{said}");

    let mut command = Command::new(env!("CARGO_BIN_EXE_ringtrace"));
    command.args(["export", "call.pcap"]).current_dir(files.path()).env("SSLKEYLOGFILE", "/var/log/browser.keys");
    let said = String::from_utf8(command.output().unwrap().stderr).unwrap();
    assert!(said.contains("SSLKEYLOGFILE is set: try --tls-keylog /var/log/browser.keys"), "{said}");

    let other = carry(&Taste::all()[0]);
    for capture in [pcap(&other.packets), with_secrets(&other, 0, "")] {
        let output = ringtrace(&folder(&[("call.pcap", &capture)]), &["call.pcap"]);
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!((output.status.code(), said.as_ref()), (Some(0), "ringtrace: no calls found\n"));
    }
}

#[test]
fn a_recording_that_begins_within_tls_says_so() {
    let capture = pcap(&WHATSAPP.packets[40..]);
    let files = folder(&[("call.pcap", &capture), ("call.keylog", WHATSAPP.key_log.as_bytes())]);
    let output = Command::new(env!("CARGO_BIN_EXE_ringtrace"))
        .args(["-v", "call.pcap"])
        .current_dir(files.path())
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(text.contains("TLS no-handshake"), "{text}");
    assert!(text.contains("a TLS connection began before the capture"), "{text}");
}

#[test]
fn packets_lost_within_tls_cost_what_was_in_them() {
    // Packets with data, after the handshakes.
    let lost: Vec<_> = (60..WHATSAPP.packets.len())
        .filter(|place| WHATSAPP.packets[*place].segment.as_ref().is_some_and(|segment| !segment.range.is_empty()))
        .collect();
    let mut rows = Vec::new();
    for skipped in lost.iter().step_by(lost.len() / 6) {
        let packets = WHATSAPP.packets.iter().enumerate().filter(|(place, _)| place != skipped);
        let packets: Vec<_> = packets.map(|(_, packet)| packet.clone()).collect();
        let files = folder(&[
            ("call.pcap", &pcap(&packets)),
            ("call.keylog", WHATSAPP.key_log.as_bytes()),
            ("call.noisekeys.txt", &noise()),
        ]);
        let output = ringtrace(&files, &["call.pcap"]);
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{said}");
        assert!(said.contains("TLS records are missing or incomplete"), "{said}");
        rows.push(read_csv(std::str::from_utf8(&output.stdout).unwrap()).len());
    }
    let all = calls_in(&own("calls.json")).values().map(Vec::len).sum::<usize>();
    assert!(rows.iter().all(|rows| (all - 8..=all).contains(rows)), "{rows:?} of {all}");
}

/// A short connection over TLS, in which both sides say this, server first.
fn spoken(taste: &Taste, server: &[u8], client: &[u8]) -> Recorded {
    let mut talk = Pair::new(taste).connect();
    talk.say(Direction::Inbound, server).say(Direction::Outbound, client);
    let tape = talk.close();
    let place = Place {
        name: "spoken",
        client: SocketAddr::from(([192, 0, 2, 1], 50_000)),
        server: SocketAddr::from(([192, 0, 2, 9], 443)),
        interface: 0,
        link: Link::Ethernet,
        segment_size: 1400,
        disorder: false,
    };
    let start = 1_700_000_000_000_000_000;
    let mut tcp = Tcp::open(place, start);
    for (direction, bytes) in &tape.writes {
        tcp.send(start, *direction, bytes);
    }
    Recorded { packets: tcp.packets, key_log: tape.key_log }
}

#[test]
fn http2_to_whatsapp_is_named_and_a_websocket_in_it_is_a_loss() {
    let preface = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0";
    let asks = b"\0\0\x15\x01\x04\0\0\0\x01\0\x09:protocol\x09websocket";
    let settings = b"\0\0\x06\x04\0\0\0\0\0\0\x08\0\0\0\x01";
    let mut taste = Taste::all().remove(0);
    taste.alpn = vec![b"h2".to_vec()];
    for (server_name, websocket, code, says) in [
        ("web.whatsapp.com", false, 0, Some("the connection speaks HTTP/2")),
        ("web.whatsapp.com", true, 1, Some("the client opened a WebSocket inside HTTP/2")),
        ("example.test", true, 0, None),
    ] {
        taste.server_name = server_name;
        let asks: &[u8] = if websocket { asks } else { b"" };
        let recorded = spoken(&taste, settings, &[preface, asks].concat());
        let files = folder(&[("call.pcap", &pcap(&recorded.packets)), ("call.keylog", recorded.key_log.as_bytes())]);
        let output = ringtrace(&files, &["-v", "call.pcap"]);
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(code), "{said}");
        assert_eq!(said.contains("websocket: "), says.is_some(), "{said}");
        assert!(says.is_none_or(|says| said.contains(says)), "{said}");
    }
}

#[test]
fn keys_of_other_servers_that_were_of_no_use_are_a_note() {
    let recorded = carry(&Taste::all()[0]);
    let some: Vec<_> = recorded.key_log.lines().filter(|line| line.contains("HANDSHAKE")).collect();
    let files = folder(&[("call.pcap", &pcap(&recorded.packets)), ("call.keylog", some.join("\n").as_bytes())]);
    let output = ringtrace(&files, &["-v", "call.pcap"]);
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{said}");
    assert!(said.contains("was not decrypted, though the key log knows it"), "{said}");
    assert!(said.contains("CLIENT_TRAFFIC_SECRET_0 and SERVER_TRAFFIC_SECRET_0 is missing"), "{said}");
}
