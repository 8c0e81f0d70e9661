//! `hard-transport`: few calls, by all that the layers under a stanza allow.

use ringtrace::origin::Direction;

use super::ambient;
use super::capture_file::{self, Interface};
use super::connection::{Connection, Manner};
use super::made_up;
use super::noise::{Keys, Noise};
use super::people::{ALDER, BIRCH, CEDAR, MY_DEVICE_NUMBER, MY_NUMBER};
use super::protobuf::login;
use super::recording::{Made, Recording};
use super::script::{Answers, Said, Script};
use super::stanzas::{self, Call};
use super::wire::{Link, Place};

/// 2026-04-18 09:30:00 UTC.
const EPOCH: u64 = 1_776_504_600;

/// The capture and the texts beside it.
pub(super) fn make() -> Made {
    let (recording, calls) = record();
    finish(recording, &calls)
}

/// The same of a recording, whole or not.
pub(super) fn finish(recording: Recording, calls: &[Call]) -> Made {
    let file = capture_file::pcapng(&INTERFACES, &recording.packets);
    recording.finish("hard-transport", "pcapng", file, calls)
}

const INTERFACES: [Interface; 2] =
    [Interface { link: Link::Ethernet, digits: Some(9) }, Interface { link: Link::Nothing, digits: None }];

/// What a recorder that misses nothing has.
pub(super) fn record() -> (Recording, [Call; 2]) {
    let calls = [
        Call::from("incoming, declined here without ringing first", &BIRCH),
        Call::to("outgoing, answered by a linked device, hung up here", &CEDAR),
    ];
    let [declined, answered] = &calls;
    let mut recording = Recording::new();
    recording.add(resumed_login(declined));
    recording.add(fallback_login(answered));

    let time = |milliseconds: u64| EPOCH * 1_000_000_000 + milliseconds * 1_000_000;
    recording.packets.extend(ambient::name_lookup(&ethernet("name lookup", 0), time(300)));
    recording.packets.extend(ambient::web_page(ethernet("web page", 50_990), time(500)));
    recording.packets.extend(ambient::tls(Place { server: server(443), ..tunnel("TLS", 50_992) }, time(12_900)));
    recording.packets.extend(ambient::name_lookup(&tunnel("another name lookup", 0), time(57_700)));

    recording.sort(|interface| INTERFACES[interface].unit());
    (recording, calls)
}

fn ethernet(name: &'static str, client_port: u16) -> Place {
    Place {
        name,
        client: ([0x2001, 0xdb8, 1, 0, 0, 0, 0, 0x10], client_port).into(),
        server: server(8080),
        interface: 0,
        link: Link::Ethernet,
        segment_size: 520,
        disorder: false,
    }
}

fn tunnel(name: &'static str, client_port: u16) -> Place {
    let client = ([0x2001, 0xdb8, 9, 0, 0, 0, 0, 0x10], client_port).into();
    Place { client, interface: 1, link: Link::Nothing, ..ethernet(name, client_port) }
}

fn server(port: u16) -> std::net::SocketAddr {
    ([0x2001, 0xdb8, 2, 0, 0, 0, 0, 0x80], port).into()
}

/// Noise IK behind routing information; permessage-deflate; disordered segments; a declined call.
fn resumed_login(declined: &Call) -> Connection {
    let name = "resumed login";
    let mut script = Script::new(name, EPOCH, Answers::WithAcks);
    script.login(1_190);
    script.message_from(4_000, &ALDER);
    script.message_to(6_500, &ALDER);
    script.message_from(8_500, &ALDER);
    script.message_to(10_000, &ALDER);
    script.ping(12_000);
    let birch = BIRCH.devices[0];
    script.receive(14_000, declined, birch, stanzas::offer_received(declined));
    script.send(19_300, declined, birch, stanzas::reject(declined));
    script.message_from(24_000, &BIRCH);
    script.ping(37_000);

    let noise = Noise::ik(&Keys::of(name), &login(MY_NUMBER, MY_DEVICE_NUMBER));
    let place = Place { disorder: true, segment_size: 180, ..ethernet(name, 51_000) };
    let mut connection = Connection::open(place, EPOCH, 1_000, noise, true, &routing_information());
    say_all(&mut connection, script.in_order());
    connection.end_stream(44_000);
    connection.close(44_050, Direction::Inbound);
    connection
}

/// Noise XXfallback, in a tunnel; an answered call.
fn fallback_login(answered: &Call) -> Connection {
    let name = "fallback login";
    let mut script = Script::new(name, EPOCH, Answers::WithAcks);
    script.login(58_230);
    script.message_from(61_000, &CEDAR);
    let [phone, linked] = [CEDAR.devices[0], CEDAR.devices[1]];
    script.offer(70_000, answered);
    script.receive(70_800, answered, phone, stanzas::preaccept(answered));
    script.receive(70_810, answered, linked, stanzas::preaccept(answered));
    for relay in 0..3 {
        script.send(70_900 + relay as u64, answered, CEDAR.lid, stanzas::relaylatency(answered, relay));
    }
    script.receive(78_600, answered, linked, stanzas::accept(answered));
    script.send(78_640, answered, phone, stanzas::terminate(answered, "accepted_elsewhere"));
    script.send(78_645, answered, linked, stanzas::transport(answered));
    script.send(78_650, answered, linked, stanzas::mute(answered, false));
    script.receive(78_900, answered, linked, stanzas::transport(answered));
    script.receive(78_905, answered, linked, stanzas::relay_election(answered));
    script.ping(92_000);
    script.send(121_000, answered, linked, stanzas::hang_up(answered));
    script.message_to(126_000, &CEDAR);

    let noise = Noise::xx_fallback(&Keys::of(name), &login(MY_NUMBER, MY_DEVICE_NUMBER));
    let mut connection = Connection::open(tunnel(name, 51_002), EPOCH, 58_000, noise, false, &[]);
    say_all(&mut connection, script.in_order());
    connection.close(132_000, Direction::Outbound);
    connection
}

/// What a client sends before WhatsApp's header when the server once told it where to connect: `ED`, 0, 1, a
/// 3-byte length, and bytes that the server understands.
fn routing_information() -> Vec<u8> {
    let mut intro = vec![0x45, 0x44, 0, 1, 0, 0, 14];
    intro.extend(made_up::bytes("routing information", 14));
    intro
}

/// Says everything; what goes one way within 25 ms goes together, each time in another manner.
fn say_all(connection: &mut Connection, script: Vec<Said>) {
    let mut turn = 0;
    let mut script = script.into_iter().peekable();
    while let Some(first) = script.next() {
        let (at, direction) = (first.at, first.direction);
        if first.stanza.tag == "message" {
            connection.say_repeating(first);
            continue;
        }
        let mut together = vec![first];
        while let Some(next) = script.next_if(|next| next.direction == direction && next.at < at + 25) {
            together.push(next);
        }
        let manner = [Manner::Whole, Manner::InTwoMessages(2), Manner::Fragmented, Manner::InTwoMessages(90)][turn % 4];
        connection.say_together(together, manner, direction == Direction::Inbound);
        turn += 1;
    }
}
