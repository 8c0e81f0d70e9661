//! `silent-call`: a call that is answered and stays silent. The client's media goes out to the elected relay, which answers
//! every keep-alive, and none comes in.

use std::net::SocketAddr;

use ringtrace::media::{Slot, stream_id};
use ringtrace::origin::Direction;
use ringtrace::protocol::binary::Jid;

use super::ambient::{datagram, name_lookup};
use super::capture_file;
use super::connection::Connection;
use super::made_up;
use super::media_packets::{allocate, granted, message, ping, rtp};
use super::noise::{Keys, Noise};
use super::people::{BIRCH, MY_DEVICE, MY_DEVICE_NUMBER, MY_NUMBER};
use super::protobuf::login;
use super::recording::{Made, Recording};
use super::script::{Answers, Script};
use super::stanzas::{self, Call};
use super::wire::{Packet, Place};

/// 2026-03-16 18:30:00 UTC.
const EPOCH: u64 = 1_773_685_800;

/// Milliseconds since the capture began.
const OFFER: u64 = 5_000;
const ACCEPT: u64 = 9_400;
const END: u64 = 22_000;

/// The relay that the call is elected to.
const ELECTED: usize = 1;

/// The capture and the texts beside it.
pub(super) fn make() -> Made {
    let call = Call::from("incoming, answered, silent", &BIRCH);
    let place = Place::of_client("silent call", 50_410);
    let noise = Noise::xx(&Keys::of(place.name), &login(MY_NUMBER, MY_DEVICE_NUMBER));
    let mut connection = Connection::open(place.clone(), EPOCH, 0, noise, false, &[]);
    for said in script(&call).in_order() {
        connection.say(said);
    }
    connection.close(END + 1_000, Direction::Inbound);
    let mut recording = Recording::new();
    recording.add(connection);
    recording.packets.extend(name_lookup(&place, nanoseconds(100)));
    recording.packets.extend(media(&place, &call));
    recording.sort(|_| 1000);
    let file = capture_file::pcap(&recording.packets);
    recording.finish("silent-call", "pcap", file, &[call])
}

fn script(call: &Call) -> Script {
    let mut script = Script::new("silent call", EPOCH, Answers::WithReceipts);
    let birch = BIRCH.devices[0];
    script.login(210);
    script.receive(OFFER, call, birch, stanzas::offer_received(call));
    script.send(OFFER + 130, call, birch, stanzas::preaccept(call));
    for relay in 0..3 {
        script.send(OFFER + 420 + 15 * relay as u64, call, birch, stanzas::relaylatency(call, relay));
    }
    script.send(ACCEPT, call, birch, stanzas::accept(call));
    script.send(ACCEPT + 40, call, birch, stanzas::transport(call));
    script.receive(ACCEPT + 410, call, birch, stanzas::transport(call));
    script.receive(ACCEPT + 800, call, birch, stanzas::relay_election(call));
    script.receive(END, call, birch, stanzas::hang_up(call));
    script
}

/// Nanoseconds since the Unix epoch.
fn nanoseconds(at: u64) -> u64 {
    EPOCH * 1_000_000_000 + at * 1_000_000
}

/// What passes between the client and the relays.
fn media(place: &Place, call: &Call) -> Vec<Packet> {
    let client = SocketAddr::new(place.client.ip(), 46_910);
    let relay = |index: usize| SocketAddr::from(([203, 0, 113, 10 + index as u8], 3478));
    let mut packets = Vec::new();
    let mut out = |at: u64, index: usize, data: &[u8]| {
        packets.push(datagram(place, Direction::Outbound, client, relay(index), nanoseconds(at), data));
    };
    for index in 0..3 {
        out(OFFER + 180 + index as u64, index, &allocate(call, index, 0));
        out(ACCEPT + 6 + index as u64, index, &allocate(call, index, 1));
    }
    for nth in 0..12 {
        out(ACCEPT + 100 + 1_000 * nth, ELECTED, &message(0x0801, &ping(nth), &[]));
    }
    let device = Jid::parse(MY_DEVICE).unwrap();
    let ssrc = stream_id(&call.id, &device, Slot::Audio);
    for nth in 0..100_u16 {
        let speech = made_up::bytes(&format!("speech {nth}"), 60 + usize::from(nth) % 40);
        out(ACCEPT + 260 + 120 * u64::from(nth), ELECTED, &rtp(ssrc, nth, &speech));
    }
    for index in 0..3 {
        out(END + 12, index, &message(0x0800, &made_up::array(&format!("bye {index}")), &[]));
    }
    let mut back = |at: u64, index: usize, data: &[u8]| {
        packets.push(datagram(place, Direction::Inbound, relay(index), client, nanoseconds(at), data));
    };
    for index in 0..3 {
        let took = 17 + 11 * index as u64;
        back(OFFER + 180 + index as u64 + took, index, &granted(client, index, 0));
        back(ACCEPT + 6 + index as u64 + took, index, &granted(client, index, 1));
    }
    for nth in 0..12 {
        back(ACCEPT + 128 + 1_000 * nth, ELECTED, &message(0x0802, &ping(nth), &[]));
    }
    packets
}
