//! What is above TCP on one connection: which protocol it carries, and the layers of that protocol.

mod releasing;

use std::sync::Arc;

use super::diagnoses::{APP_MIDWAY, OLDER_THAN_NOISE, STRAIGHT_OVER_TCP};
use super::event::{Described, Yield};
use super::opening::{Guess, guess, is_older};
use super::session::{Messages, Session};
use super::tap::Below;
use crate::anomaly::{Anomalies, Anomaly};
use crate::call::Coverage;
use crate::input::Ends;
use crate::keys::{Keys, PublicKey, SessionId, TlsKeys};
use crate::origin::{ConnectionId, Direction, Located, Origin, PerDirection, Timestamp};
use crate::protocol::Sink;
use crate::protocol::binary::Node;
use crate::protocol::noise::{self, Chain, ChainState, Frame, Pattern};
use crate::protocol::proxy::{self, Progress};
use crate::protocol::stanza::Stanza;
use crate::protocol::tcp::{self, Chunk, End};
use crate::protocol::tls;
use crate::protocol::websocket::{self, Message, Opcode, State};

/// TLS secrets that a capture brings itself.
#[derive(Debug, Default)]
pub(super) struct Embedded {
    /// Those that it has brought.
    pub(super) keys: TlsKeys,
    /// Whether it may bring more.
    pub(super) more_may_come: bool,
}

/// What a connection carries.
enum Carries {
    /// Too little was seen: the first bytes, and which way they went.
    Unknown { head: Vec<u8>, direction: Option<Direction>, origin: Option<Origin> },
    /// A websocket, or so it seems so far.
    Websocket,
    /// Messages that the recorder took out of their websocket.
    Messages,
    /// Frames or stanzas that the client itself recorded.
    Stanzas,
    /// WhatsApp's protocol without one. `reversed` where TCP took the client for the server.
    Noise { reversed: bool },
    /// TLS, and what is inside it a websocket, or so it seems so far.
    Tls(Box<tls::Decoder>),
    /// A request for a connection through a proxy, by the side that spoke first.
    Proxy(Box<proxy::Handshake>, Direction),
    /// Frames of the phone's own app, which began before the capture.
    App,
    /// Nothing of interest.
    Other,
}

/// The layers above TCP of one connection.
pub(super) struct Connection {
    carries: Carries,
    /// Client and server, where the capture says it without packets.
    ends: Option<[String; 2]>,
    websocket: websocket::Decoder,
    http2: websocket::Http2,
    session: Session,
    /// Anomalies, until the connection proves to be of interest.
    held: Anomalies,
    /// Whether it may have begun before what is shown of it, so that its upgrade was not seen.
    is_late: bool,
    /// What finds the frames of the phone's own app in one that began before the capture.
    chain: Option<Chain>,
    /// The directions of which something was recorded, and those of which something is missing.
    recorded: PerDirection<bool>,
    missing: PerDirection<bool>,
    /// Whom a proxy was asked for. Untrusted text.
    target: Option<String>,
}

impl Connection {
    /// A connection of which nothing was seen.
    pub(super) fn new(keys: Arc<Keys>) -> Self {
        Self {
            carries: Carries::Unknown { head: Vec::new(), direction: None, origin: None },
            ends: None,
            websocket: websocket::Decoder::of_whole(),
            http2: websocket::Http2::default(),
            session: Session::new(keys),
            held: Anomalies::default(),
            is_late: false,
            chain: None,
            recorded: PerDirection::default(),
            missing: PerDirection::default(),
            target: None,
        }
    }

    /// What finds a websocket in it, if there is one: where its beginning was seen, only by its upgrade.
    fn decoder(&self) -> websocket::Decoder {
        if self.is_late { websocket::Decoder::new() } else { websocket::Decoder::of_whole() }
    }

    /// Takes note that it may have begun before what is shown of it.
    fn begins_late(&mut self) {
        if matches!(&self.carries, Carries::Unknown { head, .. } if head.is_empty()) {
            self.is_late = true;
            self.chain = Some(Chain::default());
            self.websocket = self.decoder();
        }
    }

    /// Takes the next chunk of either direction.
    pub(super) fn push(&mut self, chunk: Located<Chunk<'_>>, embedded: &Embedded, results: &mut Yield) {
        if let Chunk::End(End::Closed | End::Reset | End::Replaced) = chunk.item {
            self.close(chunk.origin.time);
        }
        let way = Chunk::direction(&chunk);
        self.recorded[way] |= matches!(chunk.item, Chunk::Data(_));
        self.missing[way] |= matches!(chunk.item, Chunk::Gap(_));
        match &mut self.carries {
            Carries::Unknown { .. } => self.sniff(chunk, embedded, results),
            Carries::Websocket => self.websocket(chunk, results),
            Carries::Noise { reversed } => {
                let reversed = *reversed;
                self.straight(chunk, reversed, results);
            }
            Carries::Proxy(..) => self.ask(chunk, embedded, results),
            Carries::Messages | Carries::Stanzas | Carries::App | Carries::Other => {}
            Carries::Tls(tls) => {
                let Self { websocket, http2, session, held, .. } = self;
                tls.push(chunk, &mut Plain { websocket, http2, session, held, results });
                self.supply(embedded, results);
            }
        }
        self.release(results);
    }

    /// Gives TLS the secrets that are known of its session.
    fn supply(&mut self, embedded: &Embedded, results: &mut Yield) {
        let Self { carries: Carries::Tls(tls), websocket, http2, session, held, .. } = self else { return };
        let Some(random) = tls.wants_keys().copied() else { return };
        let keys = Arc::clone(&session.keys);
        let mut plain = Plain { websocket, http2, session, held, results };
        for secrets in [keys.tls(), &embedded.keys].into_iter().filter_map(|keys| keys.session(&random)) {
            tls.unlock(secrets, &mut plain);
        }
        if !embedded.more_may_come {
            tls.settle(&mut plain);
        }
    }

    /// Lets TLS wait for secrets no longer.
    pub(super) fn settle(&mut self, results: &mut Yield) {
        let Self { carries: Carries::Tls(tls), websocket, http2, session, held, .. } = self else { return };
        tls.settle(&mut Plain { websocket, http2, session, held, results });
        self.release(results);
    }

    /// Bytes that wait for TLS secrets.
    pub(super) fn waiting(&self) -> usize {
        if let Carries::Tls(tls) = &self.carries { tls.waiting() } else { 0 }
    }

    /// Takes a message that the recorder took out of its websocket.
    pub(super) fn message(&mut self, message: Located<Message<'_>>, results: &mut Yield) {
        self.carries = Carries::Messages;
        let Self { session, held, .. } = self;
        Messages { session, held, results }.item(message);
        results.append(std::mem::take(held));
    }

    /// Takes a frame that the client itself decrypted.
    pub(super) fn frame(&mut self, frame: Located<&[u8]>, results: &mut Yield) {
        self.carries = Carries::Stanzas;
        let Self { session, held, .. } = self;
        let frame = frame.map(|plaintext| Frame { counter: 0, dictionary: None, ciphertext: &[], plaintext });
        session.layers(held, results).1.item(frame);
        results.anomalies.append(std::mem::take(held));
    }

    /// Takes a stanza that the client itself decoded.
    pub(super) fn node(&mut self, node: Located<Node>, results: &mut Yield) {
        self.carries = Carries::Stanzas;
        self.session.stanzas += 1;
        results.stanza(node.map(|node| Stanza::read(node, None)));
    }

    /// Takes note that the client itself recorded what it carries.
    pub(super) fn recorded_by_client(&mut self) {
        self.carries = Carries::Stanzas;
    }

    /// Takes what the capture says of who speaks.
    pub(super) fn ends(&mut self, ends: Ends<'_>) {
        let name = |end: Option<&str>| end.unwrap_or("not recorded").to_owned();
        self.ends = Some([name(ends.client), name(ends.server)]);
        self.begins_late();
    }

    /// Takes when the connection was closed, which is not when its recording ends.
    pub(super) fn close(&mut self, time: Option<Timestamp>) {
        self.session.coverage.close(time);
    }

    /// When it was read without a gap. Where TCP took the client for the server, losses have the wrong direction.
    pub(super) fn into_coverage(mut self) -> Coverage {
        if self.is_flipped() {
            self.session.coverage.mistrust_directions();
        }
        self.session.coverage
    }

    /// Ends the connection.
    pub(super) fn finish(&mut self, embedded: &Embedded, results: &mut Yield) {
        self.supply(embedded, results);
        let Self { carries, websocket, http2, session, held, .. } = self;
        if let Carries::Tls(tls) = carries {
            tls.finish(&mut Plain { websocket, http2, session, held, results });
        }
        websocket.finish(&mut Messages { session, held, results });
        let (noise, mut frames) = session.layers(held, results);
        noise.finish(&mut frames);
        if self.is_one_sided() { self.report_one_sided(results) } else { self.release(results) }
    }

    /// Takes an anomaly of a layer below.
    pub(super) fn anomaly(&mut self, anomaly: Anomaly, results: &mut Yield) {
        if anomaly.diagnosis == &tcp::BEGAN_BEFORE_CAPTURE {
            self.begins_late();
        }
        self.session.note_loss(&anomaly);
        match self.carries {
            // Nothing in it can be read anyway.
            Carries::App => {}
            _ if self.is_of_interest() && !self.is_one_sided() => results.anomaly(anomaly),
            _ => self.held.add(anomaly),
        }
    }

    /// Whether it carries nothing of interest, for certain.
    pub(super) fn is_dismissed(&self) -> bool {
        match &self.carries {
            Carries::Websocket => self.websocket.state() == State::NotWebsocket && self.chain.is_none(),
            Carries::Tls(tls) if is_closed(tls.state()) => !self.is_of_interest() && !self.is_one_sided(),
            Carries::Tls(tls) => {
                let may_hold_one = self.http2.is_watching() && may_be_whatsapps(tls);
                self.websocket.state() == State::NotWebsocket && !self.http2.found() && !may_hold_one
            }
            Carries::Other => true,
            Carries::Unknown { .. }
            | Carries::Messages
            | Carries::Stanzas
            | Carries::Noise { .. }
            | Carries::Proxy(..)
            | Carries::App => false,
        }
    }

    fn is_of_interest(&self) -> bool {
        let websocket = matches!(self.websocket.state(), State::Upgraded | State::Assumed);
        match &self.carries {
            Carries::Websocket => websocket,
            Carries::Tls(tls) => {
                let undecided = tls.state() == tls::State::Decrypted && self.websocket.state() == State::Undecided;
                let may_be_one = is_closed(tls.state()) || undecided || self.http2.found();
                websocket || (may_be_one && may_be_whatsapps(tls))
            }
            Carries::Messages | Carries::Stanzas | Carries::Noise { .. } | Carries::App => true,
            Carries::Unknown { .. } | Carries::Proxy(..) | Carries::Other => false,
        }
    }

    /// Learns the protocol from the first bytes of the side that speaks first: in all of these, the client.
    fn sniff(&mut self, chunk: Located<Chunk<'_>>, embedded: &Embedded, results: &mut Yield) {
        let Carries::Unknown { head, direction, origin } = &mut self.carries else { return };
        let first = *direction.get_or_insert(chunk.origin.direction.unwrap_or(Direction::Outbound));
        if let Chunk::Data(data) = chunk.item
            && chunk.origin.direction == Some(first)
        {
            head.extend_from_slice(data);
            origin.get_or_insert(chunk.origin);
        }
        match guess(head) {
            Guess::Waits => {
                // The websocket decoder sees all bytes from the first on, in case that it is one.
                self.websocket(chunk, results);
            }
            Guess::Proxy if !self.is_late => {
                let head = std::mem::take(head);
                let origin = origin.unwrap_or(chunk.origin);
                self.carries = Carries::Proxy(Box::new(proxy::Handshake::new(&head)), first);
                self.websocket = self.decoder();
                self.ask(Located::new(origin.to(chunk.origin), Chunk::Data(&head)), embedded, results);
            }
            Guess::Websocket | Guess::Proxy => {
                self.carries = Carries::Websocket;
                self.websocket(chunk, results);
            }
            Guess::Noise => {
                let head = std::mem::take(head);
                let origin = origin.unwrap_or(chunk.origin);
                let reversed = first == Direction::Inbound;
                self.carries = Carries::Noise { reversed };
                let what = if is_older(&head) { &OLDER_THAN_NOISE } else { &STRAIGHT_OVER_TCP };
                self.anomaly(Anomaly::new(what, origin), results);
                let head = Located::new(origin.to(chunk.origin), Chunk::Data(&head));
                self.straight(head, reversed, results);
            }
            Guess::Tls => {
                let head = std::mem::take(head);
                let origin = origin.unwrap_or(chunk.origin);
                self.carries = Carries::Tls(Box::default());
                // It was shown the first bytes in case that they were its own.
                self.websocket = self.decoder();
                self.push(Located::new(origin.to(chunk.origin), Chunk::Data(&head)), embedded, results);
            }
        }
    }

    /// Follows the handshake with a proxy; what comes behind it is carried as if there were none.
    fn ask(&mut self, chunk: Located<Chunk<'_>>, embedded: &Embedded, results: &mut Yield) {
        let Carries::Proxy(handshake, client) = &mut self.carries else { return };
        let client = *client;
        let progress = match chunk.item {
            Chunk::Data(data) if Chunk::direction(&chunk) == client => handshake.push(Direction::Outbound, data),
            Chunk::Data(data) => handshake.push(Direction::Inbound, data),
            Chunk::Gap(_) => Progress::Fails,
            Chunk::End(_) => Progress::Waits,
        };
        match progress {
            Progress::Waits => {}
            Progress::Fails => self.carries = Carries::Other,
            Progress::Open(rest) => {
                self.target = Some(handshake.target().to_owned());
                self.carries = Carries::Unknown { head: Vec::new(), direction: None, origin: None };
                self.websocket = self.decoder();
                for (rest, direction) in rest.both().into_iter().zip([client, client.reversed()]) {
                    if !rest.is_empty() {
                        let origin = Origin { direction: Some(direction), ..chunk.origin };
                        self.push(Located::new(origin, Chunk::Data(rest)), embedded, results);
                    }
                }
            }
        }
    }

    fn websocket(&mut self, chunk: Located<Chunk<'_>>, results: &mut Yield) {
        if let Some(chain) = &mut self.chain {
            let way = Chunk::direction(&chunk);
            let state = match chunk.item {
                Chunk::Data(data) => chain.push(way, data),
                Chunk::Gap(_) => {
                    chain.gap(way);
                    ChainState::Undecided
                }
                Chunk::End(_) => ChainState::Undecided,
            };
            match state {
                ChainState::Undecided => {}
                ChainState::Other => self.chain = None,
                ChainState::Frames => {
                    self.carries = Carries::App;
                    self.held = Anomalies::default();
                    return results.anomaly(Anomaly::new(&APP_MIDWAY, chunk.origin));
                }
            }
        }
        let Self { websocket, session, held, .. } = self;
        websocket.push(chunk, &mut Messages { session, held, results });
    }

    /// Bytes that reach the Noise layer without a websocket around them.
    fn straight(&mut self, chunk: Located<Chunk<'_>>, reversed: bool, results: &mut Yield) {
        let direction = chunk.origin.direction.map(|way| if reversed { way.reversed() } else { way });
        let origin = Origin { direction, ..chunk.origin };
        if let (Some(tap), Chunk::Data(data)) = (&mut results.tap, chunk.item) {
            tap.message(origin, data, false);
        }
        let (noise, mut frames) = self.session.layers(&mut self.held, results);
        match chunk.item {
            Chunk::Data(data) => {
                noise.push(Located::new(origin, Message { opcode: Opcode::Binary, data }), &mut frames);
            }
            Chunk::Gap(_) => noise.gap(origin, &mut frames),
            Chunk::End(_) => {}
        }
        self.session.report_login(origin, results);
    }

    /// What is to be said of it; `None` if it is of no interest.
    pub(super) fn describe(&self, id: ConnectionId) -> Option<Described> {
        if !self.is_of_interest() {
            return None;
        }
        let [client, server] = self.ends.clone().unwrap_or_else(|| ["not recorded", "not recorded"].map(str::to_owned));
        let connection = super::Connection {
            id,
            client,
            server,
            tls: if let Carries::Tls(tls) = &self.carries { tls.state().name() } else { "none" },
            websocket: match self.websocket.state() {
                _ if matches!(self.carries, Carries::Messages) => "upgraded",
                State::Upgraded => "upgraded",
                State::Assumed => "assumed",
                State::Undecided | State::NotWebsocket => "none",
            },
            noise: match self.carries {
                Carries::App => noise::State::NoKey.name(),
                _ => self.session.noise.report().state.name(),
            },
            messages: self.session.messages,
            frames: self.session.frames,
            stanzas: self.session.stanzas,
            device: None,
            sessions: self.sessions(),
        };
        Some(Described { connection, is_flipped: self.is_flipped(), target: self.target.clone() })
    }

    /// The sessions that were decrypted: TLS, then Noise.
    fn sessions(&self) -> Vec<SessionId> {
        let tls = match &self.carries {
            Carries::Tls(tls) if tls.state() == tls::State::Decrypted => tls.client_random(),
            _ => None,
        };
        let report = self.session.noise.report();
        let noise = report.key_used.filter(|_| report.state != noise::State::WrongKey);
        tls.map(SessionId::Tls).into_iter().chain(noise.map(SessionId::Noise)).collect()
    }

    /// Whether TCP took the client for the server.
    fn is_flipped(&self) -> bool {
        match &self.carries {
            Carries::Noise { reversed } => *reversed,
            Carries::Tls(tls) => tls.is_reversed(),
            _ => self.websocket.flipped(),
        }
    }

    /// The server's static key, if the handshake revealed it.
    pub(super) fn server_static(&self) -> Option<PublicKey> {
        self.session.noise.server_static()
    }

    /// Whether the server's static key is what is missing to decrypt it.
    pub(super) fn wants_server_static(&self) -> bool {
        let Session { keys, noise, .. } = &self.session;
        let report = noise.report();
        let keys = report.client_ephemeral.and_then(|ephemeral| keys.session(&ephemeral));
        report.state == noise::State::NoKey
            && report.pattern == Some(Pattern::Ik)
            && keys.is_some_and(|session| session.private.is_some())
    }
}

/// Whether a connection goes to a server of WhatsApp's, or nobody knows, because it began before the capture.
fn may_be_whatsapps(tls: &tls::Decoder) -> bool {
    tls.server_name().map_or(!tls.has_client_hello(), tls::is_whatsapp)
}

/// Whether TLS gave a connection up.
const fn is_closed(state: tls::State) -> bool {
    matches!(state, tls::State::NoKey | tls::State::Unsupported | tls::State::NoHandshake)
}

/// Takes plaintext to the websocket.
struct Plain<'c> {
    websocket: &'c mut websocket::Decoder,
    http2: &'c mut websocket::Http2,
    session: &'c mut Session,
    held: &'c mut Anomalies,
    results: &'c mut Yield,
}

impl Sink<Chunk<'_>> for Plain<'_> {
    fn item(&mut self, chunk: Located<Chunk<'_>>) {
        let Self { websocket, http2, session, held, results } = self;
        if let (Some(tap), Chunk::Data(data)) = (&mut results.tap, chunk.item) {
            tap.see(Below::Plain, chunk.origin, data);
        }
        let mut messages = Messages { session, held, results };
        http2.push(chunk, &mut messages);
        websocket.push(chunk, &mut messages);
    }

    fn anomaly(&mut self, mut anomaly: Anomaly) {
        if anomaly.diagnosis == &tls::BEGAN_BEFORE {
            // There can be many in a capture, and nothing tells them apart.
            anomaly.origin.connection = None;
        }
        self.session.note_loss(&anomaly);
        self.held.add(anomaly);
    }
}
