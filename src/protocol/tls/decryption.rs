//! The records of one direction, decrypted: in order, in the next epochs, or after a gap at a number found by trial.

use super::cipher::Opener;
use super::diagnoses::{ALERT, NOT_AUTHENTIC, RECORDS_MISSING, RENEGOTIATED};
use super::epochs::{Ahead, Epochs};
use super::handshake::{CLIENT_HELLO, ENCRYPTED_EXTENSIONS, FINISHED, KEY_UPDATE, Messages, encrypted_extensions};
use super::record::{Content, HEADER, Header, SHORTEST_SEALED, alert_name, is_fault};
use crate::anomaly::Anomaly;
use crate::origin::{Direction, Located, Origin};
use crate::protocol::budget::Budget;
use crate::protocol::tcp::{Chunk, ChunkSink, End};

/// The most consecutive records that may fail to decrypt before the rest of the direction is given up.
const MOST_FAILURES: u32 = 1024;

/// The most work that trial decryption may cost, about a tenth of a second.
const TRIALS_MOST: u64 = 128 << 20;

/// The length of a key update in bytes (RFC 8446 section 4.6.3).
const KEY_UPDATE_LENGTH: usize = 5;

/// A decrypted record.
pub(super) struct Opened {
    ahead: Option<Ahead>,
    sequence: u64,
    plain: std::ops::Range<usize>,
}

/// The most sequence numbers that are tried on a record after a gap.
const MOST_TRIED: u64 = 1 << 16;

/// The records that could not be decrypted since the last one that could.
#[derive(Clone, Copy, Debug)]
pub(super) struct Lost {
    /// Where the first one begins.
    pub(super) origin: Origin,
    /// Its position in the bytes of the direction.
    pub(super) position: u64,
    /// The expected epoch and sequence number.
    pub(super) epoch: u32,
    pub(super) sequence: u64,
    /// The number of records whose header was seen.
    pub(super) framed: u64,
    /// Whether further records may be missing.
    pub(super) unframed: bool,
    /// Whether bytes are missing, rather than only damaged.
    pub(super) absent: bool,
}

impl Lost {
    /// Returns the sequence number of a record right after those that are known to be lost.
    pub(super) const fn next(&self) -> u64 {
        self.sequence.saturating_add(self.framed)
    }

    /// Returns how many further sequence numbers may have passed before a record at `position`.
    pub(super) fn slack(&self, position: u64) -> u64 {
        if !self.unframed {
            return 0;
        }
        (position.saturating_sub(self.position) / SHORTEST_SEALED + 1).saturating_sub(self.framed).min(MOST_TRIED)
    }
}

/// Decrypts the records of one direction.
pub(super) struct Decryption {
    epochs: Epochs,
    /// TLS 1.2: whether records are encrypted yet.
    begun: bool,
    sequence: u64,
    /// Bytes of plaintext so far, gaps included.
    plain: u64,
    lost: Option<Lost>,
    budget: Budget,
    failures: u32,
    /// Whether a record was decrypted.
    opened: bool,
    /// Whether the rest of the direction is given up.
    given_up: bool,
    messages: Messages,
    scratch: Vec<u8>,
    /// The application protocol of the encrypted extensions.
    pub(super) alpn: Option<Box<str>>,
    /// Whether the encrypted extensions accept early data.
    pub(super) accepts_early_data: bool,
    /// Bytes of early data that the other side accepted and that are not decrypted.
    pub(super) early_data: u64,
}

impl Decryption {
    /// Creates the decryption of a direction from its first byte on.
    pub(super) fn new(epochs: Epochs) -> Self {
        Self {
            epochs,
            begun: false,
            sequence: 0,
            plain: 0,
            lost: None,
            budget: Budget::new(TRIALS_MOST),
            failures: 0,
            opened: false,
            given_up: false,
            messages: Messages::default(),
            scratch: Vec::new(),
            alpn: None,
            accepts_early_data: false,
            early_data: 0,
        }
    }

    /// Returns whether a record was decrypted.
    pub(super) const fn has_opened(&self) -> bool {
        self.opened
    }

    /// Returns whether the rest of the direction is given up.
    pub(super) const fn is_given_up(&self) -> bool {
        self.given_up
    }

    /// Returns whether the version is TLS 1.3.
    pub(super) const fn is_tls13(&self) -> bool {
        self.epochs.is_tls13()
    }

    /// Returns the bytes of the records up to `position` that could not be decrypted, if none could.
    pub(super) fn unopened(&self, position: u64) -> Option<u64> {
        let lost = self.lost.filter(|_| !self.opened)?;
        // Without a secret for the handshake its records are not expected to open.
        let expected = self.epochs.number() == 0 && self.epochs.opener().is_none() && self.failures <= 8;
        (self.failures > 0 && !expected).then_some(position.saturating_sub(lost.position))
    }

    /// Returns the bytes of the records up to `position` that were neither decrypted nor reported.
    pub(super) fn sealed_bytes(&self, position: u64) -> u64 {
        self.lost.map_or(0, |lost| position.saturating_sub(lost.position))
    }

    /// Returns whether a record is unencrypted at this point.
    pub(super) fn is_plain(&self, header: Header) -> bool {
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
            // From the first application epoch on, TLS 1.3 wraps everything else as application data: such a record is
            // a damaged one, and counts among the lost.
            Content::Handshake | Content::Heartbeat => {
                if tls13 {
                    self.epochs.number() == 0
                } else {
                    !self.begun
                }
            }
        }
    }

    /// Notes that records are lost from `position` on, unless some are lost already.
    fn lose(&mut self, position: u64, origin: Origin, absent: bool) -> &mut Lost {
        let (epoch, sequence) = (self.epochs.number(), self.sequence);
        let new = Lost { origin, position, epoch, sequence, framed: 0, unframed: false, absent };
        let lost = self.lost.get_or_insert(new);
        lost.absent |= absent;
        lost
    }

    /// Notes that the framing is lost, and with it an unknown number of records from `position` on.
    pub(super) fn lose_framing(&mut self, position: u64, origin: Origin, absent: bool) {
        self.lose(position, origin, absent).unframed = true;
        self.messages.clear();
    }

    /// Notes that part of a record at `position` is missing, whose header was seen.
    pub(super) fn lose_record(&mut self, header: Header, position: u64, origin: Origin) {
        if !self.is_plain(header) {
            self.lose(position, origin, true).framed += 1;
        }
        self.messages.clear();
    }

    /// Takes a complete record at `position`.
    pub(super) fn record(
        &mut self,
        header: Header,
        body: &[u8],
        position: u64,
        origin: Origin,
        out: &mut impl ChunkSink,
    ) {
        if self.is_plain(header) {
            match (header.content, body) {
                (Content::ChangeCipherSpec, _) => self.begun = true,
                (Content::Alert, [level, description]) => self.alert([*level, *description], origin, out),
                _ => {}
            }
            return;
        }
        match self.open(header, body, position) {
            Some(opened) => self.accept(opened, header, position, origin, out),
            None => {
                self.lose(position, origin, false).framed += 1;
                self.failures += 1;
                self.given_up |= self.failures >= MOST_FAILURES;
            }
        }
    }

    /// Decrypts a record into `scratch`: as the expected one, as one of the next epochs, or after a gap as one of those
    /// that may follow it.
    pub(super) fn open(&mut self, header: Header, body: &[u8], position: u64) -> Option<Opened> {
        let Self { epochs, scratch, budget, lost, sequence, given_up, .. } = self;
        let mut attempt = |opener: &_, sequence| {
            scratch.clear();
            scratch.extend_from_slice(body);
            Opener::open(opener, sequence, header, scratch)
        };
        let due = lost.map_or(*sequence, |lost| lost.next());
        if let Some(plain) = epochs.opener().and_then(|opener| attempt(opener, due)) {
            return Some(Opened { ahead: None, sequence: due, plain });
        }
        let slack = lost.map_or(0, |lost| lost.slack(position));
        // Early data may precede the handshake's records, and has its own sequence numbers.
        let first = lost.filter(|_| epochs.number() == 0).map_or(due, |lost| lost.sequence);
        let known = std::iter::once(first).filter(|first| *first != due);
        let unknown = due.saturating_add(1)..=due.saturating_add(slack);
        let mut afford = || {
            let paid = budget.pay(body.len());
            if !paid {
                *given_up = true;
            }
            paid
        };
        if let Some(opener) = epochs.opener() {
            for sequence in known.chain(unknown) {
                if !afford() {
                    return None;
                }
                if let Some(plain) = attempt(opener, sequence) {
                    return Some(Opened { ahead: None, sequence, plain });
                }
            }
        }
        for ahead in epochs.ahead() {
            for sequence in 0..=slack {
                if !afford() {
                    return None;
                }
                if let Some(plain) = attempt(&ahead.opener, sequence) {
                    return Some(Opened { ahead: Some(ahead), sequence, plain });
                }
            }
        }
        None
    }

    /// Takes the content of a record that was found after a gap.
    pub(super) fn resume(
        &mut self,
        opened: Opened,
        header: Header,
        position: u64,
        origin: Origin,
        out: &mut impl ChunkSink,
    ) {
        self.begun = true;
        self.accept(opened, header, position, origin, out);
    }

    /// Takes the content of a decrypted record.
    fn accept(&mut self, opened: Opened, header: Header, position: u64, origin: Origin, out: &mut impl ChunkSink) {
        let Opened { ahead, sequence, plain } = opened;
        if let Some(ahead) = ahead {
            self.epochs.enter(ahead);
        }
        if let Some(lost) = self.lost.take() {
            let sealed = position.saturating_sub(lost.position);
            let (records, sealed) = self.data_lost(&lost, sequence, sealed);
            self.report(lost, records, sealed, out);
        }
        self.sequence = sequence.saturating_add(1);
        (self.opened, self.failures) = (true, 0);
        self.budget.earn(header.body());
        let scratch = std::mem::take(&mut self.scratch);
        let mut content = scratch.get(plain).unwrap_or_default();
        let mut kind = Some(header.content);
        if self.epochs.is_tls13() {
            // The content type follows the content, and is followed by zero padding.
            let typed = content.iter().rposition(|byte| *byte != 0);
            kind = typed.and_then(|place| content.get(place)).and_then(|number| Content::read(*number));
            content = content.get(..typed.unwrap_or(0)).unwrap_or_default();
        }
        match (kind, content) {
            (Some(Content::ApplicationData), content) if self.epochs.number() > 0 => {
                self.emit_early_gap(origin, out);
                if !content.is_empty() {
                    out.item(Located::new(Origin { offset: self.plain, ..origin }, Chunk::Data(content)));
                    self.plain += content.len() as u64;
                }
            }
            (Some(Content::Handshake), content) => self.handshake(content, origin, out),
            (Some(Content::Alert), [level, description]) => self.alert([*level, *description], origin, out),
            _ => {}
        }
        self.scratch = scratch;
    }

    fn handshake(&mut self, content: &[u8], origin: Origin, out: &mut impl ChunkSink) {
        let Self { epochs, messages, alpn, accepts_early_data, .. } = self;
        let (tls13, in_handshake) = (epochs.is_tls13(), epochs.number() == 0);
        let (mut advances, mut renegotiates) = (false, false);
        messages.push(content, |kind, body| match kind {
            FINISHED => advances |= in_handshake,
            KEY_UPDATE => advances |= !in_handshake,
            CLIENT_HELLO => renegotiates |= !tls13,
            ENCRYPTED_EXTENSIONS => {
                if let Some(extensions) = encrypted_extensions(body).filter(|_| tls13) {
                    (*alpn, *accepts_early_data) = extensions;
                }
            }
            _ => {}
        });
        if advances && tls13 {
            self.epochs.advance();
            self.sequence = 0;
        }
        if renegotiates {
            out.anomaly(Anomaly::new(&RENEGOTIATED, origin));
            self.given_up = true;
        }
    }

    fn alert(&self, alert: [u8; 2], origin: Origin, out: &mut impl ChunkSink) {
        if is_fault(alert) {
            let direction = origin.direction.unwrap_or(Direction::Outbound);
            out.anomaly(Anomaly::new(&ALERT, origin).detail(alert_name(alert, direction)));
        }
    }

    /// Returns how many of the records missing before the one decrypted with this number carry data, and their part of the
    /// missing bytes.
    fn data_lost(&self, lost: &Lost, sequence: u64, sealed: u64) -> (u64, u64) {
        // In TLS 1.2 the first encrypted record ends the handshake.
        let first = u64::from(!self.epochs.is_tls13());
        if self.epochs.number() == 0 {
            (0, 0)
        } else if lost.epoch == self.epochs.number() {
            (sequence.saturating_sub(lost.sequence.max(first)), sealed)
        } else if lost.epoch == 0 {
            (sequence, sealed)
        } else {
            // One of them is the key update. How many came before it is only known if all their headers were seen.
            let sealed = sealed.saturating_sub((self.overhead() + KEY_UPDATE_LENGTH) as u64);
            let records = if lost.unframed { sequence + u64::from(sealed > 0) } else { lost.framed.saturating_sub(1) };
            (records, sealed)
        }
    }

    /// Returns the number of bytes of a record that are not plaintext.
    fn overhead(&self) -> usize {
        HEADER + self.epochs.opener().map_or(0, Opener::overhead)
    }

    /// Reports that `records` with data, `sealed` bytes long, are lost, to the user and to the next layer.
    fn report(&mut self, lost: Lost, records: u64, sealed: u64, out: &mut impl ChunkSink) {
        if records == 0 {
            return;
        }
        let bytes = sealed.saturating_sub(records.saturating_mul(self.overhead() as u64));
        let diagnosis = if lost.absent { &RECORDS_MISSING } else { &NOT_AUTHENTIC };
        out.anomaly(Anomaly::new(diagnosis, lost.origin).bytes(bytes));
        if bytes > 0 {
            out.item(Located::new(Origin { offset: self.plain, ..lost.origin }, Chunk::Gap(bytes)));
            self.plain += bytes;
        }
    }

    /// Outputs a gap for early data, which precedes all other data and is not decrypted.
    fn emit_early_gap(&mut self, origin: Origin, out: &mut impl ChunkSink) {
        let bytes = std::mem::take(&mut self.early_data);
        if bytes > 0 {
            out.item(Located::new(Origin { offset: self.plain, ..origin }, Chunk::Gap(bytes)));
            self.plain += bytes;
        }
    }

    /// Ends the direction at `position`, and reports lost records that may have carried data.
    pub(super) fn end(&mut self, position: u64, end: Option<(End, Origin)>, out: &mut impl ChunkSink) {
        let may_be_data = |lost: &Lost| lost.unframed || lost.absent || (self.opened && self.epochs.number() > 0);
        if let Some(lost) = self.lost.filter(may_be_data) {
            self.report(lost, lost.framed.max(1), position.saturating_sub(lost.position), out);
        }
        if let Some((end, origin)) = end {
            out.item(Located::new(Origin { offset: self.plain, ..origin }, Chunk::End(end)));
        }
    }
}
