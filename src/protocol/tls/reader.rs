//! One direction of a session with known secrets: bytes in, split into records, plaintext out.
//!
//! **After a gap** neither the start of the next record nor its sequence number is known. Every position where a header is
//! possible is tried with every number that the missing bytes have room for, within a budget. The record's authentication
//! tag proves both, so that nothing is output that was guessed.

use super::decryption::Decryption;
use super::diagnoses::INCOMPLETE_RECORD;
use super::epochs::Epochs;
use super::record::{Content, HEADER, Header};
use crate::anomaly::Anomaly;
use crate::origin::{Located, Origin};
use crate::protocol::tcp::{Chunk, ChunkSink, End};

/// The position of the next byte in the framing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Framing {
    /// At the start of a record, or in one whose start is pending.
    Known,
    /// In a record whose start was lost, with this many bytes remaining.
    Inside(u64),
    /// Unknown.
    Lost,
}

/// Bytes that are not a complete record yet, and their origins.
#[derive(Debug, Default)]
struct Pending {
    bytes: Vec<u8>,
    /// The start of the bytes that were not consumed.
    start: usize,
    /// The end in `bytes`, and the origin, of each piece.
    pieces: Vec<(usize, Origin)>,
    /// The first piece with bytes that were not consumed.
    piece: usize,
}

impl Pending {
    /// Returns the bytes that were not consumed.
    fn bytes(&self) -> &[u8] {
        self.bytes.get(self.start..).unwrap_or_default()
    }

    /// Adds bytes from `origin`.
    fn push(&mut self, data: &[u8], origin: Origin) {
        if self.start > 0 {
            self.bytes.drain(..self.start);
            self.pieces.drain(..self.piece);
            self.pieces.iter_mut().for_each(|(end, _)| *end -= self.start);
            (self.start, self.piece) = (0, 0);
        }
        self.bytes.extend_from_slice(data);
        self.pieces.push((self.bytes.len(), origin));
    }

    /// Returns the origin of the first `length` bytes, apart from the offset, or `None` if there are none.
    fn origin(&self, length: usize) -> Option<Origin> {
        let pieces = self.pieces.get(self.piece..).unwrap_or_default();
        let (_, first) = pieces.first()?;
        let (_, last) = pieces.iter().find(|(end, _)| *end >= self.start + length).or(pieces.last())?;
        Some(first.to(*last))
    }

    /// Drops the first `length` bytes.
    fn consume(&mut self, length: usize) {
        self.start = (self.start + length).min(self.bytes.len());
        while self.pieces.get(self.piece).is_some_and(|(end, _)| *end <= self.start) {
            self.piece += 1;
        }
        if self.start == self.bytes.len() {
            self.clear();
        }
    }

    /// Drops all bytes.
    fn clear(&mut self) {
        self.bytes.clear();
        self.pieces.clear();
        (self.start, self.piece) = (0, 0);
    }
}

/// Reads the records of one direction.
pub(super) struct RecordReader {
    framing: Framing,
    pending: Pending,
    /// Bytes of the direction so far, gaps included.
    position: u64,
    ended: bool,
    /// Decrypts the records.
    pub(super) decryption: Decryption,
}

impl RecordReader {
    /// Creates a reader at the first byte of a direction.
    pub(super) fn new(epochs: Epochs) -> Self {
        Self {
            framing: Framing::Known,
            pending: Pending::default(),
            position: 0,
            ended: false,
            decryption: Decryption::new(epochs),
        }
    }

    /// Returns the bytes of records that could not be decrypted, if none could.
    pub(super) fn unopened(&self) -> Option<u64> {
        self.decryption.unopened(self.position)
    }

    /// Returns the bytes of records that were neither decrypted nor reported so far.
    pub(super) fn sealed_bytes(&self) -> u64 {
        self.decryption.sealed_bytes(self.position)
    }

    /// Takes the next chunk of the direction.
    pub(super) fn push(&mut self, chunk: Located<Chunk<'_>>, out: &mut impl ChunkSink) {
        if self.ended {
            return;
        }
        match chunk.item {
            Chunk::Data(data) => self.data(data, chunk.origin, out),
            Chunk::Gap(bytes) => self.gap(bytes, chunk.origin),
            Chunk::End(end) => self.end(Some((end, chunk.origin)), out),
        }
    }

    fn data(&mut self, data: &[u8], origin: Origin, out: &mut impl ChunkSink) {
        let mut rest = data;
        while !rest.is_empty() {
            let taken = match self.framing {
                _ if self.decryption.is_given_up() => rest.len(),
                Framing::Inside(left) => {
                    let taken = usize::try_from(left).unwrap_or(usize::MAX).min(rest.len());
                    let left = left - taken as u64;
                    self.framing = if left == 0 { Framing::Known } else { Framing::Inside(left) };
                    taken
                }
                Framing::Known if self.pending.bytes().is_empty() => match Header::read(rest) {
                    Some(header) if rest.len() >= header.record() => {
                        let body = rest.get(HEADER..header.record()).unwrap_or_default();
                        self.decryption.record(header, body, self.position, origin, out);
                        header.record()
                    }
                    None if rest.len() >= HEADER => {
                        self.lose_framing(self.position, origin, false);
                        0
                    }
                    _ => {
                        self.pending.push(rest, origin);
                        rest.len()
                    }
                },
                Framing::Known => {
                    let held = self.pending.bytes();
                    let whole = Header::read(held).map_or(HEADER, Header::record);
                    let taken = whole.saturating_sub(held.len()).min(rest.len());
                    self.pending.push(rest.get(..taken).unwrap_or_default(), origin);
                    taken
                }
                Framing::Lost => {
                    self.pending.push(rest, origin);
                    rest.len()
                }
            };
            self.position += taken as u64;
            rest = rest.get(taken..).unwrap_or_default();
            if !self.pending.bytes().is_empty() {
                self.digest(out);
            }
        }
    }

    /// Reads the pending bytes, as far as possible.
    fn digest(&mut self, out: &mut impl ChunkSink) {
        let mut pending = std::mem::take(&mut self.pending);
        loop {
            let bytes = pending.bytes();
            let position = self.position.saturating_sub(bytes.len() as u64);
            match self.framing {
                _ if self.decryption.is_given_up() => {
                    pending.clear();
                    break;
                }
                Framing::Known => {
                    let Some(header) = Header::read(bytes) else {
                        match pending.origin(HEADER).filter(|_| bytes.len() >= HEADER) {
                            Some(origin) => self.lose_framing(position, origin, false),
                            None => break,
                        }
                        continue;
                    };
                    let Some(body) = bytes.get(HEADER..header.record()) else { break };
                    if let Some(origin) = pending.origin(header.record()) {
                        self.decryption.record(header, body, position, origin, out);
                    }
                    pending.consume(header.record());
                }
                Framing::Lost => {
                    let Some((skipped, header)) = self.candidate(bytes) else {
                        pending.consume(bytes.len().saturating_sub(HEADER - 1));
                        break;
                    };
                    pending.consume(skipped);
                    let Some(body) = pending.bytes().get(HEADER..header.record()) else { break };
                    match self.decryption.open(header, body, position + skipped as u64) {
                        Some(opened) => {
                            self.framing = Framing::Known;
                            if let Some(origin) = pending.origin(header.record()) {
                                self.decryption.resume(opened, header, position + skipped as u64, origin, out);
                            }
                            pending.consume(header.record());
                        }
                        None => pending.consume(1),
                    }
                }
                Framing::Inside(_) => {
                    pending.clear();
                    break;
                }
            }
        }
        self.pending = pending;
    }

    /// Returns the first position in `bytes` where an encrypted record may begin, and its header.
    fn candidate(&self, bytes: &[u8]) -> Option<(usize, Header)> {
        bytes.windows(HEADER).enumerate().find_map(|(place, window)| {
            let header = Header::read(window).filter(|header| header.may_be_sealed())?;
            let of_version = header.content == Content::ApplicationData || !self.decryption.is_tls13();
            let next = bytes.get(place + header.record()..).unwrap_or_default();
            (of_version && (next.len() < HEADER || Header::read(next).is_some())).then_some((place, header))
        })
    }

    /// Skips missing bytes.
    fn gap(&mut self, bytes: u64, origin: Origin) {
        match self.framing {
            _ if self.decryption.is_given_up() => {}
            Framing::Inside(left) if bytes <= left => {
                self.framing = if bytes == left { Framing::Known } else { Framing::Inside(left - bytes) };
            }
            Framing::Inside(_) | Framing::Lost => self.lose_framing(self.position, origin, true),
            Framing::Known => {
                let held = self.pending.bytes();
                let position = self.position.saturating_sub(held.len() as u64);
                let origin = self.pending.origin(1).unwrap_or(origin);
                let header = Header::read(held);
                let left = header.map_or(0, |header| header.record().saturating_sub(held.len()) as u64);
                match header {
                    Some(header) if bytes <= left => {
                        self.decryption.lose_record(header, position, origin);
                        self.framing = if bytes == left { Framing::Known } else { Framing::Inside(left - bytes) };
                    }
                    _ => self.lose_framing(position, origin, true),
                }
            }
        }
        self.pending.clear();
        self.position = self.position.saturating_add(bytes);
    }

    fn lose_framing(&mut self, position: u64, origin: Origin, absent: bool) {
        self.decryption.lose_framing(position, origin, absent);
        self.framing = Framing::Lost;
    }

    /// Ends the direction, and reports an incomplete record.
    pub(super) fn end(&mut self, end: Option<(End, Origin)>, out: &mut impl ChunkSink) {
        if std::mem::replace(&mut self.ended, true) {
            return;
        }
        let incomplete = self.pending.bytes().len();
        let sealed = Header::read(self.pending.bytes()).is_none_or(|header| !self.decryption.is_plain(header));
        if let Some(origin) = self.pending.origin(incomplete)
            && self.framing == Framing::Known
            && !self.decryption.is_given_up()
            && sealed
            && self.decryption.has_opened()
        {
            out.anomaly(Anomaly::new(&INCOMPLETE_RECORD, origin).bytes(incomplete as u64));
        }
        self.pending.clear();
        self.decryption.end(self.position, end, out);
    }
}
