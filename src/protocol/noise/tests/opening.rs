//! From the handshake to the keys.

use super::peer::{LOGIN, PROLOGUE, Parties, Peer, line, talked};
use super::*;
use crate::keys::Secret;
use crate::protocol::noise::messages::tests::field;

fn assert_read(report: &Report, out: &Collected, pattern: Pattern, turns: u8) {
    assert_eq!(out.tallies(), []);
    assert_eq!((report.state, report.pattern), (State::Decrypted, Some(pattern)));
    assert_eq!(report.counters, Some(Counters::FromHandshake));
    assert_eq!(report.key_used, report.client_ephemeral);
    for (direction, count) in [(Direction::Outbound, report.outbound), (Direction::Inbound, report.inbound)] {
        assert_eq!(out.plaintexts(direction), talked(direction, 0..turns));
        assert_eq!(out.counters(direction), (0..u32::from(turns)).collect::<Vec<_>>());
        assert_eq!(count, Count { frames: turns.into(), decrypted: turns.into() });
    }
}

fn whole(peer: &mut Peer, turns: u8) -> Vec<Sent> {
    [peer.handshake.clone(), peer.talk(turns)].concat()
}

#[test]
fn xx_with_private_keys() {
    let parties = Parties::new(1);
    let messages = whole(&mut Peer::xx(&parties), 3);
    let (report, out) = decode(&keys(&[parties.xx_line()]), &messages);
    assert_read(&report, &out, Pattern::Xx, 3);
    assert_eq!(report.server_static, Some(parties.server_static.public()));
    assert_eq!(report.client_ephemeral, Some(parties.client_ephemeral.public()));
    assert_eq!((out.frames[0].0.first, out.frames[0].0.last), (4, 4));
}

#[test]
fn xx_with_transport_keys() {
    let mut peer = Peer::xx(&Parties::new(1));
    let messages = whole(&mut peer, 3);
    let (report, out) = decode(&keys(&[peer.transport_line()]), &messages);
    assert_read(&report, &out, Pattern::Xx, 3);
    assert_eq!(report.server_static, None);
}

#[test]
fn ik_with_either_key() {
    let parties = Parties::new(2);
    let mut peer = Peer::ik(&parties);
    let messages = whole(&mut peer, 3);
    let (report, out) = decode(&keys(&[parties.ik_line()]), &messages);
    assert_read(&report, &out, Pattern::Ik, 3);
    assert_eq!(report.server_static, Some(parties.server_static.public()));
    let (report, out) = decode(&keys(&[peer.transport_line()]), &messages);
    assert_read(&report, &out, Pattern::Ik, 3);
}

#[test]
fn ik_with_an_xx_line_needs_the_server_static_key() {
    let parties = Parties::new(2);
    let messages = whole(&mut Peer::ik(&parties), 2);
    let mut keys = keys(&[parties.xx_line()]);
    let (report, out) = decode(&keys, &messages);
    assert_eq!(report.state, State::NoKey);
    assert_eq!(out.tallies(), [("noise/no-server-static", 4)]);
    keys.add_server_static([77; 32]);
    assert_eq!(decode(&keys, &messages).0.state, State::NoKey);
    keys.add_server_static(parties.server_static.public());
    let (report, out) = decode(&keys, &messages);
    assert_read(&report, &out, Pattern::Ik, 2);
}

#[test]
fn xx_reveals_what_ik_needs() {
    let (first, second) = (Parties::new(1), Parties::new(2));
    let mut keys = keys(&[first.xx_line(), second.xx_line()]);
    let (report, _) = decode(&keys, &Peer::xx(&first).handshake);
    assert_eq!(report.state, State::Handshake);
    keys.add_server_static(report.server_static.expect("revealed"));
    let (report, out) = decode(&keys, &whole(&mut Peer::ik(&second), 2));
    assert_read(&report, &out, Pattern::Ik, 2);
}

#[test]
fn fallback_with_each_kind_of_line() {
    let parties = Parties::new(3);
    let mut peer = Peer::xx_fallback(&parties, &Secret::new([55; 32]));
    let messages = whole(&mut peer, 3);
    for line in [parties.ik_line(), parties.xx_line(), peer.transport_line()] {
        let (report, out) = decode(&keys(&[line]), &messages);
        assert_read(&report, &out, Pattern::XxFallback, 3);
    }
}

#[test]
fn agrees_with_another_implementation_of_ik() {
    let parties = Parties::new(4);
    let name = "Noise_IK_25519_AESGCM_SHA256";
    let builder = || snow::Builder::new(name.parse().expect("a name")).prologue(&PROLOGUE).expect("once");
    let server_static = parties.server_static.public();
    let mut client = builder()
        .local_private_key(parties.client_static.bytes())
        .and_then(|builder| builder.remote_public_key(&server_static))
        .map(|builder| builder.fixed_ephemeral_key_for_testing_only(parties.client_ephemeral.bytes()))
        .and_then(snow::Builder::build_initiator)
        .expect("builds");
    let mut server = builder()
        .local_private_key(parties.server_static.bytes())
        .and_then(snow::Builder::build_responder)
        .expect("builds");
    let (mut wire, mut plain) = ([0; 512], [0; 512]);

    let length = client.write_message(b"payload", &mut wire).expect("writes");
    let parts = [field(1, &wire[..32]), field(2, &wire[32..80]), field(3, &wire[80..length])];
    let mut messages = vec![(Direction::Outbound, [PROLOGUE.to_vec(), framed(&field(2, &parts.concat()))].concat())];
    server.read_message(&wire[..length], &mut plain).expect("reads");
    let length = server.write_message(b"certificate", &mut wire).expect("writes");
    let parts = [field(1, &wire[..32]), field(3, &wire[32..length])];
    messages.push((Direction::Inbound, framed(&field(3, &parts.concat()))));
    client.read_message(&wire[..length], &mut plain).expect("reads");

    let mut client = client.into_transport_mode().expect("finished");
    let mut server = server.into_transport_mode().expect("finished");
    for i in 0..5_u8 {
        let length = server.write_message(&talked(Direction::Inbound, [i])[0], &mut wire).expect("writes");
        messages.push((Direction::Inbound, framed(&wire[..length])));
        let length = client.write_message(&talked(Direction::Outbound, [i])[0], &mut wire).expect("writes");
        messages.push((Direction::Outbound, framed(&wire[..length])));
    }
    let (report, out) = decode(&keys(&[parties.ik_line()]), &messages);
    assert_read(&report, &out, Pattern::Ik, 5);
}

/// Noise's own XX mixes the empty payload of the first message into the hash and WhatsApp's does not; the keys
/// do not depend on the hash.
#[test]
fn agrees_with_another_implementation_of_xx_on_the_transport() {
    let parties = Parties::new(5);
    let name = "Noise_XX_25519_AESGCM_SHA256";
    let builder = || snow::Builder::new(name.parse().expect("a name")).prologue(&PROLOGUE).expect("once");
    let mut client = builder()
        .local_private_key(parties.client_static.bytes())
        .map(|builder| builder.fixed_ephemeral_key_for_testing_only(parties.client_ephemeral.bytes()))
        .and_then(snow::Builder::build_initiator)
        .expect("builds");
    let mut server = builder()
        .local_private_key(parties.server_static.bytes())
        .map(|builder| builder.fixed_ephemeral_key_for_testing_only(parties.server_ephemeral.bytes()))
        .and_then(snow::Builder::build_responder)
        .expect("builds");
    let (mut wire, mut plain) = ([0; 512], [0; 512]);
    let length = client.write_message(&[], &mut wire).expect("writes");
    server.read_message(&wire[..length], &mut plain).expect("reads");
    let length = server.write_message(b"certificate", &mut wire).expect("writes");
    client.read_message(&wire[..length], &mut plain).expect("reads");
    let length = client.write_message(b"payload", &mut wire).expect("writes");
    server.read_message(&wire[..length], &mut plain).expect("reads");
    let mut server = server.into_transport_mode().expect("finished");
    let mut client = client.into_transport_mode().expect("finished");

    let mut messages = Peer::xx(&parties).handshake;
    for i in 0..5_u8 {
        let length = server.write_message(&talked(Direction::Inbound, [i])[0], &mut wire).expect("writes");
        messages.push((Direction::Inbound, framed(&wire[..length])));
        let length = client.write_message(&talked(Direction::Outbound, [i])[0], &mut wire).expect("writes");
        messages.push((Direction::Outbound, framed(&wire[..length])));
    }
    let (report, out) = decode(&keys(&[parties.xx_line()]), &messages);
    assert_read(&report, &out, Pattern::Xx, 5);
}

#[test]
fn routing_information_is_no_part_of_the_prologue() {
    let parties = Parties::new(1);
    let mut messages = whole(&mut Peer::xx(&parties), 2);
    messages[0].1.splice(..0, *b"ED\0\x01\0\0\x05route");
    let (report, out) = decode(&keys(&[parties.xx_line()]), &messages);
    assert_read(&report, &out, Pattern::Xx, 2);
}

#[test]
fn without_a_key_frames_are_counted_and_the_wanted_line_is_named() {
    let mut peer = Peer::xx(&Parties::new(1));
    let other = Peer::xx(&Parties::new(9)).transport_line();
    let messages = whole(&mut peer, 3);
    for keys in [Keys::new(), keys(&[other])] {
        let (report, out) = decode(&keys, &messages);
        assert_eq!((report.state, report.state.name(), report.key_used), (State::NoKey, "no-key", None));
        assert_eq!(report.outbound, Count { frames: 3, decrypted: 0 });
        assert_eq!(out.tallies(), [("noise/no-key", 6)]);
        let wanted = data_encoding::HEXLOWER.encode(&peer.client_ephemeral);
        assert_eq!(out.details("noise/no-key"), [format!("client ephemeral public key {wanted}")]);
        assert!(out.frames.is_empty());
    }
}

#[test]
fn wrong_private_keys_are_told_by_the_step_that_fails() {
    let parties = Parties::new(1);
    let other = [66; 32];
    let xx = line("WA_NOISE_XX", &[parties.client_ephemeral.public(), *parties.client_ephemeral.bytes(), other]);
    let (report, out) = decode(&keys(std::slice::from_ref(&xx)), &whole(&mut Peer::xx(&parties), 2));
    assert_eq!(report.state, State::WrongKey);
    assert_eq!(out.tallies(), [("noise/wrong-key", 5)]);
    assert_eq!(out.details("noise/wrong-key"), ["the client finish names another static key than the key log's"]);

    let server = data_encoding::HEXLOWER.encode(&parties.server_static.public());
    let ik = format!("{} {server}", xx.replace("_XX", "_IK"));
    let messages = whole(&mut Peer::ik(&parties), 2);
    let (report, out) = decode(&keys(&[ik]), &messages);
    assert_eq!(report.state, State::WrongKey);
    assert_eq!(out.details("noise/wrong-key"), ["the client hello names another static key than the key log's"]);

    let other = data_encoding::HEXLOWER.encode(&other);
    let ik = parties.ik_line().replace(&server, &other);
    let (report, out) = decode(&keys(&[ik]), &messages);
    assert_eq!(report.state, State::WrongKey);
    let step = "the client hello's static key did not authenticate with the key log's server static key";
    assert_eq!(out.details("noise/wrong-key"), [step]);

    let mut messages = whole(&mut Peer::xx(&parties), 2);
    messages[1].1[60] ^= 1;
    let (report, out) = decode(&keys(&[parties.xx_line()]), &messages);
    assert_eq!(report.state, State::WrongKey);
    let step = "the server hello's static key did not authenticate with the client's ephemeral private key";
    assert_eq!(out.details("noise/wrong-key"), [step]);
}

#[test]
fn wrong_transport_keys_are_told() {
    let mut peer = Peer::xx(&Parties::new(1));
    let swapped = line("WA_NOISE_TRANSPORT", &[peer.client_ephemeral, peer.server_to_client, peer.client_to_server]);
    let (report, out) = decode(&keys(&[swapped]), &whole(&mut peer, 2));
    assert_eq!((report.state, report.key_used), (State::WrongKey, Some(peer.client_ephemeral)));
    assert_eq!(out.tallies(), [("noise/wrong-key", 4)]);
}

#[test]
fn good_transport_keys_make_up_for_wrong_private_ones() {
    let parties = Parties::new(1);
    let mut peer = Peer::xx(&parties);
    let wrong = line("WA_NOISE_XX", &[peer.client_ephemeral, *parties.client_ephemeral.bytes(), [66; 32]]);
    let (report, out) = decode(&keys(&[wrong, peer.transport_line()]), &whole(&mut peer, 2));
    assert_read(&report, &out, Pattern::Xx, 2);
}

#[test]
fn private_keys_without_the_server_hello() {
    let parties = Parties::new(1);
    let mut messages = whole(&mut Peer::xx(&parties), 2);
    messages.remove(1);
    let (report, out) = decode(&keys(&[parties.xx_line()]), &messages);
    assert_eq!(report.state, State::NoKey);
    assert_eq!(out.tallies(), [("noise/no-server-hello", 4)]);
}

#[test]
fn transport_keys_without_the_rest_of_the_handshake() {
    let mut peer = Peer::xx(&Parties::new(1));
    let mut messages = whole(&mut peer, 2);
    messages.drain(1..3);
    let (report, out) = decode(&keys(&[peer.transport_line()]), &messages);
    assert_read(&report, &out, Pattern::Xx, 2);
}

#[test]
fn a_server_hello_captured_late() {
    let parties = Parties::new(1);
    let mut messages = whole(&mut Peer::xx(&parties), 3);
    messages[1..5].rotate_left(1);
    messages[2..5].rotate_left(1);
    let order = [Direction::Outbound, Direction::Outbound, Direction::Outbound, Direction::Inbound, Direction::Inbound];
    assert_eq!(messages.iter().take(5).map(|(direction, _)| *direction).collect::<Vec<_>>(), order);
    let (report, out) = decode(&keys(&[parties.xx_line()]), &messages);
    assert_eq!(out.plaintexts(Direction::Outbound), talked(Direction::Outbound, 0..3));
    assert_eq!(report.outbound, Count { frames: 3, decrypted: 3 });
    assert_eq!(report.state, State::Decrypted, "{:?}", out.tallies());
}

#[test]
fn private_keys_show_who_logs_in_and_transport_keys_do_not() {
    let parties = Parties::new(6);
    let stale = Secret::new([77; 32]);
    let stale_line = line(
        "WA_NOISE_IK",
        &[
            parties.client_ephemeral.public(),
            *parties.client_ephemeral.bytes(),
            *parties.client_static.bytes(),
            stale.public(),
        ],
    );
    let cases = [
        (Peer::xx(&parties), parties.xx_line()),
        (Peer::ik(&parties), parties.ik_line()),
        (Peer::xx_fallback(&parties, &stale), stale_line),
    ];
    for (mut peer, private) in cases {
        let messages = whole(&mut peer, 1);
        let (report, out) = decode(&keys(&[private]), &messages);
        assert_eq!((report.login, out.tallies()), (Some(LOGIN), vec![]));
        let (report, _) = decode(&keys(&[peer.transport_line()]), &messages);
        assert_eq!(report.login, None);
        let (report, _) = decode(&Keys::new(), &messages);
        assert_eq!(report.login, None);
    }
}
