//! Whole connections, through the layer's public interface.

mod assumed;
mod compression;
mod frames;
mod gaps;
mod properties;
mod upgrade;

use tungstenite::protocol::frame::coding::{Control, Data, OpCode};
use tungstenite::protocol::frame::{Frame, FrameHeader};

use super::{DIAGNOSES, Decoder, Message, Opcode};
use crate::anomaly::Anomaly;
use crate::origin::{CaptureId, ConnectionId, Direction, Located, Origin, PerDirection, Timestamp};
use crate::protocol::Sink;
use crate::protocol::tcp::{Chunk, End};

const CLIENT: Direction = Direction::Outbound;
const SERVER: Direction = Direction::Inbound;

/// The example of RFC 6455 section 1.3.
const REQUEST: &str = "GET /chat HTTP/1.1\r\nHost: server.example.com\r\nUpgrade: websocket\r\n\
    Connection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\
    Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n\r\n";

/// An answer to [`REQUEST`], with further header lines.
fn response(further: &str) -> String {
    format!(
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
         Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n{further}\r\n"
    )
}

const DEFLATE: &str = "Sec-WebSocket-Extensions: permessage-deflate\r\n";

/// A message as it was given out.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Seen {
    origin: Origin,
    opcode: Opcode,
    data: Vec<u8>,
}

#[derive(Debug, Default)]
struct Collector {
    messages: Vec<Seen>,
    anomalies: Vec<Anomaly>,
}

impl Sink<Message<'_>> for Collector {
    fn item(&mut self, item: Located<Message<'_>>) {
        let Message { opcode, data } = item.item;
        self.messages.push(Seen { origin: item.origin, opcode, data: data.to_vec() });
    }

    fn anomaly(&mut self, anomaly: Anomaly) {
        assert!(DIAGNOSES.contains(&anomaly.diagnosis), "{} is not listed", anomaly.diagnosis.id);
        self.anomalies.push(anomaly);
    }
}

/// A connection being read: each chunk is a record, one second after the one before.
#[derive(Debug, Default)]
struct Connection {
    decoder: Decoder,
    out: Collector,
    record: u64,
    sent: PerDirection<u64>,
}

impl Connection {
    /// One that was upgraded as [`REQUEST`] asks.
    fn upgraded(further: &str) -> Self {
        let mut connection = Self::default();
        connection.push(CLIENT, REQUEST.as_bytes());
        connection.push(SERVER, response(further).as_bytes());
        assert_eq!(connection.decoder.state(), super::State::Upgraded);
        connection
    }

    fn chunk(&mut self, direction: Direction, chunk: Chunk<'_>) {
        self.record += 1;
        let sent = &mut self.sent[direction];
        let origin = Origin {
            connection: Some(ConnectionId(0)),
            direction: Some(direction),
            ..Origin::of_record(
                CaptureId(0),
                self.record,
                *sent,
                Some(Timestamp(i64::try_from(self.record).unwrap() * 1_000_000_000)),
            )
        };
        *sent = sent.saturating_add(match chunk {
            Chunk::Data(data) => data.len() as u64,
            Chunk::Gap(bytes) => bytes,
            Chunk::End(_) => 0,
        });
        self.decoder.push(Located::new(origin, chunk), &mut self.out);
    }

    fn push(&mut self, direction: Direction, data: &[u8]) {
        self.chunk(direction, Chunk::Data(data));
    }

    fn gap(&mut self, direction: Direction, bytes: usize) {
        self.chunk(direction, Chunk::Gap(bytes as u64));
    }

    fn end(&mut self, direction: Direction) {
        self.chunk(direction, Chunk::End(End::Closed));
    }

    fn finish(&mut self) {
        self.decoder.finish(&mut self.out);
    }

    /// What was read of a true direction.
    fn read(&self, direction: Direction) -> Vec<&[u8]> {
        let messages = self.out.messages.iter().filter(|seen| seen.origin.direction == Some(direction));
        messages.map(|seen| seen.data.as_slice()).collect()
    }

    /// What was reported: identifier and bytes.
    fn reported(&self) -> Vec<(&'static str, u64)> {
        self.out.anomalies.iter().map(|anomaly| (anomaly.diagnosis.id, anomaly.bytes)).collect()
    }
}

/// How a test sends one frame.
#[derive(Clone, Copy, Debug)]
struct Shape {
    opcode: OpCode,
    last: bool,
    rsv1: bool,
    key: Option<[u8; 4]>,
}

const TEXT: OpCode = OpCode::Data(Data::Text);
const BINARY: OpCode = OpCode::Data(Data::Binary);
const CONTINUATION: OpCode = OpCode::Data(Data::Continue);
const PING: OpCode = OpCode::Control(Control::Ping);
const CLOSE: OpCode = OpCode::Control(Control::Close);

impl Shape {
    /// A whole, unmasked frame.
    const fn server(opcode: OpCode) -> Self {
        Self { opcode, last: true, rsv1: false, key: None }
    }

    /// A whole, masked frame.
    const fn client(opcode: OpCode, key: u32) -> Self {
        Self {
            key: Some(key.wrapping_mul(0x9e37_79b9).wrapping_add(0x1234_5678).to_be_bytes()),
            ..Self::server(opcode)
        }
    }

    const fn first(self) -> Self {
        Self { last: false, ..self }
    }

    const fn compressed(self) -> Self {
        Self { rsv1: true, ..self }
    }

    /// The frame's bytes, as tungstenite writes them.
    fn frame(self, payload: &[u8]) -> Vec<u8> {
        let Self { opcode, last, rsv1, key } = self;
        let header = FrameHeader { is_final: last, rsv1, opcode, mask: key, ..FrameHeader::default() };
        let mut bytes = Vec::new();
        Frame::from_payload(header, payload.to_vec().into()).format(&mut bytes).unwrap();
        bytes
    }
}

/// `length` bytes without a pattern.
fn noise(seed: u64, length: usize) -> Vec<u8> {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 24) as u8
    };
    // The first few still show the seed.
    (0..length + 8).map(|_| next()).skip(8).collect()
}

#[test]
fn every_diagnosis_is_listed_once_and_is_of_this_layer() {
    for (index, diagnosis) in DIAGNOSES.iter().enumerate() {
        assert_eq!(diagnosis.layer, crate::anomaly::Layer::Websocket);
        assert!(diagnosis.id.starts_with("websocket/"));
        assert!(!diagnosis.why.ends_with('.') && !diagnosis.why.contains("  "), "{}", diagnosis.why);
        assert!(DIAGNOSES[..index].iter().all(|other| other.id != diagnosis.id), "{}", diagnosis.id);
    }
}
