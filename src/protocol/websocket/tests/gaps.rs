//! Bytes that were not captured.

use super::*;

/// Frames of 40 to 400 bytes, masked for the client, and their payloads.
fn frames(direction: Direction, count: u64) -> (Vec<Vec<u8>>, Vec<Vec<u8>>) {
    let payloads: Vec<_> = (0..count).map(|seed| noise(seed, 40 + (seed as usize * 97) % 360)).collect();
    let frames = payloads.iter().zip(0..).map(|(payload, key)| {
        if direction == CLIENT { Shape::client(BINARY, key) } else { Shape::server(BINARY) }.frame(payload)
    });
    (frames.collect(), payloads)
}

#[test]
fn a_gap_inside_a_frame_costs_its_message_only() {
    for direction in [CLIENT, SERVER] {
        let (frames, payloads) = frames(direction, 3);
        let header = frames[1].len() - payloads[1].len();
        // Up to the very end of the frame, and from the very start of its payload.
        for (from, to) in [(header, frames[1].len()), (header + 1, frames[1].len() - 1), (20, frames[1].len())] {
            let mut connection = Connection::upgraded("");
            connection.push(direction, &frames[0]);
            connection.push(direction, &frames[1][..from]);
            connection.gap(direction, to - from);
            connection.push(direction, &frames[1][to..]);
            connection.push(direction, &frames[2]);
            connection.finish();
            assert_eq!(connection.read(direction), [&payloads[0][..], &payloads[2]]);
            assert_eq!(connection.reported(), [("websocket/message-gap", (to - from) as u64)]);
        }
    }
}

#[test]
fn unmasking_goes_on_behind_a_gap_in_a_control_frame() {
    let mut connection = Connection::upgraded("");
    let ping = Shape::client(PING, 7).frame(&[0; 30]);
    connection.push(CLIENT, &ping[..10]);
    connection.gap(CLIENT, 5);
    connection.push(CLIENT, &ping[15..]);
    connection.push(CLIENT, &Shape::client(TEXT, 8).frame(b"next"));
    assert_eq!(connection.read(CLIENT), [b"next"]);
    assert_eq!(connection.reported(), []);
    assert_eq!(connection.decoder.counters(CLIENT).control_frames, 1);
}

#[test]
fn finds_the_next_frame_behind_a_gap_over_a_boundary() {
    for direction in [CLIENT, SERVER] {
        let (frames, payloads) = frames(direction, 12);
        let stream = frames.concat();
        let start = frames[0].len();
        for (from, length) in (0..frames[1].len()).flat_map(|from| [(from, 300), (from, 301), (from, 500)]) {
            let (from, to) = (start + from, start + from + length);
            let mut connection = Connection::upgraded("");
            connection.push(direction, &stream[..from]);
            connection.gap(direction, length);
            connection.push(direction, &stream[to..]);
            connection.finish();
            let read = connection.read(direction);
            let mut end = 0;
            let whole = frames.iter().zip(&payloads).filter(|(frame, _)| {
                end += frame.len();
                end <= from || end - frame.len() >= to
            });
            let whole: Vec<_> = whole.map(|(_, payload)| payload.as_slice()).collect();
            assert!(read == whole, "{direction:?}: {from} to {to}: {} of {}", read.len(), whole.len());
            assert!(connection.reported().iter().all(|&(id, bytes)| bytes > 0 && id != "websocket/incomplete-message"));
            assert!(!connection.reported().is_empty());
        }
    }
}

#[test]
fn counts_what_two_gaps_and_the_bytes_between_cost() {
    let (frames, payloads) = frames(SERVER, 6);
    let mut connection = Connection::upgraded("");
    connection.gap(SERVER, 10);
    connection.push(SERVER, &frames[0][20..30]);
    connection.gap(SERVER, 30);
    for frame in &frames[1..] {
        connection.push(SERVER, frame);
    }
    connection.finish();
    assert_eq!(connection.read(SERVER), payloads[1..]);
    assert_eq!(connection.reported(), [("websocket/framing-lost", 50)]);
}

#[test]
fn a_short_frame_alone_between_two_gaps_is_read() {
    for direction in [CLIENT, SERVER] {
        let short = |key| {
            let shape = if direction == CLIENT { Shape::client(BINARY, key) } else { Shape::server(BINARY) };
            shape.frame(&noise(key.into(), 50))
        };
        let mut connection = Connection::upgraded("");
        connection.gap(direction, 60);
        connection.push(direction, &short(1));
        connection.gap(direction, 60);
        connection.push(direction, &short(2));
        connection.finish();
        assert_eq!(connection.read(direction), [noise(1, 50), noise(2, 50)]);
        assert_eq!(connection.reported(), [("websocket/framing-lost", 60), ("websocket/framing-lost", 60)]);
    }
}

#[test]
fn drops_the_rest_of_a_fragmented_message() {
    let (frames, payloads) = frames(SERVER, 4);
    let mut connection = Connection::upgraded("");
    connection.push(SERVER, &Shape::server(BINARY).first().frame(b"kept"));
    connection.gap(SERVER, 100);
    connection.push(SERVER, &Shape::server(CONTINUATION).first().frame(&noise(1, 200)));
    connection.push(SERVER, &Shape::server(CONTINUATION).frame(&noise(1, 200)));
    for frame in &frames {
        connection.push(SERVER, frame);
    }
    assert_eq!(connection.read(SERVER), payloads);
    assert_eq!(connection.reported(), [("websocket/framing-lost", 104), ("websocket/message-gap", 200)]);
}

#[test]
fn a_search_without_end_is_bounded_and_counted() {
    let mut connection = Connection::upgraded("");
    connection.gap(SERVER, 1);
    for seed in 0..24 {
        let text: Vec<u8> = noise(seed, 128 << 10).iter().map(|byte| byte & 0x7f | 0x20).collect();
        connection.push(SERVER, &text);
    }
    connection.finish();
    assert_eq!(connection.read(SERVER), <[&[u8]; 0]>::default());
    assert_eq!(connection.reported(), [("websocket/framing-lost", 1 + 24 * (128 << 10))]);
}
