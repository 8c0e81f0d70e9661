//! Frames after the handshake: framing, counters, damage.

use proptest::prelude::*;

use super::peer::{Parties, Peer, talked};
use super::*;

fn session(turns: u8) -> (Keys, Vec<Sent>) {
    let parties = Parties::new(1);
    let mut peer = Peer::xx(&parties);
    let talk = peer.talk(turns);
    (keys(&[parties.xx_line()]), [peer.handshake, talk].concat())
}

#[test]
fn several_frames_in_a_message_and_a_frame_over_several() {
    let parties = Parties::new(1);
    let mut peer = Peer::xx(&parties);
    let mut messages = peer.handshake.clone();
    let large = vec![5; 70_000];
    let first = [peer.seal(Direction::Inbound, b"a"), peer.seal(Direction::Inbound, b"b")].concat();
    let second = [peer.seal(Direction::Inbound, &large), peer.seal(Direction::Inbound, b"d")].concat();
    messages.push((Direction::Inbound, [&first[..], &second[..2]].concat()));
    messages.push((Direction::Inbound, second[2..100].to_vec()));
    messages.push(peer.send(Direction::Outbound, b"between"));
    messages.push((Direction::Inbound, second[100..].to_vec()));
    let (report, out) = decode(&keys(&[parties.xx_line()]), &messages);
    assert_eq!(out.tallies(), []);
    assert_eq!(out.plaintexts(Direction::Inbound), [b"a", b"b", &large[..], b"d"]);
    let records: Vec<_> = out.frames.iter().map(|(origin, ..)| (origin.first, origin.last)).collect();
    assert_eq!(records, [(4, 4), (4, 4), (6, 6), (4, 7), (7, 7)]);
    assert_eq!(report.state, State::Decrypted);
}

#[test]
fn the_end_of_the_stream_is_noted_and_no_frame() {
    let parties = Parties::new(1);
    let mut peer = Peer::xx(&parties);
    let mut messages = peer.handshake.clone();
    messages.push(peer.send(Direction::Inbound, &[0, 0xf8]));
    messages.push(peer.send(Direction::Inbound, &[2]));
    let (report, out) = decode(&keys(&[parties.xx_line()]), &messages);
    assert_eq!(out.plaintexts(Direction::Inbound), [[0, 0xf8]]);
    assert!(report.ended && report.inbound == Count { frames: 2, decrypted: 2 });
    assert_eq!(out.tallies(), []);
}

#[test]
fn lost_messages_are_missing_frames() {
    let (keys, mut messages) = session(6);
    for index in [9, 7, 5] {
        messages.remove(index);
    }
    let (report, out) = decode(&keys, &messages);
    assert_eq!(out.counters(Direction::Inbound), [0, 4, 5]);
    assert_eq!(out.tallies(), [("noise/missing-frames", 1)]);
    assert_eq!(out.details("noise/missing-frames"), ["from the server, counters 1 to 3"]);
    assert_eq!((report.state, report.state.name()), (State::Partial, "partial"));
}

#[test]
fn a_long_hole_is_crossed() {
    let parties = Parties::new(1);
    let mut peer = Peer::xx(&parties);
    let mut messages = [peer.handshake.clone(), peer.talk(1)].concat();
    peer.advance(Direction::Inbound, 30_000);
    messages.extend(peer.talk(2));
    let (_, out) = decode(&keys(&[parties.xx_line()]), &messages);
    assert_eq!(out.counters(Direction::Inbound), [0, 30_001, 30_002]);
    assert_eq!(out.details("noise/missing-frames"), ["from the server, counters 1 to 30000"]);
}

#[test]
fn a_damaged_frame_is_one_loss() {
    let (keys, mut messages) = session(4);
    let length = messages[5].1.len();
    messages[5].1[length - 1] ^= 1;
    let (report, out) = decode(&keys, &messages);
    assert_eq!(out.tallies(), [("noise/unauthenticated", 1)]);
    assert_eq!(out.counters(Direction::Inbound), [0, 2, 3]);
    assert_eq!(report.inbound, Count { frames: 4, decrypted: 3 });
    assert_eq!(report.state, State::Partial);
}

#[test]
fn short_and_empty_frames_are_told() {
    let (keys, mut messages) = session(4);
    messages.insert(5, (Direction::Inbound, framed(&[])));
    messages.insert(6, (Direction::Inbound, framed(&[1; 15])));
    let (_, out) = decode(&keys, &messages);
    assert_eq!(out.tallies(), [("noise/empty-frame", 1), ("noise/short-frame", 1)]);
    assert_eq!(out.counters(Direction::Inbound), [0, 1, 2, 3]);
}

#[test]
fn a_lost_part_of_a_frame_costs_that_frame_only() {
    let parties = Parties::new(1);
    let mut peer = Peer::xx(&parties);
    let whole = peer.handshake.clone();
    let split = peer.seal(Direction::Inbound, &[1; 5000]);
    let rest = peer.talk(3);
    for (from, to) in [(0, 2), (0, 4000), (2, 5000), (4000, 5019)] {
        let mut messages = whole.clone();
        messages.push((Direction::Inbound, split[from..to].to_vec()));
        messages.extend(rest.clone());
        let (_, out) = decode(&keys(&[parties.xx_line()]), &messages);
        let read = out.plaintexts(Direction::Inbound);
        assert_eq!(read, talked(Direction::Inbound, 0..3), "{from}..{to}: {:?}", out.tallies());
        assert!(out.anomalies.iter().any(|anomaly| anomaly.diagnosis.severity == Severity::Loss));
    }
}

/// Pushes the messages, and says so where one of them is lost.
fn decode_with_losses(keys: Keys, messages: &[Option<Sent>]) -> Collected {
    let mut decoder = Decoder::new(Arc::new(keys));
    let mut out = Collected::default();
    for (record, message) in (1..).zip(messages) {
        match message {
            Some((direction, data)) => {
                let message = Message { opcode: Opcode::Binary, data };
                decoder.push(Located::new(origin(record, *direction), message), &mut out);
            }
            None => decoder.lost_message(origin(record, Direction::Inbound)),
        }
    }
    decoder.finish(&mut out);
    out
}

#[test]
fn a_frame_whose_rest_is_lost_does_not_take_the_next_with_it() {
    let parties = Parties::new(1);
    let mut peer = Peer::xx(&parties);
    let mut messages: Vec<_> = peer.handshake.iter().cloned().map(Some).collect();
    let [begun, split, last] = [1, 2, 3].map(|number| peer.seal(Direction::Inbound, &[number; 60]));
    messages.push(Some((Direction::Inbound, begun[..2].to_vec())));
    messages.push(None);
    messages.push(Some((Direction::Inbound, split[..50].to_vec())));
    messages.push(Some((Direction::Inbound, split[50..].to_vec())));
    messages.push(Some((Direction::Inbound, last)));
    let out = decode_with_losses(keys(&[parties.xx_line()]), &messages);
    assert_eq!(out.plaintexts(Direction::Inbound), [[2; 60], [3; 60]], "{:?}", out.tallies());
    assert_eq!(out.tallies(), [("noise/missing-frames", 1), ("noise/skipped-bytes", 1)]);
}

#[test]
fn a_frame_around_a_lost_message_of_another_kind_is_read() {
    let parties = Parties::new(1);
    let mut peer = Peer::xx(&parties);
    let mut messages: Vec<_> = peer.handshake.iter().cloned().map(Some).collect();
    let frame = peer.seal(Direction::Inbound, &[1; 60]);
    let next = peer.seal(Direction::Inbound, &[2; 60]);
    messages.push(Some((Direction::Inbound, frame[..40].to_vec())));
    messages.push(None);
    messages.push(Some((Direction::Inbound, [&frame[40..], &next].concat())));
    let out = decode_with_losses(keys(&[parties.xx_line()]), &messages);
    assert_eq!(out.plaintexts(Direction::Inbound), [[1; 60], [2; 60]]);
    assert_eq!(out.tallies(), []);
}

#[test]
fn a_stream_with_a_hole_is_found_again_inside_a_piece() {
    let parties = Parties::new(1);
    let mut peer = Peer::xx(&parties);
    let handshake = peer.handshake.clone();
    let stream: Vec<u8> = (0..20_u8).flat_map(|i| peer.seal(Direction::Inbound, &[i; 100])).collect();
    let mut decoder = Decoder::new(Arc::new(keys(&[parties.xx_line()])));
    let mut out = Collected::default();
    let push = |decoder: &mut Decoder, direction, data: &[u8], out: &mut Collected| {
        let message = Message { opcode: Opcode::Binary, data };
        decoder.push(Located::new(origin(1, direction), message), out);
    };
    for (direction, data) in &handshake {
        push(&mut decoder, *direction, data, &mut out);
    }
    push(&mut decoder, Direction::Inbound, &stream[..300], &mut out);
    decoder.gap(origin(1, Direction::Inbound), &mut out);
    for piece in stream[500..].chunks(70) {
        push(&mut decoder, Direction::Inbound, piece, &mut out);
    }
    decoder.finish(&mut out);
    let expected: Vec<u32> = [0, 1].into_iter().chain(5..20).collect();
    assert_eq!(out.counters(Direction::Inbound), expected, "{:?}", out.tallies());
    assert_eq!(out.tallies(), [("noise/missing-frames", 1), ("noise/skipped-bytes", 2)]);
}

/// Bytes in which a frame might begin anywhere, with keys at hand: trying all of them must not take long.
#[test]
fn misleading_bytes_cost_a_bounded_effort() {
    let (keys, mut messages) = session(1);
    let misleading = [0, 16, 0].repeat(100_000);
    messages.push((Direction::Inbound, framed(&misleading)));
    messages.push((Direction::Inbound, misleading));
    let (report, out) = decode(&keys, &messages);
    assert_eq!((report.state, report.inbound.decrypted), (State::Partial, 1));
    assert!(out.frames.len() == 2 && report.inbound.frames > 2);
}

#[test]
fn an_unfinished_frame_at_the_end_is_told() {
    let (keys, mut messages) = session(2);
    let last = messages.last_mut().expect("some");
    last.1.truncate(10);
    let (report, out) = decode(&keys, &messages);
    assert_eq!(out.tallies(), [("noise/unfinished-frame", 1)]);
    assert_eq!(out.anomalies[0].bytes, 3 + 6 + 16 - 10);
    assert_eq!(report.state, State::Partial);
}

#[test]
fn a_second_client_hello_is_no_handshake() {
    let (keys, mut messages) = session(2);
    let again = messages[0].1[4..].to_vec();
    messages.insert(1, (Direction::Outbound, again));
    let (report, out) = decode(&keys, &messages);
    assert_eq!(out.tallies(), [("noise/unauthenticated", 1)]);
    assert_eq!((report.state, report.outbound), (State::Partial, Count { frames: 3, decrypted: 2 }));
}

#[test]
fn debug_shows_no_secret() {
    let parties = Parties::new(1);
    let mut peer = Peer::xx(&parties);
    let talk = peer.talk(1);
    let mut decoder = Decoder::new(Arc::new(keys(&[parties.xx_line(), peer.transport_line()])));
    for (direction, data) in [peer.handshake.clone(), talk].concat() {
        let message = Message { opcode: Opcode::Binary, data: &data };
        decoder.push(Located::new(origin(1, direction), message), &mut Collected::default());
    }
    let shown = format!("{decoder:?}");
    assert!(shown.contains("Decrypted"));
    let secrets = [peer.client_to_server, peer.server_to_client, *parties.client_ephemeral.bytes(), [101; 32]];
    for secret in secrets {
        assert!(!shown.contains(format!("{secret:?}").trim_matches(['[', ']'])), "{shown}");
    }
}

#[test]
fn text_messages_are_told() {
    let (keys, messages) = session(1);
    let mut decoder = Decoder::new(Arc::new(keys));
    let mut out = Collected::default();
    for (direction, data) in &messages {
        let origin = origin(1, *direction);
        decoder.push(Located::new(origin, Message { opcode: Opcode::Binary, data }), &mut out);
        decoder.push(Located::new(origin, Message { opcode: Opcode::Text, data: b"hello" }), &mut out);
    }
    assert_eq!(out.tallies(), [("noise/text-message", 5)]);
    assert_eq!(decoder.report().state, State::Decrypted);
}

/// `messages` cut differently: `cuts` are lengths, used in turn.
fn recut(messages: &[Sent], cuts: &[usize]) -> Vec<Sent> {
    let mut cuts = cuts.iter().cycle();
    let mut pieces = Vec::new();
    for (direction, data) in messages {
        let mut rest = data.as_slice();
        while !rest.is_empty() {
            let length = (*cuts.next().expect("cycles")).min(rest.len());
            let (piece, after) = rest.split_at(length);
            pieces.push((*direction, piece.to_vec()));
            rest = after;
        }
    }
    pieces
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn any_segmentation_gives_the_same_frames(cuts in proptest::collection::vec(1_usize..80, 1..8)) {
        let (keys, messages) = session(4);
        let (_, whole) = decode(&keys, &messages);
        let (report, pieces) = decode(&keys, &recut(&messages, &cuts));
        prop_assert_eq!(pieces.tallies(), []);
        prop_assert_eq!(report.state, State::Decrypted);
        let plain = |out: &Collected| out.frames.iter().map(|(_, counter, plain)| (*counter, plain.clone())).collect::<Vec<_>>();
        prop_assert_eq!(plain(&whole), plain(&pieces));
    }

    #[test]
    fn joined_messages_give_the_same_frames(together in 1_usize..5) {
        let parties = Parties::new(1);
        let mut peer = Peer::xx(&parties);
        let mut messages = peer.handshake.clone();
        let frames: Vec<_> = (0..8_u8).map(|i| peer.seal(Direction::Inbound, &[i; 4])).collect();
        messages.extend(frames.chunks(together).map(|frames| (Direction::Inbound, frames.concat())));
        let (_, out) = decode(&keys(&[parties.xx_line()]), &messages);
        prop_assert_eq!(out.tallies(), []);
        prop_assert_eq!(out.counters(Direction::Inbound), (0..8).collect::<Vec<_>>());
    }

    #[test]
    fn a_bit_flip_costs_little(index in 0_usize..13, byte: prop::sample::Index, bit in 0_u8..8) {
        let (keys, mut messages) = session(5);
        let data = &mut messages[index].1;
        let at = byte.index(data.len());
        data[at] ^= 1 << bit;
        let (_, out) = decode(&keys, &messages);
        if index >= 3 {
            prop_assert!(out.frames.len() >= 8, "{:?}", out.tallies());
            prop_assert!(out.anomalies.iter().any(|anomaly| anomaly.diagnosis.severity == Severity::Loss));
        }
    }

    #[test]
    fn a_truncated_message_is_told(index in 3_usize..13, byte: prop::sample::Index) {
        let (keys, mut messages) = session(5);
        let data = &mut messages[index].1;
        data.truncate(byte.index(data.len() - 1) + 1);
        let (_, out) = decode(&keys, &messages);
        prop_assert_eq!(out.frames.len(), 9, "{:?}", out.tallies());
        prop_assert!(out.anomalies.iter().any(|anomaly| anomaly.diagnosis.severity == Severity::Loss));
    }

    #[test]
    fn any_bytes_do_no_harm(
        messages in proptest::collection::vec((any::<bool>(), proptest::collection::vec(any::<u8>(), 0..60)), 0..30),
        after_handshake: bool,
    ) {
        let (keys, mut all) = session(1);
        if !after_handshake {
            all.clear();
        }
        let direction = |client| if client { Direction::Outbound } else { Direction::Inbound };
        all.extend(messages.into_iter().map(|(client, data)| (direction(client), data)));
        decode(&keys, &all);
    }
}
