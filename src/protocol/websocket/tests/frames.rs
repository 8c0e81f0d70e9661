//! Frames after an upgrade.

use super::*;

#[test]
fn joins_fragments_around_control_frames() {
    let mut connection = Connection::upgraded("");
    let before = connection.sent;
    connection.push(SERVER, &Shape::server(TEXT).first().frame(b"Hel"));
    connection.push(SERVER, &Shape::server(PING).frame(b"ping"));
    connection.push(SERVER, &Shape::server(CONTINUATION).first().frame(b""));
    connection.push(SERVER, &Shape::server(CONTINUATION).frame(b"lo"));
    connection.push(CLIENT, &Shape::client(BINARY, 1).first().frame(b"Hel"));
    connection.push(CLIENT, &Shape::client(PING, 2).frame(b"ping"));
    connection.push(CLIENT, &Shape::client(CONTINUATION, 3).frame(b"lo"));
    connection.push(CLIENT, &Shape::client(CLOSE, 4).frame(&1001_u16.to_be_bytes()));
    connection.end(CLIENT);
    connection.finish();
    assert_eq!(connection.reported(), []);
    assert_eq!(connection.read(SERVER), [b"Hello"]);
    assert_eq!(connection.read(CLIENT), [b"Hello"]);
    let [inbound, outbound] = [&connection.out.messages[0], &connection.out.messages[1]];
    assert_eq!((inbound.opcode, inbound.origin.first, inbound.origin.last), (Opcode::Text, 3, 6));
    assert_eq!(inbound.origin.offset, before.inbound);
    assert_eq!(inbound.origin.time, Some(Timestamp(6_000_000_000)));
    assert_eq!((outbound.opcode, outbound.origin.first, outbound.origin.last), (Opcode::Binary, 7, 9));
    let counters = connection.decoder.counters(CLIENT);
    assert_eq!((counters.messages, counters.bytes, counters.control_frames), (1, 5, 2));
    assert_eq!(counters.close, Some(1001));
    assert_eq!(connection.decoder.counters(SERVER).close, None);
}

#[test]
fn says_where_each_message_of_a_chunk_begins() {
    let mut connection = Connection::upgraded("");
    let start = connection.sent.inbound;
    let frames = [b"first".as_slice(), b"", b"third"].map(|data| Shape::server(BINARY).frame(data)).concat();
    connection.push(SERVER, &frames[..13]);
    connection.push(SERVER, &frames[13..]);
    let places: Vec<_> = connection
        .out
        .messages
        .iter()
        .map(|seen| (seen.origin.offset - start, seen.origin.first, seen.origin.last))
        .collect();
    assert_eq!(places, [(0, 3, 3), (7, 3, 3), (9, 3, 4)]);
}

#[test]
fn reads_frames_with_the_wrong_masking() {
    let mut connection = Connection::upgraded("");
    connection.push(CLIENT, &Shape::server(TEXT).frame(b"bare"));
    connection.push(SERVER, &Shape::client(TEXT, 1).frame(b"masked"));
    assert_eq!(connection.read(CLIENT), [b"bare"]);
    assert_eq!(connection.read(SERVER), [b"masked"]);
    let expected = [("websocket/unmasked-client-frame", 0), ("websocket/masked-server-frame", 0)];
    assert_eq!(connection.reported(), expected);
}

#[test]
fn recovers_from_broken_fragmentation() {
    let mut connection = Connection::upgraded("");
    for frame in [
        Shape::server(CONTINUATION).first().frame(b"stray"),
        Shape::server(CONTINUATION).frame(b"stray"),
        Shape::server(TEXT).first().frame(b"cut off"),
        Shape::server(TEXT).first().frame(b"who"),
        Shape::server(CONTINUATION).frame(b"le"),
    ] {
        connection.push(SERVER, &frame);
    }
    assert_eq!(connection.read(SERVER), [b"whole"]);
    let expected = [("websocket/stray-continuation", 5), ("websocket/interrupted-message", 7)];
    assert_eq!(connection.reported(), expected);
}

#[test]
fn passes_over_what_is_reserved() {
    let mut connection = Connection::upgraded("");
    for frame in [
        Shape::server(OpCode::Data(Data::Reserved(3))).frame(b"abc"),
        Shape::server(OpCode::Control(Control::Reserved(11))).frame(b"d"),
        Shape::server(BINARY).compressed().frame(b"no extension"),
        Shape::server(PING).compressed().frame(b""),
        vec![0x92, 0x01, b'x'],
        Shape::server(BINARY).frame(b"read"),
    ] {
        connection.push(SERVER, &frame);
    }
    assert_eq!(connection.read(SERVER), [b"read"]);
    let expected = [
        ("websocket/reserved-opcode", 3),
        ("websocket/reserved-control-opcode", 0),
        ("websocket/reserved-bits", 12),
        ("websocket/stray-reserved-bits", 0),
        ("websocket/reserved-bits", 1),
    ];
    assert_eq!(connection.reported(), expected);
}

#[test]
fn passes_over_a_message_that_is_too_long() {
    const LENGTH: u64 = (64 << 20) + 1;
    let mut connection = Connection::upgraded("");
    connection.push(SERVER, &[&[0x82, 0x7f][..], &LENGTH.to_be_bytes()].concat());
    let block = vec![0x82; 1 << 20];
    for _ in 0..64 {
        connection.push(SERVER, &block);
    }
    connection.push(SERVER, &[0x82]);
    connection.push(SERVER, &Shape::server(BINARY).frame(b"next"));
    assert_eq!(connection.reported(), [("websocket/message-too-long", LENGTH)]);
    assert_eq!(connection.read(SERVER), [b"next"]);
}

#[test]
fn finds_its_way_back_behind_an_impossible_header() {
    let mut connection = Connection::upgraded("");
    let frames: Vec<u8> = (0..8).flat_map(|seed| Shape::server(BINARY).frame(&noise(seed, 200))).collect();
    connection.push(SERVER, &[&[0x82, 0x7f, 0xff, 0, 0, 0, 0, 0, 0, 0][..], &frames].concat());
    connection.finish();
    assert_eq!(connection.read(SERVER).len(), 8);
    assert_eq!(connection.reported(), [("websocket/malformed-header", 0), ("websocket/framing-lost", 10)]);
}

#[test]
fn reports_a_message_that_the_end_cuts_off() {
    let whole = Shape::server(TEXT).frame(b"whole");
    for (cut, missing) in [(1, 0), (2, 5), (6, 1)] {
        let mut connection = Connection::upgraded("");
        connection.push(SERVER, &whole);
        connection.push(SERVER, &whole[..cut]);
        connection.end(SERVER);
        connection.finish();
        assert_eq!(connection.read(SERVER), [b"whole"]);
        assert_eq!(connection.reported(), [("websocket/incomplete-message", missing)]);
    }
    let mut connection = Connection::upgraded("");
    connection.push(SERVER, &Shape::server(TEXT).first().frame(b"never finished"));
    connection.push(SERVER, &Shape::server(CLOSE).frame(&[]));
    connection.end(SERVER);
    assert_eq!(connection.reported(), []);
    assert_eq!(connection.decoder.counters(SERVER).close, Some(1005));
}
