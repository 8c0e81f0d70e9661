//! What many datagrams add up to: how many, how long, from when until when.

use crate::origin::{Origin, RecordNumber, Timestamp};

/// A record of a capture, and when it was made. Moments are ordered by time, and where no clock tells by record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Moment {
    /// When it was captured; `None` if the capture has no times.
    pub time: Option<Timestamp>,
    /// The record's number in its capture.
    pub record: RecordNumber,
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

/// The most times of a sample that are kept; beyond it every second is dropped.
const MOST_SAMPLED: usize = 256;

/// Some of many times, in nanoseconds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Sample {
    kept: Vec<i64>,
    /// One in `2^sparse` is kept.
    sparse: u32,
    seen: u64,
}

impl Sample {
    /// Adds a time.
    pub(super) fn add(&mut self, nanoseconds: i64) {
        if self.seen.is_multiple_of(1_u64.checked_shl(self.sparse).unwrap_or(u64::MAX)) {
            self.kept.push(nanoseconds);
        }
        self.seen += 1;
        if self.kept.len() > MOST_SAMPLED {
            let mut place = 0;
            self.kept.retain(|_| {
                place += 1;
                place % 2 == 1
            });
            self.sparse += 1;
        }
    }

    /// Returns the middle of the times; `None` if there is none.
    #[must_use]
    pub(super) fn median(&self) -> Option<i64> {
        median(self.kept.clone())
    }
}

/// Returns the middle of some times, the mean of both if two are in the middle.
#[must_use]
pub(super) fn median(mut times: Vec<i64>) -> Option<i64> {
    times.sort_unstable();
    let upper = *times.get(times.len() / 2)?;
    let lower = *times.get(times.len().checked_sub(1)? / 2)?;
    Some(lower + (upper - lower) / 2)
}

/// Datagrams of one kind and direction, and how long after each other they came.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cadence {
    /// The datagrams.
    pub count: Count,
    intervals: Sample,
}

impl Cadence {
    /// Adds a datagram of this many bytes.
    pub fn add(&mut self, bytes: usize, at: Moment) {
        let interval = self.count.last.and_then(|last| at.since(last));
        interval.filter(|interval| *interval >= 0).into_iter().for_each(|interval| self.intervals.add(interval));
        self.count.add(bytes, at);
    }

    /// Returns the middle of the times between one and the next; `None` if there is one, or no clock tells.
    #[must_use]
    pub fn interval(&self) -> Option<i64> {
        self.intervals.median()
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

    #[test]
    fn the_median_of_many_times_takes_little_memory() {
        let mut sample = Sample::default();
        (0..100_000).for_each(|nth| sample.add(nth));
        assert!(sample.kept.len() <= MOST_SAMPLED);
        assert!((45_000..55_000).contains(&sample.median().unwrap()));
    }

    #[test]
    fn a_cadence_is_the_usual_time_between_datagrams() {
        let mut cadence = Cadence::default();
        assert_eq!(cadence.interval(), None);
        for moment in [at(1, 0), at(2, 1_500), at(3, 3_000), at(4, 30_000), at(5, 31_500)] {
            cadence.add(42, moment);
        }
        assert_eq!((cadence.interval(), cadence.count.packets), (Some(1_500_000_000), 5));
    }
}
