//! A client's connection to the server: stanzas through WABinary, Noise, WebSocket and TCP.

use std::net::SocketAddrV4;
use std::ops::Range;

use ringtrace::origin::Direction;
use tungstenite::protocol::frame::coding::{Control, Data, OpCode};
use wacore_binary::Node;
use wacore_binary::marshal::marshal;

use super::noise::{HEADER, Noise};
use super::script::Said;
use super::wire::{Packet, Tcp};
use super::{made_up, websocket};

/// A stanza as it was sent.
pub(crate) struct Told {
    pub connection: &'static str,
    pub direction: Direction,
    pub counter: u32,
    /// The frame's plaintext.
    pub plain: Vec<u8>,
    pub stanza: Node,
    pub call: Option<&'static str>,
    /// The stream bytes of the message that holds it.
    pub range: Range<u64>,
}

/// One connection.
pub(crate) struct Connection {
    name: &'static str,
    /// Nanoseconds since the Unix epoch at which the capture began.
    epoch: u64,
    tcp: Tcp,
    noise: Noise,
    messages: u32,
    told: Vec<Told>,
}

impl Connection {
    /// Connects at `at` milliseconds: TCP, the upgrade, and the Noise handshake.
    pub(crate) fn open(name: &'static str, epoch: u64, at: u64, client_port: u16, noise: Noise) -> Self {
        let client = SocketAddrV4::new([192, 0, 2, 10].into(), client_port);
        let server = SocketAddrV4::new([198, 51, 100, 80].into(), 80);
        let first_numbers =
            [0, 1].map(|end| u32::from_be_bytes(made_up::array(&format!("{name}: first number {end}"))));
        let epoch = epoch * 1_000_000_000;
        let tcp = Tcp::open(name, client, server, first_numbers, epoch + at * 1_000_000);
        let mut connection = Self { name, epoch, tcp, noise, messages: 0, told: Vec::new() };

        let (request, response) = websocket::upgrade(name);
        connection.bytes(at + 31, Direction::Outbound, &request);
        connection.bytes(at + 64, Direction::Inbound, &response);
        let mut turn = Direction::Outbound;
        for (index, handshake) in std::mem::take(&mut connection.noise.handshake).iter().enumerate() {
            let mut payload = if index == 0 { HEADER.to_vec() } else { Vec::new() };
            payload.extend(framed(handshake));
            connection.message(at + 70 + 35 * index as u64, turn, &payload);
            turn = turn.reversed();
        }
        connection
    }

    /// The line of a key log with the transport keys.
    pub(crate) fn transport_line(&self) -> &str {
        &self.noise.transport_line
    }

    /// The line of a key log with the private keys.
    pub(crate) fn private_line(&self) -> &str {
        &self.noise.private_line
    }

    /// Sends one stanza in a message of its own.
    pub(crate) fn say(&mut self, said: Said) {
        let plain = marshal(&said.stanza).unwrap();
        let (counter, sealed) = self.noise.seal(said.direction, &plain);
        let range = self.message(said.at, said.direction, &framed(&sealed));
        self.told.push(Told {
            connection: self.name,
            direction: said.direction,
            counter,
            plain,
            stanza: said.stanza,
            call: said.call,
            range,
        });
    }

    /// The WebSocket and the TCP connection are closed, `first` by one end.
    pub(crate) fn close(&mut self, at: u64, first: Direction) {
        let going_away = 1001_u16.to_be_bytes();
        self.websocket(at, first, OpCode::Control(Control::Close), &going_away);
        self.websocket(at + 32, first.reversed(), OpCode::Control(Control::Close), &going_away);
        self.tcp.close(self.epoch + (at + 36) * 1_000_000, first);
    }

    /// The packets, and the stanzas in them.
    pub(crate) fn finish(self) -> (Vec<Packet>, Vec<Told>) {
        (self.tcp.packets, self.told)
    }

    fn message(&mut self, at: u64, direction: Direction, payload: &[u8]) -> Range<u64> {
        self.websocket(at, direction, OpCode::Data(Data::Binary), payload)
    }

    fn websocket(&mut self, at: u64, direction: Direction, opcode: OpCode, payload: &[u8]) -> Range<u64> {
        self.messages += 1;
        let label = format!("{} {}", self.name, self.messages);
        self.bytes(at, direction, &websocket::frame(direction, opcode, payload, &label))
    }

    fn bytes(&mut self, at: u64, direction: Direction, bytes: &[u8]) -> Range<u64> {
        self.tcp.send(self.epoch + at * 1_000_000, direction, bytes)
    }
}

/// WhatsApp's frame: a 3-byte length, and the payload.
fn framed(payload: &[u8]) -> Vec<u8> {
    let mut frame = (payload.len() as u32).to_be_bytes()[1..].to_vec();
    frame.extend_from_slice(payload);
    frame
}
