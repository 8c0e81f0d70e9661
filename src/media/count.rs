//! What many datagrams add up to: how many, how long, from when until when.

use crate::origin::{Origin, RecordNumber, Timestamp};

/// A record of a capture, and when it was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Moment {
    /// The record's number in its capture.
    pub record: RecordNumber,
    /// When it was captured; `None` if the capture has no times.
    pub time: Option<Timestamp>,
}

impl Moment {
    /// Returns the moment at which an item was complete.
    #[must_use]
    pub const fn of(origin: Origin) -> Self {
        Self { record: origin.last, time: origin.time }
    }

    /// Returns the nanoseconds from `earlier` to this moment; `None` without times.
    #[must_use]
    pub fn since(self, earlier: Self) -> Option<i64> {
        Some(self.time?.nanoseconds_since(earlier.time?))
    }
}

/// Datagrams of one kind and direction.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Count {
    /// How many there are.
    pub packets: u64,
    /// Bytes of UDP payload on the wire.
    pub bytes: u64,
    /// The first of them.
    pub first: Option<Moment>,
    /// The last of them.
    pub last: Option<Moment>,
}

impl Count {
    /// Adds one of this many bytes.
    pub fn add(&mut self, bytes: usize, at: Moment) {
        self.packets += 1;
        self.bytes = self.bytes.saturating_add(bytes as u64);
        self.first.get_or_insert(at);
        self.last = Some(at);
    }

    /// Returns the sum of this and other datagrams.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        let earlier = |one: Option<Moment>, other: Option<Moment>| match (one, other) {
            (Some(one), Some(other)) => Some(one.min(other)),
            (one, other) => one.or(other),
        };
        Self {
            packets: self.packets + other.packets,
            bytes: self.bytes.saturating_add(other.bytes),
            first: earlier(self.first, other.first),
            last: self.last.max(other.last),
        }
    }
}

/// Datagrams without a long pause between them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stretch {
    /// The first.
    pub first: Moment,
    /// The last.
    pub last: Moment,
    /// How many there are.
    pub packets: u64,
}

/// When datagrams came, in stretches.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Stretches(Vec<Stretch>);

/// The shortest pause between two stretches, in nanoseconds.
const PAUSE: i64 = 1_000_000_000;

/// The most stretches that are kept; later ones are joined with the last.
const MOST_STRETCHES: usize = 64;

impl Stretches {
    /// Adds a datagram.
    pub fn add(&mut self, at: Moment) {
        let is_full = self.0.len() >= MOST_STRETCHES;
        match self.0.last_mut() {
            Some(last) if is_full || at.since(last.last).is_none_or(|pause| pause < PAUSE) => {
                last.last = at;
                last.packets += 1;
            }
            _ => self.0.push(Stretch { first: at, last: at, packets: 1 }),
        }
    }

    /// Returns the stretches, in the order of the capture.
    #[must_use]
    pub fn all(&self) -> &[Stretch] {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(record: u64, milliseconds: i64) -> Moment {
        Moment { record, time: Some(Timestamp(milliseconds * 1_000_000)) }
    }

    #[test]
    fn a_second_without_a_datagram_ends_a_stretch() {
        let mut stretches = Stretches::default();
        for moment in [at(1, 0), at(2, 420), at(3, 1_300), at(5, 2_400)] {
            stretches.add(moment);
        }
        let seen: Vec<_> = stretches.all().iter().map(|it| (it.first.record, it.last.record, it.packets)).collect();
        assert_eq!(seen, [(1, 3, 3), (5, 5, 1)]);
        (6..1_000).for_each(|record| stretches.add(at(record, 5_000 * i64::try_from(record).unwrap())));
        assert_eq!(stretches.all().len(), MOST_STRETCHES);
    }
}
