//! The decoder of one connection.

use super::connection::{Connection, Opened, Upgrade};
use super::handshake::{Handshake, Outcome};
use super::{Counters, MessageSink};
use crate::origin::{Direction, Located};
use crate::protocol::tcp::Chunk;

/// What a connection is, as far as is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Too little was seen to decide.
    Undecided,
    /// A WebSocket whose upgrade was captured.
    Upgraded,
    /// A WebSocket whose upgrade was not captured, or only in part: it began before the capture, or bytes are missing.
    Assumed,
    /// Something else. Whatever is pushed from now on is ignored.
    NotWebsocket,
}

/// Reads one connection: chunks of both directions in, messages out.
#[derive(Debug, Default)]
pub struct Decoder {
    stage: Stage,
}

#[derive(Debug)]
enum Stage {
    Handshake(Box<Handshake>),
    Open(Box<Connection>),
    Foreign,
}

impl Default for Stage {
    fn default() -> Self {
        Self::Handshake(Box::default())
    }
}

impl Decoder {
    /// Creates a decoder for one connection.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Creates a decoder for a connection that is shown from its first byte on: it is a WebSocket only by its upgrade,
    /// unless bytes of that are missing.
    #[must_use]
    pub fn of_whole() -> Self {
        Self { stage: Stage::Handshake(Box::new(Handshake::of_whole())) }
    }

    /// Reads the next chunk of either direction, in capture order.
    ///
    /// A message's origin runs from the first byte of its first frame's header to its last byte. Its direction is the true
    /// one even if the chunks have client and server swapped: only clients mask their frames, and only clients request an
    /// upgrade.
    pub fn push(&mut self, chunk: Located<Chunk<'_>>, out: &mut impl MessageSink) {
        match &mut self.stage {
            Stage::Foreign => {}
            Stage::Open(connection) => connection.push(chunk, out),
            Stage::Handshake(handshake) => {
                let (outcome, rest) = handshake.push(chunk);
                self.settle(outcome, out);
                if let Stage::Open(connection) = &mut self.stage
                    && let Some(rest) = rest
                {
                    connection.push(rest, out);
                }
            }
        }
    }

    /// Ends the connection, and reports incomplete messages.
    pub fn finish(&mut self, out: &mut impl MessageSink) {
        if let Stage::Handshake(handshake) = &mut self.stage {
            let outcome = handshake.finish();
            self.settle(outcome, out);
        }
        match &mut self.stage {
            Stage::Open(connection) => connection.finish(out),
            Stage::Handshake(handshake) => **handshake = Handshake::default(),
            Stage::Foreign => {}
        }
    }

    /// Returns what the connection is, as far as is known.
    #[must_use]
    pub fn state(&self) -> State {
        match &self.stage {
            Stage::Handshake(_) => State::Undecided,
            Stage::Open(connection) if connection.assumed => State::Assumed,
            Stage::Open(_) => State::Upgraded,
            Stage::Foreign => State::NotWebsocket,
        }
    }

    /// Returns the captured part of the upgrade, once the connection is known to be a WebSocket.
    #[must_use]
    pub fn upgrade(&self) -> Option<&Upgrade> {
        match &self.stage {
            Stage::Open(connection) => Some(&connection.upgrade),
            Stage::Handshake(_) | Stage::Foreign => None,
        }
    }

    /// Returns whether the chunks have client and server swapped, so that messages get the opposite direction.
    #[must_use]
    pub fn flipped(&self) -> bool {
        matches!(&self.stage, Stage::Open(connection) if connection.flipped)
    }

    /// Returns the traffic of the true `direction` so far.
    #[must_use]
    pub fn counters(&self, direction: Direction) -> Counters {
        match &self.stage {
            Stage::Open(connection) => connection.counters(direction),
            Stage::Handshake(_) | Stage::Foreign => Counters::default(),
        }
    }

    fn settle(&mut self, outcome: Outcome, out: &mut impl MessageSink) {
        match outcome {
            Outcome::Wait => {}
            Outcome::Foreign(note) => {
                self.stage = Stage::Foreign;
                if let Some(note) = note {
                    out.anomaly(note);
                }
            }
            Outcome::Open(opened) => self.open(*opened, out),
        }
    }

    /// Starts reading frames, beginning with the chunks that were kept until the connection was recognised.
    fn open(&mut self, opened: Opened, out: &mut impl MessageSink) {
        let Opened { mut connection, notes, backlog } = opened;
        for mut note in notes {
            note.origin.direction = note.origin.direction.map(|claimed| connection.direction(claimed));
            out.anomaly(note);
        }
        backlog.replay(|chunk| connection.push(chunk, out));
        self.stage = Stage::Open(Box::new(connection));
    }
}
