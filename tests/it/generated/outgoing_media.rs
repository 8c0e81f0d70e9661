//! Calls that the recorded client places, with the UDP packets of its media next to the signalling: as a client does it, and
//! otherwise.

use std::fs;
use std::net::SocketAddr;
use std::path::Path;

use ringtrace::media::{Slot, stream_id};
use ringtrace::origin::Direction;
use ringtrace::protocol::binary::Jid;

use super::ambient::datagram;
use super::capture_file;
use super::connection::Connection;
use super::made_up;
use super::media_packets::{allocate, granted, message, ping, rtp, sender_report};
use super::noise::{Keys, Noise};
use super::people::{BIRCH, MY_DEVICE, MY_DEVICE_NUMBER, MY_NUMBER};
use super::protobuf::login;
use super::recording::Recording;
use super::script::{Answers, Script};
use super::stanzas::{self, Call};
use super::wire::{Packet, Place};

/// 2026-03-17 09:00:00 UTC.
const EPOCH: u64 = 1_773_738_000;

/// Milliseconds since the capture began.
const OFFER: u64 = 2_000;
const PROBES: u64 = 2_700;
const REPORTS: u64 = 3_000;
const ACCEPT: u64 = 7_000;
const END: u64 = 47_000;

/// Between two packets of speech.
const SPACING: u64 = 120;

/// Where the other device can be reached.
const PEER: ([u8; 4], u16) = ([198, 51, 100, 77], 52_000);

/// What the client does.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Conduct {
    /// Whether the call is accepted; else it rings out.
    pub is_accepted: bool,
    /// Whether media flows in it if it is not.
    pub is_eager: bool,
    /// Whether relays are asked before their latencies are reported.
    pub probes: bool,
    /// By how many milliseconds the reported latencies are higher than the round trips.
    pub adds: u64,
    /// Milliseconds from the accept to its first packet of media, and from the terminate to its last.
    pub media: [i64; 2],
    /// Whether it sends keep-alives.
    pub pings: bool,
    /// The relays over which its media goes, one after the other.
    pub relays: &'static [usize],
    /// Whether media then goes to the address in a transport.
    pub is_direct: bool,
}

impl Conduct {
    /// What clients do.
    pub(crate) const KEPT: Self = Self {
        is_accepted: true,
        is_eager: false,
        probes: true,
        adds: 2,
        media: [260, -40],
        pings: true,
        relays: &[1],
        is_direct: false,
    };

    /// What SIG-17 forbids: media before the accept and after the terminate, and no keep-alives.
    pub(crate) const BROKEN: Self = Self { media: [-1_500, 2_000], pings: false, ..Self::KEPT };

    /// Returns the conduct that a fixture names.
    pub(crate) fn named(name: &str) -> Self {
        match name {
            "kept" => Self::KEPT,
            "broken" => Self::BROKEN,
            other => panic!("no conduct is called {other}"),
        }
    }
}

/// A datagram that is none of the call's.
#[derive(Clone)]
pub(crate) struct Extra {
    /// Milliseconds since the capture began.
    pub at: u64,
    /// Which way it goes.
    pub direction: Direction,
    /// The port on the recorded machine.
    pub local: u16,
    /// The other end.
    pub remote: SocketAddr,
    /// Its payload.
    pub data: Vec<u8>,
    /// The place of a fragment behind the first, in units of 8 bytes, and whether more follow: it has no ports.
    pub fragment: Option<(u16, bool)>,
}

/// Writes a capture, `NAME.pcap`, and next to it its keys, `NAME.noisekeys.txt`.
pub(crate) fn write(conduct: &Conduct, folder: &Path, name: &str) {
    write_with(conduct, &[], folder, name);
}

/// The same, with further datagrams.
pub(crate) fn write_with(conduct: &Conduct, extra: &[Extra], folder: &Path, name: &str) {
    let call = Call::to("outgoing, with media", &BIRCH);
    let place = Place::of_client("outgoing media", 50_420);
    let noise = Noise::xx(&Keys::of(place.name), &login(MY_NUMBER, MY_DEVICE_NUMBER));
    let mut connection = Connection::open(place.clone(), EPOCH, 0, noise, false, &[]);
    for said in script(conduct, &call).in_order() {
        connection.say(said);
    }
    connection.close(END + 6_000, Direction::Inbound);
    let mut recording = Recording::new();
    recording.add(connection);
    recording.packets.extend(Media { place: &place, call: &call, conduct, packets: Vec::new() }.packets());
    recording.packets.extend(extra.iter().map(|extra| packet(&place, extra)));
    recording.sort(|_| 1000);
    let file = capture_file::pcap(&recording.packets);
    for (file, contents) in recording.finish("media", "pcap", file, &[call]).files {
        let ending = file.strip_prefix("media.").unwrap();
        if matches!(ending, "pcap" | "noisekeys.txt") {
            fs::write(folder.join(format!("{name}.{ending}")), contents).unwrap();
        }
    }
}

fn packet(place: &Place, extra: &Extra) -> Packet {
    let Extra { at, direction, local, remote, data, fragment } = extra;
    let local = SocketAddr::new(place.client.ip(), *local);
    let (from, to) = if *direction == Direction::Outbound { (local, *remote) } else { (*remote, local) };
    let mut packet = datagram(place, *direction, from, to, EPOCH * 1_000_000_000 + at * 1_000_000, data);
    if let Some((offset, is_more)) = fragment {
        // Without the UDP header, and with the fields of RFC 791 section 3.1 for fragments.
        const ETHERNET: usize = 14;
        const IP: usize = 20;
        packet.bytes.drain(ETHERNET + IP..ETHERNET + IP + 8);
        let length = u16::try_from(packet.bytes.len() - ETHERNET).unwrap();
        let flags = offset | if *is_more { 0x2000 } else { 0 };
        packet.bytes[ETHERNET + 2..ETHERNET + 4].copy_from_slice(&length.to_be_bytes());
        packet.bytes[ETHERNET + 6..ETHERNET + 8].copy_from_slice(&flags.to_be_bytes());
    }
    packet
}

fn script(conduct: &Conduct, call: &Call) -> Script {
    let mut script = Script::new("outgoing media", EPOCH, Answers::WithReceipts);
    let birch = BIRCH.devices[0];
    script.login(210);
    script.offer(OFFER, call);
    script.receive(OFFER + 600, call, birch, stanzas::preaccept(call));
    for relay in 0..3 {
        let report = stanzas::relaylatency_of(call, relay, round_trip(relay) + conduct.adds);
        script.send(REPORTS + 15 * relay as u64, call, birch, report);
    }
    if conduct.is_accepted {
        script.receive(ACCEPT, call, birch, stanzas::accept(call));
        let (address, port) = PEER;
        let candidate = [&address[..], &port.to_be_bytes()].concat();
        script.receive(ACCEPT + 410, call, birch, stanzas::transport_with(call, candidate));
        script.send(END, call, birch, stanzas::hang_up(call));
    } else {
        script.send(END, call, birch, stanzas::terminate_everywhere(call, "timeout"));
    }
    script
}

/// How long the answers of a relay take, in milliseconds.
const fn round_trip(relay: usize) -> u64 {
    19 + 11 * relay as u64
}

/// The packets of the media.
struct Media<'c> {
    place: &'c Place,
    call: &'c Call,
    conduct: &'c Conduct,
    packets: Vec<Packet>,
}

impl Media<'_> {
    fn send(&mut self, direction: Direction, at: u64, to: SocketAddr, data: &[u8]) {
        let client = client(self.place);
        let (from, to) = if direction == Direction::Outbound { (client, to) } else { (to, client) };
        let time = EPOCH * 1_000_000_000 + at * 1_000_000;
        self.packets.push(datagram(self.place, direction, from, to, time, data));
    }

    fn allocate(&mut self, at: u64, index: usize, round: u8) {
        let request = allocate(self.call, index, round);
        self.send(Direction::Outbound, at, relay(index), &request);
        let answer = granted(client(self.place), index, round);
        self.send(Direction::Inbound, at + round_trip(index), relay(index), &answer);
    }

    fn packets(mut self) -> Vec<Packet> {
        for index in (0..3).filter(|_| self.conduct.probes) {
            self.allocate(PROBES + index as u64, index, 0);
        }
        if !self.conduct.is_accepted && !self.conduct.is_eager {
            return self.packets;
        }
        for index in 0..3 {
            self.allocate(ACCEPT + 6 + index as u64, index, 1);
        }
        let [begins, ends] = self.conduct.media;
        let (from, until) = (ACCEPT.saturating_add_signed(begins), END.saturating_add_signed(ends));
        let ways: Vec<SocketAddr> = self.conduct.relays.iter().map(|index| relay(*index)).collect();
        let ways: Vec<SocketAddr> = ways.into_iter().chain(self.conduct.is_direct.then(|| PEER.into())).collect();
        let share = (until - from) / ways.len() as u64;
        for nth in 0..(until - from) / SPACING {
            let way = ways[((nth * SPACING) / share).min(ways.len() as u64 - 1) as usize];
            let number = u16::try_from(nth).unwrap();
            let speech = made_up::bytes(&format!("speech {nth}"), 60 + usize::from(number) % 40);
            let at = from + SPACING * nth;
            self.send(Direction::Outbound, at, way, &rtp(id(self.call, MY_DEVICE), number, &speech));
            if at > ACCEPT + 300 && at < END {
                self.send(Direction::Inbound, at + 50, way, &rtp(id(self.call, BIRCH.devices[0]), number, &speech));
            }
        }
        for nth in (0..30).filter(|_| self.conduct.pings) {
            let at = ACCEPT + 100 + 1_300 * nth;
            self.send(Direction::Outbound, at, ways[0], &message(0x0801, &ping(nth), &[]));
            self.send(Direction::Inbound, at + 28, ways[0], &message(0x0802, &ping(nth), &[]));
            self.send(Direction::Outbound, at + 700, ways[0], &sender_report(id(self.call, MY_DEVICE), nth));
        }
        self.packets
    }
}

fn client(place: &Place) -> SocketAddr {
    SocketAddr::new(place.client.ip(), 46_920)
}

fn relay(index: usize) -> SocketAddr {
    SocketAddr::from(([203, 0, 113, 10 + index as u8], 3478))
}

/// The identifier of a device's audio.
fn id(call: &Call, device: &str) -> u32 {
    stream_id(&call.id, &Jid::parse(device).unwrap(), Slot::Audio)
}
