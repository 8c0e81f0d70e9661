//! What passes through the layers around one frame, kept while its capture is read again.

use std::collections::BTreeMap;

use memchr::memmem;

use crate::origin::{ConnectionId, Origin};

/// Bytes that are kept of one layer.
const KEPT: usize = 256 << 10;

/// A stanza whose bytes are looked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// Where it came from.
    pub origin: Origin,
    /// Its frame as it was encrypted; empty where it was recorded without.
    pub ciphertext: Box<[u8]>,
}

/// A layer below Noise.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Below {
    /// The capture's records: packets, or the lines of a log.
    Record,
    /// The bytes of the TCP stream.
    Stream,
    /// What TLS records held, decrypted.
    Plain,
    /// The message of the websocket, unmasked and inflated.
    Message,
}

/// What of a layer a stanza came in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Passage {
    /// From the first byte to the last. Records that are packets are one after the other.
    pub origin: Origin,
    /// The bytes, or as many of them as are kept.
    pub bytes: Vec<u8>,
    /// How many there are in all.
    pub length: u64,
}

/// What a stanza came in, by layer; those that its connection does not have are not in it.
pub type Passages = BTreeMap<Below, Passage>;

/// What is kept of one layer.
#[derive(Debug, Default)]
struct Kept {
    bytes: Vec<u8>,
    /// Where each piece begins in `bytes`, how long it was, and where it came from.
    pieces: Vec<(usize, usize, Origin)>,
}

impl Kept {
    /// Keeps a piece, unless there is no room for it.
    fn push(&mut self, origin: Origin, data: &[u8]) -> bool {
        let room = KEPT.saturating_sub(self.bytes.len());
        if room > 0 {
            self.pieces.push((self.bytes.len(), data.len(), origin));
            self.bytes.extend_from_slice(data.get(..room).unwrap_or(data));
        }
        room > 0
    }

    /// The pieces that are wanted, joined; `None` if there are none.
    fn passage(&self, wants: impl Fn(usize, &Origin) -> bool) -> Option<Passage> {
        let mut passage: Option<Passage> = None;
        for (start, length, origin) in self.pieces.iter().filter(|(start, _, origin)| wants(*start, origin)) {
            let end = start.saturating_add(*length).min(self.bytes.len());
            let bytes = self.bytes.get(*start..end).unwrap_or_default();
            let joined = passage.get_or_insert_with(|| Passage { origin: *origin, bytes: Vec::new(), length: 0 });
            joined.origin = joined.origin.to(*origin);
            joined.length += *length as u64;
            joined.bytes.extend_from_slice(bytes);
        }
        passage
    }
}

/// Watches for one frame, and keeps what it came in.
#[derive(Debug)]
pub(super) struct Tap {
    wanted: Wanted,
    kept: BTreeMap<Below, Kept>,
    found: Option<BTreeMap<Below, Passage>>,
    /// Whether the last packet kept may be another connection's.
    is_pending: bool,
}

impl Tap {
    /// A tap for this frame.
    pub(super) const fn new(wanted: Wanted) -> Self {
        Self { wanted, kept: BTreeMap::new(), found: None, is_pending: false }
    }

    /// What the frame came in, once it has passed.
    pub(super) const fn found(&mut self) -> &mut Option<BTreeMap<Below, Passage>> {
        &mut self.found
    }

    /// Takes a packet as it was recorded, of a connection that [`Self::belongs`] tells.
    pub(super) fn record(&mut self, origin: Origin, data: &[u8]) {
        let origin = Origin { connection: self.wanted.origin.connection, ..origin };
        self.is_pending = self.see(Below::Record, origin, data);
    }

    /// Says which connection the last packet belongs to.
    pub(super) fn belongs(&mut self, id: ConnectionId) {
        if std::mem::take(&mut self.is_pending)
            && self.wanted.origin.connection != Some(id)
            && let Some(kept) = self.kept.get_mut(&Below::Record)
            && let Some((start, ..)) = kept.pieces.pop()
        {
            kept.bytes.truncate(start);
        }
    }

    /// Takes bytes of a layer below messages; whether it keeps them.
    pub(super) fn see(&mut self, layer: Below, origin: Origin, data: &[u8]) -> bool {
        self.is_near(origin) && self.kept.entry(layer).or_default().push(origin, data)
    }

    /// Takes bytes that are given to the Noise layer: a message of a websocket, or a part of the stream itself.
    pub(super) fn message(&mut self, origin: Origin, data: &[u8], is_websocket: bool) {
        let Wanted { ciphertext, origin: Origin { direction, .. } } = &self.wanted;
        if !self.is_near(origin)
            || (direction.is_some() && origin.direction.is_some() && *direction != origin.direction)
        {
            return;
        }
        let kept = self.kept.entry(Below::Message).or_default();
        // It may begin in the message before.
        let from = kept.bytes.len().saturating_sub(ciphertext.len());
        kept.push(origin, data);
        if ciphertext.is_empty() {
            return;
        }
        let tail = kept.bytes.get(from..).unwrap_or_default();
        if let Some(place) = memmem::find(tail, ciphertext) {
            let first = from + place;
            let last = first + ciphertext.len();
            self.find(first, last, is_websocket);
        }
    }

    /// Whether something of the frame's connection lies in its records.
    fn is_near(&self, origin: Origin) -> bool {
        let wanted = &self.wanted.origin;
        self.found.is_none()
            && origin.connection == wanted.connection
            && origin.last >= wanted.first
            && origin.first <= wanted.last
    }

    /// The frame has passed, in these bytes of the messages kept.
    fn find(&mut self, first: usize, last: usize, is_websocket: bool) {
        let kept = |layer| self.kept.get(&layer);
        // What the layers above are working on is the last of what they were given.
        let lowest = kept(Below::Plain).or_else(|| kept(Below::Stream));
        let direction = lowest.and_then(|kept| kept.pieces.last()).and_then(|(.., origin)| origin.direction);
        let same_way = |_: usize, origin: &Origin| direction.is_none() || origin.direction == direction;
        let stream = kept(Below::Stream);
        let carries = |_: usize, record: &Origin| {
            stream.is_none_or(|stream| {
                let of_record = |origin: &Origin| origin.first <= record.last && record.last <= origin.last;
                stream.pieces.iter().any(|(start, _, origin)| same_way(*start, origin) && of_record(origin))
            })
        };
        let overlaps = |start: usize, _: &Origin| {
            let lengths = kept(Below::Message).into_iter().flat_map(|kept| &kept.pieces);
            let length = lengths.into_iter().find(|(known, ..)| *known == start).map_or(0, |(_, length, _)| *length);
            start < last && first < start + length
        };
        let passages = [
            (Below::Record, kept(Below::Record).and_then(|kept| kept.passage(carries))),
            (Below::Stream, stream.and_then(|kept| kept.passage(same_way))),
            (Below::Plain, kept(Below::Plain).and_then(|kept| kept.passage(same_way))),
            (Below::Message, kept(Below::Message).filter(|_| is_websocket).and_then(|kept| kept.passage(overlaps))),
        ];
        self.found = Some(passages.into_iter().filter_map(|(layer, passage)| Some((layer, passage?))).collect());
    }
}
