//! A WhatsApp connection: two directions of frames, first of the handshake, then of the transport.

use std::mem;
use std::sync::Arc;

use super::diagnoses::{
    BEGUN_INSIDE_FRAME, BEGUN_MIDWAY, EMPTY_FRAME, MISSING_FRAMES, SHORT_FRAME, SKIPPED_BYTES, TEXT_MESSAGE,
    UNAUTHENTICATED, UNFINISHED_FRAME, WRONG_KEY,
};
use super::framing::{self, CAPACITY_KEPT, PREFIX, Partial, Stretch, TAG};
use super::handshake::Handshake;
use super::keying::{Keying, Obstacle, Step};
use super::messages::HandshakeMessage;
use super::report::{Counters, Report, State};
use super::stream::{FrameStream, SEARCHED, Trials};
use super::transport::{Found, Receiver};
use super::{Frame, FrameSink};
use crate::anomaly::Anomaly;
use crate::keys::{Keys, PublicKey, TransportKeys};
use crate::origin::{Direction, Located, Origin, PerDirection};
use crate::protocol::budget::Budget;

/// The plaintext that ends the stream.
const END_OF_STREAM: &[u8] = &[2];

/// The most bytes of frames that are kept for a server hello that may have been captured late.
const PENDING_MOST: usize = 64 * 1024;

/// A frame that cannot be decrypted before the server hello.
struct PendingFrame {
    direction: Direction,
    origin: Origin,
    frame: Vec<u8>,
}

/// A WhatsApp connection, both directions.
pub(super) struct Connection {
    streams: PerDirection<FrameStream>,
    keying: Keying,
    dictionary: Option<u8>,
    pending: Vec<PendingFrame>,
    trials: Trials,
    ended: bool,
    /// Whether something that may have been a frame was not read.
    lost: bool,
}

impl Connection {
    fn new(keying: Keying) -> Self {
        Self {
            streams: PerDirection::default(),
            keying,
            dictionary: None,
            pending: Vec::new(),
            trials: Trials { plain: Vec::new(), budget: Budget::trials(100_000) },
            ended: false,
            lost: false,
        }
    }

    /// Creates a connection at its first byte. The client's first frame follows `header` bytes.
    pub(super) fn from_start(keys: &Arc<Keys>, prologue: [u8; 4], header: usize) -> Self {
        let mut connection = Self::new(Keying::from_start(keys, prologue));
        let [_, _, _, dictionary] = prologue;
        connection.dictionary = Some(dictionary);
        connection.streams.outbound.header = header;
        connection
    }

    /// Creates a connection that began before the capture, with known transport keys.
    pub(super) fn midway(keys: &Arc<Keys>, key_used: PublicKey, transport: &TransportKeys) -> Self {
        let mut connection = Self::new(Keying::midway(keys, key_used));
        connection.streams.outbound.receiver = Receiver::begun_before(&transport.client_to_server);
        connection.streams.inbound.receiver = Receiver::begun_before(&transport.server_to_client);
        connection
    }

    /// Creates a connection whose frames can only be counted.
    pub(super) fn opaque(keys: &Arc<Keys>, obstacle: Obstacle) -> Self {
        Self::new(Keying::without_keys(keys, obstacle))
    }

    /// Returns what is known of the connection.
    pub(super) fn report(&self) -> Report {
        let (outbound, inbound) = (self.streams.outbound.count, self.streams.inbound.count);
        let decrypted = outbound.decrypted + inbound.decrypted;
        let state = match self.keying.obstacle() {
            _ if decrypted > 0 && self.lost => State::Partial,
            _ if decrypted > 0 => State::Decrypted,
            Some(obstacle) if *obstacle == WRONG_KEY => State::WrongKey,
            Some(_) => State::NoKey,
            None if self.lost && self.keying.proven => State::Partial,
            None if self.lost => State::WrongKey,
            None => State::Handshake,
        };
        let handshake = self.keying.handshake();
        Report {
            state,
            pattern: handshake.map(Handshake::pattern),
            client_ephemeral: handshake.map(Handshake::ephemeral),
            key_used: self.keying.key_used(),
            server_static: handshake.and_then(Handshake::server_static),
            login: handshake.and_then(Handshake::login),
            counters: self.keying.counters(),
            outbound,
            inbound,
            ended: self.ended,
        }
    }

    /// Takes bytes of one direction.
    pub(super) fn push(&mut self, direction: Direction, origin: Origin, mut data: &[u8], out: &mut impl FrameSink) {
        let origin = Origin { direction: Some(direction), ..origin };
        let stream = &mut self.streams[direction];
        let header = stream.header.min(data.len());
        stream.header -= header;
        data = data.get(header..).unwrap_or_default();

        let mut partial = mem::take(&mut stream.partial);
        let message_lost = mem::take(&mut stream.message_lost);
        if !partial.is_empty()
            && (message_lost && !stream.continues(&partial, data, &mut self.trials)
                || framing::fits(data) && stream.begins_frame(data, &mut self.trials))
        {
            self.abandon(direction, &mut partial, out);
        }
        if partial.is_empty() {
            let read = self.frames(direction, Stretch { bytes: data, origins: &[(0, origin)], last: origin }, out);
            partial.append(origin, data.get(read..).unwrap_or_default());
        } else {
            partial.append(origin, data);
            let read = self.frames(direction, partial.stretch(origin), out);
            partial.consume(read);
        }
        self.streams[direction].partial = partial;
        if self.trials.plain.capacity() > CAPACITY_KEPT {
            self.trials.plain = Vec::new();
        }
    }

    /// Notes that bytes of one direction are missing.
    pub(super) fn gap(&mut self, direction: Direction, out: &mut impl FrameSink) {
        let mut partial = mem::take(&mut self.streams[direction].partial);
        self.abandon(direction, &mut partial, out);
        let stream = &mut self.streams[direction];
        stream.misaligned = true;
        stream.partial = partial;
    }

    /// Notes that messages of one direction are missing.
    pub(super) fn lost_message(&mut self, direction: Direction) {
        self.streams[direction].message_lost = true;
    }

    /// Reports a text message, which WhatsApp does not use.
    pub(super) fn text_message(origin: Origin, data: &[u8], out: &mut impl FrameSink) {
        out.anomaly(Anomaly::new(&TEXT_MESSAGE, origin).bytes(data.len() as u64));
    }

    /// Ends the connection, and reports incomplete and undecrypted frames.
    pub(super) fn finish(&mut self, out: &mut impl FrameSink) {
        self.give_up_pending(out);
        for direction in [Direction::Outbound, Direction::Inbound] {
            let partial = mem::take(&mut self.streams[direction].partial);
            let Some(origin) = partial.origin() else { continue };
            self.lost = true;
            let anomaly = match partial.expected().and_then(|expected| expected.checked_sub(partial.len())) {
                Some(rest) => Anomaly::new(&UNFINISHED_FRAME, origin).bytes(rest as u64),
                None => Anomaly::new(&UNFINISHED_FRAME, origin),
            };
            out.anomaly(anomaly);
        }
    }

    /// Reads the complete frames of a stretch. Returns the number of bytes used.
    fn frames(&mut self, direction: Direction, stretch: Stretch<'_>, out: &mut impl FrameSink) -> usize {
        let mut at = 0;
        let stream = &mut self.streams[direction];
        if mem::take(&mut stream.misaligned) && stream.receiver.is_some() {
            let found = stream.find_frame(stretch.bytes, 0, &mut self.trials);
            stream.misaligned = found.is_none();
            let skipped = found.unwrap_or(stretch.bytes.len().saturating_sub(SEARCHED));
            self.skip(direction, stretch.span(0), skipped, out);
            if found.is_none() {
                return skipped;
            }
            at = skipped;
        }
        while let Some(frame) = framing::frame_at(stretch.bytes, at) {
            let origin = stretch.span(at);
            if !self.frame(direction, origin, frame, out) {
                let next = self.streams[direction].find_frame(stretch.bytes, at + 1, &mut self.trials);
                if let Some(found) = next {
                    self.skip(direction, origin, found - at, out);
                    at = found;
                    continue;
                }
                self.fail_frame(direction, origin, frame, out);
            }
            at += PREFIX + frame.len();
        }
        at
    }

    /// Reads one frame. Returns `false`, without a report, if it does not decrypt.
    fn frame(&mut self, direction: Direction, origin: Origin, frame: &[u8], out: &mut impl FrameSink) -> bool {
        if !self.streams[direction].past_handshake
            && let Some(message) = HandshakeMessage::read(frame)
            && self.handshake_message(direction, origin, &message, out)
        {
            return true;
        }
        if frame.is_empty() {
            out.anomaly(Anomaly::new(&EMPTY_FRAME, origin));
            return true;
        }
        let Trials { plain, budget } = &mut self.trials;
        match &mut self.streams[direction].receiver {
            Some(receiver) => match receiver.open(frame, plain, budget) {
                Some(found) => self.deliver(direction, origin, frame, found, out),
                None => return false,
            },
            None => self.postpone(direction, origin, frame, out),
        }
        true
    }

    /// Reports a frame at a plausible position that does not decrypt.
    fn fail_frame(&mut self, direction: Direction, origin: Origin, frame: &[u8], out: &mut impl FrameSink) {
        let stream = &mut self.streams[direction];
        let Some(receiver) = &mut stream.receiver else { return };
        receiver.fail();
        stream.count.frames += 1;
        self.lost = true;
        out.anomaly(if frame.len() < TAG {
            Anomaly::new(&SHORT_FRAME, origin).bytes(frame.len() as u64)
        } else if self.keying.proven {
            Anomaly::new(&UNAUTHENTICATED, origin)
        } else {
            Anomaly::new(&WRONG_KEY, origin)
        });
    }

    /// Outputs a frame that was decrypted into the buffer of the trials.
    fn deliver(&mut self, direction: Direction, origin: Origin, frame: &[u8], found: Found, out: &mut impl FrameSink) {
        let Found { counter, missing, sought } = found;
        let sender = if direction == Direction::Outbound { "client" } else { "server" };
        if missing > 0 {
            self.lost = true;
            let (first, last) = (u64::from(counter).saturating_sub(missing), counter.saturating_sub(1));
            let which = if missing == 1 { format!("counter {last}") } else { format!("counters {first} to {last}") };
            out.anomaly(Anomaly::new(&MISSING_FRAMES, origin).detail(format!("from the {sender}, {which}")));
        }
        if sought {
            let detail = format!("from the {sender}, counter {counter}");
            out.anomaly(Anomaly::new(&BEGUN_MIDWAY, origin).detail(detail));
        }
        self.keying.proven = true;
        let stream = &mut self.streams[direction];
        stream.past_handshake = true;
        stream.count.frames += 1;
        stream.count.decrypted += 1;
        let plaintext = self.trials.plain.as_slice();
        if plaintext == END_OF_STREAM {
            self.ended = true;
        } else {
            let dictionary = self.dictionary;
            out.item(Located::new(origin, Frame { counter, dictionary, ciphertext: frame, plaintext }));
        }
    }

    /// Takes a message of the handshake. Returns `false` if it cannot be one here.
    fn handshake_message(
        &mut self,
        direction: Direction,
        origin: Origin,
        message: &HandshakeMessage<'_>,
        out: &mut impl FrameSink,
    ) -> bool {
        let step = match (direction, message) {
            (Direction::Outbound, HandshakeMessage::ClientHello(hello)) => self.keying.client_hello(hello),
            (Direction::Inbound, HandshakeMessage::ServerHello(hello)) => {
                self.streams.inbound.past_handshake = true;
                self.keying.server_hello(hello)
            }
            (Direction::Outbound, HandshakeMessage::ClientFinish(finish)) => {
                self.streams.outbound.past_handshake = true;
                self.keying.client_finish(finish)
            }
            _ => return false,
        };
        match step {
            Step::Unexpected => return false,
            Step::Taken => return true,
            Step::Transport(transport) => {
                self.streams.outbound.receiver = Receiver::new(&transport.client_to_server);
                self.streams.inbound.receiver = Receiver::new(&transport.server_to_client);
            }
            Step::Failed(reason) => {
                for stream in self.streams.both_mut() {
                    stream.receiver = None;
                }
                if let Some(reason) = reason {
                    out.anomaly(Anomaly::new(&WRONG_KEY, origin).detail(reason));
                }
            }
        }
        if direction == Direction::Inbound {
            for PendingFrame { direction, origin, frame } in mem::take(&mut self.pending) {
                if !self.frame(direction, origin, &frame, out) {
                    self.fail_frame(direction, origin, &frame, out);
                }
            }
        }
        true
    }

    /// Keeps a frame until there is a key for it, or counts it if that is not expected.
    fn postpone(&mut self, direction: Direction, origin: Origin, frame: &[u8], out: &mut impl FrameSink) {
        let kept: usize = self.pending.iter().map(|pending| pending.frame.len() + TAG).sum();
        if self.keying.obstacle().is_none() && kept + frame.len() <= PENDING_MOST {
            self.pending.push(PendingFrame { direction, origin, frame: frame.to_vec() });
            return;
        }
        self.give_up_pending(out);
        self.count_undecrypted(direction, origin, out);
    }

    /// Counts the pending frames as lost, because the server hello did not come.
    fn give_up_pending(&mut self, out: &mut impl FrameSink) {
        for PendingFrame { direction, origin, .. } in mem::take(&mut self.pending) {
            self.count_undecrypted(direction, origin, out);
        }
    }

    fn count_undecrypted(&mut self, direction: Direction, origin: Origin, out: &mut impl FrameSink) {
        self.lost = true;
        self.streams[direction].count.frames += 1;
        out.anomaly(self.keying.obstructed(origin));
    }

    /// Reports that bytes were skipped to find the next frame.
    fn skip(&mut self, direction: Direction, origin: Origin, bytes: usize, out: &mut impl FrameSink) {
        if bytes == 0 {
            return;
        }
        let before_first =
            self.keying.counters() == Some(Counters::ByTrial) && self.streams[direction].count.frames == 0;
        let diagnosis = if before_first { &BEGUN_INSIDE_FRAME } else { &SKIPPED_BYTES };
        self.lost |= !before_first;
        out.anomaly(Anomaly::new(diagnosis, origin).bytes(bytes as u64));
    }

    /// Gives up the incomplete frame of a direction.
    fn abandon(&mut self, direction: Direction, partial: &mut Partial, out: &mut impl FrameSink) {
        if let Some(origin) = partial.origin() {
            self.skip(direction, origin, partial.len(), out);
            partial.clear();
        }
    }
}
