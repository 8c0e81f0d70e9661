//! Chunk to message: the HTTP/1.1 upgrade and WebSocket frames (RFC 6455), with permessage-deflate (RFC 7692).
//!
//! A [`Decoder`] reads one connection, both directions, in capture order. It first finds out whether the
//! connection is a websocket at all: by its upgrade, or, where that was not captured, by the frames
//! themselves. While it looks it keeps at most 64 KiB a direction; as soon as the connection is certainly
//! something else it drops them and says [`State::NotWebsocket`], and need not be fed any more.

use crate::anomaly::Diagnosis;
use crate::origin::{Direction, Located, Origin};
use crate::protocol::Sink;
use crate::protocol::tcp::Chunk;

mod backlog;
mod both;
mod deflate;
mod frame;
mod handshake;
mod http;
mod http2;
mod message;
mod opened;
mod opening;
mod search;
mod side;
mod trial;

#[cfg(test)]
mod tests;

pub use handshake::HTTP2;
pub use http::Deflate;
pub use http2::Http2;

use both::Both;
use handshake::{Handshake, Outcome};
use opened::Opened;
use side::Side;

/// Every departure that this layer reports.
pub const DIAGNOSES: &[&Diagnosis] = &[
    &HTTP2,
    &http2::IN_HTTP2,
    &handshake::UPGRADE_REFUSED,
    &opened::ACCEPT_MISMATCH,
    &opened::UNKNOWN_EXTENSION,
    &opened::UPGRADE_NOT_CAPTURED,
    &search::FRAMING_LOST,
    &side::MALFORMED_HEADER,
    &side::UNMASKED_CLIENT_FRAME,
    &side::MASKED_SERVER_FRAME,
    &message::RESERVED_BITS,
    &side::STRAY_RESERVED_BITS,
    &side::RESERVED_OPCODE,
    &side::RESERVED_CONTROL_OPCODE,
    &message::STRAY_CONTINUATION,
    &message::INTERRUPTED_MESSAGE,
    &message::MESSAGE_TOO_LONG,
    &message::MESSAGE_GAP,
    &side::INCOMPLETE_MESSAGE,
    &deflate::INFLATE_FAILED,
    &deflate::CONTEXT_MISSING,
    &deflate::INFLATE_LIMIT,
];

/// Bytes of a message, compressed or inflated, that are read at most: 64 MiB.
const MESSAGE_LIMIT: u64 = 64 << 20;

/// A whole WebSocket data message, unmasked and inflated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Message<'a> {
    /// Text or binary.
    pub opcode: Opcode,
    /// The payload of all its fragments.
    pub data: &'a [u8],
}

/// The opcode of a data message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Opcode {
    /// 1: UTF-8 text.
    Text,
    /// 2: bytes.
    Binary,
}

/// What is known of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Too little was seen to tell.
    Undecided,
    /// A websocket whose upgrade was captured.
    Upgraded,
    /// A websocket whose upgrade was not captured, or only in part: begun before the capture, or the bytes are
    /// missing.
    Assumed,
    /// Something else. What is pushed from here on is ignored.
    NotWebsocket,
}

/// What was seen of the upgrade (RFC 6455 section 4). Text from the capture in it is untrusted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Upgrade {
    /// The request's `Host`.
    pub host: Option<Box<str>>,
    /// The request's target: path and query.
    pub path: Option<Box<str>>,
    /// The response's permessage-deflate; `None` if it was not agreed on, or the response was not captured.
    pub deflate: Option<Deflate>,
}

/// What one direction of a connection carried.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counters {
    /// Messages given out.
    pub messages: u64,
    /// Bytes in them, inflated.
    pub bytes: u64,
    /// How many of them were compressed.
    pub compressed: u64,
    /// Pings, pongs and closes.
    pub control_frames: u64,
    /// The status code of the close frame (RFC 6455 section 7.4), 1005 if it has none.
    pub close: Option<u16>,
}

/// Reads one connection: chunks of both directions in, messages out.
#[derive(Debug, Default)]
pub struct Decoder {
    stage: Stage,
    upgrade: Option<Upgrade>,
}

#[derive(Debug)]
enum Stage {
    Handshake(Box<Handshake>),
    Open(Box<Open>),
    Foreign,
}

impl Default for Stage {
    fn default() -> Self {
        Self::Handshake(Box::default())
    }
}

/// A connection that is a websocket.
#[derive(Debug)]
struct Open {
    assumed: bool,
    /// The client, as the chunks name it, is [`Direction::Inbound`].
    flipped: bool,
    sides: Both<Side>,
}

impl Open {
    /// The direction of what the chunks say travelled in `claimed`.
    const fn direction(&self, claimed: Direction) -> Direction {
        if self.flipped { claimed.reversed() } else { claimed }
    }

    fn push<S>(&mut self, chunk: Located<Chunk<'_>>, out: &mut S)
    where
        S: for<'a> Sink<Message<'a>>,
    {
        let direction = self.direction(claimed(&chunk));
        let origin = Origin { direction: Some(direction), ..chunk.origin };
        let side = self.sides.of_mut(direction);
        match chunk.item {
            Chunk::Data(data) => side.data(data, origin, out),
            Chunk::Gap(bytes) => side.gap(bytes, origin, out),
            Chunk::End(_) => side.end(out),
        }
    }
}

/// The direction that a chunk claims. The TCP layer always names one.
fn claimed(chunk: &Located<Chunk<'_>>) -> Direction {
    chunk.origin.direction.unwrap_or(Direction::Outbound)
}

impl Decoder {
    /// A decoder for a connection of which nothing was seen yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Reads the next chunk of either direction, in capture order.
    ///
    /// A message's origin runs from the first byte of its first frame's header to its last byte, and its
    /// direction is the true one, even where the chunks have client and server the wrong way round: only
    /// clients mask their frames and only clients ask for an upgrade.
    pub fn push<S>(&mut self, chunk: Located<Chunk<'_>>, out: &mut S)
    where
        S: for<'a> Sink<Message<'a>>,
    {
        match &mut self.stage {
            Stage::Foreign => {}
            Stage::Open(open) => open.push(chunk, out),
            Stage::Handshake(handshake) => {
                let (outcome, rest) = handshake.push(chunk);
                self.settle(outcome, out);
                if let Stage::Open(open) = &mut self.stage
                    && let Some(rest) = rest
                {
                    open.push(rest, out);
                }
            }
        }
    }

    /// Says that no more chunks will come: what is incomplete is reported.
    pub fn finish<S>(&mut self, out: &mut S)
    where
        S: for<'a> Sink<Message<'a>>,
    {
        if let Stage::Handshake(handshake) = &mut self.stage {
            let outcome = handshake.finish();
            self.settle(outcome, out);
        }
        match &mut self.stage {
            Stage::Open(open) => {
                for direction in [Direction::Outbound, Direction::Inbound] {
                    open.sides.of_mut(direction).end(out);
                }
            }
            Stage::Handshake(handshake) => **handshake = Handshake::default(),
            Stage::Foreign => {}
        }
    }

    /// What is known of the connection so far.
    #[must_use]
    pub fn state(&self) -> State {
        match &self.stage {
            Stage::Handshake(_) => State::Undecided,
            Stage::Open(open) if open.assumed => State::Assumed,
            Stage::Open(_) => State::Upgraded,
            Stage::Foreign => State::NotWebsocket,
        }
    }

    /// What was seen of the upgrade, once the connection is known to be a websocket.
    #[must_use]
    pub fn upgrade(&self) -> Option<&Upgrade> {
        self.upgrade.as_ref()
    }

    /// Whether the chunks have client and server the wrong way round, so that messages are given the other
    /// direction.
    #[must_use]
    pub fn flipped(&self) -> bool {
        matches!(&self.stage, Stage::Open(open) if open.flipped)
    }

    /// What was read of the true `direction` so far.
    #[must_use]
    pub fn counters(&self, direction: Direction) -> Counters {
        match &self.stage {
            Stage::Open(open) => open.sides.of(direction).counters(),
            Stage::Handshake(_) | Stage::Foreign => Counters::default(),
        }
    }

    fn settle<S>(&mut self, outcome: Outcome, out: &mut S)
    where
        S: for<'a> Sink<Message<'a>>,
    {
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

    /// Starts reading frames, beginning with what was kept while it was not known that they are frames.
    fn open<S>(&mut self, opened: Opened, out: &mut S)
    where
        S: for<'a> Sink<Message<'a>>,
    {
        let Opened { assumed, client, upgrade, sides, notes, backlog } = opened;
        let mut open = Open { assumed, flipped: client == Direction::Inbound, sides };
        for mut note in notes {
            note.origin.direction = note.origin.direction.map(|claimed| open.direction(claimed));
            out.anomaly(note);
        }
        backlog.replay(|chunk| open.push(chunk, out));
        self.upgrade = Some(upgrade);
        self.stage = Stage::Open(Box::new(open));
    }
}

/// A place `bytes` further on in the same chunk.
fn further(origin: Origin, bytes: usize) -> Origin {
    Origin { offset: origin.offset.saturating_add(bytes as u64), ..origin }
}
