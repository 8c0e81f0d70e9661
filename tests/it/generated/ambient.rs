//! What else passes a recorder: traffic that has nothing to do with the client.

use std::net::SocketAddr;

use ringtrace::origin::Direction;

use super::made_up;
use super::wire::{Packet, Place, Tcp, addressed};

/// A question to a name server and its answer, a millisecond later.
pub(crate) fn name_lookup(place: &Place, time: u64) -> Vec<Packet> {
    let resolver = SocketAddr::new(place.server.ip(), 53);
    let question = b"\x12\x34\x01\0\0\x01\0\0\0\0\0\0\x03web\x07example\x04test\0\0\x1c\0\x01";
    let mut answer = question.to_vec();
    answer[2] = 0x81;
    answer[3] = 0x83;
    let client = SocketAddr::new(place.client.ip(), 40_053);
    vec![
        datagram(place, Direction::Outbound, client, resolver, time, question),
        datagram(place, Direction::Inbound, resolver, client, time + 1_000_000, &answer),
    ]
}

/// A UDP datagram.
pub(crate) fn datagram(
    place: &Place,
    direction: Direction,
    from: SocketAddr,
    to: SocketAddr,
    time: u64,
    data: &[u8],
) -> Packet {
    let builder = addressed(place.link, direction, from.ip(), to.ip()).udp(from.port(), to.port());
    let mut bytes = Vec::new();
    builder.write(&mut bytes, data).unwrap();
    Packet { time, interface: place.interface, bytes, segment: None }
}

/// A plain HTTP request and its response.
pub(crate) fn web_page(place: Place, time: u64) -> Vec<Packet> {
    let mut tcp = Tcp::open(place, time);
    tcp.send(time + 31_000_000, Direction::Outbound, b"GET /status HTTP/1.1\r\nHost: other.example.test\r\n\r\n");
    let response = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 5\r\n\r\nfine\n";
    tcp.send(time + 70_000_000, Direction::Inbound, response);
    tcp.close(time + 90_000_000, Direction::Inbound);
    tcp.packets
}

/// A connection that looks like TLS 1.3: a client hello, a server hello, and records of application data.
pub(crate) fn tls(place: Place, time: u64) -> Vec<Packet> {
    let label = place.name;
    let mut tcp = Tcp::open(place, time);
    tcp.send(time + 31_000_000, Direction::Outbound, &hello(1, b"\0\x02\x13\x01\x01\0", label));
    tcp.send(time + 64_000_000, Direction::Inbound, &hello(2, b"\x13\x01\0", label));
    for (index, length) in [1800, 74, 420, 96, 3000].into_iter().enumerate() {
        let data = made_up::bytes(&format!("{label}: application data {index}"), length);
        let direction = if index % 2 == 0 { Direction::Inbound } else { Direction::Outbound };
        tcp.send(time + 66_000_000 + index as u64 * 400_000_000, direction, &record(23, &data));
    }
    tcp.close(time + 2_500_000_000, Direction::Outbound);
    tcp.packets
}

/// A handshake record with a hello: version, random, an empty session identifier, what follows it, and the
/// extension that chooses TLS 1.3.
fn hello(kind: u8, follows: &[u8], label: &str) -> Vec<u8> {
    let extension: &[u8] = if kind == 1 { b"\0\x07\0\x2b\0\x03\x02\x03\x04" } else { b"\0\x06\0\x2b\0\x02\x03\x04" };
    let random = made_up::bytes(&format!("{label}: random {kind}"), 32);
    let body = [&[3, 3], random.as_slice(), &[0], follows, extension].concat();
    record(22, &[&[kind, 0, 0, body.len() as u8], body.as_slice()].concat())
}

fn record(kind: u8, body: &[u8]) -> Vec<u8> {
    let length = (body.len() as u16).to_be_bytes();
    [&[kind, 3, 3], length.as_slice(), body].concat()
}
