//! The decoder of one connection.

use std::fmt;
use std::sync::Arc;

use super::FrameSink;
use super::candidate::{Candidate, Decision, direction_of};
use super::connection::Connection;
use super::report::{Report, State};
use crate::keys::{Keys, PublicKey};
use crate::origin::{Located, Origin};
use crate::protocol::websocket::{Message, Opcode};

/// Decrypts the frames of one connection: messages of both directions in, in capture order, and frames out.
///
/// Only the bytes of binary messages matter. If WhatsApp's protocol is used without a WebSocket, pieces of the stream, split
/// anywhere, are pushed as binary messages.
pub struct Decoder {
    keys: Arc<Keys>,
    phase: Phase,
    /// Whether the capture's directions turned out to be swapped.
    mirrored: bool,
}

impl fmt::Debug for Decoder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Decoder").field("report", &self.report()).finish_non_exhaustive()
    }
}

enum Phase {
    Candidate(Candidate),
    Connection(Box<Connection>),
    NotWhatsapp,
}

impl Decoder {
    /// Creates a decoder for one connection.
    #[must_use]
    pub fn new(keys: Arc<Keys>) -> Self {
        Self { keys, phase: Phase::Candidate(Candidate::default()), mirrored: false }
    }

    /// Takes the next message of the connection. `out` receives the frames that it completes, with origins from their first
    /// message to their last, and the directions that their keys prove.
    pub fn push(&mut self, message: Located<Message<'_>>, out: &mut impl FrameSink) {
        let Located { origin, item: Message { opcode, data } } = message;
        match &mut self.phase {
            Phase::NotWhatsapp => {}
            Phase::Connection(connection) if opcode == Opcode::Binary => {
                connection.push(direction_of(origin, self.mirrored), origin, data, out);
            }
            Phase::Connection(_) => Connection::text_message(origin, data, out),
            Phase::Candidate(candidate) => {
                let decision = match opcode {
                    Opcode::Binary => candidate.push(&self.keys, origin, data, out),
                    Opcode::Text => candidate.push_text(),
                };
                self.settle(decision, out);
            }
        }
    }

    /// Notes that one or more messages of the origin's direction could not be read. The next message of a WebSocket usually
    /// begins a frame; otherwise the next frame is searched for.
    pub fn lost_message(&mut self, origin: Origin) {
        if let Phase::Connection(connection) = &mut self.phase {
            connection.lost_message(direction_of(origin, self.mirrored));
        }
    }

    /// Notes that bytes of a direction are missing between the messages pushed so far and the next ones, so that no frame
    /// continues and the next one may begin anywhere. It is meant for stream bytes that are pushed as messages.
    pub fn gap(&mut self, origin: Origin, out: &mut impl FrameSink) {
        if let Phase::Connection(connection) = &mut self.phase {
            connection.gap(direction_of(origin, self.mirrored), out);
        }
    }

    /// Ends the connection, and reports incomplete and undecrypted frames.
    pub fn finish(&mut self, out: &mut impl FrameSink) {
        if let Phase::Candidate(candidate) = &mut self.phase {
            let decision = candidate.finish(&self.keys, out);
            self.settle(decision, out);
        }
        if let Phase::Connection(connection) = &mut self.phase {
            connection.finish(out);
        }
    }

    /// Returns what is known of the connection so far.
    #[must_use]
    pub fn report(&self) -> Report {
        match &self.phase {
            Phase::Candidate(_) => Report::default(),
            Phase::NotWhatsapp => Report { state: State::NotWhatsapp, ..Report::default() },
            Phase::Connection(connection) => connection.report(),
        }
    }

    /// Returns the server's static public key, if the handshake revealed or confirmed it. A later resumed login of the same
    /// client begins with it ([`Keys::add_server_static`]).
    #[must_use]
    pub fn server_static(&self) -> Option<PublicKey> {
        self.report().server_static
    }

    /// Acts on a decision, and reads the held messages.
    fn settle(&mut self, decision: Decision, out: &mut impl FrameSink) {
        let (mut connection, mirrored) = match decision {
            Decision::Wait => return,
            Decision::NotWhatsapp => {
                self.phase = Phase::NotWhatsapp;
                return;
            }
            Decision::Whatsapp { connection, mirrored } => (connection, mirrored),
        };
        self.mirrored = mirrored;
        if let Phase::Candidate(candidate) = &mut self.phase {
            for (origin, data) in candidate.take_held() {
                connection.push(direction_of(origin, mirrored), origin, &data, out);
            }
        }
        self.phase = Phase::Connection(connection);
    }
}
