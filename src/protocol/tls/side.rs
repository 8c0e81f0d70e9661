//! One direction of a session whose secrets are known: bytes in, records cut and opened, plaintext out.
//!
//! **After a gap** neither the place of the next record nor its sequence number is known. Every place where a
//! header may stand is tried with every number that the missing bytes have room for, within a [`Budget`]: the
//! record's tag is the proof of both, so that nothing is given out that was guessed.

mod content;

use super::diagnoses::INCOMPLETE_RECORD;
use super::epochs::Epochs;
use super::lost::Lost;
use super::messages::Messages;
use super::pending::Pending;
use super::record::{Content, HEADER, Header};
use crate::anomaly::Anomaly;
use crate::origin::{Located, Origin};
use crate::protocol::budget::Budget;
use crate::protocol::tcp::{Chunk, ChunkSink, End};

/// Records that may fail to open one after the other before the rest is given up.
const MOST_FAILURES: u32 = 1024;

/// The most work that trial decryption may cost, about a tenth of a second.
const TRIALS_MOST: u64 = 128 << 20;

/// Where in the stream the next byte stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Framing {
    /// In a record whose beginning is at hand, or at one's beginning.
    Known,
    /// In a record whose beginning was lost, with so many bytes to come of it.
    Inside(u64),
    /// Nobody knows.
    Lost,
    /// The rest of the direction is given up.
    GivenUp,
}

/// One direction of a session.
pub(super) struct Side {
    epochs: Epochs,
    /// TLS 1.2: whether the records are encrypted yet.
    begun: bool,
    sequence: u64,
    framing: Framing,
    pending: Pending,
    /// Bytes of the direction so far, gaps included.
    position: u64,
    /// Bytes of plaintext so far, gaps included.
    plain: u64,
    lost: Option<Lost>,
    budget: Budget,
    failures: u32,
    /// Whether a record was opened.
    opened: bool,
    messages: Messages,
    scratch: Vec<u8>,
    ended: bool,
    /// What the encrypted extensions said.
    pub(super) alpn: Option<Box<str>>,
    pub(super) accepts_early_data: bool,
    /// Bytes of early data that the other side accepted and that are not read.
    pub(super) early_data: u64,
}

impl Side {
    /// A direction from its first byte on.
    pub(super) fn new(epochs: Epochs) -> Self {
        Self {
            epochs,
            begun: false,
            sequence: 0,
            framing: Framing::Known,
            pending: Pending::default(),
            position: 0,
            plain: 0,
            lost: None,
            budget: Budget::new(TRIALS_MOST),
            failures: 0,
            opened: false,
            messages: Messages::default(),
            scratch: Vec::new(),
            ended: false,
            alpn: None,
            accepts_early_data: false,
            early_data: 0,
        }
    }

    /// Whether a record was opened.
    pub(super) const fn has_opened(&self) -> bool {
        self.opened
    }

    /// Bytes of records that could not be opened, if none could.
    pub(super) fn unopened(&self) -> Option<u64> {
        let lost = self.lost.filter(|_| !self.opened)?;
        // Without a secret for the handshake its records are not expected to open.
        let expected = self.epochs.number() == 0 && self.epochs.opener().is_none() && self.failures <= 8;
        (self.failures > 0 && !expected).then_some(self.position.saturating_sub(lost.position))
    }

    /// Whether nothing more will be read of it.
    pub(super) fn is_given_up(&self) -> bool {
        self.framing == Framing::GivenUp
    }

    /// What was sent so far and neither opened nor reported, in bytes of records.
    pub(super) fn sealed_so_far(&self) -> u64 {
        self.lost.map_or(0, |lost| self.position.saturating_sub(lost.position))
    }

    /// Takes the next chunk of the direction.
    pub(super) fn push(&mut self, chunk: Located<Chunk<'_>>, out: &mut impl ChunkSink) {
        if self.ended {
            return;
        }
        match chunk.item {
            Chunk::Data(data) => self.data(data, chunk.origin, out),
            Chunk::Gap(bytes) => self.gap(bytes, chunk.origin),
            Chunk::End(end) => self.end(Some(end), Some(chunk.origin), out),
        }
    }

    fn data(&mut self, data: &[u8], origin: Origin, out: &mut impl ChunkSink) {
        let mut rest = data;
        while !rest.is_empty() {
            let taken = match self.framing {
                Framing::GivenUp => rest.len(),
                Framing::Inside(left) => {
                    let taken = usize::try_from(left).unwrap_or(usize::MAX).min(rest.len());
                    let left = left - taken as u64;
                    self.framing = if left == 0 { Framing::Known } else { Framing::Inside(left) };
                    taken
                }
                Framing::Known if self.pending.bytes().is_empty() => match Header::read(rest) {
                    Some(header) if rest.len() >= header.record() => {
                        let body = rest.get(HEADER..header.record()).unwrap_or_default();
                        self.record(header, body, self.position, origin, out);
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

    /// Reads what is pending, as far as it goes.
    fn digest(&mut self, out: &mut impl ChunkSink) {
        let mut pending = std::mem::take(&mut self.pending);
        loop {
            let bytes = pending.bytes();
            let position = self.position.saturating_sub(bytes.len() as u64);
            match self.framing {
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
                        self.record(header, body, position, origin, out);
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
                    match self.open(header, body, position + skipped as u64) {
                        Some(opened) => {
                            self.framing = Framing::Known;
                            self.begun = true;
                            if let Some(origin) = pending.origin(header.record()) {
                                self.opened(opened, header, position + skipped as u64, origin, out);
                            }
                            pending.consume(header.record());
                        }
                        None => pending.consume(1),
                    }
                }
                Framing::Inside(_) | Framing::GivenUp => {
                    pending.clear();
                    break;
                }
            }
        }
        self.pending = pending;
    }

    /// The first place in `bytes` where an encrypted record may begin, and its header.
    fn candidate(&self, bytes: &[u8]) -> Option<(usize, Header)> {
        bytes.windows(HEADER).enumerate().find_map(|(place, window)| {
            let header = Header::read(window).filter(|header| header.may_be_sealed())?;
            let of_version = header.content == Content::ApplicationData || !self.epochs.is_tls13();
            let next = bytes.get(place + header.record()..).unwrap_or_default();
            (of_version && (next.len() < HEADER || Header::read(next).is_some())).then_some((place, header))
        })
    }

    /// Takes the place of bytes that are missing.
    fn gap(&mut self, bytes: u64, origin: Origin) {
        match self.framing {
            Framing::GivenUp => {}
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
                        if !self.is_plain(header) {
                            let lost = self.lose(position, origin, true);
                            lost.framed += 1;
                        }
                        self.messages.clear();
                        self.framing = if bytes == left { Framing::Known } else { Framing::Inside(left - bytes) };
                    }
                    _ => self.lose_framing(position, origin, true),
                }
            }
        }
        self.pending.clear();
        self.position = self.position.saturating_add(bytes);
    }

    /// Records are lost from here on, unless some are already.
    fn lose(&mut self, position: u64, origin: Origin, absent: bool) -> &mut Lost {
        let (epoch, sequence) = (self.epochs.number(), self.sequence);
        let new = Lost { origin, position, epoch, sequence, framed: 0, unframed: false, absent };
        let lost = self.lost.get_or_insert(new);
        lost.absent |= absent;
        lost
    }

    fn lose_framing(&mut self, position: u64, origin: Origin, absent: bool) {
        self.lose(position, origin, absent).unframed = true;
        self.messages.clear();
        self.framing = Framing::Lost;
    }

    /// Whether a record is in the clear where it stands.
    fn is_plain(&self, header: Header) -> bool {
        let tls13 = self.epochs.is_tls13();
        match header.content {
            Content::ApplicationData => false,
            Content::ChangeCipherSpec => tls13 || !self.begun,
            Content::Alert => {
                if tls13 {
                    header.body() == 2
                } else {
                    !self.begun
                }
            }
            Content::Handshake | Content::Heartbeat => tls13 || !self.begun,
        }
    }

    /// Takes a whole record that stands at `position`.
    fn record(&mut self, header: Header, body: &[u8], position: u64, origin: Origin, out: &mut impl ChunkSink) {
        if self.is_plain(header) {
            match (header.content, body) {
                (Content::ChangeCipherSpec, _) => self.begun = true,
                (Content::Alert, [level, description]) => self.alert([*level, *description], origin, out),
                _ => {}
            }
            return;
        }
        match self.open(header, body, position) {
            Some(opened) => self.opened(opened, header, position, origin, out),
            None => {
                self.lose(position, origin, false).framed += 1;
                self.failures += 1;
                if self.failures >= MOST_FAILURES {
                    self.framing = Framing::GivenUp;
                }
            }
        }
    }

    /// Ends the direction: what is incomplete is reported.
    pub(super) fn end(&mut self, end: Option<End>, origin: Option<Origin>, out: &mut impl ChunkSink) {
        if std::mem::replace(&mut self.ended, true) {
            return;
        }
        let incomplete = self.pending.bytes().len();
        let sealed = Header::read(self.pending.bytes()).is_none_or(|header| !self.is_plain(header));
        if let Some(origin) = self.pending.origin(incomplete)
            && self.framing == Framing::Known
            && sealed
            && self.opened
        {
            out.anomaly(Anomaly::new(&INCOMPLETE_RECORD, origin).bytes(incomplete as u64));
        }
        let may_be_data = |lost: &Lost| lost.unframed || lost.absent || (self.opened && self.epochs.number() > 0);
        if let Some(lost) = self.lost.filter(may_be_data) {
            self.report(lost, lost.framed.max(1), self.position.saturating_sub(lost.position), out);
        }
        self.pending.clear();
        if let Some((end, origin)) = end.zip(origin) {
            out.item(Located::new(Origin { offset: self.plain, ..origin }, Chunk::End(end)));
        }
    }
}
