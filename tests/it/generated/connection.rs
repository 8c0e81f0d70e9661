//! A client's connection to the server: stanzas through WABinary, Noise, WebSocket and TCP.

use std::ops::Range;

use flate2::Compression;
use flate2::write::ZlibEncoder;
use ringtrace::origin::Direction;
use tungstenite::protocol::frame::FrameHeader;
use wacore_binary::Node;
use wacore_binary::marshal::marshal;
use wacore_binary::node::NodeContent;

use super::noise::{HEADER, Noise};
use super::script::Said;
use super::websocket::{self, BINARY, CLOSE, CONTINUE, Deflate, PING, PONG};
use super::wire::{Packet, Place, Tcp};

/// A frame as it was sent.
pub(crate) struct Told {
    pub connection: &'static str,
    pub direction: Direction,
    pub counter: u32,
    pub plain: Vec<u8>,
    /// What it says; `None` for the end of the stream.
    pub stanza: Option<Node>,
    pub call: Option<&'static str>,
    /// The stream bytes of the message or messages that hold it.
    pub range: Range<u64>,
}

/// How frames lie in messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Manner {
    /// All in one message.
    Whole,
    /// Cut after this many bytes into two messages.
    InTwoMessages(usize),
    /// In one message of three fragments, with a ping and the pong to it in between.
    Fragmented,
}

/// One connection.
pub(crate) struct Connection {
    name: &'static str,
    /// Nanoseconds since the Unix epoch at which the capture began.
    epoch: u64,
    tcp: Tcp,
    noise: Noise,
    /// The compressing ends of permessage-deflate by direction, where it was agreed on.
    deflate: Option<[Deflate; 2]>,
    messages: u32,
    told: Vec<Told>,
    /// The last long frame of each direction, encrypted, where messages are compressed.
    last_long: [Vec<u8>; 2],
}

impl Connection {
    /// Connects at `at` milliseconds: TCP, the upgrade, and the Noise handshake. The client sends `intro` before
    /// WhatsApp's header.
    pub(crate) fn open(place: Place, epoch: u64, at: u64, noise: Noise, deflate: bool, intro: &[u8]) -> Self {
        let epoch = epoch * 1_000_000_000;
        let mut connection = Self {
            name: place.name,
            epoch,
            tcp: Tcp::open(place, epoch + at * 1_000_000),
            noise,
            deflate: deflate.then(|| [Deflate::new(), Deflate::new()]),
            messages: 0,
            told: Vec::new(),
            last_long: [Vec::new(), Vec::new()],
        };
        let (request, response) = websocket::upgrade(connection.name, deflate);
        connection.bytes(at + 31, Direction::Outbound, &request);
        connection.bytes(at + 64, Direction::Inbound, &response);
        let mut turn = Direction::Outbound;
        for (index, handshake) in std::mem::take(&mut connection.noise.handshake).iter().enumerate() {
            let mut payload = if index == 0 { [intro, &HEADER].concat() } else { Vec::new() };
            payload.extend(framed(handshake));
            connection.messages(at + 70 + 35 * index as u64, turn, &payload, Manner::Whole);
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
        self.say_together(vec![said], Manner::Whole, false);
    }

    /// Sends stanzas of one direction together, long ones compressed if `zlib`.
    pub(crate) fn say_together(&mut self, said: Vec<Said>, manner: Manner, zlib: bool) {
        let Some(&Said { at, direction, .. }) = said.first() else { return };
        let mut payload = Vec::new();
        let mut frames = Vec::new();
        for said in said {
            let mut plain = marshal(&said.stanza).unwrap();
            if zlib && plain.len() > 200 {
                plain = compressed(&plain);
            }
            let start = payload.len();
            let counter = self.frame(direction, &plain, &mut payload);
            frames.push((start..payload.len(), counter, plain, Some(said.stanza), said.call));
        }
        let placed = self.messages(at, direction, &payload, manner);
        for (place, counter, plain, stanza, call) in frames {
            let inside = placed.iter().filter(|(bytes, _)| bytes.start < place.end && place.start < bytes.end);
            let range = inside.map(|(_, range)| range.clone()).reduce(|first, last| first.start..last.end).unwrap();
            self.told.push(Told { connection: self.name, direction, counter, plain, stanza, call, range });
        }
    }

    /// Sends a chat message whose encrypted text is so chosen that the frame's ciphertext repeats an earlier one:
    /// otherwise permessage-deflate would find nothing in its window, since ciphertext does not repeat.
    pub(crate) fn say_repeating(&mut self, mut said: Said) {
        let plain = marshal(&said.stanza).unwrap();
        let text = content(&mut said.stanza).unwrap();
        let at = plain.windows(text.len()).position(|window| window == text.as_slice()).unwrap();
        let sealed = self.noise.preview(said.direction, &plain);
        let earlier = &self.last_long[said.direction as usize];
        for ((byte, sealed), earlier) in text.iter_mut().zip(&sealed[at..]).zip(earlier) {
            *byte ^= sealed ^ earlier;
        }
        self.say(said);
    }

    /// The server says that it sends no more: a frame of one byte.
    pub(crate) fn end_stream(&mut self, at: u64) {
        let (direction, plain) = (Direction::Inbound, vec![2]);
        let mut payload = Vec::new();
        let counter = self.frame(direction, &plain, &mut payload);
        let range = self.messages(at, direction, &payload, Manner::Whole).remove(0).1;
        self.told.push(Told { connection: self.name, direction, counter, plain, stanza: None, call: None, range });
    }

    /// The WebSocket and the TCP connection are closed, `first` by one end.
    pub(crate) fn close(&mut self, at: u64, first: Direction) {
        let going_away = 1001_u16.to_be_bytes();
        self.websocket(at, first, websocket::header(CLOSE), &going_away);
        self.websocket(at + 32, first.reversed(), websocket::header(CLOSE), &going_away);
        self.tcp.close(self.epoch + (at + 36) * 1_000_000, first);
    }

    /// The packets, and the frames in them.
    pub(crate) fn finish(self) -> (Vec<Packet>, Vec<Told>) {
        (self.tcp.packets, self.told)
    }

    /// Appends the next frame of a direction, and gives its counter.
    fn frame(&mut self, direction: Direction, plain: &[u8], payload: &mut Vec<u8>) -> u32 {
        let (counter, sealed) = self.noise.seal(direction, plain);
        payload.extend(framed(&sealed));
        if self.deflate.is_some() && sealed.len() >= 160 {
            self.last_long[direction as usize] = sealed;
        }
        counter
    }

    /// Sends a payload in one or two messages; gives for each the part of the payload and its stream bytes.
    fn messages(
        &mut self,
        at: u64,
        direction: Direction,
        payload: &[u8],
        manner: Manner,
    ) -> Vec<(Range<usize>, Range<u64>)> {
        let cut = match manner {
            Manner::InTwoMessages(cut) => cut.min(payload.len() - 1),
            Manner::Whole | Manner::Fragmented => payload.len(),
        };
        [0..cut, cut..payload.len()]
            .into_iter()
            .filter(|part| !part.is_empty())
            .map(|part| {
                let range = self.message(at, direction, &payload[part.clone()], manner == Manner::Fragmented);
                (part, range)
            })
            .collect()
    }

    fn message(&mut self, at: u64, direction: Direction, payload: &[u8], fragmented: bool) -> Range<u64> {
        let data = match &mut self.deflate {
            Some(ends) if payload.len() > 48 => ends[direction as usize].message(payload),
            _ => payload.to_vec(),
        };
        let rsv1 = self.deflate.is_some() && payload.len() > 48;
        let whole = FrameHeader { rsv1, ..websocket::header(BINARY) };
        if !fragmented || data.len() < 3 {
            return self.websocket(at, direction, whole, &data);
        }
        let third = data.len() / 3;
        let first = self.websocket(at, direction, FrameHeader { is_final: false, ..whole }, &data[..third]);
        self.websocket(at, direction, websocket::header(PING), b"still there?");
        let middle = FrameHeader { is_final: false, ..websocket::header(CONTINUE) };
        self.websocket(at, direction, middle, &data[third..2 * third]);
        self.websocket(at, direction.reversed(), websocket::header(PONG), b"still there?");
        let last = self.websocket(at, direction, websocket::header(CONTINUE), &data[2 * third..]);
        first.start..last.end
    }

    fn websocket(&mut self, at: u64, direction: Direction, header: FrameHeader, payload: &[u8]) -> Range<u64> {
        self.messages += 1;
        let label = format!("{} {}", self.name, self.messages);
        self.bytes(at, direction, &websocket::frame(direction, header, payload, &label))
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

/// A plaintext with its flag byte, in the form whose flag byte says zlib.
fn compressed(plain: &[u8]) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(vec![2], Compression::default());
    std::io::Write::write_all(&mut encoder, &plain[1..]).unwrap();
    encoder.finish().unwrap()
}

/// The first content of bytes in a stanza.
fn content(node: &mut Node) -> Option<&mut Vec<u8>> {
    match &mut node.content {
        Some(NodeContent::Bytes(bytes)) => Some(bytes),
        Some(NodeContent::Nodes(children)) => children.iter_mut().find_map(content),
        _ => None,
    }
}
