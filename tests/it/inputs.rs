//! Captures that join above the packets: browsers' and proxies' messages, and what tshark prints.

mod damage;
mod packets;
mod reading;
mod variants;
mod write;

use std::fs::File;
use std::io::BufReader;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use data_encoding::HEXLOWER;
use ringtrace::analysis::{Request, Source};
use ringtrace::keys::Keys;
use ringtrace::origin::{Direction, Timestamp};
use ringtrace::protocol::websocket::Opcode;
use serde_json::Value;

use crate::shared::shared;
use reading::{Reading, Seen, frames, read, read_file};
use write::WRITERS;

fn keys(path: &Path) -> Arc<Keys> {
    let mut keys = Keys::default();
    keys.read_log(BufReader::new(File::open(path).unwrap())).unwrap();
    Arc::new(keys)
}

/// The frames of an `expected.stanzas.jsonl`: when, which way, and the plaintext in hex.
fn expected_frames(path: &Path) -> Vec<(Option<Timestamp>, Direction, String)> {
    let expected = std::fs::read_to_string(path).unwrap();
    let expected = expected.lines().map(|line| {
        let line: Value = serde_json::from_str(line).unwrap();
        let microseconds = (line["time"].as_f64().unwrap() * 1e6).round() as i64;
        let direction = if line["direction"] == "in" { Direction::Inbound } else { Direction::Outbound };
        (Some(Timestamp(microseconds * 1000)), direction, line["hex"].as_str().unwrap().to_owned())
    });
    expected.collect()
}

fn in_hex(frames: Vec<(Option<Timestamp>, Direction, Vec<u8>)>) -> Vec<(Option<Timestamp>, Direction, String)> {
    frames.into_iter().map(|(time, direction, plaintext)| (time, direction, HEXLOWER.encode(&plaintext))).collect()
}

#[test_with::path(../shared)]
#[test]
fn a_session_is_the_same_from_browser_devtools_and_proxy() {
    let folder = shared("formats/noise");
    let mut expected = expected_frames(&folder.join("expected.stanzas.jsonl"));
    // Two frames in one message have the message's time.
    expected[9].0 = expected[10].0;
    for (capture, format) in [("session.har", "har"), ("session.cdp.jsonl", "devtools"), ("session.mitm", "mitmproxy")]
    {
        let reading = read_file(&folder.join(capture));
        assert_eq!((reading.format, &reading.anomalies[..]), (format, &[][..]));
        for log in ["keys.transport.txt", "keys.private.txt"] {
            let found = in_hex(frames(&reading.messages, &keys(&folder.join(log))));
            assert_eq!(found, expected, "{format} with {log}");
        }
    }
}

#[test]
fn own_session_is_decrypted_in_every_format_with_either_kind_of_keys() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("captures/answered-and-missed");
    let expected: Vec<_> =
        crate::frames::truth_of(&std::fs::read_to_string(folder.join("answered-and-missed.truth.jsonl")).unwrap())
            .concat();
    for (format, capture) in in_every_format() {
        let reading = read(&capture).unwrap();
        assert_eq!((reading.format, &reading.anomalies[..]), (format, &[][..]));
        for log in ["noisekeys.txt", "noisekeys-private.txt"] {
            let keys = keys(&folder.join(format!("answered-and-missed.{log}")));
            let found: Vec<_> = frames(&reading.messages, &keys).into_iter().map(|frame| (frame.1, frame.2)).collect();
            let expected: Vec<_> = expected.iter().map(|frame| (frame.0, frame.2.clone())).collect();
            assert_eq!(found, expected, "{format} with {log}");
        }
    }
}

/// The samples of tools' output in `folder`, which all hold one client's first message and the server's answer.
fn assert_two_messages(folder: &Path, hello: &[u8], answer: &[u8]) {
    let samples = [
        ("wa.har", "har", [1, 2], "web.whatsapp.com:443"),
        ("wa.mitm", "mitmproxy", [1, 2], "web.whatsapp.com:443"),
        ("wa.pcap", "pcap", [6, 7], ""),
        ("tshark.json", "tshark-json", [6, 7], "127.0.0.2:80"),
        ("tshark.ek.jsonl", "tshark-ek", [6, 7], "127.0.0.2:80"),
        ("tshark.fields.tsv", "tshark-fields", [1, 2], ""),
        ("follow.tcp.yaml", "tshark-follow", [6, 7], "127.0.0.2:80"),
        ("follow.tcp.hex.txt", "tshark-follow", [29, 33], "127.0.0.2:80"),
        ("follow.tcp.raw.txt", "tshark-follow", [9, 10], "127.0.0.2:80"),
    ];
    for (name, format, records, server) in samples {
        let Reading { format: found, messages, servers, anomalies } = read_file(&folder.join(name));
        assert_eq!((found, &anomalies[..]), (format, &[][..]), "{name}");
        assert_eq!(servers.join(""), server, "{name}");
        let [sent, received] = &messages[..] else { panic!("{name}: {messages:?}") };
        assert_eq!((sent.direction, received.direction), (Direction::Outbound, Direction::Inbound), "{name}");
        assert_eq!((sent.opcode, received.opcode), (Opcode::Binary, Opcode::Binary), "{name}");
        assert_eq!((&sent.data[..], &received.data[..]), (hello, answer), "{name}");
        if records[1] < 29 && name != "follow.tcp.raw.txt" {
            let between = received.time.unwrap().milliseconds_since(sent.time.unwrap());
            assert_eq!(between, if format == "har" || format == "mitmproxy" { 100.0 } else { 10.0 }, "{name}");
        }
        if !name.contains("hex") {
            assert_eq!([sent.record, received.record], records, "{name}");
        }
    }
}

#[test]
fn output_in_the_shape_of_real_tools_gives_its_two_messages() {
    let hello: Vec<u8> = [b"WA\x06\x03\0\0\x24\x12\x22\x0a\x20", &(0x20..0x40).collect::<Vec<u8>>()[..]].concat();
    assert_two_messages(&samples(), &hello, b"\0\0\x05reply");
}

#[test_with::path(../shared)]
#[test]
fn real_tools_output_gives_its_two_messages() {
    let hello = [b"WA\x06\x03\0\0\x24\x12\x22\x0a\x20", &[0xaa; 32][..]].concat();
    assert_two_messages(&shared("formats/network"), &hello, &[0, 0, 5, 1, 2, 3, 4, 5]);
}

/// What tools print of a connection with two messages.
fn samples() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/tools")
}

#[test]
fn what_tshark_loses_is_named() {
    let error = read(&std::fs::read(samples().join("tshark.pdml.xml")).unwrap()).unwrap_err();
    assert!(error.to_string().starts_with("the input is tshark's PDML"), "{error}");
    let ascii = "\n=====\nFollow: tcp,ascii\nFilter: tcp.stream eq 0\n";
    assert!(read(ascii.as_bytes()).unwrap_err().to_string().contains("-z follow,tcp,yaml"));
    let wide: Vec<u8> = "[{\"_index\"".encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert!(read(&[&[0xff, 0xfe], &wide[..]].concat()).unwrap_err().to_string().contains("UTF-16"));
}

/// The messages of one of the project's own captures.
fn own(name: &str) -> Vec<Seen> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("captures").join(name);
    let messages = read_file(&path).messages;
    assert!(messages.len() > 20);
    messages
}

/// The project's own recording in each of the formats.
pub(crate) fn in_every_format() -> impl Iterator<Item = (&'static str, Vec<u8>)> {
    let messages = own("answered-and-missed/answered-and-missed.pcap");
    WRITERS.iter().map(move |(format, write)| (*format, write(&messages)))
}

#[test]
fn messages_written_in_any_format_are_read_again() {
    let mut messages = own("hard-transport/hard-transport.pcapng");
    let others = own("answered-and-missed/answered-and-missed.pcap").into_iter();
    messages.extend(others.map(|seen| Seen { connection: seen.connection + 100, ..seen }));
    // Connections as every format numbers them: in order of appearance. Some formats tell one after the other.
    let mut order: Vec<u32> = Vec::new();
    for message in &mut messages {
        let place = order.iter().position(|known| *known == message.connection).unwrap_or_else(|| {
            order.push(message.connection);
            order.len() - 1
        });
        message.connection = u32::try_from(place).unwrap();
    }
    messages.sort_by_key(|message| message.connection);
    messages.insert(3, Seen { opcode: Opcode::Text, data: b"text \"\\ \xc3\xa9".to_vec(), ..messages[0].clone() });
    for (format, write) in WRITERS {
        let text = write(&messages);
        let Reading { format: found, messages: again, anomalies, .. } = read(&text).unwrap();
        assert_eq!((found, &anomalies[..]), (*format, &[][..]));
        assert_eq!(again.len(), messages.len(), "{format}");
        for (again, message) in again.iter().zip(&messages) {
            let Seen { connection, direction, opcode, data, .. } = message;
            assert_eq!(
                (&again.connection, &again.direction, &again.opcode),
                (connection, direction, opcode),
                "{format}"
            );
            assert_eq!(again.data, *data, "{format}");
            let close = |one: Timestamp, other: Timestamp| one.nanoseconds_since(other).abs() <= 1000;
            assert!(close(again.time.unwrap(), message.time.unwrap()), "{format}: {again:?} {message:?}");
        }
    }
}

#[test]
fn a_call_is_the_same_whatever_the_format() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("captures/answered-and-missed/answered-and-missed.pcap");
    let table = |capture: &Path| {
        let mut request = Request::new(vec![Source::File(capture.to_owned())]);
        let log = File::open(path.with_extension("noisekeys.txt")).unwrap();
        request.read_key_log("keys".to_owned(), BufReader::new(log)).unwrap();
        let analysis = request.load();
        assert!(!analysis.is_lossy(), "{}", capture.display());
        let rows = analysis.calls.iter().flat_map(|judged| judged.call.rows.iter().map(|row| (&judged.call.id, row)));
        let rows = rows.map(|(call, row)| {
            let origin = row.observed.stanza.origin;
            format!("{call} {:?} {:?}", origin.direction, row.observed.stanza.item.node)
        });
        (
            rows.collect::<Vec<_>>(),
            analysis.captures[0].technique().to_owned(),
            analysis.captures[0].connections.clone(),
        )
    };
    let (expected, technique, connections) = table(&path);
    assert_eq!((expected.len() > 10, technique.as_str()), (true, "websocket-capture"));
    let messages = own("answered-and-missed/answered-and-missed.pcap");
    for (format, write) in WRITERS {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), write(&messages)).unwrap();
        let (rows, technique, found) = table(file.path());
        assert_eq!(rows, expected, "{format}");
        assert_eq!(technique, if *format == "mitmproxy" { "mitm-tls" } else { "websocket-capture" });
        assert_eq!((found[0].websocket, found[0].noise), ("upgraded", "decrypted"), "{format}");
        assert_eq!(
            (found[0].messages, found[0].stanzas),
            (connections[0].messages, connections[0].stanzas),
            "{format}"
        );
    }
}
