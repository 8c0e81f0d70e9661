//! The layers of one capture, chained: records in, stanzas and anomalies out.

use std::collections::HashMap;
use std::ops::ControlFlow;
use std::sync::Arc;

use super::connection::{Connection, Embedded};
use super::{Capture, Connection as Summary, Other, SeenMessage};
use crate::anomaly::{Anomalies, Anomaly};
use crate::call::{Grouping, Observed, Recording, Span};
use crate::input::{self, Entry, Format, Recorded, TECHNIQUES};
use crate::keys::{Keys, PublicKey};
use crate::origin::{ConnectionId, Located};
use crate::protocol::Sink;
use crate::protocol::binary::Node;
use crate::protocol::packet::{self, Packet};
use crate::protocol::stanza::{Body, Stanza};
use crate::protocol::tcp::{self, Chunk, Reassembler};

/// What comes out of a capture, whatever the connection.
#[derive(Debug, Default)]
pub(super) struct Yield {
    /// The calls, over all captures.
    pub(super) grouping: Grouping,
    /// What departed from its protocol, over all captures.
    pub(super) anomalies: Anomalies,
    /// Stanzas of the capture so far.
    pub(super) stanzas: u64,
    /// Nodes about calls that passed between parts of a client only, over all captures.
    pub(super) internal: Vec<Arc<Observed>>,
    /// The messages of websockets, if they are to be kept.
    pub(super) messages: Option<Vec<SeenMessage>>,
}

impl Yield {
    /// Takes the next stanza of the capture.
    pub(super) fn stanza(&mut self, stanza: Located<Stanza>) {
        self.stanzas += 1;
        self.grouping.push(Observed { seq: self.stanzas, stanza });
    }

    /// Takes a node that passed between parts of a client only. It has an ordinal of its own among the stanzas.
    pub(super) fn internal(&mut self, node: Located<Node>) {
        self.stanzas += 1;
        let stanza = node.map(|node| Stanza::read(node, None));
        if !matches!(stanza.item.body, Body::Other) || stanza.item.node.attribute("call-id").is_some() {
            self.internal.push(Arc::new(Observed { seq: self.stanzas, stanza }));
        }
    }
}

/// The state of all layers for one capture.
pub(super) struct Pipe {
    packets: packet::Decoder,
    transport: Transport,
    records: u64,
    traffic: Traffic,
    /// How captures of its format are made.
    usual_technique: &'static str,
    /// How the capture was made, where it says so itself.
    technique: Option<String>,
    /// The same, where the user says so.
    told_technique: Option<&'static str>,
    times_are_relative: bool,
}

/// What the packets of a capture add up to.
#[derive(Debug, Default)]
struct Traffic {
    udp: u64,
    packets: u64,
    bytes: u64,
    /// Captured bytes of each TCP connection, by its number.
    by_connection: Vec<u64>,
}

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

/// TCP, and what is above it on each connection.
struct Transport {
    tcp: Reassembler,
    connections: Connections,
}

/// The connections that may be of interest.
struct Connections {
    keys: Arc<Keys>,
    live: HashMap<ConnectionId, Box<Connection>>,
    ended: Vec<Summary>,
    server_statics: Vec<PublicKey>,
    wants_server_static: bool,
    /// Connections found to be of no interest since TCP was last told.
    dismissed: Vec<ConnectionId>,
    /// TLS secrets that the capture brought itself.
    embedded: Embedded,
    /// Bytes that wait for such secrets.
    waiting: usize,
    /// Blocks of secrets that also had Noise keys.
    noise_blocks: usize,
}

/// The most bytes that wait for TLS secrets in a capture.
const WAITING_LIMIT: usize = 64 << 20;

/// The most blocks of secrets in a capture of which Noise keys are taken.
const NOISE_BLOCKS_LIMIT: usize = 64;

impl Pipe {
    /// The layers for a capture whose sessions have these keys.
    pub(super) fn new(keys: Arc<Keys>) -> Self {
        let connections = Connections {
            keys,
            live: HashMap::new(),
            ended: Vec::new(),
            server_statics: Vec::new(),
            wants_server_static: false,
            dismissed: Vec::new(),
            embedded: Embedded::default(),
            waiting: 0,
            noise_blocks: 0,
        };
        let transport = Transport { tcp: Reassembler::default(), connections };
        Self {
            packets: packet::Decoder::default(),
            transport,
            records: 0,
            traffic: Traffic::default(),
            usual_technique: "unknown",
            technique: None,
            told_technique: None,
            times_are_relative: false,
        }
    }

    /// Takes the format of the capture, before its first entry.
    pub(super) fn recognized(&mut self, format: &Format) {
        self.transport.connections.embedded.more_may_come = format.brings_secrets;
        self.usual_technique = format.technique;
    }

    /// Takes the next entry of the capture.
    pub(super) fn push(&mut self, entry: Located<Entry<'_>>, results: &mut Yield) {
        let Located { origin, item: entry } = entry;
        let Transport { connections, .. } = &mut self.transport;
        match (entry, origin.connection) {
            (Entry::Record(record), _) => {
                self.records += 1;
                let length = record.data.len() as u64;
                let mut out = Packets { transport: &mut self.transport, traffic: &mut self.traffic, length, results };
                self.packets.push(Located::new(origin, record), &mut out);
            }
            (Entry::Secrets(log), _) => connections.learn(Located::new(origin, log), results),
            (Entry::Chunk(chunk), Some(id)) => {
                self.records += 1;
                connections.push(id, Located::new(origin, chunk), results);
            }
            (Entry::Message(message), Some(id)) => {
                self.records += 1;
                connections.at(id).message(Located::new(origin, message), results);
            }
            (Entry::Frame(plaintext), Some(id)) => {
                self.records += 1;
                connections.at(id).frame(Located::new(origin, plaintext), results);
            }
            (Entry::Node(node), Some(id)) => {
                self.records += 1;
                connections.at(id).node(Located::new(origin, node), results);
            }
            (Entry::Internal(node), Some(id)) => {
                self.records += 1;
                connections.at(id).recorded_by_client();
                results.internal(Located::new(origin, node));
            }
            (Entry::Recorded(recorded), Some(id)) => {
                connections.at(id).recorded_by_client();
                let socket = (origin.capture, Some(id));
                results.grouping.set_local(socket, &recorded.device);
                let technique = self.told_technique.or(recorded.technique).unwrap_or(self.usual_technique);
                results.grouping.record(socket, recording(recorded, technique));
            }
            (Entry::Ends(ends), Some(id)) => connections.at(id).ends(ends),
            (Entry::Closed, Some(id)) => self.transport.end(id, results),
            (_, None) => {}
        }
    }

    /// Ends the capture: what is incomplete is reported.
    pub(super) fn finish(&mut self, results: &mut Yield) {
        let Self { packets, transport, traffic, .. } = self;
        packets.finish(&mut Packets { transport, traffic, length: 0, results });
        let Transport { tcp, connections } = &mut self.transport;
        tcp.finish(&mut Chunks { connections, results });
        let mut left: Vec<_> = connections.live.keys().copied().collect();
        left.sort_unstable();
        for id in left {
            self.transport.end(id, results);
        }
    }

    /// Takes note that the capture's times are counted from no known date.
    pub(super) const fn relative(&mut self) {
        self.times_are_relative = true;
    }

    /// Takes how the user says that the capture was made.
    pub(super) fn tell_technique(&mut self, technique: &str) {
        self.told_technique = TECHNIQUES.into_iter().find(|known| *known == technique);
    }

    /// Takes how the capture says that it was made.
    pub(super) fn technique(&mut self, technique: &str) {
        self.technique = Some(technique.to_owned());
    }

    /// Adds what was recognised so far to the capture's summary.
    pub(super) fn describe(&self, capture: &mut Capture) {
        let Transport { tcp, connections } = &self.transport;
        capture.records = self.records;
        capture.told_technique = self.told_technique.map(str::to_owned).or_else(|| self.technique.clone());
        capture.times_are_relative = self.times_are_relative;
        capture.connections = connections.ended.clone();
        let live = connections.live.iter().filter_map(|(id, connection)| connection.summary(*id, tcp));
        capture.connections.extend(live);
        capture.connections.sort_by_key(|connection| connection.id);
        capture.other = self.traffic.other(&capture.connections, tcp);
    }

    /// Server static keys that the capture revealed, and whether a session went undecrypted for want of one.
    pub(super) fn server_statics(&self) -> (&[PublicKey], bool) {
        (&self.transport.connections.server_statics, self.transport.connections.wants_server_static)
    }
}

/// What the call model is told of how a connection was recorded.
fn recording(recorded: Recorded, technique: &'static str) -> Recording {
    let Recorded { client, omits_own_acks, spans, .. } = recorded;
    let spans = spans.into_iter().map(|(from, until)| Span { from, until }).collect();
    Recording { technique, client, omits_own_acks, spans }
}

impl Connections {
    /// The layers of a connection, new ones if nothing was seen of it.
    fn at(&mut self, id: ConnectionId) -> &mut Connection {
        self.live.entry(id).or_insert_with(|| Box::new(Connection::new(Arc::clone(&self.keys))))
    }

    /// Takes the next chunk of a connection.
    fn push(&mut self, id: ConnectionId, chunk: Located<Chunk<'_>>, results: &mut Yield) {
        let Self { keys, live, dismissed, embedded, waiting, .. } = self;
        let connection = live.entry(id).or_insert_with(|| Box::new(Connection::new(Arc::clone(keys))));
        let before = connection.waiting();
        connection.push(chunk, embedded, results);
        *waiting = (*waiting + connection.waiting()).saturating_sub(before);
        if *waiting > WAITING_LIMIT && connection.waiting() > 0 {
            *waiting -= connection.waiting();
            connection.settle(results);
        }
        if connection.is_dismissed() {
            live.remove(&id);
            dismissed.push(id);
        }
    }
}

impl Transport {
    /// Ends what is above TCP on a connection.
    fn end(&mut self, id: ConnectionId, results: &mut Yield) {
        let Some(mut connection) = self.connections.live.remove(&id) else { return };
        connection.finish(&self.connections.embedded, results);
        self.connections.server_statics.extend(connection.server_static());
        self.connections.wants_server_static |= connection.wants_server_static();
        self.connections.ended.extend(connection.summary(id, &self.tcp));
    }
}

impl Connections {
    /// Adds the keys of a block of secrets. They serve connections that wait for them or that come later.
    fn learn(&mut self, log: Located<&[u8]>, results: &mut Yield) {
        let mut found = Keys::new();
        // Reading from memory cannot fail.
        let Ok(reading) = found.read_log(log.item) else { return };
        for anomaly in reading.anomalies_at(|_| log.origin) {
            results.anomalies.add(anomaly);
        }
        if !found.is_empty() && self.noise_blocks < NOISE_BLOCKS_LIMIT {
            self.noise_blocks += 1;
            Arc::make_mut(&mut self.keys).append_noise(&found);
        }
        self.embedded.keys.append(found.into_tls());
    }
}

/// Takes packets to TCP.
struct Packets<'p> {
    transport: &'p mut Transport,
    traffic: &'p mut Traffic,
    /// Captured bytes of the record that the packet is from.
    length: u64,
    results: &'p mut Yield,
}

impl Sink<Packet<'_>> for Packets<'_> {
    fn item(&mut self, packet: Located<Packet<'_>>) {
        self.traffic.packets += 1;
        self.traffic.bytes += self.length;
        let segment = match packet.item {
            Packet::Tcp(segment) => segment,
            Packet::Udp => {
                self.traffic.udp += 1;
                return;
            }
            Packet::Other => return,
        };
        let Transport { tcp, connections } = &mut *self.transport;
        let id = tcp.push(Located::new(packet.origin, segment), &mut Chunks { connections, results: self.results });
        self.traffic.count(id, self.length);
        while let Some(id) = self.transport.connections.dismissed.pop() {
            self.transport.tcp.ignore(id);
        }
    }

    fn anomaly(&mut self, anomaly: Anomaly) {
        self.results.anomalies.add(anomaly);
    }
}

/// Takes chunks to their connections.
struct Chunks<'p> {
    connections: &'p mut Connections,
    results: &'p mut Yield,
}

impl Sink<Chunk<'_>> for Chunks<'_> {
    fn item(&mut self, chunk: Located<Chunk<'_>>) {
        let Some(id) = chunk.origin.connection else { return };
        self.connections.push(id, chunk, self.results);
    }

    fn anomaly(&mut self, anomaly: Anomaly) {
        match anomaly.origin.connection.and_then(|id| self.connections.live.get_mut(&id)) {
            Some(connection) => connection.anomaly(anomaly, self.results),
            None => self.results.anomalies.add(anomaly),
        }
    }
}

/// A capture's entries go down the pipe until `goes_on` says no.
pub(super) struct Feed<'p, F> {
    /// The layers.
    pub(super) pipe: &'p mut Pipe,
    /// What comes out.
    pub(super) results: &'p mut Yield,
    /// Asked after each entry.
    pub(super) goes_on: F,
}

impl<F: FnMut(&Pipe, &mut Yield) -> ControlFlow<()>> input::Sink for Feed<'_, F> {
    fn recognized(&mut self, format: &'static Format) {
        self.pipe.recognized(format);
    }

    fn technique(&mut self, technique: &str) {
        self.pipe.technique(technique);
    }

    fn relative(&mut self) {
        self.pipe.relative();
    }

    fn entry(&mut self, entry: Located<Entry<'_>>) -> ControlFlow<()> {
        self.pipe.push(entry, self.results);
        (self.goes_on)(self.pipe, self.results)
    }

    fn anomaly(&mut self, anomaly: Anomaly) {
        self.results.anomalies.add(anomaly);
    }
}
