//! Every frame of a recording, byte for byte; and what segmentation, truncation and bit flips do to it.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{BufReader, Read};
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::Arc;

use data_encoding::HEXLOWER;
use proptest::prelude::*;
use ringtrace::analysis::{Request, Source};
use ringtrace::anomaly::{Anomaly, Severity};
use ringtrace::input::{self, Entry};
use ringtrace::keys::Keys;
use ringtrace::origin::{CaptureId, ConnectionId, Direction, Located};
use ringtrace::protocol::Sink;
use ringtrace::protocol::noise::{self, Frame};
use ringtrace::protocol::packet::{self, Packet};
use ringtrace::protocol::tcp::{Chunk, Reassembler};
use ringtrace::protocol::tls;
use ringtrace::protocol::websocket::{self, Message};
use serde_json::Value;

use crate::shared::shared;
use crate::timeline::SESSIONS;

/// A decrypted frame: direction, counter, plaintext.
pub(crate) type Opened = (Direction, u32, Vec<u8>);

/// The frames of each connection, and what was lost.
#[derive(Default)]
struct Opening {
    connections: BTreeMap<ConnectionId, (Option<tls::Decoder>, websocket::Decoder, noise::Decoder)>,
    keys: Arc<Keys>,
    /// TLS secrets that the capture brought itself.
    embedded: Keys,
    frames: BTreeMap<ConnectionId, Vec<Opened>>,
    anomalies: Vec<String>,
}

/// Keeps what cost something: a SYN that comes after its data is worth a note, and no more.
fn note(losses: &mut Vec<String>, anomaly: &Anomaly) {
    if anomaly.diagnosis.severity == Severity::Loss {
        losses.push(anomaly.diagnosis.id.to_owned());
    }
}

/// Takes what a layer gives, for one connection.
struct Into<'o> {
    noise: &'o mut noise::Decoder,
    frames: &'o mut Vec<Opened>,
    anomalies: &'o mut Vec<String>,
}

impl Sink<Message<'_>> for Into<'_> {
    fn item(&mut self, message: Located<Message<'_>>) {
        let (frames, anomalies) = (&mut *self.frames, &mut *self.anomalies);
        self.noise.push(message, &mut Frames { frames, anomalies });
    }

    fn anomaly(&mut self, anomaly: Anomaly) {
        if anomaly.diagnosis.severity == Severity::Loss {
            self.noise.lost_message(anomaly.origin);
        }
        note(self.anomalies, &anomaly);
    }
}

struct Frames<'o> {
    frames: &'o mut Vec<Opened>,
    anomalies: &'o mut Vec<String>,
}

impl Sink<Frame<'_>> for Frames<'_> {
    fn item(&mut self, frame: Located<Frame<'_>>) {
        let direction = frame.origin.direction.expect("a frame has a direction");
        self.frames.push((direction, frame.item.counter, frame.item.plaintext.to_vec()));
    }

    fn anomaly(&mut self, anomaly: Anomaly) {
        note(self.anomalies, &anomaly);
    }
}

/// Takes plaintext to the websocket.
struct Plain<'o> {
    websocket: &'o mut websocket::Decoder,
    into: Into<'o>,
}

impl Sink<Chunk<'_>> for Plain<'_> {
    fn item(&mut self, chunk: Located<Chunk<'_>>) {
        self.websocket.push(chunk, &mut self.into);
    }

    fn anomaly(&mut self, anomaly: Anomaly) {
        Sink::<Message<'_>>::anomaly(&mut self.into, anomaly);
    }
}

impl Sink<Chunk<'_>> for Opening {
    fn item(&mut self, chunk: Located<Chunk<'_>>) {
        let id = chunk.origin.connection.expect("a chunk has a connection");
        let keys = &self.keys;
        let is_tls = matches!(chunk.item, Chunk::Data([0x16, 0x03, ..]));
        let new = || (is_tls.then(tls::Decoder::new), websocket::Decoder::new(), noise::Decoder::new(Arc::clone(keys)));
        let (tls, websocket, noise) = self.connections.entry(id).or_insert_with(new);
        let frames = self.frames.entry(id).or_default();
        let mut plain = Plain { websocket, into: Into { noise, frames, anomalies: &mut self.anomalies } };
        match tls {
            None => plain.item(chunk),
            Some(tls) => {
                tls.push(chunk, &mut plain);
                for keys in [keys, &self.embedded] {
                    if let Some(secrets) = tls.wants_keys().and_then(|random| keys.tls().session(random)) {
                        tls.unlock(secrets, &mut plain);
                    }
                }
            }
        }
    }

    fn anomaly(&mut self, anomaly: Anomaly) {
        note(&mut self.anomalies, &anomaly);
    }
}

/// Records down to chunks.
struct Recording {
    packets: packet::Decoder,
    segments: Segments,
}

struct Segments {
    tcp: Reassembler,
    opening: Opening,
}

impl Sink<Packet<'_>> for Segments {
    fn item(&mut self, packet: Located<Packet<'_>>) {
        if let Packet::Tcp(segment) = packet.item {
            self.tcp.push(Located::new(packet.origin, segment), &mut self.opening);
        }
    }

    fn anomaly(&mut self, anomaly: Anomaly) {
        note(&mut self.opening.anomalies, &anomaly);
    }
}

impl input::Sink for Recording {
    fn entry(&mut self, entry: Located<Entry<'_>>) -> ControlFlow<()> {
        match entry.item {
            Entry::Record(record) => self.packets.push(Located::new(entry.origin, record), &mut self.segments),
            Entry::Secrets(log) => drop(self.segments.opening.embedded.read_log(log).unwrap()),
            _ => {}
        }
        ControlFlow::Continue(())
    }

    fn anomaly(&mut self, anomaly: Anomaly) {
        note(&mut self.segments.opening.anomalies, &anomaly);
    }
}

fn keys(path: &Path) -> Arc<Keys> {
    let mut keys = Keys::default();
    keys.read_log(BufReader::new(File::open(path).unwrap())).unwrap();
    Arc::new(keys)
}

/// The Noise keys of a session, and its TLS secrets where a capture needs them from outside.
fn all_keys(session: &str, capture: &str, key_log: &Path) -> Arc<Keys> {
    let mut all = keys(key_log);
    let tls = key_log.with_file_name(format!("{session}.sslkeylog.txt"));
    if tls.exists() && !capture.starts_with("dsb.") {
        Arc::make_mut(&mut all).read_log(BufReader::new(File::open(tls).unwrap())).unwrap();
    }
    all
}

/// The frames of every connection of a capture, in order, and the ids of all losses.
pub(crate) fn open(reader: &mut dyn Read, keys: Arc<Keys>) -> (Vec<Vec<Opened>>, Vec<String>) {
    let opening = Opening { keys, ..Opening::default() };
    let segments = Segments { tcp: Reassembler::default(), opening };
    let mut recording = Recording { packets: packet::Decoder::default(), segments };
    input::read(CaptureId(0), reader, None, &mut recording).unwrap();
    let Segments { mut tcp, mut opening } = recording.segments;
    tcp.finish(&mut opening);
    for (id, (tls, websocket, noise)) in &mut opening.connections {
        let frames = opening.frames.entry(*id).or_default();
        if let Some(tls) = tls {
            let into = Into { noise, frames, anomalies: &mut opening.anomalies };
            tls.finish(&mut Plain { websocket, into });
        }
        websocket.finish(&mut Into { noise, frames, anomalies: &mut opening.anomalies });
        noise.finish(&mut Frames { frames, anomalies: &mut opening.anomalies });
    }
    let frames = opening.frames.into_values().filter(|frames| !frames.is_empty());
    (frames.collect(), opening.anomalies)
}

/// One direction of a connection's frames, in order.
fn of(frames: &[Opened], direction: Direction) -> Vec<(u32, String)> {
    let of_direction = frames.iter().filter(|frame| frame.0 == direction);
    of_direction.map(|(_, counter, plaintext)| (*counter, HEXLOWER.encode(plaintext))).collect()
}

/// The frames of a truth file, by connection in order of appearance.
fn truth(path: &Path) -> Vec<Vec<Opened>> {
    truth_of(&fs::read_to_string(path).unwrap())
}

/// The same of the text of such a file.
pub(crate) fn truth_of(text: &str) -> Vec<Vec<Opened>> {
    let mut connections: Vec<(String, Vec<Opened>)> = Vec::new();
    for line in text.lines() {
        let line: Value = serde_json::from_str(line).unwrap();
        let name = line.get("conn").unwrap_or(&line["connection"]).to_string();
        let way = line.get("dir").unwrap_or(&line["direction"]).as_str().unwrap().to_owned();
        let direction = if way == "in" { Direction::Inbound } else { Direction::Outbound };
        let counter = line["counter"].as_u64().unwrap().try_into().unwrap();
        let plaintext = HEXLOWER.decode(line["plain_hex"].as_str().unwrap().as_bytes()).unwrap();
        let frame = (direction, counter, plaintext);
        match connections.iter_mut().find(|(known, _)| *known == name) {
            Some((_, frames)) => frames.push(frame),
            None => connections.push((name, vec![frame])),
        }
    }
    connections.into_iter().map(|(_, frames)| frames).collect()
}

/// The mark that ends a stream is no frame for the layers above, and not in every truth.
fn without_end(frames: Vec<Vec<Opened>>) -> Vec<Vec<Opened>> {
    frames.into_iter().map(|frames| frames.into_iter().filter(|frame| frame.2 != [2]).collect()).collect()
}

fn assert_true(capture: &Path, keys: Arc<Keys>, expected: &[Vec<Opened>]) {
    let (opened, anomalies) = open(&mut File::open(capture).unwrap(), keys);
    assert_eq!(opened.len(), expected.len(), "connections of {}", capture.display());
    for (ours, theirs) in opened.iter().zip(expected) {
        for direction in [Direction::Inbound, Direction::Outbound] {
            assert_eq!(of(ours, direction), of(theirs, direction), "{direction:?} of {}", capture.display());
        }
    }
    assert_eq!(anomalies, Vec::<String>::new(), "{}", capture.display());
}

#[test_with::path(../shared)]
#[test]
fn every_frame_of_real_clients_is_byte_true() {
    for (session, captures) in SESSIONS {
        let truth_file = shared(&format!("captures/{session}.truth.jsonl"));
        let expected = without_end(truth(&truth_file));
        for capture in *captures {
            for key_log in ["noisekeys.txt", "noisekeys-private.txt"] {
                let file = |ending: &str| truth_file.with_file_name(format!("{session}.{ending}"));
                assert_true(&file(capture), all_keys(session, capture, &file(key_log)), &expected);
            }
        }
    }
}

#[test_with::path(../shared)]
#[test]
fn every_frame_of_merged_vantages_is_byte_true() {
    for set in ["zb-timeouts", "rz-ends"] {
        let folder = shared("captures/vantages");
        for vantage in ["a", "b1", "b2"] {
            let file = |ending: &str| folder.join(format!("{set}.{ending}"));
            let expected = without_end(truth(&file(&format!("{vantage}.truth.jsonl"))));
            assert_true(&file(&format!("{vantage}.pcap")), keys(&file("noisekeys.txt")), &expected);
        }
    }
}

fn own(file: &str) -> std::path::PathBuf {
    let name = file.split('.').next().unwrap();
    Path::new(env!("CARGO_MANIFEST_DIR")).join("captures").join(name).join(file)
}

#[test]
fn every_frame_of_the_own_captures_is_byte_true() {
    for (name, capture) in [("answered-and-missed", "pcap"), ("hard-transport", "pcapng")] {
        let expected = without_end(truth(&own(&format!("{name}.truth.jsonl"))));
        for key_log in ["noisekeys.txt", "noisekeys-private.txt"] {
            let (opened, _) = open(
                &mut File::open(own(&format!("{name}.{capture}"))).unwrap(),
                keys(&own(&format!("{name}.{key_log}"))),
            );
            assert_eq!(opened.len(), expected.len());
            for (ours, theirs) in opened.iter().zip(&expected) {
                for direction in [Direction::Inbound, Direction::Outbound] {
                    assert_eq!(of(ours, direction), of(theirs, direction), "{name} {direction:?}");
                }
            }
        }
    }
}

/// The own capture, its keys, and its frames.
fn small() -> (Vec<u8>, Arc<Keys>) {
    let name = "answered-and-missed";
    (fs::read(own(&format!("{name}.pcap"))).unwrap(), keys(&own(&format!("{name}.noisekeys.txt"))))
}

/// The records of a classic pcap, header and packet.
fn records(capture: &[u8]) -> (Vec<u8>, Vec<Vec<u8>>) {
    let (header, mut rest) = capture.split_at(24);
    let mut records = Vec::new();
    while !rest.is_empty() {
        let length = 16 + u32::from_le_bytes(rest[8..12].try_into().unwrap()) as usize;
        let (record, further) = rest.split_at(length);
        records.push(record.to_vec());
        rest = further;
    }
    (header.to_vec(), records)
}

/// A record's TCP payload cut in two at `at`, as two records; the record alone where it has no payload to cut.
fn cut(record: &[u8], at: usize) -> Vec<Vec<u8>> {
    const IP: usize = 16 + 14;
    const TCP: usize = IP + 20;
    let header = TCP + usize::from(record[TCP + 12] >> 4) * 4;
    let payload = record.len() - header;
    if payload < 2 {
        return vec![record.to_vec()];
    }
    let at = 1 + at % (payload - 1);
    let part = |from: usize, to: usize| {
        let mut part = record[..header].to_vec();
        part.extend(&record[header + from..header + to]);
        let length = (part.len() - 16) as u32;
        part[8..12].copy_from_slice(&length.to_le_bytes());
        part[12..16].copy_from_slice(&length.to_le_bytes());
        let ip_length = (part.len() - IP) as u16;
        part[IP + 2..IP + 4].copy_from_slice(&ip_length.to_be_bytes());
        let sequence = u32::from_be_bytes(part[TCP + 4..TCP + 8].try_into().unwrap()).wrapping_add(from as u32);
        part[TCP + 4..TCP + 8].copy_from_slice(&sequence.to_be_bytes());
        part
    };
    vec![part(0, at), part(at, payload)]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 8, ..ProptestConfig::default() })]

    #[test]
    fn segments_cut_swapped_and_repeated_give_the_same_frames(
        cuts in prop::collection::vec((any::<prop::sample::Index>(), any::<usize>()), 40),
        swaps in prop::collection::vec(any::<prop::sample::Index>(), 20),
        repeats in prop::collection::vec(any::<prop::sample::Index>(), 20),
    ) {
        let (capture, keys) = small();
        let (header, mut records) = records(&capture);
        for (index, at) in &cuts {
            let index = index.index(records.len());
            let parts = cut(&records[index], *at);
            records.splice(index..=index, parts);
        }
        for index in &swaps {
            let index = index.index(records.len() - 1);
            records.swap(index, index + 1);
        }
        for index in &repeats {
            let index = index.index(records.len());
            let record = records[index].clone();
            records.insert(index + 1, record);
        }
        let changed = [header, records.concat()].concat();
        let (expected, _) = open(&mut &capture[..], Arc::clone(&keys));
        let (opened, anomalies) = open(&mut &changed[..], keys);
        prop_assert_eq!(opened.len(), expected.len());
        for (ours, theirs) in opened.iter().zip(&expected) {
            for direction in [Direction::Inbound, Direction::Outbound] {
                prop_assert_eq!(of(ours, direction), of(theirs, direction));
            }
        }
        prop_assert_eq!(anomalies, Vec::<String>::new());
    }

    #[test]
    fn a_truncated_capture_gives_the_frames_before_the_cut(at in any::<prop::sample::Index>()) {
        let (capture, keys) = small();
        let length = 24 + at.index(capture.len() - 24);
        let (expected, _) = open(&mut &capture[..], Arc::clone(&keys));
        let (opened, anomalies) = open(&mut &capture[..length], keys);
        for (ours, theirs) in opened.iter().zip(&expected) {
            prop_assert!(theirs.starts_with(ours), "frames that are not there");
        }
        let (_, records) = records(&capture);
        let mut ends = records.iter().scan(24, |end, record| { *end += record.len(); Some(*end) });
        let is_between_records = length == 24 || ends.any(|end| end == length);
        prop_assert_eq!(anomalies.iter().any(|id| id == "input/cut"), !is_between_records);
    }

    #[test]
    fn flipped_bits_never_invent_a_frame(
        flips in prop::collection::vec((any::<prop::sample::Index>(), 0_u8..8), 1..40),
    ) {
        let (mut capture, keys) = small();
        let (expected, _) = open(&mut &capture[..], Arc::clone(&keys));
        for (index, bit) in &flips {
            let index = 24 + index.index(capture.len() - 24);
            capture[index] ^= 1 << bit;
        }
        let (opened, _) = open(&mut &capture[..], keys);
        let all: Vec<_> = expected.concat();
        for frame in opened.concat() {
            prop_assert!(all.contains(&frame), "a frame that nobody sent: {:?}", frame);
        }
    }
}

#[test]
fn an_ik_session_can_be_opened_by_a_server_key_that_is_revealed_later() {
    // The first connection resumes by IK, and the line for it lacks the server's key; a later XX session has it.
    let private = fs::read_to_string(own("hard-transport.noisekeys-private.txt")).unwrap();
    let without: String = private
        .lines()
        .map(|line| match line.strip_prefix("WA_NOISE_IK ") {
            Some(rest) => format!("WA_NOISE_XX {}\n", rest.rsplit_once(' ').unwrap().0),
            None => format!("{line}\n"),
        })
        .collect();
    assert!(without.contains("WA_NOISE_XX") && !without.contains("WA_NOISE_IK"));
    let capture = own("hard-transport.pcapng");
    let calls = |keys: &str| {
        let mut request = Request::new(vec![Source::File(capture.clone())]);
        request.read_key_log("keys".to_owned(), keys.as_bytes()).unwrap();
        request.load().calls.len()
    };
    assert_eq!(calls(&without), calls(&private));
    assert_eq!(calls(&private), 2);
}
