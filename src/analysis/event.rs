//! What is found in a capture, on its way from its connections to the analysis.

use super::mention::{Mention, mentioned};
use super::model::{Capture, Connection, SeenMessage};
use super::tap::Tap;
use crate::anomaly::{Anomalies, Anomaly};
use crate::call::{Coverage, Recording, Socket, Span};
use crate::input::CallEvent;
use crate::keys::PublicKey;
use crate::media::Flows;
use crate::origin::{ConnectionId, Located};
use crate::protocol::binary::{Jid, Node};
use crate::protocol::stanza::{Body, Stanza};

/// How much memory most events take, in bytes, about, with what they are kept in.
const SMALL: usize = 256;

/// Something found in a capture. Those of one capture come in the order of what they were found in.
#[derive(Debug)]
pub(super) enum Event {
    /// A stanza that may belong to a call.
    Stanza(Box<Located<Stanza>>),
    /// A node about a call that passed between parts of a client only.
    Internal(Box<Located<Stanza>>),
    /// What a program reported of a call.
    Reported(Box<Located<CallEvent>>),
    /// So many other stanzas, which are only counted.
    Others(u64),
    /// Whom a stanza names that may belong to no call.
    Mentions(Vec<Mention>),
    /// A message of a websocket, where they are kept.
    Message(Box<SeenMessage>),
    /// What departed from its protocol.
    Anomalies(Anomalies),
    /// The device whose socket was recorded, and how it was.
    Recorded(Box<(Socket, Vec<Jid>, Recording)>),
    /// The device that logged in over a socket.
    LoggedIn(Box<(Socket, Jid)>),
    /// What is known of the capture by now.
    Capture(Box<Capture>),
    /// Its UDP flows, once it has ended.
    Flows(Box<Flows>),
    /// When its connections were read without a gap, once it has ended.
    Covered(Vec<(ConnectionId, Vec<Span>)>),
}

impl Event {
    /// About how much memory it takes, in bytes.
    pub(super) fn weight(&self) -> usize {
        match self {
            // Ciphertext and plaintext, and the node with as much once more.
            Self::Stanza(stanza) => SMALL + stanza.item.wire.as_ref().map_or(0, |wire| 3 * wire.ciphertext.len()),
            Self::Mentions(mentions) => SMALL + mentions.len() * SMALL / 4,
            Self::Internal(_)
            | Self::Reported(_)
            | Self::Others(_)
            | Self::Recorded(_)
            | Self::LoggedIn(_)
            | Self::Covered(_)
            | Self::Flows(_)
            | Self::Message(_)
            | Self::Anomalies(_)
            | Self::Capture(_) => SMALL,
        }
    }
}

/// The place of an event: the ordinal of what it was found in, and the connection, where that concerned all of them.
pub(super) type Place = (u64, ConnectionId);

/// A connection as described by the layers above TCP, which alone knows the addresses.
#[derive(Debug)]
pub(super) struct Described {
    /// What is to be said of it, with the ends that the capture names itself.
    pub(super) connection: Connection,
    /// Whether TCP took the client for the server.
    pub(super) is_flipped: bool,
    /// Whom a proxy was asked for, if the other end is one. Untrusted text.
    pub(super) target: Option<String>,
}

/// What is left of a connection after its end.
#[derive(Debug)]
pub(super) struct Ended {
    /// Which it was.
    pub(super) id: ConnectionId,
    /// What is to be said of it, unless it is of no interest.
    pub(super) described: Option<Described>,
    /// The server's static key, if the handshake revealed it.
    pub(super) server_static: Option<PublicKey>,
    /// Whether the server's static key is what was missing to decrypt it.
    pub(super) wants_server_static: bool,
    /// When it was read without a gap.
    pub(super) coverage: Coverage,
}

/// What is kept only for those who ask for it.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Extras {
    /// The messages of all websockets.
    pub(super) messages: bool,
    /// Whom and what stanzas name.
    pub(super) mentions: bool,
}

/// What comes out of connections.
#[derive(Debug, Default)]
pub(super) struct Yield {
    /// Where the next events belong.
    pub(super) place: Place,
    /// What was found, by place.
    pub(super) events: Vec<(Place, Event)>,
    /// What programs reported of calls, in order.
    pub(super) reported: Vec<Located<CallEvent>>,
    /// About how much memory the events take, in bytes.
    pub(super) weight: usize,
    /// What departed from its protocol on one connection. It needs no place: a connection is never in two hands.
    pub(super) anomalies: Anomalies,
    /// Connections that have ended.
    pub(super) ended: Vec<Ended>,
    /// Connections that go on, where that was asked for.
    pub(super) live: Vec<Described>,
    /// Bytes that wait for TLS secrets on each connection where there are some, where that was asked for.
    pub(super) waiting: Vec<(ConnectionId, usize)>,
    /// Connections found to be of no interest since TCP was last notified.
    pub(super) dismissed: Vec<ConnectionId>,
    /// What is to be kept besides.
    pub(super) extras: Extras,
    /// What keeps the bytes around one frame, where they were asked for.
    pub(super) tap: Option<Box<Tap>>,
}

impl Yield {
    /// Nothing so far.
    pub(super) fn new(extras: Extras) -> Self {
        Self { extras, ..Self::default() }
    }

    /// Takes the next stanza, of which those of no call are only counted.
    pub(super) fn stanza(&mut self, stanza: Located<Stanza>) {
        let is_other = matches!(stanza.item.body, Body::Other);
        if !matches!(stanza.item.body, Body::Call(_)) {
            self.mentions(&stanza.item.node);
        }
        self.event(if is_other { Event::Others(1) } else { Event::Stanza(Box::new(stanza)) });
    }

    /// Takes a node that passed between parts of a client only. Those of calls have an ordinal among the stanzas.
    pub(super) fn internal(&mut self, node: Located<Node>) {
        let stanza = node.map(|node| Stanza::read(node, None));
        let is_other = matches!(stanza.item.body, Body::Other) && stanza.item.node.attribute("call-id").is_none();
        self.mentions(&stanza.item.node);
        self.event(if is_other { Event::Others(1) } else { Event::Internal(Box::new(stanza)) });
    }

    /// Takes what a program reported of a call.
    pub(super) fn report(&mut self, reported: Located<CallEvent>) {
        self.weight += SMALL;
        self.reported.push(reported);
    }

    fn mentions(&mut self, node: &Node) {
        let mentions = if self.extras.mentions { mentioned(node) } else { Vec::new() };
        if !mentions.is_empty() {
            self.event(Event::Mentions(mentions));
        }
    }

    /// Takes the addresses of the device whose socket was recorded, and how it was.
    pub(super) fn recorded(&mut self, socket: Socket, device: Vec<Jid>, recording: Recording) {
        self.event(Event::Recorded(Box::new((socket, device, recording))));
    }

    /// Takes the device that logged in over a socket.
    pub(super) fn logged_in(&mut self, socket: Socket, device: Jid) {
        self.event(Event::LoggedIn(Box::new((socket, device))));
    }

    /// Takes the next message.
    pub(super) fn message(&mut self, message: SeenMessage) {
        self.event(Event::Message(Box::new(message)));
    }

    /// Takes an anomaly.
    pub(super) fn anomaly(&mut self, anomaly: Anomaly) {
        let mut anomalies = Anomalies::default();
        if anomaly.origin.connection.is_some() {
            self.anomalies.add(anomaly);
        } else {
            anomalies.add(anomaly);
            self.event(Event::Anomalies(anomalies));
        }
    }

    /// Takes anomalies that come after the earlier ones.
    pub(super) fn append(&mut self, held: Anomalies) {
        for tally in held {
            if tally.first.connection.is_some() {
                self.anomalies.extend([tally]);
            } else {
                let mut anomalies = Anomalies::default();
                anomalies.extend([tally]);
                self.event(Event::Anomalies(anomalies));
            }
        }
    }

    /// Takes what was found by somebody else at the same time; the places say which event was first.
    pub(super) fn join(&mut self, other: Self) {
        self.events.extend(other.events);
        self.weight += other.weight;
        self.anomalies.append(other.anomalies);
        self.ended.extend(other.ended);
        self.live.extend(other.live);
        self.waiting.extend(other.waiting);
        self.dismissed.extend(other.dismissed);
    }

    fn event(&mut self, event: Event) {
        self.weight += event.weight();
        match (self.events.last_mut(), event) {
            (Some((place, Event::Others(before))), Event::Others(more)) if *place == self.place => *before += more,
            (_, event) => self.events.push((self.place, event)),
        }
    }
}
