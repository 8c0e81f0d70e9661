//! Reassembly of one direction's fragments into messages (RFC 6455 section 5.4).

use super::deflate::Inflater;
use super::diagnoses::{INTERRUPTED_MESSAGE, MESSAGE_GAP, MESSAGE_TOO_LONG, RESERVED_BITS, STRAY_CONTINUATION};
use super::frame::{Header, unmask};
use super::{Counters, MESSAGE_LIMIT, Message, MessageSink, Opcode};
use crate::anomaly::{Anomaly, Diagnosis};
use crate::origin::{Located, Origin};

/// The buffer capacity that is kept from message to message, in bytes.
const KEPT_CAPACITY: usize = 1 << 20;

/// Reassembles the messages of one direction.
#[derive(Debug)]
pub(super) struct Assembly {
    open: Option<Open>,
    /// The open message's payload so far, unmasked.
    payload: Vec<u8>,
    inflater: Option<Inflater>,
    inflated: Vec<u8>,
}

/// A message whose first frame has begun.
#[derive(Clone, Copy, Debug)]
struct Open {
    opcode: Opcode,
    compressed: bool,
    origin: Origin,
    /// It cannot be read, which was reported. Its frames are still followed.
    lost: bool,
}

impl Assembly {
    /// Creates an assembly. Without an `inflater`, compressed messages are not expected.
    pub(super) const fn new(inflater: Option<Inflater>) -> Self {
        Self { open: None, payload: Vec::new(), inflater, inflated: Vec::new() }
    }

    /// Returns whether a message has begun and not ended.
    pub(super) const fn is_open(&self) -> bool {
        self.open.is_some()
    }

    /// Returns where the open message began, if it can still be read.
    pub(super) fn readable(&self) -> Option<Origin> {
        self.open.filter(|open| !open.lost).map(|open| open.origin)
    }

    /// Begins a message with a frame whose header runs from `start` to `here`.
    pub(super) fn begin(
        &mut self,
        opcode: Opcode,
        header: &Header,
        start: Origin,
        here: Origin,
        out: &mut impl MessageSink,
    ) {
        self.lose(&INTERRUPTED_MESSAGE, self.payload.len() as u64, here, out);
        let compressed = header.rsv1();
        self.open = Some(Open { opcode, compressed, origin: start, lost: false });
        if header.rsv23() || (compressed && self.inflater.is_none()) {
            self.lose(&RESERVED_BITS, header.length, here, out);
        }
        self.check_length(header, here, out);
    }

    /// Continues the open message with a frame. `torn`: if there is no open message, it was lost.
    pub(super) fn proceed(
        &mut self,
        header: &Header,
        torn: bool,
        start: Origin,
        here: Origin,
        out: &mut impl MessageSink,
    ) {
        if self.open.is_none() {
            self.open = Some(Open { opcode: Opcode::Binary, compressed: true, origin: start, lost: false });
            let why = if torn { &MESSAGE_GAP } else { &STRAY_CONTINUATION };
            self.lose(why, header.length, here, out);
        }
        self.check_length(header, here, out);
    }

    fn check_length(&mut self, header: &Header, here: Origin, out: &mut impl MessageSink) {
        if header.length > MESSAGE_LIMIT.saturating_sub(self.payload.len() as u64) {
            self.lose(&MESSAGE_TOO_LONG, header.length, here, out);
        }
    }

    /// Appends the next bytes of a frame's payload, which `phase` bytes precede.
    pub(super) fn append(&mut self, piece: &[u8], key: Option<[u8; 4]>, phase: u64) {
        if self.readable().is_some() {
            match key {
                None => self.payload.extend_from_slice(piece),
                Some(key) => unmask(&mut self.payload, piece, key, phase),
            }
        }
    }

    /// Ends the message, whose last frame's payload ends `here`. Its last `piece` is unmasked, and is not copied if it is
    /// the whole message.
    pub(super) fn complete(&mut self, piece: &[u8], here: Origin, counters: &mut Counters, out: &mut impl MessageSink) {
        let Some(open) = self.open.take().filter(|open| !open.lost) else { return };
        let mut payload = std::mem::take(&mut self.payload);
        let whole = if payload.is_empty() {
            piece
        } else {
            payload.extend_from_slice(piece);
            &payload
        };
        let origin = open.origin.to(here);
        let data = match &mut self.inflater {
            Some(inflater) if open.compressed => inflater.inflate(whole, &mut self.inflated).map(|()| &*self.inflated),
            _ => Ok(whole),
        };
        match data {
            Ok(data) => {
                counters.messages += 1;
                counters.bytes += data.len() as u64;
                counters.compressed += u64::from(open.compressed);
                out.item(Located::new(origin, Message { opcode: open.opcode, data }));
            }
            Err(diagnosis) => out.anomaly(Anomaly::new(diagnosis, origin).bytes(whole.len() as u64)),
        }
        self.payload = payload;
        empty(&mut self.payload);
        empty(&mut self.inflated);
    }

    /// Gives up the open message, if there is one, and reports why, once. `bytes` is the number of bytes lost.
    pub(super) fn lose(&mut self, why: &'static Diagnosis, bytes: u64, here: Origin, out: &mut impl MessageSink) {
        self.payload.clear();
        let Some(open) = self.open.as_mut().filter(|open| !open.lost) else { return };
        open.lost = true;
        if let Some(inflater) = self.inflater.as_mut().filter(|_| open.compressed) {
            inflater.forget();
        }
        out.anomaly(Anomaly::new(why, open.origin.to(here)).bytes(bytes));
    }

    /// Notes that messages were lost, including the open one. Returns the number of bytes that were kept of that one.
    pub(super) fn forget(&mut self) -> u64 {
        if let Some(inflater) = &mut self.inflater {
            inflater.forget();
        }
        self.open = None;
        let bytes = self.payload.len() as u64;
        self.payload.clear();
        bytes
    }
}

/// Empties a buffer, and frees its memory if that is a lot.
fn empty(buffer: &mut Vec<u8>) {
    buffer.clear();
    if buffer.capacity() > KEPT_CAPACITY {
        *buffer = Vec::new();
    }
}
