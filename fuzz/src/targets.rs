//! The targets: functions that take any bytes and must neither panic nor hang, and where it is cheap, must agree with
//! themselves.

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufReader, Read};
use std::net::SocketAddr;
use std::ops::ControlFlow;
use std::sync::{Arc, LazyLock};

use flate2::Compression;
use flate2::bufread::GzEncoder;
use ringtrace::anomaly::{Anomaly, Severity};
use ringtrace::config::Config;
use ringtrace::filter::{Filter, complete};
use ringtrace::input::{self, Entry};
use ringtrace::keys::Keys;
use ringtrace::media::{Collector, Kind, Moment};
use ringtrace::notes::Notes;
use ringtrace::origin::{CaptureId, ConnectionId, Direction, Located, Origin, Timestamp};
use ringtrace::protocol::Sink;
use ringtrace::protocol::binary::{self, Dictionary};
use ringtrace::protocol::noise::{self, Frame};
use ringtrace::protocol::packet::{self, Datagram, LinkType, Packet, Record, Segment};
use ringtrace::protocol::stanza::Stanza;
use ringtrace::protocol::tcp::{Chunk, Reassembler};
use ringtrace::protocol::tls;
use ringtrace::protocol::websocket::{self, Message, Opcode};
use ringtrace::protocol::xml::{self, Dialect};
use ringtrace::redact::{Aliases, Redactor};
use ringtrace::tables::stats::{Names, Query, RowSet};
use ringtrace::tables::{self, Archive, Format, Options, Table};
use ringtrace::{print, report};

use crate::captures::{load, with_file};
use crate::{seeds, sharing};

/// A fuzz target.
pub struct Target {
    /// Its name on the command line.
    pub name: &'static str,
    /// Takes one input.
    pub run: fn(&[u8]),
    /// Its seeds.
    pub seeds: fn() -> Vec<Vec<u8>>,
}

macro_rules! targets {
    ($($name:literal: $run:expr, $seeds:expr;)*) => {
        /// Every target, from the input up.
        pub const TARGETS: &[Target] = &[$(Target { name: $name, run: $run, seeds: $seeds }),*];
    };
}

targets! {
    "pcap": |data| read_as(data, "pcap"), || seeds::read(&["captures!.pcap", "tests/fixtures/tools!.pcap"]);
    "pcapng": |data| read_as(data, "pcapng"), || seeds::read(&["captures!.pcapng"]);
    "har": |data| read_as(data, "har"), || seeds::read(&["tests/fixtures/tools/wa.har"]);
    "devtools": |data| read_as(data, "devtools"), || seeds::read(&["fuzz/seeds/devtools.jsonl"]);
    "mitmproxy": |data| read_as(data, "mitmproxy"), || seeds::read(&["tests/fixtures/tools/wa.mitm"]);
    "tshark-json": |data| read_as(data, "tshark-json"), || seeds::read(&["tests/fixtures/tools/tshark.json"]);
    "tshark-ek": |data| read_as(data, "tshark-ek"), || seeds::read(&["tests/fixtures/tools/tshark.ek.jsonl"]);
    "tshark-fields": |data| read_as(data, "tshark-fields"), || seeds::read(&["tests/fixtures/tools/tshark.fields.tsv"]);
    "tshark-follow": |data| read_as(data, "tshark-follow"), || seeds::read(&["tests/fixtures/tools!.yaml", "tests/fixtures/tools!.txt"]);
    "baileys": |data| read_as(data, "baileys"), || seeds::read(&["tests/fixtures/logs/baileys"]);
    "whatsmeow": |data| read_as(data, "whatsmeow"), || seeds::read(&["tests/fixtures/logs/whatsmeow"]);
    "whatsapp-rust": |data| read_as(data, "whatsapp-rust"), || seeds::read(&["tests/fixtures/logs/whatsapp-rust"]);
    "zapo": |data| read_as(data, "zapo"), || seeds::read(&["tests/fixtures/logs/zapo"]);
    "web-hook": |data| read_as(data, "web-hook"), || seeds::read(&["tests/fixtures/logs/web-hook"]);
    "web-diagnostic": |data| read_as(data, "web-diagnostic"), || seeds::read(&["tests/fixtures/logs/web-diagnostic"]);
    "call-events": |data| read_as(data, "call-events"), || seeds::read(&["fuzz/seeds/call-events.log"]);
    "pasted-xml": |data| read_as(data, "xml"), || seeds::read(&["tests/fixtures/logs/xml"]);
    "corpus": |data| read_as(data, "corpus"), || seeds::read(&["tests/fixtures/logs/corpus"]);
    "frames": |data| read_as(data, "frames"), hex_frames;
    "ndjson": |data| read_as(data, "ringtrace"), || seeds::read(&["tests/fixtures/ndjson"]);
    "detection": detection, || seeds::read(&["tests/fixtures/logs", "tests/fixtures/tools", "tests/fixtures/ndjson"]);
    "compressed": compressed, archives;
    "packet": packet, || seeds::read(&["captures!.pcap"]);
    "media": media, datagrams;
    "tcp": tcp, || streams(|_| true);
    "tls": tls, || seeds::read(&["fuzz/seeds/tls"]);
    "websocket": websocket, || streams(|stream| stream.starts_with(b"GET ") || stream.starts_with(b"HTTP"));
    "noise": noise, messages;
    "binary": binary, frames;
    "xml": xml, || seeds::read(&["tests/fixtures/logs/xml", "tests/fixtures/logs/baileys!.txt"]);
    "keys": keys, || seeds::read(&["captures!keys.txt", "captures!keys-private.txt", "fuzz/seeds/tls/key.log"]);
    "filter": filter, || seeds::read(&["fuzz/seeds/filters.txt"]);
    "notes": notes, || seeds::read(&["fuzz/seeds/notes.ndjson"]);
    "aliases": aliases, || seeds::read(&["fuzz/seeds/aliases.txt"]);
    "config": config, || seeds::read(&["src/config.toml"]);
    "parquet": parquet, parquet_files;
    "analysis": analysis, || seeds::read(&["captures!.pcap", "captures!.pcapng", "tests/fixtures/logs", "tests/fixtures/ndjson", "tests/fixtures/rules"]);
    "report": sharing::report, || seeds::read(&["tests/fixtures/ndjson", "tests/fixtures/rules", "tests/fixtures/logs/xml"]);
    "leak": sharing::leak, || seeds::read(&["fuzz/seeds/notes.ndjson", "fuzz/seeds/aliases.txt", "fuzz/seeds/filters.txt"]);
    "attach": sharing::attach, || seeds::read(&["fuzz/seeds/attach"]);
    "sanitise": sanitise, || seeds::read(&["tests/fixtures/ndjson", "tests/fixtures/rules", "tests/fixtures/logs/xml"]);
}

/// Takes entries, and counts them.
#[derive(Default)]
struct Count {
    entries: u64,
    anomalies: u64,
}

impl input::Sink for Count {
    fn entry(&mut self, _entry: Located<Entry<'_>>) -> ControlFlow<()> {
        self.entries += 1;
        ControlFlow::Continue(())
    }

    fn anomaly(&mut self, _anomaly: Anomaly) {
        self.anomalies += 1;
    }
}

/// Reads an input in this format; the number of entries.
fn read(mut data: &[u8], format: Option<&str>) -> Option<u64> {
    let mut count = Count::default();
    let summary = input::read(CaptureId(0), &mut data, format, &mut count);
    summary.is_ok().then_some(count.entries)
}

fn read_as(data: &[u8], format: &str) {
    let whole = read(data, Some(format));
    // A reader that gets a byte or two at a time finds the same.
    if data.len() <= 2048 {
        let mut count = Count::default();
        let summary = input::read(CaptureId(0), &mut Drip(data), Some(format), &mut count);
        assert_eq!(summary.is_ok().then_some(count.entries), whole, "read in small pieces");
    }
}

/// A reader that gives few bytes at a time.
struct Drip<'d>(&'d [u8]);

impl Read for Drip<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let length = buffer.len().min(1 + self.0.len() % 3);
        self.0.read(&mut buffer[..length])
    }
}

fn detection(data: &[u8]) {
    read(data, None);
}

/// What is compressed reads as it does uncompressed, and a damaged archive is read as far as it goes.
fn compressed(data: &[u8]) {
    read(data, None);
    let mut archive = Vec::new();
    GzEncoder::new(data, Compression::fast()).read_to_end(&mut archive).expect("memory");
    let is_archive =
        [&b"\x1f\x8b"[..], b"\x28\xb5\x2f\xfd", b"\x04\x22\x4d\x18"].iter().any(|magic| data.starts_with(magic));
    if !is_archive {
        assert_eq!(read(&archive, None), read(data, None), "through gzip");
    }
}

fn archives() -> Vec<Vec<u8>> {
    let plain = seeds::read(&["tests/fixtures/ndjson", "tests/fixtures/tools"]);
    let gzip = plain.iter().map(|text| {
        let mut archive = Vec::new();
        GzEncoder::new(&text[..], Compression::default()).read_to_end(&mut archive).expect("memory");
        archive
    });
    let zstd = plain.iter().map(|text| zstd::encode_all(&text[..], 1).expect("memory"));
    gzip.chain(zstd).chain(plain.clone()).collect()
}

/// The items of a layer, by connection and direction, and how often something was lost.
#[derive(Default)]
struct Items(BTreeMap<(Option<ConnectionId>, bool), Vec<Vec<u8>>>, usize);

impl Items {
    fn add(&mut self, origin: Origin, item: Vec<u8>) {
        let is_outbound = origin.direction == Some(Direction::Outbound);
        self.0.entry((origin.connection, is_outbound)).or_default().push(item);
    }
}

impl Sink<Packet<'_>> for Items {
    fn item(&mut self, packet: Located<Packet<'_>>) {
        if let Packet::Tcp(segment) = packet.item {
            self.add(packet.origin, segment.payload.to_vec());
        }
    }

    fn anomaly(&mut self, _anomaly: Anomaly) {}
}

impl Sink<Chunk<'_>> for Items {
    fn item(&mut self, chunk: Located<Chunk<'_>>) {
        // One stream, however it was cut.
        let is_outbound = chunk.origin.direction == Some(Direction::Outbound);
        let stream = self.0.entry((chunk.origin.connection, is_outbound)).or_insert_with(|| vec![Vec::new()]);
        match chunk.item {
            Chunk::Data(bytes) => stream.last_mut().expect("one stream").extend_from_slice(bytes),
            Chunk::Gap(_) | Chunk::End(_) => {}
        }
    }

    fn anomaly(&mut self, anomaly: Anomaly) {
        self.1 += usize::from(anomaly.diagnosis.severity == Severity::Loss);
    }
}

impl Sink<Message<'_>> for Items {
    fn item(&mut self, message: Located<Message<'_>>) {
        let kind = if message.item.opcode == Opcode::Text { b't' } else { b'b' };
        self.add(message.origin, [&[kind], message.item.data].concat());
    }

    fn anomaly(&mut self, _anomaly: Anomaly) {}
}

impl Sink<Frame<'_>> for Items {
    fn item(&mut self, frame: Located<Frame<'_>>) {
        self.add(frame.origin, frame.item.plaintext.to_vec());
    }

    fn anomaly(&mut self, _anomaly: Anomaly) {}
}

fn origin(record: u64) -> Origin {
    Origin::of_record(CaptureId(0), record, 0, Some(Timestamp(record as i64 * 1_000_000)))
}

fn packet(data: &[u8]) {
    let Some((number, data)) = data.split_first() else { return };
    let links = [0, 1, 101, 108, 113, 228, 229, 276, 147, 12];
    let link = LinkType::from(links[usize::from(*number) % links.len()]);
    let (mut decoder, mut items) = (packet::Decoder::default(), Items::default());
    for (index, data) in data.chunks(1500).enumerate() {
        let record = Record { link, data, wire_length: data.len() as u32 + u32::from(*number & 1) };
        decoder.push(Located::new(origin(index as u64 + 1), record), &mut items);
    }
    decoder.finish(&mut items);
}

/// Datagrams of one flow, or of as many as their directions and lengths make ports.
fn media(data: &[u8]) {
    let mut collector = Collector::default();
    let (client, relay) = (SocketAddr::from(([192, 0, 2, 10], 40_000)), SocketAddr::from(([203, 0, 113, 11], 3478)));
    for (record, (direction, payload)) in (1..).zip(pieces(data)) {
        let (source, destination) = match direction {
            Direction::Outbound => (client, relay),
            Direction::Inbound => (relay, client),
        };
        let datagram = Datagram { source, destination, payload, cut: payload.len() as u32 & 1 };
        collector.push(Located::new(origin(record), datagram));
    }
    let flows = collector.finish(&[], Vec::new(), Moment { record: 0, time: None });
    for flow in &flows.flows {
        let packets = |way| Kind::ALL.iter().map(|kind| flow.count(*kind, way).packets).sum::<u64>();
        for way in [Direction::Outbound, Direction::Inbound] {
            assert_eq!(packets(way), flow.counts[way].packets, "every datagram has a kind");
        }
    }
}

/// A conversation in an input: each piece is a byte that says which way, two bytes of length, and that many bytes.
fn pieces(mut data: &[u8]) -> Vec<(Direction, &[u8])> {
    let mut pieces = Vec::new();
    while let [way, low, high, rest @ ..] = data {
        let length = usize::from(u16::from_le_bytes([*low, *high])).min(rest.len());
        let direction = if way & 1 == 0 { Direction::Outbound } else { Direction::Inbound };
        pieces.push((direction, &rest[..length]));
        data = &rest[length..];
    }
    pieces
}

/// A conversation as an input.
fn piece(direction: Direction, bytes: &[u8], into: &mut Vec<u8>) {
    for bytes in bytes.chunks(usize::from(u16::MAX)) {
        into.push(u8::from(direction == Direction::Inbound));
        into.extend((bytes.len() as u16).to_le_bytes());
        into.extend_from_slice(bytes);
    }
}

/// The same conversation in smaller pieces.
fn cut<'d>(pieces: &[(Direction, &'d [u8])], length: usize) -> Vec<(Direction, &'d [u8])> {
    let cut = |(direction, bytes): &(Direction, &'d [u8])| {
        let direction = *direction;
        bytes.chunks(length).map(move |bytes| (direction, bytes)).collect::<Vec<_>>()
    };
    pieces.iter().flat_map(cut).collect()
}

/// How long the pieces are, for a second reading: few bytes where that costs little.
fn cut_length(data: &[u8]) -> usize {
    if data.len() < 2048 { 1 + data.len() % 5 } else { 100 + data.len() % 500 }
}

fn reassembled(pieces: &[(Direction, &[u8])], is_repeated: bool) -> Items {
    let [client, server] = [40_000, 443].map(|port| SocketAddr::from(([192, 0, 2, 1], port)));
    let (mut tcp, mut items) = (Reassembler::default(), Items::default());
    let mut next = BTreeMap::from([(true, 1_000_u32), (false, u32::MAX - 2_000)]);
    let segment = |is_out, sequence, syn, payload| {
        let (source, destination) = if is_out { (client, server) } else { (server, client) };
        Segment { source, destination, sequence, acknowledgment: None, syn, fin: false, rst: false, payload, cut: 0 }
    };
    for (is_out, sequence) in &next {
        tcp.push(Located::new(origin(1), segment(*is_out, sequence.wrapping_sub(1), true, &[])), &mut items);
    }
    for (index, (direction, payload)) in pieces.iter().enumerate() {
        let is_out = *direction == Direction::Outbound;
        let sequence = next.get_mut(&is_out).expect("both directions");
        let times = if is_repeated && index % 3 == 0 { 2 } else { 1 };
        for _ in 0..times {
            tcp.push(Located::new(origin(index as u64 + 2), segment(is_out, *sequence, false, payload)), &mut items);
        }
        *sequence = sequence.wrapping_add(payload.len() as u32);
    }
    tcp.finish(&mut items);
    items
}

/// Streams are the same however they are cut into segments, some of which are sent twice; and any segments are
/// survived.
fn tcp(data: &[u8]) {
    let whole = pieces(data);
    let (one, other) = (reassembled(&whole, false), reassembled(&cut(&whole, cut_length(data)), true));
    assert_eq!(one.0, other.0, "segmentation");

    let (mut tcp, mut items) = (Reassembler::default(), Items::default());
    let [client, server] = [40_000, 443].map(|port| SocketAddr::from(([192, 0, 2, 1], port)));
    for (index, (direction, bytes)) in whole.iter().enumerate() {
        let Some((header, payload)) = bytes.split_at_checked(6) else { continue };
        let (source, destination) = if *direction == Direction::Outbound { (client, server) } else { (server, client) };
        let is = |bit: u8| header[4] & bit != 0;
        let segment = Segment {
            source,
            destination,
            sequence: u32::from_le_bytes([header[0], header[1], header[2] & is(1) as u8, 0]),
            acknowledgment: is(2).then_some(u32::from(header[3])),
            syn: is(4) && is(8),
            fin: is(16) && is(8),
            rst: is(32) && is(8),
            payload,
            cut: if is(64) { u32::from(header[5]) } else { 0 },
        };
        tcp.push(Located::new(origin(index as u64 + 1), segment), &mut items);
    }
    tcp.finish(&mut items);
}

/// The origin of a piece of a conversation.
fn on_connection(index: usize, direction: Direction) -> Origin {
    let mut origin = origin(index as u64 + 1);
    (origin.connection, origin.direction) = (Some(ConnectionId(0)), Some(direction));
    origin
}

/// Gives a conversation to a decoder of chunks, with its offsets in both streams.
fn chunks(pieces: &[(Direction, &[u8])], mut push: impl FnMut(Located<Chunk<'_>>)) {
    let mut offsets = [0_u64; 2];
    for (index, (direction, bytes)) in pieces.iter().enumerate() {
        let offset = &mut offsets[usize::from(*direction == Direction::Inbound)];
        let origin = Origin { offset: *offset, ..on_connection(index, *direction) };
        *offset += bytes.len() as u64;
        push(Located::new(origin, Chunk::Data(bytes)));
    }
}

static TLS_KEYS: LazyLock<Keys> = LazyLock::new(|| {
    let mut keys = Keys::default();
    let log = fs::read(seeds::root().join("fuzz/seeds/tls/key.log")).unwrap_or_default();
    keys.read_log(&log[..]).expect("memory");
    keys
});

fn tls(data: &[u8]) {
    let decrypted = |pieces: &[(Direction, &[u8])]| {
        let (mut decoder, mut items) = (tls::Decoder::new(), Items::default());
        chunks(pieces, |chunk| {
            decoder.push(chunk, &mut items);
            if let Some(secrets) = decoder.wants_keys().and_then(|random| TLS_KEYS.tls().session(random)) {
                decoder.unlock(secrets, &mut items);
            }
        });
        decoder.settle(&mut items);
        decoder.finish(&mut items);
        items
    };
    let whole = pieces(data);
    let (one, other) = (decrypted(&whole), decrypted(&cut(&whole, cut_length(data))));
    // Keys come between pieces, so how much of a damaged session they open depends on the pieces.
    if one.1 == 0 && other.1 == 0 {
        assert_eq!(one.0, other.0, "segmentation");
    }
}

fn websocket(data: &[u8]) {
    let read = |pieces: &[(Direction, &[u8])]| {
        let (mut decoder, mut items) = (websocket::Decoder::new(), Items::default());
        chunks(pieces, |chunk| decoder.push(chunk, &mut items));
        decoder.finish(&mut items);
        items
    };
    let whole = pieces(data);
    assert_eq!(read(&whole).0, read(&cut(&whole, cut_length(data))).0, "segmentation");
}

/// The keys of the project's own captures.
static NOISE_KEYS: LazyLock<Arc<Keys>> = LazyLock::new(|| {
    let mut keys = Keys::default();
    for log in seeds::read(&["captures!noisekeys.txt"]) {
        keys.read_log(&log[..]).expect("memory");
    }
    Arc::new(keys)
});

fn noise(data: &[u8]) {
    let (mut decoder, mut items) = (noise::Decoder::new(Arc::clone(&NOISE_KEYS)), Items::default());
    for (index, (direction, data)) in pieces(data).into_iter().enumerate() {
        let message = Message { opcode: Opcode::Binary, data };
        decoder.push(Located::new(on_connection(index, direction), message), &mut items);
    }
    decoder.finish(&mut items);
}

fn binary(data: &[u8]) {
    let decoded = binary::decode(data);
    assert_eq!(decoded, binary::decode(data), "the same bytes again");
    let _ = binary::tag_of(data, Dictionary::current());
    if let Some(node) = decoded.node {
        assert!(xml::write_bounded(&node, 500).len() < 1000 + 4 * data.len());
        drop(xml::read(&xml::write_line(&node), Dialect::RINGTRACE));
        drop(Stanza::read(node, None));
    }
}

const DIALECTS: [Dialect; 8] = [
    Dialect::BAILEYS,
    Dialect::WHATSMEOW,
    Dialect::WHATSAPP_RUST,
    Dialect::ZAPO,
    Dialect::WHATSAPP_WEB,
    Dialect::HEX,
    Dialect::RINGTRACE,
    Dialect::UNKNOWN,
];

/// What is read of any text, written as ringtrace writes it, is read again as what it was.
fn xml(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    for dialect in DIALECTS {
        let reading = xml::read(&text, dialect);
        assert!(reading.length <= text.len());
        if let Some(node) = reading.node {
            let line = xml::write_line(&node);
            if let Some(again) = xml::read(&line, Dialect::RINGTRACE).node {
                let twice = xml::read(&xml::write_line(&again), Dialect::RINGTRACE).node;
                assert_eq!(twice.map(|node| xml::write_line(&node)), Some(xml::write_line(&again)), "{line}");
            }
        }
    }
}

fn keys(data: &[u8]) {
    let mut keys = Keys::default();
    let reading = keys.read_log(data).expect("memory");
    drop(reading.anomalies(CaptureId(0)));
}

fn filter(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let fields = tables::fields();
    for line in text.lines() {
        if let Err(error) = Filter::parse(line, &fields) {
            assert!(!error.to_string().is_empty());
        }
        complete(line, &fields, |_| vec!["timeout".to_owned(), "a \"b\"".to_owned()]);
    }
}

/// Notes that were read are written so that they are read again. Only carriage returns at the ends of lines may go.
fn notes(data: &[u8]) {
    let mut notes = Notes::default();
    notes.read(&String::from_utf8_lossy(data).replace('\r', ""));
    let mut again = Notes::default();
    again.read(&notes.write());
    assert_eq!(again.write(), notes.write());
}

/// A file of aliases that was written can be read, and has as many.
fn aliases(data: &[u8]) {
    if let Ok(aliases) = String::from_utf8_lossy(data).parse::<Aliases>() {
        let again: Aliases = aliases.to_string().parse().expect("it was written");
        assert_eq!(again.listed().len(), aliases.listed().len());
    }
}

fn config(data: &[u8]) {
    if let Err(error) = Config::parse(&String::from_utf8_lossy(data)) {
        assert!(!error.to_string().is_empty());
    }
}

const TABLES: [Table; 4] = [Table::Stanzas, Table::Calls, Table::Anomalies, Table::Messages];

/// The whole program: any capture gives calls, verdicts and tables.
fn analysis(data: &[u8]) {
    let analysis = with_file(data, load);
    let mut out = std::io::sink();
    print::overview(&analysis, &mut out).expect("a sink");
    print::inspect::text(&analysis, &mut out).expect("a sink");
    print::inspect::json(&analysis, &mut out).expect("a sink");
    print::rules::json(&analysis, &mut out).expect("a sink");
    print::questions::json(&analysis, None, &mut out).expect("a sink");
    for table in TABLES {
        let options = Options { xml: true, internal: true, ..Options::default() };
        table.write(Format::Csv, &analysis, options, &mut out).expect("a sink");
    }
}

/// Nothing that is released holds a number that the capture has in front of an `@`.
fn sanitise(data: &[u8]) {
    let analysis = with_file(data, load);
    let redactor = Redactor::new(&analysis, Aliases::default(), None);
    let sanitised = redactor.sanitise(&analysis);
    let Ok(released) = redactor.release(report::lines(&sanitised, None).text()) else { return };
    for judged in &analysis.calls {
        for row in &judged.call.rows {
            for address in ["from", "to"].into_iter().filter_map(|name| row.observed.read().node.text(name)) {
                let digits: String = address.chars().take_while(char::is_ascii_digit).collect();
                let is_identifier = digits.len() >= 9 && address[digits.len()..].starts_with(['@', ':', '.']);
                assert!(!is_identifier || !released.as_str().contains(&digits), "{digits} in {}", released.as_str());
            }
        }
    }
    with_file(released.as_str().as_bytes(), load);
}

/// An earlier export, of which nothing can be trusted.
fn parquet(data: &[u8]) {
    with_file(data, |path| {
        let Ok(archive) = Archive::open(path) else { return };
        let by = ["outcome".to_owned()];
        for of in [None, Some("ring_ms")] {
            let query = Query::new(Names { table: Some(Table::Calls), by: &by, across: None, of }).expect("columns");
            let mut rows = RowSet::new(query);
            if rows.add_archive(&archive, None).is_ok() {
                drop(rows.statistic());
            }
        }
    });
}

fn parquet_files() -> Vec<Vec<u8>> {
    let capture = seeds::root().join("captures/answered-and-missed/answered-and-missed.pcap");
    let analysis = load(&capture);
    let table = |table: Table| {
        let mut file = Vec::new();
        table.write(Format::Parquet, &analysis, Options::default(), &mut file).expect("memory");
        file
    };
    [Table::Calls, Table::Stanzas].map(table).to_vec()
}

/// The conversations of the project's captures of which one direction begins as `wants` says.
fn streams(wants: fn(&[u8]) -> bool) -> Vec<Vec<u8>> {
    #[derive(Default)]
    struct Streams {
        packets: packet::Decoder,
        above: Above,
    }

    #[derive(Default)]
    struct Above {
        tcp: Reassembler,
        conversations: Conversations,
    }

    #[derive(Default)]
    struct Conversations(BTreeMap<ConnectionId, (Vec<u8>, Vec<u8>)>);

    impl Sink<Chunk<'_>> for Conversations {
        fn item(&mut self, chunk: Located<Chunk<'_>>) {
            if let (Chunk::Data(bytes), Some(id), Some(direction)) =
                (chunk.item, chunk.origin.connection, chunk.origin.direction)
            {
                let (first, conversation) = self.0.entry(id).or_insert_with(|| (bytes.to_vec(), Vec::new()));
                if first.is_empty() {
                    first.extend_from_slice(bytes);
                }
                piece(direction, bytes, conversation);
            }
        }

        fn anomaly(&mut self, _anomaly: Anomaly) {}
    }

    impl Sink<Packet<'_>> for Above {
        fn item(&mut self, packet: Located<Packet<'_>>) {
            if let Packet::Tcp(segment) = packet.item {
                self.tcp.push(Located::new(packet.origin, segment), &mut self.conversations);
            }
        }

        fn anomaly(&mut self, _anomaly: Anomaly) {}
    }

    impl input::Sink for Streams {
        fn entry(&mut self, entry: Located<Entry<'_>>) -> ControlFlow<()> {
            if let Entry::Record(record) = entry.item {
                self.packets.push(Located::new(entry.origin, record), &mut self.above);
            }
            ControlFlow::Continue(())
        }

        fn anomaly(&mut self, _anomaly: Anomaly) {}
    }

    let mut found = Vec::new();
    for capture in ["answered-and-missed/answered-and-missed.pcap", "hard-transport/hard-transport.pcapng"] {
        let mut streams = Streams::default();
        let mut file = fs::File::open(seeds::root().join("captures").join(capture)).expect("a capture");
        input::read(CaptureId(0), &mut file, None, &mut streams).expect("a capture");
        let Above { mut tcp, mut conversations } = streams.above;
        tcp.finish(&mut conversations);
        found.extend(
            conversations.0.into_values().filter(|(first, _)| wants(first)).map(|(_, conversation)| conversation),
        );
    }
    found
}

/// The messages of the websockets of the project's captures.
fn messages() -> Vec<Vec<u8>> {
    #[derive(Default)]
    struct Messages(Vec<u8>);

    impl Sink<Message<'_>> for Messages {
        fn item(&mut self, message: Located<Message<'_>>) {
            if let Some(direction) = message.origin.direction {
                piece(direction, message.item.data, &mut self.0);
            }
        }

        fn anomaly(&mut self, _anomaly: Anomaly) {}
    }

    let conversation = |stream: Vec<u8>| {
        let (mut decoder, mut messages) = (websocket::Decoder::new(), Messages::default());
        chunks(&pieces(&stream), |chunk| decoder.push(chunk, &mut messages));
        decoder.finish(&mut messages);
        messages.0
    };
    streams(|stream| stream.starts_with(b"GET ")).into_iter().map(conversation).collect()
}

/// The datagrams of the project's capture with media, as one conversation.
fn datagrams() -> Vec<Vec<u8>> {
    #[derive(Default)]
    struct Datagrams {
        packets: packet::Decoder,
        conversation: Conversation,
    }

    #[derive(Default)]
    struct Conversation(Vec<u8>);

    impl Sink<Packet<'_>> for Conversation {
        fn item(&mut self, packet: Located<Packet<'_>>) {
            if let Packet::Udp(datagram) = packet.item {
                let is_answer = datagram.source.port() == 3478;
                let direction = if is_answer { Direction::Inbound } else { Direction::Outbound };
                piece(direction, datagram.payload, &mut self.0);
            }
        }

        fn anomaly(&mut self, _anomaly: Anomaly) {}
    }

    impl input::Sink for Datagrams {
        fn entry(&mut self, entry: Located<Entry<'_>>) -> ControlFlow<()> {
            if let Entry::Record(record) = entry.item {
                self.packets.push(Located::new(entry.origin, record), &mut self.conversation);
            }
            ControlFlow::Continue(())
        }

        fn anomaly(&mut self, _anomaly: Anomaly) {}
    }

    let mut found = Datagrams::default();
    let path = seeds::root().join("captures/silent-call/silent-call.pcap");
    let mut file = BufReader::new(fs::File::open(path).expect("a capture"));
    input::read(CaptureId(0), &mut file, None, &mut found).expect("a capture");
    vec![found.conversation.0, Vec::new()]
}

/// The decrypted frames that the truth of the project's captures has, in hex.
fn plaintexts() -> Vec<String> {
    let truth = seeds::read(&["captures!truth.jsonl"]);
    let lines = truth.iter().flat_map(|text| std::str::from_utf8(text).unwrap_or_default().lines());
    let plain = |line: &str| Some(line.split_once("\"plain_hex\":\"")?.1.split_once('"')?.0.to_owned());
    lines.filter_map(plain).collect()
}

fn frames() -> Vec<Vec<u8>> {
    let byte = |pair: &[u8]| std::str::from_utf8(pair).ok().and_then(|pair| u8::from_str_radix(pair, 16).ok());
    plaintexts().iter().map(|hex| hex.as_bytes().chunks(2).filter_map(byte).collect()).collect()
}

fn hex_frames() -> Vec<Vec<u8>> {
    plaintexts().chunks(5).map(|frames| frames.join("\n").into_bytes()).collect()
}
