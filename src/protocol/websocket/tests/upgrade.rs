//! The HTTP upgrade, and what is no websocket.

use super::super::{Deflate, State};
use super::*;

use std::io::{Read, Result, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

/// A socket that keeps what was written to it.
#[derive(Debug)]
struct Recorded {
    socket: TcpStream,
    written: Arc<Mutex<Vec<u8>>>,
}

impl Read for Recorded {
    fn read(&mut self, buffer: &mut [u8]) -> Result<usize> {
        self.socket.read(buffer)
    }
}

impl Write for Recorded {
    fn write(&mut self, data: &[u8]) -> Result<usize> {
        let count = self.socket.write(data)?;
        self.written.lock().unwrap().extend_from_slice(&data[..count]);
        Ok(count)
    }

    fn flush(&mut self) -> Result<()> {
        self.socket.flush()
    }
}

#[test]
fn reads_what_tungstenite_sends() {
    let sizes = [0, 1, 125, 126, 65_535, 65_536, 200_000];
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let (sent, answered) = (Arc::<Mutex<Vec<u8>>>::default(), Arc::<Mutex<Vec<u8>>>::default());
    let written = Arc::clone(&answered);
    let server = thread::spawn(move || {
        let socket = listener.accept().unwrap().0;
        let mut websocket = tungstenite::accept(Recorded { socket, written }).unwrap();
        for _ in sizes {
            let message = websocket.read().unwrap();
            websocket.send(message).unwrap();
        }
        while websocket.read().is_ok() {}
    });
    let socket = Recorded { socket: TcpStream::connect(address).unwrap(), written: Arc::clone(&sent) };
    let (mut websocket, _) = tungstenite::client("ws://web.example.com/ws/chat?ED=1", socket).unwrap();
    for size in sizes {
        websocket.send(tungstenite::Message::binary(noise(size as u64, size))).unwrap();
        websocket.read().unwrap();
    }
    websocket.close(None).unwrap();
    while websocket.read().is_ok() {}
    server.join().unwrap();

    let (sent, answered) = (sent.lock().unwrap(), answered.lock().unwrap());
    let head = |bytes: &[u8]| bytes.windows(4).position(|window| window == b"\r\n\r\n").unwrap() + 4;
    let (request, frames) = sent.split_at(head(&sent));
    for size in [1, 7, 1448, usize::MAX] {
        let mut connection = Connection::default();
        request.chunks(size).for_each(|piece| connection.push(CLIENT, piece));
        answered.chunks(size).for_each(|piece| connection.push(SERVER, piece));
        frames.chunks(size).for_each(|piece| connection.push(CLIENT, piece));
        connection.finish();
        assert_eq!(connection.decoder.state(), State::Upgraded);
        assert_eq!(connection.reported(), []);
        let expected: Vec<Vec<u8>> = sizes.iter().map(|&size| noise(size as u64, size)).collect();
        assert!(connection.read(CLIENT) == expected && connection.read(SERVER) == expected, "pieces of {size}");
        let upgrade = connection.decoder.upgrade().unwrap();
        assert_eq!(upgrade.host.as_deref(), Some("web.example.com"));
        assert_eq!(upgrade.path.as_deref(), Some("/ws/chat?ED=1"));
        assert_eq!(upgrade.deflate, None);
        assert_eq!(connection.decoder.counters(CLIENT).close, Some(1005));
        assert_eq!(connection.decoder.counters(SERVER).messages, sizes.len() as u64);
    }
}

#[test]
fn reads_frames_behind_the_heads_in_the_same_chunk() {
    let mut connection = Connection::default();
    connection.push(CLIENT, &[REQUEST.as_bytes(), &Shape::client(TEXT, 1).frame(b"early")].concat());
    assert_eq!(connection.decoder.state(), State::Undecided);
    connection.push(SERVER, &[response("").as_bytes(), &Shape::server(TEXT).frame(b"hi")].concat());
    assert_eq!(connection.read(CLIENT), [b"early"]);
    assert_eq!(connection.read(SERVER), [b"hi"]);
    let early = connection.out.messages[0].origin;
    assert_eq!((early.first, early.last, early.offset), (1, 1, REQUEST.len() as u64));
    connection.finish();
    assert_eq!(connection.reported(), []);
}

#[test]
fn waits_for_a_request_that_arrives_behind_its_answer() {
    let mut connection = Connection::default();
    let (start, rest) = REQUEST.as_bytes().split_at(40);
    connection.push(CLIENT, start);
    connection.push(SERVER, &[response("").as_bytes(), &Shape::server(TEXT).frame(b"hi")].concat());
    assert_eq!(connection.decoder.state(), State::Undecided);
    connection.push(CLIENT, rest);
    assert_eq!(connection.decoder.state(), State::Upgraded);
    assert_eq!(connection.read(SERVER), [b"hi"]);
    assert_eq!(connection.reported(), []);
}

#[test]
fn follows_ordinary_requests_before_the_upgrade() {
    let mut connection = Connection::default();
    let get = "GET /favicon.ico HTTP/1.1\r\nHost: server.example.com\r\n\r\n";
    connection.push(CLIENT, get.as_bytes());
    connection.push(SERVER, b"HTTP/1.1 200 OK\r\nContent-Length: 70000\r\n\r\n");
    connection.push(SERVER, &[0x16; 69_000]);
    connection.gap(SERVER, 1000);
    connection.push(CLIENT, get.as_bytes());
    connection.push(SERVER, b"HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 304 Not Modified\r\n\r\n");
    connection.push(CLIENT, REQUEST.as_bytes());
    assert_eq!(connection.decoder.state(), State::Undecided);
    connection.push(SERVER, response("").as_bytes());
    assert_eq!(connection.decoder.state(), State::Upgraded);
    assert_eq!(connection.reported(), []);
}

#[test]
fn lets_go_of_what_is_no_websocket() {
    let get = "GET / HTTP/1.1\r\nHost: a\r\n\r\n".to_owned();
    let endless = format!("GET / HTTP/1.1\r\nCookie: {}", "x".repeat(64 << 10));
    let cases: &[(&str, &str, Option<&str>)] = &[
        ("POST / HTTP/1.1\r\n", "", None),
        ("\x16\x03\x01\x02", "", None),
        ("\x17\x03\x03\x02", "", None),
        ("", "SSH-2.0-OpenSSH_9.9\r\n", None),
        ("GET / HTTP/1.1\r\nbroken header\r\n\r\n", "", None),
        ("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "", Some("websocket/http2")),
        (&get, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", None),
        (&get, "HTTP/1.1 200 OK\r\n\r\n", None),
        (&get, "220 ready", None),
        (&get, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\n\r\n", None),
        (&get, "HTTP/1.1 204 No Content\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", None),
        ("", "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", None),
        (REQUEST, "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n", Some("websocket/upgrade-refused")),
        (REQUEST, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\n\r\n", Some("websocket/upgrade-refused")),
        (&endless, "", None),
        (REQUEST, &endless.replace("GET / HTTP/1.1", "HTTP/1.1 101 Switching"), None),
    ];
    for &(sent, answered, note) in cases {
        for size in [1, usize::MAX] {
            let mut connection = Connection::default();
            sent.as_bytes().chunks(size).for_each(|piece| connection.push(CLIENT, piece));
            answered.as_bytes().chunks(size).for_each(|piece| connection.push(SERVER, piece));
            let shown = &sent[..sent.len().min(60)];
            assert_eq!(connection.decoder.state(), State::NotWebsocket, "{shown:?} {answered:?}");
            connection.push(CLIENT, REQUEST.as_bytes());
            connection.push(SERVER, response("").as_bytes());
            connection.finish();
            assert_eq!(connection.decoder.state(), State::NotWebsocket);
            let notes: Vec<&str> = connection.reported().iter().map(|&(id, _)| id).collect();
            assert_eq!(notes, note.as_slice(), "{shown:?} {answered:?}");
        }
    }
}

#[test]
fn notes_a_wrong_accept_and_reads_on() {
    let mut connection = Connection::default();
    connection.push(CLIENT, REQUEST.as_bytes());
    connection.push(SERVER, response("").replace("s3pP", "S3pP").as_bytes());
    connection.push(SERVER, &Shape::server(TEXT).frame(b"hi"));
    assert_eq!(connection.reported(), [("websocket/accept-mismatch", 0)]);
    assert_eq!(connection.read(SERVER), [b"hi"]);
}

#[test]
fn keeps_the_parameters_of_the_extension() {
    let line =
        "Sec-WebSocket-Extensions: permessage-deflate; server_no_context_takeover; client_max_window_bits=12\r\n";
    let connection = Connection::upgraded(line);
    let expected = Deflate { server_no_context_takeover: true, client_max_window_bits: Some(12), ..Deflate::default() };
    assert_eq!(connection.decoder.upgrade().unwrap().deflate, Some(expected));
    assert_eq!(connection.reported(), []);

    let line = "Sec-WebSocket-Extensions: permessage-deflate; server_max_window_bits=16, x-other; y\r\n";
    let connection = Connection::upgraded(line);
    assert_eq!(connection.decoder.upgrade().unwrap().deflate, Some(Deflate::default()));
    assert_eq!(connection.reported(), [("websocket/unknown-extension", 0)]);
    assert!(connection.out.anomalies[0].detail.as_ref().unwrap().contains("server_max_window_bits=16"));
}

#[test]
fn goes_on_where_the_answer_is_lost() {
    let mut connection = Connection::default();
    connection.push(CLIENT, REQUEST.as_bytes());
    connection.gap(SERVER, 200);
    assert_eq!(connection.decoder.state(), State::Assumed);
    connection.push(CLIENT, &Shape::client(BINARY, 1).frame(b"one"));
    for payload in [b"aa", b"bb", b"cc"] {
        connection.push(SERVER, &Shape::server(BINARY).frame(payload));
    }
    connection.finish();
    assert_eq!(connection.read(CLIENT), [b"one"]);
    assert_eq!(connection.read(SERVER), [b"aa", b"bb", b"cc"]);
    let expected = [("websocket/upgrade-not-captured", 0), ("websocket/framing-lost", 200)];
    assert_eq!(connection.reported(), expected);
}

#[test]
fn goes_on_where_only_the_client_was_captured() {
    let frames: Vec<_> = (0..40).map(|key| Shape::client(BINARY, key).frame(&noise(u64::from(key), 2000))).collect();
    for count in [1, 40] {
        let mut connection = Connection::default();
        connection.push(CLIENT, REQUEST.as_bytes());
        frames.iter().take(count).for_each(|frame| connection.push(CLIENT, frame));
        let expected = if count == 1 { State::Undecided } else { State::Assumed };
        assert_eq!(connection.decoder.state(), expected);
        connection.finish();
        assert_eq!(connection.decoder.state(), State::Assumed);
        assert_eq!(connection.read(CLIENT).len(), count);
        assert_eq!(connection.reported(), [("websocket/upgrade-not-captured", 0)]);
    }
}

#[test]
fn says_nothing_of_a_request_without_an_answer() {
    let mut connection = Connection::default();
    connection.push(CLIENT, REQUEST.as_bytes());
    connection.push(SERVER, &response("").as_bytes()[..50]);
    connection.finish();
    assert_eq!(connection.decoder.state(), State::Undecided);
    assert_eq!(connection.reported(), []);
}

#[test]
fn goes_on_where_the_request_is_lost() {
    let mut connection = Connection::default();
    connection.gap(CLIENT, 500);
    connection.push(SERVER, response("").as_bytes());
    for (key, payload) in (0..).zip([b"aa", b"bb", b"cc"]) {
        connection.push(CLIENT, &Shape::client(BINARY, key).frame(payload));
    }
    connection.push(SERVER, &Shape::server(BINARY).frame(b"one"));
    connection.finish();
    assert_eq!(connection.decoder.state(), State::Assumed);
    assert_eq!(connection.read(CLIENT), [b"aa", b"bb", b"cc"]);
    assert_eq!(connection.read(SERVER), [b"one"]);
}
