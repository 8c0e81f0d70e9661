//! The packets of some calls, copied out of their captures as they are recorded.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::ops::{ControlFlow, RangeInclusive};

use super::lookup::{Lookup, LookupError};
use crate::anomaly::Anomaly;
use crate::call::Call;
use crate::input::{self, Entry, Piece, ToPcapng};
use crate::origin::{CaptureId, ConnectionId, Located, Origin, RecordNumber};
use crate::protocol::Sink;
use crate::protocol::packet::{self, Packet};
use crate::protocol::tcp::{self, Chunk, Reassembler};

/// The packets at the beginning of a connection that are copied too. They hold its handshakes, without which nothing else can
/// be decrypted.
const OPENING: u64 = 32;

/// Which packets are wanted: by capture and connection, the records that carry the stanzas of some calls.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Excerpt(BTreeMap<CaptureId, BTreeMap<Option<ConnectionId>, Vec<RangeInclusive<RecordNumber>>>>);

impl Excerpt {
    /// The packets that carry the stanzas of these calls, on whatever device they were recorded.
    #[must_use]
    pub fn of<'c>(calls: impl IntoIterator<Item = &'c Call>) -> Self {
        let mut excerpt = Self::default();
        for row in calls.into_iter().flat_map(|call| &call.rows) {
            for observed in std::iter::once(&row.observed).chain(&row.also) {
                excerpt.add(observed.stanza.origin);
            }
        }
        excerpt
    }

    fn add(&mut self, origin: Origin) {
        let of_capture = self.0.entry(origin.capture).or_default();
        of_capture.entry(origin.connection).or_default().push(origin.first..=origin.last);
    }

    /// The captures that they are in.
    pub fn captures(&self) -> impl Iterator<Item = CaptureId> {
        self.0.keys().copied()
    }
}

/// How packets are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Packing {
    /// In the format of their capture, byte by byte.
    AsRecorded,
    /// As pcapng, which holds those of several captures: those of pcapng byte by byte, all others with the same bytes, lengths
    /// and times.
    Pcapng,
}

/// Why packets were not copied.
#[derive(Debug, thiserror::Error)]
pub enum ExcerptError {
    /// A capture cannot be read again.
    #[error(transparent)]
    Lookup(#[from] LookupError),
    /// The copy cannot be written.
    #[error(transparent)]
    Write(#[from] io::Error),
}

impl Lookup {
    /// Copies packets to `out`, and returns how many. Nothing else of the captures is copied, so no secrets that they contain.
    ///
    /// # Errors
    /// If a capture cannot be read again or has changed, or `out` cannot be written.
    pub fn copy(&self, excerpt: &Excerpt, packing: Packing, out: &mut dyn Write) -> Result<u64, ExcerptError> {
        let mut copied = 0;
        for (capture, wanted) in &excerpt.0 {
            let last = wanted.values().flatten().map(|range| *range.end()).max().unwrap_or_default();
            let mut copying = Copying {
                wanted,
                last,
                packing,
                to_pcapng: ToPcapng::default(),
                packets: packet::Decoder::default(),
                connections: Connections::default(),
                piece: Vec::new(),
                out,
                copied: 0,
                failure: None,
            };
            self.reread(*capture, &mut copying)?;
            copied += copying.copied;
            if let Some(error) = copying.failure {
                return Err(error.into());
            }
        }
        Ok(copied)
    }
}

/// Copies the packets of one capture.
struct Copying<'c> {
    wanted: &'c BTreeMap<Option<ConnectionId>, Vec<RangeInclusive<RecordNumber>>>,
    /// The last record that is wanted.
    last: RecordNumber,
    packing: Packing,
    to_pcapng: ToPcapng,
    packets: packet::Decoder,
    connections: Connections,
    /// The packet at hand as it is in the file.
    piece: Vec<u8>,
    out: &'c mut dyn Write,
    copied: u64,
    failure: Option<io::Error>,
}

impl Copying<'_> {
    /// Whether the packet of a record is wanted that belongs to this connection; of no connection are the first parts of a
    /// fragmented packet.
    fn wants(&self, record: RecordNumber, connection: Option<ConnectionId>) -> bool {
        match connection {
            Some(id) => self.wanted.get(&Some(id)).is_some_and(|ranges| {
                self.connections.packets(id) <= OPENING || ranges.iter().any(|range| range.contains(&record))
            }),
            None => self.wanted.values().flatten().any(|range| range.contains(&record)),
        }
    }

    fn write(&mut self, piece: Piece<'_>) {
        let bytes = match (self.packing, piece) {
            (Packing::Pcapng, piece) => self.to_pcapng.blocks(piece),
            (Packing::AsRecorded, Piece::Header(bytes) | Piece::Packet(bytes)) => bytes.into(),
        };
        if self.failure.is_none() {
            self.failure = self.out.write_all(&bytes).err();
        }
    }
}

impl input::Sink for Copying<'_> {
    fn piece(&mut self, piece: Piece<'_>) {
        match piece {
            Piece::Header(_) => self.write(piece),
            Piece::Packet(bytes) => {
                self.piece.clear();
                self.piece.extend_from_slice(bytes);
            }
        }
    }

    fn entry(&mut self, entry: Located<Entry<'_>>) -> ControlFlow<()> {
        let Located { origin, item: Entry::Record(record) } = entry else { return ControlFlow::Continue(()) };
        self.connections.at_hand = None;
        self.packets.push(Located::new(origin, record), &mut self.connections);
        if let Some(id) = self.connections.at_hand.filter(|id| !self.wanted.contains_key(&Some(*id))) {
            self.connections.tcp.ignore(id);
        }
        if self.wants(origin.last, self.connections.at_hand) {
            let piece = std::mem::take(&mut self.piece);
            self.write(Piece::Packet(&piece));
            self.piece = piece;
            self.copied += 1;
        }
        if self.failure.is_some() || origin.last >= self.last {
            return ControlFlow::Break(());
        }
        ControlFlow::Continue(())
    }

    fn anomaly(&mut self, _anomaly: Anomaly) {}
}

/// Finds the connection of each packet.
#[derive(Default)]
struct Connections {
    tcp: Reassembler,
    /// That of the packet at hand, if it has one.
    at_hand: Option<ConnectionId>,
}

impl Connections {
    /// How many packets of a connection there were so far.
    fn packets(&self, id: ConnectionId) -> u64 {
        self.tcp.connection(id).map_or(0, tcp::Connection::packets)
    }
}

impl Sink<Packet<'_>> for Connections {
    fn item(&mut self, packet: Located<Packet<'_>>) {
        let Packet::Tcp(segment) = packet.item else { return };
        self.at_hand = Some(self.tcp.push(Located::new(packet.origin, segment), &mut Nowhere));
    }

    fn anomaly(&mut self, _anomaly: Anomaly) {}
}

/// Takes what nobody needs.
struct Nowhere;

impl Sink<Chunk<'_>> for Nowhere {
    fn item(&mut self, _chunk: Located<Chunk<'_>>) {}

    fn anomaly(&mut self, _anomaly: Anomaly) {}
}
