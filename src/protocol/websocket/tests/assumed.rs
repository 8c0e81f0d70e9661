//! Connections whose beginning was not captured.

use super::super::State;
use super::*;

fn exchange(connection: &mut Connection, client: Direction, skip: usize) -> (Vec<Vec<u8>>, Vec<Vec<u8>>) {
    let payloads: Vec<_> = (0..10).map(|seed| noise(seed, 60 + 40 * seed as usize)).collect();
    for (key, payload) in (0..).zip(&payloads) {
        let skip = if key == 0 { skip } else { 0 };
        connection.push(client, &Shape::client(BINARY, key).frame(payload)[skip..]);
        connection.push(client.reversed(), &Shape::server(BINARY).frame(payload)[skip..]);
    }
    let whole = payloads[usize::from(skip > 0)..].to_vec();
    (whole.clone(), whole)
}

#[test]
fn reads_a_connection_begun_before_the_capture() {
    let mut connection = Connection::default();
    let (sent, received) = exchange(&mut connection, CLIENT, 0);
    assert_eq!(connection.decoder.state(), State::Assumed);
    connection.finish();
    assert_eq!(connection.read(CLIENT), sent);
    assert_eq!(connection.read(SERVER), received);
    assert_eq!(connection.reported(), [("websocket/upgrade-not-captured", 0)]);
    let first = connection.out.messages[0].origin;
    assert_eq!((first.first, first.last, first.offset), (1, 1, 0));
}

#[test]
fn turns_a_connection_round_whose_server_masks() {
    let mut connection = Connection::default();
    let (sent, received) = exchange(&mut connection, SERVER, 0);
    connection.finish();
    assert!(connection.decoder.flipped());
    assert_eq!(connection.read(CLIENT), sent);
    assert_eq!(connection.read(SERVER), received);
    assert_eq!(connection.decoder.counters(CLIENT).messages, 10);

    let mut connection = Connection::default();
    connection.push(SERVER, REQUEST.as_bytes());
    connection.push(CLIENT, response("").as_bytes());
    connection.push(CLIENT, &Shape::server(TEXT).frame(b"hi"));
    assert_eq!((connection.decoder.state(), connection.decoder.flipped()), (State::Upgraded, true));
    assert_eq!(connection.read(SERVER), [b"hi"]);
}

#[test]
fn finds_the_first_boundary_where_the_capture_begins_inside_a_frame() {
    for skip in [1, 2, 5, 6, 7, 30, 60] {
        let mut connection = Connection::default();
        let (sent, received) = exchange(&mut connection, CLIENT, skip);
        connection.finish();
        assert_eq!(connection.decoder.state(), State::Assumed, "{skip}");
        assert!(connection.read(CLIENT) == sent, "{skip}");
        assert!(connection.read(SERVER) == received, "{skip}");
        let lost: u64 = connection.reported().iter().map(|&(_, bytes)| bytes).sum();
        assert_eq!(lost, (66 - skip + 62 - skip) as u64);
    }
}

#[test]
fn takes_the_tail_of_a_head_for_no_frame() {
    let mut connection = Connection::default();
    connection.push(CLIENT, &REQUEST.as_bytes()[30..]);
    connection.push(SERVER, response("").as_bytes());
    assert_eq!(connection.decoder.state(), State::Assumed);
    let (sent, received) = exchange(&mut connection, CLIENT, 0);
    connection.finish();
    assert!(connection.read(CLIENT) == sent && connection.read(SERVER) == received);
}

#[test]
fn takes_nothing_else_for_a_websocket() {
    let length_prefixed = |seed: u64| -> Vec<u8> {
        (0..400).flat_map(|n| [&[0, 0, 0, 90][..], &noise(seed * 1000 + n, 90)].concat()).collect()
    };
    let counting: fn(u64) -> Vec<u8> = |seed| (seed..seed + 9000).flat_map(u64::to_le_bytes).collect();
    let patterns: Vec<Vec<u8>> = (0..=255).map(|byte| vec![byte; 1024]).collect();
    let streams = (0..24)
        .map(|seed| noise(seed, 66_000))
        .chain((0..20).map(length_prefixed))
        .chain((0..20).map(|seed| counting(seed << 56 | 0x8200_0000)))
        .chain((0..20).map(|seed| noise(seed, 6_600).iter().map(|byte| byte & 0x7f).collect()))
        .chain(patterns);
    for (index, stream) in streams.enumerate() {
        let mut connection = Connection::default();
        connection.push(SERVER, &stream);
        connection.finish();
        assert_ne!(connection.decoder.state(), State::Assumed, "stream {index}");
        assert_eq!(connection.reported(), []);
        assert_eq!(connection.decoder.state() == State::NotWebsocket, stream.len() >= 64 << 10);
    }
}
