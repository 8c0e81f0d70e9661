//! TCP connections, segment by segment, as a recorder next to the client sees them.

use std::net::{IpAddr, SocketAddr};
use std::ops::Range;

use etherparse::{IpHeaders, IpNumber, Ipv4Header, Ipv6Header, PacketBuilder, PacketBuilderStep, TcpOptionElement};
use ringtrace::origin::Direction;

use super::made_up;

/// A packet of a capture.
#[derive(Clone)]
pub(crate) struct Packet {
    /// Nanoseconds since the Unix epoch.
    pub time: u64,
    /// The interface of the capture that saw it.
    pub interface: usize,
    /// From the link-layer header on.
    pub bytes: Vec<u8>,
    /// What it carries of a TCP connection.
    pub segment: Option<Segment>,
}

/// Where a packet belongs in its connection.
#[derive(Clone)]
pub(crate) struct Segment {
    /// The connection, by the name that its scenario gives it.
    pub connection: &'static str,
    pub direction: Direction,
    /// The stream bytes that it carries, counted from 0 in its direction.
    pub range: Range<u64>,
}

/// What comes before the IP header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Link {
    Ethernet,
    Nothing,
}

/// Where a connection is, and how it behaves.
#[derive(Clone)]
pub(crate) struct Place {
    pub name: &'static str,
    pub client: SocketAddr,
    pub server: SocketAddr,
    pub interface: usize,
    pub link: Link,
    /// The most stream bytes of a segment.
    pub segment_size: u64,
    /// Whether segments pass the recorder disordered, repeated and overlapping, and the sequence numbers wrap.
    pub disorder: bool,
}

impl Place {
    /// Where a client connects to its server in the clear, over an undisturbed Ethernet.
    pub(crate) fn of_client(name: &'static str, port: u16) -> Self {
        Self {
            name,
            client: ([192, 0, 2, 10], port).into(),
            server: ([198, 51, 100, 80], 80).into(),
            interface: 0,
            link: Link::Ethernet,
            segment_size: 1400,
            disorder: false,
        }
    }
}

/// Between the segments of one write.
const SPACING: u64 = 30_000;

/// From a segment to the acknowledgement of it, the recorder being near.
const ACKNOWLEDGED_AFTER: u64 = 200_000;

/// One TCP connection.
pub(crate) struct Tcp {
    place: Place,
    /// Both ends, by the direction in which they send.
    ends: [End; 2],
    clock: u64,
    writes: usize,
    pub packets: Vec<Packet>,
}

/// What one end has sent.
struct End {
    first_number: u32,
    stream: Vec<u8>,
    /// SYN and FIN, which are numbered like bytes.
    flags: u32,
}

impl End {
    /// The number of the next byte.
    fn next(&self) -> u32 {
        self.first_number.wrapping_add(self.flags).wrapping_add(self.stream.len() as u32)
    }
}

/// What a segment says besides its bytes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Flag {
    Synchronise,
    Push,
    Acknowledge,
    Finish,
}

impl Tcp {
    /// Opens a connection at `time` by the three-way handshake.
    pub(crate) fn open(place: Place, time: u64) -> Self {
        let ends = ["server", "client"].map(|end| {
            let random = u32::from_be_bytes(made_up::array(&format!("{}: first number of the {end}", place.name)));
            let first_number = if place.disorder { u32::MAX - random % 4096 } else { random };
            End { first_number, stream: Vec::new(), flags: 0 }
        });
        let mut tcp = Self { place, ends, clock: 0, writes: 0, packets: Vec::new() };
        tcp.segment(time, Direction::Outbound, Flag::Synchronise, 0..0);
        tcp.segment(time + 30_000_000, Direction::Inbound, Flag::Synchronise, 0..0);
        tcp.segment(time + 30_100_000, Direction::Outbound, Flag::Acknowledge, 0..0);
        tcp
    }

    /// Sends `bytes` at `time`, or as soon after it as the connection is free; gives their place in the stream.
    pub(crate) fn send(&mut self, time: u64, direction: Direction, bytes: &[u8]) -> Range<u64> {
        let stream = &mut self.ends[direction as usize].stream;
        let start = stream.len() as u64;
        stream.extend_from_slice(bytes);
        let end = stream.len() as u64;
        let size = self.place.segment_size;
        let mut segments: Vec<Range<u64>> =
            (start..end).step_by(size as usize).map(|first| first..end.min(first + size)).collect();
        if self.place.disorder {
            disorder(&mut segments, self.writes);
        }
        self.writes += 1;
        for range in segments {
            self.segment(time, direction, Flag::Push, range);
        }
        self.segment(self.clock + ACKNOWLEDGED_AFTER, direction.reversed(), Flag::Acknowledge, 0..0);
        start..end
    }

    /// Closes the connection at `time`, `first` before the other end.
    pub(crate) fn close(&mut self, time: u64, first: Direction) {
        self.segment(time, first, Flag::Finish, 0..0);
        self.segment(time + 30_000_000, first.reversed(), Flag::Finish, 0..0);
        self.segment(time + 30_200_000, first, Flag::Acknowledge, 0..0);
    }

    fn segment(&mut self, time: u64, direction: Direction, flag: Flag, range: Range<u64>) {
        self.clock = time.max(self.clock + SPACING) + self.packets.len() as u64 * 377 % 1000;
        let [here, there] = [direction as usize, direction.reversed() as usize];
        let (here, there) = (&self.ends[here], &self.ends[there]);
        let number = match flag {
            Flag::Push => here.first_number.wrapping_add(1).wrapping_add(range.start as u32),
            Flag::Synchronise | Flag::Acknowledge | Flag::Finish => here.next(),
        };
        let (from, to) = match direction {
            Direction::Outbound => (self.place.client, self.place.server),
            Direction::Inbound => (self.place.server, self.place.client),
        };
        let builder = addressed(self.place.link, direction, from.ip(), to.ip());
        let mut builder = match flag {
            Flag::Synchronise => {
                let size = TcpOptionElement::MaximumSegmentSize(self.place.segment_size as u16);
                builder.tcp(from.port(), to.port(), number, WINDOW).syn().options(&[size]).unwrap()
            }
            Flag::Push => builder.tcp(from.port(), to.port(), number, WINDOW).psh(),
            Flag::Acknowledge => builder.tcp(from.port(), to.port(), number, WINDOW),
            Flag::Finish => builder.tcp(from.port(), to.port(), number, WINDOW).fin(),
        };
        if (flag, direction) != (Flag::Synchronise, Direction::Outbound) {
            builder = builder.ack(there.next());
        }
        let mut bytes = Vec::new();
        builder.write(&mut bytes, &here.stream[range.start as usize..range.end as usize]).unwrap();
        let segment = Segment { connection: self.place.name, direction, range };
        let packet = Packet { time: self.clock, interface: self.place.interface, bytes, segment: Some(segment) };
        self.packets.push(packet);
        if matches!(flag, Flag::Synchronise | Flag::Finish) {
            self.ends[direction as usize].flags += 1;
        }
    }
}

const WINDOW: u16 = 64_240;

/// A packet up to its IP header.
pub(crate) fn addressed(link: Link, direction: Direction, from: IpAddr, to: IpAddr) -> PacketBuilderStep<IpHeaders> {
    let ip = match (from, to) {
        (IpAddr::V4(from), IpAddr::V4(to)) => {
            let header = Ipv4Header::new(0, 64, IpNumber::TCP, from.octets(), to.octets()).unwrap();
            IpHeaders::Ipv4(header, Default::default())
        }
        (IpAddr::V6(from), IpAddr::V6(to)) => {
            let header =
                Ipv6Header { source: from.octets(), destination: to.octets(), hop_limit: 64, ..Default::default() };
            IpHeaders::Ipv6(header, Default::default())
        }
        _ => panic!("{from} and {to} are not of one family"),
    };
    let [near, far] = [[2, 0, 0, 0, 0, 1], [2, 0, 0, 0, 0, 2]];
    match (link, direction) {
        (Link::Ethernet, Direction::Outbound) => PacketBuilder::ethernet2(near, far).ip(ip),
        (Link::Ethernet, Direction::Inbound) => PacketBuilder::ethernet2(far, near).ip(ip),
        (Link::Nothing, _) => PacketBuilder::ip(ip),
    }
}

/// Puts the segments of one write into the order in which they pass the recorder, each write in another.
fn disorder(segments: &mut Vec<Range<u64>>, write: usize) {
    if segments.len() > 1 && !write.is_multiple_of(3) {
        segments.reverse();
    }
    match write % 4 {
        1 => *segments = segments.iter().flat_map(|segment| [segment.clone(), segment.clone()]).collect(),
        2 => segments.iter_mut().for_each(|segment| segment.start = segment.start.saturating_sub(60)),
        _ => {}
    }
}
