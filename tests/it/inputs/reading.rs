//! The messages of a capture, at whatever layer it joins.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::Arc;

use ringtrace::anomaly::Anomaly;
use ringtrace::input::{self, Entry, Error};
use ringtrace::keys::Keys;
use ringtrace::origin::{CaptureId, ConnectionId, Direction, Located, Origin, Timestamp};
use ringtrace::protocol::Sink;
use ringtrace::protocol::noise::{self, Frame};
use ringtrace::protocol::packet::{self, Packet};
use ringtrace::protocol::tcp::{Chunk, Reassembler};
use ringtrace::protocol::websocket::{self, Message, Opcode};

/// A message, and where it came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Seen {
    pub(super) connection: u32,
    pub(super) direction: Direction,
    pub(super) opcode: Opcode,
    pub(super) data: Vec<u8>,
    pub(super) record: u64,
    pub(super) time: Option<Timestamp>,
}

/// What was read of a capture.
#[derive(Clone, Debug)]
pub(super) struct Reading {
    pub(super) format: &'static str,
    pub(super) messages: Vec<Seen>,
    /// The servers that were named, in order.
    pub(super) servers: Vec<String>,
    /// Ids and details.
    pub(super) anomalies: Vec<String>,
}

#[derive(Default)]
struct Reader {
    packets: packet::Decoder,
    above: Above,
}

#[derive(Default)]
struct Above {
    tcp: Reassembler,
    websockets: Websockets,
}

#[derive(Default)]
struct Websockets {
    decoders: BTreeMap<ConnectionId, websocket::Decoder>,
    kept: Kept,
}

#[derive(Default)]
struct Kept {
    messages: Vec<Seen>,
    servers: Vec<String>,
    anomalies: Vec<String>,
}

impl Kept {
    fn note(&mut self, anomaly: &Anomaly) {
        self.anomalies.push(format!("{}: {}", anomaly.diagnosis.id, anomaly.detail.as_deref().unwrap_or_default()));
    }
}

impl input::Sink for Reader {
    fn entry(&mut self, entry: Located<Entry<'_>>) -> ControlFlow<()> {
        let Located { origin, item } = entry;
        match item {
            Entry::Record(record) => self.packets.push(Located::new(origin, record), &mut self.above),
            Entry::Chunk(chunk) => self.above.websockets.item(Located::new(origin, chunk)),
            Entry::Message(message) => self.above.websockets.kept.item(Located::new(origin, message)),
            Entry::Ends(ends) => self.above.websockets.kept.servers.extend(ends.server.map(str::to_owned)),
            Entry::Closed => assert!(origin.connection.is_some()),
            other => panic!("{other:?}"),
        }
        ControlFlow::Continue(())
    }

    fn anomaly(&mut self, anomaly: Anomaly) {
        self.above.websockets.kept.note(&anomaly);
    }
}

impl Sink<Packet<'_>> for Above {
    fn item(&mut self, packet: Located<Packet<'_>>) {
        if let Packet::Tcp(segment) = packet.item {
            self.tcp.push(Located::new(packet.origin, segment), &mut self.websockets);
        }
    }

    fn anomaly(&mut self, _: Anomaly) {}
}

impl Sink<Chunk<'_>> for Websockets {
    fn item(&mut self, chunk: Located<Chunk<'_>>) {
        let decoder = self.decoders.entry(chunk.origin.connection.unwrap()).or_default();
        decoder.push(chunk, &mut self.kept);
    }

    fn anomaly(&mut self, _: Anomaly) {}
}

impl Sink<Message<'_>> for Kept {
    fn item(&mut self, message: Located<Message<'_>>) {
        let Origin { connection, direction, last, time, .. } = message.origin;
        self.messages.push(Seen {
            connection: connection.unwrap().0,
            direction: direction.unwrap(),
            opcode: message.item.opcode,
            data: message.item.data.to_vec(),
            record: last,
            time,
        });
    }

    fn anomaly(&mut self, _: Anomaly) {}
}

/// Reads a capture.
pub(super) fn read(bytes: &[u8]) -> Result<Reading, Error> {
    read_as(bytes, None)
}

/// Reads a capture in the format of this name.
pub(super) fn read_as(mut bytes: &[u8], format: Option<&str>) -> Result<Reading, Error> {
    let mut reader = Reader::default();
    let summary = input::read(CaptureId(0), &mut bytes, format, &mut reader)?;
    let Kept { messages, servers, anomalies } = reader.above.websockets.kept;
    Ok(Reading { format: summary.format, messages, servers, anomalies })
}

/// Reads a capture that can be read.
pub(super) fn read_file(path: &Path) -> Reading {
    read(&std::fs::read(path).unwrap()).unwrap()
}

/// What the messages of one connection hold, decrypted: when, which way, and the plaintext.
pub(super) fn frames(messages: &[Seen], keys: &Arc<Keys>) -> Vec<(Option<Timestamp>, Direction, Vec<u8>)> {
    #[derive(Default)]
    struct Frames(Vec<(Option<Timestamp>, Direction, Vec<u8>)>);
    impl Sink<Frame<'_>> for Frames {
        fn item(&mut self, frame: Located<Frame<'_>>) {
            self.0.push((frame.origin.time, frame.origin.direction.unwrap(), frame.item.plaintext.to_vec()));
        }

        fn anomaly(&mut self, anomaly: Anomaly) {
            panic!("{anomaly:?}");
        }
    }
    let mut decoders: BTreeMap<u32, noise::Decoder> = BTreeMap::new();
    let mut frames = Frames::default();
    for seen in messages {
        let decoder = decoders.entry(seen.connection).or_insert_with(|| noise::Decoder::new(Arc::clone(keys)));
        let mut origin = Origin::of_record(CaptureId(0), seen.record, 0, seen.time);
        origin.connection = Some(ConnectionId(seen.connection));
        origin.direction = Some(seen.direction);
        decoder.push(Located::new(origin, Message { opcode: seen.opcode, data: &seen.data }), &mut frames);
    }
    for decoder in decoders.values_mut() {
        decoder.finish(&mut frames);
    }
    frames.0
}
