//! Analyses made by hand: stanzas as a client sends and gets them, through the real grouping.

use std::collections::BTreeMap;
use std::sync::Arc;

use ringtrace::analysis::{Analysis, Capture, Connection};
use ringtrace::anomaly::{Anomalies, Anomaly, Diagnosis, Kind, Layer, Severity};
use ringtrace::call::{self, Grouping, Observed};
use ringtrace::origin::{CaptureId, ConnectionId, Direction, Located, Origin, Timestamp};
use ringtrace::protocol::binary::Node;
use ringtrace::protocol::stanza::{Stanza, Wire};
use ringtrace::spec::Judged;

use crate::tree::{element, holding};

pub(super) const ME: &str = "100000000000001:7@lid";
pub(super) const PEER: &str = "200000000000001@lid";
pub(super) const OTHER: &str = "15550100009:3@s.whatsapp.net";

/// 2026-11-21 09:07:41 UTC.
const START: i64 = 1_795_252_061_000_000_000;

pub(super) const NO_KEY: Diagnosis = Diagnosis {
    id: "noise/no-key",
    layer: Layer::Noise,
    kind: Kind::NoKey,
    severity: Severity::Loss,
    why: "frames are encrypted, and no key log has the keys of this session",
    next: "pass the key log that was written while this capture was made, with --keys",
};

/// An element.
pub(super) fn node(tag: &str, attributes: &[(&str, &str)], children: Vec<Node>) -> Node {
    element(tag, attributes, &children)
}

/// A recording under way: every stanza is a record of its own.
pub(super) struct Recording {
    grouping: Grouping,
    stanzas: u64,
    milliseconds: i64,
}

impl Recording {
    /// The recording of a client that has just logged in.
    pub(super) fn new() -> Self {
        let mut recording = Self { grouping: Grouping::default(), stanzas: 0, milliseconds: 0 };
        recording.inbound(node("success", &[("lid", ME)], vec![]));
        recording
    }

    /// Everything is read from now on, for so long.
    fn covers(&mut self, milliseconds: i64) {
        let at = |milliseconds: i64| Timestamp(START + milliseconds * 1_000_000);
        let spans = vec![call::Span { from: at(self.milliseconds), until: at(self.milliseconds + milliseconds) }];
        let recorded = call::Recording { technique: "websocket-capture", spans, ..call::Recording::default() };
        self.grouping.record((CaptureId(0), Some(ConnectionId(2))), recorded);
    }

    /// Time passes.
    pub(super) fn wait(&mut self, milliseconds: i64) -> &mut Self {
        self.milliseconds += milliseconds;
        self
    }

    fn push(&mut self, node: Node, direction: Direction) {
        self.stanzas += 1;
        let record = self.stanzas * 3;
        let time = Timestamp(START + self.milliseconds * 1_000_000);
        let origin = Origin {
            connection: Some(ConnectionId(2)),
            direction: Some(direction),
            first: record - u64::from(self.stanzas.is_multiple_of(4)),
            ..Origin::of_record(CaptureId(0), record, 0, Some(time))
        };
        let stanza = Located::new(origin, Stanza::read(node, None));
        let recorded = call::Recording { technique: "websocket-capture", ..call::Recording::default() };
        self.grouping.cover((CaptureId(0), Some(ConnectionId(2))), recorded);
        self.grouping.push(Observed { seq: self.stanzas, stanza });
    }

    pub(super) fn inbound(&mut self, node: Node) -> &mut Self {
        self.push(node, Direction::Inbound);
        self
    }

    pub(super) fn outbound(&mut self, node: Node) -> &mut Self {
        self.push(node, Direction::Outbound);
        self
    }

    /// A call stanza from `peer`, and 4 ms later this client's ack of it.
    pub(super) fn gets(&mut self, peer: &str, id: &str, action: Node) -> &mut Self {
        let kind = action.tag().to_owned();
        self.inbound(node("call", &[("from", peer), ("id", id), ("t", "1795252061")], vec![action]));
        self.wait(4).outbound(node("ack", &[("to", peer), ("class", "call"), ("id", id), ("type", &kind)], vec![]))
    }

    /// A call stanza to `peer`, and 38 ms later the server's ack of it.
    pub(super) fn sends(&mut self, peer: &str, id: &str, action: Node) -> &mut Self {
        let kind = action.tag().to_owned();
        self.outbound(node("call", &[("to", peer), ("id", id)], vec![action]));
        self.wait(38).inbound(node("ack", &[("from", peer), ("class", "call"), ("id", id), ("type", &kind)], vec![]))
    }

    /// All that was recorded so far.
    pub(super) fn analysis(&mut self, complete: bool) -> Arc<Analysis> {
        let capture = Capture {
            name: "monday.pcap".to_owned(),
            path: None,
            digest: None,
            format: Some("pcap"),
            container: None,
            technique_override: None,
            times_are_relative: false,
            records: self.stanzas * 3,
            bytes: if complete { 48_120 } else { 20_000 },
            size: Some(48_120),
            is_followed: false,
            names_test_server: false,
            connections: vec![Connection {
                id: ConnectionId(2),
                client: "192.0.2.7:50312".to_owned(),
                server: "198.51.100.4:443".to_owned(),
                tls: "none",
                websocket: "upgraded",
                noise: "decrypted",
                messages: self.stanzas + 3,
                frames: self.stanzas,
                stanzas: self.stanzas,
                device: None,
                sessions: Vec::new(),
            }],
            other: ringtrace::analysis::Other::default(),
            failure: None,
        };
        self.grouping.settle();
        let snapshot = self.grouping.snapshot();
        Arc::new(Analysis::new(
            vec![capture],
            snapshot,
            BTreeMap::new(),
            Anomalies::default(),
            &Analysis::default(),
            complete,
        ))
    }
}

/// An action of a call.
pub(super) fn action(name: &str, call: &str, creator: &str, more: &[(&str, &str)]) -> Node {
    let mut attributes = vec![("call-id", call), ("call-creator", creator)];
    attributes.extend(more);
    node(name, &attributes, vec![])
}

/// A call that this client takes: offered by the peer, who hangs up.
pub(super) fn answered(recording: &mut Recording) {
    let call = "C08BE5EA9BF8A893F34DDB44FFD47308";
    let offer = action("offer", call, PEER, &[("caller_pn", "15550100001@s.whatsapp.net")]);
    let children = [
        node("audio", &[("enc", "opus"), ("rate", "16000")], vec![]),
        node("net", &[("medium", "3")], vec![]),
        node("encopt", &[("keygen", "2")], vec![]),
    ];
    recording.gets(PEER, "A1", holding(&offer, &children));
    recording.wait(12).sends(PEER, "A2", action("preaccept", call, PEER, &[]));
    recording.wait(3_400).sends(PEER, "A3", action("accept", call, PEER, &[]));
    recording.wait(20).gets(PEER, "A4", action("mute_v2", call, PEER, &[("mute-state", "1")]));
    recording.wait(61_000).gets(PEER, "A5", action("terminate", call, PEER, &[("duration", "61420")]));
}

/// A call that nobody takes: after 32 seconds this client itself ends it, which bears on an open question. The peer's
/// preaccept comes twice.
pub(super) fn missed(recording: &mut Recording) {
    let call = "D1F00DD1F00DD1F00DD1F00DD1F00DD1";
    recording.sends(PEER, "B1", action("offer", call, ME, &[]));
    recording.wait(420).gets(PEER, "B2", action("preaccept", call, ME, &[]));
    recording.wait(900).gets(PEER, "B2", action("preaccept", call, ME, &[]));
    recording.wait(32_000).sends(PEER, "B3", action("terminate", call, ME, &[("reason", "timeout")]));
}

/// A video call that this client declines.
pub(super) fn declined(recording: &mut Recording) {
    let call = "E22E22E22E22E22E22E22E22E22E22E2";
    let offer = holding(&action("offer", call, OTHER, &[]), &[node("video", &[("dec", "H264")], vec![])]);
    recording.gets(OTHER, "C1", offer);
    recording.wait(2_100).sends(OTHER, "C2", action("reject", call, OTHER, &[]));
}

/// A call that this client declines with an attribute that the spec does not know, and then goes on with.
pub(super) fn departing() -> Arc<Analysis> {
    let mut recording = Recording::new();
    recording.covers(10_000);
    let call = "F33F33F33F33F33F33F33F33F33F33F3";
    recording.gets(PEER, "D1", action("offer", call, PEER, &[]));
    recording.wait(2_100).sends(PEER, "D2", action("reject", call, PEER, &[("count", "0")]));
    recording.wait(300).sends(PEER, "D3", action("relaylatency", call, PEER, &[]));
    recording.analysis(true)
}

/// The three calls, a minute apart.
pub(super) fn three_calls() -> Arc<Analysis> {
    let mut recording = Recording::new();
    answered(recording.wait(500));
    missed(recording.wait(60_000));
    declined(recording.wait(60_000));
    recording.analysis(true)
}

/// A missed call, and stanzas that belong to none: an ack of what was not recorded, a call stanza without an id.
pub(super) fn with_strays() -> Arc<Analysis> {
    let mut recording = Recording::new();
    missed(&mut recording);
    let ack = [("from", PEER), ("class", "call"), ("id", "GONE"), ("type", "offer"), ("error", "404")];
    recording.wait(40).inbound(node("ack", &ack, vec![]));
    recording.wait(10).inbound(node("call", &[("from", PEER), ("id", "S1")], vec![node("lobby", &[], vec![])]));
    let mut analysis = Analysis::clone(&recording.analysis(true));
    let strays = recording.grouping.strays().map(|call| Judged::new(Arc::new(call), Arc::clone(&analysis.context)));
    analysis.strays = strays.map(Arc::new);
    Arc::new(analysis)
}

/// A call whose texts hold whatever a sender can put there.
pub(super) fn hostile() -> Arc<Analysis> {
    let mut recording = Recording::new();
    let call = "\x1b[2J\u{202e}id\u{301}\u{301}";
    let peer = "\u{301}שלום\x1b]0;title\x07通話@lid";
    recording.gets(peer, "H1", action("offer", call, peer, &[("\x1b[31m", "\u{200b}\u{9b}5n")]));
    recording.wait(10).gets(peer, "H2", action("\u{1b}c通話中\u{202e}", call, peer, &[]));
    let reason = format!("\x1b[H通{}", "x".repeat(30_000));
    recording.wait(10).gets(peer, "H3", action("terminate", call, peer, &[("reason", &reason)]));
    recording.analysis(true)
}

/// Captures without a call in them that could be read: one encrypted, one that is no capture.
pub(super) fn unread() -> Arc<Analysis> {
    let mut analysis = Analysis::clone(&Recording::new().analysis(true));
    if let Some(connection) = analysis.captures[0].connections.first_mut() {
        (connection.noise, connection.frames, connection.stanzas, connection.device) = ("no-key", 0, 0, None);
        connection.messages = 1_204;
    }
    analysis.captures.push(Capture {
        name: "notes\x1b[2J.txt".to_owned(),
        bytes: 812,
        size: Some(812),
        failure: Some("it is none of the formats that are read: pcap, pcapng".to_owned()),
        ..Capture::default()
    });
    let place = |record| Origin {
        connection: Some(ConnectionId(2)),
        ..Origin::of_record(CaptureId(0), record, 0, Some(Timestamp(START)))
    };
    for record in 9..1_210 {
        analysis.anomalies.add(Anomaly::new(&NO_KEY, place(record)));
    }
    Arc::new(analysis)
}

/// A call of one stanza that was read from bytes.
pub(super) fn with_bytes() -> Arc<Analysis> {
    let mut recording = Recording::new();
    recording.stanzas += 1;
    let call = node("call", &[("from", PEER), ("id", "W1")], vec![action("offer", "BYTES", PEER, &[])]);
    let mut plaintext = vec![0x00, 0xf8, 0x08];
    plaintext.resize(26, b'A');
    let wire = Wire { counter: 7, ciphertext: vec![0xcc; 42].into(), plaintext: plaintext.into() };
    let origin = Origin {
        connection: Some(ConnectionId(2)),
        direction: Some(Direction::Inbound),
        ..Origin::of_record(CaptureId(0), 9, 1_234, Some(Timestamp(START)))
    };
    let stanza = Located::new(origin, Stanza::read(call, Some(wire)));
    recording.grouping.push(Observed { seq: recording.stanzas, stanza });
    recording.analysis(true)
}
