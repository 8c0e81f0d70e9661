//! What is above TCP on one connection: which protocol it carries, and the layers of that protocol.

use std::sync::Arc;

use super::event::{Described, Yield};
use super::session::{Messages, Session};
use super::tap::Below;
use crate::anomaly::{Anomalies, Anomaly, Diagnosis, Kind, Layer, Severity};
use crate::call::Coverage;
use crate::input::Ends;
use crate::keys::{Keys, PublicKey, SessionId, TlsKeys};
use crate::origin::{ConnectionId, Direction, Located, Origin, Timestamp};
use crate::protocol::Sink;
use crate::protocol::binary::Node;
use crate::protocol::noise::{self, Frame, Pattern};
use crate::protocol::stanza::Stanza;
use crate::protocol::tcp::{self, Chunk, End};
use crate::protocol::tls;
use crate::protocol::websocket::{self, Message, Opcode, State};

/// A connection on which the phone's own app, or something like it, speaks Noise without TLS or websocket.
pub const STRAIGHT_OVER_TCP: Diagnosis = Diagnosis {
    id: "noise/straight-over-tcp",
    layer: Layer::Noise,
    kind: Kind::Unexpected,
    severity: Severity::Note,
    why: "WhatsApp's protocol runs straight over TCP, without a websocket, as in the phone's own app",
    next: "The app's keys cannot be logged: link a Web client to the account, and record that one instead.",
};

/// A connection of a client from before WhatsApp spoke Noise.
pub const OLDER_THAN_NOISE: Diagnosis = Diagnosis {
    id: "noise/older-version",
    layer: Layer::Noise,
    kind: Kind::Unsupported,
    severity: Severity::Loss,
    why: "a version of WhatsApp's protocol from before Noise, which is not read",
    next: "",
};

/// A TLS session whose keys were given and that was not decrypted all the same.
pub const TLS_KEYS_UNUSED: Diagnosis = Diagnosis {
    id: "tls/keys-unused",
    layer: Layer::Tls,
    kind: Kind::Unexpected,
    severity: Severity::Note,
    why: "a TLS connection to a server that is not one of WhatsApp's was not decrypted, though the key log knows it",
    next: "",
};

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
            self.websocket = self.decoder();
        }
    }

    /// Takes the next chunk of either direction.
    pub(super) fn push(&mut self, chunk: Located<Chunk<'_>>, embedded: &Embedded, results: &mut Yield) {
        if let Chunk::End(End::Closed | End::Reset | End::Replaced) = chunk.item {
            self.close(chunk.origin.time);
        }
        match &mut self.carries {
            Carries::Unknown { .. } => self.sniff(chunk, embedded, results),
            Carries::Websocket => self.websocket(chunk, results),
            Carries::Noise { reversed } => {
                let reversed = *reversed;
                self.straight(chunk, reversed, results);
            }
            Carries::Messages | Carries::Stanzas => {}
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

    /// Reports what was held back, once the connection proves to be of interest. Where it proves not to be, and keys
    /// were given for it, a note says why they were of no use.
    fn release(&mut self, results: &mut Yield) {
        if self.held.is_empty() {
            return;
        }
        if self.is_of_interest() {
            results.append(std::mem::take(&mut self.held));
        } else if let Carries::Tls(tls) = &self.carries
            && tls.had_secrets()
            && self.is_dismissed()
        {
            for tally in std::mem::take(&mut self.held).iter() {
                if is_closed(tls.state()) && tally.diagnosis.layer == Layer::Tls {
                    results.anomaly(Anomaly::new(&TLS_KEYS_UNUSED, tally.first).detail(tally.to_string()));
                } else if tally.diagnosis == &websocket::HTTP2 && may_be_whatsapps(tls) {
                    results.anomaly(Anomaly::new(tally.diagnosis, tally.first));
                }
            }
        }
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
        self.release(results);
    }

    /// Takes an anomaly of a layer below.
    pub(super) fn anomaly(&mut self, anomaly: Anomaly, results: &mut Yield) {
        if anomaly.diagnosis == &tcp::BEGAN_BEFORE_CAPTURE {
            self.begins_late();
        }
        self.session.note_loss(&anomaly);
        if self.is_of_interest() { results.anomaly(anomaly) } else { self.held.add(anomaly) }
    }

    /// Whether it carries nothing of interest, for certain.
    pub(super) fn is_dismissed(&self) -> bool {
        match &self.carries {
            Carries::Websocket => self.websocket.state() == State::NotWebsocket,
            Carries::Tls(tls) if is_closed(tls.state()) => !self.is_of_interest(),
            Carries::Tls(tls) => {
                let may_hold_one = self.http2.is_watching() && may_be_whatsapps(tls);
                self.websocket.state() == State::NotWebsocket && !self.http2.found() && !may_hold_one
            }
            Carries::Unknown { .. } | Carries::Messages | Carries::Stanzas | Carries::Noise { .. } => false,
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
            Carries::Messages | Carries::Stanzas | Carries::Noise { .. } => true,
            Carries::Unknown { .. } => false,
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
            Guess::Websocket => {
                self.carries = Carries::Websocket;
                self.websocket(chunk, results);
            }
            Guess::Noise => {
                let head = std::mem::take(head);
                let origin = origin.unwrap_or(chunk.origin);
                let reversed = first == Direction::Inbound;
                self.carries = Carries::Noise { reversed };
                let is_older = head.get(2).is_some_and(|version| *version < NOISE_VERSION && head.starts_with(INTRO));
                let what = if is_older { &OLDER_THAN_NOISE } else { &STRAIGHT_OVER_TCP };
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

    fn websocket(&mut self, chunk: Located<Chunk<'_>>, results: &mut Yield) {
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
            noise: self.session.noise.report().state.name(),
            messages: self.session.messages,
            frames: self.session.frames,
            stanzas: self.session.stanzas,
            device: None,
            sessions: self.sessions(),
        };
        Some(Described { connection, is_flipped: self.is_flipped() })
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

/// What a client of WhatsApp's says first, before its version.
const INTRO: &[u8] = b"WA";

/// The first version that speaks Noise.
const NOISE_VERSION: u8 = 6;

/// What the first bytes of a client look like.
enum Guess {
    /// Too little to tell.
    Waits,
    /// The upgrade to a websocket, or something else: its decoder finds out.
    Websocket,
    /// WhatsApp's protocol without a websocket.
    Noise,
    /// TLS.
    Tls,
}

/// Which protocol a client speaks that begins with these bytes.
fn guess(head: &[u8]) -> Guess {
    /// Both numbers of a version are small; text that begins so is not.
    const VERSIONS: std::ops::Range<u8> = 1..b' ';
    const ROUTED: &[u8] = &[b'E', b'D', 0, 1];
    const HANDSHAKE: &[u8] = &[0x16, 0x03];
    const RECORDS: [&[u8]; 3] = [&[0x14, 0x03], &[0x15, 0x03], &[0x17, 0x03]];
    const RECORD_HEADER: usize = 5;
    let begins = |with: &[u8]| head.starts_with(with);
    let may_begin = |with: &[u8]| with.starts_with(head);
    if begins(HANDSHAKE) || tls::begins_midway(head) {
        return Guess::Tls;
    }
    let version = head.strip_prefix(INTRO).and_then(|version| version.split_first_chunk::<2>());
    if let Some(([protocol, dictionary], _)) = version {
        let is_version = VERSIONS.contains(protocol) && VERSIONS.contains(dictionary);
        return if is_version { Guess::Noise } else { Guess::Websocket };
    }
    if begins(ROUTED) {
        Guess::Noise
    } else if begins(INTRO)
        || [INTRO, ROUTED, HANDSHAKE].into_iter().chain(RECORDS).any(may_begin)
        || (head.len() < RECORD_HEADER && RECORDS.into_iter().any(begins))
    {
        Guess::Waits
    } else {
        Guess::Websocket
    }
}
