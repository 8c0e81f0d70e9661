//! The frames of one direction.

use super::assembly::Assembly;
use super::boundary::{Expectation, Search, score_of};
use super::deflate::Inflater;
use super::diagnoses::{
    INCOMPLETE_MESSAGE, MALFORMED_HEADER, MASKED_SERVER_FRAME, MESSAGE_GAP, RESERVED_CONTROL_OPCODE, RESERVED_OPCODE,
    STRAY_RESERVED_BITS, UNMASKED_CLIENT_FRAME,
};
use super::frame::{Header, Kind, PartialHeader};
use super::{Counters, MessageSink, Opcode};
use crate::anomaly::Anomaly;
use crate::origin::Origin;

/// The status of a close frame that has none (RFC 6455 section 7.1.5).
const NO_STATUS: u16 = 1005;

/// Reads the frames of one direction.
#[derive(Debug)]
pub(super) struct FrameReader {
    expectation: Expectation,
    /// Whether the framing is known from the upgrade on, rather than found by trial.
    trusted: bool,
    /// Whether no data frame was read since the framing was found, so that the first one may continue a lost message.
    torn: bool,
    search: Option<Box<Search>>,
    position: Position,
    messages: Assembly,
    counters: Counters,
    ended: bool,
}

/// The position of the next byte in the framing.
#[derive(Debug)]
enum Position {
    Header(PartialHeader),
    Payload(Frame),
}

/// A frame whose header was read.
#[derive(Debug)]
struct Frame {
    role: Role,
    header: Header,
    /// Payload bytes that were read or are missing.
    passed: u64,
}

/// The role of a frame's payload.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Role {
    /// Part of the open message.
    Part,
    /// A close frame, and its status as far as it was read.
    Close(u16),
    /// A ping or a pong.
    Heartbeat,
    /// Ignored.
    Skipped,
}

/// A header that shows that the framing is lost.
struct Lost {
    /// The bytes of the header, if not all of them are in the current data.
    header: PartialHeader,
    origin: Origin,
    /// The number of bytes of the current data that were used.
    used: usize,
}

impl FrameReader {
    /// Creates a reader at the first byte after the upgrade. `masked`: the direction is the client's.
    pub(super) fn upgraded(masked: bool, inflater: Option<Inflater>) -> Self {
        Self {
            expectation: Expectation { masked: Some(masked), deflate: inflater.is_some() },
            trusted: true,
            torn: false,
            search: None,
            position: Position::default(),
            messages: Assembly::new(inflater),
            counters: Counters::default(),
            ended: false,
        }
    }

    /// Creates a reader at a boundary that was found by trial.
    pub(super) fn found(masked: bool, inflater: Option<Inflater>) -> Self {
        Self { trusted: false, torn: true, ..Self::upgraded(masked, inflater) }
    }

    /// Creates a reader that has to find the next frame, after `lost` bytes that are unreadable.
    pub(super) fn searching(masked: bool, inflater: Option<Inflater>, lost: u64) -> Self {
        let mut reader = Self::found(masked, inflater);
        reader.search = Some(Box::new(Search::new(reader.expectation, lost, None)));
        reader
    }

    pub(super) const fn counters(&self) -> Counters {
        self.counters
    }

    /// Reads the next bytes.
    pub(super) fn data(&mut self, mut data: &[u8], mut origin: Origin, out: &mut impl MessageSink) {
        while !data.is_empty() && !self.ended {
            let used = self.read_or_search(data, origin, out);
            self.resume(false, out);
            data = data.get(used..).unwrap_or_default();
            origin = origin.advanced(used);
        }
    }

    /// Skips bytes that were not captured.
    pub(super) fn gap(&mut self, bytes: u64, origin: Origin, out: &mut impl MessageSink) {
        if self.ended {
            return;
        }
        self.resume(true, out);
        if let Some(search) = &mut self.search {
            search.restart(bytes, origin);
            return;
        }
        match &mut self.position {
            Position::Header(partial) => {
                let (read, start) = (partial.bytes().len() as u64, partial.start().unwrap_or(origin));
                self.lose_framing(bytes.saturating_add(read), start);
            }
            Position::Payload(frame) => {
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

    /// Ends the direction, and reports an incomplete message.
    pub(super) fn end(&mut self, out: &mut impl MessageSink) {
        if self.ended {
            return;
        }
        self.resume(true, out);
        self.ended = true;
        if let Some(anomaly) = self.search.take().and_then(|search| search.fail()) {
            out.anomaly(anomaly);
        }
        let (start, missing) = match &self.position {
            Position::Header(partial) if !self.messages.is_open() => (partial.start(), 0),
            Position::Payload(Frame { role: Role::Part, header, passed, .. }) => {
                (self.messages.readable(), header.length - passed)
            }
            Position::Header(_) | Position::Payload(_) => (self.messages.readable(), 0),
        };
        if let Some(start) = start.filter(|_| self.counters.close.is_none()) {
            out.anomaly(Anomaly::new(&INCOMPLETE_MESSAGE, start).bytes(missing));
        }
        self.messages = Assembly::new(None);
    }

    /// Ends the search if a boundary was found, and reads the kept bytes from there on.
    fn resume(&mut self, ended: bool, out: &mut impl MessageSink) {
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
                    origin = origin.advanced(used);
                }
            }
        }
    }

    /// Reads frames, or passes bytes to the search. Begins a search if the framing is lost. Returns the number of bytes
    /// used.
    fn read_or_search(&mut self, data: &[u8], origin: Origin, out: &mut impl MessageSink) -> usize {
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
    fn read(&mut self, data: &[u8], origin: Origin, out: &mut impl MessageSink) -> Option<Lost> {
        let mut rest = data;
        while !rest.is_empty() {
            let here = origin.advanced(data.len() - rest.len());
            match &mut self.position {
                Position::Header(partial) => {
                    let (header, start, used) = partial.read(rest, here)?;
                    let after = rest.get(used..).unwrap_or_default();
                    if self.is_lost(&header, start, here, out) {
                        let header = match &self.position {
                            Position::Header(partial) => *partial,
                            Position::Payload(_) => PartialHeader::default(),
                        };
                        let left = if header.bytes().is_empty() { rest } else { after };
                        return Some(Lost { header, origin: start, used: data.len() - left.len() });
                    }
                    rest = after;
                    self.begin_frame(header, start, here, out);
                    self.end_frame(&[], here, out);
                }
                Position::Payload(frame) => {
                    let left = usize::try_from(frame.header.length - frame.passed).unwrap_or(usize::MAX);
                    let (piece, after) = rest.split_at(left.min(rest.len()));
                    rest = after;
                    self.read_payload(piece, here, out);
                }
            }
        }
        None
    }

    /// Returns whether a header, which runs from `start` to `here`, shows that the framing is lost.
    fn is_lost(&self, header: &Header, start: Origin, here: Origin, out: &mut impl MessageSink) -> bool {
        if !self.trusted {
            let inside = (!self.torn).then(|| self.messages.is_open());
            return score_of(header, self.expectation, inside).is_none();
        }
        if !header.is_valid() {
            out.anomaly(Anomaly::new(&MALFORMED_HEADER, start.to(here)));
        }
        !header.is_valid()
    }

    /// Begins a frame whose header runs from `start` to `here`.
    fn begin_frame(&mut self, header: Header, start: Origin, here: Origin, out: &mut impl MessageSink) {
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
        self.position = Position::Payload(Frame { role, header, passed: 0 });
    }

    fn begin_message(
        &mut self,
        opcode: Opcode,
        header: &Header,
        start: Origin,
        here: Origin,
        out: &mut impl MessageSink,
    ) -> Role {
        self.messages.begin(opcode, header, start, here, out);
        self.torn = false;
        Role::Part
    }

    fn read_payload(&mut self, piece: &[u8], here: Origin, out: &mut impl MessageSink) {
        let Position::Payload(frame) = &mut self.position else { return };
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

    /// Ends the frame if its payload is complete. `piece` is the part that was not appended to the message.
    fn end_frame(&mut self, piece: &[u8], here: Origin, out: &mut impl MessageSink) {
        let Position::Payload(frame) = &self.position else { return };
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
        self.position = Position::default();
    }

    /// Begins a search. `bytes` were read or not captured, and are lost together with the open message.
    fn lose_framing(&mut self, bytes: u64, origin: Origin) -> &mut Search {
        let origin = self.messages.readable().map_or(origin, |start| start.to(origin));
        let lost = self.messages.forget().saturating_add(bytes);
        self.position = Position::default();
        self.search.insert(Box::new(Search::new(self.expectation, lost, Some(origin))))
    }
}

impl Default for Position {
    fn default() -> Self {
        Self::Header(PartialHeader::default())
    }
}
