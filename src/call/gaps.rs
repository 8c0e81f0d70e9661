//! When a vantage was not recorded. What one of its recordings has is not missing, whichever was read first.

use std::collections::BTreeMap;

use super::clock::ClockId;
use super::model::{Call, Row};
use super::recording::{Span, covered_from, merged};
use crate::origin::Timestamp;

/// An interruption of a vantage's recording between two of its stanzas of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hole {
    /// Index in [`Call::rows`] of the stanza that was recorded next.
    pub before: usize,
    /// Index of the vantage in [`Call::vantages`].
    pub vantage: usize,
    /// How much of the time since the vantage's stanza before is missing, in nanoseconds.
    pub length: i64,
}

impl Call {
    /// Returns the window of a vantage, on the clock of the call's first stanza there: from that to the last moment up to
    /// which everything was read; `None` if that is unknown. Only inside it does the absence of a stanza mean anything.
    #[must_use]
    pub fn window(&self, vantage: usize) -> Option<Span> {
        let first = self.rows.iter().find(|row| row.vantage == vantage)?;
        let time = first.observed.time()?;
        let covered = Covered::of(self, vantage);
        let (clock, from) = covered.aligned(self.clock_of(first), time);
        let until = covered_from(covered.spans.get(&clock)?, from)?;
        Some(Span { from: time, until: later(until, time.nanoseconds_since(from)) })
    }

    /// Returns how often the recording of a vantage was interrupted between its first and its last stanza of the call.
    /// `None` if that is unknown.
    #[must_use]
    pub fn gaps(&self, vantage: usize) -> Option<usize> {
        let covered = Covered::of(self, vantage);
        let mut times: BTreeMap<ClockId, (Timestamp, Timestamp)> = BTreeMap::new();
        for row in self.rows.iter().filter(|row| row.vantage == vantage) {
            let Some(time) = row.observed.time() else { continue };
            let (clock, time) = covered.aligned(self.clock_of(row), time);
            let (first, last) = times.entry(clock).or_insert((time, time));
            (*first, *last) = (time.min(*first), time.max(*last));
        }
        let gaps = times.iter().filter_map(|(clock, (first, last))| {
            let spans = covered.spans.get(clock).filter(|spans| !spans.is_empty())?;
            let holes = spans.iter().filter(|span| *first <= span.until && span.until < *last).count();
            Some(holes + usize::from(spans.first().is_some_and(|span| *first < span.from)))
        });
        gaps.min()
    }

    /// Returns what is missing, in the order of the rows. Vantages of unknown coverage have no holes.
    #[must_use]
    pub fn holes(&self) -> Vec<Hole> {
        let mut holes: Vec<Hole> = (0..self.vantages.len()).flat_map(|vantage| self.holes_of(vantage)).collect();
        holes.sort_by_key(|hole| (hole.before, hole.vantage));
        holes
    }

    fn holes_of(&self, vantage: usize) -> Vec<Hole> {
        let covered = Covered::of(self, vantage);
        let mut last: BTreeMap<ClockId, Timestamp> = BTreeMap::new();
        let mut holes = Vec::new();
        for (before, row) in self.rows.iter().enumerate().filter(|(_, row)| row.vantage == vantage) {
            let Some(time) = row.observed.time() else { continue };
            let (clock, now) = covered.aligned(self.clock_of(row), time);
            let Some(since) = last.insert(clock, now) else { continue };
            let Some(spans) = covered.spans.get(&clock).filter(|spans| !spans.is_empty()) else { continue };
            let length = uncovered(spans, since, now);
            if length > 0 {
                holes.push(Hole { before, vantage, length });
            }
        }
        holes
    }
}

/// When a vantage was recorded, by all its recordings together.
struct Covered {
    /// The stretches without a gap, in order, not touching, by the first of the clocks that stanzas align.
    spans: BTreeMap<ClockId, Vec<Span>>,
    /// That first clock for each other one, and what to add to get its times.
    aligned: BTreeMap<ClockId, (ClockId, i64)>,
}

impl Covered {
    fn of(call: &Call, vantage: usize) -> Self {
        let rows = || call.rows.iter().filter(|row| row.vantage == vantage);
        let mut covered = Self { spans: BTreeMap::new(), aligned: alignments(call, rows()) };
        let mut sockets: Vec<_> = rows().flat_map(Row::sockets).collect();
        sockets.sort_unstable();
        sockets.dedup();
        for socket in sockets {
            let Some(recording) = call.recordings.get(&socket) else { continue };
            let clock = call.clock_of_socket(socket);
            let (first, add) = covered.aligned.get(&clock).copied().unwrap_or((clock, 0));
            let spans = recording.spans.iter();
            let spans = spans.map(|span| Span { from: later(span.from, add), until: later(span.until, add) });
            covered.spans.entry(first).or_default().extend(spans);
        }
        for spans in covered.spans.values_mut() {
            *spans = merged(std::mem::take(spans));
        }
        covered
    }

    /// Returns the clock that stands for a clock, and a time of the latter by it.
    fn aligned(&self, clock: ClockId, time: Timestamp) -> (ClockId, Timestamp) {
        self.aligned.get(&clock).map_or((clock, time), |(first, add)| (*first, later(time, *add)))
    }
}

/// Aligns clocks that recorded the same stanza: for each but the first of those that are so connected, that one and what to
/// add to get its times.
fn alignments<'c>(call: &Call, rows: impl Iterator<Item = &'c Row>) -> BTreeMap<ClockId, (ClockId, i64)> {
    let mut pairs: BTreeMap<ClockId, BTreeMap<ClockId, i64>> = BTreeMap::new();
    for row in rows.filter(|row| !row.also.is_empty()) {
        let timed = row.observations().filter_map(|observed| {
            let clock = call.clock_of_socket(observed.socket());
            Some((clock, observed.time()?))
        });
        let timed: Vec<_> = timed.collect();
        let Some(((clock, time), others)) = timed.split_first() else { continue };
        for (other, theirs) in others.iter().filter(|(other, _)| other != clock) {
            let add = time.nanoseconds_since(*theirs);
            pairs.entry(*clock).or_default().entry(*other).or_insert(add);
            pairs.entry(*other).or_default().entry(*clock).or_insert(add.saturating_neg());
        }
    }
    let mut aligned: BTreeMap<ClockId, (ClockId, i64)> = BTreeMap::new();
    for first in pairs.keys() {
        if aligned.contains_key(first) {
            continue;
        }
        let mut next = vec![(*first, 0_i64)];
        while let Some((clock, add)) = next.pop() {
            for (other, further) in pairs.get(&clock).into_iter().flatten() {
                if other != first && !aligned.contains_key(other) {
                    let add = add.saturating_add(*further);
                    aligned.insert(*other, (*first, add));
                    next.push((*other, add));
                }
            }
        }
    }
    aligned
}

const fn later(time: Timestamp, nanoseconds: i64) -> Timestamp {
    Timestamp(time.0.saturating_add(nanoseconds))
}

/// Returns the nanoseconds between two moments that no span covers. The spans are in order and do not touch.
fn uncovered(spans: &[Span], from: Timestamp, until: Timestamp) -> i64 {
    let first = spans.partition_point(|span| span.until < from);
    let touching = spans.iter().skip(first).take_while(|span| span.from <= until);
    let covered = touching.map(|span| span.until.min(until).nanoseconds_since(span.from.max(from)).max(0));
    until.nanoseconds_since(from).saturating_sub(covered.fold(0, i64::saturating_add))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_no_span_covers_is_missing() {
        let span = |from, until| Span { from: Timestamp(from), until: Timestamp(until) };
        let spans = [span(0, 10), span(15, 20), span(30, 40)];
        let missing = |from, until| uncovered(&spans, Timestamp(from), Timestamp(until));
        assert_eq!([missing(2, 9), missing(5, 17), missing(5, 35), missing(12, 14)], [0, 5, 15, 2]);
        assert_eq!([missing(35, 50), missing(50, 60), missing(-5, 3), missing(9, 3)], [10, 10, 5, -6]);
        assert_eq!(uncovered(&[span(i64::MIN, 0)], Timestamp(i64::MIN), Timestamp(0)), 0);
    }
}
