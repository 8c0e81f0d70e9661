//! What a record of a direction holds: opened, told apart, and passed on.

use super::super::alert;
use super::super::cipher::Opener;
use super::super::diagnoses::{ALERT, NOT_AUTHENTIC, RECORDS_MISSING, RENEGOTIATED};
use super::super::epochs::Ahead;
use super::super::hello::{self, CLIENT_HELLO, ENCRYPTED_EXTENSIONS, FINISHED, KEY_UPDATE};
use super::super::lost::Lost;
use super::super::record::{Content, HEADER, Header};
use super::{Framing, Side};
use crate::anomaly::Anomaly;
use crate::origin::{Direction, Located, Origin};
use crate::protocol::tcp::{Chunk, ChunkSink};

/// Length of a key update in bytes (RFC 8446 section 4.6.3).
const KEY_UPDATE_LENGTH: usize = 5;

/// A record that opened.
pub(super) struct Opened {
    ahead: Option<Ahead>,
    sequence: u64,
    plain: std::ops::Range<usize>,
}

impl Side {
    /// Opens a record into `scratch`: as the one that is due, as one of the next epochs, and after a gap as one of
    /// those that may follow it.
    pub(super) fn open(&mut self, header: Header, body: &[u8], position: u64) -> Option<Opened> {
        let Self { epochs, scratch, budget, lost, sequence, framing, .. } = self;
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
        // Before the handshake's records there can be early data, which have numbers of their own.
        let first = lost.filter(|_| epochs.number() == 0).map_or(due, |lost| lost.sequence);
        let known = std::iter::once(first).filter(|first| *first != due);
        let unknown = due.saturating_add(1)..=due.saturating_add(slack);
        let mut afford = || {
            let paid = budget.pay(body.len());
            if !paid {
                *framing = Framing::GivenUp;
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

    /// Takes the content of a record that opened.
    pub(super) fn opened(
        &mut self,
        opened: Opened,
        header: Header,
        position: u64,
        origin: Origin,
        out: &mut impl ChunkSink,
    ) {
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
            // The type stands behind the content, and padding of zeros behind it.
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
                if let Some(extensions) = hello::encrypted_extensions(body).filter(|_| tls13) {
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
            self.framing = Framing::GivenUp;
        }
    }

    pub(super) fn alert(&self, alert: [u8; 2], origin: Origin, out: &mut impl ChunkSink) {
        if alert::is_fault(alert) {
            let direction = origin.direction.unwrap_or(Direction::Outbound);
            out.anomaly(Anomaly::new(&ALERT, origin).detail(alert::name(alert, direction)));
        }
    }

    /// Of the records that are missing before the one that now opened with this number, those that carry data: how
    /// many there are, and their bytes among all that are missing.
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
            // One of them is the key update. How many came before it is known only if all their frames were seen.
            let sealed = sealed.saturating_sub((self.frame() + KEY_UPDATE_LENGTH) as u64);
            let records = if lost.unframed { sequence + u64::from(sealed > 0) } else { lost.framed.saturating_sub(1) };
            (records, sealed)
        }
    }

    /// How many bytes of a record are no plaintext.
    fn frame(&self) -> usize {
        HEADER + self.epochs.opener().map_or(0, Opener::overhead)
    }

    /// Says that `records` with data, `sealed` bytes long, are lost, to the user and to the next layer.
    pub(super) fn report(&mut self, lost: Lost, records: u64, sealed: u64, out: &mut impl ChunkSink) {
        if records == 0 {
            return;
        }
        let bytes = sealed.saturating_sub(records.saturating_mul(self.frame() as u64));
        let diagnosis = if lost.absent { &RECORDS_MISSING } else { &NOT_AUTHENTIC };
        out.anomaly(Anomaly::new(diagnosis, lost.origin).bytes(bytes));
        if bytes > 0 {
            out.item(Located::new(Origin { offset: self.plain, ..lost.origin }, Chunk::Gap(bytes)));
            self.plain += bytes;
        }
    }

    /// Early data stand before all other data, and are not read.
    fn emit_early_gap(&mut self, origin: Origin, out: &mut impl ChunkSink) {
        let bytes = std::mem::take(&mut self.early_data);
        if bytes > 0 {
            out.item(Located::new(Origin { offset: self.plain, ..origin }, Chunk::Gap(bytes)));
            self.plain += bytes;
        }
    }
}
