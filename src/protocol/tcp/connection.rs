//! One connection: what is counted of it, and its two streams while it lives.

use std::net::SocketAddr;

use super::diagnoses::{AFTER_END, AFTER_RESET, BEGAN_BEFORE_CAPTURE, STRAY_END};
use super::flow::{Both, Pair, Side};
use super::lane::Lane;
use super::sequence::REACH;
use super::stream::{Ending, Stream};
use super::{Chunks, End, Now, Place, Segment, Span};
use crate::origin::{CaptureId, ConnectionId, Direction, Origin, Timestamp};

/// An initial sequence number, and how it is known.
#[derive(Clone, Copy, Debug)]
struct Initial {
    sequence: u32,
    source: Source,
}

/// How an initial sequence number is known; the later the better.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Source {
    /// It is one less than the first number seen.
    FirstSeen,
    /// From the answer to the SYN.
    Answer,
    /// From the SYN.
    Syn,
}

impl Initial {
    /// Takes `sequence` for `slot`, unless it is known as well or better.
    fn learn(slot: &mut Option<Self>, sequence: u32, source: Source) {
        if slot.is_none_or(|known| known.source < source) {
            *slot = Some(Self { sequence, source });
        }
    }
}

/// After how many packets of a connection its SYN may still turn up,
const LATE_SYN_PACKETS: u64 = 64;

/// and after how many bytes.
const LATE_SYN_BYTES: u32 = 1 << 20;

/// How far a connection has come.
#[derive(Debug)]
enum State {
    /// Nothing but SYNs was seen: a port scan makes millions of these.
    Opening,
    Live(Box<Live>),
    Ended(Both<Ending>),
    Ignored,
}

/// What reassembly needs.
#[derive(Debug)]
struct Live {
    streams: Both<Stream>,
    /// Where a RST was. The other side's bytes may have crossed it, or be stored after it, so it is not carried out
    /// at once.
    reset: Option<Place>,
}

/// A TCP connection of the capture, and what was counted of it.
#[derive(Debug)]
pub struct Connection {
    pair: Pair,
    client: Side,
    is_from_start: bool,
    /// Whether it was reported that the connection began before the capture.
    is_reported: bool,
    /// Whether a FIN or RST was seen, so that even a SYN with the same number begins a new connection.
    is_closing: bool,
    initial: Both<Option<Initial>>,
    opened: Place,
    packets: u64,
    bytes: u64,
    repeated: u64,
    newest: Option<Timestamp>,
    state: State,
}

impl Connection {
    pub(super) fn new(pair: Pair, side: Side, segment: &Segment<'_>, place: Place) -> Self {
        let client = match (segment.syn, segment.acknowledgment) {
            (true, None) => side,
            (true, Some(_)) => side.other(),
            (false, _) => pair.likely_client(side),
        };
        Self {
            pair,
            client,
            is_from_start: false,
            is_reported: false,
            is_closing: false,
            initial: Both::default(),
            opened: place,
            packets: 0,
            bytes: 0,
            repeated: 0,
            newest: place.time,
            state: State::Opening,
        }
    }

    /// The side that opened the connection: from its SYN, otherwise guessed from the ports.
    #[must_use]
    pub fn client(&self) -> SocketAddr {
        self.pair.endpoint(self.client).socket()
    }

    /// The side that was connected to.
    #[must_use]
    pub fn server(&self) -> SocketAddr {
        self.pair.endpoint(self.client.other()).socket()
    }

    /// Whether the capture has a SYN of the connection.
    #[must_use]
    pub const fn is_from_start(&self) -> bool {
        self.is_from_start
    }

    /// How many packets it has in the capture.
    #[must_use]
    pub const fn packets(&self) -> u64 {
        self.packets
    }

    /// How many bytes of payload those had on the wire, repeated ones included.
    #[must_use]
    pub const fn bytes(&self) -> u64 {
        self.bytes
    }

    /// How many of the bytes were captured before: retransmissions, keep-alives, doubled packets. Not counted
    /// while the connection is ignored.
    #[must_use]
    pub const fn repeated_bytes(&self) -> u64 {
        self.repeated
    }

    /// When it was first and last seen.
    #[must_use]
    pub const fn span(&self) -> Span {
        Span { first: self.opened.time, last: self.newest }
    }

    /// Whether `segment` belongs to a later connection between the same endpoints.
    ///
    /// As Wireshark: a SYN with another initial sequence number, or the same once more after a FIN or RST. Beyond
    /// Wireshark, also a SYN with ACK where both numbers are other ones, since then the SYN before it was not
    /// captured; and not a SYN that was stored a few packets after the first bytes that it belongs to.
    pub(super) fn is_over_with(&self, segment: &Segment<'_>, side: Side) -> bool {
        let Some(known) = self.initial.of(side).filter(|_| segment.syn) else { return false };
        let behind = known.sequence.wrapping_sub(segment.sequence);
        let is_late = known.source == Source::FirstSeen && behind <= LATE_SYN_BYTES && self.packets <= LATE_SYN_PACKETS;
        let is_other = behind != 0 && !is_late;
        match segment.acknowledgment {
            None => is_other || (self.is_closing && known.source == Source::Syn),
            Some(acknowledgment) => {
                let theirs = self.initial.of(side.other());
                is_other && theirs.is_some_and(|theirs| theirs.sequence.wrapping_add(1) != acknowledgment)
            }
        }
    }

    /// Counts a segment, and learns the initial sequence numbers from it.
    pub(super) fn count(&mut self, segment: &Segment<'_>, side: Side, place: Place) {
        self.packets += 1;
        self.bytes += segment.payload.len() as u64 + u64::from(segment.cut);
        self.newest = place.time.or(self.newest);
        self.is_from_start |= segment.syn;
        self.is_closing |= segment.fin || segment.rst;

        let own = self.initial.of_mut(side);
        if segment.syn {
            Initial::learn(own, segment.sequence, Source::Syn);
        } else {
            Initial::learn(own, segment.sequence.wrapping_sub(1), Source::FirstSeen);
        }
        if let Some(acknowledgment) = segment.acknowledgment {
            let source = if segment.syn { Source::Answer } else { Source::FirstSeen };
            Initial::learn(self.initial.of_mut(side.other()), acknowledgment.wrapping_sub(1), source);
        }
    }

    /// Reassembles a segment that was counted, and says whether the connection was reset by it.
    pub(super) fn push<S: Chunks>(
        &mut self,
        segment: &Segment<'_>,
        side: Side,
        place: Place,
        outlet: &mut Outlet<'_, S>,
    ) -> bool {
        let now = Now { place, packets: self.packets };
        match &self.state {
            State::Ignored => return false,
            State::Ended(endings) => {
                let repeated = late(*endings.of(side), segment, place, &mut outlet.lane(self.direction(side)));
                self.repeated += repeated;
                return false;
            }
            State::Opening if is_bare_syn(segment) => return false,
            State::Opening => self.begin(outlet),
            State::Live(_) => {}
        }
        if !self.is_from_start && !self.is_reported && !segment.payload.is_empty() {
            self.is_reported = true;
            let mut lane = outlet.lane(Direction::Outbound);
            let origin = Origin { direction: None, ..lane.origin(self.opened, place, 0) };
            lane.anomaly(&BEGAN_BEFORE_CAPTURE, origin, 0, None);
        }
        let (direction, reverse) = (self.direction(side), self.direction(side.other()));
        let State::Live(live) = &mut self.state else { return false };
        let (own, theirs) = live.streams.split_mut(side);

        if segment.rst && !own.admits_reset(segment.sequence) {
            let mut lane = outlet.lane(direction);
            lane.anomaly(&STRAY_END, lane.origin(place, place, 0), 0, None);
            return false;
        }
        if let Some(acknowledgment) = segment.acknowledgment {
            theirs.acknowledge(acknowledgment, now);
        }
        let mut lane = outlet.lane(direction);
        if segment.rst {
            own.reset(segment.sequence, now, &mut lane);
        } else if segment.syn {
            own.synchronise(segment.sequence, &mut lane);
            self.repeated += own.take(segment.sequence.wrapping_add(1), segment, now, &mut lane);
        } else {
            self.repeated += own.take(segment.sequence, segment, now, &mut lane);
        }
        own.review(now, &mut lane);
        theirs.review(now, &mut outlet.lane(reverse));
        let is_reset = segment.rst && live.reset.is_none();
        if is_reset {
            live.reset = Some(place);
        }
        self.bury();
        is_reset
    }

    /// Ends both streams, if a RST was seen.
    pub(super) fn carry_out_reset<S: Chunks>(&mut self, outlet: &mut Outlet<'_, S>) {
        if matches!(&self.state, State::Live(live) if live.reset.is_some()) {
            self.finish(End::Reset, None, outlet);
        }
    }

    /// Gives both streams that have not ended their end: a RST that was seen, otherwise `end`.
    pub(super) fn finish<S: Chunks>(&mut self, end: End, place: Option<Place>, outlet: &mut Outlet<'_, S>) {
        if matches!(self.state, State::Opening) {
            self.begin(outlet);
        }
        for side in [self.client, self.client.other()] {
            let mut lane = outlet.lane(self.direction(side));
            if let State::Live(live) = &mut self.state {
                let (end, place) = live.reset.map_or((end, place), |reset| (End::Reset, Some(reset)));
                live.streams.of_mut(side).finish(end, place, &mut lane);
            }
        }
        self.bury();
    }

    /// Drops what is kept for reassembly.
    pub(super) fn ignore(&mut self) {
        self.state = State::Ignored;
    }

    /// The stream that `side` sends, while the connection lives.
    pub(super) fn stream_mut(&mut self, side: Side) -> Option<&mut Stream> {
        match &mut self.state {
            State::Live(live) => Some(live.streams.of_mut(side)),
            _ => None,
        }
    }

    /// Memory held by bytes that wait.
    pub(super) fn cost(&self) -> usize {
        match &self.state {
            State::Live(live) => live.streams.low.cost() + live.streams.high.cost(),
            _ => 0,
        }
    }

    /// Which way the bytes go that `side` sends.
    pub(super) fn direction(&self, side: Side) -> Direction {
        if side == self.client { Direction::Outbound } else { Direction::Inbound }
    }

    /// Makes the streams, with what the SYNs said.
    fn begin<S: Chunks>(&mut self, outlet: &mut Outlet<'_, S>) {
        let streams = Both { low: Stream::new(self.opened), high: Stream::new(self.opened) };
        let mut live = Box::new(Live { streams, reset: None });
        for side in [Side::Low, Side::High] {
            if let Some(initial) = self.initial.of(side).filter(|initial| initial.source > Source::FirstSeen) {
                let mut lane = outlet.lane(self.direction(side));
                live.streams.of_mut(side).synchronise(initial.sequence, &mut lane);
            }
        }
        self.state = State::Live(live);
    }

    /// Keeps of two ended streams only what tells late segments from lost ones.
    fn bury(&mut self) {
        if let State::Live(live) = &self.state
            && let (Some(low), Some(high)) = (live.streams.low.ending(), live.streams.high.ending())
        {
            self.state = State::Ended(Both { low, high });
        }
    }
}

/// Whether a segment does nothing but open its direction.
const fn is_bare_syn(segment: &Segment<'_>) -> bool {
    segment.syn && !segment.fin && !segment.rst && segment.payload.is_empty() && segment.cut == 0
}

/// Reports what a segment of an ended stream brings beyond its end, and says how much it repeats.
fn late<S: Chunks>(ending: Ending, segment: &Segment<'_>, place: Place, lane: &mut Lane<'_, S>) -> u64 {
    let length = segment.payload.len() as u64 + u64::from(segment.cut);
    let behind = u64::from(ending.edge.wrapping_sub(segment.sequence));
    let known = if behind <= REACH { behind.min(length) } else { 0 };
    if length > 1 && known < length {
        let is_near = behind <= REACH || u64::from(segment.sequence.wrapping_sub(ending.edge)) <= REACH;
        let diagnosis = if ending.is_crossed && is_near { &AFTER_RESET } else { &AFTER_END };
        lane.anomaly(diagnosis, lane.origin(place, place, 0), length - known, None);
    }
    known
}

/// The sink of one connection's chunks, for either direction.
pub(super) struct Outlet<'s, S> {
    pub(super) capture: CaptureId,
    pub(super) connection: ConnectionId,
    pub(super) out: &'s mut S,
}

impl<S: Chunks> Outlet<'_, S> {
    pub(super) const fn lane(&mut self, direction: Direction) -> Lane<'_, S> {
        Lane { capture: self.capture, connection: self.connection, direction, out: self.out }
    }
}
