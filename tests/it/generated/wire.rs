//! TCP connections, segment by segment, as a recorder next to the client sees them.

use std::net::SocketAddrV4;
use std::ops::Range;

use etherparse::{PacketBuilder, TcpOptionElement};
use ringtrace::origin::Direction;

/// A packet of a capture.
pub(crate) struct Packet {
    /// Nanoseconds since the Unix epoch.
    pub time: u64,
    /// From the link-layer header on.
    pub bytes: Vec<u8>,
    /// What it carries of a connection.
    pub segment: Segment,
}

/// Where a packet belongs in its connection.
#[derive(Clone, Debug)]
pub(crate) struct Segment {
    /// The connection, by the name that its scenario gives it.
    pub connection: &'static str,
    pub direction: Direction,
    /// The stream bytes that it carries, counted from 0 in its direction.
    pub range: Range<u64>,
}

/// Stream bytes per segment.
const SEGMENT: usize = 1400;

/// Between the segments of one write.
const SPACING: u64 = 30_000;

/// From a segment to the acknowledgement of it, the recorder being near.
const ACKNOWLEDGED_AFTER: u64 = 200_000;

/// One TCP connection.
pub(crate) struct Tcp {
    name: &'static str,
    client: SocketAddrV4,
    server: SocketAddrV4,
    /// Per direction, outbound first: the next sequence number and the stream bytes sent.
    next: [u32; 2],
    sent: [u64; 2],
    clock: u64,
    pub packets: Vec<Packet>,
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
    pub(crate) fn open(
        name: &'static str,
        client: SocketAddrV4,
        server: SocketAddrV4,
        first_numbers: [u32; 2],
        time: u64,
    ) -> Self {
        let mut tcp = Self { name, client, server, next: first_numbers, sent: [0; 2], clock: 0, packets: Vec::new() };
        tcp.segment(time, Direction::Outbound, Flag::Synchronise, &[]);
        tcp.segment(time + 30_000_000, Direction::Inbound, Flag::Synchronise, &[]);
        tcp.segment(time + 30_100_000, Direction::Outbound, Flag::Acknowledge, &[]);
        tcp
    }

    /// Sends `bytes` at `time`, or as soon after it as the connection is free; gives their place in the stream.
    pub(crate) fn send(&mut self, time: u64, direction: Direction, bytes: &[u8]) -> Range<u64> {
        let start = self.sent[direction as usize];
        for (index, part) in bytes.chunks(SEGMENT).enumerate() {
            self.segment(time + index as u64 * SPACING, direction, Flag::Push, part);
        }
        self.segment(self.clock + ACKNOWLEDGED_AFTER, direction.reversed(), Flag::Acknowledge, &[]);
        start..self.sent[direction as usize]
    }

    /// Closes the connection at `time`, `first` before the other end.
    pub(crate) fn close(&mut self, time: u64, first: Direction) {
        self.segment(time, first, Flag::Finish, &[]);
        self.segment(time + 30_000_000, first.reversed(), Flag::Finish, &[]);
        self.segment(time + 30_200_000, first, Flag::Acknowledge, &[]);
    }

    fn segment(&mut self, time: u64, direction: Direction, flag: Flag, bytes: &[u8]) {
        let (here, there) = (direction as usize, direction.reversed() as usize);
        let (from, to, hardware) = match direction {
            Direction::Outbound => (self.client, self.server, [CLIENT_HARDWARE, SERVER_HARDWARE]),
            Direction::Inbound => (self.server, self.client, [SERVER_HARDWARE, CLIENT_HARDWARE]),
        };
        self.clock = time.max(self.clock + SPACING);
        let mut builder = PacketBuilder::ethernet2(hardware[0], hardware[1])
            .ipv4(from.ip().octets(), to.ip().octets(), 64)
            .tcp(from.port(), to.port(), self.next[here], 64_240);
        match flag {
            Flag::Synchronise => {
                builder = builder.syn().options(&[TcpOptionElement::MaximumSegmentSize(1460)]).unwrap();
            }
            Flag::Push => builder = builder.psh(),
            Flag::Finish => builder = builder.fin(),
            Flag::Acknowledge => {}
        }
        if (flag, direction) != (Flag::Synchronise, Direction::Outbound) {
            builder = builder.ack(self.next[there]);
        }
        let mut packet = Vec::with_capacity(builder.size(bytes.len()));
        builder.write(&mut packet, bytes).unwrap();

        let start = self.sent[here];
        self.sent[here] += bytes.len() as u64;
        let counted = bytes.len() as u32 + u32::from(matches!(flag, Flag::Synchronise | Flag::Finish));
        self.next[here] = self.next[here].wrapping_add(counted);
        let segment = Segment { connection: self.name, direction, range: start..self.sent[here] };
        self.packets.push(Packet { time: self.clock, bytes: packet, segment });
    }
}

/// Locally administered hardware addresses.
const CLIENT_HARDWARE: [u8; 6] = [2, 0, 0, 0, 0, 1];
const SERVER_HARDWARE: [u8; 6] = [2, 0, 0, 0, 0, 2];
