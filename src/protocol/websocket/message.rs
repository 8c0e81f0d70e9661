//! The fragments of one direction, put together to messages (RFC 6455 section 5.4).

use super::deflate::Inflater;
use super::frame::{Header, unmask};
use super::{Counters, MESSAGE_LIMIT, Message, Opcode};
use crate::anomaly::{Anomaly, Diagnosis, Kind, Layer, Severity};
use crate::origin::{Located, Origin};
use crate::protocol::Sink;

/// A message with reserved bits that no agreed extension defines.
pub(super) const RESERVED_BITS: Diagnosis = Diagnosis {
    id: "websocket/reserved-bits",
    layer: Layer::Websocket,
    kind: Kind::Unsupported,
    severity: Severity::Loss,
    why: "a websocket message has a reserved bit set that no agreed and supported extension gives a meaning, so \
          it was not read",
    next: "",
};

/// A continuation of nothing.
pub(super) const STRAY_CONTINUATION: Diagnosis = Diagnosis {
    id: "websocket/stray-continuation",
    layer: Layer::Websocket,
    kind: Kind::Unexpected,
    severity: Severity::Loss,
    why: "a websocket frame continues a message, and none is open; it and its continuations were passed over",
    next: "",
};

/// A message that begins inside another.
pub(super) const INTERRUPTED_MESSAGE: Diagnosis = Diagnosis {
    id: "websocket/interrupted-message",
    layer: Layer::Websocket,
    kind: Kind::Unexpected,
    severity: Severity::Loss,
    why: "a websocket message begins before the fragmented one before it is complete; the incomplete one was \
          dropped",
    next: "",
};

/// A message above the limit.
pub(super) const MESSAGE_TOO_LONG: Diagnosis = Diagnosis {
    id: "websocket/message-too-long",
    layer: Layer::Websocket,
    kind: Kind::Unsupported,
    severity: Severity::Loss,
    why: "a websocket message is longer than 64 MiB; it was passed over",
    next: "",
};

/// A hole in a message, with the frames around it known.
pub(super) const MESSAGE_GAP: Diagnosis = Diagnosis {
    id: "websocket/message-gap",
    layer: Layer::Websocket,
    kind: Kind::Missing,
    severity: Severity::Loss,
    why: "part of a websocket message was not captured, so the message could not be read; where the next one \
          begins is known",
    next: "A capture that drops no packets avoids this.",
};

/// Capacity that is kept from message to message, in bytes.
const KEPT_CAPACITY: usize = 1 << 20;

/// Puts the messages of one direction together.
#[derive(Debug)]
pub(super) struct Assembly {
    open: Option<Open>,
    /// The open message's payload so far, unmasked.
    payload: Vec<u8>,
    inflater: Option<Inflater>,
    inflated: Vec<u8>,
}

/// A message whose first frame began.
#[derive(Clone, Copy, Debug)]
struct Open {
    opcode: Opcode,
    compressed: bool,
    origin: Origin,
    /// It cannot be read, which was reported; its frames are followed.
    lost: bool,
}

impl Assembly {
    /// Without an `inflater` no compressed message is expected.
    pub(super) const fn new(inflater: Option<Inflater>) -> Self {
        Self { open: None, payload: Vec::new(), inflater, inflated: Vec::new() }
    }

    /// Whether a message began and did not end.
    pub(super) const fn is_open(&self) -> bool {
        self.open.is_some()
    }

    /// Where the open message began, if it can still be read.
    pub(super) fn readable(&self) -> Option<Origin> {
        self.open.filter(|open| !open.lost).map(|open| open.origin)
    }

    /// A message begins with a frame, whose header runs from `start` to `here`.
    pub(super) fn begin<S>(&mut self, opcode: Opcode, header: &Header, start: Origin, here: Origin, out: &mut S)
    where
        S: for<'a> Sink<Message<'a>>,
    {
        self.lose(&INTERRUPTED_MESSAGE, self.payload.len() as u64, here, out);
        let compressed = header.rsv1();
        self.open = Some(Open { opcode, compressed, origin: start, lost: false });
        if header.rsv23() || (compressed && self.inflater.is_none()) {
            self.lose(&RESERVED_BITS, header.length, here, out);
        }
        self.check_length(header, here, out);
    }

    /// A frame continues the open message. `torn`: where there is none, that is because it was lost.
    pub(super) fn proceed<S>(&mut self, header: &Header, torn: bool, start: Origin, here: Origin, out: &mut S)
    where
        S: for<'a> Sink<Message<'a>>,
    {
        if self.open.is_none() {
            self.open = Some(Open { opcode: Opcode::Binary, compressed: true, origin: start, lost: false });
            let why = if torn { &MESSAGE_GAP } else { &STRAY_CONTINUATION };
            self.lose(why, header.length, here, out);
        }
        self.check_length(header, here, out);
    }

    fn check_length<S>(&mut self, header: &Header, here: Origin, out: &mut S)
    where
        S: for<'a> Sink<Message<'a>>,
    {
        if header.length > MESSAGE_LIMIT.saturating_sub(self.payload.len() as u64) {
            self.lose(&MESSAGE_TOO_LONG, header.length, here, out);
        }
    }

    /// Takes the next bytes of a frame's payload, which `phase` others precede.
    pub(super) fn append(&mut self, piece: &[u8], key: Option<[u8; 4]>, phase: u64) {
        if self.readable().is_some() {
            match key {
                None => self.payload.extend_from_slice(piece),
                Some(key) => unmask(&mut self.payload, piece, key, phase),
            }
        }
    }

    /// The last frame's payload ends `here`. Its last `piece` was not masked, and is not copied if it is all.
    pub(super) fn complete<S>(&mut self, piece: &[u8], here: Origin, counters: &mut Counters, out: &mut S)
    where
        S: for<'a> Sink<Message<'a>>,
    {
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

    /// The open message, if there is one, cannot be read: says why, once. `bytes` is what that costs.
    pub(super) fn lose<S>(&mut self, why: &'static Diagnosis, bytes: u64, here: Origin, out: &mut S)
    where
        S: for<'a> Sink<Message<'a>>,
    {
        self.payload.clear();
        let Some(open) = self.open.as_mut().filter(|open| !open.lost) else { return };
        open.lost = true;
        if let Some(inflater) = self.inflater.as_mut().filter(|_| open.compressed) {
            inflater.forget();
        }
        out.anomaly(Anomaly::new(why, open.origin.to(here)).bytes(bytes));
    }

    /// Messages were lost, the open one among them. Gives the bytes that were kept of it.
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

/// Empties a buffer, and gives its memory back if that is much.
fn empty(buffer: &mut Vec<u8>) {
    buffer.clear();
    if buffer.capacity() > KEPT_CAPACITY {
        *buffer = Vec::new();
    }
}
