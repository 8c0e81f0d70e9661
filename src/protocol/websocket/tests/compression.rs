//! permessage-deflate.

use flate2::{Compress, Compression, FlushCompress};

use super::super::State;
use super::*;

/// A sender's side of permessage-deflate.
struct Deflater(Compress);

impl Deflater {
    fn new() -> Self {
        Self(Compress::new(Compression::default(), false))
    }

    /// A message's payload as RFC 7692 section 7.2.1 makes it.
    fn deflate(&mut self, data: &[u8]) -> Vec<u8> {
        let mut out = Vec::with_capacity(data.len() + 1024);
        self.0.compress_vec(data, &mut out, FlushCompress::Sync).unwrap();
        assert!(out.ends_with(&[0, 0, 0xff, 0xff]));
        out.truncate(out.len() - 4);
        out
    }
}

const HELLO: [u8; 7] = [0xf2, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00];

#[test]
fn reads_the_examples_of_the_rfc() {
    let mut connection = Connection::upgraded(DEFLATE);
    let compressed = Shape::server(TEXT).compressed();
    connection.push(SERVER, &compressed.frame(&HELLO));
    connection.push(SERVER, &compressed.first().frame(&HELLO[..3]));
    connection.push(SERVER, &Shape::server(CONTINUATION).frame(&HELLO[3..]));
    // With the context of the message before.
    connection.push(SERVER, &compressed.frame(&[0xf2, 0x00, 0x11, 0x00, 0x00]));
    // A stored block, a final block, and two blocks.
    let stored = [0x00, 0x05, 0x00, 0xfa, 0xff, 0x48, 0x65, 0x6c, 0x6c, 0x6f, 0x00];
    connection.push(SERVER, &compressed.frame(&stored));
    connection.push(SERVER, &compressed.frame(&[0xf3, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00, 0x00]));
    let two = [0xf2, 0x48, 0x05, 0x00, 0x00, 0x00, 0xff, 0xff, 0xca, 0xc9, 0xc9, 0x07, 0x00];
    connection.push(SERVER, &compressed.frame(&two));
    // An empty message, and one that is not compressed.
    connection.push(SERVER, &compressed.frame(&[0x00]));
    connection.push(SERVER, &Shape::server(TEXT).frame(b"Hello"));
    connection.finish();
    assert_eq!(connection.reported(), []);
    let [hello, empty]: [&[u8]; 2] = [b"Hello", b""];
    assert_eq!(connection.read(SERVER), [hello, hello, hello, hello, hello, hello, empty, hello]);
    assert_eq!(connection.decoder.counters(SERVER).compressed, 7);
}

#[test]
fn a_block_behind_a_final_one_refers_back_across_it() {
    let text = noise(3, 400);
    let mut first = Vec::with_capacity(1024);
    Compress::new(Compression::default(), false).compress_vec(&text, &mut first, FlushCompress::Finish).unwrap();
    let mut second = Deflater::new();
    second.0.set_dictionary(&text).unwrap();
    let second = second.deflate(&text);
    assert!(second.len() < 30, "the fixture refers back");
    let mut connection = Connection::upgraded(DEFLATE);
    connection.push(SERVER, &Shape::server(BINARY).compressed().frame(&[first, second].concat()));
    assert_eq!(connection.reported(), []);
    assert_eq!(connection.read(SERVER), [text.repeat(2)]);
}

#[test]
fn takes_the_context_over_in_each_direction() {
    let mut connection = Connection::upgraded(DEFLATE);
    let (mut client, mut server) = (Deflater::new(), Deflater::new());
    let texts: Vec<Vec<u8>> = (0..50_u64).map(|n| [&noise(n / 10, 400 + n as usize)[..], b"tail"].concat()).collect();
    for (key, text) in (0..).zip(&texts) {
        connection.push(CLIENT, &Shape::client(BINARY, key).compressed().frame(&client.deflate(text)));
        connection
            .push(SERVER, &Shape::server(BINARY).compressed().frame(&server.deflate(&[&text[..], b"!"].concat())));
    }
    assert_eq!(connection.reported(), []);
    assert!(connection.read(CLIENT) == texts);
    assert!(connection.read(SERVER).iter().zip(&texts).all(|(read, text)| read[..text.len()] == text[..]));
}

#[test]
fn after_a_gap_reads_only_what_stands_for_itself() {
    let mut connection = Connection::upgraded(DEFLATE);
    let mut server = Deflater::new();
    let repeated = noise(1, 300);
    let mut frame = |data: &[u8]| Shape::server(BINARY).compressed().frame(&server.deflate(data));
    let (first, lost, refers, alone, refers_to_alone) =
        (frame(b"first"), frame(&repeated), frame(&repeated), frame(&noise(2, 100)), frame(&noise(2, 100)));
    connection.push(SERVER, &first);
    connection.push(SERVER, &lost[..50]);
    connection.gap(SERVER, 100);
    connection.push(SERVER, &lost[150..]);
    for later in [&refers, &alone, &refers_to_alone] {
        connection.push(SERVER, later);
    }
    assert!(refers.len() < 30 && refers_to_alone.len() < 30, "the fixtures refer back");
    assert_eq!(connection.read(SERVER), [&b"first"[..], &noise(2, 100), &noise(2, 100)]);
    let ids: Vec<_> = connection.reported();
    assert_eq!(ids[0], ("websocket/message-gap", 100));
    assert_eq!(ids[1], ("websocket/context-missing", refers.len() as u64 - 2));
    assert_eq!(ids.len(), 2);
}

#[test]
fn without_takeover_a_bad_message_harms_no_other() {
    let mut connection =
        Connection::upgraded("Sec-WebSocket-Extensions: permessage-deflate; server_no_context_takeover\r\n");
    let compressed = Shape::server(TEXT).compressed();
    connection.push(SERVER, &compressed.frame(&HELLO));
    connection.push(SERVER, &compressed.frame(&[0xf2, 0x00, 0x11, 0x00, 0x00]));
    connection.push(SERVER, &compressed.frame(&[0xff, 0xff]));
    connection.push(SERVER, &compressed.frame(&HELLO));
    assert_eq!(connection.read(SERVER), [b"Hello", b"Hello"]);
    assert_eq!(connection.reported(), [("websocket/inflate-failed", 5), ("websocket/inflate-failed", 2)]);
}

#[test]
fn a_message_that_does_not_inflate_costs_what_refers_to_it() {
    let mut connection = Connection::upgraded(DEFLATE);
    let compressed = Shape::server(TEXT).compressed();
    connection.push(SERVER, &compressed.frame(&[0xff, 0xff]));
    connection.push(SERVER, &compressed.frame(&[0xf2, 0x00, 0x11, 0x00, 0x00]));
    connection.push(SERVER, &compressed.frame(&HELLO));
    assert_eq!(connection.read(SERVER), [b"Hello"]);
    assert_eq!(connection.reported(), [("websocket/inflate-failed", 2), ("websocket/context-missing", 5)]);
}

#[test]
fn refuses_a_message_that_inflates_out_of_proportion() {
    let mut connection = Connection::upgraded(DEFLATE);
    let mut server = Deflater::new();
    let compressed = Shape::server(BINARY).compressed();
    let small = vec![0; 4 << 20];
    connection.push(SERVER, &compressed.frame(&server.deflate(&small)));
    let bomb = server.deflate(&vec![0; (4 << 20) + 1]);
    connection.push(SERVER, &compressed.frame(&bomb));
    assert!(connection.read(SERVER) == [small]);
    assert_eq!(connection.reported(), [("websocket/inflate-limit", bomb.len() as u64)]);
}

#[test]
fn inflates_in_a_connection_without_an_upgrade() {
    let mut connection = Connection::default();
    let mut server = Deflater::new();
    server.deflate(b"what came before the capture began");
    for seed in 0..4 {
        connection.push(SERVER, &Shape::server(BINARY).compressed().frame(&server.deflate(&noise(seed, 300))));
    }
    let refers = Shape::server(BINARY).compressed().frame(&server.deflate(b"what came before the capture began"));
    connection.push(SERVER, &refers);
    connection.finish();
    assert_eq!(connection.decoder.state(), State::Assumed);
    assert_eq!(connection.read(SERVER), (0..4).map(|seed| noise(seed, 300)).collect::<Vec<_>>());
    let expected = [("websocket/upgrade-not-captured", 0), ("websocket/context-missing", refers.len() as u64 - 2)];
    assert_eq!(connection.reported(), expected);
}
