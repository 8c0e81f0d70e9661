//! A connection that is a WebSocket, and how it begins.

use super::deflate::Inflater;
use super::diagnoses::{ACCEPT_MISMATCH, FRAMING_LOST, UNKNOWN_EXTENSION, UPGRADE_NOT_CAPTURED};
use super::http::{Deflate, Switched, Upgrading, accepts};
use super::reader::FrameReader;
use super::{Counters, MessageSink};
use crate::anomaly::Anomaly;
use crate::origin::{Direction, Located, Origin, PerDirection};
use crate::protocol::tcp::{Backlog, Chunk};

/// The captured part of an upgrade (RFC 6455 section 4). Text in it is untrusted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Upgrade {
    /// The request's `Host`.
    pub host: Option<Box<str>>,
    /// The request's target, path and query.
    pub path: Option<Box<str>>,
    /// The negotiated permessage-deflate; `None` if there is none, or the response was not captured.
    pub deflate: Option<Deflate>,
}

/// A connection that is a WebSocket.
#[derive(Debug)]
pub(super) struct Connection {
    /// Whether the upgrade was not captured, or only in part.
    pub(super) assumed: bool,
    /// Whether the client, as the chunks name it, is [`Direction::Inbound`].
    pub(super) flipped: bool,
    pub(super) upgrade: Upgrade,
    readers: PerDirection<FrameReader>,
}

impl Connection {
    /// Returns the true direction of chunks that claim to have travelled in `claimed`.
    pub(super) const fn direction(&self, claimed: Direction) -> Direction {
        if self.flipped { claimed.reversed() } else { claimed }
    }

    /// Takes the next chunk of either direction.
    pub(super) fn push(&mut self, chunk: Located<Chunk<'_>>, out: &mut impl MessageSink) {
        let direction = self.direction(Chunk::direction(&chunk));
        let origin = Origin { direction: Some(direction), ..chunk.origin };
        let reader = &mut self.readers[direction];
        match chunk.item {
            Chunk::Data(data) => reader.data(data, origin, out),
            Chunk::Gap(bytes) => reader.gap(bytes, origin, out),
            Chunk::End(_) => reader.end(out),
        }
    }

    /// Ends both directions.
    pub(super) fn finish(&mut self, out: &mut impl MessageSink) {
        for reader in self.readers.both_mut() {
            reader.end(out);
        }
    }

    /// Returns the traffic of a true direction.
    pub(super) fn counters(&self, direction: Direction) -> Counters {
        self.readers[direction].counters()
    }
}

/// The captured part of a WebSocket's beginning. Directions are as claimed by the chunks.
#[derive(Debug)]
pub(super) struct Seen {
    pub(super) assumed: bool,
    pub(super) client: Direction,
    pub(super) upgrading: Option<Upgrading>,
    pub(super) switched: Option<Switched>,
    pub(super) starts: PerDirection<Start>,
}

/// What the kept bytes of a direction begin with.
#[derive(Clone, Copy, Debug)]
pub(super) enum Start {
    /// The first frame after the upgrade.
    Upgraded,
    /// A frame that was found by trial, after this many lost bytes.
    Found(u64),
    /// Any part of a frame, after this many lost bytes.
    Unknown(u64),
}

/// A connection that was recognised as a WebSocket.
#[derive(Debug)]
pub(super) struct Opened {
    pub(super) connection: Connection,
    /// Anomalies to report, with directions as claimed by the chunks.
    pub(super) notes: Vec<Anomaly>,
    /// The chunks to read first.
    pub(super) backlog: Backlog,
}

impl Seen {
    /// Creates the connection. `origin` is where it was recognised.
    pub(super) fn open(self, backlog: Backlog, origin: Origin) -> Opened {
        let readers = PerDirection { outbound: self.reader(self.client), inbound: self.reader(self.client.reversed()) };
        let notes = self.notes(origin, &backlog);
        let deflate = self.switched.and_then(|switched| switched.extensions.deflate);
        let (host, path) = self.upgrading.map_or((None, None), |upgrading| (upgrading.host, upgrading.path));
        let upgrade = Upgrade { host, path, deflate };
        let flipped = self.client == Direction::Inbound;
        Opened { connection: Connection { assumed: self.assumed, flipped, upgrade, readers }, notes, backlog }
    }

    fn reader(&self, claimed: Direction) -> FrameReader {
        let is_client = claimed == self.client;
        match self.starts[claimed] {
            Start::Upgraded => FrameReader::upgraded(is_client, self.inflater(is_client, false)),
            Start::Found(_) => FrameReader::found(is_client, self.inflater(is_client, true)),
            Start::Unknown(lost) => FrameReader::searching(is_client, self.inflater(is_client, true), lost),
        }
    }

    /// Returns the inflater of one side, or `None` if its messages are not compressed.
    fn inflater(&self, is_client: bool, incomplete: bool) -> Option<Inflater> {
        let independent = match (&self.switched, &self.upgrading) {
            (Some(switched), _) => {
                let deflate = switched.extensions.deflate?;
                if is_client { deflate.client_no_context_takeover } else { deflate.server_no_context_takeover }
            }
            (None, Some(upgrading)) if !upgrading.offers_deflate => return None,
            (None, _) => false,
        };
        Some(Inflater::new(!independent, incomplete))
    }

    fn notes(&self, origin: Origin, backlog: &Backlog) -> Vec<Anomaly> {
        let mut notes = Vec::new();
        if self.assumed {
            notes.push(Anomaly::new(&UPGRADE_NOT_CAPTURED, origin));
        }
        for direction in [Direction::Outbound, Direction::Inbound] {
            if let Start::Found(lost @ 1..) = self.starts[direction] {
                let boundary = backlog.origin(direction).unwrap_or(origin);
                notes.push(Anomaly::new(&FRAMING_LOST, boundary).bytes(lost));
            }
        }
        if let Some(switched) = &self.switched {
            if let Some(extension) = &switched.extensions.unknown {
                notes.push(Anomaly::new(&UNKNOWN_EXTENSION, origin).detail(extension.clone()));
            }
            if let Some(Upgrading { key: Some(key), .. }) = &self.upgrading
                && !switched.accept.as_ref().is_some_and(|accept| accepts(accept, key))
            {
                notes.push(Anomaly::new(&ACCEPT_MISMATCH, origin));
            }
        }
        notes
    }
}
