//! The frames of one direction.

use super::deflate::Inflater;
use super::frame::{Header, Kind, PartialHeader};
use super::message::{Assembly, MESSAGE_GAP};
use super::search::Search;
use super::trial::{Expectation, worth};
use super::{Counters, Message, Opcode, further};
use crate::anomaly::{Anomaly, Diagnosis, Kind as Departure, Layer, Severity};
use crate::origin::Origin;
use crate::protocol::Sink;

/// A header that no sender can have meant.
pub(super) const MALFORMED_HEADER: Diagnosis = Diagnosis {
    id: "websocket/malformed-header",
    layer: Layer::Websocket,
    kind: Departure::Malformed,
    severity: Severity::Loss,
    why: "a websocket frame's header is not possible (a control frame that is fragmented or longer than 125 \
          bytes, or a length of 2^63 or more), so it is not known where the next frame begins",
    next: "",
};

/// A frame of the client without a mask.
pub(super) const UNMASKED_CLIENT_FRAME: Diagnosis = Diagnosis {
    id: "websocket/unmasked-client-frame",
    layer: Layer::Websocket,
    kind: Departure::Unexpected,
    severity: Severity::Note,
    why: "the client sent a websocket frame without a mask; it was read as it is",
    next: "",
};

/// A frame of the server with a mask.
pub(super) const MASKED_SERVER_FRAME: Diagnosis = Diagnosis {
    id: "websocket/masked-server-frame",
    layer: Layer::Websocket,
    kind: Departure::Unexpected,
    severity: Severity::Note,
    why: "the server sent a masked websocket frame; it was unmasked and read",
    next: "",
};

/// Reserved bits where they mean nothing.
pub(super) const STRAY_RESERVED_BITS: Diagnosis = Diagnosis {
    id: "websocket/stray-reserved-bits",
    layer: Layer::Websocket,
    kind: Departure::Unexpected,
    severity: Severity::Note,
    why: "a control frame or a continued fragment has a reserved bit set; the bit was ignored",
    next: "",
};

/// A frame with opcode 3 to 7.
pub(super) const RESERVED_OPCODE: Diagnosis = Diagnosis {
    id: "websocket/reserved-opcode",
    layer: Layer::Websocket,
    kind: Departure::Unsupported,
    severity: Severity::Loss,
    why: "a websocket frame has an opcode that is reserved for further data frames; it was passed over",
    next: "",
};

/// A frame with opcode 11 to 15.
pub(super) const RESERVED_CONTROL_OPCODE: Diagnosis = Diagnosis {
    id: "websocket/reserved-control-opcode",
    layer: Layer::Websocket,
    kind: Departure::Unsupported,
    severity: Severity::Note,
    why: "a websocket frame has an opcode that is reserved for further control frames; it was passed over",
    next: "",
};

/// A message that the connection's or the capture's end cut off.
pub(super) const INCOMPLETE_MESSAGE: Diagnosis = Diagnosis {
    id: "websocket/incomplete-message",
    layer: Layer::Websocket,
    kind: Departure::Missing,
    severity: Severity::Loss,
    why: "the connection or the capture ends inside a websocket message",
    next: "",
};

/// The status of a close frame without one (RFC 6455 section 7.1.5).
const NO_STATUS: u16 = 1005;

/// Reads the frames of one direction.
#[derive(Debug)]
pub(super) struct Side {
    expectation: Expectation,
    /// Whether the framing is known from the upgrade on, and not found by trial.
    trusted: bool,
    /// No data frame was read since the framing was found: the first may continue a lost message.
    torn: bool,
    search: Option<Box<Search>>,
    place: Place,
    messages: Assembly,
    counters: Counters,
    ended: bool,
}

/// Where in the framing the next byte stands.
#[derive(Debug)]
enum Place {
    Header(PartialHeader),
    Payload(Frame),
}

/// A frame whose header was read.
#[derive(Debug)]
struct Frame {
    role: Role,
    header: Header,
    /// Bytes of the payload that were read or are missing.
    passed: u64,
}

/// What becomes of a frame's payload.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Role {
    /// Part of the open message.
    Part,
    /// A close frame, with its status as far as it was read.
    Close(u16),
    /// A ping or a pong.
    Heartbeat,
    /// Nothing.
    Skipped,
}

/// A header shows that the framing is lost.
struct Lost {
    /// Its bytes that are not in the current data, or all.
    header: PartialHeader,
    origin: Origin,
    /// Bytes of the current data before the rest of it.
    used: usize,
}

impl Side {
    /// A direction whose next byte is the first after the upgrade. `masked`: it is the client's.
    pub(super) fn upgraded(masked: bool, inflater: Option<Inflater>) -> Self {
        Self {
            expectation: Expectation { masked: Some(masked), deflate: inflater.is_some() },
            trusted: true,
            torn: false,
            search: None,
            place: Place::default(),
            messages: Assembly::new(inflater),
            counters: Counters::default(),
            ended: false,
        }
    }

    /// A direction whose next byte begins a frame by trial.
    pub(super) fn found(masked: bool, inflater: Option<Inflater>) -> Self {
        Self { trusted: false, torn: true, ..Self::upgraded(masked, inflater) }
    }

    /// A direction whose next frame has to be found, after `lost` bytes that cannot be read any more.
    pub(super) fn searching(masked: bool, inflater: Option<Inflater>, lost: u64) -> Self {
        let mut side = Self::found(masked, inflater);
        side.search = Some(Box::new(Search::new(side.expectation, lost, None)));
        side
    }

    pub(super) const fn counters(&self) -> Counters {
        self.counters
    }

    /// Reads the next bytes.
    pub(super) fn data<S>(&mut self, mut data: &[u8], mut origin: Origin, out: &mut S)
    where
        S: for<'a> Sink<Message<'a>>,
    {
        while !data.is_empty() && !self.ended {
            let used = self.read_or_search(data, origin, out);
            self.resume(false, out);
            data = data.get(used..).unwrap_or_default();
            origin = further(origin, used);
        }
    }

    /// Passes over bytes that were not captured.
    pub(super) fn gap<S>(&mut self, bytes: u64, origin: Origin, out: &mut S)
    where
        S: for<'a> Sink<Message<'a>>,
    {
        if self.ended {
            return;
        }
        self.resume(true, out);
        if let Some(search) = &mut self.search {
            search.restart(bytes, origin);
            return;
        }
        match &mut self.place {
            Place::Header(partial) => {
                let (read, start) = (partial.bytes().len() as u64, partial.start().unwrap_or(origin));
                self.lose_framing(bytes.saturating_add(read), start);
            }
            Place::Payload(frame) => {
                let inside = bytes.min(frame.header.length - frame.passed);
                frame.passed += inside;
                if frame.role == Role::Part {
                    self.messages.lose(&MESSAGE_GAP, inside, origin, out);
                }
                if bytes > inside {
                    self.lose_framing(bytes - inside, origin);
                } else {
                    self.end_frame(&[], origin, out);
                }
            }
        }
    }

    /// Says that the direction ends.
    pub(super) fn end<S>(&mut self, out: &mut S)
    where
        S: for<'a> Sink<Message<'a>>,
    {
        if self.ended {
            return;
        }
        self.resume(true, out);
        self.ended = true;
        if let Some(anomaly) = self.search.take().and_then(|search| search.fail()) {
            out.anomaly(anomaly);
        }
        let (start, missing) = match &self.place {
            Place::Header(partial) if !self.messages.is_open() => (partial.start(), 0),
            Place::Payload(Frame { role: Role::Part, header, passed, .. }) => {
                (self.messages.readable(), header.length - passed)
            }
            Place::Header(_) | Place::Payload(_) => (self.messages.readable(), 0),
        };
        if let Some(start) = start.filter(|_| self.counters.close.is_none()) {
            out.anomaly(Anomaly::new(&INCOMPLETE_MESSAGE, start).bytes(missing));
        }
        self.messages = Assembly::new(None);
    }

    /// Ends the search if a boundary was found, and reads what was kept from there on.
    fn resume<S>(&mut self, ended: bool, out: &mut S)
    where
        S: for<'a> Sink<Message<'a>>,
    {
        while let Some(at) = self.search.as_mut().and_then(|search| search.found(ended)) {
            let Some(search) = self.search.take() else { return };
            let (resumed, anomaly) = search.resume(at);
            if let Some(anomaly) = anomaly {
                out.anomaly(anomaly);
            }
            self.trusted = false;
            self.torn = true;
            for (mut data, mut origin) in resumed.pieces() {
                while !data.is_empty() {
                    let used = self.read_or_search(data, origin, out);
                    data = data.get(used..).unwrap_or_default();
                    origin = further(origin, used);
                }
            }
        }
    }

    /// Reads frames, or gives bytes to the search. Begins one where the framing is lost. Gives the bytes used.
    fn read_or_search<S>(&mut self, data: &[u8], origin: Origin, out: &mut S) -> usize
    where
        S: for<'a> Sink<Message<'a>>,
    {
        if let Some(search) = &mut self.search {
            return search.take(data, origin);
        }
        match self.read(data, origin, out) {
            None => data.len(),
            Some(Lost { header, origin, used }) => {
                let search = self.lose_framing(0, origin);
                search.take(header.bytes(), origin);
                used
            }
        }
    }

    /// Reads frames, up to a header that shows that the framing is lost.
    fn read<S>(&mut self, data: &[u8], origin: Origin, out: &mut S) -> Option<Lost>
    where
        S: for<'a> Sink<Message<'a>>,
    {
        let mut rest = data;
        while !rest.is_empty() {
            let here = further(origin, data.len() - rest.len());
            match &mut self.place {
                Place::Header(partial) => {
                    let (header, start, used) = partial.read(rest, here)?;
                    let after = rest.get(used..).unwrap_or_default();
                    if self.is_lost(&header, start, here, out) {
                        let header = match &self.place {
                            Place::Header(partial) => *partial,
                            Place::Payload(_) => PartialHeader::default(),
                        };
                        let left = if header.bytes().is_empty() { rest } else { after };
                        return Some(Lost { header, origin: start, used: data.len() - left.len() });
                    }
                    rest = after;
                    self.begin_frame(header, start, here, out);
                    self.end_frame(&[], here, out);
                }
                Place::Payload(frame) => {
                    let left = usize::try_from(frame.header.length - frame.passed).unwrap_or(usize::MAX);
                    let (piece, after) = rest.split_at(left.min(rest.len()));
                    rest = after;
                    self.read_payload(piece, here, out);
                }
            }
        }
        None
    }

    /// Whether a header, which runs from `start` to `here`, shows that the framing is lost.
    fn is_lost<S>(&self, header: &Header, start: Origin, here: Origin, out: &mut S) -> bool
    where
        S: for<'a> Sink<Message<'a>>,
    {
        if !self.trusted {
            let inside = (!self.torn).then(|| self.messages.is_open());
            return worth(header, self.expectation, inside).is_none();
        }
        if !header.is_sound() {
            out.anomaly(Anomaly::new(&MALFORMED_HEADER, start.to(here)));
        }
        !header.is_sound()
    }

    /// Decides what becomes of a frame, whose header runs from `start` to `here`.
    fn begin_frame<S>(&mut self, header: Header, start: Origin, here: Origin, out: &mut S)
    where
        S: for<'a> Sink<Message<'a>>,
    {
        let origin = start.to(here);
        match (self.expectation.masked, header.key) {
            (Some(true), None) => out.anomaly(Anomaly::new(&UNMASKED_CLIENT_FRAME, origin)),
            (Some(false), Some(_)) => out.anomaly(Anomaly::new(&MASKED_SERVER_FRAME, origin)),
            _ => {}
        }
        if (header.rsv1() || header.rsv23()) && !matches!(header.kind(), Kind::Text | Kind::Binary) {
            out.anomaly(Anomaly::new(&STRAY_RESERVED_BITS, origin));
        }
        let role = match header.kind() {
            Kind::Text => self.begin_message(Opcode::Text, &header, start, here, out),
            Kind::Binary => self.begin_message(Opcode::Binary, &header, start, here, out),
            Kind::Continuation => {
                self.messages.proceed(&header, self.torn, start, here, out);
                self.torn = false;
                Role::Part
            }
            Kind::Close => Role::Close(0),
            Kind::Heartbeat => Role::Heartbeat,
            Kind::Reserved(opcode) => {
                let anomaly = Anomaly::new(&RESERVED_OPCODE, origin).bytes(header.length);
                out.anomaly(anomaly.detail(format!("opcode {opcode}")));
                Role::Skipped
            }
            Kind::ReservedControl(opcode) => {
                out.anomaly(Anomaly::new(&RESERVED_CONTROL_OPCODE, origin).detail(format!("opcode {opcode}")));
                Role::Skipped
            }
        };
        self.place = Place::Payload(Frame { role, header, passed: 0 });
    }

    fn begin_message<S>(&mut self, opcode: Opcode, header: &Header, start: Origin, here: Origin, out: &mut S) -> Role
    where
        S: for<'a> Sink<Message<'a>>,
    {
        self.messages.begin(opcode, header, start, here, out);
        self.torn = false;
        Role::Part
    }

    fn read_payload<S>(&mut self, piece: &[u8], here: Origin, out: &mut S)
    where
        S: for<'a> Sink<Message<'a>>,
    {
        let Place::Payload(frame) = &mut self.place else { return };
        let phase = frame.passed;
        frame.passed += piece.len() as u64;
        let key = frame.header.key;
        match &mut frame.role {
            Role::Heartbeat | Role::Skipped => {}
            Role::Close(status) => {
                let [first, second, ..] = key.unwrap_or_default();
                for (byte, at) in piece.iter().zip(phase..2) {
                    *status = *status << 8 | u16::from(byte ^ if at == 0 { first } else { second });
                }
            }
            Role::Part => {
                if key.is_none() && frame.header.is_final() && frame.passed == frame.header.length {
                    self.end_frame(piece, here, out);
                    return;
                }
                self.messages.append(piece, key, phase);
            }
        }
        self.end_frame(&[], here, out);
    }

    /// Ends the frame if all of its payload was passed; `piece` is what was not appended to the message.
    fn end_frame<S>(&mut self, piece: &[u8], here: Origin, out: &mut S)
    where
        S: for<'a> Sink<Message<'a>>,
    {
        let Place::Payload(frame) = &self.place else { return };
        if frame.passed < frame.header.length {
            return;
        }
        match frame.role {
            Role::Part if frame.header.is_final() => self.messages.complete(piece, here, &mut self.counters, out),
            Role::Part | Role::Skipped => {}
            Role::Heartbeat => self.counters.control_frames += 1,
            Role::Close(status) => {
                self.counters.control_frames += 1;
                self.counters.close = Some(if frame.header.length < 2 { NO_STATUS } else { status });
            }
        }
        self.place = Place::default();
    }

    /// Begins a search. `bytes` were read or not captured, and are lost; with them goes the open message.
    fn lose_framing(&mut self, bytes: u64, origin: Origin) -> &mut Search {
        let origin = self.messages.readable().map_or(origin, |start| start.to(origin));
        let lost = self.messages.forget().saturating_add(bytes);
        self.place = Place::default();
        self.search.insert(Box::new(Search::new(self.expectation, lost, Some(origin))))
    }
}

impl Default for Place {
    fn default() -> Self {
        Self::Header(PartialHeader::default())
    }
}
