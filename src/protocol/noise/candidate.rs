//! A connection that may be WhatsApp's, until its first messages decide: by the client's first bytes or, if it began before
//! the capture, by a transport key that decrypts a frame, or by the shape of its messages.

use std::mem;
use std::sync::Arc;

use super::FrameSink;
use super::connection::Connection;
use super::counter::CounterReader;
use super::diagnoses::{CLIENT_HELLO, MIRRORED, NO_KEY_MIDWAY};
use super::framing::{self, Header, PREFIX};
use super::keying::Obstacle;
use super::messages::HandshakeMessage;
use crate::anomaly::Anomaly;
use crate::keys::{Keys, PublicKey, TransportKeys};
use crate::origin::{Direction, Origin, PerDirection};
use crate::protocol::budget::Budget;

/// Returns the true direction of an item. One without a direction is taken as the client's.
pub(super) fn direction_of(origin: Origin, mirrored: bool) -> Direction {
    let claimed = origin.direction.unwrap_or(Direction::Outbound);
    if mirrored { claimed.reversed() } else { claimed }
}

/// The most bytes that are held until the decision, plus [`HELD_MESSAGE`] for each message.
const HELD: usize = 256 * 1024;

/// The cost of holding a message in addition to its bytes.
const HELD_MESSAGE: usize = 64;

/// How many messages must have the shape of WhatsApp's before the connection is taken as WhatsApp's.
const LIKELY: u32 = 4;

/// How many messages must not have it before the connection is not.
const UNLIKELY: u32 = 16;

/// The number of frames of a direction on which the transport keys are tried.
const ATTEMPTS: u32 = 3;

/// The trials of all connections of a capture together, about, apart from [`TRIALS_EACH`].
const TRIALS: u64 = 1_000_000;

/// The trials of each connection at least: enough for more sessions than a person logs.
const TRIALS_EACH: u64 = 4096;

/// Returns what trials may cost on a connection: the later ones of a capture with many share what is left. It must not
/// depend on what other connections found, which other threads may be reading.
fn budget_of(origin: Origin) -> Budget {
    let before = origin.connection.map_or(0, |connection| u64::from(connection.0));
    Budget::trials((TRIALS / (before + 1)).max(TRIALS_EACH))
}

/// The longest client hello, in bytes.
const LONGEST_HELLO: usize = 64 * 1024;

/// The result of the messages so far.
pub(super) enum Decision {
    /// Undecided.
    Wait,
    /// The connection is not WhatsApp's.
    NotWhatsapp,
    /// The connection is WhatsApp's. The held messages are still to be read.
    Whatsapp {
        /// The connection, at its first byte.
        connection: Box<Connection>,
        /// Whether the directions are swapped.
        mirrored: bool,
    },
}

/// What the first bytes of a direction are.
enum Head {
    Incomplete,
    Absent,
    ClientHello {
        prologue: [u8; 4],
        size: usize,
    },
    /// WhatsApp's header, followed by a frame up to `end` that is not a client hello.
    Unreadable {
        end: usize,
    },
}

/// What is known of one direction.
#[derive(Default)]
struct Progress {
    /// Whether its first bytes are known not to be a client's first.
    past_head: bool,
    attempts: u32,
}

/// A connection that may be WhatsApp's.
#[derive(Default)]
pub(super) struct Candidate {
    held: Vec<(Origin, Vec<u8>)>,
    weight: usize,
    directions: PerDirection<Progress>,
    /// The number of messages with the shape of WhatsApp's.
    fits: u32,
    /// The number of other messages.
    misfits: u32,
    /// Whether part of a handshake shows that it is WhatsApp's.
    certain: bool,
    /// What trials may still cost, from the first one on.
    budget: Option<Budget>,
    /// The number of pairs of transport keys tried before that was spent, if it was.
    tried: Option<usize>,
}

impl Candidate {
    /// Takes the next message.
    pub(super) fn push(&mut self, keys: &Arc<Keys>, origin: Origin, data: &[u8], out: &mut impl FrameSink) -> Decision {
        if data.is_empty() {
            return Decision::Wait;
        }
        self.hold(origin, data);
        let direction = direction_of(origin, false);
        if !self.directions[direction].past_head {
            let bytes = self.held_of(direction);
            match read_head(&bytes) {
                Head::Incomplete if self.weight <= HELD => return Decision::Wait,
                Head::ClientHello { prologue, size } => {
                    let mirrored = direction == Direction::Inbound;
                    if mirrored {
                        out.anomaly(Anomaly::new(&MIRRORED, origin));
                    }
                    let connection = Box::new(Connection::from_start(keys, prologue, size));
                    return Decision::Whatsapp { connection, mirrored };
                }
                Head::Unreadable { end } => {
                    out.anomaly(Anomaly::new(&CLIENT_HELLO, origin));
                    self.certain = true;
                    self.held.retain(|(held, _)| direction_of(*held, false) != direction);
                    self.hold(origin, bytes.get(end..).unwrap_or_default());
                }
                Head::Absent | Head::Incomplete => self.judge(data),
            }
            self.directions[direction].past_head = true;
        } else {
            self.judge(data);
        }
        if let Some((ephemeral, transport, mirrored)) = self.attempt(keys, origin, direction, data) {
            if mirrored {
                out.anomaly(Anomaly::new(&MIRRORED, origin));
            }
            let connection = Box::new(Connection::midway(keys, ephemeral, transport));
            return Decision::Whatsapp { connection, mirrored };
        }
        self.decide(keys)
    }

    /// Takes a text message, which WhatsApp does not use.
    pub(super) const fn push_text(&mut self) -> Decision {
        self.misfits = self.misfits.saturating_add(1);
        if self.is_unlikely() { Decision::NotWhatsapp } else { Decision::Wait }
    }

    /// Decides at the end.
    pub(super) fn finish(&mut self, keys: &Arc<Keys>, out: &mut impl FrameSink) -> Decision {
        let begun = self.held_of(Direction::Outbound);
        if !self.directions.outbound.past_head
            && let Header::Found { prologue: [_, _, 6, _], .. } = Header::read(&begun)
            && let Some((origin, _)) = self.held.first()
        {
            out.anomaly(Anomaly::new(&CLIENT_HELLO, *origin));
        }
        if self.is_likely() {
            return self.opaque(keys);
        }
        self.held = Vec::new();
        Decision::Wait
    }

    /// Returns the messages so far, which are to be read again.
    pub(super) fn take_held(&mut self) -> Vec<(Origin, Vec<u8>)> {
        mem::take(&mut self.held)
    }

    fn hold(&mut self, origin: Origin, data: &[u8]) {
        self.weight = self.weight.saturating_add(data.len() + HELD_MESSAGE);
        if !data.is_empty() {
            self.held.push((origin, data.to_vec()));
        }
    }

    fn held_of(&self, direction: Direction) -> Vec<u8> {
        let held = self.held.iter().filter(|(origin, _)| direction_of(*origin, false) == direction);
        held.flat_map(|(_, data)| data).copied().collect()
    }

    /// Counts a message by its shape.
    fn judge(&mut self, data: &[u8]) {
        if framing::fits(data) {
            self.fits = self.fits.saturating_add(1);
        } else {
            self.misfits = self.misfits.saturating_add(1);
        }
        let server_hello = framing::frame_at(data, 0).and_then(HandshakeMessage::read);
        self.certain |= server_hello.is_some();
    }

    const fn is_likely(&self) -> bool {
        self.certain || self.fits >= LIKELY && self.fits > self.misfits
    }

    const fn is_unlikely(&self) -> bool {
        !self.certain && self.misfits >= UNLIKELY && self.misfits / 2 > self.fits
    }

    fn decide(&self, keys: &Arc<Keys>) -> Decision {
        let full = self.weight > HELD;
        let tried = self.directions.both().iter().any(|progress| progress.attempts >= ATTEMPTS) || self.tried.is_some();
        if self.is_likely() && (tried || keys.transports().next().is_none()) || full && self.fits > self.misfits {
            return self.opaque(keys);
        }
        if full && !self.certain || self.is_unlikely() { Decision::NotWhatsapp } else { Decision::Wait }
    }

    /// Decides that the connection looks like WhatsApp's, and that no key decrypts it.
    fn opaque(&self, keys: &Arc<Keys>) -> Decision {
        let detail = match (keys.transports().count(), keys.is_empty()) {
            (0, true) => None,
            (0, false) => {
                Some("the key log has only private keys, which are of no use without the handshake".to_owned())
            }
            (pairs, _) if let Some(tried) = self.tried => {
                Some(format!("only {tried} of the {pairs} pairs of transport keys were tried"))
            }
            (1, _) => Some("the only pair of transport keys decrypts none of the frames tried".to_owned()),
            (pairs, _) => Some(format!("none of the {pairs} pairs of transport keys decrypts the frames tried")),
        };
        let connection = Box::new(Connection::opaque(keys, Obstacle::new(&NO_KEY_MIDWAY, detail)));
        Decision::Whatsapp { connection, mirrored: false }
    }

    /// Tries all transport keys, for either direction, on the shortest frame of a message with the right shape.
    fn attempt<'k>(
        &mut self,
        keys: &'k Keys,
        origin: Origin,
        direction: Direction,
        data: &[u8],
    ) -> Option<(PublicKey, &'k TransportKeys, bool)> {
        keys.transports().next()?;
        let frame = shortest_frame(data)?;
        let progress = &mut self.directions[direction];
        if progress.attempts >= ATTEMPTS || self.tried.is_some() {
            return None;
        }
        progress.attempts += 1;
        let budget = self.budget.get_or_insert_with(|| budget_of(origin));
        for (place, (ephemeral, transport)) in keys.transports().enumerate() {
            for mirrored in [false, true] {
                if !budget.pay(frame.len()) {
                    self.tried = Some(place);
                    return None;
                }
                let key = if (direction == Direction::Outbound) != mirrored {
                    &transport.client_to_server
                } else {
                    &transport.server_to_client
                };
                if CounterReader::new(key).read(frame).is_some() {
                    return Some((*ephemeral, transport, mirrored));
                }
            }
        }
        None
    }
}

/// Returns the shortest frame of a message of complete frames, apart from those of the handshake.
fn shortest_frame(message: &[u8]) -> Option<&[u8]> {
    if !framing::fits(message) {
        return None;
    }
    let mut at = 0;
    let frames = std::iter::from_fn(|| {
        let frame = framing::frame_at(message, at)?;
        at += PREFIX + frame.len();
        Some(frame)
    });
    frames.filter(|frame| HandshakeMessage::read(frame).is_none()).min_by_key(|frame| frame.len())
}

/// Classifies the first bytes of a direction.
fn read_head(bytes: &[u8]) -> Head {
    let (prologue, size) = match Header::read(bytes) {
        Header::Found { prologue, size } => (prologue, size),
        Header::Incomplete => return Head::Incomplete,
        Header::Absent => return Head::Absent,
    };
    match framing::frame_at(bytes, size) {
        None if framing::prefix_at(bytes, size).is_some_and(|length| length > LONGEST_HELLO) => Head::Absent,
        None => Head::Incomplete,
        Some(frame) => match (HandshakeMessage::read(frame), prologue) {
            (Some(HandshakeMessage::ClientHello(_)), _) => Head::ClientHello { prologue, size },
            (_, [_, _, 6, _]) => Head::Unreadable { end: size + PREFIX + frame.len() },
            _ => Head::Absent,
        },
    }
}
