//! The decoder as its callers see it: messages in, frames and anomalies out.

mod following;
mod midway;
mod opening;
mod peer;

use std::sync::Arc;

use super::*;
use crate::anomaly::{Anomalies, Anomaly, Severity};
use crate::keys::{Keys, PublicKey};
use crate::origin::{CaptureId, ConnectionId, Direction, Located, Origin};
use crate::protocol::Sink;
use crate::protocol::websocket::{Message, Opcode};

/// What came out of a decoder.
#[derive(Default)]
struct Collected {
    frames: Vec<(Origin, u32, Vec<u8>)>,
    anomalies: Vec<Anomaly>,
}

impl<'a> Sink<Frame<'a>> for Collected {
    fn item(&mut self, frame: Located<Frame<'a>>) {
        assert_eq!(frame.item.ciphertext.len(), frame.item.plaintext.len() + 16);
        self.frames.push((frame.origin, frame.item.counter, frame.item.plaintext.to_vec()));
    }

    fn anomaly(&mut self, anomaly: Anomaly) {
        assert!(DIAGNOSES.contains(&anomaly.diagnosis), "{} is not listed", anomaly.diagnosis.id);
        self.anomalies.push(anomaly);
    }
}

impl Collected {
    fn plaintexts(&self, direction: Direction) -> Vec<&[u8]> {
        let of_direction = self.frames.iter().filter(|(origin, ..)| origin.direction == Some(direction));
        of_direction.map(|(.., plain)| plain.as_slice()).collect()
    }

    fn counters(&self, direction: Direction) -> Vec<u32> {
        let of_direction = self.frames.iter().filter(|(origin, ..)| origin.direction == Some(direction));
        of_direction.map(|(_, counter, _)| *counter).collect()
    }

    /// Each diagnosis with the number of its occurrences.
    fn tallies(&self) -> Vec<(&'static str, u64)> {
        let mut anomalies = Anomalies::default();
        for anomaly in &self.anomalies {
            anomalies.add(anomaly.clone());
        }
        anomalies.iter().map(|tally| (tally.diagnosis.id, tally.count)).collect()
    }

    fn details(&self, id: &str) -> Vec<&str> {
        let of_id = self.anomalies.iter().filter(|anomaly| anomaly.diagnosis.id == id);
        of_id.filter_map(|anomaly| anomaly.detail.as_deref()).collect()
    }
}

/// A direction and the bytes of one message.
type Sent = (Direction, Vec<u8>);

/// The frame of these bytes on the wire.
fn framed(payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).expect("short").to_be_bytes();
    [&length[1..], payload].concat()
}

fn origin(record: u64, direction: Direction) -> Origin {
    let record = Origin::of_record(CaptureId(0), record, 0, None);
    Origin { connection: Some(ConnectionId(0)), direction: Some(direction), ..record }
}

/// Decodes `messages`, the first of which is record 1.
fn decode(keys: &Keys, messages: &[Sent]) -> (Report, Collected) {
    let mut decoder = Decoder::new(Arc::new(keys.clone()));
    let mut out = Collected::default();
    for (index, (direction, data)) in messages.iter().enumerate() {
        let origin = origin(index as u64 + 1, *direction);
        decoder.push(Located::new(origin, Message { opcode: Opcode::Binary, data }), &mut out);
    }
    decoder.finish(&mut out);
    (decoder.report(), out)
}

/// Keys of key log lines.
fn keys(lines: &[String]) -> Keys {
    let mut keys = Keys::new();
    let reading = keys.read_log(lines.join("\n").as_bytes()).expect("no I/O in it");
    assert_eq!((reading.usable, reading.malformed_total), (lines.len() as u64, 0), "{reading:?}");
    keys
}
