//! What an analysis holds: captures with their connections, calls with their findings, anomalies and messages.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;

use super::mention::Mention;
use super::test_host::is_test_host;
use crate::anomaly::{Anomalies, Tally};
use crate::call::contradictions::contradictions;
use crate::call::{Call, Observed, Snapshot};
use crate::input::{FORMATS, Format};
use crate::keys::SessionId;
use crate::media::{CallMedia, Flows};
use crate::notes::{Notes, Shelf};
use crate::origin::{CaptureId, ConnectionId, Located, Origin, Timestamp};
use crate::protocol::noise::{Report, State};
use crate::protocol::websocket::{Message, Opcode};
use crate::spec::{Context, Finding, Judged, Lineage, findings_by};

/// Everything learned so far. Read only: the interfaces and the exports share it.
#[derive(Clone, Debug, Default)]
pub struct Analysis {
    /// The captures, in the order given.
    pub captures: Vec<Capture>,
    /// The calls, by their first stanza, each with what it says about the spec.
    pub calls: Vec<Arc<Judged>>,
    /// Which of all calls those are, where they were chosen.
    pub chosen: Option<Arc<Chosen>>,
    /// What is known of all calls together.
    pub context: Arc<Context>,
    /// Which clients derive from one another.
    pub lineage: Arc<Lineage>,
    /// Acks of class `call` whose stanza was not seen, and `<call>` stanzas that name no call.
    pub orphans: Vec<Arc<Observed>>,
    /// Nodes about calls that passed between parts of a client only, as hooks inside it record them; never on the
    /// network, and no part of the calls. Their ordinals are among those of the stanzas.
    pub internal: Vec<Arc<Observed>>,
    /// Whom stanzas name that belong to no call; nobody where [that is not asked for](super::Request::forgo_mentions).
    pub mentions: Arc<BTreeSet<Mention>>,
    /// The same as a call without an id, and how it stands to the rules; once the captures are read to their end.
    pub strays: Option<Arc<Judged>>,
    /// The UDP flows of each capture of packets, once the captures are read to their end.
    pub flows: BTreeMap<CaptureId, Arc<Flows>>,
    /// What departed from its protocol.
    pub anomalies: Anomalies,
    /// The messages of websockets, where they were asked for.
    pub messages: Vec<SeenMessage>,
    /// The user's notes on calls and stanzas.
    pub notes: Arc<Notes>,
    /// The key logs, in the order given. As origins, they come after the captures.
    pub key_logs: Arc<[KeyLog]>,
    /// Whether all captures were read to their end; verdicts that need that are provisional until then.
    pub complete: bool,
    /// Whether all that growing captures contain so far was read.
    pub caught_up: bool,
    /// The notes by capture, and the files that contain them.
    pub shelf: Arc<Shelf>,
}

/// A key log.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KeyLog {
    /// Its name as given, for people. Untrusted text.
    pub name: String,
    /// The number of its lines with a usable key.
    pub lines: u64,
    /// The sessions that these lines have keys of.
    pub sessions: BTreeSet<SessionId>,
}

impl KeyLog {
    /// Returns whether a connection was decrypted with keys that it has.
    #[must_use]
    pub fn opened(&self, connection: &Connection) -> bool {
        connection.sessions.iter().any(|session| self.sessions.contains(session))
    }
}

/// Some of all calls.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Chosen {
    /// The place of each among all, from 0, in order.
    pub places: Vec<usize>,
    /// How many calls there are in all.
    pub of: usize,
}

/// A capture, and what was recognised in it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Capture {
    /// Its name as given, for people. Untrusted text.
    pub name: String,
    /// The file that can be read again; `None` for standard input.
    pub path: Option<PathBuf>,
    /// The SHA-256 of what can be read only once, as lower-case hex, once it is read.
    pub digest: Option<String>,
    /// The format's name, once recognised.
    pub format: Option<&'static str>,
    /// The archives around it, the innermost first, once it is read; `None` if there are none.
    pub container: Option<String>,
    /// How it was made, one of the spec's techniques, where the user or the capture itself says so. Untrusted text.
    pub technique_override: Option<String>,
    /// Whether its times are counted from no known date, so that only their differences mean something.
    pub times_are_relative: bool,
    /// Records read.
    pub records: u64,
    /// Bytes read.
    pub bytes: u64,
    /// Bytes in all, where that is known beforehand.
    pub size: Option<u64>,
    /// Whether it is read as it grows.
    pub is_followed: bool,
    /// The connections that carry a websocket or WhatsApp's protocol.
    pub connections: Vec<Connection>,
    /// All other traffic.
    pub other: Other,
    /// Whether its server was a test server, where it has no connections that say so.
    pub names_test_server: bool,
    /// Why it could not be read at all, or not to its end.
    pub failure: Option<String>,
}

impl Capture {
    /// Whether its server was a test server: a loopback address, or one for documents, or a name for tests.
    #[must_use]
    pub fn is_of_test_server(&self) -> bool {
        self.names_test_server || self.connections.iter().any(|connection| is_test_host(&connection.server))
    }
}

/// What a capture holds besides the connections of interest.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Other {
    /// TCP connections.
    pub tcp: u64,
    /// UDP packets.
    pub udp: u64,
    /// Packets, of whatever protocol.
    pub packets: u64,
    /// Bytes of these packets as captured.
    pub bytes: u64,
}

/// A connection that carries a websocket or WhatsApp's protocol, or may.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Connection {
    /// Its number in the capture: Wireshark's `tcp.stream`, where the capture has packets.
    pub id: ConnectionId,
    /// Address and port of the client, or what the capture says instead. Untrusted text.
    pub client: String,
    /// Address and port of the server, or what the capture says instead. Untrusted text.
    pub server: String,
    /// What is known of TLS, in the words of `inspect`.
    pub tls: &'static str,
    /// The websocket's state, in the words of `inspect`.
    pub websocket: &'static str,
    /// The Noise session's state, in the words of `inspect`.
    pub noise: &'static str,
    /// Data messages of the websocket.
    pub messages: u64,
    /// Decrypted frames.
    pub frames: u64,
    /// Stanzas, of whatever kind.
    pub stanzas: u64,
    /// The local device and how it was found, if it was. Text from the capture in it is untrusted.
    pub device: Option<String>,
    /// The sessions that were decrypted: TLS, then Noise.
    pub sessions: Vec<SessionId>,
}

/// A message of a websocket, without its bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SeenMessage {
    /// Where it was.
    pub origin: Origin,
    /// Text or binary.
    pub opcode: Opcode,
    /// Its bytes, unmasked and inflated.
    pub length: u64,
    /// How many of WhatsApp's frames ended in it, those of the handshake not counted, and how many of these were
    /// decrypted; `None` where the connection is not WhatsApp's. Of a connection that began before the capture, the
    /// first frames are counted with the message that gave its key away.
    pub frames: Option<(u64, u64)>,
}

impl SeenMessage {
    /// A message that took its connection's report from `before` to `after`.
    pub(super) fn new(message: Located<Message<'_>>, before: Report, after: Report) -> Self {
        let frames = |report: Report| report.inbound.frames + report.outbound.frames;
        let decrypted = |report: Report| report.inbound.decrypted + report.outbound.decrypted;
        let is_whatsapps = !matches!(after.state, State::Undecided | State::NotWhatsapp);
        let grown = (frames(after).saturating_sub(frames(before)), decrypted(after).saturating_sub(decrypted(before)));
        Self {
            origin: message.origin,
            opcode: message.item.opcode,
            length: message.item.data.len() as u64,
            frames: is_whatsapps.then_some(grown),
        }
    }
}

impl Capture {
    /// Its name without the folder. Untrusted text.
    #[must_use]
    pub fn file_name(&self) -> &str {
        self.name.rsplit(['/', '\\']).next().unwrap_or_default()
    }

    /// Returns whether it is a file of a folder that was read and found not to be a capture.
    #[must_use]
    pub const fn is_skipped(&self) -> bool {
        self.format.is_none() && self.failure.is_none()
    }

    /// How it was made, one of the spec's techniques.
    #[must_use]
    pub fn technique(&self) -> &str {
        let by_format = || self.known_format().map_or("unknown", |format| format.technique);
        self.technique_override.as_deref().unwrap_or_else(by_format)
    }

    /// What the numbers of its connections count, for people.
    #[must_use]
    pub fn connections_are(&self) -> &'static str {
        self.known_format().map_or("connection", |format| format.connections)
    }

    /// Whether its records are packets.
    #[must_use]
    pub fn has_packets(&self) -> bool {
        self.known_format().is_some_and(|format| matches!(format.name, "pcap" | "pcapng"))
    }

    /// Whether its records are lines of a text, so that a record's number is that of a line.
    #[must_use]
    pub fn records_are_lines(&self) -> bool {
        let is_text = |format: &Format| matches!(format.connections, "log" | "vantage") && format.name != "corpus";
        self.container.is_none() && self.known_format().is_some_and(is_text)
    }

    fn known_format(&self) -> Option<&'static Format> {
        FORMATS.iter().find(|format| Some(format.name) == self.format)
    }
}

impl Analysis {
    /// Joins the parts. Calls that `previous` has already judged are taken over from it. `flows` are the UDP flows of the
    /// captures that were read to their end.
    #[must_use]
    pub fn new(
        mut captures: Vec<Capture>,
        snapshot: Snapshot,
        flows: BTreeMap<CaptureId, Arc<Flows>>,
        mut anomalies: Anomalies,
        previous: &Self,
        complete: bool,
    ) -> Self {
        for ((capture, connection), device) in &snapshot.devices {
            let capture = usize::try_from(capture.0).ok().and_then(|index| captures.get_mut(index));
            let mut connections = capture.into_iter().flat_map(|capture| capture.connections.iter_mut());
            if let Some(connection) = connections.find(|known| Some(known.id) == *connection) {
                connection.device = device.describe();
            }
        }
        if complete {
            for anomaly in snapshot.calls.iter().flat_map(|call| contradictions(call)) {
                anomalies.add(anomaly);
            }
        }
        let media = CallMedia::of(&snapshot.calls, &flows);
        let context = Arc::new(Context::of(&snapshot.calls, complete).with_media(&snapshot.calls, media));
        let unchanged = context == previous.context;
        let judged = snapshot.calls.into_iter().enumerate().map(|(index, call)| match previous.calls.get(index) {
            Some(known) if unchanged && Arc::ptr_eq(&known.call, &call) => Arc::clone(known),
            _ => Arc::new(Judged::new(call, Arc::clone(&context))),
        });
        let calls = judged.collect();
        Self { captures, calls, context, flows, orphans: snapshot.orphans, anomalies, complete, ..Self::default() }
    }

    /// What follows for every question of the spec, and then for every discrepancy. The stanzas that belong to no call come
    /// after the last call, as in [`Self::judged_at`].
    #[must_use]
    pub fn findings(&self) -> Vec<Finding> {
        let judged: Vec<_> = self.judged().cloned().collect();
        findings_by(&judged, &self.lineage)
    }

    /// The call at an index; after the last call, the stanzas that belong to no call.
    #[must_use]
    pub fn judged_at(&self, index: usize) -> Option<&Arc<Judged>> {
        self.calls.get(index).or_else(|| self.strays.as_ref().filter(|_| index == self.calls.len()))
    }

    /// The name of a capture or key log.
    #[must_use]
    pub fn input_name(&self, id: CaptureId) -> Option<&str> {
        let place = usize::try_from(id.0).ok()?;
        let key_log = || Some(self.key_logs.get(place.checked_sub(self.captures.len())?)?.name.as_str());
        self.captures.get(place).map(|capture| capture.name.as_str()).or_else(key_log)
    }

    /// The connections that were decrypted with keys of a log, each with its capture.
    pub fn opened_by(&self, log: &KeyLog) -> impl Iterator<Item = (&Capture, &Connection)> {
        let each = self.captures.iter().flat_map(|capture| capture.connections.iter().map(move |it| (capture, it)));
        each.filter(|(_, connection)| log.opened(connection))
    }

    /// Whether something was lost: the exit code becomes 1.
    #[must_use]
    pub fn is_lossy(&self) -> bool {
        self.anomalies.any_loss() || self.captures.iter().any(|capture| capture.failure.is_some())
    }

    /// The capture with this id.
    #[must_use]
    pub fn capture(&self, id: CaptureId) -> Option<&Capture> {
        self.captures.get(usize::try_from(id.0).ok()?)
    }

    /// Judges all calls on several threads, so that nobody has to wait for it later.
    pub fn judge(&self, jobs: usize) {
        Judged::judge_all(&self.calls, jobs);
    }

    /// The calls, and what belongs to none.
    pub fn judged(&self) -> impl Iterator<Item = &Arc<Judged>> {
        self.calls.iter().chain(&self.strays)
    }

    /// When a stanza was captured; `None` where the capture has no times, or only relative ones.
    #[must_use]
    pub fn utc(&self, observed: &Observed) -> Option<Timestamp> {
        let is_relative = self.capture(observed.capture()).is_some_and(|capture| capture.times_are_relative);
        observed.time().filter(|_| !is_relative)
    }

    /// When the first stanza of a call was captured, in the same way.
    #[must_use]
    pub fn start_utc(&self, call: &Call) -> Option<Timestamp> {
        let capture = self.capture(call.first()?.capture);
        call.start().filter(|_| !capture.is_some_and(|capture| capture.times_are_relative))
    }

    /// The anomalies of one capture.
    pub fn anomalies_of(&self, id: CaptureId) -> impl Iterator<Item = &Tally> {
        self.anomalies.iter().filter(move |tally| tally.first.capture == id)
    }
}
