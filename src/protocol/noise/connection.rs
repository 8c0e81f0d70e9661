//! A connection that is WhatsApp's: two directions of frames, first the handshake's, then the transport's.

use std::mem;
use std::sync::Arc;

use super::diagnoses::*;
use super::framing::{self, CAPACITY_KEPT, Carry, PREFIX, Stretch, TAG};
use super::handshake::Handshake;
use super::messages::HandshakeMessage;
use super::transport::{Opened, Receiver};
use super::{Count, Counters, Frame, FrameSink, Report, Side, State};
use crate::anomaly::Anomaly;
use crate::keys::{Keys, PrivateKeys, PublicKey, TransportKeys};
use crate::origin::{Located, Origin};
use crate::protocol::budget::Budget;

mod opening;
mod resync;
mod unopened;

pub(super) use unopened::Obstacle;
use unopened::Waiting;

/// The plaintext that ends the stream.
const END_OF_STREAM: &[u8] = &[2];

/// One direction.
#[derive(Default)]
struct Lane {
    /// Bytes still to come that precede the first frame.
    intro: usize,
    carry: Carry,
    past_handshake: bool,
    receiver: Option<Receiver>,
    /// Whether bytes are absent, so that the next frame may begin anywhere.
    adrift: bool,
    /// Whether a message is absent, so that the next one hardly continues a frame.
    torn: bool,
    count: Count,
}

/// A connection of WhatsApp's, both directions.
pub(super) struct Connection {
    keys: Arc<Keys>,
    client: Lane,
    server: Lane,
    /// The prologue, until the client hello.
    prologue: Option<[u8; 4]>,
    dictionary: Option<u8>,
    handshake: Option<Handshake>,
    private: Option<PrivateKeys>,
    key_used: Option<PublicKey>,
    counters: Option<Counters>,
    /// Whether a frame or the handshake showed the keys to be right.
    proven: bool,
    obstacle: Option<Obstacle>,
    waiting: Vec<Waiting>,
    near: Budget,
    far: Budget,
    plain: Vec<u8>,
    ended: bool,
    /// Whether something that may have been a frame was not read.
    lost: bool,
}

impl Connection {
    fn new(keys: &Arc<Keys>) -> Self {
        Self {
            keys: Arc::clone(keys),
            client: Lane::default(),
            server: Lane::default(),
            prologue: None,
            dictionary: None,
            handshake: None,
            private: None,
            key_used: None,
            counters: None,
            proven: false,
            obstacle: None,
            waiting: Vec::new(),
            near: Budget::trials(100_000),
            far: Budget::trials(1_000_000),
            plain: Vec::new(),
            ended: false,
            lost: false,
        }
    }

    /// A connection from its first byte on, the client's first frame after `intro` bytes.
    pub(super) fn from_start(keys: &Arc<Keys>, prologue: [u8; 4], intro: usize) -> Self {
        let mut connection = Self::new(keys);
        let [_, _, _, dictionary] = prologue;
        connection.prologue = Some(prologue);
        connection.dictionary = Some(dictionary);
        connection.client.intro = intro;
        connection
    }

    /// A connection that began before the capture, and whose transport keys are known.
    pub(super) fn midway(keys: &Arc<Keys>, key_used: PublicKey, transport: &TransportKeys) -> Self {
        let mut connection = Self::new(keys);
        connection.key_used = Some(key_used);
        connection.counters = Some(Counters::ByTrial);
        connection.proven = true;
        connection.client.receiver = Receiver::begun_before(&transport.client_to_server);
        connection.server.receiver = Receiver::begun_before(&transport.server_to_client);
        connection
    }

    /// A connection whose frames can only be counted.
    pub(super) fn opaque(keys: &Arc<Keys>, obstacle: Obstacle) -> Self {
        let mut connection = Self::new(keys);
        connection.obstacle = Some(obstacle);
        connection
    }

    pub(super) fn report(&self) -> Report {
        let (outbound, inbound) = (self.client.count, self.server.count);
        let decrypted = outbound.decrypted + inbound.decrypted;
        let state = match &self.obstacle {
            _ if decrypted > 0 && self.lost => State::Partial,
            _ if decrypted > 0 => State::Decrypted,
            Some(obstacle) if *obstacle.diagnosis == WRONG_KEY => State::WrongKey,
            Some(_) => State::NoKey,
            None if self.lost && self.proven => State::Partial,
            None if self.lost => State::WrongKey,
            None => State::Handshake,
        };
        Report {
            state,
            pattern: self.handshake.as_ref().map(Handshake::pattern),
            client_ephemeral: self.handshake.as_ref().map(Handshake::ephemeral),
            key_used: self.key_used,
            server_static: self.handshake.as_ref().and_then(Handshake::server_static),
            login: self.handshake.as_ref().and_then(Handshake::login),
            counters: self.counters,
            outbound,
            inbound,
            ended: self.ended,
        }
    }

    /// Takes bytes of one direction.
    pub(super) fn push(&mut self, side: Side, origin: Origin, mut data: &[u8], out: &mut impl FrameSink) {
        let origin = Origin { direction: Some(side.direction()), ..origin };
        let lane = self.lane(side);
        let intro = lane.intro.min(data.len());
        lane.intro -= intro;
        data = data.get(intro..).unwrap_or_default();

        let mut carry = mem::take(&mut lane.carry);
        let is_torn = mem::take(&mut self.lane(side).torn);
        if !carry.is_empty()
            && (is_torn && !self.continues(side, &carry, data) || framing::fits(data) && self.begins_here(side, data))
        {
            self.abandon(side, &mut carry, out);
        }
        if carry.is_empty() {
            let read = self.frames(side, Stretch { bytes: data, places: &[(0, origin)], last: origin }, out);
            carry.append(origin, data.get(read..).unwrap_or_default());
        } else {
            carry.append(origin, data);
            let read = self.frames(side, carry.stretch(origin), out);
            carry.consume(read);
        }
        self.lane(side).carry = carry;
        if self.plain.capacity() > CAPACITY_KEPT {
            self.plain = Vec::new();
        }
    }

    /// Takes the end.
    pub(super) fn finish(&mut self, out: &mut impl FrameSink) {
        self.give_up_waiting(out);
        for side in [Side::Client, Side::Server] {
            let carry = mem::take(&mut self.lane(side).carry);
            let Some(origin) = carry.origin() else { continue };
            self.lost = true;
            let anomaly = match carry.expected().and_then(|expected| expected.checked_sub(carry.len())) {
                Some(rest) => Anomaly::new(&UNFINISHED_FRAME, origin).bytes(rest as u64),
                None => Anomaly::new(&UNFINISHED_FRAME, origin),
            };
            out.anomaly(anomaly);
        }
    }

    const fn lane(&mut self, side: Side) -> &mut Lane {
        match side {
            Side::Client => &mut self.client,
            Side::Server => &mut self.server,
        }
    }

    /// Reads the whole frames of a stretch; how many of its bytes are done with.
    fn frames(&mut self, side: Side, stretch: Stretch<'_>, out: &mut impl FrameSink) -> usize {
        let mut at = 0;
        if mem::take(&mut self.lane(side).adrift) && self.knows_counter(side) {
            let (skipped, found) = self.land(side, stretch, out);
            if !found {
                return skipped;
            }
            at = skipped;
        }
        while let Some(frame) = framing::frame_at(stretch.bytes, at) {
            let origin = stretch.span(at);
            if !self.frame(side, origin, frame, out) {
                if let Some(found) = self.find_frame(side, stretch.bytes, at + 1) {
                    self.skip(side, origin, found - at, out);
                    at = found;
                    continue;
                }
                self.far_frame(side, origin, frame, out);
            }
            at += PREFIX + frame.len();
        }
        at
    }

    /// Reads one frame; `false` if it does not open with a counter that is near, and nothing was said yet.
    fn frame(&mut self, side: Side, origin: Origin, frame: &[u8], out: &mut impl FrameSink) -> bool {
        if !self.lane(side).past_handshake
            && let Some(message) = HandshakeMessage::read(frame)
            && self.handshake_message(side, origin, &message, out)
        {
            return true;
        }
        if frame.is_empty() {
            out.anomaly(Anomaly::new(&EMPTY_FRAME, origin));
            return true;
        }
        let Self { client, server, plain, near, .. } = self;
        let lane = if side == Side::Client { client } else { server };
        match &mut lane.receiver {
            Some(receiver) => match receiver.open(frame, plain, near) {
                Some(opened) => self.opened(side, origin, frame, opened, out),
                None => return false,
            },
            None => self.unopened(side, origin, frame, out),
        }
        true
    }

    /// Reads a frame that does not open with a counter that is near, at a place that seems right.
    fn far_frame(&mut self, side: Side, origin: Origin, frame: &[u8], out: &mut impl FrameSink) {
        let Self { client, server, plain, far, lost, proven, .. } = self;
        let lane = if side == Side::Client { client } else { server };
        let Some(receiver) = &mut lane.receiver else { return };
        if let Some(opened) = receiver.open_far(frame, plain, far) {
            return self.opened(side, origin, frame, opened, out);
        }
        receiver.fail();
        lane.count.frames += 1;
        *lost = true;
        out.anomaly(if frame.len() < TAG {
            Anomaly::new(&SHORT_FRAME, origin).bytes(frame.len() as u64)
        } else if *proven {
            Anomaly::new(&UNAUTHENTICATED, origin)
        } else {
            Anomaly::new(&WRONG_KEY, origin)
        });
    }

    /// Passes on a frame that opened into `self.plain`.
    fn opened(&mut self, side: Side, origin: Origin, frame: &[u8], opened: Opened, out: &mut impl FrameSink) {
        let Opened { counter, missing, sought } = opened;
        if missing > 0 {
            self.lost = true;
            let (first, last) = (u64::from(counter).saturating_sub(missing), counter.saturating_sub(1));
            let which = if missing == 1 { format!("counter {last}") } else { format!("counters {first} to {last}") };
            out.anomaly(Anomaly::new(&MISSING_FRAMES, origin).detail(format!("from the {}, {which}", side.name())));
        }
        if sought {
            let detail = format!("from the {}, counter {counter}", side.name());
            out.anomaly(Anomaly::new(&BEGUN_MIDWAY, origin).detail(detail));
        }
        self.proven = true;
        let lane = self.lane(side);
        lane.past_handshake = true;
        lane.count.frames += 1;
        lane.count.decrypted += 1;
        if self.plain == END_OF_STREAM {
            self.ended = true;
        } else {
            out.item(Located::new(
                origin,
                Frame { counter, dictionary: self.dictionary, ciphertext: frame, plaintext: &self.plain },
            ));
        }
    }
}

/// What a text message is in a connection of WhatsApp's.
pub(super) fn text_message(origin: Origin, data: &[u8], out: &mut impl FrameSink) {
    out.anomaly(Anomaly::new(&TEXT_MESSAGE, origin).bytes(data.len() as u64));
}
