//! Where an item came from: the capture, its records, the connection, the direction and the time.

use std::fmt;
use std::ops::{Index, IndexMut};

/// A capture, numbered from 0 in the order in which captures were given.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CaptureId(pub u32);

/// A connection of one capture, numbered from 0 in order of appearance, as Wireshark's `tcp.stream`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ConnectionId(pub u32);

/// A record's number in its capture, from 1: Wireshark's frame number, or a log's line number.
pub type RecordNumber = u64;

/// The direction in which bytes travelled, as seen from the client.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Direction {
    /// From the server to the client.
    Inbound,
    /// From the client to the server.
    Outbound,
}

impl Direction {
    /// Returns the opposite direction.
    #[must_use]
    pub const fn reversed(self) -> Self {
        match self {
            Self::Inbound => Self::Outbound,
            Self::Outbound => Self::Inbound,
        }
    }
}

/// A value for each direction of a connection, indexed by [`Direction`].
///
/// ```
/// use ringtrace::origin::{Direction, PerDirection};
///
/// let mut bytes = PerDirection { outbound: 120, inbound: 0 };
/// bytes[Direction::Inbound] += 40;
/// assert_eq!(bytes.inbound, 40);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PerDirection<T> {
    /// The value for what the client sends.
    pub outbound: T,
    /// The value for what the server sends.
    pub inbound: T,
}

impl<T> PerDirection<T> {
    /// Returns the value for `direction`, then the value for the opposite direction.
    pub const fn split_mut(&mut self, direction: Direction) -> (&mut T, &mut T) {
        match direction {
            Direction::Outbound => (&mut self.outbound, &mut self.inbound),
            Direction::Inbound => (&mut self.inbound, &mut self.outbound),
        }
    }

    /// Returns both values, outbound first.
    #[must_use]
    pub const fn both(&self) -> [&T; 2] {
        [&self.outbound, &self.inbound]
    }

    /// Returns both values, outbound first.
    pub const fn both_mut(&mut self) -> [&mut T; 2] {
        [&mut self.outbound, &mut self.inbound]
    }
}

impl<T> Index<Direction> for PerDirection<T> {
    type Output = T;

    fn index(&self, direction: Direction) -> &T {
        match direction {
            Direction::Outbound => &self.outbound,
            Direction::Inbound => &self.inbound,
        }
    }
}

impl<T> IndexMut<Direction> for PerDirection<T> {
    fn index_mut(&mut self, direction: Direction) -> &mut T {
        match direction {
            Direction::Outbound => &mut self.outbound,
            Direction::Inbound => &mut self.inbound,
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

/// How finely times are written, from the finest on: no difference of two times means more than the coarser of their
/// resolutions.
///
/// ```
/// use ringtrace::origin::Resolution;
///
/// assert_eq!(Resolution::Milliseconds.max(Resolution::Seconds).nanoseconds(), 1_000_000_000);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Resolution {
    /// To the nanosecond.
    #[default]
    Nanoseconds,
    /// To the microsecond.
    Microseconds,
    /// To the millisecond.
    Milliseconds,
    /// To the second, or coarser than the millisecond.
    Seconds,
    /// Not at all: there is no time.
    None,
}

impl Resolution {
    /// All that times can have, from the finest on.
    pub const ALL: [Self; 4] = [Self::Nanoseconds, Self::Microseconds, Self::Milliseconds, Self::Seconds];

    /// Returns the resolution of times with this many decimal places of a second.
    #[must_use]
    pub const fn of_places(places: usize) -> Self {
        match places {
            0..=2 => Self::Seconds,
            3..=5 => Self::Milliseconds,
            6..=8 => Self::Microseconds,
            9.. => Self::Nanoseconds,
        }
    }

    /// Returns the resolution of a clock with ticks of this many nanoseconds.
    #[must_use]
    pub const fn of_ticks(nanoseconds: u64) -> Self {
        match nanoseconds {
            0..=1 => Self::Nanoseconds,
            2..=1_000 => Self::Microseconds,
            1_001..=1_000_000 => Self::Milliseconds,
            1_000_001.. => Self::Seconds,
        }
    }

    /// Returns the unit in nanoseconds: a difference below it may be none. Without times, no difference means anything.
    #[must_use]
    pub const fn nanoseconds(self) -> i64 {
        match self {
            Self::Nanoseconds => 1,
            Self::Microseconds => 1_000,
            Self::Milliseconds => 1_000_000,
            Self::Seconds => 1_000_000_000,
            Self::None => i64::MAX,
        }
    }

    /// Returns the symbol of the unit; empty without times.
    #[must_use]
    pub const fn symbol(self) -> &'static str {
        match self {
            Self::Nanoseconds => "ns",
            Self::Microseconds => "us",
            Self::Milliseconds => "ms",
            Self::Seconds => "s",
            Self::None => "",
        }
    }
}

/// A measured length of time, and how far it may be off.
///
/// ```
/// use ringtrace::origin::Lapse;
///
/// assert_eq!(Lapse { nanoseconds: 3_000_000_000, bound: 1_000_000_000 }.stated(), Some(3_000_000_000));
/// assert_eq!(Lapse { nanoseconds: 0, bound: 1_000_000_000 }.stated(), None, "it may have been anything below a second");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Lapse {
    /// The length as measured; negative where what should come later was recorded earlier.
    pub nanoseconds: i64,
    /// How finely it was measured: the coarser resolution of its ends, and the uncertainty of their clocks to each other.
    pub bound: i64,
}

impl Lapse {
    /// Returns the nanoseconds; `None` if they are below what could be measured.
    #[must_use]
    pub const fn stated(self) -> Option<i64> {
        if self.nanoseconds.saturating_abs() < self.bound { None } else { Some(self.nanoseconds) }
    }
}

/// Where an item came from. The input layer creates origins, and the layers above only join them.
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
    /// Offset of the first byte. For records, packets, and messages that were recorded without packets, it counts in
    /// the capture file; from the TCP layer on, in the direction's stream, from 0 at the first byte seen.
    pub offset: u64,
    /// When the completing record was captured; `None` if the capture has no times.
    pub time: Option<Timestamp>,
    /// How finely the capture writes that time; [`None`](Resolution::None) if it has none.
    pub resolution: Resolution,
    /// The direction in which the item travelled, if known.
    pub direction: Option<Direction>,
}

impl Origin {
    /// Returns the origin of a whole record of a capture, with a time to the nanosecond.
    #[must_use]
    pub const fn of_record(capture: CaptureId, record: RecordNumber, offset: u64, time: Option<Timestamp>) -> Self {
        let resolution = if time.is_some() { Resolution::Nanoseconds } else { Resolution::None };
        Self { capture, connection: None, first: record, last: record, offset, time, resolution, direction: None }
    }

    /// Returns this origin with a time of this resolution.
    #[must_use]
    pub const fn timed(self, time: Option<Timestamp>, resolution: Resolution) -> Self {
        let resolution = if time.is_some() { resolution } else { Resolution::None };
        Self { time, resolution, ..self }
    }

    /// Returns the origin of an item that begins here and ends in `later`, further on in the same stream.
    #[must_use]
    pub fn to(self, later: Self) -> Self {
        Self {
            first: self.first.min(later.first),
            last: self.last.max(later.last),
            ..if later.time.is_some() { self.timed(later.time, later.resolution) } else { self }
        }
    }

    /// Returns the origin `bytes` further on in the same chunk.
    #[must_use]
    pub const fn advanced(self, bytes: usize) -> Self {
        Self { offset: self.offset.saturating_add(bytes as u64), ..self }
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
    /// Places an item at `origin`.
    pub const fn new(origin: Origin, item: T) -> Self {
        Self { origin, item }
    }

    /// Converts the item, keeping its origin.
    pub fn map<U>(self, convert: impl FnOnce(T) -> U) -> Located<U> {
        Located { origin: self.origin, item: convert(self.item) }
    }
}
