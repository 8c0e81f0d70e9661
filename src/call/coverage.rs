//! When a connection was read without a gap.

use super::recording::{Span, merged};
use crate::origin::{Direction, Timestamp};

/// A clock that falls back this far, in nanoseconds, was set, so its times before and after cannot be compared. Anything
/// less is a recorder that wrote packets out of order, or several threads that wrote one log.
pub(super) const SET_BACK: i64 = 1_000_000_000;

/// Tracks when a connection was read without a gap.
///
/// A verdict from silence ("this device did not send it") holds only inside such a stretch. Each direction is tracked on
/// its own, because TCP reassembly can release the bytes after a gap long after what the other direction carried
/// meanwhile; the connection is covered where both directions are.
#[derive(Clone, Debug, Default)]
pub struct Coverage {
    inbound: Half,
    outbound: Half,
    is_lossy: bool,
    /// Whether something was lost in an unknown direction.
    is_unknown: bool,
    /// When the connection was closed.
    closed: Option<Timestamp>,
}

/// One direction.
#[derive(Clone, Debug, Default)]
struct Half {
    spans: Vec<Span>,
    /// Whether something was lost before the first frame.
    begins_late: bool,
    /// Whether something was lost since the last frame.
    is_broken: bool,
}

impl Coverage {
    /// Adds a frame that was read.
    pub fn read(&mut self, direction: Option<Direction>, time: Option<Timestamp>) {
        let Some(time) = time else { return };
        for half in self.halves(direction) {
            half.read(time);
        }
    }

    /// Notes that something was lost since the last frame of a direction.
    pub fn lose(&mut self, direction: Option<Direction>) {
        self.is_lossy = true;
        self.is_unknown |= direction.is_none();
        for half in self.halves(direction) {
            half.begins_late |= half.spans.is_empty();
            half.is_broken = true;
        }
    }

    /// Notes that losses may have been reported for the wrong direction.
    pub const fn mistrust_directions(&mut self) {
        self.is_unknown |= self.is_lossy;
    }

    /// Notes that the connection was closed.
    pub fn close(&mut self, time: Option<Timestamp>) {
        self.closed = self.closed.or(time);
    }

    /// Returns the stretches in which every frame of both directions was read, in order, not touching.
    ///
    /// `end` is when the capture ends: a connection that was not closed was listened to until then.
    #[must_use]
    pub fn into_spans(self, end: Option<Timestamp>) -> Vec<Span> {
        let Self { inbound, outbound, is_unknown, closed, .. } = self;
        let halves = [&inbound, &outbound];
        let from = halves.iter().filter_map(|half| half.spans.first()).map(|span| span.from).min();
        let last = halves.iter().filter_map(|half| half.spans.last()).map(|span| span.until).max();
        let (Some(from), Some(last), false) = (from, last, is_unknown) else { return Vec::new() };
        let whole = Span { from, until: closed.or(end).unwrap_or(last) };
        common(&inbound.into_spans(whole), &outbound.into_spans(whole))
    }

    fn halves(&mut self, direction: Option<Direction>) -> impl Iterator<Item = &mut Half> {
        let (inbound, outbound) = match direction {
            Some(Direction::Inbound) => (Some(&mut self.inbound), None),
            Some(Direction::Outbound) => (None, Some(&mut self.outbound)),
            None => (Some(&mut self.inbound), Some(&mut self.outbound)),
        };
        inbound.into_iter().chain(outbound)
    }
}

impl Half {
    fn read(&mut self, time: Timestamp) {
        match self.spans.last_mut() {
            Some(span) if !self.is_broken && span.until.nanoseconds_since(time) < SET_BACK => {
                span.until = span.until.max(time);
            }
            _ => self.spans.push(Span { from: time, until: time }),
        }
        self.is_broken = false;
    }

    /// Returns the stretches without a gap. Before its first frame and after its last one, a direction counts as silent,
    /// not as lost.
    fn into_spans(mut self, whole: Span) -> Vec<Span> {
        if self.spans.is_empty() && !self.is_broken {
            return vec![whole];
        }
        if let Some(first) = self.spans.first_mut().filter(|_| !self.begins_late) {
            first.from = first.from.min(whole.from);
        }
        if let Some(last) = self.spans.last_mut().filter(|_| !self.is_broken) {
            last.until = last.until.max(whole.until);
        }
        merged(self.spans)
    }
}

/// Returns the intersection.
fn common(one: &[Span], other: &[Span]) -> Vec<Span> {
    let (mut ours, mut theirs) = (one.iter().peekable(), other.iter().peekable());
    let mut common = Vec::new();
    while let (Some(one), Some(other)) = (ours.peek(), theirs.peek()) {
        let span = Span { from: one.from.max(other.from), until: one.until.min(other.until) };
        if span.from <= span.until {
            common.push(span);
        }
        if one.until < other.until {
            ours.next()
        } else {
            theirs.next()
        };
    }
    common
}

#[cfg(test)]
mod tests {
    use super::*;

    const IN: Option<Direction> = Some(Direction::Inbound);
    const OUT: Option<Direction> = Some(Direction::Outbound);

    fn at(seconds: i64) -> Option<Timestamp> {
        Some(Timestamp(seconds * 1_000_000_000))
    }

    fn spans(coverage: &Coverage, end: i64) -> Vec<(i64, i64)> {
        let spans = coverage.clone().into_spans(at(end)).into_iter();
        spans.map(|span| (span.from.0 / 1_000_000_000, span.until.0 / 1_000_000_000)).collect()
    }

    #[test]
    fn frames_extend_a_span_and_losses_end_it() {
        let mut coverage = Coverage::default();
        assert_eq!(spans(&coverage, 9), []);
        for time in [1, 3, 5] {
            coverage.read(IN, at(time));
        }
        coverage.read(OUT, at(2));
        assert_eq!(spans(&coverage, 7), [(1, 7)]);
        coverage.lose(IN);
        assert_eq!(spans(&coverage, 7), [(1, 5)]);
        coverage.read(IN, None);
        coverage.read(IN, at(8));
        assert_eq!(spans(&coverage, 15), [(1, 5), (8, 15)]);
        coverage.close(at(12));
        coverage.close(at(13));
        assert_eq!(spans(&coverage, 15), [(1, 5), (8, 12)]);
    }

    #[test]
    fn a_gap_in_one_direction_is_a_gap_though_the_other_was_read() {
        let mut coverage = Coverage::default();
        coverage.read(IN, at(1));
        for time in 1..20 {
            coverage.read(OUT, at(time));
        }
        coverage.lose(IN);
        for time in 6..20 {
            coverage.read(IN, at(time));
        }
        assert_eq!(spans(&coverage, 30), [(1, 1), (6, 30)]);
    }

    #[test]
    fn losses_before_the_first_frame_are_not_covered() {
        let mut coverage = Coverage::default();
        coverage.read(OUT, at(1));
        assert_eq!(spans(&coverage, 9), [(1, 9)]);
        coverage.lose(IN);
        assert_eq!(spans(&coverage, 9), []);
        coverage.read(IN, at(4));
        assert_eq!(spans(&coverage, 9), [(4, 9)]);
        coverage.lose(None);
        assert_eq!(spans(&coverage, 9), [], "the direction is unknown");
    }

    #[test]
    fn a_clock_set_back_starts_a_new_span() {
        let mut coverage = Coverage::default();
        for time in [10, 20, 3, 4] {
            coverage.read(None, at(time));
        }
        assert_eq!(spans(&coverage, 5), [(3, 5), (10, 20)]);
    }
}
