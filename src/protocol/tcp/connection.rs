//! One connection: its counters, and its two streams while it lives.

use std::net::SocketAddr;

use super::arrival::{Arrival, ConnectionSink, DirectionSink, Now};
use super::diagnoses::{AFTER_END, AFTER_RESET, BEGAN_BEFORE_CAPTURE, STRAY_END};
use super::flow::{Pair, Side};
use super::sequence::REACH;
use super::stream::{Ending, Stream};
use super::{ChunkSink, End};
use crate::origin::{Direction, Origin, PerDirection, Timestamp};
use crate::protocol::packet::Segment;

/// The time range of a connection's packets.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Span {
    /// Time of its first packet.
    pub first: Option<Timestamp>,
    /// Time of its last packet.
    pub last: Option<Timestamp>,
}

/// An initial sequence number, and how it is known.
#[derive(Clone, Copy, Debug)]
struct Initial {
    sequence: u32,
    source: Source,
}

/// How an initial sequence number is known; the later the better.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Source {
    /// One less than the first sequence number seen.
    FirstSeen,
    /// From the answer to the SYN.
    Answer,
    /// From the SYN.
    Syn,
}

impl Initial {
    /// Stores `sequence` in `slot`, unless a number of the same or a better source is known.
    fn learn(slot: &mut Option<Self>, sequence: u32, source: Source) {
        if slot.is_none_or(|known| known.source < source) {
            *slot = Some(Self { sequence, source });
        }
    }
}

/// A SYN may be stored late, after at most this many packets of its connection,
const LATE_SYN_PACKETS: u64 = 64;

/// and this many bytes.
const LATE_SYN_BYTES: u32 = 1 << 20;

/// The state of a connection.
#[derive(Debug)]
enum State {
    /// Only SYNs were seen. A port scan creates millions of these, so they cost little.
    /// Nothing but SYNs, and perhaps a RST that refused them.
    Opening(Option<Box<Arrival>>),
    Live(Box<Live>),
    Ended(PerDirection<Ending>),
    Ignored,
}

/// The state of a connection that is being reassembled.
#[derive(Debug)]
struct Live {
    streams: PerDirection<Stream>,
    /// The RST, if one was seen. It does not take effect at once, because the other side's bytes may have crossed it, or
    /// be stored after it.
    reset: Option<Arrival>,
}

/// A TCP connection of the capture, and its counters.
#[derive(Debug)]
pub struct Connection {
    pair: Pair,
    client: Side,
    is_from_start: bool,
    /// Whether it was reported that the connection began before the capture.
    is_reported: bool,
    /// Whether a FIN or RST was seen, so that even a SYN with the same number begins a new connection.
    is_closing: bool,
    initial: PerDirection<Option<Initial>>,
    opened: Arrival,
    packets: u64,
    bytes: u64,
    repeated: u64,
    newest: Option<Timestamp>,
    state: State,
}

impl Connection {
    pub(super) fn new(pair: Pair, side: Side, segment: &Segment<'_>, arrival: Arrival) -> Self {
        let client = match (segment.syn, segment.acknowledgment) {
            (true, None) => side,
            (true, Some(_)) => side.other(),
            (false, _) => pair.likely_client(side),
        };
        Self::opened_by(pair, client, arrival)
    }

    /// Creates one of which no segment was captured so far: an error quotes one that this side sent.
    pub(super) fn quoted(pair: Pair, side: Side, arrival: Arrival) -> Self {
        Self { state: State::Ignored, ..Self::opened_by(pair, pair.likely_client(side), arrival) }
    }

    fn opened_by(pair: Pair, client: Side, arrival: Arrival) -> Self {
        Self {
            pair,
            client,
            is_from_start: false,
            is_reported: false,
            is_closing: false,
            initial: PerDirection::default(),
            opened: arrival,
            packets: 0,
            bytes: 0,
            repeated: 0,
            newest: arrival.time,
            state: State::Opening(None),
        }
    }

    /// Returns the side that opened the connection: the sender of the SYN, or else a guess from the ports.
    #[must_use]
    pub fn client(&self) -> SocketAddr {
        self.pair.endpoint(self.client).socket()
    }

    /// Returns the side that was connected to.
    #[must_use]
    pub fn server(&self) -> SocketAddr {
        self.pair.endpoint(self.client.other()).socket()
    }

    /// Returns whether the capture has a SYN of the connection.
    #[must_use]
    pub const fn is_from_start(&self) -> bool {
        self.is_from_start
    }

    /// Returns the number of its packets in the capture.
    #[must_use]
    pub const fn packets(&self) -> u64 {
        self.packets
    }

    /// Returns the number of payload bytes that those had on the wire, including repeated ones.
    #[must_use]
    pub const fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Returns how many of the bytes had been captured before: retransmissions, keep-alives, duplicated packets. They are
    /// not counted while the connection is ignored.
    #[must_use]
    pub const fn repeated_bytes(&self) -> u64 {
        self.repeated
    }

    /// Returns the times of its first and its last packet.
    #[must_use]
    pub const fn span(&self) -> Span {
        Span { first: self.opened.time, last: self.newest }
    }

    /// Returns whether `segment` belongs to a later connection between the same endpoints.
    ///
    /// As in Wireshark, a SYN with another initial sequence number begins a new connection, and so does one with the same
    /// number after a FIN, or after a RST that does not just refuse it. Unlike in Wireshark, so does a SYN with ACK if both
    /// numbers differ, since the SYN before it was not captured; but a SYN that was stored a few packets after the first bytes of its connection does not.
    pub(super) fn is_over_with(&self, segment: &Segment<'_>, direction: Direction) -> bool {
        let Some(known) = self.initial[direction].filter(|_| segment.syn) else { return false };
        let back = known.sequence.wrapping_sub(segment.sequence);
        let is_late = known.source == Source::FirstSeen && back <= LATE_SYN_BYTES && self.packets <= LATE_SYN_PACKETS;
        let is_other = back != 0 && !is_late;
        match segment.acknowledgment {
            None => is_other || (self.is_closing && known.source == Source::Syn),
            Some(acknowledgment) => {
                let theirs = self.initial[direction.reversed()];
                is_other && theirs.is_some_and(|theirs| theirs.sequence.wrapping_add(1) != acknowledgment)
            }
        }
    }

    /// Counts a segment, and learns initial sequence numbers from it.
    pub(super) fn count(&mut self, segment: &Segment<'_>, direction: Direction, arrival: Arrival) {
        self.packets += 1;
        self.bytes += segment.payload.len() as u64 + u64::from(segment.cut);
        self.newest = arrival.time.or(self.newest);
        self.is_from_start |= segment.syn;
        if self.is_refusal(segment) {
            return;
        }
        self.is_closing |= segment.fin || segment.rst;

        let (own, theirs) = self.initial.split_mut(direction);
        if segment.syn {
            Initial::learn(own, segment.sequence, Source::Syn);
        } else {
            Initial::learn(own, segment.sequence.wrapping_sub(1), Source::FirstSeen);
        }
        if let Some(acknowledgment) = segment.acknowledgment {
            let source = if segment.syn { Source::Answer } else { Source::FirstSeen };
            Initial::learn(theirs, acknowledgment.wrapping_sub(1), source);
        }
    }

    /// Returns whether a segment refuses a connection that is not open yet: the client may ask for it again, with the
    /// same number, and Wireshark takes that for the same connection.
    const fn is_refusal(&self, segment: &Segment<'_>) -> bool {
        matches!(self.state, State::Opening(_)) && self.is_from_start && segment.rst && segment.payload.is_empty()
    }

    /// Reassembles a segment that was counted. Returns whether it reset the connection.
    pub(super) fn push(
        &mut self,
        segment: &Segment<'_>,
        direction: Direction,
        arrival: Arrival,
        out: &mut ConnectionSink<'_, impl ChunkSink>,
    ) -> bool {
        let now = Now { arrival, packets: self.packets };
        match &self.state {
            State::Ignored => return false,
            State::Ended(endings) => {
                self.repeated += late(endings[direction], segment, arrival, &mut out.of(direction));
                return false;
            }
            State::Opening(_) if is_bare_syn(segment) => return false,
            State::Opening(_) if self.is_refusal(segment) => {
                self.state = State::Opening(Some(Box::new(arrival)));
                return false;
            }
            State::Opening(_) => self.begin(out),
            State::Live(_) => {}
        }
        if !self.is_from_start && !self.is_reported && !segment.payload.is_empty() {
            self.is_reported = true;
            let mut sink = out.of(Direction::Outbound);
            let origin = Origin { direction: None, ..sink.origin(self.opened, arrival, 0) };
            sink.anomaly(&BEGAN_BEFORE_CAPTURE, origin, 0, None);
        }
        let State::Live(live) = &mut self.state else { return false };
        let (own, theirs) = live.streams.split_mut(direction);

        if segment.rst && !own.admits_reset(segment.sequence) {
            let mut sink = out.of(direction);
            sink.anomaly(&STRAY_END, sink.origin(arrival, arrival, 0), 0, None);
            return false;
        }
        if let Some(acknowledgment) = segment.acknowledgment {
            theirs.acknowledge(acknowledgment, now);
        }
        let mut sink = out.of(direction);
        if segment.rst {
            own.reset(segment.sequence, now, &mut sink);
        } else if segment.syn {
            own.synchronise(segment.sequence, &mut sink);
            self.repeated += own.take(segment.sequence.wrapping_add(1), segment, now, &mut sink);
        } else {
            self.repeated += own.take(segment.sequence, segment, now, &mut sink);
        }
        own.review(now, &mut sink);
        theirs.review(now, &mut out.of(direction.reversed()));
        let is_reset = segment.rst && live.reset.is_none();
        if is_reset {
            live.reset = Some(arrival);
        }
        self.retire();
        is_reset
    }

    /// Ends both streams if a RST was seen.
    pub(super) fn carry_out_reset(&mut self, out: &mut ConnectionSink<'_, impl ChunkSink>) {
        if matches!(&self.state, State::Live(live) if live.reset.is_some()) {
            self.finish(End::Reset, None, out);
        }
    }

    /// Ends the streams that have not ended, by the RST if one was seen, or else by `end`.
    pub(super) fn finish(&mut self, end: End, arrival: Option<Arrival>, out: &mut ConnectionSink<'_, impl ChunkSink>) {
        let mut refused = None;
        if let State::Opening(by) = &mut self.state {
            refused = by.take().map(|arrival| *arrival);
            self.begin(out);
        }
        if let State::Live(live) = &mut self.state {
            let (end, arrival) = live.reset.or(refused).map_or((end, arrival), |reset| (End::Reset, Some(reset)));
            for direction in [Direction::Outbound, Direction::Inbound] {
                live.streams[direction].finish(end, arrival, &mut out.of(direction));
            }
        }
        self.retire();
    }

    /// Drops the state of reassembly.
    pub(super) fn ignore(&mut self) {
        self.state = State::Ignored;
    }

    /// Returns the stream of a direction, while the connection lives.
    pub(super) fn stream_mut(&mut self, direction: Direction) -> Option<&mut Stream> {
        match &mut self.state {
            State::Live(live) => Some(&mut live.streams[direction]),
            _ => None,
        }
    }

    /// Returns the memory taken by buffered bytes.
    pub(super) fn cost(&self) -> usize {
        match &self.state {
            State::Live(live) => live.streams.both().iter().map(|stream| stream.cost()).sum(),
            _ => 0,
        }
    }

    /// Returns the direction of what `side` sends.
    pub(super) fn direction(&self, side: Side) -> Direction {
        if side == self.client { Direction::Outbound } else { Direction::Inbound }
    }

    /// Creates the streams, from what the SYNs said.
    fn begin(&mut self, out: &mut ConnectionSink<'_, impl ChunkSink>) {
        let streams = PerDirection { outbound: Stream::new(self.opened), inbound: Stream::new(self.opened) };
        let mut live = Box::new(Live { streams, reset: None });
        for direction in [Direction::Outbound, Direction::Inbound] {
            if let Some(initial) = self.initial[direction].filter(|initial| initial.source > Source::FirstSeen) {
                live.streams[direction].synchronise(initial.sequence, &mut out.of(direction));
            }
        }
        self.state = State::Live(live);
    }

    /// Reduces two ended streams to what distinguishes late segments from lost ones.
    fn retire(&mut self) {
        if let State::Live(live) = &self.state
            && let [Some(outbound), Some(inbound)] = live.streams.both().map(Stream::ending)
        {
            self.state = State::Ended(PerDirection { outbound, inbound });
        }
    }
}

/// Returns whether a segment only opens its direction.
const fn is_bare_syn(segment: &Segment<'_>) -> bool {
    segment.syn && !segment.fin && !segment.rst && segment.payload.is_empty() && segment.cut == 0
}

/// Reports bytes of a segment that are beyond the end of its stream. Returns how many bytes it repeats.
fn late(ending: Ending, segment: &Segment<'_>, arrival: Arrival, out: &mut DirectionSink<'_, impl ChunkSink>) -> u64 {
    let length = segment.payload.len() as u64 + u64::from(segment.cut);
    let back = u64::from(ending.edge.wrapping_sub(segment.sequence));
    let known = if back <= REACH { back.min(length) } else { 0 };
    if length > 1 && known < length {
        let is_near = back <= REACH || u64::from(segment.sequence.wrapping_sub(ending.edge)) <= REACH;
        let diagnosis = if ending.is_crossed && is_near { &AFTER_RESET } else { &AFTER_END };
        out.anomaly(diagnosis, out.origin(arrival, arrival, 0), length - known, None);
    }
    known
}
