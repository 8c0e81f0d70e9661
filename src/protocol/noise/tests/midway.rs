//! Connections that began before the capture, and connections of others.

use super::peer::{Parties, Peer, line, talked};
use super::*;

/// A session whose first frames and handshake were not captured.
fn begun_before(inbound: u32, outbound: u32, turns: u8) -> (Peer, Parties, Vec<Sent>) {
    let parties = Parties::new(1);
    let mut peer = Peer::xx(&parties);
    peer.advance(Direction::Inbound, inbound);
    peer.advance(Direction::Outbound, outbound);
    let talk = peer.talk(turns);
    (peer, parties, talk)
}

fn others() -> Vec<String> {
    (20..24).map(|seed| Peer::xx(&Parties::new(seed)).transport_line()).collect()
}

#[test]
fn counters_are_found_by_trial() {
    let (peer, _, messages) = begun_before(43, 41, 5);
    let lines = [others(), vec![peer.transport_line()]].concat();
    let (report, out) = decode(&keys(&lines), &messages);
    assert_eq!(out.counters(Direction::Inbound), [43, 44, 45, 46, 47]);
    assert_eq!(out.counters(Direction::Outbound), [41, 42, 43, 44, 45]);
    assert_eq!(out.plaintexts(Direction::Inbound), talked(Direction::Inbound, 0..5));
    assert_eq!(out.tallies(), [("noise/begun-midway", 2)]);
    assert_eq!(out.details("noise/begun-midway"), ["from the server, counter 43", "from the client, counter 41"]);
    assert!(out.anomalies.iter().all(|anomaly| anomaly.diagnosis.severity == Severity::Note));
    assert_eq!((report.state, report.counters), (State::Decrypted, Some(Counters::ByTrial)));
    assert_eq!((report.key_used, report.client_ephemeral), (Some(peer.client_ephemeral), None));
}

#[test]
fn high_counters_are_found() {
    let (peer, _, messages) = begun_before(60_000, 5_000_000, 2);
    let (_, out) = decode(&keys(&[peer.transport_line()]), &messages);
    assert_eq!(out.counters(Direction::Inbound), [60_000, 60_001]);
    assert_eq!(out.counters(Direction::Outbound), [5_000_000, 5_000_001]);
}

/// Returns `count` lines with keys of no session.
fn wrong_lines(count: u32) -> Vec<String> {
    let key = |number: u32, which: u8| {
        let mut key = [which; 32];
        key[..4].copy_from_slice(&number.to_be_bytes());
        key
    };
    (0..count).map(|number| line("WA_NOISE_TRANSPORT", &[0, 1, 2].map(|which| key(number, which)))).collect()
}

#[test]
fn wrong_lines_do_not_hide_the_right_one() {
    let (peer, _, messages) = begun_before(60_000, 65_000, 5);
    let lines = [wrong_lines(2_000), vec![peer.transport_line()], wrong_lines(75)].concat();
    let (report, out) = decode(&keys(&lines), &messages);
    assert_eq!((report.state, report.key_used), (State::Decrypted, Some(peer.client_ephemeral)));
    assert_eq!(out.counters(Direction::Inbound), [60_000, 60_001, 60_002, 60_003, 60_004]);
}

#[test]
fn keys_that_were_not_tried_are_counted() {
    let (_, _, messages) = begun_before(43, 41, 5);
    let mut decoder = Decoder::new(Arc::new(keys(&wrong_lines(10_000))));
    let mut out = Collected::default();
    for (direction, data) in &messages {
        let origin = Origin { connection: Some(ConnectionId(9_999)), ..origin(1, *direction) };
        decoder.push(Located::new(origin, Message { opcode: Opcode::Binary, data }), &mut out);
    }
    decoder.finish(&mut out);
    let details = out.details("noise/no-key-midway");
    assert!(matches!(details[..], [detail] if detail.ends_with(" of the 10000 pairs of transport keys were tried")));
}

#[test]
fn mistaken_directions_are_corrected() {
    let (peer, _, messages) = begun_before(3, 4, 3);
    let mirror = |messages: Vec<Sent>| -> Vec<Sent> {
        messages.into_iter().map(|(direction, data)| (direction.reversed(), data)).collect()
    };
    let (report, out) = decode(&keys(&[peer.transport_line()]), &mirror(messages));
    assert_eq!(out.plaintexts(Direction::Inbound), talked(Direction::Inbound, 0..3));
    assert_eq!(out.plaintexts(Direction::Outbound), talked(Direction::Outbound, 0..3));
    assert_eq!(out.tallies(), [("noise/begun-midway", 2), ("noise/mirrored", 1)]);
    assert_eq!(report.outbound.decrypted, 3);

    let parties = Parties::new(1);
    let mut peer = Peer::xx(&parties);
    let talk = peer.talk(2);
    let (report, out) = decode(&keys(&[parties.xx_line()]), &mirror([peer.handshake, talk].concat()));
    assert_eq!(out.plaintexts(Direction::Inbound), talked(Direction::Inbound, 0..2));
    assert_eq!((report.state, out.tallies()), (State::Decrypted, vec![("noise/mirrored", 1)]));
}

#[test]
fn begins_inside_a_frame() {
    let parties = Parties::new(1);
    let mut peer = Peer::xx(&parties);
    let cut = peer.seal(Direction::Inbound, &[9; 200]);
    let talk = peer.talk(3);
    let messages = [vec![(Direction::Inbound, cut[50..].to_vec())], talk].concat();
    let (report, out) = decode(&keys(&[peer.transport_line()]), &messages);
    assert_eq!(out.counters(Direction::Inbound), [1, 2, 3]);
    assert_eq!(report.state, State::Decrypted);
    assert_eq!(out.tallies(), [("noise/begun-inside-frame", 1), ("noise/begun-midway", 2)]);
}

#[test]
fn a_handshake_seen_in_part_is_no_frame() {
    let parties = Parties::new(1);
    let mut peer = Peer::xx(&parties);
    let talk = peer.talk(3);
    for from in 1..3 {
        let messages = [peer.handshake[from..].to_vec(), talk.clone()].concat();
        let (report, out) = decode(&keys(&[peer.transport_line()]), &messages);
        assert_eq!(out.counters(Direction::Inbound), [0, 1, 2]);
        assert_eq!((report.state, report.outbound.frames), (State::Decrypted, 3));
        let (report, out) = decode(&Keys::new(), &messages);
        assert_eq!((report.state, report.outbound.frames), (State::NoKey, 3));
        assert_eq!(out.tallies(), [("noise/no-key-midway", 6)]);
    }
}

#[test]
fn private_keys_cannot_open_it_and_that_is_said() {
    let (_, parties, messages) = begun_before(43, 41, 5);
    let (report, out) = decode(&keys(&[parties.xx_line()]), &messages);
    assert_eq!(report.state, State::NoKey);
    assert_eq!(out.tallies(), [("noise/no-key-midway", 10)]);
    let detail = "the key log has only private keys, which are of no use without the handshake";
    assert_eq!(out.details("noise/no-key-midway"), [detail]);
}

#[test]
fn keys_of_other_sessions_do_not_open_it_and_that_is_said() {
    let (_, _, messages) = begun_before(43, 41, 3);
    let one = [Peer::xx(&Parties::new(20)).transport_line()];
    let (report, out) = decode(&keys(&one), &messages);
    assert_eq!(report.state, State::NoKey);
    assert_eq!((report.inbound.frames, report.outbound.frames), (3, 3));
    let detail = "the only pair of transport keys decrypts none of the frames tried";
    assert_eq!(out.details("noise/no-key-midway"), [detail]);
}

#[test]
fn without_keys_the_shape_decides() {
    let (_, _, messages) = begun_before(43, 41, 5);
    let (report, out) = decode(&Keys::new(), &messages);
    assert_eq!((report.state, report.inbound.frames, report.outbound.frames), (State::NoKey, 5, 5));
    assert_eq!(out.tallies(), [("noise/no-key-midway", 10)]);
    let (report, out) = decode(&Keys::new(), &messages[..3]);
    assert_eq!((report.state, out.tallies()), (State::Undecided, vec![]));
}

#[test]
fn other_websockets_are_left_alone() {
    let text: Vec<Sent> = (0..40)
        .map(|i| {
            let direction = if i % 3 == 0 { Direction::Outbound } else { Direction::Inbound };
            (direction, format!("{{\"seq\":{i},\"op\":\"update\",\"data\":[1,2,3]}}").into_bytes())
        })
        .collect();
    let four_byte_lengths: Vec<Sent> = (0..40_u8)
        .map(|i| (Direction::Inbound, [&[0, 0, 0, 20 + i][..], &vec![i; 20 + usize::from(i)]].concat()))
        .collect();
    let http2: Vec<Sent> =
        (0..40_u8).map(|i| (Direction::Outbound, [&[0, 0, 30, 0, 0, 0, 0, 0, i][..], &[7; 30]].concat())).collect();
    let almost: Vec<Sent> = vec![(Direction::Outbound, b"WAIT for the next message, please".to_vec()); 20];
    let lines = keys(&others());
    for messages in [text, four_byte_lengths, http2, almost] {
        for keys in [&Keys::new(), &lines] {
            let (report, out) = decode(keys, &messages);
            assert_eq!(report.state, State::NotWhatsapp);
            assert_eq!(report.state.name(), "none");
            assert!(out.frames.is_empty() && out.anomalies.is_empty());
        }
    }
}

#[test]
fn text_makes_a_websocket_of_another() {
    let mut decoder = Decoder::new(Arc::new(Keys::new()));
    let mut out = Collected::default();
    for record in 0..40 {
        let message = Message { opcode: Opcode::Text, data: b"{}" };
        decoder.push(Located::new(origin(record, Direction::Inbound), message), &mut out);
    }
    decoder.finish(&mut out);
    assert_eq!((decoder.report().state, out.anomalies.len()), (State::NotWhatsapp, 0));
}

#[test]
fn a_damaged_client_hello_leaves_the_transport_keys() {
    let mut peer = Peer::xx(&Parties::new(1));
    let talk = peer.talk(3);
    let mut messages = [peer.handshake.clone(), talk].concat();
    messages[0].1[7] ^= 0x40;
    let (report, out) = decode(&keys(&[peer.transport_line()]), &messages);
    assert_eq!(out.counters(Direction::Outbound), [0, 1, 2]);
    assert_eq!(report.state, State::Decrypted);
    assert_eq!(out.tallies(), [("noise/begun-midway", 2), ("noise/client-hello", 1)]);
    let (report, out) = decode(&Keys::new(), &messages);
    assert_eq!((report.state, report.inbound.frames), (State::NoKey, 3));
    assert_eq!(out.tallies(), [("noise/client-hello", 1), ("noise/no-key-midway", 6)]);
}
