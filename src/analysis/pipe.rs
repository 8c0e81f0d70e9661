//! The layers of one capture, chained: records in, stanzas and anomalies out.

use std::net::SocketAddr;
use std::sync::Arc;

use super::event::{Described, Ended, Yield};
use super::model::{Capture, Connection as Summary, Other};
use super::shard::Notice;
use super::workers::Workers;
use crate::anomaly::Anomaly;
use crate::call::Span;
use crate::input::{Entry, Format};
use crate::keys::{Keys, PublicKey};
use crate::media::{self, Flows, TcpFlow};
use crate::origin::{ConnectionId, Located, Origin, PerDirection, Timestamp};
use crate::protocol::Sink;
use crate::protocol::packet::{self, Packet, Segment};
use crate::protocol::tcp::{self, Chunk, Limits, Reassembler};

/// The state of all layers for one capture.
pub(super) struct Pipe {
    packets: packet::Decoder,
    transport: Transport,
    records: u64,
    /// When the last record was made.
    last: Option<Timestamp>,
    traffic: Traffic,
    secrets: Option<Secrets>,
}

/// TCP, and what decodes the layers above it.
struct Transport {
    tcp: Reassembler,
    workers: Workers,
    /// How much may wait in TCP before a segment can make it too much.
    nearly_full: usize,
}

/// What is kept of a capture that may bring secrets of its own.
#[derive(Debug, Default)]
struct Secrets {
    /// Bytes of records since it was last looked at how many wait for secrets.
    unseen: u64,
}

/// The most bytes that wait for TLS secrets in a capture; beyond it those that came last wait no longer.
const WAITING_LIMIT: usize = 64 << 20;

/// After how many bytes of records that is looked at. At all other times nobody needs to know, so that those who
/// decode need not wait for each other.
const LOOK_EVERY: u64 = 8 << 20;

/// More than what a segment can add to what waits in TCP.
const SEGMENT_AT_MOST: usize = 1 << 20;

/// What the packets of a capture add up to.
#[derive(Default)]
struct Traffic {
    udp: u64,
    packets: u64,
    bytes: u64,
    /// Captured bytes of each TCP connection, by its number.
    by_connection: Vec<u64>,
    /// UDP flows.
    media: media::Collector,
    /// Segments with a payload of each TCP connection that has some, by its number.
    segments: Vec<Option<Box<Segments>>>,
}

/// The segments of a TCP connection: those from the end with the lower address, then those from the other.
type Segments = [media::Count; 2];

impl Traffic {
    fn count(&mut self, id: ConnectionId, bytes: u64) {
        let index = id.0 as usize;
        if index >= self.by_connection.len() {
            self.by_connection.resize(index + 1, 0);
        }
        if let Some(sum) = self.by_connection.get_mut(index) {
            *sum += bytes;
        }
    }

    fn count_payload(&mut self, id: ConnectionId, segment: &Segment<'_>, origin: Origin) {
        let index = id.0 as usize;
        if index >= self.segments.len() {
            self.segments.resize(index + 1, None);
        }
        let length = segment.payload.len() + segment.cut as usize;
        if let Some(slot) = self.segments.get_mut(index).filter(|_| length > 0) {
            let [lower, higher] = &mut **slot.get_or_insert_default();
            let sender = if segment.source <= segment.destination { lower } else { higher };
            sender.add(length, media::Moment::of(origin));
        }
    }

    /// The TCP connections that carried something.
    fn tcp_flows(&mut self, tcp: &Reassembler) -> Vec<TcpFlow> {
        let segments = std::mem::take(&mut self.segments);
        let flow = |(index, segments): (usize, Option<Box<Segments>>)| {
            let connection = tcp.connection(ConnectionId(u32::try_from(index).ok()?))?;
            let (client, server, [lower, higher]) = (connection.client(), connection.server(), *segments?);
            let (outbound, inbound) = if client <= server { (lower, higher) } else { (higher, lower) };
            Some(TcpFlow { client, server, counts: PerDirection { outbound, inbound } })
        };
        segments.into_iter().enumerate().filter_map(flow).collect()
    }

    /// All traffic but that of the connections of interest.
    fn other(&self, interesting: &[Summary], tcp: &Reassembler) -> Other {
        let mut other = Other {
            tcp: (self.by_connection.len() - interesting.len().min(self.by_connection.len())) as u64,
            udp: self.udp,
            packets: self.packets,
            bytes: self.bytes,
        };
        for connection in interesting {
            let packets = tcp.connection(connection.id).map_or(0, tcp::Connection::packets);
            let bytes = self.by_connection.get(connection.id.0 as usize).copied().unwrap_or_default();
            other.packets = other.packets.saturating_sub(packets);
            other.bytes = other.bytes.saturating_sub(bytes);
        }
        other
    }
}

impl Pipe {
    /// The layers for a capture, and who decodes its connections.
    pub(super) fn new(workers: Workers) -> Self {
        let limits = Limits::default();
        let nearly_full = limits.capture.saturating_sub(SEGMENT_AT_MOST);
        let mut traffic = Traffic::default();
        traffic.media.learn(Arc::clone(&workers.keys));
        Self {
            packets: packet::Decoder::default(),
            transport: Transport { tcp: Reassembler::with_limits(limits), workers, nearly_full },
            records: 0,
            last: None,
            traffic,
            secrets: None,
        }
    }

    /// What was found since it was last taken.
    pub(super) const fn results(&mut self) -> &mut Yield {
        &mut self.transport.workers.results
    }

    /// Takes the format of the capture, before its first entry.
    pub(super) fn recognized(&mut self, format: &Format) {
        self.secrets = format.brings_secrets.then(Secrets::default);
        self.transport.workers.notice(Notice::Recognized { brings_secrets: format.brings_secrets });
    }

    /// Takes the next entry of the capture.
    pub(super) fn push(&mut self, entry: Located<Entry<'_>>) {
        let Located { origin, item: entry } = entry;
        self.last = origin.time.or(self.last);
        match (entry, origin.connection) {
            (Entry::Record(record), _) => {
                self.records += 1;
                let length = record.data.len() as u64;
                self.look_who_waits(length);
                let data = record.data;
                let mut out = Packets { transport: &mut self.transport, traffic: &mut self.traffic, length, data };
                self.packets.push(Located::new(origin, record), &mut out);
            }
            (Entry::Secrets(log), _) => self.learn(Located::new(origin, log)),
            (Entry::Event(event), _) => {
                self.records += 1;
                self.transport.workers.results.report(Located::new(origin, event));
            }
            (Entry::Media(note), _) => {
                self.records += 1;
                self.traffic.media.note(Located::new(origin, note));
            }
            (entry, Some(id)) => {
                self.records += u64::from(!matches!(entry, Entry::Ends(_) | Entry::Recorded(_) | Entry::Closed));
                self.transport.workers.push(id, Located::new(origin, entry));
            }
            (_, None) => {}
        }
    }

    /// Ends the capture: what is incomplete is reported.
    pub(super) fn finish(&mut self) {
        let Self { packets, transport, traffic, .. } = self;
        packets.finish(&mut Packets { transport, traffic, length: 0, data: &[] });
        let Transport { tcp, workers, .. } = &mut self.transport;
        tcp.finish(&mut Chunks(workers));
        workers.notice(Notice::Finish);
        workers.catch_up();
    }

    /// The records so far.
    pub(super) const fn records(&self) -> u64 {
        self.records
    }

    /// Adds what was recognised so far to the capture's summary.
    pub(super) fn describe(&mut self, capture: &mut Capture) {
        let Transport { tcp, workers, .. } = &mut self.transport;
        let live = workers.live();
        let ended = workers.results.ended.iter().filter_map(|ended| ended.described.as_ref());
        capture.connections = ended.chain(&live).map(|described| with_ends(described, tcp)).collect();
        capture.connections.sort_by_key(|connection| connection.id);
        capture.other = self.traffic.other(&capture.connections, tcp);
    }

    /// The UDP flows of a capture of packets or of a recorder, which has the connections of interest that `capture` names;
    /// `None` if it has neither packets nor what a recorder says about media. Call once the capture has ended.
    pub(super) fn flows(&mut self, capture: &Capture) -> Option<Flows> {
        let Self { transport, traffic, last, .. } = self;
        if traffic.packets == 0 && !traffic.media.has_notes() {
            return None;
        }
        let clients = capture.connections.iter().filter_map(|connection| connection.client.parse::<SocketAddr>().ok());
        let clients: Vec<_> = clients.map(|client| client.ip()).collect();
        let tcp = traffic.tcp_flows(&transport.tcp);
        let end = media::Moment { record: self.records, time: *last };
        Some(std::mem::take(&mut traffic.media).finish(&clients, tcp, end))
    }

    /// When the connections of interest were read without a gap, by number. Call once the capture has ended.
    pub(super) fn covered(&mut self) -> Vec<(ConnectionId, Vec<Span>)> {
        let ended = &mut self.transport.workers.results.ended;
        let of_interest = ended.iter_mut().filter(|ended| ended.described.is_some());
        let spans = |ended: &mut Ended| std::mem::take(&mut ended.coverage).into_spans(self.last);
        let mut covered: Vec<_> = of_interest.map(|ended| (ended.id, spans(ended))).collect();
        covered.sort_unstable_by_key(|(id, _)| *id);
        covered
    }

    /// Server static keys that the capture revealed, by connection, and whether a session went undecrypted for want
    /// of one.
    pub(super) fn server_statics(&mut self) -> (Vec<PublicKey>, bool) {
        let ended = &mut self.transport.workers.results.ended;
        ended.sort_by_key(|ended| ended.id);
        let keys = ended.iter().filter_map(|ended| ended.server_static).collect();
        (keys, ended.iter().any(|ended| ended.wants_server_static))
    }

    /// Adds the keys of a block of secrets.
    fn learn(&mut self, log: Located<&[u8]>) {
        let mut found = Keys::new();
        // Reading from memory cannot fail.
        let Ok(reading) = found.read_log(log.item) else { return };
        let Transport { workers, .. } = &mut self.transport;
        for anomaly in reading.anomalies_at(|_| log.origin) {
            workers.results.anomalies.add(anomaly);
        }
        let found = Arc::new(found);
        self.traffic.media.learn(Arc::clone(&found));
        workers.notice(Notice::Secrets(found));
    }

    /// Lets those that came last wait for secrets no longer, if that takes too much memory.
    fn look_who_waits(&mut self, length: u64) {
        let Some(secrets) = &mut self.secrets else { return };
        secrets.unseen += length;
        if secrets.unseen >= LOOK_EVERY {
            secrets.unseen = 0;
            let workers = &mut self.transport.workers;
            let mut sum = 0;
            let is_too_much = |(_, bytes): &(ConnectionId, usize)| {
                sum += bytes;
                sum > WAITING_LIMIT
            };
            if let Some((from, _)) = workers.waiting().into_iter().find(is_too_much) {
                workers.notice(Notice::Settle { from });
            }
        }
    }
}

impl Transport {
    /// Lets TCP drop what is of no interest.
    fn ignore_dismissed(&mut self) {
        while let Some(id) = self.workers.results.dismissed.pop() {
            self.tcp.ignore(id);
        }
    }
}

/// A connection, with its ends from TCP, where it was there.
fn with_ends(described: &Described, tcp: &Reassembler) -> Summary {
    let mut connection = described.connection.clone();
    if let Some(ends) = tcp.connection(connection.id) {
        (connection.client, connection.server) = (ends.client().to_string(), ends.server().to_string());
    }
    if described.is_flipped {
        std::mem::swap(&mut connection.client, &mut connection.server);
    }
    if let Some(target) = &described.target {
        connection.server = format!("{target} via {}", connection.server);
    }
    connection
}

/// Takes packets to TCP.
struct Packets<'p> {
    transport: &'p mut Transport,
    traffic: &'p mut Traffic,
    /// Captured bytes of the record that the packet is from.
    length: u64,
    /// These bytes.
    data: &'p [u8],
}

impl Sink<Packet<'_>> for Packets<'_> {
    fn item(&mut self, packet: Located<Packet<'_>>) {
        self.traffic.packets += 1;
        self.traffic.bytes += self.length;
        let segment = match packet.item {
            Packet::Tcp(segment) => segment,
            Packet::Udp(datagram) => {
                self.traffic.udp += 1;
                self.traffic.media.push(Located::new(packet.origin, datagram));
                return;
            }
            Packet::Unreachable(message) => {
                self.traffic.media.refuse(Located::new(packet.origin, message));
                return;
            }
            Packet::Quoted(source, destination) => {
                return self.transport.tcp.quote(source, destination, packet.origin);
            }
            Packet::Other => return,
        };
        if self.transport.tcp.buffered() > self.transport.nearly_full {
            // Who has to give up waiting must not depend on how late it is known what is of no interest.
            self.transport.workers.catch_up();
            self.transport.ignore_dismissed();
        }
        let Transport { tcp, workers, .. } = &mut *self.transport;
        if let Some(tap) = &mut workers.results.tap {
            tap.record(packet.origin, self.data);
        }
        let id = tcp.push(Located::new(packet.origin, segment), &mut Chunks(workers));
        if let Some(tap) = &mut workers.results.tap {
            tap.belongs(id);
        }
        self.traffic.count(id, self.length);
        self.traffic.count_payload(id, &segment, packet.origin);
        self.transport.ignore_dismissed();
    }

    fn anomaly(&mut self, anomaly: Anomaly) {
        self.transport.workers.results.anomalies.add(anomaly);
    }
}

/// Takes chunks to their connections.
struct Chunks<'p>(&'p mut Workers);

impl Sink<Chunk<'_>> for Chunks<'_> {
    fn item(&mut self, chunk: Located<Chunk<'_>>) {
        let Some(id) = chunk.origin.connection else { return };
        self.0.push(id, chunk.map(Entry::Chunk));
    }

    fn anomaly(&mut self, anomaly: Anomaly) {
        match anomaly.origin.connection {
            Some(id) => self.0.anomaly(id, anomaly),
            None => self.0.results.anomalies.add(anomaly),
        }
    }
}
