//! Where an item came from: the capture, its records, the connection, the direction and the time.

use std::fmt;

/// The place of a capture in the order in which captures were given, from 0.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CaptureId(pub u32);

/// A connection of one capture, numbered from 0 in order of appearance, as Wireshark's `tcp.stream`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ConnectionId(pub u32);

/// The ordinal of a record in its capture, from 1: Wireshark's frame number, a log's line number.
pub type RecordNumber = u64;

/// Which way bytes travelled, seen from the client whose connection it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Direction {
    /// From the server to the client.
    Inbound,
    /// From the client to the server.
    Outbound,
}

impl Direction {
    /// The other way.
    #[must_use]
    pub const fn reversed(self) -> Self {
        match self {
            Self::Inbound => Self::Outbound,
            Self::Outbound => Self::Inbound,
        }
    }
}

/// A moment, in nanoseconds since the Unix epoch (UTC).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(pub i64);

impl Timestamp {
    /// Nanoseconds from `earlier` to this moment; negative if `earlier` is later.
    #[must_use]
    pub const fn nanoseconds_since(self, earlier: Self) -> i64 {
        self.0.saturating_sub(earlier.0)
    }

    /// Milliseconds from `earlier` to this moment, with fractions; negative if `earlier` is later.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "differences within a capture are far below 2^53 ns")]
    pub const fn milliseconds_since(self, earlier: Self) -> f64 {
        self.nanoseconds_since(earlier) as f64 / 1e6
    }
}

/// Where an item came from. Small and `Copy`; made by the input layer and joined by the layers above it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Origin {
    /// The capture.
    pub capture: CaptureId,
    /// The connection, from the TCP layer on.
    pub connection: Option<ConnectionId>,
    /// The record with the item's first byte.
    pub first: RecordNumber,
    /// The record that completed the item; what an issue cites.
    pub last: RecordNumber,
    /// Offset of the first byte: in the capture file for records, packets, and messages that were recorded without
    /// packets; in its direction's stream (counted from 0 at the first byte seen) from the TCP layer on.
    pub offset: u64,
    /// When the completing record was captured; `None` where the capture has no time.
    pub time: Option<Timestamp>,
    /// Which way the item travelled, where it is known.
    pub direction: Option<Direction>,
}

impl Origin {
    /// The origin of a whole record of a capture.
    #[must_use]
    pub const fn of_record(capture: CaptureId, record: RecordNumber, offset: u64, time: Option<Timestamp>) -> Self {
        Self { capture, connection: None, first: record, last: record, offset, time, direction: None }
    }

    /// The origin of an item that begins here and ends in `later`, a place further on in the same stream.
    #[must_use]
    pub fn to(self, later: Self) -> Self {
        Self {
            first: self.first.min(later.first),
            last: self.last.max(later.last),
            time: later.time.or(self.time),
            ..self
        }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.first == self.last {
            write!(f, "record {}", self.last)
        } else {
            write!(f, "records {}-{}", self.first, self.last)
        }
    }
}

/// An item and where it came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Located<T> {
    /// Where it came from.
    pub origin: Origin,
    /// The item.
    pub item: T,
}

impl<T> Located<T> {
    /// An item at `origin`.
    pub const fn new(origin: Origin, item: T) -> Self {
        Self { origin, item }
    }

    /// The item made into another, at the same place.
    pub fn map<U>(self, make: impl FnOnce(T) -> U) -> Located<U> {
        Located { origin: self.origin, item: make(self.item) }
    }
}
