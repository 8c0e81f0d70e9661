//! Where in a call something may be missing, since its recording was interrupted.

use std::collections::BTreeMap;

use super::Call;
use super::clock::ClockId;
use super::recording::{Span, merged};
use crate::origin::Timestamp;

/// A part of a vantage's recording that is missing between two of its stanzas of a call.
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
    /// What is missing, in the order of the rows. Of several recordings of one vantage by one clock, what one of them
    /// has is not missing. Nothing of vantages of which it is unknown when they were read without a gap.
    #[must_use]
    pub fn holes(&self) -> Vec<Hole> {
        let mut spans: BTreeMap<(usize, ClockId), Vec<Span>> = BTreeMap::new();
        let mut sockets: Vec<_> =
            self.rows.iter().flat_map(|row| row.sockets().map(|socket| (row.vantage, socket))).collect();
        sockets.sort_unstable();
        sockets.dedup();
        for (vantage, socket) in sockets {
            if let Some(recording) = self.recordings.get(&socket) {
                spans.entry((vantage, self.clock_of_socket(socket))).or_default().extend(&recording.spans);
            }
        }
        let spans: BTreeMap<_, _> = spans.into_iter().map(|(at, spans)| (at, merged(spans))).collect();
        let mut last: BTreeMap<(usize, ClockId), Timestamp> = BTreeMap::new();
        let mut holes = Vec::new();
        for (before, row) in self.rows.iter().enumerate() {
            let Some(now) = row.observed.time() else { continue };
            let at = (row.vantage, self.clock_of_socket(row.observed.socket()));
            let Some(since) = last.insert(at, now) else { continue };
            let Some(spans) = spans.get(&at).filter(|spans| !spans.is_empty()) else { continue };
            let length = uncovered(spans, since, now);
            if length > 0 {
                holes.push(Hole { before, vantage: row.vantage, length });
            }
        }
        holes
    }
}

/// Nanoseconds between two moments that no span covers. The spans are in order and apart.
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
