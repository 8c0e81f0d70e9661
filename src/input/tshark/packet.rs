//! A packet by its fields, and the messages that it completes.

use std::collections::HashSet;
use std::ops::ControlFlow;

use crate::anomaly::Anomaly;
use crate::input::diagnoses::{FIELDS_ABSENT, MESSAGE_UNREADABLE, NO_PAYLOAD};
use crate::input::message;
use crate::input::model::{Ends, Entry, Sink};
use crate::input::time::{self, Moment};
use crate::origin::{CaptureId, ConnectionId, Direction, Located, Origin, RecordNumber};
use crate::protocol::websocket::{Message, Opcode};

/// A field that matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Field {
    Number,
    Time,
    /// Of the whole document, in milliseconds.
    DocumentTime,
    Stream,
    SourceHost,
    DestinationHost,
    SourcePort,
    DestinationPort,
    Fin,
    Mask,
    Opcode,
    Length,
    Text,
    Data,
}

/// Their names.
const NAMES: &[(&str, Field)] = &[
    ("frame.number", Field::Number),
    ("frame.time_epoch", Field::Time),
    ("timestamp", Field::DocumentTime),
    ("tcp.stream", Field::Stream),
    ("ip.src", Field::SourceHost),
    ("ip.dst", Field::DestinationHost),
    ("ipv6.src", Field::SourceHost),
    ("ipv6.dst", Field::DestinationHost),
    ("tcp.srcport", Field::SourcePort),
    ("tcp.dstport", Field::DestinationPort),
    ("websocket.fin", Field::Fin),
    ("websocket.mask", Field::Mask),
    ("websocket.opcode", Field::Opcode),
    ("websocket.payload_length", Field::Length),
    ("websocket.payload.text", Field::Text),
    ("data.data", Field::Data),
];

impl Field {
    /// The field of this name. `-T ek` writes `_` for `.`, and inside a layer puts the layer's name before it once
    /// more.
    pub(super) fn named(name: &str) -> Option<Self> {
        let same = |known: &str, name: &str| {
            let plain = |byte: u8| if byte == b'.' { b'_' } else { byte };
            known.len() == name.len() && known.bytes().map(plain).eq(name.bytes().map(plain))
        };
        let find = |name: &str| NAMES.iter().find(|(known, _)| same(known, name)).map(|(_, field)| *field);
        find(name).or_else(|| {
            let (layer, inside) = name.split_once('_')?;
            inside.strip_prefix(layer)?.starts_with('_').then(|| find(inside))?
        })
    }
}

/// A packet's fields, in the order in which they were printed.
#[derive(Debug, Default)]
pub(super) struct Packet {
    number: Option<RecordNumber>,
    time: Option<Moment>,
    stream: Option<u32>,
    source: [String; 2],
    destination: [String; 2],
    fins: Vec<bool>,
    masks: Vec<bool>,
    opcodes: Vec<String>,
    lengths: Vec<String>,
    /// Each with the number of opcodes before it.
    data: Vec<(usize, String)>,
    texts: Vec<(usize, String)>,
}

impl Packet {
    /// Takes one value of a field.
    pub(super) fn take(&mut self, field: Field, value: &str) {
        let place = self.opcodes.len();
        let first = |slot: &mut String| {
            if slot.is_empty() {
                value.clone_into(slot);
            }
        };
        let is_set = matches!(value, "1" | "true" | "True");
        match field {
            Field::Number => self.number = self.number.or_else(|| value.parse().ok()),
            Field::Time => self.time = time::decimal_seconds(value).or(self.time),
            Field::DocumentTime => {
                self.time = self.time.or_else(|| value.parse().ok().and_then(time::whole_milliseconds))
            }
            Field::Stream => self.stream = self.stream.or_else(|| value.parse().ok()),
            Field::SourceHost => first(&mut self.source[0]),
            Field::DestinationHost => first(&mut self.destination[0]),
            Field::SourcePort => first(&mut self.source[1]),
            Field::DestinationPort => first(&mut self.destination[1]),
            Field::Fin => self.fins.push(is_set),
            Field::Mask => self.masks.push(is_set),
            Field::Opcode => self.opcodes.push(value.to_owned()),
            Field::Length => self.lengths.push(value.to_owned()),
            Field::Text => self.texts.push((place, value.to_owned())),
            Field::Data => self.data.push((place, value.to_owned())),
        }
    }

    /// Whether the frame that is `index` completes a message with bytes, text apart.
    fn has_bytes(&self, index: usize) -> bool {
        let opcode = self.opcodes.get(index).map(String::as_str);
        self.fins.get(index).copied().unwrap_or(true)
            && matches!(opcode, Some("0" | "2"))
            && self.lengths.get(index).is_none_or(|length| length != "0")
    }

    /// The bytes of each frame in hexadecimal digits.
    fn payloads(&self) -> Vec<Option<&str>> {
        let frames = 0..self.opcodes.len();
        let with_bytes: Vec<usize> = frames.clone().filter(|index| self.has_bytes(*index)).collect();
        let mut payloads = vec![None; frames.len()];
        let by_count = with_bytes.len() == self.data.len();
        for (order, (place, data)) in self.data.iter().enumerate() {
            // Where some have none, what follows a frame's fields in print is the frame's.
            let index = if by_count { with_bytes.get(order).copied() } else { place.checked_sub(1) };
            if let Some(payload) = index.and_then(|index| payloads.get_mut(index)) {
                // Two for one frame: they were not printed in order, and so are nobody's.
                *payload = if payload.is_some() { Some("") } else { Some(data.as_str()) };
            }
        }
        payloads
    }
}

/// The connections whose ends were said.
#[derive(Debug, Default)]
pub(super) struct Streams {
    named: HashSet<u32>,
    /// Bytes of a message.
    buffer: Vec<u8>,
}

impl Streams {
    /// Whether there was none.
    pub(super) fn is_empty(&self) -> bool {
        self.named.is_empty()
    }

    /// Hands over the messages that a packet completes. `record` is its number if its own was not printed, `offset`
    /// its place in the input.
    pub(super) fn put(
        &mut self,
        packet: &Packet,
        capture: CaptureId,
        record: RecordNumber,
        offset: u64,
        out: &mut dyn Sink,
    ) -> ControlFlow<()> {
        if packet.opcodes.is_empty() {
            return ControlFlow::Continue(());
        }
        let record = packet.number.unwrap_or(record);
        let mut origin = time::at(Origin::of_record(capture, record, offset, None), packet.time);
        let Some(stream) = packet.stream.filter(|_| packet.masks.len() == packet.opcodes.len()) else {
            let absent = if packet.stream.is_none() { "tcp.stream" } else { "websocket.mask" };
            out.anomaly(Anomaly::new(&FIELDS_ABSENT, origin).detail(absent));
            return ControlFlow::Continue(());
        };
        origin.connection = Some(ConnectionId(stream));
        if self.named.insert(stream) {
            let from_client = packet.masks.first().copied().unwrap_or(true);
            let ends = [&packet.source, &packet.destination].map(|[host, port]| message::address(host, port));
            let [source, destination] = ends.each_ref().map(|end| Some(end.as_str()).filter(|end| *end != ":"));
            let (client, server) = if from_client { (source, destination) } else { (destination, source) };
            out.entry(Located::new(origin, Entry::Ends(Ends { client, server })))?;
        }
        let mut texts = packet.texts.iter();
        for (index, payload) in packet.payloads().into_iter().enumerate() {
            let from_client = packet.masks.get(index).copied().unwrap_or(true);
            origin.direction = Some(if from_client { Direction::Outbound } else { Direction::Inbound });
            let text = packet.texts.iter().any(|(place, _)| *place == index + 1);
            let message = match (packet.opcodes.get(index).map(String::as_str), payload) {
                (Some("1"), _) => {
                    let text = texts.next().map(|(_, text)| text.as_bytes()).unwrap_or_default();
                    Message { opcode: Opcode::Text, data: text }
                }
                (Some("0" | "2"), Some(payload)) if hex(payload, &mut self.buffer) && !payload.is_empty() => {
                    Message { opcode: Opcode::Binary, data: &self.buffer }
                }
                (_, Some(_)) => {
                    out.anomaly(
                        Anomaly::new(&MESSAGE_UNREADABLE, origin).detail("its bytes are no hexadecimal digits"),
                    );
                    continue;
                }
                (_, None) if packet.has_bytes(index) && !text => {
                    out.anomaly(Anomaly::new(&NO_PAYLOAD, origin));
                    continue;
                }
                // A control frame, an empty message, or a fragment that is not the last.
                (_, None) => continue,
            };
            out.entry(Located::new(origin, Entry::Message(message)))?;
        }
        ControlFlow::Continue(())
    }
}

/// Reads hexadecimal digits, with colons between bytes or without, into `bytes`.
pub(super) fn hex(digits: &str, bytes: &mut Vec<u8>) -> bool {
    bytes.clear();
    let mut high = None;
    for digit in digits.bytes().filter(|byte| *byte != b':') {
        let Some(value) = char::from(digit).to_digit(16).and_then(|value| u8::try_from(value).ok()) else {
            return false;
        };
        match high.take() {
            None => high = Some(value << 4),
            Some(high) => bytes.push(high | value),
        }
    }
    high.is_none()
}
