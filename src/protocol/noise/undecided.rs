//! The first messages of a connection, until they show whether it is WhatsApp's: by the client's first bytes, or,
//! if it began before the capture, by a transport key that opens a frame or by the shape of its messages.

use std::mem;
use std::sync::Arc;

use super::cipher::Cipher;
use super::connection::{Connection, Obstacle};
use super::diagnoses::{CLIENT_HELLO, MIRRORED, NO_KEY_MIDWAY};
use super::framing::{self, Intro, PREFIX};
use super::messages::HandshakeMessage;
use super::transport::{self, FAR, FARTHEST};
use super::{FrameSink, Side};
use crate::anomaly::Anomaly;
use crate::keys::{Keys, PublicKey, TransportKeys};
use crate::origin::Origin;
use crate::protocol::budget::Budget;

/// How much is held until the decision, in bytes, with [`HELD_MESSAGE`] for each message.
const HELD: usize = 256 * 1024;

/// What holding a message costs beside its bytes.
const HELD_MESSAGE: usize = 64;

/// How many messages must have the shape of WhatsApp's for the connection to look like one.
const LIKELY: u32 = 4;

/// How many messages must not, for it not to.
const UNLIKELY: u32 = 16;

/// On how many frames of a direction the transport keys are tried.
const ATTEMPTS: u32 = 3;

/// Longest client hello that is waited for, in bytes.
const LONGEST_HELLO: usize = 64 * 1024;

/// What the messages so far show.
pub(super) enum Verdict {
    /// Too little.
    Wait,
    /// The connection is not WhatsApp's.
    NotWhatsapp,
    /// It is; the messages held are to be read as its.
    Whatsapp {
        /// It, from its first byte.
        connection: Box<Connection>,
        /// Whether the directions are the wrong way round.
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
    /// WhatsApp's first bytes, up to `end`, with another frame than a client hello.
    Unreadable {
        end: usize,
    },
}

/// What is known of one direction.
#[derive(Default)]
struct Lane {
    /// Whether its first bytes are known not to be a client's first.
    past_head: bool,
    attempts: u32,
}

pub(super) struct Undecided {
    held: Vec<(Origin, Vec<u8>)>,
    weight: usize,
    client: Lane,
    server: Lane,
    /// Messages with the shape of WhatsApp's.
    fits: u32,
    /// Messages without.
    misfits: u32,
    /// Whether a part of the handshake shows that it is WhatsApp's.
    certain: bool,
    budget: Budget,
    plain: Vec<u8>,
}

impl Default for Undecided {
    fn default() -> Self {
        Self {
            held: Vec::new(),
            weight: 0,
            client: Lane::default(),
            server: Lane::default(),
            fits: 0,
            misfits: 0,
            certain: false,
            budget: Budget::trials(3_000_000),
            plain: Vec::new(),
        }
    }
}

impl Undecided {
    /// Takes the next message.
    pub(super) fn push(&mut self, keys: &Arc<Keys>, origin: Origin, data: &[u8], out: &mut impl FrameSink) -> Verdict {
        if data.is_empty() {
            return Verdict::Wait;
        }
        self.hold(origin, data);
        let side = Side::of(origin, false);
        if !self.lane(side).past_head {
            let bytes = self.held_of(side);
            match read_head(&bytes) {
                Head::Incomplete if self.weight <= HELD => return Verdict::Wait,
                Head::ClientHello { prologue, size } => {
                    let mirrored = side == Side::Server;
                    if mirrored {
                        out.anomaly(Anomaly::new(&MIRRORED, origin));
                    }
                    let connection = Box::new(Connection::from_start(keys, prologue, size));
                    return Verdict::Whatsapp { connection, mirrored };
                }
                Head::Unreadable { end } => {
                    out.anomaly(Anomaly::new(&CLIENT_HELLO, origin));
                    self.certain = true;
                    self.held.retain(|(held, _)| Side::of(*held, false) != side);
                    self.hold(origin, bytes.get(end..).unwrap_or_default());
                }
                Head::Absent | Head::Incomplete => self.judge(data),
            }
            self.lane(side).past_head = true;
        } else {
            self.judge(data);
        }
        if let Some((ephemeral, transport, mirrored)) = self.attempt(keys, side, data) {
            if mirrored {
                out.anomaly(Anomaly::new(&MIRRORED, origin));
            }
            let connection = Box::new(Connection::midway(keys, ephemeral, transport));
            return Verdict::Whatsapp { connection, mirrored };
        }
        self.decide(keys)
    }

    /// Takes a text message, of which WhatsApp has none.
    pub(super) const fn push_text(&mut self) -> Verdict {
        self.misfits = self.misfits.saturating_add(1);
        if self.is_unlikely() { Verdict::NotWhatsapp } else { Verdict::Wait }
    }

    /// Takes the end.
    pub(super) fn finish(&mut self, keys: &Arc<Keys>, out: &mut impl FrameSink) -> Verdict {
        let begun = self.held_of(Side::Client);
        if !self.client.past_head
            && let Intro::Found { prologue: [_, _, 6, _], .. } = Intro::read(&begun)
            && let Some((origin, _)) = self.held.first()
        {
            out.anomaly(Anomaly::new(&CLIENT_HELLO, *origin));
        }
        if self.is_likely() {
            return self.opaque(keys);
        }
        self.held = Vec::new();
        Verdict::Wait
    }

    /// The messages so far, to be read again.
    pub(super) fn take_held(&mut self) -> Vec<(Origin, Vec<u8>)> {
        mem::take(&mut self.held)
    }

    const fn lane(&mut self, side: Side) -> &mut Lane {
        match side {
            Side::Client => &mut self.client,
            Side::Server => &mut self.server,
        }
    }

    fn hold(&mut self, origin: Origin, data: &[u8]) {
        self.weight = self.weight.saturating_add(data.len() + HELD_MESSAGE);
        if !data.is_empty() {
            self.held.push((origin, data.to_vec()));
        }
    }

    fn held_of(&self, side: Side) -> Vec<u8> {
        let of_side = self.held.iter().filter(|(origin, _)| Side::of(*origin, false) == side);
        of_side.flat_map(|(_, data)| data).copied().collect()
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

    fn decide(&self, keys: &Arc<Keys>) -> Verdict {
        let full = self.weight > HELD;
        let tried = self.client.attempts >= ATTEMPTS || self.server.attempts >= ATTEMPTS || self.budget.is_spent();
        if self.is_likely() && (tried || keys.transports().next().is_none()) || full && self.fits > self.misfits {
            return self.opaque(keys);
        }
        if full && !self.certain || self.is_unlikely() { Verdict::NotWhatsapp } else { Verdict::Wait }
    }

    /// The connection is WhatsApp's, as far as can be seen, and no key opens it.
    fn opaque(&self, keys: &Arc<Keys>) -> Verdict {
        let detail = match (keys.transports().count(), keys.is_empty()) {
            (0, true) => None,
            (0, false) => {
                Some("the key log holds private keys only, and those cannot be used without the handshake".to_owned())
            }
            (1, _) => Some("the one pair of transport keys that was given opens none of the frames tried".to_owned()),
            (pairs, _) => {
                Some(format!("none of the {pairs} pairs of transport keys that were given opens the frames tried"))
            }
        };
        let connection = Box::new(Connection::opaque(keys, Obstacle::new(&NO_KEY_MIDWAY, detail)));
        Verdict::Whatsapp { connection, mirrored: false }
    }

    /// Tries every transport key, as either direction's, on the shortest frame of a message that has the shape.
    fn attempt<'k>(&mut self, keys: &'k Keys, side: Side, data: &[u8]) -> Option<(PublicKey, &'k TransportKeys, bool)> {
        keys.transports().next()?;
        let frame = shortest_frame(data)?;
        let lane = self.lane(side);
        let counters = match lane.attempts {
            0 | 1 => 0..FAR,
            2 => FAR..FARTHEST,
            _ => return None,
        };
        lane.attempts += 1;
        for mirrored in [false, true] {
            for (ephemeral, transport) in keys.transports() {
                let key = if (side == Side::Client) != mirrored {
                    &transport.client_to_server
                } else {
                    &transport.server_to_client
                };
                let cipher = Cipher::new(key)?;
                if transport::find(&cipher, counters.clone(), frame, &mut self.plain, &mut self.budget).is_some() {
                    return Some((*ephemeral, transport, mirrored));
                }
            }
        }
        None
    }
}

/// The shortest frame of a message that is whole frames, the handshake's aside.
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

fn read_head(bytes: &[u8]) -> Head {
    let (prologue, size) = match Intro::read(bytes) {
        Intro::Found { prologue, size } => (prologue, size),
        Intro::Incomplete => return Head::Incomplete,
        Intro::Absent => return Head::Absent,
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
