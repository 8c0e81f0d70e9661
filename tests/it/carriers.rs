//! What carries WhatsApp's traffic, or hides it: proxies, the phone's own app, recorders of one direction, TLS without a
//! name.

use std::collections::BTreeMap;
use std::io::BufReader;
use std::sync::Arc;

use ringtrace::analysis::{Analysis, Request, Source};

use crate::logs::anomalies;

/// Something that was sent: whether by the client, and the bytes.
type Sent = (bool, Vec<u8>);

const CLIENT: [u8; 4] = [10, 0, 0, 1];
const SERVER: [u8; 4] = [203, 0, 113, 5];

/// A capture of conversations, each with its port of the client and whether it was recorded from its SYN on. `keeps`
/// chooses packets by whether the client sent them.
fn capture(conversations: &[(u16, bool, &[Sent])], keeps: impl Fn(bool) -> bool) -> Vec<u8> {
    let header = [0xa1b2_c3d4_u32, 0x0004_0002, 0, 0, 262_144, 1];
    let mut file: Vec<u8> = header.into_iter().flat_map(u32::to_le_bytes).collect();
    let mut time = 1_789_398_142_u32;
    for (port, from_syn, sent) in conversations {
        let mut next = [1000_u32, 9000];
        let mut packet = |from_client: bool, flags: u8, payload: &[u8], next: &mut [u32; 2]| {
            time += 1;
            let (ours, theirs) = (usize::from(!from_client), usize::from(from_client));
            if keeps(from_client) {
                let frame = frame(*port, from_client, (next[ours], next[theirs]), flags, payload);
                let length = u32::try_from(frame.len()).unwrap();
                for word in [time, 0, length, length] {
                    file.extend(word.to_le_bytes());
                }
                file.extend(frame);
            }
            let syn = u32::from(flags & 2 != 0);
            next[ours] = next[ours].wrapping_add(u32::try_from(payload.len()).unwrap() + syn);
        };
        if *from_syn {
            packet(true, 0x02, &[], &mut next);
            packet(false, 0x12, &[], &mut next);
            packet(true, 0x10, &[], &mut next);
        }
        for (from_client, data) in *sent {
            for piece in data.chunks(1400) {
                packet(*from_client, 0x18, piece, &mut next);
                packet(!from_client, 0x10, &[], &mut next);
            }
        }
    }
    file
}

/// An Ethernet frame with a TCP segment.
fn frame(port: u16, from_client: bool, (sequence, acknowledgment): (u32, u32), flags: u8, payload: &[u8]) -> Vec<u8> {
    let (ips, ports) = if from_client { ([CLIENT, SERVER], [port, 443]) } else { ([SERVER, CLIENT], [443, port]) };
    let mut frame = vec![0; 12];
    frame.extend([8, 0, 0x45, 0]);
    frame.extend(u16::try_from(40 + payload.len()).unwrap().to_be_bytes());
    frame.extend([0, 0, 0x40, 0, 64, 6, 0, 0]);
    frame.extend(ips.concat());
    ports.iter().for_each(|port| frame.extend(port.to_be_bytes()));
    frame.extend(sequence.to_be_bytes());
    frame.extend(acknowledgment.to_be_bytes());
    frame.extend([0x50, flags, 0xff, 0xff, 0, 0, 0, 0]);
    frame.extend(payload);
    frame
}

/// What was sent on each connection of the project's own sample.
fn sample() -> Vec<Vec<Sent>> {
    let file = include_bytes!("../../captures/answered-and-missed/answered-and-missed.pcap");
    let mut connections: BTreeMap<u16, Vec<Sent>> = BTreeMap::new();
    let mut rest = &file[24..];
    while !rest.is_empty() {
        let length = u32::from_le_bytes(rest[8..12].try_into().unwrap()) as usize;
        let frame = &rest[16..16 + length];
        rest = &rest[16 + length..];
        if frame[12..14] != [8, 0] || frame[23] != 6 {
            continue;
        }
        let (ip, total) = (&frame[14..], usize::from(u16::from_be_bytes([frame[16], frame[17]])));
        let tcp = &ip[20..total];
        let ports = [0, 2].map(|at| u16::from_be_bytes([tcp[at], tcp[at + 1]]));
        let data = &tcp[usize::from(tcp[12] >> 4) * 4..];
        if !data.is_empty() {
            let from_client = ports[0] > ports[1];
            connections.entry(ports[0].max(ports[1])).or_default().push((from_client, data.to_vec()));
        }
    }
    connections.into_values().collect()
}

/// Reads a capture with the keys of the sample.
fn read(capture: &[u8]) -> Arc<Analysis> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.pcap");
    std::fs::write(&path, capture).unwrap();
    let mut request = Request::new(vec![Source::File(path)]);
    let keys = include_bytes!("../../captures/answered-and-missed/answered-and-missed.noisekeys.txt");
    request.read_key_log("keys".to_owned(), BufReader::new(&keys[..])).unwrap();
    request.load()
}

/// The call-ids and outcomes, and how many stanzas there are.
fn calls(analysis: &Analysis) -> Vec<(String, &'static str, usize)> {
    let calls = analysis.calls.iter().map(|judged| &judged.call);
    calls.map(|call| (call.id.to_string(), call.progress.outcome.name(), call.rows.len())).collect()
}

fn with(handshake: &[(bool, &[u8])], sent: &[Sent]) -> Vec<Sent> {
    let handshake = handshake.iter().map(|(from_client, part)| (*from_client, part.to_vec()));
    handshake.chain(sent.iter().cloned()).collect()
}

#[test]
fn traffic_behind_a_proxy_is_read_as_without() {
    let connections = sample();
    let plain: Vec<_> = connections.iter().zip(50_000..).map(|(sent, port)| (port, true, sent.as_slice())).collect();
    let expected = read(&capture(&plain, |_| true));
    assert!(calls(&expected).len() > 5, "{:?}", calls(&expected));
    for handshake in [
        &[
            (true, &b"CONNECT web.whatsapp.com:443 HTTP/1.1\r\nHost: web.whatsapp.com:443\r\n\r\n"[..]),
            (false, b"HTTP/1.1 200 OK\r\n\r\n"),
        ][..],
        &[(true, b"\x04\x01\x01\xbb\0\0\0\x01\0web.whatsapp.com\0"), (false, b"\0\x5a\0\0\0\0\0\0")],
        &[
            (true, b"\x05\x01\x00"),
            (false, b"\x05\x00"),
            (true, b"\x05\x01\x00\x03\x10web.whatsapp.com\x01\xbb"),
            (false, b"\x05\0\0\x01\0\0\0\0\0\0"),
        ],
    ] {
        let proxied: Vec<_> = connections.iter().map(|sent| with(handshake, sent)).collect();
        let proxied: Vec<_> = proxied.iter().zip(50_000..).map(|(sent, port)| (port, true, sent.as_slice())).collect();
        let analysis = read(&capture(&proxied, |_| true));
        assert_eq!(calls(&analysis), calls(&expected));
        assert_eq!(analysis.is_lossy(), expected.is_lossy(), "{:?}", anomalies(&analysis));
        let servers: Vec<_> = analysis.captures[0].connections.iter().map(|it| it.server.as_str()).collect();
        assert!(servers.iter().all(|server| *server == "web.whatsapp.com:443 via 203.0.113.5:443"), "{servers:?}");
    }
}

#[test]
fn a_proxy_that_refuses_is_other_traffic() {
    let sent = with(&[(true, b"CONNECT a:1 HTTP/1.1\r\n\r\n"), (false, b"HTTP/1.1 403 Forbidden\r\n\r\n")], &[]);
    let analysis = read(&capture(&[(50_000, true, &sent)], |_| true));
    assert!(!analysis.is_lossy() && analysis.captures[0].connections.is_empty(), "{:?}", anomalies(&analysis));
}

/// A frame straight over TCP.
fn of_app(length: u16) -> Vec<u8> {
    let [high, low] = length.to_be_bytes();
    [vec![0, high, low], vec![0xa5; length.into()]].concat()
}

#[test]
fn the_phones_own_connection_is_recognised_in_its_middle() {
    let sent: Vec<Sent> = (0..6_u16).map(|nth| (nth % 2 == 0, of_app(40 + nth * 300))).collect();
    let analysis = read(&capture(&[(50_000, false, &sent)], |_| true));
    let said = anomalies(&analysis);
    assert!(analysis.is_lossy() && analysis.captures[0].connections.len() == 1, "{said:?}");
    assert_eq!(said.len(), 1, "{said:?}");
    assert!(said[0].starts_with("noise/app-midway"), "{said:?}");
}

#[test]
fn a_native_app_is_never_asked_for_a_key_log() {
    let hello = [&b"WA\x06\x03\0\0\x24\x12\x22\x0a\x20"[..], &[7; 32]].concat();
    let mut sent: Vec<Sent> = vec![(true, hello), (false, of_app(200)), (true, of_app(300))];
    sent.extend((0..6_u16).map(|nth| (nth % 2 == 0, of_app(40 + nth))));
    let analysis = read(&capture(&[(50_000, true, &sent)], |_| true));
    let next: Vec<_> =
        analysis.anomalies.iter().map(|tally| tally.diagnosis.next).filter(|next| !next.is_empty()).collect();
    assert!(
        analysis.is_lossy() && next.iter().any(|next| next.contains("link a Web client")),
        "{:?}",
        anomalies(&analysis)
    );
    assert!(!next.iter().any(|next| next.contains("key log")), "{next:?}");
}

/// A capture that begins with an ICMP error, which quotes so many bytes of a TCP header, before another capture.
fn after_quote(kind: u8, quoted: usize, capture: &[u8]) -> Vec<u8> {
    let segment = frame(40_000, true, (1, 0), 0x02, &[]);
    let quote = &segment[14..34 + quoted];
    let mut icmp = vec![0; 12];
    icmp.extend([8, 0, 0x45, 0]);
    icmp.extend(u16::try_from(28 + quote.len()).unwrap().to_be_bytes());
    icmp.extend([0, 0, 0, 0, 64, 1, 0, 0]);
    icmp.extend([SERVER, CLIENT].concat());
    icmp.extend([kind, 0, 0, 0, 0, 0, 0, 0]);
    icmp.extend(quote);
    let length = u32::try_from(icmp.len()).unwrap();
    let header = [1_789_398_000, 0, length, length].into_iter().flat_map(u32::to_le_bytes);
    [&capture[..24], &header.collect::<Vec<u8>>(), &icmp, &capture[24..]].concat()
}

#[test]
fn quoted_connections_are_numbered_as_wireshark_numbers_them() {
    let connections = sample();
    let longest = connections.iter().max_by_key(|sent| sent.len()).unwrap();
    // As `tshark -T fields -e tcp.stream` numbers them.
    for (kind, quoted, port, expected) in
        [(3, 16, 50_000, 1), (11, 20, 50_000, 1), (3, 15, 50_000, 0), (5, 20, 50_000, 0), (3, 20, 40_000, 0)]
    {
        let plain = capture(&[(port, true, longest)], |_| true);
        let analysis = read(&after_quote(kind, quoted, &plain));
        let numbers: Vec<u32> = analysis.captures[0].connections.iter().map(|connection| connection.id.0).collect();
        assert_eq!(numbers, [expected], "type {kind}, {quoted} bytes, port {port}");
        assert!(analysis.calls.iter().all(|judged| !judged.call.rows.is_empty()));
    }
}

#[test]
fn one_direction_is_said_to_be_one() {
    let connections = sample();
    let longest = connections.iter().max_by_key(|sent| sent.len()).unwrap();
    for (keeps_client, missing) in [(true, "server"), (false, "client")] {
        let analysis = read(&capture(&[(50_000, true, longest)], |from_client| from_client == keeps_client));
        let said = anomalies(&analysis);
        let expected = format!("what the {missing} sent is missing");
        assert!(
            analysis.is_lossy()
                && said.iter().any(|line| line.starts_with("tcp/one-sided") && line.ends_with(&expected)),
            "{said:?}"
        );
        assert!(!said.iter().any(|line| line.starts_with("tcp/gap") || line.starts_with("websocket/")), "{said:?}");
    }
}

/// A client hello of TLS with this server name, or none.
fn client_hello(name: Option<&str>) -> Vec<u8> {
    let mut body = vec![3, 3];
    body.extend([9; 32]);
    body.extend([0, 0, 2, 0x13, 0x01, 1, 0]);
    let name = name.map_or_else(Vec::new, |name| {
        let length = u16::try_from(name.len()).unwrap();
        let parts =
            [&[0, 0][..], &(length + 5).to_be_bytes(), &(length + 3).to_be_bytes(), &[0], &length.to_be_bytes()];
        [parts.concat(), name.as_bytes().to_vec()].concat()
    });
    body.extend(u16::try_from(name.len()).unwrap().to_be_bytes());
    body.extend(name);
    let length = u16::try_from(body.len()).unwrap();
    [&[0x16, 3, 1][..], &(length + 4).to_be_bytes(), &[1, 0], &length.to_be_bytes(), &body].concat()
}

/// A server hello of TLS with a version, and something encrypted.
fn server_hello(version: u16, is_draft: bool) -> Vec<u8> {
    let mut body = if is_draft { version.to_be_bytes().to_vec() } else { vec![3, 3] };
    body.extend([8; 32]);
    let supported = version.to_be_bytes();
    body.extend(if is_draft {
        vec![0x13, 1, 0, 0]
    } else {
        [&[0, 0x13, 1, 0, 0, 6, 0, 0x2b, 0, 2][..], &supported].concat()
    });
    let length = u16::try_from(body.len()).unwrap();
    let hello = [&[0x16, 3, 3][..], &(length + 4).to_be_bytes(), &[2, 0], &length.to_be_bytes(), &body].concat();
    [hello, sealed()].concat()
}

fn sealed() -> Vec<u8> {
    [&[0x17, 3, 3, 0, 40][..], &[0xa5; 40]].concat()
}

#[test]
fn tls_without_keys_and_name_is_said_to_be_tls() {
    let talk = |name| vec![(true, client_hello(name)), (false, server_hello(0x0304, false)), (true, sealed())];
    let analysis = read(&capture(&[(50_000, true, &talk(None)), (50_001, true, &talk(None))], |_| true));
    let said = anomalies(&analysis);
    assert!(!analysis.is_lossy(), "{said:?}");
    assert!(said.len() == 1 && said[0].starts_with("tls/nameless") && said[0].contains("2 times"), "{said:?}");
    let other = read(&capture(&[(50_000, true, &talk(Some("example.test")))], |_| true));
    assert!(anomalies(&other).is_empty(), "{:?}", anomalies(&other));
}

#[test]
fn a_draft_of_tls_is_named() {
    for (version, is_draft, expected) in [(0x7f12, true, "draft 18 of TLS 1.3"), (0x7f1c, false, "draft 28 of TLS 1.3")]
    {
        let hello = client_hello(Some("web.whatsapp.com"));
        let sent = vec![(true, hello), (false, server_hello(version, is_draft)), (true, sealed())];
        let said = anomalies(&read(&capture(&[(50_000, true, &sent)], |_| true)));
        assert!(said.iter().any(|line| line.starts_with("tls/unsupported") && line.ends_with(expected)), "{said:?}");
        assert!(!said.iter().any(|line| line.contains("no server hello")), "{said:?}");
    }
}
